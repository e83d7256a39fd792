//! Makes a conversation up, event by event, and keeps what it must come to.

use std::collections::BTreeSet;

use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::config::{Kind, ScriptConfig};
use super::expected::{Content, Direction, Expected, ExpectedMessage, ExpectedReaction, ExpectedThread, Status};
use super::words;
use crate::graph::cdn_address;
use crate::webhook::{Event, REACTIONS, Thread, media};

/// An edited message carries at most this number.
const MAX_EDITS: u32 = 5;
/// The app id of Meta's own page inbox.
const PAGE_INBOX: &str = "263902037430900";

/// A made-up conversation.
#[derive(Clone, Debug)]
pub struct Script {
    /// What happens, in this order; duplicates somewhere behind their originals.
    pub events: Vec<Event>,
    /// What it comes to.
    pub expected: Expected,
}

impl Script {
    /// Makes it up. Without threads it is empty.
    #[must_use]
    pub fn generate(config: &ScriptConfig) -> Self {
        let threads: BTreeSet<&Thread> = config.threads.iter().collect();
        let mut writer = Writer {
            rng: ChaCha8Rng::seed_from_u64(config.seed),
            now: config.start_ms,
            said: 0,
            events: Vec::new(),
            threads: threads.into_iter().map(|thread| (thread.clone(), Vec::new())).collect(),
            watermarks: BTreeSet::new(),
        };
        if !writer.threads.is_empty() {
            for _ in 0..config.events {
                let kind = config.mix.choose(&mut writer.rng);
                writer.step(kind);
            }
        }
        let threads = writer
            .threads
            .into_iter()
            .filter(|(_, messages)| !messages.is_empty())
            .map(|(thread, messages)| ExpectedThread { page_id: thread.page_id, person_id: thread.person_id, messages })
            .collect();
        Self { events: writer.events, expected: Expected { threads } }
    }
}

struct Writer {
    rng: ChaCha8Rng,
    now: u64,
    /// Texts said so far.
    said: usize,
    events: Vec<Event>,
    threads: Vec<(Thread, Vec<ExpectedMessage>)>,
    /// Watermarks told so far, with whether it was a reading: one that is told again is a duplicate.
    watermarks: BTreeSet<(u64, bool)>,
}

impl Writer {
    /// Lets one thing happen.
    fn step(&mut self, kind: Kind) {
        self.now += self.rng.random_range(1..4000_u64);
        let place = self.rng.random_range(0..self.threads.len());
        let event = match kind {
            Kind::Duplicate => self.events.choose(&mut self.rng).cloned(),
            kind => self.happen(place, kind),
        };
        let event = event.or_else(|| self.happen(place, Kind::Text));
        self.events.extend(event);
    }

    /// One event in the thread at `place`; `None` where nothing is there that it could be about.
    fn happen(&mut self, place: usize, kind: Kind) -> Option<Event> {
        let at = self.now;
        let (mid, text) = (self.mid(), words::text(&mut self.rng, self.said));
        self.said += 1;
        let rng = &mut self.rng;
        let (thread, messages) = self.threads.get_mut(place)?;
        match kind {
            Kind::Text | Kind::Duplicate => {
                messages.push(message(&mid, Direction::In, at, Content::Text, Some(&text)));
                Some(thread.text(&mid, at, &text))
            }
            Kind::Rich => Some(rich(rng, thread, messages, &mid, at, &text)),
            Kind::Echo => {
                let app_id = rng.random_bool(0.5).then_some(PAGE_INBOX);
                messages.push(message(&mid, Direction::Echo, at, Content::Text, Some(&text)));
                Some(thread.echo(&mid, at, &text, app_id, None))
            }
            Kind::Edit => {
                let edited = choose(rng, messages, |message| {
                    message.direction == Direction::In
                        && message.text.is_some()
                        && message.num_edit < MAX_EDITS
                        && !matches!(message.content, Content::QuickReply(_))
                })?;
                // Now and then one is missed for good: what counts is the latest, not how many there were.
                let skip = u32::from(edited.num_edit + 1 < MAX_EDITS && rng.random_bool(0.2));
                edited.num_edit += 1 + skip;
                edited.text = Some(text.clone());
                Some(match rng.random_bool(0.3) {
                    true => thread.edit_numbered_in_words(&edited.mid, at, edited.num_edit, &text),
                    false => thread.edit(&edited.mid, at, edited.num_edit, &text),
                })
            }
            Kind::Delete => {
                let gone = choose(rng, messages, |message| message.direction == Direction::In)?;
                gone.deleted = true;
                gone.text = None;
                gone.reactions.clear();
                Some(thread.delete(&gone.mid, at))
            }
            Kind::React => {
                let liked = choose(rng, messages, |_| true)?;
                let reaction = *REACTIONS.choose(rng)?;
                let stands = ExpectedReaction { word: reaction.word.to_owned(), emoji: reaction.emoji.to_owned() };
                liked.reactions.insert(thread.person_id.clone(), stands);
                Some(thread.react(&liked.mid, at, reaction))
            }
            Kind::Unreact => {
                let liked = choose(rng, messages, |message| !message.reactions.is_empty())?;
                liked.reactions.remove(&thread.person_id);
                Some(thread.unreact(&liked.mid, at))
            }
            Kind::Delivery | Kind::Read => {
                let read = matches!(kind, Kind::Read);
                let reached = choose(rng, messages, |message| message.status.is_some())?.at_ms;
                let exact = !rng.random_bool(0.3) && self.watermarks.insert((reached, read));
                let watermark = if exact { reached } else { at };
                Some(receipt(rng, thread, messages, at, watermark, read))
            }
        }
    }

