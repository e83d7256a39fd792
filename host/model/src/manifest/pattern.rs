//! Which hosts and paths an egress rule covers, and where in a path the host writes a segment of its own.

use serde::{Deserialize, Serialize};

/// The host of an egress rule: a name, `*.name` for everything below one, both with `:port` behind where it is not the ordinary one
/// of https; or `{settings.key}` for the host that an admin fills in as this setting. Names are in lower case, of A-labels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HostPattern(pub(super) String);

impl HostPattern {
    /// As it is written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key of the setting that holds the host; none where the manifest names it.
    pub fn setting(&self) -> Option<&str> {
        self.0.strip_prefix("{settings.")?.strip_suffix('}')
    }

    /// Whether a host, as an [`Endpoint`](crate::host_name::Endpoint) is written but in any case, is covered. A wildcard covers one
    /// or more whole labels, never the name itself. What a setting holds is not known here and not covered.
    pub fn covers(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let parts = |text| <str>::split_once(text, ':').map_or((text, None), |(name, port)| (name, Some(port)));
        let ((host, port), (pattern, own_port)) = (parts(&host), parts(&self.0));
        if port != own_port {
            return false;
        }
        match pattern.strip_prefix("*.") {
            None => host == pattern,
            Some(base) => host
                .strip_suffix(base)
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|labels| !labels.is_empty() && labels.split('.').all(|label| !label.is_empty())),
        }
    }
}

/// A path: segments, of which `*` stands for exactly one that is not empty, and `{credential}`, with or without a literal prefix
/// (`/bot{token}/sendMessage`), for one that the host writes. The guest leaves that one out: its path is `/sendMessage`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PathPattern(pub(super) String);

/// One segment of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Segment<'a> {
    Any,
    Literal(&'a str),
    Written { prefix: &'a str, credential: &'a str },
}

impl<'a> Segment<'a> {
    fn read(text: &'a str) -> Self {
        if text == "*" {
            return Self::Any;
        }
        match text.strip_suffix('}').and_then(|text| text.split_once('{')) {
            Some((prefix, credential)) => Self::Written { prefix, credential },
            None => Self::Literal(text),
        }
    }
}

impl PathPattern {
    /// As it is written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The credential that the host writes into it, and the literal prefix of that segment; none where it writes nothing.
    pub fn written(&self) -> Option<(&str, &str)> {
        self.segments().find_map(|segment| match segment {
            Segment::Written { prefix, credential } => Some((prefix, credential)),
            Segment::Any | Segment::Literal(_) => None,
        })
    }

    /// Whether a path is covered as the guest writes it: without the segment that the host writes. Dot segments, empty
    /// segments, backslashes, control characters and separators, encoded once or several times, are never covered, because a
    /// provider may read them as another path.
    pub fn covers(&self, path: &str) -> bool {
        let Some(given) = plain(path) else { return false };
        let wanted: Vec<Segment<'_>> =
            self.segments().filter(|segment| !matches!(segment, Segment::Written { .. })).collect();
        wanted.len() == given.len()
            && wanted.iter().zip(given).all(|(wanted, given)| match wanted {
                Segment::Any => true,
                Segment::Literal(text) => decoded(text.as_bytes()) == decoded(given.as_bytes()),
                Segment::Written { .. } => false,
            })
    }

    /// Whether a provider could read a path, as it leaves, as one of this pattern: with the host's segment in it, and in
    /// whatever case. For what must not be overlooked; it permits nothing.
    pub fn resembles(&self, path: &str) -> bool {
        let Some(given) = plain(path) else { return false };
        let lower = |text: &str| decoded_by_all(text).to_ascii_lowercase();
        let wanted: Vec<Segment<'_>> = self.segments().collect();
        wanted.len() == given.len()
            && wanted.iter().zip(given).all(|(wanted, given)| match wanted {
                Segment::Any => true,
                Segment::Literal(text) => {
                    let (wanted, given) = (lower(text), lower(given));
                    // Some read a segment without what stands behind a semicolon (RFC 3986 section 3.3, "parameters").
                    wanted == given || given.split(|byte| *byte == b';').next() == Some(wanted.as_slice())
                }
                Segment::Written { prefix, .. } => {
                    lower(given).strip_prefix(lower(prefix).as_slice()).is_some_and(|rest| !rest.is_empty())
                }
            })
    }

