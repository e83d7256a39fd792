//! Cases of files that are fetched, as a plugin's author writes them.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use lockgate_kit::Trial;
use lockgate_kit::case::Case;
use lockgate_runtime::Compiler;
use serde_json::{Value, json};

const FETCHED: &str = r#"{
  "about": "A file is fetched with the channel's token, and kept under its name",
  "settings": { "account_id": "desk-1" },
  "fetch": "offer.pdf",
  "provider": [{
    "request": {
      "method": "GET", "url": "https://provider.example.com/files/offer.pdf",
      "headers": { "authorization": "Bearer {token}" }
    },
    "answer": { "status": 200, "body": "%PDF-1.7 an offer" }
  }],
  "expect": { "file": {
    "size": 17, "content_type": "application/pdf", "file_name": "offer.pdf",
    "sha256": "SHA"
  } }
}"#;

const GONE: &str = r#"{
  "about": "A file that is not there any more is not asked for again",
  "settings": { "account_id": "desk-1" },
  "fetch": "offer.pdf",
  "provider": [{
    "request": {
      "method": "GET", "url": "https://provider.example.com/files/offer.pdf",
      "headers": { "authorization": "Bearer {token}" }
    },
    "answer": { "status": 404 }
  }],
  "expect": { "fault": { "type": "gone", "value": "the provider answered with status 404" } }
}"#;

fn case(text: &str) -> Result<Case, String> {
    use sha2::Digest as _;
    let digest = hex::encode(sha2::Sha256::digest("%PDF-1.7 an offer"));
    let text = text.replace("SHA", &digest);
    Case::parse(Path::new("cases/one.json"), &text).map_err(|problem| problem.to_string())
}

async fn failed(cases: &[&str]) -> Vec<String> {
    let trial = Trial {
        component: Arc::from(lockgate_guests::KEEPER),
        cases: cases.iter().map(|text| case(text).unwrap()).collect(),
        compiler: Compiler::Here,
        jobs: NonZeroUsize::MIN,
        conformance: false,
    };
    let report = trial.run().await.unwrap().report;
    assert_eq!(report.coverage.calls["fetch"], cases.len());
    report.failed.iter().flat_map(|failed| failed.differences.clone()).collect()
}

#[tokio::test]
async fn what_is_fetched_is_compared_by_what_it_is() {
    assert_eq!(failed(&[FETCHED, GONE]).await, [""; 0]);
    for (text, from, to, at) in [
        (FETCHED, "\"size\": 17", "\"size\": 18", "expect.file.size"),
        (FETCHED, "SHA", &"0".repeat(64), "expect.file.sha256"),
        (FETCHED, "application/pdf", "image/png", "expect.file.content_type"),
        (FETCHED, "\"file_name\": \"offer.pdf\"", "\"file_name\": \"other.pdf\"", "expect.file.file_name"),
        (FETCHED, "files/offer.pdf", "files/other.pdf", "provider[0].request.url"),
        (GONE, "\"the provider answered with status 404\"", "\"no\"", "expect.fault.value"),
    ] {
        assert!(text.contains(from), "{from}");
        let failed = failed(&[text.replacen(from, to, 1).as_str()]).await;
        assert!(failed.len() == 1 && failed[0].starts_with(at), "{at}: {failed:?}");
    }
    let missing = FETCHED.replace("\"fetch\": \"offer.pdf\"", "\"fetch\": \"nobody's\"");
    assert!(!failed(&[&missing]).await.is_empty(), "a name that is no file's is no file");
}

#[test]
fn a_case_of_a_file_leaves_no_doubt() {
    let with = |expect: Value| {
        let mut value: Value = serde_json::from_str(FETCHED).unwrap();
        value["expect"] = expect;
        case(&value.to_string()).unwrap_err()
    };
    let (file, fault) =
        (json!({ "size": 1, "sha256": "00", "content_type": "x/y" }), json!({ "type": "sign_in_expired" }));
    for (expect, words) in [
        (json!({}), "met by everything"),
        (json!({ "file": file, "fault": fault }), "not both"),
        (json!({ "fault": fault, "state": {} }), "leaves no state"),
        (json!({ "file": file, "events": [] }), "of other calls"),
        (json!({ "file": { "size": 1 } }), "missing field"),
        (json!({ "file": { "size": 1, "sha256": "00", "content_type": "x/y", "kind": 1 } }), "unknown field"),
    ] {
        let refused = with(expect);
        assert!(refused.contains(words), "{words}: {refused}");
    }
    let two = FETCHED.replace("\"fetch\"", "\"poll\": {}, \"fetch\"");
    assert!(case(&two).unwrap_err().contains("one call"));
}
