//! `ingress`: interactions and webhook events of Discord become events.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use lockgate_sdk::json::{self, Object, Unreadable};
use lockgate_sdk::{
    Choice, Content, Context, Deletion, Edit, Event, EventBody, Extra, Field, FieldValue, Identity, IdentityRole,
    Ingress, Media, MediaKind, MediaSource, Message, Part, Reception, Refusal, Request, Response, Thread, ThreadKind,
};

use crate::time;

/// How long an interaction's token answers, less a minute for the way. Discord says 15.
const TOKEN_LIVES: u64 = 14 * 60 * 1000;

impl Ingress for crate::Plugin {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        let told = json::parse(&request.body)?;
        Ok(if request.route == "events" {
            Reception::of(vec![webhook(&told, request.received_at)])
        } else {
            let event = interaction(&told, request.received_at).unwrap_or_else(|_| unknown(&told, request.received_at));
            Reception { response: answer(&told), events: vec![event] }
        })
    }
}

// Interactions

/// What Discord is answered within three seconds; what a person answers follows by the interaction's token.
fn answer(told: &Object<'_>) -> Option<Response> {
    let body = match told.integer("type").ok()? {
        // A ping that is not shaped like the one that the host answers.
        1 => r#"{"type":1}"#,
        // Deferred: the message stays as it is.
        3 => r#"{"type":6}"#,
        // Nothing to complete with.
        4 => r#"{"type":8,"data":{"choices":[]}}"#,
        // Deferred: "thinking …". It is the route's default answer, too.
        _ => return None,
    };
    let headers = vec![lockgate_sdk::Pair { name: "content-type".into(), value: "application/json".into() }];
    Some(Response { headers, body: body.into(), ..Response::default() })
}

fn interaction(told: &Object<'_>, received_at: u64) -> Result<Event, Unreadable> {
    let id = told.id("id")?;
    let at = time::of_snowflake(&id).unwrap_or(received_at);
    let kind = told.integer("type")?;
    // No message of Discord's has this name, so nobody can quote it there or react to it.
    let name = dedup(&format!("interaction:{id}"));
    if kind == 4 {
        let body = EventBody::Ignored("somebody types a command, Discord asks for suggestions".into());
        return Ok(Event::new(name, at, body));
    }
    let data = told.object("data")?;
    let message = match kind {
        2 => command(&data)?,
        3 => Message::of(pressed(told, &data)?),
        5 => modal(&data)?,
        _ => return Err(told.wrong("type", "one that this plugin knows")),
    };
    let message = Message { context: token(told, at)?, ..message };
    let who = match told.opt_object("member")? {
        Some(member) => identity(&member.object("user")?, member.opt_text("nick")?)?,
        None => identity(&told.object("user")?, None)?,
    };
    let who = Identity { language: told.opt_text("locale")?, ..who };
    Ok(Event::new(name, at, message).in_thread(thread(told)?).by(who))
}

/// A slash command, or a command on a message or person.
fn command(data: &Object<'_>) -> Result<Message, Unreadable> {
    let mut name = data.text("name")?;
    let resolved = data.opt_object("resolved")?;
    let of_command = Extra { name: "command".into(), value: data.raw().to_owned() };
    match data.opt_integer("type")?.unwrap_or(1) {
        // On a message: that one is handed in.
        3 => {
            let target = data.id("target_id")?;
            let found = resolved.as_ref().and_then(|resolved| resolved.object("messages").ok());
            let found = found.ok_or_else(|| data.wrong("resolved.messages", "there"))?.object(&target)?;
            let author = found.object("author")?.opt_text("username")?.unwrap_or_default();
            let mut parts = vec![Content::text(format!("{name}: {author}"))];
            parts.extend(said(&found)?);
            return Ok(Message { extras: vec![of_command], ..Message::of(parts) });
        }
        1 => {}
        _ => {
            let target = data.opt_id("target_id")?.unwrap_or_default();
            return Ok(Message {
                extras: vec![of_command],
                ..Message::of([Content::text(format!("{name} {target}"))])
            });
        }
    }
    // A subcommand, perhaps in a group, holds the options.
    let mut options = data.objects("options")?;
    while let [only] = options.as_slice() {
        if !matches!(only.integer("type")?, 1 | 2) {
            break;
        }
        name = format!("{name} {}", only.text("name")?);
        options = only.objects("options")?;
    }
    let mut fields = Vec::new();
    let mut files = Vec::new();
    let mut texts = Vec::new();
    for option in &options {
        let label = option.text("name")?;
        let value = match option.integer("type")? {
            3 => {
                let text = option.text("value")?;
                texts.push(text.clone());
                FieldValue::Text(text)
            }
            4 | 10 => FieldValue::Number(option.number("value")?),
            5 => FieldValue::Boolean(option.boolean("value")?),
            11 => {
                files.push(attachment_of(resolved.as_ref(), &option.id("value")?)?);
                continue;
            }
            // A person, a channel, a role: by its id.
            _ => FieldValue::Text(option.id("value")?),
        };
        fields.push(Field { name: label, label: None, value, hidden: false });
    }
    let mut parts = match (texts.as_mut_slice(), fields.len()) {
        // `/ask question: …` is what the person says.
        ([text], 1) if !text.is_empty() => vec![Content::text(std::mem::take(text))],
        (_, 0) => vec![Content::text(format!("/{name}"))],
        _ => vec![Content::text(format!("/{name}")), Content::Fields(fields)],
    };
    parts.extend(files);
    let of_name = Extra { name: "command".into(), value: serde_json::json!(name).to_string() };
    Ok(Message { extras: vec![of_name], ..Message::of(parts) })
}

