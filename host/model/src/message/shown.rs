//! The merging of a message with the facts about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Fact, Filed, Stamp};
use crate::contract::common::{Content as PartContent, FieldValue, Part, Timestamp};
use crate::contract::inbound::ReactionChange;

/// What a message said when it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    /// Its parts.
    pub parts: Vec<Part>,
}

/// One reaction that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReactionShown {
    /// Whose, by the key of the identity at the provider.
    pub actor: Option<String>,
    /// An emoji, or the provider's name between colons.
    pub symbol: String,
    /// Since when, milliseconds since 1970.
    pub at: Timestamp,
}

/// What is to be seen of a message now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shown {
    /// Its parts. Empty where its contents were erased.
    pub parts: Vec<Part>,
    /// When it was last changed, where a change is worth showing.
    pub edited_at: Option<Timestamp>,
    /// When it was deleted at the provider.
    pub deleted_at: Option<Timestamp>,
    /// Whether our copy had to go too.
    pub erased: bool,
    /// Sorted by moment, actor and symbol.
    pub reactions: Vec<ReactionShown>,
}

/// Merges a message with all facts about it. `taken_back` says which ids of facts were deleted themselves. The order of `facts`
/// does not matter, and none counts twice.
pub fn shown(content: &Content, facts: &[Filed], taken_back: &dyn Fn(&str) -> bool) -> Shown {
    let mut standing: Vec<&Filed> =
        facts.iter().filter(|filed| !filed.own_id.as_deref().is_some_and(taken_back)).collect();
    standing.sort_by(|left, right| left.stamp.cmp(&right.stamp));
    let mut result = Shown { parts: content.parts.clone(), ..Shown::default() };
    let mut reactions = BTreeMap::<Option<String>, BTreeMap<String, Timestamp>>::new();
    for Filed { stamp, fact, .. } in standing {
        match fact {
            Fact::Edit { parts } => {
                if !is_moved_location(&result.parts, parts) {
                    result.edited_at = Some(stamp.at);
                }
                result.parts = edited(&result.parts, parts);
            }
            Fact::Deletion { erase } => {
                result.deleted_at = Some(result.deleted_at.map_or(stamp.at, |at| at.min(stamp.at)));
                result.erased |= erase;
            }
            Fact::Reaction { actor, change } => {
                react(reactions.entry(actor.clone()).or_default(), change, stamp);
            }
            Fact::Receipt { .. } => {}
        }
    }
    if result.erased {
        result.parts.clear();
        result.edited_at = None;
        return result;
    }
    result.reactions = reactions
        .into_iter()
        .flat_map(|(actor, symbols)| {
            symbols.into_iter().map(move |(symbol, at)| ReactionShown { actor: actor.clone(), symbol, at })
        })
        .collect();
    result.reactions.sort_by(|a, b| (a.at, &a.actor, &a.symbol).cmp(&(b.at, &b.actor, &b.symbol)));
    result
}

/// What is to be seen of a message that the provider carries as several, from what is to be seen of each: deleted and erased only
/// where all of them are.
pub fn joined(each: Vec<Shown>) -> Shown {
    let deleted = each.iter().map(|shown| shown.deleted_at).collect::<Option<Vec<_>>>();
    let mut whole = Shown {
        edited_at: each.iter().filter_map(|shown| shown.edited_at).max(),
        deleted_at: deleted.and_then(|moments| moments.into_iter().max()),
        erased: !each.is_empty() && each.iter().all(|shown| shown.erased),
        ..Shown::default()
    };
    for shown in each {
        whole.parts.extend(shown.parts);
        for reaction in shown.reactions {
            let same = |known: &ReactionShown| (&known.actor, &known.symbol) == (&reaction.actor, &reaction.symbol);
            if !whole.reactions.iter().any(same) {
                whole.reactions.push(reaction);
            }
        }
    }
    whole.reactions.sort_by(|a, b| (a.at, &a.actor, &a.symbol).cmp(&(b.at, &b.actor, &b.symbol)));
    whole
}

fn react(symbols: &mut BTreeMap<String, Timestamp>, change: &ReactionChange, stamp: &Stamp) {
    match change {
        ReactionChange::Added(symbol) => {
            symbols.insert(symbol.clone(), stamp.at);
        }
        ReactionChange::Removed(Some(symbol)) => {
            symbols.remove(symbol);
        }
        ReactionChange::Removed(None) => symbols.clear(),
        ReactionChange::Now(now) => {
            symbols.retain(|symbol, _| now.contains(symbol));
            for symbol in now {
                symbols.entry(symbol.clone()).or_insert(stamp.at);
            }
        }
    }
}

fn is_media(part: &Part) -> bool {
    matches!(part.content, PartContent::Media(_))
}

/// A live location that moved is an edit that is not shown as one.
fn is_moved_location(old: &[Part], new: &[Part]) -> bool {
    let only_location = |parts: &[Part]| matches!(parts, [Part { content: PartContent::Location(_), .. }]);
    only_location(old) && only_location(new)
}

/// The parts after an edit. Media stay where they stand unless the edit lists media; a text that comes for media with a caption
/// and nothing else is its new caption.
fn edited(old: &[Part], new: &[Part]) -> Vec<Part> {
    if new.iter().any(is_media) || !old.iter().any(is_media) {
        return new.to_vec();
    }
    if let ([part], [Part { content: PartContent::Text(text), .. }]) = (old, new)
        && let PartContent::Media(media) = &part.content
        && media.caption.is_some()
    {
        let mut part = part.clone();
        if let PartContent::Media(media) = &mut part.content {
            media.caption = Some(text.clone());
        }
        return vec![part];
    }
    let mut parts = Vec::with_capacity(old.len() + new.len());
    let mut placed = false;
    for part in old {
        if is_media(part) {
            parts.push(part.clone());
        } else if !placed {
            parts.extend_from_slice(new);
            placed = true;
        }
    }
    if !placed {
        parts.extend_from_slice(new);
    }
    parts
}

/// The plain text of a message: of each part what can be read without seeing it, a line each.
pub fn text_of(parts: &[Part]) -> String {
    let lines: Vec<&str> =
        parts.iter().filter_map(|part| line_of(&part.content)).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn line_of(content: &PartContent) -> Option<&str> {
    match content {
        PartContent::Text(text) => Some(&text.plain),
        PartContent::Media(media) => media.caption.as_ref().map(|caption| caption.plain.as_str()),
        PartContent::Location(location) => location.name.as_deref().or(location.address.as_deref()),
        PartContent::ContactCard(card) => Some(&card.name),
        PartContent::Choices(choices) => choices.body.as_ref().map(|body| body.plain.as_str()),
        PartContent::Choice(choice) => choice.title.as_deref().or(Some(&choice.payload)),
        PartContent::Template(template) => template.rendered.as_ref().map(|text| text.plain.as_str()),
        PartContent::Fields(fields) => {
            fields.iter().filter(|field| !field.hidden).find_map(|field| match &field.value {
                FieldValue::Text(text) => Some(text.as_str()),
                _ => None,
            })
        }
        PartContent::LinkPreview(link) => link.title.as_deref().or(Some(&link.address)),
        PartContent::Order(lines) => lines.first().and_then(|line| line.title.as_deref()),
        PartContent::Native(native) => native.fallback.as_deref(),
    }
}

#[cfg(test)]
mod tests;
