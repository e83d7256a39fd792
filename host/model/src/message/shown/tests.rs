//! What a message shows, in whatever order things are told about it.

use proptest::prelude::*;

use super::*;
use crate::contract::common::{Location, Media, MediaKind, MediaSource, RichText};

fn text(plain: &str) -> Part {
    Part { content: PartContent::Text(RichText { plain: plain.to_owned(), html: None }), extras: Vec::new() }
}

fn picture(caption: Option<&str>) -> Part {
    let media = Media {
        kind: MediaKind::Image,
        source: MediaSource::Address("https://cdn.example/1.jpg".to_owned()),
        file_name: None,
        content_type: None,
        size: None,
        duration: None,
        width: None,
        height: None,
        caption: caption.map(|plain| RichText { plain: plain.to_owned(), html: None }),
        view_once: false,
        content_id: None,
        sha256: None,
        preview: None,
    };
    Part { content: PartContent::Media(media), extras: Vec::new() }
}

fn place(latitude: f64) -> Part {
    let location =
        Location { latitude, longitude: 0.0, accuracy: None, name: None, address: None, live_until: Some(9) };
    Part { content: PartContent::Location(location), extras: Vec::new() }
}

fn filed(order: Option<u64>, at: u64, dedup: &str, fact: Fact) -> Filed {
    Filed { stamp: Stamp { order, at, dedup: dedup.to_owned() }, own_id: None, fact }
}

fn edit(order: u64, parts: Vec<Part>) -> Filed {
    filed(Some(order), order, "edit", Fact::Edit { parts })
}

fn see(parts: Vec<Part>, facts: &[Filed]) -> Shown {
    shown(&Content { parts }, facts, &|_| false)
}

#[test]
fn the_edit_with_the_largest_order_wins_however_late_an_older_one_comes() {
    let facts = [edit(3, vec![text("third")]), edit(1, vec![text("first")]), edit(2, vec![text("second")])];
    let now = see(vec![text("original")], &facts);
    assert_eq!(text_of(&now.parts), "third");
    assert_eq!(now.edited_at, Some(3));
}

#[test]
fn media_stay_unless_the_edit_lists_media() {
    let kept = see(vec![picture(None), text("old")], &[edit(1, vec![text("new")])]);
    assert_eq!(kept.parts, vec![picture(None), text("new")]);
    let captioned = see(vec![picture(Some("old"))], &[edit(1, vec![text("new")])]);
    assert_eq!(captioned.parts, vec![picture(Some("new"))]);
    let replaced = see(vec![picture(Some("a")), text("old")], &[edit(1, vec![picture(None)])]);
    assert_eq!(replaced.parts, vec![picture(None)]);
}

#[test]
fn a_live_location_moves_without_looking_edited() {
    let now = see(vec![place(1.0)], &[edit(1, vec![place(2.0)])]);
    assert_eq!(now.parts, vec![place(2.0)]);
    assert_eq!(now.edited_at, None);
}

#[test]
fn a_deletion_is_final_and_erasing_leaves_no_contents() {
    let gone = filed(None, 5, "d", Fact::Deletion { erase: false });
    let now = see(vec![text("said")], &[gone.clone(), edit(9, vec![text("later")])]);
    assert_eq!(now.deleted_at, Some(5));
    let erased = see(vec![text("said")], &[gone, filed(None, 6, "e", Fact::Deletion { erase: true })]);
    assert!(erased.erased && erased.parts.is_empty());
}

#[test]
fn what_was_taken_back_by_its_own_id_does_not_count() {
    let mut reaction = filed(None, 1, "r", Fact::Reaction { actor: None, change: ReactionChange::Added("👍".into()) });
    reaction.own_id = Some("r1".to_owned());
    let content = Content { parts: vec![] };
    assert_eq!(shown(&content, std::slice::from_ref(&reaction), &|id| id == "r1").reactions, vec![]);
    assert_eq!(shown(&content, &[reaction], &|_| false).reactions.len(), 1);
}

#[test]
fn each_actor_has_reactions_of_their_own() {
    let by = |at, actor: &str, change| filed(None, at, "r", Fact::Reaction { actor: Some(actor.to_owned()), change });
    let now = see(
        vec![],
        &[
            by(4, "ann", ReactionChange::Removed(Some("👍".into()))),
            by(1, "ann", ReactionChange::Added("👍".into())),
            by(2, "ann", ReactionChange::Added("🎉".into())),
            by(3, "bob", ReactionChange::Now(vec!["👍".into()])),
        ],
    );
    let symbols: Vec<_> = now.reactions.iter().map(|r| (r.actor.as_deref(), r.symbol.as_str())).collect();
    assert_eq!(symbols, vec![(Some("ann"), "🎉"), (Some("bob"), "👍")]);
}

#[test]
fn of_a_message_in_several_an_edit_changes_its_own_part() {
    let first = see(vec![text("one")], &[edit(1, vec![text("uno")])]);
    let gone = filed(None, 5, "d", Fact::Deletion { erase: true });
    let second = see(vec![text("two")], std::slice::from_ref(&gone));
    let whole = joined(vec![first, second.clone()]);
    assert_eq!(text_of(&whole.parts), "uno");
    assert_eq!((whole.edited_at, whole.deleted_at, whole.erased), (Some(1), None, false));
    let whole = joined(vec![second.clone(), second]);
    assert_eq!((whole.deleted_at, whole.erased), (Some(5), true));
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let symbol = prop::sample::select(vec!["👍", "🎉", ":party:"]).prop_map(str::to_owned);
    let actor = prop::option::of(prop::sample::select(vec!["ann", "bob"]).prop_map(str::to_owned));
    let change = prop_oneof![
        symbol.clone().prop_map(ReactionChange::Added),
        prop::option::of(symbol.clone()).prop_map(ReactionChange::Removed),
        prop::collection::vec(symbol, 0..3).prop_map(ReactionChange::Now),
    ];
    prop_oneof![
        "[a-z]{1,4}".prop_map(|plain| Fact::Edit { parts: vec![text(&plain)] }),
        any::<bool>().prop_map(|erase| Fact::Deletion { erase }),
        (actor, change).prop_map(|(actor, change)| Fact::Reaction { actor, change }),
    ]
}

proptest! {
    #[test]
    fn any_order_of_arrival_shows_the_same(
        facts in prop::collection::vec((prop::option::of(0..4_u64), 0..5_u64, any_fact()), 0..12),
        seed in any::<u64>(),
    ) {
        // Keys are unique: the store drops what it saw before.
        let facts: Vec<_> = facts
            .into_iter()
            .enumerate()
            .map(|(n, (order, at, fact))| filed(order, at, &n.to_string(), fact))
            .collect();
        let mut turned = facts.clone();
        let mut state = seed | 1;
        for last in (1..turned.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            turned.swap(last, usize::try_from(state >> 33).unwrap() % (last + 1));
        }
        prop_assert_eq!(see(vec![text("x")], &facts), see(vec![text("x")], &turned));
    }
}
