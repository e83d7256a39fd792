//! What a question to a provider came to, as the API tells it.

use http::HeaderValue;
use http::header::RETRY_AFTER;
use lockgate_model::contract::common::Fault;
use lockgate_model::id::ChannelId;
use lockgate_model::message::Failure;

use super::problem::{Kind, Problem};
use crate::host::Host;
use crate::lookup::{self, Answer, Question, Unanswered};

/// Asks a channel's plugin.
///
/// # Errors
///
/// 404 and 409 where nobody can be asked; 422 where the provider has nothing like it; 502 and 503 where there is no answer.
pub(super) async fn look_up(host: &Host, channel: ChannelId, question: Question) -> Result<Answer, Problem> {
    let now = || host.seams.clock.now_ms();
    lookup::look_up(host, channel, question).await.map_err(|why| problem(why, now()))
}

fn problem(why: Unanswered, now: u64) -> Problem {
    match why {
        Unanswered::NoChannel => Problem::not_found("channel"),
        Unanswered::NoPlugin => conflict("The channel's plugin is switched off or cannot be loaded."),
        Unanswered::Off => conflict("The channel is switched off; switch it on first."),
        Unanswered::Unable => conflict("The channel's plugin looks nothing up: it lacks the ability `directory`."),
        Unanswered::Rests(until) => {
            let words = "The provider asked to be left alone for a while; nothing is asked of it until then.";
            Problem::new(Kind::Unavailable, words).header(RETRY_AFTER, seconds(until.saturating_sub(now)))
        }
        Unanswered::Waits(until) => {
            let words = "The channel is paused, or the host runs as many plugins as it can. Try again later.";
            Problem::new(Kind::Unavailable, words).header(RETRY_AFTER, seconds(until.saturating_sub(now)))
        }
        Unanswered::Busy => {
            let words = "As much is being asked of this provider as may be at once. Try again shortly.";
            Problem::new(Kind::Unavailable, words).header(RETRY_AFTER, seconds(2_000))
        }
        Unanswered::Fault(fault) => of_fault(&fault),
        Unanswered::Failed => {
            Problem::new(Kind::PluginFailed, "The channel's plugin failed over this; the host's log says how.")
        }
        Unanswered::Other => Problem::new(
            Kind::PluginFailed,
            "The channel's plugin answered about somebody or something else than was asked for; nothing of it was kept.",
        ),
        Unanswered::Store(error) => error.into(),
    }
}

fn conflict(words: &'static str) -> Problem {
    Problem::new(Kind::Conflict, words)
}

/// A fault is told as that of a message is: by a code that stands for good, and words.
fn of_fault(fault: &Fault) -> Problem {
    let failure = Failure::from(fault);
    let words = match &failure.detail {
        Some(detail) => format!("The provider did not answer this: {}: {detail}", failure.code),
        None => format!("The provider did not answer this: {}", failure.code),
    };
    let (kind, wait) = match fault {
        Fault::Passing(passing) | Fault::ChannelBlocked(passing) => (Kind::Unavailable, passing.retry_after),
        Fault::RateLimited(limit) => (Kind::Unavailable, limit.retry_after),
        Fault::Unsupported(_) => (Kind::NotSupported, None),
        _ => (Kind::ProviderRefused, None),
    };
    let problem = Problem::new(kind, words).with_failure(failure);
    match wait {
        Some(wait) => problem.header(RETRY_AFTER, seconds(wait)),
        None => problem,
    }
}

/// At least one, at most a day.
fn seconds(ms: u64) -> HeaderValue {
    HeaderValue::from(ms.div_ceil(1000).clamp(1, 86_400))
}

#[cfg(test)]
mod tests {
    use lockgate_model::contract::common::{Passing, RateLimited};

    use super::*;

    #[test]
    fn a_fault_is_told_as_that_of_a_message_is() {
        let limited = Fault::RateLimited(RateLimited { retry_after: Some(1_500), bucket: "page".into() });
        let blocked = Fault::ChannelBlocked(Passing { why: "policy".into(), retry_after: None });
        for (fault, status, code) in [
            (limited, 503, "rate-limited"),
            (blocked, 503, "channel-blocked"),
            (Fault::SignInExpired, 502, "sign-in-expired"),
            (Fault::Gone("the account".into()), 502, "gone"),
            (Fault::Unsupported("no templates".into()), 422, "unsupported"),
        ] {
            let document = of_fault(&fault).document_for_tests();
            assert_eq!((document.status, document.failure.map(|failure| failure.code)), (status, Some(code.into())));
            assert!(document.detail.contains(code), "{}", document.detail);
        }
        assert_eq!((seconds(0), seconds(1_500)), (HeaderValue::from(1), HeaderValue::from(2)));
    }
}
