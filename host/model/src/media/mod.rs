//! What can be said of a file by looking at it, and of its name.

mod kind;
mod name;

pub use kind::{LOOKED_AT, kind_of};
pub use name::file_name;
