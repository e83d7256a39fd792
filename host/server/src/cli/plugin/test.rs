//! `lockgate plugin test`

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use lockgate_kit::{CASES, Report, Trial};

use super::build;
use super::project::Project;
use crate::cli::client::{CliError, print, print_json, progress};
use crate::seams::Seams;

/// What to judge.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin test                         builds the project in this folder and runs its cases and the suite\n  lockgate plugin test pigeon --json\n  lockgate plugin test pigeon --component other.wasm      judges another component by pigeon's cases\n  lockgate plugin test --only photo --no-conformance\n  lockgate plugin test --bless                 what was seen is what is expected from now on; look at the difference\n\nThe exit status is 0 where every case passed, and every check of the suite that is a MUST."
)]
pub(crate) struct TestArgs {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Judge this component instead of building the project
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// The folder of the cases [default: cases in the project]
    #[arg(long, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Run only cases with this in their name, and no suite
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Write what was seen into the cases that did not pass
    #[arg(long)]
    bless: bool,
    /// Run the cases alone
    #[arg(long)]
    no_conformance: bool,
    /// How many calls run at once [default: as many as there are processors]
    #[arg(long, value_name = "COUNT")]
    jobs: Option<NonZeroUsize>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: TestArgs, seams: &Seams) -> Result<(), CliError> {
    let folder = args.cases.clone().unwrap_or_else(|| args.dir.join(CASES));
    let mut cases = lockgate_kit::read_cases(&folder).map_err(|problems| {
        let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        CliError::Refused(words.join("\n"))
    })?;
    if let Some(text) = &args.only {
        cases.retain(|case| case.name.contains(text));
        if cases.is_empty() {
            return Err(CliError::Usage(format!("no case in {} has {text:?} in its name", folder.display())));
        }
    }
    let component = match &args.component {
        Some(file) => fs::read(file).map_err(|source| CliError::Io { what: file.display().to_string(), source })?,
        None => build::component(&Project::open(&args.dir)?, build::words(args.json))?.bytes,
    };
    let suite = if args.no_conformance || args.only.is_some() { "" } else { " and the suite" };
    progress(format_args!("Compiling the component, then {} cases{suite} …", cases.len()));
    let trial = Trial {
        component: Arc::from(component),
        cases,
        compiler: seams.compiler.clone(),
        jobs: args.jobs.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN),
        conformance: !args.no_conformance && args.only.is_none(),
    };
    let verdict = trial.run().await.map_err(|error| CliError::Refused(error.to_string()))?;
    let report = &verdict.report;
    if args.json {
        print_json(&serde_json::to_value(report).unwrap_or_default());
    } else {
        print(words(report));
    }
    if args.bless {
        let changed = verdict.bless().map_err(|error| CliError::Refused(error.to_string()))?;
        if !args.json {
            let names: String = changed.iter().map(|file| format!("\n  {}", file.display())).collect();
            print(format_args!(
                "Accepted as it is, in {} files; look at the difference before you keep it:{names}",
                changed.len()
            ));
        }
        return Ok(());
    }
    if report.is_good() { Ok(()) } else { Err(CliError::Refused(summary(report))) }
}

/// What is wrong, in a line.
fn summary(report: &Report) -> String {
    let checks = report.conformance.failed.len();
    format!("{} of {} cases and {checks} checks failed", report.failed.len(), report.cases)
}

/// The report for people.
fn words(report: &Report) -> String {
    let mut words = format!("{} {}, {}\n", report.plugin, report.version, report.digest);
    for failed in &report.failed {
        words.push_str(&format!("\nCASE {} ({})\n  {}\n", failed.case, failed.file.display(), failed.about));
        failed.differences.iter().for_each(|difference| words.push_str(&format!("  - {difference}\n")));
        failed.log.iter().for_each(|line| words.push_str(&format!("    log: {line}\n")));
    }
    let conformance = &report.conformance;
    for failed in &conformance.failed {
        words.push_str(&format!("\n{} {:?}: a plugin {}\n", failed.check, failed.binding, failed.title));
        failed.seen.iter().for_each(|seen| words.push_str(&format!("  - {seen}\n")));
    }
    words.push_str(&format!("\nCases: {} of {} passed.", report.passed, report.cases));
    if conformance.run + conformance.skipped.len() > 0 {
        words.push_str(&format!(
            "\nSuite: {} of {} checks passed, {} skipped; score {} of 100.",
            conformance.passed,
            conformance.run,
            conformance.skipped.len(),
            conformance.score
        ));
        if !conformance.without.is_empty() {
            let abilities: BTreeSet<&str> = conformance.without.iter().map(|check| check.ability).collect();
            let abilities: Vec<&str> = abilities.into_iter().collect();
            words.push_str(&format!(
                "\n  {} of them hold without a trial: it does not export {}",
                conformance.without.len(),
                abilities.join(", ")
            ));
        }
        for skipped in &conformance.skipped {
            words.push_str(&format!("\n  {} skipped: {}", skipped.check, skipped.why));
        }
    }
    words
}
