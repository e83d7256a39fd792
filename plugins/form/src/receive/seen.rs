//! What tells a form that was sent twice from one that was filled in again with the same words.
//!
//! A form has no name of its own, so its content names it. Who presses twice, or whose browser tries again, sends the same once more,
//! and that must be one message. Who writes "please call me" today and again next week wrote two.

use lockgate_sdk::state::{self, StateError};

/// How long the same content is the same submission, in milliseconds.
const AGAIN_WITHIN: u64 = 10 * 60 * 1000;
/// Contents that are forgotten when there is no more room for new ones: some, as a visitor waits meanwhile.
const FORGOTTEN: u32 = 1000;
/// Part of every name, and another one each time that something was forgotten: a name must never be given again.
const GENERATION: &str = "generation";

/// The name of a submission with this content that comes now.
pub(crate) fn name(content: &str, now: u64) -> String {
    let key = format!("seen/{content}");
    let known = state::get(&key);
    let (at, times) = match known.as_deref().map(read) {
        None => (now, 0),
        // Whatever else stands there is no reason to lose a message.
        Some(None) => (now, 1),
        Some(Some((at, times))) if now.saturating_sub(at) <= AGAIN_WITHIN => (at, times),
        Some(Some((_, times))) => (now, times.saturating_add(1)),
    };
    let value = format!("{at} {times}");
    if known.as_deref() != Some(value.as_bytes()) && state::set(&key, value.as_bytes()) == Err(StateError::Full) {
        forget(now);
        // What cannot be kept now either costs a duplicate at worst.
        let _ = state::set(&key, value.as_bytes());
    }
    let generation = state::get(GENERATION).map(|value| String::from_utf8_lossy(&value).into_owned());
    let content =
        generation.map_or_else(|| content.to_owned(), |generation| format!("{content}.{}", short(&generation)));
    if times == 0 { content } else { format!("{content}.{times}") }
}

fn read(value: &[u8]) -> Option<(u64, u64)> {
    let (at, times) = std::str::from_utf8(value).ok()?.split_once(' ')?;
    Some((at.parse().ok()?, times.parse().ok()?))
}

fn short(generation: &str) -> String {
    generation.chars().filter(char::is_ascii_digit).take(20).collect()
}

/// Begins other names, and forgets contents. Which ones is all the same: their keys are hashes.
fn forget(now: u64) {
    let before = state::get(GENERATION).and_then(|value| String::from_utf8_lossy(&value).parse::<u64>().ok());
    let next = before.map_or(now, |before| now.max(before.saturating_add(1))).to_string();
    let mut keys = state::keys("seen/", None, FORGOTTEN).into_iter();
    // Where it is not there yet it needs room of its own.
    if before.is_none()
        && let Some(key) = keys.next()
    {
        let _ = state::delete(&key);
    }
    if state::set(GENERATION, next.as_bytes()).is_err() {
        return;
    }
    for key in keys {
        if state::delete(&key).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use lockgate_sdk::fake;

    use super::*;

    #[test]
    fn the_same_within_minutes_is_one_and_later_is_another() {
        fake::reset();
        assert_eq!(name("abc", 1_000_000), "abc");
        assert_eq!(name("abc", 1_000_000 + AGAIN_WITHIN), "abc");
        assert_eq!(name("abc", 1_000_001 + AGAIN_WITHIN), "abc.1");
        assert_eq!(name("abc", 1_000_002 + AGAIN_WITHIN), "abc.1");
        assert_eq!(name("abc", 1_000_002 + 2 * AGAIN_WITHIN), "abc.2");
        assert_eq!(name("abd", 1_000_003 + 2 * AGAIN_WITHIN), "abd");
    }

    #[test]
    fn what_others_wrote_there_loses_nothing() {
        for value in [&b""[..], b"\xff", b"x y", b"99999999999999999999 0", b"-1 0"] {
            fake::reset();
            fake::with(|host| host.state.insert("seen/abc".into(), value.to_vec()));
            assert_eq!(name("abc", 5), "abc.1");
        }
    }

    #[test]
    fn no_name_is_given_again_when_some_were_forgotten() {
        fake::reset();
        assert_eq!((name("abc", 5), name("other", 5)), ("abc".into(), "other".into()));
        forget(77);
        assert!(fake::with(|host| host.state.keys().all(|key| key == GENERATION)));
        assert_eq!((name("abc", 78), name("abc", 79)), ("abc.77".into(), "abc.77".into()));
        forget(77);
        assert_eq!(name("abc", 80), "abc.78", "also within one millisecond");
    }

    #[test]
    fn a_state_that_is_full_takes_the_next_one_all_the_same() {
        fake::reset();
        fake::with(|host| host.state_keys_at_most = Some(3_000));
        let mut names = std::collections::BTreeSet::new();
        for number in 0..8_000_u64 {
            assert!(names.insert(name(&format!("content-{number}"), 1_000 + number)), "{number}");
            assert!(fake::with(|host| host.state.contains_key(&format!("seen/content-{number}"))), "{number}");
        }
    }
}
