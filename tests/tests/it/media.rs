//! Files: what comes with a form is there for the team and nobody else, what a plugin keeps it finds again, and what nothing names goes.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_tests::component::with_manifest;
use lockgate_tests::{Answer, Api, Database, HostPlan, ProcessPlan, TestHost, on_both, scan, until};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

/// Two bytes that say what it is, and a name that plays tricks.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR-a-picture-of-the-bike";

const SECRET: &str = "the-secret-of-signed-forms";

/// Keeper with a channel.
struct Desk {
    channel: String,
    hooks: Value,
}

impl Desk {
    async fn set_up(api: &Api) -> Self {
        api.install(lockgate_guests::KEEPER).await;
        let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
        Self::connect(api, &inbox["id"], "desk-1").await
    }

    async fn connect(api: &Api, inbox: &Value, account: &str) -> Self {
        let channel = json!({
            "plugin": "keeper", "inbox_id": inbox, "name": account,
            "settings": { "account_id": account }, "secrets": { "secret": SECRET },
        });
        let channel = api.post("/channels", &channel).await;
        Self { channel: channel["id"].as_str().unwrap().to_owned(), hooks: channel["hooks"].clone() }
    }

    fn hook(&self, route: &str) -> String {
        self.hooks[route].as_str().unwrap().to_owned()
    }

    /// Posts a body to a route; the status.
    async fn post(&self, route: &str, content_type: &str, body: impl Into<reqwest::Body>) -> u16 {
        let client = lockgate_tests::client().build().unwrap();
        let request = client.post(self.hook(route)).header("content-type", content_type).body(body);
        request.send().await.unwrap().status().as_u16()
    }

    async fn form(&self, route: &str, body: impl Into<reqwest::Body>) -> u16 {
        self.post(route, "multipart/form-data; boundary=limit", body).await
    }

    /// What a plain body to this path came to, as the text of the newest message.
    async fn told(&self, api: &Api, path: &str, body: impl Into<reqwest::Body>) -> Value {
        let before = self.messages(api).await.len();
        let client = lockgate_tests::client().build().unwrap();
        let sent = client.post(format!("{}{path}", self.hook("plain"))).body(body).send().await.unwrap();
        assert_eq!(sent.status(), 200);
        until("it is told", async || self.messages(api).await.get(before).cloned()).await
    }

    /// All messages of its one conversation, oldest first.
    async fn messages(&self, api: &Api) -> Vec<Value> {
        match self.conversation(api).await {
            Some(conversation) => api.messages(&conversation).await,
            None => Vec::new(),
        }
    }

    async fn conversation(&self, api: &Api) -> Option<String> {
        let all = api.all("/conversations").await;
        let ours = all.iter().find(|one| one["channel_id"] == *self.channel)?;
        ours["id"].as_str().map(str::to_owned)
    }
}

/// One part of a form.
fn part(head: &str, bytes: &[u8]) -> Vec<u8> {
    [&b"--limit\r\ncontent-disposition: form-data; "[..], head.as_bytes(), b"\r\n\r\n", bytes, b"\r\n"].concat()
}

fn form(parts: &[Vec<u8>]) -> Vec<u8> {
    [parts.concat(), b"--limit--\r\n".to_vec()].concat()
}

fn file(name: &str, bytes: &[u8]) -> Vec<u8> {
    part(&format!("name=\"photo\"; filename=\"{name}\"\r\ncontent-type: text/html"), bytes)
}

fn handles(message: &Value) -> Vec<String> {
    let parts = message["parts"].as_array().unwrap();
    let stored = parts.iter().filter_map(|part| part["content"]["value"]["source"]["value"].as_str());
    stored.map(str::to_owned).collect()
}

async fn download(api: &Api, message: &Value, handle: &str) -> Answer {
    let path = format!("/messages/{}/media/{handle}", message["id"].as_str().unwrap());
    lockgate_tests::answer(api.request(Method::GET, &path)).await
}

