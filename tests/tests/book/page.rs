//! A page as the tests see it: its fenced blocks in order, each with the comments that stand right before it.
//!
//! A comment `<!-- test: words -->` is a [`rule`](crate::rule) for the block below it; the reader of the book does not see it.

use std::ops::Range;
use std::path::Path;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use crate::root;

/// One fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The page, from the repository's folder.
    pub(crate) page: String,
    /// Where it begins, counted from 1.
    pub(crate) line: usize,
    /// The language that it names; empty where it names none.
    pub(crate) language: String,
    pub(crate) text: String,
    /// What the comments before it say.
    pub(crate) notes: Vec<String>,
}

impl Block {
    /// For people.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.page, self.line)
    }
}

/// How pages are read; mdBook reads them so too.
pub(crate) const DIALECT: Options = Options::ENABLE_TABLES.union(Options::ENABLE_FOOTNOTES);

/// Every page of the book, from the repository's folder.
pub(crate) fn pages() -> Vec<String> {
    let (mut folders, mut found) = (vec![root().join("docs")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

/// The blocks of a page.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    of_text(page, &text)
}

fn of_text(page: &str, text: &str) -> Vec<Block> {
    let (mut found, mut notes, mut open): (Vec<Block>, Vec<String>, Option<Block>) = (Vec::new(), Vec::new(), None);
    for (event, range) in Parser::new_ext(text, DIALECT).into_offset_iter() {
        match event {
            Event::Html(html) | Event::InlineHtml(html) => notes.extend(note(text, &html, &range)),
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                let line = text[..range.start].matches('\n').count() + 1;
                let (page, notes) = (page.to_owned(), std::mem::take(&mut notes));
                open = Some(Block { page, line, language, text: String::new(), notes });
            }
            Event::Text(more) => {
                if let Some(block) = &mut open {
                    block.text.push_str(&more);
                }
            }
            Event::End(TagEnd::CodeBlock) => found.extend(open.take()),
            Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::List(_) | Tag::Table(_)) => {
                assert!(notes.is_empty(), "{page}: a comment for a block stands before something else: {notes:?}");
            }
            _ => {}
        }
    }
    assert!(notes.is_empty(), "{page}: a comment for a block stands at the end: {notes:?}");
    found
}

/// What a comment says to the tests. A comment of several lines comes in pieces, and is looked at with its first.
fn note(text: &str, piece: &str, range: &Range<usize>) -> Option<String> {
    piece.trim_start().strip_prefix("<!-- test:")?;
    let rest = &text[range.start..];
    let (said, _) = rest.split_once("-->").expect("a comment ends");
    Some(said.trim_start().strip_prefix("<!-- test:")?.trim().to_owned())
}

/// A text of the repository.
pub(crate) fn of_repository(path: &str) -> String {
    let file = root().join(path.trim_start_matches('/'));
    std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Whether all of an excerpt stands in a text, line by line, however far it is indented there.
pub(crate) fn holds(text: &str, excerpt: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let wanted: Vec<&str> = excerpt.trim_end().lines().collect();
    lines.windows(wanted.len()).any(|window| {
        let margin = |line: &str| line.len() - line.trim_start().len();
        let begins = margin(window[0]).checked_sub(margin(wanted[0]));
        begins.is_some_and(|indent| {
            window.iter().zip(&wanted).all(|(line, wanted)| {
                let shown = if line.trim().is_empty() { "" } else { line.get(indent..).unwrap_or("\0") };
                shown == *wanted
            })
        })
    })
}

/// Whether a file is there.
pub(crate) fn exists(path: &str) -> bool {
    root().join(Path::new(path)).exists()
}

#[test]
fn blocks_come_with_their_comments_in_order() {
    let text = "# A\n\n<!-- test: one -->\n<!-- test: two\nthree -->\n```sh\necho\n```\n\nWords.\n\n- a list\n\n  ```text\n  out\n  ```\n";
    let blocks = of_text("a.md", text);
    let seen: Vec<_> = blocks.iter().map(|b| (b.line, b.language.as_str(), b.text.as_str(), b.notes.len())).collect();
    assert_eq!(seen, [(6, "sh", "echo\n", 2), (14, "text", "out\n", 0)]);
    assert_eq!(blocks[0].notes, ["one", "two\nthree"]);
}

#[test]
fn an_excerpt_is_all_there_or_not() {
    let text = "fn a() {\n    if b {\n        c();\n    }\n}\n";
    assert!(holds(text, "if b {\n    c();\n}\n") && holds(text, "fn a() {\n    if b {\n"));
    assert!(!holds(text, "if b {\n    d();\n}\n") && !holds(text, "fn a() {\n}\n"));
}

/// What the book says that a command says is somewhere in the code, word by word; `…` stands for what the code puts in.
#[test]
fn every_refusal_that_is_quoted_is_in_the_code() {
    fn sources(folder: &Path, found: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push_str(&std::fs::read_to_string(path).unwrap().replace("\\\"", "\""));
            }
        }
    }
    let mut code = String::new();
    ["host", "sdk/build", "sdk/scaffold"].iter().for_each(|folder| sources(&root().join(folder), &mut code));
    let page = of_repository("docs/guide/errors.md");
    let (mut quoted, mut unknown, mut column) = (0, Vec::new(), None);
    for line in page.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if let Some(at) = cells.iter().position(|cell| *cell == "it says") {
            column = Some(at);
            continue;
        }
        column = column.filter(|_| line.starts_with('|'));
        let Some(says) = column.and_then(|at| cells.get(at)) else { continue };
        for words in says.split('`').skip(1).step_by(2) {
            for piece in words.split('…').map(|piece| piece.trim_matches([' ', ':'])).filter(|piece| piece.len() > 2)
            {
                quoted += 1;
                unknown.extend((!code.contains(piece)).then_some(piece));
            }
        }
    }
    assert!(quoted > 50 && unknown.is_empty(), "of {quoted} texts no command says {unknown:#?}");
}
