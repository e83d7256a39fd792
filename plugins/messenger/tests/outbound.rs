//! Sending: the requests that a draft makes, what is told about the delivery, and what every error of Facebook's comes to. The
//! rows of the table are those of the README's.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test may end by a panic")]

use lockgate_messenger::Messenger;
use lockgate_sdk::fake::{self, Step};
use lockgate_sdk::http::{Response, SendError};
use lockgate_sdk::{
    ChoiceAction, ChoiceOption, Choices, ChoicesStyle, Connector, Content, Draft, DraftPart, Fault, Ground, Media,
    MediaKind, MediaSource, Outcome, PartOutcome, Recipient, RecipientRole, Sender, Sent, Setting, SettingValue,
    Severity, Thread,
};
use serde_json::{Value, json};

fn draft(contents: impl IntoIterator<Item = Content>) -> Draft {
    let parts =
        contents.into_iter().zip(1..).map(|(content, id)| DraftPart::new(id, format!("ref-{id}"), content)).collect();
    Draft { account: "1234".into(), thread: Some(Thread::direct("ANNA")), parts, ..Draft::default() }
}

/// Sends with these answers, and says what came of it and what was done.
fn send(draft: Draft, answers: impl IntoIterator<Item = Result<Response, SendError>>) -> (Vec<PartOutcome>, Vec<Step>) {
    fake::reset();
    fake::with(|host| {
        host.set("graph_version", "v25.0");
        host.answers.extend(answers);
    });
    let outcomes = Messenger::send(draft);
    (outcomes, fake::with(|host| std::mem::take(&mut host.journal)))
}

fn answer(status: u16, body: &Value) -> Result<Response, SendError> {
    Ok(Response { status, headers: Vec::new(), body: body.to_string().into_bytes() })
}

fn taken(mid: &str) -> Result<Response, SendError> {
    answer(200, &json!({ "recipient_id": "ANNA", "message_id": mid }))
}

/// The body of the one request that a content makes.
fn request_body(content: Content) -> Value {
    let (outcomes, journal) = send(draft([content]), [taken("m")]);
    assert_eq!(outcomes, [PartOutcome::of(1, Outcome::Sent(Sent::as_message("m")))]);
    let Step::Request(request) = &journal[1] else { panic!("{journal:?}") };
    assert_eq!(
        (request.method.as_str(), request.url.as_str()),
        ("POST", "https://graph.facebook.com/v25.0/1234/messages")
    );
    assert_eq!(request.headers, [("content-type".to_owned(), "application/json".to_owned())]);
    serde_json::from_slice(&request.body).expect("JSON")
}

fn file(kind: MediaKind) -> Content {
    Content::Media(Media { kind, source: MediaSource::Address("https://x.example/f".into()), ..Media::default() })
}

fn quick_replies(titles: &[&str]) -> Content {
    let options = titles.iter().map(|title| ChoiceOption {
        payload: title.to_lowercase(),
        title: (*title).into(),
        ..ChoiceOption::default()
    });
    Content::Choices(Choices {
        style: ChoicesStyle::QuickReplies,
        body: Some("Which?".into()),
        options: options.collect(),
        ..Choices::default()
    })
}

#[test]
fn a_text_answers_and_carries_the_parts_name() {
    let expected = json!({ "recipient": { "id": "ANNA" }, "messaging_type": "RESPONSE", "message": { "text": "Grüße", "metadata": "ref-1" } });
    assert_eq!(request_body(Content::text("Grüße")), expected);
}

#[test]
fn media_is_sent_by_its_address() {
    let kinds = [
        (MediaKind::Image, "image"),
        (MediaKind::Video, "video"),
        (MediaKind::Audio, "audio"),
        (MediaKind::Voice, "audio"),
        (MediaKind::File, "file"),
    ];
    for (kind, name) in kinds {
        let attachment = json!({ "type": name, "payload": { "url": "https://x.example/f", "is_reusable": false } });
        assert_eq!(request_body(file(kind))["message"], json!({ "attachment": attachment, "metadata": "ref-1" }));
    }
}

