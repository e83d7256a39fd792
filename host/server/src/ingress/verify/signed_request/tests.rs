//! Meta's `signed_request`: its published vector and our own, and every form that is not theirs.

use lockgate_model::manifest::Verify;
use serde_json::json;

use super::super::tests::{Case, recipe};
use super::*;

const SECRETS: [(&str, &str); 1] = [("secret", "app-secret")];
const GOOD: &str = "ZILpU1cHMgPSpEwSKi8tf_kKJDURg7-mDgo5Zq82lQQ.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImlzc3VlZF9hdCI6MTcwMDAwMDAwMCwidXNlcl9pZCI6IjQyIn0";

fn deletion() -> Verify {
    recipe(json!({ "signed-request": {
        "credential": "secret", "previous": ["old"], "claims": ["user_id", "issued_at", "not_there"],
    } }))
}

fn sent(value: &str) -> Case {
    Case::form(&format!("signed_request={value}"))
}

#[test]
fn vector_meta_signed_request() {
    let verified = sent(GOOD).keyed(&deletion(), &SECRETS, &[]).expect("authentic");
    let verification = verified.verification().expect("a recipe");
    assert_eq!((verification.recipe.as_str(), verification.key.as_deref()), ("signed-request", Some("secret")));
    let claims: Vec<_> = verification.claims.iter().map(|claim| (claim.name.as_str(), claim.value.as_str())).collect();
    assert_eq!(claims, [("user_id", "42"), ("issued_at", "1700000000")]);
}

/// The example that Facebook's documentation had for years, and every library's tests have.
#[test]
fn vector_facebook_signed_request() {
    let case =
        sent("vlXgu64BQGFSQrY0ZcJBZASMvYvTHu9GQ0YM9rjPSso.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsIjAiOiJwYXlsb2FkIn0");
    assert_eq!(case.tried(&deletion(), &[("secret", "secret")]), Ok("secret".into()));
    assert_eq!(case.tried(&deletion(), &[("secret", "new"), ("old", "secret")]), Ok("old".into()));
    assert_eq!(case.tried(&deletion(), &[("secret", "new")]), Err(Unauthentic::Wrong));
}

#[test]
fn only_what_is_signed_is_handed_on() {
    let case = Case::form(&format!("user_id=1&signed_request={GOOD}&user_id=2"));
    let verified = case.keyed(&deletion(), &SECRETS, &[]).expect("authentic");
    assert_eq!(&verified.body()[..], format!("signed_request={GOOD}").as_bytes());
}

#[test]
fn what_is_not_exactly_that_is_refused() {
    let (signature, payload) = GOOD.split_once('.').expect("two parts");
    for (wrong, expected) in [
        (String::new(), Unauthentic::Malformed),
        (".".to_owned(), Unauthentic::Wrong),
        (signature.to_owned(), Unauthentic::Malformed),
        (format!(".{payload}"), Unauthentic::Wrong),
        (format!("{signature}."), Unauthentic::Wrong),
        (format!("{payload}.{signature}"), Unauthentic::Wrong),
        (format!("{signature}=.{payload}"), Unauthentic::Malformed),
        (format!("{GOOD}="), Unauthentic::Wrong),
        (format!("{GOOD}.{payload}"), Unauthentic::Wrong),
        (format!("%20{GOOD}"), Unauthentic::Malformed),
        (format!("{GOOD}+"), Unauthentic::Wrong),
        (GOOD.replace('_', "/"), Unauthentic::Malformed),
        (GOOD.replace("ZIL", "zil"), Unauthentic::Wrong),
        (GOOD.replace("ZIL", "%C3%A9"), Unauthentic::Malformed),
        (format!("{}.{payload}", &signature[..41]), Unauthentic::Malformed),
        (format!("{}.{payload}", &signature[..40]), Unauthentic::Wrong),
        // Signed well, and not what it should be: another algorithm's name, and no JSON.
        (
            "ts3n8il1AJCsjySKDD8BSfu7KCvEA6vNVifRSN6VACc.eyJhbGdvcml0aG0iOiJub25lIiwidXNlcl9pZCI6IjQyIn0".to_owned(),
            Unauthentic::Malformed,
        ),
        ("fSls043pf_U6s0UoHTNaC9mrznVEUa5TDHqtFKlS39A.dXNlciA0Mg".to_owned(), Unauthentic::Malformed),
    ] {
        assert_eq!(sent(&wrong).tried(&deletion(), &SECRETS), Err(expected), "{wrong}");
    }
    let twice = Case::form(&format!("signed_request={GOOD}&signed_request={GOOD}"));
    assert_eq!(twice.tried(&deletion(), &SECRETS), Err(Unauthentic::Malformed));
    assert_eq!(Case::form(&format!("x={GOOD}")).tried(&deletion(), &SECRETS), Err(Unauthentic::Unsigned));
}

#[test]
fn its_age_counts_where_the_recipe_says_so() {
    let recipe = recipe(json!({ "signed-request": { "credential": "secret", "tolerance_s": 300 } }));
    for (now, expected) in [
        (1_700_000_300, Ok("secret".to_owned())),
        (1_700_000_301, Err(Unauthentic::Stale)),
        (1_699_999_700, Ok("secret".to_owned())),
        (1_699_999_699, Err(Unauthentic::Stale)),
    ] {
        assert_eq!(sent(GOOD).at(now).tried(&recipe, &SECRETS), expected, "{now}");
    }
    let no_time =
        sent("8dhc9-1R788fsJE0CwtPajqAsrHIVd7Du35ddkLAiUQ.eyJhbGdvcml0aG0iOiJobWFjLXNoYTI1NiIsInVzZXJfaWQiOiI0MiJ9");
    assert_eq!(no_time.tried(&recipe, &SECRETS), Err(Unauthentic::Malformed));
    assert_eq!(no_time.tried(&deletion(), &SECRETS), Ok("secret".into()), "the algorithm's name in any case");
}
