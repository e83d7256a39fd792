//! Each kind of update, each answer of `sendMessage`, and what Telegram would never be asked; on the SDK's small host. What all
//! three languages must agree on stands in `../cases`.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may end by a panic")]

use lockgate_sdk::fake::{self, Step};
use lockgate_sdk::http::{self, SendError};
use lockgate_sdk::{
    Assurance, ChoiceOption, Choices, Connector, Content, Draft, DraftPart, Event, EventBody, Fault, Identity,
    IdentityRole, Ingress, Media, Message, Native, Outcome, Part, RateLimited, Refusal, Request, RichText, Sender,
    Setting, SettingValue, Severity, Thread, ThreadKind, Trait,
};
use lockgate_telegram::Telegram;
use serde_json::{Value, json};

const RECEIVED: u64 = 1_780_000_000_000;

fn events(body: impl ToString) -> Vec<Event> {
    let request = Request { body: body.to_string().into_bytes(), received_at: RECEIVED, ..Request::default() };
    Telegram::receive(request).expect("events").events
}

/// A private message with these fields more or otherwise.
fn told(fields: Value) -> Value {
    let mut message = json!({
        "message_id": 5, "date": 1_779_999_990, "chat": { "id": 42, "type": "private", "first_name": "Anna" },
        "from": { "id": 42, "is_bot": false, "first_name": "Anna", "last_name": "Ivanova", "username": "anna", "language_code": "de" },
    });
    message.as_object_mut().expect("an object").extend(fields.as_object().expect("fields").clone());
    message
}

fn said(fields: Value) -> (Event, Message) {
    let mut events = events(json!({ "update_id": 7, "message": told(fields) }));
    assert_eq!(events.len(), 1);
    let event = events.remove(0);
    let EventBody::Message(message) = event.body.clone() else { panic!("{event:?}") };
    (event, message)
}

fn native(kind: &str, raw: &str) -> Part {
    Content::native(kind, Some(format!("[{kind}]").replace('_', " ")), Some(raw.into())).into()
}

fn group() -> Value {
    json!({ "id": -100_123, "type": "supergroup", "title": "Friends", "is_forum": true })
}

#[test]
fn a_text_is_a_message_of_its_author_in_its_chat() {
    let (event, message) = said(json!({ "text": "Grüße 🙂" }));
    assert_eq!((event.dedup.as_str(), event.at, event.order), ("7", 1_779_999_990_000, Some(5)));
    assert_eq!(event.thread, Some(Thread::direct("42")));
    let anna = Identity {
        name: Some("Anna Ivanova".into()),
        username: Some("anna".into()),
        language: Some("de".into()),
        ..Identity::contact("42")
    };
    assert_eq!(event.actor, Some(anna));
    assert_eq!(message, Message::of([Content::text("Grüße 🙂")]).with_id("42:5"));
}

#[test]
fn groups_and_topics_are_threads_of_their_own() {
    let (group_event, _) = said(json!({ "chat": group(), "text": "x", "message_thread_id": 3 }));
    let thread = group_event.thread.expect("a thread");
    assert_eq!(
        (thread.key.as_str(), thread.kind, thread.title.as_deref()),
        ("-100123", ThreadKind::Group, Some("Friends"))
    );
    assert_eq!((thread.extras[0].name.as_str(), thread.extras[0].value.as_str()), ("is_forum", "true"));
    let in_topic = |answered: i64| {
        let answered = told(json!({ "chat": group(), "message_id": answered }));
        said(
            json!({ "chat": group(), "text": "x", "message_thread_id": 3, "is_topic_message": true, "reply_to_message": answered }),
        )
    };
    let (event, message) = in_topic(3);
    let thread = event.thread.expect("a thread");
    assert_eq!(
        (thread.key.as_str(), thread.kind, thread.parent.as_deref()),
        ("-100123/3", ThreadKind::Topic, Some("-100123"))
    );
    assert_eq!(message.quote, None, "what began the topic is answered by all of it");
    assert_eq!(in_topic(4).1.quote.and_then(|quote| quote.message).as_deref(), Some("-100123:4"));
}

