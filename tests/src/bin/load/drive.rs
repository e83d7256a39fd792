//! The closed loop: each connection posts its next prepared request as soon as the one before is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lockgate_simulators::webhook::{Envelope, Thread};
use lockgate_tests::http1::Connection;

/// People who write.
const PEOPLE: usize = 1000;

/// A request that is ready to be written, and the message in it.
pub(crate) struct Prepared {
    /// The provider's id of the message.
    pub(crate) mid: String,
    bytes: Vec<u8>,
}

/// What a round came to.
pub(crate) struct Driven {
    /// How long it took.
    pub(crate) took: Duration,
    /// Time from request to answer of each message that was acknowledged, in microseconds, sorted.
    pub(crate) latencies: Vec<u64>,
    /// Ids of the messages that were acknowledged.
    pub(crate) acknowledged: Vec<String>,
}

/// Signs distinct webhooks, each with one message.
pub(crate) fn prepare(
    hook: &url::Url,
    app_secret: &str,
    page: &str,
    numbers: std::ops::Range<usize>,
    now_ms: u64,
) -> Vec<Prepared> {
    let host = format!("{}:{}", hook.host_str().unwrap(), hook.port().unwrap());
    numbers
        .map(|number| {
            let person = Thread::new(page, (7_000_000_000_000_000 + number % PEOPLE).to_string());
            let mid = format!("m_load_{number:012}_Gk3rVxUqGh7mJ1pOa8ZwQe5tYb2nCd4s");
            let text =
                format!("Hello, this is message {number}. Is my order on its way? Grüße aus Zürich, und bis bald!");
            let at = now_ms + number as u64;
            let request = Envelope::one(person.text(&mid, at, &text)).signed(app_secret, at);
            Prepared { bytes: request.http1(&host, hook.path()), mid }
        })
        .collect()
}

/// Posts until the time is over or nothing is left.
#[expect(clippy::disallowed_methods, reason = "a driver measures time")]
pub(crate) async fn drive(address: &str, prepared: Vec<Prepared>, connections: u32, time: Duration) -> Driven {
    let prepared = Arc::new(prepared);
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let loops = (0..connections).map(|_| {
        let (prepared, next, address) = (prepared.clone(), next.clone(), address.to_owned());
        tokio::spawn(async move {
            let mut connection = Connection::open(&address).await.unwrap();
            let mut done = Vec::new();
            while begun.elapsed() < time {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(request) = prepared.get(place) else { break };
                let asked = Instant::now();
                let status = connection.exchange(&request.bytes).await.unwrap();
                assert_eq!(status, 200, "a webhook was not acknowledged");
                done.push((place, u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX)));
            }
            done
        })
    });
    let loops: Vec<_> = loops.collect();
    let mut done = Vec::new();
    for finished in loops {
        done.extend(finished.await.unwrap());
    }
    let took = begun.elapsed();
    let acknowledged = done.iter().map(|(place, _)| prepared[*place].mid.clone()).collect();
    let mut latencies: Vec<u64> = done.into_iter().map(|(_, latency)| latency).collect();
    latencies.sort_unstable();
    Driven { took, latencies, acknowledged }
}
