//! The store as a whole: opening, closing, and asking whether it is well.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use lockgate_model::seam::Seams;
use tokio::sync::{Notify, watch};

use crate::db::{self, Db, DbTrouble, Dialect, FileTrouble, args};
use crate::error::StoreError;
use crate::event_log::Sequencer;
use crate::signals::Signals;
use crate::vault::{Vault, VaultError, VaultKey};

/// Where everything is kept.
#[derive(Clone)]
pub enum Database {
    /// A file. Its folder is made where it is missing.
    Sqlite(PathBuf),
    /// The address of a PostgreSQL database, `postgres://…`. May hold a password.
    Postgres(String),
}

/// How a store is opened.
pub struct StoreConfig {
    /// Where everything is kept.
    pub database: Database,
    /// What credentials are sealed with.
    pub key: VaultKey,
    /// Names this node among those that share a PostgreSQL database.
    pub node: String,
    /// How many connections write to PostgreSQL; SQLite has one.
    pub pg_lanes: usize,
}

/// Why a store does not open, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The key is not the one that the credentials in the database were sealed with.
    #[error(
        "the key does not fit this database: give the key that it was made with (there is no other way to its credentials)"
    )]
    WrongKey,
    /// Another host has the file open.
    #[error("another host uses this database: stop it first, or give this one a data folder of its own")]
    InUse,
    /// The file or the server cannot be reached.
    #[error(
        "the database cannot be opened: check that its folder can be written, or that its server runs and lets this user in"
    )]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The schema is not one that this version can bring up to date.
    #[error(
        "the database's schema cannot be brought up to date: it may be of a newer version of this program; run that one, or restore a copy"
    )]
    Migration(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<DbTrouble> for OpenError {
    fn from(trouble: DbTrouble) -> Self {
        match trouble {
            DbTrouble::File(FileTrouble::InUse) => Self::InUse,
            DbTrouble::Migration(sqlx::migrate::MigrateError::Execute(error)) => Self::Unavailable(Box::new(error)),
            DbTrouble::Migration(error) => Self::Migration(Box::new(error)),
            other => Self::Unavailable(Box::new(other)),
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

/// Everything that is kept. Cheap to clone.
#[derive(Clone)]
pub struct Store(Arc<Parts>);

/// The same, for a task of the store's own that must not keep it alive.
pub(crate) struct WeakStore(Weak<Parts>);

impl WeakStore {
    pub(crate) fn upgrade(&self) -> Option<Store> {
        self.0.upgrade().map(Store)
    }
}

struct Parts {
    /// Numbers the event log on PostgreSQL. Ends with the store.
    sequencer: Mutex<Option<Sequencer>>,
    db: Db,
    vault: Vault,
    seams: Seams,
    node: String,
    signals: Arc<Signals>,
}

impl Store {
    /// Opens the database, makes it or brings its schema up to date, and checks that the key fits.
    ///
    /// # Errors
    ///
    /// What keeps it from opening.
    pub async fn open(config: StoreConfig, seams: Seams) -> Result<Self, OpenError> {
        let signals = Arc::new(Signals::new());
        let db = match &config.database {
            Database::Sqlite(path) => Db::open_sqlite(path, signals.clone()).await?,
            Database::Postgres(url) => Db::open_postgres(url, &config.node, config.pg_lanes, signals.clone()).await?,
        };
        let vault = match Vault::unlock(config.key, &db, &seams).await {
            Ok(vault) => vault,
            Err(error) => {
                db.close().await;
                return Err(match error {
                    VaultError::WrongKey => OpenError::WrongKey,
                    VaultError::Store(error) => error.into(),
                });
            }
        };
        let logged = signals.logged();
        let store = Self(Arc::new(Parts { sequencer: Mutex::default(), db, vault, seams, node: config.node, signals }));
        if store.db().dialect() == Dialect::Sqlite {
            store.db().write("outbox", (), |tx, ()| Box::pin(crate::outbox::reclaim(tx))).await?;
        }
        if store.db().dialect() == Dialect::Postgres {
            let sequencer = Sequencer::start(WeakStore(Arc::downgrade(&store.0)), logged);
            *store.0.sequencer.lock().unwrap_or_else(PoisonError::into_inner) = Some(sequencer);
        }
        Ok(store)
    }

    /// Whether nothing was ever kept there: only then may a key be made.
    ///
    /// # Errors
    ///
    /// Where that cannot be found out.
    pub async fn is_empty_database(database: &Database) -> Result<bool, OpenError> {
        match database {
            Database::Sqlite(path) => db::sqlite_is_empty(path).await,
            Database::Postgres(url) => db::postgres_is_empty(url).await,
        }
        .map_err(|error| OpenError::Unavailable(Box::new(error)))
    }

    /// `sqlite` or `postgres`.
    pub fn kind(&self) -> &'static str {
        match self.db().dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// Writes a row and reads it back: whether the store can serve now.
    ///
    /// # Errors
    ///
    /// Why it cannot.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let (node, now) = (self.node().to_owned(), self.now_ms());
        self.db()
            .write("probe", (node.clone(), now), |tx, (node, now)| {
                Box::pin(async move {
                    let sql = "INSERT INTO probes (node, probed_at) VALUES ($1, $2)
                               ON CONFLICT (node) DO UPDATE SET probed_at = excluded.probed_at";
                    tx.execute(sql, args![node, now]).await.map(drop)
                })
            })
            .await?;
        let found = self.db().glance().await?.row("SELECT probed_at FROM probes WHERE node = $1", args![node]).await?;
        match found {
            Some(row) if row.get::<u64>("probed_at")? >= now => Ok(()),
            _ => Err(StoreError::corrupt("probes.probed_at")),
        }
    }

    /// The highest stamped position of the event log; changes when something of it was committed.
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.0.signals.committed()
    }

    /// Rings when something may have become sendable.
    pub fn outbox_signal(&self) -> Arc<Notify> {
        self.0.signals.outbox()
    }

    /// Rings when there may be something to do in the background.
    pub fn work_signal(&self) -> Arc<Notify> {
        self.0.signals.work()
    }

    /// Finishes what is being written and closes all connections. Later calls find it unavailable.
    pub async fn close(&self) {
        drop(self.0.sequencer.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.0.db.close().await;
    }

    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn vault(&self) -> &Vault {
        &self.0.vault
    }

    pub(crate) fn seams(&self) -> &Seams {
        &self.0.seams
    }

    pub(crate) fn node(&self) -> &str {
        &self.0.node
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.0.seams.clock.now_ms()
    }
}
