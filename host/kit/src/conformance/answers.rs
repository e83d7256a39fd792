//! What the provider answers in a case, and the same with another end.

use crate::case::{Answered, Case};

/// The answers of a case in which the provider is asked for something and does it each time.
pub(super) fn good(case: &Case) -> Option<Vec<Answered>> {
    let answers: Vec<Answered> = case.provider.iter().map(|exchange| exchange.answer.clone()).collect();
    let is_good = |answer: &Answered| matches!(answer, Answered::Whole(answer) if answer.status < 300);
    (!answers.is_empty() && answers.iter().all(is_good)).then_some(answers)
}

/// The same answers but for the last.
pub(super) fn ending(answers: &[Answered], last: &Answered) -> Vec<Answered> {
    let before = answers.len().saturating_sub(1);
    answers.iter().take(before).chain([last]).cloned().collect()
}
