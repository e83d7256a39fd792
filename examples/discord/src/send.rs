//! `sender`: one message for each part of a draft.

use std::cell::Cell;

use lockgate_sdk::{
    ChoiceAction, Choices, ChoicesStyle, Content, Draft, DraftPart, Fault, Outcome, PartOutcome, Problem, RateLimited,
    Sender, Sent, delivery, http, json,
};
use serde_json::{Value, json};

use crate::api;

/// The longest content, in characters; `[capabilities]` says the same.
const LONGEST: usize = 2000;

impl Sender for crate::Plugin {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        // What the last answer said of its bucket: the next part need not run into a 429.
        let wait = Cell::new(None);
        delivery::in_order(&draft, |part| {
            if let Some(wait) = wait.take() {
                return Outcome::Failed(Fault::RateLimited(RateLimited {
                    retry_after: Some(wait),
                    bucket: "channel".into(),
                }));
            }
            match payload(&part.part.content) {
                Ok(payload) => {
                    let (outcome, emptied) = post(&draft, part, payload);
                    wait.set(emptied);
                    outcome
                }
                Err((_, words)) => Outcome::Failed(Fault::Unsupported(words)),
            }
        })
    }

    fn preview(draft: Draft) -> Vec<Problem> {
        let problem = |part: &DraftPart| {
            payload(&part.part.content).err().map(|(code, words)| Problem::error(part.id, code, words))
        };
        draft.parts.iter().filter_map(problem).collect()
    }
}

