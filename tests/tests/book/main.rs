//! The book under `docs/`, held to what it says: each command is run in order, each file that a reader writes is built, each fragment
//! is parsed, each link leads somewhere, and both references are what the code and the contract say.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]

mod contract;
mod links;
mod manifest;
mod page;
mod play;
mod rule;

use std::path::{Path, PathBuf};

/// The folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Compares a page that is made of something else, or writes it anew where `LOCKGATE_UPDATE_SNAPSHOTS` is set.
#[track_caller]
fn same_or_written(page: &str, wanted: &str) {
    let file = root().join(page);
    if std::env::var_os("LOCKGATE_UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&file, wanted).unwrap();
        return;
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    let differs = found.lines().zip(wanted.lines()).position(|(found, wanted)| found != wanted);
    let line = differs.unwrap_or_else(|| found.lines().count().min(wanted.lines().count()));
    assert!(
        found == wanted,
        "{page} is stale from line {}; run this test with LOCKGATE_UPDATE_SNAPSHOTS=1\n  is:     {:?}\n  should: {:?}",
        line + 1,
        found.lines().nth(line),
        wanted.lines().nth(line)
    );
}
