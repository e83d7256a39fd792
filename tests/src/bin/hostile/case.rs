//! A case: one attack, and a control that differs from it in one thing and must work.

use std::future::Future;
use std::pin::Pin;

use crate::world::{Channel, World};

/// Whether something is seen to be as it should; the words say how it was instead.
pub(crate) type Seen = Result<(), String>;

/// One attack with its control.
pub(crate) struct Case {
    /// Which guards it is about.
    pub(crate) group: &'static str,
    /// Unique.
    pub(crate) name: String,
    /// What is attacked, in a few words.
    pub(crate) about: &'static str,
    /// Whether its nonces are reported, because they may arrive at somebody else's server.
    pub(crate) knocks: bool,
    play: Box<dyn Play>,
}

/// Which of the two is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It must be refused, for exactly the reason that the case names.
    Attack,
    /// It must work.
    Control,
}

/// What one play of a case has in its hands.
pub(crate) struct Turn<'a> {
    pub(crate) world: &'a World,
    pub(crate) role: Role,
    /// Stands in nothing else.
    pub(crate) nonce: String,
    /// Of this case alone, so that no case disturbs another.
    pub(crate) channel: &'a Channel,
}

impl Turn<'_> {
    /// The one thing in which attack and control differ.
    pub(crate) fn pick<T>(&self, attack: T, control: T) -> T {
        match self.role {
            Role::Attack => attack,
            Role::Control => control,
        }
    }
}

trait Play {
    fn play<'a>(&'a self, turn: &'a Turn<'a>) -> Pin<Box<dyn Future<Output = Seen> + 'a>>;
}

impl<F: AsyncFn(&Turn<'_>) -> Seen> Play for F {
    fn play<'a>(&'a self, turn: &'a Turn<'a>) -> Pin<Box<dyn Future<Output = Seen> + 'a>> {
        Box::pin(self(turn))
    }
}

impl Case {
    /// A case of a group; `play` is called once in each role.
    pub(crate) fn new(
        group: &'static str,
        name: impl Into<String>,
        about: &'static str,
        play: impl AsyncFn(&Turn<'_>) -> Seen + 'static,
    ) -> Self {
        Self { group, name: name.into(), about, knocks: false, play: Box::new(play) }
    }

    /// The same, with its nonces reported.
    pub(crate) fn knocking(self) -> Self {
        Self { knocks: true, ..self }
    }

    /// Plays it in one role.
    pub(crate) async fn play(&self, turn: &Turn<'_>) -> Seen {
        self.play.play(turn).await
    }
}

/// Says what is not as it should be.
pub(crate) fn check(holds: bool, words: impl FnOnce() -> String) -> Seen {
    if holds { Ok(()) } else { Err(words()) }
}
