//! Changes and takes back what was sent; a case of an edit is one of sending.

use lockgate_sdk::{Content, Draft, Outcome, Part, Sent, Target};

use crate::{plain, sending};

pub(crate) fn edit(target: &Target, parts: &[Part]) -> Outcome {
    let text = match parts.first().map(|part| &part.content) {
        Some(Content::Text(text)) => text.plain.as_str(),
        _ => "",
    };
    let (case, argument) = text.split_once(' ').unwrap_or((text, ""));
    let told = || done(plain::send(&format!("edit {} to {text}", named(target))));
    sending::send(case, argument, &Draft::default()).unwrap_or_else(told)
}

pub(crate) fn delete(target: &Target) -> Outcome {
    done(plain::send(&format!("delete {}", named(target))))
}

pub(crate) fn on_conversation(target: &Target, what: &str) -> Outcome {
    let key = target.thread.as_ref().map_or("none", |thread| thread.key.as_str());
    done(plain::send(&format!("{what} {key} at {}", named(target))))
}

fn named(target: &Target) -> &str {
    target.message.as_deref().unwrap_or("nothing")
}

/// What is changed keeps its name.
fn done(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Sent(_) => Outcome::Sent(Sent::default()),
        other => other,
    }
}
