//! Cases of what runs by itself, as a plugin's author writes them.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use lockgate_kit::case::Case;
use lockgate_kit::{Report, Trial};
use lockgate_runtime::Compiler;
use serde_json::{Value, json};

const EMPTY: &str = r#"{
  "about": "Nothing new",
  "settings": { "stand": "north" },
  "state": { "polled": "6" },
  "poll": { "cursor": "5" },
  "provider": [{
    "request": {
      "method": "GET", "url": "https://provider.example.com/stands/north/news?after=5",
      "headers": { "authorization": "Bearer {token}" }
    },
    "answer": { "status": 200, "body": { "news": [], "next": "5", "more": true } }
  }],
  "expect": { "events": [], "cursor": "5", "more": true, "state": { "polled": "7" } }
}"#;

const LIMITED: &str = r#"{
  "about": "The provider wants to be left alone: the cursor stays",
  "settings": { "stand": "north" },
  "poll": {},
  "provider": [{
    "request": {
      "method": "GET", "url": "https://provider.example.com/stands/north/news?after=start",
      "headers": { "authorization": "Bearer {token}" }
    },
    "answer": { "status": 429, "headers": { "retry-after": "3" } }
  }],
  "expect": { "fault": { "type": "rate_limited", "value": { "retry_after": 3000, "bucket": "news" } } }
}"#;

const FETCHED: &str = r#"{
  "about": "What a webhook named is fetched",
  "settings": { "stand": "north" },
  "follow_up": "n1",
  "provider": [{
    "request": {
      "method": "GET", "url": "https://provider.example.com/news/n1",
      "headers": { "authorization": "Bearer {token}" }
    },
    "answer": { "status": 200, "body": { "id": "n1", "from": "ann", "text": "Hello", "at": 7 } }
  }],
  "expect": {
    "events": [{
      "dedup": "n1", "at": 7, "thread": { "key": "ann", "kind": "direct" },
      "actor": { "key": "ann", "kind": "opaque", "role": "contact", "assurance": { "type": "provider" } },
      "body": { "type": "message", "value": {
        "id": "n1", "direction": "incoming",
        "parts": [{ "content": { "type": "text", "value": { "plain": "Hello" } } }]
      } }
    }],
    "state": { "fetched": "1" }
  }
}"#;

fn case(text: &str) -> Result<Case, String> {
    Case::parse(Path::new("cases/one.json"), text).map_err(|problem| problem.to_string())
}

async fn judged(cases: &[&str]) -> Report {
    let trial = Trial {
        component: Arc::from(lockgate_guests::NEWSAGENT),
        cases: cases.iter().map(|text| case(text).unwrap()).collect(),
        compiler: Compiler::Here,
        jobs: NonZeroUsize::MIN,
        conformance: false,
    };
    trial.run().await.unwrap().report
}

#[tokio::test]
async fn what_runs_by_itself_is_compared_to_the_last_field() {
    let report = judged(&[EMPTY, LIMITED, FETCHED]).await;
    assert!(report.failed.is_empty(), "{:?}", report.failed);
    assert_eq!((report.coverage.calls["poll"], report.coverage.calls["follow_up"]), (2, 1));
    for (text, from, to, at) in [
        (EMPTY, "\"cursor\": \"5\", \"more\"", "\"cursor\": \"6\", \"more\"", "expect.cursor"),
        (EMPTY, "\"more\": true, \"state\"", "\"state\"", "expect.more"),
        (EMPTY, "\"polled\": \"7\"", "\"polled\": \"8\"", "expect.state.polled"),
        (EMPTY, "after=5", "after=4", "provider[0].request.url"),
        (LIMITED, "\"news\"", "\"other\"", "expect.fault.value.bucket"),
        (FETCHED, "\"dedup\": \"n1\"", "\"dedup\": \"n2\"", "expect.events[0].dedup"),
    ] {
        assert!(text.contains(from), "{from}");
        let report = judged(&[text.replacen(from, to, 1).as_str()]).await;
        let failed: Vec<String> = report.failed.iter().flat_map(|failed| failed.differences.clone()).collect();
        assert!(failed.len() == 1 && failed[0].starts_with(at), "{at}: {failed:?}");
    }
}

#[test]
fn a_case_of_what_runs_by_itself_leaves_no_doubt() {
    let with = |text: &str, expect: Value| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        value["expect"] = expect;
        case(&value.to_string()).unwrap_err()
    };
    let fault = json!({ "type": "sign_in_expired" });
    for (text, expect, words) in [
        (EMPTY, json!({ "cursor": "5" }), "met by everything"),
        (EMPTY, json!({ "events": [], "fault": fault }), "not both"),
        (EMPTY, json!({ "fault": fault, "cursor": "5" }), "has no cursor"),
        (EMPTY, json!({ "fault": { "type": "sign_in_expirde" } }), "unknown variant `sign_in_expirde`"),
        (EMPTY, json!({ "events": [], "outcomes": [] }), "are of other calls"),
        (FETCHED, json!({ "events": [], "more": true }), "which \"poll\" gives"),
    ] {
        let refused = with(text, expect);
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let wrong = case(&EMPTY.replace("\"cursor\": \"5\" }", "\"cursr\": \"5\" }")).unwrap_err();
    assert!(wrong.contains("one.json:5") && wrong.contains("`cursr`"), "{wrong}");
}
