//! What a provider may be answered: by the manifest where the plugin says nothing, and by the plugin itself.
//!
//! A plugin's own answer is a stranger's text under our name. What it may be is bounded twice: by the lists here, which hold for
//! every plugin, and by what its manifest asks for out of them and an admin read on the permission sheet.

use serde::{Deserialize, Serialize};

/// Media types that an answer may have; nothing that a browser would run for another page, whatever origin it is from.
pub const ANSWER_TYPES: [&str; 9] = [
    "application/json",
    "application/octet-stream",
    "application/xml",
    "image/gif",
    "image/jpeg",
    "image/png",
    "text/html",
    "text/plain",
    "text/xml",
];

/// Media types that a plugin's own answer may have where its route names none.
pub const DEFAULT_ANSWER_TYPES: [&str; 4] = ["application/json", "application/xml", "text/plain", "text/xml"];

/// Headers that a route may permit in its plugin's own answers, beside the media type. None of them reaches beyond the answer
/// that it stands in: no cookie, no policy of the origin, nothing between two hops, nothing that a proxy in front of us acts on.
/// `x-slack-no-retry` ends Slack's repetitions.
pub const ANSWER_HEADERS: [&str; 7] = [
    "cache-control",
    "content-disposition",
    "content-language",
    "etag",
    "last-modified",
    "retry-after",
    "x-slack-no-retry",
];

/// Statuses of a plugin's own answers. Not 401, which is for the host to say, and no 5xx or 429: what should come again is
/// refused as *passing*, so that nothing of it is committed.
pub const ANSWER_STATUSES: [u16; 11] = [200, 201, 202, 204, 400, 403, 404, 409, 410, 415, 422];

/// Statuses with which a plugin may send who calls on, where its route names the setting with the address. Neither of them hands
/// the request's body on, neither is remembered.
pub const REDIRECT_STATUSES: [u16; 2] = [302, 303];

/// Statuses of answers that come from the manifest.
pub const DEFAULT_ANSWER_STATUSES: [u16; 4] = [200, 201, 202, 204];

/// Bytes of a plugin's longest own answer. Less than what a call may return altogether, so that its events find room beside it.
pub const MAX_OWN_ANSWER: usize = 4 << 20;

/// `[route.answer]`: what a provider is answered where the plugin says nothing itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DefaultAnswer {
    /// One of [`DEFAULT_ANSWER_STATUSES`].
    pub status: u16,
    /// Media type of the body, one of [`ANSWER_TYPES`], perhaps with `; charset=utf-8`.
    pub content_type: String,
    /// The body, at most 64 KiB; empty with 204.
    pub body: String,
}

impl Default for DefaultAnswer {
    fn default() -> Self {
        Self { status: 200, content_type: "text/plain; charset=utf-8".into(), body: String::new() }
    }
}

/// `[route.own_answer]`: what a plugin's own answers may be beyond plain data with one of [`ANSWER_STATUSES`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OwnAnswer {
    /// Headers it may set, of [`ANSWER_HEADERS`].
    pub headers: Vec<String>,
    /// Media types it may have, of [`ANSWER_TYPES`]; empty: [`DEFAULT_ANSWER_TYPES`].
    pub content_types: Vec<String>,
    /// Key of the setting with the addresses to whose origins it may send who calls on, with one of [`REDIRECT_STATUSES`].
    pub redirect: Option<String>,
}

impl OwnAnswer {
    /// Whether an own answer may have this header, named in lower case.
    pub fn permits_header(&self, name: &str) -> bool {
        ANSWER_HEADERS.contains(&name) && self.headers.iter().any(|permitted| permitted == name)
    }

    /// Whether an own answer may be of this media type, named in lower case and without parameters.
    pub fn permits_type(&self, media_type: &str) -> bool {
        let asked = if self.content_types.is_empty() {
            DEFAULT_ANSWER_TYPES.contains(&media_type)
        } else {
            self.content_types.iter().any(|permitted| permitted == media_type)
        };
        asked && ANSWER_TYPES.contains(&media_type)
    }

    /// Whether an own answer may have this status.
    pub fn permits_status(&self, status: u16) -> bool {
        ANSWER_STATUSES.contains(&status) || (self.redirect.is_some() && REDIRECT_STATUSES.contains(&status))
    }
}

/// A media type as an answer is given it: one of [`ANSWER_TYPES`], and for texts the one encoding that a body can have. None where
/// it is of another kind, or names another encoding.
pub fn answer_type(written: &str) -> Option<&'static str> {
    let (media_type, parameters) = written.split_once(';').unwrap_or((written, ""));
    let parameters = parameters.trim();
    let known = parameters.is_empty()
        || parameters.eq_ignore_ascii_case("charset=utf-8")
        || parameters.eq_ignore_ascii_case("charset=\"utf-8\"");
    let media_type = media_type.trim();
    ANSWER_TYPES.into_iter().find(|permitted| known && permitted.eq_ignore_ascii_case(media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_plain_data_is_permitted_by_default() {
        let own = OwnAnswer::default();
        assert!(own.permits_type("application/json") && !own.permits_type("text/html"));
        assert!(ANSWER_HEADERS.iter().all(|name| !own.permits_header(name)));
        assert!(own.permits_status(200) && own.permits_status(422));
        for status in [0, 99, 100, 101, 199, 206, 300, 301, 302, 303, 304, 307, 308, 401, 407, 429, 500, 503, 600, 999]
        {
            assert!(!own.permits_status(status), "{status}");
        }
    }

    #[test]
    fn a_manifest_cannot_permit_what_the_host_does_not() {
        let own = OwnAnswer {
            headers: ["etag", "set-cookie", "content-security-policy", "x-accel-redirect"].map(str::to_owned).into(),
            content_types: ["text/html", "text/javascript"].map(str::to_owned).into(),
            redirect: Some("thanks".into()),
        };
        assert!(own.permits_header("etag"));
        for name in ["set-cookie", "content-security-policy", "x-accel-redirect", "retry-after", "location"] {
            assert!(!own.permits_header(name), "{name}");
        }
        assert!(own.permits_type("text/html"));
        assert!(!own.permits_type("text/javascript") && !own.permits_type("text/plain"));
        assert!(own.permits_status(303) && !own.permits_status(307) && !own.permits_status(301));
    }

    #[test]
    fn a_media_type_is_one_of_the_list_in_one_encoding() {
        assert_eq!(answer_type("Text/HTML; charset=UTF-8"), Some("text/html"));
        assert_eq!(answer_type("application/json"), Some("application/json"));
        for wrong in
            ["", "text/javascript", "image/svg+xml", "text/html; charset=utf-7", "text/html;charset=utf-8;x=y", "*/*"]
        {
            assert_eq!(answer_type(wrong), None, "{wrong}");
        }
    }
}
