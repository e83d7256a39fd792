//! What `lockgate plugin dev` says: each thing once, for people or as a line of JSON.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use lockgate_kit::Played;
use lockgate_kit::case::Answered;
use lockgate_runtime::Compilation;
use serde::Serialize;
use serde_json::Value;

use super::compiled::Place;
use crate::cli::client::print;
use crate::cli::plugin::build::bytes;
use crate::cli::sheet::clean_lines;

/// One thing that is said.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    /// The compiler runs now.
    Building {
        /// Files that changed; empty at the start, and where somebody asked for it.
        changed: Vec<PathBuf>,
    },
    /// There is a component, and calls go to it from now on.
    Loaded {
        plugin: String,
        version: String,
        digest: String,
        size: usize,
        /// Whether it is the first.
        first: bool,
        /// Whether it is the one that was there already, to the byte.
        same: bool,
        /// How long the compiler ran.
        build_ms: u64,
        /// From the compiler's end until calls go to it.
        reload_ms: u64,
        /// What of that went into machine code; none where it was there already.
        #[serde(skip_serializing_if = "Option::is_none")]
        native: Option<Native>,
    },
    /// There is no new component. What was there goes on answering.
    Failed {
        words: String,
        places: Vec<Place>,
        /// Whether there is an earlier one that answers.
        serving: bool,
    },
    /// The cases were read again.
    Cases { names: Vec<String> },
    /// A call that was made.
    Call {
        name: String,
        #[serde(flatten)]
        played: Box<Played>,
    },
    /// The last call was made again with the new component.
    Again {
        name: String,
        differences: Vec<String>,
        #[serde(flatten)]
        played: Box<Played>,
    },
    /// Cases were judged.
    Ran { cases: usize, passed: usize, failed: Vec<Failed> },
    /// What the plugin keeps.
    State { state: Value },
    /// It was installed into a running host.
    Installed { plugin: String, version: String, grants: Vec<String> },
    /// Something else to know.
    Note { words: String },
    /// What was asked for cannot be.
    Problem { words: String },
}

/// How a component became machine code.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Native {
    /// How long that took.
    ms: u64,
    /// Functions of the component.
    functions: u64,
    /// Those of them that are as they were in the one before, and were not compiled again.
    reused: u64,
}

impl From<Compilation> for Native {
    fn from(last: Compilation) -> Self {
        let Compilation { took, functions, reused } = last;
        Self { ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX), functions, reused }
    }
}

/// A case that was not met.
#[derive(Debug, Serialize)]
pub(super) struct Failed {
    pub(super) case: String,
    pub(super) differences: Vec<String>,
}

/// Says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Teller {
    json: bool,
    prompts: bool,
}

impl Teller {
    pub(super) fn new(json: bool) -> Self {
        Self { json, prompts: !json && std::io::stdin().is_terminal() && std::io::stdout().is_terminal() }
    }

    pub(super) fn say(self, said: &Said) {
        if self.json {
            print(serde_json::to_value(said).unwrap_or_default());
            return;
        }
        if self.prompts {
            print(format_args!("\r{}", words(said)));
        } else {
            print(words(said));
        }
    }

    /// Somebody may type.
    pub(super) fn prompt(self) {
        if self.prompts {
            let mut out = std::io::stdout();
            drop(out.write_all(b"> ").and_then(|()| out.flush()));
        }
    }
}

fn words(said: &Said) -> String {
    match said {
        Said::Building { changed } if changed.is_empty() => "Building …".into(),
        Said::Building { changed } => {
            let mut names: Vec<String> = changed.iter().take(3).map(|path| path.display().to_string()).collect();
            if changed.len() > names.len() {
                names.push(format!("{} more", changed.len() - names.len()));
            }
            format!("{} changed; building …", names.join(", "))
        }
        Said::Loaded { plugin, version, digest, size, first, same, build_ms, reload_ms, native } => {
            let digest: String = digest.chars().take("sha256:".len() + 12).collect();
            let done = if *first { "Loaded" } else { "Reloaded" };
            let same = if *same { "; the same as before, to the byte" } else { "" };
            let built = seconds(*build_ms);
            let native = native.map_or_else(String::new, |Native { ms, functions, reused }| {
                format!(" (machine code {ms} ms, {reused} of {functions} functions as before)")
            });
            format!(
                "{done} in {reload_ms} ms{native}, built in {built} s: {plugin} {version}, {}, {digest}{same}",
                bytes(*size)
            )
        }
        Said::Failed { words, serving, .. } => {
            let serving = if *serving { "\nThe one before goes on answering." } else { "" };
            format!("NOT BUILT\n{words}{serving}")
        }
        Said::Cases { names } if names.is_empty() => "There are no cases.".into(),
        Said::Cases { names } => format!("{} cases: {}", names.len(), names.join(", ")),
        Said::Call { name, played } => call(name, played),
        Said::Again { name, differences, .. } if differences.is_empty() => {
            format!("{name} again: nothing is otherwise.")
        }
        Said::Again { name, differences, played } => {
            let list: String = differences.iter().map(|difference| format!("\n  - {difference}")).collect();
            format!("{name} again:{list}\n{}", call(name, played))
        }
        Said::Ran { cases, passed, failed } => {
            let mut words = String::new();
            for Failed { case, differences } in failed {
                words.push_str(&format!("CASE {case}\n"));
                differences.iter().for_each(|difference| words.push_str(&format!("  - {difference}\n")));
            }
            format!("{words}Cases: {passed} of {cases} passed.")
        }
        Said::State { state } => match state.as_object() {
            Some(state) if !state.is_empty() => {
                let lines: Vec<String> = state.iter().map(|(key, value)| format!("  {key} = {value}")).collect();
                lines.join("\n")
            }
            _ => "It keeps nothing.".into(),
        },
        Said::Installed { plugin, version, grants } => {
            let grants = if grants.is_empty() { "nothing".to_owned() } else { grants.join(", ") };
            format!("Installed {plugin} {version} into the host, granted {grants} as before.")
        }
        Said::Note { words } => words.clone(),
        Said::Problem { words } => format!("? {words}"),
    }
}

