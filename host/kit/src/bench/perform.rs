//! Something done to a message or conversation that is there, on a bench.

use lockgate_model::contract::actions::{Action, Target};
use lockgate_runtime::Called;
use serde_json::json;

use super::{Bench, number};
use crate::case::Answered;
use crate::compare::trimmed;
use crate::judge::Ran;
use crate::world::World;

impl Bench {
    /// The provider answers so, as often as it is asked.
    pub(crate) async fn perform(
        &mut self,
        world: &World,
        target: Target,
        action: Action,
        answer: Option<Answered>,
    ) -> Ran {
        self.provider.play([], answer);
        let Called { result, effects } = self.plugin.act(world.call(self.manifest(), number()), target, action).await;
        let (asked, answered) = self.asked();
        let result = result.map(|outcome| trimmed(json!({ "outcome": outcome })));
        Ran { called: Called { result, effects }, asked, answered }
    }
}