#[test]
fn a_file_of_the_hosts_is_sent_by_an_address_that_is_made_for_it() {
    let of = |handle: &str| {
        Content::Media(Media {
            kind: MediaKind::Image,
            source: MediaSource::Stored(handle.to_owned()),
            ..Media::default()
        })
    };
    fake::reset();
    fake::with(|host| {
        let file = fake::File { bytes: b"GIF89a".to_vec(), content_type: "image/gif".into(), file_name: None };
        host.files.insert("kept".into(), file);
        host.answers.extend([taken("m")]);
    });
    Messenger::send(draft([of("kept")]));
    let journal = fake::with(|host| std::mem::take(&mut host.journal));
    let Step::Request(request) = &journal[1] else { panic!("{journal:?}") };
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(body["message"]["attachment"]["payload"]["url"], "https://media.host.example/kept");
    let (outcomes, journal) = send(draft([of("gone")]), []);
    assert!(matches!(&outcomes[0].outcome, Outcome::Failed(Fault::Rejected(_))), "{outcomes:?}");
    assert!(!journal.iter().any(|step| matches!(step, Step::Request(_))), "{journal:?}");
}

#[test]
fn quick_replies_stand_below_their_text() {
    let replies = json!([
        { "content_type": "text", "title": "Yes", "payload": "yes" },
        { "content_type": "text", "title": "No", "payload": "no" },
    ]);
    assert_eq!(
        request_body(quick_replies(&["Yes", "No"]))["message"],
        json!({ "text": "Which?", "quick_replies": replies, "metadata": "ref-1" })
    );
}

#[test]
fn a_person_answers_after_the_window_under_the_tag() {
    let tagged = Draft { ground: Ground::Tag("HUMAN_AGENT".into()), ..draft([Content::text("late")]) };
    let (_, journal) = send(tagged, [taken("m")]);
    let Step::Request(request) = &journal[1] else { panic!("{journal:?}") };
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!((&body["messaging_type"], &body["tag"]), (&json!("MESSAGE_TAG"), &json!("HUMAN_AGENT")));
}

#[test]
fn a_recipient_known_by_a_reference_is_written_to_by_it_and_learnt() {
    let to = Recipient {
        role: RecipientRole::To,
        key: "user_ref:u1".into(),
        kind: lockgate_sdk::IdentityKind::Opaque,
        aliases: Vec::new(),
        name: None,
    };
    let begun = Draft { recipients: vec![to], thread: None, ground: Ground::Initiated, ..draft([Content::text("hi")]) };
    let (outcomes, journal) = send(begun, [taken("m")]);
    let Step::Request(request) = &journal[1] else { panic!("{journal:?}") };
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!((&body["recipient"], &body["messaging_type"]), (&json!({ "user_ref": "u1" }), &json!("UPDATE")));
    let Outcome::Sent(sent) = &outcomes[0].outcome else { panic!("{outcomes:?}") };
    assert_eq!(sent.recipient[0].key, "ANNA");
}

#[test]
fn each_part_is_begun_sent_and_settled_before_the_next() {
    let (outcomes, journal) = send(draft([Content::text("one"), Content::text("two")]), [taken("m1"), taken("m2")]);
    assert_eq!(outcomes.len(), 2);
    let steps: Vec<String> = journal
        .iter()
        .map(|step| match step {
            Step::Begin(parts) => format!("begin {parts:?}"),
            Step::Request(_) => "request".into(),
            Step::Settle(parts, message) => format!("settle {parts:?} {}", message.as_deref().unwrap_or("-")),
        })
        .collect();
    assert_eq!(steps, ["begin [1]", "request", "settle [1] m1", "begin [2]", "request", "settle [2] m2"]);
}

#[test]
fn what_an_earlier_attempt_settled_is_left_alone() {
    let mut again = draft([Content::text("one"), Content::text("two")]);
    again.parts[0].earlier = Some(Outcome::Sent(Sent::as_message("m1")));
    let (outcomes, _) = send(again, [taken("m2")]);
    assert_eq!(outcomes, [PartOutcome::of(2, Outcome::Sent(Sent::as_message("m2")))]);
}

