//! Requests of the host's own: for what a manifest has it read itself, such as the keys that a provider signs with.
//!
//! They leave by the same clients as a plugin's: only public addresses that the host looked up (or an operator's mapping), TLS
//! verified, no redirect followed, the answer bounded and nothing of it unpacked. They carry no credential.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::Full;
use url::Url;

use super::errand::{Exchange, exchange};
use super::{AbortOnDrop, Gate, headers};

/// Why nothing was read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRead {
    /// The host or path is not written in its plain form.
    #[error("the address is not written in its plain form")]
    Address,
    /// Its name is not known now, has an address that is not public, or nobody answers there.
    #[error("it cannot be reached")]
    Unreachable,
    /// It answered with another status than 200.
    #[error("it answers {0}")]
    Status(u16),
    /// Its answer broke off, is too large, too slow, or packed.
    #[error("its answer cannot be read")]
    Answer,
}

impl Gate {
    /// The body of `GET https://{host}{path}`.
    pub(crate) async fn read(
        self: &Arc<Self>,
        host: &str,
        path: &str,
        most: u64,
        within: Duration,
    ) -> Result<Vec<u8>, NotRead> {
        let url = Url::parse(&format!("https://{host}{path}")).ok();
        let url = url.filter(|url| url.host_str() == Some(host) && url.path() == path && url.query().is_none());
        let url = url.filter(|url| url.fragment().is_none() && url.port().is_none());
        let uri = url.and_then(|url| Uri::try_from(url.as_str()).ok()).ok_or(NotRead::Address)?;
        let (gate, host) = (Arc::clone(self), host.to_owned());
        let reading = self.handle.spawn(async move {
            let client = gate.clients.route(&host).await.map_err(|_| NotRead::Unreachable)?;
            let mut request = Request::new(Full::<Bytes>::default());
            *request.uri_mut() = uri;
            let headers = request.headers_mut();
            headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            headers.insert(header::USER_AGENT, HeaderValue::from_static(headers::USER_AGENT));
            match exchange(&client, request, Exchange { head: within, whole: within, body: most }).await {
                Ok(answer) if answer.status == StatusCode::OK => Ok(answer.body),
                Ok(answer) => Err(NotRead::Status(answer.status.as_u16())),
                Err(wasmtime_wasi_http::Error::ConnectionRefused | wasmtime_wasi_http::Error::ConnectionTimeout) => {
                    Err(NotRead::Unreachable)
                }
                Err(_) => Err(NotRead::Answer),
            }
        });
        let _abort = AbortOnDrop(reading.abort_handle());
        // The name is looked up within the same time: a resolver that hangs keeps nobody waiting longer.
        match tokio::time::timeout(within, reading).await {
            Ok(read) => read.unwrap_or(Err(NotRead::Answer)),
            Err(_) => Err(NotRead::Unreachable),
        }
    }
}
