//! What the database and the provider's books say, held against what the host promised.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use lockgate_simulators::graph::Provider;
use lockgate_tests::{ProcessPlan, scan};
use serde::Serialize;

use crate::load::{FORGED, Load};

/// The counts. Of a host that keeps its promises `missing`, `doubled`, `forged_places`, `lost_answers`, `sent_twice` and
/// `dishonest` are 0.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    database: &'static str,
    kills: u32,
    /// Messages that were answered 200.
    acknowledged: usize,
    /// Of those, not in the database.
    missing: usize,
    /// Provider ids that the database has more than once.
    doubled: usize,
    /// Forged requests that were refused.
    forged: u64,
    /// Files and tables that hold a byte of them.
    forged_places: usize,
    /// Answers that the API took.
    answers: usize,
    /// Of those, not in the database.
    lost_answers: usize,
    /// Messages that the provider accepted.
    sent: usize,
    /// Of those, accepted more than once.
    sent_twice: usize,
    /// Answers of which the host says that nobody can know, and of those the ones that did arrive.
    unknown: usize,
    unknown_arrived: usize,
    /// Answers whose state is not true: sent and not in the books, in the books and neither sent nor unknown, or still open.
    dishonest: usize,
}

impl Account {
    /// Reads database, files and books.
    pub(crate) async fn of(
        database: &'static str,
        kills: u32,
        load: &Load,
        plan: &ProcessPlan,
        provider: &Provider,
    ) -> Self {
        let outside = plan.outside().await;
        let messages = outside.messages().await;
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for message in &messages {
            if let Some(id) = &message.external_id {
                *times.entry(id).or_default() += 1;
            }
        }
        let books = provider.books().accepted();
        let in_books: BTreeSet<&str> = books.iter().map(|message| message.mid.as_str()).collect();
        let unknown: Vec<_> = messages.iter().filter(|message| message.status == "unknown").collect();
        let out = messages.iter().filter(|message| message.direction == "out");
        let told_sent: Vec<_> = out.clone().filter(|message| message.status == "sent").collect();
        let open = out.clone().filter(|message| !matches!(message.status.as_str(), "sent" | "unknown")).count();
        let not_in_books = told_sent
            .iter()
            .filter(|message| !message.external_id.as_deref().is_some_and(|id| in_books.contains(id)))
            .count();
        // What the provider accepted and the host does not call sent, it must call unknown.
        let arrived = in_books.len().saturating_sub(told_sent.len() - not_in_books);
        let forged_files = scan::files_with(&plan.data_dir(), FORGED.as_bytes()).len();
        let forged_tables = outside.tables_with(FORGED).await.len();
        let ids: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        load.said(|said| Self {
            database,
            kills,
            acknowledged: said.acknowledged.len(),
            missing: said.acknowledged.iter().filter(|mid| !times.contains_key(mid.as_str())).count(),
            doubled: times.values().filter(|times| **times > 1).count(),
            forged: said.forged,
            forged_places: forged_files + forged_tables,
            answers: said.taken.len(),
            lost_answers: said.taken.iter().filter(|id| !ids.contains(id.as_str())).count(),
            sent: in_books.len(),
            sent_twice: provider.books().accepted_by_metadata().values().filter(|times| **times > 1).count(),
            unknown: unknown.len(),
            unknown_arrived: arrived,
            dishonest: open + not_in_books + arrived.saturating_sub(unknown.len()),
        })
    }

    /// Whether every promise was kept.
    pub(crate) fn is_clean(&self) -> bool {
        let broken =
            [self.missing, self.doubled, self.forged_places, self.lost_answers, self.sent_twice, self.dishonest];
        broken.iter().all(|count| *count == 0) && self.acknowledged > 0 && self.answers > 0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}, killed {} times", self.database, self.kills)?;
        writeln!(
            f,
            "  in     {} acknowledged, {} missing, {} doubled; {} forged, kept in {} places",
            self.acknowledged, self.missing, self.doubled, self.forged, self.forged_places
        )?;
        write!(
            f,
            "  out    {} taken, {} lost; {} at the provider, {} twice; {} unknown, of which {} arrived; {} untrue",
            self.answers,
            self.lost_answers,
            self.sent,
            self.sent_twice,
            self.unknown,
            self.unknown_arrived,
            self.dishonest
        )
    }
}
