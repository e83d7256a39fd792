//! What the gate refused plugins, remembered for the admin: the last few different ones of each, since this process started. The
//! log has them all; a guest is told only that it was denied.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lockgate_model::id::{Owner, PluginName};
use lockgate_runtime::Effects;

use crate::directory::Mounted;

/// Different ones that are remembered of each plugin; then the one that came longest ago makes room.
const OF_EACH: usize = 20;

/// Characters of the longest words that are remembered: a guest chooses what stands in its address.
const WORDS: usize = 300;

/// Something that was refused, once or more often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// What was refused and why, without query, body or secret.
    pub what: String,
    /// The permission that would allow it, by its name on the sheet; none where no grant would.
    pub grant: Option<String>,
    /// The app or channel for which it was tried last.
    pub owner: Owner,
    /// How often.
    pub count: u64,
    /// When last, in milliseconds.
    pub last_at: u64,
}

/// See the module.
#[derive(Default)]
pub struct Denials(Mutex<HashMap<PluginName, Vec<Denied>>>);

impl Denials {
    /// Remembers what was refused during a call.
    pub fn note(&self, mounted: &Mounted, effects: &Effects, now: u64) {
        for denial in &effects.denials {
            let grant = denial.grant.clone().unwrap_or_default();
            metrics::counter!("lockgate_denied_total", "plugin" => mounted.plugin_name.to_string(), "grant" => grant)
                .increment(1);
            self.keep(&mounted.plugin_name, mounted.owner, &denial.what, denial.grant.as_deref(), now);
        }
    }

    fn keep(&self, plugin: &PluginName, owner: Owner, what: &str, grant: Option<&str>, now: u64) {
        let what: String = what.chars().filter(|c| !c.is_control()).take(WORDS).collect();
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(plugin.clone()).or_default();
        if let Some(again) = known.iter_mut().find(|denied| denied.what == what && denied.grant.as_deref() == grant) {
            again.count = again.count.saturating_add(1);
            (again.owner, again.last_at) = (owner, now);
            return;
        }
        if known.len() >= OF_EACH
            && let Some((oldest, _)) = known.iter().enumerate().min_by_key(|(_, denied)| denied.last_at)
        {
            known.remove(oldest);
        }
        known.push(Denied { what, grant: grant.map(str::to_owned), owner, count: 1, last_at: now });
    }

    /// What was refused a plugin, the latest first.
    pub fn of(&self, plugin: &PluginName) -> Vec<Denied> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut denied = all.get(plugin).cloned().unwrap_or_default();
        denied.sort_by_key(|denied| std::cmp::Reverse(denied.last_at));
        denied
    }

    /// Forgets them: another version may be granted something else.
    pub fn forget(&self, plugin: &PluginName) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(plugin);
    }
}

#[cfg(test)]
mod tests {
    use lockgate_model::id::ChannelId;

    use super::*;

    #[test]
    fn the_latest_are_kept_and_the_same_counts() {
        let denials = Denials::default();
        let (plugin, owner) = (
            "p".parse().unwrap(),
            Owner::Channel("0198c1f2-6f0a-7d31-9c55-3b1a0e6f7a21".parse::<ChannelId>().unwrap()),
        );
        for now in 0..100 {
            denials.keep(&plugin, owner, &format!("GET https://evil.example/{}", now % 50), None, now);
        }
        denials.keep(&plugin, owner, &"\u{1b}long".repeat(1000), Some("send"), 100);
        denials.keep(&plugin, owner, &"\u{1b}long".repeat(1000), Some("send"), 101);
        let known = denials.of(&plugin);
        assert_eq!(known.len(), OF_EACH);
        assert_eq!((known[0].count, known[0].last_at, known[0].grant.as_deref()), (2, 101, Some("send")));
        assert_eq!((known[0].what.len(), known[1].last_at), (WORDS, 99));
        denials.forget(&plugin);
        assert!(denials.of(&plugin).is_empty());
    }
}
