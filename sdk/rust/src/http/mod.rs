//! Outgoing requests. They pass the host's egress gate: only hosts, methods and paths that the manifest names and the admin
//! granted, https only, with the credential written in by the host.

mod outcome;
#[cfg(target_arch = "wasm32")]
mod wasi;

pub use outcome::SendError;

use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A request that is being built. What the manifest's places name must be left out, a path's segment too: the host writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Upper case.
    pub method: String,
    /// An absolute https address.
    pub url: String,
    /// In order, repetition kept.
    pub headers: Vec<(String, String)>,
    /// Empty: no body.
    pub body: Vec<u8>,
}

impl Request {
    /// Any method.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self { method: method.into(), url: url.into(), headers: Vec::new(), body: Vec::new() }
    }

    /// A GET.
    pub fn get(url: impl Into<String>) -> Self {
        Self::new("GET", url)
    }

    /// A POST.
    pub fn post(url: impl Into<String>) -> Self {
        Self::new("POST", url)
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With these bytes as body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With this value as a JSON body. A value that JSON cannot hold (a map whose keys are no text) gives an empty body, which a
    /// provider refuses.
    #[must_use]
    pub fn json(self, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).unwrap_or_default();
        self.header("content-type", "application/json").body(body)
    }

    /// With these fields as the body of a form.
    ///
    /// ```
    /// use lockgate_sdk::http::Request;
    ///
    /// let request = Request::post("https://api.example.com/messages").form([("to", "+4930123456"), ("text", "Hello")]);
    /// assert_eq!(request.body, b"to=%2B4930123456&text=Hello");
    /// ```
    #[must_use]
    pub fn form<'a>(self, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        self.header("content-type", crate::form::MEDIA_TYPE).body(crate::form::encode(fields))
    }

    /// Sends it and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// [`SendError`] tells what certainly did not leave from what may have arrived. An answer of any status is no error.
    pub fn send(self) -> Result<Response, SendError> {
        #[cfg(target_arch = "wasm32")]
        return wasi::send(self);
        #[cfg(not(target_arch = "wasm32"))]
        crate::fake::with(|host| host.handle(&self))
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 100 to 599.
    pub status: u16,
    /// Names in lower case, in order, repetition kept. The host hides some.
    pub headers: Vec<(String, String)>,
    /// All of it, as far as the host's limit allows.
    pub body: Vec<u8>,
}

impl Response {
    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name (any case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    ///
    /// # Errors
    ///
    /// Where it is none, or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// `Retry-After` in milliseconds from now, given in seconds or as a date (RFC 9110, section 10.2.3).
    pub fn retry_after(&self) -> Option<u64> {
        let text = self.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return seconds.checked_mul(1000);
        }
        #[expect(clippy::disallowed_methods, reason = "in a guest this is the clock of its host, and stands still")]
        let now = SystemTime::now();
        let wait = httpdate::parse_http_date(text).ok()?.duration_since(now).unwrap_or_default();
        u64::try_from(wait.as_millis()).ok()
    }
}