#[test]
fn behind_a_failed_part_nothing_is_tried() {
    let refused = answer(400, &json!({ "error": { "message": "no", "code": 100 } }));
    let (outcomes, journal) = send(draft([Content::text("one"), Content::text("two")]), [refused]);
    assert!(matches!(outcomes[0].outcome, Outcome::Failed(Fault::Rejected(_))));
    assert_eq!(outcomes[1].outcome, Outcome::NotTried);
    assert_eq!(journal.len(), 2, "begin and request of the first: {journal:?}");
}

#[test]
fn what_did_not_leave_is_told_from_what_may_have_arrived() {
    let outcome = |error| send(draft([Content::text("x")]), [Err(error)]).0.remove(0).outcome;
    assert!(matches!(outcome(SendError::NotSent("refused".into())), Outcome::Failed(Fault::Passing(_))));
    assert!(matches!(outcome(SendError::Denied("no grant".into())), Outcome::Failed(Fault::Rejected(_))));
    assert!(matches!(outcome(SendError::Unanswered("timed out".into())), Outcome::Unknown(_)));
}

/// What one answer comes to, in a word.
fn word(draft: Draft, response: Result<Response, SendError>) -> &'static str {
    let mut outcomes = send(draft, [response]).0;
    match outcomes.remove(0).outcome {
        Outcome::Sent(_) => "sent",
        Outcome::Accepted(_) => "accepted",
        Outcome::Unknown(_) => "unknown",
        Outcome::NotTried => "not-tried",
        Outcome::Failed(fault) => match fault {
            Fault::Passing(_) => "passing",
            Fault::RateLimited(limited) if limited.bucket == "app" => "rate-limited app",
            Fault::RateLimited(_) => "rate-limited page",
            Fault::SignInExpired => "sign-in-expired",
            Fault::PermissionMissing(_) => "permission-missing",
            Fault::ChannelBlocked(_) => "channel-blocked",
            Fault::WindowClosed(_) => "window-closed",
            Fault::RecipientUnreachable(_) => "recipient-unreachable",
            Fault::HeldElsewhere(_) => "held-elsewhere",
            Fault::Unsupported(_) => "unsupported",
            Fault::TooLarge(_) => "too-large",
            Fault::Gone(_) => "gone",
            Fault::Malformed(_) => "malformed",
            Fault::Rejected(_) => "rejected",
            Fault::OptedOut(_) | Fault::RecipientMoved(_) => "never",
        },
    }
}

#[test]
fn every_row_of_the_error_table() {
    let rows: &[(&str, u16, u64, u64, &str)] = &[
        ("1 with Facebook's error body", 500, 1, 0, "passing"),
        ("2 with Facebook's error body", 503, 2, 0, "passing"),
        ("1-1357046", 500, 1, 1_357_046, "unknown"),
        ("4", 400, 4, 0, "rate-limited app"),
        ("17", 400, 17, 0, "rate-limited page"),
        ("32", 400, 32, 0, "rate-limited page"),
        ("613", 400, 613, 0, "rate-limited page"),
        ("613-2534040", 400, 613, 2_534_040, "rate-limited page"),
        ("80001", 400, 80_001, 0, "rate-limited page"),
        ("80006", 400, 80_006, 0, "rate-limited page"),
        ("80014", 400, 80_014, 0, "rate-limited page"),
        ("613-2018338", 400, 613, 2_018_338, "rate-limited page"),
        ("10-2018278", 400, 10, 2_018_278, "window-closed"),
        ("10-2534022", 400, 10, 2_534_022, "window-closed"),
        ("10-2018065", 400, 10, 2_018_065, "window-closed"),
        ("10-2018108", 400, 10, 2_018_108, "recipient-unreachable"),
        ("200-1545041", 400, 200, 1_545_041, "recipient-unreachable"),
        ("551", 400, 551, 0, "recipient-unreachable"),
        ("551-1545041", 400, 551, 1_545_041, "recipient-unreachable"),
        ("10-1893063", 400, 10, 1_893_063, "channel-blocked"),
        ("10 other", 403, 10, 0, "permission-missing"),
        ("200", 403, 200, 0, "permission-missing"),
        ("200-2018028", 403, 200, 2_018_028, "permission-missing"),
        ("200-2534041", 403, 200, 2_534_041, "permission-missing"),
        ("100", 400, 100, 0, "rejected"),
        ("100-2018001", 400, 100, 2_018_001, "rejected"),
        ("100-2018008, first", 400, 100, 2_018_008, "passing"),
        ("100-2018294, first", 400, 100, 2_018_294, "passing"),
        ("100-2018047", 400, 100, 2_018_047, "unsupported"),
        ("100-2018109", 400, 100, 2_018_109, "too-large"),
        ("100-2018074", 400, 100, 2_018_074, "rejected"),
        ("190", 401, 190, 0, "sign-in-expired"),
        ("190-458 app removed", 401, 190, 458, "sign-in-expired"),
        ("190-460 password changed", 401, 190, 460, "sign-in-expired"),
        ("190-463 expired", 401, 190, 463, "sign-in-expired"),
        ("190-467 invalid", 401, 190, 467, "sign-in-expired"),
        ("368", 400, 368, 0, "channel-blocked"),
        ("2018218", 400, 2_018_218, 0, "rejected"),
        ("2018247", 400, 2_018_247, 0, "rejected"),
        ("2018300", 400, 2_018_300, 0, "held-elsewhere"),
        ("100-2018300", 400, 100, 2_018_300, "held-elsewhere"),
        ("9000001", 400, 9_000_001, 0, "gone"),
        ("not in the table", 400, 4711, 0, "rejected"),
        ("not in the table, status 429", 429, 4711, 0, "rate-limited page"),
        ("not in the table, status 500", 500, 4711, 0, "passing"),
    ];
    for (name, status, code, subcode, expected) in rows {
        let mut error = json!({ "message": "(#1) words", "type": "OAuthException", "code": code, "fbtrace_id": "A" });
        if *subcode != 0 {
            error["error_subcode"] = json!(subcode);
        }
        let response = answer(*status, &json!({ "error": error }));
        assert_eq!(word(draft([Content::text("x")]), response), *expected, "{name}");
    }
}

