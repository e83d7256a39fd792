//! Runs one call.
use crate::effects::{Called, Effects};
use crate::failure::CallFailure;

pub(crate) fn refused<T>(failure: CallFailure) -> Called<T> {
    Called { result: Err(failure), effects: Effects::default() }
}
