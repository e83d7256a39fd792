//! Headers that would make somebody on the way read another request than the one that was judged.

use super::knock::{Knock, case, pair};
use crate::case::Case;

/// What the log says of a header that is the connection's, or a way round the gate.
const NOT_YOURS: &str = "is not a plugin's to set";

/// Headers that are refused, and the one of the control, which is no different but for its name.
const REFUSED: [(&str, &str, &str); 18] = [
    ("connection", "connection", "close"),
    ("connection-drops-a-header", "connection", "x-token"),
    ("keep-alive", "keep-alive", "timeout=5"),
    ("te", "te", "trailers"),
    ("trailer", "trailer", "x-token"),
    ("transfer-encoding", "transfer-encoding", "chunked"),
    ("transfer-encoding-disguised", "transfer_encoding", "chunked"),
    ("upgrade", "upgrade", "h2c"),
    ("http2-settings", "http2-settings", "AAMAAABkAAQAAP__"),
    ("expect", "expect", "100-continue"),
    ("proxy-authorization", "proxy-authorization", "Basic eDp5"),
    ("forwarded-host", "x-forwarded-host", "evil.test"),
    ("original-url", "x-original-url", "/secret"),
    ("rewrite-url", "x-rewrite-url", "/secret"),
    ("method-override", "x-http-method-override", "DELETE"),
    ("cookie", "cookie", "session=mine"),
    ("content-length-disguised", "content_length", "0"),
    ("real-ip", "x-real-ip", "127.0.0.1"),
];

pub(super) fn cases() -> Vec<Case> {
    let granted = || Knock::get("https://canary.test/ok/{nonce}");
    let refused = REFUSED.iter().map(|(name, header, value)| {
        let attack = granted().header(header, value).denied(NOT_YOURS);
        pair(&format!("header-{name}"), "a header that is not a plugin's", attack, granted().header("x-other", value))
    });
    let mut cases: Vec<Case> = refused.collect();
    let posted = |length: &str| {
        Knock::post("https://canary.test/ok", "text/plain", "body {nonce}").header("content-length", length)
    };
    let many = |count: usize| (0..count).fold(granted(), |knock, n| knock.header(&format!("x-{n}"), "1"));
    cases.extend([
        pair(
            "header-with-a-line-in-it",
            "a header within a header's value",
            granted().header("x-other", "a\r\nx-token: mine").unusable("headers"),
            granted().header("x-other", "a x-token: mine"),
        ),
        pair(
            "header-name-with-a-line-in-it",
            "a header within a header's name",
            granted().header("x-other: a\r\nx-token", "mine").unusable("headers"),
            granted().header("x-other", "mine"),
        ),
        pair(
            "header-host",
            "a Host that is another than the address",
            granted().header("host", "evil.test").denied("names another host"),
            granted().header("host", "canary.test"),
        ),
        // 41 bytes: "body " and a nonce of 36.
        case(
            "content-length-too-short",
            "a length that leaves half of the body for a request of its own",
            vec![posted("5").broken("HttpRequestBodySize")],
            vec![posted("41")],
        ),
        pair(
            "content-length-of-two-kinds",
            "two lengths",
            posted("41").header("content-length", "5").unusable("headers"),
            posted("41"),
        ),
        pair("headers-too-many", "65 headers", many(65).denied("at most 64 headers"), many(60)),
        pair(
            "headers-too-large",
            "33 KiB of headers",
            granted().padded(33 << 10).ending("total size of fields exceeds limit"),
            granted().padded(4 << 10),
        ),
        pair(
            "packed-answer-asked-for",
            "an encoding that scrubbing cannot read",
            Knock::get("https://odd.test/packed/gzip/{nonce}")
                .header("accept-encoding", "gzip")
                .broken("HttpResponseContentCoding"),
            granted().header("accept-encoding", "gzip"),
        ),
    ]);
    cases
}
