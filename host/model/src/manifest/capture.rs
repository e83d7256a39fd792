//! Where in an answer a secret stands that the provider mints there.

use serde::{Deserialize, Serialize};

use super::egress::pointer_keys;

/// A JSON pointer (RFC 6901) into an answer, in which a segment `*` stands for every element of an array and every field of an
/// object: `/data/*/access_token`. A field whose name is `*` cannot be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CapturePointer(String);

/// One step of a [`CapturePointer`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptureStep {
    /// The field of this name or, in an array, the element of this number.
    Key(String),
    /// Every field or element.
    Each,
}

impl CapturePointer {
    /// As it is written in the manifest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its steps, outermost first; none where it is no pointer or points at the whole answer, as in no checked manifest.
    pub fn steps(&self) -> Option<Vec<CaptureStep>> {
        let step = |key: String| if key == "*" { CaptureStep::Each } else { CaptureStep::Key(key) };
        pointer_keys(&self.0).map(|keys| keys.into_iter().map(step).collect())
    }

    /// Whether both can lead to the same value, or one to what holds the other's.
    pub(super) fn meets(&self, other: &Self) -> bool {
        let (Some(steps), Some(others)) = (self.steps(), other.steps()) else { return false };
        steps.iter().zip(&others).all(|pair| match pair {
            (CaptureStep::Each, _) | (_, CaptureStep::Each) => true,
            (CaptureStep::Key(one), CaptureStep::Key(other)) => one == other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{CapturePointer, CaptureStep};

    fn pointer(text: &str) -> CapturePointer {
        CapturePointer(text.into())
    }

    #[test]
    fn a_star_is_every_element_and_the_rest_a_pointer() {
        let steps = pointer("/data/*/a~1b").steps().unwrap();
        assert_eq!(steps, [CaptureStep::Key("data".into()), CaptureStep::Each, CaptureStep::Key("a/b".into())]);
        assert_eq!(pointer("/a*").steps(), Some(vec![CaptureStep::Key("a*".into())]));
        for text in ["", "data", "/a~2"] {
            assert_eq!(pointer(text).steps(), None, "{text}");
        }
    }

    #[test]
    fn pointers_meet_where_one_holds_the_other() {
        for (one, other) in [("/a", "/a"), ("/a", "/a/b"), ("/*", "/a/b"), ("/a/*/t", "/a/0/t"), ("/a/*", "/*/b")] {
            assert!(pointer(one).meets(&pointer(other)) && pointer(other).meets(&pointer(one)), "{one} {other}");
        }
        for (one, other) in [("/a", "/b"), ("/a/*/t", "/a/*/s"), ("/a/b", "/ab")] {
            assert!(!pointer(one).meets(&pointer(other)), "{one} {other}");
        }
    }
}