async fn a_forms_file_is_there_for_the_team_and_nobody_else(database: Database) {
    let host = TestHost::start_on(database).await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    let parts = [
        part("name=\"first name\"", "Ada & Co=".as_bytes()),
        file("..\\\u{202e}gnp.evil\";x.png", PNG),
        part("name=\"n\"", b""),
    ];
    assert_eq!(desk.form("form", form(&parts)).await, 200);
    let messages = desk.messages(api).await;
    assert_eq!(messages[0]["text"], "[first+name=Ada+%26+Co%3D&n=]", "{}", messages[0]);
    let handle = handles(&messages[0]).remove(0);

    let answer = download(api, &messages[0], &handle).await;
    assert_eq!((answer.status, &answer.bytes[..]), (200, PNG));
    assert_eq!(answer.header("content-type"), Some("image/png"), "whatever its sender said");
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment; "), "{:?}", answer.headers);
    let path = format!("/messages/{}/media/{handle}", messages[0]["id"].as_str().unwrap());
    let some = lockgate_tests::answer(api.request(Method::GET, &path).header("range", "bytes=1-3")).await;
    assert_eq!((some.status, &some.bytes[..]), (206, &b"PNG"[..]));
    assert_eq!(some.header("content-range"), Some(format!("bytes 1-3/{}", PNG.len()).as_str()));

    // Who may not read the inbox, asks by another message, or knows the digest, gets nothing.
    let bare = api.bare(Method::GET, &format!("/api/v1{path}"));
    assert_eq!(lockgate_tests::answer(bare).await.status, 401);
    let token = api.post("/tokens", &json!({ "name": "config", "scopes": ["config:read"] })).await;
    let other = Api::new(api.origin(), token["secret"].as_str().unwrap());
    assert_eq!(download(&other, &messages[0], &handle).await.status, 403);
    assert_eq!(desk.form("form", form(&[part("name=\"a\"", b"b")])).await, 200);
    let second = until("the second is there", async || desk.messages(api).await.get(1).cloned()).await;
    assert_eq!(download(api, &second, &handle).await.status, 404);
    let digest = answer.header("etag").unwrap().trim_matches('"').to_owned();
    assert_eq!(download(api, &messages[0], &digest).await.status, 404);
    host.stop().await;
}

async fn a_name_opens_nothing_on_another_channel(database: Database) {
    let host = TestHost::start_on(database).await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    let inbox = api.post("/inboxes", &json!({ "name": "Sales" })).await;
    let neighbour = Desk::connect(api, &inbox["id"], "desk-2").await;
    let kept = desk.told(api, "/keep", "a secret offer").await;
    let handle = handles(&kept).remove(0);
    assert_eq!(download(api, &kept, &handle).await.bytes, "a secret offer");
    let known = "14 bytes, text/plain of Some(\"kept.txt\"), digest of 32, sum 1337";
    assert_eq!(desk.told(api, "/read", handle.clone()).await["text"], known);
    assert_eq!(neighbour.told(api, "/read", handle.clone()).await["text"], "MediaError::NotFound");

    // The same bytes lie once, have another name, and nobody is told.
    let same = neighbour.told(api, "/keep", "a secret offer").await;
    assert_ne!(handles(&same)[0], handle);
    let folder = host.data_dir().join("media/kept");
    assert_eq!(scan::files_with(&folder, b"a secret offer").len(), 1);
    // A message whose plugin names what is not its own names nothing.
    assert_eq!(neighbour.told(api, "/read", handles(&same).remove(0)).await["text"], known);

    // A team sends what it uploaded there, and no other file.
    let conversation = neighbour.conversation(api).await.unwrap();
    let upload = api.request(Method::POST, &format!("/conversations/{conversation}/media?file_name=a/offer.pdf"));
    let upload = upload.header("content-type", "application/octet-stream").body("%PDF-1.7 an offer");
    let upload = lockgate_tests::answer(upload).await;
    assert_eq!(upload.status, 200, "{}", upload.body);
    assert_eq!(
        (&upload.body["content_type"], &upload.body["file_name"]),
        (&json!("application/pdf"), &json!("offer.pdf"))
    );
    let draft = |handle: &Value| json!({ "parts": [{ "type": "media", "value": { "kind": "file", "view_once": false, "source": { "type": "stored", "value": handle } } }] });
    let path = format!("/conversations/{conversation}/messages");
    let sent = api.post(&path, &draft(&upload.body["handle"])).await;
    let sent = api.reach(sent["id"].as_str().unwrap(), "sent").await;
    assert!(sent["external_id"].as_str().unwrap().starts_with("17 bytes, application/pdf"), "{sent}");
    assert_eq!(download(api, &sent, upload.body["handle"].as_str().unwrap()).await.bytes, "%PDF-1.7 an offer");
    let refused = api.try_post(&path, &draft(&json!(handle))).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    host.stop().await;
}

