//! The provider of the hostile plugin: it tells whoever asks exactly what it was sent, the credential included.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};

use crate::https::Https;

/// The name that the hostile plugin calls.
pub(crate) const HOST: &str = "provider.example.com";

/// A running provider.
pub(crate) struct EchoProvider {
    pub(crate) https: Https,
    seen: Arc<Mutex<Vec<String>>>,
    memories: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl EchoProvider {
    pub(crate) async fn start() -> Self {
        let (seen, memories) = (Arc::default(), Arc::default());
        let books = (Arc::clone(&seen), Arc::clone(&memories));
        Self { https: Https::serve(HOST, books, answer).await, seen, memories }
    }

    /// What plugins posted of their memory.
    pub(crate) fn memories(&self) -> Vec<Vec<u8>> {
        self.memories.lock().unwrap().clone()
    }

    /// Every request but those, as text.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// What was asked, and what plugins posted of their memory.
type Books = (Arc<Mutex<Vec<String>>>, Arc<Mutex<Vec<Vec<u8>>>>);

async fn answer((books, memories): Books, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    if head.uri.path() == "/look/memory" {
        memories.lock().unwrap().push(body.to_vec());
        return Ok(Response::new(Full::new(Bytes::from_static(b"posted"))));
    }
    let told = format!("{} {} {:?} {}", head.method, head.uri, head.headers, String::from_utf8_lossy(&body));
    let number = {
        let mut books = books.lock().unwrap();
        books.push(told.clone());
        books.len()
    };
    let token = head.headers.get("x-token").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let text = match head.uri.path() {
        "/messages" => format!("{{\"id\":\"m-{number}\"}}"),
        "/mint/pages" => crate::capture::MINTING.to_owned(),
        "/look/base64" => base64::engine::general_purpose::STANDARD.encode(format!("Bearer {token}")),
        "/look/hex" => hex::encode(token),
        _ => told,
    };
    Ok(Response::new(Full::new(Bytes::from(text))))
}
