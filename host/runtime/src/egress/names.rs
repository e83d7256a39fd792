//! From a host's name to the addresses that may be called: all that it has, or none.
//!
//! The name servers are the system's, or exactly those that an operator names; then no hosts file and no search domain is looked
//! at. A name that has one address that is not public is refused whole: half an answer that points inside is an attack, and which
//! half would be called is not the host's to guess.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::Name;

use super::address::is_public;
use crate::config::StartError;

/// How long one question to one name server may take; what is left of [`Names::patience`] is for the next.
const QUESTION: Duration = Duration::from_secs(2);
/// Addresses that are tried of a name that has more. All of them are checked.
const TRIED: usize = 16;

/// Why a host is not reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreachable {
    /// Its name is not known now.
    #[error("the name is not known")]
    Unknown,
    /// One of its addresses, or all of them, is not public.
    #[error("the name has an address that is not public")]
    Private,
}

/// Looks names up.
pub(super) struct Names {
    servers: Option<TokioResolver>,
    patience: Duration,
    /// Whether an address may be called. Always [`is_public`], but where a test has two addresses of this machine stand for others.
    allowed: fn(IpAddr) -> bool,
}

impl Names {
    /// Asks `servers`, or whom the system asks where there are none. A lookup takes `patience` at most.
    pub(super) fn new(servers: &[SocketAddr], patience: Duration) -> Result<Self, StartError> {
        let servers = if servers.is_empty() { None } else { Some(asking(servers)?) };
        Ok(Self { servers, patience, allowed: is_public })
    }

    #[cfg(test)]
    pub(super) fn allowing(self, allowed: fn(IpAddr) -> bool) -> Self {
        Self { allowed, ..self }
    }

    /// The addresses of a name, sorted; each of them checked.
    ///
    /// # Errors
    ///
    /// [`Unreachable`]
    pub(super) async fn lookup(&self, host: &str) -> Result<Vec<IpAddr>, Unreachable> {
        let asked = tokio::time::timeout(self.patience, self.ask(host)).await;
        checked(asked.unwrap_or_default(), self.allowed)
    }

    /// Whatever is answered; nothing where nothing is.
    async fn ask(&self, host: &str) -> Vec<IpAddr> {
        match &self.servers {
            None => {
                let found = tokio::net::lookup_host((host, 0)).await;
                found.map(|addresses| addresses.map(|address| address.ip()).collect()).unwrap_or_default()
            }
            Some(servers) => {
                // An IP address is no name, and is not looked up as one.
                let Ok(mut name) = Name::from_ascii(host) else { return Vec::new() };
                name.set_fqdn(true);
                let found = servers.lookup_ip(name).await;
                found.map(|addresses| addresses.iter().collect()).unwrap_or_default()
            }
        }
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("system", &self.servers.is_none()).field("patience", &self.patience).finish()
    }
}

fn asking(servers: &[SocketAddr]) -> Result<TokioResolver, StartError> {
    let server = |address: &SocketAddr| {
        let at = |mut connection: ConnectionConfig| {
            connection.port = address.port();
            connection
        };
        let connections = vec![at(ConnectionConfig::udp()), at(ConnectionConfig::tcp())];
        NameServerConfig::new(address.ip(), true, connections)
    };
    let config = ResolverConfig::from_parts(None, Vec::new(), servers.iter().map(server).collect());
    let mut options = ResolverOpts::default();
    options.use_hosts_file = ResolveHosts::Never;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.timeout = QUESTION;
    options.attempts = 1;
    // What was checked is remembered where it is used, beside the connections that it opened.
    options.cache_size = 0;
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .with_options(options)
        .build()
        .map_err(|error| StartError::Egress(format!("the name servers cannot be asked: {error}")))
}

