//! Everything that Lockgate keeps, on SQLite or PostgreSQL.
//!
//! The only crate with SQL. Knows the rules of `lockgate-model` and nothing of plugins at work, HTTP or the network.
//!
//! Every aggregate has a file of its own with its records, its changes and its rows. What is not there is `None`; what stands in
//! the way of a change is a [`Conflict`].

mod db;
mod error;
mod open;
mod signals;
mod vault;

pub use error::{Cause, Conflict, Outage, Refused, StoreError};
pub use lockgate_model::id::Owner;
pub use lockgate_model::seam::Seams;
pub use lockgate_model::secret::Secret;
pub use open::{Database, OpenError, Store, StoreConfig};
pub use vault::VaultKey;
