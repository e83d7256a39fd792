//! Sending: one `sendMessage` for each part, and what its answer means.

use lockgate_sdk::http::{self, Response, SendError};
use lockgate_sdk::json::{self, Object};
use lockgate_sdk::{
    Draft, DraftPart, Fault, Outcome, PartOutcome, RateLimited, RecipientRole, Sent, Thread, ThreadKind, delivery,
};
use serde::Serialize;

use crate::{ids, render};

/// The host writes the segment with the bot's token between the two.
const SEND_MESSAGE: &str = "https://api.telegram.org/sendMessage";
/// The manifest's bucket.
const BUCKET: &str = "bot";

/// Sends what of a draft is still to be sent.
pub(crate) fn draft(draft: &Draft) -> Vec<PartOutcome> {
    delivery::in_order(draft, |part| one(draft, part).unwrap_or_else(SendError::into_outcome))
}

/// A call of the method.
#[derive(Serialize)]
struct Call<'a> {
    chat_id: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_thread_id: Option<i64>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_parameters: Option<ReplyParameters>,
}

/// The message that is answered; one that is gone by now is answered without being quoted.
#[derive(Serialize)]
struct ReplyParameters {
    message_id: i64,
    allow_sending_without_reply: bool,
}

fn one(draft: &Draft, part: &DraftPart) -> Result<Outcome, SendError> {
    let text = match render::text(&part.part) {
        Ok(text) => text,
        Err(unsendable) => return Ok(Outcome::Failed(Fault::Unsupported(unsendable.words))),
    };
    let Some((chat_id, message_thread_id)) = ids::read_thread(thread_of(draft)) else {
        let words = "The conversation names no chat of Telegram";
        return Ok(Outcome::Failed(Fault::rejected(Some("no-chat".into()), words)));
    };
    let is_first = draft.parts.first().is_some_and(|first| first.id == part.id);
    let quoted = draft.quote.as_deref().filter(|_| is_first).and_then(ids::read_message);
    let reply_parameters = quoted
        .filter(|(chat, _)| *chat == chat_id)
        .map(|(_, message_id)| ReplyParameters { message_id, allow_sending_without_reply: true });
    let call = Call { chat_id, message_thread_id, text, reply_parameters };
    let answer = Answer::of(&http::Request::post(SEND_MESSAGE).json(&call).send()?);
    let Some(chat_id) = answer.moved_to else { return Ok(answer.outcome(chat_id)) };
    // A group that became a supergroup: this message was certainly not sent, and what it quotes has another number there.
    let call = Call { chat_id, message_thread_id: None, text, reply_parameters: None };
    let mut outcome = Answer::of(&http::Request::post(SEND_MESSAGE).json(&call).send()?).outcome(chat_id);
    if let Outcome::Sent(sent) = &mut outcome {
        sent.thread = Some(Thread { key: chat_id.to_string(), kind: ThreadKind::Group, ..Thread::default() });
    }
    Ok(outcome)
}

/// The thread, else whom the draft is for: a private chat is named as the person is.
fn thread_of(draft: &Draft) -> &str {
    let to = || draft.recipients.iter().find(|recipient| recipient.role == RecipientRole::To);
    let key = draft.thread.as_ref().map(|thread| thread.key.as_str());
    key.or_else(|| to().map(|recipient| recipient.key.as_str())).unwrap_or_default()
}

/// What can be read of an answer.
struct Answer {
    status: u16,
    /// Whether it is Telegram's own, and not of somebody between.
    own: bool,
    /// The message's chat and number.
    chat: Option<String>,
    message: Option<i64>,
    description: Option<String>,
    /// In milliseconds.
    retry_after: Option<u64>,
    moved_to: Option<i64>,
}

impl Answer {
    fn of(response: &Response) -> Self {
        let body = json::parse(&response.body).ok().filter(|body| body.boolean("ok").is_ok());
        let field = |name: &str| body.as_ref().and_then(|body| body.opt_object(name).ok().flatten());
        let integer = |of: &Option<Object<'_>>, name: &str| of.as_ref().and_then(|of| of.integer(name).ok());
        let (result, parameters) = (field("result"), field("parameters"));
        let chat = result.as_ref().and_then(|result| result.object("chat").ok()?.id("id").ok());
        let wait = integer(&parameters, "retry_after").and_then(|seconds| u64::try_from(seconds).ok());
        Self {
            status: response.status,
            own: body.is_some(),
            chat,
            message: integer(&result, "message_id"),
            description: body.as_ref().and_then(|body| body.text("description").ok()).filter(|words| !words.is_empty()),
            retry_after: wait.and_then(|seconds| seconds.checked_mul(1000)).or_else(|| response.retry_after()),
            moved_to: integer(&parameters, "migrate_to_chat_id").filter(|_| response.status == 400),
        }
    }

    fn outcome(self, asked: i64) -> Outcome {
        let Self { status, own, chat, message, description, retry_after, .. } = self;
        let words = || description.unwrap_or_else(|| format!("Telegram answered with status {status}"));
        Outcome::Failed(match status {
            200..=299 => {
                let chat = chat.unwrap_or_else(|| asked.to_string());
                return message.map_or_else(
                    || Outcome::Unknown("Telegram took the message, but its answer cannot be read".into()),
                    |number| Outcome::Sent(Sent::as_message(ids::message_id(&chat, number))),
                );
            }
            500.. => {
                let words = format!("Telegram answered with status {status}; the message may have been sent");
                return Outcome::Unknown(words);
            }
            429 => Fault::RateLimited(RateLimited { retry_after, bucket: BUCKET.into() }),
            401 => Fault::SignInExpired,
            _ if !own => Fault::Malformed(format!("Telegram answered with status {status} and no reason")),
            // A token that was revoked is answered 401, one that never was 404: there is no such address.
            404 => Fault::SignInExpired,
            403 => Fault::RecipientUnreachable(words()),
            _ => Fault::rejected(Some(status.to_string()), words()),
        })
    }
}
