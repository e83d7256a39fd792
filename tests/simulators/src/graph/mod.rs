//! The simulated Graph API: a TLS server for `graph.facebook.com` on a loopback port that answers the Send API,
//! and for the CDN on which the files of webhooks lie.
//!
//! It knows pages, their tokens and the rules of the Send API; what is posted to hooks is `webhook`'s.

mod cdn;
mod error;
mod failure;
mod nodes;
mod server;
#[cfg(test)]
mod tests;
mod usage;
mod validate;

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use cdn::{CDN_HOST, address as cdn_address, picture};
pub use error::{Class, GraphError, Row, catalogue, named};
pub use failure::{Failure, Rule};
pub use validate::{MAX_METADATA, MAX_QUICK_REPLIES, MAX_TEXT, MAX_TITLE};

use crate::books::Books;
use crate::clock::Clock;
use crate::tls::{self, TlsError};
use crate::webhook::{Webhooks, WebhooksConfig};

/// The host name that the server's certificate is for.
pub const GRAPH_HOST: &str = "graph.facebook.com";

/// What a simulated provider is made of. Everything it makes up (message ids, traces) follows from `seed`.
#[derive(Clone)]
pub struct ProviderConfig {
    /// Two providers with the same seed and the same requests answer the same.
    pub seed: u64,
    /// The app's id, told in echoes of what was sent here.
    pub app_id: String,
    /// Signs webhooks.
    pub app_secret: String,
    /// Sent in the subscription handshake.
    pub verify_token: String,
    /// Page id to page token. Tokens must differ from each other.
    pub pages: BTreeMap<String, String>,
    /// The provider's wall clock.
    pub clock: Clock,
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
}

impl ProviderConfig {
    /// A provider without pages on a free loopback port, with names made from the seed.
    #[must_use]
    pub fn new(seed: u64, clock: Clock) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Self {
            seed,
            app_id: (1_000_000_000_000_000 + rng.next_u64() % 1_000_000_000_000_000).to_string(),
            app_secret: random_hex(&mut rng, 16),
            verify_token: random_hex(&mut rng, 12),
            pages: BTreeMap::new(),
            clock,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }

    /// The same with one page more; its token is made from the seed and the page's id.
    #[must_use]
    pub fn with_page(mut self, page_id: impl Into<String>) -> Self {
        let page_id = page_id.into();
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed ^ fold(&page_id));
        self.pages.insert(page_id, format!("EAAS{}", random_hex(&mut rng, 40)));
        self
    }
}

