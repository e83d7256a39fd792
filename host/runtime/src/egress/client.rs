//! Connections: to checked addresses, with certificates of the system's authorities; and, for a host that an operator mapped, to
//! its loopback address with that mapping's certificates alone.
//!
//! A name is looked up and checked, then a client is made that knows these addresses and looks nothing up. Its connections are kept
//! with it: where the name has other addresses the next time it is looked up, they are left with it too.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lockgate_model::host_name::{Endpoint, HTTPS};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;
use tokio::time::Instant;

use super::names::{Names, Unreachable};
use crate::config::{EgressConfig, HostMap, StartError};

/// How long a checked address is used before its name is looked up again.
const FRESH: Duration = Duration::from_secs(30);
/// Names that are remembered, with their connections.
const NAMES: usize = 1024;

/// One client for each public host, and one for each mapped host. Connections are kept and used again by all calls.
pub(super) struct Clients {
    names: Names,
    fresh: Duration,
    public_tls: ClientConfig,
    public: Mutex<HashMap<String, Pinned>>,
    mapped: HashMap<String, Client>,
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
        let resolver = FixedResolver(addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect());
        let client = client(self.public_tls.clone(), resolver).map_err(|_| Unreachable::Unknown)?;
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
    client(tls(provider)?.with_root_certificates(roots).with_no_client_auth(), FixedResolver([map.address].into()))
}

type Unverified = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn tls(provider: &Arc<CryptoProvider>) -> Result<Unverified, StartError> {
    ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::Egress(error.to_string()))
}

fn client(mut tls: ClientConfig, resolver: impl Resolve + 'static) -> Result<Client, StartError> {
    // Over HTTP/2 a connection outlives the call that it serves, and with it whatever a server floods it with, at the cost of no
    // call; and requests of other calls would share it. Over HTTP/1.1 it ends with the answer that is not to be had.
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(resolver))
        .http1_only()
        .https_only(true)
        // A proxy of the environment would look names up itself, and a redirect lead past the check of the address.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        // What a provider may have seen is sent again by a decision of the host, never by its client.
        .retry(retry::never())
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(60))
        .pool_max_idle_per_host(32)
        .build()
        .map_err(|error| StartError::Egress(error.to_string()))
}

/// Gives the same addresses for every name. A port of 0 stands for the one of the request.
struct FixedResolver(Arc<[SocketAddr]>);

impl Resolve for FixedResolver {
    fn resolve(&self, _name: Name) -> Resolving {
        let addresses: Vec<SocketAddr> = self.0.to_vec();
        Box::pin(async move { Ok(Box::new(addresses.into_iter()) as Addrs) })
    }
}

#[cfg(test)]
mod tests;
