//! The place in a list that is sorted by a moment and, within it, by an id.

use std::str::FromStr;

/// A moment and an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: u64,
    pub(super) order: i64,
    pub(super) id: String,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.at, self.order, self.id)
    }
}

/// A text that is no place in such a list.
pub(super) struct NotAPlace;

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let mut pieces = text.splitn(3, '.');
        let mut next = || pieces.next().ok_or(NotAPlace);
        let at = next()?.parse().map_err(|_| NotAPlace)?;
        let order = next()?.parse().map_err(|_| NotAPlace)?;
        let id = next()?.to_owned();
        if id.len() > 64 {
            return Err(NotAPlace);
        }
        Ok(Self { at, order, id })
    }
}
