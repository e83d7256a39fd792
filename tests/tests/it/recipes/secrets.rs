//! What a provider repeats: a shared secret in every place, Meta's signed request; and a route for which nobody vouches.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_tests::{Database, on_both};
use reqwest::RequestBuilder;
use serde_json::json;

use super::*;

/// Values that are not the secret, each a little like it.
fn wrong_values() -> Vec<(&'static str, String)> {
    vec![
        ("a letter less", SECRET[..SECRET.len() - 1].to_owned()),
        ("a letter more", format!("{SECRET}x")),
        ("in capitals", SECRET.to_uppercase()),
        ("a space before", format!("x {SECRET}")),
        ("twice", format!("{SECRET}{SECRET}")),
        ("another", "guessed".to_owned()),
    ]
}

async fn a_secret_in_a_header(database: Database) {
    let world = World::on(database).await;
    let with = |body: &str, secret: &[u8]| world.post("shared-header", body).header("x-secret-token", value(secret));
    world.believed("as it should be", "shared-header", with(&message("1"), SECRET.as_bytes())).await;
    world.believed("the one before", "shared-header", with(&message("2"), OLD_SECRET.as_bytes())).await;
    let body = forged();
    for (what, wrong) in wrong_values() {
        world.refused(what, "shared-header", with(&body, wrong.as_bytes()), 401, "forged").await;
    }
    world.refused("nothing", "shared-header", with(&body, b""), 401, "forged").await;
    world
        .refused("several bytes a letter", "shared-header", with(&body, format!("{SECRET}é").as_bytes()), 401, "forged")
        .await;
    world.refused("no text", "shared-header", with(&body, b"\xff\xfe"), 401, "forged").await;
    let doubled = with(&body, SECRET.as_bytes()).header("x-secret-token", SECRET);
    world.refused("doubled", "shared-header", doubled, 401, "forged").await;
    world.refused("absent", "shared-header", world.post("shared-header", &body), 401, "unsigned").await;
    assert_eq!(world.texts("ada").await, ["1", "2"]);
    world.nothing_is_kept(&[FORGED, SECRET, OLD_SECRET]).await;
}

async fn a_secret_in_path_or_query(database: Database) {
    let world = World::on(database).await;
    let to = |url: String, body: &str| -> RequestBuilder {
        client().post(url).header("content-type", "application/json").body(body.to_owned())
    };
    let (path, query) = (world.url("shared-path"), world.url("shared-query"));
    world.believed("as it should be", "shared-path", to(format!("{path}/{SECRET}"), &message("1"))).await;
    world.believed("as it should be", "shared-query", to(format!("{query}?token={SECRET}&x=1"), &message("2"))).await;
    let body = forged();
    for (what, wrong) in wrong_values() {
        let wrong = wrong.replace(' ', "%20");
        world.refused(what, "shared-path", to(format!("{path}/{wrong}"), &body), 401, "forged").await;
        world.refused(what, "shared-query", to(format!("{query}?token={wrong}"), &body), 401, "forged").await;
    }
    world.refused("not in its place", "shared-path", to(format!("{path}/x/{SECRET}"), &body), 401, "forged").await;
    world.refused("absent", "shared-path", to(path.clone(), &body), 401, "unsigned").await;
    let twice = format!("{query}?token={SECRET}&token={SECRET}");
    world.refused("doubled", "shared-query", to(twice, &body), 401, "forged").await;
    world.refused("nothing", "shared-query", to(format!("{query}?token="), &body), 401, "forged").await;
    world
        .refused("several bytes a letter", "shared-query", to(format!("{query}?token=%C3%A9%FF"), &body), 401, "forged")
        .await;
    world.refused("another name", "shared-query", to(format!("{query}?Token={SECRET}"), &body), 401, "unsigned").await;
    assert_eq!(world.texts("ada").await, ["1", "2"]);
    world.nothing_is_kept(&[FORGED, SECRET]).await;
}

