//! The headers of the request that leaves: the guest's, judged, and the host's own.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use lockgate_model::manifest::{EgressRule, Place, PlaceKind};

use super::rules::{Target, denial};
use crate::effects::Denial;

/// Headers of one request, and their bytes.
const HEADERS: usize = 64;
const HEADER_BYTES: usize = 32 << 10;

/// The host's own name, where a provider asks who calls.
pub(super) const USER_AGENT: &str = concat!("lockgate/", env!("CARGO_PKG_VERSION"));

/// The guest's headers, without what the host sets itself.
///
/// # Errors
///
/// A denial where there are too many, or one of them is the connection's or a credential's, or speaks of another host.
pub(super) fn headers(guest: &HeaderMap, target: &Target, rule: &EgressRule) -> Result<HeaderMap, Denial> {
    let deny = |what: String| Err(denial(what, None));
    let bytes: usize = guest.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if guest.len() > HEADERS || bytes > HEADER_BYTES {
        return deny(format!("a request has at most {HEADERS} headers of {HEADER_BYTES} bytes together"));
    }
    let mut kept = HeaderMap::with_capacity(guest.len() + rule.places.len() + 2);
    for (name, value) in guest {
        let plain = plain(name.as_str());
        if is_ours(name) {
            let other = name == header::HOST && !value.as_bytes().eq_ignore_ascii_case(target.host.as_bytes());
            if other {
                return deny("the header \"host\" names another host than the address".into());
            }
            continue;
        }
        let disguised = plain != name.as_str() && speaks_of_the_body(&plain);
        let part_of_an_echo = !rule.places.is_empty() && matches!(plain.as_str(), "range" | "if-range");
        if is_refused(&plain) || disguised || part_of_an_echo {
            return deny(format!("the header {name:?} is not a plugin's to set"));
        }
        let own = |kind| matches!(kind, PlaceKind::Header(place) if plain == self::plain(place));
        if rule.places.iter().filter_map(Place::kind).any(own) {
            return deny(format!(
                "the header {name:?} is where the host writes a credential of egress {:?}",
                rule.name
            ));
        }
        kept.append(name, value.clone());
    }
    // A compressed answer could hide a credential from scrubbing.
    kept.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    // What every client says: some providers' front doors take silence for a robot's.
    for (name, value) in [(header::USER_AGENT, USER_AGENT), (header::ACCEPT, "*/*")] {
        kept.entry(name).or_insert(HeaderValue::from_static(value));
    }
    Ok(kept)
}

/// Checks that what the guest says of its body's length is true. The length that leaves is the host's.
///
/// # Errors
///
/// A denial, where it said another length, or several.
pub(super) fn length(guest: &HeaderMap, body: usize) -> Result<(), Denial> {
    let mut said = guest.get_all(header::CONTENT_LENGTH).iter();
    let true_length = |value: &HeaderValue| value.as_bytes() == body.to_string().as_bytes();
    if said.next().is_none_or(true_length) && said.next().is_none() {
        Ok(())
    } else {
        Err(denial(format!("the header \"content-length\" does not say the body's {body} bytes"), None))
    }
}

/// Where names become variables (CGI, WSGI, PHP) `x_token` and `x-token` are one header.
fn plain(name: &str) -> String {
    name.replace('_', "-")
}

/// Those whose twin with an underscore would be a second opinion about what leaves.
fn speaks_of_the_body(name: &str) -> bool {
    name == "accept-encoding" || name.starts_with("content-")
}

/// Set by the host from what it sends; what the guest says of it is dropped once it is known to be no lie.
fn is_ours(name: &HeaderName) -> bool {
    [header::HOST, header::CONTENT_LENGTH, header::ACCEPT_ENCODING].contains(name)
}

