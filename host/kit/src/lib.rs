//! The test kit: it judges a plugin's component without a provider and without a network.
//!
//! A *case* is a file that says what happens to a plugin and what it is to make of it: a request and the events expected, or a draft,
//! what the provider is asked and answers, and the outcomes expected ([`case`]). What was seen is compared with what was expected to
//! the last field ([`compare`]). The *conformance suite* tries what every plugin must hold ([`conformance`]), from what the cases
//! show. Nothing of a plugin is known beside its manifest and its cases, whatever language it was written in.

mod bench;
mod bless;
pub mod case;
pub mod compare;
pub mod conformance;
mod judge;
mod locate;
mod media;
mod project;
mod provider;
pub mod record;
mod report;
mod session;
mod terse;
mod world;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use lockgate_runtime::Compiler;

pub use bench::BenchError;
pub use bless::BlessError;
pub use project::{CASES, read_cases};
pub use report::{Conformance, Coverage, FailedCase, FailedCheck, Report, SkippedCheck, UnaskedCheck};
pub use session::{Deed, Made, Played, Session, State};

use bench::Benches;
use case::Case;
use conformance::Subject;

/// What is judged, and how.
#[derive(Debug)]
pub struct Trial {
    /// The component, its manifest inside.
    pub component: Arc<[u8]>,
    /// Its cases; see [`read_cases`].
    pub cases: Vec<Case>,
    /// Where it is compiled.
    pub compiler: Compiler,
    /// How many calls run at once.
    pub jobs: NonZeroUsize,
    /// Whether the suite is run too.
    pub conformance: bool,
}

/// What was judged.
#[derive(Debug)]
pub struct Verdict {
    /// What was found.
    pub report: Report,
    seen: Vec<(PathBuf, Option<judge::Seen>)>,
}

/// What became of the cases that did not pass.
#[derive(Debug, Default)]
pub struct Blessed {
    /// The files that were changed.
    pub accepted: Vec<PathBuf>,
    /// Why others were left as they are.
    pub left: Vec<BlessError>,
}

impl Verdict {
    /// Writes what was seen into the files of the cases that did not pass, as what they expect from now on. Of some that cannot be:
    /// where no answer was seen, or one that no answer of the provider is written for.
    pub fn bless(&self) -> Blessed {
        let failed = |file: &PathBuf| self.report.failed.iter().any(|failed| failed.file == *file);
        let mut blessed = Blessed::default();
        for (file, seen) in self.seen.iter().filter(|(file, _)| failed(file)) {
            let seen = seen.as_ref().ok_or_else(|| BlessError::NothingSeen(file.clone()));
            match seen.and_then(|seen| bless::write(file, seen)) {
                Ok(()) => blessed.accepted.push(file.clone()),
                Err(error) => blessed.left.push(error),
            }
        }
        blessed
    }
}

impl Trial {
    /// Runs the cases and, where it is asked for, the suite. A case of what the manifest does not have fails, and shows the suite
    /// nothing.
    ///
    /// # Errors
    ///
    /// Why the component cannot be run.
    pub async fn run(self) -> Result<Verdict, BenchError> {
        let inspection = lockgate_runtime::inspect(&self.component)?;
        let manifest = &inspection.manifest;
        let hosts = project::hosts(manifest, &self.cases);
        let benches = Benches::set_up(&self.component, &hosts, self.compiler, self.jobs.get()).await?;
        let all = &benches;
        let judge = |case| async move {
            match project::unknown(case, manifest) {
                unknown if unknown.is_empty() => judge::judge(&mut *all.one().await, case, manifest).await,
                differences => judge::Judged { differences, seen: None, log: Vec::new() },
            }
        };
        let judged: Vec<_> = stream::iter(&self.cases).map(judge).buffered(benches.count()).collect().await;
        let tried = match self.conformance {
            true => {
                let fits = |case: &&Case| project::unknown(case, manifest).is_empty();
                let fitting: Vec<Case> = self.cases.iter().filter(fits).cloned().collect();
                conformance::try_all(&Subject::new(&benches, &fitting)).await
            }
            false => Vec::new(),
        };
        let report = Report::of(manifest, &inspection.digest, &self.cases, &judged, tried);
        let files = self.cases.into_iter().map(|case| case.file);
        Ok(Verdict { report, seen: files.zip(judged.into_iter().map(|judged| judged.seen)).collect() })
    }
}