async fn hostile_forms_are_refused_and_leave_nothing(database: Database) {
    let host = TestHost::start_on(database).await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    let whole = form(&[file("a.png", PNG)]);
    let long = vec![b'x'; 2_000_001];
    let many: Vec<_> = (0..300).map(|number| part(&format!("name=\"{number}\""), b"x")).collect();
    let nested = b"--limit\r\ncontent-type: multipart/mixed; boundary=inner\r\n\r\n--inner\r\n\r\nx\r\n--inner--\r\n--limit--\r\n".to_vec();
    for (what, body, status) in [
        ("cut off", whole[..whole.len() - 12].to_vec(), 400),
        ("cut off in a head", whole[..30].to_vec(), 400),
        ("empty", Vec::new(), 400),
        ("no boundary in it", b"hello".to_vec(), 400),
        ("a part without a name", part("x=\"y\"", b"z"), 400),
        ("nested", nested, 400),
        ("a file too long", form(&[file("a.png", &long)]), 413),
        ("too many files", form(&[(); 4].map(|()| file("a.png", PNG))), 413),
        ("thousands of parts", form(&many), 413),
        ("a head without end", [b"--limit\r\nx: ".to_vec(), vec![b'h'; 1 << 20]].concat(), 413),
        ("a beginning without end", vec![b'-'; 1 << 20], 413),
        ("fields too long", form(&[(); 3].map(|()| part("name=\"a\"", &[b'x'; 60_000]))), 413),
        ("headers without end", form(&[part(&format!("name=\"a\"{}", "\r\nx: y".repeat(50)), b"x")]), 400),
    ] {
        assert_eq!(desk.form("form", body).await, status, "{what}");
    }
    for content_type in ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""]
    {
        assert_eq!(desk.post("form", content_type, whole.clone()).await, 400, "{content_type}");
    }
    let endless = format!("multipart/form-data; boundary={}", "b".repeat(71));
    assert_eq!(desk.post("form", &endless, whole.clone()).await, 400);
    assert_eq!(desk.form("plain", whole.clone()).await, 415, "no files are wanted here");
    assert_eq!(desk.form("pictures", form(&[file("a.png", b"<html>no picture")])).await, 415);
    assert!(desk.messages(api).await.is_empty(), "nothing of all this arrived");

    // The boundary in the contents, where no line begins with all of it (RFC 2046, 5.1.1); a field that is a file because it is long, a chooser that nobody used.
    let tricky = [PNG, b"\r\n--limi", b"\r\n--\r\n--limi2? no: --limit"].concat();
    let parts =
        [file("a.png", &tricky), part("name=\"t\"", &[b'y'; 70_000]), part("name=\"none\"; filename=\"\"", b"")];
    assert_eq!(desk.form("form", form(&parts)).await, 200);
    let message = until("it is there", async || desk.messages(api).await.pop()).await;
    let found = handles(&message);
    assert_eq!(found.len(), 2, "{message}");
    assert_eq!(download(api, &message, &found[0]).await.bytes, tricky);
    assert_eq!(download(api, &message, &found[1]).await.bytes.len(), 70_000);
    host.stop().await;
}

