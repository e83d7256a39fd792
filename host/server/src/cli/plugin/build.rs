//! `lockgate plugin build`

use std::fs;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use lockgate_build::{Care, Words};
use lockgate_runtime::{Inspection, InstallRefusal};
use serde_json::Value;

use super::project::{self, Project};
use crate::api::Inspected;
use crate::cli::client::{CliError, print, print_json, progress};
use crate::cli::sheet;
use crate::seams::Seams;

/// What to build.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  lockgate plugin build                        the project in this folder, to dist/\n  lockgate plugin build pigeon --out pigeon.wasm\n  lockgate plugin build --json | jq -r .digest"
)]
pub(crate) struct BuildArgs {
    /// The project's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The file to write [default: dist/ID.wasm in the project]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print JSON instead of text
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: BuildArgs, seams: &Seams) -> Result<(), CliError> {
    let begun = seams.clock.now_ms();
    let project = Project::open(&args.dir)?;
    let built = component(&project, words(args.json))?;
    let out =
        args.out.unwrap_or_else(|| args.dir.join("dist").join(format!("{}.wasm", built.inspection.manifest.plugin.id)));
    write(&out, &built.bytes)?;
    let tenths = seams.clock.now_ms().saturating_sub(begun) / 100;
    let seconds = format!("{}.{}", tenths / 10, tenths % 10);
    let size = built.bytes.len();
    let mut shown = inspected(built.inspection)?;
    if args.json {
        if let Some(shown) = shown.as_object_mut() {
            shown.insert("file".into(), out.display().to_string().into());
            shown.insert("language".into(), project.language.name.into());
            shown.insert("seconds".into(), seconds.parse::<f64>().unwrap_or_default().into());
        }
        print_json(&shown);
    } else {
        print(format_args!("Built {}, {} in {seconds} s.\n", out.display(), bytes(size)));
        print(sheet::show(&shown));
        print(format_args!("\nNext: lockgate plugin install {}", out.display()));
    }
    Ok(())
}

/// A component that would be installed, with what it says about itself.
pub(super) struct Built {
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// What was read of it.
    pub(super) inspection: Inspection,
}

/// Compiles a project and looks at what came of it as a host does.
///
/// # Errors
///
/// What is wrong with its manifest, with every place; what the compiler says; or why a host would not take it.
pub(super) fn component(project: &Project, words: Words) -> Result<Built, CliError> {
    progress(format_args!("Building {} …", project.folder.display()));
    let bytes = compiled(project, words, Care::Shipped)?;
    let inspection = lockgate_runtime::inspect(&bytes).map_err(|refusal| CliError::Refused(words_of(&refusal)))?;
    Ok(Built { bytes, inspection })
}

/// The first half of [`component`]: the file that the compiler made, as yet looked at by nobody.
pub(super) fn compiled(project: &Project, words: Words, care: Care) -> Result<Vec<u8>, CliError> {
    // Before the compiler runs: it takes longer, and says nothing of the manifest.
    if let Err(problems) = project.manifest() {
        let path = project.manifest_path();
        let shown: Vec<String> = problems.iter().map(|problem| project::show(&path, &project.text, problem)).collect();
        return Err(CliError::Refused(format!("the manifest is not accepted\n{}", shown.join("\n"))));
    }
    (project.language.build)(&project.folder, words, care).map_err(CliError::Refused)
}

/// A refusal with what an author can do about it.
pub(super) fn words_of(refusal: &InstallRefusal) -> String {
    let remedy = match refusal {
        InstallRefusal::NoAbility => {
            "\n  Implement one and name it where the plugin registers its abilities; in Rust: register!(Plugin: ingress)"
        }
        InstallRefusal::Contract { .. } => {
            "\n  Build it with the SDK of this host's version: lockgate plugin new NAME brings one along"
        }
        InstallRefusal::NoManifest => "\n  Build its project with: lockgate plugin build",
        _ => "",
    };
    format!("{refusal}{remedy}")
}

/// The compiler speaks for itself where somebody watches and nothing else is on the terminal.
pub(super) fn words(json: bool) -> Words {
    if !json && std::io::stderr().is_terminal() { Words::Shown } else { Words::Kept }
}

/// An inspection as the API has it.
pub(super) fn inspected(inspection: Inspection) -> Result<Value, CliError> {
    let refused = |error: &dyn std::fmt::Display| CliError::Refused(error.to_string());
    let inspected = Inspected::of(inspection, None).map_err(|error| refused(&error))?;
    serde_json::to_value(inspected).map_err(|error| refused(&error))
}

/// A size for people.
pub(super) fn bytes(size: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
    let kib = size as f64 / 1024.0;
    if kib < 1024.0 { format!("{kib:.1} KiB") } else { format!("{:.1} MiB", kib / 1024.0) }
}

/// Writes a file so that nobody reads half of it.
fn write(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    let failed = |source| CliError::Io { what: path.display().to_string(), source };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let mut unfinished = tempfile::Builder::new()
        .prefix(".unfinished-")
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed)?;
    unfinished.write_all(bytes).map_err(failed)?;
    unfinished.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_size_is_told_in_few_digits() {
        assert_eq!(super::bytes(0), "0.0 KiB");
        assert_eq!(super::bytes(123_456), "120.6 KiB");
        assert_eq!(super::bytes(15 << 20), "15.0 MiB");
    }
}
