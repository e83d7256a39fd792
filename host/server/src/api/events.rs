//! The live stream: what was committed, in the order of the commits, as server-sent events.
//!
//! It holds kinds and ids, never content, and resumes where a client left off: positions of the event log are the events' ids.
//! A client that was away for longer than the log goes back is told to reload. The stream ends when the host stops and when
//! its token is revoked, and a client that is still wanted connects again by itself.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use http::HeaderMap;
use lockgate_model::id::{ChannelId, ContactId, ConversationId, MessageId};
use lockgate_model::secret::Secret;
use lockgate_store::{LoggedEvent, StoreError};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, sleep_until};
use utoipa::{IntoParams, ToSchema};

use super::extract::Query;
use super::gate::bearer;
use super::problem::{Kind, Problem, chain};
use super::time::Moment;
use crate::host::Host;

/// A comment goes out after this long without an event, so that proxies keep the connection and a dead one is noticed.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// After an unreachable database it is asked again this often.
const PAUSE: Duration = Duration::from_secs(2);

/// How many rows are read at a time.
const BATCH: u32 = 200;

/// Rings when a token was revoked through this process, so that its streams end at once. Those of other nodes notice with the
/// next event or heartbeat.
#[derive(Clone, Default)]
pub(crate) struct Revocations(pub(crate) Arc<Notify>);

/// Where to begin.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// The position after which to begin, for a client that cannot send `Last-Event-ID`; without either: now.
    after: Option<u64>,
}

/// What an event of the stream holds.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// Its place in the order of commits; also the event's id.
    position: u64,
    /// What happened: `message.created`, `message.changed`, `conversation.changed`, `contact.created`, `channel.changed`, `dead_letter.created` … also the event's name.
    kind: String,
    /// When it was committed.
    at: Moment,
    /// Which channel it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel_id: Option<ChannelId>,
    /// Which conversation it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_id: Option<ConversationId>,
    /// Which message it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<MessageId>,
    /// Which contact it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact_id: Option<ContactId>,
}

impl From<LoggedEvent> for EventView {
    fn from(event: LoggedEvent) -> Self {
        Self {
            position: event.position,
            kind: event.kind,
            at: Moment::from_ms(event.at),
            channel_id: event.channel,
            conversation_id: event.conversation,
            message_id: event.message,
            contact_id: event.contact,
        }
    }
}

/// Watch what happens
///
/// Server-sent events, each with its position as `id`, its kind as `event` and ids as `data`; fetch what they name. Connect
/// again with `Last-Event-ID` and nothing is skipped. The event `reload` says that too much was missed: fetch what is shown anew.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    params(EventsQuery, ("Last-Event-ID" = Option<u64>, Header, description = "The position after which to begin")),
    security(("token" = ["inbox:read"])),
    responses((status = 200, description = "The stream", content_type = "text/event-stream", body = EventView))
)]
pub(crate) async fn stream_events(
    State(host): State<Host>,
    Extension(Revocations(revoked)): Extension<Revocations>,
    headers: HeaderMap,
    Query(query): Query<EventsQuery>,
) -> Result<impl IntoResponse, Problem> {
    let asked = match headers.get("last-event-id") {
        Some(id) => Some(position(id)?),
        None => query.after,
    };
    let token = Secret::new(bearer(&headers).unwrap_or_default());
    let mut stream = Live {
        committed: host.store.committed(),
        stopping: host.stopping(),
        pending: VecDeque::new(),
        position: 0,
        heartbeat: Instant::now() + HEARTBEAT,
        token,
        revoked,
        host,
    };
    stream.begin(asked).await?;
    Ok(([(X_ACCEL_BUFFERING, "no")], Sse::new(stream.into_stream())))
}

/// Tells a proxy to pass events on at once.
const X_ACCEL_BUFFERING: http::HeaderName = http::HeaderName::from_static("x-accel-buffering");

