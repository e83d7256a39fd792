//! How long a provider's names may be: both databases find things by them, and one of them indexes no more than so much.

use lockgate_model::contract::common::{Identity, Thread};
use lockgate_model::contract::inbound::{Event, EventBody, Message, ReceiptTarget};

/// Bytes of the longest name of a message, a person or a thread. PostgreSQL refuses rows of an index beyond about 2,700 bytes (Limits
/// of B-trees in its manual), and beside a name its channel stands there.
pub(super) const LONGEST: usize = 2048;

/// Bytes of the longest name that something is found by in this event.
pub(super) fn longest(event: &Event) -> usize {
    let mut longest = 0;
    let mut see = |name: &str| longest = longest.max(name.len());
    event.thread.iter().for_each(|thread| of_thread(thread, &mut see));
    event.actor.iter().for_each(|actor| of_person(actor, &mut see));
    match &event.body {
        EventBody::Message(message) => of_message(message, &mut see),
        EventBody::Edited(edit) => edit.id.iter().chain([&edit.message]).for_each(|name| see(name)),
        EventBody::Deleted(deletion) => deletion.messages.iter().for_each(|name| see(name)),
        EventBody::Reaction(reaction) => reaction.id.iter().chain([&reaction.message]).for_each(|name| see(name)),
        EventBody::Receipt(receipt) => {
            receipt.learnt.iter().for_each(|name| see(name));
            match &receipt.target {
                ReceiptTarget::Message(name)
                | ReceiptTarget::Universal(name)
                | ReceiptTarget::ClientRef(name)
                | ReceiptTarget::UpToMessage(name) => see(name),
                ReceiptTarget::UpTo(_) => {}
            }
        }
        EventBody::IdentityChanged(change) => {
            see(&change.old);
            change.new.iter().for_each(|alias| see(&alias.key));
        }
        EventBody::ThreadMoved(key) => see(key),
        _ => {}
    }
    longest
}

fn of_thread(thread: &Thread, see: &mut impl FnMut(&str)) {
    see(&thread.key);
    thread.parent.iter().chain(&thread.root).for_each(|name| see(name));
    thread.contact.iter().for_each(|contact| of_person(contact, see));
}

fn of_person(person: &Identity, see: &mut impl FnMut(&str)) {
    see(&person.key);
    person.aliases.iter().for_each(|alias| see(&alias.key));
}

fn of_message(message: &Message, see: &mut impl FnMut(&str)) {
    message.id.iter().chain(&message.universal).chain(&message.client_ref).for_each(|name| see(name));
    message.references.iter().for_each(|name| see(name));
    message.quote.iter().filter_map(|quote| quote.message.as_ref()).for_each(|name| see(name));
    message.original_sender.iter().for_each(|sender| of_person(sender, see));
}
