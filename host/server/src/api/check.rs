//! Asks a plugin whether settings make sense, before they are kept. Pure on the plugin's side: no request leaves, and it is
//! handed neither state nor secrets.

use std::collections::BTreeMap;
use std::sync::Arc;

use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::Level;
use lockgate_runtime::{Call, CallFailure, CallLabel, NoMedia, NoSecrets, NoState};
use lockgate_store::PluginRecord;

use super::extract::escape;
use super::problem::{FieldError, Kind, Problem};
use crate::host::Host;

/// Asks the plugin, where it is running and can be asked. `app` are the app's settings, `own` the ones of `level`.
///
/// # Errors
///
/// 422 with what the plugin found wrong, or because it could not answer.
pub(crate) async fn check(
    host: &Host,
    record: &PluginRecord,
    level: Level,
    app: &BTreeMap<String, SettingValue>,
    own: &BTreeMap<String, SettingValue>,
) -> Result<(), Problem> {
    let Some(loaded) = host.directory.plugin(&record.name) else { return Ok(()) };
    if !loaded.plugin.abilities().connector {
        return Ok(());
    }
    let settings: Vec<Setting> =
        app.iter().chain(own).map(|(key, value)| Setting { key: key.clone(), value: value.clone() }).collect();
    let mut seed = [0; 32];
    host.seams.entropy.fill(&mut seed);
    let call = Call {
        now_ms: host.seams.clock.now_ms(),
        seed,
        settings: settings.clone().into(),
        credentials: Arc::new([]),
        hooks: Arc::default(),
        state: Arc::new(NoState),
        grants: Arc::default(),
        confirmed_hosts: Arc::default(),
        secrets: Arc::new(NoSecrets),
        departure: None,
        media: Arc::new(NoMedia),
        alone: false,
        label: CallLabel { plugin: record.name.to_string(), call: "check".into(), ..CallLabel::default() },
    };
    let called = loaded.plugin.check(call, settings).await;
    crate::metrics::called("check", record.name.as_str(), &called.result, &called.effects);
    match called.result {
        Ok(found) => {
            let errors: Vec<FieldError> = found
                .into_iter()
                // At level app a plugin cannot know yet what each channel will fill in.
                .filter(|problem| match &problem.key {
                    Some(key) => record.manifest.settings_of(level).any(|field| field.key == *key),
                    None => true,
                })
                .map(|problem| FieldError {
                    pointer: problem.key.map_or(String::new(), |key| format!("/settings/{}", escape(&key))),
                    detail: problem.words,
                })
                .collect();
            if errors.is_empty() { Ok(()) } else { Err(Problem::invalid(errors)) }
        }
        Err(CallFailure::NotExported) => Ok(()),
        Err(failure @ (CallFailure::Overloaded | CallFailure::StateUnavailable)) => Err(Problem::busy(&failure)),
        Err(failure) => {
            Err(Problem::new(Kind::Invalid, format!("The plugin could not check these settings: {failure}.")))
        }
    }
}
