//! Manifests with every key missing, doubled, of another kind and too large: each is refused with a reason that names it, or the key
//! is one of those that may be left out. Nothing panics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]

use lockgate_model::manifest::{Manifest, ManifestProblem};
use serde_json::Value as Json;
use toml::Value;

/// Every key that a manifest can have, once at least; [`every_key_has_a_value_in_the_full_manifest`] says when one is missing.
const FULL: &str = include_str!("manifest/full.toml");

/// A manifest that is in use.
const MESSENGER: &str = include_str!("../../../plugins/messenger/channel.toml");

/// Keys that may be left out, as the manifest's documentation says, wherever they stand.
const OPTIONAL: [&[&str]; 6] = [
    // Parts that a plugin may do without.
    &[
        "setting",
        "credential",
        "derived",
        "account",
        "route",
        "egress",
        "capabilities",
        "polling",
        "window",
        "rate",
        "limits",
    ],
    // Of identity and of fields.
    &["author", "licence", "homepage", "icon", "kind", "required", "default", "pattern", "help"],
    // Of routes.
    &[
        "content_types",
        "max_body",
        "ack_within_ms",
        "answer",
        "own_answer",
        "cors",
        "files",
        "max_files",
        "challenge",
        "status",
        "content_type",
        "body",
        "headers",
        "redirect",
        "source",
        "when",
        "token",
        "reply",
    ],
    // Of recipes.
    &[
        "encoding",
        "key_encoding",
        "prefix",
        "separator",
        "previous",
        "template",
        "timestamp",
        "body_sha256_query",
        "tolerance_s",
        "field",
        "claims",
        "require",
        "public_key",
    ],
    // Of egress.
    &["place", "header", "query", "path", "form", "json", "capture"],
    // Of what can be sent, and of limits.
    &[
        "text",
        "media",
        "choices",
        "native",
        "quote",
        "begins",
        "react",
        "symbols",
        "several",
        "edit",
        "delete",
        "mark_read",
        "typing",
        "take_over",
        "ended",
        "unit",
        "max_bytes",
        "addresses",
        "share",
        "templates",
        "types",
        "caption",
        "body_max",
        "referral_opens",
        "tag",
        "human_only",
        "memory_mib",
        "cpu_ms",
        "wall_ms",
        "requests",
        "requests_per_minute",
        "calls",
        "output_kib",
        "log_kib",
        "state_kib",
    ],
];

/// Keys that are a provider's own names, not the manifest's.
const FOREIGN: [&str; 6] = ["hub.mode", "/type", "/event", "serviceurl", "plainToken", "encryptedToken"];

/// A document in which keys keep their order and may come twice.
#[derive(Clone)]
enum Node {
    Leaf(Value),
    Table(Vec<(String, Node)>),
    List(Vec<Node>),
}

/// Steps from the document to one of its nodes: the place of an entry in a table or list.
type Way = Vec<usize>;

impl Node {
    fn of(value: Value) -> Self {
        match value {
            Value::Table(table) => Self::Table(table.into_iter().map(|(key, value)| (key, Self::of(value))).collect()),
            Value::Array(list) => Self::List(list.into_iter().map(Self::of).collect()),
            leaf => Self::Leaf(leaf),
        }
    }

    fn read(text: &str) -> Self {
        Self::of(Value::Table(text.parse().unwrap()))
    }

    /// As TOML: a line for each key of the document, and for each entry of a list there.
    fn written(&self) -> String {
        let Self::Table(entries) = self else { panic!("a document is a table") };
        let line = |(key, node): &(String, Self)| match node {
            Self::List(list) => {
                let lines: Vec<String> = list.iter().map(Self::inline).collect();
                format!("{} = [\n{}\n]\n", quoted(key), lines.join(",\n"))
            }
            node => format!("{} = {}\n", quoted(key), node.inline()),
        };
        entries.iter().map(line).collect()
    }

