//! What arrives at a host becomes a case of the project, and of nobody.

use std::fs;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_tests::{Database, TestHost};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::project::{command, empty_folder, lockgate, said};

const SECRET: &str = "the-secret-of-the-pigeons";

#[tokio::test]
async fn a_webhook_that_came_becomes_a_case_of_nobody() {
    let home = empty_folder();
    lockgate(home.path(), &["plugin", "new", "pigeon"]).await.well();
    let project = home.path().join("pigeon");
    let host = TestHost::start_on(Database::Sqlite).await;
    let (token, secret, key) = (home.path().join("token"), home.path().join("secret"), home.path().join("data/key"));
    fs::write(&token, host.api().token()).unwrap();
    fs::write(&secret, SECRET).unwrap();
    let on_host = |arguments: &[&str]| {
        let mut command = command(&project, arguments);
        command.env("LOCKGATE_URL", host.api().origin()).env("LOCKGATE_TOKEN_FILE", &token);
        command.env("LOCKGATE_RECORD_KEY_FILE", &key);
        command
    };
    said(on_host(&["plugin", "build"])).await.well();
    let component = ["--component", "dist/pigeon.wasm"];
    said(on_host(&["plugin", "install", "dist/pigeon.wasm", "--yes"])).await.well();
    said(on_host(&["inbox", "create", "Support"])).await.well();
    let none = said(on_host(&[&["plugin", "record", "real", "--envelope", "latest"][..], &component].concat())).await;
    assert!(none.badly(1).contains("nothing has come for pigeon"));
    let secrets = ["webhook_secret", "api_token"].map(|name| format!("{name}=@{}", secret.display()));
    let create = [
        "channel",
        "create",
        "--plugin",
        "pigeon",
        "--name",
        "Pigeons",
        "--secret",
        &secrets[0],
        "--secret",
        &secrets[1],
    ];
    let channel = said(on_host(&[&create[..], &["--setting", "account_id=acme-gmbh", "--json"]].concat())).await.json();

    let now = 1_767_323_040;
    let body = json!({ "updates": [
        { "type": "message", "id": "mid-829913", "at": now, "from": { "id": "4915112345678", "name": "Ada Lovelace" }, "text": "Call +49 151 12345678" },
        { "type": "sticker", "id": "mid-829914", "from": { "id": "4915112345678" }, "email": "ada@lovelace.example" },
    ] })
    .to_string();
    let sign = |body: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(body.as_bytes());
        hex::encode(mac.finalize().into_bytes())
    };
    let signature = sign(&body);
    let hook = channel["hooks"]["events"].as_str().unwrap();
    let come = async |body: &str| {
        let request = lockgate_tests::client().build().unwrap().post(hook).header("content-type", "application/json");
        let request = request.header("x-signature", format!("sha256={}", sign(body))).body(body.to_owned());
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(come(&body).await, 200);

    let latest = ["plugin", "record", "real", "--envelope", "latest", "--json"];
    let recorded = said(on_host(&[&latest[..], &component].concat())).await.json();
    assert_eq!(recorded["problem"], Value::Null, "{recorded:#}");
    let text = fs::read_to_string(project.join("cases/real.json")).unwrap();
    for gone in ["Ada", "ada@", "Lovelace", "4915112345678", "12345678", "829913", "acme", &signature] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let case: Value = serde_json::from_str(&text).unwrap();
    let updates = &case["receive"]["body"]["updates"];
    assert_eq!(
        (&updates[0]["type"], &updates[0]["at"], &updates[1]["type"]),
        (&json!("message"), &json!(now), &json!("sticker"))
    );
    assert_eq!(updates[0]["from"]["id"], updates[1]["from"]["id"]);
    let events = case["expect"]["events"].as_array().unwrap();
    assert_eq!((events.len(), &events[0]["dedup"]), (2, &updates[0]["id"]), "{text}");
    said(on_host(&[&["plugin", "test", "--only", "real"][..], &component].concat())).await.well();

    // The same people, another recording: a request that was saved, at an address like a host's.
    let dump = format!(
        "POST /hooks/some-key/events HTTP/1.1\r\ncontent-type: application/json\r\nx-signature: {signature}\r\n\r\n{body}"
    );
    fs::write(home.path().join("saved.txt"), dump).unwrap();
    let from = ["plugin", "record", "saved", "--from", "../saved.txt"];
    said(on_host(&[&from[..], &component].concat())).await.well();
    let saved: Value = serde_json::from_slice(&fs::read(project.join("cases/saved.json")).unwrap()).unwrap();
    assert_eq!(&saved["receive"]["body"], &case["receive"]["body"]);
    // And what a provider answered, to the draft of a case.
    fs::write(
        home.path().join("answer.txt"),
        "HTTP/1.1 429 Too Many Requests\nretry-after: 7\n\n{\"error\":\"Grace may not\"}\n",
    )
    .unwrap();
    let from = ["plugin", "record", "refused", "--from", "../answer.txt"];
    said(on_host(&[&from[..], &component].concat())).await.well();
    let refused: Value = serde_json::from_slice(&fs::read(project.join("cases/refused.json")).unwrap()).unwrap();
    assert_eq!(refused["provider"][0]["request"]["method"], "POST", "as the plugin asked: {refused:#}");
    assert!(!refused.to_string().contains("Grace"), "{refused:#}");
    said(on_host(&[&["plugin", "test", "--only", "refused"][..], &component].concat())).await.well();

    // What a browser saved: the webhook as a test console sent it, and an answer of the provider.
    let entry = |method: &str, url: &str, headers: Value, sent: &str, status: u16, answered: &str| {
        json!({
            "request": { "method": method, "url": url, "headers": headers, "postData": { "text": sent } },
            "response": { "status": status, "headers": [], "content": { "text": answered } },
        })
    };
    let har = |entries: Vec<Value>| json!({ "log": { "entries": entries } }).to_string();
    let headers =
        json!([{ "name": "Content-Type", "value": "application/json" }, { "name": "X-Signature", "value": signature }]);
    let sent = entry("POST", "https://host.example/hooks/some-key/events?from=Ada", headers, &body, 200, "ok");
    fs::write(home.path().join("webhook.har"), har(vec![sent])).unwrap();
    let from = ["plugin", "record", "har", "--from", "../webhook.har"];
    said(on_host(&[&from[..], &component].concat())).await.well();
    let recorded: Value = serde_json::from_slice(&fs::read(project.join("cases/har.json")).unwrap()).unwrap();
    assert_eq!(&recorded["receive"]["body"], &case["receive"]["body"], "the same people, the same stand-ins");
    assert!(!recorded.to_string().contains("Ada"), "{recorded:#}");
    let answered =
        entry("POST", "https://api.example.com/messages", json!([]), "{}", 403, "{\"error\":\"Grace may not\"}");
    fs::write(home.path().join("answer.har"), har(vec![answered])).unwrap();
    let from = ["plugin", "record", "forbidden", "--from", "../answer.har"];
    said(on_host(&[&from[..], &component].concat())).await.well();
    let forbidden: Value = serde_json::from_slice(&fs::read(project.join("cases/forbidden.json")).unwrap()).unwrap();
    let exchanges = forbidden["provider"].as_array().unwrap();
    assert_eq!((exchanges.len(), &exchanges[0]["answer"]["status"]), (1, &json!(403)), "{forbidden:#}");
    assert!(!forbidden.to_string().contains("Grace"), "{forbidden:#}");

    // What `curl -v` printed, marks and all.
    let verbose = "* Connected to api.example.com\n> POST /messages HTTP/1.1\n> Host: api.example.com\n> Authorization: Bearer k-829913\n>\n\
                   * We are completely uploaded and fine\n< HTTP/1.1 503 Service Unavailable\n< Retry-After: 9\n<\n{\"error\":\"Grace sleeps\"}\n\
                   * Connection #0 to host api.example.com left intact\n";
    fs::write(home.path().join("verbose.txt"), verbose).unwrap();
    let from = ["plugin", "record", "asleep", "--from", "../verbose.txt"];
    said(on_host(&[&from[..], &component].concat())).await.well();
    let asleep: Value = serde_json::from_slice(&fs::read(project.join("cases/asleep.json")).unwrap()).unwrap();
    let answer = &asleep["provider"][0]["answer"];
    assert_eq!((&answer["status"], &answer["headers"]["retry-after"]), (&json!(503), &json!("9")), "{asleep:#}");
    assert!(!asleep.to_string().contains("Grace") && !asleep.to_string().contains("829913"), "{asleep:#}");
    said(on_host(&[&["plugin", "test", "--no-conformance"][..], &component].concat())).await.well();

    // What could not be read is kept as a dead letter, and becomes a case of what the plugin said of it.
    let broken = "{\"updates\": \"Ada Lovelace\"}";
    assert_eq!(come(broken).await, 200);
    let letter = host.api().all("/dead-letters").await.remove(0);
    let from = ["plugin", "record", "broken", "--dead-letter", letter["id"].as_str().unwrap()];
    said(on_host(&[&from[..], &component].concat())).await.well();
    let text = fs::read_to_string(project.join("cases/broken.json")).unwrap();
    let broken: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(broken["expect"]["refusal"]["type"], "malformed", "{text}");
    assert!(broken["receive"]["body"]["updates"].is_string() && !text.contains("Lovelace"), "{text}");
    said(on_host(&[&["plugin", "test", "--only", "broken"][..], &component].concat())).await.well();

    // An answer to what another case does.
    let like = ["plugin", "record", "tired", "--from", "../answer.txt", "--like", "refused"];
    said(on_host(&[&like[..], &component].concat())).await.well();
    let tired: Value = serde_json::from_slice(&fs::read(project.join("cases/tired.json")).unwrap()).unwrap();
    assert_eq!((&tired["send"], &tired["expect"]), (&refused["send"], &refused["expect"]), "{tired:#}");

    for (arguments, code, words) in [
        (&["plugin", "record", "real", "--envelope", "latest"][..], 2, "nothing is written over"),
        (&["plugin", "record", "../real", "--envelope", "latest"], 2, "no name for a case"),
        (&["plugin", "record", "x", "--from", "channel.toml"], 1, "channel.toml: it is no HTTP"),
        (&["plugin", "record", "x", "--from", "../answer.txt", "--like", "none"], 1, "the project has no case none"),
        (&["plugin", "record", "x", "--dead-letter", "0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21"], 1, "no such dead letter"),
    ] {
        let told = said(on_host(&[arguments, &component].concat())).await.badly(code);
        assert!(told.contains(words), "{arguments:?}: {told}");
    }
    host.stop().await;
}