#[test]
fn a_transient_error_outside_the_table_passes() {
    let error = json!({ "message": "m", "code": 4711, "is_transient": true, "error_subcode": null });
    assert_eq!(word(draft([Content::text("x")]), answer(400, &json!({ "error": error }))), "passing");
}

#[test]
fn a_file_that_could_not_be_fetched_is_tried_once_more() {
    for subcode in [2_018_008, 2_018_294] {
        let second = Draft { attempt: 2, ..draft([file(MediaKind::Video)]) };
        let response = answer(400, &json!({ "error": { "message": "m", "code": 100, "error_subcode": subcode } }));
        assert_eq!(word(second, response), "rejected");
    }
}

#[test]
fn without_facebooks_error_body_a_5xx_is_unknown() {
    let plain = |status, body: &str| Ok(Response { status, headers: Vec::new(), body: body.into() });
    for body in ["", "<html>Bad gateway</html>", "{}", r#"{"error":"oops"}"#, r#"{"error":{"message":"no code"}}"#] {
        assert_eq!(word(draft([Content::text("x")]), plain(502, body)), "unknown", "{body}");
        assert_eq!(word(draft([Content::text("x")]), plain(404, body)), "malformed", "{body}");
        assert_eq!(word(draft([Content::text("x")]), plain(429, body)), "rate-limited page", "{body}");
    }
    for body in ["", "OK", "{}", "null"] {
        assert_eq!(word(draft([Content::text("x")]), plain(200, body)), "unknown", "{body}");
    }
}

