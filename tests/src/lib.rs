//! The whole host from outside: what the stories, the drivers and the benchmarks stand on.
//!
//! [`TestHost`] runs a host in this process on a real port, [`HostProcess`] runs an executable; both are set up through the
//! public API alone, by [`Story`]. What happened is asked of three who do not know each other: the host's API, the
//! simulated provider's books, and the database read from outside ([`outside`]).
//!
//! Everything here is for tests: what cannot go on panics and says what it waited for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on ends here, with words that say why"
)]

mod api;
mod clock;
pub mod component;
mod database;
pub mod examples;
pub mod exhibits;
pub mod faulty;
pub mod figures;
mod host;
pub mod http1;
mod logs;
pub mod native;
pub mod outside;
mod process;
pub mod scan;
mod story;
mod tls;
mod wait;

pub use api::{Answer, Api, EventStream, LiveEvent, answer, client};
pub use clock::TestClock;
pub use database::Database;
pub use host::{HostPlan, TestHost};
pub use logs::logged;
pub use process::{HostProcess, ProcessPlan, product, test_host};
pub use story::{Setup, Story, StoryPlan, conversation};
pub use tls::tls;
pub use wait::{PATIENCE, until, within};