#[test]
fn what_has_no_field_or_kind_is_kept() {
    let (_, message) =
        said(json!({ "text": "x", "entities": [{ "type": "bold" }], "forward_origin": { "type": "user" } }));
    let extras: Vec<_> = message.extras.iter().map(|extra| (extra.name.as_str(), extra.value.as_str())).collect();
    assert_eq!(extras, [("entities", r#"[{"type":"bold"}]"#), ("forward_origin", r#"{"type":"user"}"#)]);
    assert_eq!(message.traits, [Trait::Forwarded]);

    let (_, message) = said(json!({ "caption": "our house", "photo": [{ "file_id": "a" }], "media_group_id": "9" }));
    assert_eq!(message.parts, [Content::text("our house").into(), native("photo", r#"[{"file_id":"a"}]"#)]);
    assert_eq!(message.album.as_deref(), Some("9"));
    let (_, message) = said(json!({ "new_chat_title": "x" }));
    assert_eq!(message.parts, [native("new_chat_title", r#""x""#)]);

    let (_, message) = said(json!({ "animation": { "file_id": "a" }, "document": { "file_id": "a" } }));
    assert_eq!(message.parts, [native("animation", r#"{"file_id":"a"}"#)]);
    assert_eq!(message.extras[0].name, "document", "what is told twice is one part");
}

#[test]
fn an_answer_quotes() {
    let answered = told(json!({ "message_id": 4 }));
    let (_, message) =
        said(json!({ "text": "x", "reply_to_message": answered, "quote": { "text": "which?", "position": 0 } }));
    let quote = message.quote.expect("a quote");
    assert_eq!((quote.message.as_deref(), quote.excerpt.as_deref()), (Some("42:4"), Some("which?")));
    // Of another chat there are only the words.
    let (_, message) = said(json!({ "text": "x", "external_reply": { "origin": {} }, "quote": { "text": "which?" } }));
    assert_eq!(message.quote.map(|quote| (quote.message, quote.excerpt)), Some((None, Some("which?".into()))));
}

#[test]
fn an_edit_says_what_the_message_says_now() {
    let edited = told(json!({ "text": "better", "edit_date": 1_780_000_050, "entities": [] }));
    let mut found = events(json!({ "update_id": 8, "edited_message": edited }));
    let event = found.remove(0);
    assert_eq!((event.dedup.as_str(), event.at, event.order), ("8", 1_780_000_050_000, Some(1_780_000_050_000)));
    let EventBody::Edited(edit) = event.body else { panic!("no edit") };
    assert_eq!((edit.message.as_str(), edit.parts), ("42:5", vec![Content::text("better").into()]));
    assert_eq!(event.extras[0].name, "entities");
}

#[test]
fn other_updates_are_kept_as_they_came() {
    let one = r#"{"update_id":8,"callback_query":{"id":"1","data":"yes"}}"#;
    let body = |event: &Event| match &event.body {
        EventBody::Native(Native { kind, raw, .. }) => (kind.clone(), raw.clone().unwrap_or_default()),
        other => panic!("{other:?}"),
    };
    let found = events(one);
    assert_eq!(
        (found[0].dedup.as_str(), found[0].at, body(&found[0])),
        ("8", RECEIVED, ("callback_query".into(), one.into()))
    );
    assert_eq!(body(&events(r#"{"update_id":9}"#)[0]).0, "update");
    let both = events(json!({ "update_id": 9, "message": told(json!({ "text": "x" })), "news": 1 }));
    assert_eq!((both.len(), body(&both[1]).0.as_str()), (2, "news"), "what is beside a message is not dropped");
}

#[test]
fn a_bot_is_no_contact_and_nobody_is_nobody() {
    let (event, _) =
        said(json!({ "text": "x", "from": { "id": 9, "is_bot": true, "first_name": "B", "can_join_groups": true } }));
    let bot = event.actor.expect("an actor");
    assert_eq!(
        (bot.role, bot.assurance, bot.extras[0].name.as_str()),
        (IdentityRole::Bot, Assurance::Provider, "can_join_groups")
    );
    assert_eq!(said(json!({ "text": "x", "from": null })).0.actor, None);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for (body, words) in [
        (json!([]).to_string(), "the body must be an object, is a list"),
        (json!({}).to_string(), "update_id is missing"),
        (json!({ "update_id": {} }).to_string(), "update_id must be an id, is an object"),
        (json!({ "update_id": 1, "message": 5 }).to_string(), "message must be an object, is a number"),
        (json!({ "update_id": 1, "message": { "message_id": 1, "date": 1 } }).to_string(), "message.chat is missing"),
        (
            json!({ "update_id": 1, "message": told(json!({ "date": -1 })) }).to_string(),
            "message.date must be a time in seconds, is a number",
        ),
        (
            json!({ "update_id": 1, "message": told(json!({ "text": 5 })) }).to_string(),
            "message.text must be a text, is a number",
        ),
    ] {
        let refused = Telegram::receive(Request { body: body.into_bytes(), ..Request::default() });
        assert_eq!(refused.expect_err("refused"), Refusal::Malformed(words.into()));
    }
    let Err(Refusal::Malformed(words)) = Telegram::receive(Request { body: b"{".into(), ..Request::default() }) else {
        panic!("read")
    };
    assert!(words.starts_with("the body is no JSON: "), "{words}");
}

const TAKEN: &str = r#"{"ok":true,"result":{"message_id":9,"chat":{"id":42}}}"#;

fn draft(key: &str, texts: &[&str]) -> Draft {
    let parts =
        (1..).zip(texts).map(|(id, text)| DraftPart::new(id, format!("ref-{id}"), Content::text(*text))).collect();
    Draft { thread: Some(Thread::direct(key)), parts, ..Draft::default() }
}

/// The outcomes, and the bodies of what was asked.
fn sent(draft: Draft, answers: &[(u16, &str)]) -> (Vec<Outcome>, Vec<Value>) {
    fake::reset();
    fake::with(|host| answers.iter().for_each(|(status, body)| host.answer(*status, body)));
    let outcomes = Telegram::send(draft).into_iter().map(|part| part.outcome).collect();
    let read = |request: &http::Request| serde_json::from_slice(&request.body).expect("JSON");
    (outcomes, fake::with(|host| host.requests().map(read).collect()))
}

fn outcome(status: u16, body: &str) -> Outcome {
    sent(draft("42", &["Hello"]), &[(status, body)]).0.remove(0)
}

fn refused(status: u16, description: &str, parameters: Value) -> String {
    json!({ "ok": false, "error_code": status, "description": description, "parameters": parameters }).to_string()
}

#[test]
fn a_text_goes_to_its_chat_and_the_token_is_left_to_the_host() {
    fake::reset();
    fake::with(|host| host.answer(200, TAKEN));
    Telegram::send(draft("42", &["Grüße"]));
    fake::with(|host| {
        let [Step::Begin(begun), Step::Request(request), Step::Settle(settled, name)] = host.journal.as_slice() else {
            panic!("{:?}", host.journal)
        };
        assert_eq!((begun, settled, name.as_deref()), (&vec![1], &vec![1], Some("42:9")));
        assert_eq!((request.method.as_str(), request.url.as_str()), ("POST", "https://api.telegram.org/sendMessage"));
        assert_eq!(request.body, r#"{"chat_id":42,"text":"Grüße"}"#.as_bytes());
    });
    let (_, bodies) = sent(draft("-100/3", &["x"]), &[(200, TAKEN)]);
    assert_eq!(bodies, [json!({ "chat_id": -100, "message_thread_id": 3, "text": "x" })]);
    for key in ["anna", "", "42/", "9007199254740992", "42:5"] {
        let (outcomes, bodies) = sent(draft(key, &["x"]), &[]);
        let expected = Fault::rejected(Some("no-chat".into()), "The conversation names no chat of Telegram");
        assert_eq!((outcomes, bodies.len()), (vec![Outcome::Failed(expected)], 0), "{key}");
    }
}

#[test]
fn the_first_part_quotes_what_is_of_its_chat() {
    let quoting = |id: &str| Draft { quote: Some(id.into()), ..draft("42", &["a", "b"]) };
    let (_, bodies) = sent(quoting("42:5"), &[(200, TAKEN), (200, TAKEN)]);
    assert_eq!(bodies[0]["reply_parameters"], json!({ "message_id": 5, "allow_sending_without_reply": true }));
    assert_eq!(bodies[1].get("reply_parameters"), None);
    assert_eq!(sent(quoting("43:5"), &[(200, TAKEN), (200, TAKEN)]).1[0].get("reply_parameters"), None);
}

#[test]
fn each_answer_says_what_follows() {
    let blocked = "Forbidden: bot was blocked by the user";
    let limited = |retry_after| Fault::RateLimited(RateLimited { retry_after, bucket: "bot".into() });
    let rejected = |words: &str| Fault::rejected(Some("400".into()), words);
    for (status, body, fault) in [
        (429, refused(429, "Too Many Requests", json!({ "retry_after": 7 })), limited(Some(7000))),
        (429, "slow down".into(), limited(None)),
        (429, refused(429, "x", json!({ "retry_after": -1 })), limited(None)),
        (401, refused(401, "Unauthorized", json!(null)), Fault::SignInExpired),
        (401, "<html>".into(), Fault::SignInExpired),
        (404, refused(404, "Not Found", json!(null)), Fault::SignInExpired),
        (403, refused(403, blocked, json!(null)), Fault::RecipientUnreachable(blocked.into())),
        (400, refused(400, "Bad Request: chat not found", json!(null)), rejected("Bad Request: chat not found")),
        (400, r#"{"ok":false}"#.into(), rejected("Telegram answered with status 400")),
        (404, "<html>".into(), Fault::Malformed("Telegram answered with status 404 and no reason".into())),
    ] {
        assert_eq!(outcome(status, &body), Outcome::Failed(fault), "{status} {body}");
    }
    for (status, body) in [
        (500, refused(500, "x", json!(null))),
        (502, "<html>".into()),
        (200, TAKEN[..30].into()),
        (200, r#"{"ok":true,"result":true}"#.into()),
    ] {
        assert!(matches!(outcome(status, &body), Outcome::Unknown(_)), "{status} {body}");
    }
    for (error, expected) in [
        (SendError::Unanswered("x".into()), Outcome::Unknown("x".into())),
        (SendError::NotSent("x".into()), Outcome::Failed(Fault::passing("x", None))),
    ] {
        fake::reset();
        fake::with(|host| host.answers.push_back(Err(error)));
        assert_eq!(Telegram::send(draft("42", &["x"]))[0].outcome, expected);
    }
}

#[test]
fn behind_a_part_that_was_not_sent_nothing_is_tried() {
    let (outcomes, bodies) = sent(draft("42", &["a", "b", "c"]), &[(200, TAKEN), (500, "")]);
    assert!(matches!(&outcomes[..], [Outcome::Sent(_), Outcome::Unknown(_), Outcome::NotTried]), "{outcomes:?}");
    assert_eq!(bodies.len(), 2);
}

#[test]
fn a_group_that_moved_is_written_to_where_it_is() {
    let moved = refused(400, "group chat was upgraded", json!({ "migrate_to_chat_id": -1001 }));
    let taken = r#"{"ok":true,"result":{"message_id":31,"chat":{"id":-1001}}}"#;
    let quoting = Draft { quote: Some("-1:5".into()), ..draft("-1", &["x"]) };
    let (outcomes, bodies) = sent(quoting, &[(400, &moved), (200, taken)]);
    let Outcome::Sent(sent) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(sent.message.as_deref(), Some("-1001:31"));
    assert_eq!(
        sent.thread.as_ref().map(|thread| (thread.key.as_str(), thread.kind)),
        Some(("-1001", ThreadKind::Group))
    );
    assert_eq!(bodies[1], json!({ "chat_id": -1001, "text": "x" }));
}

#[test]
fn what_cannot_be_sent_is_said_before_and_makes_no_request() {
    let choices = Choices { options: vec![ChoiceOption::default()], ..Choices::default() };
    for (content, code) in [
        (Content::Media(Media::default()), "unknown-type"),
        (Content::Choices(choices), "unknown-type"),
        (Content::text(" \n"), "empty"),
        (Content::text("x".repeat(4097)), "too-long"),
        (Content::text("🙂".repeat(2049)), "too-long"),
    ] {
        let draft = Draft { parts: vec![DraftPart::new(1, "ref-1", content)], ..draft("42", &[]) };
        let problems = Telegram::preview(draft.clone());
        assert_eq!(
            (problems.len(), problems[0].part, problems[0].severity, problems[0].code.as_str()),
            (1, Some(1), Severity::Error, code)
        );
        let (outcomes, bodies) = sent(draft, &[]);
        assert!(matches!(&outcomes[0], Outcome::Failed(Fault::Unsupported(words)) if *words == problems[0].words));
        assert!(bodies.is_empty());
    }
    assert_eq!(Telegram::preview(draft("42", &[&"x".repeat(4096), &"🙂".repeat(2048)])), []);
    let formatted = Content::Text(RichText { plain: "x".into(), html: Some("<b>x</b>".into()) });
    let problems = Telegram::preview(Draft { parts: vec![DraftPart::new(1, "ref-1", formatted)], ..Draft::default() });
    assert_eq!((problems[0].severity, problems[0].code.as_str()), (Severity::Warning, "formatting"));
}

#[test]
fn a_bots_id_is_a_number() {
    for (text, wrong) in [("42", 0), ("42:AAtoken", 1), ("²", 1), ("", 1)] {
        let setting = |key: &str| Setting { key: key.into(), value: SettingValue::Text(text.into()) };
        assert_eq!(Telegram::check(vec![setting("bot_id")]).len(), wrong, "{text}");
        assert!(Telegram::check(vec![setting("another")]).is_empty());
    }
}
