//! PostgreSQL: a connection for each lane of writers, a pool for readers.

use std::io;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, SqlSafeStr};

use super::STATEMENTS_KEPT;
use super::job::Step;
use super::tx::Tx;
use super::writer::Connect;

/// How long a start waits for the server.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// Connections that read.
const READERS: u32 = 8;

/// A server's address.
#[derive(Clone)]
pub(super) struct PostgresServer {
    options: PgConnectOptions,
}

impl PostgresServer {
    /// Reads the address. The server need not be there.
    pub(super) fn new(url: &str, node: &str) -> Result<Self, sqlx::Error> {
        let name: String = format!("lockgate {node}").chars().take(63).collect();
        let options = PgConnectOptions::from_str(url)?
            .application_name(&name)
            .statement_cache_capacity(STATEMENTS_KEPT)
            .disable_statement_logging();
        Ok(Self { options })
    }

    /// For migrations, which may take long.
    pub(super) async fn patient(&self) -> Result<PgConnection, sqlx::Error> {
        connect(&self.options).await
    }

    /// How everybody else does. What the server gives up by itself frees the locks of a node that is gone.
    fn hurried(&self) -> PgConnectOptions {
        self.options.clone().options([
            ("statement_timeout", "5000"),
            ("lock_timeout", "4000"),
            ("idle_in_transaction_session_timeout", "15000"),
            ("synchronous_commit", "on"),
        ])
    }

    /// The connections that read.
    pub(super) fn readers(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(4))
            .connect_lazy_with(self.hurried())
    }
}

impl Connect for PostgresServer {
    fn connect(&self) -> Step<'_, Tx> {
        Box::pin(async move { Ok(self.hurried().connect().await?.into()) })
    }

    fn is_remote(&self) -> bool {
        true
    }

    fn is_in_place(&self) -> bool {
        true
    }
}

/// Whether the schema that the address leads to has nothing of ours in it.
pub(crate) async fn is_empty(url: &str) -> Result<bool, sqlx::Error> {
    let mut conn = connect(&PgConnectOptions::from_str(url)?).await?;
    let sql = "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() LIMIT 1".into_sql_str();
    Ok(sqlx::query(sql).fetch_optional(&mut conn).await?.is_none())
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    match tokio::time::timeout(START_PATIENCE, options.connect()).await {
        Ok(connected) => connected,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    }
}
