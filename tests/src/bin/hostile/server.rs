//! TLS servers that keep books: the canary, which every permitted request arrives at, and one that answers as no provider should.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use lockgate_tests::tls;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// The longest request that is read, guests' whole memories included.
const LONGEST: usize = 64 << 20;

/// Time between two bytes of a slow answer.
const TRICKLE: Duration = Duration::from_millis(150);

/// A running server. Clones share its books.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) ca_pem: String,
    books: Arc<Mutex<Vec<Arrived>>>,
}

/// One request as it arrived.
#[derive(Clone)]
pub(crate) struct Arrived {
    /// Request line and headers.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
        lines
            .map(|(given, value)| (given, value.trim()))
            .find(|(given, _)| given.eq_ignore_ascii_case(name))
            .map(|p| p.1)
    }

    /// Method and target.
    fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn holds(&self, text: &str) -> bool {
        self.head.contains(text) || lockgate_tests::scan::holds(&self.body, text.as_bytes())
    }
}

impl Server {
    /// Serves under a certificate for these names, which its own authority vouches for.
    pub(crate) async fn start(names: &[&str]) -> Self {
        let (ca_pem, acceptor) = tls(names);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { address: listener.local_addr().unwrap(), ca_pem, books: Arc::default() };
        let books = server.books.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, books) = (acceptor.clone(), books.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        // A guest that is cut off is what is tested.
                        drop(serve(stream, &books).await);
                    }
                });
            }
        });
        server
    }

    /// Requests that hold a text anywhere.
    pub(crate) fn holding(&self, text: &str) -> Vec<Arrived> {
        self.books.lock().unwrap().iter().filter(|arrived| arrived.holds(text)).cloned().collect()
    }

    /// Every request.
    pub(crate) fn all(&self) -> Vec<Arrived> {
        self.books.lock().unwrap().clone()
    }
}

/// One request after the other, until the client is gone.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, books: &Mutex<Vec<Arrived>>) -> std::io::Result<()> {
    let mut buffer = Vec::new();
    loop {
        let end = loop {
            if let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if buffer.len() > LONGEST || stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
        let mut arrived = Arrived { head, body: Vec::new() };
        let length: usize = arrived.header("content-length").and_then(|value| value.parse().ok()).unwrap_or_default();
        while buffer.len() < (end + 4 + length).min(LONGEST) {
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        }
        arrived.body = buffer[end + 4..(end + 4 + length).min(buffer.len())].to_vec();
        buffer.drain(..(end + 4 + length).min(buffer.len()));
        books.lock().unwrap().push(arrived.clone());
        answer(&mut stream, &arrived).await?;
        stream.flush().await?;
    }
}

/// Answers as the path says; what it does not know is answered well.
async fn answer(stream: &mut (impl AsyncWrite + Unpin), request: &Arrived) -> std::io::Result<()> {
    let path = request.target().split('?').next().unwrap_or_default();
    let mut segments = path.split('/').skip(1);
    let (how, which) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    let token = request.header("x-token").unwrap_or_default();
    match how {
        // Where to is what the request asks for.
        "redirect" => {
            let to = request.header("x-to").unwrap_or_default();
            let head = format!("HTTP/1.1 {which} Redirect\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        "endless" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            let piece = format!("10000\r\n{}\r\n", "x".repeat(0x1_0000));
            loop {
                stream.write_all(piece.as_bytes()).await?;
            }
        }
        "packed" => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {which}\r\ncontent-length: 4\r\n\r\n");
            stream.write_all(head.as_bytes()).await?;
            stream.write_all(&[0x1f, 0x8b, 8, 0]).await
        }
        "headers" => {
            let many: usize = which.parse().unwrap_or_default();
            let headers: String = (0..many).map(|n| format!("x-{n}: 1\r\n")).collect();
            stream.write_all(format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n").as_bytes()).await
        }
        "long-header" => {
            let long = "x".repeat(which.parse().unwrap_or_default());
            stream.write_all(format!("HTTP/1.1 200 OK\r\nx-long: {long}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await
        }
        "trickle" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await?;
            loop {
                stream.write_all(b"x").await?;
                stream.flush().await?;
                tokio::time::sleep(TRICKLE).await;
            }
        }
        "silence" => std::future::pending().await,
        "broken-off" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf of it").await?;
            stream.flush().await?;
            Err(std::io::ErrorKind::ConnectionAborted.into())
        }
        "two-lengths" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde").await
        }
        "interim" => loop {
            stream.write_all(b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n").await?;
            stream.flush().await?;
            tokio::time::sleep(TRICKLE / 10).await;
        },
        "cookie" => well(stream, "set-cookie: session=x\r\nx-other: kept\r\n", "").await,
        "echo-header" => well(stream, &format!("x-echo: {token}\r\n"), "").await,
        "echo" => well(stream, "", &spelt(which, token, request.target())).await,
        _ => well(stream, "", "fine").await,
    }
}

async fn well(stream: &mut (impl AsyncWrite + Unpin), headers: &str, body: &str) -> std::io::Result<()> {
    let answer = format!("HTTP/1.1 200 OK\r\n{headers}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await
}

/// A credential in the spelling that is asked for.
fn spelt(how: &str, token: &str, target: &str) -> String {
    match how {
        "base64" => base64::engine::general_purpose::STANDARD.encode(format!("Bearer {token}")),
        "base64url" => base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("x{token}")),
        "hex" => hex::encode(token),
        "percent" => token.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        "json" => token.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect(),
        "html" => token.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        "upper" => token.to_uppercase(),
        // The derived value, which stands in the query.
        "target" => target.to_owned(),
        _ => format!("before {token} behind"),
    }
}
