//! Checks of `connector`.

use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::Level;

use super::subject::{Subject, died};
use super::{Finding, Trials};
use crate::world::World;

const NOT_EXPORTED: &str = "it does not export connector";

/// K01
pub(super) async fn takes_its_own(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    if subject.abilities.connector {
        for case in subject.cases.iter().filter(|case| !case.settings.is_empty()) {
            let world = World::of(case, subject.manifest, Level::Channel);
            let found = match subject.check(&world, world.settings.clone()).await.result {
                Ok(problems) if problems.is_empty() => None,
                Ok(problems) => Some(format!("{}: {problems:?}", case.name)),
                Err(failure) => Some(format!("{}: {failure}", case.name)),
            };
            trials.add(found);
        }
    }
    trials.finding(if subject.abilities.connector { "no case has settings" } else { NOT_EXPORTED })
}

/// Settings that no admin would fill in, and one might.
fn odd(subject: &Subject<'_>) -> Vec<Vec<Setting>> {
    let values = [
        SettingValue::Text(String::new()),
        SettingValue::Text("  ".into()),
        SettingValue::Text("https://[::1]:0/\u{0}\u{202e}é𝔘👩‍👩‍👧".into()),
        SettingValue::Text("9".repeat(4096)),
        SettingValue::Number(-0.5),
        SettingValue::Boolean(true),
        SettingValue::Texts(vec![String::new(); 3]),
        SettingValue::Secret(true),
    ];
    let keys: Vec<&String> = subject.manifest.settings.iter().map(|field| &field.key).collect();
    let mut odd = vec![Vec::new()];
    for value in values {
        odd.push(keys.iter().map(|key| Setting { key: (*key).clone(), value: value.clone() }).collect());
    }
    for without in &keys {
        let rest = keys.iter().filter(|key| key != &without);
        odd.push(rest.map(|key| Setting { key: (*key).clone(), value: SettingValue::Text("1".into()) }).collect());
    }
    odd
}

/// K02
pub(super) async fn survives(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    if let Some(world) = some_world(subject) {
        for settings in odd(subject) {
            let result = subject.check(&world, settings.clone()).await.result;
            trials.add(result.err().filter(died).map(|failure| format!("with {settings:?}: {failure}")));
        }
    }
    trials.finding(NOT_EXPORTED)
}

/// K03
pub(super) async fn knows_its_keys(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    if let Some(world) = some_world(subject) {
        for settings in odd(subject) {
            for problem in subject.check(&world, settings).await.result.unwrap_or_default() {
                let known = |key: &String| {
                    subject.manifest.settings.iter().any(|field| field.key == *key)
                        || subject.manifest.credential(key).is_some()
                };
                trials.holds(problem.key.as_ref().is_none_or(known), || {
                    format!("the manifest has no field {:?}, which it says this of: {}", problem.key, problem.words)
                });
                trials.holds(!problem.words.trim().is_empty(), || {
                    format!("it says nothing about what is wrong with {:?}", problem.key)
                });
            }
        }
    }
    trials.finding(if subject.abilities.connector { "it finds nothing wrong with any settings" } else { NOT_EXPORTED })
}

fn some_world(subject: &Subject<'_>) -> Option<World> {
    let case = subject.cases.first().filter(|_| subject.abilities.connector)?;
    Some(World::of(case, subject.manifest, Level::Channel))
}
