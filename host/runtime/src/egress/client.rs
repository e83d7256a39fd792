//! Connections: to public addresses, with certificates of the system's authorities; and, for a host that an operator mapped, to
//! its loopback address with that mapping's certificates alone.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, redirect, retry};
use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use rustls_platform_verifier::Verifier;
use tokio::time::Instant;

use super::address::is_public;
use crate::config::{EgressConfig, HostMap, StartError};

/// How long a checked address is used before its name is looked up again.
const FRESH: Duration = Duration::from_secs(30);
/// Names that are remembered.
const NAMES: usize = 1024;
/// The port of https.
const HTTPS: u16 = 443;

/// One client for all public hosts, and one for each mapped host. Connections are kept and used again by all calls.
pub(super) struct Clients {
    public: Client,
    resolver: PublicResolver,
    mapped: HashMap<String, Client>,
    without_roots: Option<String>,
}

/// How a host is reached.
pub(super) enum Route<'a> {
    /// By the addresses that were just checked.
    Public(&'a Client),
    /// By an operator's mapping.
    Mapped(&'a Client),
}

/// Why a host is not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreachable {
    /// Its name is not known now.
    #[error("the name is not known")]
    Unknown,
    /// It has addresses, none of them public.
    #[error("the name has no public address")]
    Private,
}

impl Clients {
    pub(super) fn new(config: &EgressConfig) -> Result<Self, StartError> {
        let provider = Arc::new(ring::default_provider());
        let resolver = PublicResolver::default();
        let (tls, without_roots) = match Verifier::new(Arc::clone(&provider)) {
            Ok(verifier) => (tls(&provider)?.dangerous().with_custom_certificate_verifier(Arc::new(verifier)), None),
            // No certificate is trusted then; mapped hosts work all the same.
            Err(error) => (tls(&provider)?.with_root_certificates(RootCertStore::empty()), Some(error.to_string())),
        };
        let public = client(tls.with_no_client_auth(), resolver.clone())?;
        let mut mapped = HashMap::new();
        for map in &config.maps {
            let client = mapped_client(&provider, map)?;
            if mapped.insert(map.host.clone(), client).is_some() {
                return Err(StartError::Setting(format!("the host {} is mapped twice", map.host)));
            }
        }
        Ok(Self { public, resolver, mapped, without_roots })
    }

    pub(super) fn without_roots(&self) -> Option<&str> {
        self.without_roots.as_deref()
    }

    /// Looks a host up and checks its addresses; the client uses those and no others.
    pub(super) async fn route(&self, host: &str) -> Result<Route<'_>, Unreachable> {
        if let Some(client) = self.mapped.get(host) {
            return Ok(Route::Mapped(client));
        }
        self.resolver.lookup(host).await?;
        Ok(Route::Public(&self.public))
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
    if map.host != map.host.to_ascii_lowercase() || map.host.contains(['*', ':', '/']) || map.host.is_empty() {
        return refuse(format!("{:?} is no host name in lower case, so it cannot be mapped", map.host));
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
    client(tls(provider)?.with_root_certificates(roots).with_no_client_auth(), FixedResolver(map.address))
}

type Unverified = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn tls(provider: &Arc<CryptoProvider>) -> Result<Unverified, StartError> {
    ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| StartError::Egress(error.to_string()))
}

fn client(mut tls: ClientConfig, resolver: impl Resolve + 'static) -> Result<Client, StartError> {
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(resolver))
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

/// Gives the public addresses of a name. The client connects to what it gives and looks nothing up itself, so that the address
/// that was checked is the address that is called.
#[derive(Clone, Default)]
struct PublicResolver {
    known: Arc<Mutex<HashMap<String, Known>>>,
}

struct Known {
    since: Instant,
    addresses: Vec<SocketAddr>,
}

impl PublicResolver {
    async fn lookup(&self, host: &str) -> Result<Vec<SocketAddr>, Unreachable> {
        let now = Instant::now();
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(host)
            && now.duration_since(known.since) < FRESH
        {
            return Ok(known.addresses.clone());
        }
        let found: Vec<SocketAddr> =
            tokio::net::lookup_host((host, HTTPS)).await.map_err(|_| Unreachable::Unknown)?.collect();
        let addresses = public_of(&found)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= NAMES {
            known.clear();
        }
        known.insert(host.to_owned(), Known { since: now, addresses: addresses.clone() });
        Ok(addresses)
    }
}

/// Those of a name's addresses that may be called.
fn public_of(found: &[SocketAddr]) -> Result<Vec<SocketAddr>, Unreachable> {
    let public: Vec<SocketAddr> = found.iter().copied().filter(|address| is_public(address.ip())).collect();
    match (found.is_empty(), public.is_empty()) {
        (true, _) => Err(Unreachable::Unknown),
        (false, true) => Err(Unreachable::Private),
        (false, false) => Ok(public),
    }
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.lookup(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Gives one address for every name: a mapped host's.
struct FixedResolver(SocketAddr);

impl Resolve for FixedResolver {
    fn resolve(&self, _name: Name) -> Resolving {
        let address = self.0;
        Box::pin(async move { Ok(Box::new(std::iter::once(address)) as Addrs) })
    }
}

#[cfg(test)]
mod tests {
    use super::{Clients, PublicResolver, Unreachable, public_of};
    use crate::config::{EgressConfig, HostMap, StartError};

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_reached() {
        assert_eq!(PublicResolver::default().lookup("localhost").await, Err(Unreachable::Private));
    }

    #[test]
    fn of_mixed_addresses_only_the_public_ones_are_used() {
        let all: Vec<_> =
            ["10.0.0.1:443", "1.1.1.1:443", "[::1]:443"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(public_of(&all), Ok(vec!["1.1.1.1:443".parse().unwrap()]));
        assert_eq!(public_of(&all[..1]), Err(Unreachable::Private));
        assert_eq!(public_of(&[]), Err(Unreachable::Unknown));
    }

    #[test]
    fn a_mapping_leads_to_this_machine_and_names_what_it_trusts() {
        let refused = |host: &str, address: &str| {
            let map = HostMap { host: host.into(), address: address.parse().unwrap(), ca_pem: Vec::new() };
            match Clients::new(&EgressConfig { maps: vec![map] }) {
                Err(StartError::Setting(words)) => words,
                _ => panic!("{host} {address} was taken"),
            }
        };
        assert!(refused("graph.example.com", "10.0.0.1:443").contains("loopback"));
        assert!(refused("graph.example.com", "127.0.0.1:0").contains("loopback"));
        assert!(refused("*.example.com", "127.0.0.1:4433").contains("host name"));
        assert!(refused("graph.example.com", "127.0.0.1:4433").contains("holds none"));
    }
}
