//! Every kind of webhook that the plugin knows: what comes in, and the events that come of it. The comments name the kinds as
//! the README's table does.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may end by a panic")]

use lockgate_messenger::Messenger;
use lockgate_sdk::{
    AccountState, Attribution, Choice, Consent, Content, Context, Deletion, Direction, Edit, Event, EventBody,
    Identity, IdentityRole, Ingress, LinkPreview, Location, Media, MediaKind, MediaSource, Message, Native, OrderLine,
    Part, Quote, Reaction, ReactionChange, Receipt, ReceiptStatus, ReceiptTarget, Refusal, Request, Trait,
};
use serde_json::{Value, json};

const AT: u64 = 1_760_000_000_123;

fn receive(body: &str) -> Result<Vec<Event>, Refusal> {
    let request = Request {
        route: "events".into(),
        method: "POST".into(),
        body: body.into(),
        received_at: 42,
        ..Request::default()
    };
    Messenger::receive(request).map(|reception| reception.events)
}

fn batch(list: &str, items: &Value) -> String {
    json!({ "object": "page", "entry": [{ "id": "PAGE", "time": AT, list: items }] }).to_string()
}

/// The events of one item from the contact, `kind` being what the table names.
fn item(kind: &str, value: Value) -> Vec<Event> {
    let mut item = json!({ "sender": { "id": "ANNA" }, "recipient": { "id": "PAGE" }, "timestamp": AT });
    item[kind] = value;
    receive(&batch("messaging", &json!([item]))).expect("a batch")
}

#[track_caller]
fn one(mut events: Vec<Event>) -> Event {
    assert_eq!(events.len(), 1, "{events:#?}");
    events.remove(0)
}

/// The message of the one event, after a look at what every message from the contact has.
#[track_caller]
fn message(events: Vec<Event>) -> Message {
    let event = one(events);
    assert_eq!((event.account.as_deref(), event.at), (Some("PAGE"), AT));
    assert_eq!(event.thread.as_ref().map(|thread| thread.key.as_str()), Some("ANNA"));
    match event.body {
        EventBody::Message(message) => {
            assert_eq!(message.id.as_deref(), Some(event.dedup.as_str()));
            message
        }
        other => panic!("no message: {other:?}"),
    }
}

fn contents(message: Message) -> Vec<Content> {
    message.parts.into_iter().map(|part| part.content).collect()
}

fn attached(attachments: Value) -> Vec<Content> {
    contents(message(item("message", json!({ "mid": "m", "attachments": attachments }))))
}

fn media(kind: MediaKind, url: &str) -> Content {
    Content::Media(Media { kind, source: MediaSource::Address(url.into()), ..Media::default() })
}

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

#[test]
fn attachments_that_are_files() {
    let kinds = [
        ("image", MediaKind::Image),
        ("audio", MediaKind::Audio),
        ("video", MediaKind::Video),
        ("sticker", MediaKind::Sticker),
    ];
    for (kind, expected) in kinds {
        let url = "https://cdn.example/x?token=1";
        assert_eq!(attached(json!([{ "type": kind, "payload": { "url": url } }])), [media(expected, url)], "{kind}");
    }
    let file = attached(json!([{ "type": "file", "payload": { "url": "https://cdn.example/v/offer.pdf?x=1" } }]));
    let Content::Media(file) = &file[0] else { panic!("{file:?}") };
    assert_eq!((file.kind, file.file_name.as_deref()), (MediaKind::File, Some("offer.pdf")));
    let gone = attached(json!([{ "type": "image", "payload": {} }]));
    assert!(matches!(&gone[0], Content::Media(Media { source: MediaSource::Missing(_), .. })));
}

#[test]
fn attachments_several_and_text_are_all_parts() {
    let attachments = json!([
        { "type": "image", "payload": { "url": "https://cdn.example/1" } },
        { "type": "image", "payload": { "url": "https://cdn.example/2" } },
    ]);
    let message = message(item("message", json!({ "mid": "m", "text": "two", "attachments": attachments })));
    assert_eq!(message.parts.len(), 3);
}

#[test]
fn sticker_change_an_image_and_a_sticker_are_one() {
    let url = "https://cdn.example/like.png";
    let image = json!({ "type": "image", "payload": { "url": url, "sticker_id": 369_239_263_222_822_u64 } });
    let sticker = json!({ "type": "sticker", "payload": { "url": url, "sticker_id": 369_239_263_222_822_u64 } });
    let expected = [media(MediaKind::Sticker, url)];
    assert_eq!(attached(json!([image, sticker])), expected, "until August 2026");
    assert_eq!(attached(json!([image])), expected, "an old one");
    assert_eq!(attached(json!([sticker])), expected, "afterwards");
}

