//! From a post to a message. Nothing that somebody filled in is dropped: what cannot be taken as it is becomes a `native` event, and
//! what looks like spam a message that says so.

mod answers;
mod body;
mod nested;
mod place;
mod reply;
mod seen;

use lockgate_sdk::{
    Alias, Assurance, Attribution, Content, Event, EventBody, Extra, FormFile, Identity, IdentityKind, Media,
    MediaKind, MediaSource, Message, Native, Part, Reception, Refusal, Request, Thread, Trait, phone,
};

use crate::config::{Config, origin};
use answers::Answer;
use place::Placed;
use reply::{Wants, Wrong};

/// Fields that are taken of one form.
const FIELDS: usize = 200;
/// Bytes of the longest name of a field.
const NAME: usize = 200;
/// Bytes of the longest value.
const VALUE: usize = 64 * 1024;
/// Bytes of what the admin is shown of a form that was not taken.
const RAW: usize = 64 * 1024;

/// Takes a submission.
///
/// # Errors
///
/// Where the body cannot be read.
pub(crate) fn submission(request: &Request) -> Result<Reception, Refusal> {
    let config = Config::read();
    let answers = body::read(request)?;
    let wants = Wants::of(request);
    let content = fingerprint(request, &answers);
    if let Some(site) = stranger(request, &config) {
        let wrong = Wrong { field: None, code: "site", message: "This form is not known here.".into() };
        let told = format!("A form was posted from {site}, which is none of the channel's sites");
        return Ok(refused(request, wants, 403, "form.foreign-site", told, &content, &answers, &[wrong]));
    }
    let wrong = too_much(&answers);
    if !wrong.is_empty() {
        let told = format!("A form was not taken: {}", sentences(&wrong));
        return Ok(refused(request, wants, 422, "form.too-large", told, &content, &answers, &wrong));
    }
    let wrong = missing(&answers, &config);
    if !wrong.is_empty() {
        let told = format!("A form was not taken: {}", sentences(&wrong));
        return Ok(refused(request, wants, 422, "form.incomplete", told, &content, &answers, &wrong));
    }
    let shown = answers.clone();
    let mut placed = place::place(answers, &config);
    if says_nothing(&placed, request) {
        let wrong = Wrong { field: None, code: "empty", message: "Nothing was filled in.".into() };
        let told = "A form was posted with nothing in it".to_owned();
        return Ok(refused(request, wants, 422, "form.empty", told, &content, &shown, &[wrong]));
    }
    let id = seen::name(&content, request.received_at);
    let next = placed.next.take();
    let response = wants.thanks(request, &config, next.as_deref(), &id);
    let event = event(request, &config, placed, id);
    Ok(Reception { response: Some(response), events: vec![event] })
}

/// The site that a browser posts from, where it is none of the channel's; as words. None: nobody asks, or it is one of them.
fn stranger(request: &Request, config: &Config) -> Option<String> {
    if config.origins.is_empty() {
        return None;
    }
    let site = body::header(request, "origin").or_else(|| body::header(request, "referer"));
    match site {
        None => (!config.servers).then(|| "nowhere that it names".to_owned()),
        Some(site) => match origin(site) {
            Some(origin) if config.origins.contains(&origin) => None,
            Some(origin) => Some(origin),
            None => Some(format!("{:?}", answers::line(site).chars().take(200).collect::<String>())),
        },
    }
}

fn too_much(answers: &[Answer]) -> Vec<Wrong> {
    if answers.len() > FIELDS {
        let message = format!("There are more than {FIELDS} fields.");
        return vec![Wrong { field: None, code: "too-many", message }];
    }
    let mut wrong = Vec::new();
    for answer in answers {
        if answer.name.len() > NAME {
            let message = format!("The name of a field is longer than {NAME} bytes.");
            wrong.push(Wrong { field: None, code: "too-long", message });
        } else if answer.words().len() > VALUE {
            let message = format!("{} is longer than {VALUE} bytes.", answer.name);
            wrong.push(Wrong { field: Some(answer.name.clone()), code: "too-long", message });
        }
    }
    wrong
}

fn missing(answers: &[Answer], config: &Config) -> Vec<Wrong> {
    let filled = |name: &String| answers.iter().any(|answer| answer.is(name));
    let missing = config.required.iter().filter(|name| !filled(name));
    missing
        .map(|name| Wrong { field: Some(name.clone()), code: "required", message: format!("Please fill in {name}.") })
        .collect()
}

fn sentences(wrong: &[Wrong]) -> String {
    wrong.iter().map(|wrong| wrong.message.as_str()).collect::<Vec<_>>().join(" ")
}

fn says_nothing(placed: &Placed, request: &Request) -> bool {
    let said = [&placed.email, &placed.name, &placed.message, &placed.subject];
    said.into_iter().all(Option::is_none) && placed.fields.iter().all(|field| field.hidden) && request.files.is_empty()
}

/// What was not taken: kept and shown to the admin, and whoever posted it is told.
#[expect(clippy::too_many_arguments, reason = "each is a thing of its own, and there is one kind of such an event")]
fn refused(
    request: &Request,
    wants: Wants,
    status: u16,
    kind: &str,
    told: String,
    content: &str,
    answers: &[Answer],
    wrong: &[Wrong],
) -> Reception {
    let fields: Vec<(&str, String)> = answers.iter().map(|answer| (answer.name.as_str(), answer.words())).collect();
    let mut raw = serde_json::to_string(&fields).unwrap_or_default();
    raw.truncate(raw.floor_char_boundary(RAW));
    let body = Native { kind: kind.into(), fallback: Some(told), raw: Some(raw) };
    let event = Event::new(format!("{kind}:{content}"), request.received_at, EventBody::Native(body));
    Reception { response: Some(wants.refusal(status, wrong)), events: vec![event] }
}

