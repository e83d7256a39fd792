//! From outcomes and faults to a [`Plan`].

use super::{Attempt, Effect, Next, PartBefore, PartPlan, Plan, delay};
use crate::contract::common::{Fault, Timestamp};
use crate::contract::outbound::Outcome;
use crate::manifest::RateScope;
use crate::message::{Failure, PartState};

/// How long a channel rests that the provider blocked without saying for how long.
const BLOCKED_MS: u64 = 60 * 60 * 1000;

/// What one fault asks for.
enum Verdict {
    /// Tried again at this moment.
    Again(Timestamp),
    /// Not tried again.
    Final,
}

/// Decides what follows from an attempt.
///
/// What the provider has, or may have, stays as it is and is never tried again: a part that departed and of which nothing was
/// said is unknown, whatever else happened. Where one part is final, nothing behind it is tried.
pub fn plan(attempt: &Attempt<'_>) -> Plan {
    let mut plan = Plan { parts: Vec::new(), next: Next::Done, failure: None, effects: Vec::new() };
    let mut retry_at: Option<Timestamp> = None;
    let mut ended = attempt.parts.iter().any(|part| part.state == PartState::Unknown);
    for part in attempt.parts.iter().filter(|part| matches!(part.state, PartState::Queued | PartState::Departing)) {
        let outcome = outcome_of(attempt, part);
        let state = match &outcome {
            Outcome::Sent(_) => PartState::Sent,
            Outcome::Accepted(_) => PartState::Accepted,
            Outcome::Unknown(why) => {
                plan.failure = Some(Failure::with("unknown", why));
                ended = true;
                PartState::Unknown
            }
            Outcome::NotTried => PartState::NotTried,
            Outcome::Failed(fault) => {
                let (verdict, effect) = judge(attempt, fault);
                if let Some(effect) = effect {
                    plan.add(effect);
                }
                plan.failure.get_or_insert_with(|| Failure::from(fault));
                match verdict {
                    Verdict::Again(at) if at < attempt.deadline => {
                        retry_at = retry_at.max(Some(at));
                        PartState::Queued
                    }
                    Verdict::Again(_) => {
                        plan.failure = Some(gave_up(fault));
                        ended = true;
                        PartState::Failed
                    }
                    Verdict::Final => {
                        ended = true;
                        PartState::Failed
                    }
                }
            }
        };
        plan.parts.push(PartPlan { id: part.id, state, outcome: Some(outcome) });
    }
    // Whatever became of the part since: the plugin may have settled it on its way, or an echo. A fault behind it counts more.
    let taken = attempt.outcomes.iter().any(|said| matches!(said.outcome, Outcome::Sent(_) | Outcome::Accepted(_)));
    if taken && !plan.effects.iter().any(Effect::ails) {
        plan.add(Effect::Working);
    }
    plan.conclude(attempt, ended, retry_at);
    plan
}

impl Plan {
    fn add(&mut self, effect: Effect) {
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }

    /// Settles what hangs on all parts together: whether there is a next attempt, and what waits for it.
    fn conclude(&mut self, attempt: &Attempt<'_>, ended: bool, retry_at: Option<Timestamp>) {
        if ended {
            for part in &mut self.parts {
                if part.state == PartState::Queued {
                    part.state = PartState::Failed;
                }
            }
            return;
        }
        let waiting = self.parts.iter().any(|part| part.state == PartState::NotTried);
        if waiting && retry_at.is_none() {
            // Nothing failed and yet something was not tried: the plugin broke its promise, and trying again is safe.
            self.failure = Some(Failure::with("passing", "the plugin left a part untried without saying why"));
        }
        let again = retry_at
            .or_else(|| waiting.then(|| attempt.now.saturating_add(delay(attempt.attempt, None, attempt.jitter))));
        let Some(at) = again else {
            self.failure = None;
            return;
        };
        let in_time = at < attempt.deadline;
        for part in self.parts.iter_mut().filter(|part| part.state == PartState::NotTried) {
            part.state = if in_time { PartState::Queued } else { PartState::Failed };
        }
        if in_time {
            self.next = Next::RetryAt(at);
        } else {
            self.failure = Some(Failure::with("gave-up", "the plugin left a part untried until it was too late"));
        }
    }
}

