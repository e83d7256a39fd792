//! A plugin's own answer, through what its manifest asked for and the host permits. What is dropped is counted always and logged
//! once, for whoever writes the plugin.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use lockgate_model::contract::common::Pair;
use lockgate_model::contract::inbound;
use lockgate_model::contract::settings::{Setting, SettingValue};
use lockgate_model::manifest::answer::{MAX_OWN_ANSWER, REDIRECT_STATUSES, answer_type};
use lockgate_model::manifest::{OwnAnswer, Route};
use url::Url;

use crate::directory::Mounted;

/// Characters of the longest value of a header.
const VALUE: usize = 1024;

/// Something of a plugin's answer that did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dropped {
    /// The whole of it: a status that it may not answer with.
    Status(u16),
    /// The whole of it: so many bytes.
    Body(usize),
    /// The whole of it: a media type that it may not have, or several.
    Type,
    /// The whole of it: it sends who calls to where the admin did not say.
    Redirect,
    /// A header that it may not set, or not twice.
    Header(String),
    /// A header that it may set, with a value that is no plain text or too long.
    Value(String),
}

impl Dropped {
    fn kind(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Body(_) => "body",
            Self::Type => "media-type",
            Self::Redirect => "redirect",
            Self::Header(_) => "header",
            Self::Value(_) => "value",
        }
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |name: &String| name.chars().take(64).collect::<String>();
        match self {
            Self::Status(status) => write!(f, "the status {status}"),
            Self::Body(length) => write!(f, "a body of {length} bytes, {MAX_OWN_ANSWER} are the most"),
            Self::Type => f.write_str("its media type"),
            Self::Redirect => f.write_str("an address to go on to that is not in the setting for it"),
            Self::Header(header) => write!(f, "the header {:?}", name(header)),
            Self::Value(header) => write!(f, "the value of the header {:?}", name(header)),
        }
    }
}

/// What was told of already.
#[derive(Default)]
pub struct Told(Mutex<HashSet<(String, String, &'static str)>>);

impl Told {
    /// Counts what was dropped, and logs each kind of it once for a version of a plugin and a route.
    pub(super) fn tell(&self, mounted: &Mounted, route: &Route, dropped: &[Dropped]) {
        let digest = mounted.plugin.as_ref().map_or("", |plugin| plugin.record.digest.as_str());
        for one in dropped {
            metrics::counter!("lockgate_answer_dropped_total", "plugin" => mounted.plugin_name.to_string(), "what" => one.kind())
                .increment(1);
        }
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news: Vec<String> = dropped
            .iter()
            .filter(|one| !told.contains(&(digest.to_owned(), route.name.clone(), one.kind())))
            .map(ToString::to_string)
            .collect();
        if news.is_empty() {
            return;
        }
        told.extend(dropped.iter().map(|one| (digest.to_owned(), route.name.clone(), one.kind())));
        drop(told);
        tracing::warn!(
            target: "lockgate::plugin",
            owner = %mounted.owner,
            plugin = %mounted.plugin_name,
            route = route.name,
            dropped = news.join(", "),
            "of the plugin's own answer was dropped what its manifest does not ask for or no plugin may; this is said once"
        );
    }
}

/// What goes out of a plugin's own answer, none where nothing of it can; and what does not.
pub(super) fn pass(
    permitted: &OwnAnswer,
    settings: &[Setting],
    answer: inbound::Response,
) -> (Option<Response>, Vec<Dropped>) {
    let mut dropped = Vec::new();
    match head(permitted, settings, &answer, &mut dropped) {
        Ok(mut response) => {
            let empty = response.status() == StatusCode::NO_CONTENT || response.status().is_redirection();
            if !empty {
                *response.body_mut() = Body::from(answer.body);
            }
            (Some(response), dropped)
        }
        Err(whole) => (None, vec![whole]),
    }
}

fn head(
    permitted: &OwnAnswer,
    settings: &[Setting],
    answer: &inbound::Response,
    dropped: &mut Vec<Dropped>,
) -> Result<Response, Dropped> {
    let status = StatusCode::from_u16(answer.status).map_err(|_| Dropped::Status(answer.status))?;
    if !permitted.permits_status(answer.status) {
        return Err(Dropped::Status(answer.status));
    }
    if answer.body.len() > MAX_OWN_ANSWER {
        return Err(Dropped::Body(answer.body.len()));
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let (mut media_type, mut location) = (None, None);
    for Pair { name, value } in &answer.headers {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            "content-type" if media_type.is_none() => {
                let known = answer_type(value).filter(|known| permitted.permits_type(known)).ok_or(Dropped::Type)?;
                media_type = Some(known);
            }
            "content-type" => return Err(Dropped::Type),
            "location" if REDIRECT_STATUSES.contains(&answer.status) && location.is_none() => {
                location = Some(onward(permitted, settings, value).ok_or(Dropped::Redirect)?);
            }
            _ => match (lower.parse::<HeaderName>(), plain(value)) {
                (Ok(name), Some(value)) if permitted.permits_header(&lower) && !headers.contains_key(&name) => {
                    headers.insert(name, value);
                }
                (Ok(name), None) if permitted.permits_header(name.as_str()) => dropped.push(Dropped::Value(lower)),
                _ => dropped.push(Dropped::Header(lower)),
            },
        }
    }
    if REDIRECT_STATUSES.contains(&answer.status) {
        headers.insert(header::LOCATION, location.ok_or(Dropped::Redirect)?);
    } else if status != StatusCode::NO_CONTENT {
        headers.insert(header::CONTENT_TYPE, written(media_type.unwrap_or("text/plain")));
    }
    Ok(response)
}

/// A value of visible ASCII and spaces: what every proxy reads alike.
fn plain(value: &str) -> Option<HeaderValue> {
    let plain = value.len() <= VALUE && value.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    if plain { HeaderValue::from_str(value).ok() } else { None }
}

/// The address to go on to, where its origin is one of those that the admin filled in.
fn onward(permitted: &OwnAnswer, settings: &[Setting], value: &str) -> Option<HeaderValue> {
    let key = permitted.redirect.as_ref()?;
    let address = web_address(value)?;
    let filled = settings.iter().filter(|setting| setting.key == *key).flat_map(|setting| match &setting.value {
        SettingValue::Text(text) => vec![text.as_str()],
        SettingValue::Texts(texts) => texts.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    });
    let known = filled.filter_map(web_address).any(|known| known.origin() == address.origin());
    // As it was understood, not as it was written: then no browser understands it otherwise.
    if known { plain(address.as_str()) } else { None }
}

fn web_address(text: &str) -> Option<Url> {
    let address = Url::parse(text).ok()?;
    let plain = address.username().is_empty() && address.password().is_none() && address.host().is_some();
    (plain && matches!(address.scheme(), "http" | "https")).then_some(address)
}

/// A media type with the encoding of its text.
pub(super) fn written(media_type: &'static str) -> HeaderValue {
    match media_type {
        "text/html" => HeaderValue::from_static("text/html; charset=utf-8"),
        "text/plain" => HeaderValue::from_static("text/plain; charset=utf-8"),
        other => HeaderValue::from_static(other),
    }
}

#[cfg(test)]
mod tests;
