//! The demo's calls of the host's public API.

use serde_json::Value;

use super::DemoError;
use super::child::Child;

/// A client of one host. It has the admin token and nothing else that a stranger's program would not have.
pub(super) struct Api {
    client: reqwest::Client,
    url: String,
    token: String,
    calls: std::sync::atomic::AtomicU64,
}

impl Api {
    pub(super) fn new(host: &Child) -> Result<Self, DemoError> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { client, url: format!("{}/api/v1", host.api_url()), token: host.token().to_owned(), calls: 0.into() })
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, DemoError> {
        self.finish(path, self.client.get(format!("{}{path}", self.url))).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, DemoError> {
        self.finish(path, self.client.post(format!("{}{path}", self.url)).json(body)).await
    }

    pub(super) async fn upload(&self, path: &str, bytes: &'static [u8]) -> Result<Value, DemoError> {
        let request =
            self.client.post(format!("{}{path}", self.url)).header("content-type", "application/wasm").body(bytes);
        self.finish(path, request).await
    }

    async fn finish(&self, what: &str, request: reqwest::RequestBuilder) -> Result<Value, DemoError> {
        let number = self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let response =
            request.bearer_auth(&self.token).header("idempotency-key", format!("demo-{number}")).send().await?;
        let status = response.status();
        let answer: Value = response.json().await.unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(answer);
        }
        let what = what.split('?').next().unwrap_or(what).to_owned();
        Err(DemoError::Refused { what, status: status.as_u16(), detail: answer.to_string() })
    }
}

/// A text at a JSON pointer.
pub(super) fn text(value: &Value, pointer: &str) -> Result<String, DemoError> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| DemoError::Story(format!("the host's answer has no {pointer}")))
}
