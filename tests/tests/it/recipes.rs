//! Every verification recipe through the running host: the right request arrives, whatever else is refused, counted, and leaves no
//! byte.

mod handshakes;
pub(crate) mod keys;
mod secrets;
mod signatures;
mod tokens;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lockgate_model::manifest::CONTRACT;
use lockgate_model::seam::Clock as _;
use lockgate_tests::{Database, HostPlan, TestHost, logged, scan};
use reqwest::RequestBuilder;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use sha2::Sha256;

/// Stands in every request that must leave no trace.
const FORGED: &str = "TRANSFER-EVERYTHING-TO-EVE";

/// The secret of every recipe that has one, and the one before it.
const SECRET: &str = "the-secret-of-all-recipes_7";
const OLD_SECRET: &str = "the-secret-before-it_6";

/// Where the provider of tokens publishes its keys.
const KEYS_HOST: &str = "keys.example.com";

/// For whom tokens are.
const APP_ID: &str = "our-app-at-the-provider";

/// A plain channel with one route for each recipe.
const MANIFEST: &str = r#"
[plugin]
id = "recipes"
name = "Recipes"
version = "1.0.0"
contract = "CONTRACT"
description = "One route for each verification recipe."

[[credential]]
name = "secret"
level = "channel"
label = "Secret"
use = ["verify"]
required = true

[[credential]]
name = "old_secret"
level = "channel"
label = "Secret before it"
use = ["verify"]

[[credential]]
name = "crc_secret"
level = "channel"
label = "Secret that handshakes show"
use = ["verify"]
required = true

[[credential]]
name = "webhook_secret"
level = "channel"
label = "Secret of Standard Webhooks"
use = ["verify"]
required = true

[[setting]]
key = "account_id"
level = "channel"
label = "Account"
required = true

[[setting]]
key = "app_id"
level = "channel"
label = "App"
required = true

[[setting]]
key = "public_key"
level = "channel"
label = "Public key"
required = true

[account]
setting = "account_id"

[[route]]
name = "hmac"
level = "channel"
methods = ["POST"]
[route.verify.hmac]
header = "x-signature"
digest = "sha256"
prefix = "sha256="
credential = "secret"
previous = ["old_secret"]

[[route]]
name = "timed"
level = "channel"
methods = ["POST"]
[route.verify.hmac]
header = "x-signature"
digest = "sha256"
prefix = "v0="
credential = "secret"
template = [{ literal = "v0:" }, "timestamp", { literal = ":" }, "body"]
timestamp = { header = "x-time", tolerance_s = 300 }
[route.challenge]
method = "POST"
source = "body"
when = { "/type" = "url_verification" }
answer = "/challenge"

[[route]]
name = "address"
level = "channel"
methods = ["POST"]
[route.verify.hmac]
header = "x-signature"
digest = "sha1"
encoding = "base64"
credential = "secret"
template = ["url-any-port", "form-sorted"]

[[route]]
name = "ed25519"
level = "channel"
methods = ["POST"]
[route.verify.ed25519]
header = "x-signature"
public_key = { setting = "public_key" }
template = ["timestamp", "body"]
timestamp = { header = "x-time", tolerance_s = 300 }

[[route]]
name = "standard"
level = "channel"
methods = ["POST"]
[route.verify.standard-webhooks]
credential = "webhook_secret"

[[route]]
name = "shared-header"
level = "channel"
methods = ["POST"]
[route.verify.shared-secret]
place = { header = "x-secret-token" }
credential = "secret"
previous = ["old_secret"]

[[route]]
name = "shared-path"
level = "channel"
methods = ["POST"]
[route.verify.shared-secret]
place = "path"
credential = "secret"

[[route]]
name = "shared-query"
level = "channel"
methods = ["POST"]
[route.verify.shared-secret]
place = { query = "token" }
credential = "secret"

[[route]]
name = "shared-form"
level = "channel"
methods = ["POST"]
[route.verify.shared-secret]
place = { form = "token" }
credential = "secret"

[[route]]
name = "shared-json"
level = "channel"
methods = ["POST"]
[route.verify.shared-secret]
place = { json = "/value/*/clientState" }
credential = "secret"
[route.challenge]
method = "POST"
answer = "validationToken"

[[route]]
name = "signed-request"
level = "channel"
methods = ["POST"]
[route.verify.signed-request]
credential = "secret"
claims = ["user_id"]

[[route]]
name = "open"
level = "channel"
methods = ["POST"]
verify = "none"

[[route]]
name = "token"
level = "channel"
methods = ["POST"]
[route.verify.jwt]
algorithms = ["ES256"]
issuers = ["https://issuer.example.com"]
audience = { setting = "app_id" }
keys = { host = "keys.example.com", path = "/v1/.well-known/keys" }
tolerance_s = 300
require = { serviceurl = { body = "/serviceUrl" } }

[[route]]
name = "crc"
level = "channel"
methods = ["POST"]
[route.verify.hmac]
header = "x-signature"
digest = "sha256"
encoding = "base64"
prefix = "sha256="
credential = "crc_secret"
[route.challenge]
method = "GET"
[route.challenge.json]
response_token = { hmac-sha256 = { of = "crc_token", credential = "crc_secret", encoding = "base64", prefix = "sha256=" } }