type Unsendable = (&'static str, String);

/// `content` and `components` of a message, or why it cannot be sent: a stable word, and a sentence for the agent.
pub fn payload(content: &Content) -> Result<Value, Unsendable> {
    match content {
        Content::Text(text) => {
            // Nobody is called by an answer but whom it names.
            Ok(json!({ "content": checked(&text.plain)?, "allowed_mentions": { "parse": ["users"] } }))
        }
        Content::Choices(choices) => {
            let body = choices.body.as_ref().map_or("", |body| body.plain.as_str());
            let mut text = body.to_owned();
            if let Some(header) = &choices.header {
                text = format!("**{header}**\n{text}");
            }
            if let Some(footer) = &choices.footer {
                text = format!("{text}\n-# {footer}");
            }
            let components = match choices.style {
                ChoicesStyle::Buttons => buttons(choices)?,
                ChoicesStyle::Menu => menu(choices)?,
                _ => return Err(("unknown-type", "Discord knows buttons and menus".into())),
            };
            let mut payload = json!({ "components": components, "allowed_mentions": { "parse": ["users"] } });
            if !text.trim().is_empty() {
                payload["content"] = checked(&text)?.into();
            }
            Ok(payload)
        }
        _ => Err(("unknown-type", "This plugin sends texts, buttons and menus to Discord".into())),
    }
}

fn checked(text: &str) -> Result<&str, Unsendable> {
    if text.trim().is_empty() {
        return Err(("empty", "The text is empty".into()));
    }
    if text.chars().count() > LONGEST {
        return Err(("too-long", format!("Discord takes {LONGEST} characters in one message")));
    }
    Ok(text)
}

fn counted(choices: &Choices, title_max: usize) -> Result<(), Unsendable> {
    if choices.options.is_empty() || choices.options.len() > 25 {
        return Err(("too-many", "Discord takes 1 to 25 choices".into()));
    }
    for (at, option) in choices.options.iter().enumerate() {
        if option.title.trim().is_empty() || option.title.chars().count() > title_max {
            return Err(("too-long", format!("The title of a choice has 1 to {title_max} characters")));
        }
        let is_link = matches!(option.action, ChoiceAction::Open(_));
        if !is_link && !(1..=100).contains(&option.payload.chars().count()) {
            return Err(("too-long", "The payload of a choice has 1 to 100 characters".into()));
        }
        if !is_link && choices.options[..at].iter().any(|other| other.payload == option.payload) {
            return Err(("twice", "Two choices have the same payload".into()));
        }
    }
    Ok(())
}

/// Rows of five.
fn buttons(choices: &Choices) -> Result<Value, Unsendable> {
    counted(choices, 80)?;
    let mut all = Vec::new();
    for option in &choices.options {
        all.push(match &option.action {
            ChoiceAction::Reply => json!({ "type": 2, "style": 1, "label": option.title, "custom_id": option.payload }),
            ChoiceAction::Open(address) if address.starts_with("https://") || address.starts_with("http://") => {
                json!({ "type": 2, "style": 5, "label": option.title, "url": address })
            }
            _ => return Err(("unknown-action", "A button of Discord answers or opens an address".into())),
        });
    }
    let rows = all.chunks(5).map(|row| json!({ "type": 1, "components": row }));
    Ok(rows.collect())
}

fn menu(choices: &Choices) -> Result<Value, Unsendable> {
    counted(choices, 100)?;
    let mut options = Vec::new();
    for option in &choices.options {
        if !matches!(option.action, ChoiceAction::Reply) {
            return Err(("unknown-action", "An option of a menu of Discord can only be chosen".into()));
        }
        let mut one = json!({ "label": option.title, "value": option.payload });
        if let Some(description) = option.description.as_ref().filter(|text| !text.is_empty()) {
            one["description"] = description.chars().take(100).collect::<String>().into();
        }
        options.push(one);
    }
    let mut select = json!({ "type": 3, "custom_id": "menu", "options": options });
    if let Some(button) = choices.button.as_ref().filter(|text| !text.is_empty()) {
        select["placeholder"] = button.chars().take(150).collect::<String>().into();
    }
    Ok(json!([{ "type": 1, "components": [select] }]))
}

/// Sends it, and says how long the bucket is empty now.
fn post(draft: &Draft, part: &DraftPart, mut payload: Value) -> (Outcome, Option<u64>) {
    let Some(thread) = &draft.thread else {
        return (Outcome::Failed(Fault::rejected(None, "The conversation names no channel to write to")), None);
    };
    // While the token of the newest command lives, the answer belongs to it ("thinking …" becomes the answer), and it arrives where
    // the bot may not write. A quote is a matter of the channel.
    if let Some((application, token)) = fresh(draft).filter(|_| quote(draft).is_none()) {
        let url = format!("{}/webhooks/{}/{}?wait=true", api::BASE, api::segment(application), api::segment(token));
        match api::request("POST", url).json(&payload).send() {
            // The interaction's token is at its end after all (50027, 10015), which says nothing of the bot's. Discord sent nothing: by
            // the bot, then.
            Ok(response) if matches!(response.status, 401 | 404) && api::Error::of(&response).is_some() => {}
            Ok(response) => return (outcome(&response), api::emptied(&response)),
            Err(error) => return (error.into_outcome(), None),
        }
    }
    // Within some minutes Discord takes a message with this name once, and answers with the first.
    payload["nonce"] = api::nonce(&part.client_ref).into();
    payload["enforce_nonce"] = true.into();
    if let Some(quote) = quote(draft).filter(|_| draft.parts.first().is_some_and(|first| first.id == part.id)) {
        // Without the last field Discord refuses to quote what was deleted meanwhile.
        payload["message_reference"] = json!({ "message_id": quote, "fail_if_not_exists": false });
    }
    let Some(channel) = api::id(&thread.key) else {
        return (Outcome::Failed(Fault::rejected(None, "The conversation names no channel of Discord")), None);
    };
    let url = format!("{}/channels/{channel}/messages", api::BASE);
    match api::request("POST", url).json(&payload).send() {
        Ok(response) => (outcome(&response), api::emptied(&response)),
        Err(error) => (error.into_outcome(), None),
    }
}

/// The message that is quoted; a command, a press or a form is none at Discord, and `receive` named it so that it is no id.
fn quote(draft: &Draft) -> Option<&str> {
    draft.quote.as_deref().and_then(api::id)
}

/// What `receive` kept with the message that is answered.
fn fresh(draft: &Draft) -> Option<(&str, &str)> {
    draft.contexts.message.as_ref().and_then(|context| context.value.split_once('/'))
}

fn outcome(response: &http::Response) -> Outcome {
    if let Some(refused) = api::refusal(response) {
        return refused;
    }
    match json::parse(&response.body).and_then(|told| told.id("id")) {
        Ok(id) => Outcome::Sent(Sent::as_message(id)),
        Err(_) => Outcome::Unknown("Discord took the message, but its answer cannot be read".into()),
    }
}
