//! What a visitor gets to see, or the script or service that posted.

use lockgate_sdk::form::MEDIA_TYPE;
use lockgate_sdk::{Pair, Request, Response};
use serde::Serialize;

use super::body::{header, media_type};
use crate::config::{Config, origin};

/// How whoever posts wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wants {
    /// A page, or to be sent on to one.
    Page,
    /// Data.
    Json,
}

/// One thing that is wrong with what was filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Wrong {
    /// The field's name. None: the whole.
    pub(crate) field: Option<String>,
    /// `required`, `empty`, `too-many`, `too-long`, `site`.
    pub(crate) code: &'static str,
    /// For the visitor.
    pub(crate) message: String,
}

#[derive(Serialize)]
struct Taken<'a> {
    ok: bool,
    id: &'a str,
}

#[derive(Serialize)]
struct NotTaken<'a> {
    ok: bool,
    errors: &'a [Wrong],
}

impl Wants {
    /// By what it accepts; where that leaves it open, a script and a service want data, a browser's form a page.
    pub(crate) fn of(request: &Request) -> Self {
        let accepted = header(request, "accept").unwrap_or_default().to_ascii_lowercase();
        if accepted.contains("text/html") {
            return Self::Page;
        }
        let script = matches!(header(request, "sec-fetch-mode"), Some("cors" | "same-origin" | "no-cors"));
        let asked = accepted.contains("application/json") || header(request, "x-requested-with").is_some();
        if asked || script || !matches!(media_type(request).as_str(), MEDIA_TYPE | "multipart/form-data" | "") {
            Self::Json
        } else {
            Self::Page
        }
    }

    /// What is answered where all is well.
    pub(crate) fn thanks(self, request: &Request, config: &Config, next: Option<&str>, id: &str) -> Response {
        if self == Self::Json {
            return json(200, &Taken { ok: true, id });
        }
        let asked = next.and_then(|next| onward(request, config, next));
        let page = asked.or_else(|| config.thanks_page.clone().filter(|page| config.is_ours(page)));
        match page {
            Some(page) => {
                Response { status: 303, headers: vec![Pair { name: "location".into(), value: page }], body: Vec::new() }
            }
            None => html(200, &[&config.thanks]),
        }
    }

    /// What is answered where something is wrong.
    pub(crate) fn refusal(self, status: u16, errors: &[Wrong]) -> Response {
        match self {
            Self::Json => json(status, &NotTaken { ok: false, errors }),
            Self::Page => html(status, &errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>()),
        }
    }
}

/// Where a form's own field sends its visitor: an address of one of the sites, or a path of the one that it was posted from.
fn onward(request: &Request, config: &Config, next: &str) -> Option<String> {
    let next = next.trim();
    let address = if next.starts_with('/') && !next.starts_with("//") {
        let here = header(request, "origin").or_else(|| header(request, "referer")).and_then(origin)?;
        format!("{here}{next}")
    } else {
        next.to_owned()
    };
    config.is_ours(&address).then_some(address)
}

fn json(status: u16, value: &impl Serialize) -> Response {
    let headers = vec![Pair { name: "content-type".into(), value: "application/json".into() }];
    Response { status, headers, body: serde_json::to_vec(value).unwrap_or_default() }
}

/// A page of plain paragraphs: no script or style runs in it, and nothing that was posted stands in it but names of fields.
fn html(status: u16, paragraphs: &[&str]) -> Response {
    let paragraphs: String = paragraphs.iter().map(|text| format!("<p>{}</p>\n", escaped(text))).collect();
    let body = format!(
        "<!doctype html>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>{}</title>\n{paragraphs}",
        if status < 300 { "\u{2713}" } else { "\u{26a0}" }
    );
    let headers = vec![Pair { name: "content-type".into(), value: "text/html; charset=utf-8".into() }];
    Response { status, headers, body: body.into_bytes() }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_admin_or_visitor_wrote_is_no_markup() {
        let page = String::from_utf8(html(422, &["<script>alert(\"1\")</script> & more"]).body).unwrap_or_default();
        assert!(page.contains("<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more</p>"), "{page}");
    }
}
