//! What an operator can set about the sandbox.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lockgate_model::manifest::LimitRequest;

use crate::compiler::Compiler;
use crate::egress::Proxy;
use crate::seal::SealKey;

/// How the sandbox is set up. `Default` suits one small machine.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// Where compiled images are kept. Made, for this user alone, where it is missing.
    pub cache_dir: PathBuf,
    /// What only this installation can put on an image. The default is a key that everybody knows.
    pub seal: SealKey,
    /// Where plugins are compiled.
    pub compiler: Compiler,
    /// Threads on which WebAssembly executes, at least 1. One more is kept for owners of whom nothing runs while all are busy.
    pub guest_threads: usize,
    /// Instances in memory at once, waiting ones included.
    pub max_instances: u32,
    /// How many of them are kept for `receive`. Less than `max_instances`.
    pub reserved_for_receive: u32,
    /// How long a call waits for an instance before it fails as overloaded.
    pub admission: Duration,
    /// Limits of a call whose manifest asks for nothing.
    pub defaults: Limits,
    /// What a manifest can ask for at most.
    pub maximum: Limits,
    /// What leaves the host.
    pub egress: EgressConfig,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            cache_dir: PathBuf::from("plugins"),
            seal: SealKey::new([0; 32]),
            compiler: Compiler::default(),
            guest_threads: threads,
            max_instances: 256,
            reserved_for_receive: 64,
            admission: Duration::from_secs(2),
            defaults: Limits::default(),
            maximum: Limits {
                memory_bytes: 256 << 20,
                cpu: Duration::from_secs(10),
                wall: Duration::from_secs(120),
                requests: 64,
                requests_per_minute: 12_000,
                calls: 32,
                output_bytes: 32 << 20,
                log_bytes: 256 << 10,
                state_bytes: 8 << 20,
                ..Limits::default()
            },
            egress: EgressConfig::default(),
        }
    }
}

/// What the calls of one owner and kind may have of memory together: of a plugin that asks for much in each call fewer run at once.
const OWNER_MEMORY: u64 = 1 << 30;

/// What one call may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory of all its instances together.
    pub memory_bytes: u64,
    /// Time that WebAssembly executes. Looked at once a millisecond.
    pub cpu: Duration,
    /// From start to end, waits included.
    pub wall: Duration,
    /// What it returns, and what it hands to any one host call, as the host holds it in memory.
    pub output_bytes: u64,
    /// What it logs, standard output and error included; more is counted and dropped.
    pub log_bytes: u64,
    /// Outgoing requests.
    pub requests: u32,
    /// Outgoing requests of one channel in a minute, over all its calls on this node.
    pub requests_per_minute: u32,
    /// Body of one outgoing request.
    pub request_bytes: u64,
    /// Body of one answer to it.
    pub response_bytes: u64,
    /// State that it writes, keys included.
    pub state_bytes: u64,
    /// Calls of one channel, or of one app, at once: so many that receive, and so many others.
    pub calls: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            cpu: Duration::from_millis(500),
            wall: Duration::from_secs(30),
            output_bytes: 8 << 20,
            log_bytes: 16 << 10,
            requests: 16,
            requests_per_minute: 1_200,
            request_bytes: 32 << 20,
            response_bytes: 4 << 20,
            state_bytes: 1 << 20,
            calls: 8,
        }
    }
}

impl Limits {
    /// These limits with what a manifest asks for, up to `maximum`.
    pub(crate) fn with(&self, asked: &LimitRequest, maximum: &Self) -> Self {
        let millis = |asked: Option<u32>, default: Duration, most: Duration| {
            asked.map_or(default, |ms| Duration::from_millis(u64::from(ms))).min(most)
        };
        let kib =
            |asked: Option<u32>, default: u64, most: u64| asked.map_or(default, |kib| u64::from(kib) << 10).min(most);
        Self {
            memory_bytes: asked
                .memory_mib
                .map_or(self.memory_bytes, |mib| u64::from(mib) << 20)
                .min(maximum.memory_bytes),
            cpu: millis(asked.cpu_ms, self.cpu, maximum.cpu),
            wall: millis(asked.wall_ms, self.wall, maximum.wall),
            requests: asked.requests.unwrap_or(self.requests).min(maximum.requests),
            requests_per_minute: asked
                .requests_per_minute
                .unwrap_or(self.requests_per_minute)
                .min(maximum.requests_per_minute),
            calls: asked.calls.unwrap_or(self.calls).min(maximum.calls),
            output_bytes: kib(asked.output_kib, self.output_bytes, maximum.output_bytes),
            log_bytes: kib(asked.log_kib, self.log_bytes, maximum.log_bytes),
            state_bytes: kib(asked.state_kib, self.state_bytes, maximum.state_bytes),
            ..self.clone()
        }
        .within(OWNER_MEMORY)
    }

