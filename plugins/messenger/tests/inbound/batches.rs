//! Batches: many entries, many items, odd ones among them, and bodies that are none.

use lockgate_messenger::Messenger;
use lockgate_sdk::{EventBody, Identity, Ingress, Native, Receipt, ReceiptTarget, Refusal, Request};
use serde_json::{Value, json};

use super::support::{AT, batch, item, one, receive};

#[test]
fn timestamps_in_seconds_are_times_too() {
    let item =
        json!({ "sender": { "id": "ANNA" }, "timestamp": 1_760_000_000, "read": { "watermark": 1_760_000_000 } });
    let event = one(receive(&batch("messaging", &json!([item]))).expect("a batch"));
    assert_eq!(event.at, 1_760_000_000_000);
    assert!(matches!(event.body, EventBody::Receipt(Receipt { target: ReceiptTarget::UpTo(1_760_000_000_000), .. })));
}

#[test]
fn a_time_that_is_missing_is_the_entrys_and_then_the_hosts() {
    let item = json!({ "sender": { "id": "ANNA" }, "message": { "mid": "m", "text": "hi" } });
    assert_eq!(one(receive(&batch("messaging", &json!([item]))).expect("a batch")).at, AT);
    let body = json!({ "object": "page", "entry": [{ "id": "PAGE", "messaging": [item] }] });
    assert_eq!(one(receive(&body.to_string()).expect("a batch")).at, 42);
}

#[test]
fn ids_that_come_as_numbers_are_text() {
    let item = json!({ "sender": { "id": 9_007_199_254_740_993_u64 }, "recipient": { "id": 1 }, "timestamp": AT.to_string(), "message": { "mid": "m" } });
    let body = json!({ "object": "page", "entry": [{ "id": 1, "time": AT, "messaging": [item] }] });
    let event = one(receive(&body.to_string()).expect("a batch"));
    assert_eq!((event.account.as_deref(), event.at), (Some("1"), AT));
    assert_eq!(event.actor, Some(Identity::contact("9007199254740993")));
}

#[test]
fn every_entry_and_every_item_of_a_batch() {
    let entries: Vec<Value> = (0..40)
        .map(|page| {
            let items: Vec<Value> = (0..25)
                .map(|n| json!({ "sender": { "id": "A" }, "timestamp": AT + n, "message": { "mid": format!("{page}-{n}"), "text": "x" } }))
                .collect();
            json!({ "id": page.to_string(), "time": AT, "messaging": items })
        })
        .collect();
    let events = receive(&json!({ "object": "page", "entry": entries }).to_string()).expect("a batch");
    assert_eq!(events.len(), 1000);
    assert_eq!((events[999].dedup.as_str(), events[999].account.as_deref()), ("39-24", Some("39")));
}

#[test]
fn one_bad_item_among_good_ones_is_native() {
    let good = |mid: &str| json!({ "sender": { "id": "ANNA" }, "recipient": { "id": "PAGE" }, "timestamp": AT, "message": { "mid": mid, "text": "x" } });
    let bad = json!({ "sender": { "id": "ANNA" }, "timestamp": AT, "message": { "mid": ["?"] } });
    let events = receive(&batch("messaging", &json!([good("m_1"), bad, 7, good("m_2")]))).expect("a batch");
    let dedups: Vec<&str> = events.iter().map(|event| event.dedup.as_str()).collect();
    assert_eq!((dedups[0], dedups[3]), ("m_1", "m_2"));
    let EventBody::Native(native) = &events[1].body else { panic!("{events:#?}") };
    assert_eq!((native.kind.as_str(), native.raw.as_deref()), ("message", Some(bad.to_string().as_str())));
    assert!(matches!(&events[2].body, EventBody::Native(native) if native.raw.as_deref() == Some("7")));
    assert!(events.iter().all(|event| event.account.as_deref() == Some("PAGE")));
}

#[test]
fn changes_and_unknown_keys_of_an_entry_are_native_beside_the_messages() {
    let body = json!({ "object": "page", "entry": [{
        "id": "PAGE", "time": AT, "hop": 1,
        "changes": [{ "field": "feed", "value": { "item": "comment" } }, { "field": "leadgen", "value": {} }],
        "messaging": [{ "sender": { "id": "ANNA" }, "timestamp": AT, "message": { "mid": "m", "text": "x" } }],
    }] });
    let events = receive(&body.to_string()).expect("a batch");
    let mut kinds: Vec<&str> = events
        .iter()
        .map(|event| match &event.body {
            EventBody::Native(native) => native.kind.as_str(),
            EventBody::Message(_) => "message",
            other => panic!("{other:?}"),
        })
        .collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["feed", "hop", "leadgen", "message"]);
}

#[test]
fn another_object_than_a_page_is_native() {
    let body = json!({ "object": "user", "entry": [{ "id": "1", "time": AT, "changed_fields": ["name"] }] });
    let event = one(receive(&body.to_string()).expect("a batch"));
    assert_eq!((event.account.as_deref(), event.at), (Some("1"), AT));
    assert!(matches!(event.body, EventBody::Native(native) if native.kind == "user"));
}

#[test]
fn a_native_carries_at_most_64_kib() {
    let event = one(item("telepathy", json!("ä".repeat(70_000))));
    let EventBody::Native(Native { raw: Some(raw), .. }) = event.body else { panic!("no native") };
    assert!(raw.len() <= 64 * 1024 && raw.len() > 65_000);
}

#[test]
fn what_is_no_batch_is_malformed() {
    let deep = format!(r#"{{"object":"page","entry":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{}",
        r#"{"object":"page"}"#,
        r#"{"object":"page","entry":{}}"#,
        r#"{"object":"page","entry":["#,
    ] {
        assert!(matches!(receive(body), Err(Refusal::Malformed(_))), "{body}");
    }
    // Deep nesting is odd, and no reason to fall.
    assert_eq!(receive(&deep).map(|events| events.len()), Ok(1));
    let request = Request { body: vec![b'{', 0xff, b'}'], ..Request::default() };
    assert!(matches!(Messenger::receive(request), Err(Refusal::Malformed(_))));
}

#[test]
fn the_same_thing_has_the_same_name_at_every_delivery() {
    let kinds = [
        ("message", json!({ "mid": "m", "text": "x" })),
        ("reaction", json!({ "mid": "m", "action": "unreact" })),
        ("read", json!({ "watermark": AT })),
        ("referral", json!({ "ref": "r" })),
        ("optin", json!({ "ref": "r" })),
        ("telepathy", json!({ "thought": 1 })),
    ];
    for (kind, value) in kinds {
        let (first, again) = (one(item(kind, value.clone())), one(item(kind, value)));
        assert!(!first.dedup.is_empty() && first.dedup.len() <= 512);
        assert_eq!(first.dedup, again.dedup, "{kind}");
    }
}
