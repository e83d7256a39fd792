//! Runs a case and says what differs from what it expects.

use std::collections::BTreeMap;

use lockgate_model::contract::inbound::{Request, Response};
use lockgate_model::manifest::{Level, Manifest};
use lockgate_runtime::{Called, Effects};
use serde::Serialize;
use serde_json::{Value, json};

use crate::bench::{Bench, SendSeen, WorkSeen};
use crate::case::{Answered, Asked, Break, Case, CaseCall, Exchange, LookUp, Webhook};
use crate::compare::{Difference, compare, trimmed};
use crate::world::{HOOKS, World, account};

/// What came of a case.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// Where it differs, in words; none: it passed.
    pub(crate) differences: Vec<String>,
    /// What was seen, as the case would have to expect it; none where the plugin gave no answer, or asked for what no answer is
    /// written for.
    pub(crate) seen: Option<Seen>,
    /// What the plugin logged.
    pub(crate) log: Vec<String>,
}

/// What a case would have to say.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) provider: Vec<Exchange>,
    pub(crate) expect: Value,
}

/// The request of a case, as the host would hand it to the plugin.
pub(crate) fn request(webhook: &Webhook, case: &Case, manifest: &Manifest) -> Request {
    let route = manifest.route(&webhook.route);
    let verified = || {
        let recipe = route.and_then(|route| route.verify.name())?.to_owned();
        Some(lockgate_model::contract::inbound::Verification { recipe, key: None, claims: Vec::new() })
    };
    let own = || route.is_none_or(|route| route.level == Level::Channel).then(|| account(case, manifest));
    let method = webhook.method.clone().or_else(|| route.and_then(|route| route.methods.first()).cloned());
    Request {
        account: webhook.account.clone().or_else(own),
        route: webhook.route.clone(),
        method: method.unwrap_or_else(|| "POST".into()),
        path: webhook.path.clone(),
        query: webhook.query.clone(),
        headers: webhook.headers.clone(),
        body: webhook.body.clone(),
        files: webhook.files.iter().zip(1..).map(|(file, number)| file.shown(number)).collect(),
        verification: webhook.verification.clone().or_else(verified),
        remote_address: None,
        received_at: case.now_ms,
        url: format!("{HOOKS}{}{}", webhook.route, webhook.path),
    }
}

/// The level at which a case's call runs.
pub(crate) fn level(case: &Case, manifest: &Manifest) -> Level {
    match &case.call {
        CaseCall::Receive(webhook) => manifest.route(&webhook.route).map_or(Level::Channel, |route| route.level),
        // State and settings of a call that belongs to no route are the channel's, save where the app is polled.
        CaseCall::Poll(_) => manifest.polling.as_ref().map_or(Level::Channel, |polling| polling.level),
        CaseCall::FollowUp(_)
        | CaseCall::Fetch(_)
        | CaseCall::Send(_)
        | CaseCall::Preview(_)
        | CaseCall::LookUp(_)
        | CaseCall::Act(_) => Level::Channel,
    }
}

/// A case's call that ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Its answer as a case's `expect` has it.
    pub(crate) called: Called<Value>,
    /// What the provider was asked, in order.
    pub(crate) asked: Vec<Asked>,
    /// What it did with each of these; none: no answer was left.
    pub(crate) answered: Vec<Option<Answered>>,
}

