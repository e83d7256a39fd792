//! Makes a case of what really happened: a webhook that came in, or what a provider answered.
//!
//! # What stays
//!
//! A recording is kept in a repository and shown to strangers. So every value is replaced by a stand-in that looks like it
//! (`standin`), save for
//!
//! * names of fields: those that begin with a small letter, or are made of words of forms (`MessageStatus`), or stand in a case of
//!   the project already, and have no four digits in a row;
//! * words of the protocol: in a field such as `type`, `status`, `event` or `object` one that is written in small letters or in
//!   capitals alone (`message`, `MESSAGE_RECEIVED`); what a case of the project has in a field of that name already, where the name
//!   does not tell that it is somebody's own (`id`, `name`, `text` …); what a browser says that it wants (`accept`); media types, and
//!   how names of files end, where they are known ones;
//! * true, false, null, whole numbers below 1000, and moments: where the field's name tells a time, or within a day of the request;
//! * of what follows the route in the path, what the path of a case of the project has already;
//! * what [`Keep`] names.
//!
//! The same value has the same stand-in throughout, and in every recording that is made with the same key. Addresses of mail and
//! pages are below example.org, phone numbers are of those that are kept free for stories (+1 … 555-01…), all else has as many
//! letters and digits as before. A file of a form has a short one of its kind in its place. Of headers only those stay that may mean
//! something to a plugin; signatures go, because the kit hands a plugin what the host has verified already.

mod answers;
mod attached;
pub mod dump;
mod kind;
mod standin;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::BTreeMap;

use jiff::Timestamp;
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::settings::SettingValue;
use lockgate_model::manifest::{Manifest, Route};
use serde_json::{Map, Value, json};

use crate::case::{Case, CaseCall};
pub use attached::Attached;
pub use standin::StandInKey;
use standin::StandIns;
pub use walk::Keep;
use walk::{Known, Walk};

/// A webhook as it came.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw {
    /// The manifest's route.
    pub route: String,
    /// HTTP method.
    pub method: String,
    /// What followed the route in the path.
    pub path: String,
    /// The query, decoded.
    pub query: Vec<Pair>,
    /// The headers.
    pub headers: Vec<Pair>,
    /// The body's bytes.
    pub body: Vec<u8>,
    /// The files of a form.
    pub files: Vec<Attached>,
}

/// What a recording is made with.
#[derive(Debug)]
pub struct Recording<'a> {
    /// Of the plugin that is recorded for.
    pub manifest: &'a Manifest,
    /// The project's cases: they show what is a word of the protocol.
    pub cases: &'a [Case],
    /// The settings with which it happened, to be replaced too; none: those of a case.
    pub settings: Option<BTreeMap<String, SettingValue>>,
    /// What the case shows, in a sentence.
    pub about: &'a str,
    /// When it happened, in milliseconds since 1970.
    pub now_ms: u64,
    /// What stays.
    pub keep: &'a [Keep],
    /// What stand-ins are made with.
    pub key: &'a StandInKey,
}

/// A case that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The case's file. It expects nothing yet.
    pub text: String,
    /// Texts that stayed, with where they are: for somebody to look at.
    pub kept: Vec<String>,
    /// How many values were replaced.
    pub replaced: usize,
}

impl Recording<'_> {
    /// A case of a webhook.
    pub fn webhook(&self, raw: &Raw) -> Recorded {
        let known = Known::of(self.cases);
        let mut walk = self.walk(&known);
        let route = self.manifest.route(&raw.route);
        let mut receive = Map::new();
        receive.insert("route".into(), json!(raw.route));
        if route.is_none_or(|route| route.methods.first() != Some(&raw.method)) {
            receive.insert("method".into(), json!(raw.method));
        }
        let (headers, kind) = headers(&raw.headers, route);
        let body = body(&raw.body, &kind);
        if let Body::Json(value) = &body {
            walk.look_for_phones("", value);
        }
        let fields = if let Body::Form(pairs) = &body { pairs.as_slice() } else { &[] };
        for pair in raw.query.iter().chain(fields) {
            walk.look_for_phones(&pair.name, &Value::String(pair.value.clone()));
        }
        if !raw.path.is_empty() {
            receive.insert("path".into(), json!(walk.path(&raw.path)));
        }
        let listed =
            |pairs: Vec<Pair>| -> Value { pairs.into_iter().map(|pair| json!([pair.name, pair.value])).collect() };
        if !raw.query.is_empty() {
            receive.insert("query".into(), listed(walk.pairs("query", &raw.query)));
        }
        let mut shown: Vec<Pair> = walk.pairs("header", &headers);
        let named = route.is_some_and(|route| route.content_types.contains(&kind));
        if let Some(kind) = if named { Some(kind) } else { kind::media_type(&kind) } {
            walk.kept.push(format!("header:content-type {kind:?}"));
            shown.insert(0, Pair { name: "content-type".into(), value: kind });
        }
        receive.insert("headers".into(), listed(shown));
        match body {
            Body::None => {}
            Body::Json(value) => drop(receive.insert("body".into(), walk.value(&mut Vec::new(), &value))),
            Body::Form(pairs) => {
                let pairs = walk.pairs("form", &pairs);
                let mut form = url::form_urlencoded::Serializer::new(String::new());
                form.extend_pairs(pairs.iter().map(|pair| (&pair.name, &pair.value)));
                receive.insert("body".into(), json!(form.finish()));
            }
            Body::Other => {
                if let Value::Object(made) = walk.other(&raw.body) {
                    receive.extend(made);
                }
            }
        }
        if !raw.files.is_empty() {
            let rule = route.and_then(|route| route.files.as_ref());
            receive.insert("files".into(), attached::list(&mut walk, &raw.files, rule));
        }
        let of_route = |case: &&Case| matches!(&case.call, CaseCall::Receive(webhook) if webhook.route == raw.route);
        let settings = self.settings(&mut walk, self.cases.iter().find(of_route));
        let text = file(&[
            ("about", json!(self.about)),
            ("now", json!(moment(self.now_ms))),
            ("settings", settings),
            ("receive", Value::Object(receive)),
            ("expect", json!({ "events": [] })),
        ]);
        Recorded { text, kept: walk.kept, replaced: walk.replaced }
    }

    fn walk<'a>(&'a self, known: &'a Known) -> Walk<'a> {
        Walk {
            stand_ins: StandIns::new(self.key, &self.manifest.plugin.id),
            known,
            keep: self.keep,
            now_ms: self.now_ms,
            kept: Vec::new(),
            replaced: 0,
        }
    }

    /// The settings, each with the stand-in that its value has in the request; what the manifest proposes stays.
    fn settings(&self, walk: &mut Walk<'_>, model: Option<&Case>) -> Value {
        let Some(settings) = &self.settings else {
            return model.or(self.cases.first()).map(|case| settings_of(&case.settings)).unwrap_or_else(|| json!({}));
        };
        let declared = |key: &str| self.manifest.settings.iter().find(|field| field.key == key);
        let mut made = Map::new();
        for (key, value) in settings {
            let Some(field) = declared(key) else { continue };
            let Some(value) = plain(value) else { continue };
            let proposed = field.default.as_deref().is_some_and(|default| value.as_str() == Some(default));
            let value = if proposed { value } else { walk.value(&mut vec!["settings".into(), key.clone()], &value) };
            made.insert(key.clone(), value);
        }
        Value::Object(made)
    }
}

