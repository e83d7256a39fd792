//! A server of https for one name, with an authority of its own: what a simulated provider of these stories stands on.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use hyper::body::{Body, Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// A server that answers until the story ends.
pub(crate) struct Https {
    pub(crate) address: SocketAddr,
    pub(crate) ca_pem: String,
    pub(crate) ca_file: PathBuf,
    _folder: TempDir,
}

impl Https {
    /// Answers each request so, with what all of them share.
    pub(crate) async fn serve<S, B, F>(name: &str, shared: S, answer: fn(S, Request<Incoming>) -> F) -> Self
    where
        S: Clone + Send + 'static,
        B: Body<Data = Bytes, Error = Infallible> + Send + 'static,
        F: Future<Output = Result<Response<B>, Infallible>> + Send + 'static,
    {
        let (ca_pem, acceptor) = tls(name);
        let folder = tempfile::Builder::new().prefix("lockgate-ca-").tempdir().unwrap();
        let ca_file = folder.path().join("ca.pem");
        std::fs::write(&ca_file, &ca_pem).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, shared) = (acceptor.clone(), shared.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = hyper::service::service_fn(move |request| answer(shared.clone(), request));
                    let connection = hyper::server::conn::http1::Builder::new();
                    drop(connection.serve_connection(TokioIo::new(stream), service).await);
                });
            }
        });
        Self { address, ca_pem, ca_file, _folder: folder }
    }
}

/// A server's TLS with a certificate for this name, and the authority that made it, as PEM.
fn tls(name: &str) -> (String, TlsAcceptor) {
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
