//! The proxy that an operator names for what leaves the host.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, Uri};
use percent_encoding::percent_decode_str;
use url::{Host, Url};
use zeroize::Zeroizing;

/// A proxy that makes tunnels (`CONNECT`, RFC 9110, 9.3.6), spoken to in plain HTTP. What goes through the tunnel is TLS with the
/// provider. Written as `http://name:port` or `http://user:password@name:port`; the password is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    address: Uri,
    authorization: Option<HeaderValue>,
}

impl Proxy {
    pub(super) fn address(&self) -> &Uri {
        &self.address
    }

    pub(super) fn authorization(&self) -> Option<&HeaderValue> {
        self.authorization.as_ref()
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.authority().map_or("", http::uri::Authority::as_str);
        let user = if self.authorization.is_some() { " as a user of its own" } else { "" };
        write!(f, "{address}{user}")
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// Why a text is no proxy's address; does not repeat it, as it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the address of an HTTP proxy, such as http://proxy.example.org:3128, with user:password@ before the name if need be"
)]
pub struct NoProxy;

impl FromStr for Proxy {
    type Err = NoProxy;

    fn from_str(text: &str) -> Result<Self, NoProxy> {
        let url = Url::parse(text).map_err(|_| NoProxy)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let host: Host<&str> = url.host().filter(|_| bare && url.scheme() == "http").ok_or(NoProxy)?;
        let authority = format!("{host}:{}", url.port_or_known_default().filter(|port| *port > 0).ok_or(NoProxy)?);
        let address = Uri::builder().scheme("http").authority(authority).path_and_query("/").build();
        Ok(Self { address: address.map_err(|_| NoProxy)?, authorization: authorization(&url)? })
    }
}

/// Basic authentication (RFC 7617) as the user that the address names.
fn authorization(url: &Url) -> Result<Option<HeaderValue>, NoProxy> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let mut pair = Zeroizing::new(Vec::new());
    pair.extend(percent_decode_str(url.username()));
    // What stands before the first colon is the user.
    if pair.contains(&b':') {
        return Err(NoProxy);
    }
    pair.push(b':');
    pair.extend(percent_decode_str(url.password().unwrap_or_default()));
    let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(&*pair)));
    let mut value = HeaderValue::from_str(&value).map_err(|_| NoProxy)?;
    value.set_sensitive(true);
    Ok(Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_a_name_and_a_port_and_maybe_a_user() {
        let read = |text: &str| {
            text.parse::<Proxy>().map(|proxy| {
                let user = proxy.authorization().map(|value| value.to_str().unwrap().to_owned());
                (proxy.address().to_string(), user)
            })
        };
        let plain = |address: &str| Ok((address.to_owned(), None));
        assert_eq!(read("http://proxy.example.org:3128"), plain("http://proxy.example.org:3128/"));
        assert_eq!(read("http://proxy.example.org/"), plain("http://proxy.example.org:80/"));
        assert_eq!(read("http://[2001:db8::1]:3128"), plain("http://[2001:db8::1]:3128/"));
        // RFC 7617, 2: Aladdin and "open sesame".
        let aladdin = Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==".to_owned());
        assert_eq!(read("http://Aladdin:open%20sesame@10.0.0.1:3128"), Ok(("http://10.0.0.1:3128/".into(), aladdin)));
        let nameless = Some("Basic OmI=".to_owned());
        assert_eq!(read("http://:b@10.0.0.1:3128"), Ok(("http://10.0.0.1:3128/".into(), nameless)));
        for wrong in [
            "",
            "proxy.example.org:3128",
            "https://proxy.example.org:3128",
            "socks5://proxy.example.org:1080",
            "http://proxy.example.org:0",
            "http://proxy.example.org:3128/path",
            "http://proxy.example.org:3128?query",
            "http://a%3Ab:c@proxy.example.org:3128",
        ] {
            assert_eq!(read(wrong), Err(NoProxy), "{wrong}");
        }
    }

    #[test]
    fn its_password_is_never_shown() {
        let proxy: Proxy = "http://Aladdin:open%20sesame@proxy.example.org:3128".parse().unwrap();
        let shown = format!("{proxy} {proxy:?} {:?} {NoProxy}", proxy.authorization());
        assert!(!shown.contains("sesame") && !shown.contains("QWxh"), "{shown}");
        assert_eq!(proxy.to_string(), "proxy.example.org:3128 as a user of its own");
    }
}
