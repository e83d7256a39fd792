//! Two databases behind one face: statements, snapshots to read from, and changes that are committed together.
//!
//! - [`Db::read`] gives a [`Tx`] that sees one moment; [`Db::glance`] one for a single statement.
//! - [`Db::write`] queues a change; it is answered after its commit. A change may run more than once, so it touches nothing but
//!   its [`Tx`].
//!
//! Knows nothing of what is kept; the aggregates beside this module do.

mod job;
mod migrate;
mod postgres;
mod sqlite;
mod tx;
mod value;
mod writer;

pub(crate) use job::Step;
pub(crate) use postgres::is_empty as postgres_is_empty;
pub(crate) use sqlite::{FileTrouble, is_empty as sqlite_is_empty};
pub(crate) use tx::{Dialect, Marks, Tx};
pub(crate) use value::{Param, Row, args};
pub(crate) use writer::BatchEnd;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::migrate::MigrateError;
use sqlx::postgres::PgPool;
use tokio::task::JoinHandle;

use crate::error::{StoreError, Trouble};
use postgres::PostgresServer;
use sqlite::SqliteFile;
use writer::{Connect, Lane};

/// Prepared statements that a connection remembers: more than there are in this crate.
const STATEMENTS_KEPT: usize = 512;

/// The database.
pub(crate) struct Db {
    source: Source,
    /// Empty once closed.
    lanes: RwLock<Arc<[Lane]>>,
    writers: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
}

enum Source {
    Sqlite(Arc<SqliteFile>),
    Postgres(PgPool),
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DbTrouble {
    #[error(transparent)]
    File(#[from] FileTrouble),
    #[error("the database cannot be reached")]
    Unreachable(#[from] sqlx::Error),
    #[error("the database's schema cannot be brought up to date")]
    Migration(#[from] MigrateError),
}

impl Db {
    /// Opens a file, makes it where it is missing, and brings its schema up to date.
    pub(crate) async fn open_sqlite(path: &Path, end: Arc<dyn BatchEnd>) -> Result<Self, DbTrouble> {
        let file = Arc::new(SqliteFile::open(path)?);
        let mut conn = file.writer().await?;
        migrate::migrator(Dialect::Sqlite).run_direct(None, &mut conn, false).await?;
        let (lane, writer) = Lane::start(Arc::clone(&file) as Arc<dyn Connect>, Some(conn.into()), end);
        Ok(Self::new(Source::Sqlite(file), vec![lane], vec![writer]))
    }

    /// Connects to a server and brings the schema up to date. Changes with the same key go by the same of `lanes` writers, in
    /// their order.
    pub(crate) async fn open_postgres(
        url: &str,
        node: &str,
        lanes: usize,
        end: Arc<dyn BatchEnd>,
    ) -> Result<Self, DbTrouble> {
        let server = PostgresServer::new(url, node)?;
        let mut conn = server.patient().await?;
        migrate::migrator(Dialect::Postgres).run_direct(None, &mut conn, false).await?;
        let pool = server.readers();
        let server: Arc<dyn Connect> = Arc::new(server);
        let mut started = Vec::new();
        for _ in 0..lanes.max(1) {
            started.push(Lane::start(Arc::clone(&server), None, Arc::clone(&end)));
        }
        let (lanes, writers) = started.into_iter().unzip();
        Ok(Self::new(Source::Postgres(pool), lanes, writers))
    }

    fn new(source: Source, lanes: Vec<Lane>, writers: Vec<JoinHandle<()>>) -> Self {
        Self { source, lanes: RwLock::new(lanes.into()), writers: tokio::sync::Mutex::new(writers) }
    }

    /// Which database it is.
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.source {
            Source::Sqlite(_) => Dialect::Sqlite,
            Source::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A snapshot: everything read through it is of one moment. It ends when it is dropped.
    pub(crate) async fn read(&self) -> Result<Tx, StoreError> {
        // Boxed, as the statements are: these futures are large, and seldom waited for.
        Ok(match &self.source {
            Source::Sqlite(file) => Box::pin(file.readers()?.begin()).await?.into(),
            Source::Postgres(pool) => {
                Box::pin(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await?.into()
            }
        })
    }

    /// For one statement, which is its own snapshot: saves a transaction's round trips.
    pub(crate) async fn glance(&self) -> Result<Tx, StoreError> {
        Ok(match &self.source {
            Source::Sqlite(file) => Box::pin(file.readers()?.acquire()).await?.into(),
            Source::Postgres(pool) => Box::pin(pool.acquire()).await?.into(),
        })
    }

    /// Makes a change: runs `step` with `input` in a transaction, together with others that are waiting, and answers after the
    /// commit. An error of `step` undoes what it did, and nothing else. It can be run several times.
    pub(crate) async fn write<I, T, F>(&self, lane_key: impl Hash, input: I, step: F) -> Result<T, StoreError>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'t> Fn(&'t mut Tx, &'t I) -> Step<'t, T> + Send + Sync + 'static,
    {
        let lanes = Arc::clone(&self.lanes.read().unwrap_or_else(PoisonError::into_inner));
        let mut hasher = DefaultHasher::new();
        lane_key.hash(&mut hasher);
        let index = usize::try_from(hasher.finish() % (lanes.len().max(1) as u64)).unwrap_or(0);
        match lanes.get(index) {
            Some(lane) => lane.write(input, step).await,
            None => Err(StoreError::unavailable(Trouble::Closed)),
        }
    }

    /// Finishes what is queued and closes all connections.
    pub(crate) async fn close(&self) {
        *self.lanes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new([]);
        // Readers first: the last connection of a SQLite file puts its journal away, and a reader cannot.
        match &self.source {
            Source::Sqlite(file) => {
                if let Ok(pool) = file.readers() {
                    pool.close().await;
                }
            }
            Source::Postgres(pool) => pool.close().await,
        }
        for writer in self.writers.lock().await.drain(..) {
            if writer.await.is_err() {
                tracing::error!("a writer of the store had stopped before it was closed");
            }
        }
        if let Source::Sqlite(file) = &self.source {
            file.unlock();
        }
    }
}

#[cfg(test)]
mod tests;
