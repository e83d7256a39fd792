//! Where the plugin stands while it is judged: a sandbox with a provider beside it that leads nowhere else.

mod perform;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use lockgate_model::contract::common::Fault;
use lockgate_model::contract::inbound::{Event, Page, Reception, Refusal, Request};
use lockgate_model::contract::outbound::{Draft, Outcome, PartOutcome, Problem};
use lockgate_model::contract::settings::{FieldProblem, Setting};
use lockgate_model::manifest::Manifest;
use lockgate_runtime::{Call, Called, Compiler, HostMap, InstallRefusal, Plugin, Runtime, RuntimeConfig, StartError};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

use crate::case::{Acting, Answered, Asked, KeptFile, LookUp};
use crate::provider::Provider;
use crate::world::{World, without_secrets};

/// Why nothing could be judged.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The component is none that a host would take.
    #[error("{0}")]
    Component(#[from] InstallRefusal),
    /// The sandbox could not be started.
    #[error("the sandbox could not be started: {0}")]
    Sandbox(#[from] StartError),
    /// The provider's place could not be taken.
    #[error("no provider could be simulated for {hosts}: {why}")]
    Provider {
        /// The hosts that it was to stand for.
        hosts: String,
        /// What is wrong.
        why: String,
    },
    /// There is no folder for compiled images.
    #[error("there is no folder for temporary files")]
    Folder(#[from] std::io::Error),
}

/// Several places at which the same component is judged side by side.
pub(crate) struct Benches {
    benches: Vec<Mutex<Bench>>,
    free: Semaphore,
    plugin: Arc<Plugin>,
    _images: TempDir,
}

/// One of them.
pub(crate) struct Bench {
    plugin: Arc<Plugin>,
    provider: Provider,
    runtime: Runtime,
}

/// A bench in use; free again when it is dropped, the bench before the permit.
pub(crate) struct Lease<'a> {
    bench: MutexGuard<'a, Bench>,
    _permit: SemaphorePermit<'a>,
}

/// What came of a `send`, or of an action.
#[derive(Debug)]
pub(crate) struct SendSeen<T = Vec<PartOutcome>> {
    pub(crate) called: Called<T>,
    /// What the provider was asked, in order.
    pub(crate) asked: Vec<Asked>,
    /// What it did with each of these; none: no answer was left.
    pub(crate) answered: Vec<Option<Answered>>,
}

/// What came of a call that runs by itself.
#[derive(Debug)]
pub(crate) struct WorkSeen<T> {
    pub(crate) called: Called<Result<T, Fault>>,
    /// What the provider was asked, in order.
    pub(crate) asked: Vec<Asked>,
    /// What it did with each of these; none: no answer was left.
    pub(crate) answered: Vec<Option<Answered>>,
}

impl Benches {
    /// Installs the component `count` times. `hosts` are those for which the provider stands.
    pub(crate) async fn set_up(
        component: &Arc<[u8]>,
        hosts: &BTreeSet<String>,
        compiler: Compiler,
        count: usize,
    ) -> Result<Self, BenchError> {
        let images = tempfile::tempdir()?;
        let first = Bench::set_up(component, hosts, compiler.clone(), &images).await?;
        let plugin = Arc::clone(&first.plugin);
        let mut benches = vec![Mutex::new(first)];
        for _ in 1..count {
            benches.push(Mutex::new(Bench::set_up(component, hosts, compiler.clone(), &images).await?));
        }
        Ok(Self { free: Semaphore::new(benches.len()), benches, plugin, _images: images })
    }

    /// The component that is judged.
    pub(crate) fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.benches.len()
    }

    /// Waits for a free one.
    pub(crate) async fn one(&self) -> Lease<'_> {
        loop {
            // Nobody closes the semaphore, and of as many benches as permits one is free.
            let Ok(permit) = self.free.acquire().await else { continue };
            if let Some(bench) = self.benches.iter().find_map(|bench| bench.try_lock().ok()) {
                return Lease { bench, _permit: permit };
            }
        }
    }
}

