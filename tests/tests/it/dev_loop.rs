//! The development loop, through the executable: a project is edited while `lockgate plugin dev` runs, and what it says is read.

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use lockgate_tests::{Database, TestHost};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::project::{command, empty_folder, lockgate, said};

/// How long one thing is waited for: compilers run beside each other here.
const PATIENCE: Duration = Duration::from_secs(400);

/// A running `lockgate plugin dev --json`.
struct Dev {
    child: Child,
    input: ChildStdin,
    said: Lines<BufReader<ChildStdout>>,
}

impl Dev {
    fn start(mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let (input, said) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, said: BufReader::new(said).lines() }
    }

    async fn types(&mut self, line: &str) {
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// The next thing that is said.
    async fn says(&mut self) -> Value {
        let line = tokio::time::timeout(PATIENCE, self.said.next_line()).await.expect("it says nothing").unwrap();
        serde_json::from_str(&line.expect("it ended")).unwrap()
    }

    /// The next thing that is said, which is of this type.
    async fn next(&mut self, is: &str) -> Value {
        let said = self.says().await;
        assert_eq!(said["type"], is, "{said:#}");
        said
    }

    async fn asked(&mut self, line: &str, is: &str) -> Value {
        self.types(line).await;
        self.next(is).await
    }

    async fn ends(mut self) {
        self.types("quit").await;
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert_eq!(status.code(), Some(0));
    }
}

fn text(call: &Value) -> &Value {
    &call["outcome"]["events"][0]["body"]["value"]["parts"][0]["content"]["value"]["plain"]
}

const WEBHOOK: &str = r#"{"updates":[{"type":"message","id":"m9","at":1767323040,"from":{"id":"ada"},"text":"Coo"}]}"#;