    /// The path as it leaves: `value`, which must be percent-encoded, after the prefix in the host's segment. None where the
    /// path is not covered, or where what would leave is not of this pattern any more.
    pub fn fill(&self, path: &str, value: &str) -> Option<String> {
        if !self.covers(path) {
            return None;
        }
        let mut given = plain(path)?.into_iter();
        let mut filled = String::with_capacity(self.0.len() + path.len() + value.len());
        for segment in self.segments() {
            filled.push('/');
            match segment {
                Segment::Any | Segment::Literal(_) => filled.push_str(given.next()?),
                Segment::Written { prefix, .. } => {
                    filled.push_str(prefix);
                    filled.push_str(value);
                }
            }
        }
        if filled.is_empty() {
            filled.push('/');
        }
        self.resembles(&filled).then_some(filled)
    }

    fn segments(&self) -> impl Iterator<Item = Segment<'_>> {
        let rest = self.0.strip_prefix('/').unwrap_or(&self.0);
        rest.split('/').filter(move |_| !rest.is_empty()).map(Segment::read)
    }
}

/// How often somebody on the way may undo percent-escapes.
const DECODERS: usize = 4;

/// The segments of a path that everybody reads alike; none for another.
fn plain(path: &str) -> Option<Vec<&str>> {
    let rest = path.strip_prefix('/')?;
    if rest.is_empty() {
        return Some(Vec::new());
    }
    let segments: Vec<&str> = rest.split('/').collect();
    segments.iter().all(|segment| is_plain(segment)).then_some(segments)
}

/// Whether a segment stays one, however often its escapes are undone: a provider may stand behind a proxy that does it as well.
fn is_plain(segment: &str) -> bool {
    let mut read = segment.as_bytes().to_vec();
    if escapes(&read).any(|digits| !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))) {
        return false;
    }
    for _ in 0..=DECODERS {
        // What is no UTF-8 may be an overlong spelling of a separator.
        let separates = |c: char| c.is_control() || matches!(c, '/' | '\\');
        if std::str::from_utf8(&read).map_or(true, |text| text.contains(separates)) {
            return false;
        }
        // Some cut off what follows a semicolon before they look for dots (Java's servlets).
        let name = read.split(|byte| *byte == b';').next().unwrap_or_default();
        let dot = escapes(&read).flatten().any(|digits| digits.eq_ignore_ascii_case(b"2e"));
        if dot || matches!(name, b"" | b"." | b"..") {
            return false;
        }
        let next = decoded(&read);
        if next == read {
            return true;
        }
        read = next;
    }
    false
}

/// The two bytes behind each percent sign; none where there are fewer.
fn escapes(text: &[u8]) -> impl Iterator<Item = Option<&[u8]>> {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'%').map(|(at, _)| text.get(at + 1..at + 3))
}

/// With percent-escapes undone, so that `/send` cannot be written as another path that only the provider reads as it.
fn decoded(segment: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment;
    while let Some((first, behind)) = rest.split_first() {
        let escaped = match (first, behind) {
            (b'%', [high, low, ..]) => nibble(*high).zip(nibble(*low)).map(|(high, low)| high << 4 | low),
            _ => None,
        };
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { behind.get(2..).unwrap_or_default() } else { behind };
    }
    bytes
}

