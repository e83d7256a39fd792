//! Texts to say: short, of many scripts, each different.

use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

/// What trips up careless handling: other scripts, signs beyond the basic plane, combining marks, quotes, slashes,
/// line breaks, markup.
const PHRASES: &[&str] = &[
    "Is the blue one still in stock?",
    "Where is my order?",
    "Grüße aus Köln, wann öffnet ihr?",
    "¿Cuánto cuesta el envío?",
    "Merci, c'est noté \u{1f44d}",
    "ありがとうございます",
    "Доставка завтра?",
    "שלום, יש משלוחים?",
    "family \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467} size",
    "e\u{301}te\u{301} / winter",
    "she said \"two\" \\ not three",
    "first line\nsecond line",
    "<b>bold?</b> & more",
    "100 % sure @ 5 o'clock",
];

/// A text that no other call with another `number` gives.
pub(super) fn text(rng: &mut ChaCha8Rng, number: usize) -> String {
    format!("{} #{number}", PHRASES.choose(rng).copied().unwrap_or_default())
}
