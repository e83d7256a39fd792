//! The writer: a queue of changes and one connection that commits together what is waiting.
//!
//! An fsync costs a thousand times what a row costs, so the changes that arrive while one batch is being committed make the next
//! batch. Each is answered after the commit it is part of.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::{mpsc, oneshot};

use super::job::{Job, Step, Work};
use super::tx::{Dialect, Marks, Tx};
use super::value::args;
use crate::error::{StoreError, Trouble};

/// The most changes in one transaction.
const BATCH: usize = 128;
/// The most changes that wait; who comes then waits to be let in, within [`PATIENCE`].
const QUEUE: usize = 1024;
/// How long a caller waits for its answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a batch may take before its connection is given up.
const BATCH_PATIENCE: Duration = Duration::from_secs(8);
/// How long it may take to connect again.
const CONNECT_PATIENCE: Duration = Duration::from_secs(3);
/// How often a batch that lost against another transaction is tried again.
const CONTENTION_TRIES: u32 = 6;

/// What is done with every batch, whoever's changes are in it.
pub(crate) trait BatchEnd: Send + Sync {
    /// The last step of a transaction in which somebody called [`Tx::logged_events`].
    fn before_commit<'t>(&'t self, tx: &'t mut Tx) -> Step<'t, ()>;
    /// After a commit, before its changes are answered.
    fn committed(&self, marks: Marks);
}

/// Where a writer's connection comes from.
pub(super) trait Connect: Send + Sync + 'static {
    /// A connection, configured for writing.
    fn connect(&self) -> Step<'_, Tx>;
    /// Whether it leads to another process, which can have gone and come back.
    fn is_remote(&self) -> bool;
    /// Whether what `tx` commits is where the next start of the host will look for it.
    fn is_in_place(&self) -> bool;
}

/// The sending end of one writer.
pub(super) struct Lane {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Lane {
    /// Starts a writer, perhaps with a connection that is open already.
    pub(super) fn start(
        connect: Arc<dyn Connect>,
        tx: Option<Tx>,
        end: Arc<dyn BatchEnd>,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let writer = Writer { connect, tx, end, jobs };
        (Self { queue }, tokio::spawn(writer.run()))
    }

    /// See [`super::Db::write`].
    pub(super) async fn write<I, T, F>(&self, input: I, step: F) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx, &'t I) -> Step<'t, T> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work { input, step, result: None, reply });
        let answered = async {
            self.queue.send(job).await.map_err(|_| Trouble::Closed)?;
            answer.await.map_err(|_| Trouble::Closed)
        };
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(answer) => answer.map_err(StoreError::unavailable)?,
            Err(_) => Err(StoreError::unavailable(Trouble::Slow)),
        }
    }
}

struct Writer {
    connect: Arc<dyn Connect>,
    tx: Option<Tx>,
    end: Arc<dyn BatchEnd>,
    jobs: mpsc::Receiver<Box<dyn Job>>,
}

/// Why a transaction was given up.
enum Stop {
    /// It could not even be begun, so nothing was done.
    NotBegun(StoreError),
    /// One change of several failed by itself.
    OneFailed,
    /// The database did.
    Database(StoreError),
}

impl Writer {
    async fn run(mut self) {
        while let Some(first) = self.jobs.recv().await {
            let mut batch = self.waiting(first, BATCH);
            batch.retain(|job| !job.abandoned());
            if batch.is_empty() {
                continue;
            }
            let result = self.commit(&mut batch).await;
            if result.is_err() {
                // Those who came meanwhile would only learn the same, later.
                batch.extend(self.waiting_now());
            }
            for job in batch {
                job.answer(result.clone());
            }
        }
        if let Some(tx) = self.tx.take() {
            tx.close().await;
        }
    }

    fn waiting(&mut self, first: Box<dyn Job>, most: usize) -> Vec<Box<dyn Job>> {
        let mut batch = vec![first];
        while batch.len() < most
            && let Ok(job) = self.jobs.try_recv()
        {
            batch.push(job);
        }
        batch
    }

    fn waiting_now(&mut self) -> Vec<Box<dyn Job>> {
        std::iter::from_fn(|| self.jobs.try_recv().ok()).take(QUEUE).collect()
    }

