//! The host's configuration: flags over environment over one file over defaults, checked whole before anything starts.

mod check;
mod map;

use std::net::SocketAddr;
use std::path::PathBuf;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use lockgate_runtime::{Limits, Proxy};
use serde::Serialize;

use crate::media::MediaLimits;

pub use check::ConfigProblem;
pub use map::HostMapSetting;

/// The names of all settings: keys of the file, `LOCKGATE_…` in the environment, `--…` on the command line.
pub const KEYS: [&str; 32] = [
    "data_dir",
    "database",
    "listen",
    "hooks_listen",
    "metrics_listen",
    "public_url",
    "key_file",
    "key",
    "admin_token_file",
    "node",
    "guest_threads",
    "max_instances",
    "max_memory_mib",
    "max_cpu_ms",
    "max_wall_ms",
    "max_requests",
    "max_requests_per_minute",
    "max_output_kib",
    "max_log_kib",
    "max_state_kib",
    "media_dir",
    "max_media_mib",
    "media_per_channel_mib",
    "delivery_concurrency",
    "egress_name_server",
    "egress_proxy",
    "calls_per_channel",
    "pause_failing_channels",
    "min_poll_seconds",
    "map_host",
    "log",
    "log_format",
];

/// `LOCKGATE_…` in the environment that are no settings of a host: for the other commands, for who runs the tests.
const BESIDE: [&str; 8] =
    ["CONFIG", "URL", "TOKEN", "TOKEN_FILE", "RECORD_KEY_FILE", "BIN", "UPDATE_SNAPSHOTS", "REQUIRE_POSTGRES"];

/// A configuration without contradictions. See [`Config::load`].
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder for the database, compiled images and the key.
    pub data_dir: PathBuf,
    /// Where everything is kept.
    pub database: DatabaseSetting,
    /// The address of API and, unless [`Config::hooks_listen`] is set, hooks.
    pub listen: SocketAddr,
    /// A listener for hooks alone.
    pub hooks_listen: Option<SocketAddr>,
    /// A listener for metrics alone, without a token.
    pub metrics_listen: Option<SocketAddr>,
    /// The origin under which providers reach this host; none: the listener's address.
    pub public_url: Option<url::Url>,
    /// Where the key of the vault comes from.
    pub key: KeySource,
    /// Where the first start writes the admin token; none: it is printed.
    pub admin_token_file: Option<PathBuf>,
    /// This process among others on the same database.
    pub node: String,
    /// Threads on which WebAssembly executes.
    pub guest_threads: usize,
    /// Guests in memory at one time.
    pub max_instances: u32,
    /// The most that a plugin may ask for. One that asks for nothing has the engine's defaults, or this where it is less.
    pub maximum: Limits,
    /// The folder of files; none: `media` in the data folder.
    pub media_dir: Option<PathBuf>,
    /// How much of files is kept.
    pub media: MediaLimits,
    /// Deliveries under way at one time.
    pub delivery_concurrency: usize,
    /// The name servers that are asked where plugins' requests go; none: whom the system asks.
    pub egress_name_servers: Vec<SocketAddr>,
    /// The proxy through which plugins' requests go; none: straight to the providers.
    pub egress_proxy: Option<Proxy>,
    /// Whether a channel or app whose calls keep failing is slowed and paused.
    pub pause_failing_channels: bool,
    /// The shortest interval in which a plugin may ask its provider what happened, in seconds.
    pub min_poll_seconds: u32,
    /// Host names that are looked for at a loopback address. For tests and the demo.
    pub maps: Vec<HostMapSetting>,
    /// Filter of the log, as `tracing-subscriber` reads it.
    pub log: String,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// Which database, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseSetting {
    /// `lockgate.db` in the data folder.
    Sqlite,
    /// A PostgreSQL address; may hold a password.
    Postgres(RedactedUrl),
}

/// An address that may hold a password, which is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedUrl(String);

