//! A quiet channel beside a noisy one: how long its webhooks wait while another channel's plugin spins, floods or allocates.
//!
//! The quiet channel's webhooks come at a steady pace, and each is timed from the moment at which it was due, so that a host that
//! falls behind cannot hide it. Who is quiet and who is noisy are two plugins; what the noise burns is read from the host's threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use lockgate_simulators::signature::sign;
use lockgate_tests::figures::percentile;
use lockgate_tests::http1::Connection;
use serde::Serialize;
use serde_json::json;

use crate::world::{Channel, Wishes, World};

/// Switches off what would put an end to the noise.
const WITHOUT_PAUSING: &[&str] = &["--pause-failing-channels=false"];

/// Connections of the quiet channel, and how often one posts. Together 125 webhooks a second: 2,500 in 20 s.
const QUIET: usize = 8;
const EVERY: Duration = Duration::from_millis(64);

/// The fewest webhooks of a measurement.
const LEAST: u64 = 2_000;

/// Kinds of noise: how many connections post without a pause, and what each call does.
const KINDS: [(&str, usize, &str, u64); 3] = [
    ("spin", 16, "burn", u64::MAX),
    // Many short calls.
    ("flood", 64, "burn", 1_500_000),
    ("allocate", 16, "hoard", 1_000),
];

/// What one kind of noise did.
#[derive(Debug, Serialize)]
pub(crate) struct Noise {
    kind: &'static str,
    /// Webhooks of the quiet channel during the noise; in peace there were at least as many as [`LEAST`].
    quiet_webhooks: u64,
    /// 99 of 100 were answered within so many milliseconds.
    quiet_p99_ms_peace: f64,
    quiet_p99_ms_noisy: f64,
    /// Webhooks of the noisy channel that were answered meanwhile.
    noisy_calls: u64,
    /// Processor time of the threads that run plugins, without what the quiet channel took in peace.
    noisy_cpu_s: f64,
    seconds: f64,
}

impl Noise {
    /// Whether the quiet channel was as quick as it is promised, beside a noise that was one.
    pub(crate) fn is_bounded(&self) -> bool {
        let most = (3.0 * self.quiet_p99_ms_peace).max(self.quiet_p99_ms_peace + 20.0);
        self.quiet_p99_ms_noisy <= most && self.noisy_cpu_s >= 0.8 * self.seconds && self.quiet_webhooks >= LEAST
    }

    /// For people.
    pub(crate) fn line(&self) -> String {
        format!(
            "{:<9} quiet p99 {:.1} ms in peace, {:.1} ms in noise ({} webhooks); {} noisy calls took {:.1} s of {:.1} s",
            self.kind,
            self.quiet_p99_ms_peace,
            self.quiet_p99_ms_noisy,
            self.quiet_webhooks,
            self.noisy_calls,
            self.noisy_cpu_s,
            self.seconds
        )
    }
}

/// Measures every kind, each on a host of its own.
pub(crate) async fn measure(seconds: u64, mut told: impl FnMut(&Noise)) -> Vec<Noise> {
    let mut measured = Vec::new();
    for (kind, connections, case, amount) in KINDS {
        let arguments = WITHOUT_PAUSING.iter().map(ToString::to_string).collect();
        let world = World::start(&Wishes { log: Some("warn".into()), arguments, ..Wishes::default() }).await;
        let quiet = quiet_channel(&world).await;
        let noisy = world.connect("hostile", "noisy").await;
        // Once without counting: pages, caches, the plan of every statement.
        pace(&quiet, Duration::from_secs(2), 0).await;
        let peace = observed(&world, &quiet, seconds).await;

        let stop = Arc::new(AtomicBool::new(false));
        let calls = Arc::new(AtomicU64::new(0));
        let noise: Vec<_> = (0..connections)
            .map(|_| {
                tokio::spawn(post_on(
                    request(&noisy, &json!({ "do": case, "amount": amount })),
                    stop.clone(),
                    calls.clone(),
                ))
            })
            .collect();
        let during = observed(&world, &quiet, seconds).await;
        let noisy_calls = calls.load(Ordering::Relaxed);
        stop.store(true, Ordering::Relaxed);
        for task in noise {
            task.abort();
        }
        let noise = Noise {
            kind,
            quiet_webhooks: during.webhooks,
            quiet_p99_ms_peace: peace.p99_ms,
            quiet_p99_ms_noisy: during.p99_ms,
            noisy_calls,
            // The quiet channel's share of a second in peace, for as long as the noise went on.
            noisy_cpu_s: (during.guests_cpu_s - peace.guests_cpu_s * during.seconds / peace.seconds).max(0.0),
            seconds: during.seconds,
        };
        told(&noise);
        measured.push(noise);
        world.host.kill().await;
    }
    measured
}

