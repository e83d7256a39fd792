//! The named test build: `lockgate`, with what the product must not have. Chosen by environment variables, all off by default:
//!
//! * `LOCKGATE_TEST_NATIVE=1`: Messenger's parser compiled into the host in place of the sandboxed `receive`;
//! * `LOCKGATE_TEST_BURN_US=N`: N microseconds of processor time more for each envelope;
//! * `LOCKGATE_TEST_FAIL=point[:n]`: the process dies at the n-th pass of a fail point;
//! * `LOCKGATE_TEST_CLOCK_MS=N`: the clock is N milliseconds ahead.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use lockgate::seams::{FailHook, FailPoint, NativeReceive, Seams};
use lockgate_tests::TestClock;
use lockgate_tests::native::NativeMessenger;

fn main() -> ExitCode {
    let clock = TestClock::default();
    clock.advance(Duration::from_millis(number("LOCKGATE_TEST_CLOCK_MS").unwrap_or_default()));
    let mut seams = Seams { clock: Arc::new(clock), ..Seams::real() };
    if variable("LOCKGATE_TEST_NATIVE").as_deref() == Some("1") {
        seams.native = Some(Arc::new(|plugin| {
            (plugin == "messenger").then(|| Arc::new(NativeMessenger) as Arc<dyn NativeReceive>)
        }));
    }
    let burn = number("LOCKGATE_TEST_BURN_US").map(Duration::from_micros);
    let death = match variable("LOCKGATE_TEST_FAIL").map(|text| Death::read(&text)) {
        Some(None) => {
            eprintln!("test-host: LOCKGATE_TEST_FAIL is point[:n]");
            return ExitCode::from(2);
        }
        Some(death) => death,
        None => None,
    };
    if burn.is_some() || death.is_some() {
        seams.fail = Some(hook(burn, death));
    }
    lockgate::cli::main(seams)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number(name: &str) -> Option<u64> {
    variable(name)?.parse().ok()
}

/// At which pass of which point the process dies.
struct Death {
    point: FailPoint,
    passes_left: AtomicU32,
}

impl Death {
    fn read(text: &str) -> Option<Self> {
        let (point, pass) = text.split_once(':').unwrap_or((text, "1"));
        let point = match point {
            "before-departure" => FailPoint::BeforeDeparture,
            "after-departure" => FailPoint::AfterDeparture,
            "before-outcome" => FailPoint::BeforeOutcome,
            "before-ingest" => FailPoint::BeforeIngest,
            "after-ingest" => FailPoint::AfterIngest,
            "medium-settled" => FailPoint::MediumSettled,
            _ => return None,
        };
        Some(Self { point, passes_left: AtomicU32::new(pass.parse().ok()?) })
    }

    fn pass(&self, point: FailPoint) {
        if point == self.point && self.passes_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            // As `kill -9`: nothing is flushed, nobody is told.
            std::process::abort();
        }
    }
}

fn hook(burn: Option<Duration>, death: Option<Death>) -> FailHook {
    Arc::new(move |point| {
        if let (Some(burn), FailPoint::BeforeIngest) = (burn, point) {
            spin(burn);
        }
        if let Some(death) = &death {
            death.pass(point);
        }
    })
}

#[expect(clippy::disallowed_methods, reason = "burns time that has to be measured")]
fn spin(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}
