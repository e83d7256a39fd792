//! What a token must say, and of which key: for whom, by whom, until when, and what of the request it repeats.

use super::*;

#[test]
fn a_token_is_good_for_its_time_only() {
    let permits = everything();
    let at = |claims: &Value, now: u64| bearer(&es256(&head(), claims)).at(now).tried(&permits, &[]);
    let fine = Ok("ec".to_owned());
    assert_eq!(at(&claims(), EXP), fine);
    assert_eq!(at(&claims(), EXP + 59), fine, "the last second of the tolerance");
    assert_eq!(at(&claims(), EXP + 60), Err(Unauthentic::Stale));
    assert_eq!(at(&claims(), u64::MAX / 1000), Err(Unauthentic::Stale));
    for name in ["nbf", "iat"] {
        let since = with(claims(), name, Some(json!(EXP - 1000)));
        assert_eq!(at(&since, EXP - 1060), fine, "{name}: the first second of the tolerance");
        assert_eq!(at(&since, EXP - 1061), Err(Unauthentic::Stale), "{name}");
        for wrong in [json!("1"), json!(-1), json!(null), json!([1]), json!(1e300)] {
            let since = with(claims(), name, Some(wrong.clone()));
            let given = at(&since, EXP - 1);
            assert!(matches!(given, Err(Unauthentic::Malformed | Unauthentic::Wrong)), "{name}: {wrong}: {given:?}");
        }
    }
    let fraction = with(claims(), "exp", Some(json!(1_300_819_380.9)));
    assert_eq!((at(&fraction, EXP + 59), at(&fraction, EXP + 60)), (fine, Err(Unauthentic::Stale)));
    for wrong in
        [None, Some(json!(null)), Some(json!("1300819380")), Some(json!(-1)), Some(json!({})), Some(json!(1e300))]
    {
        let given = at(&with(claims(), "exp", wrong.clone()), EXP - 1);
        assert!(matches!(given, Err(Unauthentic::Wrong | Unauthentic::Malformed)), "{wrong:?}: {given:?}");
    }
    assert_eq!(at(&with(claims(), "exp", Some(json!(0))), EXP), Err(Unauthentic::Stale));
}

#[test]
fn a_token_is_of_an_issuer_and_for_us() {
    let permits = everything();
    let tried = |name: &str, value: Option<Value>| {
        bearer(&es256(&head(), &with(claims(), name, value))).tried(&permits, &[]).is_ok()
    };
    for (issuer, fits) in [
        (Some(json!("jane")), true),
        (Some(json!("Joe")), false),
        (Some(json!("joe ")), false),
        (Some(json!("")), false),
        (Some(json!(null)), false),
        (Some(json!(1)), false),
        (None, false),
    ] {
        assert_eq!(tried("iss", issuer.clone()), fits, "{issuer:?}");
    }
    for (audience, fits) in [
        (Some(json!(["others", "us"])), true),
        (Some(json!(["others"])), false),
        (Some(json!([])), false),
        (Some(json!("US")), false),
        (Some(json!("us/")), false),
        (Some(json!("")), false),
        (Some(json!({ "us": true })), false),
        (Some(json!(null)), false),
        (None, false),
    ] {
        assert_eq!(tried("aud", audience.clone()), fits, "{audience:?}");
    }
}

fn setting(value: SettingValue) -> [Setting; 1] {
    [Setting { key: "app_id".into(), value }]
}

#[test]
fn an_audience_is_a_setting_or_the_address() {
    let mut value = serde_json::to_value(everything()).unwrap();
    value["jwt"]["audience"] = json!({ "setting": "app_id" });
    let by_setting = recipe(value.clone());
    let case = bearer(&es256(&head(), &claims()));
    for (settings, fits) in [
        (setting(SettingValue::Text("us".into())), true),
        (setting(SettingValue::Texts(vec!["them".into(), "us".into()])), true),
        (setting(SettingValue::Text("them".into())), false),
        (setting(SettingValue::Text(String::new())), false),
        (setting(SettingValue::Texts(Vec::new())), false),
    ] {
        assert_eq!(case.keyed(&by_setting, &[], &settings).is_ok(), fits, "{settings:?}");
    }
    assert_eq!(case.tried(&by_setting, &[]), Err(Unauthentic::Wrong), "a setting that is not filled in");
    // An audience that is not filled in is not one that is empty.
    let nobody = bearer(&es256(&head(), &with(claims(), "aud", Some(json!("")))));
    assert!(nobody.keyed(&by_setting, &[], &setting(SettingValue::Text(String::new()))).is_err());

    value["jwt"]["audience"] = json!("address");
    let by_address = recipe(value);
    let address = with(claims(), "aud", Some(json!("https://hooks.example.org/hooks/key/events")));
    let case = bearer(&es256(&head(), &address));
    let called = |origin: &str, target: &str| case.clone().url(origin, target).tried(&by_address, &[]).is_ok();
    assert!(called("https://hooks.example.org", "/hooks/key/events"));
    assert!(called("https://hooks.example.org", "/hooks/key/events?token=x"));
    assert!(!called("https://hooks.example.org", "/hooks/other/events"));
    assert!(!called("http://hooks.example.org", "/hooks/key/events"));
    assert!(!called("https://hooks.example.net", "/hooks/key/events"));
}

