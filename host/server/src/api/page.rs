//! Lists: one page at a time, by an opaque cursor.

use lockgate_store::{Page, Paged};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::problem::{Kind, Problem};

/// Items of a page where nothing is asked for.
const DEFAULT_LIMIT: u32 = 50;

/// Items of a page at most.
const MAX_LIMIT: u32 = 200;

/// Which page of a list.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before; without it the first page.
    pub(crate) cursor: Option<String>,
    /// Items of a page, 1 to 200 [default: 50].
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

impl PageQuery {
    /// Checked, for the store.
    pub(crate) fn page(self) -> Result<Page, Problem> {
        page(self.cursor, self.limit)
    }
}

/// As [`PageQuery::page`], for queries that have filters too.
pub(crate) fn page(cursor: Option<String>, limit: Option<u32>) -> Result<Page, Problem> {
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::new(Kind::BadRequest, format!("`limit` is {limit}; it must be from 1 to {MAX_LIMIT}.")));
    }
    Ok(Page { cursor: cursor.filter(|cursor| !cursor.is_empty()), limit })
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// In the list's own order.
    pub(crate) items: Vec<T>,
    /// Hand it in as `cursor` for the next page; null: this was the last.
    pub(crate) next_cursor: Option<String>,
}

impl<T> Listed<T> {
    /// A page of the store, each item as the API shows it.
    pub(crate) fn of<R>(paged: Paged<R>, show: impl FnMut(R) -> T) -> Self {
        Self { items: paged.items.into_iter().map(show).collect(), next_cursor: paged.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn a_limit_is_from_one_to_two_hundred() {
        assert_eq!(page(None, None).unwrap().limit, 50);
        assert_eq!(page(None, Some(200)).unwrap().limit, 200);
        assert!(page(None, Some(0)).is_err() && page(None, Some(201)).is_err());
    }
}
