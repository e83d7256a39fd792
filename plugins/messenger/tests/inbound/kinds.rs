//! What happens beside messages: receipts, reactions, edits, consents, the account itself.

use lockgate_sdk::{
    AccountState, Consent, Content, Context, Deletion, Edit, EventBody, Identity, Native, Part, Reaction,
    ReactionChange, Receipt, ReceiptStatus, ReceiptTarget,
};
use serde_json::json;

use super::support::{AT, batch, item, one, receive};

#[test]
fn delivery() {
    let events = item("delivery", json!({ "watermark": AT, "mids": ["m_1", "m_2"] }));
    let told: Vec<_> = events.iter().map(|event| (event.dedup.as_str(), &event.body)).collect();
    let receipt =
        |target| EventBody::Receipt(Receipt { status: ReceiptStatus::Delivered, target, fault: None, learnt: None });
    assert_eq!(
        told,
        [
            ("delivered:m_1:ANNA", &receipt(ReceiptTarget::Message("m_1".into()))),
            ("delivered:m_2:ANNA", &receipt(ReceiptTarget::Message("m_2".into()))),
            ("delivered:1760000000123:ANNA", &receipt(ReceiptTarget::UpTo(AT))),
        ]
    );
    assert_eq!(item("delivery", json!({ "watermark": AT })).len(), 1, "mids may be absent");
}

#[test]
fn read() {
    let event = one(item("read", json!({ "watermark": AT })));
    let receipt = Receipt { status: ReceiptStatus::Read, target: ReceiptTarget::UpTo(AT), fault: None, learnt: None };
    assert_eq!((event.dedup.as_str(), event.body), ("read:1760000000123:ANNA", EventBody::Receipt(receipt)));
}

#[test]
fn reaction() {
    let change = |value| {
        let event = one(item("reaction", value));
        assert_eq!(event.order, Some(AT));
        match event.body {
            EventBody::Reaction(Reaction { message, change, .. }) if message == "m" => change,
            other => panic!("{other:?}"),
        }
    };
    let with_emoji = json!({ "mid": "m", "action": "react", "reaction": "love", "emoji": "❤" });
    assert_eq!(change(with_emoji), ReactionChange::Now(vec!["❤".into()]));
    assert_eq!(
        change(json!({ "mid": "m", "action": "react", "reaction": "other" })),
        ReactionChange::Now(vec![":other:".into()])
    );
    assert_eq!(change(json!({ "mid": "m", "action": "unreact" })), ReactionChange::Removed(None));
}

#[test]
fn message_edit() {
    for number in [json!(2), json!("2")] {
        let event = one(item("message_edit", json!({ "mid": "m", "text": "better", "num_edit": number })));
        assert_eq!((event.dedup.as_str(), event.order), ("m:2", Some(2)));
        let parts: Vec<Part> = vec![Content::text("better").into()];
        assert_eq!(event.body, EventBody::Edited(Edit { id: None, message: "m".into(), parts }));
    }
}

#[test]
fn message_deleted() {
    let event = one(item("message", json!({ "mid": "m", "is_deleted": true })));
    assert_eq!(event.body, EventBody::Deleted(Deletion { messages: vec!["m".into()], erase: true }));
}

#[test]
fn referral() {
    let event = one(item(
        "referral",
        json!({ "ref": "r", "source": "CUSTOMER_CHAT_PLUGIN", "referer_uri": "https://shop.example" }),
    ));
    let EventBody::Referral(attribution) = event.body else { panic!("{event:?}") };
    assert_eq!((attribution.source.as_str(), attribution.reference.as_deref()), ("customer-chat-plugin", Some("r")));
    assert_eq!(attribution.address.as_deref(), Some("https://shop.example"));
}

#[test]
fn optin() {
    let item = json!({ "sender": { "user_ref": "u1" }, "recipient": { "id": "PAGE" }, "timestamp": AT,
        "optin": { "ref": "checkout", "user_ref": "u1" } });
    let event = one(receive(&batch("messaging", &json!([item]))).expect("a batch"));
    assert_eq!(event.actor, Some(Identity::contact("user_ref:u1")));
    let consent = Consent { topic: "all".into(), given: true, evidence: Some("checkout".into()), context: None };
    assert_eq!(event.body, EventBody::Consent(consent));
}

#[test]
fn optin_notification_messages() {
    let given = json!({ "type": "notification_messages", "payload": "p", "notification_messages_token": "t", "title": "News",
        "notification_messages_frequency": "DAILY", "token_expiry_timestamp": AT, "user_token_status": "NOT_REFRESHED" });
    let event = one(item("optin", given));
    let context = Context { value: "t".into(), expires: Some(AT), once: false };
    let consent = Consent {
        topic: "notification_messages".into(),
        given: true,
        evidence: Some("News".into()),
        context: Some(context),
    };
    assert_eq!(event.body, EventBody::Consent(consent));
    let stopped = json!({ "type": "notification_messages", "notification_messages_status": "STOP_NOTIFICATIONS" });
    assert!(matches!(one(item("optin", stopped)).body, EventBody::Consent(Consent { given: false, .. })));
}

#[test]
fn account_linking_and_response_feedback_are_native_with_words() {
    for (kind, value) in [
        ("account_linking", json!({ "status": "linked", "authorization_code": "c" })),
        ("response_feedback", json!({ "mid": "m", "feedback": "Good response" })),
    ] {
        let event = one(item(kind, value.clone()));
        assert_eq!(event.actor, Some(Identity::contact("ANNA")));
        let EventBody::Native(native) = event.body else { panic!("{event:?}") };
        assert_eq!(
            (native.kind.as_str(), native.raw, native.fallback.is_some()),
            (kind, Some(value.to_string()), true)
        );
    }
}

#[test]
fn thread_control() {
    let writable = |kind, value| match one(item(kind, value)).body {
        EventBody::Writable(writable) => writable,
        other => panic!("{other:?}"),
    };
    assert!(writable("pass_thread_control", json!({ "new_owner_app_id": "77", "metadata": "x" })));
    assert!(!writable("take_thread_control", json!({ "previous_owner_app_id": "77" })));
    assert!(writable("request_thread_control", json!({ "requested_owner_app_id": "78" })));
}

#[test]
fn policy_enforcement() {
    let state = |action: &str| {
        let item = json!({ "recipient": { "id": "PAGE" }, "timestamp": AT, "policy_enforcement": { "action": action, "reason": "spam" } });
        let event = one(receive(&batch("messaging", &json!([item]))).expect("a batch"));
        assert!(event.thread.is_none() && event.actor.is_none());
        event.body
    };
    assert_eq!(state("block"), EventBody::Account(AccountState::Suspended("spam".into())));
    assert_eq!(state("warning"), EventBody::Account(AccountState::Degraded("spam".into())));
    assert_eq!(state("unblock"), EventBody::Account(AccountState::Healthy));
    assert!(matches!(state("banish"), EventBody::Native(_)));
}

#[test]
fn an_unknown_kind_is_native_in_its_thread() {
    let event = one(item("telepathy", json!({ "thought": 1 })));
    assert_eq!(event.thread.map(|thread| thread.key), Some("ANNA".into()));
    assert_eq!(
        event.body,
        EventBody::Native(Native { kind: "telepathy".into(), fallback: None, raw: Some(r#"{"thought":1}"#.into()) })
    );
}
