//! A server of https for one name, with an authority of its own: what a simulated provider of these stories stands on.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;

use hyper::body::{Body, Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use lockgate_tests::tls;
use tempfile::TempDir;
use tokio::net::TcpListener;

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
        let (ca_pem, acceptor) = tls(&[name]);
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
