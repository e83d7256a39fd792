//! What is done with a block. Every block has a rule, by its language or by the comments before it, or the test fails: nothing slips
//! by unseen.
//!
//! | comment | means |
//! | --- | --- |
//! | `file PATH` | the reader writes this into a new file |
//! | `more PATH` | and this behind it, after an empty line |
//! | `part of PATH` | stands so in this file; from `/` on it is the repository's, else one of the page's folder |
//! | `setup COMMANDS` | run before the block; not shown |
//! | `instead COMMANDS` | run in place of the block: what the tests are provided with |
//! | `serve` | runs beside what follows, until the page ends |
//! | `fails CODE` | ends with this status |
//! | `until WORDS` | run again until it says these |
//! | `elsewhere PATH WORDS` | is run by that file, which has these words |
//! | `drawing` | a picture or a format; nothing to run |

use lockgate_model::manifest::{CONTRACT, Manifest};

use crate::page::{self, Block};

/// A step of a page's way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Run these commands.
    Run { commands: String, how: How },
    /// What the last commands said.
    Said(String),
    /// Write a file, or the rest of one.
    Write { path: String, text: String, more: bool },
    /// A file of the page's folder holds this.
    Part { path: String, text: String },
}

/// How commands are run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// They must succeed.
    Plainly,
    /// They must fail with this status.
    Failing(u8),
    /// One command that goes on.
    Serving,
    /// Again until they say these words.
    Until(String),
}

/// The steps of a block; none where it was judged at once. The error says what is wrong with it.
pub(crate) fn steps(block: &Block, before: Option<&Block>) -> Result<Vec<Step>, String> {
    let note = |word: &str| {
        let found = block.notes.iter().find_map(|note| note.strip_prefix(word));
        found.filter(|rest| rest.is_empty() || rest.starts_with([' ', '\n'])).map(str::trim)
    };
    let known = ["file", "more", "part of", "setup", "instead", "serve", "fails", "until", "elsewhere", "drawing"];
    if let Some(odd) = block.notes.iter().find(|note| !known.iter().any(|known| note.starts_with(known))) {
        return Err(format!("no rule is called {odd:?}"));
    }
    if let Some(what) = note("elsewhere") {
        let (path, words) = what.split_once(' ').ok_or("elsewhere PATH WORDS")?;
        let there = page::exists(path) && page::of_repository(path).contains(words);
        return if there { Ok(Vec::new()) } else { Err(format!("{path} has no {words:?}")) };
    }
    if let Some(path) = note("part of") {
        return match path.strip_prefix('/') {
            Some(path) if page::holds(&page::of_repository(path), &block.text) => Ok(Vec::new()),
            Some(path) => Err(format!("this does not stand so in {path}")),
            None => Ok(vec![Step::Part { path: path.to_owned(), text: block.text.clone() }]),
        };
    }
    for (word, more) in [("file", false), ("more", true)] {
        if let Some(path) = note(word) {
            if path.ends_with(".json") && !more {
                parsed(&block.text)?;
            }
            return Ok(vec![Step::Write { path: path.to_owned(), text: block.text.clone(), more }]);
        }
    }
    match block.language.as_str() {
        "sh" => {
            let how = match (note("fails"), note("serve"), note("until")) {
                (Some(code), None, None) => How::Failing(code.parse().map_err(|_| "fails CODE")?),
                (None, Some(_), None) => How::Serving,
                (None, None, Some(words)) => How::Until(words.to_owned()),
                (None, None, None) => How::Plainly,
                _ => return Err("it fails, serves or is repeated, not several of these".into()),
            };
            let setup =
                note("setup").map(|commands| Step::Run { commands: format!("{commands}\n"), how: How::Plainly });
            let commands = note("instead").map_or_else(|| block.text.clone(), |commands| format!("{commands}\n"));
            Ok(setup.into_iter().chain([Step::Run { commands, how }]).collect())
        }
        "text" if note("drawing").is_some() => Ok(Vec::new()),
        "text" => match before {
            Some(before) if before.language == "sh" => Ok(vec![Step::Said(block.text.clone())]),
            _ => Err("what a command says stands right behind the command; else this is a drawing".into()),
        },
        "toml" => fragment(&block.text).map(|()| Vec::new()),
        "json" => parsed(&block.text).map(|()| Vec::new()),
        other => Err(format!("there is no rule for blocks of the kind {other:?}")),
    }
}

fn parsed(json: &str) -> Result<(), String> {
    serde_json::from_str::<serde_json::Value>(json).map(drop).map_err(|error| error.to_string())
}

/// A manifest, or a part of one that stands on its own feet once the plugin has a name.
fn fragment(text: &str) -> Result<(), String> {
    let head = format!(
        "[plugin]\nid = \"a\"\nname = \"A\"\nversion = \"0.1.0\"\ncontract = \"{CONTRACT}\"\ndescription = \"A.\"\n"
    );
    let whole = if text.contains("[plugin]") { text.to_owned() } else { format!("{head}{text}") };
    Manifest::parse(&whole)
        .map(drop)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_block_of_every_page_has_a_rule() {
    let mut wrong = Vec::new();
    for page in page::pages() {
        let blocks = page::blocks(&page);
        let mut before = None;
        for block in &blocks {
            if let Err(words) = steps(block, before) {
                wrong.push(format!("{}: {words}", block.place()));
            }
            before = Some(block);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_has_no_rule_is_refused() {
    let block = |language: &str, text: &str, notes: &[&str]| Block {
        page: "a.md".into(),
        line: 1,
        language: language.into(),
        text: text.into(),
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
    };
    for (language, text, notes) in [
        ("", "echo", &[][..]),
        ("rust", "fn main() {}", &[]),
        ("python", "pass", &[]),
        ("text", "words", &[]),
        ("json", "{", &[]),
        ("toml", "colour = 1", &[]),
        ("toml", "[[rate]]\nbucket = \"a\"\nper = \"planet\"", &[]),
        ("sh", "echo", &["sometimes"]),
        ("sh", "echo", &["elsewhere README.md no such words in it"]),
        ("rust", "fn nowhere() {}", &["part of /README.md"]),
    ] {
        assert!(steps(&block(language, text, notes), None).is_err(), "{language} {text} {notes:?}");
    }
    let rate = "[[rate]]\nbucket = \"a\"\nper = \"account\"";
    assert_eq!(steps(&block("toml", rate, &[]), None), Ok(Vec::new()));
    let run = steps(&block("sh", "echo", &["setup touch a", "fails 2"]), None).unwrap();
    assert_eq!(run.len(), 2);
}
