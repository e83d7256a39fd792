//! Actions that are typed: what the words mean, and what they are done to where the words leave it open.

use lockgate_kit::Deed;
use lockgate_kit::case::{Case, CaseCall};
use lockgate_model::contract::actions::{Action, Target};
use lockgate_model::contract::common::Context;
use lockgate_model::manifest::{Capabilities, NotDeclared};
use serde_json::Value;

use super::typed::Typed;

/// The words of `help`.
pub(super) const HELP: &str = "\
react SYMBOL [to MESSAGE]     our reaction on what came last, or on the message with this id; unreact SYMBOL takes it back
edit TEXT                     what we sent last says this; edit \"TEXT\" of MESSAGE says which message
delete [MESSAGE]              what we sent last is taken back
read [MESSAGE]                what came last has been read
typing on | off               somebody here writes
take-over on | off            the thread is taken from another app, or given back
ended on | off                the conversation was closed here, or opened again";

/// The name under which an action goes to the provider, as a delivery of a host does.
const CLIENT_REF: &str = "00000000-0000-4000-8000-000000000009";

/// An action that somebody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Act {
    what: What,
    /// The message that was named.
    message: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    React(String),
    Unreact(String),
    Edit(String),
    Delete,
    Read,
    Typing(bool),
    TakeOver(bool),
    Ended(bool),
}

/// What there is that something can be done to, as this console saw it last.
#[derive(Debug, Default)]
pub(super) struct There {
    /// The message that came last, and what the plugin had kept with it.
    came: Option<(String, Option<Context>)>,
    /// The message that was sent last.
    sent: Option<String>,
    /// Our reaction that was added last: its symbol and its own name.
    reaction: Option<(String, String)>,
}

impl Act {
    /// Reads a line whose first word is `verb`; none where that is no action.
    ///
    /// # Errors
    ///
    /// What is wrong with it and what to write instead.
    pub(super) fn read(verb: &str, rest: &str) -> Option<Result<Self, String>> {
        let on = |what: fn(bool) -> What| match rest {
            "on" => Ok(Self { what: what(true), message: None }),
            "off" => Ok(Self { what: what(false), message: None }),
            _ => Err(format!("{verb} on, or {verb} off")),
        };
        let of = |what: What| match rest.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => Ok(Self { what, message: None }),
            [message] => Ok(Self { what, message: Some((*message).to_owned()) }),
            _ => Err(format!("{verb}, or {verb} MESSAGE")),
        };
        let symbol = |what: fn(String) -> What| match rest.split_whitespace().collect::<Vec<_>>().as_slice() {
            [symbol] => Ok(Self { what: what((*symbol).to_owned()), message: None }),
            [symbol, "to", message] => {
                Ok(Self { what: what((*symbol).to_owned()), message: Some((*message).to_owned()) })
            }
            _ => Err(format!("{verb} SYMBOL, or {verb} SYMBOL to MESSAGE")),
        };
        Some(match verb {
            "react" => symbol(What::React),
            "unreact" => symbol(What::Unreact),
            "edit" => edit(rest),
            "delete" => of(What::Delete),
            "read" => of(What::Read),
            "typing" => on(What::Typing),
            "take-over" => on(What::TakeOver),
            "ended" => on(What::Ended),
            _ => return None,
        })
    }

    /// The text that a draft like this would hold; an action that says nothing needs one for its thread alone.
    fn text(&self) -> &str {
        if let What::Edit(text) = &self.what { text } else { "…" }
    }

    /// The action as the plugin is asked for it: in the thread in which somebody wrote last, else in that of a case.
    ///
    /// # Errors
    ///
    /// Why it cannot be asked for.
    pub(super) fn deed(self, typed: &Typed, cases: &[Case], can: &Capabilities, now_ms: u64) -> Result<Deed, String> {
        let (like, answer) = typed.draft(false, self.text(), None, cases, now_ms)?;
        let CaseCall::Send(draft) = &like.call else { return Err("there is no draft like it".into()) };
        let there = &typed.there;
        let came = there.came.as_ref().map(|(message, _)| message);
        let reaction = |symbol: &String| {
            there.reaction.as_ref().filter(|(added, _)| added == symbol).map(|(_, name)| name.clone())
        };
        let (action, on, needed) = match self.what {
            What::React(symbol) => (Action::React { symbol, added: true, reaction: None }, came, true),
            What::Unreact(symbol) => {
                let reaction = reaction(&symbol);
                (Action::React { symbol, added: false, reaction }, came, true)
            }
            What::Edit(_) => {
                let parts = draft.parts.iter().map(|part| part.part.clone()).collect();
                (Action::Edit { parts }, there.sent.as_ref(), true)
            }
            What::Delete => (Action::Delete, there.sent.as_ref(), true),
            What::Read => (Action::MarkRead, came, true),
            What::Typing(on) => (Action::Typing { on, author: None }, came, false),
            What::TakeOver(on) => (Action::TakeOver { on }, came, false),
            What::Ended(ended) => (Action::Ended { ended }, came, false),
        };
        can.permit(&action).map_err(|missing| not_declared(&action, missing))?;
        let message = self.message.or_else(|| on.cloned());
        if needed && message.is_none() {
            let first = match action {
                Action::Edit { .. } | Action::Delete => "nothing was sent here yet: send something first",
                _ => "nothing was received here yet: receive something first",
            };
            return Err(format!("{first}, or say which message is meant; help shows how"));
        }
        let mut contexts = draft.contexts.clone();
        if let Some((_, kept)) = there.came.as_ref().filter(|(came, _)| message.as_ref() == Some(came)) {
            contexts.message.clone_from(kept);
        }
        let target = Target { thread: draft.thread.clone(), message, client_ref: CLIENT_REF.into(), contexts };
        Ok(Deed { like, target, action, answer })
    }
}

