//! `lockgate plugin test`

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use lockgate_kit::{Blessed, CASES, Report, Trial};
use serde_json::json;

use super::build;
use super::project::Project;
use super::sources::{files, is_lock};
use crate::cli::client::{CliError, print, print_json, progress};
use crate::cli::sheet::clean_lines;
use crate::seams::Seams;

/// What to judge.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin test                         builds the project in this folder and runs its cases and the suite\n  lockgate plugin test pigeon --json\n  lockgate plugin test pigeon --component other.wasm      judges another component by pigeon's cases\n  lockgate plugin test --only photo --no-conformance\n  lockgate plugin test --bless                 what was seen is what is expected from now on; look at the difference\n\nThe exit status is 0 where every case passed or was accepted, and every check of the suite that is a MUST."
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
    // Before the cases: where there is no project there are none either, and that is no fault of theirs.
    let project = match &args.component {
        Some(_) if args.cases.is_some() || args.dir.join(CASES).is_dir() => None,
        _ => Some(Project::open(&args.dir)?),
    };
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
    let component = match (&args.component, &project) {
        (Some(file), _) => {
            let bytes = fs::read(file).map_err(|source| unread(file, source))?;
            if let Some(source) = newer_than(file, &args.dir) {
                let (file, source) = (file.display(), source.display());
                eprintln!("lockgate: {file} is older than {source}; without --component it is built first");
            }
            bytes
        }
        (None, Some(project)) => build::component(project, build::words(args.json))?.bytes,
        (None, None) => build::component(&Project::open(&args.dir)?, build::words(args.json))?.bytes,
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
    let blessed = args.bless.then(|| verdict.bless());
    if args.json {
        let mut value = serde_json::to_value(report).unwrap_or_default();
        if let (Some(blessed), Some(object)) = (&blessed, value.as_object_mut()) {
            object.insert("accepted".into(), json!(blessed.accepted));
        }
        print_json(&value);
    } else {
        print(words(report));
    }
    let Some(Blessed { accepted, left }) = blessed else {
        return if report.is_good() { Ok(()) } else { Err(CliError::Refused(summary(report))) };
    };
    if !args.json && !accepted.is_empty() {
        let names: String = accepted.iter().map(|file| format!("\n  {}", file.display())).collect();
        let files = if accepted.len() == 1 { "1 file".to_owned() } else { format!("{} files", accepted.len()) };
        print(format_args!("Accepted as it is, in {files}; look at the difference before you keep it:{names}"));
    }
    let mut wrong: Vec<String> = left.iter().map(ToString::to_string).collect();
    if !report.conforms() {
        wrong.push(format!("no case changes that: {}", checks(report)));
    }
    if wrong.is_empty() { Ok(()) } else { Err(CliError::Refused(wrong.join("\n"))) }
}

/// Why a component cannot be judged.
fn unread(file: &Path, source: io::Error) -> CliError {
    match source.kind() {
        io::ErrorKind::NotFound => {
            CliError::Usage(format!("there is no file {}; build it first: lockgate plugin build", file.display()))
        }
        _ => CliError::Io { what: file.display().to_string(), source },
    }
}

/// What is wrong, in a line.
fn summary(report: &Report) -> String {
    format!("{} of {} cases and {}", report.failed.len(), report.cases, checks(report))
}

/// How many checks failed.
fn checks(report: &Report) -> String {
    match report.conformance.failed.len() {
        1 => "1 check failed".to_owned(),
        checks => format!("{checks} checks failed"),
    }
}

/// The report for people.
fn words(report: &Report) -> String {
    let mut words = format!("{} {}, {}\n", report.plugin, report.version, report.digest);
    for failed in &report.failed {
        words.push_str(&format!("\nCASE {} ({})\n  {}\n", failed.case, failed.file.display(), failed.about));
        failed.differences.iter().for_each(|difference| words.push_str(&format!("  - {}\n", within(difference))));
        failed.log.iter().for_each(|line| words.push_str(&format!("    log: {}\n", within(line))));
    }
    let conformance = &report.conformance;
    for failed in &conformance.failed {
        words.push_str(&format!("\n{} {:?}: a plugin {}\n", failed.check, failed.binding, failed.title));
        failed.seen.iter().for_each(|seen| words.push_str(&format!("  - {}\n", within(seen))));
    }
    words.push_str(&format!("\nCases: {} of {} passed.", report.passed, report.cases));
    if conformance.run + conformance.skipped.len() > 0 {
        words.push_str(&format!(
            "\nSuite: {} of {} checks passed, {} skipped",
            conformance.passed,
            conformance.run,
            conformance.skipped.len()
        ));
        if let Some(score) = conformance.score {
            words.push_str(&format!("; score {score} of 100"));
        }
        words.push('.');
        if !conformance.without.is_empty() {
            let abilities: BTreeSet<&str> = conformance.without.iter().map(|check| check.ability).collect();
            let abilities: Vec<&str> = abilities.into_iter().collect();
            words.push_str(&format!(
                "\n  {} of them hold without a trial: it does not export {}",
                conformance.without.len(),
                abilities.join(", ")
            ));
        }
        if !conformance.untried.is_empty() {
            words.push_str(&format!("\n  {}", untried(report)));
        }
        for skipped in conformance.skipped.iter().filter(|skipped| !conformance.untried.contains(&skipped.check)) {
            words.push_str(&format!("\n  {} skipped: {}", skipped.check, skipped.why));
        }
    }
    words
}

/// What may hold a plugin's own words, with each of its lines behind the first indented.
fn within(text: &str) -> String {
    clean_lines(text, "    ")
}

/// Which cases keep checks from being tried.
fn untried(report: &Report) -> String {
    let names: Vec<&str> = report.failed.iter().map(|failed| failed.case.as_str()).collect();
    let names = match names.as_slice() {
        [one] => (*one).to_owned(),
        [some @ .., last] if some.len() < MOST_NAMES => format!("{} and {last}", some.join(", ")),
        many => format!("{} cases", many.len()),
    };
    let count = report.conformance.untried.len();
    format!("{count} check{} not tried: {names} did not pass", if count == 1 { "" } else { "s" })
}

/// How many cases are named before they are only counted.
const MOST_NAMES: usize = 5;

/// The file of a project that was changed last, if that is after this one was written.
fn newer_than(component: &Path, project: &Path) -> Option<PathBuf> {
    let written = fs::metadata(component).and_then(|about| about.modified()).ok()?;
    let is_source = |path: &Path| {
        let page = path.extension().is_some_and(|ending| ending == "md");
        !page && !is_lock(path) && !TRIED.iter().any(|folder| path.starts_with(folder))
    };
    let changed = files(project).filter(|(path, _)| is_source(path) && project.join(path) != component);
    let changed = changed.filter_map(|(path, about)| Some((about.modified().ok()?, path)));
    changed.filter(|(changed, _)| *changed > written).max().map(|(_, path)| path)
}

/// What of a project is no source of its component.
const TRIED: [&str; 2] = ["cases", "tests"];

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn a_component_older_than_its_source_is_told_of() {
        let project = tempfile::tempdir().unwrap();
        let at = |path: &str, second: u64| {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "x").unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
            path
        };
        let component = at("dist/pigeon.wasm", 100);
        at("src/receive.rs", 100);
        at("cases/text.json", 300);
        at("data/lockgate.key", 300);
        at("data/lockgate.db-wal", 300);
        assert_eq!(newer_than(&component, project.path()), None);
        at("src/receive.rs", 201);
        at("channel.toml", 200);
        assert_eq!(newer_than(&component, project.path()), Some("src/receive.rs".into()));
    }
}
