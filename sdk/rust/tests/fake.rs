//! What a plugin's unit tests rest on: the small host, and the books that `delivery::in_order` keeps.
#![allow(clippy::expect_used, reason = "a test may end by a panic")]

use lockgate_sdk::fake::{self, Step};
use lockgate_sdk::state::StateError;
use lockgate_sdk::{
    Content, Draft, DraftPart, Fault, Outcome, Pair, PartOutcome, Sent, SettingValue, credentials, delivery, hooks,
    http, log, settings, state,
};

fn draft(parts: u32) -> Draft {
    let parts = (1..=parts).map(|id| DraftPart::new(id, format!("ref-{id}"), Content::text("x"))).collect();
    Draft { parts, ..Draft::default() }
}

#[test]
fn nothing_is_there_until_a_test_puts_it_there() {
    fake::reset();
    assert!(settings::all().is_empty() && credentials::all().is_empty());
    assert_eq!((settings::get("a"), hooks::address("events"), state::get("a")), (None, None, None));
    let refused = http::Request::get("https://x.example/").send().expect_err("no answer was scripted");
    assert!(matches!(refused, http::SendError::Denied(_)));
}

#[test]
fn settings_are_found_by_key() {
    fake::reset();
    fake::with(|host| host.set("a", "1"));
    fake::with(|host| host.set("a", "2"));
    assert_eq!(settings::get("a"), Some(SettingValue::Text("2".into())));
    assert_eq!((settings::text("a").as_deref(), settings::all().len()), (Some("2"), 1));
}

#[test]
fn state_is_kept_listed_and_refused_where_it_is_read_only() {
    fake::reset();
    for key in ["a/1", "a/2", "a/3", "b"] {
        state::set(key, b"x").expect("writable");
    }
    state::delete("a/3").expect("writable");
    assert_eq!(state::keys("a/", None, 10), ["a/1", "a/2"]);
    assert_eq!(state::keys("a/", Some("a/1"), 10), ["a/2"]);
    assert_eq!(state::keys("", None, 1), ["a/1"]);
    fake::with(|host| host.state_is_read_only = true);
    assert!(matches!(state::set("a/1", b"y"), Err(StateError::ReadOnly)));
    assert_eq!(state::get("a/1").as_deref(), Some(&b"x"[..]));
}

#[test]
fn requests_are_noted_and_answered_in_order() {
    fake::reset();
    fake::with(|host| {
        host.answer(200, r#"{"id":7}"#);
        host.answer(429, "");
    });
    let first = http::Request::post("https://x.example/a").header("x-a", "b").json(&[1, 2]).send().expect("an answer");
    assert_eq!(first.json::<serde_json::Value>().expect("JSON"), serde_json::json!({ "id": 7 }));
    let second = http::Request::get("https://x.example/b").send().expect("an answer");
    assert!(first.is_success() && !second.is_success());
    let sent: Vec<(String, Vec<u8>)> =
        fake::with(|host| host.requests().map(|request| (request.url.clone(), request.body.clone())).collect());
    assert_eq!(sent, [("https://x.example/a".into(), b"[1,2]".to_vec()), ("https://x.example/b".into(), Vec::new())]);
}

#[test]
fn headers_of_an_answer_are_found_in_any_case() {
    let headers = vec![("Retry-After".to_owned(), " 3 ".to_owned())];
    let response = http::Response { status: 503, headers, body: Vec::new() };
    assert_eq!((response.header("retry-after"), response.retry_after()), (Some(" 3 "), Some(3000)));
}

#[test]
fn a_moment_until_which_to_wait_is_a_length_of_time() {
    let after = |text: &str| {
        let headers = vec![("retry-after".to_owned(), text.to_owned())];
        http::Response { status: 429, headers, body: Vec::new() }.retry_after()
    };
    assert_eq!(after("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
    assert!(after("Fri, 31 Dec 9999 23:59:59 GMT").is_some_and(|ms| ms > 1_000_000_000_000));
    assert_eq!([after("soon"), after("-1"), after("")], [None, None, None]);
}

#[test]
fn log_lines_keep_their_fields() {
    fake::reset();
    log::warn("slow", &[("ms", "12")]);
    let lines = fake::with(|host| std::mem::take(&mut host.log));
    assert_eq!(
        lines.first().map(|line| line.fields.clone()),
        Some(vec![Pair { name: "ms".into(), value: "12".into() }])
    );
}

#[test]
fn parts_go_one_after_the_other_and_stop_at_the_first_that_was_not_sent() {
    for stop in [Outcome::Failed(Fault::SignInExpired), Outcome::Unknown("?".into())] {
        fake::reset();
        let outcomes = delivery::in_order(&draft(3), |part| match part.id {
            1 => Outcome::Sent(Sent::as_message("m1")),
            _ => stop.clone(),
        });
        assert_eq!(
            outcomes,
            [
                PartOutcome::of(1, Outcome::Sent(Sent::as_message("m1"))),
                PartOutcome::of(2, stop),
                PartOutcome::of(3, Outcome::NotTried),
            ]
        );
        let journal = fake::with(|host| std::mem::take(&mut host.journal));
        assert_eq!(journal, [Step::Begin(vec![1]), Step::Settle(vec![1], Some("m1".into())), Step::Begin(vec![2])]);
    }
}

#[test]
fn a_part_that_may_have_been_sent_is_not_sent_again() {
    for earlier in [Outcome::Sent(Sent::default()), Outcome::Accepted(Sent::default()), Outcome::Unknown("?".into())] {
        fake::reset();
        let mut draft = draft(1);
        draft.parts.iter_mut().for_each(|part| part.earlier = Some(earlier.clone()));
        assert!(delivery::in_order(&draft, |_| Outcome::NotTried).is_empty());
        assert!(fake::with(|host| host.journal.is_empty()));
    }
}

#[test]
fn a_part_that_failed_is_tried_again() {
    fake::reset();
    let mut draft = draft(1);
    draft.parts.iter_mut().for_each(|part| part.earlier = Some(Outcome::Failed(Fault::passing("busy", None))));
    assert_eq!(delivery::in_order(&draft, |_| Outcome::Sent(Sent::default())).len(), 1);
}

#[test]
fn a_status_says_what_may_be_tried_again() {
    let refusal = |status, headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        http::Response { status, headers, body: Vec::new() }.refusal("page")
    };
    assert_eq!(refusal(204, &[]), None);
    assert_eq!(refusal(401, &[]), Some(Outcome::Failed(Fault::SignInExpired)));
    assert!(matches!(refusal(429, &[("retry-after", "2")]), Some(Outcome::Failed(Fault::RateLimited(limited)))
        if limited.bucket == "page" && limited.retry_after == Some(2000)));
    assert!(matches!(refusal(400, &[]), Some(Outcome::Failed(Fault::Rejected(_)))));
    assert!(matches!(refusal(500, &[]), Some(Outcome::Unknown(_))));
    assert!(matches!(refusal(503, &[]), Some(Outcome::Unknown(_))));
    assert!(matches!(refusal(503, &[("retry-after", "2")]), Some(Outcome::Failed(Fault::Passing(_)))));
}