/// A button, or what was chosen in a menu.
fn pressed(told: &Object<'_>, data: &Object<'_>) -> Result<Vec<Content>, Unreadable> {
    let custom_id = data.text("custom_id")?;
    let below = told.opt_object("message")?;
    let offered_in = below.as_ref().map(|message| message.id("id")).transpose()?;
    let choice = |payload: String, title: Option<String>| {
        Content::Choice(Choice { payload, title, offered_in: offered_in.clone() })
    };
    if data.opt_integer("component_type")?.unwrap_or(2) == 2 {
        let title = below.and_then(|message| title(&message, "custom_id", &custom_id));
        return Ok(vec![choice(custom_id, title)]);
    }
    let values: Vec<String> = texts(data, "values")?;
    if values.len() > 25 {
        return Err(data.wrong("values", "at most 25, as Discord offers"));
    }
    let mut parts: Vec<Content> = values
        .into_iter()
        .map(|value| {
            let title = below.as_ref().and_then(|message| title(message, "value", &value));
            choice(value, title)
        })
        .collect();
    if parts.is_empty() {
        // Everything was taken back.
        parts.push(choice(String::new(), None));
    }
    Ok(parts)
}

/// What stood on a button or an option, looked for in the components of the message, however deep they lie.
fn title(inside: &Object<'_>, key: &str, wanted: &str) -> Option<String> {
    let lists = ["components", "options"];
    lists.into_iter().flat_map(|list| inside.objects(list).unwrap_or_default()).find_map(|component| {
        match (component.text(key), component.text("label")) {
            (Ok(found), Ok(label)) if found == wanted => Some(label),
            _ => title(&component, key, wanted),
        }
    })
}

/// A form that was filled in.
fn modal(data: &Object<'_>) -> Result<Message, Unreadable> {
    let custom_id = data.text("custom_id")?;
    let resolved = data.opt_object("resolved")?;
    let mut fields = Vec::new();
    for row in data.objects("components")? {
        // An action row holds several, a label one.
        let mut inputs = row.objects("components")?;
        inputs.extend(row.opt_object("component")?);
        for input in inputs {
            let name = input.text("custom_id")?;
            let value = match input.integer("type")? {
                4 => FieldValue::Text(input.text("value")?),
                // Files: their ids, which `resolved` explains. One field each.
                19 => {
                    for id in texts(&input, "values")? {
                        let Content::Media(media) = attachment_of(resolved.as_ref(), &id)? else { continue };
                        let value = FieldValue::File(media.source);
                        fields.push(Field { name: name.clone(), label: media.file_name, value, hidden: false });
                    }
                    continue;
                }
                _ if input.has("values") => FieldValue::Choice(texts(&input, "values")?),
                _ => FieldValue::Text(input.text("value")?),
            };
            fields.push(Field { name, label: None, value, hidden: false });
        }
    }
    let extras = vec![Extra { name: "modal".into(), value: serde_json::json!(custom_id).to_string() }];
    Ok(Message { extras, ..Message::of([Content::Fields(fields)]) })
}