/// All of a name's addresses, where all of them may be called.
fn checked(mut found: Vec<IpAddr>, allowed: fn(IpAddr) -> bool) -> Result<Vec<IpAddr>, Unreachable> {
    if found.is_empty() {
        return Err(Unreachable::Unknown);
    }
    if !found.iter().copied().all(allowed) {
        return Err(Unreachable::Private);
    }
    found.sort_unstable();
    found.dedup();
    found.truncate(TRIED);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use tokio::time::Instant;

    use lockgate_simulators::dns::{NameServer, Reply};

    use super::{Names, Unreachable, checked};
    use crate::egress::address::is_public;

    const PATIENCE: Duration = Duration::from_secs(5);

    async fn asking(replies: impl IntoIterator<Item = Reply>) -> (NameServer, Names) {
        let server = NameServer::start().await.unwrap();
        server.answer("name.test", replies);
        let names = Names::new(&[server.address()], PATIENCE).unwrap();
        (server, names)
    }

    fn ips<const N: usize>(texts: [&str; N]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_not_reached() {
        assert_eq!(Names::new(&[], PATIENCE).unwrap().lookup("localhost").await, Err(Unreachable::Private));
    }

    #[test]
    fn name_servers_are_set_up_without_being_asked() {
        assert!(
            Names::new(&["192.0.2.53:53".parse().unwrap(), "[2001:db8::53]:5353".parse().unwrap()], PATIENCE).is_ok()
        );
    }

    #[test]
    fn a_name_with_one_address_inside_is_refused_whole() {
        let check = |all: Vec<IpAddr>| checked(all, is_public);
        assert_eq!(check(ips(["1.1.1.1", "2606:4700::1111"])).map(|all| all.len()), Ok(2));
        for inside in ["10.0.0.1", "::1", "169.254.169.254", "::ffff:1.1.1.1"] {
            assert_eq!(check(ips(["1.1.1.1", inside])), Err(Unreachable::Private), "{inside}");
            assert_eq!(check(ips([inside, "1.1.1.1"])), Err(Unreachable::Private), "{inside}");
        }
        assert_eq!(check(Vec::new()), Err(Unreachable::Unknown));
    }

    #[tokio::test]
    async fn every_address_that_a_name_server_gives_is_checked() {
        let (server, names) = asking([Reply::addresses(["1.1.1.1", "2606:4700::1111"])]).await;
        assert_eq!(names.lookup("name.test").await, Ok(ips(["1.1.1.1", "2606:4700::1111"])));
        for (replies, refused) in [
            (Reply::addresses(["1.1.1.1", "192.168.0.1"]), Unreachable::Private),
            (Reply::addresses(["1.1.1.1", "::1"]), Unreachable::Private),
            (Reply::addresses(["1.1.1.1", "64:ff9b::7f00:1"]), Unreachable::Private),
            (Reply::alias("inside.test", ["10.0.0.1"]), Unreachable::Private),
            (Reply::NoSuchName, Unreachable::Unknown),
            (Reply::Failure, Unreachable::Unknown),
            (Reply::addresses([]), Unreachable::Unknown),
        ] {
            server.answer("name.test", [replies.clone()]);
            assert_eq!(names.lookup("name.test").await, Err(refused), "{replies:?}");
        }
    }

    /// The name server says only the other name; whoever asks has to ask for that one.
    #[tokio::test]
    async fn another_name_is_followed_to_its_addresses() {
        let (server, names) = asking([Reply::alias("outside.test", [])]).await;
        server.answer("outside.test", [Reply::addresses(["1.1.1.1"])]);
        assert_eq!(names.lookup("name.test").await, Ok(ips(["1.1.1.1"])));
        server.answer("outside.test", [Reply::addresses(["127.0.0.1"])]);
        assert_eq!(names.lookup("name.test").await, Err(Unreachable::Private));
        server.answer("name.test", [Reply::alias("name.test", [])]);
        assert_eq!(names.lookup("name.test").await, Err(Unreachable::Unknown), "a name that is its own other name");
    }

    #[tokio::test]
    async fn what_is_no_answer_is_waited_for_so_long_and_no_longer() {
        let server = NameServer::start().await.unwrap();
        let names = Names::new(&[server.address()], Duration::from_millis(200)).unwrap();
        for reply in [Reply::Silence, Reply::Garbage(vec![0xff; 64])] {
            server.answer("name.test", [reply]);
            let began = Instant::now();
            assert_eq!(names.lookup("name.test").await, Err(Unreachable::Unknown));
            assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        }
    }

    #[tokio::test]
    async fn of_a_giant_answer_everything_is_checked_and_a_little_is_kept() {
        let many = |last: &str| {
            let outside = (0..3000u16).map(|n| std::net::Ipv4Addr::new(1, 1, (n >> 8) as u8, n as u8).into());
            Reply::Addresses(outside.chain([last.parse().unwrap()]).collect())
        };
        let (server, names) = asking([many("1.2.3.4")]).await;
        assert_eq!(names.lookup("name.test").await.map(|kept| kept.len()), Ok(super::TRIED));
        server.answer("name.test", [many("10.0.0.1")]);
        assert_eq!(names.lookup("name.test").await, Err(Unreachable::Private));
    }

    #[tokio::test]
    async fn neither_a_hosts_file_nor_a_search_domain_is_looked_at() {
        let (server, names) = asking([Reply::NoSuchName]).await;
        let file = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
        let lines = file.lines().filter_map(|line| line.split('#').next());
        let known = lines.flat_map(|line| line.split_whitespace().skip(1));
        // What is called localhost is answered by whoever is asked for it (RFC 6761), and is refused as what it is.
        for name in known.filter(|name| !name.ends_with("localhost")).chain(["name.test"]) {
            assert_eq!(names.lookup(name).await, Err(Unreachable::Unknown), "{name}");
            let last = server.asked().pop().map(|asked| asked.name);
            assert_eq!(last, Some(name.to_ascii_lowercase()), "no domain is tried behind it");
        }
    }
}