#[test]
fn a_required_claim_equals_what_the_recipe_says() {
    let requiring = |required: Value| {
        let mut value = serde_json::to_value(everything()).unwrap();
        value["jwt"]["require"] = required;
        recipe(value)
    };
    let settings = setting(SettingValue::Text("42".into()));
    let token = es256(&head(), &with(claims(), "serviceurl", Some(json!("https://smba.example.com/"))));
    let tried = |required: Value, body: &str| {
        let case = Case::new(body).header("authorization", &format!("Bearer {token}")).at(EXP).published(&key_set());
        case.keyed(&requiring(required), &[], &settings).map(key)
    };
    let (fine, wrong) = (Ok("ec".to_owned()), Err(Unauthentic::Wrong));
    assert_eq!(tried(json!({ "admin": { "value": "true" }, "sub": { "setting": "app_id" } }), ""), fine);
    assert_eq!(tried(json!({ "admin": { "value": "false" } }), ""), wrong);
    assert_eq!(tried(json!({ "nobody": { "value": "null" } }), ""), wrong);
    assert_eq!(tried(json!({ "iss": { "setting": "app_id" } }), ""), wrong);
    assert_eq!(tried(json!({ "sub": { "setting": "nobody" } }), ""), wrong);
    let service = json!({ "serviceurl": { "body": "/serviceUrl" } });
    assert_eq!(tried(service.clone(), r#"{"serviceUrl":"https://smba.example.com/"}"#), fine);
    for body in [
        "",
        "{}",
        "no JSON",
        r#"{"serviceUrl":"https://evil.example.org/"}"#,
        r#"{"serviceUrl":"https://smba.example.com/","serviceUrl":"https://evil.example.org/"}"#,
        r#"{"serviceUrl":["https://smba.example.com/"]}"#,
    ] {
        assert_eq!(tried(service.clone(), body), wrong, "{body}");
    }
    let each = json!({ "serviceurl": { "body": "/value/*/serviceUrl" } });
    assert_eq!(tried(each.clone(), r#"{"value":[{"serviceUrl":"https://smba.example.com/"}]}"#), fine);
    assert_eq!(tried(each.clone(), r#"{"value":[]}"#), wrong);
    let mixed = r#"{"value":[{"serviceUrl":"https://smba.example.com/"},{"serviceUrl":"https://evil.example.org/"}]}"#;
    assert_eq!(tried(each, mixed), wrong);
}

#[test]
fn a_key_is_used_for_what_it_was_published_for() {
    let good = json!({ "kty": "EC", "kid": "ec", "crv": "P-256", "x": X, "y": Y });
    let case =
        |keys: Value| bearer(&es256(&head(), &claims())).published(&json!({ "keys": keys })).tried(&everything(), &[]);
    for (name, value, fits) in [
        ("use", json!("sig"), true),
        ("use", json!("enc"), false),
        ("key_ops", json!(["verify"]), true),
        ("key_ops", json!(["encrypt"]), false),
        ("alg", json!("ES256"), true),
        ("alg", json!("ES384"), false),
        ("alg", json!("HS256"), false),
        ("kid", json!(1), false),
        ("kid", json!(""), false),
        ("kty", json!("oct"), false),
        ("x", json!(Y), false),
        ("x", json!("!"), false),
    ] {
        assert_eq!(case(json!([with(good.clone(), name, Some(value.clone()))])).is_ok(), fits, "{name} {value}");
    }
    // Two keys of one name, as while one replaces the other; the first fits nothing.
    let other = with(with(good.clone(), "x", Some(json!(Y))), "y", Some(json!(X)));
    let elsewhere = json!({ "kty": "RSA", "kid": "ec", "n": N, "e": "AQAB" });
    assert_eq!(case(json!([other, elsewhere, good])), Ok("ec".into()));
    assert_eq!(case(json!([other, elsewhere])), Err(Unauthentic::Wrong));
    // What is no key among those that are.
    assert_eq!(case(json!([null, 1, {}, { "kty": "new" }, { "kty": "RSA", "kid": "ec" }, good])), Ok("ec".into()));
}

#[test]
fn what_is_no_key_set_is_none() {
    for json in ["", "{}", "[]", "null", r#"{"keys":{}}"#, r#"{"keys":[]}"#, r#"{"keys":[{}]}"#, "<html>", "\u{feff}{}"]
    {
        assert!(PublishedKey::read_set(json.as_bytes()).is_none(), "{json}");
    }
    let secret = json!({ "keys": [{ "kty": "oct", "kid": "k", "k": "AAAA" }] }).to_string();
    assert!(PublishedKey::read_set(secret.as_bytes()).is_none(), "a secret key is no key that everybody may know");
    let key = json!({ "kty": "OKP", "kid": "ed", "crv": "Ed25519", "x": ED });
    let many = json!({ "keys": vec![key; 1000] }).to_string();
    assert_eq!(PublishedKey::read_set(many.as_bytes()).unwrap().len(), 64);
}
