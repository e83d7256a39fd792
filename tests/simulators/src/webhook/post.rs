//! Posting: one request, a delivery that is retried until 200, several connections at once, and the handshake.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;

use super::envelope::{Envelope, HookRequest};
use crate::books::{Books, PostRecord};
use crate::clock::Clock;
use crate::signature::SIGNATURE_HEADER;

/// An answer longer than this is cut off: Meta reads none of it.
const MAX_ANSWER: usize = 1 << 20;

/// Towards whom, and with which secrets.
#[derive(Clone)]
pub struct WebhooksConfig {
    /// The hook's address, `http`.
    pub hook_url: Uri,
    /// Signs bodies.
    pub app_secret: String,
    /// Sent in the handshake.
    pub verify_token: String,
    /// Told in echoes of what the host sent.
    pub app_id: String,
    /// The time in entries and books.
    pub clock: Clock,
}

impl fmt::Debug for WebhooksConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhooksConfig").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// What a hook answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The request cannot be written: a bad address or header.
    #[error("cannot write the request")]
    Request(#[from] http::Error),
    /// No connection, or it ended before the answer.
    #[error("no answer from the hook")]
    NoAnswer(#[from] hyper_util::client::legacy::Error),
    /// The answer broke off or is too long.
    #[error("the hook's answer cannot be read")]
    Body(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Every try was answered with something else than 200.
    #[error("the hook did not answer 200 in {tries} tries, last {last:?}")]
    NotAcknowledged {
        /// How often it was posted.
        tries: u32,
        /// The last status, where there was one.
        last: Option<u16>,
    },
}

/// Why a subscription handshake failed.
#[derive(Debug, thiserror::Error)]
pub enum HandshakeError {
    /// No answer.
    #[error("no answer to the handshake")]
    Post(#[from] PostError),
    /// The challenge did not come back as the whole body of a 200.
    #[error("the challenge was answered with {status}")]
    Challenge {
        /// HTTP status.
        status: u16,
    },
    /// A wrong token, a wrong mode or none was taken for right.
    #[error("the handshake accepts {what}")]
    TooTrusting {
        /// What was wrong.
        what: &'static str,
    },
}

/// When a delivery that was not acknowledged is posted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Posts in all.
    pub tries: u32,
    /// Time before the second; doubled each time.
    pub first: Duration,
    /// The longest time between two.
    pub longest: Duration,
}

impl Retry {
    /// Meta's patience in small: for about a minute, at most a second apart.
    pub const PATIENT: Self = Self { tries: 60, first: Duration::from_millis(20), longest: Duration::from_secs(1) };
}

/// What playing a plan came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlayReport {
    /// Envelopes answered 200.
    pub acknowledged: u64,
    /// Envelopes given up.
    pub given_up: u64,
    /// Posts in all.
    pub posts: u64,
}

/// Posts webhooks to one hook. Clones share connections and books.
#[derive(Clone, Debug)]
pub struct Webhooks {
    config: WebhooksConfig,
    client: Client<HttpConnector, Full<Bytes>>,
    books: Books,
}

impl Webhooks {
    /// With books of its own.
    #[must_use]
    pub fn new(config: WebhooksConfig) -> Self {
        Self::with_books(config, Books::new())
    }

    /// With these books.
    #[must_use]
    pub fn with_books(config: WebhooksConfig, books: Books) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Self { config, client: Client::builder(TokioExecutor::new()).build(connector), books }
    }

    /// What it was made with.
    #[must_use]
    pub fn config(&self) -> &WebhooksConfig {
        &self.config
    }

    /// What was posted and acknowledged.
    #[must_use]
    pub fn books(&self) -> &Books {
        &self.books
    }

    /// An envelope as a request, signed and dated now.
    #[must_use]
    pub fn sign(&self, envelope: &Envelope) -> HookRequest {
        envelope.signed(&self.config.app_secret, self.config.clock.now_ms())
    }

    /// Posts once and writes down what came of it.
    ///
    /// # Errors
    /// When there is no answer. A refusal is an answer.
    pub async fn post(&self, request: &HookRequest) -> Result<Answer, PostError> {
        let mut post = Request::builder()
            .method(Method::POST)
            .uri(&self.config.hook_url)
            .header(header::CONTENT_TYPE, &request.content_type)
            .header(header::USER_AGENT, "facebookexternalua");
        if let Some(signature) = &request.signature {
            post = post.header(SIGNATURE_HEADER, signature);
        }
        let at_ms = self.config.clock.now_ms();
        let answer = self.ask(post.body(Full::from(request.body.clone()))?).await;
        let record = PostRecord {
            number: 0,
            at_ms,
            genuine: request.genuine,
            events: request.events.iter().map(|(key, ..)| key.clone()).collect(),
            status: answer.as_ref().ok().map(|answer| answer.status),
        };
        self.books.post(record, &request.events);
        answer
    }

    /// Posts the same bytes until they are answered 200.
    ///
    /// # Errors
    /// When every try failed.
    pub async fn deliver(&self, request: &HookRequest, retry: Retry) -> Result<u32, PostError> {
        let mut wait = retry.first;
        let mut last = None;
        for tries in 1..=retry.tries {
            match self.post(request).await {
                Ok(Answer { status: 200, .. }) => return Ok(tries),
                Ok(answer) => last = Some(answer.status),
                Err(error @ PostError::Request(_)) => return Err(error),
                Err(_) => last = None,
            }
            if tries < retry.tries {
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(retry.longest);
            }
        }
        Err(PostError::NotAcknowledged { tries: retry.tries, last })
    }

    /// Packs, signs and delivers events in one request.
    ///
    /// # Errors
    /// When every try failed.
    pub async fn tell(&self, envelope: &Envelope, retry: Retry) -> Result<u32, PostError> {
        self.deliver(&self.sign(envelope), retry).await
    }

    /// Plays a plan: each inner list in order on a connection of its own, all at the same time.
    pub async fn play(&self, plan: Vec<Vec<Envelope>>, retry: Retry) -> PlayReport {
        let mut connections = JoinSet::new();
        for envelopes in plan {
            let webhooks = self.clone();
            connections.spawn(async move {
                let mut report = PlayReport::default();
                for envelope in &envelopes {
                    match webhooks.tell(envelope, retry).await {
                        Ok(tries) => {
                            report.acknowledged += 1;
                            report.posts += u64::from(tries);
                        }
                        Err(_) => {
                            report.given_up += 1;
                            report.posts += u64::from(retry.tries);
                        }
                    }
                }
                report
            });
        }
        let mut all = PlayReport::default();
        while let Some(done) = connections.join_next().await {
            let report = done.unwrap_or_default();
            all.acknowledged += report.acknowledged;
            all.given_up += report.given_up;
            all.posts += report.posts;
        }
        all
    }

    /// Subscribes as Meta does, and tries the ways in which a subscription must fail.
    ///
    /// # Errors
    /// When the challenge is not answered as it has to be, or is where it must not be.
    pub async fn handshake(&self, seed: u64) -> Result<(), HandshakeError> {
        let challenge = ChaCha8Rng::seed_from_u64(seed).random_range(100_000_000..1_000_000_000_u32).to_string();
        let right = self.challenge("subscribe", Some(&self.config.verify_token), &challenge).await?;
        if right.status != 200 || right.body != challenge.as_bytes() {
            return Err(HandshakeError::Challenge { status: right.status });
        }
        let wrong: [(&str, &str, Option<&str>); 3] = [
            ("a wrong token", "subscribe", Some("guessed")),
            ("no token", "subscribe", None),
            ("another mode", "unsubscribe", Some(&self.config.verify_token)),
        ];
        for (what, mode, token) in wrong {
            if self.challenge(mode, token, &challenge).await?.status < 400 {
                return Err(HandshakeError::TooTrusting { what });
            }
        }
        Ok(())
    }

    /// One subscription request with any mode and token.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn challenge(&self, mode: &str, token: Option<&str>, challenge: &str) -> Result<Answer, PostError> {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("hub.mode", mode);
        if let Some(token) = token {
            query.append_pair("hub.verify_token", token);
        }
        query.append_pair("hub.challenge", challenge);
        let address = format!("{}?{}", self.config.hook_url, query.finish());
        self.ask(Request::get(address).body(Full::default())?).await
    }

    async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Answer, PostError> {
        let (head, body) = self.client.request(request).await?.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await.map_err(PostError::Body)?.to_bytes();
        let content_type =
            head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Answer { status: head.status.as_u16(), content_type, body })
    }
}
