//! What is announced after a commit: that the event log grew, and that something became sendable.

use std::sync::Arc;

use tokio::sync::{Notify, watch};

use crate::db::{BatchEnd, Marks, Step, Tx};

/// Announces to whoever waits in this process.
pub(crate) struct Signals {
    committed: watch::Sender<u64>,
    outbox: Arc<Notify>,
}

impl Signals {
    pub(crate) fn new() -> Self {
        Self { committed: watch::Sender::new(0), outbox: Arc::default() }
    }

    /// The highest stamped position of the event log; changes whenever something of it was committed.
    pub(crate) fn committed(&self) -> watch::Receiver<u64> {
        self.committed.subscribe()
    }

    /// Rings when something may have become sendable.
    pub(crate) fn outbox(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox)
    }
}

impl BatchEnd for Signals {
    fn before_commit<'t>(&'t self, _tx: &'t mut Tx) -> Step<'t, ()> {
        Box::pin(async { Ok(()) })
    }

    fn committed(&self, marks: Marks) {
        if marks.outbox {
            self.outbox.notify_waiters();
        }
        if marks.events || marks.stamped.is_some() {
            self.committed.send_modify(|position| *position = (*position).max(marks.stamped.unwrap_or(0)));
        }
    }
}
