//! The provider that is not there: TLS on this machine, answers as it is told, and writes down what it is asked.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use lockgate_simulators::server_for;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::{LazyConfigAcceptor, TlsAcceptor, rustls};

use crate::case::{Answer, Answered, Asked, Break};

/// What the host adds to every request by itself.
const HOSTS_OWN: [header::HeaderName; 6] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::USER_AGENT,
    header::ACCEPT_ENCODING,
    header::CONNECTION,
    header::TRANSFER_ENCODING,
];

/// A provider with a certificate for some hosts.
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    pub(crate) ca_pem: String,
    script: Arc<Mutex<Script>>,
    serving: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Script {
    answers: VecDeque<Answered>,
    /// For every request beyond these.
    then: Option<Answered>,
    asked: Vec<(Asked, Option<Answered>)>,
    /// The hosts of connections that were closed before anything was asked.
    shut: Vec<String>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Provider {
    /// Listens on a port of its own.
    pub(crate) async fn start(hosts: &[&str]) -> Result<Self, String> {
        let tls = server_for(hosts).map_err(|error| error.to_string())?;
        let acceptor = TlsAcceptor::from(tls.config);
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let address = listener.local_addr().map_err(|error| error.to_string())?;
        let script: Arc<Mutex<Script>> = Arc::default();
        let shared = Arc::clone(&script);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, shared) = (acceptor.clone(), Arc::clone(&shared));
                if shared.lock().unwrap_or_else(PoisonError::into_inner).is_to_be_shut() {
                    tokio::spawn(shut(stream, shared));
                    continue;
                }
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = service_fn(move |request| answer(Arc::clone(&shared), request));
                    // Who breaks off is told by what the plugin makes of it.
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Ok(Self { address, ca_pem: tls.ca_pem, script, serving })
    }

    /// Answers so from now on; without `then`, whoever asks for more finds the connection closed.
    pub(crate) fn play(&self, answers: impl IntoIterator<Item = Answered>, then: Option<Answered>) {
        let mut script = self.script.lock().unwrap_or_else(PoisonError::into_inner);
        *script = Script { answers: answers.into_iter().collect(), then, asked: Vec::new(), shut: Vec::new() };
    }

    /// The hosts that were found unreachable since then.
    pub(crate) fn shut(&self) -> Vec<String> {
        std::mem::take(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner).shut)
    }

    /// What it was asked since then, each with what it did; none: nothing was left to answer.
    pub(crate) fn asked(&self) -> Vec<(Asked, Option<Answered>)> {
        std::mem::take(&mut self.script.lock().unwrap_or_else(PoisonError::into_inner).asked)
    }
}

impl Script {
    /// Whether the connection that comes now is to find nobody; that counts as its answer.
    fn is_to_be_shut(&mut self) -> bool {
        const UNREACHABLE: Answered = Answered::Broken(Break::Unreachable);
        match self.answers.front() {
            Some(next) if *next == UNREACHABLE => self.answers.pop_front().is_some(),
            Some(_) => false,
            None => self.then == Some(UNREACHABLE),
        }
    }
}

/// Closes a connection before anything can be asked. Whom it was for stands in the first bytes of its TLS (RFC 6066, section 3).
async fn shut(stream: TcpStream, script: Arc<Mutex<Script>>) {
    let start = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await;
    if let Ok(start) = &start {
        let host = start.client_hello().server_name().unwrap_or_default().to_owned();
        script.lock().unwrap_or_else(PoisonError::into_inner).shut.push(host);
    }
}

/// The connection is to end without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends")]
struct Closed;

async fn answer(script: Arc<Mutex<Script>>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Closed> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let asked = Asked {
        method: parts.method.to_string(),
        url: format!("https://{host}{}", parts.uri),
        headers: headers(&parts.headers),
        body: shown(&parts.headers, &body),
    };
    let next = {
        let mut script = script.lock().unwrap_or_else(PoisonError::into_inner);
        let next = script.answers.pop_front().or_else(|| script.then.clone());
        script.asked.push((asked, next.clone()));
        next
    };
    match next {
        Some(Answered::Whole(answer)) => whole(&answer),
        Some(Answered::Broken(_)) | None => Err(Closed),
    }
}

/// A connection serves one request, so that each exchange of a case can break off by itself.
fn whole(answer: &Answer) -> Result<Response<Full<Bytes>>, Closed> {
    let (kind, body) = match &answer.body {
        Value::Null => (None, String::new()),
        Value::String(text) => (None, text.clone()),
        value => (Some("application/json"), value.to_string()),
    };
    let mut response = Response::builder().status(answer.status).header(header::CONNECTION, "close");
    if let Some(kind) = kind.filter(|_| !answer.headers.contains_key("content-type")) {
        response = response.header(header::CONTENT_TYPE, kind);
    }
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(body))).map_err(|_| Closed)
}

fn headers(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut shown: BTreeMap<String, String> = BTreeMap::new();
    let hosts_own = |name: &header::HeaderName, value: &[u8]| {
        HOSTS_OWN.contains(name) || (name == header::ACCEPT && value == b"*/*")
    };
    let written = headers.iter().filter(|(name, value)| !hosts_own(name, value.as_bytes()));
    for (name, value) in written {
        let value = String::from_utf8_lossy(value.as_bytes());
        shown.entry(name.to_string()).and_modify(|all| *all = format!("{all}, {value}")).or_insert(value.into_owned());
    }
    shown
}

fn shown(headers: &HeaderMap, body: &[u8]) -> Value {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if body.is_empty() {
        return Value::Null;
    }
    if kind == "application/json" || kind.ends_with("+json") {
        if let Ok(value) = serde_json::from_slice(body) {
            return value;
        }
    } else if kind == "application/x-www-form-urlencoded" {
        let pairs = url::form_urlencoded::parse(body).map(|(name, value)| json!([name, value]));
        return json!({ "form": pairs.collect::<Vec<_>>() });
    }
    match std::str::from_utf8(body) {
        Ok(text) => Value::String(text.to_owned()),
        Err(_) => json!({ "base64": STANDARD.encode(body) }),
    }
}
