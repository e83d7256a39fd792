//! One request on its way: judged, written, marked as departing, sent, and its answer brought back.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{self, HeaderMap};
use http::response::Parts;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Collected, Full, Limited};
use hyper::body::Incoming;
use hyper_util::client::legacy;
use lockgate_model::manifest::{Effect, Manifest};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};
use zeroize::Zeroizing;

use super::client::Client;
use super::connect::is_late;
use super::names::Unreachable;
use super::place::{self, Outgoing};
use super::rules::{Allowed, Permit, Target, decide, denial};
use super::scrub::Scrubber;
use super::value::value;
use super::{Bounds, Gate, capture, headers};
use crate::call::Call;
use crate::effects::Denial;
use crate::guest::Ledger;

/// Bytes of an answer's headers. How many there are is bounded where they are read ([`super::client`]).
const HEADER_BYTES: usize = 64 << 10;

/// One request of one call.
pub(super) struct Errand {
    pub(super) gate: Arc<Gate>,
    pub(super) manifest: Arc<Manifest>,
    pub(super) ledger: Arc<Ledger>,
    pub(super) bounds: Bounds,
    pub(super) call: Call,
    pub(super) only_reads: bool,
}

impl Errand {
    /// Runs it to its end. What is dropped before [`Errand::depart`] returned has not left.
    pub(super) async fn run(
        self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Result<Response<WasiBody>, Error> {
        let (parts, body) = request.into_parts();
        let target = Target::read(&parts.method, &parts.uri).map_err(|denial| self.deny(denial))?;
        let allowed = Allowed {
            grants: &self.call.grants,
            hosts: self.manifest.setting_hosts(&self.call.settings),
            confirmed: &self.call.confirmed_hosts,
        };
        let permit = decide(&self.manifest, &allowed, &target).map_err(|denial| self.deny(denial))?;
        if self.only_reads && permit.effect != Effect::Read {
            let what = format!("{}: only requests that read leave during this kind of call", target.words());
            return Err(self.deny(denial(what, None)));
        }
        if permit.effect == Effect::Send && self.call.departure.is_none() {
            return Err(self.deny(denial(format!("{}: there is no delivery in hand", target.words()), None)));
        }
        let guest = &parts.headers;
        let headers = headers::headers(guest, &target, permit.rule).map_err(|denial| self.deny(denial))?;
        capture::check(guest, &target, &permit.capture).map_err(|denial| self.deny(denial))?;
        place::check_address(&target, permit.rule).map_err(|denial| self.deny(denial))?;
        let body = self.read(body).await?;
        headers::length(guest, body.len()).map_err(|denial| self.deny(denial))?;
        place::check_body(guest, &body, &target, permit.rule).map_err(|denial| self.deny(denial))?;
        let mut written = Outgoing {
            headers,
            path: Zeroizing::new(target.path.clone()),
            query: Zeroizing::new(target.query.clone().unwrap_or_default()),
            body,
        };
        let mut secrets = self.write(&target, &permit, &mut written).await?;
        let url = self.address(&target, &written)?;
        let client = self.reach(&target).await?;

        let mut outgoing = Request::new(Full::new(written.body));
        *outgoing.method_mut() = target.method.clone();
        *outgoing.uri_mut() = url;
        *outgoing.headers_mut() = written.headers;
        if permit.effect == Effect::Send {
            self.depart().await?;
        }
        let patience =
            options.and_then(|options| options.first_byte_timeout).unwrap_or(self.bounds.wall).min(self.bounds.wall);
        let bounds = Exchange { head: patience, whole: self.bounds.wall, body: self.bounds.response };
        let answer = exchange(&client, outgoing, bounds).await;
        let label = &self.call.label;
        tracing::debug!(
            plugin = %label.plugin, channel = label.channel.as_deref(), call = %label.call, rule = %permit.rule.name,
            status = answer.as_ref().ok().map(|answer| answer.status.as_u16()), "an outgoing request ended"
        );
        let answer = self.keep(answer?, &target, &permit)?;
        secrets.extend(self.ledger.captured());
        answer.into_response(&Scrubber::new(&secrets))
    }

    /// Takes the secrets that an answer mints out of it and keeps them, or withholds the whole answer.
    fn keep(&self, mut answer: Answer, target: &Target, permit: &Permit<'_>) -> Result<Answer, Error> {
        if permit.capture.is_empty() {
            return Ok(answer);
        }
        let minted = capture::find(answer.status, &answer.body, &permit.capture).and_then(|minted| {
            let secrets = minted.iter().map(|minted| minted.secret.clone()).collect();
            let handles = self.ledger.capture(secrets, &self.call.seed).ok_or(capture::Unreadable::Many)?;
            Ok((minted, handles))
        });
        let (minted, handles) = minted.map_err(|why| {
            let what = format!("{}: the answer is withheld, as its secrets cannot be captured: {why}", target.words());
            self.ledger.denied(denial(what, None));
            Error::HttpProtocolError
        })?;
        let whole = Zeroizing::new(std::mem::take(&mut answer.body));
        answer.body = capture::replace(&whole, &minted, &handles);
        Ok(answer)
    }

    fn deny(&self, denial: Denial) -> Error {
        self.ledger.denied(denial);
        Error::HttpRequestDenied
    }

    /// Reads the guest's body to its end, so that departure is one instant.
    async fn read(&self, body: WasiBody) -> Result<Bytes, Error> {
        let limit = usize::try_from(self.bounds.request).unwrap_or(usize::MAX);
        let collected = Limited::new(body, limit).collect().await;
        collected.map(Collected::to_bytes).map_err(|_| Error::HttpRequestBodySize(Some(self.bounds.request)))
    }

    /// Writes each credential of the rule into its place, and gives all that no answer may hold.
    async fn write(
        &self,
        target: &Target,
        permit: &Permit<'_>,
        written: &mut Outgoing,
    ) -> Result<Vec<Zeroizing<Vec<u8>>>, Error> {
        let mut secrets = Vec::with_capacity(permit.rule.places.len());
        for place in &permit.rule.places {
            let value = value(&place.credential, &self.manifest, &self.call).await.map_err(|unset| {
                self.ledger.denied(denial(format!("{}: {unset}", target.words()), None));
                Error::ConfigurationError
            })?;
            place::write(place, &value.bytes, permit.pattern, written).map_err(|denial| {
                self.ledger.denied(denial);
                Error::ConfigurationError
            })?;
            secrets.push(value.bytes);
            secrets.extend(value.sources);
        }
        secrets.iter().for_each(|secret| self.ledger.used(secret.clone()));
        Ok(secrets)
    }

    /// The whole address as it leaves.
    fn address(&self, target: &Target, written: &Outgoing) -> Result<Uri, Error> {
        let mut text = Zeroizing::new(format!("https://{}{}", target.host, written.path.as_str()));
        if !written.query.is_empty() {
            text.push('?');
            text.push_str(&written.query);
        }
        let url = Url::parse(&text).ok().filter(|url| {
            // What was judged is what is sent: an address that reads differently once it is parsed is not sent at all.
            url.path() == written.path.as_str()
                && url.host_str() == Some(target.name())
                && url.port_or_known_default() == Some(target.port())
                && url.fragment().is_none()
        });
        url.and_then(|url| Uri::try_from(url.as_str()).ok()).ok_or_else(|| {
            self.deny(denial(format!("{}: the address is not written in its plain form", target.words()), None))
        })
    }

    async fn reach(&self, target: &Target) -> Result<Client, Error> {
        match self.gate.clients.route(&target.host).await {
            Ok(client) => Ok(client),
            Err(unreachable) => {
                if unreachable == Unreachable::Private {
                    self.ledger.denied(denial(format!("{}: {unreachable}", target.words()), None));
                }
                // Which names there are inside is not told to a plugin that may call all below one.
                Err(Error::DestinationUnavailable)
            }
        }
    }

    /// Marks the delivery as departing. From here on nobody can say that nothing left.
    async fn depart(&self) -> Result<(), Error> {
        let Some(departure) = &self.call.departure else { return Err(Error::HttpRequestDenied) };
        self.ledger.departing().map_err(|_| Error::HttpRequestDenied)?;
        departure.depart(self.ledger.parts()).await.map_err(|_| {
            self.ledger.stayed();
            Error::ConnectionRefused
        })
    }
}

/// An answer within its bounds.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The bounds of one request and its answer.
pub(super) struct Exchange {
    /// Until the answer's headers are there.
    pub(super) head: Duration,
    /// Until all of it is there.
    pub(super) whole: Duration,
    /// Bytes of its body.
    pub(super) body: u64,
}

/// Sends a request and reads its answer, both within bounds.
pub(super) async fn exchange(
    client: &Client,
    request: Request<Full<Bytes>>,
    bounds: Exchange,
) -> Result<Answer, Error> {
    let until = Instant::now() + bounds.whole;
    let (status, headers, body) = open(client, request, bounds.head.min(bounds.whole)).await?;
    let body = timeout_at(until, read(body, bounds.body)).await.map_err(|_| Error::HttpResponseTimeout)??;
    Ok(Answer { status, headers, body })
}

/// Sends a request and reads the head of its answer, within this time.
pub(super) async fn open(
    client: &Client,
    request: Request<Full<Bytes>>,
    within: Duration,
) -> Result<(StatusCode, HeaderMap, Incoming), Error> {
    let sent = timeout(within, client.request(request)).await;
    let response = sent.map_err(|_| Error::HttpResponseTimeout)?.map_err(|error| broken(&error))?;
    let (Parts { status, headers, .. }, body) = response.into_parts();
    if status == StatusCode::SWITCHING_PROTOCOLS {
        // What follows would be of a protocol that nobody asked for.
        return Err(Error::HttpUpgradeFailed);
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if bytes > HEADER_BYTES {
        return Err(Error::HttpResponseHeaderSectionSize(None));
    }
    // Nothing but identity was asked for; what is packed all the same cannot be scrubbed.
    let other = |name: header::HeaderName, known: &[u8]| {
        headers.get_all(name).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(known))
    };
    if other(header::CONTENT_ENCODING, b"identity") {
        return Err(Error::HttpResponseContentCoding(None));
    }
    if other(header::TRANSFER_ENCODING, b"chunked") || headers.get_all(header::TRANSFER_ENCODING).iter().count() > 1 {
        return Err(Error::HttpResponseTransferCoding(None));
    }
    Ok((status, headers, body))
}

async fn read(mut body: Incoming, limit: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        // Trailers are nobody's.
        let Ok(chunk) = frame.map_err(|_| Error::HttpResponseIncomplete)?.into_data() else { continue };
        if bytes.len() as u64 + chunk.len() as u64 > limit {
            return Err(Error::HttpResponseBodySize(Some(limit)));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Tells what never left from what may have. Without detail: an error of the client names addresses and queries.
fn broken(error: &legacy::Error) -> Error {
    match (error.is_connect(), is_late(error)) {
        (true, true) => Error::ConnectionTimeout,
        (true, false) => Error::ConnectionRefused,
        (false, _) => Error::ConnectionTerminated,
    }
}

impl Answer {
    /// As the guest sees it: without credentials, and without what concerns the connection alone.
    fn into_response(self, scrubber: &Scrubber) -> Result<Response<WasiBody>, Error> {
        let mut response = Response::new(full(Bytes::from(scrubber.bytes(self.body))));
        *response.status_mut() = self.status;
        for (name, value) in &self.headers {
            if is_dropped(name.as_str()) || scrubber.finds(name.as_str().as_bytes()) {
                continue;
            }
            let value = http::HeaderValue::from_bytes(&scrubber.bytes(value.as_bytes().to_vec()))
                .map_err(|_| Error::HttpProtocolError)?;
            response.headers_mut().append(name.clone(), value);
        }
        Ok(response)
    }
}

fn is_dropped(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-connection"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "content-length"
            | "content-encoding"
            | "set-cookie"
            | "alt-svc"
    )
}

fn full(bytes: Bytes) -> WasiBody {
    Full::new(bytes).map_err(|never| match never {}).boxed_unsync()
}
