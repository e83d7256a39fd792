//! A simulated Bot API: a TLS server for `api.telegram.org` on a loopback port that answers `sendMessage` of one bot.
//!
//! Source: <https://core.telegram.org/bots/api#making-requests> and `#sendmessage`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

use crate::tls;

/// The host name that the server's certificate is for.
pub const TELEGRAM_HOST: &str = "api.telegram.org";

/// More than a text takes; what is longer is refused unread.
const MAX_BODY: usize = 1 << 20;
/// The longest text, in code units of UTF-16.
const MAX_TEXT: usize = 4096;

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Telegram {
    address: SocketAddr,
    ca_pem: String,
    state: Arc<State>,
    serving: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    token: String,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// What was taken, as it was asked.
    sent: Vec<Value>,
    /// What the next calls are answered in place of being taken.
    refusals: VecDeque<(u16, Value)>,
}

impl Telegram {
    /// Starts it on a free port, for the bot with this token.
    ///
    /// # Errors
    ///
    /// Where no port can be opened or no certificate made.
    pub async fn start(token: &str) -> io::Result<Self> {
        let tls = tls::server_for(&[TELEGRAM_HOST]).map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { token: token.to_owned(), books: Mutex::default() });
        let acceptor = TlsAcceptor::from(tls.config);
        let serving = tokio::spawn(serve(listener, acceptor, Arc::clone(&state)));
        Ok(Self { address, ca_pem: tls.ca_pem, state, serving })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The authority to trust, PEM.
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// The bodies of calls that were taken, oldest first.
    pub fn sent(&self) -> Vec<Value> {
        self.state.books().sent.clone()
    }

    /// Answers one more of the calls to come with this refusal.
    pub fn refuse_next(&self, status: u16, description: &str) {
        let body = json!({ "ok": false, "error_code": status, "description": description });
        self.state.books().refusals.push_back((status, body));
    }
}

impl Drop for Telegram {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl State {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, method: &Method, path: &str, body: &[u8]) -> (u16, Value) {
        let refused = |status: u16, description: &str| {
            (status, json!({ "ok": false, "error_code": status, "description": description }))
        };
        // A token that it never gave is no address of its own.
        if method != Method::POST || path != format!("/bot{}/sendMessage", self.token) {
            return refused(404, "Not Found");
        }
        let mut books = self.books();
        if let Some(refusal) = books.refusals.pop_front() {
            return refusal;
        }
        let call: Value = serde_json::from_slice(body).unwrap_or_default();
        let chat = call.get("chat_id").and_then(Value::as_i64);
        let (Some(chat), Some(text)) = (chat, call.get("text").and_then(Value::as_str)) else {
            return refused(400, "Bad Request: chat_id or text is missing");
        };
        if text.trim().is_empty() {
            return refused(400, "Bad Request: message text is empty");
        }
        if text.encode_utf16().count() > MAX_TEXT {
            return refused(400, "Bad Request: message is too long");
        }
        let kind = if chat < 0 { "supergroup" } else { "private" };
        let message_id = 1000 + books.sent.len();
        let result = json!({ "message_id": message_id, "date": 1, "chat": { "id": chat, "type": kind }, "text": text });
        books.sent.push(call);
        (200, json!({ "ok": true, "result": result }))
    }
}

async fn serve(listener: TcpListener, acceptor: TlsAcceptor, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, acceptor.clone(), Arc::clone(&state)));
                }
                Err(error) => tracing::warn!(%error, "simulated Telegram: no connection"),
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) {
    let stream = match acceptor.accept(stream).await {
        Ok(stream) => stream,
        Err(error) => return tracing::debug!(%error, "simulated Telegram: no TLS"),
    };
    let service = service_fn(move |request: Request<Incoming>| {
        let state = Arc::clone(&state);
        async move {
            let (head, body) = request.into_parts();
            let body = Limited::new(body, MAX_BODY).collect().await.map(|body| body.to_bytes()).unwrap_or_default();
            let (status, answer) = state.answer(&head.method, head.uri.path(), &body);
            let mut response = Response::new(Full::new(Bytes::from(answer.to_string())));
            *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
            Ok::<_, Infallible>(response)
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "simulated Telegram: connection ended");
    }
}