fn edit(rest: &str) -> Result<Act, String> {
    let wrong = || "edit TEXT, or edit \"TEXT\" of MESSAGE".to_owned();
    if rest.is_empty() {
        return Err(wrong());
    }
    if !rest.starts_with('"') {
        return Ok(Act { what: What::Edit(rest.into()), message: None });
    }
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    let Some(Ok(text)) = values.next() else { return Err(wrong()) };
    let behind = rest.get(values.byte_offset()..).unwrap_or_default().trim();
    let message = match behind.strip_prefix("of ").map(str::trim) {
        Some(message) if !message.is_empty() => Some(message.to_owned()),
        _ if behind.is_empty() => None,
        _ => return Err(wrong()),
    };
    Ok(Act { what: What::Edit(text), message })
}

fn not_declared(action: &Action, missing: NotDeclared) -> String {
    match missing {
        NotDeclared::Action => format!(
            "[capabilities] of the manifest does not declare {}, so no host would ask for it",
            action.name().replace('-', "_")
        ),
        NotDeclared::Symbol(known) => {
            format!("the manifest takes other symbols, so no host would ask for this one: {}", known.join(" "))
        }
    }
}

impl There {
    /// Notes what a call came to. `did` is the action that was asked for, where it was one.
    pub(super) fn heard(&mut self, outcome: Option<&Value>, did: Option<&Action>) {
        let Some(outcome) = outcome else { return };
        let text = |of: &Value, at: &str| of.pointer(at).and_then(Value::as_str).map(str::to_owned);
        let events = outcome.get("events").and_then(Value::as_array).into_iter().flatten();
        let came = |event: &&Value| {
            text(event, "/body/type").as_deref() == Some("message")
                && text(event, "/body/value/direction").as_deref() != Some("echo")
        };
        let mut named = events.filter(came).filter_map(|event| Some((event, text(event, "/body/value/id")?)));
        if let Some((event, id)) = named.next_back() {
            self.came = Some((id, event.pointer("/body/value/context").and_then(context)));
        }
        let parts = outcome.get("outcomes").and_then(Value::as_array).into_iter().flatten();
        if let Some(id) = parts.filter_map(|part| text(part, "/outcome/value/message")).next_back() {
            self.sent = Some(id);
        }
        match (did, text(outcome, "/outcome/value/message")) {
            (Some(Action::React { symbol, added: true, .. }), Some(name)) => {
                self.reaction = Some((symbol.clone(), name));
            }
            (Some(Action::React { added: false, .. }), _) => self.reaction = None,
            _ => {}
        }
    }
}