impl RedactedUrl {
    /// The whole of it, for the database alone.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for RedactedUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match url::Url::parse(&self.0) {
            Ok(url) => write!(
                f,
                "{}://{}{}{}",
                url.scheme(),
                url.host_str().unwrap_or_default(),
                url.port().map_or(String::new(), |port| format!(":{port}")),
                url.path()
            ),
            Err(_) => f.write_str("postgres://…"),
        }
    }
}

/// Where the key of the vault comes from.
#[derive(Clone)]
pub enum KeySource {
    /// 64 hexadecimal digits in the environment.
    Inline(zeroize::Zeroizing<String>),
    /// A file with them; made, readable by its owner alone, for an empty database.
    File(PathBuf),
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Inline(_) => f.write_str("Inline(…)"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

/// What was given on the command line. Everything is optional: what is not given comes from the environment, the file or a
/// default.
#[derive(Clone, Debug, Default, Serialize, clap::Args)]
pub struct ConfigFlags {
    /// The configuration file [default: ./lockgate.toml where there is one]
    #[arg(long, env = "LOCKGATE_CONFIG", value_name = "FILE", global = true)]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Folder for database, compiled plugins and key [default: ./lockgate-data]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,

    /// `sqlite` (lockgate.db in the data folder) or a PostgreSQL address, postgres://user@host/name [default: sqlite]
    #[arg(long, value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,

    /// Address of the API, and of hooks unless --hooks-listen is given [default: 127.0.0.1:8080]
    #[arg(long, value_name = "IP:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,

    /// Address for hooks alone, so that providers never reach the API, nor what plugins answer its origin. Give it a name of its own
    /// with --public-url, under which the API then answers nothing
    #[arg(long, value_name = "IP:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hooks_listen: Option<String>,

    /// Address for /metrics alone, without a token; keep it private
    #[arg(long, value_name = "IP:PORT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<String>,

    /// Origin under which providers reach the hooks, such as `https://hooks.example.org`; hook addresses are shown and signatures over
    /// them checked under it [default: http:// and the listener's address]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,

    /// File with the vault's key; made for an empty database. The key itself may be given as LOCKGATE_KEY instead
    /// [default: lockgate.key in the data folder]
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,

    /// Where the first start writes the admin token, instead of printing it
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub admin_token_file: Option<PathBuf>,

    /// Name of this process among others on one database [default: the machine's name and the process id]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,

    /// Threads on which plugins execute [default: one a processor]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guest_threads: Option<u64>,

    /// Plugin calls in memory at one time [default: 256]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_instances: Option<u64>,

    /// The most memory that a plugin may ask for in one call; without asking it has 64 [default: 256]
    #[arg(long, value_name = "MIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_memory_mib: Option<u64>,

    /// The most time that a plugin may ask to execute in one call; without asking it has 500 [default: 10000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_cpu_ms: Option<u64>,

    /// The most time that a plugin may ask for from start to end of one call; without asking it has 30000 [default: 120000]
    #[arg(long, value_name = "MS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_wall_ms: Option<u64>,

    /// The most outgoing requests that a plugin may ask for in one call; without asking it has 16 [default: 64]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_requests: Option<u64>,

    /// The most outgoing requests of one channel in a minute that a plugin may ask for; without asking it has 1200
    /// [default: 12000]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_requests_per_minute: Option<u64>,

    /// The most that a plugin may ask to return from one call; without asking it has 8192 [default: 32768]
    #[arg(long, value_name = "KIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_kib: Option<u64>,

    /// The most that a plugin may ask to log in one call; without asking it has 16 [default: 256]
    #[arg(long, value_name = "KIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_log_kib: Option<u64>,

    /// The most state that a plugin may ask to write in one call; without asking it has 1024 [default: 8192]
    #[arg(long, value_name = "KIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_state_kib: Option<u64>,

    /// Folder for files [default: media in the data folder]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_dir: Option<PathBuf>,

    /// Size of the largest file that is kept, in MiB [default: 100]
    #[arg(long, value_name = "MIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_media_mib: Option<u64>,

    /// Size of all files of one channel or app together, in MiB [default: 10240]
    #[arg(long, value_name = "MIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_per_channel_mib: Option<u64>,

    /// Deliveries under way at one time [default: 64]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery_concurrency: Option<u64>,

    /// Name server that is asked where plugins' requests go, and nobody else: no hosts file, no search domain. May be repeated
    /// [default: whom the system asks]
    #[arg(long, value_name = "IP:PORT")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub egress_name_server: Vec<String>,

    /// HTTP proxy through which plugins' requests go, such as `http://proxy.example.org:3128`, with user:password@ before the name
    /// if need be; better given as LOCKGATE_EGRESS_PROXY then. It is told addresses, as this host looks names up and checks
    /// them itself. What HTTPS_PROXY and the like say is not heeded [default: none]
    #[arg(long, value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub egress_proxy: Option<String>,

    /// The most calls of one channel, or of one app, at one time: so many that receive and so many others. A plugin that asks
    /// for nothing has 8, or this where it is less [default: 32]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_channel: Option<u64>,

    /// Whether a channel or app whose calls keep failing by its plugin's fault is slowed, paused for a growing time and tried
    /// again: true or false [default: true]
    #[arg(long, value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause_failing_channels: Option<bool>,

    /// The shortest interval, in seconds, in which providers are asked for news on behalf of one channel; a plugin whose manifest
    /// asks for a shorter one has this [default: 5]
    #[arg(long, value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_poll_seconds: Option<u64>,

    /// For tests: look for one granted host at a loopback address, trusting only this CA:
    /// graph.facebook.com=127.0.0.1:4443,ca=FILE. May be repeated
    #[arg(long, value_name = "HOST=IP:PORT,ca=FILE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub map_host: Vec<String>,

    /// What is logged: error, warn, info, debug, or a filter such as lockgate=debug [default: info]
    #[arg(long, value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,

    /// text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_format: Option<String>,
}

impl Config {
    /// Reads flags, environment and file.
    ///
    /// # Errors
    ///
    /// Every problem at once, each naming its setting and where the value came from.
    pub fn load(flags: &ConfigFlags) -> Result<Self, Vec<ConfigProblem>> {
        let mut figment = Figment::new();
        let default_file = PathBuf::from("lockgate.toml");
        let file = flags.config.clone().or_else(|| default_file.is_file().then_some(default_file));
        if let Some(file) = &file {
            if !file.is_file() {
                return Err(vec![ConfigProblem::new("config", format!("{} is not a file", file.display()))]);
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Env::prefixed("LOCKGATE_").only(&KEYS)).merge(Serialized::defaults(flags));
        check::resolve(&figment)
    }

    /// Variables of the environment that look like settings and are none, such as a misspelt one: nobody heeds them.
    pub fn unknown_variables(names: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut unknown: Vec<String> = names
            .into_iter()
            .filter(|name| {
                name.strip_prefix("LOCKGATE_").is_some_and(|rest| {
                    let key = rest.to_ascii_lowercase();
                    // What begins with TEST is for a test build.
                    !KEYS.contains(&key.as_str()) && !BESIDE.contains(&rest) && !rest.starts_with("TEST_")
                })
            })
            .collect();
        unknown.sort();
        unknown
    }

    /// The path of the SQLite file.
    pub fn sqlite_path(&self) -> PathBuf {
        self.data_dir.join("lockgate.db")
    }

    /// The origin under which providers reach the hooks.
    pub fn hook_origin(&self) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.hooks_listen.unwrap_or(self.listen)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn a_misspelt_variable_is_found() {
        let names = ["LOCKGATE_LISTEN", "LOCKGATE_LISTN", "LOCKGATE_TOKEN", "LOCKGATE_TEST_FAIL", "HOME", "LOCKGATE_"];
        assert_eq!(Config::unknown_variables(names.map(String::from)), ["LOCKGATE_", "LOCKGATE_LISTN"]);
    }
}