/// The connection's own, or able to make a provider or proxy read another request than the one that was checked. A part of an
/// answer (`range`) could hold a part of an echoed credential, which is not found.
fn is_refused(name: &str) -> bool {
    name.starts_with("proxy-")
        || name.starts_with("x-forwarded-")
        || name.starts_with("x-original-")
        || matches!(
            name,
            "connection"
                | "keep-alive"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
                | "expect"
                | "http2-settings"
                | "forwarded"
                | "via"
                | "cookie"
                | "x-host"
                | "x-http-method"
                | "x-http-method-override"
                | "x-method-override"
                | "x-rewrite-url"
                | "x-real-ip"
        )
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue, Method};
    use lockgate_model::manifest::EgressRule;

    use super::{HEADER_BYTES, HEADERS, headers, length};
    use crate::egress::rules::Target;

    fn rule() -> EgressRule {
        toml::from_str(
            r#"
            name = "send"
            host = "api.example.com"
            methods = ["POST"]
            paths = ["/messages"]
            effect = "send"
            place = [{ credential = "token", header = "x-token" }]
            "#,
        )
        .unwrap()
    }

    fn target() -> Target {
        Target { method: Method::POST, host: "api.example.com".into(), path: "/messages".into(), query: None }
    }

    fn judged(name: &str, value: &str) -> Result<HeaderMap, String> {
        let mut guest = HeaderMap::new();
        guest.insert(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        headers(&guest, &target(), &rule()).map_err(|denied| denied.what)
    }

    #[test]
    fn so_many_headers_of_so_many_bytes_and_no_more() {
        let judged = |count: usize, bytes: usize| {
            let mut guest = HeaderMap::new();
            for n in 0..count {
                let name = format!("x-{n:06}");
                let value = vec![b'a'; if n == 0 { bytes - 8 * count } else { 0 }];
                guest.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(&value).unwrap());
            }
            headers(&guest, &target(), &rule()).map(|kept| kept.len())
        };
        // Three are the host's.
        assert_eq!(judged(HEADERS, HEADER_BYTES), Ok(HEADERS + 3));
        assert!(judged(HEADERS + 1, HEADER_BYTES).is_err());
        assert!(judged(HEADERS, HEADER_BYTES + 1).is_err());
    }

    #[test]
    fn what_is_the_connections_or_leads_elsewhere_is_refused() {
        for (name, value) in [
            ("connection", "close, x-token"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("trailer", "x-token"),
            ("transfer-encoding", "chunked"),
            ("Transfer_Encoding", "chunked"),
            ("content_length", "0"),
            ("content_type", "text/plain"),
            ("accept_encoding", "gzip"),
            ("upgrade", "h2c"),
            ("http2-settings", "AAMAAABkAAQAAP__"),
            ("expect", "100-continue"),
            ("proxy-authorization", "Basic eDp5"),
            ("proxy-authenticate", "Basic"),
            ("proxy-connection", "keep-alive"),
            ("host", "evil.example.com"),
            ("host", "api.example.com.evil.org"),
            ("host", "api.example.com, evil.example.com"),
            ("x-forwarded-host", "evil.example.com"),
            ("x-original-url", "/admin"),
            ("x-rewrite-url", "/admin"),
            ("x-http-method-override", "DELETE"),
            ("x-http-method", "DELETE"),
            ("x-method-override", "DELETE"),
            ("x-host", "evil.example.com"),
            ("x-real-ip", "127.0.0.1"),
            ("forwarded", "host=evil.example.com"),
            ("via", "1.1 evil"),
            ("cookie", "a=b"),
            ("range", "bytes=0-3"),
            ("x-token", "mine"),
            ("X-Token", "mine"),
            ("x_token", "mine"),
        ] {
            let refused = judged(name, value).expect_err(name);
            assert!(refused.contains("header") && !refused.contains(value), "{name}: {refused}");
        }
    }

    #[test]
    fn what_the_host_sets_itself_is_dropped_and_the_rest_is_kept() {
        assert!(!judged("host", "API.example.com").unwrap().contains_key("host"));
        assert!(!judged("content-length", "1").unwrap().contains_key("content-length"));
        for asked in ["gzip", "gzip, br", "*"] {
            assert_eq!(judged("accept-encoding", asked).unwrap().get("accept-encoding").unwrap(), "identity");
        }
        assert_eq!(
            judged("content-type", "application/json").unwrap().get("content-type").unwrap(),
            "application/json"
        );
        let without = EgressRule { places: Vec::new(), ..rule() };
        let guest = HeaderMap::from_iter([("range".parse().unwrap(), HeaderValue::from_static("bytes=0-3"))]);
        assert!(headers(&guest, &target(), &without).unwrap().contains_key("range"));
        let many: HeaderMap =
            (0..65).map(|n| (format!("x-{n}").parse().unwrap(), HeaderValue::from_static("1"))).collect();
        assert!(headers(&many, &target(), &rule()).is_err());
        assert!(judged("x_any", "1").unwrap().contains_key("x_any"), "a name of its own has an underscore if it likes");
        assert!(judged("x-long", &"x".repeat(33 << 10)).is_err());
    }

    #[test]
    fn a_length_that_disagrees_is_refused() {
        let said = |values: &[&'static str]| {
            let mut guest = HeaderMap::new();
            for value in values {
                guest.append("content-length", HeaderValue::from_static(value));
            }
            length(&guest, 5).is_ok()
        };
        assert!(said(&[]) && said(&["5"]));
        for lie in [&["4"][..], &["6"], &["05"], &["+5"], &["5, 5"], &["5", "5"], &["5", "6"], &[""], &["five"]] {
            assert!(!said(lie), "{lie:?}");
        }
    }

    /// A header with a line in it would be two; the type that carries them all holds none.
    #[test]
    fn a_header_cannot_hold_another() {
        for value in ["a\r\nx-token: mine", "a\nx", "a\rx", "a\0x"] {
            assert!(HeaderValue::from_bytes(value.as_bytes()).is_err(), "{value:?}");
        }
        for name in ["x-a\r\nx-token", "x-a: b", "x a", ":path", ""] {
            assert!(HeaderName::from_bytes(name.as_bytes()).is_err(), "{name:?}");
        }
    }
}
