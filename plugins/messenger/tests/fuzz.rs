//! Fuzz target of `receive`, natively: whatever body comes, it is answered, alike each time, and nothing is counted twice.

use std::collections::BTreeSet;

use lockgate_fuzz::fuzz;
use lockgate_messenger::Messenger;
use lockgate_sdk::{EventBody, Ingress, Reception, Refusal, Request};
use serde_json::Value;

/// Bytes of the provider's text that a `native` may carry.
const RAW_LIMIT: usize = 64 * 1024;

fn received(body: &[u8]) -> Result<Reception, Refusal> {
    Messenger::receive(Request { body: body.to_vec(), received_at: 1_760_000_000_123, ..Request::default() })
}

/// How many values stand in a value, itself included.
fn values(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(values).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(values).sum::<usize>(),
        _ => 1,
    }
}

fn check(input: &[u8]) -> String {
    let Ok(reception) = received(input) else {
        return format!("{:?}", serde_json::from_slice::<Value>(input).is_ok());
    };
    let mut kinds = BTreeSet::new();
    for event in &reception.events {
        assert!(!event.dedup.is_empty() && event.dedup.len() <= 512, "{:?}", event.dedup);
        kinds.insert(format!("{:?}", event.body).split(['(', ' ', '{']).next().unwrap_or_default().to_owned());
        if let EventBody::Native(native) = &event.body {
            assert!(native.raw.as_ref().is_none_or(|raw| raw.len() <= RAW_LIMIT));
        }
    }
    // A reader that takes the last of two equal keys sees less than stands there, so only bodies without any are counted.
    if let Ok(body) = serde_json::from_slice::<Value>(input)
        && body.to_string().matches("\":").count() == String::from_utf8_lossy(input).matches("\":").count()
    {
        assert!(reception.events.len() <= values(&body), "{} events of {body}", reception.events.len());
    }
    let again = received(input).map(|again| format!("{:?}", again.events));
    assert_eq!(again.ok(), Some(format!("{:?}", reception.events)), "another answer to the same body");
    format!("{kinds:?}")
}

#[test]
fn any_body_is_answered_alike_with_no_more_events_than_it_has_items() {
    let words = &[
        "\"object\":\"page\"",
        "\"entry\":[",
        "\"messaging\":[",
        "\"standby\":[",
        "\"changes\":[",
        "\"message\":{",
        "\"mid\":\"m\"",
        "\"is_echo\":true",
        "\"delivery\":{\"watermark\":1}",
        "\"read\":{\"watermark\":1}",
        "\"mids\":[\"a\",\"b\"]",
        "\"reaction\":{\"mid\":\"m\",\"action\":\"react\"}",
        "\"postback\":{}",
        "\"referral\":{}",
        "\"optin\":{}",
        "\"message_edit\":{\"mid\":\"m\",\"num_edit\":1}",
        "\"attachments\":[{\"type\":\"image\"}]",
        "\"sender\":{\"id\":\"2\"}",
        "\"recipient\":{\"id\":\"1\"}",
        "\"timestamp\":1",
        "null",
        "{}",
        "[]",
        "\"\"",
        "18446744073709551615",
        "\"\\ud800\"",
        "\"pass_thread_control\":{}",
        "\"policy_enforcement\":{}",
        "}",
        "]",
        ",",
    ];
    fuzz!("messenger-body", words, check);
}
