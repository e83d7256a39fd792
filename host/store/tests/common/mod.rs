//! What every suite stands on: a store on each database, with a clock and randomness of its own.
//!
//! `both!` makes one test of each database out of one story. A test on PostgreSQL is left out where there is none; that is said
//! once (see `lockgate-test-postgres`).
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is shared by suites is public, and a test that cannot go on fails"
)]

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lockgate_model::seam::{Clock, Entropy, Seams};
use lockgate_store::{Database, OpenError, Store, StoreConfig, VaultKey};
use lockgate_test_postgres::TestDatabase;
use sqlx::{AssertSqlSafe, Connection};
use tempfile::TempDir;

/// One story, a test on SQLite and one on PostgreSQL: `both! { async fn name(store: TestStore) { … } }`.
macro_rules! both {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident: TestStore) $story:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn story($store: crate::common::TestStore) $story

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                story(crate::common::TestStore::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if let Some(store) = crate::common::TestStore::postgres().await {
                    story(store).await;
                }
            }
        }
    )*};
}
#[allow(unused_imports)]
pub(crate) use both;

/// When tests begin: 2026-01-01T00:00:00Z.
pub const START: u64 = 1_767_225_600_000;

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicU64);

impl TestClock {
    /// Moves it on.
    pub fn advance(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Numbers that repeat with every run and never within one: SplitMix64 over one count for the whole process.
pub struct TestEntropy;

impl Entropy for TestEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        static COUNT: AtomicU64 = AtomicU64::new(1);
        for chunk in bytes.chunks_mut(8) {
            let mut z = COUNT.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A store with its database, which is gone when this is dropped.
pub struct TestStore {
    store: Store,
    /// The time, as the store sees it.
    pub clock: Arc<TestClock>,
    database: Database,
    _folder: Option<TempDir>,
    _server: Option<TestDatabase>,
}

#[allow(dead_code, reason = "each suite uses some of it")]
impl TestStore {
    /// On a file in a temporary folder.
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::Sqlite(folder.path().join("data").join("lockgate.db"));
        Self::on(database, Some(folder), None).await
    }

    /// On a database of this process's server.
    pub async fn postgres() -> Option<Self> {
        let server = lockgate_test_postgres::shared()?;
        let database = Database::Postgres(server.url().to_owned());
        Some(Self::on(database, None, Some(server)).await)
    }

    /// On any database.
    pub async fn on(database: Database, folder: Option<TempDir>, server: Option<TestDatabase>) -> Self {
        let clock = Arc::new(TestClock(START.into()));
        let store = open(&database, &clock, 7, "node-1").await.unwrap();
        Self { store, clock, database, _folder: folder, _server: server }
    }

    /// Another store on the same database, as a second node has it. SQLite has one node only.
    pub async fn second_node(&self) -> Store {
        open(&self.database, &self.clock, 7, "node-2").await.unwrap()
    }

    /// Opens the same database with a key of its own.
    pub async fn open_with_key(&self, key: u8) -> Result<Store, OpenError> {
        open(&self.database, &self.clock, key, "node-2").await
    }

    /// Closes the store and opens it anew, as a restart does.
    pub async fn restart(&mut self) {
        self.store.close().await;
        self.store = open(&self.database, &self.clock, 7, "node-1").await.unwrap();
    }

    /// The store itself, for tasks.
    pub fn share(&self) -> Store {
        self.store.clone()
    }

    /// Where it is kept.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// The SQLite file.
    pub fn file(&self) -> Option<PathBuf> {
        match &self.database {
            Database::Sqlite(path) => Some(path.clone()),
            Database::Postgres(_) => None,
        }
    }

    /// The time, as the store sees it.
    pub fn now(&self) -> u64 {
        self.clock.now_ms()
    }

    /// Runs a statement without parameters past the store; how many rows it changed.
    pub async fn sql(&self, sql: impl Into<String>) -> u64 {
        self.try_sql(sql.into()).await.unwrap()
    }

    /// Whether a constraint of the database stops a statement.
    pub async fn sql_fails(&self, sql: impl Into<String>) -> bool {
        self.try_sql(sql.into()).await.is_err()
    }

    async fn try_sql(&self, sql: String) -> Result<u64, sqlx::Error> {
        match &self.database {
            Database::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
                let mut conn = sqlx::SqliteConnection::connect_with(&options).await?;
                let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await;
                conn.close().await?;
                Ok(done?.rows_affected())
            }
            Database::Postgres(url) => {
                let mut conn = sqlx::PgConnection::connect(url).await?;
                let done = sqlx::query(AssertSqlSafe(sql)).execute(&mut conn).await;
                conn.close().await?;
                Ok(done?.rows_affected())
            }
        }
    }
}

impl Deref for TestStore {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

async fn open(database: &Database, clock: &Arc<TestClock>, key: u8, node: &str) -> Result<Store, OpenError> {
    let config =
        StoreConfig { database: database.clone(), key: VaultKey::new([key; 32]), node: node.to_owned(), pg_lanes: 4 };
    Store::open(config, Seams { clock: clock.clone(), entropy: Arc::new(TestEntropy) }).await
}