/// The message.
fn event(request: &Request, config: &Config, mut placed: Placed, id: String) -> Event {
    let trap = trapped(request, config, &placed);
    let mut parts: Vec<Part> = Vec::new();
    if let Some(message) = placed.message.take() {
        parts.push(Content::text(message).into());
    }
    if !placed.fields.is_empty() {
        parts.push(Content::Fields(std::mem::take(&mut placed.fields)).into());
    }
    parts.extend(request.files.iter().map(file));
    if let (Some(words), Some(first)) = (&trap, parts.first_mut()) {
        first.extras.push(extra("trap", words));
    }
    let attribution = attribution(request, &placed);
    let message = Message {
        parts,
        subject: placed.subject.take(),
        attribution,
        traits: trap.map(|_| Trait::Spam).into_iter().collect(),
        ..Message::default()
    };
    let mut event = Event::new(id.clone(), request.received_at, message);
    let actor = actor(config, placed, &id);
    if actor.key == id {
        // Nobody can be recognised by it: the thread is this submission.
        event = event.in_thread(Thread::direct(id));
    }
    event.by(actor)
}

/// Who wrote, as they say. Nobody vouches for it.
fn actor(config: &Config, placed: Placed, id: &str) -> Identity {
    let number = placed.phone.as_deref().and_then(|written| phone::e164(written, config.country.as_ref()));
    let alias = |key: String, kind| Alias { key, kind, assurance: Assurance::Unverified };
    let mut aliases: Vec<Alias> = number.map(|number| alias(number, IdentityKind::Phone)).into_iter().collect();
    let (key, kind) = match (placed.email, placed.visitor) {
        (Some(email), visitor) => {
            aliases.extend(visitor.map(|visitor| alias(visitor, IdentityKind::Visitor)));
            (email, IdentityKind::Email)
        }
        (None, Some(visitor)) => (visitor, IdentityKind::Visitor),
        (None, None) => (id.to_owned(), IdentityKind::Visitor),
    };
    let assurance = Assurance::Unverified;
    Identity { key, kind, aliases, assurance, name: placed.name, language: placed.language, ..Identity::default() }
}

/// Why it is taken for the work of a program; none where it is not.
fn trapped(request: &Request, config: &Config, placed: &Placed) -> Option<String> {
    if let Some(trap) = &placed.trap {
        return Some(format!("the field {trap}, which nobody sees, is filled in"));
    }
    // A clock that goes ahead of ours says nothing.
    let took = request.received_at.checked_sub(placed.shown_at?)?;
    let seconds = took as f64 / 1000.0;
    (seconds < config.minimum_seconds).then(|| format!("it was filled in within {seconds} seconds"))
}

fn attribution(request: &Request, placed: &Placed) -> Option<Attribution> {
    let page = placed.page.as_deref().or_else(|| body::header(request, "referer"));
    // What follows may be anybody's secret.
    let page = page.and_then(|page| page.split(['?', '#']).next()).filter(|page| origin(page).is_some());
    let form = Some(request.path.trim_matches('/').to_owned()).filter(|form| !form.is_empty());
    let form = form.or_else(|| placed.form.clone());
    if page.is_none() && form.is_none() && placed.page_title.is_none() {
        return None;
    }
    Some(Attribution {
        source: "form".into(),
        reference: form,
        address: page.map(str::to_owned),
        title: placed.page_title.clone(),
        ..Attribution::default()
    })
}

/// A file, with the field that it was chosen in.
fn file(file: &FormFile) -> Part {
    let content_type = file.content_type.clone();
    let kind = match content_type.as_deref().and_then(|kind| kind.split('/').next()) {
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        Some("audio") => MediaKind::Audio,
        _ => MediaKind::File,
    };
    let media = Media {
        kind,
        source: MediaSource::Stored(file.stored.clone()),
        file_name: file.file_name.as_deref().map(answers::line),
        content_type,
        size: Some(file.size),
        ..Media::default()
    };
    Part { content: Content::Media(media), extras: vec![extra("field", &file.field)] }
}

fn extra(name: &str, value: &str) -> Extra {
    Extra { name: name.into(), value: serde_json::Value::from(value).to_string() }
}

/// 128 bits of FNV-1a over all that was filled in: the same for the same content. No key, and nothing hangs on it but whether a form
/// was sent twice.
fn fingerprint(request: &Request, answers: &[Answer]) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let mut take = |bytes: &[u8]| {
        // The length first: two fields are not one.
        for byte in (bytes.len() as u64).to_le_bytes().iter().chain(bytes) {
            hash = (hash ^ u128::from(*byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
    };
    take(request.path.as_bytes());
    for answer in answers.iter().filter(|answer| !place::is_token(answer)) {
        take(answer.name.as_bytes());
        take(answer.words().as_bytes());
    }
    for file in &request.files {
        take(file.field.as_bytes());
        take(file.file_name.as_deref().unwrap_or_default().as_bytes());
        take(&file.size.to_le_bytes());
    }
    format!("{hash:032x}")
}