/// With it the first answers are sent; afterwards the bot writes into the channel.
fn token(told: &Object<'_>, at: u64) -> Result<Option<Context>, Unreadable> {
    let (application, token) = (told.opt_id("application_id")?, told.opt_text("token")?);
    let (Some(application), Some(token)) = (application, token) else { return Ok(None) };
    if application.contains('/') || token.is_empty() || token.len() > 2048 {
        return Ok(None);
    }
    let value = format!("{application}/{token}");
    Ok(Some(Context { value, expires: Some(at + TOKEN_LIVES), ..Context::default() }))
}

/// Where it was said. A direct chat with the bot has an id of its own, too.
fn thread(told: &Object<'_>) -> Result<Thread, Unreadable> {
    let key = told.id("channel_id")?;
    let channel = told.opt_object("channel")?;
    let of_channel = |name: &str| channel.as_ref().and_then(|channel| channel.text(name).ok());
    let kind = match channel.as_ref().and_then(|channel| channel.integer("type").ok()) {
        Some(1) => ThreadKind::Direct,
        Some(10..=12) => ThreadKind::Topic,
        Some(_) => ThreadKind::Group,
        None if told.has("guild_id") => ThreadKind::Group,
        None => ThreadKind::Direct,
    };
    let parent = of_channel("parent_id").filter(|_| kind == ThreadKind::Topic);
    Ok(Thread { key, kind, title: of_channel("name"), parent, ..Thread::default() })
}

// Webhook events

fn webhook(told: &Object<'_>, received_at: u64) -> Event {
    match told.integer("type") {
        // The handshake; the route's answer is 204.
        Ok(0) if !told.has("event") => Event::new("", received_at, EventBody::Ignored("Discord's ping".into())),
        _ => happened(told).unwrap_or_else(|_| unknown(told, received_at)),
    }
}

fn happened(told: &Object<'_>) -> Result<Event, Unreadable> {
    if told.integer("type")? != 1 {
        return Err(told.wrong("type", "0 or 1"));
    }
    let event = told.object("event")?;
    let (kind, data) = (event.text("type")?, event.object("data")?);
    let written = event.text("timestamp")?;
    let at = time::of_iso(&written).ok_or_else(|| event.wrong("timestamp", "a time"))?;
    match kind.as_str() {
        // Who has the application among their own can be written to by it.
        "APPLICATION_AUTHORIZED" | "APPLICATION_DEAUTHORIZED" => {
            if data.opt_integer("integration_type")? == Some(0) {
                return Err(data.wrong("integration_type", "1: into a server there is no word for it"));
            }
            let who = identity(&data.object("user")?, None)?;
            let name = dedup(&format!("{}:{kind}:{written}", who.key));
            Ok(Event::new(name, at, EventBody::Reachable(kind == "APPLICATION_AUTHORIZED")).by(who))
        }
        "LOBBY_MESSAGE_CREATE" | "GAME_DIRECT_MESSAGE_CREATE" => {
            let id = data.id("id")?;
            let message = Message::of(said(&data)?).with_id(&id);
            let at = moment(&data, "timestamp")?.unwrap_or(at);
            Ok(placed(Event::new(dedup(&id), at, message), &data, &kind)?)
        }
        "LOBBY_MESSAGE_UPDATE" | "GAME_DIRECT_MESSAGE_UPDATE" => {
            let id = data.id("id")?;
            let parts: Vec<Part> = said(&data)?.into_iter().map(Part::from).collect();
            let name = dedup(&format!("{id}:edited:{written}"));
            let edit = Edit { id: None, message: id, parts };
            let at = moment(&data, "edited_timestamp")?.unwrap_or(at);
            Ok(placed(Event::new(name, at, EventBody::Edited(edit)), &data, &kind)?)
        }
        "LOBBY_MESSAGE_DELETE" | "GAME_DIRECT_MESSAGE_DELETE" => {
            let id = data.id("id")?;
            let body = EventBody::Deleted(Deletion { messages: vec![id.clone()], erase: false });
            Ok(placed(Event::new(dedup(&format!("{id}:deleted")), at, body), &data, &kind)?)
        }
        _ => Err(event.wrong("type", "one that this plugin knows")),
    }
}

fn moment(told: &Object<'_>, key: &str) -> Result<Option<u64>, Unreadable> {
    let Some(text) = told.opt_text(key)? else { return Ok(None) };
    time::of_iso(&text).map(Some).ok_or_else(|| told.wrong(key, "a time"))
}

