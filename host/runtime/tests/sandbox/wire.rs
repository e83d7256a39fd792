//! A provider that speaks TLS and nothing else: it keeps every byte that came, and answers with the bytes that it was told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use lockgate_runtime::HostMap;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::provider::{HOST, tls};

/// Bytes that are kept of one connection.
const KEPT: usize = 1 << 20;

/// What a request is answered with.
#[derive(Clone, Debug)]
pub enum Reply {
    /// These bytes; the connection stays open.
    Stays(Vec<u8>),
    /// These bytes, and the connection is closed.
    Closes(Vec<u8>),
    /// These bytes, and then those again and again until nobody reads them.
    Endless(Vec<u8>, Vec<u8>),
}

pub struct Wire {
    pub address: SocketAddr,
    ca_pem: String,
    shared: Arc<Shared>,
}

struct Shared {
    reply: Mutex<Reply>,
    received: Mutex<Vec<Vec<u8>>>,
}

impl Wire {
    /// One that offers these protocols.
    pub async fn start(protocols: &[&[u8]]) -> Self {
        let (ca_pem, acceptor) = tls(HOST, protocols);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { reply: Mutex::new(fine()), received: Mutex::default() });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&serving)));
            }
        });
        Self { address, ca_pem, shared }
    }

    /// Leads the plugin's provider here.
    pub fn map(&self) -> HostMap {
        HostMap { host: HOST.into(), address: self.address, ca_pem: self.ca_pem.clone().into_bytes() }
    }

    /// Answers so from now on.
    pub fn replies(&self, reply: Reply) {
        *self.shared.reply.lock().unwrap() = reply;
    }

    /// Answers 200 again.
    pub fn is_fine(&self) {
        self.replies(fine());
    }

    /// What came, by connection.
    pub fn received(&self) -> Vec<Vec<u8>> {
        self.shared.received.lock().unwrap().clone()
    }
}

fn fine() -> Reply {
    Reply::Stays(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec())
}

/// How many bytes at the beginning are one request; none while it is not whole.
pub fn one_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let whole = head + length.unwrap_or_default();
    (bytes.len() >= whole).then_some(whole)
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let connection = {
        let mut received = shared.received.lock().unwrap();
        received.push(Vec::new());
        received.len() - 1
    };
    let mut read = 0;
    let mut buffer = vec![0; 16 << 10];
    loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return };
        let whole = {
            let mut received = shared.received.lock().unwrap();
            let all = &mut received[connection];
            let room = KEPT.saturating_sub(all.len()).min(count);
            all.extend_from_slice(&buffer[..room]);
            one_request(&all[read..]).inspect(|length| read += length).is_some()
        };
        if whole {
            let reply = shared.reply.lock().unwrap().clone();
            if !answer(&mut stream, reply).await {
                return;
            }
        }
    }
}

/// Whether the connection stays open.
async fn answer(stream: &mut TlsStream<TcpStream>, reply: Reply) -> bool {
    match reply {
        Reply::Stays(bytes) => stream.write_all(&bytes).await.is_ok() && stream.flush().await.is_ok(),
        Reply::Closes(bytes) => {
            drop(stream.write_all(&bytes).await);
            drop(stream.shutdown().await);
            false
        }
        Reply::Endless(first, again) => {
            // Many at once, so that the flood is one of frames and not of system calls.
            let many = again.repeat((64 << 10) / again.len() + 1);
            let (mut reads, mut writes) = tokio::io::split(stream);
            let flood = async {
                if writes.write_all(&first).await.is_ok() {
                    while writes.write_all(&many).await.is_ok() {}
                }
            };
            let swallow = async {
                let mut buffer = vec![0; 16 << 10];
                while let Ok(1..) = reads.read(&mut buffer).await {}
            };
            tokio::select! { () = flood => {}, () = swallow => {} }
            false
        }
    }
}
