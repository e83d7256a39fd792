//! Shared secrets: in every place the right one passes and leaves no trace, and nothing else passes.

use http::header::HeaderName;
use lockgate_model::manifest::Verify;
use serde_json::{Value, json};

use super::super::Verified;
use super::super::tests::{Case, key, recipe};
use super::*;

const SECRET: &str = "s3cret-Token_42";
const SECRETS: [(&str, &str); 1] = [("secret", SECRET)];

fn at(place: Value) -> Verify {
    recipe(json!({ "shared-secret": { "place": place, "credential": "secret", "previous": ["old"] } }))
}

fn passed(case: &Case, recipe: &Verify) -> Verified {
    let verified = case.keyed(recipe, &SECRETS, &[]).expect("authentic");
    assert_eq!(verified.verification().map(|verification| verification.recipe.as_str()), Some("shared-secret"));
    let seen = format!("{} {:?} {:?}", verified.path(), verified.query(), verified.body());
    assert!(!seen.contains(SECRET), "{seen}");
    verified
}

/// Texts that are near the secret and are not it.
fn wrong() -> Vec<String> {
    vec![
        SECRET.to_uppercase(),
        SECRET.to_lowercase(),
        SECRET[1..].to_owned(),
        SECRET[..SECRET.len() - 1].to_owned(),
        format!("{SECRET}x"),
        format!("{SECRET}{SECRET}"),
        "é".to_owned(),
    ]
}

/// Telegram: `X-Telegram-Bot-Api-Secret-Token`.
#[test]
fn in_a_header() {
    let recipe = at(json!({ "header": "x-telegram-bot-api-secret-token" }));
    let with = |value: &str| Case::new("{}").header("X-Telegram-Bot-Api-Secret-Token", value);
    let verified = passed(&with(SECRET), &recipe);
    assert!(verified.withholds(&HeaderName::from_static("x-telegram-bot-api-secret-token")));
    assert!(!verified.withholds(&HeaderName::from_static("content-type")));
    for wrong in wrong().into_iter().chain([format!("{SECRET} "), format!(" {SECRET}"), String::new()]) {
        let expected = if wrong == "é" { Unauthentic::Malformed } else { Unauthentic::Wrong };
        assert_eq!(with(&wrong).tried(&recipe, &SECRETS), Err(expected), "{wrong:?}");
    }
    let twice = with(SECRET).header("x-telegram-bot-api-secret-token", SECRET);
    assert_eq!(twice.tried(&recipe, &SECRETS), Err(Unauthentic::Malformed));
    assert_eq!(Case::new("{}").tried(&recipe, &SECRETS), Err(Unauthentic::Unsigned));
}

#[test]
fn in_a_header_after_a_prefix() {
    let recipe = recipe(json!({ "shared-secret": {
        "place": { "header": "authorization" }, "prefix": "Bearer ", "credential": "secret",
    } }));
    passed(&Case::new("{}").header("authorization", &format!("Bearer {SECRET}")), &recipe);
    for (wrong, expected) in [
        (SECRET.to_owned(), Unauthentic::Malformed),
        (format!("bearer {SECRET}"), Unauthentic::Malformed),
        (format!("Bearer  {SECRET}"), Unauthentic::Wrong),
        ("Bearer ".to_owned(), Unauthentic::Wrong),
    ] {
        assert_eq!(Case::new("{}").header("authorization", &wrong).tried(&recipe, &SECRETS), Err(expected), "{wrong}");
    }
}

#[test]
fn in_the_path() {
    let recipe = at(json!("path"));
    for (path, left) in [
        (format!("/{SECRET}"), ""),
        (format!("/{SECRET}/"), "/"),
        (format!("/{SECRET}/a%2Fb/c"), "/a%2Fb/c"),
        (format!("/{}", SECRET.replace('_', "%5F")), ""),
    ] {
        assert_eq!(passed(&Case::new("").below(&path), &recipe).path(), left, "{path}");
    }
    for wrong in wrong().into_iter().chain([format!("a/{SECRET}"), format!("{SECRET}%20"), format!("/{SECRET}")]) {
        let case = Case::new("").below(&format!("/{wrong}"));
        assert_eq!(case.tried(&recipe, &SECRETS), Err(Unauthentic::Wrong), "{wrong}");
    }
    for none in ["", "/"] {
        assert_eq!(Case::new("").below(none).tried(&recipe, &SECRETS), Err(Unauthentic::Unsigned), "{none}");
    }
}

