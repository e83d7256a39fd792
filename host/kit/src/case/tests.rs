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
    for (from, to, words) in [
        ("\"about\"", "\"abuot\"", &["cases/one.json:2: ", "unknown field `abuot`", "`about`"][..]),
        ("\"route\"", "\"rout\"", &["cases/one.json:4: ", "receive.rout", "unknown field"]),
        ("\"events\": []", "", &["cases/one.json:9: ", "met by everything", "\"events\""]),
        ("\"events\": []", "\"evnts\": []", &["cases/one.json:9: ", "unknown field `evnts`"]),
        ("\"events\": []", "\"outcomes\": []", &["cases/one.json:9: ", "are a draft's"]),
        ("\"events\": []", "\"events\": [], \"refusal\": {}", &["not both"]),
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
        ("\"application/json\"", "1", &["is a text"]),
        ("[] }\n}", "[] }\n} {}", &["text behind the case"]),
        (
            "\"receive\"",
            "\"provider\": [{\"request\": {\"method\": \"GET\", \"url\": \"https://a\"}, \"answer\": {\"status\": 200}}], \"receive\"",
            &["no request leaves"],
        ),
        ("{\n", "[\n", &["cases/one.json:1: "]),
    ] {
        assert!(WEBHOOK.contains(from), "{from}");
        let refused = parse(&WEBHOOK.replacen(from, to, 1)).unwrap_err();
        assert!(words.iter().all(|word| refused.contains(word)), "{to}: {refused}");
    }
    assert!(parse(r#"{"about": "Nothing", "expect": {"events": []}}"#).unwrap_err().contains("nothing happens"));
    assert!(parse(r#"{"about": "A", "send": {}, "expect": {}}"#).unwrap_err().contains("\"outcomes\""));
    assert!(parse(r#"{"about": "A", "preview": {}, "expect": {}}"#).unwrap_err().contains("\"problems\""));
    assert!(parse("").is_err());
}

#[test]
fn a_draft_is_read_with_what_the_provider_does() {
    let text = r#"{
      "about": "An answer is sent",
      "now": "2026-02-03T04:05:06Z",
      "settings": { "page_id": "1001", "debug": true, "scopes": ["a"], "wait": 2 },
      "bound": ["page_token"],
      "state": { "cursor": "12" },
      "send": { "parts": [] },
      "provider": [
        { "request": { "method": "POST", "url": "https://graph.facebook.com/x", "body": { "a": 1 } }, "answer": { "status": 200, "body": {} } },
        { "request": { "method": "POST", "url": "https://graph.facebook.com/x" }, "answer": "closed" }
      ],
      "expect": { "outcomes": [] }
    }"#;
    let case = parse(text).unwrap();
    assert_eq!(case.now_ms, 1_770_091_506_000);
    assert_eq!(case.provider[1].answer, Answered::Broken(Break::Closed));
    assert_eq!(case.settings.len(), 4);
    assert_eq!(case.state["cursor"], b"12");
}
