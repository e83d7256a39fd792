//! What the books say: channels that are not well, deliveries that need a person, dead letters.

use std::collections::BTreeMap;

use lockgate_model::config::{Health, HealthState, Scope};
use lockgate_model::id::Owner;
use lockgate_store::{ApiToken, Page, Store, StoreError};

use super::finding::Finding;
use crate::cli::channel::refusals;

/// What was read, from the database or through a running host.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    pub(super) channels: Vec<ChannelLine>,
    pub(super) plugins_off: Vec<String>,
    pub(super) dead_letters: u64,
    pub(super) unknown: u64,
    pub(super) failed: u64,
    /// At whose addresses calls were refused: the name, the command that gives it another secret, and how many by which reason.
    pub(super) refused: Vec<(String, String, String)>,
    /// Whether nobody has a token with the scope admin that can still be used. Whoever asks a running host has one.
    pub(super) locked_out: bool,
    /// When the newest thing was committed, in milliseconds.
    pub(super) newest_at: Option<u64>,
}

/// One channel.
#[derive(Clone, Debug)]
pub(super) struct ChannelLine {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) enabled: bool,
    pub(super) state: String,
    pub(super) why: Option<String>,
}

impl Books {
    /// Reads them from the database.
    pub(super) async fn of_store(store: &Store) -> Result<Self, StoreError> {
        let mut books = Self::default();
        let mut page = Page { cursor: None, limit: 200 };
        loop {
            let channels = store.channels(page).await?;
            books.channels.extend(channels.items.into_iter().map(|channel| {
                let Health { state, why, .. } = channel.health;
                ChannelLine {
                    name: channel.name,
                    id: channel.id.to_string(),
                    enabled: channel.enabled,
                    state: word(state),
                    why,
                }
            }));
            match channels.next_cursor {
                Some(cursor) => page = Page { cursor: Some(cursor), limit: 200 },
                None => break,
            }
        }
        for conduct in store.conducts().await? {
            if let Owner::App(app) = conduct.owner {
                let Health { state, why, .. } = conduct.health();
                let id = app.to_string();
                let name = format!("the app {id}");
                books.channels.push(ChannelLine { name, id, enabled: true, state: word(state), why });
            }
        }
        books.plugins_off = store
            .plugins()
            .await?
            .into_iter()
            .filter(|plugin| !plugin.enabled)
            .map(|plugin| plugin.name.to_string())
            .collect();
        let (inbound, outbound) = (store.inbound_counts().await?, store.outbound_counts().await?);
        books.refused = books.refusals(store).await?;
        let tokens = store.tokens().await?;
        let is_admin = |token: &ApiToken| token.revoked_at.is_none() && token.scopes.contains(&Scope::Admin);
        // Where there never was one, the next start makes it.
        books.locked_out = !tokens.is_empty() && !tokens.iter().any(is_admin);
        books.dead_letters = inbound.dead_letters;
        books.unknown = outbound.unknown;
        books.failed = outbound.failed;
        Ok(books)
    }

    /// Of whom the host refused calls.
    async fn refusals(&self, store: &Store) -> Result<Vec<(String, String, String)>, StoreError> {
        let mut owners: BTreeMap<Owner, BTreeMap<String, u64>> = BTreeMap::new();
        for refusal in store.refusals().await? {
            if let Some(owner) = refusal.owner {
                *owners.entry(owner).or_default().entry(refusal.reason).or_default() += refusal.count;
            }
        }
        let told = owners.into_iter().filter_map(|(owner, reasons)| {
            let words = refusals(reasons.iter().map(|(reason, count)| (reason.as_str(), *count)))?;
            let (name, kind, id) = match owner {
                Owner::App(app) => (format!("the app {app}"), "app", app.to_string()),
                Owner::Channel(channel) => {
                    let id = channel.to_string();
                    // One that was deleted keeps its counts, and nobody can mend it.
                    let line = self.channels.iter().find(|line| line.id == id)?;
                    (line.name.clone(), "channel", id)
                }
            };
            Some((name, format!("lockgate {kind} change {id}"), words))
        });
        Ok(told.collect())
    }

