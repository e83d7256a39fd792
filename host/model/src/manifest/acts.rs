//! What of `actions` a manifest declares: only that is asked of a plugin, and only a component with the ability can do it.

use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};

use super::Capabilities;
use super::parse::{ManifestProblem, place_of};
use crate::contract::actions::Action;

/// Characters of the longest symbol: a flag of a region has seven, a custom emoji's name is a word or two.
const SYMBOL: usize = 64;
/// What some devices put behind an emoji and others leave out; it names no other symbol.
const AS_EMOJI: char = '\u{fe0f}';

/// How a channel takes our reactions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReactCapability {
    /// The symbols that can be used; empty: every emoji.
    pub symbols: Vec<String>,
    /// Whether a message can carry several reactions of ours. Otherwise a new one takes the old one's place.
    pub several: bool,
}

/// Why an action is not asked of a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDeclared {
    /// The manifest does not declare the action.
    Action,
    /// It declares reactions, and not with this symbol. These can be used.
    Symbol(Vec<String>),
}

impl ReactCapability {
    /// Whether this symbol can be used.
    pub fn takes(&self, symbol: &str) -> bool {
        self.symbols.is_empty() || self.symbols.iter().any(|known| same_symbol(known, symbol))
    }
}

/// Whether a text can be a reaction's symbol: an emoji, or a name between colons.
pub fn is_symbol(text: &str) -> bool {
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control());
    let name = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':')).is_some_and(|name| !name.is_empty());
    // An emoji has no letters, and digits only in front of what makes a key of them.
    let emoji = !text.is_ascii() && !text.chars().any(char::is_alphabetic);
    plain && (name || emoji) && text.chars().count() <= SYMBOL
}

/// Whether two texts are the same symbol.
pub fn same_symbol(one: &str, other: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|c| *c != AS_EMOJI).collect::<String>();
    one == other || bare(one) == bare(other)
}

impl Capabilities {
    /// The actions that are declared, by their keys.
    pub fn actions(&self) -> Vec<&'static str> {
        [
            ("react", self.react.is_some()),
            ("edit", self.edit),
            ("delete", self.delete),
            ("mark_read", self.mark_read),
            ("typing", self.typing),
            ("take_over", self.take_over),
            ("ended", self.ended),
        ]
        .into_iter()
        .filter_map(|(key, declared)| declared.then_some(key))
        .collect()
    }

    /// Whether a plugin may be asked for this.
    ///
    /// # Errors
    ///
    /// What the manifest leaves out.
    pub fn permit(&self, action: &Action) -> Result<(), NotDeclared> {
        let declared = match action {
            Action::React { symbol, added, .. } => match &self.react {
                Some(react) if *added && !react.takes(symbol) => {
                    return Err(NotDeclared::Symbol(react.symbols.clone()));
                }
                react => react.is_some(),
            },
            Action::Edit { .. } => self.edit,
            Action::Delete => self.delete,
            Action::MarkRead => self.mark_read,
            Action::Typing { .. } => self.typing,
            Action::TakeOver { .. } => self.take_over,
            Action::Ended { .. } => self.ended,
        };
        if declared { Ok(()) } else { Err(NotDeclared::Action) }
    }

    /// What is declared and cannot be done by a component without `actions`, each with its line of the manifest's text.
    pub fn without_actions(&self, text: &str) -> Vec<ManifestProblem> {
        let words = |key: &str| {
            format!(
                "capabilities.{key} is declared, and the component does not export \"actions\": export it, or take the key out"
            )
        };
        self.actions()
            .into_iter()
            .map(|key| ManifestProblem::new(place_of_capability(text, key), &words(key)))
            .collect()
    }
}

fn place_of_capability(text: &str, key: &str) -> Option<(usize, usize)> {
    let document = DeTable::parse(text).ok()?;
    let DeValue::Table(capabilities) = document.get_ref().get("capabilities")?.get_ref() else { return None };
    let (found, _) = capabilities.get_key_value(key)?;
    Some(place_of(text, found.span().start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_an_emoji_or_a_name_between_colons() {
        for symbol in ["👍", "❤", "❤\u{fe0f}", "👨‍👩‍👧‍👦", "🇫🇷", "1\u{fe0f}\u{20e3}", ":party_parrot:"]
        {
            assert!(is_symbol(symbol), "{symbol:?}");
        }
        for text in ["", ":", "::", "like", "1", "ä", "👍 ", ":a b:", "👍\n", "👍ok", "👍".repeat(65).as_str()]
        {
            assert!(!is_symbol(text), "{text:?}");
        }
    }

    #[test]
    fn an_emoji_is_the_same_however_a_device_writes_it() {
        assert!(same_symbol("❤", "❤\u{fe0f}") && !same_symbol("❤", "👍"));
        let hearts = ReactCapability { symbols: vec!["❤".into()], several: false };
        assert!(hearts.takes("❤\u{fe0f}") && !hearts.takes("👍") && ReactCapability::default().takes("👍"));
    }

    #[test]
    fn only_what_is_declared_is_permitted() {
        let react = |symbol: &str, added| Action::React { symbol: symbol.into(), added, reaction: None };
        let actions = [
            ("react", react("👍", true)),
            ("edit", Action::Edit { parts: Vec::new() }),
            ("delete", Action::Delete),
            ("mark_read", Action::MarkRead),
            ("typing", Action::Typing { on: true, author: None }),
            ("take_over", Action::TakeOver { on: true }),
            ("ended", Action::Ended { ended: true }),
        ];
        for (key, action) in &actions {
            let can = |declared: &str| -> Capabilities {
                let value = if declared == "react" { "{}" } else { "true" };
                toml::from_str(&format!("{declared} = {value}")).unwrap()
            };
            for (declared, _) in &actions {
                assert_eq!(can(declared).permit(action).is_ok(), declared == key, "{declared} for {action:?}");
                assert_eq!(can(declared).actions(), [*declared]);
            }
            assert_eq!(Capabilities::default().permit(action), Err(NotDeclared::Action));
        }
        let few = Capabilities {
            react: Some(ReactCapability { symbols: vec!["👍".into()], several: false }),
            ..Capabilities::default()
        };
        assert_eq!(few.permit(&react("🎉", true)), Err(NotDeclared::Symbol(vec!["👍".into()])));
        assert_eq!(few.permit(&react("🎉", false)), Ok(()), "what was added before can be taken back");
    }

    #[test]
    fn what_a_component_cannot_do_is_told_with_its_line() {
        let text = "[capabilities]\nquote = true\ntyping = true\n\n[capabilities.react]\nsymbols = []\n";
        let can = Capabilities { typing: true, react: Some(ReactCapability::default()), ..Capabilities::default() };
        let lines: Vec<_> = can.without_actions(text).into_iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [Some(5), Some(3)]);
    }
}
