//! What can be looked up at a provider (`directory` of `wit/abilities.wit`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::common::{Identity, RichText, Thread};
use super::inbound::TemplateState;

/// What fills a gap of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Text.
    Text,
    /// A picture.
    Image,
    /// Moving pictures.
    Video,
    /// A file.
    Document,
    /// What comes back when a button of the template is pressed.
    Payload,
    /// An address, or the end of one, that a button opens.
    Address,
}

/// A place of a template that has gaps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TemplateSection {
    /// As a parameter of a template part names it.
    pub section: String,
    /// What each of its gaps takes.
    pub kind: ValueKind,
    /// The gaps, in the order in which they are filled: their names, or their numbers.
    pub values: Vec<String>,
    /// Filled in, where the provider shows it so.
    pub example: Option<String>,
}

/// A text that the provider has on file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TemplateDefinition {
    /// As the provider knows it.
    pub name: String,
    /// BCP 47, or the provider's own code where that differs.
    pub language: String,
    /// The provider's word for what it may be used for.
    pub category: String,
    /// Whether it may be sent.
    pub state: TemplateState,
    /// Its text, with its gaps as the provider writes them.
    pub body: RichText,
    /// What must be filled in; empty: nothing.
    pub sections: Vec<TemplateSection>,
}

/// Whom an address leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Resolved {
    /// As whom.
    pub identity: Identity,
    /// A thread that exists or can be begun.
    pub thread: Option<Thread>,
}