fn call(name: &str, played: &Played) -> String {
    let mut words = format!("── {} {name}\n", played.call);
    let mut add = |what: &str, value: String| {
        words.push_str(&format!("{what:<9} {}\n", clean_lines(&value, "          ")));
    };
    add("input", pretty(&played.input));
    for made in &played.requests {
        let request = &made.request;
        let headers: String = request.headers.iter().map(|(name, value)| format!("\n{name}: {value}")).collect();
        let body = if request.body.is_null() { String::new() } else { format!("\n{}", pretty(&request.body)) };
        add("request", format!("{} {}{headers}{body}", request.method, request.url));
        add("answer", answer(made.answer.as_ref()));
    }
    for (key, value) in played.outcome.iter().filter_map(Value::as_object).flatten() {
        let what = if key == "state" { "writes" } else { key.trim_end_matches('s') };
        match value {
            Value::Array(list) if list.is_empty() => add(key, "none".into()),
            Value::Array(list) => list.iter().for_each(|value| add(what, pretty(value))),
            value => add(what, pretty(value)),
        }
    }
    if played.outcome.as_ref().and_then(Value::as_object).is_some_and(serde_json::Map::is_empty) {
        add(if played.call == "receive" { "events" } else { "problems" }, "none".into());
    }
    played.failure.iter().for_each(|failure| add("FAILED", failure.clone()));
    played.denied.iter().for_each(|denied| add("DENIED", denied.clone()));
    played.log.iter().for_each(|line| add("log", line.clone()));
    let memory = bytes(usize::try_from(played.memory_bytes).unwrap_or(usize::MAX));
    add(
        "took",
        format!(
            "{} ms, {} ms of it on a processor; {memory} of memory",
            thousandths(played.wall_us),
            thousandths(played.cpu_us)
        ),
    );
    words.trim_end().to_owned()
}

fn answer(answered: Option<&Answered>) -> String {
    match answered {
        Some(Answered::Whole(answer)) if answer.body.is_null() => answer.status.to_string(),
        Some(Answered::Whole(answer)) => format!("{} {}", answer.status, pretty(&answer.body)),
        Some(Answered::Broken(broken)) => format!("{broken:?}").to_lowercase(),
        None => "closed: there was no answer left".into(),
    }
}

/// As few lines as its width allows.
fn pretty(value: &Value) -> String {
    let mut text = String::new();
    lay(value, 0, &mut text);
    text
}

/// The longest line with more than one value on it, in characters.
const WIDTH: usize = 100;

fn lay(value: &Value, indent: usize, text: &mut String) {
    let line = value.to_string();
    let leaf = !(value.is_object() || value.is_array());
    if leaf || indent + line.chars().count() <= WIDTH {
        text.push_str(&line);
        return;
    }
    let pad = " ".repeat(indent + 2);
    let (open, close) = if value.is_object() { ('{', '}') } else { ('[', ']') };
    text.push(open);
    let mut separator = "\n";
    let mut entry = |key: Option<&String>, value: &Value| {
        text.push_str(separator);
        text.push_str(&pad);
        separator = ",\n";
        let mut at = indent + 2;
        if let Some(key) = key {
            let key = format!("{}: ", Value::String(key.clone()));
            at += key.chars().count();
            text.push_str(&key);
        }
        // What does not fit behind its key is laid out below it, not to its right.
        let wide = at + value.to_string().chars().count() > WIDTH;
        lay(value, if wide { indent + 2 } else { at }, text);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| entry(Some(key), value)),
        Value::Array(list) => list.iter().for_each(|value| entry(None, value)),
        _ => {}
    }
    text.push('\n');
    text.push_str(&" ".repeat(indent));
    text.push(close);
}

fn seconds(ms: u64) -> String {
    format!("{}.{}", ms / 1000, ms % 1000 / 100)
}

fn thousandths(us: u64) -> String {
    format!("{}.{}", us / 1000, us % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::pretty;

    #[test]
    fn a_value_takes_as_few_lines_as_its_width_allows() {
        assert_eq!(pretty(&json!({ "a": [1, 2] })), r#"{"a":[1,2]}"#);
        let long = "x".repeat(60);
        let shown = pretty(&json!({ "a": { "b": long, "c": [1, 2] }, "d": long }));
        assert_eq!(shown, format!("{{\n  \"a\": {{\"b\":\"{long}\",\"c\":[1,2]}},\n  \"d\": \"{long}\"\n}}"));
    }
}
