//! Files that the host fetches itself, by addresses that events named.
//!
//! They leave by the same clients as a plugin's requests: plain https by name, only public addresses that the host looked up (or an
//! operator's mapping), TLS verified, no redirect followed, nothing unpacked. They carry no credential, and go by in pieces, so that
//! a file takes no memory. From where files may be fetched is decided in [`super::rules`].

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Full};
use lockgate_model::manifest::Manifest;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use super::errand::open;
use super::names::Unreachable;
use super::rules::{Allowed, Target, denial, may_fetch};
use super::{AbortOnDrop, Gate, headers};
use crate::call::Call;
use crate::effects::Denial;
use crate::media::{MediaError, MediaWriter};

/// Bytes of the longest address.
const ADDRESS: usize = 8 << 10;
/// Pieces that are read and not yet written.
const AHEAD: usize = 4;

/// How long a file may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until its head is there, and between two pieces of it.
    pub piece: Duration,
    /// Altogether.
    pub whole: Duration,
}

/// Why nothing was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFetched {
    /// It is not permitted, or the address is none that can be called.
    Denied(Denial),
    /// The channel made as many requests in this minute as it may.
    Paced,
    /// Nobody answers there now.
    Unreachable,
    /// It answered with another status than 200, and wants to be left alone for so many seconds.
    Status(u16, Option<u64>),
    /// Its answer broke off, is too slow, or packed.
    Answer,
    /// It is not kept.
    Refused(MediaError),
}

/// What is fetched, and for whom.
pub(crate) struct Fetching<'a> {
    pub(crate) call: &'a Call,
    pub(crate) manifest: &'a Manifest,
    pub(crate) per_minute: u32,
    pub(crate) address: &'a str,
    pub(crate) patience: Patience,
}

impl Gate {
    /// Fetches a file and has it kept: its name.
    pub(crate) async fn fetch(
        self: &Arc<Self>,
        fetching: Fetching<'_>,
        mut writer: Box<dyn MediaWriter>,
    ) -> Result<String, NotFetched> {
        let Fetching { call, manifest, per_minute, address, patience } = fetching;
        let (uri, target) = read(address).map_err(NotFetched::Denied)?;
        let allowed = Allowed {
            grants: &call.grants,
            hosts: manifest.setting_hosts(&call.settings),
            confirmed: &call.confirmed_hosts,
        };
        may_fetch(manifest, &allowed, &target).map_err(NotFetched::Denied)?;
        if !self.paces.take(&call.label, per_minute, call.now_ms) {
            return Err(NotFetched::Paced);
        }
        let until = Instant::now() + patience.whole;
        let (pieces, mut coming) = mpsc::channel(AHEAD);
        let gate = Arc::clone(self);
        let getting = self.handle.spawn(async move {
            if let Err(why) = gate.get(uri, &target, patience, &pieces).await {
                // Where nobody waits any more nobody is told.
                let _ = pieces.send(Err(why)).await;
            }
        });
        let _abort = AbortOnDrop(getting.abort_handle());
        let kept = async {
            let mut whole = false;
            while let Some(piece) = coming.recv().await {
                match piece? {
                    Some(bytes) => writer.write(bytes).await.map_err(NotFetched::Refused)?,
                    None => whole = true,
                }
            }
            if !whole {
                return Err(NotFetched::Answer);
            }
            writer.finish().await.map_err(NotFetched::Refused)
        };
        timeout_at(until, kept).await.unwrap_or(Err(NotFetched::Answer))
    }

    /// Sends the pieces of what lies there, and none at its end.
    async fn get(
        &self,
        uri: Uri,
        target: &Target,
        patience: Patience,
        pieces: &mpsc::Sender<Result<Option<Bytes>, NotFetched>>,
    ) -> Result<(), NotFetched> {
        let route = timeout(patience.piece, self.clients.route(&target.host)).await;
        let client = match route {
            Ok(Ok(client)) => client,
            Ok(Err(Unreachable::Private)) => {
                let words = format!("file from {}: {}", target.words(), Unreachable::Private);
                return Err(NotFetched::Denied(denial(words, None)));
            }
            Ok(Err(Unreachable::Unknown)) | Err(_) => return Err(NotFetched::Unreachable),
        };
        let mut request = Request::new(Full::<Bytes>::default());
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.insert(header::USER_AGENT, HeaderValue::from_static(headers::USER_AGENT));
        let (status, headers, mut body) = match open(&client, request, patience.piece).await {
            Ok(opened) => opened,
            Err(wasmtime_wasi_http::Error::ConnectionRefused | wasmtime_wasi_http::Error::ConnectionTimeout) => {
                return Err(NotFetched::Unreachable);
            }
            Err(_) => return Err(NotFetched::Answer),
        };
        if status != StatusCode::OK {
            return Err(NotFetched::Status(status.as_u16(), retry_after(&headers)));
        }
        loop {
            match timeout(patience.piece, body.frame()).await {
                Err(_) | Ok(Some(Err(_))) => return Err(NotFetched::Answer),
                Ok(None) => break,
                // Trailers are nobody's.
                Ok(Some(Ok(frame))) => {
                    let Ok(bytes) = frame.into_data() else { continue };
                    if pieces.send(Ok(Some(bytes))).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
        let _ = pieces.send(Ok(None)).await;
        Ok(())
    }
}

/// Reads an address that a provider wrote: what cannot stand in one is coded, and what stands behind `#` is nobody's there.
fn read(address: &str) -> Result<(Uri, Target), Denial> {
    let unreadable = || denial("file: the address cannot be read".to_owned(), None);
    if address.len() > ADDRESS {
        return Err(unreadable());
    }
    let mut url = Url::parse(address).map_err(|_| unreadable())?;
    url.set_fragment(None);
    let uri = Uri::try_from(url.as_str()).map_err(|_| unreadable())?;
    let target = Target::read(&Method::GET, &uri)?;
    Ok((uri, target))
}

/// Seconds, where it says so in seconds.
fn retry_after(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn an_address_is_plain_https_by_name() {
        for (address, host, leaves) in [
            (
                "https://cdn.example.com/a b/ü.png?x=1#y",
                "cdn.example.com",
                "https://cdn.example.com/a%20b/%C3%BC.png?x=1",
            ),
            ("https://CDN.example.com", "cdn.example.com", "https://cdn.example.com/"),
            ("https://cdn.example.com:8443/a", "cdn.example.com:8443", "https://cdn.example.com:8443/a"),
        ] {
            let (uri, target) = read(address).unwrap();
            assert_eq!((target.host.as_str(), uri.to_string().as_str()), (host, leaves), "{address}");
        }
        let long = format!("https://cdn.example.com/{}", "a".repeat(9_000));
        for address in [
            "http://cdn.example.com/a",
            "https://user@cdn.example.com/a",
            "https://127.0.0.1/a",
            "https://2130706433/a",
            "https://[::1]/a",
            "file:///etc/passwd",
            "data:text/plain,x",
            "cdn.example.com/a",
            "",
            &long,
        ] {
            assert!(read(address).is_err(), "{address}");
        }
    }
}
