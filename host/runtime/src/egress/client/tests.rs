//! Connections: where they lead, and how long they are kept.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Request;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use lockgate_simulators::dns::{NameServer, Reply};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{Clients, Connector, HEADERS, ring, tls};
use crate::config::{EgressConfig, HostMap, StartError};
use crate::egress::errand::{Exchange, exchange};
use crate::egress::names::Unreachable;
use crate::egress::proxy::Proxy;

const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_mapping_leads_to_this_machine_and_names_what_it_trusts() {
    let refused = |host: &str, address: &str| {
        let map = HostMap { host: host.into(), address: address.parse().unwrap(), ca_pem: Vec::new() };
        match Clients::new(&EgressConfig { maps: vec![map], ..EgressConfig::default() }) {
            Err(StartError::Setting(words)) => words,
            _ => panic!("{host} {address} was taken"),
        }
    };
    assert!(refused("graph.example.com", "10.0.0.1:443").contains("loopback"));
    assert!(refused("graph.example.com", "127.0.0.1:0").contains("loopback"));
    assert!(refused("*.example.com", "127.0.0.1:4433").contains("host name"));
    assert!(refused("Graph.example.com", "127.0.0.1:4433").contains("map it by that"));
    assert!(refused("graph.example.com:8443", "127.0.0.1:4433").contains("that port only"));
    for host in ["graph.example.com", "graph.example.com:4433"] {
        assert!(refused(host, "127.0.0.1:4433").contains("holds none"));
    }
}

/// The same service at several addresses of this machine, of which 127.0.0.1 stands for what is inside and the others for what
/// is outside.
struct World {
    names: NameServer,
    clients: Clients,
    port: u16,
    connections: [Arc<AtomicUsize>; 3],
}

impl World {
    async fn new(fresh: Duration, answers: impl IntoIterator<Item = &'static str>) -> Self {
        Self::behind(None, fresh, answers).await
    }

    async fn behind(proxy: Option<Proxy>, fresh: Duration, answers: impl IntoIterator<Item = &'static str>) -> Self {
        let names = NameServer::start().await.unwrap();
        names.answer("name.test", answers.into_iter().map(|address| Reply::addresses([address])));
        let authority =
            CertifiedIssuer::self_signed(CertificateParams::default(), KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["name.test".to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        let provider = Arc::new(ring::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(server));
        let (port, listeners) = listeners().await;
        let connections = listeners.map(|listener| serve(listener, acceptor.clone()));
        let mut roots = RootCertStore::empty();
        roots.add(authority.der().clone()).unwrap();

        let config = EgressConfig { name_servers: vec![names.address()], proxy, ..EgressConfig::default() };
        let mut clients = Clients::new(&config).unwrap();
        clients.names = clients.names.allowing(|address| address != IpAddr::from([127, 0, 0, 1]));
        clients.public_tls = tls(&provider).unwrap().with_root_certificates(roots).with_no_client_auth();
        clients.fresh = fresh;
        Self { names, clients, port, connections }
    }

    /// Which address answered.
    async fn call(&self) -> Result<String, Unreachable> {
        self.call_for(0).await
    }

    /// The same with so many headers beside the server's own, which are a date and a length.
    async fn call_for(&self, headers: usize) -> Result<String, Unreachable> {
        let client = self.clients.route("name.test").await?;
        let mut request = Request::new(Full::<Bytes>::default());
        *request.uri_mut() = format!("https://name.test:{}/{headers}", self.port).parse().unwrap();
        let bounds = Exchange { head: PATIENCE, whole: PATIENCE, body: 100 };
        Ok(match exchange(&client, request, bounds).await {
            Ok(answer) => String::from_utf8(answer.body).unwrap(),
            Err(error) => format!("{error:?}"),
        })
    }

    fn connections(&self) -> [usize; 3] {
        [0, 1, 2].map(|n: usize| self.connections[n].load(Ordering::SeqCst))
    }
}

/// 127.0.0.1, .2 and .3 on one port.
async fn listeners() -> (u16, [TcpListener; 3]) {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = first.local_addr().unwrap().port();
        let at = |last| TcpListener::bind(SocketAddr::from(([127, 0, 0, last], port)));
        if let (Ok(second), Ok(third)) = (at(2).await, at(3).await) {
            return (port, [first, second, third]);
        }
    }
}

/// Answers with its own address; gives the count of connections.
fn serve(listener: TcpListener, acceptor: TlsAcceptor) -> Arc<AtomicUsize> {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let (acceptor, own) = (acceptor.clone(), stream.local_addr().unwrap().ip().to_string());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = hyper::service::service_fn(move |request: Request<Incoming>| {
                    let mut answer = hyper::Response::builder();
                    for n in 0..request.uri().path()[1..].parse().unwrap_or(0) {
                        answer = answer.header(format!("x-{n}"), "");
                    }
                    let answer = answer.body(Full::new(Bytes::from(own.clone())));
                    async move { answer }
                });
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    connections
}

/// The name server has another answer for whoever asks again; nobody does.
#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_called() {
    let world = World::new(Duration::from_secs(3600), ["127.0.0.2", "127.0.0.1"]).await;
    for _ in 0..3 {
        assert_eq!(world.call().await.as_deref(), Ok("127.0.0.2"));
    }
    assert_eq!((world.names.asked().len(), world.connections()), (2, [0, 1, 0]), "A and AAAA, once each");
}

