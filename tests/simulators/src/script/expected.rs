//! What a host must show once it was told everything: plain data, to be compared with what its API answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The state of every thread in which something was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// By page and person.
    pub threads: Vec<ExpectedThread>,
}

impl Expected {
    /// Every message of every thread.
    pub fn messages(&self) -> impl Iterator<Item = &ExpectedMessage> {
        self.threads.iter().flat_map(|thread| &thread.messages)
    }
}

/// One thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedThread {
    /// The page.
    pub page_id: String,
    /// The person's id on it.
    pub person_id: String,
    /// By time.
    pub messages: Vec<ExpectedMessage>,
}

/// One message, told once however often it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedMessage {
    /// Its id at the provider.
    pub mid: String,
    /// From whom.
    pub direction: Direction,
    /// When it was written, milliseconds. No two events of a script have the same time.
    pub at_ms: u64,
    /// What kind of message it was made as.
    pub content: Content,
    /// The text of the latest edit, else the first; `None` where it never had one, or was deleted.
    pub text: Option<String>,
    /// Number of the latest edit; 0: never edited.
    pub num_edit: u32,
    /// Whether the person took it back. Nothing but this and who wrote it is to be compared then: text and reactions
    /// are empty here.
    pub deleted: bool,
    /// The reaction that stands, by the id of whose it is.
    pub reactions: BTreeMap<String, ExpectedReaction>,
    /// How far an echo came; `None` for what the person wrote.
    pub status: Option<Status>,
}

/// From whom a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The person.
    In,
    /// The page, by another app or by hand.
    Echo,
}

/// What a message was made as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// A text.
    Text,
    /// A text that answers the message with this id, which is of the same thread.
    Reply(String),
    /// A press on a quick reply with this payload; its title is the text.
    QuickReply(String),
    /// An attachment at this address, without text.
    Attachment(String),
}

/// A reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExpectedReaction {
    /// `love`, `like` …
    pub word: String,
    /// The emoji.
    pub emoji: String,
}

/// How far an echo came; each holds what stands before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Sent; nothing was told about it.
    Sent,
    /// Named by a delivery, or not younger than its watermark.
    Delivered,
    /// Not younger than the watermark of a reading.
    Read,
}
