//! Checks of `background`: what an event asked for is done, perhaps more than once.

use lockgate_model::contract::common::Fault;

use super::provider::{HTML, status};
use super::subject::Subject;
use super::work::{self, Kind, Work};
use super::{Finding, Trials};

/// F01
pub(super) async fn same_again(subject: &Subject<'_>) -> Finding {
    work::same_again(subject, Kind::FollowUp).await
}

/// F02
pub(super) async fn named(subject: &Subject<'_>) -> Finding {
    work::named(subject, Kind::FollowUp).await
}

/// F03
pub(super) async fn no_new_keys(subject: &Subject<'_>) -> Finding {
    work::no_new_keys(subject, Kind::FollowUp).await
}

/// F04
pub(super) async fn unreadable(subject: &Subject<'_>) -> Finding {
    work::unreadable(subject, Kind::FollowUp).await
}

/// F05
pub(super) async fn limit_with_time(subject: &Subject<'_>) -> Finding {
    work::limit_with_time(subject, Kind::FollowUp).await
}

/// F06
pub(super) async fn passing(subject: &Subject<'_>) -> Finding {
    work::passing(subject, Kind::FollowUp).await
}

/// F07
pub(super) async fn sign_in(subject: &Subject<'_>) -> Finding {
    work::sign_in(subject, Kind::FollowUp).await
}

/// F08
///
/// The provider has nothing of that name. What an earlier version asked for comes to this one.
pub(super) async fn unknown(subject: &Subject<'_>) -> Finding {
    let mut trials = Trials::default();
    let long = "x".repeat(4000);
    for one in subject.worked(Kind::FollowUp).await {
        let nowhere = status(404, HTML);
        for what in ["", "kit-unknown", "é/../?&#\u{0}👩", "{\"kit\":[1]}", "kit:unknown:7", long.as_str()] {
            let work = Work::FollowUp(what.into());
            let seen = subject.work_oddly(&one.world, &work, vec![nowhere.clone()], Some(nowhere.clone())).await;
            let told: String = what.chars().take(40).collect();
            let wrong = match seen.called.result {
                Ok(Ok(page)) => Some(format!("it gives {} events and no fault", page.events.len())),
                Ok(Err(fault)) => wordless(&fault).then(|| format!("it does not say why: {fault:?}")),
                Err(failure) => Some(failure.to_string()),
            };
            trials.add(wrong.map(|words| format!("{}: asked for {told:?}: {words}", one.case.name)));
        }
    }
    trials.finding(Kind::FollowUp.nothing())
}

/// Whether nobody learns anything of it.
pub(super) fn wordless(fault: &Fault) -> bool {
    match fault {
        Fault::Passing(passing) | Fault::ChannelBlocked(passing) => passing.why.trim().is_empty(),
        Fault::Gone(words) | Fault::Malformed(words) | Fault::Unsupported(words) => words.trim().is_empty(),
        Fault::Rejected(rejected) => rejected.words.trim().is_empty(),
        _ => false,
    }
}

/// F09
pub(super) async fn changed_answers(subject: &Subject<'_>) -> Finding {
    work::changed_answers(subject, Kind::FollowUp).await
}
