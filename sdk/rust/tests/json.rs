//! What is read of JSON, and in which words what cannot be read is refused.
#![allow(clippy::expect_used, reason = "a test may end by a panic")]

use lockgate_sdk::json::{self, Object, Unreadable};
use lockgate_sdk::{Content, EventBody, Extra, Refusal};

const BODY: &str = r#" {"id":12345678901234567890,"from":{"id":7,"name":null,"bot":false},"list":[{"a":1},2],"at":1780000000,
    "late":99999999999999,"half":1.5,"whole":5.0,"text":"a\ud83d \ud83d\ude42\\ud83d\"","empty":""} "#;

fn body() -> Object<'static> {
    json::parse(BODY.as_bytes()).expect("an object")
}

fn words<T: std::fmt::Debug>(read: Result<T, Unreadable>) -> String {
    read.expect_err("unreadable").to_string()
}

#[test]
fn what_is_there_is_read() {
    let (body, from) = (body(), body().object("from").expect("from"));
    assert_eq!((from.id("id").as_deref(), from.integer("id")), (Ok("7"), Ok(7)));
    assert_eq!((from.boolean("bot"), from.opt_text("name"), from.opt_id("nowhere")), (Ok(false), Ok(None), Ok(None)));
    assert_eq!(body.id("id").as_deref(), Ok("12345678901234567890"), "no digit is lost");
    assert_eq!(
        (body.integer("whole"), body.number("half"), body.seconds("at")),
        (Ok(5), Ok(1.5), Ok(1_780_000_000_000))
    );
    assert_eq!(from.raw(), r#"{"id":7,"name":null,"bot":false}"#);
    assert_eq!(body.keys().take(2).collect::<Vec<_>>(), ["id", "from"]);
    assert!(from.keys().all(|key| key != "name") && !from.has("name"), "null is nothing");
    assert_eq!(from.rest(&["id"]), [Extra { name: "bot".into(), value: "false".into() }]);
}

#[test]
fn half_a_surrogate_pair_costs_nothing_but_itself() {
    assert_eq!(body().text("text").as_deref(), Ok("a\u{fffd} 🙂\\ud83d\""));
    let last = json::parse(br#"{"\ude42":"\ud83d\u0041"}"#).expect("an object");
    assert_eq!(last.text("\u{fffd}").as_deref(), Ok("\u{fffd}A"));
}

#[test]
fn what_cannot_be_read_is_told_by_its_place() {
    let (body, from) = (body(), body().object("from").expect("from"));
    for (told, wanted) in [
        (words(body.object("message")), "message is missing"),
        (words(from.text("name")), "from.name is missing"),
        (words(from.opt_text("id")), "from.id must be a text, is a number"),
        (words(body.opt_id("empty")), "empty must be an id, is a text"),
        (words(body.opt_id("half")), "half must be an id, is a number"),
        (words(body.integer("half")), "half must be a whole number, is a number"),
        (words(body.integer("id")), "id must be a whole number, is a number"),
        (words(body.seconds("late")), "late must be a time in seconds, is a number"),
        (words(body.boolean("text")), "text must be true or false, is a text"),
        (words(body.object("list")), "list must be an object, is a list"),
        (words(body.objects("from")), "from must be a list, is an object"),
        (words(body.objects("list")), "list[1] must be an object, is a number"),
        (words(json::parse(b"[]")), "the body must be an object, is a list"),
        (words(json::parse(b"null")), "the body must be an object, is null"),
        (words(json::parse(b"\xff")), "the body is not UTF-8"),
    ] {
        assert_eq!(told, wanted);
    }
    assert!(words(json::parse(br#"{"a":1} x"#)).starts_with("the body is no JSON: "));
    assert!(words(json::parse(b"")).starts_with("the body is no JSON: "));
    assert_eq!(
        Refusal::from(json::parse(b"1").expect_err("no object")),
        Refusal::Malformed("the body must be an object, is a number".into())
    );
}

#[test]
fn of_a_name_that_comes_twice_the_last_one_counts() {
    let twice = json::parse(br#"{"a":1,"a":2}"#).expect("an object");
    assert_eq!(twice.integer("a"), Ok(2));
}

#[test]
fn of_the_providers_text_no_more_is_kept_than_a_native_may_carry() {
    let long = "ä".repeat(40_000);
    let Content::Native(native) = Content::native("x", None, Some(format!("a{long}"))) else { unreachable!() };
    assert_eq!(native.raw.map(|raw| raw.len()), Some(64 * 1024 - 1), "cut between letters");
    let EventBody::Native(native) = EventBody::native("x", long) else { unreachable!() };
    assert_eq!(native.raw.map(|raw| raw.len()), Some(64 * 1024));
}
