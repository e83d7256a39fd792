//! Standard Webhooks: the vectors of its reference libraries, and every form that is not theirs.

use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::Verify;
use serde_json::json;

use super::super::tests::{Case, key, recipe};
use super::*;

const SECRETS: [(&str, &str); 1] = [("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")];
const BODY: &str = r#"{"test": 2432232314}"#;
const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
const V1A: &str = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
const PUBLIC: &str = "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

fn v1() -> Verify {
    recipe(json!({ "standard-webhooks": { "credential": "secret", "previous": ["old"] } }))
}

fn both() -> Verify {
    recipe(json!({ "standard-webhooks": { "credential": "secret", "public_key": { "setting": "public_key" } } }))
}

fn public_key() -> [Setting; 1] {
    [Setting { key: "public_key".into(), value: SettingValue::Text(PUBLIC.into()) }]
}

fn sent(set: &str, id: &str, time: &str, signature: &str) -> Case {
    Case::new(BODY)
        .header(&format!("{set}-id"), id)
        .header(&format!("{set}-timestamp"), time)
        .header(&format!("{set}-signature"), signature)
        .at(1_614_265_330)
}

fn signed(signature: &str) -> Case {
    sent("webhook", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", signature)
}

/// The reference tests of the specification's repository.
#[test]
fn vector_standard_webhooks_v1() {
    let case = Case::new(r#"{"email":"test@example.com","username":"test_user"}"#)
        .header("webhook-id", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk")
        .header("webhook-timestamp", "1649367553")
        .header("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=")
        .at(1_649_367_553);
    for secret in ["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"] {
        assert_eq!(case.tried(&v1(), &[("secret", secret)]), Ok("secret".into()), "{secret}");
    }
}

/// The tests of Svix's libraries, under its own headers' names as well.
#[test]
fn vector_svix_v1() {
    assert_eq!(signed(V1).tried(&v1(), &SECRETS), Ok("secret".into()));
    let svix = sent("svix", "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", V1);
    assert_eq!(svix.tried(&v1(), &SECRETS), Ok("secret".into()));
}

/// Svix's server, `test_asymmetric_key_signing`; the specification quotes its signature.
#[test]
fn vector_standard_webhooks_v1a() {
    let given = signed(V1A).keyed(&both(), &[], &public_key()).map(key);
    assert_eq!(given, Ok("public_key".into()));
    let fixed = recipe(json!({ "standard-webhooks": { "public_key": { "value": PUBLIC } } }));
    assert_eq!(signed(V1A).tried(&fixed, &[]), Ok(String::new()));
    assert_eq!(signed(V1).tried(&fixed, &SECRETS), Err(Unauthentic::Wrong), "a secret that the recipe does not name");
    assert_eq!(signed(V1A).tried(&v1(), &SECRETS), Err(Unauthentic::Wrong), "a key that the recipe does not name");
}

#[test]
fn of_several_signatures_one_must_fit() {
    let other = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    for right in [
        format!("{other} {V1}"),
        format!("{V1} {other}"),
        format!("v2,xyz {V1A} {V1}"),
        format!("v1,??? {V1}"),
        format!("nothing {V1}"),
        format!("{V1} "),
    ] {
        assert_eq!(signed(&right).tried(&v1(), &SECRETS), Ok("secret".into()), "{right}");
    }
    assert_eq!(
        signed(&format!("{other} {V1A}")).keyed(&both(), &SECRETS, &public_key()).map(key),
        Ok("public_key".into())
    );
    assert_eq!(signed(&[V1; 8].join(" ")).tried(&v1(), &SECRETS), Ok("secret".into()));
    assert_eq!(signed(&[V1; 9].join(" ")).tried(&v1(), &SECRETS), Err(Unauthentic::Malformed));
}

#[test]
fn while_a_secret_changes_both_are_good() {
    let old = [("secret", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"), ("old", SECRETS[0].1)];
    assert_eq!(signed(V1).tried(&v1(), &old), Ok("old".into()));
    assert_eq!(signed(V1).tried(&v1(), &old[..1]), Err(Unauthentic::Wrong));
    for unusable in ["whsec_", "", "whsec_not Base64", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"] {
        assert_eq!(signed(V1).tried(&v1(), &[("secret", unusable)]), Err(Unauthentic::Wrong), "{unusable:?}");
    }
}

#[test]
fn what_is_not_exactly_that_is_refused() {
    for (wrong, expected) in [
        (V1.replace("v1,", "v1a,"), Unauthentic::Wrong),
        (V1.replace("v1,", "V1,"), Unauthentic::Malformed),
        (V1.replace("v1,", "v1="), Unauthentic::Malformed),
        (V1.replace("v1,", ""), Unauthentic::Malformed),
        (V1.replace(',', ", "), Unauthentic::Wrong),
        (V1.replace('=', ""), Unauthentic::Malformed),
        (V1.replace('+', "-"), Unauthentic::Malformed),
        (V1.replace("g0", "g1"), Unauthentic::Wrong),
        (V1.replace("g0", "é"), Unauthentic::Malformed),
        ("v1,".to_owned(), Unauthentic::Wrong),
        ("v1,AAAA".to_owned(), Unauthentic::Wrong),
        (format!("{V1},{V1}"), Unauthentic::Malformed),
        (format!("{V1}\t{V1}"), Unauthentic::Malformed),
        (String::new(), Unauthentic::Malformed),
    ] {
        assert_eq!(signed(&wrong).tried(&v1(), &SECRETS), Err(expected), "{wrong:?}");
    }
    let (id, time) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330");
    for (case, expected) in [
        (sent("webhook", "msg_other", time, V1), Unauthentic::Wrong),
        (sent("webhook", "", time, V1), Unauthentic::Malformed),
        (sent("webhook", id, "1614265331", V1), Unauthentic::Wrong),
        (sent("webhook", id, "+1614265330", V1), Unauthentic::Malformed),
        (sent("webhook", id, "", V1), Unauthentic::Malformed),
        (sent("webhook", id, "1614265330000", V1), Unauthentic::Stale),
        (signed(V1).header("webhook-id", id), Unauthentic::Malformed),
        (signed(V1).header("webhook-timestamp", time), Unauthentic::Malformed),
        (signed(V1).header("webhook-signature", V1), Unauthentic::Malformed),
        // The two sets of names are not mixed.
        (
            Case::new(BODY).header("webhook-signature", V1).header("svix-id", id).header("svix-timestamp", time),
            Unauthentic::Malformed,
        ),
        (sent("other", id, time, V1), Unauthentic::Unsigned),
    ] {
        assert_eq!(case.tried(&v1(), &SECRETS), Err(expected));
    }
}

#[test]
fn a_signature_is_good_for_its_time_only() {
    for (now, expected) in [
        (1_614_265_630, Ok("secret".to_owned())),
        (1_614_265_631, Err(Unauthentic::Stale)),
        (1_614_265_030, Ok("secret".to_owned())),
        (1_614_265_029, Err(Unauthentic::Stale)),
    ] {
        assert_eq!(signed(V1).at(now).tried(&v1(), &SECRETS), expected, "{now}");
    }
    let short = recipe(json!({ "standard-webhooks": { "credential": "secret", "tolerance_s": 10 } }));
    assert_eq!(signed(V1).at(1_614_265_341).tried(&short, &SECRETS), Err(Unauthentic::Stale));
}
