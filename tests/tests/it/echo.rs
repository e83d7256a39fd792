//! The provider of the hostile plugin: it tells whoever asks exactly what it was sent, the credential included.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The name that the hostile plugin calls.
pub(crate) const HOST: &str = "provider.example.com";

/// A running provider.
pub(crate) struct EchoProvider {
    pub(crate) address: SocketAddr,
    pub(crate) ca_file: PathBuf,
    seen: Arc<Mutex<Vec<String>>>,
    memories: Arc<Mutex<Vec<Vec<u8>>>>,
    _folder: TempDir,
}

impl EchoProvider {
    pub(crate) async fn start() -> Self {
        let (ca_pem, acceptor) = tls(HOST);
        let folder = tempfile::Builder::new().prefix("lockgate-ca-").tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, ca_pem).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let memories: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let books = (Arc::clone(&seen), Arc::clone(&memories));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, books) = (acceptor.clone(), books.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = hyper::service::service_fn(move |request| answer(books.clone(), request));
                    drop(
                        hyper::server::conn::http1::Builder::new()
                            .serve_connection(TokioIo::new(stream), service)
                            .await,
                    );
                });
            }
        });
        Self { address, ca_file, seen, memories, _folder: folder }
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

/// A server's TLS with a certificate for this name, and the authority that made it, as PEM.
pub(crate) fn tls(name: &str) -> (String, TlsAcceptor) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())))
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

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
