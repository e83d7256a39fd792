//! A stranger's first plugin, through the executable alone: made in an empty folder without a network, built, checked, installed,
//! and a message in the inbox. And what somebody is told where it goes wrong.

use std::fs;
use std::path::Path;
use std::process::Output;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_tests::component::with_manifest;
use lockgate_tests::{Database, TestHost};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;
use tokio::process::Command;

const SECRET: &str = "the-secret-of-the-pigeons";

/// What a command came to.
pub(crate) struct Said {
    code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Ends the test where the command failed.
    pub(crate) fn well(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self.out
    }

    pub(crate) fn json(self) -> Value {
        let out = self.well();
        serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"))
    }

    /// What it says where it fails, in words and never by a backtrace.
    pub(crate) fn badly(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked") && !self.err.contains("stack backtrace"), "{}", self.err);
        assert!(self.err.starts_with("lockgate: "), "{}", self.err);
        self.err
    }
}

/// A command in a folder, without a network. What is compiled is shared by the tests of this file and by their next run.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_test-host"));
    command.args(arguments).current_dir(folder).stdin(std::process::Stdio::null());
    command.env("CARGO_NET_OFFLINE", "true");
    command.env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects"));
    command
}

pub(crate) async fn said(mut command: Command) -> Said {
    let Output { status, stdout, stderr } = command.output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { code: status.code(), out: text(stdout), err: text(stderr) }
}

pub(crate) async fn lockgate(folder: &Path, arguments: &[&str]) -> Said {
    said(command(folder, arguments)).await
}

/// The packages of a lock file with their versions.
fn versions(lock: &str) -> Vec<&str> {
    lock.lines().filter(|line| line.starts_with("name = ") || line.starts_with("version = ")).collect()
}

pub(crate) fn empty_folder() -> TempDir {
    tempfile::Builder::new().prefix("lockgate-project-").tempdir().unwrap()
}

/// The new project meets its cases and the suite; what it does not meet is told, and can be accepted.
async fn judges(project: &Path) {
    let test = ["plugin", "test", "--component", "dist/pigeon-post.wasm"];
    let judged = lockgate(project, &[&test[..], &["--json"]].concat()).await.json();
    assert_eq!((&judged["plugin"], &judged["failed"]), (&json!("pigeon-post"), &json!([])));
    assert_eq!((judged["cases"].as_u64(), &judged["cases"]), (Some(5), &judged["passed"]));
    assert_eq!((&judged["conformance"]["failed"], &judged["conformance"]["score"]), (&json!([]), &json!(100)));

    let file = project.join("cases/receive-text.json");
    let case = fs::read_to_string(&file).unwrap();
    let other = case.replacen("\"dedup\": \"", "\"dedup\": \"another-", 1);
    assert_ne!(case, other);
    fs::write(&file, &other).unwrap();
    let only = [&test[..], &["--only", "receive-text"]].concat();
    let told = lockgate(project, &only).await;
    assert!(
        told.out.contains("CASE receive-text") && told.out.contains("expect.events[0].dedup: expected"),
        "{}",
        told.out
    );
    assert!(told.badly(1).contains("1 of 1 cases"));
    lockgate(project, &[&only[..], &["--bless"]].concat()).await.well();
    lockgate(project, &only).await.well();

    fs::write(&file, case.replacen("\"about\"", "\"abuot\"", 1)).unwrap();
    let told = lockgate(project, &test).await.badly(1);
    assert!(told.contains("cases/receive-text.json:2: ") && told.contains("unknown field `abuot`"), "{told}");
    fs::write(&file, case).unwrap();
}