/// Who calls one provider does not make another's name be looked up again.
#[tokio::test]
async fn a_name_is_remembered_beside_others() {
    let world = World::new(Duration::from_secs(3600), ["127.0.0.2"]).await;
    world.names.answer("other.test", [Reply::addresses(["127.0.0.3"])]);
    for (name, asked) in [("name.test", 2), ("other.test", 4), ("name.test", 4), ("other.test", 4)] {
        assert!(world.clients.route(name).await.is_ok());
        assert_eq!(world.names.asked().len(), asked, "{name}");
    }
}

#[tokio::test]
async fn a_connection_is_not_kept_beyond_what_was_checked() {
    let world = World::new(Duration::ZERO, ["127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.1", "127.0.0.3"]).await;
    for (expected, connections) in [("127.0.0.2", [0, 1, 0]), ("127.0.0.2", [0, 1, 0]), ("127.0.0.3", [0, 1, 1])] {
        assert_eq!(world.call().await.as_deref(), Ok(expected));
        assert_eq!(world.connections(), connections);
    }
    assert_eq!(world.call().await, Err(Unreachable::Private), "once inside, it is refused at once");
    assert_eq!(world.call().await.as_deref(), Ok("127.0.0.3"));
    assert_eq!(world.connections(), [0, 1, 2], "the connection of before was given up");
}

#[tokio::test]
async fn an_answer_has_so_many_headers_and_no_more() {
    let world = World::new(Duration::from_secs(3600), ["127.0.0.2"]).await;
    assert_eq!(world.call_for(HEADERS - 2).await.as_deref(), Ok("127.0.0.2"));
    assert_eq!(world.call_for(HEADERS - 1).await.as_deref(), Ok("ConnectionTerminated"));
}

/// A proxy of this machine that makes tunnels for whoever knows its user; gives its address, and what it was asked.
async fn tunnels(user: &'static str) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                head.push(char::from(stream.read_u8().await.unwrap()));
            }
            let line = head.lines().next().unwrap().to_owned();
            let target: Option<SocketAddr> = line.split(' ').nth(1).and_then(|target| target.parse().ok());
            told.lock().unwrap().push(line);
            let known = head.to_lowercase().contains(&format!("proxy-authorization: basic {user}\r\n").to_lowercase());
            match target {
                Some(target) if known => {
                    let mut behind = TcpStream::connect(target).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    tokio::spawn(async move { tokio::io::copy_bidirectional(&mut stream, &mut behind).await });
                }
                _ => stream.write_all(b"HTTP/1.1 407 Who is that\r\n\r\n").await.unwrap(),
            }
        }
    });
    (address, asked)
}

/// It is told the address that was checked; what has none but a private one is refused before it is asked at all.
#[tokio::test]
async fn a_proxy_that_is_named_is_led_to_the_address_that_was_checked() {
    // a:b, as RFC 7617 writes it.
    let (address, asked) = tunnels("YTpi").await;
    let proxy = |user: &str| Some(format!("http://{user}{address}").parse().unwrap());
    let world = World::behind(proxy("a:b@"), Duration::ZERO, ["127.0.0.2", "127.0.0.2", "127.0.0.1"]).await;
    let connect = format!("CONNECT 127.0.0.2:{} HTTP/1.1", world.port);
    for _ in 0..2 {
        assert_eq!(world.call().await.as_deref(), Ok("127.0.0.2"));
    }
    assert_eq!(world.call().await, Err(Unreachable::Private));
    assert_eq!(*asked.lock().unwrap(), [connect], "one tunnel, kept for both");
    assert_eq!(world.connections(), [0, 1, 0]);

    let nobody = World::behind(proxy(""), Duration::ZERO, ["127.0.0.2"]).await;
    assert_eq!(nobody.call().await.as_deref(), Ok("ConnectionRefused"), "nothing left");
    assert_eq!((asked.lock().unwrap().len(), nobody.connections()), (2, [0, 0, 0]));
}

/// A server that takes a connection and says nothing more has been sent nothing.
#[tokio::test(start_paused = true)]
async fn who_does_not_shake_hands_is_sent_nothing() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let tls = tls(&Arc::new(ring::default_provider())).unwrap();
    let tls = tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let client = super::client(Connector::new(tls, vec![listener.local_addr().unwrap()], None));
    let mut request = Request::new(Full::<Bytes>::default());
    *request.uri_mut() = "https://name.test/".parse().unwrap();
    let bounds = Exchange { head: PATIENCE, whole: PATIENCE, body: 100 };
    let error = exchange(&client, request.clone(), bounds).await.map(|answer| answer.body).unwrap_err();
    assert!(matches!(error, wasmtime_wasi_http::Error::ConnectionTimeout), "{error:?}");
    // Nobody there is another thing than nobody who speaks.
    drop(listener);
    let bounds = Exchange { head: PATIENCE, whole: PATIENCE, body: 100 };
    let error = exchange(&client, request, bounds).await.map(|answer| answer.body).unwrap_err();
    assert!(matches!(error, wasmtime_wasi_http::Error::ConnectionRefused), "{error:?}");
}