#[test]
fn in_the_query() {
    let recipe = at(json!({ "query": "token" }));
    let with = |query: &str| Case::new("").url("https://hooks.example.org", &format!("/hooks/key/events?{query}"));
    let verified = passed(&with(&format!("a=1&token={SECRET}&b=2")), &recipe);
    assert_eq!(verified.query(), [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    for wrong in wrong().into_iter().chain([format!("+{SECRET}"), String::new()]) {
        assert_eq!(with(&format!("token={wrong}")).tried(&recipe, &SECRETS), Err(Unauthentic::Wrong), "{wrong}");
    }
    let twice = with(&format!("token={SECRET}&token={SECRET}"));
    assert_eq!(twice.tried(&recipe, &SECRETS), Err(Unauthentic::Malformed));
    assert_eq!(with(&format!("Token={SECRET}")).tried(&recipe, &SECRETS), Err(Unauthentic::Unsigned));
}

#[test]
fn in_a_form_s_field() {
    let recipe = at(json!({ "form": "token" }));
    let verified = passed(&Case::form(&format!("text=%C3%A4&token={SECRET}&x")), &recipe);
    assert_eq!(&verified.body()[..], format!("text=%C3%A4&token={}&x", "*".repeat(SECRET.len())).as_bytes());
    let encoded = SECRET.replace('_', "%5F");
    let verified = passed(&Case::form(&format!("%74oken={encoded}")), &recipe);
    assert_eq!(&verified.body()[..], format!("%74oken={}", "*".repeat(encoded.len())).as_bytes());
    for wrong in wrong().into_iter().chain([format!("+{SECRET}"), String::new()]) {
        let case = Case::form(&format!("token={wrong}"));
        assert_eq!(case.tried(&recipe, &SECRETS), Err(Unauthentic::Wrong), "{wrong}");
    }
    let twice = Case::form(&format!("token={SECRET}&token={SECRET}"));
    assert_eq!(twice.tried(&recipe, &SECRETS), Err(Unauthentic::Malformed));
    for none in ["", "text=x", &format!("Token={SECRET}"), &format!("x=token={SECRET}")] {
        assert_eq!(Case::form(none).tried(&recipe, &SECRETS), Err(Unauthentic::Unsigned), "{none}");
    }
    let no_form = Case::new(&format!("token={SECRET}")).header("content-type", "text/plain");
    assert_eq!(no_form.tried(&recipe, &SECRETS), Err(Unauthentic::Unsigned));
}

/// Microsoft Graph: `clientState` in every notification of a batch.
#[test]
fn in_every_element_of_a_json_body() {
    let recipe = at(json!({ "json": "/value/*/clientState" }));
    let stars = "*".repeat(SECRET.len());
    let good =
        format!(r#" {{"value": [{{"id":1,"clientState":"{SECRET}"}}, {{"clientState": "{SECRET}","x":"ä"}}]}} "#);
    assert_eq!(&passed(&Case::new(&good), &recipe).body()[..], good.replace(SECRET, &stars).as_bytes());
    // An escape is the same text, and is overwritten as it stands.
    let escaped = SECRET.replace('_', "\\u005f");
    let written = format!(r#"{{"value":[{{"clientState":"{escaped}"}}]}}"#);
    let masked = format!(r#"{{"value":[{{"clientState":"{}"}}]}}"#, "*".repeat(escaped.len()));
    assert_eq!(&passed(&Case::new(&written), &recipe).body()[..], masked.as_bytes());

    for (wrong, expected) in [
        (good.replacen(SECRET, "other", 1), Unauthentic::Wrong),
        (format!(r#"{{"value":[{{"clientState":"{SECRET}"}},{{"id":2}}]}}"#), Unauthentic::Unsigned),
        (format!(r#"{{"value":[{{"clientState":"{SECRET}"}},{{"clientState":null}}]}}"#), Unauthentic::Malformed),
        (format!(r#"{{"value":[{{"clientState":["{SECRET}"]}}]}}"#), Unauthentic::Malformed),
        (format!(r#"{{"value":[{{"clientState":"x","clientState":"{SECRET}"}}]}}"#), Unauthentic::Malformed),
        (format!(r#"{{"value":[{{}}],"value":[{{"clientState":"{SECRET}"}}]}}"#), Unauthentic::Malformed),
        (r#"{"value":[]}"#.to_owned(), Unauthentic::Unsigned),
        (format!(r#"{{"value":{{"clientState":"{SECRET}"}}}}"#), Unauthentic::Unsigned),
        (format!(r#"{{"value":["{SECRET}"]}}"#), Unauthentic::Malformed),
        (format!(r#"{{"clientState":"{SECRET}"}}"#), Unauthentic::Unsigned),
        (good.replace("]}", "]"), Unauthentic::Malformed),
        (String::new(), Unauthentic::Malformed),
        ("null".to_owned(), Unauthentic::Malformed),
        ("[".repeat(100_000), Unauthentic::Malformed),
    ] {
        assert_eq!(Case::new(&wrong).tried(&recipe, &SECRETS), Err(expected), "{wrong:.80}");
    }
    assert_eq!(Case::new(b"{\"value\":\"\xff\"}").tried(&recipe, &SECRETS), Err(Unauthentic::Malformed));
    for wrong in wrong() {
        let case = Case::new(&format!(r#"{{"value":[{{"clientState":"{wrong}"}}]}}"#));
        assert_eq!(case.tried(&recipe, &SECRETS), Err(Unauthentic::Wrong), "{wrong}");
    }
}

#[test]
fn a_pointer_may_name_an_element_and_escape_its_names() {
    let recipe = at(json!({ "json": "/a~1b/0/~0c" }));
    passed(&Case::new(&format!(r#"{{"a/b":[{{"~c":"{SECRET}"}},7]}}"#)), &recipe);
    let case = Case::new(&format!(r#"{{"a/b":[7,{{"~c":"{SECRET}"}}]}}"#));
    assert_eq!(case.tried(&recipe, &SECRETS), Err(Unauthentic::Malformed));
}

#[test]
fn while_a_secret_changes_both_are_good() {
    let recipe = at(json!({ "header": "x-token" }));
    let case = Case::new("").header("x-token", SECRET);
    assert_eq!(case.keyed(&recipe, &[("secret", "new"), ("old", SECRET)], &[]).map(key), Ok("old".into()));
    assert_eq!(case.tried(&recipe, &[("secret", "new")]), Err(Unauthentic::Wrong));
    assert_eq!(case.tried(&recipe, &[("unnamed", SECRET)]), Err(Unauthentic::Wrong));
}
