//! Names of hosts, read in one way wherever one is written: in a manifest, in a setting, in a guest's address.
//!
//! A name that exists as a [`HostName`] has one spelling: lower case, every label as the DNS carries it (A-labels, RFC 5890).
//! What has several spellings, or could be read as an address, is no name.

use std::fmt;

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// The port of https.
pub const HTTPS: u16 = 443;

/// The full name of a host: at least two labels, none of which makes it an address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostName(String);

/// A host and its port, written `name` where that is [`HTTPS`] and `name:port` for any other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// Its name.
    pub host: HostName,
    /// Its port, at least 1.
    pub port: u16,
}

/// Why a text is not read as a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostProblem {
    /// An address, in whatever spelling: decimal, octal, hexadecimal, short, in brackets, with a zone.
    #[error("it is an address; a host is called by its name")]
    Address,
    /// The root's dot.
    #[error("it ends with a dot; write the name without it")]
    Dot,
    /// A user name before the host.
    #[error("it has a user name")]
    UserName,
    /// One label.
    #[error("it is no full name such as api.example.com")]
    Short,
    /// What UTS 46 does not convert, or converts to what is no name.
    #[error("it is no host name")]
    Unreadable,
    /// What stands behind the colon.
    #[error("its port is not written as a number from 1 to 65535")]
    Port,
    /// More than a host: another scheme, a path, a query.
    #[error("it is more than a host; write name, name:port or https://name:port")]
    More,
}

impl HostName {
    /// Reads a name in any spelling that people or providers use: any case, Unicode or punycode.
    ///
    /// # Errors
    ///
    /// [`HostProblem`]
    pub fn read(text: &str) -> Result<Self, HostProblem> {
        if text.contains('@') {
            return Err(HostProblem::UserName);
        }
        if text.starts_with('[') || text.contains('%') {
            return Err(HostProblem::Address);
        }
        // UTS 46 reads the full stops of other scripts as dots, too.
        if text.ends_with(['.', '\u{3002}', '\u{ff0e}', '\u{ff61}']) {
            return Err(HostProblem::Dot);
        }
        let ascii = Uts46::new()
            .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::CheckFirstLast, DnsLength::Verify)
            .map_err(|_| HostProblem::Unreadable)?;
        let last = ascii.rsplit('.').next().unwrap_or_default();
        if is_number(last) {
            return Err(HostProblem::Address);
        }
        if !ascii.contains('.') {
            return Err(HostProblem::Short);
        }
        Ok(Self(ascii.into_owned()))
    }

    /// In lower case, of A-labels.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a name that ends with this label is read as an IPv4 address by somebody (WHATWG URL, "ends in a number").
fn is_number(label: &str) -> bool {
    let digits = |text: &str, base: fn(char) -> bool| text.chars().all(base);
    (!label.is_empty() && digits(label, |c| c.is_ascii_digit()))
        || label.strip_prefix("0x").is_some_and(|rest| digits(rest, |c| c.is_ascii_hexdigit()))
}

impl Endpoint {
    /// Reads `name` or `name:port`.
    ///
    /// # Errors
    ///
    /// [`HostProblem`]
    pub fn read(text: &str) -> Result<Self, HostProblem> {
        if text.contains(['/', '?', '#', '\\']) {
            return Err(HostProblem::More);
        }
        // Of an address of version 6 this makes halves that are no names either.
        let (host, port) = text.rsplit_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
        let host = HostName::read(host)?;
        let port = match port {
            None => HTTPS,
            // In one spelling only: no sign, no zero before it.
            Some(text) => text
                .parse::<u16>()
                .ok()
                .filter(|port| *port > 0 && port.to_string() == text)
                .ok_or(HostProblem::Port)?,
        };
        Ok(Self { host, port })
    }

