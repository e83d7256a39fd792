//! What is signed: HMAC over body, time or address, Ed25519, Standard Webhooks.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_tests::{Database, on_both};
use reqwest::RequestBuilder;
use serde_json::json;

use super::*;

async fn a_keyed_hash_of_the_body(database: Database) {
    let world = World::on(database).await;
    let with = |body: &str, signature: &[u8]| world.post("hmac", body).header("x-signature", value(signature));
    let right = |body: &str| format!("sha256={}", hex_tag(SECRET, &[body]));
    world.believed("as it should be", "hmac", with(&message("1"), right(&message("1")).as_bytes())).await;
    let upper = format!("sha256={}", hex_tag(SECRET, &[&message("2")]).to_uppercase());
    world.believed("digits in capitals", "hmac", with(&message("2"), upper.as_bytes())).await;
    let old = format!("sha256={}", hex_tag(OLD_SECRET, &[&message("3")]));
    world.believed("with the secret before", "hmac", with(&message("3"), old.as_bytes())).await;
    let beyond = message("vier 🙂");
    world.believed("beyond ASCII", "hmac", with(&beyond, right(&beyond).as_bytes())).await;
    assert_eq!(world.texts("ada").await, ["1", "2", "3", "vier 🙂"]);

    let body = forged();
    world.refused("unsigned", "hmac", world.post("hmac", &body), 401, "unsigned").await;
    let digits = hex_tag(SECRET, &[&body]);
    let good = format!("sha256={digits}");
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("no digits", b"sha256=".to_vec()),
        ("too short", good.as_bytes()[..good.len() - 2].to_vec()),
        ("half a byte less", good.as_bytes()[..good.len() - 1].to_vec()),
        ("too long", format!("{good}00").into_bytes()),
        ("prefix in capitals", format!("SHA256={digits}").into_bytes()),
        ("no prefix", digits.clone().into_bytes()),
        ("twice the prefix", format!("sha256={good}").into_bytes()),
        ("a space within", format!("sha256= {digits}").into_bytes()),
        ("a tab within", format!("sha256={}\t{}", &digits[..32], &digits[32..]).into_bytes()),
        ("several bytes a letter", format!("sha256={}é", &digits[..62]).into_bytes()),
        ("bytes that are no text", [good.as_bytes(), b"\xff\xfe"].concat()),
        ("Base64", format!("sha256={}", STANDARD.encode(tag(SECRET, &[&body]))).into_bytes()),
        ("with another key", format!("sha256={}", hex_tag("guessed", &[&body])).into_bytes()),
        ("with no key", format!("sha256={}", hex_tag("", &[&body])).into_bytes()),
        ("of another body", right(&message("1")).into_bytes()),
        ("two in one header", format!("{good},{good}").into_bytes()),
    ];
    for (what, signature) in table {
        world.refused(what, "hmac", with(&body, &signature), 401, "forged").await;
    }
    let doubled = with(&body, good.as_bytes()).header("x-signature", &good);
    world.refused("doubled", "hmac", doubled, 401, "forged").await;
    let altered = with(&format!("{body} "), good.as_bytes());
    world.refused("a space more in the body", "hmac", altered, 401, "forged").await;
    world.nothing_is_kept(&[FORGED, SECRET, OLD_SECRET]).await;
}

async fn a_keyed_hash_with_its_time(database: Database) {
    let world = World::on(database).await;
    let signature = |time: &str, body: &str| format!("v0={}", hex_tag(SECRET, &["v0:", time, ":", body]));
    let with = |body: &str, time: &str, signature: &str| {
        world.post("timed", body).header("x-time", value(time.as_bytes())).header("x-signature", signature)
    };
    let signed = |body: &str, time: &str| with(body, time, &signature(time, body));
    let now = world.now();
    for (number, (what, time)) in
        [("now", now), ("as late as may be", now - 297), ("as early as may be", now + 300)].into_iter().enumerate()
    {
        let body = message(&number.to_string());
        world.believed(what, "timed", signed(&body, &time.to_string())).await;
    }
    let body = forged();
    let now = world.now();
    let good = now.to_string();
    for (what, time) in [
        ("too late", (now - 302).to_string()),
        ("too early", (now + 330).to_string()),
        ("long ago", "0".into()),
        ("in milliseconds", format!("{good}000")),
        ("with a sign", format!("+{good}")),
        ("with a fraction", format!("{good}.0")),
        ("hexadecimal", format!("{now:#x}")),
        ("no number", "now".into()),
        ("nothing", String::new()),
        ("without end", "9".repeat(40)),
        (
            "other digits",
            good.chars().map(|digit| char::from_u32(0x660 + digit.to_digit(10).unwrap()).unwrap()).collect(),
        ),
    ] {
        let request = world.post("timed", &body).header("x-time", value(time.as_bytes()));
        let request = request.header("x-signature", signature(&time, &body));
        world.refused(what, "timed", request, 401, "forged").await;
    }
    let other = with(&body, &(now - 1).to_string(), &signature(&good, &body));
    world.refused("another time than was signed", "timed", other, 401, "forged").await;
    world.refused("two times", "timed", signed(&body, &good).header("x-time", &good), 401, "forged").await;
    let without = world.post("timed", &body).header("x-signature", signature(&good, &body));
    world.refused("no time", "timed", without, 401, "forged").await;
    world.nothing_is_kept(&[FORGED, SECRET]).await;
}

