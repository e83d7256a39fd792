//! A name server that answers as it is told: for names whose answers change, lie, point to this machine or do not come.
//!
//! It speaks what a stub resolver asks (RFC 1035, one question, A and AAAA), over UDP and TCP on one loopback port, and knows
//! nothing of any resolver's library.
//!
//! ```no_run
//! use lockgate_simulators::dns::{NameServer, Reply};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let names = NameServer::start().await?;
//! names.answer("good.test", [Reply::addresses(["198.51.100.1"])]);
//! // Another answer the second time, and that one from then on.
//! names.answer("changing.test", [Reply::addresses(["198.51.100.1"]), Reply::addresses(["127.0.0.1"])]);
//! // Everything below a name.
//! names.answer("*.private.test", [Reply::addresses(["10.0.0.1", "fd00::1"])]);
//! names.answer("silent.test", [Reply::Silence]);
//! println!("--egress-name-server {}", names.address());
//! # Ok(())
//! # }
//! ```

mod message;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::AbortHandle;

pub use message::Kind;
use message::Question;

/// How often a port that is free for UDP and TCP alike is looked for.
const ATTEMPTS: usize = 16;
/// The most that is sent over UDP (RFC 1035 section 4.2.1); what is longer is cut, and asked for again over TCP.
const UDP: usize = 512;

/// What is answered to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// These addresses: those of version 4 where A is asked for, those of version 6 where AAAA is.
    Addresses(Vec<IpAddr>),
    /// Another name, with that one's addresses beside it as a resolving server gives them.
    Alias(String, Vec<IpAddr>),
    /// There is no such name (NXDOMAIN).
    NoSuchName,
    /// The server fails (SERVFAIL).
    Failure,
    /// Nothing at all.
    Silence,
    /// Bytes that are no answer, after the id of the question.
    Garbage(Vec<u8>),
}

impl Reply {
    /// Addresses, as they are written.
    ///
    /// # Panics
    ///
    /// Where one of them is no IP address.
    #[allow(clippy::panic, reason = "a script that cannot be read ends its test")]
    pub fn addresses<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Addresses(read(texts))
    }

    /// Another name with its addresses.
    ///
    /// # Panics
    ///
    /// As for [`Reply::addresses`].
    pub fn alias<'a>(name: &str, texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Alias(name.to_owned(), read(texts))
    }
}

#[allow(clippy::panic, reason = "a script that cannot be read ends its test")]
fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<IpAddr> {
    texts.into_iter().map(|text| text.parse().unwrap_or_else(|_| panic!("{text} is no IP address"))).collect()
}

/// One question as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The name, in lower case, without a dot at its end.
    pub name: String,
    /// What of it.
    pub kind: Kind,
}

/// The server. It stops when it is dropped.
#[derive(Debug)]
pub struct NameServer {
    address: SocketAddr,
    script: Arc<Script>,
    tasks: [AbortHandle; 2],
}

#[derive(Debug, Default)]
struct Script {
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    replies: HashMap<String, Vec<Reply>>,
    turns: HashMap<(String, Kind), usize>,
    asked: Vec<Asked>,
}

impl NameServer {
    /// Listens on a free port of 127.0.0.1. Until it is told otherwise there is no name that it knows.
    ///
    /// # Errors
    ///
    /// Where it cannot listen.
    pub async fn start() -> io::Result<Self> {
        let (udp, tcp) = sockets().await?;
        let (address, script) = (udp.local_addr()?, Arc::<Script>::default());
        let datagrams = tokio::spawn(datagrams(udp, Arc::clone(&script))).abort_handle();
        let streams = tokio::spawn(streams(tcp, Arc::clone(&script))).abort_handle();
        Ok(Self { address, script, tasks: [datagrams, streams] })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Tells it what to answer about a name, or about everything below one (`*.name`), to its first question of a kind, its
    /// second, and so on; the last reply stays. What it was told of the name before is forgotten.
    pub fn answer(&self, name: &str, replies: impl IntoIterator<Item = Reply>) {
        let mut told = self.script.told();
        told.turns.retain(|(other, _), _| other != name);
        told.replies.insert(name.to_ascii_lowercase(), replies.into_iter().collect());
    }

    /// Every question so far, in the order of their arrival.
    pub fn asked(&self) -> Vec<Asked> {
        self.script.told().asked.clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

impl Script {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to a message; none where nothing is answered.
    fn respond(&self, message: &[u8]) -> Option<Vec<u8>> {
        let question = Question::read(message)?;
        let reply = self.reply(&question);
        message::answer(&question, &reply)
    }

    fn reply(&self, question: &Question) -> Reply {
        let mut told = self.told();
        told.asked.push(Asked { name: question.name.clone(), kind: question.kind });
        let mut known = question.name.clone();
        let mut rest = question.name.as_str();
        while !told.replies.contains_key(&known) {
            let Some((_, parent)) = rest.split_once('.') else { return Reply::NoSuchName };
            (known, rest) = (format!("*.{parent}"), parent);
        }
        // By the name that was asked for, so that each name below one has its own turns.
        let turn = told.turns.entry((question.name.clone(), question.kind)).or_default();
        let index = *turn;
        *turn += 1;
        let replies = told.replies.get(&known).map(Vec::as_slice).unwrap_or_default();
        replies.get(index).or(replies.last()).cloned().unwrap_or(Reply::NoSuchName)
    }
}

async fn sockets() -> io::Result<(UdpSocket, TcpListener)> {
    let mut attempt = 0;
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(error) if attempt == ATTEMPTS => return Err(error),
            Err(_) => attempt += 1,
        }
    }
}

async fn datagrams(socket: UdpSocket, script: Arc<Script>) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        let Some(answer) = buffer.get(..length).and_then(|message| script.respond(message)) else { continue };
        let answer = if answer.len() > UDP { message::cut(&answer) } else { answer };
        // Who asked and went away asks again.
        let _ = socket.send_to(&answer, from).await;
    }
}

