//! What is announced after a commit: that the event log grew, that something became sendable, and that there
//! is something to do in the background.

use std::sync::Arc;

use tokio::sync::{Notify, watch};

use crate::db::{BatchEnd, Marks, Step, Tx};
use crate::event_log::stamp_in_batch;

/// Announces to whoever waits in this process.
pub(crate) struct Signals {
    committed: watch::Sender<u64>,
    outbox: Arc<Notify>,
    work: Arc<Notify>,
    logged: Arc<Notify>,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self { committed: watch::Sender::new(0), outbox: Arc::default(), work: Arc::default(), logged: Arc::default() }
    }

    /// The highest stamped position of the event log; changes whenever something of it was committed.
    pub(crate) fn committed(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Rings when something may have become sendable.
    pub(crate) fn outbox(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox)
    }

    /// Rings when there may be something to do in the background.
    pub(crate) fn work(&self) -> Arc<Notify> {
        Arc::clone(&self.work)
    }

    /// Rings when this process committed rows of the event log.
    pub(crate) fn logged(&self) -> Arc<Notify> {
        Arc::clone(&self.logged)
    }
}

impl BatchEnd for Signals {
    fn before_commit<'t>(&'t self, tx: &'t mut Tx) -> Step<'t, ()> {
        Box::pin(stamp_in_batch(tx))
    }

    fn committed(&self, marks: Marks) {
        if marks.outbox {
            self.outbox.notify_waiters();
        }
        if marks.work {
            self.work.notify_waiters();
        }
        if marks.events {
            self.logged.notify_one();
        }
        if let Some(stamped) = marks.stamped {
            self.committed.send_if_modified(|position| {
                let newer = stamped > *position;
                *position = stamped.max(*position);
                newer
            });
        }
    }
}
