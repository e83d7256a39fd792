//! One loaded version of a plugin, and the calls it takes.

mod act;
mod look_up;
mod work;

use std::fmt;
use std::sync::Arc;

use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::common::{Fault, Identity, IdentityKind, MediaHandle, Thread};
use lockgate_model::contract::directory::{Resolved, TemplateDefinition};
use lockgate_model::contract::inbound::{Event, Page, Reception, Refusal, Request};
use lockgate_model::contract::outbound::{Draft, Outcome, PartOutcome, Problem};
use lockgate_model::contract::settings::{FieldProblem, Setting};
use lockgate_model::manifest::Manifest;
use wasmtime::Store;
use wasmtime::component::{Component, Instance, InstancePre, Linker};

use crate::bindings::exports::lockgate::channel::media_fetcher;
use crate::bindings::exports::lockgate::channel::{actions, background, connector, directory, ingress, poller, sender};
use crate::call::Call;
use crate::config::Limits;
use crate::effects::Called;
use crate::egress::{Fetching, NotFetched, Patience};
use crate::failure::CallFailure;
use crate::guest::{Guest, Mode};
use crate::inspect::{Abilities, Inspection, InstallRefusal};
use crate::media::MediaWriter;
use crate::receiver::Receiver;
use crate::run::{self, Operation};
use crate::runtime::Sandbox;

/// One version of a plugin, compiled and linked. Every call runs in a fresh instance.
///
/// A call goes on when its future is dropped: what was sent cannot be called back. Its effects are lost then.
pub struct Plugin {
    pub(crate) loaded: Arc<Loaded>,
}

/// What the calls of one plugin share.
pub(crate) struct Loaded {
    pub(crate) inspection: Inspection,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) limits: Limits,
    pub(crate) pre: InstancePre<Guest>,
    pub(crate) sandbox: Arc<Sandbox>,
    connector: Option<connector::GuestIndices>,
    ingress: Option<ingress::GuestIndices>,
    receive: Option<Receiver>,
    background: Option<background::GuestIndices>,
    poller: Option<poller::GuestIndices>,
    media_fetcher: Option<media_fetcher::GuestIndices>,
    sender: Option<sender::GuestIndices>,
    actions: Option<actions::GuestIndices>,
    directory: Option<directory::GuestIndices>,
}

