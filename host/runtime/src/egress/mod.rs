//! The egress gate: the only way by which anything that a plugin wants sent leaves the host.
//!
//! A request is judged where its [`Door`] takes it, in this order: may this call send at all; is it plain https by name; does a
//! granted rule of the manifest cover host, method and path; are its headers and query a plugin's to set. Then its body is read
//! to the end and judged alike, credentials are written into their places, its name is looked up and every address that it has
//! must be public, and a request whose effect is *send* is marked as departing before its first byte leaves. What comes back is
//! bounded and scrubbed; nothing of it is unpacked. Where a rule says that it mints secrets ([`capture`]), those are kept and
//! handles stand in their stead.
//!
//! A guest learns nothing about the network from an error but which of three it was: *denied* or unusable (nothing left, trying
//! again does not help), *not reached* (nothing left, trying again may help), or *broken* after it left.
//!
//! | what happened | what the guest is told |
//! | --- | --- |
//! | not granted, too many requests, a header or field that is not its own, a body without the place | `HTTP-request-denied` |
//! | a credential of the rule is not set, or cannot stand in its place | `configuration-error` |
//! | an answer that mints secrets cannot be read without a doubt, or holds more than can be kept | `HTTP-protocol-error` |
//! | the channel made too many requests in this minute | `connection-limit-reached` |
//! | its body is too large or broken off | `HTTP-request-body-size` |
//! | the name is unknown, or has an address that is not public | `destination-unavailable` |
//! | no connection, no fitting certificate, or the departure could not be marked | `connection-refused`, `connection-timeout` |
//! | anything after its first byte may have left | `connection-terminated`, `HTTP-response-timeout`, `HTTP-response-incomplete` … |

mod address;
mod capture;
mod client;
mod connect;
mod errand;
mod fetch;
mod form;
#[cfg(test)]
mod fuzz;
mod headers;
mod json;
mod names;
mod own;
mod pace;
mod place;
mod proxy;
mod rules;
mod scrub;
mod spelling;
mod value;

pub(crate) use fetch::Fetching;
pub use fetch::{NotFetched, Patience};
pub use own::NotRead;
pub use proxy::{NoProxy, Proxy};
pub(crate) use scrub::Scrubber;
pub(crate) use value::derived_values;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::uri::Scheme;
use http::{HeaderName, Request, Response};
use lockgate_model::manifest::Manifest;
use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, RequestOptions, WasiBody, WasiHttpHooks};

use crate::call::Call;
use crate::config::{EgressConfig, Limits, StartError};
use crate::guest::{Ledger, Mode, Shut};

use errand::Errand;

/// What all requests of all plugins share: connections, and the threads that drive them.
pub(crate) struct Gate {
    clients: client::Clients,
    paces: pace::Paces,
    handle: Handle,
}

impl Gate {
    /// `handle` drives connections; no guest runs there.
    pub(crate) fn new(config: &EgressConfig, handle: Handle) -> Result<Self, StartError> {
        Ok(Self { clients: client::Clients::new(config)?, paces: pace::Paces::default(), handle })
    }

    /// Why certificates of public hosts cannot be verified on this machine, where they cannot.
    pub(crate) fn without_roots(&self) -> Option<&str> {
        self.clients.without_roots()
    }
}

/// What one request may take.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    request: u64,
    response: u64,
    wall: Duration,
}

/// The gate as one call finds it.
pub(crate) struct Door {
    gate: Arc<Gate>,
    manifest: Arc<Manifest>,
    ledger: Arc<Ledger>,
    bounds: Bounds,
    per_minute: u32,
    /// None where no request may leave during this call.
    call: Option<Call>,
    /// What leaves during this call changes nothing at the provider.
    only_reads: bool,
}

impl Door {
    pub(crate) fn new(
        gate: Arc<Gate>,
        manifest: Arc<Manifest>,
        ledger: Arc<Ledger>,
        limits: &Limits,
        (call, mode): (&Call, Mode),
    ) -> Self {
        let bounds = Bounds { request: limits.request_bytes, response: limits.response_bytes, wall: limits.wall };
        let call = mode.reaches_out().then(|| call.clone());
        let per_minute = limits.requests_per_minute;
        Self { gate, manifest, ledger, bounds, per_minute, call, only_reads: mode.only_reads() }
    }

    /// The errand that this request is, or why it is none.
    fn admit(&self) -> Result<Errand, Error> {
        let deny = |what: &str| {
            self.ledger.denied(rules::denial(what.to_owned(), None));
            Error::HttpRequestDenied
        };
        let call = self.call.clone().ok_or_else(|| deny("no request leaves during this kind of call"))?;
        self.ledger.request().map_err(|shut| match shut {
            Shut::Over => Error::HttpRequestDenied,
            Shut::Requests => deny("the call has made as many requests as it may"),
        })?;
        if !self.gate.paces.take(&call.label, self.per_minute, call.now_ms) {
            // Nothing left, and in a while it may: the plugin is told so, and the delivery is tried again.
            let _ = deny("the channel has made as many requests in this minute as it may");
            return Err(Error::ConnectionLimitReached);
        }
        Ok(Errand {
            gate: Arc::clone(&self.gate),
            manifest: Arc::clone(&self.manifest),
            ledger: Arc::clone(&self.ledger),
            bounds: self.bounds,
            call,
            only_reads: self.only_reads,
        })
    }
}

type Answer = (Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>);

impl WasiHttpHooks for Door {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _sent: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer, Error>> + Send> {
        let admitted = self.admit();
        let handle = self.gate.handle.clone();
        Box::new(async move {
            let errand = handle.spawn(admitted?.run(request, options));
            let _abort = AbortOnDrop(errand.abort_handle());
            let response = errand.await.map_err(|_| Error::InternalError(None))??;
            Ok((response, Box::new(async { Ok(()) }) as Box<dyn Future<Output = _> + Send>))
        })
    }

    // The gate judges schemes and headers itself, where a refusal can be explained.
    fn is_supported_scheme(&mut self, _scheme: &Scheme) -> bool {
        true
    }

    fn set_host_header(&mut self) -> bool {
        false
    }

    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::new(|_: &HeaderName| false)
    }
}

/// A request does not outlive the call that waits for it.
struct AbortOnDrop(AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
