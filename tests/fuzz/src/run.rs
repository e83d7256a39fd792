//! The run under `cargo test`: kept inputs first, then made ones, the same for the same seed.

#![allow(clippy::disallowed_methods, reason = "what is measured here is the time that really passes")]
use std::collections::HashSet;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher as _};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::mutate::mutated;

/// What no single input may take. Wide, because tests share their processors.
const SLOWEST: Duration = Duration::from_secs(20);
/// Inputs that are mutated further, at most.
const POOL: usize = 4096;

/// Where kept inputs are: a folder a target.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus");

/// How much is run.
struct Plan {
    seed: u64,
    inputs: u64,
    until: Option<Instant>,
}

impl Plan {
    fn read() -> Self {
        let number = |name: &str| {
            let text = std::env::var(name).ok()?;
            Some(text.parse().unwrap_or_else(|_| panic!("{name} is a whole number, not {text:?}")))
        };
        let until = number("LOCKGATE_FUZZ_SECONDS").map(|seconds| Instant::now() + Duration::from_secs(seconds));
        let inputs = number("LOCKGATE_FUZZ_INPUTS").unwrap_or(if until.is_some() { u64::MAX } else { 1500 });
        Self { seed: number("LOCKGATE_FUZZ_SEED").unwrap_or(20_261_121), inputs, until }
    }
}

/// Runs a check on every kept input of a target, and on inputs that are made of them and of these words.
///
/// # Panics
///
/// Where the check does, or takes too long; the input is kept in a file then, whose name is printed.
#[doc(hidden)]
pub fn run<T: Hash>(target: &str, words: &[&str], check: impl Fn(&[u8]) -> T) {
    let plan = Plan::read();
    let mut outcomes = HashSet::new();
    let mut slowest = Duration::ZERO;
    let mut attempt = |input: &[u8]| {
        let from = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| check(input))).unwrap_or_else(|reason| {
            println!("{target}: {} {}", keep(target, input), again(&plan));
            resume_unwind(reason)
        });
        let took = from.elapsed();
        slowest = slowest.max(took);
        assert!(took < SLOWEST, "{target}: an input took {took:?}; {}", keep(target, input));
        outcomes.insert(hash(&outcome))
    };
    let mut pool = kept(target);
    let count = pool.len();
    for input in &pool {
        attempt(input);
    }
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let mut made = 0;
    while made < plan.inputs && plan.until.is_none_or(|until| Instant::now() < until) {
        let input = mutated(&mut rng, &pool, words);
        if attempt(&input) && pool.len() < POOL {
            pool.push(input);
        }
        made += 1;
    }
    let kinds = outcomes.len();
    println!(
        "{target}: {count} kept and {made} made inputs, {kinds} kinds of outcome, slowest {slowest:?}; {}",
        again(&plan)
    );
}

fn again(plan: &Plan) -> String {
    format!("LOCKGATE_FUZZ_SEED={}", plan.seed)
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// All kept inputs, in the order of their names.
fn kept(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(CORPUS).join(target);
    let listed = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = listed.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let inputs: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).expect("a kept input")).collect();
    assert!(!inputs.is_empty(), "{} holds no input", folder.display());
    inputs
}

/// Writes an input that failed where it can be found, and says so.
fn keep(target: &str, input: &[u8]) -> String {
    let folder = std::env::temp_dir().join("lockgate-fuzz");
    let file = folder.join(format!("{target}-{:016x}", hash(&input)));
    match std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, input)) {
        Ok(()) => format!("the input is {}; keep it in tests/corpus/{target}.", file.display()),
        Err(error) => format!("the input could not be written ({error}): {input:02x?}."),
    }
}
