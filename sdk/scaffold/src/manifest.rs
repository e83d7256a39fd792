//! What is the same in every language: `channel.toml`, the cases, the README around the language's own words.

use crate::{Ability, File, Wish};

/// The manifest and the cases of the abilities that are wished for. `interpreted`: the language takes longer than a
/// compiled one for the same.
pub(crate) fn files(wish: &Wish, interpreted: bool) -> Vec<File> {
    let mut manifest = include_str!("../template/common/plugin.toml").to_owned();
    let mut files = Vec::new();
    if wish.has(Ability::Ingress) {
        manifest.push_str(include_str!("../template/common/ingress.toml"));
        files.push(wish.file("cases/receive-text.json", include_str!("../template/common/cases/receive-text.json")));
        files.push(
            wish.file("cases/receive-unknown.json", include_str!("../template/common/cases/receive-unknown.json")),
        );
    }
    if wish.has(Ability::Sender) {
        manifest.push_str(include_str!("../template/common/sender.toml"));
        files.push(wish.file("cases/send-text.json", include_str!("../template/common/cases/send-text.json")));
        files.push(wish.file("cases/send-limited.json", include_str!("../template/common/cases/send-limited.json")));
        files.push(
            wish.file("cases/preview-location.json", include_str!("../template/common/cases/preview-location.json")),
        );
    }
    if interpreted && wish.has(Ability::Ingress) {
        manifest.push_str(include_str!("../template/common/limits.toml"));
    }
    files.push(wish.file("channel.toml", &manifest));
    files
}

/// The README: `language` has its own part, around it stands what holds for all.
pub(crate) fn readme(wish: &Wish, language: &str) -> String {
    let mut text = include_str!("../template/common/README.md.txt").replace("{{language}}", language.trim_end());
    if wish.has(Ability::Ingress) {
        text.push_str(include_str!("../template/common/README-try.md.txt"));
    }
    text
}
