//! HMAC: the providers' vectors and those of the RFCs, and every form that is not theirs.

use serde_json::json;

use super::super::tests::{Case, recipe};
use super::*;
use lockgate_model::manifest::Verify;

const SECRET: [(&str, &str); 1] = [("secret", "app-secret")];

fn meta() -> Verify {
    recipe(json!({ "hmac": {
        "header": "x-hub-signature-256", "digest": "sha256", "prefix": "sha256=", "credential": "secret",
        "previous": ["old", "older"],
    } }))
}

fn slack() -> Verify {
    recipe(json!({ "hmac": {
        "header": "x-slack-signature", "digest": "sha256", "prefix": "v0=", "credential": "secret",
        "template": [{ "literal": "v0:" }, "timestamp", { "literal": ":" }, "body"],
        "timestamp": { "header": "x-slack-request-timestamp", "tolerance_s": 300 },
    } }))
}

fn line() -> Verify {
    recipe(json!({ "hmac": {
        "header": "x-line-signature", "digest": "sha256", "encoding": "base64", "credential": "secret",
    } }))
}

fn twilio() -> Verify {
    recipe(json!({ "hmac": {
        "header": "x-twilio-signature", "digest": "sha1", "encoding": "base64", "credential": "secret",
        "template": ["url-any-port", "form-sorted"], "body_sha256_query": "bodySHA256",
    } }))
}

const META_BODY: &str = r#"{"object":"page","entry":[]}"#;
const META: &str = "sha256=e6e9d7a842a48e17f43a34d6125d0d933e2aab92ee37f0993a4d493b50e3d438";

fn signed(signature: &str) -> Case {
    Case::new(META_BODY).header("x-hub-signature-256", signature)
}

#[test]
fn vector_meta_x_hub_signature_256() {
    assert_eq!(signed(META).tried(&meta(), &SECRET), Ok("secret".into()));
    let upper = META.to_uppercase().replace("SHA256", "sha256");
    assert_eq!(signed(&upper).tried(&meta(), &SECRET), Ok("secret".into()), "hexadecimal in either case");
}