/// As whoever is last reads it.
fn decoded_by_all(segment: &str) -> Vec<u8> {
    (0..DECODERS).fold(segment.as_bytes().to_vec(), |read, _| decoded(&read))
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{HostPattern, PathPattern};

    fn path(text: &str) -> PathPattern {
        PathPattern(text.into())
    }

    #[test]
    fn a_host_wildcard_stands_on_label_boundaries() {
        let pattern = HostPattern("*.example.com".into());
        assert!(pattern.covers("a.example.com"));
        assert!(pattern.covers("A.b.Example.COM"));
        for other in [
            "example.com",
            "evilexample.com",
            ".example.com",
            "a..example.com",
            "a.example.com.evil.org",
            "a.example.com.",
        ] {
            assert!(!pattern.covers(other), "{other}");
        }
        assert!(!HostPattern("graph.facebook.com".into()).covers("graph.facebook.com.evil.org"));
    }

    #[test]
    fn a_port_is_covered_where_the_pattern_names_it() {
        for (pattern, covered, others) in [
            ("api.example.com", "api.example.com", ["api.example.com:8443", "api.example.com:"]),
            ("api.example.com:8443", "api.example.com:8443", ["api.example.com", "api.example.com:84"]),
            ("*.example.com:8443", "a.example.com:8443", ["a.example.com", "a.example.com:443"]),
            ("*.example.com", "a.example.com", ["a.example.com:8443", "example.com"]),
        ] {
            let pattern = HostPattern(pattern.into());
            assert!(pattern.covers(covered), "{covered}");
            assert!(others.iter().all(|other| !pattern.covers(other)), "{others:?}");
        }
    }

    #[test]
    fn a_setting_covers_nothing_by_itself() {
        let pattern = HostPattern("{settings.server}".into());
        assert_eq!(pattern.setting(), Some("server"));
        assert!(!pattern.covers("{settings.server}.example.com") && !pattern.covers("server"));
        assert_eq!(HostPattern("settings.example.com".into()).setting(), None);
    }

    #[test]
    fn a_path_wildcard_is_one_whole_segment() {
        let pattern = path("/*/*/messages");
        assert!(pattern.covers("/v25.0/1234/messages"));
        for other in [
            "/v25.0/messages",
            "/v25.0/1/2/messages",
            "/v25.0//messages",
            "/v25.0/../messages",
            "/v25.0/%2e%2e/messages",
            "/v25.0/..;a=b/messages",
            "/v25.0/.;/messages",
            "/v25.0/..%3Ba/messages",
            "/v25.0/;a/messages",
            "/v25.0/a%2Fb/messages",
            "/v25.0/1/messages/",
            "v25.0/1/messages",
            "/v25.0/1\\x/messages",
            "/%252e%252e/1/messages",
            "/a%25252fb/1/messages",
            "/%2%65/1/messages",
            "/..;/1/messages",
            "/;a=b/1/messages",
            "/%c0%af/1/messages",
            "/a%0d%0ab/1/messages",
            "/a%/1/messages",
            "/a%2/1/messages",
            "/%u002f/1/messages",
            "/%2525252525252561/1/messages",
        ] {
            assert!(!pattern.covers(other), "{other}");
        }
        assert!(path("/").covers("/"));
        assert!(!path("/").covers("/x") && !path("/*").covers("/"));
    }

    #[test]
    fn a_path_is_compared_as_a_provider_decodes_it() {
        assert!(path("/messages").covers("/mess%61ges"));
        assert!(path("/v1/messages:send").covers("/v1/messages%3Asend"));
        assert!(!path("/messages").covers("/Messages"));
        assert!(path("/messages").resembles("/Mess%61ges"));
        // A rule that reads anything does not hide a send from a provider that decodes twice.
        assert!(path("/*").covers("/mess%2561ges") && path("/messages").resembles("/mess%2561ges"));
        assert!(!path("/messages").covers("/mess%2561ges"));
        // Nor from one that cuts parameters off.
        assert!(path("/*").covers("/messages;x") && path("/messages").resembles("/messages;x"));
        assert!(!path("/messages").covers("/messages;x"));
        for given in ["/%23room:server", "/100%25", "/a;b=c", "/\u{e4}", "/%c3%a4", "/a..b", "/..."] {
            assert!(path("/*").covers(given), "{given}");
        }
    }

    #[test]
    fn the_hosts_segment_is_left_out_by_the_guest_and_put_in_by_the_host() {
        let pattern = path("/bot{token}/sendMessage");
        assert_eq!(pattern.written(), Some(("bot", "token")));
        assert_eq!(pattern.fill("/sendMessage", "1:a").as_deref(), Some("/bot1:a/sendMessage"));
        for own in ["/bot1:mine/sendMessage", "/bot/sendMessage", "/bot{token}/sendMessage", "/sendMessage/", "/"] {
            assert!(!pattern.covers(own) && pattern.fill(own, "1:a").is_none(), "{own}");
        }
        assert!(pattern.resembles("/bot1:mine/sendMessage") && pattern.resembles("/BOT1/sendmessage"));
        assert!(!pattern.resembles("/bot/sendMessage") && !pattern.resembles("/sendMessage"));
        assert_eq!(path("/{token}").fill("/", "x").as_deref(), Some("/x"));
        assert_eq!(path("/a/*").fill("/a/b", "unused").as_deref(), Some("/a/b"));
        assert_eq!(path("/a/*").written(), None);
    }

    #[test]
    fn what_would_move_segments_is_never_filled_in() {
        for value in ["", ".", "..", "a/b", "/", "%2e%2E", "a%2fb", "a\\b", "%00"] {
            assert_eq!(path("/{token}/send").fill("/send", value), None, "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_covered_path_leaves_with_one_segment_more_and_nothing_else(
            before in proptest::collection::vec("[a-zA-Z0-9_~:-]{1,6}", 0..3),
            after in proptest::collection::vec("[a-zA-Z0-9_~:-]{1,6}", 0..3),
            prefix in "[a-z]{0,4}",
            value in "[a-zA-Z0-9_~:-]{1,20}",
        ) {
            let given: String = before.iter().chain(&after).map(|segment| format!("/{segment}")).collect();
            let given = if given.is_empty() { "/".to_owned() } else { given };
            let mut wanted = before.clone();
            wanted.push(format!("{prefix}{{token}}"));
            wanted.extend(after.iter().map(|_| "*".to_owned()));
            let pattern = path(&wanted.iter().map(|segment| format!("/{segment}")).collect::<String>());
            let mut expected = before;
            expected.push(format!("{prefix}{value}"));
            expected.extend(after);
            let expected: String = expected.iter().map(|segment| format!("/{segment}")).collect();
            prop_assert_eq!(pattern.fill(&given, &value), Some(expected.clone()));
            prop_assert!(pattern.resembles(&expected));
        }

        #[test]
        fn no_pattern_covers_a_path_that_can_be_read_as_another(
            start in "(/[a-z]{1,3}){0,2}",
            bad in "/|/\\.|/\\.\\.|/%2[eE]|/a%2[fF]b|/a%5[cC]b|/a\\\\b|/a%00",
            end in "(/[a-z]{1,3}){0,2}",
        ) {
            let given = format!("{start}{bad}{end}");
            prop_assume!(given != "/");
            for count in 0..8 {
                let all = path(&if count == 0 { "/".to_owned() } else { "/*".repeat(count) });
                prop_assert!(!all.covers(&given) && !all.resembles(&given), "{} {}", all.as_str(), given);
            }
        }

        #[test]
        fn anything_at_all_is_read_without_panicking(pattern in "\\PC{0,30}", given in "\\PC{0,30}", value in "\\PC{0,10}") {
            let pattern = path(&pattern);
            pattern.covers(&given);
            pattern.resembles(&given);
            pattern.fill(&given, &value);
        }
    }
}
