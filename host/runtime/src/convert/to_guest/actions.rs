//! What an action is done to, for a guest.

use lockgate_model::contract as m;

use crate::bindings::exports::lockgate::channel::actions;

impl From<m::actions::Target> for actions::Target {
    fn from(v: m::actions::Target) -> Self {
        Self {
            thread: v.thread.map(Into::into),
            message: v.message,
            client_ref: v.client_ref,
            contexts: v.contexts.into(),
        }
    }
}