async fn a_signed_form_is_verified_as_it_came(database: Database) {
    let host = TestHost::start_on(database).await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    let body = form(&[part("name=\"a\"", b"b"), file("a.png", PNG)]);
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(&body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let post = async |body: Vec<u8>| {
        let client = lockgate_tests::client().build().unwrap();
        let request = client.post(desk.hook("signed")).header("content-type", "multipart/form-data; boundary=limit");
        request.header("x-signature", &signature).body(body).send().await.unwrap().status().as_u16()
    };
    let mut forged = body.clone();
    forged[60] ^= 1;
    assert_eq!(post(forged).await, 401);
    assert!(scan::files_with(&host.data_dir().join("media"), b"picture").is_empty(), "what is forged leaves no file");
    assert_eq!(post(body).await, 200);
    let message = until("it is there", async || desk.messages(api).await.pop()).await;
    assert_eq!(message["text"], "[a=b]");
    assert_eq!(download(api, &message, &handles(&message)[0]).await.bytes, PNG);
    host.stop().await;
}

async fn what_the_manifest_does_not_declare_is_not_permitted(database: Database) {
    const MANIFEST: &str = include_str!("../../guests/keeper/channel.toml");
    const OWN: &str = "[media]\nmax_bytes = 3_000_000\nshare = true\n";
    let with = |media: &str| {
        let manifest = MANIFEST.replace(OWN, media);
        assert_ne!(manifest, MANIFEST);
        with_manifest(lockgate_guests::KEEPER, &manifest)
    };
    let host = TestHost::start_on(database).await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    api.install(&with("[media]\nmax_bytes = 10\ncontent_types = [\"image/*\"]\n")).await;
    assert_eq!(desk.told(api, "/keep", "eleven byte").await["text"], "MediaError::TooLarge(10)");
    assert_eq!(desk.told(api, "/keep", "no picture").await["text"], "MediaError::TypeRefused(\"text/plain\")");
    // Of the call's own doing nothing is left where it is refused.
    assert!(scan::files(&host.data_dir().join("media")).is_empty());
    api.install(&with("[media]\n")).await;
    let mine = desk.told(api, "/keep", PNG).await;
    assert_eq!(desk.told(api, "/share", handles(&mine).remove(0)).await["text"], "MediaError::NotPermitted");
    api.install(&with("")).await;
    assert_eq!(desk.told(api, "/keep", "x").await["text"], "MediaError::NotPermitted");
    let without = MANIFEST.split("[[route]]").filter(|part| !part.contains("[route.files]")).collect::<Vec<_>>();
    let without = without.join("[[route]]").replace(OWN, "");
    api.install(&with_manifest(lockgate_guests::KEEPER, &without)).await;
    assert_eq!(desk.told(api, "/read", "anything").await["text"], "MediaError::NotPermitted");
    host.stop().await;
}

async fn a_shared_file_is_open_to_whoever_has_its_address_for_its_time(database: Database) {
    let host = TestHost::start_on(database).await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    let inbox = api.post("/inboxes", &json!({ "name": "Sales" })).await;
    let neighbour = Desk::connect(api, &inbox["id"], "desk-2").await;
    let kept = desk.told(api, "/keep", PNG).await;
    let handle = handles(&kept).remove(0);
    let shared = desk.told(api, "/share", handle.clone()).await;
    let address = shared["text"].as_str().unwrap();
    let client = lockgate_tests::client().build().unwrap();
    let fetch = async |address: &str| lockgate_tests::answer(client.get(address)).await;

    let answer = fetch(address).await;
    assert_eq!((answer.status, &answer.bytes[..]), (200, PNG), "{address}");
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("content-security-policy"), Some("sandbox; default-src 'none'"));
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment; "), "{:?}", answer.headers);
    let some = lockgate_tests::answer(client.get(address).header("range", "bytes=1-3")).await;
    assert_eq!((some.status, &some.bytes[..]), (206, &b"PNG"[..]));

    // It opens this file alone, a channel shares no other's, and what does not open says nothing of why.
    let lost = fetch(&address.replace(&handle, &"0".repeat(handle.len()))).await;
    let nothing = fetch(&format!("{}/media/nothing", address.split("/media/").next().unwrap())).await;
    assert_eq!((lost.status, nothing.status), (404, 404));
    assert_eq!(lost.bytes, nothing.bytes);
    assert_eq!(neighbour.told(api, "/share", handle).await["text"], "MediaError::NotFound");
    host.clock().advance(Duration::from_secs(599));
    assert_eq!(fetch(address).await.status, 200);
    host.clock().advance(Duration::from_secs(1));
    assert_eq!(fetch(address).await.status, 404, "its time is over");
    host.stop().await;
}

