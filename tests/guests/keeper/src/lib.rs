//! A plugin that keeps files and reads them again. What a form brings becomes a message with its fields as text and its files as
//! media. Behind the route: `/keep` keeps the body as a file of its own, `/lose` keeps it and names it nowhere, `/read` reads the file
//! that the body names, `/share` gives an address of it that is good for ten minutes. `/defer` names a file that is fetched by the body's words, `/address` one by its address, `/edit` says of the
//! message in the first line that it is a file by the words in the second, `/erase` takes that message back.

use lockgate_sdk::{
    Connector, Content, Deletion, Draft, Edit, Event, EventBody, Fault, FieldProblem, Identity, Ingress, Media,
    MediaFetcher, MediaSource, Message, Outcome, Part, PartOutcome, Reception, Refusal, Request, Sender, Sent, Setting,
    Thread, http, media, register,
};

/// The plugin.
#[derive(Debug)]
pub struct Keeper;

impl Connector for Keeper {
    fn check(_: Vec<Setting>) -> Vec<FieldProblem> {
        Vec::new()
    }
}

impl Ingress for Keeper {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        let mut parts = match request.path.as_str() {
            "/keep" => match media::keep(&request.body, Some("../kept.txt")) {
                Ok(handle) => vec![stored(handle, Some("kept.txt".into()))],
                Err(error) => vec![Content::text(format!("{error:?}"))],
            },
            "/lose" => match media::keep(&request.body, None) {
                Ok(handle) => vec![Content::text(format!("lost {handle}"))],
                Err(error) => vec![Content::text(format!("{error:?}"))],
            },
            "/share" => vec![Content::text(match media::share(body.trim(), 600_000) {
                Ok(address) => address,
                Err(error) => format!("{error:?}"),
            })],
            "/read" => vec![Content::text(read(body.trim()))],
            "/defer" => vec![file(MediaSource::Deferred(body.clone()), None)],
            "/address" => vec![file(MediaSource::Address(body.clone()), Some("picture.png".into()))],
            "/edit" | "/erase" => return Ok(changed(&request, &body)),
            _ => vec![Content::text(format!("[{body}]"))],
        };
        parts.extend(request.files.into_iter().map(|file| stored(file.stored, file.file_name)));
        let name = format!("{}-{}", request.received_at, request.headers.len());
        let message = Message::of(parts).with_id(format!("{name}-{}", body.len()));
        let event = Event::new("", request.received_at, message)
            .in_thread(Thread::direct("anna"))
            .by(Identity::contact("anna"));
        Ok(Reception::of(vec![event]))
    }
}

impl Sender for Keeper {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        let outcome = |content: &Content| match content {
            Content::Media(Media { source: MediaSource::Stored(handle), .. }) => {
                Outcome::Sent(Sent::as_message(read(handle)))
            }
            Content::Text(text) => match text.plain.strip_prefix("read ") {
                Some(handle) => Outcome::Sent(Sent::as_message(read(handle))),
                None => Outcome::Sent(Sent::as_message(draft.delivery.clone())),
            },
            _ => Outcome::Sent(Sent::as_message(draft.delivery.clone())),
        };
        draft.parts.iter().map(|part| PartOutcome::of(part.id, outcome(&part.part.content))).collect()
    }
}

impl MediaFetcher for Keeper {
    #[allow(clippy::panic, reason = "a trap is the case")]
    fn fetch(deferred: String) -> Result<String, Fault> {
        assert!(deferred != "trap", "trapped on request");
        if deferred == "nobody's" {
            return Ok("0".repeat(32));
        }
        let answer = http::Request::get(format!("https://provider.example.com/files/{deferred}")).send();
        let answer = answer.map_err(|error| error.into_fault())?;
        if let Some(fault) = answer.fault("files") {
            return Err(fault);
        }
        Ok(media::keep(&answer.body, Some(&deferred))?)
    }
}

/// What a message that is there becomes.
fn changed(request: &Request, body: &str) -> Reception {
    let (message, words) = body.split_once('\n').unwrap_or((body, ""));
    let body = if request.path == "/edit" {
        let content = file(MediaSource::Deferred(words.to_owned()), None);
        EventBody::Edited(Edit {
            message: message.to_owned(),
            id: None,
            parts: vec![Part { content, extras: Vec::new() }],
        })
    } else {
        EventBody::Deleted(Deletion { messages: vec![message.to_owned()], erase: true })
    };
    Reception::of(vec![
        Event::new("", request.received_at, body).in_thread(Thread::direct("anna")).by(Identity::contact("anna")),
    ])
}

fn stored(handle: String, file_name: Option<String>) -> Content {
    file(MediaSource::Stored(handle), file_name)
}

fn file(source: MediaSource, file_name: Option<String>) -> Content {
    Content::Media(Media { source, file_name, ..Media::default() })
}

/// What can be found out of a file, in one line.
fn read(handle: &str) -> String {
    let bytes = match media::all(handle) {
        Ok(bytes) => bytes,
        Err(error) => return format!("{error:?}"),
    };
    match media::describe(handle) {
        Ok(known) => format!(
            "{} bytes, {} of {:?}, digest of {}, sum {}",
            bytes.len(),
            known.content_type,
            known.file_name,
            known.sha256.len(),
            bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>()
        ),
        Err(error) => format!("{error:?}"),
    }
}

register!(Keeper: connector, ingress, media_fetcher, sender);
