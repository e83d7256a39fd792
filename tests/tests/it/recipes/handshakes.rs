//! Handshakes with an answer that the host computes or sends back; the plugin is not run for one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lockgate_tests::{Database, on_both};
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};

use super::*;

/// What a good handshake is answered with.
async fn shaken(request: RequestBuilder, content_type: &str) -> String {
    let answer: Response = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], content_type);
    assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().starts_with("sandbox"));
    answer.text().await.unwrap()
}

async fn a_hash_of_what_is_asked_is_no_signature_of_anything(database: Database) {
    let world = World::on(database).await;
    let asked = |token: &str| client().get(format!("{}?crc_token={token}", world.url("crc")));
    let hash = |text: &str| format!("sha256={}", STANDARD.encode(tag(SECRET, &[text])));
    let answer: Value = serde_json::from_str(&shaken(asked("MTk4NWQ1ZDItNzU3Mi00"), "application/json").await).unwrap();
    assert_eq!(answer, json!({ "response_token": hash("MTk4NWQ1ZDItNzU3Mi00") }));

    // The same key signs requests: so nothing that could be one is hashed.
    let body = forged();
    let encoded: String = body.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for (what, token) in [("a request", encoded), ("nothing", String::new()), ("without end", "a".repeat(257))] {
        world.refused(what, "crc", asked(&token), 403, "wrong-token").await;
    }
    // And what is hashed is no request, although its signature fits.
    let number = shaken(asked("1234567890"), "application/json").await;
    assert!(number.contains(&hash("1234567890")), "{number}");
    for body in ["1234567890", ""] {
        let request = world.post("crc", body).header("x-signature", hash(body));
        world.refused("a text that anybody can have hashed", "crc", request, 401, "forged").await;
    }
    assert_eq!(world.arrived("crc").await, 0, "the plugin never saw one");
    let body = message("1");
    let genuine = world.post("crc", &body).header("x-signature", hash(&body));
    world.believed("a request of the provider", "crc", genuine).await;
    world.nothing_is_kept(&[FORGED, SECRET]).await;
}

async fn a_handshake_in_the_body_is_for_the_provider_alone(database: Database) {
    let world = World::on(database).await;
    let body = json!({ "event": "endpoint.url_validation", "payload": { "plainToken": "qgg8vlvZRS6UYooatFL8Aw" } })
        .to_string();
    let with = |signature: &str| world.post("zoom", &body).header("x-signature", signature);
    let answer: Value =
        serde_json::from_str(&shaken(with(&hex_tag(SECRET, &[&body])), "application/json").await).unwrap();
    let hashed = hex_tag(SECRET, &["qgg8vlvZRS6UYooatFL8Aw"]);
    assert_eq!(answer, json!({ "plainToken": "qgg8vlvZRS6UYooatFL8Aw", "encryptedToken": hashed }));
    world.refused("unsigned", "zoom", world.post("zoom", &body), 401, "unsigned").await;
    world.refused("signed with another key", "zoom", with(&hex_tag("guessed", &[&body])), 401, "forged").await;

    let body =
        json!({ "type": "url_verification", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P" });
    let (body, time) = (body.to_string(), world.now().to_string());
    let signature = format!("v0={}", hex_tag(SECRET, &["v0:", &time, ":", &body]));
    let request = world.post("timed", &body).header("x-time", &time);
    let challenge =
        shaken(request.try_clone().unwrap().header("x-signature", signature), "text/plain; charset=utf-8").await;
    assert_eq!(challenge, "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P");
    world.refused("unsigned", "timed", request, 401, "unsigned").await;
    assert_eq!((world.arrived("zoom").await, world.arrived("timed").await), (0, 0), "the plugin never saw one");
}

async fn what_is_sent_back_is_plain_text_and_short(database: Database) {
    let world = World::on(database).await;
    let asked = |token: &str| client().post(format!("{}?validationToken={token}", world.url("shared-json")));
    let plain = "text/plain; charset=utf-8";
    assert_eq!(
        shaken(asked("Validation%3A+Testing+client+%26+more"), plain).await,
        "Validation: Testing client & more"
    );
    assert_eq!(shaken(asked("%3Cscript%3Ealert(1)%3C/script%3E"), plain).await, "<script>alert(1)</script>");
    for (what, token) in [
        ("a line of a header", "a%0d%0aset-cookie:%20b".to_owned()),
        ("no letter", "%00".to_owned()),
        ("several bytes a letter", "%C3%A9".to_owned()),
        ("nothing", String::new()),
        ("without end", "a".repeat(1025)),
        ("twice", "a&validationToken=b".to_owned()),
    ] {
        world.refused(what, "shared-json", asked(&token), 403, "wrong-token").await;
    }
    assert_eq!(world.arrived("shared-json").await, 0);
}

on_both![
    a_hash_of_what_is_asked_is_no_signature_of_anything,
    a_handshake_in_the_body_is_for_the_provider_alone,
    what_is_sent_back_is_plain_text_and_short,
];