async fn what_nothing_names_is_swept(database: Database) {
    let host = HostPlan::on(database).start().await;
    let (api, desk) = (host.api(), Desk::set_up(host.api()).await);
    desk.told(api, "/lose", "named by nobody").await;
    let kept = desk.told(api, "/keep", "named by a message").await;
    let folder = host.data_dir().join("media/kept");
    // What a death left between a file and its row.
    let stray = folder.join("ab/cd");
    std::fs::create_dir_all(&stray).unwrap();
    std::fs::write(stray.join(format!("{}-0011223344556677", "abcd".repeat(16))), "left by a death").unwrap();
    let incoming = host.data_dir().join("media/incoming/0011#1");
    std::fs::write(&incoming, "never came whole").unwrap();
    host.host().media.sweep().await;
    host.host().media.sweep_files().await;
    for words in ["named by nobody", "left by a death"] {
        assert_eq!(scan::files_with(&folder, words.as_bytes()).len(), 1, "{words}: not yet");
    }
    assert!(incoming.exists());
    for hours in [25, 2] {
        host.clock().advance(Duration::from_secs(hours * 3600));
        host.host().media.sweep().await;
        host.host().media.sweep_files().await;
    }
    for words in ["named by nobody", "left by a death"] {
        assert!(scan::files_with(&folder, words.as_bytes()).is_empty(), "{words}");
    }
    assert!(!incoming.exists());
    assert_eq!(download(api, &kept, &handles(&kept)[0]).await.bytes, "named by a message");
    host.stop().await;
}

async fn a_death_between_file_and_row_leaves_a_file_that_is_swept(database: Database) {
    let plan = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), database);
    let host = plan.start().await;
    let desk = Desk::set_up(host.api()).await;
    let plan = host.stop().await;
    let find = async |api: &Api| {
        let channel = api.get(&format!("/channels/{}", desk.channel)).await;
        Desk { channel: desk.channel.clone(), hooks: channel["hooks"].clone() }
    };

    let calm = plan.clone();
    let dying = plan.with_env("LOCKGATE_TEST_FAIL", "medium-settled").start().await;
    let there = find(dying.api()).await;
    let client = lockgate_tests::client().build().unwrap();
    let request = client.post(there.hook("form")).header("content-type", "multipart/form-data; boundary=limit");
    assert!(request.body(form(&[file("a.png", PNG)])).send().await.is_err(), "nothing was acknowledged");
    let plan = dying.ended().await;
    let folder = plan.data_dir().join("media/kept");
    assert_eq!(scan::files_with(&folder, b"picture").len(), 1);

    // Sent again, it is there once; the file of the dead one goes when it is old enough.
    let host = calm.with_env("LOCKGATE_TEST_CLOCK_MS", "7200000").start().await;
    let there = find(host.api()).await;
    assert_eq!(there.form("form", form(&[file("a.png", PNG)])).await, 200);
    let message = until("it is there", async || there.messages(host.api()).await.pop()).await;
    assert_eq!(download(host.api(), &message, &handles(&message)[0]).await.bytes, PNG);
    until("it is swept", async || (scan::files_with(&folder, b"picture").len() == 1).then_some(())).await;
    assert_eq!(download(host.api(), &message, &handles(&message)[0]).await.bytes, PNG);
    host.stop().await;
}

on_both! {
    a_forms_file_is_there_for_the_team_and_nobody_else,
    a_name_opens_nothing_on_another_channel,
    hostile_forms_are_refused_and_leave_nothing,
    a_signed_form_is_verified_as_it_came,
    what_the_manifest_does_not_declare_is_not_permitted,
    a_shared_file_is_open_to_whoever_has_its_address_for_its_time,
    what_nothing_names_is_swept,
    a_death_between_file_and_row_leaves_a_file_that_is_swept,
}

/// Bytes of the process that were in memory at once, at most.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() << 10
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_file_goes_by_in_little_memory() {
    const SIZE: usize = 90 << 20;
    let host = ProcessPlan::new(env!("CARGO_BIN_EXE_test-host").into(), Database::Sqlite).start().await;
    let desk = Desk::set_up(host.api()).await;
    let before = peak(host.pid());
    let body = form(&[file("film.bin", &vec![7; SIZE])]);
    assert_eq!(desk.form("large", body).await, 200);
    let message = until("it is there", async || desk.messages(host.api()).await.pop()).await;
    let answer = download(host.api(), &message, &handles(&message)[0]).await;
    assert_eq!((answer.bytes.len(), answer.bytes[SIZE - 1]), (SIZE, 7));
    let grown = peak(host.pid()).saturating_sub(before);
    assert!(grown < 40 << 20, "a file of {SIZE} bytes took {grown} bytes of memory");
    host.stop().await;
}
