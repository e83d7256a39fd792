//! A provider over TLS on this machine: it writes down what it gets and answers as it is told.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use lockgate_runtime::HostMap;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use crate::harness::Books;

/// The name that the hostile plugin calls.
pub const HOST: &str = "provider.example.com";

/// What becomes of `POST /messages`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Answers,
    /// Reads the request and never answers.
    Hangs,
    /// Reads the request and closes the connection.
    Breaks,
}

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub uri: String,
    pub authorization: Option<String>,
    pub content_length: Option<String>,
    pub body: Vec<u8>,
    /// Which connection it came by.
    pub connection: usize,
}

pub struct Provider {
    pub address: SocketAddr,
    pub ca_pem: String,
    shared: Arc<Shared>,
    arrived: watch::Receiver<usize>,
    left: watch::Receiver<usize>,
}

struct Shared {
    seen: Mutex<Vec<Seen>>,
    arrivals: watch::Sender<usize>,
    departures: watch::Sender<usize>,
    manner: Manner,
    books: Mutex<Option<Arc<Books>>>,
}

impl Provider {
    pub async fn start(manner: Manner) -> Self {
        Self::named(HOST, manner).await
    }

    /// With a certificate for another name.
    pub async fn named(name: &str, manner: Manner) -> Self {
        let (ca_pem, acceptor) = tls(name, &[b"h2", b"http/1.1"]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (arrivals, arrived) = watch::channel(0);
        let (departures, left) = watch::channel(0);
        let shared = Arc::new(Shared { seen: Mutex::default(), arrivals, departures, manner, books: Mutex::default() });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (acceptor, shared) = (acceptor.clone(), Arc::clone(&serving));
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service =
                        hyper::service::service_fn(move |request| answer(Arc::clone(&shared), connection, request));
                    let _ =
                        auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { address, ca_pem, shared, arrived, left }
    }

    /// Leads the plugin's provider here.
    pub fn map(&self) -> HostMap {
        HostMap { host: HOST.into(), address: self.address, ca_pem: self.ca_pem.clone().into_bytes() }
    }

    /// Writes every arrival into these books too, so that the order is seen.
    pub fn notes_in(&self, books: &Arc<Books>) {
        *self.shared.books.lock().unwrap() = Some(Arc::clone(books));
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until so many who were left without an answer went away.
    pub async fn left(&self, count: usize) {
        self.left.clone().wait_for(|left| *left >= count).await.unwrap();
    }

    /// Waits until so many requests arrived.
    pub async fn arrived(&self, count: usize) {
        self.arrived.clone().wait_for(|arrived| *arrived >= count).await.unwrap();
    }
}

/// A certificate for this name, its authority, and the protocols to choose from.
pub fn tls(name: &str, protocols: &[&[u8]]) -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// Somebody who waits for an answer.
struct Leaves<'a>(&'a watch::Sender<usize>);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count += 1);
    }
}

async fn answer(
    shared: Arc<Shared>,
    connection: usize,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Broken> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Broken)?.to_bytes();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let uri = parts.uri.path_and_query().unwrap().to_string();
    if let Some(books) = &*shared.books.lock().unwrap() {
        books.note(format!("arrived {}", parts.uri.path()));
    }
    let count = {
        let mut seen = shared.seen.lock().unwrap();
        seen.push(Seen {
            method: parts.method.to_string(),
            uri: uri.clone(),
            authorization: header("authorization"),
            content_length: header("content-length"),
            body: body.to_vec(),
            connection,
        });
        seen.len()
    };
    shared.arrivals.send_replace(count);
    let token = header("x-token").unwrap_or_default();
    let respond = |body: String| Response::new(Full::new(Bytes::from(body)));
    Ok(match parts.uri.path() {
        "/messages" => match shared.manner {
            Manner::Answers => respond(format!("{{\"id\":\"m-{count}\"}}")),
            Manner::Hangs => {
                let _leaves = Leaves(&shared.departures);
                std::future::pending().await
            }
            Manner::Breaks => return Err(Broken),
        },
        "/look/headers" => respond(format!("{uri} {:?}", parts.headers)),
        "/look/header" => {
            let builder = Response::builder()
                .header("x-echo", &token)
                .header("location", format!("https://x.example/?t={token}"));
            builder.header(format!("x-{}", token.replace(['/', '+', '~'], "")), "1").body(Full::default()).unwrap()
        }
        "/look/percent" => respond(token.bytes().map(|byte| format!("%{byte:02x}")).collect()),
        "/look/base64" => respond(base64::engine::general_purpose::STANDARD.encode(format!("Bearer {token}"))),
        "/look/hex" => respond(hex::encode(token)),
        "/look/json" => respond(format!("{{\"token\":\"{}\"}}", token.replace('/', "\\/"))),
        "/look/packed" => {
            Response::builder().header("content-encoding", "gzip").body(Full::new(Bytes::from(token))).unwrap()
        }
        "/look/entities" => respond(token.chars().map(|c| format!("&#{};", u32::from(c))).collect()),
        "/look/many-headers" => {
            let builder = (0..200).fold(Response::builder(), |builder, n| builder.header(format!("x-{n}"), "1"));
            builder.body(Full::default()).unwrap()
        }
        "/look/long-header" => {
            Response::builder().header("x-long", "x".repeat(100 << 10)).body(Full::default()).unwrap()
        }
        "/look/cookie" => Response::builder().header("set-cookie", "a=b").body(Full::default()).unwrap(),
        // `/look/redirect-308-http`
        path if path.starts_with("/look/redirect-") => {
            let (status, to) = path["/look/redirect-".len()..].split_once('-').unwrap();
            let location = match to {
                "own" => "https://provider.example.com/look/1".to_owned(),
                "other" => "https://other.example.com/x".to_owned(),
                "http" => "http://provider.example.com/look/1".to_owned(),
                "private" => "https://169.254.169.254/latest/meta-data".to_owned(),
                "file" => "file:///etc/passwd".to_owned(),
                "data" => "data:text/plain,x".to_owned(),
                "relative" => "/look/1".to_owned(),
                _ => format!("https://x.example/{token}?t={token}"),
            };
            Response::builder()
                .status(status.parse::<u16>().unwrap())
                .header("location", location)
                .body(Full::default())
                .unwrap()
        }
        "/look/huge" => respond("x".repeat(64 << 20)),
        "/look/large" => respond(body.len().to_string()),
        "/form" | "/json" => respond(String::from_utf8_lossy(&body).into_owned()),
        "/look/minted" => respond(crate::capture::echo()),
        path if path.starts_with("/mint/") => crate::capture::answer(path),
        path if path.starts_with("/bot") => respond(uri),
        _ => respond("looked".into()),
    })
}

/// Closes the connection.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("broken off")
    }
}

impl std::error::Error for Broken {}

impl From<Infallible> for Broken {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}
