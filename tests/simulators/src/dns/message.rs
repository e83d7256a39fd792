//! Messages of the DNS (RFC 1035 section 4): one question is read, its answer written.

use std::net::IpAddr;

use super::Reply;

/// Bytes of a message's header.
const HEADER: usize = 12;
/// Class IN.
const IN: u16 = 1;
/// Seconds for which an answer may be kept: so short that whoever asks again gets another turn.
const TTL: u32 = 1;

/// What is asked about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Addresses of version 4.
    A,
    /// Addresses of version 6 (RFC 3596).
    Aaaa,
    /// Another type of record, of which there is none.
    Other(u16),
}

impl Kind {
    fn code(self) -> u16 {
        match self {
            Self::A => 1,
            Self::Aaaa => 28,
            Self::Other(code) => code,
        }
    }
}

/// One question.
#[derive(Debug)]
pub(super) struct Question {
    id: [u8; 2],
    /// In lower case, without a dot at its end.
    pub(super) name: String,
    /// The name as it was written, which an answer repeats.
    written: Vec<u8>,
    pub(super) kind: Kind,
}

impl Question {
    /// Reads a message with one question; none for any other.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let id = [*message.first()?, *message.get(1)?];
        if message.get(4..6)? != [0, 1] {
            return None;
        }
        let mut rest = message.get(HEADER..)?;
        let (mut labels, mut written) = (Vec::new(), Vec::new());
        loop {
            let (length, behind) = rest.split_first()?;
            written.push(*length);
            if *length == 0 {
                rest = behind;
                break;
            }
            // A pointer has nothing to point at in a question.
            if *length > 63 {
                return None;
            }
            let label = behind.get(..usize::from(*length))?;
            written.extend_from_slice(label);
            labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
            rest = behind.get(usize::from(*length)..)?;
        }
        let kind = match u16::from_be_bytes([*rest.first()?, *rest.get(1)?]) {
            1 => Kind::A,
            28 => Kind::Aaaa,
            other => Kind::Other(other),
        };
        Some(Self { id, name: labels.join("."), written, kind })
    }
}

/// The answer to a question; none where nothing is to be said.
pub(super) fn answer(question: &Question, reply: &Reply) -> Option<Vec<u8>> {
    let (code, alias, addresses): (u8, Option<&str>, &[IpAddr]) = match reply {
        Reply::Addresses(addresses) => (0, None, addresses),
        Reply::Alias(name, addresses) => (0, Some(name), addresses),
        Reply::NoSuchName => (3, None, &[]),
        Reply::Failure => (2, None, &[]),
        Reply::Silence => return None,
        Reply::Garbage(bytes) => return Some([&question.id, bytes.as_slice()].concat()),
    };
    let wanted = addresses.iter().filter(|address| match question.kind {
        Kind::A => address.is_ipv4(),
        Kind::Aaaa => address.is_ipv6(),
        Kind::Other(_) => false,
    });
    let mut records = Vec::new();
    let mut count: u16 = 0;
    // A pointer to the question's name, and where it has another name, that one.
    let mut owner = vec![0xc0, 12];
    if let Some(alias) = alias {
        let name = written(alias);
        record(&mut records, &owner, 5, &name);
        count += 1;
        owner = name;
    }
    for address in wanted {
        match address {
            IpAddr::V4(address) => record(&mut records, &owner, 1, &address.octets()),
            IpAddr::V6(address) => record(&mut records, &owner, 28, &address.octets()),
        }
        count += 1;
    }
    let mut message = Vec::from(question.id);
    // A response; recursion desired and available.
    message.extend([0x81, 0x80 | code, 0, 1]);
    message.extend(count.to_be_bytes());
    message.extend([0, 0, 0, 0]);
    message.extend(&question.written);
    message.extend(question.kind.code().to_be_bytes());
    message.extend(IN.to_be_bytes());
    message.extend(records);
    Some(message)
}

fn record(records: &mut Vec<u8>, owner: &[u8], kind: u16, data: &[u8]) {
    records.extend(owner);
    records.extend(kind.to_be_bytes());
    records.extend(IN.to_be_bytes());
    records.extend(TTL.to_be_bytes());
    records.extend(u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
    records.extend(data);
}

fn written(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.').filter(|label| !label.is_empty()) {
        let label = label.as_bytes().get(..label.len().min(63)).unwrap_or_default();
        bytes.push(u8::try_from(label.len()).unwrap_or(63));
        bytes.extend(label);
    }
    bytes.push(0);
    bytes
}

/// A message without its records, and with the mark that there are more (TC).
pub(super) fn cut(message: &[u8]) -> Vec<u8> {
    let mut short = message.get(..HEADER).unwrap_or_default().to_vec();
    let name = message.get(HEADER..).unwrap_or_default();
    let name = name.split_inclusive(|byte| *byte == 0).next().unwrap_or_default();
    if let [_, _, flags, _, _, _, answers @ ..] = short.as_mut_slice() {
        *flags |= 2;
        answers.fill(0);
    }
    short.extend(name);
    short.extend(message.get(HEADER + name.len()..HEADER + name.len() + 4).unwrap_or_default());
    short
}