fn position(id: &http::HeaderValue) -> Result<u64, Problem> {
    id.to_str()
        .ok()
        .and_then(|id| id.trim().parse().ok())
        .ok_or_else(|| Problem::new(Kind::BadRequest, "Last-Event-ID must be the id of an event of this stream."))
}

/// One client's place in the log.
struct Live {
    host: Host,
    token: Secret,
    /// The last position that is in `pending` or was sent.
    position: u64,
    pending: VecDeque<Event>,
    committed: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    heartbeat: Instant,
    revoked: Arc<Notify>,
}

impl Live {
    async fn begin(&mut self, asked: Option<u64>) -> Result<(), StoreError> {
        let bounds = self.host.store.event_bounds().await?;
        let (oldest, newest) = (bounds.oldest.unwrap_or_default(), bounds.newest.unwrap_or_default());
        self.position = asked.unwrap_or(newest);
        self.pending.push_back(Event::default().retry(PAUSE).comment("here"));
        // A position beyond the newest is one of another database: an older copy was put back.
        if self.position > newest || self.position.saturating_add(1) < oldest {
            self.position = newest;
            let reload = Event::default().event("reload").id(newest.to_string());
            self.pending.push_back(reload.data(r#"{"reason":"too much was missed; fetch what is shown anew"}"#));
        }
        Ok(())
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        unfold(self, |mut live| async move { live.next().await.map(|event| (Ok(event), live)) })
    }

    /// The next event; none when the stream ends.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if *self.stopping.borrow() {
                return None;
            }
            if let Some(event) = self.pending.pop_front() {
                self.heartbeat = Instant::now() + HEARTBEAT;
                return Some(event);
            }
            self.committed.mark_unchanged();
            // Listening before looking: what rings in between is heard.
            let bell = self.revoked.clone();
            let revoked = bell.notified();
            match self.fill().await {
                Ok(Filled::Some) => continue,
                Ok(Filled::Nothing) => {}
                Ok(Filled::Revoked) => return None,
                Err(error) => {
                    tracing::debug!(error = chain(&error), "a live stream waits for the database");
                    tokio::select! {
                        _ = self.stopping.wait_for(|stop| *stop) => return None,
                        () = sleep(PAUSE) => continue,
                    }
                }
            }
            tokio::select! {
                _ = self.stopping.wait_for(|stop| *stop) => return None,
                changed = self.committed.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return None,
                },
                () = revoked => {}
                () = sleep_until(self.heartbeat) => self.pending.push_back(Event::default().comment("alive")),
            }
            // Also an idle stream ends when its token is revoked.
            if matches!(self.allowed().await, Ok(false)) {
                return None;
            }
        }
    }

    async fn fill(&mut self) -> Result<Filled, StoreError> {
        let events = self.host.store.events_after(self.position, BATCH).await?;
        let Some(last) = events.last() else { return Ok(Filled::Nothing) };
        let position = last.position;
        // Asked after reading and before showing: what is committed after a revocation is never shown.
        if !self.allowed().await? {
            return Ok(Filled::Revoked);
        }
        self.position = position;
        for event in events {
            let shown = Event::default().id(event.position.to_string()).event(event.kind.clone());
            match shown.json_data(EventView::from(event)) {
                Ok(event) => self.pending.push_back(event),
                Err(error) => tracing::error!(%error, "an event could not be written"),
            }
        }
        Ok(Filled::Some)
    }

    async fn allowed(&self) -> Result<bool, StoreError> {
        let token = self.token.expose_str().unwrap_or_default();
        Ok(self.host.store.token_by_secret(token).await?.is_some())
    }
}

/// What reading the log came to.
enum Filled {
    Some,
    Nothing,
    Revoked,
}

#[cfg(test)]
mod tests {
    use super::position;

    #[test]
    fn a_last_event_id_is_a_position() {
        assert_eq!(position(&http::HeaderValue::from_static("42")).unwrap(), 42);
        assert!(position(&http::HeaderValue::from_static("-1")).is_err());
        assert!(position(&http::HeaderValue::from_static("x")).is_err());
    }
}