/// A channel of a plugin that behaves, so that nothing of the noisy one's is shared with it.
async fn quiet_channel(world: &World) -> Channel {
    world.install_as("quiet", "").await;
    world.connect("quiet", "quiet").await
}

/// What was seen of the quiet channel for some time.
struct Observed {
    webhooks: u64,
    p99_ms: f64,
    guests_cpu_s: f64,
    seconds: f64,
}

#[expect(clippy::disallowed_methods, clippy::cast_precision_loss, reason = "a driver measures time, for people")]
async fn observed(world: &World, quiet: &Channel, seconds: u64) -> Observed {
    let (begun, cpu) = (Instant::now(), world.host.cpu_ms_of("lockgate-guest"));
    let mut waited = pace(quiet, Duration::from_secs(seconds), LEAST).await;
    let took = begun.elapsed().as_secs_f64();
    let cpu = world.host.cpu_ms_of("lockgate-guest") - cpu;
    waited.sort_unstable();
    Observed {
        webhooks: waited.len() as u64,
        p99_ms: percentile(&waited, 0.99) as f64 / 1000.0,
        guests_cpu_s: cpu as f64 / 1000.0,
        seconds: took,
    }
}

/// Posts at a steady pace for so long, and until there are so many; how long each waited, in microseconds.
#[expect(clippy::disallowed_methods, reason = "a driver measures time")]
async fn pace(quiet: &Channel, time: Duration, least: u64) -> Vec<u64> {
    let begun = Instant::now();
    let done = Arc::new(AtomicU64::new(0));
    let loops: Vec<_> = (0..QUIET)
        .map(|place| {
            let (quiet, done) = (request_of(quiet), done.clone());
            tokio::spawn(async move {
                let mut connection = Connection::open(&quiet.host).await.unwrap();
                let mut waited = Vec::new();
                // Spread over the interval.
                let first =
                    begun + EVERY * u32::try_from(place).unwrap_or_default() / u32::try_from(QUIET).unwrap_or(1);
                for number in 0_u32.. {
                    let due = first + EVERY * number;
                    if due.duration_since(begun) >= time && done.load(Ordering::Relaxed) >= least {
                        break;
                    }
                    tokio::time::sleep_until(due.into()).await;
                    let status = connection.exchange(&quiet.message(place, number)).await.unwrap();
                    assert_eq!(status, 200, "a quiet webhook was not acknowledged");
                    waited.push(u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX));
                    done.fetch_add(1, Ordering::Relaxed);
                }
                waited
            })
        })
        .collect();
    let mut waited = Vec::new();
    for task in loops {
        waited.extend(task.await.unwrap());
    }
    waited
}

/// Posts the same request again and again.
async fn post_on(request: (String, Vec<u8>), stop: Arc<AtomicBool>, calls: Arc<AtomicU64>) {
    let (host, bytes) = request;
    while !stop.load(Ordering::Relaxed) {
        let Ok(mut connection) = Connection::open(&host).await else { return };
        // 503 is an answer too: the host has no room for more of this channel.
        while connection.exchange(&bytes).await.is_ok() && !stop.load(Ordering::Relaxed) {
            calls.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// What a request to a channel's hook needs.
struct Signed {
    host: String,
    path: String,
    secret: String,
}

fn request_of(channel: &Channel) -> Signed {
    let hook: url::Url = channel.hook.parse().unwrap();
    Signed {
        host: format!("{}:{}", hook.host_str().unwrap(), hook.port().unwrap()),
        path: hook.path().to_owned(),
        secret: channel.secret.clone(),
    }
}

impl Signed {
    /// A message that nobody said before.
    fn message(&self, place: usize, number: u32) -> Vec<u8> {
        let id = format!("quiet-{place}-{number}-{}", crate::nonce());
        self.bytes(&json!({ "events": [{ "id": id, "text": "Is my order on its way?", "from": format!("person-{}", number % 100) }] }))
    }

    fn bytes(&self, body: &serde_json::Value) -> Vec<u8> {
        let body = body.to_string();
        let signature = sign(&self.secret, body.as_bytes());
        format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\nx-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            self.host,
            body.len()
        )
        .into_bytes()
    }
}

fn request(channel: &Channel, body: &serde_json::Value) -> (String, Vec<u8>) {
    let signed = request_of(channel);
    let bytes = signed.bytes(body);
    (signed.host, bytes)
}
