//! `lockgate plugin check`

use std::path::{Path, PathBuf};

use lockgate_build::Care;
use lockgate_model::manifest::{Manifest, ManifestProblem, Weight};
use lockgate_runtime::{Inspection, InstallRefusal, MAX_FILE};
use serde_json::{Value, json};

use super::build::{self, bytes, inspected};
use super::language::Again;
use super::project::{self, MANIFEST, Project};
use crate::cli::client::{CliError, print, print_json};
use crate::cli::sheet;

/// What to look at.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin check                    builds the project in this folder twice, and looks at everything\n  lockgate plugin check --no-rebuild       the same in half the time, without comparing two builds\n  lockgate plugin check pigeon.wasm --json | jq .errors\n\nRemarks are for you to judge; the exit status follows the errors alone."
)]
pub(crate) struct CheckArgs {
    /// A project's folder, or a plugin's file
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    plugin: PathBuf,
    /// Do not build a project a second time to compare
    #[arg(long)]
    no_rebuild: bool,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: CheckArgs) -> Result<(), CliError> {
    let mut report = Report::default();
    if args.plugin.is_dir() {
        let project = Project::open(&args.plugin)?;
        report.project(&project, args.no_rebuild, args.json)?;
    } else {
        report.file(&args.plugin)?;
    }
    report.tell(args.json)
}

/// One thing that was found.
struct Finding {
    weight: Weight,
    check: &'static str,
    /// File, text and place, where it has one.
    place: Option<(PathBuf, usize, usize)>,
    /// On a terminal, with the line that is meant.
    shown: String,
    words: String,
}

