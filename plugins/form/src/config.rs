//! The settings of a channel, as they are used.

use lockgate_sdk::phone::Plan;
use lockgate_sdk::{Setting, SettingValue, settings};

/// Traps that are known where the admin names none.
const TRAPS: [&str; 4] = ["_honeypot", "_gotcha", "_honey", "bot-field"];

/// What an admin filled in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) hidden: Vec<String>,
    pub(crate) required: Vec<String>,
    /// As [`origin`] writes them.
    pub(crate) origins: Vec<String>,
    pub(crate) servers: bool,
    pub(crate) traps: Vec<String>,
    pub(crate) minimum_seconds: f64,
    pub(crate) thanks_page: Option<String>,
    pub(crate) thanks: String,
    pub(crate) country: Option<Plan>,
}

impl Config {
    /// The channel's.
    pub(crate) fn read() -> Self {
        Self::of(&settings::all())
    }

    fn of(settings: &[Setting]) -> Self {
        let text = |key| text(settings, key).map(str::to_owned);
        let traps = text("trap_field").map_or_else(|| TRAPS.map(str::to_owned).to_vec(), |trap| vec![trap]);
        let country = text("country").map(|code| Plan::new(code).international("00").trunk("0"));
        Self {
            email: text("email_field"),
            name: text("name_field"),
            phone: text("phone_field"),
            message: text("message_field"),
            subject: text("subject_field"),
            hidden: texts(settings, "hidden_fields"),
            required: texts(settings, "required_fields"),
            origins: texts(settings, "origins").iter().filter_map(|site| origin(site)).collect(),
            servers: matches!(value(settings, "servers"), Some(SettingValue::Boolean(true))),
            traps,
            minimum_seconds: match value(settings, "minimum_seconds") {
                Some(SettingValue::Number(seconds)) => *seconds,
                _ => 0.0,
            },
            thanks_page: text("thanks_page"),
            thanks: text("thanks").unwrap_or_default(),
            country,
        }
    }

    /// Whether an address is on one of the sites.
    pub(crate) fn is_ours(&self, address: &str) -> bool {
        let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        plain && origin(address).is_some_and(|origin| self.origins.contains(&origin))
    }
}

fn value<'a>(settings: &'a [Setting], key: &str) -> Option<&'a SettingValue> {
    settings.iter().find(|setting| setting.key == key).map(|setting| &setting.value)
}

/// A text setting, trimmed; none where nothing is in it.
pub(crate) fn text<'a>(settings: &'a [Setting], key: &str) -> Option<&'a str> {
    match value(settings, key) {
        Some(SettingValue::Text(text)) if !text.trim().is_empty() => Some(text.trim()),
        _ => None,
    }
}

/// The lines of a setting that have something in them.
pub(crate) fn texts(settings: &[Setting], key: &str) -> Vec<String> {
    match value(settings, key) {
        Some(SettingValue::Texts(lines)) => {
            lines.iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
        }
        _ => Vec::new(),
    }
}

/// The origin of a web address as browsers write it (RFC 6454, section 6.2): `https://www.example.org`, with the port where it is not
/// the scheme's own. None for what has none: other schemes, a name and password before the host, `null`.
pub(crate) fn origin(address: &str) -> Option<String> {
    let (scheme, rest) = address.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let own_port = match scheme.as_str() {
        "https" => "443",
        "http" => "80",
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    let within = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']');
    if !authority.bytes().all(within) {
        return None;
    }
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, Some(port).filter(|port| !port.is_empty() && *port != own_port)),
        None => (authority.as_str(), None),
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let number = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if bare.is_empty() || (host == bare && host.contains(':')) || !port.is_none_or(number) {
        return None;
    }
    Some(port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (address, expected) in [
            ("https://Www.Example.org/contact?a=b", "https://www.example.org"),
            ("https://www.example.org:443", "https://www.example.org"),
            ("HTTP://localhost:8080/", "http://localhost:8080"),
            ("http://[::1]:80/x", "http://[::1]"),
            ("https://example.org?next=https://evil.example", "https://example.org"),
        ] {
            assert_eq!(origin(address).as_deref(), Some(expected), "{address}");
        }
        for address in [
            "",
            "null",
            "example.org",
            "ftp://example.org",
            "https://",
            "https:///path",
            "javascript://example.org",
            "https://user@example.org",
            "https://www.example.org:a",
            "https://exa mple.org",
            "https://münchen.example",
            "https://a:b:c",
            "https://www.example.org%2f@evil.example",
        ] {
            assert_eq!(origin(address), None, "{address}");
        }
    }

    #[test]
    fn nobody_is_sent_on_to_elsewhere() {
        let config = Config { origins: vec!["https://www.example.org".into()], ..Config::default() };
        assert!(config.is_ours("https://www.example.org/thanks?a=b#c"));
        for address in [
            "https://www.example.org.evil.example/",
            "http://www.example.org/",
            "https://www.example.org:8443/",
            "//www.example.org/",
            "https://www.example.org\\@evil.example/",
            "https://www.example.org/\r\nset-cookie: a",
            "https://evil.example/",
        ] {
            assert!(!config.is_ours(address), "{address}");
        }
    }
}
