//! A plugin that misbehaves on request, to show that the sandbox holds.
//!
//! The case is chosen by what comes in. Of a request it is the path behind the route, or `"do"` in its JSON body:
//! `{"do": "spin"}`. Of a draft it is the first word of its text, what follows are its arguments: `post /look/1`. Without a case
//! it is a plain channel that tests can use as any other: `{"events": [{"id", "text", "from", "account"?}]}` gives messages,
//! and a text that names no case is sent to `https://provider.example.com/messages`. Of an edit the case is the first word too.

mod acting;
mod amounts;
mod answers;
mod dump;
mod holding;
mod minting;
mod neighbours;
mod plain;
mod remains;
mod resources;
mod sending;
mod smuggling;
mod surroundings;
mod token;
mod wire;

use lockgate_sdk::{
    Actions, Connector, Content, Draft, Event, FieldProblem, Identity, Ingress, Message, Outcome, Part, PartOutcome,
    Problem, Reception, Refusal, Request, Sender, Setting, Target, Thread, register,
};

/// The plugin.
#[derive(Debug)]
pub struct Hostile;

impl Connector for Hostile {
    fn check(settings: Vec<Setting>) -> Vec<FieldProblem> {
        plain::check(&settings)
    }
}

impl Ingress for Hostile {
    fn receive(request: Request) -> Result<Reception, Refusal> {
        let body = plain::Body::read(&request)?;
        let case = match request.path.trim_matches('/') {
            "" => body.case.clone().unwrap_or_default(),
            path => path.to_owned(),
        };
        amounts::receive(&case, &request)
            .or_else(|| remains::receive(&case, &request))
            .or_else(|| neighbours::receive(&case, &request))
            .or_else(|| resources::receive(&case, &request))
            .or_else(|| holding::receive(&case, &request))
            .or_else(|| surroundings::receive(&case, &request))
            .or_else(|| token::receive(&case, &request))
            .or_else(|| answers::receive(&case, &request))
            .unwrap_or_else(|| plain::receive(&case, body, &request))
    }
}

impl Sender for Hostile {
    fn send(draft: Draft) -> Vec<PartOutcome> {
        let text = plain::text_of(&draft);
        let (case, argument) = text.split_once(' ').unwrap_or((&text, ""));
        let _ = resources::receive(case, &Request::default());
        let outcome = sending::send(case, argument, &draft)
            .or_else(|| wire::send(case, argument))
            .or_else(|| remains::send(case, argument))
            .or_else(|| token::send(case, argument))
            .or_else(|| minting::send(case, argument))
            .or_else(|| smuggling::send(case, argument))
            .or_else(|| dump::send(case, argument))
            .unwrap_or_else(|| plain::send(&text));
        draft.parts.iter().map(|part| PartOutcome::of(part.id, outcome.clone())).collect()
    }

    fn preview(draft: Draft) -> Vec<Problem> {
        plain::preview(&draft)
    }
}

impl Actions for Hostile {
    fn edit(target: Target, parts: Vec<Part>) -> Outcome {
        acting::edit(&target, &parts)
    }

    fn delete(target: Target) -> Outcome {
        acting::delete(&target)
    }

    fn take_over(target: Target, on: bool) -> Outcome {
        acting::on_conversation(&target, if on { "take" } else { "give back" })
    }

    fn ended(target: Target, ended: bool) -> Outcome {
        acting::on_conversation(&target, if ended { "close" } else { "open" })
    }
}

/// What a case found out, as the text of a message. Its id is what the request calls it by: `{"do": …, "as": "found-1"}`.
fn told(request: &Request, found: impl Into<String>) -> Reception {
    let account = request.account.clone().unwrap_or_else(|| "account".into());
    let name = plain::Body::read(request).ok().and_then(|body| body.name).unwrap_or_else(|| "found".into());
    let message = Message::of([Content::text(found)]).with_id(name.clone());
    let event = Event::new(name, request.received_at, message)
        .of_account(account)
        .in_thread(Thread::direct("hostile"))
        .by(Identity::contact("hostile"));
    Reception::of(vec![event])
}

register!(Hostile: connector, ingress, sender, actions);
