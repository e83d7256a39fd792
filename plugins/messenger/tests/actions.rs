//! Sender actions: the calls that they make, and what Facebook's answers come to. The rows are those of the README's table.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may end by a panic")]

use lockgate_messenger::Messenger;
use lockgate_sdk::fake::{self, Step};
use lockgate_sdk::http::{Response, SendError};
use lockgate_sdk::{Actions, Fault, Outcome, Sent, Target, Thread};
use serde_json::{Value, json};

type Answer = Result<Response, SendError>;

fn target() -> Target {
    Target::of_message("m_1").in_thread(Thread::direct("ANNA"))
}

/// Does it with this answer, and says what came of it and what was done.
fn act(answer: Answer, action: impl FnOnce() -> Outcome) -> (Outcome, Vec<Step>) {
    fake::reset();
    fake::with(|host| {
        host.set("graph_version", "v25.0");
        host.set("page_id", "1234");
        host.answers.push_back(answer);
    });
    let outcome = action();
    (outcome, fake::with(|host| std::mem::take(&mut host.journal)))
}

fn answer(status: u16, body: &str) -> Answer {
    Ok(Response { status, headers: Vec::new(), body: body.into() })
}

fn done() -> Answer {
    answer(200, r#"{"recipient_id":"ANNA"}"#)
}

/// The body of the one call that an action makes.
fn call_of(action: impl FnOnce() -> Outcome) -> Value {
    let (outcome, journal) = act(done(), action);
    assert_eq!(outcome, Outcome::Sent(Sent::default()));
    let [Step::Request(request)] = journal.as_slice() else { panic!("one request: {journal:?}") };
    assert_eq!(
        (request.method.as_str(), request.url.as_str()),
        ("POST", "https://graph.facebook.com/v25.0/1234/messages")
    );
    serde_json::from_slice(&request.body).expect("JSON")
}

#[test]
fn typing_is_shown_and_hidden() {
    for (on, action) in [(true, "typing_on"), (false, "typing_off")] {
        let expected = json!({ "recipient": { "id": "ANNA" }, "sender_action": action });
        assert_eq!(call_of(|| Messenger::typing(target(), on, None)), expected);
    }
}

#[test]
fn what_was_read_is_marked_as_seen() {
    let expected = json!({ "recipient": { "id": "ANNA" }, "sender_action": "mark_seen" });
    assert_eq!(call_of(|| Messenger::mark_read(target())), expected);
}

#[test]
fn a_reaction_names_its_message_and_its_emoji() {
    let payload = json!({ "message_id": "m_1", "reaction": "👍" });
    let expected = json!({ "recipient": { "id": "ANNA" }, "sender_action": "react", "payload": payload });
    assert_eq!(call_of(|| Messenger::react(target(), "👍".into(), true, None)), expected);
}

#[test]
fn a_reaction_that_is_taken_back_names_its_message_alone() {
    let payload = json!({ "message_id": "m_1" });
    let expected = json!({ "recipient": { "id": "ANNA" }, "sender_action": "unreact", "payload": payload });
    assert_eq!(call_of(|| Messenger::react(target(), "👍".into(), false, None)), expected);
}

#[test]
fn a_person_known_by_a_reference_is_named_by_it() {
    let target = || Target { thread: Some(Thread::direct("user_ref:u1")), ..target() };
    assert_eq!(call_of(|| Messenger::mark_read(target()))["recipient"], json!({ "user_ref": "u1" }));
}

#[test]
fn without_a_page_in_the_settings_the_token_names_it() {
    fake::reset();
    fake::with(|host| host.answers.push_back(done()));
    assert_eq!(Messenger::mark_read(target()), Outcome::Sent(Sent::default()));
    let url = fake::with(|host| host.requests().map(|request| request.url.clone()).next());
    assert_eq!(url.as_deref(), Some("https://graph.facebook.com/v25.0/me/messages"));
}

#[test]
fn what_cannot_be_asked_is_not_asked() {
    let nobody = || Target { thread: None, ..target() };
    let nothing = || Target { message: None, ..target() };
    for (what, action) in [
        ("nobody to show it to", &(|| Messenger::typing(nobody(), true, None)) as &dyn Fn() -> Outcome),
        ("no message", &|| Messenger::react(nothing(), "👍".into(), true, None)),
        ("a name", &|| Messenger::react(target(), ":shipit:".into(), true, None)),
        ("no way to edit", &|| Messenger::edit(target(), Vec::new())),
        ("no way to take back", &|| Messenger::delete(target())),
    ] {
        let (outcome, journal) = act(done(), action);
        let Outcome::Failed(fault) = outcome else { panic!("{what}: {outcome:?}") };
        assert!(matches!(fault, Fault::Rejected(_) | Fault::Unsupported(_)), "{what}: {fault:?}");
        assert!(journal.is_empty(), "{what}: {journal:?}");
    }
}

#[test]
fn a_lost_answer_is_unknown_and_a_reaction_is_asked_for_again() {
    let error = r#"{"error":{"message":"m","code":1,"error_subcode":1357046}}"#;
    let lost =
        [Err(SendError::Unanswered("timed out".into())), answer(502, "<html>"), answer(200, "OK"), answer(500, error)];
    for answer in lost {
        let typing = act(answer.clone(), || Messenger::typing(target(), true, None)).0;
        assert!(matches!(typing, Outcome::Unknown(_)), "{answer:?}: {typing:?}");
        let read = act(answer.clone(), || Messenger::mark_read(target())).0;
        assert!(matches!(read, Outcome::Unknown(_)), "{answer:?}: {read:?}");
        for added in [true, false] {
            let reaction = act(answer.clone(), || Messenger::react(target(), "👍".into(), added, None)).0;
            assert!(matches!(reaction, Outcome::Failed(Fault::Passing(_))), "{answer:?}: {reaction:?}");
        }
    }
}

#[test]
fn errors_are_those_of_a_message() {
    let fault = |code: u64, subcode: u64| {
        let body = json!({ "error": { "message": "m", "code": code, "error_subcode": subcode } }).to_string();
        match act(answer(400, &body), || Messenger::react(target(), "👍".into(), true, None)).0 {
            Outcome::Failed(fault) => fault,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fault(190, 0), Fault::SignInExpired);
    assert!(matches!(fault(9_000_001, 0), Fault::Gone(_)));
    assert!(matches!(fault(551, 0), Fault::RecipientUnreachable(_)));
    assert!(matches!(fault(100, 2_018_300), Fault::HeldElsewhere(_)));
    let Fault::WindowClosed(closed) = fault(10, 2_018_278) else { panic!("the window is closed") };
    assert!(closed.allowed.is_empty(), "no tag opens it for a reaction: {closed:?}");
}