async fn a_keyed_hash_of_address_and_form(database: Database) {
    let world = World::on(database).await;
    let url = world.url("address");
    let mac = |signed: &str| {
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, SECRET.as_bytes());
        STANDARD.encode(ring::hmac::sign(&key, signed.as_bytes()))
    };
    let form = |url: &str, body: &str, signature: &str| -> RequestBuilder {
        let request = client().post(url).header("content-type", "application/x-www-form-urlencoded");
        request.header("x-signature", signature).body(body.to_owned())
    };
    // Names and values decoded, sorted by name.
    let good = mac(&format!("{url}Bodyä 🙂From+1415"));
    let body = "From=%2B1415&Body=%C3%A4+%F0%9F%99%82";
    world.believed("as it should be", "address", form(&url, body, &good)).await;
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let portless = format!("{scheme}://{}/{path}", authority.split(':').next().unwrap());
    let signature = mac(&format!("{portless}Body2"));
    world.believed("signed without the port", "address", form(&url, "Body=2", &signature)).await;

    let body = format!("Body={FORGED}");
    let good = mac(&format!("{url}Body{FORGED}"));
    for (what, request) in [
        ("a field more", form(&url, &format!("{body}&To=eve"), &good)),
        ("a field twice with another value", form(&url, &format!("{body}&Body=x"), &good)),
        ("another address", form(&format!("{url}?to=eve"), &body, &good)),
        (
            "another host that it was told",
            form(&url, &body, &mac(&format!("https://evil.example.org/{path}Body{FORGED}"))),
        ),
        ("in small letters", form(&url, &body, &good.to_lowercase())),
        ("without padding", form(&url, &body, good.trim_end_matches('='))),
        ("for addresses", form(&url, &body, &format!("{}-_==", &good[..24]))),
        ("hexadecimal", form(&url, &body, &hex::encode(&good))),
        ("a longer hash", form(&url, &body, &STANDARD.encode(tag(SECRET, &[&url, "Body", FORGED])))),
        ("no form", world.post("address", &body).header("x-signature", &good)),
        ("doubled", form(&url, &body, &good).header("x-signature", &good)),
    ] {
        world.refused(what, "address", request, 401, "forged").await;
    }
    world.nothing_is_kept(&[FORGED, SECRET]).await;
}

async fn a_signature_that_everybody_can_check(database: Database) {
    let world = World::on(database).await;
    let with = |body: &str, time: &str, signature: &str| {
        world.post("ed25519", body).header("x-time", time).header("x-signature", value(signature.as_bytes()))
    };
    let sign = |time: &str, body: &str| hex::encode(world.signer.sign(&format!("{time}{body}")));
    let now = world.now();
    for time in [now, now - 297, now + 300] {
        let (time, body) = (time.to_string(), message(&time.to_string()));
        world.believed("as it should be", "ed25519", with(&body, &time, &sign(&time, &body))).await;
    }
    let (time, body) = (world.now().to_string(), forged());
    let good = sign(&time, &body);
    let stranger = hex::encode(keys::Ed25519::generate().sign(&format!("{time}{body}")));
    let late = (world.now() - 302).to_string();
    for (what, request) in [
        ("another's", with(&body, &time, &stranger)),
        ("a byte less", with(&body, &time, &good[..126])),
        ("a byte more", with(&body, &time, &format!("{good}00"))),
        ("nothing", with(&body, &time, "")),
        ("zeros", with(&body, &time, &"0".repeat(128))),
        ("a space within", with(&body, &time, &format!("{} {}", &good[..64], &good[64..]))),
        ("several bytes a letter", with(&body, &time, &format!("{}é", &good[..126]))),
        ("Base64", with(&body, &time, &STANDARD.encode(hex::decode(&good).unwrap()))),
        ("of another body", with(&body, &time, &sign(&time, &message("1")))),
        ("of another time", with(&body, &(now - 1).to_string(), &good)),
        ("too late", with(&body, &late, &sign(&late, &body))),
        ("doubled", with(&body, &time, &good).header("x-signature", &good)),
    ] {
        world.refused(what, "ed25519", request, 401, "forged").await;
    }
    world.refused("unsigned", "ed25519", world.post("ed25519", &body), 401, "unsigned").await;
    // A key that is none, and the one for which everybody can sign.
    for key in ["no key at all".to_owned(), "00".repeat(32), format!("01{}", "00".repeat(31))] {
        let changed = json!({ "settings": { "account_id": "account", "app_id": APP_ID, "public_key": key } });
        world.host.api().patch(&format!("/channels/{}", world.channel), &changed).await;
        world.refused("without a key", "ed25519", with(&body, &time, &good), 401, "forged").await;
        world.refused("zeros", "ed25519", with(&body, &time, &"0".repeat(128)), 401, "forged").await;
    }
    world.nothing_is_kept(&[FORGED]).await;
}

