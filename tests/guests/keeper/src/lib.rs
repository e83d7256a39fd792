//! A plugin that keeps files and reads them again. What a form brings becomes a message with its fields as text and its files as
//! media. Behind the route: `/keep` keeps the body as a file of its own, `/lose` keeps it and names it nowhere, `/read` reads the file
//! that the body names, `/share` gives an address of it that is good for ten minutes.

use lockgate_sdk::{
    Connector, Content, Draft, Event, FieldProblem, Identity, Ingress, Media, MediaSource, Message, Outcome,
    PartOutcome, Reception, Refusal, Request, Sender, Sent, Setting, Thread, media, register,
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

fn stored(handle: String, file_name: Option<String>) -> Content {
    Content::Media(Media { source: MediaSource::Stored(handle), file_name, ..Media::default() })
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

register!(Keeper: connector, ingress, sender);
