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

/// What every HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

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

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    One,
    Two,
}

pub struct Wire {
    pub address: SocketAddr,
    ca_pem: String,
    shared: Arc<Shared>,
}

struct Shared {
    version: Version,
    reply: Mutex<Reply>,
    received: Mutex<Vec<Vec<u8>>>,
}

impl Wire {
    pub async fn start(version: Version) -> Self {
        let protocol: &[u8] = if version == Version::One { b"http/1.1" } else { b"h2" };
        let (ca_pem, acceptor) = tls(HOST, &[protocol]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { version, reply: Mutex::new(fine(version)), received: Mutex::default() });
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
        self.replies(fine(self.shared.version));
    }

    /// What came, by connection.
    pub fn received(&self) -> Vec<Vec<u8>> {
        self.shared.received.lock().unwrap().clone()
    }
}

fn fine(version: Version) -> Reply {
    Reply::Stays(match version {
        Version::One => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".to_vec(),
        // `:status: 200` is the eighth of HPACK's static table.
        Version::Two => frame(1, 0x5, 1, &[0x88]),
    })
}

/// One frame of HTTP/2.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// The frames that a client sent: kind, flags, stream, payload.
pub fn frames(mut bytes: &[u8]) -> Vec<(u8, u8, u32, Vec<u8>)> {
    bytes = bytes.strip_prefix(PREFACE).unwrap_or_default();
    let mut found = Vec::new();
    while let Some((head, rest)) = bytes.split_first_chunk::<9>() {
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let Some((payload, rest)) = rest.split_at_checked(length) else { break };
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        found.push((head[3], head[4], stream, payload.to_vec()));
        bytes = rest;
    }
    found
}

/// How many bytes at the beginning are one request; none while it is not whole.
pub fn request_one(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    let whole = head + length.unwrap_or_default();
    (bytes.len() >= whole).then_some(whole)
}

/// The streams that the client has ended, in order.
fn requests_two(bytes: &[u8]) -> Vec<u32> {
    let ended =
        |(kind, flags, stream, _): (u8, u8, u32, Vec<u8>)| (matches!(kind, 0 | 1) && flags & 1 == 1).then_some(stream);
    frames(bytes).into_iter().filter_map(ended).collect()
}

/// The same frames, with another stream in the place of the first.
fn on_stream(bytes: &[u8], stream: u32) -> Vec<u8> {
    let of = |(kind, flags, of, payload): (u8, u8, u32, Vec<u8>)| {
        frame(kind, flags, if of == 1 { stream } else { of }, &payload)
    };
    frames(&[PREFACE, bytes].concat()).into_iter().flat_map(of).collect()
}

impl Reply {
    fn on_stream(self, stream: u32) -> Self {
        match self {
            Self::Stays(bytes) => Self::Stays(on_stream(&bytes, stream)),
            Self::Closes(bytes) => Self::Closes(on_stream(&bytes, stream)),
            Self::Endless(first, again) => Self::Endless(on_stream(&first, stream), on_stream(&again, stream)),
        }
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    let Ok(mut stream) = acceptor.accept(stream).await else { return };
    let connection = {
        let mut received = shared.received.lock().unwrap();
        received.push(Vec::new());
        received.len() - 1
    };
    if shared.version == Version::Two && stream.write_all(&frame(4, 0, 0, &[])).await.is_err() {
        return;
    }
    let (mut read, mut answered) = (0, 0);
    let mut buffer = vec![0; 16 << 10];
    loop {
        let Ok(count @ 1..) = stream.read(&mut buffer).await else { return };
        let whole = {
            let mut received = shared.received.lock().unwrap();
            let all = &mut received[connection];
            let room = KEPT.saturating_sub(all.len()).min(count);
            all.extend_from_slice(&buffer[..room]);
            match shared.version {
                Version::One => request_one(&all[read..]).map(|length| {
                    read += length;
                    1
                }),
                Version::Two => requests_two(all).get(answered).copied(),
            }
        };
        if let Some(request) = whole {
            answered += 1;
            let mut reply = shared.reply.lock().unwrap().clone();
            if shared.version == Version::Two {
                reply = reply.on_stream(request);
            }
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
