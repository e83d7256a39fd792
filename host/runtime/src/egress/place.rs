//! Builds the request that leaves from the one the guest wrote: its headers checked, the host's own put in, and each credential
//! written into its place and nowhere else.

use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use lockgate_model::manifest::{EgressRule, Place};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use zeroize::Zeroizing;

use super::rules::{Target, denial};
use crate::effects::Denial;

/// Headers of one request, and their bytes.
const HEADERS: usize = 64;
const HEADER_BYTES: usize = 32 << 10;
/// Bytes of path and query.
const ADDRESS: usize = 16 << 10;

/// The host's own name, where a provider asks who calls.
const USER_AGENT: &str = concat!("lockgate/", env!("CARGO_PKG_VERSION"));

/// RFC 3986's unreserved characters stay as they are.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The guest's headers, without what the host sets itself.
///
/// # Errors
///
/// A denial where there are too many, or one of them is the connection's or a credential's.
pub(super) fn headers(guest: &HeaderMap, rule: &EgressRule) -> Result<HeaderMap, Denial> {
    let deny = |what: String| Err(denial(what, None));
    let bytes: usize = guest.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if guest.len() > HEADERS || bytes > HEADER_BYTES {
        return deny(format!("a request has at most {HEADERS} headers of {HEADER_BYTES} bytes together"));
    }
    let mut kept = HeaderMap::with_capacity(guest.len() + rule.places.len() + 2);
    for (name, value) in guest {
        if is_ours(name) {
            continue;
        }
        if is_refused(name) {
            return deny(format!("the header {name:?} is not a plugin's to set"));
        }
        if rule.places.iter().any(|place| place.header.as_deref() == Some(name.as_str())) {
            return deny(format!(
                "the header {name:?} is where the host writes a credential of egress {:?}",
                rule.name
            ));
        }
        kept.append(name, value.clone());
    }
    // A compressed answer could hide a credential from scrubbing.
    kept.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if !kept.contains_key(header::USER_AGENT) {
        kept.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    }
    Ok(kept)
}

/// Set by the host from what it sends; what the guest says of it is dropped.
fn is_ours(name: &HeaderName) -> bool {
    [header::HOST, header::CONTENT_LENGTH, header::ACCEPT_ENCODING].contains(name)
}

/// The connection's own, or able to make a provider or proxy read another request than the one that was checked.
fn is_refused(name: &HeaderName) -> bool {
    let name = name.as_str();
    name.starts_with("proxy-")
        || name.starts_with("x-forwarded-")
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
                | "x-http-method"
                | "x-http-method-override"
                | "x-method-override"
                | "x-original-url"
                | "x-rewrite-url"
                | "x-real-ip"
        )
}

/// Checks that the guest did not write into a credential's place in the query.
///
/// # Errors
///
/// A denial that names the place; also where the address is too long.
pub(super) fn query(target: &Target, rule: &EgressRule) -> Result<(), Denial> {
    let query = target.query.as_deref().unwrap_or_default();
    if target.path.len() + query.len() > ADDRESS {
        return Err(denial(format!("path and query have at most {ADDRESS} bytes"), None));
    }
    for place in rule.places.iter().filter_map(|place| place.query.as_deref()) {
        // Providers differ in what separates pairs, in case, and in arrays (`key[]`): all that could be read as the place is.
        let written = query.split(['&', ';']).any(|pair| {
            let key = pair.split('=').next().unwrap_or_default().replace('+', " ");
            let key = percent_decode_str(&key).decode_utf8_lossy().to_lowercase();
            let key = key.trim().split('[').next().unwrap_or_default();
            key == place.to_lowercase()
        });
        if written {
            return Err(denial(
                format!("the query key {place:?} is where the host writes a credential of egress {:?}", rule.name),
                None,
            ));
        }
    }
    Ok(())
}

