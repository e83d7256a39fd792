//! Something done to a message or conversation that is there, as its plugin is asked for it.

use lockgate_model::contract::actions::Target;
use lockgate_model::contract::common::Fault;
use lockgate_model::contract::outbound::{Outcome, PartOutcome};
use lockgate_runtime::{Call, Called, Effects};
use lockgate_store::{ClaimedAction, ClaimedDelivery};

use super::admit;
use crate::directory::LoadedPlugin;

/// Asks for it. Its outcome is that of the one part that stands for it.
pub(super) async fn act(
    loaded: &LoadedPlugin,
    call: Call,
    claimed: &ClaimedDelivery,
    asked: &ClaimedAction,
) -> Called<Vec<PartOutcome>> {
    let of_all = |outcome| vec![PartOutcome { parts: claimed.open_parts().collect(), outcome }];
    // Another version of the plugin may serve the channel by now.
    if let Err(problem) = admit::permit(&loaded.record.manifest, &asked.action) {
        let outcome = Outcome::Failed(Fault::Unsupported(problem.words));
        return Called { result: Ok(of_all(outcome)), effects: Effects::default() };
    }
    let target = Target {
        thread: claimed.thread.clone(),
        message: asked.target.clone(),
        client_ref: claimed.delivery.to_string(),
        contexts: claimed.contexts.clone(),
    };
    let Called { result, effects } = loaded.plugin.act(call, target, asked.action.clone()).await;
    Called { result: result.map(of_all), effects }
}
