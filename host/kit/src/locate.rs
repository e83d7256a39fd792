//! Finds the line of a JSON text on which a value stands, so that a message can send somebody's eyes there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::terse::Step;

/// The line (from 1) of the value at the end of this way, or of the last one on it that is there.
pub(crate) fn line(text: &str, path: &[Step]) -> usize {
    let mut here = text;
    for step in path {
        let next = match step {
            Step::Key(key) => serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(here)
                .ok()
                .and_then(|object| object.get(key.as_str()).map(|value| value.get())),
            Step::At(at) => serde_json::from_str::<Vec<&RawValue>>(here)
                .ok()
                .and_then(|list| list.get(*at).map(|value| value.get())),
        };
        match next {
            Some(inner) => here = inner,
            None => break,
        }
    }
    // Raw values are parts of the text itself.
    let before = (here.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.as_bytes().iter().take(before).filter(|byte| **byte == b'\n').count() + 1
}

/// Where the value of a key of the whole stands in the text, in bytes.
pub(crate) fn span(text: &str, key: &str) -> Option<std::ops::Range<usize>> {
    let object = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(text).ok()?;
    let value = object.get(key)?.get();
    let start = (value.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    Some(start..start + value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_by_its_way() {
        let text = "{\n  \"a\": [\n    1,\n    { \"b\\n\": 2,\n      \"c\": 3 }\n  ]\n}";
        let key = |key: &str| Step::Key(key.into());
        for (path, at) in [
            (vec![], 1),
            (vec![key("a")], 2),
            (vec![key("a"), Step::At(0)], 3),
            (vec![key("a"), Step::At(1)], 4),
            (vec![key("a"), Step::At(1), key("c")], 5),
            (vec![key("a"), Step::At(1), key("b\n")], 4),
            (vec![key("a"), Step::At(1), key("missing"), key("c")], 4),
            (vec![key("a"), Step::At(9)], 2),
        ] {
            assert_eq!(line(text, &path), at, "{path:?}");
        }
        assert_eq!(line("no JSON", &[key("a")]), 1);
        assert_eq!(span(text, "a").and_then(|span| text.get(span)).map(|inner| inner.starts_with("[\n")), Some(true));
        assert_eq!(span(text, "b"), None);
    }
}
