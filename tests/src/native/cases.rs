//! The example channel in Rust, judged by the cases that all languages share.

use std::path::Path;

use lockgate_model::contract::inbound::{Event, Refusal, Request};
use lockgate_model::contract::outbound::{Draft, PartOutcome, Problem};
use lockgate_sdk::http::{Response, SendError};
use lockgate_sdk::{Ingress, Sender, fake};
use lockgate_telegram::Telegram;
use serde_json::{Map, Value, json};

use super::convert::Lower;

/// The moment of a case that names none.
const NOW_MS: u64 = 1_767_323_045_000;

#[test]
fn the_example_in_rust_meets_the_shared_cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/telegram/cases");
    let mut judged = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().path();
        let mut case: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let expected = case["expect"].take();
        assert_eq!(seen(&case), expected, "{}", file.display());
        judged += 1;
    }
    assert!(judged >= 20, "{judged} cases were found");
}

/// What comes of a case.
fn seen(case: &Value) -> Value {
    fake::reset();
    if let Some(webhook) = case.get("receive") {
        return match Telegram::receive(request(webhook).lower()) {
            Ok(reception) => {
                let events: Vec<Event> = reception.events.into_iter().map(Lower::lower).collect();
                json!({ "events": trimmed(serde_json::to_value(events).unwrap()) })
            }
            Err(refusal) => {
                let refusal: Refusal = refusal.lower();
                json!({ "refusal": trimmed(serde_json::to_value(refusal).unwrap()) })
            }
        };
    }
    if let Some(given) = case.get("preview") {
        let problems: Vec<Problem> = Telegram::preview(draft(given).lower()).into_iter().map(Lower::lower).collect();
        return json!({ "problems": trimmed(serde_json::to_value(problems).unwrap()) });
    }
    let exchanges = case["provider"].as_array().cloned().unwrap_or_default();
    fake::with(|host| host.answers.extend(exchanges.iter().map(|exchange| answer(&exchange["answer"]))));
    let outcomes: Vec<PartOutcome> =
        Telegram::send(draft(&case["send"]).lower()).into_iter().map(Lower::lower).collect();
    let asked: Vec<Value> = fake::with(|host| host.requests().map(asked).collect());
    let wanted: Vec<&Value> = exchanges.iter().map(|exchange| &exchange["request"]).collect();
    assert_eq!(asked.iter().collect::<Vec<_>>(), wanted);
    json!({ "outcomes": trimmed(serde_json::to_value(outcomes).unwrap()) })
}

fn request(webhook: &Value) -> Request {
    use base64::Engine as _;
    let body = match (&webhook["body"], webhook["body_base64"].as_str()) {
        (_, Some(coded)) => base64::engine::general_purpose::STANDARD.decode(coded).unwrap(),
        (Value::String(text), None) => text.clone().into_bytes(),
        (value, None) => value.to_string().into_bytes(),
    };
    Request {
        account: Some("123456".into()),
        route: webhook["route"].as_str().unwrap().into(),
        method: "POST".into(),
        path: String::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body,
        files: Vec::new(),
        verification: None,
        remote_address: None,
        received_at: NOW_MS,
        url: String::new(),
    }
}

/// A draft with everything that a case leaves out.
fn draft(given: &Value) -> Draft {
    let mut whole = json!({
        "delivery": "delivery", "attempt": 1, "account": "123456", "recipients": [], "references": [], "ground": { "type": "open" },
        "automatic": false, "contexts": {}, "extras": [],
    });
    fill(&mut whole, given);
    let lists = [("/thread", &["extras"][..]), ("/recipients/0", &["aliases"]), ("/recipients/1", &["aliases"])];
    for (place, names) in lists {
        empty_lists(&mut whole, place, names);
    }
    for number in 0..whole["parts"].as_array().unwrap().len() {
        empty_lists(&mut whole, &format!("/parts/{number}/part"), &["extras"]);
        empty_lists(&mut whole, &format!("/parts/{number}/earlier/value"), &["recipient", "refused"]);
    }
    serde_json::from_value(whole).unwrap()
}

fn fill(whole: &mut Value, given: &Value) {
    let fields = given.as_object().unwrap().clone();
    whole.as_object_mut().unwrap().extend(fields);
}

fn empty_lists(whole: &mut Value, place: &str, names: &[&str]) {
    if let Some(Value::Object(fields)) = whole.pointer_mut(place) {
        names.iter().for_each(|name| _ = fields.entry(*name).or_insert_with(|| json!([])));
    }
}

fn answer(told: &Value) -> Result<Response, SendError> {
    match told.as_str() {
        Some("closed") => return Err(SendError::Unanswered("the connection ended".into())),
        Some("unreachable") => return Err(SendError::NotSent("refused".into())),
        _ => {}
    }
    let body = match &told["body"] {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    };
    let headers = told["headers"].as_object().cloned().unwrap_or_default().into_iter();
    let headers = headers.map(|(name, value)| (name, value.as_str().unwrap().to_owned())).collect();
    let status = u16::try_from(told["status"].as_u64().unwrap()).unwrap();
    Ok(Response { status, headers, body: body.into_bytes() })
}

fn asked(request: &lockgate_sdk::http::Request) -> Value {
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    // The segment with the token is the host's.
    let url = request.url.replace("https://api.telegram.org/", "https://api.telegram.org/bot{bot_token}/");
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    json!({ "method": request.method, "url": url, "headers": headers, "body": body })
}

/// A value without what is empty.
fn trimmed(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().map(|(name, value)| (name, trimmed(value)));
            Value::Object(kept.filter(|(_, value)| !is_empty(value)).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(trimmed).collect()),
        other => other,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}
