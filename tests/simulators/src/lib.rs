//! Providers that are not there: a simulated Facebook Messenger, for the demo, the tests and the drivers; [`telegram`], for the
//! example in several languages.
//!
//! It is written from the provider's documentation and knows nothing of the host, so that agreement of the two means
//! something. It has two sides with one set of [`Books`] between them:
//!
//! * [`graph`]: a TLS server for `graph.facebook.com` on a loopback port that answers the Send API, checks requests as
//!   strictly as Meta and fails on demand;
//! * [`webhook`]: the sender of signed webhooks, genuine and forged, that repeats what is not answered 200.
//!
//! [`dns`] is a name server for names that should lead nowhere.
//!
//! [`script`] makes conversations up and knows what they must come to.
//!
//! Time comes from a [`Clock`] that is handed in and everything made up follows from a seed.
//!
//! ```no_run
//! use lockgate_simulators::graph::{Failure, Provider, ProviderConfig};
//! use lockgate_simulators::script::{Cut, Order, Script, ScriptConfig};
//! use lockgate_simulators::webhook::{Aftermath, Envelope, Retry, Thread};
//! use lockgate_simulators::Clock;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let clock = Clock::counter(1_760_000_000_000, 1);
//! let provider = Provider::start(ProviderConfig::new(7, clock).with_page("1001")).await?;
//! // Point the host's `graph.facebook.com` here, and let it trust this authority.
//! println!("{} {}", provider.address(), provider.ca_pem());
//!
//! let webhooks = provider.webhooks("http://127.0.0.1:8080/hooks/KEY/events".parse()?);
//! webhooks.handshake(7).await?;
//! let ann = Thread::new("1001", "5001");
//! webhooks.tell(&Envelope::one(ann.text("m_1", 1_760_000_000_000, "Grüße!")), Retry::PATIENT).await?;
//!
//! // The host's answer is sent but not answered; then everything works, with echoes and receipts.
//! provider.fail_next(Failure::Close { accepted: true });
//! let _responder = webhooks.respond(Aftermath::ALL, Retry::PATIENT);
//! provider.books().wait_until(|counts| counts.accepted == 1).await;
//!
//! // A conversation told in any order, and what the host must show in the end.
//! let script = Script::generate(&ScriptConfig::new(7, 200, &["1001"], 3, 1_760_000_000_000));
//! let cut = Cut { seed: 1, connections: 4, largest_batch: 10, order: Order::Shuffled };
//! webhooks.play(script.cut(&cut), Retry::PATIENT).await;
//! println!("{}", serde_json::to_string(&script.expected)?);
//! # Ok(())
//! # }
//! ```

pub mod books;
mod clock;
pub mod dns;
pub mod graph;
pub mod script;
pub mod signature;
pub mod telegram;
mod tls;
pub mod webhook;

pub use books::{Books, Counts};
pub use clock::Clock;
pub use tls::{ServerTls, TlsError, server_for};
