//! The host's log. Ids and codes; never content, never a secret, never a sender's text.

use std::io::IsTerminal as _;

use lockgate_model::contract::settings::Level;
use lockgate_runtime::Effects;
use tracing_subscriber::EnvFilter;

use crate::config::LogFormat;
use crate::directory::Mounted;

/// Starts logging to standard error. Called once, by the executable.
pub fn start(filter: &str, format: LogFormat) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    // Colour is for eyes; in a file it is rubbish between the words. By https://no-color.org people can do without it too.
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour).with_writer(std::io::stderr);
    let started = match format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // A second start (tests in one process) keeps the first one's settings.
    drop(started);
}

/// What a plugin wrote to its log during a call, and what the gate refused it.
pub fn guest(mounted: &Mounted, effects: &Effects) {
    for line in &effects.log {
        let fields: Vec<String> = line.fields.iter().map(|pair| format!("{}={}", pair.name, pair.value)).collect();
        let fields = fields.join(" ");
        let (owner, plugin, message) = (mounted.owner, mounted.plugin_name.as_str(), line.message.as_str());
        match line.level {
            Level::Error => tracing::error!(target: "lockgate::plugin", %owner, plugin, fields, "{message}"),
            Level::Warn => tracing::warn!(target: "lockgate::plugin", %owner, plugin, fields, "{message}"),
            Level::Info => tracing::info!(target: "lockgate::plugin", %owner, plugin, fields, "{message}"),
            Level::Debug => tracing::debug!(target: "lockgate::plugin", %owner, plugin, fields, "{message}"),
        }
    }
    for denial in &effects.denials {
        tracing::warn!(
            owner = %mounted.owner,
            plugin = %mounted.plugin_name,
            what = denial.what,
            grant = denial.grant.as_deref().unwrap_or("none"),
            "a plugin's request was denied"
        );
    }
}
