//! Makes inputs of inputs.

use rand::{Rng as _, RngExt as _};
use rand_chacha::ChaCha8Rng;

/// Bytes of the longest input that is made.
const LONGEST: usize = 16 << 10;

/// Texts that mean something to somebody who reads numbers, escapes, or the ends of things.
const ANYWHERE: [&str; 24] = [
    "0",
    "-1",
    "00",
    "1e400",
    "4294967296",
    "18446744073709551616",
    "\0",
    "\n",
    "\r\n",
    " ",
    "\t",
    "\"",
    "\\",
    "%",
    "%25",
    "+",
    "/",
    "..",
    ";",
    "\u{fffd}",
    "\u{212a}",
    "\u{1f600}",
    "\\u0000",
    "\\ud800",
];

/// One input, made of one or two of the pool and perhaps some of these words.
pub(crate) fn mutated(rng: &mut ChaCha8Rng, pool: &[Vec<u8>], words: &[&str]) -> Vec<u8> {
    let mut input = match pick(rng, pool) {
        Some(input) if !rng.random_ratio(1, 16) => input.clone(),
        _ => {
            let mut bytes = vec![0; rng.random_range(0..256)];
            rng.fill_bytes(&mut bytes);
            bytes
        }
    };
    for _ in 0..1 << rng.random_range(0..4) {
        change(rng, &mut input, pool, words);
    }
    input.truncate(LONGEST);
    input
}

fn change(rng: &mut ChaCha8Rng, input: &mut Vec<u8>, pool: &[Vec<u8>], words: &[&str]) {
    let range = some_range(rng, input.len());
    let at = range.start;
    match rng.random_range(0..10) {
        0 | 1 if !input.is_empty() => {
            let at = rng.random_range(0..input.len());
            input[at] ^= 1 << rng.random_range(0..8);
        }
        2 if !input.is_empty() => {
            let at = rng.random_range(0..input.len());
            input[at] = rng.random();
        }
        3 => drop(input.drain(range)),
        4 => {
            let copy = input[range].to_vec();
            let at = rng.random_range(0..=input.len());
            input.splice(at..at, copy);
        }
        5 => {
            // The same thing many times over is what bounds are for.
            let copy = input[range].repeat(rng.random_range(1..64));
            input.splice(at..at, copy.into_iter().take(LONGEST));
        }
        6 => {
            let Some(other) = pick(rng, pool) else { return };
            let theirs = some_range(rng, other.len());
            input.splice(range, other[theirs].iter().copied());
        }
        7 => {
            let word = pick(rng, &ANYWHERE).copied().unwrap_or_default();
            input.splice(range, word.bytes());
        }
        _ => {
            let word = pick(rng, words).copied().unwrap_or_default();
            let replaced = if rng.random() { range } else { at..at };
            input.splice(replaced, word.bytes());
        }
    }
}

fn pick<'a, T>(rng: &mut ChaCha8Rng, of: &'a [T]) -> Option<&'a T> {
    if of.is_empty() { None } else { of.get(rng.random_range(0..of.len())) }
}

/// A range that is short more often than long.
fn some_range(rng: &mut ChaCha8Rng, length: usize) -> std::ops::Range<usize> {
    let start = rng.random_range(0..=length);
    let most = 1 << rng.random_range(0..8);
    start..rng.random_range(start..=length.min(start + most))
}