#[tokio::test]
async fn from_an_empty_folder_to_a_message_in_the_inbox() {
    let home = empty_folder();
    let made = lockgate(home.path(), &["plugin", "new", "pigeon-post"]).await.well();
    assert!(made.contains("lockgate plugin build") && made.contains("dist/pigeon-post.wasm"), "{made}");
    let project = home.path().join("pigeon-post");
    let locked = fs::read_to_string(project.join("Cargo.lock")).unwrap();

    let built = lockgate(&project, &["plugin", "build", "--json"]).await.json();
    assert_eq!(
        (&built["file"], &built["id"], &built["abilities"]),
        (&json!("./dist/pigeon-post.wasm"), &json!("pigeon-post"), &json!(["connector", "ingress", "sender"]))
    );
    assert_eq!(built["sheet"]["egress"][0]["name"], "send");
    let file = fs::read(project.join("dist/pigeon-post.wasm")).unwrap();
    assert_eq!(built["size"], file.len());
    let now = fs::read_to_string(project.join("Cargo.lock")).unwrap();
    assert_eq!(versions(&now), versions(&locked), "the versions are the ones that come along");
    let seen = lockgate(&project, &["plugin", "inspect", "dist/pigeon-post.wasm", "--json"]).await.json();
    assert_eq!(seen["digest"], built["digest"]);

    let checked = lockgate(&project, &["plugin", "check", "--no-rebuild", "--json"]).await.json();
    assert_eq!(
        (&checked["errors"], &checked["remarks"], &checked["plugin"]["digest"]),
        (&json!([]), &json!([]), &built["digest"])
    );

    judges(&project).await;

    // A mistake is told in the compiler's words, and leaves what was built.
    let source = project.join("src/check.rs");
    let sound = fs::read_to_string(&source).unwrap();
    fs::write(&source, sound.replace("Vec<FieldProblem>", "Vec<FeildProblem>")).unwrap();
    let told = lockgate(&project, &["plugin", "build"]).await.badly(1);
    assert!(told.contains("`FeildProblem`") && told.contains("--> src/check.rs:6:45"), "{told}");
    assert!(fs::read(project.join("dist/pigeon-post.wasm")).unwrap() == file);

    let host = TestHost::start_on(Database::Sqlite).await;
    let (token, secret) = (home.path().join("token"), home.path().join("secret"));
    fs::write(&token, host.api().token()).unwrap();
    fs::write(&secret, SECRET).unwrap();
    let on_host = async |arguments: &[&str]| {
        let mut command = command(&project, arguments);
        command.env("LOCKGATE_URL", host.api().origin()).env("LOCKGATE_TOKEN_FILE", &token);
        said(command).await.well()
    };
    on_host(&["plugin", "install", "dist/pigeon-post.wasm", "--yes"]).await;
    on_host(&["inbox", "create", "Support"]).await;
    let secrets = ["webhook_secret", "api_token"].map(|name| format!("{name}=@{}", secret.display()));
    let create = [
        "channel",
        "create",
        "--plugin",
        "pigeon-post",
        "--name",
        "Pigeons",
        "--secret",
        &secrets[0],
        "--secret",
        &secrets[1],
    ];
    let mut refused = command(&project, &[&create[..], &["--setting", "account_id=@acme"]].concat());
    refused.env("LOCKGATE_URL", host.api().origin()).env("LOCKGATE_TOKEN_FILE", &token);
    let refused = said(refused).await.badly(1);
    assert!(refused.contains("account_id: Write the name without the @."), "{refused}");
    let channel = on_host(&[&create[..], &["--setting", "account_id=acme", "--json"]].concat()).await;
    let channel: Value = serde_json::from_str(&channel).unwrap();

    // The webhook of a case that came with the project.
    let case: Value = serde_json::from_slice(&fs::read(project.join("cases/receive-text.json")).unwrap()).unwrap();
    let body = case["receive"]["body"].to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let answer = lockgate_tests::client()
        .build()
        .unwrap()
        .post(channel["hooks"]["events"].as_str().unwrap())
        .header("content-type", "application/json")
        .header("x-signature", format!("sha256={}", hex::encode(mac.finalize().into_bytes())))
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let conversation = lockgate_tests::conversation(host.api(), channel["id"].as_str().unwrap(), "ada").await;
    let messages = host.api().messages(&conversation).await;
    let texts: Vec<&Value> = messages.iter().map(|message| &message["text"]).collect();
    assert_eq!(texts, ["Hello", "Is anybody there? 🕊"]);

    // By the name that people are shown it is found as well.
    for (verb, on) in [("show", true), ("disable", false), ("enable", true)] {
        let shown: Value = serde_json::from_str(&on_host(&["channel", verb, "Pigeons", "--json"]).await).unwrap();
        assert_eq!((&shown["id"], &shown["enabled"]), (&channel["id"], &json!(on)), "{verb}");
    }
    let mut unknown = command(&project, &["channel", "delete", "Doves"]);
    unknown.env("LOCKGATE_URL", host.api().origin()).env("LOCKGATE_TOKEN_FILE", &token);
    assert!(said(unknown).await.badly(2).contains("there are: Pigeons"));
    host.stop().await;
}

