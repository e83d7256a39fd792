//! Hands out all of its own memory, what nobody ever wrote to included, so that it can be searched for what must not be there.

use lockgate_sdk::{Fault, Outcome, http};

/// `dump /look/headers`: asks for that, keeps the answer, and posts its memory to `/look/memory`.
pub(crate) fn send(case: &str, argument: &str) -> Option<Outcome> {
    if case != "dump" {
        return None;
    }
    let mut answers = Vec::new();
    for path in argument.split(' ') {
        answers.push(http::Request::get(format!("https://provider.example.com{path}")).send());
    }
    let posted = http::Request::post("https://provider.example.com/look/memory").body(crate::remains::memory()).send();
    let told = format!("{} answers, memory posted: {}", answers.len(), posted.is_ok());
    std::hint::black_box(&answers);
    Some(Outcome::Failed(Fault::rejected(None, told)))
}
