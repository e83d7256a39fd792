//! What a plugin is told of its configuration, and what it says about it, from a guest.

use lockgate_model::contract as m;

use crate::bindings::exports::lockgate::channel::connector;
use crate::bindings::lockgate::channel as b;

impl From<connector::FieldProblem> for m::settings::FieldProblem {
    fn from(v: connector::FieldProblem) -> Self {
        Self { key: v.key, words: v.words }
    }
}

impl From<b::log::Level> for m::settings::Level {
    fn from(v: b::log::Level) -> Self {
        match v {
            b::log::Level::Debug => Self::Debug,
            b::log::Level::Info => Self::Info,
            b::log::Level::Warn => Self::Warn,
            b::log::Level::Error => Self::Error,
        }
    }
}