#[test]
fn the_wait_that_the_usage_headers_name_is_kept() {
    let wait = |name: &str, value: &str| {
        let headers = vec![(name.to_owned(), value.to_owned())];
        let body = json!({ "error": { "message": "m", "code": 32 } }).to_string().into_bytes();
        match send(draft([Content::text("x")]), [Ok(Response { status: 400, headers, body })]).0.remove(0).outcome {
            Outcome::Failed(Fault::RateLimited(limited)) => limited.retry_after,
            other => panic!("{other:?}"),
        }
    };
    let by_page = r#"{"1234":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":19},{"type":"pages","estimated_time_to_regain_access":3}]}"#;
    assert_eq!(wait("X-Business-Use-Case-Usage", by_page), Some(19 * 60_000));
    assert_eq!(wait("x-page-usage", r#"{"call_count":101,"total_time":3}"#), None);
    assert_eq!(wait("x-app-usage", r#"{"call_count":101,"estimated_time_to_regain_access":1}"#), Some(60_000));
    assert_eq!(wait("retry-after", "30"), Some(30_000));
    assert_eq!(wait("x-app-usage", "not JSON"), None);
}

#[test]
fn a_closed_window_offers_the_tag_to_people_only() {
    let allowed =
        |draft| match send(draft, [answer(400, &json!({ "error": { "code": 10, "error_subcode": 2_018_278 } }))])
            .0
            .remove(0)
            .outcome
        {
            Outcome::Failed(Fault::WindowClosed(closed)) => closed.allowed,
            other => panic!("{other:?}"),
        };
    assert_eq!(allowed(draft([Content::text("x")])), ["HUMAN_AGENT"]);
    assert!(allowed(Draft { automatic: true, ..draft([Content::text("x")]) }).is_empty());
    assert!(allowed(Draft { ground: Ground::Tag("HUMAN_AGENT".into()), ..draft([Content::text("x")]) }).is_empty());
}

#[test]
fn preview_names_what_is_wrong_and_nothing_leaves() {
    fake::reset();
    let codes = |content| {
        let problems = Messenger::preview(draft([content]));
        problems.into_iter().map(|problem| (problem.code, problem.severity == Severity::Error)).collect::<Vec<_>>()
    };
    let error = |code: &str| vec![(code.to_owned(), true)];
    let warning = |code: &str| vec![(code.to_owned(), false)];
    assert_eq!(codes(Content::text("ä".repeat(2000))), []);
    assert_eq!(codes(Content::text("ä".repeat(2001))), error("too-long"));
    assert_eq!(codes(Content::text(" ")), error("empty"));
    assert_eq!(
        codes(Content::Text(lockgate_sdk::RichText { plain: "x".into(), html: Some("<b>x</b>".into()) })),
        warning("formatting")
    );
    assert_eq!(codes(file(MediaKind::Image)), []);
    assert_eq!(codes(Content::Media(Media { source: MediaSource::Stored("h".into()), ..Media::default() })), []);
    assert_eq!(
        codes(Content::Media(Media { source: MediaSource::Deferred("h".into()), ..Media::default() })),
        error("no-address")
    );
    let with_caption = Media {
        source: MediaSource::Address("https://x.example/f".into()),
        caption: Some("c".into()),
        ..Media::default()
    };
    assert_eq!(codes(Content::Media(with_caption)), error("caption"));
    assert_eq!(codes(quick_replies(&["Yes"])), []);
    assert_eq!(codes(quick_replies(&[])), error("too-many"));
    assert_eq!(codes(quick_replies(&["x"; 14])), error("too-many"));
    assert_eq!(codes(quick_replies(&["a title of 21 letters"])), error("too-long"));
    let Content::Choices(mut opens) = quick_replies(&["Shop"]) else { panic!("choices") };
    opens.options[0].action = ChoiceAction::Open("https://x.example".into());
    assert_eq!(codes(Content::Choices(opens)), error("unknown-type"));
    assert_eq!(codes(Content::native("card", None, None)), error("unknown-type"));
    assert!(fake::with(|host| host.journal.is_empty()));
}

#[test]
fn what_cannot_be_sent_is_not_tried_at_facebook() {
    let (outcomes, journal) = send(draft([Content::native("card", None, None)]), []);
    assert!(matches!(outcomes[0].outcome, Outcome::Failed(Fault::Unsupported(_))));
    assert!(!journal.iter().any(|step| matches!(step, Step::Request(_))));
}

#[test]
fn settings_that_cannot_be_right_are_named() {
    let wrong = |key: &str, value: &str| {
        let setting = Setting { key: key.into(), value: SettingValue::Text(value.into()) };
        Messenger::check(vec![setting]).into_iter().map(|problem| problem.key).collect::<Vec<_>>()
    };
    for (key, good, bad) in [("graph_version", "v25.0", "25"), ("page_id", "1234", "my-page"), ("app_id", "77", "x")] {
        assert_eq!(wrong(key, good), []);
        assert_eq!(wrong(key, bad), [Some(key.to_owned())]);
    }
}