    /// Reads what an admin fills in where a host is asked for: `name`, `name:port`, or the same behind `https://`, with or without
    /// a last slash.
    ///
    /// # Errors
    ///
    /// [`HostProblem`]
    pub fn of_setting(text: &str) -> Result<Self, HostProblem> {
        let text = text.trim();
        match text.get(..8) {
            Some(scheme) if scheme.eq_ignore_ascii_case("https://") => {
                let rest = text.get(8..).unwrap_or_default();
                Self::read(rest.strip_suffix('/').unwrap_or(rest))
            }
            _ => Self::read(text),
        }
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            HTTPS => write!(f, "{}", self.host),
            port => write!(f, "{}:{port}", self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Endpoint, HostName, HostProblem};

    fn read(text: &str) -> Result<String, HostProblem> {
        HostName::read(text).map(|name| name.to_string())
    }

    #[test]
    fn a_name_has_one_spelling() {
        for (text, name) in [
            ("api.example.com", "api.example.com"),
            ("API.Example.COM", "api.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"),
            ("ａｐｉ．example。com", "api.example.com"),
            ("r3---sn.example.com", "r3---sn.example.com"),
            ("3.com", "3.com"),
            ("1.2.3.4.example", "1.2.3.4.example"),
            ("0x7f.example", "0x7f.example"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(name), "{text}");
        }
    }

    #[test]
    fn no_spelling_of_an_address_is_a_name() {
        for text in [
            "127.0.0.1",
            "127.1",
            "127.0.1",
            "2130706433",
            "0x7f000001",
            "0x7f.0.0.1",
            "0x7f.1",
            "0X7F.1",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.0x1",
            "127.0.0.0x",
            "１２７．０．０．１",
            "１２７。０。０。１",
            "127.0.0.①",
            "ⅹ.127",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "::1",
            "::ffff:7f00:1",
            "fe80::1%eth0",
            "[fe80::1%25eth0]",
            "%31%32%37.0.0.1",
            "169.254.169.254",
            "256.256.256.256",
            "a.1",
        ] {
            let refused = read(text).expect_err(text);
            assert!(matches!(refused, HostProblem::Address | HostProblem::Unreadable), "{text}: {refused:?}");
            assert!(Endpoint::read(text).is_err() && Endpoint::of_setting(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_does_not_convert_is_no_name() {
        for (text, problem) in [
            ("api.example.com.", HostProblem::Dot),
            ("api.example.com\u{3002}", HostProblem::Dot),
            ("127.0.0.1.", HostProblem::Dot),
            ("user@api.example.com", HostProblem::UserName),
            ("a:b@api.example.com", HostProblem::UserName),
            ("localhost", HostProblem::Short),
            ("com", HostProblem::Short),
            ("", HostProblem::Unreadable),
            (".", HostProblem::Dot),
            ("a..example.com", HostProblem::Unreadable),
            (".example.com", HostProblem::Unreadable),
            ("-a.example.com", HostProblem::Unreadable),
            ("a-.example.com", HostProblem::Unreadable),
            ("a_b.example.com", HostProblem::Unreadable),
            ("a b.example.com", HostProblem::Unreadable),
            ("a*.example.com", HostProblem::Unreadable),
            ("a,b.example.com", HostProblem::Unreadable),
            // Punycode that is none, of what needs none, and of what is not in the one form.
            ("xn--a.example", HostProblem::Unreadable),
            ("xn--.example", HostProblem::Unreadable),
            ("xn--example-.com", HostProblem::Unreadable),
            ("xn--\u{fc}.example", HostProblem::Unreadable),
            ("a\0.example.com", HostProblem::Unreadable),
            ("a\n.example.com", HostProblem::Unreadable),
        ] {
            assert_eq!(read(text), Err(problem), "{text:?}");
        }
        assert_eq!(read(&format!("{}.example.com", "a".repeat(64))), Err(HostProblem::Unreadable));
        assert_eq!(read(&["a"; 128].join(".")), Err(HostProblem::Unreadable));
    }

    #[test]
    fn a_port_is_written_once_and_left_out_where_it_is_the_ordinary_one() {
        let read = |text: &str| Endpoint::read(text).map(|endpoint| endpoint.to_string());
        assert_eq!(read("API.example.com").as_deref(), Ok("api.example.com"));
        assert_eq!(read("api.example.com:443").as_deref(), Ok("api.example.com"));
        assert_eq!(read("api.example.com:8443").as_deref(), Ok("api.example.com:8443"));
        for text in [
            "api.example.com:",
            "api.example.com:0",
            "api.example.com:08443",
            "api.example.com:+1",
            "api.example.com:65536",
            "api.example.com:443x",
            "api.example.com: 1",
        ] {
            assert_eq!(read(text), Err(HostProblem::Port), "{text}");
        }
        assert_eq!(read("api.example.com:8443:1"), Err(HostProblem::Unreadable));
        assert_eq!(read("api.example.com/x"), Err(HostProblem::More));
    }

    #[test]
    fn a_setting_is_a_host_alone_or_behind_https() {
        let read = |text: &str| Endpoint::of_setting(text).map(|endpoint| endpoint.to_string());
        for text in [
            "matrix.example.org",
            " Matrix.example.org ",
            "https://matrix.example.org",
            "HTTPS://matrix.example.org/",
            "https://matrix.example.org:443",
        ] {
            assert_eq!(read(text).as_deref(), Ok("matrix.example.org"), "{text}");
        }
        assert_eq!(read("https://matrix.example.org:8448/").as_deref(), Ok("matrix.example.org:8448"));
        for text in [
            "http://matrix.example.org",
            "https://matrix.example.org/_matrix",
            "https://matrix.example.org//",
            "https://matrix.example.org?x",
            "https:///x",
            "ftp://a.example",
            "https://u:p@matrix.example.org",
            "//matrix.example.org",
            "https://",
            "",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_name_reads_as_itself(text in "\\PC{0,40}") {
            if let Ok(name) = HostName::read(&text) {
                prop_assert_eq!(HostName::read(name.as_str()), Ok(name.clone()));
                prop_assert!(name.as_str().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c)));
            }
        }
    }
}