async fn streams(listener: TcpListener, script: Arc<Script>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&script)));
    }
}

async fn serve(mut stream: TcpStream, script: Arc<Script>) -> io::Result<()> {
    loop {
        let mut message = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut message).await?;
        let Some(answer) = script.respond(&message) else { continue };
        // What is longer than a message can be is cut where a length cannot say it.
        let length = u16::try_from(answer.len()).unwrap_or(u16::MAX);
        stream.write_u16(length).await?;
        stream.write_all(answer.get(..usize::from(length)).unwrap_or_default()).await?;
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpStream, UdpSocket};

    use super::{NameServer, Reply};

    /// A question for A, written by hand (RFC 1035 section 4).
    fn question(labels: &[&str]) -> Vec<u8> {
        let mut message = vec![0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        for label in labels {
            message.push(u8::try_from(label.len()).unwrap());
            message.extend(label.as_bytes());
        }
        message.extend([0, 0, 1, 0, 1]);
        message
    }

    async fn ask(server: &NameServer, labels: &[&str]) -> Vec<u8> {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.send_to(&question(labels), server.address()).await.unwrap();
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).await.unwrap();
        buffer[..length].to_vec()
    }

    #[tokio::test]
    async fn it_answers_in_turn_and_by_kind() {
        let server = NameServer::start().await.unwrap();
        let replies = [["192.0.2.1", "::1"], ["192.0.2.2", "::2"]].map(Reply::addresses);
        server.answer("a.test", replies);
        for last in [1, 2, 2] {
            let answer = ask(&server, &["A", "test"]).await;
            assert_eq!((&answer[..4], answer[7]), (&[0x12, 0x34, 0x81, 0x80][..], 1));
            assert!(answer.ends_with(&[0, 4, 192, 0, 2, last]), "{answer:?}");
        }
        assert_eq!(server.asked().len(), 3);
        assert_eq!(server.asked()[0].name, "a.test");
        server.answer("*.b.test", [Reply::alias("c.test", ["192.0.2.9"])]);
        let aliased = ask(&server, &["x", "y", "b", "test"]).await;
        assert!(aliased[7] == 2 && aliased.ends_with(&[192, 0, 2, 9]), "{aliased:?}");
        assert_eq!(ask(&server, &["unknown", "test"]).await[3] & 15, 3, "NXDOMAIN");
    }

    #[tokio::test]
    async fn what_is_too_long_for_a_datagram_is_cut_and_whole_over_tcp() {
        let server = NameServer::start().await.unwrap();
        let many = (0..2000u16).map(|n| std::net::Ipv4Addr::new(192, 0, (n >> 8) as u8, n as u8).into()).collect();
        server.answer("giant.test", [Reply::Addresses(many)]);
        let cut = ask(&server, &["giant", "test"]).await;
        assert!(cut.len() < 100 && cut[2] & 2 == 2, "TC is set");
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let question = question(&["giant", "test"]);
        stream.write_u16(u16::try_from(question.len()).unwrap()).await.unwrap();
        stream.write_all(&question).await.unwrap();
        let mut whole = vec![0; usize::from(stream.read_u16().await.unwrap())];
        stream.read_exact(&mut whole).await.unwrap();
        assert_eq!(u16::from_be_bytes([whole[6], whole[7]]), 2000);
    }
}
