//! Places for instances in memory: bounded for each owner and for all, with a share kept for `receive`.
//!
//! Who is let in when is `lockgate_model::fair::Places`' decision; here callers wait for it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lockgate_model::fair::{self, Arrival, Kind, Ticket};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::config::RuntimeConfig;
use crate::failure::CallFailure;
use crate::threads::Line;

/// Calls of one owner and kind that wait for a place. Who comes then is sent away.
const LONGEST: usize = 256;

/// All places.
pub(crate) struct Places {
    book: Arc<Book>,
    patience: Duration,
}

struct Book(Mutex<fair::Places<Line, oneshot::Sender<Place>>>);

/// One place; free again when it is dropped.
pub(crate) struct Place {
    book: Arc<Book>,
    line: Line,
    kind: Kind,
}

impl Places {
    pub(crate) fn new(config: &RuntimeConfig) -> Self {
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let places = fair::Places::new(count(config.max_instances), count(config.reserved_for_receive));
        Self { book: Arc::new(Book(Mutex::new(places))), patience: config.admission }
    }

    /// A place in this line, of which at most `most` may be taken at once.
    pub(crate) async fn take(&self, line: &Line, kind: Kind, most: u32) -> Result<Place, CallFailure> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let mut called = None;
        let arrival = self.book.lock().arrive(line, kind, most, LONGEST, || {
            let (call, answer) = oneshot::channel();
            called = Some(answer);
            call
        });
        match (arrival, called) {
            (Arrival::Enter, _) => Ok(self.book.place(line, kind)),
            (Arrival::Wait(ticket), Some(called)) => {
                let waiting = Waiting { book: &self.book, line, kind, ticket };
                let place = timeout(self.patience, called).await;
                drop(waiting);
                place.map_err(|_| CallFailure::Overloaded)?.map_err(|_| CallFailure::Overloaded)
            }
            (Arrival::Wait(_) | Arrival::Full, _) => Err(CallFailure::Busy),
        }
    }
}

/// Somebody who waits, and may stop waiting at any moment.
struct Waiting<'a> {
    book: &'a Arc<Book>,
    line: &'a Line,
    kind: Kind,
    ticket: Ticket,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // Who was called meanwhile has the place in its channel, and frees it with that.
        self.book.lock().give_up(self.line, self.kind, self.ticket);
    }
}

impl Book {
    fn lock(&self) -> MutexGuard<'_, fair::Places<Line, oneshot::Sender<Place>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn place(self: &Arc<Self>, line: &Line, kind: Kind) -> Place {
        Place { book: Arc::clone(self), line: Arc::clone(line), kind }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let called = self.book.lock().leave(&self.line, self.kind);
        for (line, kind, call) in called {
            // A place that nobody takes any more is dropped, and so free again.
            drop(call.send(self.book.place(&line, kind)));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use lockgate_model::fair::Kind;

    use super::{LONGEST, Places};
    use crate::config::RuntimeConfig;
    use crate::failure::CallFailure;
    use crate::threads::Line;

    fn places(max_instances: u32, admission: Duration) -> Places {
        let config = RuntimeConfig { max_instances, reserved_for_receive: 0, admission, ..RuntimeConfig::default() };
        Places::new(&config)
    }

    #[tokio::test]
    async fn a_flood_in_one_line_is_sent_away_and_another_line_is_let_in() {
        let places = Arc::new(places(8, Duration::from_secs(60)));
        let (noisy, quiet): (Line, Line) = (Arc::from("noisy"), Arc::from("quiet"));
        let inside = [(); 2].map(|()| places.take(&noisy, Kind::Receive, 2));
        let inside = futures_util::future::join_all(inside).await;
        let flood: Vec<_> = (0..LONGEST)
            .map(|_| {
                let (places, noisy) = (Arc::clone(&places), Arc::clone(&noisy));
                tokio::spawn(async move { places.take(&noisy, Kind::Receive, 2).await.is_ok() })
            })
            .collect();
        for _ in 0..LONGEST {
            tokio::task::yield_now().await;
        }
        assert_eq!(places.take(&noisy, Kind::Receive, 2).await.err(), Some(CallFailure::Busy));
        assert!(places.take(&quiet, Kind::Receive, 2).await.is_ok());
        // Those who wait come in one after the other, also where some of them went away.
        flood.iter().step_by(2).for_each(|waiting| waiting.abort());
        drop(inside);
        for waiting in flood.into_iter().skip(1).step_by(2) {
            assert!(waiting.await.unwrap());
        }
        assert!(places.take(&noisy, Kind::Receive, 2).await.is_ok());
    }

    #[tokio::test]
    async fn who_waits_too_long_is_sent_away_and_leaves_no_place_taken() {
        let places = places(1, Duration::from_millis(20));
        let line: Line = Arc::from("one");
        let inside = places.take(&line, Kind::Other, 9).await.unwrap();
        assert_eq!(places.take(&line, Kind::Other, 9).await.err(), Some(CallFailure::Overloaded));
        drop(inside);
        assert!(places.take(&line, Kind::Other, 9).await.is_ok());
    }
}
