//! Connections: to checked addresses, with certificates of the system's authorities; and, for a host that an operator mapped, to
//! its loopback address with that mapping's certificates alone, past the operator's proxy.
//!
//! A name is looked up and checked, then a client is made that knows these addresses and looks nothing up. Its connections are kept
//! with it: where the name has other addresses the next time it is looked up, they are left with it too.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use lockgate_model::host_name::{Endpoint, HTTPS};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;
use tokio::time::Instant;

use super::connect::Connector;
use super::names::{Names, Unreachable};
use super::proxy::Proxy;
use crate::config::{EgressConfig, HostMap, StartError};

/// Sends over the connections that it keeps. It follows no redirect, asks no proxy of the environment and keeps no cookie.
pub(super) type Client = legacy::Client<Connector, Full<Bytes>>;

/// How long a checked address is used before its name is looked up again.
const FRESH: Duration = Duration::from_secs(30);
/// Headers of an answer.
const HEADERS: usize = 128;
/// Names that are remembered, with their connections.
const NAMES: usize = 1024;

/// One client for each public host, and one for each mapped host. Connections are kept and used again by all calls.
pub(super) struct Clients {
    names: Names,
    fresh: Duration,
    public_tls: ClientConfig,
    public: Mutex<HashMap<String, Pinned>>,
    mapped: HashMap<String, Client>,
    proxy: Option<Proxy>,
    without_roots: Option<String>,
}

/// A host as it was checked.
struct Pinned {
    since: Instant,
    addresses: Vec<IpAddr>,
    client: Client,
}

impl Clients {
    pub(super) fn new(config: &EgressConfig) -> Result<Self, StartError> {
        let provider = Arc::new(ring::default_provider());
        let (public_tls, without_roots) = match Verifier::new(Arc::clone(&provider)) {
            Ok(verifier) => (tls(&provider)?.dangerous().with_custom_certificate_verifier(Arc::new(verifier)), None),
            // No certificate is trusted then; mapped hosts work all the same.
            Err(error) => (tls(&provider)?.with_root_certificates(RootCertStore::empty()), Some(error.to_string())),
        };
        let mut mapped = HashMap::new();
        for map in &config.maps {
            let client = mapped_client(&provider, map)?;
            if mapped.insert(map.host.clone(), client).is_some() {
                return Err(StartError::Setting(format!("the host {} is mapped twice", map.host)));
            }
        }
        Ok(Self {
            names: Names::new(&config.name_servers, config.lookup)?,
            fresh: FRESH,
            public_tls: public_tls.with_no_client_auth(),
            public: Mutex::default(),
            mapped,
            proxy: config.proxy.clone(),
            without_roots,
        })
    }

    pub(super) fn without_roots(&self) -> Option<&str> {
        self.without_roots.as_deref()
    }

    /// The client that reaches a host, as an [`Endpoint`] is written: by an operator's mapping, or by addresses that were just checked and no others.
    ///
    /// # Errors
    ///
    /// [`Unreachable`]
    pub(super) async fn route(&self, target: &str) -> Result<Client, Unreachable> {
        if let Some(client) = self.mapped.get(target) {
            return Ok(client.clone());
        }
        // What was checked of a name is good for all its ports.
        let host = target.split_once(':').map_or(target, |(name, _)| name);
        let now = Instant::now();
        if let Some(pinned) = self.public().get(host)
            && now.duration_since(pinned.since) < self.fresh
        {
            return Ok(pinned.client.clone());
        }
        let found = self.names.lookup(host).await;
        let mut public = self.public();
        let addresses = match found {
            Ok(addresses) => addresses,
            Err(unreachable) => {
                // Connections to where it was go with it.
                public.remove(host);
                return Err(unreachable);
            }
        };
        if let Some(pinned) = public.get_mut(host)
            && pinned.addresses == addresses
        {
            pinned.since = now;
            return Ok(pinned.client.clone());
        }
        let any_port = addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
        let client = client(Connector::new(self.public_tls.clone(), any_port, self.proxy.as_ref()));
        if public.len() >= NAMES {
            public.clear();
        }
        public.insert(host.to_owned(), Pinned { since: now, addresses, client: client.clone() });
        Ok(client)
    }

    fn public(&self) -> MutexGuard<'_, HashMap<String, Pinned>> {
        self.public.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn mapped_client(provider: &Arc<CryptoProvider>, map: &HostMap) -> Result<Client, StartError> {
    let refuse = |words: String| Err(StartError::Setting(words));
    if !map.address.ip().is_loopback() || map.address.port() == 0 {
        return refuse(format!(
            "the host {} can be mapped to a loopback address and port only, not to {}",
            map.host, map.address
        ));
    }
    match Endpoint::read(&map.host) {
        Ok(host) if host.to_string() != map.host => {
            return refuse(format!("the host {:?} is called {host}; map it by that", map.host));
        }
        // A request that names its port is led to that port of whatever address.
        Ok(host) if host.port != HTTPS && host.port != map.address.port() => {
            return refuse(format!("the host {host} has a port of its own and can be mapped to that port only"));
        }
        Ok(_) => {}
        Err(problem) => return refuse(format!("{:?} is no host name that can be mapped: {problem}", map.host)),
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&map.ca_pem) {
        let added = certificate
            .map_err(|error| error.to_string())
            .and_then(|der| roots.add(der).map_err(|error| error.to_string()));
        if let Err(error) = added {
            return refuse(format!("the certificates to trust for {} cannot be read: {error}", map.host));
        }
    }
    if roots.is_empty() {
        return refuse(format!("the file of certificates to trust for {} holds none", map.host));
    }
    let tls = tls(provider)?.with_root_certificates(roots).with_no_client_auth();
    Ok(client(Connector::new(tls, vec![map.address], None)))
}

type Unverified = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn tls(provider: &Arc<CryptoProvider>) -> Result<Unverified, StartError> {
    ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::Egress(error.to_string()))
}

fn client(connector: Connector) -> Client {
    // What a provider may have seen is sent again by a decision of the host, never by its client: that one tries again only what
    // it has written nothing of.
    legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(32)
        .http1_max_headers(HEADERS)
        .build(connector)
}

#[cfg(test)]
mod tests;