/// Makes the call of a case in this world. The provider answers as the case says, and `then` to everything beyond.
pub(crate) async fn run(
    bench: &mut Bench,
    case: &Case,
    manifest: &Manifest,
    world: &World,
    then: Option<Answered>,
) -> Ran {
    let quiet = |called| Ran { called, asked: Vec::new(), answered: Vec::new() };
    match &case.call {
        CaseCall::Receive(webhook) => {
            let called = bench.receive(world, request(webhook, case, manifest)).await;
            let writes = called.effects.state_writes.clone();
            quiet(told(called, |result| match result {
                Ok(reception) => {
                    let response = reception.response.as_ref().map(response);
                    json!({
                        "events": reception.events, "response": response,
                        "state": state(&writes), "deleted": deleted(&writes),
                    })
                }
                Err(refusal) => json!({ "refusal": refusal }),
            }))
        }
        CaseCall::FollowUp(what) => {
            let WorkSeen { called, asked, answered } = bench.follow_up(world, what.clone(), answers(case), then).await;
            let writes = called.effects.state_writes.clone();
            let called = told(called, |result| match result {
                Ok(events) => json!({ "events": events, "state": state(&writes), "deleted": deleted(&writes) }),
                Err(fault) => json!({ "fault": fault }),
            });
            Ran { called, asked, answered }
        }
        CaseCall::Poll(cursor) => {
            let WorkSeen { called, asked, answered } = bench.poll(world, cursor.clone(), answers(case), then).await;
            let writes = called.effects.state_writes.clone();
            let called = told(called, |result| match result {
                Ok(page) => json!({
                    "events": page.events, "cursor": page.cursor, "more": page.more, "wait_at_least": page.wait_at_least,
                    "state": state(&writes), "deleted": deleted(&writes),
                }),
                Err(fault) => json!({ "fault": fault }),
            });
            Ran { called, asked, answered }
        }
        CaseCall::Fetch(deferred) => {
            let WorkSeen { called, asked, answered } = bench.fetch(world, deferred.clone(), answers(case), then).await;
            let writes = called.effects.state_writes.clone();
            let called = told(called, |result| match result {
                Ok(file) => json!({ "file": file, "state": state(&writes), "deleted": deleted(&writes) }),
                Err(fault) => json!({ "fault": fault }),
            });
            Ran { called, asked, answered }
        }
        CaseCall::Send(draft) => {
            let mut draft = draft.clone();
            if draft.account == crate::case::ACCOUNT {
                draft.account = account(case, manifest);
            }
            let SendSeen { called, asked, answered } = bench.send(world, draft, answers(case), then).await;
            Ran { called: told(called, |outcomes| json!({ "outcomes": outcomes })), asked, answered }
        }
        CaseCall::LookUp(look_up) => {
            let WorkSeen { called, asked, answered } = bench.look_up(world, look_up.clone(), answers(case), then).await;
            let called = told(called, |result| match result {
                Ok(Some(found)) => json!({ "found": found }),
                Ok(None) => json!({ "nothing": true }),
                Err(fault) => json!({ "fault": fault }),
            });
            Ran { called, asked, answered }
        }
        CaseCall::Preview(draft) => {
            let called = bench.preview(world, draft.clone()).await;
            quiet(told(called, |problems| json!({ "problems": problems })))
        }
        CaseCall::Act(acting) => {
            let SendSeen { called, asked, answered } = bench.act(world, acting.clone(), answers(case), then).await;
            Ran { called: told(called, |outcome| json!({ "outcome": outcome })), asked, answered }
        }
    }
}

fn answers(case: &Case) -> impl Iterator<Item = Answered> + '_ {
    case.provider.iter().map(|exchange| exchange.answer.clone())
}

fn told<T>(called: Called<T>, words: impl FnOnce(T) -> Value) -> Called<Value> {
    Called { result: called.result.map(|result| trimmed(words(result))), effects: called.effects }
}

/// Runs a case.
pub(crate) async fn judge(bench: &mut Bench, case: &Case, manifest: &Manifest) -> Judged {
    let world = World::of(case, manifest, level(case, manifest));
    let Ran { called, asked, .. } = run(bench, case, manifest, &world, None).await;
    let Called { result, effects } = called;
    let mut differences = Vec::new();
    let (exchanges, unanswered) = exchanges(case, &asked);
    differences.extend(requests(case, &asked).iter().map(ToString::to_string));
    differences.extend(shut(case, &bench.shut()));
    differences.extend(denied(&effects));
    let mut seen = None;
    match result {
        Ok(expect) => {
            let expected = serde_json::to_value(&case.expect).unwrap_or_default();
            differences.extend(compare("expect", &expected, &expect).iter().map(ToString::to_string));
            // What there is nothing of is written down all the same where it is what the case is about.
            let expect = about(case, expect);
            seen = (!unanswered).then_some(Seen { provider: exchanges, expect });
        }
        Err(failure) => differences.insert(0, format!("the call gave no answer: {failure}")),
    }
    Judged { differences, seen, log: log(&effects) }
}

/// The expectation with the list that a case of its kind cannot be without.
fn about(case: &Case, mut expect: Value) -> Value {
    if let Some(object) = expect.as_object_mut() {
        let key = match &case.call {
            CaseCall::Act(_) => return expect,
            _ if object.contains_key("refusal") || object.contains_key("fault") => return expect,
            CaseCall::Receive(_) | CaseCall::FollowUp(_) | CaseCall::Poll(_) => "events",
            CaseCall::Fetch(_) => return expect,
            CaseCall::Send(_) => "outcomes",
            CaseCall::Preview(_) => "problems",
            CaseCall::LookUp(LookUp::Templates) => "found",
            CaseCall::LookUp(_) => return expect,
        };
        object.entry(key).or_insert_with(|| json!([]));
    }
    expect
}