impl Bench {
    /// Installs the component. `hosts` are those for which the provider stands, `images` where its image is kept.
    pub(crate) async fn set_up(
        component: &Arc<[u8]>,
        hosts: &BTreeSet<String>,
        compiler: Compiler,
        images: &TempDir,
    ) -> Result<Self, BenchError> {
        let names: Vec<&str> = hosts.iter().map(String::as_str).collect();
        let provider = Provider::start(&names).await;
        let provider = provider.map_err(|why| BenchError::Provider { hosts: names.join(", "), why })?;
        let map = |host: &&str| HostMap {
            host: (*host).to_owned(),
            address: provider.address,
            ca_pem: provider.ca_pem.clone().into_bytes(),
        };
        let mut config = RuntimeConfig {
            cache_dir: images.path().to_owned(),
            compiler,
            guest_threads: 1,
            max_instances: 8,
            reserved_for_receive: 2,
            ..RuntimeConfig::default()
        };
        config.egress.maps = names.iter().map(map).collect();
        // Nobody answers there: no name is asked for outside of this machine.
        config.egress.name_servers = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 9))];
        config.egress.lookup = Duration::from_millis(200);
        let runtime = Runtime::start(config)?;
        let plugin = runtime.install(Arc::clone(component)).await?;
        Ok(Self { plugin, provider, runtime })
    }

    /// Installs another component in the place of this one; the one that is here stays where that fails.
    pub(crate) async fn replace(&mut self, component: &Arc<[u8]>) -> Result<(), InstallRefusal> {
        self.plugin = self.runtime.install(Arc::clone(component)).await?;
        Ok(())
    }

    /// The component that is judged.
    pub(crate) fn plugin(&self) -> &Plugin {
        &self.plugin
    }

    fn manifest(&self) -> &Manifest {
        self.plugin.manifest()
    }

    pub(crate) async fn receive(&self, world: &World, request: Request) -> Called<Result<Reception, Refusal>> {
        self.plugin.receive(world.call(self.manifest(), number()), request).await
    }

    pub(crate) async fn preview(&self, world: &World, draft: Draft) -> Called<Vec<Problem>> {
        self.plugin.preview(world.call(self.manifest(), number()), draft).await
    }

    pub(crate) async fn check(&self, world: &World, settings: Vec<Setting>) -> Called<Vec<FieldProblem>> {
        self.plugin.check(world.call(self.manifest(), number()), settings).await
    }

    /// The provider answers so, and `then` to everything beyond.
    pub(crate) async fn follow_up(
        &mut self,
        world: &World,
        what: String,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Vec<Event>> {
        self.provider.play(answers, then);
        let called = self.plugin.follow_up(self.without_delivery(world), what).await;
        let (asked, answered) = self.asked();
        WorkSeen { called, asked, answered }
    }

    /// The provider answers so, and `then` to everything beyond.
    pub(crate) async fn poll(
        &mut self,
        world: &World,
        cursor: Option<String>,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Page> {
        self.provider.play(answers, then);
        let called = self.plugin.poll(self.without_delivery(world), cursor).await;
        let (asked, answered) = self.asked();
        WorkSeen { called, asked, answered }
    }

    /// The provider answers so, and `then` to everything beyond. What was found is told as a case's `expect` has it.
    pub(crate) async fn look_up(
        &mut self,
        world: &World,
        look_up: LookUp,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Found> {
        self.provider.play(answers, then);
        let call = self.without_delivery(world);
        let called = match look_up {
            LookUp::Templates => found(self.plugin.templates(call).await, |list| Some(json!(list))),
            LookUp::Resolve { kind, address } => {
                found(self.plugin.resolve(call, kind, address).await, |found| found.map(|found| json!(found)))
            }
            LookUp::Profile { key, thread } => {
                found(self.plugin.profile(call, key, thread).await, |found| found.map(|found| json!(found)))
            }
            LookUp::About(thread) => {
                found(self.plugin.about(call, thread).await, |found| found.map(|found| json!(found)))
            }
        };
        let (asked, answered) = self.asked();
        WorkSeen { called, asked, answered }
    }

    /// The provider answers so, and `then` to everything beyond. What is kept under the name that it gives; none where there is no
    /// such file.
    pub(crate) async fn fetch(
        &mut self,
        world: &World,
        deferred: String,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> WorkSeen<Option<KeptFile>> {
        self.provider.play(answers, then);
        let call = self.without_delivery(world);
        let media = Arc::clone(&call.media);
        let Called { result, effects } = self.plugin.fetch(call, deferred).await;
        let result = match result {
            Ok(Ok(handle)) => Ok(Ok(media.describe(&handle).await.ok().map(|known| KeptFile {
                size: known.size,
                sha256: known.sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
                content_type: known.content_type,
                file_name: known.file_name,
            }))),
            Ok(Err(fault)) => Ok(Err(fault)),
            Err(failure) => Err(failure),
        };
        let (asked, answered) = self.asked();
        WorkSeen { called: Called { result, effects }, asked, answered }
    }

    /// A call that may send nothing.
    fn without_delivery(&self, world: &World) -> Call {
        Call { departure: None, ..world.call(self.manifest(), number()) }
    }

    /// The hosts that the last call found unreachable.
    pub(crate) fn shut(&self) -> Vec<String> {
        self.provider.shut()
    }

    /// What the provider was asked, and what it did with each.
    fn asked(&mut self) -> (Vec<Asked>, Vec<Option<Answered>>) {
        let asked = self.provider.asked();
        asked.into_iter().map(|(asked, answered)| (shown(asked, self.manifest()), answered)).unzip()
    }

    /// The provider answers so, and `then` to everything beyond.
    pub(crate) async fn send(
        &mut self,
        world: &World,
        draft: Draft,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> SendSeen {
        self.provider.play(answers, then);
        let called = self.plugin.send(world.call(self.manifest(), number()), draft).await;
        let (asked, answered) = self.asked();
        SendSeen { called, asked, answered }
    }

    /// The provider answers so, and `then` to everything beyond.
    pub(crate) async fn act(
        &mut self,
        world: &World,
        Acting { target, action }: Acting,
        answers: impl IntoIterator<Item = Answered>,
        then: Option<Answered>,
    ) -> SendSeen<Outcome> {
        self.provider.play(answers, then);
        let called = self.plugin.act(world.call(self.manifest(), number()), target, action).await;
        let (asked, answered) = self.asked();
        SendSeen { called, asked, answered }
    }
}

/// What was found, or that nothing was.
pub(crate) type Found = Option<Value>;

fn found<T>(called: Called<Result<T, Fault>>, words: fn(T) -> Found) -> Called<Result<Found, Fault>> {
    Called { result: called.result.map(|came| came.map(words)), effects: called.effects }
}

impl Deref for Lease<'_> {
    type Target = Bench;

    fn deref(&self) -> &Bench {
        &self.bench
    }
}

impl DerefMut for Lease<'_> {
    fn deref_mut(&mut self) -> &mut Bench {
        &mut self.bench
    }
}

/// Tells calls apart.
fn number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A request as a case has it: credentials by their names.
fn shown(asked: Asked, manifest: &Manifest) -> Asked {
    let text = |text: String| without_secrets(&text, manifest);
    Asked {
        method: asked.method,
        url: text(asked.url),
        headers: asked.headers.into_iter().map(|(name, value)| (name, text(value))).collect(),
        body: texts(asked.body, &text),
    }
}

/// The value with each text in it as `change` makes it.
fn texts(value: Value, change: &impl Fn(String) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(list) => Value::Array(list.into_iter().map(|value| texts(value, change)).collect()),
        Value::Object(object) => {
            Value::Object(object.into_iter().map(|(key, value)| (key, texts(value, change))).collect())
        }
        other => other,
    }
}
