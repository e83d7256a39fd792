//! Messages, echoes and presses.

use lockgate_sdk::{
    Attribution, Choice, Content, Direction, Event, EventBody, Identity, IdentityRole, MediaSource, Quote, Trait,
};
use serde_json::{Value, json};

use super::support::{AT, batch, contents, item, message, one, receive};

#[test]
fn message_text() {
    let event = one(item("message", json!({ "mid": "m_1", "text": "Grüße 👋" })));
    assert_eq!(event.actor, Some(Identity::contact("ANNA")));
    let message = message(vec![event]);
    assert_eq!(message.direction, Direction::Incoming);
    assert_eq!(contents(message), [Content::text("Grüße 👋")]);
}

#[test]
fn message_text_in_escaped_unicode() {
    let body = r#"{"object":"page","entry":[{"id":"PAGE","time":1,"messaging":[{"sender":{"id":"ANNA"},"recipient":{"id":"PAGE"},
        "timestamp":1760000000123,"message":{"mid":"m","text":"\u00e4\u00f6 \ud83d\udc4b"}}]}]}"#;
    assert_eq!(contents(message(receive(body).expect("a batch"))), [Content::text("äö 👋")]);
}

#[test]
fn message_quick_reply_stands_alone() {
    let message = message(item("message", json!({ "mid": "m", "text": "Yes", "quick_reply": { "payload": "YES" } })));
    let choice = Choice { payload: "YES".into(), title: Some("Yes".into()), offered_in: None };
    assert_eq!(contents(message), [Content::Choice(choice)]);
}

#[test]
fn message_reply_to() {
    let message = message(item(
        "message",
        json!({ "mid": "m", "text": "this", "reply_to": { "mid": "m_0", "is_self_reply": true } }),
    ));
    assert_eq!(message.quote, Some(Quote { message: Some("m_0".into()), excerpt: None }));
}

#[test]
fn message_referral() {
    let referral = json!({
        "ref": "spring", "source": "ADS", "type": "OPEN_THREAD", "ad_id": 6_045_246,
        "ads_context_data": { "ad_title": "Spring", "photo_url": "https://x.example/p.jpg", "flow_id": "7" },
    });
    let message = message(item("message", json!({ "mid": "m", "text": "hi", "referral": referral })));
    let expected = Attribution {
        source: "ad".into(),
        reference: Some("spring".into()),
        item: Some("6045246".into()),
        title: Some("Spring".into()),
        picture: Some(MediaSource::Address("https://x.example/p.jpg".into())),
        ..Attribution::default()
    };
    assert_eq!(message.attribution, Some(expected));
    assert_eq!(message.extras[0].name, "flow_id");
}

#[test]
fn message_commands_and_unknown_keys_are_kept_as_extras() {
    let message = message(item(
        "message",
        json!({ "mid": "m", "text": "/help", "commands": [{ "name": "help" }], "nlp": { "a": 1 } }),
    ));
    let extras: Vec<(&str, &str)> =
        message.extras.iter().map(|extra| (extra.name.as_str(), extra.value.as_str())).collect();
    assert_eq!(extras, [("commands", r#"[{"name":"help"}]"#), ("nlp", r#"{"a":1}"#)]);
}

fn echoed(message: Value) -> Event {
    let item =
        json!({ "sender": { "id": "PAGE" }, "recipient": { "id": "ANNA" }, "timestamp": AT, "message": message });
    one(receive(&batch("messaging", &json!([item]))).expect("a batch"))
}

#[test]
fn echo_of_ours_by_another_app_and_by_a_person() {
    const OURS: &str = "0192f0c1-7f3a-7b1c-9d2e-3f4a5b6c7d8e";
    let by = |event: &Event| event.actor.as_ref().map(|actor| (actor.key.clone(), actor.role));

    let ours = echoed(json!({ "is_echo": true, "mid": "m", "text": "hi", "app_id": 77, "metadata": OURS }));
    assert_eq!(by(&ours), Some(("77".into(), IdentityRole::Bot)));
    let thread = ours.thread.as_ref().expect("a thread");
    assert_eq!((thread.key.as_str(), &thread.contact), ("ANNA", &Some(Identity::contact("ANNA"))));
    let EventBody::Message(message) = &ours.body else { panic!("{ours:?}") };
    assert_eq!((message.direction, message.client_ref.as_deref()), (Direction::Echo, Some(OURS)));

    let foreign = echoed(json!({ "is_echo": true, "mid": "m", "text": "hi", "app_id": 78, "metadata": "campaign 7" }));
    let EventBody::Message(message) = &foreign.body else { panic!("{foreign:?}") };
    assert_eq!((message.client_ref.as_deref(), message.extras[0].value.as_str()), (None, r#""campaign 7""#));

    for by_hand in [
        json!({ "is_echo": true, "mid": "m", "text": "hi" }),
        json!({ "is_echo": true, "mid": "m", "app_id": "263902037430900" }),
    ] {
        assert_eq!(by(&echoed(by_hand)), Some(("PAGE".into(), IdentityRole::Agent)));
    }
}

#[test]
fn postback() {
    let referral = json!({ "ref": "r", "source": "SHORTLINK", "type": "OPEN_THREAD" });
    let pressed = json!({ "mid": "m", "title": "Get Started", "payload": "START", "referral": referral });
    let message = message(item("postback", pressed));
    assert_eq!(message.attribution.as_ref().map(|attribution| attribution.source.as_str()), Some("short-link"));
    let choice = Choice { payload: "START".into(), title: Some("Get Started".into()), offered_in: None };
    assert_eq!(contents(message), [Content::Choice(choice)]);

    let nameless = || one(item("postback", json!({ "payload": "START" })));
    assert!(!nameless().dedup.is_empty());
    assert_eq!(nameless().dedup, nameless().dedup);
    assert_ne!(nameless().dedup, one(item("postback", json!({ "payload": "STOP" }))).dedup);
}

#[test]
fn standby() {
    let item = json!({ "sender": { "id": "ANNA" }, "recipient": { "id": "PAGE" }, "timestamp": AT, "message": { "mid": "m", "text": "hi" } });
    assert_eq!(message(receive(&batch("standby", &json!([item]))).expect("a batch")).traits, [Trait::Standby]);
}
