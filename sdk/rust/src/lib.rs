//! Write a Lockgate channel plugin in Rust.
//!
//! A plugin is a crate of kind `cdylib` and `rlib` that implements the traits of its abilities and names them:
//!
//! ```
//! use lockgate_sdk::{Content, Event, Identity, Ingress, Message, Reception, Refusal, Request, Thread, register};
//!
//! struct Echoes;
//!
//! impl Ingress for Echoes {
//!     fn receive(request: Request) -> Result<Reception, Refusal> {
//!         let text = String::from_utf8(request.body).map_err(|_| Refusal::Malformed("not UTF-8".into()))?;
//!         let message = Message::of([Content::text(text)]).with_id("1");
//!         let event = Event::new("1", request.received_at, message).in_thread(Thread::direct("anna")).by(Identity::contact("anna"));
//!         Ok(Reception::of(vec![event]))
//!     }
//! }
//!
//! register!(Echoes: ingress);
//! ```
//!
//! Compiled for `wasm32-wasip2` that is a component with the exports that were named. Natively it is an ordinary library: the
//! imports ([`settings`], [`state`], [`http`] …) then reach the small host of [`fake`], so that unit tests need no sandbox.
//!
//! Beside the imports there are helpers for what most providers have: [`json`] whose shape is not promised, [`form`]s, [`phone`]
//! numbers, moments in other spellings ([`time`]), and lists that come in [`pages`].
//!
//! Shares nothing with the host but the contract in `wit/`.

mod abilities;
#[doc(hidden)]
pub mod bindings;
pub mod credentials;
pub mod delivery;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
pub mod form;
pub mod hooks;
pub mod http;
pub mod json;
pub mod log;
pub mod media;
pub mod pages;
pub mod phone;
mod records;
mod register;
pub mod settings;
pub mod state;
pub mod time;

pub use abilities::{Actions, Background, Connector, Directory, Ingress, MediaFetcher, Poller, Sender};
#[doc(hidden)]
pub use register::Exported;

pub use bindings::actions::exports::lockgate::channel::actions::Target;
pub use bindings::connector::exports::lockgate::channel::connector::FieldProblem;
pub use bindings::directory::exports::lockgate::channel::directory::{
    Resolved, TemplateDefinition, TemplateSection, ValueKind,
};
pub use bindings::imports::lockgate::channel::common::{
    Alias, Assurance, Binding, Choice, ChoiceAction, ChoiceOption, Choices, ChoicesStyle, ContactCard, Content,
    Context, Contexts, Extra, Fault, Field, FieldValue, Identity, IdentityKind, IdentityRole, LinkPreview, Location,
    Media, MediaKind, MediaSource, Native, OrderLine, Pair, Part, Passing, RateLimited, Recipient, RecipientRole,
    Rejected, RichText, Template, TemplateParameter, TemplateValue, Thread, ThreadKind, WindowClosed,
};
pub use bindings::imports::lockgate::channel::inbound::{
    AccountState, Attribution, Call, CallDirection, CallState, Consent, Deletion, Direction, Edit, EraseRequest, Event,
    EventBody, FormFile, IdentityChange, Mail, MailOrigin, Membership, Message, Page, Quote, Reaction, ReactionChange,
    Receipt, ReceiptStatus, ReceiptTarget, Reception, Recording, Refusal, Request, Response, TemplateState,
    TemplateStatus, Trait, Verification,
};
pub use bindings::imports::lockgate::channel::outbound::{
    Author, Draft, DraftPart, Ground, Outcome, PartOutcome, Problem, Refused, Sent, Severity,
};
pub use bindings::imports::lockgate::channel::settings::{Setting, SettingValue};