    fn mid(&mut self) -> String {
        let mut random = [0; 18];
        self.rng.fill_bytes(&mut random);
        format!("m_{}", hex::encode(random))
    }
}

/// A reply, a press or an attachment.
fn rich(
    rng: &mut ChaCha8Rng,
    thread: &Thread,
    messages: &mut Vec<ExpectedMessage>,
    mid: &str,
    at: u64,
    text: &str,
) -> Event {
    let quoted = choose(rng, messages, |_| true).map(|message| message.mid.clone());
    let (content, text, event) = match (rng.random_range(0..3), quoted) {
        (0, Some(to)) => {
            let event = thread.reply(mid, at, text, &to);
            (Content::Reply(to), Some(text), event)
        }
        (1, _) => {
            // A title is short.
            let (title, payload) = (["Yes", "No", "Später"].choose(rng).copied().unwrap_or("Yes"), format!("P:{at}"));
            let event = thread.quick_reply(mid, at, title, &payload);
            (Content::QuickReply(payload), Some(title), event)
        }
        _ => {
            let url = cdn_address(mid);
            let event = thread.message(mid, at, json!({"attachments": [media("image", &url)]}));
            (Content::Attachment(url), None, event)
        }
    };
    messages.push(message(mid, Direction::In, at, content, text));
    event
}

/// A delivery or a reading of what the page wrote up to `watermark`.
fn receipt(
    rng: &mut ChaCha8Rng,
    thread: &Thread,
    messages: &mut [ExpectedMessage],
    at: u64,
    watermark: u64,
    read: bool,
) -> Event {
    let mut reached = Vec::new();
    for message in messages.iter_mut().filter(|message| message.at_ms <= watermark) {
        let status = if read { Status::Read } else { Status::Delivered };
        if let Some(known) = message.status {
            if known < Status::Delivered {
                reached.push(message.mid.clone());
            }
            message.status = Some(known.max(status));
        }
    }
    if read {
        return thread.read(at, watermark);
    }
    // The ids of some that are reached, of none, or of all: the watermark counts in any case.
    reached.retain(|_| rng.random_bool(0.6));
    let mids: Vec<&str> = reached.iter().map(String::as_str).collect();
    thread.delivery(at, watermark, &mids)
}

fn message(mid: &str, direction: Direction, at_ms: u64, content: Content, text: Option<&str>) -> ExpectedMessage {
    ExpectedMessage {
        mid: mid.to_owned(),
        direction,
        at_ms,
        content,
        text: text.map(str::to_owned),
        num_edit: 0,
        deleted: false,
        reactions: std::collections::BTreeMap::new(),
        status: (direction == Direction::Echo).then_some(Status::Sent),
    }
}

/// Any message that is still there and fits.
fn choose<'a>(
    rng: &mut ChaCha8Rng,
    messages: &'a mut [ExpectedMessage],
    fits: impl Fn(&ExpectedMessage) -> bool,
) -> Option<&'a mut ExpectedMessage> {
    let mut fitting: Vec<_> = messages.iter_mut().filter(|message| !message.deleted && fits(message)).collect();
    let place = fitting.len().checked_sub(1).map(|last| rng.random_range(0..=last))?;
    Some(fitting.swap_remove(place))
}
