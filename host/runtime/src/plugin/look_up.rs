//! The functions of `directory`: what the provider is asked while somebody waits. Only requests that read leave, and nothing is
//! written.

use lockgate_model::contract::common::{Fault, Identity, IdentityKind, Thread};
use lockgate_model::contract::directory as m;
use wasmtime::Store;
use wasmtime::component::Instance;

use super::{Ability, Loaded, missing};
use crate::guest::{Guest, Mode};
use crate::inspect::Abilities;
use crate::run::Operation;

pub(super) struct Templates;

pub(super) struct Resolve {
    pub(super) kind: IdentityKind,
    pub(super) address: String,
}

pub(super) struct Profile {
    pub(super) key: String,
    pub(super) thread: Option<String>,
}

pub(super) struct About(pub(super) String);

macro_rules! of_directory {
    ($($operation:ident),*) => {
        $(impl Ability for $operation {
            fn exported(abilities: Abilities) -> bool {
                abilities.directory
            }
        })*
    };
}

of_directory!(Templates, Resolve, Profile, About);

impl Operation for Templates {
    type Output = Result<Vec<m::TemplateDefinition>, Fault>;
    const MODE: Mode = Mode::Ask;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.directory.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let found = guest.call_templates(store).await?;
        Ok(found.map(|templates| templates.into_iter().map(Into::into).collect()).map_err(Into::into))
    }
}

impl Operation for Resolve {
    type Output = Result<Option<m::Resolved>, Fault>;
    const MODE: Mode = Mode::Ask;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.directory.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let found = guest.call_resolve(store, self.kind.into(), &self.address).await?;
        Ok(found.map(|resolved| resolved.map(Into::into)).map_err(Into::into))
    }
}

impl Operation for Profile {
    type Output = Result<Option<Identity>, Fault>;
    const MODE: Mode = Mode::Ask;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.directory.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let found = guest.call_profile(store, &self.key, self.thread.as_ref()).await?;
        Ok(found.map(|person| person.map(Into::into)).map_err(Into::into))
    }
}

impl Operation for About {
    type Output = Result<Option<Thread>, Fault>;
    const MODE: Mode = Mode::Ask;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.directory.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let found = guest.call_about(store, &self.0).await?;
        Ok(found.map(|thread| thread.map(Into::into)).map_err(Into::into))
    }
}