/// docs.github.com, "Validating webhook deliveries": the same header as Meta's.
#[test]
fn vector_github_x_hub_signature_256() {
    let case = Case::new("Hello, World!")
        .header("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    assert_eq!(case.tried(&meta(), &[("secret", "It's a Secret to Everybody")]), Ok("secret".into()));
}

/// The value that calls to Meta carry is the same keyed hash.
#[test]
fn vector_meta_appsecret_proof() {
    let proof = tag(Digest::Sha256, b"app-secret", &["EAAB-token"]).map(hex::encode);
    assert_eq!(proof.as_deref(), Some("294c307ff2427ed2140908ec13f483ef7f7d7819a8fc32fb535cf6ada2327ab2"));
}

/// docs.slack.dev, "Verifying requests from Slack".
const SLACK_BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

fn slack_case(time: &str) -> Case {
    Case::new(SLACK_BODY)
        .header("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503")
        .header("x-slack-request-timestamp", time)
}

const SLACK_SECRET: [(&str, &str); 1] = [("secret", "8f742231b10e8888abcd99yyyzzz85a5")];

#[test]
fn vector_slack() {
    assert_eq!(slack_case("1531420618").at(1_531_420_618).tried(&slack(), &SLACK_SECRET), Ok("secret".into()));
}

#[test]
fn a_signature_is_good_for_its_time_only() {
    for (now, expected) in [
        (1_531_420_618, Ok("secret".to_owned())),
        (1_531_420_918, Ok("secret".to_owned())),
        (1_531_420_919, Err(Unauthentic::Stale)),
        (1_531_420_318, Ok("secret".to_owned())),
        (1_531_420_317, Err(Unauthentic::Stale)),
        (0, Err(Unauthentic::Stale)),
    ] {
        assert_eq!(slack_case("1531420618").at(now).tried(&slack(), &SLACK_SECRET), expected, "{now}");
    }
}

#[test]
fn a_time_that_is_not_written_as_digits_is_none() {
    for (time, expected) in [
        ("+1531420618", Unauthentic::Malformed),
        ("-1531420618", Unauthentic::Malformed),
        ("1531420618.0", Unauthentic::Malformed),
        ("1531420618 ", Unauthentic::Malformed),
        ("1531 420618", Unauthentic::Malformed),
        ("0x5b47a00a", Unauthentic::Malformed),
        ("١٥٣١٤٢٠٦١٨", Unauthentic::Malformed),
        ("", Unauthentic::Malformed),
        ("99999999999999999999", Unauthentic::Malformed),
        ("18446744073709551615", Unauthentic::Stale),
        // Another text for the same time is not what was signed.
        ("01531420618", Unauthentic::Wrong),
        ("1531420619", Unauthentic::Wrong),
    ] {
        assert_eq!(slack_case(time).at(1_531_420_618).tried(&slack(), &SLACK_SECRET), Err(expected), "{time:?}");
    }
    let twice = slack_case("1531420618").header("x-slack-request-timestamp", "1531420618").at(1_531_420_618);
    assert_eq!(twice.tried(&slack(), &SLACK_SECRET), Err(Unauthentic::Malformed));
    let none = Case::new(SLACK_BODY).header("x-slack-signature", "v0=00").at(1_531_420_618);
    assert_eq!(none.tried(&slack(), &SLACK_SECRET), Err(Unauthentic::Malformed));
}

#[test]
fn vector_line() {
    let case = Case::new(r#"{"destination":"U0","events":[]}"#)
        .header("x-line-signature", "W3dP9Bhbu4pAfrrGKmS3sZ+m7GXhMWYtP0X+0oJHG4w=");
    assert_eq!(case.tried(&line(), &[("secret", "channel-secret")]), Ok("secret".into()));
    // The bytes as they came, not a text that somebody wrote anew. Our own, computed with another library.
    let beyond_ascii =
        Case::new(r#"{"text":"äöü 🙂"}"#).header("x-line-signature", "l9r5mYLyR0Ifp/nLvW0g/MbLpi/PIjOCzGGosc/KMPM=");
    assert_eq!(beyond_ascii.tried(&line(), &[("secret", "channel-secret")]), Ok("secret".into()));
}

#[test]
fn base64_is_written_in_its_one_way() {
    let good = "W3dP9Bhbu4pAfrrGKmS3sZ+m7GXhMWYtP0X+0oJHG4w=";
    for (wrong, expected) in [
        (good.trim_end_matches('=').to_owned(), Unauthentic::Malformed),
        (format!("{good}="), Unauthentic::Malformed),
        (format!("{good} "), Unauthentic::Malformed),
        (good.replace('+', "-"), Unauthentic::Malformed),
        // The same bytes with bits that mean nothing.
        (good.replace("4w=", "4x="), Unauthentic::Malformed),
        (good.to_lowercase(), Unauthentic::Wrong),
        (format!("{}A=", &good[..42]), Unauthentic::Wrong),
        (format!("X{}", &good[1..]), Unauthentic::Wrong),
        ("AAAA".to_owned(), Unauthentic::Wrong),
        (String::new(), Unauthentic::Wrong),
    ] {
        let case = Case::new(r#"{"destination":"U0","events":[]}"#).header("x-line-signature", &wrong);
        assert_eq!(case.tried(&line(), &[("secret", "channel-secret")]), Err(expected), "{wrong:?}");
    }
}

#[test]
fn what_is_not_exactly_that_is_refused() {
    let digits = &META[7..];
    for (wrong, expected) in [
        (digits.to_owned(), Unauthentic::Malformed),
        (format!("SHA256={digits}"), Unauthentic::Malformed),
        (format!("sha1={digits}"), Unauthentic::Malformed),
        (format!(" {META}"), Unauthentic::Malformed),
        (format!("{META} "), Unauthentic::Malformed),
        (format!("sha256= {digits}"), Unauthentic::Malformed),
        (format!("{META},{META}"), Unauthentic::Malformed),
        (format!("{META}0"), Unauthentic::Malformed),
        (format!("{META}00"), Unauthentic::Wrong),
        (META[..70].to_owned(), Unauthentic::Malformed),
        (META[..69].to_owned(), Unauthentic::Wrong),
        (META[..39].to_owned(), Unauthentic::Wrong),
        ("sha256=".to_owned(), Unauthentic::Wrong),
        ("sha256=zz".to_owned(), Unauthentic::Malformed),
        ("sha256=é".to_owned(), Unauthentic::Malformed),
        (String::new(), Unauthentic::Malformed),
        (format!("sha256=f{}", &digits[1..]), Unauthentic::Wrong),
    ] {
        assert_eq!(signed(&wrong).tried(&meta(), &SECRET), Err(expected), "{wrong:?}");
    }
    let twice = signed(META).header("x-hub-signature-256", META);
    assert_eq!(twice.tried(&meta(), &SECRET), Err(Unauthentic::Malformed));
    let body = Case::new("{}").header("x-hub-signature-256", META);
    assert_eq!(body.tried(&meta(), &SECRET), Err(Unauthentic::Wrong));
    let one_byte_more = Case::new(&format!("{META_BODY}\n")).header("x-hub-signature-256", META);
    assert_eq!(one_byte_more.tried(&meta(), &SECRET), Err(Unauthentic::Wrong));
}

#[test]
fn while_a_secret_changes_both_are_good() {
    let case = signed(META);
    assert_eq!(case.tried(&meta(), &[("secret", "new"), ("old", "app-secret")]), Ok("old".into()));
    assert_eq!(case.tried(&meta(), &[("older", "app-secret")]), Ok("older".into()), "those not filled are skipped");
    assert_eq!(case.tried(&meta(), &[("secret", ""), ("older", "app-secret")]), Ok("older".into()));
    for none in [[].as_slice(), &[("secret", "")], &[("secret", "new"), ("old", "")], &[("unnamed", "app-secret")]] {
        assert_eq!(case.tried(&meta(), none), Err(Unauthentic::Wrong), "{none:?}");
    }
}

/// Time and several signatures in one header, as some senders write them. Our own, computed with another library.
#[test]
fn of_several_signatures_one_must_fit() {
    let recipe = recipe(json!({ "hmac": {
        "header": "x-signature", "digest": "sha256", "prefix": "v1=", "separator": ",", "credential": "secret",
        "template": ["timestamp", { "literal": "." }, "body"],
        "timestamp": { "header": "x-signature", "prefix": "t=", "tolerance_s": 300 },
    } }));
    let good = "v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8";
    let old = "v1=7651aad398fd83391a039211ae51a3ab9fa88bb4e680988246560f8133d58d2f";
    let try_with = |value: &str| {
        let case = Case::new(r#"{"id":1}"#).header("x-signature", value).at(1_700_000_100);
        case.tried(&recipe, &[("secret", "whsec_test")])
    };
    for right in [
        format!("t=1700000000,{good}"),
        format!("{good},t=1700000000"),
        format!("t=1700000000,{old},{good}"),
        format!("t=1700000000,{good},{old},v0=6ffbb59b"),
        format!("t=1700000000{},{good}", format!(",{old}").repeat(7)),
    ] {
        assert_eq!(try_with(&right), Ok("secret".into()), "{right}");
    }
    for (wrong, expected) in [
        (format!("t=1700000000,{old}"), Unauthentic::Wrong),
        (format!("t=1700000001,{good}"), Unauthentic::Wrong),
        (format!("t=1699999799,{good}"), Unauthentic::Stale),
        (good.to_owned(), Unauthentic::Malformed),
        (format!("t=1700000000,t=1700000000,{good}"), Unauthentic::Malformed),
        (format!("t=1700000000, {good}"), Unauthentic::Malformed),
        (format!("t=1700000000,{}", good.replace("v1", "v0")), Unauthentic::Malformed),
        (format!("t=1700000000,v1=zz,{good}"), Unauthentic::Malformed),
        (format!("t=1700000000{}", format!(",{old}").repeat(9)), Unauthentic::Malformed),
    ] {
        assert_eq!(try_with(&wrong), Err(expected), "{wrong}");
    }
}

/// The time may also stand in a header of its own beside several signatures.
#[test]
fn several_signatures_leave_the_time_where_the_recipe_says() {
    let recipe = recipe(json!({ "hmac": {
        "header": "x-signature", "digest": "sha256", "prefix": "v1=", "separator": ",", "credential": "secret",
        "template": ["timestamp", { "literal": "." }, "body"],
        "timestamp": { "header": "x-time", "tolerance_s": 300 },
    } }));
    let good = "v1=2f441ba4b3b2d50d28a9ab9d9fd8880376ecd1eb5d0435401553f5d8d0a5dcf8";
    let case = |signature: &str| Case::new(r#"{"id":1}"#).header("x-signature", signature).at(1_700_000_100);
    let secrets = [("secret", "whsec_test")];
    let right = case(&format!("v1=00,{good}")).header("x-time", "1700000000");
    assert_eq!(right.tried(&recipe, &secrets), Ok("secret".into()));
    for wrong in [case(good), case(&format!("t=1700000000,{good}")), case(&format!("1700000000,{good}"))] {
        assert_eq!(wrong.tried(&recipe, &secrets), Err(Unauthentic::Malformed));
    }
}

const TWILIO: [(&str, &str); 1] = [("secret", "12345")];
const TWILIO_FORM: &str =
    "CallSid=CA1234567890ABCDE&Digits=1234&From=%2B14158675309&To=%2B18005551212&Caller=%2B14158675309";

fn call(origin: &str, body: &str, signature: &str) -> Case {
    Case::form(body).url(origin, "/myapp.php?foo=1&bar=2").header("x-twilio-signature", signature)
}

/// github.com/twilio/twilio-python, `tests/unit/test_request_validator.py`.
#[test]
fn vector_twilio() {
    let case = call("https://mycompany.com", TWILIO_FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_eq!(case.tried(&twilio(), &TWILIO), Ok("secret".into()));
}

/// The same: whichever port the address has, the signature may have been made with it, with the scheme's or without.
#[test]
fn vector_twilio_with_and_without_a_port() {
    for (origin, signature) in [
        ("https://mycompany.com:1234", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com:1234", "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        ("http://mycompany.com", "0ZXoZLH/DfblKGATFgpif+LLRf4="),
    ] {
        let case = call(origin, TWILIO_FORM, signature);
        assert_eq!(case.tried(&twilio(), &TWILIO), Ok("secret".into()), "{origin}");
    }
    for (origin, signature) in [
        // Another port, and another scheme's.
        ("https://mycompany.com:1235", "kvajT1Ptam85bY51eRf/AJRuM3w="),
        ("http://mycompany.com", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("https://mycompany.com.example", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
    ] {
        let case = call(origin, TWILIO_FORM, signature);
        assert_eq!(case.tried(&twilio(), &TWILIO), Err(Unauthentic::Wrong), "{origin}");
    }
    // Where the recipe does not say so, the port is part of the address.
    let exact = recipe(json!({ "hmac": {
        "header": "x-twilio-signature", "digest": "sha1", "encoding": "base64", "credential": "secret",
        "template": ["url", "form-sorted"],
    } }));
    let case = call("https://mycompany.com", TWILIO_FORM, "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_eq!(case.tried(&exact, &TWILIO), Ok("secret".into()));
    let case = call("https://mycompany.com", TWILIO_FORM, "kvajT1Ptam85bY51eRf/AJRuM3w=");
    assert_eq!(case.tried(&exact, &TWILIO), Err(Unauthentic::Wrong));
}

/// The same: a field that comes twice counts with each of its values, sorted.
#[test]
fn vector_twilio_repeated_fields() {
    let case = call(
        "https://mycompany.com",
        "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234",
        "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
    );
    assert_eq!(case.tried(&twilio(), &TWILIO), Ok("secret".into()));
}

const TWILIO_JSON: &str = r#"{"property": "value", "boolean": true}"#;
const WITH_BODY: &str =
    "/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";

/// The same: a body that is no form is signed by its digest in the address.
#[test]
fn vector_twilio_body_sha256() {
    let digest = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    assert_eq!(hex::encode(body_digest(TWILIO_JSON.as_bytes())), digest);
    let case = Case::new(TWILIO_JSON)
        .header("content-type", "application/json")
        .url("https://mycompany.com", WITH_BODY)
        .header("x-twilio-signature", "a9nBmqA0ju/hNViExpshrM61xv4=");
    assert_eq!(case.tried(&twilio(), &TWILIO), Ok("secret".into()));
}

#[test]
fn no_body_slips_in_beside_a_signed_address() {
    let signature = "a9nBmqA0ju/hNViExpshrM61xv4=";
    let with = |body: &str, kind: &str, target: &str| {
        let case = Case::new(body).header("content-type", kind).header("x-twilio-signature", signature);
        case.url("https://mycompany.com", target).tried(&twilio(), &TWILIO)
    };
    assert_eq!(with(r#"{"property": "other"}"#, "application/json", WITH_BODY), Err(Unauthentic::Wrong));
    assert_eq!(with("", "application/json", WITH_BODY), Err(Unauthentic::Wrong));
    assert_eq!(with("a=b", "application/x-www-form-urlencoded", WITH_BODY), Err(Unauthentic::Wrong));
    // The right body under a type that makes fields of it.
    assert_eq!(with(TWILIO_JSON, "application/x-www-form-urlencoded", WITH_BODY), Err(Unauthentic::Wrong));
    assert_eq!(with(TWILIO_JSON, "application/json", "/myapp.php?foo=1&bar=2"), Err(Unauthentic::Malformed));
    assert_eq!(
        with(TWILIO_JSON, "application/json", &format!("{WITH_BODY}&bodySHA256=00")),
        Err(Unauthentic::Malformed)
    );
    assert_eq!(with(TWILIO_JSON, "application/json", "/myapp.php?bodySHA256=zz"), Err(Unauthentic::Malformed));
    // A form that says to be something else is none.
    let case = Case::new(TWILIO_FORM)
        .header("content-type", "application/json")
        .url("https://mycompany.com", "/myapp.php?foo=1&bar=2")
        .header("x-twilio-signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    assert_eq!(case.tried(&twilio(), &TWILIO), Err(Unauthentic::Malformed));
}

#[test]
fn a_changed_field_or_address_is_not_what_was_signed() {
    let good = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    for body in [
        TWILIO_FORM.replace("1234&", "1235&"),
        format!("{TWILIO_FORM}&Extra=1"),
        TWILIO_FORM.replace("Digits=1234&", ""),
        TWILIO_FORM.replace("%2B", "+"),
    ] {
        let case = call("https://mycompany.com", &body, good);
        assert_eq!(case.tried(&twilio(), &TWILIO), Err(Unauthentic::Wrong), "{body}");
    }
    for target in ["/myapp.php?foo=1", "/myapp.php?bar=2&foo=1", "/myapp.php?foo=1&bar=2&", "/MYAPP.php?foo=1&bar=2"] {
        let case = Case::form(TWILIO_FORM).url("https://mycompany.com", target).header("x-twilio-signature", good);
        assert_eq!(case.tried(&twilio(), &TWILIO), Err(Unauthentic::Wrong), "{target}");
    }
}

#[test]
fn a_header_of_the_template_stands_there_once() {
    let recipe = recipe(json!({ "hmac": {
        "header": "x-sig", "digest": "sha256", "credential": "secret", "template": [{ "header": "x-id" }, "body"],
    } }));
    let signature = tag(Digest::Sha256, b"app-secret", &["id", META_BODY]).map(hex::encode).expect("a hash");
    let case = Case::new(META_BODY).header("x-sig", &signature);
    assert_eq!(case.clone().header("x-id", "id").tried(&recipe, &SECRET), Ok("secret".into()));
    assert_eq!(case.clone().header("x-id", "ID").tried(&recipe, &SECRET), Err(Unauthentic::Wrong));
    assert_eq!(case.tried(&recipe, &SECRET), Err(Unauthentic::Malformed));
    let twice = case.header("x-id", "id").header("x-id", "id");
    assert_eq!(twice.tried(&recipe, &SECRET), Err(Unauthentic::Malformed));
}

/// Key, text and hash of RFC 4231, cases 1 to 4, 6 and 7 (5 is of a shortened hash, which no recipe has).
#[test]
fn vector_rfc_4231_hmac_sha256() {
    let larger = b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.";
    for (key, text, expected) in [
        (vec![0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (vec![0xaa; 20], vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        ((1..=25).collect(), vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            vec![0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (vec![0xaa; 131], larger.to_vec(), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ] {
        assert_eq!(tag(Digest::Sha256, &key, &[text]).map(hex::encode).as_deref(), Some(expected));
    }
}

/// Key, text and hash of RFC 2202, section 3, cases 1 to 4, 6 and 7.
#[test]
fn vector_rfc_2202_hmac_sha1() {
    for (key, text, expected) in [
        (vec![0x0b; 20], b"Hi There".to_vec(), "b617318655057264e28bc0b6fb378c8ef146be00"),
        (b"Jefe".to_vec(), b"what do ya want for nothing?".to_vec(), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        (vec![0xaa; 20], vec![0xdd; 50], "125d7342b9ac11cd91a39af48aa17b4f63f175d3"),
        ((1..=25).collect(), vec![0xcd; 50], "4c9007f4026250c6bc8414f9bf50c86c2d7235da"),
        (
            vec![0xaa; 80],
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112",
        ),
        (
            vec![0xaa; 80],
            b"Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data".to_vec(),
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91",
        ),
    ] {
        assert_eq!(tag(Digest::Sha1, &key, &[text]).map(hex::encode).as_deref(), Some(expected));
    }
}

/// RFC 7636, appendix B. What checks it at the provider is theirs; that our two building blocks give it is ours to know.
#[test]
fn vector_rfc_7636_pkce_s256() {
    use base64::Engine as _;
    let challenge = body_digest(b"dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    let written = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(challenge);
    assert_eq!(written, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}
