//! A thread that changes hands between the apps of a page.

use lockgate_sdk::{Event, EventBody};

use super::item::{Frame, extras};
use super::message::text_extra;
use super::shapes;

/// Whether we may write from now on.
///
/// Who is told says who holds the thread: `pass` goes to the app that gets it, `take` to the one that lost it, `request` to the one
/// that holds it and is asked to give it away.
pub(super) fn event(frame: &Frame<'_>, call: &str, told: shapes::ThreadControl<'_>) -> Event {
    let mut event =
        frame.event(format!("{call}:{}:{}", frame.contact(), frame.at), EventBody::Writable(call != "take"));
    let owners = [
        ("new_owner_app_id", told.new_owner),
        ("previous_owner_app_id", told.previous_owner),
        ("requested_owner_app_id", told.requested_owner),
        ("metadata", told.metadata),
    ];
    let named = owners.into_iter().filter_map(|(name, value)| Some(text_extra(name, value?.as_str())));
    event.extras = named.chain(extras(told.rest)).collect();
    event.actor = event.actor.filter(|_| !frame.by_page);
    event
}