#[test]
fn attachment_fallback() {
    let link = |address: &str, title: Option<&str>| {
        Content::LinkPreview(LinkPreview {
            address: address.into(),
            title: title.map(Into::into),
            description: None,
            picture: None,
        })
    };
    let with_payload = json!([{ "type": "fallback", "payload": { "url": "https://x.example", "title": "X" } }]);
    assert_eq!(attached(with_payload), [link("https://x.example", Some("X"))]);
    let without_payload = json!([{ "type": "fallback", "title": "Something shared" }]);
    assert_eq!(attached(without_payload), [Content::native("fallback", Some("Something shared".into()), None)]);
    assert_eq!(attached(json!([{ "type": "fallback", "payload": null }])), [Content::native("fallback", None, None)]);
    assert_eq!(
        attached(json!([{ "type": "fallback", "url": "https://x.example" }])),
        [link("https://x.example", None)]
    );
}

#[test]
fn attachments_reel_and_post() {
    for kind in ["reel", "ig_reel", "post", "ig_post"] {
        let shared = attached(
            json!([{ "type": kind, "payload": { "url": "https://x.example/r", "title": "R", "reel_video_id": 7 } }]),
        );
        assert!(
            matches!(&shared[0], Content::LinkPreview(link) if link.address == "https://x.example/r"),
            "{kind}: {shared:?}"
        );
    }
}

#[test]
fn attachment_template() {
    let shown = attached(json!([{ "type": "template", "title": "Card", "payload": { "template_type": "generic" } }]));
    assert_eq!(
        shown,
        [Content::native("template", Some("Card".into()), Some(r#"{"template_type":"generic"}"#.into()))]
    );
    let product = json!({ "elements": [{ "id": "1", "retailer_id": "sku", "title": "Shoe" }] });
    let asked = attached(json!([{ "type": "template", "payload": { "product": product } }]));
    let line =
        OrderLine { product: "sku".into(), title: Some("Shoe".into()), quantity: 1.0, price: None, currency: None };
    assert_eq!(asked, [Content::Order(vec![line])]);
}

#[test]
fn attachment_location() {
    let shown = attached(
        json!([{ "type": "location", "title": "Home", "payload": { "coordinates": { "lat": 48.2, "long": 16 } } }]),
    );
    let location = Location { latitude: 48.2, longitude: 16.0, name: Some("Home".into()), ..Location::default() };
    assert_eq!(shown, [Content::Location(location)]);
}

#[test]
fn attachment_appointment_booking() {
    let booking =
        json!({ "booking_id": "b", "status": "CONFIRMED", "start_time": 1_760_000_000, "timezone": "Europe/Vienna" });
    let shown = attached(json!([{ "type": "appointment_booking", "payload": booking }]));
    assert!(matches!(&shown[0], Content::Native(Native { fallback: Some(words), raw: Some(raw), .. })
        if words == "Appointment: confirmed" && raw.contains("1760000000")));
}

#[test]
fn attachment_unknown_or_of_another_shape_is_native_and_harms_no_other() {
    let shown = attached(json!([
        { "type": "hologram", "payload": { "depth": 3 } },
        { "type": "image", "payload": "not an object" },
        { "type": "image", "payload": { "url": "https://cdn.example/1" } },
    ]));
    assert_eq!(shown[0], Content::native("hologram", None, Some(r#"{"depth":3}"#.into())));
    assert_eq!(shown[1], Content::native("image", None, Some(r#""not an object""#.into())));
    assert_eq!(shown[2], media(MediaKind::Image, "https://cdn.example/1"));
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
    assert_eq!(event.body, EventBody::Deleted(Deletion { messages: vec!["m".into()], erase: false }));
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
fn standby() {
    let item = json!({ "sender": { "id": "ANNA" }, "recipient": { "id": "PAGE" }, "timestamp": AT, "message": { "mid": "m", "text": "hi" } });
    assert_eq!(message(receive(&batch("standby", &json!([item]))).expect("a batch")).traits, [Trait::Standby]);
}

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
fn an_unknown_kind_is_native_in_its_thread() {
    let event = one(item("telepathy", json!({ "thought": 1 })));
    assert_eq!(event.thread.map(|thread| thread.key), Some("ANNA".into()));
    assert_eq!(
        event.body,
        EventBody::Native(Native { kind: "telepathy".into(), fallback: None, raw: Some(r#"{"thought":1}"#.into()) })
    );
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
