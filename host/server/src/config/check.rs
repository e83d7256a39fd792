//! From what was written to a [`Config`], or to everything that is wrong with it.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use figment::value::Value;
use figment::{Figment, Metadata, Source};
use lockgate_runtime::{Limits, NoProxy, Proxy, RuntimeConfig};

use crate::media::MediaLimits;

use super::{Config, DatabaseSetting, HostMapSetting, KEYS, KeySource, LogFormat, RedactedUrl};

/// One thing that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The setting.
    pub key: String,
    /// What is wrong with it, and what to write instead. Never a secret value.
    pub words: String,
}

impl ConfigProblem {
    pub(super) fn new(key: &str, words: impl Into<String>) -> Self {
        Self { key: key.into(), words: words.into() }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.words)
    }
}

struct Reader<'a> {
    figment: &'a Figment,
    problems: Vec<ConfigProblem>,
}

impl Reader<'_> {
    /// A value as text, whichever way it was written; a number is the text of it.
    fn text(&mut self, key: &str) -> Option<String> {
        match self.figment.find_value(key).ok()? {
            Value::String(_, text) => Some(text),
            Value::Num(_, number) => number.to_u128().map(|number| number.to_string()).or_else(|| {
                self.wrong(key, "must be a whole number");
                None
            }),
            _ => {
                self.wrong(key, "must be one text");
                None
            }
        }
    }

    fn parsed<T: FromStr>(&mut self, key: &str, form: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.wrong(key, format!("{text:?} is not {form}"));
        }
        parsed
    }

    fn number(&mut self, key: &str, default: u64, least: u64, most: u64) -> u64 {
        let number = self.parsed(key, "a whole number").unwrap_or(default);
        if !(least..=most).contains(&number) {
            self.wrong(key, format!("{number} is not from {least} to {most}"));
        }
        number
    }

    /// The same in 32 bits.
    fn bounded(&mut self, key: &str, default: u32, least: u32, most: u32) -> u32 {
        u32::try_from(self.number(key, default.into(), least.into(), most.into())).unwrap_or(default)
    }

    /// A list of texts; one alone is a list of one.
    fn texts(&mut self, key: &str, form: &str) -> Vec<String> {
        match self.figment.find_value(key) {
            Err(_) => Vec::new(),
            Ok(Value::String(_, one)) => vec![one],
            Ok(value) => value.deserialize().unwrap_or_else(|_| {
                self.wrong(key, format!("must be a list of {form}"));
                Vec::new()
            }),
        }
    }

    fn switch(&mut self, key: &str, default: bool) -> bool {
        match self.figment.find_value(key) {
            Err(_) => default,
            Ok(Value::Bool(_, on)) => on,
            Ok(Value::String(_, text)) if text == "true" || text == "false" => text == "true",
            Ok(_) => {
                self.wrong(key, "must be true or false");
                default
            }
        }
    }

    fn wrong(&mut self, key: &str, words: impl Into<String>) {
        let from = match self.figment.find_metadata(key) {
            Some(metadata) if metadata.name.contains("environment") => {
                format!(" (from the environment, LOCKGATE_{})", key.to_ascii_uppercase())
            }
            Some(Metadata { source: Some(Source::Code(_)), .. }) => {
                format!(" (from the command line, --{})", key.replace('_', "-"))
            }
            Some(metadata) => metadata.source.as_ref().map_or(String::new(), |source| format!(" (from {source})")),
            None => String::new(),
        };
        self.problems.push(ConfigProblem::new(key, words.into() + &from));
    }
}