    /// The same with as many calls at once as have room in this memory together, and at least one.
    fn within(self, memory: u64) -> Self {
        let room = u32::try_from(memory / self.memory_bytes.max(1)).unwrap_or(u32::MAX);
        Self { calls: self.calls.min(room).max(1), ..self }
    }
}

/// What leaves the host.
#[derive(Clone, Debug)]
pub struct EgressConfig {
    /// Host names that an operator maps to loopback addresses. None by default.
    pub maps: Vec<HostMap>,
    /// The name servers that are asked for all other names, and nobody else. None by default: whom the system asks.
    pub name_servers: Vec<SocketAddr>,
    /// The proxy through which everything goes that is not mapped, to addresses that were checked as always. None by default; what
    /// the environment names is not asked.
    pub proxy: Option<Proxy>,
    /// How long looking a name up may take.
    pub lookup: Duration,
}

impl Default for EgressConfig {
    fn default() -> Self {
        Self { maps: Vec::new(), name_servers: Vec::new(), proxy: None, lookup: Duration::from_secs(5) }
    }
}

/// One granted host name that is reached at a loopback address instead, for tests and the demo. The grant, TLS, the check of
/// the name, the places of credentials and scrubbing stay as they are; only address, port and the certificates trusted change.
#[derive(Clone)]
pub struct HostMap {
    /// The exact name, in lower case; behind it `:port` where that is not the ordinary one, and then the address has the same.
    pub host: String,
    /// A loopback address and port.
    pub address: SocketAddr,
    /// The certificates trusted for it, and no others: PEM.
    pub ca_pem: Vec<u8>,
}

impl fmt::Debug for HostMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostMap").field("host", &self.host).field("address", &self.address).finish_non_exhaustive()
    }
}

/// Why the sandbox could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting makes no sense; the words say which and what to write.
    #[error("{0}")]
    Setting(String),
    /// The folder of compiled images cannot be used.
    #[error("the folder {path} of compiled plugins cannot be used")]
    Cache {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Threads could not be started.
    #[error("threads for plugins could not be started")]
    Threads(#[source] std::io::Error),
    /// The engine could not be made with any settings; usually too little address space (`ulimit -v`).
    #[error("the WebAssembly engine could not be started: {0}")]
    Engine(String),
    /// The client for outgoing requests could not be made.
    #[error("the client for outgoing requests could not be made: {0}")]
    Egress(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_gets_what_it_asks_for_up_to_the_operators_maximum() {
        let config = RuntimeConfig::default();
        let with = |asked: LimitRequest| config.defaults.with(&asked, &config.maximum);
        assert_eq!(with(LimitRequest::default()), config.defaults);
        let all = |most: u32| LimitRequest {
            memory_mib: Some(most),
            cpu_ms: Some(most),
            wall_ms: Some(most),
            requests: Some(most),
            requests_per_minute: Some(most),
            calls: Some(most),
            output_kib: Some(most),
            log_kib: Some(most),
            state_kib: Some(most),
        };
        let maximum = with(all(u32::MAX));
        assert_eq!(maximum, Limits { calls: 4, ..config.maximum.clone() });
        let little = with(all(2));
        assert_eq!((little.output_bytes, little.log_bytes, little.state_bytes), (2 << 10, 2 << 10, 2 << 10));
        assert_eq!((little.memory_bytes, little.requests, little.calls), (2 << 20, 2, 2));
        assert_eq!((little.cpu, little.wall), (Duration::from_millis(2), Duration::from_millis(2)));
        assert_eq!(with(LimitRequest { calls: Some(0), ..LimitRequest::default() }).calls, 1);
    }

    #[test]
    fn who_asks_for_nothing_has_no_more_than_the_maximum_either() {
        let least = Limits {
            memory_bytes: 1 << 20,
            cpu: Duration::from_millis(1),
            wall: Duration::from_millis(1),
            output_bytes: 1,
            log_bytes: 1,
            requests: 1,
            requests_per_minute: 1,
            state_bytes: 1,
            calls: 1,
            ..Limits::default()
        };
        assert_eq!(Limits::default().with(&LimitRequest::default(), &least), least);
    }

    #[test]
    fn who_asks_for_much_memory_runs_fewer_calls_at_once() {
        let config = RuntimeConfig::default();
        let calls = |memory_mib| {
            let asked = LimitRequest { memory_mib: Some(memory_mib), calls: Some(32), ..LimitRequest::default() };
            config.defaults.with(&asked, &config.maximum).calls
        };
        assert_eq!([calls(16), calls(64), calls(256)], [32, 16, 4]);
    }
}
