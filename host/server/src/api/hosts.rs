//! Hosts that settings hold: an admin confirms each one, as it is, before anything is sent there.

use std::collections::BTreeMap;

use lockgate_model::contract::settings::SettingValue;
use lockgate_model::host_name::Endpoint;
use lockgate_model::manifest::{Level, Manifest};
use serde::Serialize;
use utoipa::ToSchema;

use super::problem::FieldError;

/// A host that a setting holds, where the plugin calls whatever an admin filled in there.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct SettingHost {
    /// The setting's key.
    #[schema(example = "homeserver")]
    setting: String,
    /// The host that it holds; none where it holds none.
    #[schema(example = "matrix.example.org")]
    host: Option<String>,
    /// Whether the plugin may call it. If not: hand the host in as `confirm_hosts`.
    confirmed: bool,
}

/// The hosts that the settings of one level hold.
pub(crate) fn show(
    manifest: Option<&Manifest>,
    level: Level,
    settings: &BTreeMap<String, SettingValue>,
    confirmed: &BTreeMap<String, String>,
) -> Vec<SettingHost> {
    let Some(manifest) = manifest else { return Vec::new() };
    let hosts = held(manifest, level, settings);
    let show = |(setting, host): (&str, Option<String>)| SettingHost {
        confirmed: host.is_some() && confirmed.get(setting) == host.as_ref(),
        setting: setting.to_owned(),
        host,
    };
    hosts.into_iter().map(show).collect()
}

/// What is confirmed afterwards: what was, where its setting still holds it, and what is asked for.
///
/// # Errors
///
/// Every host that no setting holds.
pub(crate) fn confirm(
    manifest: &Manifest,
    level: Level,
    settings: &BTreeMap<String, SettingValue>,
    kept: &BTreeMap<String, String>,
    asked: &[String],
) -> Result<BTreeMap<String, String>, Vec<FieldError>> {
    let held = held(manifest, level, settings);
    let mut confirmed: BTreeMap<String, String> = kept.clone();
    confirmed.retain(|key, host| held.get(key.as_str()).is_some_and(|held| held.as_ref() == Some(host)));
    let mut errors = Vec::new();
    for (index, asked) in asked.iter().enumerate() {
        let host = Endpoint::of_setting(asked).ok().map(|endpoint| endpoint.to_string());
        let of = held.iter().filter(|(_, held)| held.is_some() && **held == host).map(|(key, _)| (*key).to_owned());
        let keys: Vec<String> = of.collect();
        if keys.is_empty() {
            let there: Vec<&str> = held.values().flatten().map(String::as_str).collect();
            let there = if there.is_empty() {
                "none holds a host".to_owned()
            } else {
                format!("there is {}", there.join(", "))
            };
            errors.push(FieldError {
                pointer: format!("/confirm_hosts/{index}"),
                detail: format!("no setting holds the host {asked:?}; {there}"),
            });
        }
        confirmed.extend(keys.into_iter().filter_map(|key| Some((key, host.clone()?))));
    }
    if errors.is_empty() { Ok(confirmed) } else { Err(errors) }
}

/// What each setting holds that a rule's host is.
fn held<'a>(
    manifest: &'a Manifest,
    level: Level,
    settings: &BTreeMap<String, SettingValue>,
) -> BTreeMap<&'a str, Option<String>> {
    let host = |key: &str| match settings.get(key) {
        Some(SettingValue::Text(text)) => Endpoint::of_setting(text).ok().map(|endpoint| endpoint.to_string()),
        _ => None,
    };
    manifest.host_settings(level).into_iter().map(|key| (key, host(key))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest() -> Manifest {
        let text = r#"
            [plugin]
            id = "p"
            name = "P"
            version = "1.0.0"
            contract = "lockgate:channel@0.1.0-dev.1"
            description = "For a test."

            [[setting]]
            key = "server"
            level = "channel"
            label = "Server"
            required = true

            [[setting]]
            key = "media"
            level = "channel"
            label = "Server of media"
            required = true

            [[egress]]
            name = "sync"
            host = "{settings.server}"
            methods = ["GET"]
            paths = ["/sync"]
            effect = "read"

            [[egress]]
            name = "media"
            host = "{settings.media}"
            methods = ["GET"]
            paths = ["/media/*"]
            effect = "read"
        "#;
        Manifest::parse(text).unwrap()
    }

    fn settings(server: &str, media: &str) -> BTreeMap<String, SettingValue> {
        [("server", server), ("media", media)]
            .map(|(key, text)| (key.to_owned(), SettingValue::Text(text.to_owned())))
            .into()
    }

    fn hosts(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(key, host)| (key.to_string(), host.to_string())).collect()
    }

    #[test]
    fn a_host_is_confirmed_as_what_its_setting_holds_and_no_longer() {
        let (manifest, level) = (manifest(), Level::Channel);
        let filled = settings("https://Matrix.example.org/", "media.example.org:8448");
        let none = BTreeMap::new();
        let one = confirm(&manifest, level, &filled, &none, &["matrix.example.org".into()]).unwrap();
        assert_eq!(one, hosts(&[("server", "matrix.example.org")]));
        let both = confirm(&manifest, level, &filled, &one, &["https://media.example.org:8448".into()]).unwrap();
        assert_eq!(both, hosts(&[("media", "media.example.org:8448"), ("server", "matrix.example.org")]));
        let shown = show(Some(&manifest), level, &filled, &one);
        assert_eq!(shown.iter().map(|host| host.confirmed).collect::<Vec<_>>(), [false, true], "{shown:?}");

        let moved = settings("evil.example.org", "media.example.org:8448");
        assert_eq!(
            confirm(&manifest, level, &moved, &both, &[]).unwrap(),
            hosts(&[("media", "media.example.org:8448")])
        );
        assert!(!show(Some(&manifest), level, &moved, &both)[1].confirmed, "another value was confirmed");
        let same = settings("one.example.org", "one.example.org");
        let twice = confirm(&manifest, level, &same, &none, &["one.example.org".into()]).unwrap();
        assert_eq!(twice.len(), 2, "the host is confirmed, whoever holds it");
    }

    #[test]
    fn what_no_setting_holds_is_not_confirmed() {
        let filled = settings("matrix.example.org", "media.example.org");
        for asked in ["evil.example.org", "matrix.example.org:8448", "127.0.0.1", "", "*"] {
            let refused = confirm(&manifest(), Level::Channel, &filled, &BTreeMap::new(), &[asked.into()]).unwrap_err();
            assert_eq!(refused[0].pointer, "/confirm_hosts/0");
            assert!(
                refused[0].detail.contains("there is media.example.org, matrix.example.org"),
                "{}",
                refused[0].detail
            );
        }
        assert!(confirm(&manifest(), Level::App, &filled, &BTreeMap::new(), &["matrix.example.org".into()]).is_err());
    }
}
