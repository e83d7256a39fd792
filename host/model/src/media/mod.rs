//! What can be said of a file by looking at it, of its name, and of where it comes from.

mod kind;
mod name;
mod source;

pub use kind::{LOOKED_AT, kind_of};
pub use name::file_name;
pub use source::{reason, replace, sources};
