//! What the tests of all schemes share, and what holds for every recipe.

use http::HeaderValue;
use serde_json::{Value, json};

use super::*;

/// A request in the making.
#[derive(Clone)]
pub(super) struct Case {
    headers: HeaderMap,
    body: Bytes,
    origin: String,
    target: String,
    path: String,
    now_ms: u64,
    published: Vec<PublishedKey>,
}

impl Case {
    pub(super) fn new(body: &(impl AsRef<[u8]> + ?Sized)) -> Self {
        Self {
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_ref()),
            origin: "https://hooks.example.org".into(),
            target: "/hooks/key/events".into(),
            path: String::new(),
            now_ms: 0,
            published: Vec::new(),
        }
    }

    pub(super) fn form(body: &str) -> Self {
        Self::new(body).header("content-type", "application/x-www-form-urlencoded")
    }

    /// One header more.
    pub(super) fn header(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().expect("a name");
        self.headers.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("a value"));
        self
    }

    /// Called at this address.
    pub(super) fn url(mut self, origin: &str, target: &str) -> Self {
        self.origin = origin.into();
        self.target = target.into();
        self
    }

    /// What follows the route in the path.
    pub(super) fn below(mut self, path: &str) -> Self {
        self.path = path.into();
        self
    }

    /// The provider publishes this key set.
    pub(super) fn published(mut self, json: &Value) -> Self {
        self.published = PublishedKey::read_set(json.to_string().as_bytes()).unwrap_or_default();
        self
    }

    /// The host's clock, in Unix seconds.
    pub(super) fn at(mut self, seconds: u64) -> Self {
        self.now_ms = seconds * 1000;
        self
    }

    /// Tries a recipe with these secrets and these settings.
    pub(super) fn keyed(
        &self,
        recipe: &Verify,
        secrets: &[(&str, &str)],
        settings: &[Setting],
    ) -> Result<Verified, Unauthentic> {
        let secrets = secrets.iter().map(|(name, value)| ((*name).to_owned(), Secret::new(*value))).collect();
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        let request = Unverified {
            origin: &self.origin,
            target: &self.target,
            path: self.path.clone(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: &self.headers,
            body: self.body.clone(),
            now_ms: self.now_ms,
        };
        verify(recipe, &Keys { secrets: &secrets, settings, published: &self.published }, request)
    }

    /// The name of the key that fitted, or why none did.
    pub(super) fn tried(&self, recipe: &Verify, secrets: &[(&str, &str)]) -> Result<String, Unauthentic> {
        self.keyed(recipe, secrets, &[]).map(key)
    }
}

/// The name of the key that fitted.
pub(super) fn key(verified: Verified) -> String {
    verified.verification().and_then(|verification| verification.key.clone()).unwrap_or_default()
}

/// A recipe as a manifest would spell it.
pub(super) fn recipe(value: Value) -> Verify {
    serde_json::from_value(value).expect("a recipe")
}

#[test]
fn without_a_recipe_everything_passes_and_nothing_is_said_of_it() {
    let verified = Case::new("x").below("/a").keyed(&Verify::None, &[], &[]).expect("authentic");
    assert_eq!((verified.verification(), verified.path(), &verified.body()[..]), (None, "/a", b"x".as_slice()));
}

#[test]
fn every_recipe_refuses_a_request_that_has_nothing_and_a_host_that_has_no_key() {
    let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let recipes = [
        json!({ "hmac": { "header": "x-sig", "digest": "sha256", "credential": "secret" } }),
        json!({ "ed25519": { "header": "x-sig", "public_key": { "value": public } } }),
        json!({ "standard-webhooks": { "credential": "secret" } }),
        json!({ "shared-secret": { "place": { "header": "x-sig" }, "credential": "secret" } }),
        json!({ "shared-secret": { "place": "path", "credential": "secret" } }),
        json!({ "shared-secret": { "place": { "query": "token" }, "credential": "secret" } }),
        json!({ "shared-secret": { "place": { "form": "token" }, "credential": "secret" } }),
        json!({ "signed-request": { "credential": "secret" } }),
    ];
    for value in recipes {
        let given = Case::form("").keyed(&recipe(value.clone()), &[("secret", "s")], &[]).map(key);
        assert_eq!(given, Err(Unauthentic::Unsigned), "{value}");
    }
    let signed = Case::form("token=&signed_request=AAAA.e30")
        .header("x-sig", "")
        .header("webhook-signature", "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=")
        .header("webhook-id", "m")
        .header("webhook-timestamp", "0")
        .below("/x")
        .url("https://hooks.example.org", "/hooks/key/events/x?token=");
    for value in [
        json!({ "hmac": { "header": "x-sig", "digest": "sha256", "credential": "secret" } }),
        json!({ "ed25519": { "header": "x-sig", "public_key": { "setting": "secret" } } }),
        json!({ "standard-webhooks": { "credential": "secret", "public_key": { "setting": "secret" } } }),
        json!({ "shared-secret": { "place": { "header": "x-sig" }, "credential": "secret" } }),
        json!({ "shared-secret": { "place": "path", "credential": "secret" } }),
        json!({ "shared-secret": { "place": { "query": "token" }, "credential": "secret" } }),
        json!({ "shared-secret": { "place": { "form": "token" }, "credential": "secret" } }),
        json!({ "signed-request": { "credential": "secret" } }),
    ] {
        // Neither a missing secret nor an empty one is a key.
        for secrets in [[].as_slice(), &[("secret", "")]] {
            let given = signed.keyed(&recipe(value.clone()), secrets, &[]).map(key);
            assert_eq!(given, Err(Unauthentic::Wrong), "{value} {secrets:?}");
        }
    }
}