/// Writes one credential into its place.
///
/// # Errors
///
/// Where its bytes cannot stand there (a line break in a header, a query value that is no text); the words hold none of them.
pub(super) fn write(
    place: &Place,
    secret: &[u8],
    headers: &mut HeaderMap,
    query: &mut Zeroizing<String>,
) -> Result<(), Denial> {
    let unfit = || denial(format!("the credential {:?} cannot be written into its place", place.credential), None);
    if let Some(name) = &place.header {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit())?;
        let mut value = Zeroizing::new(Vec::with_capacity(place.prefix.len() + secret.len()));
        value.extend_from_slice(place.prefix.as_bytes());
        value.extend_from_slice(secret);
        let mut value = HeaderValue::from_bytes(&value).map_err(|_| unfit())?;
        value.set_sensitive(true);
        headers.insert(name, value);
    } else if let Some(key) = &place.query {
        let text = std::str::from_utf8(secret).map_err(|_| unfit())?;
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(key, QUERY_VALUE));
        query.push('=');
        query.extend(utf8_percent_encode(text, QUERY_VALUE));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue, Method};
    use lockgate_model::manifest::{EgressRule, Place};
    use zeroize::Zeroizing;

    use super::{headers, query, write};
    use crate::egress::rules::Target;

    fn rule() -> EgressRule {
        toml::from_str(
            r#"
            name = "send"
            host = "api.example.com"
            methods = ["POST"]
            paths = ["/messages"]
            effect = "send"
            place = [
              { credential = "token", header = "authorization", prefix = "Bearer " },
              { credential = "key", query = "access_token" },
            ]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn a_guest_sets_neither_the_connections_headers_nor_a_credentials_place() {
        for name in [
            "authorization",
            "connection",
            "transfer-encoding",
            "te",
            "upgrade",
            "cookie",
            "proxy-authorization",
            "x-forwarded-host",
            "expect",
        ] {
            let mut guest = HeaderMap::new();
            guest.insert(name, HeaderValue::from_static("x"));
            assert!(headers(&guest, &rule()).is_err(), "{name}");
        }
        let mut guest = HeaderMap::new();
        guest.insert("host", HeaderValue::from_static("evil.example.com"));
        guest.insert("content-length", HeaderValue::from_static("1"));
        guest.insert("accept-encoding", HeaderValue::from_static("gzip"));
        guest.insert("content-type", HeaderValue::from_static("application/json"));
        let kept = headers(&guest, &rule()).unwrap();
        assert_eq!(kept.get("accept-encoding"), Some(&HeaderValue::from_static("identity")));
        assert!(
            kept.contains_key("content-type") && !kept.contains_key("host") && !kept.contains_key("content-length")
        );
        let many: HeaderMap =
            (0..65).map(|n| (format!("x-{n}").parse().unwrap(), HeaderValue::from_static("1"))).collect();
        assert!(headers(&many, &rule()).is_err());
    }

    #[test]
    fn a_guest_cannot_write_a_credentials_query_key_under_any_spelling() {
        for text in [
            "access_token=x",
            "a=1&access_token=x",
            "a=1;access_token=x",
            "access%5Ftoken=x",
            "ACCESS_TOKEN",
            "access_token[]=x",
            "access_token%5B0%5D=x",
        ] {
            let target = Target {
                method: Method::POST,
                host: "api.example.com".into(),
                path: "/messages".into(),
                query: Some(text.into()),
            };
            assert!(query(&target, &rule()).is_err(), "{text}");
        }
        let fine = Target {
            method: Method::POST,
            host: "h".into(),
            path: "/".into(),
            query: Some("token=access_token".into()),
        };
        assert!(query(&fine, &rule()).is_ok());
    }

    #[test]
    fn a_credential_is_written_into_its_place() {
        let (mut headers, mut query) = (HeaderMap::new(), Zeroizing::new("a=1".to_owned()));
        for place in &rule().places {
            write(place, b"s e&cret", &mut headers, &mut query).unwrap();
        }
        assert_eq!(headers.get("authorization").unwrap(), "Bearer s e&cret");
        assert!(headers.get("authorization").unwrap().is_sensitive());
        assert_eq!(query.as_str(), "a=1&access_token=s%20e%26cret");
        let place = Place {
            credential: "token".into(),
            header: Some("authorization".into()),
            query: None,
            prefix: String::new(),
        };
        let denied = write(&place, b"line\nbreak", &mut headers, &mut query).unwrap_err();
        assert!(!denied.what.contains("break"));
    }
}