/// Reads every setting, and reports every problem.
pub(super) fn resolve(figment: &Figment) -> Result<Config, Vec<ConfigProblem>> {
    let mut read = Reader { figment, problems: Vec::new() };
    unknown_keys(&mut read)?;
    let processors = std::thread::available_parallelism().map_or(2, |n| n.get() as u64);

    let data_dir = read.text("data_dir").map_or_else(|| PathBuf::from("lockgate-data"), PathBuf::from);
    let listen =
        read.parsed("listen", "IP:PORT, such as 127.0.0.1:8080").unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080)));
    let key = match read.text("key") {
        Some(key) if key.len() == 64 && key.chars().all(|c| c.is_ascii_hexdigit()) => KeySource::Inline(key.into()),
        Some(_) => {
            read.wrong("key", "must be 64 hexadecimal digits (make one with: openssl rand -hex 32)");
            KeySource::Inline(String::new().into())
        }
        None => KeySource::File(read.text("key_file").map_or_else(|| data_dir.join("lockgate.key"), PathBuf::from)),
    };
    let config = Config {
        database: database(&mut read),
        hooks_listen: read.parsed("hooks_listen", "IP:PORT"),
        metrics_listen: read.parsed("metrics_listen", "IP:PORT"),
        public_url: public_url(&mut read),
        key,
        admin_token_file: read.text("admin_token_file").map(PathBuf::from),
        node: node(&mut read),
        guest_threads: usize::try_from(read.number("guest_threads", processors, 1, 1024)).unwrap_or(1),
        max_instances: read.bounded("max_instances", 256, 8, 10_000),
        maximum: maximum(&mut read),
        media_dir: read.text("media_dir").map(PathBuf::from),
        media: MediaLimits {
            file: read.number("max_media_mib", 100, 1, 1024) << 20,
            owner: read.number("media_per_channel_mib", 10 << 10, 1, 1 << 30) << 20,
        },
        delivery_concurrency: usize::try_from(read.number("delivery_concurrency", 64, 1, 10_000)).unwrap_or(64),
        egress_name_servers: name_servers(&mut read),
        egress_proxy: proxy(&mut read),
        pause_failing_channels: read.switch("pause_failing_channels", true),
        min_poll_seconds: read.bounded("min_poll_seconds", 5, 1, 86_400),
        maps: maps(&mut read),
        log: read.text("log").unwrap_or_else(|| "info".into()),
        log_format: match read.text("log_format").as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => {
                let words = format!("{other:?} is neither text nor json");
                read.wrong("log_format", words);
                LogFormat::Text
            }
        },
        listen,
        data_dir,
    };
    if tracing_subscriber::EnvFilter::try_new(&config.log).is_err() {
        read.wrong("log", format!("{:?} is no filter such as info or lockgate=debug", config.log));
    }
    for (key, other) in [("hooks_listen", config.hooks_listen), ("metrics_listen", config.metrics_listen)] {
        if other.is_some_and(|other| other == config.listen && other.port() != 0) {
            read.wrong(key, format!("{} is the address of --listen already", config.listen));
        }
    }
    if read.problems.is_empty() { Ok(config) } else { Err(read.problems) }
}

/// Without the words of who wrote it: they may hold a password.
fn proxy(read: &mut Reader<'_>) -> Option<Proxy> {
    let proxy = read.text("egress_proxy")?.parse();
    proxy.map_err(|problem: NoProxy| read.wrong("egress_proxy", problem.to_string())).ok()
}

fn maximum(read: &mut Reader<'_>) -> Limits {
    Limits {
        memory_bytes: read.number("max_memory_mib", 256, 16, 4096) << 20,
        cpu: Duration::from_millis(read.number("max_cpu_ms", 10_000, 10, 600_000)),
        wall: Duration::from_millis(read.number("max_wall_ms", 120_000, 100, 600_000)),
        requests: read.bounded("max_requests", 64, 1, 10_000),
        requests_per_minute: read.bounded("max_requests_per_minute", 12_000, 1, 1_000_000),
        output_bytes: read.number("max_output_kib", 32 << 10, 64, 256 << 10) << 10,
        log_bytes: read.number("max_log_kib", 256, 1, 16 << 10) << 10,
        state_bytes: read.number("max_state_kib", 8 << 10, 1, 64 << 10) << 10,
        calls: read.bounded("calls_per_channel", 32, 1, 1024),
        ..RuntimeConfig::default().maximum
    }
}

fn unknown_keys(read: &mut Reader<'_>) -> Result<(), Vec<ConfigProblem>> {
    let written = match read.figment.extract::<figment::value::Dict>() {
        Ok(written) => written,
        Err(errors) => {
            return Err(errors.into_iter().map(|error| ConfigProblem::new("config", error.to_string())).collect());
        }
    };
    for key in written.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        read.wrong(key, format!("is no setting of Lockgate; there are {}", KEYS.join(", ")));
    }
    Ok(())
}

fn database(read: &mut Reader<'_>) -> DatabaseSetting {
    match read.text("database") {
        None => DatabaseSetting::Sqlite,
        Some(text) if text == "sqlite" => DatabaseSetting::Sqlite,
        Some(text) if text.starts_with("postgres://") || text.starts_with("postgresql://") => {
            DatabaseSetting::Postgres(RedactedUrl(text))
        }
        Some(_) => {
            read.wrong("database", "must be sqlite or an address postgres://user@host/name");
            DatabaseSetting::Sqlite
        }
    }
}

