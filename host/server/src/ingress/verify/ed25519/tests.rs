//! Ed25519: the RFC's vectors, and every form that is not theirs.

use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::Verify;
use serde_json::json;

use super::super::tests::{Case, key, recipe};
use super::*;

/// Public key, message, signature, all hexadecimal: RFC 8032, 7.1, tests 1, 2, 3 and SHA(abc).
const RFC_8032: [(&str, &str, &str); 4] = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
];

fn with(public_key: &str) -> Verify {
    recipe(json!({ "ed25519": { "header": "x-sig", "public_key": { "value": public_key } } }))
}

fn tried(public_key: &str, message: &str, signature: &str) -> Result<(), Unauthentic> {
    let message = hex::decode(message).expect("hexadecimal");
    Case::new(&message).header("x-sig", signature).tried(&with(public_key), &[]).map(drop)
}

#[test]
fn vector_rfc_8032() {
    for (public_key, message, signature) in RFC_8032 {
        assert_eq!(tried(public_key, message, signature), Ok(()), "{message}");
        assert_eq!(tried(&public_key.to_uppercase(), message, &signature.to_uppercase()), Ok(()), "{message}");
        assert_eq!(tried(public_key, &format!("{message}00"), signature), Err(Unauthentic::Wrong), "{message}");
    }
}

#[test]
fn what_is_not_exactly_that_is_refused() {
    let (public_key, message, good) = RFC_8032[2];
    for (wrong, expected) in [
        (String::new(), Unauthentic::Wrong),
        (good[..126].to_owned(), Unauthentic::Wrong),
        (good[..127].to_owned(), Unauthentic::Malformed),
        (format!("{good}00"), Unauthentic::Wrong),
        (format!("{good} "), Unauthentic::Malformed),
        (format!(" {good}"), Unauthentic::Malformed),
        (format!("0x{good}"), Unauthentic::Malformed),
        (format!("{good},{good}"), Unauthentic::Malformed),
        (good.replace('6', "é"), Unauthentic::Malformed),
        (format!("0{}", &good[1..]), Unauthentic::Wrong),
        ("00".repeat(64), Unauthentic::Wrong),
        // The same signature with the group's order added to its number: RFC 8032, 5.1.7 and 8.4.
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac05d391b0a77904e98404ef037747a56e4a7c15e9716ed28dc027beceea1ec41a".to_owned(),
            Unauthentic::Wrong,
        ),
    ] {
        assert_eq!(tried(public_key, message, &wrong), Err(expected), "{wrong:?}");
    }
    let twice = Case::new(b"\xaf\x82").header("x-sig", good).header("x-sig", good);
    assert_eq!(twice.tried(&with(public_key), &[]), Err(Unauthentic::Malformed));
    assert_eq!(tried(RFC_8032[0].0, message, good), Err(Unauthentic::Wrong), "another's key");
}

/// With a public key of small order a signature of zeros fits every message. Such a key vouches for nothing.
#[test]
fn a_key_for_which_everybody_can_sign_is_none() {
    let neutral = format!("01{}", "00".repeat(31));
    let made_by_nobody = format!("{neutral}{}", "00".repeat(32));
    assert_eq!(tried(&neutral, "af82", &made_by_nobody), Err(Unauthentic::Wrong));
    let order_two = format!("ec{}7f", "ff".repeat(30));
    assert_eq!(tried(&order_two, "af82", &made_by_nobody), Err(Unauthentic::Wrong));
    assert_eq!(tried(&"00".repeat(32), "af82", &made_by_nobody), Err(Unauthentic::Wrong));
    // Nor does a commitment of small order under an honest key.
    assert_eq!(tried(RFC_8032[2].0, "af82", &made_by_nobody), Err(Unauthentic::Wrong));
    for no_key in ["", "00", "zz", &"ff".repeat(32), &"ab".repeat(33)] {
        assert_eq!(tried(no_key, "af82", RFC_8032[2].2), Err(Unauthentic::Wrong), "{no_key:?}");
    }
}

fn setting(key: &str, value: SettingValue) -> [Setting; 1] {
    [Setting { key: key.into(), value }]
}

/// The scheme of Discord's interactions, with a key and a signature of our own, computed with another library.
#[test]
fn a_template_and_a_key_from_the_settings() {
    let recipe = recipe(json!({ "ed25519": {
        "header": "x-signature-ed25519", "public_key": { "setting": "public_key" },
        "template": ["timestamp", "body"],
        "timestamp": { "header": "x-signature-timestamp", "tolerance_s": 300 },
    } }));
    let ours = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
    let other = "79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664";
    let signature = "c1098e97d711377f30225d53d94b89d43537f92e5b3afaddc590781b1f9f9d4b2eeab335d370be3b9a090bc61a85b86448bc140dcd195f1569c2bff181257607";
    let case = Case::new(r#"{"type":1}"#)
        .header("x-signature-ed25519", signature)
        .header("x-signature-timestamp", "1700000000")
        .at(1_700_000_000);
    let with = |case: &Case, value| case.keyed(&recipe, &[], &setting("public_key", value)).map(key);
    let text = |text: &str| SettingValue::Text(text.into());
    assert_eq!(with(&case, text(ours)), Ok("public_key".into()));
    assert_eq!(with(&case, text(other)), Err(Unauthentic::Wrong));
    let both = SettingValue::Texts(vec![other.into(), "no key".into(), ours.into()]);
    assert_eq!(with(&case, both), Ok("public_key".into()));
    for none in [text(""), SettingValue::Texts(Vec::new()), SettingValue::Number(3.0)] {
        assert_eq!(with(&case, none.clone()), Err(Unauthentic::Wrong), "{none:?}");
    }
    let elsewhere = case.keyed(&recipe, &[], &setting("another", text(ours))).map(key);
    assert_eq!(elsewhere, Err(Unauthentic::Wrong));
    for (now, expected) in [
        (1_700_000_300, Ok("public_key".to_owned())),
        (1_700_000_301, Err(Unauthentic::Stale)),
        (1_699_999_700, Ok("public_key".to_owned())),
        (1_699_999_699, Err(Unauthentic::Stale)),
    ] {
        assert_eq!(with(&case.clone().at(now), text(ours)), expected, "{now}");
    }
}

#[test]
fn keys_and_signatures_in_base64() {
    let recipe = recipe(json!({ "ed25519": {
        "header": "x-sig", "prefix": "ed=", "separator": " ", "encoding": "base64", "key_encoding": "base64",
        "public_key": { "value": "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=" },
    } }));
    // The signature of Standard Webhooks' vector, over the text that it signs.
    let body = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
    let good = "ed=hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";
    let tried = |value: &str| Case::new(body).header("x-sig", value).tried(&recipe, &[]).map(drop);
    assert_eq!(tried(good), Ok(()));
    assert_eq!(tried(&format!("rsa=x ed={} {good}", "A".repeat(86) + "==")), Ok(()));
    assert_eq!(tried("rsa=x"), Err(Unauthentic::Malformed));
    assert_eq!(tried(good.trim_end_matches('=')), Err(Unauthentic::Malformed));
    assert_eq!(tried(&[good; 9].join(" ")), Err(Unauthentic::Malformed), "each costs work");
}
