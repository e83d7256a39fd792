//! Reaches for what belongs to another channel or another plugin, by every import that takes a name.

use lockgate_sdk::{
    Content, Event, Identity, Message, Reception, Refusal, Request, Thread, hooks, http, settings, state,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    key: String,
    #[serde(default)]
    value: Option<String>,
    /// Whose event it says it is.
    #[serde(default)]
    account: Option<String>,
}

/// None where the case is not of this kind. Tells what it was given.
pub(crate) fn receive(case: &str, request: &Request) -> Option<Result<Reception, Refusal>> {
    let Asked { key, value, account } = serde_json::from_slice(&request.body).ok()?;
    let told = match case {
        // Writes a key where there is a value, and reads it.
        "state" => {
            let written = value.map(|value| state::set(&key, value.as_bytes()));
            let read = state::get(&key).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            format!("{written:?} {read:?} {:?}", state::keys("", None, 100))
        }
        "hook" => format!("{:?}", hooks::address(&key)),
        "setting" => format!("{:?}", settings::get(&key)),
        // A request during a call that may make none.
        "fetch" => format!("{:?}", http::Request::get(key).send().map(|answer| answer.status)),
        // A message in the thread of that name, of that account.
        "speak" => {
            let message = Message::of([Content::text(value.unwrap_or_default())]).with_id(key.clone());
            let event = Event::new(key, request.received_at, message)
                .of_account(account.or_else(|| request.account.clone()).unwrap_or_default())
                .in_thread(Thread::direct("shared-thread"))
                .by(Identity::contact("shared-person"));
            return Some(Ok(Reception::of(vec![event])));
        }
        _ => return None,
    };
    Some(Ok(crate::told(request, told)))
}
