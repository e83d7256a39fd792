//! One item of a batch: who, when, and what happened.

use lockgate_sdk::{
    AccountState, Edit, Event, EventBody, Extra, Identity, IdentityRole, Native, Reaction, ReactionChange, Receipt,
    ReceiptStatus, ReceiptTarget, Thread,
};
use serde_json::value::RawValue;

use super::json::{Rest, Text, object};
use super::{Odd, consent, excerpt, fingerprint, message, moment, referral, shapes, thread_control};

/// The longest `dedup`, in bytes.
const DEDUP_LIMIT: usize = 512;

/// Where an item stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    /// The page that tells.
    pub(crate) page: &'a str,
    /// When, where the item does not say.
    pub(crate) at: u64,
    /// Another app holds the thread.
    pub(crate) standby: bool,
}

/// Who and when, of one item.
#[derive(Debug)]
pub(crate) struct Frame<'a> {
    pub(crate) scene: Scene<'a>,
    pub(crate) at: u64,
    /// The person on the other side. None where there is none.
    pub(crate) contact: Option<String>,
    /// The page did it, not the contact.
    pub(crate) by_page: bool,
}

impl<'a> Frame<'a> {
    fn new(scene: &Scene<'a>, item: &shapes::Item<'_>) -> Self {
        let sender = item.sender.as_ref().and_then(person);
        let recipient = item.recipient.as_ref().and_then(person);
        let is_echo = item.message.as_ref().and_then(|message| message.is_echo).unwrap_or_default();
        let by_page = is_echo || sender.as_deref() == Some(scene.page);
        let contact = if by_page { recipient } else { sender.or(recipient) };
        let contact = contact.filter(|key| key != scene.page);
        Self { scene: *scene, at: moment(item.timestamp).unwrap_or(scene.at), contact, by_page }
    }

    /// An event of this item, in the contact's thread and by whoever did it.
    pub(crate) fn event(&self, dedup: String, body: EventBody) -> Event {
        let dedup = if dedup.len() > DEDUP_LIMIT { format!("{:032x}", fingerprint(&dedup)) } else { dedup };
        let mut event = Event::new(dedup, self.at, body).of_account(self.scene.page);
        if let Some(contact) = &self.contact {
            let mut thread = Thread::direct(contact.as_str());
            if self.by_page {
                thread.contact = Some(Identity::contact(contact.as_str()));
                event.actor = Some(Identity { role: IdentityRole::Agent, ..Identity::contact(self.scene.page) });
            } else {
                event.actor = Some(Identity::contact(contact.as_str()));
            }
            event.thread = Some(thread);
        }
        event
    }

    /// The contact's key, or nothing: a part of names that must be unique.
    pub(crate) fn contact(&self) -> &str {
        self.contact.as_deref().unwrap_or_default()
    }
}

/// A person's key. One who is known by a reference of ours only has a key that says so, which sending understands.
fn person(party: &shapes::Party<'_>) -> Option<String> {
    let by_id = party.id.as_ref().map(|id| id.as_str().to_owned());
    by_id.or_else(|| party.user_ref.as_ref().map(|user_ref| format!("{}{}", crate::send::USER_REF, user_ref.as_str())))
}

/// Adds the events of an item.
///
/// # Errors
///
/// Where something in it is not as documented; then what was added does not count.
pub(crate) fn events(scene: &Scene<'_>, item: shapes::Item<'_>, events: &mut Vec<Event>) -> Result<(), Odd> {
    let frame = Frame::new(scene, &item);
    let before = events.len();
    if let Some(message) = item.message {
        events.push(message::event(&frame, message)?);
    }
    if let Some(edit) = item.message_edit {
        events.push(edited(&frame, edit)?);
    }
    if let Some(told) = item.reaction {
        events.push(reaction(&frame, told)?);
    }
    if let Some(told) = item.delivery {
        for mid in told.mids.unwrap_or_default() {
            events.push(receipt(&frame, ReceiptStatus::Delivered, Some(mid), None)?);
        }
        if let Some(watermark) = moment(told.watermark) {
            events.push(receipt(&frame, ReceiptStatus::Delivered, None, Some(watermark))?);
        }
    }
    if let Some(told) = item.read {
        events.push(receipt(&frame, ReceiptStatus::Read, told.mid, moment(told.watermark))?);
    }
    if let Some(postback) = item.postback {
        events.push(message::postback(&frame, postback));
    }
    if let Some(told) = item.referral {
        let dedup = format!(
            "{}:{}:{}",
            frame.contact(),
            frame.at,
            told.reference.as_ref().map(Text::as_str).unwrap_or_default()
        );
        let mut extras = Vec::new();
        let attribution = referral::attribution(told, &mut extras);
        let mut event = frame.event(dedup, EventBody::Referral(attribution));
        event.extras = extras;
        events.push(event);
    }
    if let Some(optin) = item.optin {
        events.push(consent::event(&frame, optin)?);
    }
    let control = [
        ("pass", item.pass_thread_control),
        ("take", item.take_thread_control),
        ("request", item.request_thread_control),
    ];
    for (call, told) in control {
        events.extend(told.map(|told| thread_control::event(&frame, call, told)));
    }
    if let Some(told) = item.policy_enforcement {
        events.push(policy(&frame, told)?);
    }
    if events.len() == before {
        events.push(unknown(&frame, item.rest)?);
    } else if let Some(first) = events.get_mut(before) {
        first.extras.extend(extras(item.rest));
    }
    Ok(())
}

