//! Lists, one page at a time.

use std::str::FromStr;

use crate::error::Refused;

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// `next_cursor` of the page before; none: the first page.
    pub cursor: Option<String>,
    /// How many items at most.
    pub limit: u32,
}

impl Page {
    /// What the page begins after, read from the cursor.
    pub(crate) fn after<T: FromStr>(&self) -> Result<Option<T>, Refused> {
        self.cursor.as_deref().map(|cursor| cursor.parse().map_err(|_| Refused::Cursor)).transpose()
    }

    /// How many rows to ask for: one more than is shown, which tells whether there is a next page.
    pub(crate) fn rows(&self) -> u64 {
        u64::from(self.limit) + 1
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paged<T> {
    /// In the list's order.
    pub items: Vec<T>,
    /// For the page after this one; none: this is the last.
    pub next_cursor: Option<String>,
}

impl<T> Paged<T> {
    /// Makes a page of [`Page::rows`] rows. `cursor` names an item.
    pub(crate) fn of(page: &Page, mut items: Vec<T>, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next_cursor = if more { items.last().map(cursor) } else { None };
        Self { items, next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_the_next_one_only_where_there_is_one() {
        let page = Page { cursor: None, limit: 2 };
        let cursor = |item: &u32| item.to_string();
        assert_eq!(Paged::of(&page, vec![1, 2], cursor), Paged { items: vec![1, 2], next_cursor: None });
        assert_eq!(Paged::of(&page, vec![1, 2, 3], cursor), Paged { items: vec![1, 2], next_cursor: Some("2".into()) });
        assert_eq!(Page { cursor: Some("x".into()), limit: 2 }.after::<u32>(), Err(Refused::Cursor));
    }
}
