//! Lengths as providers count them, and the splitting of what is longer than one message may be.

use crate::manifest::{TextCapability, TextUnit};

/// The length of a text as a provider counts it.
pub fn length(text: &str, unit: TextUnit) -> usize {
    text.chars().map(|character| size(character, unit)).sum()
}

fn size(character: char, unit: TextUnit) -> usize {
    match unit {
        TextUnit::Characters => 1,
        TextUnit::Bytes => character.len_utf8(),
        TextUnit::Utf16 => character.len_utf16(),
    }
}

/// Splits a text into pieces that the provider takes, each as long as it may be, at the end of a paragraph, a line, a sentence or
/// a word, in this order of liking; within a word only where it alone is too long. Nothing but white space at a cut is lost.
pub fn split(text: &str, capability: &TextCapability) -> Vec<String> {
    let max = usize::try_from(capability.max).unwrap_or(usize::MAX).max(4);
    let mut pieces = Vec::new();
    let mut rest = text;
    while length(rest, capability.unit) > max {
        let cut = cut(rest, max, capability.unit);
        let (piece, after) = rest.split_at(cut);
        let piece = piece.trim_end();
        if !piece.is_empty() {
            pieces.push(piece.to_owned());
        }
        rest = after.trim_start();
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(rest.to_owned());
    }
    pieces
}

/// Where to cut: a byte index on a character's boundary, greater than nothing, with at most `max` before it.
fn cut(text: &str, max: usize, unit: TextUnit) -> usize {
    let mut taken = 0;
    let mut end = 0;
    for (index, character) in text.char_indices() {
        taken += size(character, unit);
        if taken > max {
            break;
        }
        end = index + character.len_utf8();
    }
    let window = text.get(..end).unwrap_or(text);
    // A cut in the first half would make a needlessly short piece.
    let late_enough = |at: &usize| *at >= end / 2;
    window
        .rfind("\n\n")
        .filter(late_enough)
        .or_else(|| window.rfind('\n').filter(late_enough))
        .or_else(|| {
            [". ", "! ", "? "].iter().filter_map(|stop| window.rfind(stop)).max().map(|at| at + 1).filter(late_enough)
        })
        .or_else(|| window.rfind(char::is_whitespace).filter(|at| *at > 0))
        .unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn capability(max: u32, unit: TextUnit) -> TextCapability {
        TextCapability { max, unit }
    }

    #[test]
    fn a_short_text_stays_whole() {
        assert_eq!(split("hello", &capability(5, TextUnit::Characters)), vec!["hello"]);
        assert_eq!(split("", &capability(5, TextUnit::Characters)), vec![""]);
    }

    #[test]
    fn cuts_fall_where_a_reader_would_pause() {
        let pieces = split("One thing. Another thing said.", &capability(20, TextUnit::Characters));
        assert_eq!(pieces, vec!["One thing.", "Another thing said."]);
        assert_eq!(split("aaaa bbbb cccc", &capability(9, TextUnit::Characters)), vec!["aaaa", "bbbb cccc"]);
        assert_eq!(split("abcdefghij", &capability(4, TextUnit::Characters)), vec!["abcd", "efgh", "ij"]);
    }

    #[test]
    fn length_is_counted_as_the_provider_counts() {
        assert_eq!(length("é😀", TextUnit::Characters), 2);
        assert_eq!(length("é😀", TextUnit::Bytes), 6);
        assert_eq!(length("é😀", TextUnit::Utf16), 3);
    }

    proptest! {
        #[test]
        fn every_piece_fits_and_only_white_space_is_lost(text in "\\PC{0,80}( \\n|\\. |\\PC){0,60}", max in 4..40_u32) {
            for unit in [TextUnit::Characters, TextUnit::Bytes, TextUnit::Utf16] {
                let pieces = split(&text, &capability(max, unit));
                for piece in &pieces {
                    prop_assert!(length(piece, unit) <= max as usize);
                }
                let solid = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
                prop_assert_eq!(solid(&pieces.concat()), solid(&text));
            }
        }
    }
}
