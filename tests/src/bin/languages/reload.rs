//! What an author waits for: `lockgate plugin dev` at work while a source file is edited.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use lockgate_tests::examples;
use lockgate_tests::figures::Spread;
use serde::Serialize;
use serde_json::Value;

/// A word that the source of each language holds, in code that runs.
const WORD: &str = "sender_tag";

/// What was measured over all edits.
#[derive(Debug, Serialize)]
pub(crate) struct Reload {
    /// What the language's own compiler took.
    build_ms: Spread,
    /// From its end until the component answers: most of it is compiling to machine code.
    pub(crate) reload_ms: Spread,
    /// Functions of the last component.
    pub(crate) functions: u64,
    /// Those of them that were taken over from the one before.
    pub(crate) reused: u64,
}

/// `plugin dev`; the source is as it was when this is dropped.
struct Dev {
    process: Child,
    says: Lines<BufReader<ChildStdout>>,
    source: PathBuf,
    sound: String,
}

impl Drop for Dev {
    fn drop(&mut self) {
        std::fs::write(&self.source, &self.sound).unwrap();
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Dev {
    fn start(executable: &Path, project: &Path, source: PathBuf) -> Self {
        let sound = std::fs::read_to_string(&source).unwrap();
        assert!(sound.contains(WORD), "{} has no {WORD}", source.display());
        let checkout = project.ancestors().nth(3).unwrap();
        let tools = examples::folder().parent().unwrap().join("python/bin");
        let path = std::env::var("PATH").unwrap_or_default();
        let mut command = Command::new(executable);
        command.args(["plugin", "dev"]).arg(project).arg("--json");
        command.env("PATH", format!("{}:{path}", tools.display()));
        command.env("PYTHONPATH", checkout.join("sdk/python/src"));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let says = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, says, source, sound }
    }

    /// What it says of the next component that is loaded. That the example has its cases elsewhere is said beside, and no matter.
    fn loaded(&mut self) -> Value {
        loop {
            let line = self.says.next().expect("plugin dev ended").unwrap();
            let said: Value = serde_json::from_str(&line).unwrap();
            match said["type"].as_str() {
                Some("loaded") => return said,
                Some("failed") => panic!("plugin dev: {}", said["words"]),
                _ => {}
            }
        }
    }

    fn edit(&self, number: u64) {
        let edited = self.sound.replacen(WORD, &format!("{WORD}{number}"), 1);
        std::fs::write(&self.source, edited).unwrap();
    }
}

/// Edits a word so often, one reload after the other.
pub(crate) fn measure(executable: &Path, project: &Path, source: PathBuf, edits: u64) -> Reload {
    let mut dev = Dev::start(executable, project, source);
    dev.loaded();
    let said: Vec<Value> = (1..=edits)
        .map(|number| {
            dev.edit(number);
            dev.loaded()
        })
        .collect();
    let spread = |key: &str| Spread::of(said.iter().map(|said| said[key].as_f64().unwrap()));
    let native = |key: &str| said.last().map_or(0, |said| said["native"][key].as_u64().unwrap());
    Reload {
        build_ms: spread("build_ms"),
        reload_ms: spread("reload_ms"),
        functions: native("functions"),
        reused: native("reused"),
    }
}