#[tokio::test]
async fn an_edit_is_answered_by_the_same_call_made_again() {
    let home = empty_folder();
    lockgate(home.path(), &["plugin", "new", "pigeon"]).await.well();
    let project = home.path().join("pigeon");
    let mut dev = Dev::start(command(home.path(), &["plugin", "dev", "pigeon", "--json"]));
    dev.next("building").await;
    let loaded = dev.next("loaded").await;
    assert_eq!((&loaded["plugin"], &loaded["first"]), (&json!("pigeon"), &json!(true)));
    assert_eq!(dev.next("cases").await["names"].as_array().unwrap().len(), 5);

    // A webhook and a draft, typed: everything about the call is shown.
    let heard = dev.asked(&format!("receive events {WEBHOOK}"), "call").await;
    assert_eq!((text(&heard), &heard["input"]["body"]["updates"][0]["id"]), (&json!("Coo"), &json!("m9")), "{heard:#}");
    assert!(heard["wall_us"].as_u64() > Some(0) && heard["memory_bytes"].as_u64() > Some(1 << 16), "{heard:#}");
    let sent = dev.asked("send Is it windy?", "call").await;
    let made = &sent["requests"][0];
    assert_eq!((&made["request"]["method"], &made["answer"]["status"]), (&json!("POST"), &json!(200)), "{sent:#}");
    assert_eq!(made["request"]["headers"]["authorization"], "Bearer {api_token}");
    assert_eq!(made["request"]["body"]["to"], "ada", "to whoever wrote last: {sent:#}");
    assert_eq!(sent["outcome"]["outcomes"][0]["outcome"]["type"], "sent");
    dev.types("answer 503").await;
    let unsent = dev.asked("send \"Once more\" to bob", "call").await;
    assert_eq!(
        (&unsent["requests"][0]["answer"]["status"], &unsent["requests"][0]["request"]["body"]["to"]),
        (&json!(503), &json!("bob"))
    );
    dev.types("answer 429").await;
    let limited = dev.asked("again", "call").await;
    assert_eq!(limited["requests"][0]["answer"]["status"], 429, "as the provider answers now: {limited:#}");
    dev.types("answer 503").await;
    let ran = dev.asked("run", "ran").await;
    assert_eq!((&ran["cases"], &ran["passed"]), (&json!(5), &json!(5)), "{ran:#}");
    let refused = dev.asked("receive no-such-case", "problem").await;
    assert!(refused["words"].as_str().unwrap().contains("no case \"no-such-case\""), "{refused}");
    dev.asked("receive receive-text", "call").await;

    // The source is edited.
    let source = project.join("src/receive.rs");
    let sound = fs::read_to_string(&source).unwrap();
    fs::write(&source, sound.replacen("Content::text(text)", "Content::text(format!(\"{text}!\"))", 1)).unwrap();
    assert_eq!(dev.next("building").await["changed"], json!(["src/receive.rs"]));
    let reloaded = dev.next("loaded").await;
    assert_eq!((&reloaded["first"], &reloaded["same"]), (&json!(false), &json!(false)));
    println!("reloaded in {} ms, {}", reloaded["reload_ms"], reloaded["native"]);
    assert!(reloaded["reload_ms"].is_u64() && reloaded["build_ms"].is_u64(), "{reloaded:#}");
    // What the edit left alone is not compiled again.
    let native = &reloaded["native"];
    let (functions, reused) = (native["functions"].as_u64().unwrap(), native["reused"].as_u64().unwrap());
    assert!(reused * 2 > functions && native["ms"].is_u64(), "{reloaded:#}");
    let again = dev.next("again").await;
    assert_eq!(text(&again), "Hello!");
    let differences = again["differences"].as_array().unwrap();
    assert!(
        differences.iter().any(|words| words.as_str().unwrap().contains("expected \"Hello\", seen \"Hello!\"")),
        "{again:#}"
    );
    let ran = dev.asked("run text", "ran").await;
    assert_eq!(ran["failed"][0]["case"], "receive-text", "{ran:#}");

    // It is broken: the compiler says where, and the one before goes on.
    fs::write(&source, sound.replacen("Content::text(text)", "Content::text(txt)", 1)).unwrap();
    dev.next("building").await;
    let failed = dev.next("failed").await;
    let line = sound.lines().position(|line| line.contains("Content::text(text)")).unwrap() + 1;
    let place = &failed["places"][0];
    assert_eq!(
        (&place["file"], &place["line"], &failed["serving"]),
        (&json!("src/receive.rs"), &json!(line), &json!(true)),
        "{failed:#}"
    );
    assert!(failed["words"].as_str().unwrap().contains("cannot find value `txt`"), "{failed:#}");
    let heard = dev.asked(&format!("receive events {WEBHOOK}"), "call").await;
    assert_eq!(text(&heard), "Coo!");

    // A case is edited: nothing is built for that.
    let case = project.join("cases/receive-text.json");
    let edited = fs::read_to_string(&case).unwrap().replace("Hello", "Goodbye");
    fs::write(&case, edited).unwrap();
    dev.next("cases").await;
    assert_eq!(dev.next("again").await["differences"], json!([]));

    // It learns to act on what is there, and that is typed as everything else.
    fs::write(&source, &sound).unwrap();
    for (file, from, to) in [
        ("src/lib.rs", "sender);", "sender, actions);"),
        ("src/lib.rs", "/// The plugin.", ACTIONS),
        ("channel.toml", "[capabilities]", "[capabilities]\ntyping = true\nreact = { symbols = [\"👍\"] }"),
    ] {
        let text = fs::read_to_string(project.join(file)).unwrap();
        assert!(text.contains(from), "{file}: {text}");
        fs::write(project.join(file), text.replacen(from, to, 1)).unwrap();
    }
    dev.next("building").await;
    dev.next("loaded").await;
    dev.next("again").await;
    dev.types("answer").await;
    let typing = dev.asked("typing off", "call").await;
    assert_eq!((&typing["call"], &typing["input"]["with"]["on"]), (&json!("typing"), &json!(false)), "{typing:#}");
    assert_eq!(typing["input"]["target"]["thread"]["key"], "ada");
    assert_eq!(typing["requests"][0]["request"]["body"], json!({ "typing": false }), "{typing:#}");
    let reacted = dev.asked("react 👍", "call").await;
    assert_eq!(reacted["requests"][0]["request"]["body"], json!({ "to": "m9", "was": null }), "{reacted:#}");
    assert_eq!(reacted["outcome"]["outcome"]["value"]["message"], "r1");
    let back = dev.asked("unreact 👍 to m3", "call").await;
    assert_eq!(back["requests"][0]["request"]["body"], json!({ "to": "m3", "was": "r1" }), "{back:#}");
    assert_eq!(dev.asked("again", "call").await["call"], "react");
    for (line, words) in [("react ❤", "other symbols"), ("delete m3", "does not declare delete")] {
        let refused = dev.asked(line, "problem").await;
        assert!(refused["words"].as_str().unwrap().contains(words), "{refused}");
    }
    assert_eq!(dev.asked("call send-text", "call").await["call"], "send");
    dev.ends().await;
}

/// What is put in front of the plugin's type.
const ACTIONS: &str = r#"
impl lockgate_sdk::Actions for Plugin {
    fn typing(_: lockgate_sdk::Target, on: bool, _: Option<lockgate_sdk::Author>) -> lockgate_sdk::Outcome {
        asked(serde_json::json!({ "typing": on }), None)
    }

