//! What a case may say, and how what it may not is told.

use std::path::Path;

use super::*;

fn parse(text: &str) -> Result<Case, String> {
    Case::parse(Path::new("cases/one.json"), text).map_err(|problem| problem.to_string())
}

const WEBHOOK: &str = r#"{
  "about": "One text",
  "receive": {
    "route": "events",
    "headers": { "Content-Type": "application/json" },
    "query": [["a", "1"], ["a", "2"]],
    "body": { "id": 1 }
  },
  "expect": { "events": [] }
}"#;

#[test]
fn a_webhook_is_read_with_its_defaults() {
    let case = parse(WEBHOOK).unwrap();
    assert_eq!((case.name.as_str(), case.now_ms), ("one", NOW_MS));
    let CaseCall::Receive(webhook) = case.call else { panic!("it is a webhook") };
    assert_eq!(webhook.body, br#"{"id":1}"#);
    assert_eq!(webhook.headers, [Pair { name: "content-type".into(), value: "application/json".into() }]);
    assert_eq!(webhook.query.iter().map(|pair| pair.value.as_str()).collect::<Vec<_>>(), ["1", "2"]);
}

#[test]
fn a_body_is_a_value_a_text_or_bytes() {
    let body = |body: &str| {
        let CaseCall::Receive(webhook) = parse(&WEBHOOK.replace("\"body\": { \"id\": 1 }", body)).unwrap().call else {
            panic!("it is a webhook")
        };
        webhook.body
    };
    assert_eq!(body(r#""body": "a=b&c=d""#), b"a=b&c=d");
    assert_eq!(body(r#""body_base64": "AP8=""#), [0, 255]);
    assert_eq!(body(r#""path": """#), b"");
    assert_eq!(body(r#""body": [1, "é"]"#), "[1,\"é\"]".as_bytes());
}

#[test]
fn a_file_that_leaves_a_doubt_is_refused_with_its_line() {
    let event = r#""events": [{ "at": 1, "body": { "type": "typing", "value": true } }]"#;
    let with_event = |from: &str, to: &str| event.replacen(from, to, 1);
    for (from, to, words) in [
        ("\"about\"", "\"abuot\"", &["cases/one.json:2: ", "unknown field `abuot`", "`about`"][..]),
        ("\"route\"", "\"rout\"", &["cases/one.json:4: ", "receive.rout", "unknown field"]),
        ("\"events\": []", "", &["cases/one.json:9: ", "met by everything", "\"events\""]),
        ("\"events\": []", "\"evnts\": []", &["cases/one.json:9: ", "unknown field `evnts`"]),
        ("\"events\": []", "\"outcomes\": []", &["cases/one.json:9: ", "are a draft's"]),
        ("\"events\": []", "\"events\": [], \"refusal\": {}", &["not both"]),
        (
            "\"events\": []",
            "\"refusal\": { \"type\": \"malformed\", \"valeu\": \"\" }",
            &["cases/one.json:9: ", "`valeu`"],
        ),
        (
            "\"events\": []",
            "\"events\": [\n{ \"dedup\": 1 }]",
            &["cases/one.json:10: ", "expect.events[0].dedup", "a string"],
        ),
        ("\"events\": []", &with_event("typing", "tipping"), &["expect.events[0].body", "unknown variant `tipping`"]),
        ("\"events\": []", &with_event("\"body\"", "\"bdy\""), &["expect.events[0]", "no field `bdy`"]),
        (
            "\"events\": []",
            "\"events\": [], \"response\": { \"code\": 1 }",
            &["expect.response", "unknown field `code`"],
        ),
        ("\"One text\"", "\" \"", &["cases/one.json:2: ", "say in a sentence"]),
        ("\"One text\",", "\"One text\", \"now\": \"yesterday\",", &["cases/one.json:2: ", "now"]),
        (
            "\"One text\",",
            "\"One text\", \"settings\": {\"a\": {}},",
            &["cases/one.json:2: ", "settings.a", "a text, a number"],
        ),
        ("\"One text\",", "\"One text\", \"send\": {},", &["about one call"]),
        ("\"body\"", "\"body_base64\": \"AA==\", \"body\"", &["stands there already"]),
        ("\"body\": { \"id\": 1 }", "\"body_base64\": \"!\"", &["cases/one.json:7: ", "no Base64"]),
        ("\"route\": \"events\"", "\"route\": \"events\", \"path\": \"x\"", &["begins with \"/\""]),
        ("\"application/json\"", "1", &["an object of texts"]),
        ("[] }\n}", "[] }\n} {}", &["text behind the case"]),
        (
            "\"receive\"",
            "\"provider\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://a\"}, \"answer\": {\"status\": 200}}], \"receive\"",
            &["no request leaves"],
        ),
        (
            "\"receive\"",
            "\"provider\": [{\"request\": {\"method\": \"GET\", \"url\": \"http://a\"}, \"answer\": {\"status\": 200}}], \"receive\"",
            &["provider[0].request.url", "https://"],
        ),
        (
            "\"receive\"",
            "\"provider\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://a\"}, \"answer\": {\"status\": 20}}], \"receive\"",
            &["provider[0].answer.status", "from 200 to 599"],
        ),
        (
            "\"receive\"",
            "\"provider\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://a\"}, \"answer\": {\"staus\": 200}}], \"receive\"",
            &["an answer has a \"status\""],
        ),
        ("{\n", "[\n", &["cases/one.json:2: "]),
    ] {
        assert!(WEBHOOK.contains(from), "{from}");
        let refused = parse(&WEBHOOK.replacen(from, to, 1)).unwrap_err();
        assert!(words.iter().all(|word| refused.contains(word)), "{to}: {refused}");
    }
    assert!(parse(r#"{"about": "Nothing", "expect": {"events": []}}"#).unwrap_err().contains("nothing happens"));
    assert!(parse(r#"{"about": "A", "send": {}, "expect": {}}"#).unwrap_err().contains("\"outcomes\""));
    assert!(parse(r#"{"about": "A", "preview": {}, "expect": {}}"#).unwrap_err().contains("\"problems\""));
    assert!(parse(r#"{"about": "A", "send": {"pars": []}, "expect": {}}"#).unwrap_err().contains("no field `pars`"));
    assert!(parse("").is_err());
}

#[test]
fn what_is_looked_up_is_one_function_and_expects_one_thing() {
    let case = |look_up: &str, expect: &str| {
        parse(&format!("{{\n\"about\": \"A\",\n\"look_up\": {look_up},\n\"expect\": {expect}\n}}"))
    };
    let profile = r#"{"profile": {"key": "a"}}"#;
    let CaseCall::LookUp(look_up) = case(profile, r#"{"nothing": true}"#).unwrap().call else { panic!("it is a look") };
    assert_eq!(look_up, LookUp::Profile { key: "a".into(), thread: None });
    assert!(case(r#"{"templates": {}}"#, r#"{"found": []}"#).is_ok());
    for (look_up, expect, words) in [
        (r#"{"templats": {}}"#, "{}", &["cases/one.json:3: look_up", "unknown variant `templats`", "`templates`"][..]),
        (r#"{"profile": {"kee": "a"}}"#, "{}", &["cases/one.json:3: look_up", "unknown field `kee`", "`key`"]),
        (r#"{"resolve": {"kind": "fax", "address": "1"}}"#, "{}", &["cases/one.json:3: ", "unknown variant `fax`"]),
        (profile, "{}", &["cases/one.json:4: ", "met by everything", "\"found\""]),
        (profile, r#"{"nothing": false}"#, &["met by everything"]),
        (profile, r#"{"nothing": true, "found": {"key": "a"}}"#, &["write one of them"]),
        (profile, r#"{"events": []}"#, &["of other calls"]),
        (profile, r#"{"found": {"nam": "a"}}"#, &["cases/one.json:4: expect.found", "no field `nam`", "`name`"]),
        (r#"{"templates": {}}"#, r#"{"nothing": true}"#, &["an empty one"]),
        (r#"{"templates": {}}"#, r#"{"found": {}}"#, &["cases/one.json:4: expect.found", "a list"]),
        (r#"{"templates": {}}"#, r#"{"found": [{"nam": "a"}]}"#, &["expect.found[0]", "no field `nam`"]),
    ] {
        let refused = case(look_up, expect).unwrap_err();
        assert!(words.iter().all(|word| refused.contains(word)), "{look_up} {expect}: {refused}");
    }
    let sent = parse(&WEBHOOK.replacen("\"events\": []", "\"events\": [], \"found\": {}", 1)).unwrap_err();
    assert!(sent.contains("of what is looked up"), "{sent}");
}

#[test]
fn a_draft_is_read_with_what_the_provider_does() {
    let text = r#"{
      "about": "An answer is sent",
      "now": "2026-02-03T04:05:06Z",
      "settings": { "page_id": "1001", "debug": true, "scopes": ["a"], "wait": 2 },
      "bound": ["page_token"],
      "state": { "cursor": "12" },
      "send": {
        "thread": { "key": "t" },
        "recipients": [{ "key": "u" }],
        "parts": [{ "part": { "content": { "type": "text", "value": { "plain": "Hi" } } } }, { "id": 7, "part": { "content": { "type": "fields" } } }]
      },
      "provider": [
        { "request": { "method": "POST", "url": "https://graph.facebook.com/x", "body": { "a": 1 } }, "answer": { "status": 200, "body": {} } },
        { "request": { "method": "POST", "url": "https://graph.facebook.com/x" }, "answer": "closed" }
      ],
      "expect": { "outcomes": [] }
    }"#;
    let refused = parse(text).unwrap_err();
    assert!(refused.starts_with("cases/one.json:10: send.parts[1].part.content: missing field `value`"), "{refused}");

    let case = parse(&text.replace("\"fields\"", "\"fields\", \"value\": []")).unwrap();
    assert_eq!(case.now_ms, 1_770_091_506_000);
    assert_eq!(case.provider[1].answer, Answered::Broken(Break::Closed));
    assert_eq!(case.settings.len(), 4);
    assert_eq!(case.state["cursor"], b"12");
    let CaseCall::Send(draft) = case.call else { panic!("it is sent") };
    assert_eq!((draft.account.as_str(), draft.attempt), (ACCOUNT, 1));
    assert_eq!(draft.parts.iter().map(|part| part.id).collect::<Vec<_>>(), [0, 7]);
    assert_ne!(draft.parts[0].client_ref, draft.parts[1].client_ref);
}

const ACT: &str = r#"{
  "about": "A reaction",
  "act": {
    "type": "react",
    "symbol": "👍",
    "added": true,
    "target": { "thread": { "key": "5001" }, "message": "m_1", "contexts": { "thread": { "value": "t" } } }
  },
  "provider": [{ "request": { "method": "POST", "url": "https://a/b" }, "answer": { "status": 200 } }],
  "expect": { "outcome": { "type": "sent", "value": {} } }
}"#;

#[test]
fn an_action_is_read_with_its_target() {
    let act = |text: &str| {
        let CaseCall::Act(acting) = parse(text).unwrap().call else { panic!("it is an action") };
        acting
    };
    let Acting { target, action } = act(ACT);
    assert_eq!(action, Action::React { symbol: "👍".into(), added: true, reaction: None });
    assert_eq!(target.message.as_deref(), Some("m_1"));
    assert_eq!(target.client_ref, "00000000-0000-4000-8000-000000000001");
    assert_eq!(target.contexts.thread.map(|context| context.value), Some("t".into()));
    let react = "\"type\": \"react\",\n    \"symbol\": \"👍\",\n    \"added\": true,";
    for (keys, name) in [
        (r#""type": "edit", "parts": [{ "content": { "type": "text", "value": { "plain": "Hi" } } }],"#, "edit"),
        (r#""type": "delete","#, "delete"),
        (r#""type": "mark_read","#, "mark-read"),
        (r#""type": "typing", "on": false, "author": { "name": "Ada" },"#, "typing"),
        (r#""type": "take_over", "on": true,"#, "take-over"),
        (r#""type": "ended", "ended": true,"#, "ended"),
    ] {
        assert!(ACT.contains(react));
        assert_eq!(act(&ACT.replacen(react, keys, 1)).action.name(), name);
    }
}

#[test]
fn an_action_that_leaves_a_doubt_is_refused_with_its_line() {
    for (from, to, words) in [
        ("\"react\"", "\"like\"", &["cases/one.json:4: ", "act.type", "unknown variant `like`", "mark_read"][..]),
        ("\"symbol\"", "\"symbl\"", &["cases/one.json:5: ", "act.symbl", "unknown field `symbl`"]),
        ("\"symbol\": \"👍\",", "", &["cases/one.json:3: ", "act: react needs \"symbol\""]),
        ("\"added\": true", "\"on\": true", &["act", "react"]),
        (
            "\"added\": true,",
            "\"added\": true, \"ended\": true,",
            &["cases/one.json:6: ", "react takes no \"ended\"", "symbol, added, reaction"],
        ),
        (
            "\"message\"",
            "\"mesage\"",
            &["cases/one.json:7: ", "act.target: there is no field `mesage`", "`client_ref`"],
        ),
        ("\"key\": \"5001\"", "\"key\": 5001", &["cases/one.json:7: ", "act.target.thread.key", "a string"]),
        ("\"target\"", "\"tagret\"", &["unknown field `tagret`"]),
        (
            "\"outcome\": { \"type\": \"sent\", \"value\": {} }",
            "",
            &["cases/one.json:10: ", "met by everything", "\"outcome\""],
        ),
        ("\"type\": \"sent\", \"value\": {}", "", &["cases/one.json:10: ", "expect.outcome", "missing"]),
        ("\"type\": \"sent\"", "\"type\": \"done\"", &["expect.outcome", "unknown variant `done`"]),
        ("\"outcome\":", "\"events\": [], \"outcome\":", &["one \"outcome\", and nothing else"]),
        ("\"outcome\":", "\"outcomes\": [], \"outcome\":", &["one \"outcome\", and nothing else"]),
        ("\"act\": {", "\"poll\": {}, \"act\": {", &["about one call", "\"act\""]),
    ] {
        assert!(ACT.contains(from), "{from}");
        let refused = parse(&ACT.replacen(from, to, 1)).unwrap_err();
        assert!(words.iter().all(|word| refused.contains(word)), "{to}: {refused}");
    }
    let elsewhere = WEBHOOK.replacen("\"events\": []", "\"outcome\": { \"type\": \"sent\", \"value\": {} }", 1);
    assert!(parse(&elsewhere).unwrap_err().contains("\"outcome\" is of \"act\""));
}

#[test]
fn a_form_brings_files_in_three_spellings() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cv.pdf"), b"%PDF").unwrap();
    let with = |files: &str| {
        let text = WEBHOOK.replacen("\"route\"", &format!("\"files\": {files},\n    \"route\""), 1);
        Case::parse(&folder.path().join("one.json"), &text).map_err(|problem| problem.to_string())
    };
    let case = with(
        r#"[{ "field": "a", "file_name": "../x/é.txt", "content_type": "text/plain", "text": "Hi" },
            { "field": "b", "base64": "AP8=" }, { "field": "c", "path": "cv.pdf" }]"#,
    );
    let CaseCall::Receive(webhook) = case.unwrap().call else { panic!("it is a webhook") };
    let bytes: Vec<&[u8]> = webhook.files.iter().map(|file| file.bytes.as_ref()).collect();
    assert_eq!(bytes, [&b"Hi"[..], &[0, 255], b"%PDF"]);
    assert_eq!(webhook.files[0].file_name.as_deref(), Some("é.txt"), "as the host hands it over");
    let shown = webhook.files[2].shown(3);
    assert_eq!((shown.stored.as_str(), shown.size), ("file-3", 4));
    for (files, words) in [
        (r#"[{ "field": "a" }]"#, &["one.json:4: ", "receive.files[0]: it has no bytes", "\"path\""][..]),
        (r#"[{ "field": "a", "text": "", "base64": "" }]"#, &["receive.files[0]: its bytes stand there twice"]),
        (r#"[{ "field": "a", "base64": "!" }]"#, &["receive.files[0].base64: this is no Base64"]),
        (r#"[{ "field": "a", "txt": "" }]"#, &["one.json:4: ", "unknown field `txt`"]),
        (r#"[{ "text": "" }]"#, &["missing field `field`"]),
        (r#"[{ "field": "a", "path": "none.pdf" }]"#, &["receive.files[0].path: none.pdf: No such file"]),
        (r#"[{ "field": "a", "path": "../one.pdf" }]"#, &["it is not beside the case"]),
        (r#"[{ "field": "a", "path": "/etc/hostname" }]"#, &["it is not beside the case"]),
    ] {
        let refused = with(files).unwrap_err();
        assert!(words.iter().all(|word| refused.contains(word)), "{files}: {refused}");
    }
}