fn context(value: &Value) -> Option<Context> {
    Some(Context {
        value: value.get("value")?.as_str()?.to_owned(),
        expires: value.get("expires").and_then(Value::as_u64),
        once: value.get("once").and_then(Value::as_bool).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn act(line: &str) -> Result<Act, String> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        Act::read(verb, rest).expect("it is an action")
    }

    #[test]
    fn an_action_is_typed_as_the_contract_names_it() {
        let of = |what: What, message: Option<&str>| Ok(Act { what, message: message.map(Into::into) });
        assert_eq!(act("react 👍"), of(What::React("👍".into()), None));
        assert_eq!(act("unreact 👍 to m1"), of(What::Unreact("👍".into()), Some("m1")));
        assert_eq!(act("edit It is windy"), of(What::Edit("It is windy".into()), None));
        assert_eq!(act("edit \"It is\" of m2"), of(What::Edit("It is".into()), Some("m2")));
        assert_eq!(act("delete m2"), of(What::Delete, Some("m2")));
        assert_eq!(act("read"), of(What::Read, None));
        assert_eq!(act("typing off"), of(What::Typing(false), None));
        assert_eq!(Act::read("receive", "text"), None);
        for (line, words) in [
            ("react", "react SYMBOL to MESSAGE"),
            ("react 👍 m1", "react SYMBOL to MESSAGE"),
            ("typing", "typing on, or typing off"),
            ("ended yes", "ended on"),
            ("edit", "edit TEXT"),
            ("edit \"a\" to m1", "of MESSAGE"),
            ("delete m1 m2", "delete MESSAGE"),
        ] {
            let told = act(line).unwrap_err();
            assert!(told.contains(words), "{line}: {told}");
        }
    }

    #[test]
    fn it_is_done_to_what_was_seen_last() {
        let can = Capabilities { typing: true, edit: true, react: Some(Default::default()), ..Default::default() };
        let mut typed = Typed::default();
        let deed = |typed: &Typed, line: &str| act(line).unwrap().deed(typed, &[], &can, 5);
        assert!(deed(&typed, "react 👍").unwrap_err().contains("nothing was received here yet"));
        assert!(deed(&typed, "edit Better").unwrap_err().contains("nothing was sent here yet"));
        assert!(deed(&typed, "delete m1").unwrap_err().contains("does not declare delete"));
        assert_eq!(deed(&typed, "typing on").unwrap().target.message, None);

        let event = |direction: &str, id: &str| {
            json!({ "thread": { "key": "bob", "kind": "direct" }, "body": { "type": "message", "value":
                { "direction": direction, "id": id, "context": { "value": "c" } } } })
        };
        typed.heard(Some(&json!({ "events": [event("incoming", "m1"), event("echo", "m2")] })), None);
        let sent =
            json!({ "outcomes": [{ "parts": [0], "outcome": { "type": "sent", "value": { "message": "o1" } } }] });
        typed.heard(Some(&sent), None);
        let react = deed(&typed, "react 👍").unwrap();
        assert_eq!(react.target.message.as_deref(), Some("m1"));
        assert_eq!(react.target.thread.as_ref().unwrap().key, "bob");
        assert_eq!(react.target.contexts.message.as_ref().unwrap().value, "c");
        let edit = deed(&typed, "edit Better").unwrap();
        assert_eq!(edit.target.message.as_deref(), Some("o1"));
        let Action::Edit { parts } = edit.action else { panic!("it is an edit") };
        assert!(serde_json::to_string(&parts).unwrap().contains("Better"));

        // What reacting gave is handed back where it is taken back.
        let named = json!({ "outcome": { "type": "sent", "value": { "message": "r1" } } });
        typed.heard(Some(&named), Some(&react.action));
        let name = |line: &str| match deed(&typed, line).unwrap().action {
            Action::React { reaction, .. } => reaction,
            other => panic!("{other:?}"),
        };
        assert_eq!((name("unreact 👍"), name("unreact ❤")), (Some("r1".into()), None));
        assert_eq!(deed(&typed, "react 👍 to m7").unwrap().target.contexts.message, None);
    }
}