async fn standard_webhooks(database: Database) {
    let world = World::on(database).await;
    let sign =
        |id: &str, time: &str, body: &str| format!("v1,{}", STANDARD.encode(tag(SECRET, &[id, ".", time, ".", body])));
    let with = |set: &str, body: &str, id: &str, time: &str, signature: &str| {
        let request = world.post("standard", body).header(format!("{set}-id"), id);
        request.header(format!("{set}-timestamp"), time).header(format!("{set}-signature"), value(signature.as_bytes()))
    };
    let time = world.now().to_string();
    let body = message("1");
    world
        .believed("as it should be", "standard", with("webhook", &body, "msg_1", &time, &sign("msg_1", &time, &body)))
        .await;
    let body = message("2");
    world
        .believed("by Svix's names", "standard", with("svix", &body, "msg_2", &time, &sign("msg_2", &time, &body)))
        .await;
    let body = message("3");
    let several = format!("v1a,AAAA v1,{} {}", STANDARD.encode([0; 32]), sign("msg_3", &time, &body));
    world.believed("among others", "standard", with("webhook", &body, "msg_3", &time, &several)).await;

    let body = forged();
    let good = sign("msg_4", &time, &body);
    let (late, early) = ((world.now() - 302).to_string(), (world.now() + 330).to_string());
    let many = [good.as_str(); 9].join(" ");
    for (what, request) in [
        ("another id", with("webhook", &body, "msg_5", &time, &good)),
        ("no id", with("webhook", &body, "", &time, &sign("", &time, &body))),
        ("too late", with("webhook", &body, "msg_4", &late, &sign("msg_4", &late, &body))),
        ("too early", with("webhook", &body, "msg_4", &early, &sign("msg_4", &early, &body))),
        ("another version", with("webhook", &body, "msg_4", &time, &good.replace("v1,", "v2,"))),
        ("a version in capitals", with("webhook", &body, "msg_4", &time, &good.replace("v1,", "V1,"))),
        ("no version", with("webhook", &body, "msg_4", &time, &good[3..])),
        ("too short", with("webhook", &body, "msg_4", &time, &good[..good.len() - 4])),
        ("several bytes a letter", with("webhook", &body, "msg_4", &time, &format!("{good}é"))),
        ("more than can be checked", with("webhook", &body, "msg_4", &time, &many)),
        ("doubled", with("webhook", &body, "msg_4", &time, &good).header("webhook-signature", &good)),
        ("half of each set", with("svix", &body, "msg_4", &time, &good).header("webhook-signature", &good)),
        ("with the secret as it is written", {
            let wrong = STANDARD.encode(tag(&whsec(), &["msg_4", ".", &time, ".", &body]));
            with("webhook", &body, "msg_4", &time, &format!("v1,{wrong}"))
        }),
    ] {
        world.refused(what, "standard", request, 401, "forged").await;
    }
    world.refused("unsigned", "standard", world.post("standard", &body), 401, "unsigned").await;
    world.nothing_is_kept(&[FORGED, &whsec()]).await;
}

on_both![
    a_keyed_hash_of_the_body,
    a_keyed_hash_with_its_time,
    a_keyed_hash_of_address_and_form,
    a_signature_that_everybody_can_check,
    standard_webhooks,
];