/// The files of a form come along: their field, kind and size, and nothing of what was in them.
#[tokio::test]
async fn a_form_with_a_file_becomes_a_case_of_nobody() {
    let home = empty_folder();
    let host = TestHost::start_on(Database::Sqlite).await;
    host.api().install(lockgate_bundle::FORM).await;
    let inbox = host.api().post("/inboxes", &json!({ "name": "Sales" })).await;
    let channel = json!({ "plugin": "form", "inbox_id": inbox["id"], "name": "Contact form", "settings": { "origins": ["https://www.example.org"] } });
    let channel = host.api().post("/channels", &channel).await;
    let part =
        |head: &str, content: &str| format!("--b\r\ncontent-disposition: form-data; {head}\r\n\r\n{content}\r\n");
    let body = [
        part("name=\"email\"", "ada@lovelace.example"),
        part("name=\"message\"", "The plan is attached"),
        part("name=\"plan\"; filename=\"Lovelace.gif\"\r\ncontent-type: image/gif", "GIF89a: the plan of Ada's garden"),
        "--b--\r\n".to_owned(),
    ]
    .concat();
    let post = lockgate_tests::client().build().unwrap().post(channel["hooks"]["submit"].as_str().unwrap());
    let post =
        post.header("content-type", "multipart/form-data; boundary=b").header("origin", "https://www.example.org");
    assert_eq!(post.header("accept", "application/json").body(body).send().await.unwrap().status(), 200);

    let (token, key, form) = (home.path().join("token"), home.path().join("key"), home.path().join("form.wasm"));
    fs::write(&token, host.api().token()).unwrap();
    fs::write(&form, lockgate_bundle::FORM).unwrap();
    let mut record = command(
        home.path(),
        &["plugin", "record", "plan", "--envelope", "latest", "--component", "form.wasm", "--json"],
    );
    record.env("LOCKGATE_URL", host.api().origin()).env("LOCKGATE_TOKEN_FILE", &token);
    record.env("LOCKGATE_RECORD_KEY_FILE", &key);
    let recorded = said(record).await.json();
    assert_eq!(recorded["problem"], Value::Null, "{recorded:#}");
    let text = fs::read_to_string(home.path().join("cases/plan.json")).unwrap();
    for gone in ["Ada", "Lovelace", "lovelace", "garden"] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let case: Value = serde_json::from_str(&text).unwrap();
    let file = &case["receive"]["files"][0];
    assert_eq!((&file["field"], &file["content_type"]), (&json!("plan"), &json!("image/gif")), "{text}");
    let name = file["file_name"].as_str().unwrap();
    assert!(name.ends_with(".gif") && case["expect"].to_string().contains(name), "it is handed on: {text}");
    let test = ["plugin", "test", "--component", "form.wasm", "--only", "plan"];
    lockgate(home.path(), &test).await.well();
    host.stop().await;
}