/// What is known of one part: what the plugin said, as far as it can be believed.
fn outcome_of(attempt: &Attempt<'_>, part: &PartBefore) -> Outcome {
    let departed = part.state == PartState::Departing;
    let said = attempt.outcomes.iter().find(|said| said.parts.contains(&part.id)).map(|said| &said.outcome);
    match (said, departed) {
        // It left all the same: what the plugin says of it cannot be known.
        (Some(Outcome::NotTried), true) => {
            Outcome::Unknown("the request left, and the plugin says that it did not try".to_owned())
        }
        (Some(outcome), _) => outcome.clone(),
        (None, true) => Outcome::Unknown(match attempt.broke {
            Some(why) => format!("the request left, then the attempt broke off: {why}"),
            None => "the request left, and the plugin did not say what came of it".to_owned(),
        }),
        (None, false) => match attempt.broke {
            Some(why) => Outcome::Failed(Fault::Passing(crate::contract::common::Passing {
                why: why.to_owned(),
                retry_after: None,
            })),
            None => Outcome::NotTried,
        },
    }
}

fn gave_up(fault: &Fault) -> Failure {
    let last = Failure::from(fault);
    let detail = match last.detail {
        Some(detail) => format!("{}: {detail}", last.code),
        None => last.code,
    };
    Failure::with("gave-up", detail)
}

/// What the contract says that follows from each fault.
fn judge(attempt: &Attempt<'_>, fault: &Fault) -> (Verdict, Option<Effect>) {
    let after = |wait: u64| attempt.now.saturating_add(wait);
    let backed_off = |asked| after(delay(attempt.attempt, asked, attempt.jitter));
    match fault {
        Fault::Passing(passing) => (Verdict::Again(backed_off(passing.retry_after)), None),
        Fault::RateLimited(limited) => {
            let until = backed_off(limited.retry_after);
            // A bucket that the manifest does not name pauses the narrowest thing that is sure to be meant: the account.
            let scope = (attempt.scope_of)(&limited.bucket).unwrap_or(RateScope::Account);
            (Verdict::Again(until), Some(Effect::PauseBucket { bucket: limited.bucket.clone(), scope, until }))
        }
        Fault::SignInExpired => {
            (Verdict::Final, Some(Effect::Reconnect("the provider refuses the credential".to_owned())))
        }
        Fault::PermissionMissing(scopes) => (Verdict::Final, Some(Effect::PermissionMissing(scopes.clone()))),
        Fault::ChannelBlocked(passing) => {
            let until = after(delay(attempt.attempt, Some(passing.retry_after.unwrap_or(BLOCKED_MS)), attempt.jitter));
            (Verdict::Again(until), Some(Effect::PauseChannel { until, why: passing.why.clone() }))
        }
        Fault::RecipientUnreachable(why) => (Verdict::Final, Some(Effect::Unreachable(why.clone()))),
        Fault::OptedOut(topic) => (Verdict::Final, Some(Effect::OptedOut(topic.clone()))),
        Fault::RecipientMoved(_) if attempt.moved_before => (Verdict::Final, None),
        Fault::RecipientMoved(alias) => (Verdict::Again(attempt.now), Some(Effect::Moved(alias.clone()))),
        Fault::Malformed(why) => (Verdict::Final, Some(Effect::Unreadable(why.clone()))),
        Fault::WindowClosed(_)
        | Fault::HeldElsewhere(_)
        | Fault::Unsupported(_)
        | Fault::TooLarge(_)
        | Fault::Gone(_)
        | Fault::Rejected(_) => (Verdict::Final, None),
    }
}

#[cfg(test)]
mod tests;
