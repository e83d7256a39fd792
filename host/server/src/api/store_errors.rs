//! What the store's refusals are on the outside.

use lockgate_store::{Conflict, Refused, StoreError};

use super::problem::{Kind, Problem};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => Self::unavailable(&error),
            StoreError::Conflict(conflict) => conflicting(conflict),
            StoreError::Refused(Refused::Cursor) => {
                Self::new(Kind::BadRequest, "This cursor does not belong to this list.")
            }
            StoreError::Refused(refused) => Self::new(Kind::Invalid, sentence(&refused.to_string())),
            _ => Self::internal(&error),
        }
    }
}

fn conflicting(conflict: &Conflict) -> Problem {
    match conflict {
        Conflict::AccountConnected { channel } => {
            Problem::new(Kind::Conflict, format!("This account is connected already, by the channel {channel}."))
        }
        Conflict::InUse { by } => {
            Problem::new(Kind::Conflict, format!("There are {by} that hang on it; delete or move those first."))
        }
        Conflict::Missing { what } => Problem::field(
            &format!("/{what}{}", if *what == "plugin" { "" } else { "_id" }),
            format!("There is no such {what}."),
        ),
        other => Problem::new(Kind::Conflict, sentence(&other.to_string())),
    }
}

/// An error's words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_pointed_to_by_the_field_that_named_it() {
        let document = Problem::from(StoreError::Conflict(Conflict::Missing { what: "inbox" })).document_for_tests();
        assert_eq!((document.status, document.errors[0].pointer.as_str()), (422, "/inbox_id"));
        let document = Problem::from(StoreError::Conflict(Conflict::NameTaken)).document_for_tests();
        assert_eq!((document.status, document.detail.as_str()), (409, "This name is taken."));
    }
}