    fn inline(&self) -> String {
        match self {
            Self::Leaf(value) => value.to_string(),
            Self::List(list) => format!("[{}]", list.iter().map(Self::inline).collect::<Vec<_>>().join(", ")),
            Self::Table(entries) => {
                let entries = entries.iter().map(|(key, node)| format!("{} = {}", quoted(key), node.inline()));
                format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn at(&mut self, way: &[usize]) -> &mut Self {
        way.iter().fold(self, |node, step| match node {
            Self::Table(entries) => &mut entries[*step].1,
            Self::List(list) => &mut list[*step],
            Self::Leaf(_) => panic!("a way leads through a leaf"),
        })
    }

    fn entries(&mut self, way: &[usize]) -> &mut Vec<(String, Self)> {
        match self.at(way) {
            Self::Table(entries) => entries,
            _ => panic!("a key is in a table"),
        }
    }

    /// The way to every key and every entry of a list, with the nearest key and whether it is one itself.
    fn ways(&self) -> Vec<(Way, String, bool)> {
        fn walk(node: &Node, way: &Way, key: &str, found: &mut Vec<(Way, String, bool)>) {
            let step = |at: usize| way.iter().copied().chain([at]).collect::<Way>();
            match node {
                Node::Leaf(_) => {}
                Node::Table(entries) => entries.iter().enumerate().for_each(|(at, (key, node))| {
                    found.push((step(at), key.clone(), true));
                    walk(node, &step(at), key, found);
                }),
                Node::List(list) => list.iter().enumerate().for_each(|(at, node)| {
                    found.push((step(at), key.to_owned(), false));
                    walk(node, &step(at), key, found);
                }),
            }
        }
        let mut found = Vec::new();
        walk(self, &Way::new(), "", &mut found);
        found
    }

    /// The same of another kind.
    fn mistyped(&self) -> Self {
        Self::Leaf(match self {
            Self::Leaf(Value::String(_)) | Self::Table(_) => Value::Integer(7),
            Self::Leaf(_) | Self::List(_) => Value::String("text".into()),
        })
    }

    /// The same beyond all measure; none of what has no measure.
    fn oversized(&self) -> Option<Self> {
        match self {
            Self::Leaf(Value::String(text)) => Some(Self::Leaf(Value::String(text.clone() + &"a".repeat(70_000)))),
            Self::Leaf(Value::Integer(_)) => Some(Self::Leaf(Value::Integer(i64::MAX))),
            Self::Leaf(_) => None,
            Self::Table(entries) => {
                let more = (0..300).map(|n| (format!("key-{n}"), Self::Leaf(Value::Boolean(true))));
                Some(Self::Table(entries.iter().cloned().chain(more).collect()))
            }
            Self::List(list) => Some(Self::List(list.iter().cycle().take(300).cloned().collect())),
        }
    }
}

fn quoted(key: &str) -> String {
    Value::String(key.to_owned()).to_string()
}

/// Whether a refusal says where to look: by the key's name, or by a line that has it.
fn leads_to(problems: &[ManifestProblem], key: &str, text: &str) -> bool {
    problems.iter().any(|problem| {
        let line = problem.line.and_then(|line| text.lines().nth(line - 1));
        problem.words.contains(key) || line.is_some_and(|line| line.contains(key))
    })
}

/// Refused with a reason that leads to the key, or accepted where it may be; else why not.
fn judge(document: &Node, key: &str, what: &str, optional: bool) -> Option<String> {
    let text = document.written();
    match Manifest::parse(&text) {
        Ok(_) => (!optional).then(|| format!("{what} {key:?}: accepted")),
        Err(problems) if !leads_to(&problems, key, &text) => {
            Some(format!("{what} {key:?}: nothing leads there from {problems:.400?}"))
        }
        Err(problems) => {
            let longest = problems.iter().map(|problem| problem.words.len()).max().unwrap_or_default();
            (longest > 6_000).then(|| format!("{what} {key:?}: a reason of {longest} bytes"))
        }
    }
}

#[track_caller]
fn every_mutation(manifest: &str) {
    let document = Node::read(manifest);
    Manifest::parse(&document.written()).expect("the same manifest, written otherwise");
    let mut wrong = Vec::new();
    let ways = document.ways();
    for (way, key, is_key) in &ways {
        let (last, parent) = way.split_last().unwrap();
        if *is_key {
            let mut missing = document.clone();
            let entry = missing.entries(parent).remove(*last);
            let optional = FOREIGN.contains(&key.as_str()) || OPTIONAL.iter().any(|keys| keys.contains(&key.as_str()));
            // What is missing stands on no line: where it is missing will do.
            let around = ways.iter().find(|(way, ..)| way == parent).map_or("", |(_, key, _)| key.as_str());
            let text = missing.written();
            match Manifest::parse(&text) {
                Ok(_) if optional => {}
                Ok(_) => wrong.push(format!("missing {key:?}: accepted")),
                Err(problems) if problems.iter().all(|problem| problem.words.is_empty()) => {
                    wrong.push(format!("missing {key:?}: no reason"));
                }
                Err(problems) if optional || leads_to(&problems, key, &text) => {}
                Err(problems)
                    if problems.iter().any(|problem| !around.is_empty() && problem.words.contains(around)) => {}
                Err(problems) => wrong.push(format!("missing {key:?}: nothing leads there from {problems:?}")),
            }
            let mut doubled = document.clone();
            doubled.entries(parent).push(entry);
            wrong.extend(judge(&doubled, key, "doubled", false));
        }
        let mut mistyped = document.clone();
        let node = mistyped.at(way);
        *node = node.mistyped();
        wrong.extend(judge(&mistyped, key, "mistyped", false));

        let mut oversized = document.clone();
        let node = oversized.at(way);
        if let Some(large) = node.oversized() {
            *node = large;
            wrong.extend(judge(&oversized, key, "oversized", false));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_key_of_the_messenger_manifest_is_looked_at() {
    every_mutation(MESSENGER);
}

#[test]
fn every_key_of_a_manifest_with_all_of_them_is_looked_at() {
    every_mutation(FULL);
}

/// So that a key that is added to the manifest is added to the mutations.
#[test]
fn every_key_has_a_value_in_the_full_manifest() {
    fn keys(value: &Json, at: &str, found: &mut Vec<(String, bool)>) {
        match value {
            Json::Object(entries) => entries.iter().for_each(|(key, child)| {
                let at = format!("{at}/{key}");
                found.push((at.clone(), !child.is_null() && *child != Json::Array(Vec::new())));
                keys(child, &at, found);
            }),
            Json::Array(list) => list.iter().for_each(|child| keys(child, at, found)),
            _ => {}
        }
    }
    let manifest = serde_json::to_value(Manifest::parse(FULL).expect("good")).unwrap();
    let mut all = Vec::new();
    keys(&manifest, "", &mut all);
    let filled: Vec<&String> = all.iter().filter(|(_, filled)| *filled).map(|(key, _)| key).collect();
    let empty: Vec<&String> = all.iter().map(|(key, _)| key).filter(|key| !filled.contains(key)).collect();
    assert_eq!(empty, Vec::<&String>::new(), "these have no value anywhere in host/model/tests/manifest/full.toml");
}