/// The requests that came, each with the answer it was given, and whether one came that no answer is written for.
fn exchanges(case: &Case, asked: &[Asked]) -> (Vec<Exchange>, bool) {
    let mut asked = asked.iter();
    let mut exchanges = Vec::new();
    for exchange in &case.provider {
        if exchange.answer == Answered::Broken(Break::Unreachable) {
            exchanges.push(exchange.clone());
        } else if let Some(asked) = asked.next() {
            exchanges.push(Exchange { request: asked.clone(), answer: exchange.answer.clone() });
        }
    }
    (exchanges, asked.next().is_some())
}

/// Where the requests differ from those of the case. What is not reached is not seen.
fn requests(case: &Case, asked: &[Asked]) -> Vec<Difference> {
    let value = |asked: &Asked| serde_json::to_value(asked).unwrap_or_default();
    let expected: Vec<&Exchange> =
        case.provider.iter().filter(|exchange| exchange.answer != Answered::Broken(Break::Unreachable)).collect();
    let mut differences = Vec::new();
    for place in 0..expected.len().max(asked.len()) {
        let at = format!("provider[{place}].request");
        match (expected.get(place), asked.get(place)) {
            (Some(exchange), Some(asked)) => differences.extend(compare(&at, &value(&exchange.request), &value(asked))),
            (Some(exchange), None) => {
                differences.push(Difference { at, expected: Some(value(&exchange.request)), seen: None });
            }
            (None, Some(asked)) => differences.push(Difference { at, expected: None, seen: Some(value(asked)) }),
            (None, None) => {}
        }
    }
    differences
}

/// Where other hosts than those of the case were found unreachable. Of a request that finds nobody no more is seen than its host.
fn shut(case: &Case, seen: &[String]) -> Option<String> {
    let unreachable = case.provider.iter().filter(|exchange| exchange.answer == Answered::Broken(Break::Unreachable));
    // Nobody is told a port where nobody answers.
    let host = |exchange: &Exchange| exchange.request.host().split(':').next().unwrap_or_default().to_owned();
    let expected: Vec<String> = unreachable.map(host).collect();
    let words = |hosts: &[String]| if hosts.is_empty() { "none".to_owned() } else { hosts.join(", ") };
    (expected != seen)
        .then(|| format!("provider: expected to be found unreachable: {}; seen: {}", words(&expected), words(seen)))
}

/// What the plugin tried and may not.
pub(crate) fn denied(effects: &Effects) -> impl Iterator<Item = String> + '_ {
    effects.denials.iter().map(|denial| format!("a request was refused by the host: {}", denial.what))
}

pub(crate) fn log(effects: &Effects) -> Vec<String> {
    let line = |line: &lockgate_runtime::LogLine| {
        let fields: String = line.fields.iter().map(|pair| format!(" {}={}", pair.name, pair.value)).collect();
        format!("{:?}: {}{fields}", line.level, line.message)
    };
    effects.log.iter().map(line).collect()
}

/// A request as somebody is shown it: what it says, without what the kit made up.
pub(crate) fn input(request: &Request) -> Value {
    let pairs = |pairs: &[lockgate_model::contract::common::Pair]| -> Value {
        pairs.iter().map(|pair| json!([pair.name, pair.value])).collect()
    };
    trimmed(json!({
        "account": request.account, "route": request.route, "method": request.method, "path": request.path,
        "query": pairs(&request.query), "headers": pairs(&request.headers), "body": body(&request.body),
        "files": request.files,
        "received_at": request.received_at,
    }))
}

/// A body as a value, where it is an object or a list in JSON, or as text.
fn body(bytes: &[u8]) -> Value {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let value = serde_json::from_str::<Value>(&text).ok().filter(|value| value.is_object() || value.is_array());
    value.unwrap_or(Value::String(text))
}

/// A plugin's own answer as a case has it: its body as a value or a text.
fn response(response: &Response) -> Value {
    #[derive(Serialize)]
    struct Shown<'a> {
        status: u16,
        headers: BTreeMap<String, &'a str>,
        body: Value,
    }
    let headers = response.headers.iter().map(|pair| (pair.name.to_ascii_lowercase(), pair.value.as_str())).collect();
    let shown = Shown { status: response.status, headers, body: body(&response.body) };
    serde_json::to_value(shown).unwrap_or_default()
}

/// The keys that were deleted, in order.
fn deleted(writes: &[(String, Option<Vec<u8>>)]) -> Vec<&String> {
    writes.iter().filter_map(|(key, value)| value.is_none().then_some(key)).collect()
}

fn state(writes: &[(String, Option<Vec<u8>>)]) -> Value {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let written = writes.iter().filter_map(|(key, value)| Some((key.clone(), json!(text(value.as_deref()?)))));
    Value::Object(written.collect())
}
