//! Fields of an `application/x-www-form-urlencoded` body (WHATWG URL), with where they stand in it.

use std::ops::Range;

use bytes::Bytes;
use http::{HeaderMap, header};

/// One field.
pub(super) struct Field {
    /// Decoded.
    pub(super) value: String,
    /// Where name and value stand in the body.
    pub(super) at: Range<usize>,
    /// Where the value alone stands.
    pub(super) value_at: Range<usize>,
}

/// Whether the headers say that the body is such a form.
pub(super) fn is_form(headers: &HeaderMap) -> bool {
    super::template::only(headers, header::CONTENT_TYPE.as_str())
        .and_then(|value| value.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The fields of this name.
pub(super) fn fields(body: &[u8], name: &str) -> Vec<Field> {
    let mut start = 0;
    let mut found = Vec::new();
    for part in body.split(|byte| *byte == b'&') {
        let at = start..start + part.len();
        start = at.end + 1;
        let Some((given, value)) = url::form_urlencoded::parse(part).next() else { continue };
        if given == name {
            let before = part.iter().position(|byte| *byte == b'=').map_or(part.len(), |equals| equals + 1);
            let value_at = at.start + before..at.end;
            found.push(Field { value: value.into_owned(), at, value_at });
        }
    }
    found
}

/// A body with these ranges overwritten by asterisks, which mean themselves in a form as in a JSON text.
pub(super) fn mask(body: &Bytes, ranges: &[Range<usize>]) -> Bytes {
    let mut masked = body.to_vec();
    for range in ranges {
        if let Some(bytes) = masked.get_mut(range.clone()) {
            bytes.fill(b'*');
        }
    }
    masked.into()
}
