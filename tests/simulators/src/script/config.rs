//! What a script is made of: between whom, how long, and how often each kind of event comes.

use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::webhook::Thread;

/// How often each kind of event comes, in proportion to the others. What is not possible yet (nothing there to edit) is
/// a message of the person instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mix {
    /// The person writes a text.
    pub text: u32,
    /// The person replies to a message, presses a quick reply or sends an attachment.
    pub rich: u32,
    /// The page writes, by another app or by hand.
    pub echo: u32,
    /// The person edits a message.
    pub edit: u32,
    /// The person takes a message back.
    pub delete: u32,
    /// The person reacts, or reacts otherwise.
    pub react: u32,
    /// The person takes a reaction back.
    pub unreact: u32,
    /// Delivery of what the page wrote.
    pub delivery: u32,
    /// Reading of what the page wrote.
    pub read: u32,
    /// Something that was told before is told again.
    pub duplicate: u32,
}

impl Mix {
    /// Everything.
    pub const FULL: Self = Self {
        text: 24,
        rich: 6,
        echo: 18,
        edit: 10,
        delete: 4,
        react: 10,
        unreact: 4,
        delivery: 8,
        read: 6,
        duplicate: 10,
    };

    /// Texts of people and nothing else.
    pub const TEXTS: Self = Self {
        text: 1,
        rich: 0,
        echo: 0,
        edit: 0,
        delete: 0,
        react: 0,
        unreact: 0,
        delivery: 0,
        read: 0,
        duplicate: 0,
    };

    pub(super) fn choose(&self, rng: &mut ChaCha8Rng) -> Kind {
        let weights = [
            (Kind::Text, self.text),
            (Kind::Rich, self.rich),
            (Kind::Echo, self.echo),
            (Kind::Edit, self.edit),
            (Kind::Delete, self.delete),
            (Kind::React, self.react),
            (Kind::Unreact, self.unreact),
            (Kind::Delivery, self.delivery),
            (Kind::Read, self.read),
            (Kind::Duplicate, self.duplicate),
        ];
        weights.choose_weighted(rng, |(_, weight)| *weight).map_or(Kind::Text, |(kind, _)| *kind)
    }
}

/// What can happen next.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Rich,
    Echo,
    Edit,
    Delete,
    React,
    Unreact,
    Delivery,
    Read,
    Duplicate,
}

/// What to make up.
#[derive(Clone, Debug)]
pub struct ScriptConfig {
    /// The same seed makes the same script; different seeds share no message id and no person.
    pub seed: u64,
    /// Events in all, duplicates counted.
    pub events: usize,
    /// Between whom.
    pub threads: Vec<Thread>,
    /// When it begins, milliseconds since 1970; it lasts about two seconds for each event.
    pub start_ms: u64,
    /// What it is made of.
    pub mix: Mix,
}

impl ScriptConfig {
    /// Everything mixed, between each of these pages and `people` persons of its own.
    #[must_use]
    pub fn new(seed: u64, events: usize, page_ids: &[&str], people: usize, start_ms: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(!seed);
        let mut threads = Vec::new();
        for page_id in page_ids {
            for _ in 0..people {
                let person_id = 1_000_000_000_000_000 + rng.next_u64() % 9_000_000_000_000_000;
                threads.push(Thread::new(*page_id, person_id.to_string()));
            }
        }
        Self { seed, events, threads, start_ms, mix: Mix::FULL }
    }
}