    /// What to know of.
    pub(super) fn findings(&self, now: u64) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.channels.iter().filter_map(ChannelLine::finding).collect();
        findings.extend(self.refused.iter().map(|(name, change, words)| {
            Finding::warn(
                "channels",
                format!("{name}: {words}"),
                format!(
                    "forged or unsigned means that the provider signs with another secret: {change} --secret NAME=@FILE"
                ),
            )
        }));
        if findings.is_empty() {
            findings.push(match self.channels.len() {
                0 => Finding::warn(
                    "channels",
                    "no account is connected yet",
                    "lockgate plugin install messenger, then lockgate app create and lockgate channel create",
                ),
                count => Finding::ok("channels", format!("{count} connected and well, as far as was measured")),
            });
        }
        if self.locked_out {
            findings.push(Finding::fail(
                "tokens",
                "there is no token with the scope admin",
                "while the host is stopped: lockgate token create NAME --scope admin --data-dir DIR",
            ));
        }
        for plugin in &self.plugins_off {
            findings.push(Finding::warn(
                "plugins",
                format!("{plugin} is switched off: its providers are told to try again"),
                format!("lockgate plugin enable {plugin}"),
            ));
        }
        if self.unknown > 0 {
            findings.push(Finding::warn(
                "deliveries",
                format!("{} messages may have been sent and nobody can know", self.unknown),
                "look at each with the provider, then retry it or leave it",
            ));
        }
        if self.failed > 0 {
            findings.push(Finding::warn(
                "deliveries",
                format!("{} messages failed", self.failed),
                "each says why; what was mended can be retried",
            ));
        }
        if self.unknown + self.failed == 0 {
            findings.push(Finding::ok("deliveries", "none failed, none is in doubt"));
        }
        findings.push(match self.dead_letters {
            0 => Finding::ok("dead letters", "none"),
            count => Finding::warn(
                "dead letters",
                format!("{count} arrived and could not become messages"),
                "GET /api/v1/dead-letters says why; connect the missing account or tell the plugin's author",
            ),
        });
        if self.newest_at.is_some_and(|newest| newest > now.saturating_add(300_000)) {
            findings.push(Finding::fail(
                "clock",
                "the database holds things of a later time than now",
                "the clock was set back: set it right",
            ));
        }
        findings
    }
}

impl ChannelLine {
    fn finding(&self) -> Option<Finding> {
        let Self { name, id, state, .. } = self;
        if !self.enabled {
            return Some(Finding::warn(
                "channels",
                format!("{name} is switched off"),
                format!("lockgate channel enable {id}"),
            ));
        }
        let why = self.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
        let words = format!("{name}: {state}{why}");
        match state.as_str() {
            "connected" => None,
            "reconnect" => Some(Finding::fail(
                "channels",
                words,
                format!("give it a new token: lockgate channel change {id} --secret NAME=@FILE"),
            )),
            "permission_missing" => Some(Finding::fail(
                "channels",
                words,
                "grant the permission at the provider, then give the channel a new token",
            )),
            "suspended" => Some(Finding::fail("channels", words, "the provider blocks this account: look there")),
            "disabled" => Some(Finding::warn("channels", words, format!("lockgate channel enable {id}"))),
            _ => Some(Finding::warn(
                "channels",
                words,
                "it is tried again by itself; if it stays so, look at the provider, or tell the plugin's author",
            )),
        }
    }
}

/// A state as the API shows it.
fn word(state: HealthState) -> String {
    serde_json::to_value(state).ok().and_then(|value| value.as_str().map(Into::into)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Verdict;
    use super::*;

    fn channel(state: &str) -> ChannelLine {
        ChannelLine { name: "Our page".into(), id: "1".into(), enabled: true, state: state.into(), why: None }
    }

    #[test]
    fn a_channel_that_must_be_reconnected_fails_and_one_that_is_well_does_not() {
        let verdicts = |books: &Books| {
            books
                .findings(0)
                .into_iter()
                .filter(|finding| finding.area == "channels")
                .map(|finding| finding.verdict)
                .collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&Books { channels: vec![channel("connected")], ..Books::default() }), [Verdict::Ok]);
        assert_eq!(
            verdicts(&Books { channels: vec![channel("reconnect"), channel("connected")], ..Books::default() }),
            [Verdict::Fail]
        );
        assert_eq!(verdicts(&Books::default()), [Verdict::Warn]);
    }

    #[test]
    fn who_is_locked_out_is_told_the_way_back() {
        let told = |locked_out| Books { locked_out, ..Books::default() }.findings(0);
        assert!(told(true).iter().any(|finding| finding.verdict == Verdict::Fail && finding.area == "tokens"));
        assert!(told(false).iter().all(|finding| finding.area != "tokens"));
    }

    #[test]
    fn who_is_refused_is_not_told_to_be_well() {
        let refused = vec![("Our page".into(), "lockgate channel change 1".into(), "3 calls refused: forged 3".into())];
        let books = Books { channels: vec![channel("connected")], refused, ..Books::default() };
        let told: Vec<_> = books.findings(0).into_iter().filter(|finding| finding.area == "channels").collect();
        assert_eq!((told.len(), told[0].verdict), (1, Verdict::Warn), "{told:?}");
        assert_eq!(told[0].words, "Our page: 3 calls refused: forged 3");
    }

    #[test]
    fn what_needs_a_person_is_told_of() {
        let books =
            Books { channels: vec![channel("connected")], unknown: 1, failed: 2, dead_letters: 3, ..Books::default() };
        let told: Vec<_> = books.findings(0).into_iter().filter(|finding| finding.verdict == Verdict::Warn).collect();
        assert_eq!(told.len(), 3, "{told:?}");
    }
}