    fn react(target: lockgate_sdk::Target, _: String, _: bool, was: Option<String>) -> lockgate_sdk::Outcome {
        asked(serde_json::json!({ "to": target.message, "was": was }), Some("r1".into()))
    }
}

fn asked(body: serde_json::Value, message: Option<String>) -> lockgate_sdk::Outcome {
    match lockgate_sdk::http::Request::post("https://api.example.com/messages").json(&body).send() {
        Ok(_) => lockgate_sdk::Outcome::Sent(lockgate_sdk::Sent { message, ..Default::default() }),
        Err(error) => error.into_outcome(),
    }
}

/// The plugin."#;

#[tokio::test]
async fn what_cannot_be_worked_on_says_why_and_ends() {
    let home = empty_folder();
    let told = lockgate(home.path(), &["plugin", "dev"]).await.badly(2);
    assert!(told.contains("no channel.toml in .") && told.contains("lockgate plugin new"), "{told}");
    lockgate(home.path(), &["plugin", "new", "pigeon"]).await.well();
    let mut without = command(home.path(), &["plugin", "dev", "pigeon"]);
    without.env("PATH", home.path().join("nothing")).env_remove("CARGO").env_remove("RUSTC");
    let told = said(without).await.badly(1);
    assert!(told.contains("no rustc on the PATH") && told.contains("https://rustup.rs"), "{told}");

    // What an edit can mend is waited for; where nobody can type any more, it is not.
    let manifest = home.path().join("pigeon/channel.toml");
    let sound = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, sound.replacen("id = \"pigeon\"", "id = \"Pigeon\"", 1)).unwrap();
    let told = lockgate(home.path(), &["plugin", "dev", "pigeon"]).await;
    assert!(told.out.contains("pigeon/channel.toml:5:6: ") && told.out.contains("lower-case letters"), "{}", told.out);
    assert!(told.badly(1).contains("no component that could be called"));
    let mut dev = Dev::start(command(home.path(), &["plugin", "dev", "pigeon", "--json"]));
    dev.next("building").await;
    let failed = dev.next("failed").await;
    assert_eq!((&failed["serving"], &failed["places"][0]["line"]), (&json!(false), &json!(5)), "{failed:#}");
    fs::write(&manifest, sound).unwrap();
    assert_eq!(dev.next("building").await["changed"], json!(["channel.toml"]));
    assert_eq!(dev.next("loaded").await["first"], true);
    dev.ends().await;
}

#[tokio::test]
async fn a_build_goes_into_a_running_host_with_what_is_granted_there_and_no_more() {
    let home = empty_folder();
    lockgate(home.path(), &["plugin", "new", "pigeon"]).await.well();
    let project = home.path().join("pigeon");
    let host = TestHost::start_on(Database::Sqlite).await;
    let token = home.path().join("token");
    fs::write(&token, host.api().token()).unwrap();
    let on_host = |arguments: &[&str]| {
        let mut command = command(&project, arguments);
        command.env("LOCKGATE_URL", host.api().origin()).env("LOCKGATE_TOKEN_FILE", &token);
        command
    };
    let mut dev = Dev::start(on_host(&["plugin", "dev", "--install", "--json"]));
    dev.next("building").await;
    dev.next("loaded").await;
    dev.next("cases").await;
    let refused = dev.next("problem").await;
    assert!(refused["words"].as_str().unwrap().contains("pigeon is not installed in that host yet"), "{refused}");

    said(on_host(&["plugin", "build"])).await.well();
    said(on_host(&["plugin", "install", "dist/pigeon.wasm", "--yes"])).await.well();
    dev.types("build").await;
    dev.next("building").await;
    assert_eq!(dev.next("loaded").await["same"], true);
    let installed = dev.next("installed").await;
    assert_eq!((&installed["plugin"], &installed["grants"]), (&json!("pigeon"), &json!(["send"])), "{installed}");

    let manifest = fs::read_to_string(project.join("channel.toml")).unwrap();
    fs::write(project.join("channel.toml"), manifest.replacen("\"api.example.com\"", "\"other.example.com\"", 1))
        .unwrap();
    dev.next("building").await;
    let loaded = dev.next("loaded").await;
    assert!(
        dev.next("problem").await["words"].as_str().unwrap().contains("asks for more than the version in that host")
    );
    let shown = said(on_host(&["plugin", "show", "pigeon", "--json"])).await.json();
    assert_ne!(shown["digest"], loaded["digest"]);
    dev.ends().await;
    host.stop().await;
}