#[tokio::test]
async fn nothing_is_made_of_what_cannot_be_and_nothing_is_written_over() {
    let home = empty_folder();
    fs::create_dir(home.path().join("full")).unwrap();
    fs::write(home.path().join("full/mine.txt"), "mine").unwrap();
    for (arguments, words) in [
        (&["plugin", "new"][..], &["name the plugin: lockgate plugin new NAME"][..]),
        (&["plugin", "new", "My Plugin"], &["\"My Plugin\" cannot be", "write for example my-plugin"]),
        (&["plugin", "new", "../up"], &["write for example up"]),
        (&["plugin", "new", "full"], &["full is there already and is not empty", "--dir"]),
        (&["plugin", "new", "pigeon", "--dir", "full/mine.txt"], &["is a file", "--dir"]),
        (&["plugin", "new", "pigeon", "--language", "cobol"], &["\"cobol\" is no language", "rust"]),
        (&["plugin", "new", "pigeon", "--abilities", "fly"], &["\"fly\" is no ability", "connector, ingress, sender"]),
        (&["plugin", "new", "pigeon", "--sdk", "full"], &["no SDK for Rust at full", "leave --sdk out"]),
    ] {
        let told = lockgate(home.path(), arguments).await.badly(2);
        assert!(words.iter().all(|word| told.contains(word)), "{arguments:?}: {told}");
    }
    let left: Vec<_> = fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["full"]);
    assert_eq!(fs::read_to_string(home.path().join("full/mine.txt")).unwrap(), "mine");
    fs::create_dir(home.path().join("empty")).unwrap();
    lockgate(home.path(), &["plugin", "new", "pigeon", "--dir", "empty", "--abilities", "sender, connector"])
        .await
        .well();
    assert!(home.path().join("empty/src/send.rs").is_file() && !home.path().join("empty/src/receive.rs").exists());
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    lockgate(home.path(), &["plugin", "new", "dove", "--sdk", &sdk.display().to_string()]).await.well();
    let cargo = fs::read_to_string(home.path().join("dove/Cargo.toml")).unwrap();
    assert!(cargo.contains(&format!("path = \"{}\"", sdk.join("sdk/rust").display())), "{cargo}");
    assert!(!home.path().join("dove/vendor").exists());
}

