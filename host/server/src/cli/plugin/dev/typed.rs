//! Calls that are typed, as cases: what the words leave open is taken from a case of the project that is like them.

use std::collections::BTreeMap;
use std::path::Path;

use lockgate_kit::case::{Answer, Answered, Case, CaseCall, Expectation, Webhook};
use lockgate_model::contract::actions::Action;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::settings::SettingValue;
use serde_json::{Value, json};

use super::acts::There;

/// What was said in this console about everything that is typed after it.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// Settings beside those of the cases.
    pub(super) settings: BTreeMap<String, SettingValue>,
    /// What the provider answers.
    pub(super) answer: Option<Answered>,
    /// The thread in which somebody wrote last, as an event has it.
    pub(super) thread: Option<Value>,
    /// What something can be done to.
    pub(super) there: There,
}

impl Typed {
    /// A webhook with this body.
    pub(super) fn webhook(&self, route: &str, body: Vec<u8>, cases: &[Case], now_ms: u64) -> Case {
        let webhook = |case: &Case| match &case.call {
            CaseCall::Receive(webhook) => Some(webhook.clone()),
            _ => None,
        };
        // One that the plugin understands is the better example.
        let of_route = |case: &&Case| webhook(case).is_some_and(|webhook| webhook.route == route);
        let understood = |case: &&Case| case.expect.refusal.is_none();
        let model = cases.iter().filter(of_route).find(understood).or_else(|| cases.iter().find(of_route));
        let like = model.and_then(webhook);
        let json = serde_json::from_slice::<Value>(&body).is_ok();
        let kind = if json { "application/json" } else { "text/plain; charset=utf-8" };
        let own = vec![Pair { name: "content-type".into(), value: kind.into() }];
        let webhook = Webhook {
            route: route.to_owned(),
            method: like.as_ref().and_then(|like| like.method.clone()),
            path: String::new(),
            query: Vec::new(),
            headers: like.map_or(own, |like| like.headers),
            body,
            files: Vec::new(),
            account: None,
            verification: None,
        };
        let case = Case {
            name: "typed".into(),
            file: "typed".into(),
            about: "Typed".into(),
            now_ms,
            settings: BTreeMap::new(),
            bound: None,
            state: BTreeMap::new(),
            call: CaseCall::Receive(webhook),
            provider: Vec::new(),
            expect: Expectation::default(),
        };
        self.placed(case, model.or(cases.first()))
    }

    /// A message, to this thread, to the one in which somebody wrote last, or to that of a case. Beside it what the provider
    /// answers.
    ///
    /// # Errors
    ///
    /// Why it makes no draft.
    pub(super) fn draft(
        &self,
        preview: bool,
        text: &str,
        to: Option<&str>,
        cases: &[Case],
        now_ms: u64,
    ) -> Result<(Case, Option<Answered>), String> {
        let sent = |case: &&Case| matches!(case.call, CaseCall::Send(_));
        let well = |case: &&Case| {
            let fine = |answered: &Answered| matches!(answered, Answered::Whole(answer) if answer.status < 300);
            !case.provider.is_empty() && case.provider.iter().all(|exchange| fine(&exchange.answer))
        };
        let model = cases.iter().filter(sent).filter(well).min_by_key(|case| case.provider.len());
        let like = match model.map(|case| &case.call) {
            Some(CaseCall::Send(draft)) => serde_json::to_value(draft).unwrap_or_default(),
            _ => Value::Null,
        };
        let theirs = like.get("thread").filter(|thread| thread.is_object());
        let thread = match to {
            Some(key) => {
                json!({ "key": key, "kind": theirs.and_then(|thread| thread.get("kind")).unwrap_or(&json!("direct")) })
            }
            None => self
                .thread
                .as_ref()
                .or(theirs)
                .cloned()
                .unwrap_or_else(|| json!({ "key": "somebody", "kind": "direct" })),
        };
        let mut draft = json!({
            "thread": thread,
            "parts": [{ "part": { "content": { "type": "text", "value": { "plain": text } } } }],
        });
        let recipients = like.get("recipients").filter(|_| to.is_none() && self.thread.is_none());
        if let (Some(recipients), Some(draft)) = (recipients, draft.as_object_mut()) {
            draft.insert("recipients".into(), recipients.clone());
        }
        let (call, expected) = if preview { ("preview", "problems") } else { ("send", "outcomes") };
        let file = json!({ "about": "Typed", call: draft, "expect": { expected: [] } });
        let case = Case::parse(Path::new("typed"), &file.to_string()).map_err(|problem| problem.words)?;
        let shown = model.and_then(|case| case.provider.first()).map(|exchange| exchange.answer.clone());
        let plain = Answered::Whole(Answer { status: 200, body: json!({}), ..Answer::default() });
        let answer = self.answer.clone().or(shown).unwrap_or(plain);
        Ok((self.placed(Case { now_ms, ..case }, model.or(cases.first())), Some(answer)))
    }

