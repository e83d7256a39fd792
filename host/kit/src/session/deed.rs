//! What somebody has a plugin do to a message or conversation that is there, without a case of it.

use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::manifest::Level;
use serde_json::{Map, Value, json};

use super::{Played, Session};
use crate::case::{Answered, Case};
use crate::compare::trimmed;
use crate::world::World;

/// An action that somebody asks for.
#[derive(Clone, Debug)]
pub struct Deed {
    /// The settings, credentials and moment of this case hold. Its call is not made.
    pub like: Case,
    /// What it is done to.
    pub target: Target,
    /// What is done.
    pub action: Action,
    /// What the provider answers to each request; none: nothing, and the connection closes.
    pub answer: Option<Answered>,
}

impl Session {
    /// Asks for an action in the world of this session, as [`Session::play`] makes a call.
    pub async fn act(&mut self, deed: &Deed) -> Played {
        let manifest = self.manifest().clone();
        let mut world = World::of(&deed.like, &manifest, Level::Channel);
        world.state.clone_from(&self.state);
        let ran = self.bench.perform(&world, deed.target.clone(), deed.action.clone(), deed.answer.clone()).await;
        self.played(deed.action.name(), deed.input(), world.state, ran)
    }
}

impl Deed {
    /// What the plugin is handed, as somebody is shown it.
    fn input(&self) -> Value {
        let Target { thread, message, client_ref, contexts } = &self.target;
        let told = serde_json::to_value(&self.action).unwrap_or_default();
        let mut with = Map::new();
        for (key, value) in told.as_object().into_iter().flatten() {
            // The type is the name of the call. What is off is said, what is not there is not.
            if key != "type" && !value.is_null() {
                with.insert(key.clone(), trimmed(value.clone()));
            }
        }
        let target = json!({ "thread": thread, "message": message, "client_ref": client_ref, "contexts": contexts });
        json!({ "target": trimmed(target), "with": with })
    }
}