fn public_url(read: &mut Reader<'_>) -> Option<url::Url> {
    let url: url::Url = read.parsed("public_url", "an address such as https://hooks.example.org")?;
    let origin_only =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !origin_only || url.host().is_none() {
        read.wrong("public_url", format!("{url} is not an origin: write https:// and a name, nothing behind it"));
    }
    Some(url)
}

fn node(read: &mut Reader<'_>) -> String {
    let node = read.text("node").unwrap_or_else(|| {
        let machine = rustix::system::uname().nodename().to_string_lossy().into_owned();
        format!("{machine}-{}", std::process::id())
    });
    if node.is_empty() || node.len() > 100 {
        read.wrong("node", "must have 1 to 100 characters");
    }
    node
}

fn name_servers(read: &mut Reader<'_>) -> Vec<SocketAddr> {
    let mut servers = Vec::new();
    for text in read.texts("egress_name_server", "IP:PORT") {
        match text.parse::<SocketAddr>() {
            Ok(server) if server.port() != 0 && !server.ip().is_unspecified() => servers.push(server),
            _ => read.wrong("egress_name_server", format!("{text:?} is not IP:PORT, such as 192.0.2.53:53")),
        }
    }
    servers
}

fn maps(read: &mut Reader<'_>) -> Vec<HostMapSetting> {
    let mut maps: Vec<HostMapSetting> = Vec::new();
    for text in read.texts("map_host", "HOST=IP:PORT,ca=FILE") {
        match text.parse::<HostMapSetting>() {
            Ok(map) if maps.iter().any(|other| other.host == map.host) => {
                read.wrong("map_host", format!("{} is mapped twice", map.host));
            }
            Ok(map) => maps.push(map),
            Err(words) => read.wrong("map_host", words),
        }
    }
    maps
}

#[cfg(test)]
mod tests {
    use figment::Figment;
    use figment::providers::{Format, Toml};

    use super::resolve;

    fn problems(text: &str) -> Vec<String> {
        resolve(&Figment::new().merge(Toml::string(text)))
            .map_or_else(|p| p.iter().map(|p| p.key.clone()).collect(), |_| Vec::new())
    }

    #[test]
    fn nothing_written_is_a_whole_configuration() {
        assert!(problems("").is_empty());
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let found = problems(
            "listen = \"here\"\ndatabase = \"mysql://x\"\npublic_url = \"https://a.example/path\"\nguest_threads = 0\nlog_format = \"xml\"\ndatadir = \"x\"\nkey = \"short\"\nmap_host = [\"a=10.0.0.1:1,ca=x\"]\negress_name_server = [\"dns.example.org\"]",
        );
        for key in [
            "datadir",
            "listen",
            "database",
            "public_url",
            "guest_threads",
            "log_format",
            "key",
            "map_host",
            "egress_name_server",
        ] {
            assert!(found.iter().any(|k| k == key), "{key} in {found:?}");
        }
    }

    #[test]
    fn a_problem_of_the_command_line_names_its_option() {
        let flags = crate::config::ConfigFlags { hooks_listen: Some("8090".into()), ..Default::default() };
        let found = resolve(&Figment::new().merge(figment::providers::Serialized::defaults(&flags))).unwrap_err();
        assert_eq!(
            found[0].to_string(),
            "hooks_listen: \"8090\" is not IP:PORT (from the command line, --hooks-listen)"
        );
    }

    #[test]
    fn name_servers_are_addresses_one_or_several() {
        let servers = |text: &str| {
            let text = format!("egress_name_server = {text}");
            resolve(&Figment::new().merge(Toml::string(&text))).map(|config| config.egress_name_servers.len()).ok()
        };
        assert_eq!(servers(r#""192.0.2.53:53""#), Some(1));
        assert_eq!(servers(r#"["192.0.2.53:53", "[2001:db8::53]:5353"]"#), Some(2));
        for wrong in [r#""192.0.2.53""#, r#""dns.example.org:53""#, r#""192.0.2.53:0""#, r#"["0.0.0.0:53"]"#, "53"] {
            assert_eq!(servers(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_never_shown() {
        for (text, taken) in [
            ("database = \"postgres://u:hunter2@localhost/x\"", true),
            ("egress_proxy = \"http://u:hunter2@localhost:3128\"", true),
            ("egress_proxy = \"https://u:hunter2@localhost:3128\"", false),
        ] {
            let read = resolve(&Figment::new().merge(Toml::string(text)));
            assert_eq!(read.is_ok(), taken, "{text}");
            let shown = format!("{read:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