#[tokio::test]
async fn a_project_that_cannot_be_built_says_why() {
    let home = empty_folder();
    lockgate(home.path(), &["plugin", "new", "pigeon"]).await.well();
    let project = home.path().join("pigeon");
    let manifest = fs::read_to_string(project.join("channel.toml")).unwrap();
    let line = |of: &str| manifest.lines().position(|line| line == of).unwrap() + 1;

    let told = lockgate(home.path(), &["plugin", "build"]).await.badly(2);
    assert!(told.contains("no channel.toml in .") && told.contains("lockgate plugin new"), "{told}");

    let required = line("required = true");
    for (from, to, words) in [
        (
            "required = true\n",
            "requierd = true\n",
            &[
                &format!("pigeon/channel.toml:{required}:1: "),
                "unknown field `requierd`",
                "`required`",
                "| requierd = true",
            ][..],
        ),
        ("id = \"pigeon\"", "id = \"Pigeon\"", &["pigeon/channel.toml:5:6: ", "lower-case letters"]),
        (
            "dev.1\"",
            "dev.9\"",
            &["pigeon/channel.toml:8:12: ", "dev.9", "this host speaks \"lockgate:channel@0.1.0-dev.1\""],
        ),
        ("[plugin]", "[plugin", &["pigeon/channel.toml:4:8: "]),
    ] {
        fs::write(project.join("channel.toml"), manifest.replacen(from, to, 1)).unwrap();
        for command in ["build", "check"] {
            let said = lockgate(home.path(), &["plugin", command, "pigeon"]).await;
            let all = format!("{}{}", said.out, said.err);
            said.badly(1);
            assert!(words.iter().all(|word| all.contains(word)), "{command} {to}: {all}");
        }
    }
    fs::write(project.join("channel.toml"), &manifest).unwrap();

    // Where there is no compiler, and where it cannot compile for this target.
    let rustc = home.path().join("rustc");
    fs::write(&rustc, "#!/bin/sh\necho /nowhere\n").unwrap();
    fs::set_permissions(&rustc, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (rustc, words) in [
        (None, ["no rustc on the PATH", "https://rustup.rs", "rustup target add wasm32-wasip2"]),
        (Some(&rustc), ["wasm32-wasip2 target", "not installed", "run: rustup target add wasm32-wasip2"]),
    ] {
        let mut command = command(home.path(), &["plugin", "build", "pigeon"]);
        command.env("PATH", home.path().join("nothing")).env_remove("CARGO").env_remove("RUSTC");
        command.envs(rustc.map(|rustc| ("RUSTC", rustc)));
        let told = said(command).await.badly(1);
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }

    fs::remove_file(project.join("Cargo.toml")).unwrap();
    let told = lockgate(home.path(), &["plugin", "build", "pigeon"]).await.badly(2);
    assert!(told.contains("nothing that tells its language: there is no Cargo.toml (Rust)"), "{told}");
    assert!(!project.join("dist").exists());
}

#[tokio::test]
async fn a_file_is_judged_by_what_is_in_it() {
    let home = empty_folder();
    let check = async |name: &str, file: &[u8]| {
        fs::write(home.path().join(name), file).unwrap();
        lockgate(home.path(), &["plugin", "check", name, "--json"]).await
    };
    let messenger = check("messenger.wasm", lockgate_bundle::MESSENGER).await.json();
    assert_eq!((&messenger["errors"], &messenger["reproducible"]), (&json!([]), &Value::Null));
    assert_eq!(messenger["remarks"][0]["line"].as_u64().map(|line| line > 1), Some(true), "{messenger}");
    assert!(messenger["remarks"][0]["words"].as_str().unwrap().contains("\"/*/*/messages\""), "{messenger}");

    let manifest = "[plugin]\nid = \"example\"\nname = \"Example\"\nversion = \"0.1.0\"\ncontract = \"lockgate:channel@0.1.0-dev.1\"\ndescription = \"For a test.\"\n";
    let route = "[[route]]\nname = \"open\"\nlevel = \"channel\"\nmethods = [\"POST\"]\nverify = \"none\"\n";
    let with = |component: &[u8], more: &str| with_manifest(component, &format!("{manifest}{more}"));
    for (file, place, words) in [
        (b"hello".to_vec(), Value::Null, "no WebAssembly component"),
        (lockgate_guests::OTHER_CONTRACT.to_vec(), Value::Null, "0.2.0-dev.9"),
        (with(lockgate_guests::CONNECTOR_ONLY, "colour = 1\n"), Value::Null, "line 7, column 1"),
        (with(lockgate_guests::CONNECTOR_ONLY, route), json!(8), "ability ingress, which the component lacks"),
        (with(lockgate_guests::CONNECTOR_AND_SENDER, ""), json!(1), "[capabilities] names nothing"),
    ] {
        let said = check("file.wasm", &file).await;
        let seen: Value = serde_json::from_str(&said.out).unwrap();
        said.badly(1);
        assert_eq!(seen["errors"].as_array().map(Vec::len), Some(1), "{seen}");
        assert_eq!(seen["errors"][0]["line"], place, "{seen}");
        assert!(seen["errors"][0]["words"].as_str().unwrap().contains(words), "{seen}");
    }
    let told = lockgate(home.path(), &["plugin", "check", "nothing.wasm"]).await.badly(2);
    assert!(told.contains("there is no file nothing.wasm"), "{told}");
}

/// A crate that builds in a moment, because it is no plugin. That is found too, beside what is asked here.
#[tokio::test]
async fn what_takes_something_of_its_folder_along_is_not_the_same_elsewhere() {
    let home = empty_folder();
    lockgate(home.path(), &["plugin", "new", "tiny"]).await.well();
    let project = home.path().join("tiny");
    let package = "[package]\nname = \"tiny\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[profile.plugin]\ninherits = \"release\"\nstrip = true\npanic = \"abort\"\n[workspace]\n";
    fs::write(project.join("Cargo.toml"), package).unwrap();
    fs::remove_file(project.join("Cargo.lock")).unwrap();
    // A folder that is linked to, as one that several projects share is.
    fs::create_dir(project.join("shared")).unwrap();
    fs::write(project.join("shared/words"), "anywhere").unwrap();
    std::os::unix::fs::symlink("shared", project.join("linked")).unwrap();
    for (text, same) in [("include_str!(\"../linked/words\")", true), ("env!(\"CARGO_MANIFEST_DIR\")", false)] {
        // What no export reaches is left out of a component, so it runs when the component starts.
        let code = format!(
            "#[used]\n#[unsafe(link_section = \".init_array\")]\nstatic START: extern \"C\" fn() = start;\nextern \"C\" fn start() {{ println!(\"{{}}\", {text}) }}\n"
        );
        fs::write(project.join("src/lib.rs"), code).unwrap();
        let judged = lockgate(home.path(), &["plugin", "check", "tiny", "--json"]).await;
        let seen: Value = serde_json::from_str(&judged.out).unwrap();
        judged.badly(1);
        assert_eq!(seen["reproducible"], same, "{seen}");
        let named: Vec<&str> =
            seen["errors"].as_array().unwrap().iter().map(|error| error["check"].as_str().unwrap()).collect();
        assert_eq!(named, if same { &["contract"][..] } else { &["contract", "reproducible"] }, "{seen}");
    }
}

/// A project in another language than Rust, with this folder before all others on the path; what the command says of it.
async fn in_language(language: &str, tools: &Path, build: &[&str]) -> (TempDir, Value) {
    let home = empty_folder();
    lockgate(home.path(), &["plugin", "new", "pigeon", "--language", language]).await.well();
    let mut command = command(&home.path().join("pigeon"), build);
    let path = std::env::var("PATH").unwrap();
    // What was fetched once is not fetched again.
    command.env("PATH", format!("{}:{path}", tools.display())).env("npm_config_prefer_offline", "true");
    let seen = said(command).await.json();
    (home, seen)
}

#[tokio::test]
async fn a_project_in_javascript_becomes_a_plugin() {
    let (home, built) = in_language("javascript", Path::new("/"), &["plugin", "build", "--json"]).await;
    assert_eq!(built["abilities"], json!(["connector", "ingress", "sender"]), "{built}");
    assert_eq!(built["language"], "javascript");
    let project = home.path().join("pigeon");
    assert_eq!(built["size"], fs::read(project.join("dist/pigeon.wasm")).unwrap().len());
    // Now that all is installed: a mistake is told with its place.
    let source = project.join("src/send.js");
    fs::write(&source, fs::read_to_string(&source).unwrap().replace("const LONGEST = 2000;", "const LONGEST = ;"))
        .unwrap();
    let told = lockgate(&project, &["plugin", "build"]).await.badly(1);
    assert!(told.contains("src/send.js:10"), "{told}");
}

#[tokio::test]
async fn a_project_in_python_becomes_a_plugin() {
    // The named test build lies in the profile's folder.
    let profile = Path::new(env!("CARGO_BIN_EXE_test-host")).parent().unwrap();
    let tools = profile.parent().unwrap().join("python/bin");
    assert!(tools.is_dir(), "{} is not there; run examples/build python", tools.display());
    let (home, checked) = in_language("python", &tools, &["plugin", "check", "--json"]).await;
    assert_eq!(checked["plugin"]["abilities"], json!(["connector", "ingress", "sender"]), "{checked}");
    assert_eq!((&checked["errors"], &checked["reproducible"]), (&json!([]), &json!(false)));
    assert!(checked["remarks"][0]["words"].as_str().unwrap().contains("snapshot"), "{checked}");

    let source = home.path().join("pigeon/plugin/send.py");
    fs::write(&source, fs::read_to_string(&source).unwrap().replace("LONGEST = 2000", "LONGEST =")).unwrap();
    let mut broken = command(home.path(), &["plugin", "build", "pigeon"]);
    broken.env("PATH", format!("{}:{}", tools.display(), std::env::var("PATH").unwrap()));
    let told = said(broken).await.badly(1);
    assert!(told.contains("plugin cannot be imported") && told.contains("send.py\", line 21"), "{told}");
}

#[tokio::test]
async fn a_project_without_its_languages_tools_says_what_to_install() {
    let home = empty_folder();
    for (language, words) in [
        ("javascript", ["no node on the PATH", "Node.js 20", "https://nodejs.org"]),
        ("python", ["no python3 on the PATH", "Python 3.11", "https://www.python.org"]),
    ] {
        lockgate(home.path(), &["plugin", "new", language, "--language", language]).await.well();
        let mut command = command(home.path(), &["plugin", "build", language]);
        command.env("PATH", home.path().join("nothing"));
        let told = said(command).await.badly(1);
        assert!(words.iter().all(|word| told.contains(word)), "{told}");
    }
    let old = home.path().join("python3");
    fs::write(&old, "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(&old, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut command = command(home.path(), &["plugin", "build", "python"]);
    command.env("PATH", format!("{}:/bin", home.path().display()));
    let told = said(command).await.badly(1);
    assert!(told.contains("python3 is too old; install Python 3.11"), "{told}");
}