impl fmt::Debug for ProviderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProviderConfig")
            .field("seed", &self.seed)
            .field("app_id", &self.app_id)
            .field("pages", &self.pages.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Why a provider did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No certificate.
    #[error("cannot prepare TLS")]
    Tls(#[from] TlsError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// Two pages have the same token.
    #[error("two pages share a token")]
    SharedToken,
}

/// What the server's tasks share.
struct State {
    config: ProviderConfig,
    /// Page token to page id.
    tokens: Mutex<BTreeMap<String, String>>,
    rules: failure::Rules,
    nodes: nodes::Nodes,
    cdn: cdn::Cdn,
    books: Books,
    rng: Mutex<ChaCha8Rng>,
    released: watch::Sender<u64>,
}

/// A running provider. It stops when dropped.
pub struct Provider {
    state: Arc<State>,
    address: SocketAddr,
    ca_pem: String,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Provider {
    /// Starts listening.
    ///
    /// # Errors
    /// When the address is taken, two pages share a token or no certificate can be made.
    pub async fn start(config: ProviderConfig) -> Result<Self, StartError> {
        let tokens: BTreeMap<_, _> = config.pages.iter().map(|(page, token)| (token.clone(), page.clone())).collect();
        if tokens.len() != config.pages.len() {
            return Err(StartError::SharedToken);
        }
        let tls = tls::server_for(&[GRAPH_HOST, CDN_HOST])?;
        let listen = |source| StartError::Listen { address: config.bind, source };
        let listener = TcpListener::bind(config.bind).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (stop, stopped) = watch::channel(false);
        let state = Arc::new(State {
            // Not the stream that the secrets were drawn from: a message's id would be the beginning of one.
            rng: Mutex::new(ChaCha8Rng::seed_from_u64(!config.seed)),
            tokens: Mutex::new(tokens),
            rules: failure::Rules::default(),
            nodes: nodes::Nodes::default(),
            cdn: cdn::Cdn::default(),
            books: Books::new(),
            released: watch::Sender::new(0),
            config,
        });
        let server = tokio::spawn(server::serve(listener, tls.config, Arc::clone(&state), stopped));
        Ok(Self { state, address, ca_pem: tls.ca_pem, stop, server })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate of the authority that vouches for [`GRAPH_HOST`] and [`CDN_HOST`], PEM.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// What it was started with.
    #[must_use]
    pub fn config(&self) -> &ProviderConfig {
        &self.state.config
    }

    /// The provider's own account of what happened.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.state.books
    }

    /// The sending side towards a host's hook, with this provider's secrets, clock and books.
    #[must_use]
    pub fn webhooks(&self, hook_url: http::Uri) -> Webhooks {
        let config = self.config();
        Webhooks::with_books(
            WebhooksConfig {
                hook_url,
                app_secret: config.app_secret.clone(),
                verify_token: config.verify_token.clone(),
                app_id: config.app_id.clone(),
                clock: config.clock.clone(),
            },
            self.state.books.clone(),
        )
    }

    /// Puts a template on file for a page: an object as the Graph API shows one. The newest is listed last.
    pub fn keep_template(&self, page_id: impl Into<String>, template: serde_json::Value) {
        self.state.nodes.keep_template(page_id.into(), template);
    }

    /// Tells from now on of a person: an object as the Graph API shows one.
    pub fn keep_person(&self, person_id: impl Into<String>, person: serde_json::Value) {
        self.state.nodes.keep_person(person_id.into(), person);
    }

    /// Paths and queries that the CDN was asked for, in order; a `!` before those that came with a credential.
    #[must_use]
    pub fn fetched(&self) -> Vec<String> {
        self.state.cdn.asked()
    }

    /// The next send that no older rule takes fails so.
    pub fn fail_next(&self, failure: Failure) {
        self.fail(Rule::once(failure));
    }

    /// Adds a rule behind those in force.
    pub fn fail(&self, rule: Rule) {
        self.state.rules.add(rule);
    }

    /// Ends every rule.
    pub fn clear_failures(&self) {
        self.state.rules.clear();
    }

    /// Lets every send that is held by [`Failure::Hold`] be answered.
    pub fn release(&self) {
        self.state.released.send_modify(|epoch| *epoch += 1);
    }

    /// The page's token is refused from now on, with error 190.
    pub fn revoke(&self, page_id: &str) {
        self.state.lock_tokens().retain(|_, page| page != page_id);
    }

    /// Gives the page this token in place of any other it has.
    pub fn set_token(&self, page_id: impl Into<String>, token: impl Into<String>) {
        let page_id = page_id.into();
        let mut tokens = self.state.lock_tokens();
        tokens.retain(|_, page| *page != page_id);
        tokens.insert(token.into(), page_id);
    }

    /// Stops listening and closes every connection, answered or not.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        // The task ends by itself; that it was cancelled with its runtime is as good.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("address", &self.address).finish_non_exhaustive()
    }
}

impl State {
    fn lock_tokens(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `bytes` random bytes in hexadecimal.
    fn random(&self, bytes: usize) -> String {
        random_hex(&mut self.rng.lock().unwrap_or_else(PoisonError::into_inner), bytes)
    }
}

fn random_hex(rng: &mut impl Rng, bytes: usize) -> String {
    let mut random = vec![0; bytes];
    rng.fill_bytes(&mut random);
    hex::encode(random)
}

/// FNV-1a: a stable number for a name.
fn fold(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
