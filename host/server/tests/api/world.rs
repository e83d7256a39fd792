//! A host with a folder of its own, and somebody who speaks to it.

use std::collections::BTreeSet;

use lockgate::config::{Config, ConfigFlags};
use lockgate::host::{Host, RunningHost};
use lockgate::seams::Seams;
use lockgate_model::config::Scope;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// A running host and its admin.
pub(crate) struct World {
    pub(crate) running: RunningHost,
    pub(crate) admin: String,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl World {
    pub(crate) async fn start() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::tempdir().unwrap();
        let flags = ConfigFlags {
            data_dir: Some(folder.path().join("data")),
            listen: Some("127.0.0.1:0".into()),
            guest_threads: Some(1),
            max_instances: Some(16),
            ..ConfigFlags::default()
        };
        let config = Config::load(&flags).unwrap();
        let running = Host::start(config, Seams::real()).await.unwrap();
        let admin = running.first_token.as_ref().and_then(|token| token.expose_str()).unwrap().to_owned();
        // A connection each: one on which a body was refused is closed by the host, perhaps just as it is used again.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap();
        Self { running, admin, http, _folder: folder }
    }

    /// A token with these scopes and no others.
    pub(crate) async fn token(&self, scopes: impl IntoIterator<Item = Scope>) -> String {
        let scopes: BTreeSet<Scope> = scopes.into_iter().collect();
        let (_, secret) = self.running.host.store.create_token("test", scopes).await.unwrap();
        secret.expose_str().unwrap().to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("http://{}{path}", self.running.api))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path).bearer_auth(&self.admin)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path).bearer_auth(&self.admin)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).bearer_auth(&self.admin).json(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::PATCH, path).bearer_auth(&self.admin).json(body)).await
    }

    pub(crate) async fn upload(&self, path: &str, bytes: Vec<u8>) -> Answer {
        answer(
            self.request(Method::POST, path)
                .bearer_auth(&self.admin)
                .header("content-type", "application/wasm")
                .body(bytes),
        )
        .await
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }
}

pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let body =
        serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
    Answer { status, headers, body }
}

impl Answer {
    /// A text of the body.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {self:?}"))
    }

    /// Fails unless this is a problem document of that status and type.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, kind: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.body["type"], format!("urn:lockgate:problem:{kind}"), "{self:?}");
        assert_eq!(self.body["status"], status, "{self:?}");
        assert!(self.body["title"].is_string() && self.body["detail"].is_string(), "{self:?}");
    }

    /// Fails unless the problem names exactly these fields.
    #[track_caller]
    pub(crate) fn names(&self, pointers: &[&str]) {
        let named: Vec<&str> = self.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|error| error["pointer"].as_str())
            .collect();
        assert_eq!(named, pointers, "{self:?}");
    }
}