[[route]]
name = "zoom"
level = "channel"
methods = ["POST"]
[route.verify.hmac]
header = "x-signature"
digest = "sha256"
credential = "secret"
[route.challenge]
method = "POST"
source = "body"
when = { "/event" = "endpoint.url_validation" }
[route.challenge.json]
plainToken = { echo = "/payload/plainToken" }
encryptedToken = { hmac-sha256 = { of = "/payload/plainToken", credential = "secret" } }
"#;

/// A host with the plugin and one channel.
struct World {
    host: TestHost,
    channel: String,
    hooks: Value,
    signer: keys::Ed25519,
}

impl World {
    async fn on(database: Database) -> Self {
        Self::of(HostPlan::on(database)).await
    }

    async fn of(plan: HostPlan) -> Self {
        let host = plan.start().await;
        let file =
            lockgate_tests::component::with_manifest(lockgate_guests::HOSTILE, &MANIFEST.replace("CONTRACT", CONTRACT));
        let api = host.api();
        api.install(&file).await;
        let inbox = api.post("/inboxes", &json!({ "name": "Support" })).await;
        let signer = keys::Ed25519::generate();
        let channel = json!({
            "plugin": "recipes", "inbox_id": inbox["id"], "name": "Recipes",
            "settings": { "account_id": "account", "app_id": APP_ID, "public_key": signer.public() },
            "secrets": { "secret": SECRET, "old_secret": OLD_SECRET, "crc_secret": SECRET, "webhook_secret": whsec() },
        });
        let channel = api.post("/channels", &channel).await;
        let id = channel["id"].as_str().unwrap().to_owned();
        Self { channel: id, hooks: channel["hooks"].clone(), signer, host }
    }

    /// The address of a route.
    fn url(&self, route: &str) -> String {
        self.hooks[route].as_str().unwrap_or_else(|| panic!("no route {route}: {}", self.hooks)).to_owned()
    }

    /// The host's clock, in Unix seconds.
    fn now(&self) -> u64 {
        self.host.clock().now_ms() / 1000
    }

    fn post(&self, route: &str, body: &str) -> RequestBuilder {
        client().post(self.url(route)).header("content-type", "application/json").body(body.to_owned())
    }

    async fn arrived(&self, route: &str) -> i64 {
        let sql = format!("SELECT count(*) FROM envelopes WHERE route = '{route}'");
        self.host.outside().await.number(&sql).await
    }

    async fn counted(&self, route: &str, reason: &str) -> u64 {
        let host = self.host.host();
        host.refusals.flush(&host.store).await.unwrap();
        let counted = host.store.refusals().await.unwrap();
        let of = counted.iter().filter(|refusal| refusal.route == route && refusal.reason == reason);
        of.map(|refusal| refusal.count).sum()
    }

    /// It is answered 200 and stored.
    async fn believed(&self, what: &str, route: &str, request: RequestBuilder) {
        let before = self.arrived(route).await;
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{route}: {what}");
        assert_eq!(self.arrived(route).await, before + 1, "{route}: {what}: it arrived");
    }

    /// It is answered with this status, counted by this reason, and not stored.
    async fn refused(&self, what: &str, route: &str, request: RequestBuilder, status: u16, reason: &str) {
        let (arrived, counted) = (self.arrived(route).await, self.counted(route, reason).await);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{route}: {what}");
        let words = answer.text().await.unwrap();
        assert!(!words.contains(FORGED) && words.len() < 40, "{route}: {what}: {words}");
        assert_eq!(self.counted(route, reason).await, counted + 1, "{route}: {what}: counted as {reason}");
        assert_eq!(self.arrived(route).await, arrived, "{route}: {what}: nothing arrived");
    }

    /// Neither the database nor a file of the data folder nor the log knows these words.
    async fn nothing_is_kept(&self, words: &[&str]) {
        let outside = self.host.outside().await;
        for word in words {
            assert_eq!(outside.tables_with(word).await, Vec::<String>::new(), "{word}");
            assert!(scan::files_with(&self.host.data_dir(), word.as_bytes()).is_empty(), "{word}");
            assert!(!logged(word), "{word}");
        }
    }

    /// The texts that arrived from a person.
    async fn texts(&self, from: &str) -> Vec<String> {
        let api = self.host.api();
        let conversation = lockgate_tests::conversation(api, &self.channel, from).await;
        let messages = api.messages(&conversation).await;
        messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
    }
}

fn client() -> reqwest::Client {
    lockgate_tests::client().build().unwrap()
}

/// A body with one message. Its text is its id.
fn message(id: &str) -> String {
    json!({ "events": [{ "id": id, "text": id, "from": "ada" }] }).to_string()
}

/// A body that must not come in.
fn forged() -> String {
    message(FORGED)
}

fn tag(key: &str, pieces: &[&str]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    pieces.iter().for_each(|piece| mac.update(piece.as_bytes()));
    mac.finalize().into_bytes().to_vec()
}

fn hex_tag(key: &str, pieces: &[&str]) -> String {
    hex::encode(tag(key, pieces))
}

/// A secret as Standard Webhooks writes it.
fn whsec() -> String {
    format!("whsec_{}", STANDARD.encode(SECRET))
}

/// A header's value of any bytes that a client can send.
fn value(bytes: &[u8]) -> HeaderValue {
    HeaderValue::from_bytes(bytes).unwrap()
}