/// What was looked at, and what was found.
#[derive(Default)]
struct Report {
    inspected: Option<Value>,
    /// Checks that found nothing, with what they looked at.
    passed: Vec<(&'static str, String)>,
    found: Vec<Finding>,
    /// Whether two builds gave the same bytes; none: nobody looked.
    reproducible: Option<bool>,
}

impl Report {
    fn project(&mut self, project: &Project, no_rebuild: bool, json: bool) -> Result<(), CliError> {
        let manifest = match project.manifest() {
            Ok(manifest) => manifest,
            Err(problems) => {
                for problem in problems {
                    self.at(Weight::Error, "manifest", &project.manifest_path(), &project.text, problem);
                }
                return Ok(());
            }
        };
        self.passed("manifest", format!("{} holds no mistake", project.manifest_path().display()));
        let component = match (project.language.build)(&project.folder, build::words(json), Care::Shipped) {
            Ok(component) => component,
            Err(words) => {
                self.note(Weight::Error, "build", words);
                return Ok(());
            }
        };
        if let Some(inspection) = self.component(&component) {
            self.fit(&manifest, &project.manifest_path(), &project.text, &inspection);
            self.inspected = Some(inspected(inspection)?);
        }
        let elsewhere = match project.language.again {
            Again::Elsewhere(_) if no_rebuild => return Ok(()),
            Again::Elsewhere(elsewhere) => elsewhere,
            Again::Never(why) => {
                self.reproducible = Some(false);
                self.note(Weight::Remark, "reproducible", why.into());
                return Ok(());
            }
        };
        match elsewhere(&project.folder) {
            Ok(again) if again == component => {
                self.reproducible = Some(true);
                self.passed("reproducible", "built again in another folder, it is the same to the byte".into());
            }
            Ok(again) => {
                self.reproducible = Some(false);
                let words = format!(
                    "built again in another folder, it has other bytes ({} here, {} there): something of the place or the moment gets into it, such as env!, a build script or a path outside of the project; who builds your sources cannot tell that the file is yours",
                    component.len(),
                    again.len()
                );
                self.note(Weight::Error, "reproducible", words);
            }
            Err(words) => {
                let words = format!(
                    "a copy of the project in another folder cannot be built, so nobody else can build it either; does it name a path outside of itself?\n{words}"
                );
                self.note(Weight::Error, "reproducible", words);
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), CliError> {
        let name = path.to_str().unwrap_or_default();
        let component = super::file::read(name)?;
        if let Some(inspection) = self.component(&component) {
            self.passed("manifest", "the one inside holds no mistake".into());
            let (manifest, text) = (inspection.manifest.clone(), inspection.manifest_text.clone());
            self.fit(&manifest, &path.join(MANIFEST), &text, &inspection);
            self.inspected = Some(inspected(inspection)?);
        }
        Ok(())
    }

    /// Looks at a component as a host does.
    fn component(&mut self, component: &[u8]) -> Option<Inspection> {
        if component.len() > MAX_FILE {
            let words = format!("it has {}, a host takes {}: import less", bytes(component.len()), bytes(MAX_FILE));
            self.note(Weight::Error, "size", words);
            return None;
        }
        match lockgate_runtime::inspect(component) {
            Ok(inspection) => {
                self.passed("contract", inspection.contract.clone());
                self.passed("abilities", inspection.abilities.names().join(", "));
                self.passed("size", format!("{} of at most {}", bytes(component.len()), bytes(MAX_FILE)));
                Some(inspection)
            }
            Err(InstallRefusal::Manifest(problems)) => {
                for problem in problems {
                    self.note(Weight::Error, "manifest", problem.to_string());
                }
                None
            }
            Err(refusal) => {
                let check = if matches!(refusal, InstallRefusal::Contract { .. }) { "contract" } else { "component" };
                self.note(Weight::Error, check, build::words_of(&refusal));
                None
            }
        }
    }

    /// Looks at how manifest and component fit, and at what the manifest asks for.
    fn fit(&mut self, manifest: &Manifest, path: &Path, text: &str, inspection: &Inspection) {
        let findings = manifest.review(text, &inspection.abilities.names());
        if findings.is_empty() {
            self.passed("permissions", "each is of use, and each ability has what it needs".into());
        }
        for finding in findings {
            self.at(finding.weight, "permissions", path, text, finding.problem);
        }
    }

    fn passed(&mut self, check: &'static str, words: String) {
        self.passed.push((check, words));
    }

    fn note(&mut self, weight: Weight, check: &'static str, words: String) {
        self.found.push(Finding { weight, check, place: None, shown: words.clone(), words });
    }

    fn at(&mut self, weight: Weight, check: &'static str, path: &Path, text: &str, problem: ManifestProblem) {
        let place = problem.line.map(|line| (path.to_owned(), line, problem.column.unwrap_or(1)));
        let shown = project::show(path, text, &problem);
        self.found.push(Finding { weight, check, place, shown, words: problem.words });
    }

    fn of(&self, weight: Weight) -> impl Iterator<Item = &Finding> {
        self.found.iter().filter(move |finding| finding.weight == weight)
    }

    fn tell(&self, json: bool) -> Result<(), CliError> {
        let (errors, remarks) = (self.of(Weight::Error).count(), self.of(Weight::Remark).count());
        if json {
            print_json(&self.as_json());
        } else {
            if let Some(inspected) = &self.inspected {
                print(format_args!("{}\n", sheet::show(inspected)));
            }
            for (check, words) in &self.passed {
                print(format_args!("ok      {check:<13}{words}"));
            }
            for finding in &self.found {
                let weight = if finding.weight == Weight::Error { "ERROR" } else { "remark" };
                print(format_args!("{weight:<8}{:<13}{}", finding.check, finding.shown.replace('\n', "\n        ")));
            }
            print(format_args!("\n{}, {}", count(errors, "error"), count(remarks, "remark")));
        }
        if errors == 0 { Ok(()) } else { Err(CliError::Refused(format!("{} found", count(errors, "error")))) }
    }

    fn as_json(&self) -> Value {
        let list = |weight: Weight| -> Vec<Value> {
            let one = |finding: &Finding| {
                let (file, line, column) = match &finding.place {
                    Some((file, line, column)) => (Some(file.display().to_string()), Some(line), Some(column)),
                    None => (None, None, None),
                };
                json!({ "check": finding.check, "words": finding.words, "file": file, "line": line, "column": column })
            };
            self.of(weight).map(one).collect()
        };
        json!({
            "plugin": self.inspected,
            "passed": self.passed.iter().map(|(check, _)| check).collect::<Vec<_>>(),
            "reproducible": self.reproducible,
            "errors": list(Weight::Error),
            "remarks": list(Weight::Remark),
        })
    }
}

fn count(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}"),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}
