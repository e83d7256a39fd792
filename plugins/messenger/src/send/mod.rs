//! Sending: one request for each part, marked with the part's own name, which the echo brings back.

mod answer;
mod fault;
mod render;
mod template;
mod usage;

use std::borrow::Cow;

use lockgate_sdk::media::{self, MediaError};
use lockgate_sdk::{
    Content, Draft, DraftPart, Fault, Ground, Media, MediaSource, Outcome, PartOutcome, RecipientRole, delivery, http,
    settings,
};
use serde::Serialize;

pub(crate) use answer::{GraphError, error, refused};
pub(crate) use fault::Case;
use render::Message;
pub(crate) use render::Unsendable;

/// How the key begins of a person who is known only by a reference that a site gave.
pub(crate) const USER_REF: &str = "user_ref:";
/// Taken where the app names no version.
const GRAPH_VERSION: &str = "v25.0";
/// How long Facebook can fetch a file: it does so at once, and again where it tries anew.
const SHARED_MS: u64 = 60 * 60 * 1000;

/// Sends what of a draft is still to be sent.
pub(crate) fn draft(draft: &Draft) -> Vec<PartOutcome> {
    let url = url(&draft.account);
    delivery::in_order(draft, |part| one(draft, part, &url))
}

/// Where a page sends.
pub(crate) fn url(page: &str) -> String {
    node(&format!("{page}/messages"))
}

/// The address of something of the Graph API.
pub(crate) fn node(path: &str) -> String {
    let version = settings::text("graph_version").unwrap_or_else(|| GRAPH_VERSION.into());
    format!("https://graph.facebook.com/{version}/{path}")
}

/// What a part can be sent as, or why it cannot.
pub(crate) fn render(part: &DraftPart) -> Result<impl Serialize, Unsendable> {
    render::message(&part.part.content, &part.client_ref)
}

fn one(draft: &Draft, part: &DraftPart, url: &str) -> Outcome {
    let content = match shared(&part.part.content) {
        Ok(content) => content,
        Err(error) => return Outcome::Failed(unshared(error)),
    };
    let message = match render::message(&content, &part.client_ref) {
        Ok(message) => message,
        Err(unsendable) => return Outcome::Failed(Fault::Unsupported(unsendable.words)),
    };
    let Some(recipient) = recipient(draft) else {
        return Outcome::Failed(Fault::rejected(
            Some("no-recipient".into()),
            "The conversation names nobody to write to",
        ));
    };
    let is_template = matches!(part.part.content, Content::Template(_));
    let (messaging_type, tag) = match &draft.ground {
        // Whatever the window is: Facebook takes an approved template as nothing else.
        _ if is_template => ("UTILITY", None),
        Ground::Open => ("RESPONSE", None),
        Ground::Tag(tag) => ("MESSAGE_TAG", Some(tag.as_str())),
        Ground::Initiated => ("UPDATE", None),
        Ground::Template => ("UTILITY", None),
    };
    let body = Call { recipient, messaging_type, tag, message };
    match http::Request::post(url).json(&body).send() {
        Ok(response) => {
            let case = Case::of(draft);
            answer::outcome(draft, &if is_template { case.of_template() } else { case }, &response)
        }
        Err(error) => error.into_outcome(),
    }
}

/// A part with an address in the place of a file that the host keeps: Facebook fetches it there, while it answers.
fn shared(content: &Content) -> Result<Cow<'_, Content>, MediaError> {
    let Content::Media(Media { source: MediaSource::Stored(handle), .. }) = content else {
        return Ok(Cow::Borrowed(content));
    };
    let address = media::share(handle, SHARED_MS)?;
    let mut content = content.clone();
    if let Content::Media(media) = &mut content {
        media.source = MediaSource::Address(address);
    }
    Ok(Cow::Owned(content))
}

fn unshared(error: MediaError) -> Fault {
    match error {
        MediaError::Broken(why) => Fault::passing(why, None),
        MediaError::NotFound => Fault::rejected(Some("no-file".into()), "The file is not there any more"),
        _ => Fault::Unsupported("Files may not be shared with Facebook here".to_owned()),
    }
}

/// A call of the Send API.
#[derive(Serialize)]
struct Call<'a> {
    recipient: Recipient<'a>,
    messaging_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<&'a str>,
    message: Message<'a>,
}

/// Whom a message is for.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Recipient<'a> {
    Id(&'a str),
    UserRef(&'a str),
}

impl<'a> Recipient<'a> {
    /// By a person's key.
    pub(crate) fn of(key: &'a str) -> Self {
        key.strip_prefix(USER_REF).map_or(Recipient::Id(key), Recipient::UserRef)
    }
}

/// The contact: the draft's recipient, else the thread, whose key is the contact's.
fn recipient(draft: &Draft) -> Option<Recipient<'_>> {
    let named = draft.recipients.iter().find(|recipient| recipient.role == RecipientRole::To);
    let key = named
        .map(|recipient| recipient.key.as_str())
        .or_else(|| draft.thread.as_ref().map(|thread| thread.key.as_str()));
    key.filter(|key| !key.is_empty()).map(Recipient::of)
}