async fn a_secret_in_the_body(database: Database) {
    let world = World::on(database).await;
    let form = |body: String| {
        let request = client().post(world.url("shared-form"));
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    world.believed("as it should be", "shared-form", form(format!("a=1&token={SECRET}"))).await;
    for (what, wrong) in wrong_values() {
        world.refused(what, "shared-form", form(format!("a={FORGED}&token={wrong}")), 401, "forged").await;
    }
    world
        .refused("doubled", "shared-form", form(format!("a={FORGED}&token={SECRET}&token={SECRET}")), 401, "forged")
        .await;
    world.refused("absent", "shared-form", form(format!("a={FORGED}")), 401, "unsigned").await;
    let typed = world.post("shared-form", &format!("a={FORGED}&token={SECRET}"));
    world.refused("not called a form", "shared-form", typed, 401, "unsigned").await;

    let body = |text: &str, states: &[Value]| {
        let value: Vec<Value> = states.iter().map(|state| json!({ "clientState": state })).collect();
        json!({ "events": [{ "id": text, "text": text, "from": "ada" }], "value": value }).to_string()
    };
    let right = json!(SECRET);
    let good = body("1", &[right.clone(), right.clone()]);
    world.believed("in every element", "shared-json", world.post("shared-json", &good)).await;
    assert_eq!(world.texts("ada").await, ["1"]);
    for (what, wrong) in wrong_values() {
        let body = body(FORGED, &[right.clone(), json!(wrong)]);
        world.refused(what, "shared-json", world.post("shared-json", &body), 401, "forged").await;
    }
    let twice = body(FORGED, &[right]).replace("{\"clientState\"", "{\"clientState\":\"x\",\"clientState\"");
    for (what, body, reason) in [
        ("no element", body(FORGED, &[]), "unsigned"),
        ("no text", body(FORGED, &[json!([SECRET])]), "forged"),
        ("nothing", body(FORGED, &[json!("")]), "forged"),
        ("doubled", twice, "forged"),
        ("absent", forged(), "unsigned"),
        ("no JSON", format!("{FORGED} {SECRET}"), "forged"),
    ] {
        world.refused(what, "shared-json", world.post("shared-json", &body), 401, reason).await;
    }
    world.nothing_is_kept(&[FORGED, SECRET]).await;
}

async fn a_signed_request(database: Database) {
    let world = World::on(database).await;
    let form = |body: String| {
        let request = client().post(world.url("signed-request"));
        request.header("content-type", "application/x-www-form-urlencoded").body(body)
    };
    let payload = |algorithm: &str, user: &str| {
        let payload = json!({ "algorithm": algorithm, "issued_at": world.now(), "user_id": user });
        URL_SAFE_NO_PAD.encode(payload.to_string())
    };
    let signed = |payload: &str| format!("{}.{payload}", URL_SAFE_NO_PAD.encode(tag(SECRET, &[payload])));
    world
        .believed(
            "as it should be",
            "signed-request",
            form(format!("signed_request={}", signed(&payload("HMAC-SHA256", "42")))),
        )
        .await;
    let payload_of = payload("HMAC-SHA256", FORGED);
    let good = signed(&payload_of);
    let (signature, _) = good.split_once('.').unwrap();
    for (what, body, reason) in [
        ("absent", format!("user={FORGED}"), "unsigned"),
        ("doubled", format!("signed_request={good}&signed_request={good}"), "forged"),
        ("no dot", format!("signed_request={signature}{payload_of}"), "forged"),
        ("no signature", format!("signed_request=.{payload_of}"), "forged"),
        ("too short", format!("signed_request={}.{payload_of}", &signature[..40]), "forged"),
        ("padded", format!("signed_request={signature}%3D.{payload_of}"), "forged"),
        ("a space before", format!("signed_request=+{good}"), "forged"),
        ("several bytes a letter", format!("signed_request={signature}%C3%A9.{payload_of}"), "forged"),
        ("another payload", format!("signed_request={signature}.{}", payload("HMAC-SHA256", "1")), "forged"),
        ("another algorithm", format!("signed_request={}", signed(&payload("none", FORGED))), "forged"),
        (
            "with another key",
            {
                let tag = URL_SAFE_NO_PAD.encode(tag("guessed", &[&payload_of]));
                format!("signed_request={tag}.{payload_of}")
            },
            "forged",
        ),
    ] {
        world.refused(what, "signed-request", form(body), 401, reason).await;
    }
    world.nothing_is_kept(&[FORGED, &payload_of, SECRET]).await;
}

async fn a_route_for_which_nobody_vouches(database: Database) {
    let world = World::on(database).await;
    world.believed("whoever knows the address", "open", world.post("open", &message("1"))).await;
    assert_eq!(world.texts("ada").await, ["1"]);
    let sheet = world.host.api().get("/plugins/recipes").await.to_string();
    assert!(sheet.contains("nobody vouches for what comes there"), "{sheet}");
}

async fn what_nobody_vouches_for_pauses_nobody(database: Database) {
    let world = World::on(database).await;
    let panics = json!({ "do": "panic" }).to_string();
    let health = async || world.host.api().get(&format!("/channels/{}", world.channel)).await["health"].clone();
    for _ in 0..12 {
        world.believed("a stranger's", "open", world.post("open", &panics)).await;
    }
    assert_eq!(health().await["state"], "connected");
    world.believed("and what comes then", "open", world.post("open", &message("1"))).await;
    assert_eq!(world.texts("ada").await, ["1"]);
    // The same from the provider itself.
    for _ in 0..10 {
        let vouched = world.post("shared-header", &panics).header("x-secret-token", SECRET);
        world.believed("the provider's", "shared-header", vouched).await;
    }
    assert_eq!(health().await["state"], "paused");
}

on_both![
    a_secret_in_a_header,
    a_secret_in_path_or_query,
    a_secret_in_the_body,
    a_signed_request,
    a_route_for_which_nobody_vouches,
    what_nobody_vouches_for_pauses_nobody,
];
