//! A check, run on every kept input of a target and on what is made of them. `docs/fuzzing.md` says how to run it longer.
//!
//! A target is a test that calls [`fuzz!`] beside the code it is about, so that it reaches what is private there. Under
//! `cargo test` its inputs are those of `tests/corpus/<target>` and then mutations of them, the same ones each time: the seed is
//! fixed, printed, and another one where `LOCKGATE_FUZZ_SEED` names it. Under `cargo bolero` the same check is run by libFuzzer.
//!
//! What a check returns tells kinds of outcome apart. An input with an outcome that was not seen before is mutated further, which
//! is a poor man's coverage and needs no instrumented build.

#[cfg(not(fuzzing))]
mod mutate;
#[cfg(not(fuzzing))]
mod run;

pub use arbitrary::Unstructured;
#[cfg(fuzzing)]
#[doc(hidden)]
pub use bolero;
#[cfg(not(fuzzing))]
#[doc(hidden)]
pub use run::run;

/// Runs a check: `fuzz!("target", &["words", "that", "mean", "something"], check)`, where `check` is a function of `&[u8]` that
/// panics where something is wrong. Stands directly in a test, whose name `cargo bolero` takes.
#[cfg(not(fuzzing))]
#[macro_export]
macro_rules! fuzz {
    ($target:literal, $words:expr, $check:path) => {
        $crate::run($target, $words, $check)
    };
}

/// Runs a check by libFuzzer.
#[cfg(fuzzing)]
#[macro_export]
macro_rules! fuzz {
    ($target:literal, $words:expr, $check:path) => {{
        let _: &[&str] = $words;
        $crate::bolero::check!().for_each(|input: &[u8]| {
            $check(input);
        })
    }};
}

/// Bytes of an input that somebody reads as lines, as text: what is no UTF-8 becomes `U+FFFD`.
pub fn lines<const N: usize>(input: &[u8]) -> [String; N] {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.splitn(N, '\n').map(str::to_owned);
    std::array::from_fn(|_| lines.next().unwrap_or_default())
}