    /// Runs and commits a batch. After an error nothing of it is there and the connection is given up.
    async fn commit(&mut self, batch: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        if let Some(tx) = self.tx.take() {
            match self.commit_through(tx, batch).await {
                // A server that was restarted while nobody wrote: found out now, and no reason to send anybody away.
                Err(Stop::NotBegun(_)) if self.connect.is_remote() => {}
                done => return done.map_err(Stop::into_error),
            }
        }
        let connected = tokio::time::timeout(CONNECT_PATIENCE, self.connect.connect()).await;
        let tx = connected.unwrap_or_else(|_| Err(StoreError::unavailable(Trouble::Slow)))?;
        self.commit_through(tx, batch).await.map_err(Stop::into_error)
    }

    async fn commit_through(&mut self, mut tx: Tx, batch: &mut [Box<dyn Job>]) -> Result<(), Stop> {
        let unavailable = |trouble| Stop::Database(StoreError::unavailable(trouble));
        let done = AssertUnwindSafe(transaction(&mut tx, batch, &*self.end)).catch_unwind();
        let marks = match tokio::time::timeout(BATCH_PATIENCE, done).await {
            Ok(Ok(done)) => done?,
            Ok(Err(_panic)) => return Err(unavailable(Trouble::Panicked)),
            Err(_) => return Err(unavailable(Trouble::Slow)),
        };
        if !self.connect.is_in_place() {
            return Err(unavailable(Trouble::Moved));
        }
        self.tx = Some(tx);
        self.end.committed(marks);
        Ok(())
    }
}

impl Stop {
    fn into_error(self) -> StoreError {
        match self {
            Self::NotBegun(error) | Self::Database(error) => error,
            Self::OneFailed => StoreError::unavailable(Trouble::Closed),
        }
    }
}

/// One committed transaction with every change of the batch that does not fail by itself.
async fn transaction(tx: &mut Tx, batch: &mut [Box<dyn Job>], end: &dyn BatchEnd) -> Result<Marks, Stop> {
    let mut apart = false;
    let mut tries = 0;
    loop {
        match attempt(tx, batch, end, apart).await {
            Ok(marks) => return Ok(marks),
            Err(Stop::OneFailed) => {
                rollback(tx).await.map_err(Stop::Database)?;
                apart = true;
            }
            Err(Stop::Database(error)) if error.is_contention() && tries < CONTENTION_TRIES => {
                rollback(tx).await.map_err(Stop::Database)?;
                tries += 1;
                tokio::time::sleep(Duration::from_millis(u64::from(tries * tries))).await;
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// Runs the changes one after another. `apart` puts each behind a savepoint, so that one that fails takes nothing with it;
/// that costs two statements each, so it is done only once it is known that one fails.
async fn attempt(tx: &mut Tx, batch: &mut [Box<dyn Job>], end: &dyn BatchEnd, apart: bool) -> Result<Marks, Stop> {
    tx.marks = Marks::default();
    tx.broken = None;
    let begin = if tx.dialect() == Dialect::Sqlite { "BEGIN IMMEDIATE" } else { "BEGIN" };
    tx.execute(begin, args![]).await.map_err(Stop::NotBegun)?;
    let alone = batch.len() == 1;
    for job in batch {
        let marks = tx.marks;
        if apart {
            tx.execute("SAVEPOINT change", args![]).await.map_err(Stop::Database)?;
        }
        match job.run(tx).await {
            Ok(()) if apart => {
                tx.execute("RELEASE SAVEPOINT change", args![]).await.map_err(Stop::Database)?;
            }
            Ok(()) => {}
            Err(error) if error.is_passing() => return Err(Stop::Database(error)),
            Err(_) if apart => {
                tx.execute("ROLLBACK TO SAVEPOINT change", args![]).await.map_err(Stop::Database)?;
                tx.marks = marks;
            }
            Err(_) if alone => {
                rollback(tx).await.map_err(Stop::Database)?;
                return Ok(Marks::default());
            }
            Err(_) => return Err(Stop::OneFailed),
        }
    }
    if tx.marks.events {
        end.before_commit(tx).await.map_err(Stop::Database)?;
    }
    tx.execute("COMMIT", args![]).await.map_err(Stop::Database)?;
    Ok(tx.marks)
}

async fn rollback(tx: &mut Tx) -> Result<(), StoreError> {
    tx.broken = None;
    tx.execute("ROLLBACK", args![]).await.map(drop)
}
