//! The functions of `actions`: one operation, since they differ in nothing but what the guest is handed.

use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::outbound::Outcome;
use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Ability, Loaded, missing};
use crate::guest::{Guest, Mode};
use crate::inspect::Abilities;
use crate::run::Operation;

pub(super) struct Act {
    pub(super) target: Target,
    pub(super) action: Action,
}

impl Ability for Act {
    fn exported(abilities: Abilities) -> bool {
        abilities.actions
    }
}

impl Operation for Act {
    type Output = Outcome;
    const MODE: Mode = Mode::Send;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.actions.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let target = self.target.into();
        let outcome = match self.action {
            Action::Edit { parts } => {
                let parts: Vec<_> = parts.into_iter().map(Into::into).collect();
                guest.call_edit(store, &target, &parts).await?
            }
            Action::Delete => guest.call_delete(store, &target).await?,
            Action::React { symbol, added, reaction } => {
                guest.call_react(store, &target, &symbol, added, reaction.as_ref()).await?
            }
            Action::MarkRead => guest.call_mark_read(store, &target).await?,
            Action::Typing { on, author } => {
                guest.call_typing(store, &target, on, author.map(Into::into).as_ref()).await?
            }
            Action::TakeOver { on } => guest.call_take_over(store, &target, on).await?,
            Action::Ended { ended } => guest.call_ended(store, &target, ended).await?,
        };
        Ok(outcome.into())
    }
}