fn placed(event: Event, data: &Object<'_>, kind: &str) -> Result<Event, Unreadable> {
    let lobby = kind.starts_with("LOBBY");
    let key = match data.opt_id("channel_id")? {
        Some(channel) => channel,
        None if lobby => data.id("lobby_id")?,
        None => return Err(data.wrong("channel_id", "there")),
    };
    let kind = if lobby { ThreadKind::Group } else { ThreadKind::Direct };
    let event = event.in_thread(Thread { key, kind, ..Thread::default() });
    Ok(match data.opt_object("author")? {
        Some(author) => event.by(identity(&author, None)?),
        None => event,
    })
}

// What both speak of

/// Text and files of a message.
fn said(told: &Object<'_>) -> Result<Vec<Content>, Unreadable> {
    let mut parts = Vec::new();
    if let Some(text) = told.opt_text("content")?.filter(|text| !text.is_empty()) {
        parts.push(Content::text(text));
    }
    for file in told.objects("attachments")? {
        parts.push(attachment(&file)?);
    }
    if parts.is_empty() {
        // Embeds, stickers, polls: shown as their place, kept whole.
        parts.push(Content::native("message", Some("[message]".into()), Some(told.raw().to_owned())));
    }
    Ok(parts)
}

fn attachment_of(resolved: Option<&Object<'_>>, id: &str) -> Result<Content, Unreadable> {
    let files = resolved.and_then(|resolved| resolved.object("attachments").ok());
    match files.and_then(|files| files.object(id).ok()) {
        Some(file) => attachment(&file),
        None => Ok(Content::Media(Media {
            source: MediaSource::Missing("Discord names the file and does not say where it is".into()),
            ..Media::default()
        })),
    }
}

fn attachment(file: &Object<'_>) -> Result<Content, Unreadable> {
    let content_type = file.opt_text("content_type")?;
    let kind = match content_type.as_deref().unwrap_or_default().split('/').next().unwrap_or_default() {
        _ if file.has("waveform") => MediaKind::Voice,
        "image" => MediaKind::Image,
        "video" => MediaKind::Video,
        "audio" => MediaKind::Audio,
        _ => MediaKind::File,
    };
    let whole = |key: &str| file.opt_integer(key).ok().flatten().and_then(|number| u64::try_from(number).ok());
    let seconds = file.opt_number("duration_secs").ok().flatten().filter(|seconds| (0.0..1e9).contains(seconds));
    Ok(Content::Media(Media {
        kind,
        source: MediaSource::Address(file.text("url")?),
        file_name: file.opt_text("filename")?,
        content_type,
        size: whole("size"),
        duration: seconds.map(|seconds| (seconds * 1000.0) as u64),
        width: whole("width").and_then(|width| width.try_into().ok()),
        height: whole("height").and_then(|height| height.try_into().ok()),
        caption: file.opt_text("description")?.map(Into::into),
        ..Media::default()
    }))
}

fn identity(user: &Object<'_>, nick: Option<String>) -> Result<Identity, Unreadable> {
    let username = user.opt_text("username")?;
    let name = nick.or(user.opt_text("global_name")?).or_else(|| username.clone());
    let role = if user.opt_boolean("bot")? == Some(true) { IdentityRole::Bot } else { IdentityRole::Contact };
    Ok(Identity { name, username, role, ..Identity::contact(user.id("id")?) })
}

/// A list of texts.
fn texts(told: &Object<'_>, key: &str) -> Result<Vec<String>, Unreadable> {
    let Some(raw) = told.value(key) else { return Ok(Vec::new()) };
    serde_json::from_str(raw).map_err(|_| told.wrong(key, "a list of texts"))
}

/// What is not understood is kept as it came.
fn unknown(told: &Object<'_>, received_at: u64) -> Event {
    let kind = match told.object("event") {
        Ok(event) => event.text("type").unwrap_or_else(|_| "webhook-event".into()),
        Err(_) => told.integer("type").map_or_else(|_| "unknown".into(), |kind| format!("interaction-{kind}")),
    };
    let name = told.id("id").map_or_else(|_| fingerprint(told.raw()), |id| dedup(&id));
    Event::new(name, received_at, EventBody::native(kind, told.raw()))
}

/// At most 512 bytes.
fn dedup(id: &str) -> String {
    if (1..=512).contains(&id.len()) { id.to_owned() } else { fingerprint(id) }
}

fn fingerprint(text: &str) -> String {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("#{:016x}", hasher.finish())
}
