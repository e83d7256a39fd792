//! Tokens signed with keys that the host reads where the provider publishes them, over TLS and through the egress gate.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lockgate_tests::{Database, HostPlan, on_both};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::keys::{KeyServer, TokenKey, unsigned};
use super::*;

/// Where the provider says that answers go.
const SERVICE: &str = "https://smba.example.com/emea/";

/// How often a set is read again at most.
const MINUTE: Duration = Duration::from_secs(61);

async fn world(database: Database, server: &KeyServer) -> World {
    World::of(HostPlan::on(database).with_map(KEYS_HOST, server.https.address, &server.https.ca_file)).await
}

impl World {
    fn claims(&self) -> Value {
        json!({ "iss": "https://issuer.example.com", "aud": APP_ID, "exp": self.now() + 60, "serviceurl": SERVICE })
    }

    fn brings(&self, body: &str, token: &str) -> RequestBuilder {
        self.post("token", body).header("authorization", value(format!("Bearer {token}").as_bytes()))
    }
}

fn body(id: &str) -> String {
    json!({ "events": [{ "id": id, "text": id, "from": "ada" }], "serviceUrl": SERVICE }).to_string()
}

async fn a_token_of_the_provider_is_believed_and_no_other(database: Database) {
    let server = KeyServer::start().await;
    let key = TokenKey::generate("first");
    server.publish(&[&key]);
    let world = world(database, &server).await;
    let claims = world.claims();
    let good = key.token(&claims);
    world.believed("as it should be", "token", world.brings(&body("1"), &good)).await;
    let [asked] = server.asked().try_into().unwrap();
    assert!(asked.starts_with("GET /v1/.well-known/keys ") && !asked.contains("authorization"), "{asked}");

    let with = |name: &str, other: Value| {
        let mut claims = claims.clone();
        claims[name] = other;
        key.token(&claims)
    };
    let exp = |at: u64| with("exp", json!(at));
    let now = world.now();
    world.believed("expired within the tolerance", "token", world.brings(&body("2"), &exp(now - 290))).await;
    world
        .believed("among other audiences", "token", world.brings(&body("3"), &with("aud", json!(["x", APP_ID]))))
        .await;
    assert_eq!(world.texts("ada").await, ["1", "2", "3"]);

    let forged = body(FORGED);
    let stranger = TokenKey::generate("first");
    let (head, rest) = good.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let none = format!("{}.", unsigned(&json!({ "alg": "none", "kid": "first" }), &claims));
    let hashed = {
        let message = unsigned(&json!({ "alg": "HS256", "kid": "first" }), &claims);
        let secret = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key.point());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(ring::hmac::sign(&secret, message.as_bytes())))
    };
    let critical = key.signed(&json!({ "alg": "ES256", "kid": "first", "crit": ["exp"] }), &claims);
    let nameless = key.signed(&json!({ "alg": "ES256" }), &claims);
    for (what, token) in [
        ("signed by a stranger of the same name", stranger.token(&claims)),
        ("not signed", none),
        ("hashed with the public key", hashed),
        ("a key without a name", nameless),
        ("something that must be understood", critical),
        ("expired", exp(now - 301)),
        ("not yet", with("nbf", json!(now + 330))),
        ("of another issuer", with("iss", json!("https://evil.example.com"))),
        ("for somebody else", with("aud", json!("another-app"))),
        ("for nobody", with("aud", json!(null))),
        ("never expiring", with("exp", json!(null))),
        ("of another service than the body's", with("serviceurl", json!("https://evil.example.com/"))),
        ("half a signature", format!("{head}.{payload}.{}", &signature[..signature.len() / 2])),
        ("a longer signature", format!("{good}AAAA")),
        ("no signature", format!("{head}.{payload}.")),
        ("in capitals", good.to_uppercase()),
        ("a space within", format!("{head}. {rest}")),
        ("several bytes a letter", format!("{good}é")),
        ("nothing", String::new()),
    ] {
        world.refused(what, "token", world.brings(&forged, &token), 401, "forged").await;
    }
    let doubled = world.brings(&forged, &good).header("authorization", format!("Bearer {good}"));
    world.refused("doubled", "token", doubled, 401, "forged").await;
    world.refused("no token", "token", world.post("token", &forged), 401, "unsigned").await;
    let elsewhere = world.brings(&message(FORGED), &good);
    world.refused("a body without the service", "token", elsewhere, 401, "forged").await;
    assert_eq!(server.asked().len(), 1, "nothing of it made the host ask again");
    world.nothing_is_kept(&[FORGED, signature]).await;
}

async fn keys_come_and_go_and_nobody_can_make_us_ask_for_them_without_end(database: Database) {
    let server = KeyServer::start().await;
    let (first, second) = (TokenKey::generate("first"), TokenKey::generate("second"));
    let world = world(database, &server).await;

    // Nobody can say whether it is forged: it may come again.
    let request = world.brings(&body(FORGED), &first.token(&world.claims()));
    let answer = request.try_clone().unwrap().send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (503, &value(b"10")));
    world.refused("the provider is away", "token", request, 503, "unavailable").await;
    assert_eq!(server.asked().len(), 1, "and is not asked for every request");

    server.publish(&[&first]);
    world.host.clock().advance(Duration::from_secs(11));
    world.believed("as soon as it is there", "token", world.brings(&body("1"), &first.token(&world.claims()))).await;

    // Names of keys that nobody has.
    for number in 0..20 {
        let forged = TokenKey::generate(&format!("forged-{number}")).token(&world.claims());
        world.refused("an unknown key", "token", world.brings(&body(FORGED), &forged), 401, "forged").await;
    }
    assert_eq!(server.asked().len(), 2);

    // The provider changes its key.
    server.publish(&[&second]);
    world.host.clock().advance(MINUTE);
    world.believed("the new key", "token", world.brings(&body("2"), &second.token(&world.claims()))).await;
    let withdrawn = first.token(&world.claims());
    world.refused("the old key", "token", world.brings(&body(FORGED), &withdrawn), 401, "forged").await;
    assert_eq!(server.asked().len(), 3);

    // While it is away what is known is believed, and what is not is not called forged.
    server.breaks_down();
    world.host.clock().advance(Duration::from_secs(2 * 60 * 60));
    world.believed("a known key", "token", world.brings(&body("3"), &second.token(&world.claims()))).await;
    let unknown = TokenKey::generate("third").token(&world.claims());
    world.refused("a key that may be new", "token", world.brings(&body(FORGED), &unknown), 503, "unavailable").await;
    world.nothing_is_kept(&[FORGED]).await;
}

async fn the_sheet_names_whom_the_host_asks_itself(database: Database) {
    let world = World::on(database).await;
    let sheet = world.host.api().get("/plugins/recipes").await.to_string();
    assert!(
        sheet.contains("the host itself reads the keys at https://keys.example.com/v1/.well-known/keys"),
        "{sheet}"
    );
    // Nobody mapped that host here: the name leads nowhere, and no key is not a forgery.
    let token = TokenKey::generate("first").token(&world.claims());
    world.refused("nobody is there", "token", world.brings(&body(FORGED), &token), 503, "unavailable").await;
}

on_both![
    a_token_of_the_provider_is_believed_and_no_other,
    keys_come_and_go_and_nobody_can_make_us_ask_for_them_without_end,
    the_sheet_names_whom_the_host_asks_itself,
];
