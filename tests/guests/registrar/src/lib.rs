//! A plugin that looks things up at its provider, and sends templates.
//!
//! Its webhook is a list of `{"id", "from", "text", "at"}`; each person has a thread of their own, `t-` and their key. What it is asked
//! about under some names it does wrong: `trap` traps, `spin` never ends, `write` writes state, `upload` and `send` make requests
//! that are no reads, `other` is told about as somebody else.

use lockgate_sdk::{
    Content, Directory, Draft, Event, Fault, Identity, IdentityKind, Ingress, MediaSource, Message, Outcome,
    PartOutcome, Reception, Refusal, Request, Resolved, RichText, Sender, Sent, TemplateDefinition, TemplateSection,
    TemplateState, Thread, ValueKind, delivery, http, register, state,
};
use serde_json::{Value, json};

/// The plugin.
#[derive(Debug)]
pub struct Registrar;

const HOST: &str = "https://provider.example.com";

impl Ingress for Registrar {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        let said: Vec<Value> =
            serde_json::from_slice(&request.body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        let events = said.iter().map(|said| {
            let (id, from) = (text(said, "id").unwrap_or_default(), text(said, "from").unwrap_or_default());
            let message = Message::of([Content::text(text(said, "text").unwrap_or_default())]).with_id(id.clone());
            let at = said.get("at").and_then(Value::as_u64).unwrap_or(request.received_at);
            Event::new(id, at, message).in_thread(Thread::direct(format!("t-{from}"))).by(Identity::contact(from))
        });
        Ok(Reception::of(events.collect()))
    }
}

impl Sender for Registrar {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        delivery::in_order(&draft, |part| {
            let Content::Template(template) = &part.part.content else {
                return Outcome::Failed(Fault::Unsupported("only templates are sent".into()));
            };
            let body = json!({ "template": template.name, "ground": format!("{:?}", draft.ground) });
            match http::Request::post(format!("{HOST}/messages")).json(&body).send() {
                Ok(answer) => answer.refusal("office").unwrap_or_else(|| {
                    let id = answer.json::<Value>().ok().and_then(|told| text(&told, "id"));
                    Outcome::Sent(Sent { message: id, ..Sent::default() })
                }),
                Err(error) => error.into_outcome(),
            }
        })
    }
}

impl Directory for Registrar {
    fn templates() -> Result<Vec<TemplateDefinition>, Fault> {
        let found = answered(http::Request::get(format!("{HOST}/templates")))?.unwrap_or_default();
        let list = found.as_array().ok_or_else(|| Fault::Malformed("no list".into()))?;
        Ok(list.iter().map(definition).collect())
    }

    fn resolve(kind: IdentityKind, address: String) -> Result<Option<Resolved>, Fault> {
        if kind != IdentityKind::Phone {
            return Ok(None);
        }
        let digits = address.trim_start_matches('+');
        let found = answered(http::Request::get(format!("{HOST}/phones/{digits}")))?;
        Ok(found.map(|found| {
            let key = text(&found, "key").unwrap_or_default();
            let identity = Identity { name: text(&found, "name"), ..Identity::contact(key.clone()) };
            Resolved { identity, thread: Some(Thread::direct(format!("t-{key}"))) }
        }))
    }

    #[allow(clippy::panic, clippy::empty_loop, reason = "a trap and an endless loop are the cases")]
    fn profile(key: String, thread: Option<String>) -> Result<Option<Identity>, Fault> {
        match key.as_str() {
            "trap" => panic!("trapped on request"),
            "spin" => loop {},
            "write" => state::set("written", b"by a look").map_err(|error| rejected(&format!("{error:?}")))?,
            "upload" => drop(answered(http::Request::post(format!("{HOST}/uploads")))?),
            "send" => drop(answered(http::Request::post(format!("{HOST}/messages")))?),
            _ => {}
        }
        let query = thread.map(|thread| format!("?thread={thread}")).unwrap_or_default();
        let found = answered(http::Request::get(format!("{HOST}/people/{key}{query}")))?;
        let told = if key == "other" { "somebody-else".to_owned() } else { key };
        Ok(found.map(|found| Identity {
            name: text(&found, "name"),
            username: text(&found, "username"),
            picture: text(&found, "picture").map(MediaSource::Address),
            language: text(&found, "language"),
            timezone: text(&found, "timezone"),
            ..Identity::contact(told)
        }))
    }

    fn about(thread: String) -> Result<Option<Thread>, Fault> {
        let found = answered(http::Request::get(format!("{HOST}/threads/{thread}")))?;
        Ok(found.map(|found| {
            let key = text(&found, "key").unwrap_or(thread);
            Thread { title: text(&found, "title"), ..Thread::direct(key) }
        }))
    }
}

fn definition(one: &Value) -> TemplateDefinition {
    let written = text(one, "text").unwrap_or_default();
    let gap = TemplateSection {
        section: "body".into(),
        kind: ValueKind::Text,
        values: vec!["1".into()],
        example: text(one, "example"),
    };
    TemplateDefinition {
        name: text(one, "name").unwrap_or_default(),
        language: text(one, "language").unwrap_or_default(),
        category: "notice".into(),
        state: TemplateState::Approved,
        sections: if written.contains("{1}") { vec![gap] } else { Vec::new() },
        body: RichText::from(written),
    }
}

/// None of what is not there.
fn answered(request: http::Request) -> Result<Option<Value>, Fault> {
    let answer = request.send().map_err(http::SendError::into_fault)?;
    if answer.status == 404 {
        return Ok(None);
    }
    match answer.fault("office") {
        Some(fault) => Err(fault),
        None => answer.json().map(Some).map_err(|error| Fault::Malformed(error.to_string())),
    }
}

fn rejected(words: &str) -> Fault {
    Fault::rejected(None, words)
}

fn text(told: &Value, key: &str) -> Option<String> {
    told.get(key).and_then(Value::as_str).map(str::to_owned)
}

register!(Registrar: ingress, sender, directory);
