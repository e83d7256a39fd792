//! What is kept as JSON text.

use serde::Serialize;

use crate::error::StoreError;

/// The text of a value.
pub(crate) fn text(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::corrupt_because("a value that JSON cannot hold", error))
}
