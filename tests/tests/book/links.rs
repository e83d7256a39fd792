//! Links of every page of the repository that people read, with their anchors; and the book's list of its pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use crate::page::DIALECT;
use crate::{page, root};

/// The anchors of a page, as mdBook and GitHub make them of its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let (mut found, mut times, mut heading) = (BTreeSet::new(), BTreeMap::<String, usize>::new(), None::<String>);
    for event in Parser::new_ext(text, DIALECT) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(text) | Event::Code(text) => heading.iter_mut().for_each(|heading| heading.push_str(&text)),
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap_or_default());
                let before = times.entry(name.clone()).or_default();
                found.insert(if *before == 0 { name } else { format!("{name}-{before}") });
                *before += 1;
            }
            _ => {}
        }
    }
    found
}

/// The anchor of one heading.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_') || c.is_whitespace());
    kept.map(|c| if c.is_whitespace() { '-' } else { c }).collect()
}

/// The links of a page, with the line of each.
fn links(text: &str) -> Vec<(usize, String)> {
    let of = Parser::new_ext(text, DIALECT).into_offset_iter().filter_map(|(event, range)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some((text[..range.start].matches('\n').count() + 1, dest_url.to_string()))
        }
        _ => None,
    });
    of.collect()
}

/// A path without its `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, component| {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
        plain
    })
}

/// The pages of the repository that people read, from its folder.
fn read_by_people() -> Vec<String> {
    let mut pages = page::pages();
    let others = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "examples/README.md",
        "examples/telegram/README.md",
        "examples/telegram/js/README.md",
        "examples/telegram/python/README.md",
        "examples/telegram/rust/README.md",
        "plugins/messenger/README.md",
        "sdk/README.md",
        "sdk/js/README.md",
        "sdk/python/README.md",
        "sdk/rust/README.md",
        "wit/README.md",
    ];
    pages.extend(others.map(str::to_owned));
    pages
}

/// What is wrong with a page's links.
fn dead(page: &str, text: &str) -> Vec<String> {
    let mut dead = Vec::new();
    for (line, link) in links(text) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let target =
            if path.is_empty() { PathBuf::from(page) } else { plain(&Path::new(page).parent().unwrap().join(path)) };
        let file = root().join(&target);
        if !file.exists() {
            dead.push(format!("{page}:{line}: nothing is at {link}"));
        } else if !anchor.is_empty() {
            let there = std::fs::read_to_string(&file).unwrap_or_default();
            if !anchors(&there).contains(anchor) {
                dead.push(format!("{page}:{line}: {} has no heading #{anchor}", target.display()));
            }
        }
    }
    dead
}

#[test]
fn every_link_and_anchor_leads_somewhere() {
    let mut wrong = Vec::new();
    for page in read_by_people() {
        wrong.extend(dead(&page, &page::of_repository(&page)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dead_link_is_found() {
    let page = "docs/SUMMARY.md";
    for text in ["[a](nothing.md)", "[a](conformance.md#no-such-heading)", "[a](#nor-here)", "![a](nothing.png)"] {
        assert_eq!(dead(page, text).len(), 1, "{text}");
    }
    assert_eq!(dead(page, "[a](conformance.md#the-component) [b](https://example.com/none)"), Vec::<String>::new());
    assert_eq!(anchors("# The `a` of B!\n\n# the a of b"), ["the-a-of-b".into(), "the-a-of-b-1".into()].into());
}

/// mdBook builds what its summary lists, and nothing else.
#[test]
fn the_summary_lists_every_page_once() {
    let mut listed: Vec<String> =
        links(&page::of_repository("docs/SUMMARY.md")).into_iter().map(|(_, link)| format!("docs/{link}")).collect();
    listed.sort();
    let pages: Vec<String> = page::pages().into_iter().filter(|page| page != "docs/SUMMARY.md").collect();
    assert_eq!(listed, pages);
}
