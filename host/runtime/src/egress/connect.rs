//! How a connection is made: TCP to one of the addresses that were checked, or through the operator's proxy to one of them, and TLS
//! with the name that was called.
//!
//! The proxy is told an address and not a name: it would look the name up itself, and lead past the check of the address.

use std::error::Error as StdError;
use std::future::{Future, Ready, ready};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use lockgate_model::host_name::HTTPS;
use rustls::ClientConfig;
use tokio::net::TcpStream;
use tower_service::Service;

use super::proxy::Proxy;

/// How long it may take until a request can be written: TCP, the proxy's answer and TLS together.
const WITHIN: Duration = Duration::from_secs(10);

type Failure = Box<dyn StdError + Send + Sync>;
type Stream = TokioIo<TcpStream>;

/// Opens connections to the addresses of one host.
#[derive(Clone)]
pub(super) struct Connector(HttpsConnector<Way>);

impl Connector {
    /// To these addresses, at the port of the request; an address that has a port keeps it unless the request names its own.
    pub(super) fn new(mut tls: ClientConfig, addresses: Vec<SocketAddr>, proxy: Option<&Proxy>) -> Self {
        // Over HTTP/2 a connection outlives the call that it serves, and with it whatever a server floods it with, at the cost of
        // no call; and requests of other calls would share it. Over HTTP/1.1 it ends with the answer that is not to be had.
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        let way = match proxy {
            None => Way::Direct(tcp(HttpConnector::new_with_resolver(Checked(addresses)))),
            Some(proxy) => {
                let mut tunnel = Tunnel::new(proxy.address().clone(), tcp(HttpConnector::new()));
                if let Some(authorization) = proxy.authorization() {
                    tunnel = tunnel.with_auth(authorization.clone());
                }
                Way::Tunnel(tunnel, addresses.iter().map(SocketAddr::ip).collect())
            }
        };
        Self(HttpsConnector::from((way, tls)))
    }
}

fn tcp<R>(mut connector: HttpConnector<R>) -> HttpConnector<R> {
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(Some(WITHIN));
    connector
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<Stream>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        if target.scheme() != Some(&Scheme::HTTPS) {
            return Box::pin(ready(Err("nothing is sent but over TLS".into())));
        }
        let connecting = self.0.call(target);
        Box::pin(async { tokio::time::timeout(WITHIN, connecting).await? })
    }
}

/// TCP, by either way.
#[derive(Clone)]
enum Way {
    Direct(HttpConnector<Checked>),
    Tunnel(Tunnel<HttpConnector>, Arc<[IpAddr]>),
}

impl Service<Uri> for Way {
    type Response = Stream;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        match self {
            Self::Direct(tcp) => tcp.poll_ready(context).map_err(Failure::from),
            Self::Tunnel(tunnel, _) => tunnel.poll_ready(context).map_err(Failure::from),
        }
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        match self {
            Self::Direct(tcp) => {
                let connecting = tcp.call(target);
                Box::pin(async { Ok(connecting.await?) })
            }
            Self::Tunnel(tunnel, addresses) => {
                let (mut tunnel, addresses) = (tunnel.clone(), Arc::clone(addresses));
                Box::pin(async move {
                    let mut failure = Failure::from("there is no address");
                    for address in addresses.iter() {
                        match tunnel.call(at(*address, &target)?).await {
                            Ok(stream) => return Ok(stream),
                            Err(error) => failure = error.into(),
                        }
                    }
                    Err(failure)
                })
            }
        }
    }
}

/// The target with an address in its name's place.
fn at(address: IpAddr, target: &Uri) -> Result<Uri, http::Error> {
    let authority = SocketAddr::new(address, target.port_u16().unwrap_or(HTTPS)).to_string();
    Uri::builder().scheme(Scheme::HTTPS).authority(authority).path_and_query(PathAndQuery::from_static("/")).build()
}

/// Gives the same addresses for every name. A port of 0 stands for the one of the request.
#[derive(Clone)]
struct Checked(Vec<SocketAddr>);

impl Service<Name> for Checked {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Ready<io::Result<Self::Response>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _name: Name) -> Self::Future {
        ready(Ok(self.0.clone().into_iter()))
    }
}

/// Whether a connection was not there in time.
pub(super) fn is_late(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let io = error.downcast_ref::<io::Error>();
        if error.is::<tokio::time::error::Elapsed>() || io.is_some_and(|io| io.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        cause = error.source();
    }
    false
}
