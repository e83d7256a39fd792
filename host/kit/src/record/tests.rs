//! Nothing that somebody could be known by is left in a recording.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const MANIFEST: &str = r#"
[plugin]
id = "pigeon"
name = "Pigeon"
version = "0.1.0"
contract = "lockgate:channel@0.1.0-dev.1"
description = "For a test."
[[setting]]
key = "account_id"
level = "channel"
label = "Account"
required = true
[[setting]]
key = "api_version"
level = "channel"
label = "Version"
default = "v3"
[account]
setting = "account_id"
[[credential]]
name = "webhook_secret"
level = "channel"
label = "Secret"
use = ["verify"]
required = true
[[route]]
name = "events"
level = "channel"
methods = ["POST"]
content_types = ["application/json"]
[route.verify.hmac]
header = "x-pigeon"
digest = "sha256"
credential = "webhook_secret"
"#;

fn manifest() -> Manifest {
    Manifest::parse(MANIFEST).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn pair(name: &str, value: &str) -> Pair {
    Pair { name: name.into(), value: value.into() }
}

const NOW: u64 = 1_767_323_045_000;

fn record_with(raw: &Raw, cases: &[Case], keep: &[&str], key: u8) -> (Value, Recorded) {
    let manifest = manifest();
    let keep: Vec<Keep> = keep.iter().map(|keep| keep.parse().unwrap()).collect();
    let settings = [
        ("account_id".to_owned(), SettingValue::Text("acme-gmbh".into())),
        ("api_version".to_owned(), SettingValue::Text("v3".into())),
    ];
    let recording = Recording {
        manifest: &manifest,
        cases,
        settings: Some(settings.into()),
        about: "Recorded",
        now_ms: NOW,
        keep: &keep,
        key: &StandInKey::new([key; 32]),
    };
    let recorded = recording.webhook(raw);
    let case = Case::parse(Path::new("recorded.json"), &recorded.text);
    assert!(case.is_ok(), "{case:?}\n{}", recorded.text);
    (serde_json::from_str(&recorded.text).unwrap(), recorded)
}

fn record(raw: &Raw) -> Value {
    record_with(raw, &[], &[], 1).0
}

fn json_webhook(body: &Value) -> Raw {
    let headers = vec![
        pair("content-type", "application/json; charset=utf-8"),
        pair("x-pigeon", "sha256=abcdef0123456789"),
        pair("X-Event-Type", "message"),
        pair("x-sender", "Ada Lovelace"),
        pair("authorization", "Bearer s3cret"),
        pair("accept", "text/html, */*;q=0.8"),
        pair("sec-fetch-mode", "Ada"),
        pair("origin", "https://www.acme.example"),
        pair("referer", "https://www.acme.example/contact/ada"),
        pair("user-agent", "Ada's own"),
        pair("x-forwarded-for", "203.0.113.7"),
    ];
    Raw {
        route: "events".into(),
        method: "POST".into(),
        headers,
        body: body.to_string().into_bytes(),
        ..Raw::default()
    }
}

#[test]
fn a_recording_looks_like_what_came_and_is_of_nobody() {
    let body = json!({
        "type": "message.new", "account": "acme-gmbh", "created_at": "2026-01-02T03:04:05Z", "timestamp": 1_767_323_044,
        "from": { "id": "4915112345678", "phone": "+49 151 12345678", "mail": "ada.lovelace@example.com", "first_name": "Ada" },
        "user": 4915112345678_u64, "count": 3, "ok": true, "place": { "lat": 52.520008, "age": 36 },
        "text": "Hallo Ada, schreib an ada.lovelace@example.com 🕊 Grüße",
        "photo": "https://cdn.acme.example/u/ada/photo.jpg?sig=abc", "2f8a7715-8c7e-4f1e-9d3c-0123456789ab": { "type": "Ada" },
        "payload": "{\"name\":\"Lovelace\"}",
    });
    let (case, recorded) = record_with(&json_webhook(&body), &[], &[], 1);
    let text = &recorded.text;
    for gone in [
        "Ada",
        "ada",
        "Lovelace",
        "acme",
        "4915112345678",
        "12345678",
        "52.52",
        "s3cret",
        "203.0",
        "abcdef0123",
        "2f8a7715",
        "Grüße",
    ] {
        assert!(!text.contains(gone), "{gone}: {text}");
    }
    let got = &case["receive"]["body"];
    for same in ["type", "created_at", "timestamp", "count", "ok"] {
        assert_eq!(got[same], body[same], "{same}");
    }
    assert_ne!(got["place"]["age"], 36);
    // The same value is the same everywhere: the account in a setting, the phone number however it is written.
    assert_eq!(got["account"], case["settings"]["account_id"]);
    assert_eq!(case["settings"]["api_version"], "v3");
    let phone = got["from"]["phone"].as_str().unwrap();
    assert!(phone.starts_with("+1") && phone.contains("55501") && phone.len() == 12, "{phone}");
    assert_eq!(got["from"]["id"], phone.trim_start_matches('+'));
    assert_eq!(got["user"].to_string(), phone.trim_start_matches('+'));
    let mail = got["from"]["mail"].as_str().unwrap();
    assert!(mail.ends_with("@example.org") && got["text"].as_str().unwrap().contains(mail), "{got:#}");
    assert!(got["text"].as_str().unwrap().contains("🕊"));
    assert!(
        got["photo"].as_str().unwrap().contains(".example.org/") && got["photo"].as_str().unwrap().ends_with(".jpg")
    );
    assert_eq!(got["from"]["first_name"].as_str().unwrap().len(), 3);
    let headers = &case["receive"]["headers"];
    assert_eq!(headers[0], json!(["content-type", "application/json"]));
    assert_eq!(
        (&headers[1], headers[2][0].as_str(), headers.as_array().unwrap().len()),
        (&json!(["x-event-type", "message"]), Some("x-sender"), 7)
    );
    assert_eq!(headers[3], json!(["accept", "text/html, */*;q=0.8"]));
    let site = headers[5][1].as_str().unwrap();
    assert!(site.ends_with(".example.org") && headers[6][1].as_str().unwrap().starts_with(&format!("{site}/")));
    assert!(recorded.kept.contains(&"/type \"message.new\"".to_owned()), "{:?}", recorded.kept);

    assert_eq!(record(&json_webhook(&body)), case, "again it is the same");
    let other = record_with(&json_webhook(&body), &[], &[], 2).0;
    assert_ne!(other["receive"]["body"]["from"], case["receive"]["body"]["from"], "with another key it is another");
}

#[test]
fn what_a_case_shows_and_what_is_named_stays() {
    let case = Case::parse(
        Path::new("a.json"),
        &json!({ "about": "x", "receive": { "route": "events", "body": { "Odd": { "mood": "happy", "id": "ada" } } }, "expect": { "events": [] } })
            .to_string(),
    )
    .unwrap();
    let raw = json_webhook(
        &json!({ "Odd": { "mood": "happy", "id": "ada" }, "list": [{ "mood": "sad", "tag": "one" }, { "tag": "two" }] }),
    );
    let got = record_with(&raw, &[case], &["/list/*/tag", "header:x-sender"], 1).0;
    let body = &got["receive"]["body"];
    assert_eq!(
        (&body["Odd"]["mood"], &body["list"][0]["tag"], &body["list"][1]["tag"]),
        (&json!("happy"), &json!("one"), &json!("two"))
    );
    assert_ne!(body["Odd"]["id"], "ada", "an id is somebody's own");
    assert_ne!(body["list"][0]["mood"], "sad");
    assert!(got["receive"]["headers"].to_string().contains("Ada Lovelace"));
    assert!("entry".parse::<Keep>().unwrap_err().contains("/entry/0/id"));
}

#[test]
fn a_path_and_a_day_of_birth_are_somebodys_own() {
    let mut raw = json_webhook(&json!({
        "dob": "1990-05-17T00:00:00Z", "anniversary": "2011-06-18 10:00:00", "seen": "2026-01-02T03:00:00+00:00", "born_at": 642_902_400,
    }));
    raw.path = "/rooms/ada-lovelace/tok-k3x9qz7v".into();
    let (case, recorded) = record_with(&raw, &[], &[], 1);
    for gone in ["rooms", "lovelace", "k3x9", "1990", "2011", "642902400"] {
        assert!(!recorded.text.contains(gone), "{gone}: {}", recorded.text);
    }
    let body = &case["receive"]["body"];
    assert_eq!(body["seen"], "2026-01-02T03:00:00+00:00", "of the day on which it came");
    assert!(body["dob"].as_str().unwrap().parse::<Timestamp>().is_ok(), "{body}");

    let known = json!({ "about": "x", "receive": { "route": "events", "path": "/rooms", "body": {} }, "expect": { "events": [] } });
    let known = Case::parse(Path::new("a.json"), &known.to_string()).unwrap();
    let (case, recorded) = record_with(&raw, &[known], &["path:3"], 1);
    let path = case["receive"]["path"].as_str().unwrap();
    assert!(path.starts_with("/rooms/") && path.ends_with("/tok-k3x9qz7v") && !path.contains("ada"), "{path}");
    assert!(recorded.kept.contains(&"path:3 \"tok-k3x9qz7v\"".to_owned()), "{:?}", recorded.kept);
}

#[test]
fn a_form_and_what_is_neither_are_recorded_too() {
    let mut raw = json_webhook(&Value::Null);
    raw.headers = vec![pair("content-type", "application/x-www-form-urlencoded")];
    raw.body =
        b"MessageStatus=delivered&From=%2B4915112345678&Body=Hi+Ada&payload=%7B%22user%22%3A%22ada9%22%7D".to_vec();
    let got = record(&raw)["receive"]["body"].as_str().unwrap().to_owned();
    assert!(got.starts_with("MessageStatus=delivered&From=%2B1") && got.contains("55501"), "{got}");
    assert!(!got.contains("Ada") && !got.contains("ada9"), "{got}");
    raw.headers = vec![pair("content-type", "text/xml")];
    raw.body = b"<from>Ada</from>".to_vec();
    assert!(!record(&raw)["receive"]["body"].as_str().unwrap().contains("Ada"));
    raw.body = vec![0xff, 0xfe, 1];
    assert_ne!(record(&raw)["receive"]["body_base64"], "//4B");
}

#[test]
fn files_of_a_form_are_of_their_kind_and_of_nobody() {
    let files = |rule: &str, files: &[(&str, Option<&str>, u64)]| {
        let manifest = MANIFEST.replace("content_types = [\"application/json\"]", rule);
        let manifest = Manifest::parse(&manifest).unwrap_or_else(|problems| panic!("{problems:?}"));
        let attached = |(name, kind, size): &(&str, Option<&str>, u64)| Attached {
            field: "plan".into(),
            file_name: Some((*name).into()),
            content_type: kind.map(str::to_owned),
            size: *size,
        };
        let mut raw = json_webhook(&Value::Null);
        raw.headers = vec![pair("content-type", "application/x-www-form-urlencoded")];
        (raw.body, raw.files) = (b"name=Ada".to_vec(), files.iter().map(attached).collect());
        let recording = Recording {
            manifest: &manifest,
            cases: &[],
            settings: None,
            about: "Recorded",
            now_ms: NOW,
            keep: &[],
            key: &StandInKey::new([1; 32]),
        };
        let recorded = recording.webhook(&raw);
        let case = Case::parse(Path::new("recorded.json"), &recorded.text).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(crate::project::unknown(&case, &manifest), [""; 0], "{}", recorded.text);
        let CaseCall::Receive(webhook) = case.call else { panic!("{}", recorded.text) };
        (recorded, webhook.files)
    };
    let (recorded, seen) = files(
        "[route.files]",
        &[
            ("Ada Lovelace.jpg", Some("image/jpeg"), 4000),
            ("notes.txt", Some("text/plain; charset=utf-8; name=Ada"), 12),
            ("Lovelace", Some("Ada/Lovelace"), 9),
            ("plan.lady", Some("lady/lovelace"), 1),
            ("empty.pdf", None, 0),
        ],
    );
    for gone in ["Ada", "ovelace", "lady"] {
        assert!(!recorded.text.contains(gone), "{}", recorded.text);
    }
    let told = |file: &crate::case::CaseFile| {
        let kind = lockgate_model::media::kind_of(&file.bytes);
        (kind, file.bytes.len(), file.content_type.clone())
    };
    let told: Vec<_> = seen.iter().map(told).collect();
    assert_eq!(
        told,
        [
            ("image/jpeg", 256, Some("image/jpeg".into())),
            ("text/plain", 12, Some("text/plain".into())),
            ("application/octet-stream", 9, None),
            ("application/octet-stream", 1, None),
            ("application/octet-stream", 0, None),
        ]
    );
    assert!(seen[0].file_name.as_deref().is_some_and(|name| name.ends_with(".jpg") && name.len() == 16), "{seen:?}");
    assert!(recorded.kept.contains(&"files:0 \"image/jpeg\"".to_owned()), "{:?}", recorded.kept);

    // A route that takes images alone was sent one, whatever its sender said.
    let (_, seen) = files("[route.files]\ncontent_types = [\"image/*\"]", &[("ada.bin", Some("application/odd"), 900)]);
    assert_eq!(lockgate_model::media::kind_of(&seen[0].bytes), "image/jpeg");
}

#[test]
fn an_answer_is_to_the_call_that_asked() {
    let folder = tempfile::tempdir().unwrap();
    let case = |name: &str, method: &str, url: &str, rest: &Value| {
        let exchange = json!({ "request": { "method": method, "url": url }, "answer": { "status": 200 } });
        let mut case = json!({ "about": name, "state": { "seen": "1" }, "provider": [exchange] });
        case.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        std::fs::write(folder.path().join(name).with_extension("json"), case.to_string()).unwrap();
    };
    let about = json!({ "look_up": { "templates": {} }, "expect": { "found": [] } });
    case("a-list", "GET", "https://api.example.com/templates?limit=9", &about);
    let poll = json!({ "poll": { "cursor": "7" }, "expect": { "events": [], "cursor": "8" } });
    case("b-poll", "GET", "https://api.example.com/updates", &poll);
    let cases = || crate::read_cases(folder.path()).unwrap_or_else(|problems| panic!("{problems:?}"));
    let answers = |cases: &[Case], text: &str, like: Option<&str>| {
        let manifest = manifest();
        let recording = Recording {
            manifest: &manifest,
            cases,
            settings: None,
            about: "Recorded",
            now_ms: NOW + 1000,
            keep: &[],
            key: &StandInKey::new([1; 32]),
        };
        let saved = dump::read(text.as_bytes()).unwrap();
        let recorded = recording.answers(&saved, like)?;
        let case = Case::parse(Path::new("recorded.json"), &recorded.text);
        assert!(case.is_ok(), "{case:?}\n{}", recorded.text);
        Ok::<Value, String>(serde_json::from_str(&recorded.text).unwrap())
    };
    let saved = "> GET /updates?after=7 HTTP/1.1\n> Host: api.example.com\n>\n< HTTP/1.1 429 No\n< Retry-After: 5\n<\n{\"error\":\"Ada\"}\n";
    let polled = answers(&cases(), saved, None).unwrap();
    assert_eq!(
        (&polled["poll"]["cursor"], &polled["state"]["seen"], &polled["expect"]["cursor"]),
        (&json!("7"), &json!("1"), &json!("8")),
        "the call is as it stands in the case: {polled:#}"
    );
    assert_eq!((&polled["about"], &polled["provider"][0]["answer"]["status"]), (&json!("Recorded"), &json!(429)));
    assert!(!polled.to_string().contains("Ada"), "{polled:#}");
    // An answer alone tells nothing of what was asked.
    let alone = "HTTP/1.1 503 No\n\n";
    let first = json!({ "state": {}, "poll": {}, "expect": { "events": [], "cursor": "8" } });
    case("d-first", "POST", "https://api.example.com/bot{token}/updates", &first);
    let first = answers(&cases(), &saved.replace("GET /updates", "POST /bot123:ABC/updates"), None).unwrap();
    assert_eq!((&first["poll"], &first["now"]), (&json!({}), &json!("2026-01-02T03:04:06Z")), "{first:#}");
    assert_eq!(polled["now"], "2026-01-02T03:04:05Z", "what is in its state holds at its time");
    assert!(answers(&cases(), alone, None).unwrap().get("look_up").is_some(), "the first that asks");
    assert!(answers(&cases(), alone, Some("b-poll")).unwrap().get("poll").is_some());
    let send = json!({ "send": { "thread": { "key": "1" }, "parts": [] }, "expect": { "outcomes": [] } });
    case("c-send", "POST", "https://api.example.com/send", &send);
    assert!(answers(&cases(), alone, None).unwrap().get("send").is_some(), "the first that sends");
    for (cases, like, words) in
        [(cases(), Some("none"), "the project has no case none"), (Vec::new(), None, "no case of the project asks")]
    {
        assert!(answers(&cases, alone, like).unwrap_err().contains(words));
    }
}

#[test]
fn a_provider_is_told_from_a_hook() {
    let rule = |host: &str| {
        let rule = format!(
            "[[egress]]\nname = \"x\"\nhost = \"{host}\"\nmethods = [\"GET\"]\npaths = [\"/a\"]\neffect = \"read\"\n"
        );
        Manifest::parse(&format!("{MANIFEST}{rule}")).unwrap_or_else(|problems| panic!("{problems:?}"))
    };
    let entry = |url: &str| {
        let har = json!({ "log": { "entries": [{ "request": { "method": "GET", "url": url }, "response": { "status": 200 } }] } });
        dump::read(har.to_string().as_bytes()).unwrap().remove(0)
    };
    let named = rule("*.example.com:8443");
    for (url, is) in [
        ("https://API.example.com:8443/a", true),
        ("https://ada:pw@api.example.com:8443", true),
        ("https://api.example.com/a", false),
        ("https://host.example/hooks/k/events", false),
    ] {
        assert_eq!(entry(url).asks_named(&named, &[]), is, "{url}");
        assert!(!entry(url).may_ask_set(&named), "{url}");
    }
    let set = rule("{settings.account_id}");
    assert!(entry("https://shop.example/a").may_ask_set(&set));
    assert!(!entry("https://host.example/lockgate/hooks/k/events").may_ask_set(&set));
    assert!(entry("https://api.example.com:443/a").asks_named(&rule("api.example.com"), &[]));
    let asked = json!({ "about": "x", "look_up": { "templates": {} }, "expect": { "found": [] },
        "provider": [{ "request": { "method": "GET", "url": "https://shop.example/a" }, "answer": { "status": 200 } }] });
    let asked = Case::parse(Path::new("a.json"), &asked.to_string()).unwrap_or_else(|error| panic!("{error}"));
    assert!(entry("https://shop.example/b").asks_named(&named, &[asked]));
    assert!(dump::read(b"HTTP/1.1 200 OK\n\n").unwrap()[0].asks_named(&named, &[]), "an answer alone");
}

#[test]
fn what_was_saved_is_read() {
    let one = |text: &str| dump::read(text.as_bytes()).unwrap().remove(0);
    let both = one(
        "POST /hooks/k/events/more?a=b%20c HTTP/1.1\r\nHost: h.example\r\nContent-Length: 4\r\n\r\n{ }\n\nHTTP/1.1 200 OK\r\nX: y\r\n\r\nok\n",
    );
    let request = both.request.unwrap();
    assert_eq!(
        (request.path(), request.host(), request.query()),
        ("/hooks/k/events/more", Some("h.example"), vec![pair("a", "b c")])
    );
    assert_eq!((request.body.as_slice(), both.reply.unwrap().body.as_slice()), (&b"{ }\n"[..], &b"ok"[..]));
    let reply = one("HTTP/2 429\nretry-after: 5\n\n{\"error\":1}\n").reply.unwrap();
    assert_eq!((reply.status, reply.body.as_slice()), (429, &b"{\"error\":1}"[..]));
    for before in
        ["HTTP/1.1 200 Connection established\r\n\r\n", "HTTP/1.1 100 Continue\n\n", "HTTP/2 302\nlocation: /b\n\n"]
    {
        let reply = one(&format!("{before}HTTP/1.1 429 Too Many\nretry-after: 5\n\nslow\n")).reply.unwrap();
        assert_eq!((reply.status, reply.body.as_slice()), (429, &b"slow"[..]), "{before}");
    }
    let verbose = one(
        "* Connected\n> GET https://a.example/x HTTP/1.1\n> Accept: */*\n>\n< HTTP/1.1 204 No Content\n< A: b\n<\n",
    );
    assert_eq!((verbose.request.unwrap().host(), verbose.reply.unwrap().status), (Some("a.example"), 204));
    let har = json!({ "log": { "entries": [{ "request": { "method": "POST", "url": "https://a.example/b", "headers": [], "postData": { "text": "x" } },
        "response": { "status": 200, "headers": [], "content": { "text": "{}" } } }] } });
    assert_eq!(one(&har.to_string()).reply.unwrap().body, b"{}");
    let coded = har.to_string().replace(r#""text":"{}""#, r#""encoding":"base64","text":"e30=""#);
    assert_eq!(one(&coded).reply.unwrap().body, b"{}");
    for (text, words) in [("hello", "it is no HTTP"), ("{}", "no HAR file"), ("HTTP/1.1 abc\n\n", "no status")] {
        assert!(dump::read(text.as_bytes()).unwrap_err().contains(words), "{text}");
    }
}

/// A field that a person's data could stand in.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("from".to_owned()),
        Just("name".to_owned()),
        Just("type".to_owned()),
        Just("wa_id".to_owned()),
        "[a-z]{1,8}(_[a-z]{1,5})?"
    ]
}