    /// The case with settings and credentials as those of another.
    fn placed(&self, case: Case, model: Option<&Case>) -> Case {
        let mut settings = model.map(|model| model.settings.clone()).unwrap_or_default();
        settings.extend(self.settings.clone());
        Case { settings, bound: model.and_then(|model| model.bound.clone()), ..case }
    }

    /// Notes what a call came to: whom events came from, and what there is now. `did` is the action that was asked for.
    pub(super) fn heard(&mut self, outcome: Option<&Value>, did: Option<&Action>) {
        self.there.heard(outcome, did);
        let events = outcome.and_then(|outcome| outcome.get("events")).and_then(Value::as_array);
        let thread = events.into_iter().flatten().filter_map(|event| event.get("thread")).next_back();
        if let Some(thread) = thread {
            self.thread = Some(thread.clone());
        }
    }
}

/// A value as a setting.
///
/// # Errors
///
/// What a setting can be.
pub(super) fn setting(value: Value) -> Result<SettingValue, String> {
    let words = "a setting is a text, a number, true or false, or a list of texts";
    Ok(match value {
        Value::String(text) => SettingValue::Text(text),
        Value::Number(number) => SettingValue::Number(number.as_f64().ok_or(words)?),
        Value::Bool(is) => SettingValue::Boolean(is),
        Value::Array(list) => {
            let text = |value: Value| if let Value::String(text) = value { Some(text) } else { None };
            SettingValue::Texts(list.into_iter().map(text).collect::<Option<_>>().ok_or(words)?)
        }
        Value::Null | Value::Object(_) => return Err(words.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Vec<Case> {
        let case = |name: &str, text: Value| Case::parse(Path::new(name), &text.to_string()).unwrap();
        vec![
            case(
                "broken",
                json!({ "about": "x", "receive": { "route": "events", "body": "{" },
                "expect": { "refusal": { "type": "malformed", "value": "x" } } }),
            ),
            case(
                "text",
                json!({ "about": "x", "settings": { "account_id": "acme" },
                "receive": { "route": "events", "headers": { "X-Kind": "a" }, "body": {} }, "expect": { "events": [] } }),
            ),
            case(
                "send",
                json!({ "about": "x", "settings": { "account_id": "acme" },
                "send": { "thread": { "key": "ada" }, "parts": [{ "part": { "content": { "type": "text", "value": { "plain": "x" } } } }] },
                "provider": [{ "request": { "method": "POST", "url": "https://a.example/b" }, "answer": { "status": 201 } }],
                "expect": { "outcomes": [] } }),
            ),
        ]
    }

    #[test]
    fn what_is_left_open_is_as_in_a_case_that_is_like_it() {
        let mut typed = Typed::default();
        typed.settings.insert("more".into(), SettingValue::Boolean(true));
        let case = typed.webhook("events", b"{\"a\":1}".to_vec(), &cases(), 5);
        let CaseCall::Receive(webhook) = &case.call else { panic!() };
        assert_eq!((webhook.headers[0].name.as_str(), case.now_ms), ("x-kind", 5));
        assert_eq!(case.settings.keys().collect::<Vec<_>>(), ["account_id", "more"]);
        let other = typed.webhook("other", b"no JSON".to_vec(), &cases(), 5);
        let CaseCall::Receive(webhook) = &other.call else { panic!() };
        assert!(webhook.headers[0].value.starts_with("text/plain"));

        let key = |typed: &Typed, to| {
            let (case, answer) = typed.draft(false, "Hello", to, &cases(), 5).unwrap();
            let CaseCall::Send(draft) = case.call else { panic!() };
            (draft.thread.unwrap().key.to_string(), answer)
        };
        let created = Some(Answered::Whole(Answer { status: 201, ..Answer::default() }));
        assert_eq!(key(&typed, None), ("ada".into(), created.clone()));
        typed.heard(Some(&json!({ "events": [{ "thread": { "key": "bob", "kind": "direct" } }] })), None);
        assert_eq!(key(&typed, None).0, "bob");
        assert_eq!(key(&typed, Some("eve")), ("eve".into(), created));
    }
}
