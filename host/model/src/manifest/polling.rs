//! How often a provider is asked what happened, and whether manifest and component agree that it is.

use serde::{Deserialize, Serialize};
use toml::de::DeTable;

use super::parse::{ManifestProblem, place_of};
use super::{Level, Manifest};

/// The shortest and the longest interval, in seconds. More than a day apart nobody would call it a conversation.
const INTERVAL: std::ops::RangeInclusive<u32> = 1..=86_400;

/// `[polling]`: how often `poll` is called, and for whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Polling {
    /// For each channel or once for each app.
    pub level: Level,
    /// From the end of one call to the next. The operator may have set a longer one.
    pub interval_seconds: u32,
}

impl Polling {
    /// What is wrong with it.
    pub(super) fn problem(&self) -> Option<String> {
        let (least, most) = INTERVAL.into_inner();
        let seconds = self.interval_seconds;
        (!INTERVAL.contains(&seconds))
            .then(|| format!("polling.interval_seconds is {seconds}; write a number from {least} to {most}"))
    }
}

impl Manifest {
    /// Where manifest and component do not agree about polling, with the line of the manifest's text; `polls`: whether the
    /// component exports `poller`.
    pub fn polling_unmet(&self, text: &str, polls: bool) -> Vec<ManifestProblem> {
        let words = match (&self.polling, polls) {
            (Some(_), false) => {
                "[polling] is there, and the component does not export \"poller\": export it, or take the table out"
            }
            (None, true) => {
                "the component exports \"poller\", and there is no [polling] that says how often: write one, such as level = \"channel\" and interval_seconds = 60, or leave poller out of the code"
            }
            _ => return Vec::new(),
        };
        let place = place_of_table(text, "polling").or_else(|| place_of_table(text, "plugin"));
        vec![ManifestProblem::new(place, words)]
    }
}

/// Where a key stands at the top of a manifest's text.
pub(super) fn place_of_table(text: &str, key: &str) -> Option<(usize, usize)> {
    let document = DeTable::parse(text).ok()?;
    let (found, _) = document.get_ref().get_key_value(key)?;
    Some(place_of(text, found.span().start))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLUGIN: &str = "[plugin]\nid = \"pigeon\"\nname = \"Pigeon\"\nversion = \"1.0.0\"\ncontract = \"lockgate:channel@0.1.0-dev.1\"\ndescription = \"Pigeons.\"\n";

    fn polling(rest: &str) -> String {
        format!("{PLUGIN}\n[polling]\n{rest}\n")
    }

    #[test]
    fn what_the_manifest_says_of_polling_and_the_component_belong_together() {
        let text = polling("level = \"channel\"\ninterval_seconds = 30");
        let manifest = Manifest::parse(&text).unwrap();
        assert!(manifest.polling_unmet(&text, true).is_empty());
        let [unable] = manifest.polling_unmet(&text, false).try_into().unwrap();
        assert_eq!((unable.line, unable.words.contains("does not export \"poller\"")), (Some(8), true), "{unable}");
        let silent = Manifest::parse(PLUGIN).unwrap();
        assert!(silent.polling_unmet(PLUGIN, false).is_empty());
        let [unsaid] = silent.polling_unmet(PLUGIN, true).try_into().unwrap();
        assert_eq!((unsaid.line, unsaid.words.contains("there is no [polling]")), (Some(1), true), "{unsaid}");
    }

    #[test]
    fn an_interval_is_between_a_second_and_a_day() {
        for (seconds, fits) in [(0, false), (1, true), (86_400, true), (86_401, false)] {
            let text = polling(&format!("level = \"app\"\ninterval_seconds = {seconds}"));
            let read = Manifest::parse(&text);
            assert_eq!(read.is_ok(), fits, "{seconds}");
            if let Err(problems) = read {
                assert_eq!(problems[0].line, Some(8), "{problems:?}");
            }
        }
        assert!(Manifest::parse(&polling("level = \"channel\"\nevery = 3\ninterval_seconds = 3")).is_err());
    }

    #[test]
    fn what_is_polled_for_an_app_has_one() {
        let manifest = |level: &str| Manifest::parse(&polling(&format!("level = \"{level}\"\ninterval_seconds = 9")));
        assert!(manifest("app").unwrap().has_app() && !manifest("channel").unwrap().has_app());
    }
}