fn settings_of(settings: &BTreeMap<String, SettingValue>) -> Value {
    Value::Object(settings.iter().filter_map(|(key, value)| Some((key.clone(), plain(value)?))).collect())
}

/// A setting as a case has it.
fn plain(value: &SettingValue) -> Option<Value> {
    Some(match value {
        SettingValue::Text(text) => json!(text),
        SettingValue::Number(number) => json!(number),
        SettingValue::Boolean(is) => json!(is),
        SettingValue::Texts(list) => json!(list),
        SettingValue::Secret(_) => return None,
    })
}

/// What a body is.
enum Body {
    None,
    Json(Value),
    Form(Vec<Pair>),
    Other,
}

fn body(bytes: &[u8], kind: &str) -> Body {
    if bytes.is_empty() {
        return Body::None;
    }
    if kind.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(bytes);
        return Body::Form(pairs.map(|(name, value)| Pair { name: name.into(), value: value.into() }).collect());
    }
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value @ (Value::Object(_) | Value::Array(_))) => Body::Json(value),
        _ => Body::Other,
    }
}

/// The headers that may mean something to a plugin, and the media type without its parameters.
fn headers(headers: &[Pair], route: Option<&Route>) -> (Vec<Pair>, String) {
    let mut named = Vec::new();
    if let Some(recipe) = route.and_then(|route| serde_json::to_value(&route.verify).ok()) {
        texts(&recipe, &mut named);
    }
    let own = |pair: &&Pair| {
        let name = pair.name.to_ascii_lowercase();
        let signs = ["signature", "hmac", "digest", "token", "secret", "auth", "cookie", "key", "jwt"];
        let by_browsers = matches!(name.as_str(), "accept" | "origin" | "referer") || name.starts_with("sec-fetch-");
        (by_browsers || name.starts_with("x-"))
            && !TRANSPORT.iter().any(|of| name.starts_with(of))
            && !signs.iter().any(|of| name.contains(of))
            && !named.contains(&name)
    };
    let kind = headers.iter().find(|pair| pair.name.eq_ignore_ascii_case("content-type"));
    let kind = kind.and_then(|pair| pair.value.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
    let lower = |pair: &Pair| Pair { name: pair.name.to_ascii_lowercase(), value: pair.value.clone() };
    (headers.iter().filter(own).map(lower).collect(), kind)
}

/// Beginnings of headers that tell of the way a request took.
const TRANSPORT: [&str; 12] = [
    "x-forwarded",
    "x-real-ip",
    "x-request-id",
    "x-amz",
    "x-amzn",
    "x-cloud",
    "x-b3",
    "x-envoy",
    "x-client",
    "x-original",
    "x-azure",
    "x-trace",
];

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.to_ascii_lowercase()),
        Value::Array(list) => list.iter().for_each(|value| texts(value, found)),
        Value::Object(object) => object.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}

fn moment(ms: u64) -> String {
    let at = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// A case's file, in the order in which it is read. Settings are left out where there are none.
fn file(fields: &[(&str, Value)]) -> String {
    let told =
        fields.iter().filter(|(key, value)| *key != "settings" || value.as_object().is_some_and(|set| !set.is_empty()));
    let lines: Vec<String> =
        told.map(|(key, value)| format!("  \"{key}\": {}", format!("{value:#}").replace('\n', "\n  "))).collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}