impl Loaded {
    /// Links a compiled component and finds its abilities.
    pub(crate) fn link(
        inspection: Inspection,
        component: &Component,
        linker: &Linker<Guest>,
        sandbox: Arc<Sandbox>,
    ) -> Result<Self, InstallRefusal> {
        let shape = |error: wasmtime::Error| InstallRefusal::Shape(format!("{error:#}"));
        let pre = linker.instantiate_pre(component).map_err(shape)?;
        let Abilities { media_fetcher, .. } = inspection.abilities;
        let Abilities { connector, ingress, background, poller, sender, actions, directory, .. } = inspection.abilities;
        Ok(Self {
            connector: connector.then(|| connector::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            ingress: ingress.then(|| ingress::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            receive: ingress.then(|| Receiver::find(component)).flatten(),
            background: background.then(|| background::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            poller: poller.then(|| poller::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            media_fetcher: media_fetcher.then(|| media_fetcher::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            sender: sender.then(|| sender::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            actions: actions.then(|| actions::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            directory: directory.then(|| directory::GuestIndices::new(&pre)).transpose().map_err(shape)?,
            limits: sandbox.config.defaults.with(&inspection.manifest.limits, &sandbox.config.maximum),
            manifest: Arc::new(inspection.manifest.clone()),
            inspection,
            pre,
            sandbox,
        })
    }
}

impl Plugin {
    /// What it is and asks for.
    pub fn manifest(&self) -> &Manifest {
        &self.loaded.manifest
    }

    /// What its file says about itself.
    pub fn inspection(&self) -> &Inspection {
        &self.loaded.inspection
    }

    /// `sha256:` and the hexadecimal digest of its file.
    pub fn digest(&self) -> &str {
        &self.loaded.inspection.digest
    }

    /// What it can do.
    pub fn abilities(&self) -> Abilities {
        self.loaded.inspection.abilities
    }

    /// What one call of it may take: the defaults with what its manifest asks for, up to the operator's maximum.
    pub fn limits(&self) -> &Limits {
        &self.loaded.limits
    }

    /// Asks `connector` whether these settings make sense. Pure: no request leaves.
    pub async fn check(&self, call: Call, settings: Vec<Setting>) -> Called<Vec<FieldProblem>> {
        self.run(call, Check(settings)).await
    }

    /// Hands `ingress` one verified request. Pure: no request leaves, and it may be run again.
    pub async fn receive(&self, call: Call, request: Request) -> Called<Result<Reception, Refusal>> {
        self.run(call, Receive(request)).await
    }

    /// Asks `background` to do what an event asked for. What it writes to its state commits with its events.
    pub async fn follow_up(&self, call: Call, what: String) -> Called<Result<Vec<Event>, Fault>> {
        self.run(call, work::FollowUp(what)).await
    }

    /// Asks `poller` what happened since a cursor. What it writes to its state commits with its page.
    pub async fn poll(&self, call: Call, cursor: Option<String>) -> Called<Result<Page, Fault>> {
        self.run(call, work::Poll(cursor)).await
    }

    /// Asks `media-fetcher` for the file of a deferred source: the name under which the plugin kept it. What it writes to its state
    /// commits with that.
    pub async fn fetch(&self, call: Call, deferred: String) -> Called<Result<MediaHandle, Fault>> {
        self.run(call, work::Fetch(deferred)).await
    }

    /// Fetches a file for the plugin that an event named by its address: the host's own GET, without a credential, from where the
    /// manifest and the call's grants permit. No instance runs. Its name, once `writer` has kept it.
    ///
    /// # Errors
    ///
    /// Why it was not fetched; nothing is kept then.
    pub async fn get(
        &self,
        call: &Call,
        address: &str,
        patience: Patience,
        writer: Box<dyn MediaWriter>,
    ) -> Result<String, NotFetched> {
        let (manifest, per_minute) = (&self.loaded.manifest, self.loaded.limits.requests_per_minute);
        self.loaded.sandbox.gate.fetch(Fetching { call, manifest, per_minute, address, patience }, writer).await
    }

    /// Hands `sender` one message to send.
    pub async fn send(&self, call: Call, draft: Draft) -> Called<Vec<PartOutcome>> {
        self.run(call, Send(draft)).await
    }

    /// Asks `sender` what would be wrong with a message. No request leaves.
    pub async fn preview(&self, call: Call, draft: Draft) -> Called<Vec<Problem>> {
        self.run(call, Preview(draft)).await
    }

    /// Asks `actions` to do something to a message or thread that exists. What it sends departs as what `send` sends does.
    pub async fn act(&self, call: Call, target: Target, action: Action) -> Called<Outcome> {
        self.run(call, act::Act { target, action }).await
    }

    /// Asks `directory` for the templates that the provider has on file. Only requests that read leave.
    pub async fn templates(&self, call: Call) -> Called<Result<Vec<TemplateDefinition>, Fault>> {
        self.run(call, look_up::Templates).await
    }

    /// Asks `directory` whether a conversation can be begun with an address. Only requests that read leave.
    pub async fn resolve(
        &self,
        call: Call,
        kind: IdentityKind,
        address: String,
    ) -> Called<Result<Option<Resolved>, Fault>> {
        self.run(call, look_up::Resolve { kind, address }).await
    }

    /// Asks `directory` what the provider tells of a person. Only requests that read leave.
    pub async fn profile(
        &self,
        call: Call,
        key: String,
        thread: Option<String>,
    ) -> Called<Result<Option<Identity>, Fault>> {
        self.run(call, look_up::Profile { key, thread }).await
    }

    /// Asks `directory` what the provider tells of a thread. Only requests that read leave.
    pub async fn about(&self, call: Call, thread: String) -> Called<Result<Option<Thread>, Fault>> {
        self.run(call, look_up::About(thread)).await
    }

    /// Instantiates it once and loads every ability that it exports, so that a wrong shape is found now.
    pub(crate) async fn probe(&self, call: Call) -> Result<(), InstallRefusal> {
        match self.run_any(call, Probe).await.result {
            Ok(shapes) => shapes.map_err(InstallRefusal::Shape),
            Err(failure) => Err(InstallRefusal::Start(failure)),
        }
    }

    async fn run<O: Ability>(&self, call: Call, operation: O) -> Called<O::Output> {
        if !O::exported(self.abilities()) {
            return run::refused(CallFailure::NotExported);
        }
        self.run_any(call, operation).await
    }

    async fn run_any<O: Operation>(&self, call: Call, operation: O) -> Called<O::Output> {
        run::run(&self.loaded, call, operation).await
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("id", &self.manifest().plugin.id)
            .field("version", &self.manifest().plugin.version)
            .field("digest", &self.digest())
            .finish_non_exhaustive()
    }
}

/// A function of an optional ability.
trait Ability: Operation {
    fn exported(abilities: Abilities) -> bool;
}

struct Check(Vec<Setting>);
struct Receive(Request);
struct Send(Draft);
struct Preview(Draft);
struct Probe;

fn missing() -> wasmtime::Error {
    wasmtime::Error::msg("the ability is not exported")
}

impl Ability for Check {
    fn exported(abilities: Abilities) -> bool {
        abilities.connector
    }
}

impl Operation for Check {
    type Output = Vec<FieldProblem>;
    const MODE: Mode = Mode::Look;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let settings: Vec<connector::Setting> = self.0.into_iter().map(Into::into).collect();
        let guest = loaded.connector.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let problems = guest.call_check(store, &settings).await?;
        Ok(problems.into_iter().map(Into::into).collect())
    }
}

impl Ability for Receive {
    fn exported(abilities: Abilities) -> bool {
        abilities.ingress
    }
}

impl Operation for Receive {
    type Output = Result<Reception, Refusal>;
    const MODE: Mode = Mode::Receive;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let receive = loaded.receive.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let (received,) = receive.call_async(store, (&self.0.into(),)).await?;
        Ok(received.map(Into::into).map_err(Into::into))
    }
}

impl Ability for Send {
    fn exported(abilities: Abilities) -> bool {
        abilities.sender
    }
}

impl Operation for Send {
    type Output = Vec<PartOutcome>;
    const MODE: Mode = Mode::Send;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.sender.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let outcomes = guest.call_send(store, &self.0.into()).await?;
        Ok(outcomes.into_iter().map(Into::into).collect())
    }
}

impl Ability for Preview {
    fn exported(abilities: Abilities) -> bool {
        abilities.sender
    }
}

impl Operation for Preview {
    type Output = Vec<Problem>;
    const MODE: Mode = Mode::Look;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let guest = loaded.sender.as_ref().ok_or_else(missing)?.load(&mut *store, instance)?;
        let problems = guest.call_preview(store, &self.0.into()).await?;
        Ok(problems.into_iter().map(Into::into).collect())
    }
}

impl Operation for Probe {
    type Output = Result<(), String>;
    const MODE: Mode = Mode::Look;

    async fn run(
        self,
        store: &mut Store<Guest>,
        instance: &Instance,
        loaded: &Loaded,
    ) -> wasmtime::Result<Self::Output> {
        let mut shapes = Vec::new();
        if let Some(indices) = &loaded.connector {
            shapes.push(("connector", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.ingress {
            shapes.push(("ingress", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.background {
            shapes.push(("background", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.poller {
            shapes.push(("poller", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.media_fetcher {
            shapes.push(("media-fetcher", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.sender {
            shapes.push(("sender", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.actions {
            shapes.push(("actions", indices.load(&mut *store, instance).err()));
        }
        if let Some(indices) = &loaded.directory {
            shapes.push(("directory", indices.load(&mut *store, instance).err()));
        }
        let wrong: Vec<String> =
            shapes.into_iter().filter_map(|(name, error)| Some(format!("{name}: {:#}", error?))).collect();
        Ok(if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ")) })
    }
}
