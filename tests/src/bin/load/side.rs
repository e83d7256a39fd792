//! One of the two hosts that take turns.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use lockgate_simulators::graph::{GRAPH_HOST, Provider, ProviderConfig};
use lockgate_tests::figures::percentile;
use lockgate_tests::{Database, HostProcess, ProcessPlan, Setup, TestClock};

use crate::drive::{drive, prepare};
use crate::stages::Stages;

const PAGE: &str = "104208675309";

/// More messages than a host takes in one second; the first guess of how many to prepare.
const FIRST_GUESS_PER_S: usize = 12_000;

/// What one round showed.
pub(crate) struct Round {
    /// Messages acknowledged a second.
    pub(crate) per_s: f64,
    /// Half of the answers came within so many milliseconds.
    pub(crate) p50_ms: f64,
    /// 99 of 100 answers came within so many milliseconds.
    pub(crate) p99_ms: f64,
    /// Processor time of the host process for 1000 messages, in milliseconds.
    pub(crate) cpu_ms_per_1000: f64,
}

/// A host with a page connected.
pub(crate) struct Side {
    /// Rounds that count.
    pub(crate) rounds: Vec<Round>,
    /// What the host itself measured during the rounds that count.
    pub(crate) stages: Stages,
    process: HostProcess,
    provider: Provider,
    setup: Setup,
    clock: lockgate_simulators::Clock,
    prepared: usize,
    guess_per_s: usize,
    acknowledged: Vec<String>,
}

impl Side {
    /// Starts a host and connects a page through its API.
    pub(crate) async fn start(executable: PathBuf, database: Database, environment: &[(&str, &str)]) -> Self {
        let clock = TestClock::default().for_provider();
        let provider = Provider::start(ProviderConfig::new(1, clock.clone()).with_page(PAGE)).await.unwrap();
        let mut plan =
            ProcessPlan::new(executable, database).with_map(GRAPH_HOST, provider.address(), provider.ca_pem());
        for (name, value) in environment {
            plan = plan.with_env(name, value);
        }
        let process = plan.with_argument("--log=warn").start().await;
        let setup = Setup::make(process.api(), &provider).await;
        Self {
            rounds: Vec::new(),
            stages: Stages::default(),
            process,
            provider,
            setup,
            clock,
            prepared: 0,
            guess_per_s: FIRST_GUESS_PER_S,
            acknowledged: Vec::new(),
        }
    }

    /// A round that does not count.
    pub(crate) async fn warm_up(&mut self, connections: u32, seconds: u64) {
        let round = self.post(connections, seconds).await;
        // As many as this host can take, and half as many again.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of messages")]
        let guess = (round.per_s * 1.5) as usize;
        self.guess_per_s = guess.max(1000);
    }

    /// A round.
    pub(crate) async fn round(&mut self, connections: u32, seconds: u64) {
        let before = Stages::read(self.process.api()).await;
        let round = self.post(connections, seconds).await;
        self.stages.add(&Stages::read(self.process.api()).await.since(&before));
        self.rounds.push(round);
    }

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    async fn post(&mut self, connections: u32, seconds: u64) -> Round {
        let hook: url::Url = self.setup.webhooks.config().hook_url.to_string().parse().unwrap();
        let many = self.guess_per_s * usize::try_from(seconds).unwrap();
        let numbers = self.prepared..self.prepared + many;
        self.prepared = numbers.end;
        let secret = &self.provider.config().app_secret;
        let prepared = prepare(&hook, secret, PAGE, numbers, self.clock.now_ms());
        let address = format!("{}:{}", hook.host_str().unwrap(), hook.port().unwrap());
        let cpu = self.process.cpu_ms();
        let driven = drive(&address, prepared, connections, Duration::from_secs(seconds)).await;
        let cpu = self.process.cpu_ms() - cpu;
        let done = driven.acknowledged.len() as f64;
        let ms = |share| percentile(&driven.latencies, share) as f64 / 1000.0;
        let round = Round {
            per_s: done / driven.took.as_secs_f64(),
            p50_ms: ms(0.5),
            p99_ms: ms(0.99),
            cpu_ms_per_1000: cpu as f64 * 1000.0 / done.max(1.0),
        };
        self.acknowledged.extend(driven.acknowledged);
        round
    }

    /// Messages that were acknowledged and are not in the database exactly once, and how many were acknowledged.
    pub(crate) async fn missing(&self) -> (usize, usize) {
        let stored = self.process.plan().outside().await.messages().await;
        let mut once = HashSet::new();
        let twice: HashSet<_> =
            stored.iter().filter_map(|message| message.external_id.as_ref()).filter(|id| !once.insert(*id)).collect();
        let missing = self.acknowledged.iter().filter(|mid| !once.contains(mid) || twice.contains(mid)).count();
        (missing, self.acknowledged.len())
    }

    /// Stops the host.
    pub(crate) async fn finish(self) {
        self.process.stop().await;
    }
}