fn edited(frame: &Frame<'_>, edit: shapes::MessageEdit<'_>) -> Result<Event, Odd> {
    let mid = id(edit.mid)?;
    let number = edit.num_edit.ok_or(Odd)?.0;
    let parts = vec![lockgate_sdk::Content::text(edit.text.map(Text::into_string).unwrap_or_default()).into()];
    let mut event = frame.event(format!("{mid}:{number}"), EventBody::Edited(Edit { id: None, message: mid, parts }));
    event.order = Some(number);
    event.extras = extras(edit.rest);
    Ok(event)
}

fn reaction(frame: &Frame<'_>, told: shapes::Reaction<'_>) -> Result<Event, Odd> {
    let mid = id(told.mid)?;
    let action = told.action.as_ref().map(Text::as_str).unwrap_or_default();
    let change = match action {
        "unreact" => ReactionChange::Removed(None),
        "react" => {
            let named = told.reaction.as_ref().map(|name| format!(":{}:", name.as_str()));
            ReactionChange::Now(vec![told.emoji.map(Text::into_string).or(named).ok_or(Odd)?])
        }
        _ => return Err(Odd),
    };
    let by = if frame.by_page { frame.scene.page } else { frame.contact() };
    let dedup = format!("{mid}:{by}:{}:{action}", frame.at);
    let mut event = frame.event(dedup, EventBody::Reaction(Reaction { id: None, message: mid, change }));
    event.order = Some(frame.at);
    event.extras = extras(told.rest);
    Ok(event)
}

/// One thing is told of: a message, or all of the thread up to a moment.
fn receipt(frame: &Frame<'_>, status: ReceiptStatus, mid: Option<Text<'_>>, up_to: Option<u64>) -> Result<Event, Odd> {
    let word = if status == ReceiptStatus::Read { "read" } else { "delivered" };
    let (target, name) = match (mid, up_to) {
        (Some(mid), _) => {
            let mid = id(Some(mid))?;
            (ReceiptTarget::Message(mid.clone()), mid)
        }
        (None, Some(moment)) => (ReceiptTarget::UpTo(moment), moment.to_string()),
        (None, None) => return Err(Odd),
    };
    let dedup = format!("{word}:{name}:{}", frame.contact());
    Ok(frame.event(dedup, EventBody::Receipt(Receipt { status, target, fault: None, learnt: None })))
}

fn policy(frame: &Frame<'_>, told: shapes::PolicyEnforcement<'_>) -> Result<Event, Odd> {
    let action = told.action.map(Text::into_string).unwrap_or_default();
    let reason = told.reason.map(Text::into_string).unwrap_or_else(|| action.clone());
    let state = match action.as_str() {
        "block" => AccountState::Suspended(reason),
        "warning" => AccountState::Degraded(reason),
        "unblock" => AccountState::Healthy,
        _ => return Err(Odd),
    };
    let mut event = frame.event(format!("policy:{action}:{}", frame.at), EventBody::Account(state));
    (event.thread, event.actor) = (None, None);
    event.extras = extras(told.rest);
    Ok(event)
}

/// A kind that has no event of its own: the first key that nobody asked for names it.
fn unknown(frame: &Frame<'_>, rest: Rest<'_>) -> Result<Event, Odd> {
    let mut rest = rest.into_iter();
    let (kind, raw) = rest.next().ok_or(Odd)?;
    let fallback = match kind.as_str() {
        "account_linking" => Some("An account was linked or unlinked".to_owned()),
        "response_feedback" => Some("Feedback on an answer".to_owned()),
        _ => None,
    };
    let dedup = format!("{}:{}:{}:{:032x}", kind.as_str(), frame.contact(), frame.at, fingerprint(raw.get()));
    let body = Native { kind: kind.into_string(), fallback, raw: Some(excerpt(raw.get())) };
    let mut event = frame.event(dedup, EventBody::Native(body));
    event.extras = extras(rest.collect());
    Ok(event)
}

/// An id that must be there.
pub(crate) fn id(text: Option<Text<'_>>) -> Result<String, Odd> {
    text.map(Text::into_string).filter(|id| !id.is_empty()).ok_or(Odd)
}

/// Keys that the contract has no field for.
pub(crate) fn extras(rest: Rest<'_>) -> Vec<Extra> {
    rest.into_iter().map(|(name, raw)| Extra { name: name.into_string(), value: raw.get().to_owned() }).collect()
}

object! {
    /// A change, as far as its name.
    Change {
        "field" => field: Text<'a>,
    }
}

/// What a change is about.
pub(crate) fn field_of(change: &RawValue) -> String {
    let change: Option<Change<'_>> = serde_json::from_str(change.get()).ok();
    change.and_then(|change| change.field).map_or_else(|| "changes".into(), Text::into_string)
}

object! {
    /// An item, as far as the names of its keys.
    Keys {
        "sender" => sender: &'a RawValue,
        "recipient" => recipient: &'a RawValue,
        "timestamp" => timestamp: &'a RawValue,
    }
}

/// The name of an item's kind, where it has one.
pub(crate) fn kind_of(item: &RawValue) -> String {
    let keys: Option<Keys<'_>> = serde_json::from_str(item.get()).ok();
    keys.and_then(|keys| keys.rest.into_iter().next()).map_or_else(|| "item".into(), |(key, _)| key.into_string())
}
