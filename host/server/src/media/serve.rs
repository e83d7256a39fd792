//! A file as an answer: all of it or a range, always as something to keep and never as a page.

use std::ops::Range;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use lockgate_store::MediumRecord;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Media;

/// What stands as it is in an extended parameter (RFC 8187, `attr-char`).
const EXTENDED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The answer to a request with these headers.
pub(crate) fn respond(media: &Media, medium: &MediumRecord, headers: &HeaderMap) -> Response {
    let asked = headers.get(header::RANGE).and_then(|value| range(value.to_str().ok()?, medium.size));
    let (status, range) = match asked {
        None => (StatusCode::OK, 0..medium.size),
        Some(Some(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(None) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            set(&mut response, header::CONTENT_RANGE, &format!("bytes */{}", medium.size));
            return response;
        }
    };
    let mut response = Response::new(Body::from_stream(media.stream(medium, range.clone())));
    *response.status_mut() = status;
    set(&mut response, header::CONTENT_LENGTH, &range.end.saturating_sub(range.start).to_string());
    if status == StatusCode::PARTIAL_CONTENT {
        let last = range.end.saturating_sub(1);
        set(&mut response, header::CONTENT_RANGE, &format!("bytes {}-{last}/{}", range.start, medium.size));
    }
    describe(&mut response, medium);
    response
}

/// What keeps a stranger's file from being anything but a file.
fn describe(response: &mut Response, medium: &MediumRecord) {
    let name = medium.file_name.as_deref().unwrap_or("file");
    set(response, header::CONTENT_TYPE, &medium.content_type);
    set(response, header::CONTENT_DISPOSITION, &disposition(name));
    set(response, header::ACCEPT_RANGES, "bytes");
    set(response, header::ETAG, &format!("\"{}\"", medium.sha256));
    set(response, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(response, header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    set(response, header::CACHE_CONTROL, "private, no-store");
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// `attachment` with the name twice (RFC 6266): as ASCII that nothing can be ended in, and as it is.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' }).collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", utf8_percent_encode(name, EXTENDED))
}

/// The one range of bytes that is asked for (RFC 9110, 14.1.2); within, none where the file ends before it. None: nothing that is
/// understood, or several, and all is answered.
fn range(asked: &str, size: u64) -> Option<Option<Range<u64>>> {
    let (first, last) = asked.strip_prefix("bytes=")?.split_once('-')?;
    if first.is_empty() {
        let count: u64 = last.parse().ok()?;
        return Some((count > 0 && size > 0).then(|| size.saturating_sub(count)..size));
    }
    let first: u64 = first.parse().ok()?;
    let end = if last.is_empty() { size } else { last.parse::<u64>().ok()?.saturating_add(1).min(size) };
    if !last.is_empty() && last.parse::<u64>().ok()? < first {
        return None;
    }
    Some((first < size).then_some(first..end))
}

#[cfg(test)]
mod tests {
    use super::{disposition, range};

    #[test]
    fn a_name_ends_nothing() {
        assert_eq!(disposition("a b.pdf"), "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf");
        let tricky = disposition("x\"; filename=\"evil.html\\\r\nä🙂.txt");
        let (plain, extended) = tricky.split_once("; filename*=").expect("both");
        assert_eq!(plain, "attachment; filename=\"x__ filename__evil.html_____.txt\"");
        assert!(extended.is_ascii() && !extended.contains(['"', '\r', '\n', ';', ' ']), "{extended}");
    }

    #[test]
    fn a_range_is_one_and_within() {
        for (asked, found) in [
            ("bytes=0-0", Some(Some(0..1))),
            ("bytes=2-", Some(Some(2..10))),
            ("bytes=2-100", Some(Some(2..10))),
            ("bytes=-3", Some(Some(7..10))),
            ("bytes=-30", Some(Some(0..10))),
            ("bytes=10-", Some(None)),
            ("bytes=-0", Some(None)),
            ("bytes=3-2", None),
            ("bytes=0-1,3-4", None),
            ("lines=0-1", None),
            ("bytes=a-b", None),
        ] {
            assert_eq!(range(asked, 10), found, "{asked}");
        }
        assert_eq!(range("bytes=0-", 0), Some(None));
    }
}