/// Something that somebody could be known by.
fn own() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Z][a-z]{4,9} [A-Z][a-z]{4,9}",
        "[a-z]{3,8}\\.[a-z]{3,8}@[a-z]{4,8}\\.(com|de)",
        "\\+[1-9][0-9]{9,12}",
        "[1-9][0-9]{7,18}",
        "[A-Za-z0-9_-]{6,10}[0-9]{4}[A-Za-z0-9_-]{6,30}",
        "https://[a-z]{5,9}\\.[a-z]{2}/[a-zA-Z0-9]{6,20}",
        "[äöüßéα-ω]{6,12}",
    ]
}

proptest! {
    #[test]
    fn nothing_planted_survives(planted in proptest::collection::vec((field(), own(), 0_u8..6), 1..12)) {
        let mut list = Vec::new();
        for (name, own, how) in &planted {
            list.push(match how {
                0 => json!({ name: own }),
                1 => json!({ own.as_str(): { name: true } }),
                2 => json!({ name: format!("Well, {own} said so") }),
                3 => json!({ name: [own, { "more": own }] }),
                4 => json!({ name: json!({ "inner": own }).to_string() }),
                _ => json!({ name: own.parse::<u64>().map_or_else(|_| json!(own), Into::into) }),
            });
        }
        let mut raw = json_webhook(&Value::Array(list));
        raw.query = planted.iter().map(|(name, own, _)| pair(name, own)).collect();
        raw.headers.extend(planted.iter().map(|(_, own, _)| pair("x-about", own)));
        raw.path = format!("/{}", planted.iter().map(|(_, own, _)| own.replace(['/', ' '], "")).next().unwrap_or_default());
        let (_, recorded) = record_with(&raw, &[], &[], 3);
        for (name, own, _) in &planted {
            // A moment is none of what is planted here.
            let moment = own.parse::<u64>().is_ok();
            let told = moment && kind::tells_time(name);
            prop_assert!(told || !recorded.text.contains(own.as_str()), "{own} in {}", recorded.text);
        }
    }
}
