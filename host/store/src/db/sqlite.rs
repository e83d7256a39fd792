//! SQLite: one file, one connection that writes, some that read beside it.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqlSafeStr};

use super::STATEMENTS_KEPT;
use super::job::Step;
use super::tx::Tx;
use super::writer::Connect;
use crate::error::{StoreError, Trouble};

/// How long a statement waits for a lock that another process holds. Short, because everybody else waits too.
const BUSY_PATIENCE: Duration = Duration::from_secs(1);
/// Connections that read beside the writer.
const READERS: u32 = 4;

/// The file, and the readers of it.
pub(super) struct SqliteFile {
    path: PathBuf,
    readers: Mutex<Readers>,
    /// Which file the writer has open.
    written: Mutex<Option<Identity>>,
    lock: Mutex<Option<Lock>>,
}

/// Says that a host uses this file. Released by the system, however the process ends.
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // To close the file is not enough: a child process that is being started has a descriptor of it until it runs its program,
        // and the lock would be held as long. It is closed in any case, so there is nothing to do about an error.
        drop(self.0.unlock());
    }
}

struct Readers {
    pool: SqlitePool,
    identity: Identity,
}

/// Which file a path leads to: a file that was moved away keeps its open connections working, and what is written to it then
/// would be lost.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity {
    device: u64,
    inode: u64,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileTrouble {
    #[error("another host uses this database")]
    InUse,
    #[error("the database file cannot be opened")]
    Io(#[from] io::Error),
}

impl SqliteFile {
    /// Makes folder and file where they are missing, for their owner only, and takes the lock.
    pub(super) fn open(path: &Path) -> Result<Self, FileTrouble> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let private = |path: &Path| OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path);
        let lock = private(&beside(path, "lock"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FileTrouble::InUse),
            Err(TryLockError::Error(error)) => return Err(error.into()),
        }
        private(path)?;
        let readers = Readers { pool: readers(path), identity: identity(path)? };
        Ok(Self {
            path: path.to_owned(),
            readers: Mutex::new(readers),
            written: Mutex::default(),
            lock: Mutex::new(Some(Lock(lock))),
        })
    }

    /// A connection that may write.
    pub(super) async fn writer(&self) -> Result<SqliteConnection, sqlx::Error> {
        // Noted before it is opened: if it is exchanged in between, the comparison fails and it is opened again.
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Some(identity(&self.path)?);
        options(&self.path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", "-16000")
            .pragma("journal_size_limit", "67108864")
            .connect()
            .await
    }

    /// The connections that read, of the file that is there now.
    pub(super) fn readers(&self) -> Result<SqlitePool, StoreError> {
        let now = identity(&self.path).map_err(|_| StoreError::unavailable(Trouble::Moved))?;
        let mut current = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if current.identity != now {
            *current = Readers { pool: readers(&self.path), identity: now };
        }
        Ok(current.pool.clone())
    }

    /// Lets another host use the file. Nothing is written through this one any more.
    pub(super) fn unlock(&self) {
        *self.lock.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Connect for SqliteFile {
    fn connect(&self) -> Step<'_, Tx> {
        Box::pin(async move { Ok(self.writer().await?.into()) })
    }

    fn is_remote(&self) -> bool {
        false
    }

    fn is_in_place(&self) -> bool {
        let written = *self.written.lock().unwrap_or_else(PoisonError::into_inner);
        identity(&self.path).ok() == written
    }
}

/// Whether there is a database at this path with anything in it.
pub(crate) async fn is_empty(path: &Path) -> Result<bool, sqlx::Error> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error.into()),
        Ok(file) if file.len() == 0 => return Ok(true),
        Ok(_) => {}
    }
    let mut conn = options(path).connect().await?;
    let row = sqlx::query("SELECT 1 FROM sqlite_schema LIMIT 1".into_sql_str()).fetch_optional(&mut conn).await?;
    Ok(row.is_none())
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(BUSY_PATIENCE)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .disable_statement_logging()
        .pragma("temp_store", "memory")
}

fn readers(path: &Path) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .acquire_timeout(Duration::from_secs(4))
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_lazy_with(options(path).read_only(true))
}

fn identity(path: &Path) -> io::Result<Identity> {
    let file = std::fs::metadata(path)?;
    Ok(Identity { device: file.dev(), inode: file.ino() })
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
