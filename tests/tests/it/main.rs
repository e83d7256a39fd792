//! Stories of the whole host: set up through its public API, spoken to over real sockets, checked against the provider's books
//! and the database. One binary, so that it is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on ends here"
)]

mod acting;
mod answers;
mod background;
mod bad_input;
mod batches;
mod capture;
mod conformance;
mod conversation;
mod crashes;
mod dev_loop;
mod discord;
mod echo;
mod errors;
mod fetches;
mod first_start;
mod forms;
mod hooks;
mod hostile;
mod hosts;
mod https;
mod images;
mod install;
mod languages;
mod live;
mod looking_up;
mod media;
mod nodes;
mod noisy;
mod origin;
mod outage;
mod planted;
mod project;
mod recipes;
mod recording;
mod restart;
mod round_trip;
mod secrets;
mod slow;
mod window;

/// The page of stories that need only one.
const PAGE: &str = "104208675309";

/// A second page of the same app.
const OTHER_PAGE: &str = "104999999999";

/// A person of [`PAGE`].
fn ada() -> lockgate_simulators::webhook::Thread {
    lockgate_simulators::webhook::Thread::new(PAGE, "7300112233445566")
}
