//! A provider's keys: what it signs with, and where it publishes them.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use super::KEYS_HOST;
use crate::https::Https;

/// What a provider signs whole requests with.
pub(crate) struct Ed25519(Ed25519KeyPair);

impl Ed25519 {
    pub(crate) fn generate() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap())
    }

    /// The public key, in hexadecimal.
    pub(crate) fn public(&self) -> String {
        hex::encode(self.0.public_key().as_ref())
    }

    pub(crate) fn sign(&self, message: &str) -> Vec<u8> {
        self.0.sign(message.as_bytes()).as_ref().to_vec()
    }
}

/// What a provider signs tokens with.
pub(super) struct TokenKey {
    kid: String,
    pair: EcdsaKeyPair,
}

impl TokenKey {
    pub(super) fn generate(kid: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { kid: kid.to_owned(), pair }
    }

    /// The point, as SEC 1 writes it uncompressed.
    pub(super) fn point(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    /// As it is published.
    fn jwk(&self) -> Value {
        let (x, y) = self.point()[1..].split_at(32);
        let encode = |number| URL_SAFE_NO_PAD.encode(number);
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": encode(x), "y": encode(y) })
    }

    /// A token with these claims.
    pub(super) fn token(&self, claims: &Value) -> String {
        self.signed(&json!({ "alg": "ES256", "kid": self.kid, "typ": "JWT" }), claims)
    }

    /// The same with another header.
    pub(super) fn signed(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The part of a token that is signed.
pub(super) fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// A server that publishes keys over TLS.
pub(super) struct KeyServer {
    pub(super) https: Https,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// None: it answers 500.
    keys: Mutex<Option<Value>>,
    asked: Mutex<Vec<String>>,
}

impl KeyServer {
    pub(super) async fn start() -> Self {
        let shared: Arc<Shared> = Arc::default();
        Self { https: Https::serve(KEYS_HOST, Arc::clone(&shared), answer).await, shared }
    }

    pub(super) fn publish(&self, keys: &[&TokenKey]) {
        let keys: Vec<Value> = keys.iter().map(|key| key.jwk()).collect();
        *self.shared.keys.lock().unwrap() = Some(json!({ "keys": keys }));
    }

    pub(super) fn breaks_down(&self) {
        *self.shared.keys.lock().unwrap() = None;
    }

    /// Every request, with its headers.
    pub(super) fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().unwrap().clone()
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let told = format!("{} {} {:?}", request.method(), request.uri(), request.headers());
    shared.asked.lock().unwrap().push(told);
    let keys = shared.keys.lock().unwrap().clone();
    let status = if keys.is_some() { 200 } else { 500 };
    let body = keys.map(|keys| keys.to_string()).unwrap_or_default();
    Ok(Response::builder().status(status).body(Full::new(Bytes::from(body))).unwrap())
}
