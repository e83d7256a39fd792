//! The database as somebody sees it who does not know the host: read by its documented names alone.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{AssertSqlSafe, PgPool, Row, SqlitePool};

use crate::database::Database;

/// A connection of its own.
pub enum Outside {
    /// To the file.
    Sqlite(SqlitePool),
    /// To the server.
    Postgres(PgPool),
}

/// A message as it stands in the table `messages`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoredMessage {
    /// Its id.
    pub id: String,
    /// `in`, `out` or `echo`.
    pub direction: String,
    /// The provider's id of it.
    pub external_id: Option<String>,
    /// How far it came.
    pub status: String,
}

impl Outside {
    /// Opens the database of a host whose data folder this is.
    pub async fn of(database: &Database, data_dir: &Path) -> Self {
        match database {
            Database::Sqlite => Self::sqlite(&data_dir.join("lockgate.db")).await,
            Database::Postgres(database) => Self::Postgres(PgPool::connect(database.url()).await.unwrap()),
        }
    }

    /// Opens a SQLite file for reading.
    pub async fn sqlite(file: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(file).read_only(true);
        Self::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap())
    }

    /// Every message.
    pub async fn messages(&self) -> Vec<StoredMessage> {
        const SQL: &str = "SELECT id, direction, external_id, status FROM messages";
        macro_rules! stored {
            ($pool:expr) => {{
                let rows = sqlx::query(SQL).fetch_all($pool).await.unwrap();
                rows.iter()
                    .map(|row| StoredMessage {
                        id: row.get(0),
                        direction: row.get(1),
                        external_id: row.get(2),
                        status: row.get(3),
                    })
                    .collect()
            }};
        }
        match self {
            Self::Sqlite(pool) => stored!(pool),
            Self::Postgres(pool) => stored!(pool),
        }
    }

    /// The first column of the first row, a whole number.
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
            Self::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    /// The tables that hold a text, or its bytes.
    pub async fn tables_with(&self, needle: &str) -> Vec<String> {
        let mut found = Vec::new();
        for table in self.tables().await {
            if self
                .rows(&table)
                .await
                .iter()
                .any(|row| crate::scan::holds(row.as_bytes(), needle.as_bytes()) || row.contains(&hex::encode(needle)))
            {
                found.push(table);
            }
        }
        found
    }

    /// Every row of every table, bytes in hexadecimal.
    pub async fn everything(&self) -> String {
        let mut all = String::new();
        for table in self.tables().await {
            all.push_str(&format!("table {table}\n"));
            for row in self.rows(&table).await {
                all.push_str(&row);
                all.push('\n');
            }
        }
        all
    }

    async fn tables(&self) -> Vec<String> {
        match self {
            Self::Sqlite(pool) => {
                let sql = "SELECT name FROM sqlite_master WHERE type = 'table'";
                sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
            }
            Self::Postgres(pool) => {
                let sql = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
            }
        }
    }

    /// Every row of a table as one text, bytes in hexadecimal.
    async fn rows(&self, table: &str) -> Vec<String> {
        match self {
            Self::Sqlite(pool) => {
                let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
                    .bind(table)
                    .fetch_all(pool)
                    .await
                    .unwrap();
                let texts: Vec<String> = columns
                    .iter()
                    .map(|name| format!("CASE typeof(\"{name}\") WHEN 'blob' THEN lower(hex(\"{name}\")) ELSE ifnull(\"{name}\", '') END"))
                    .collect();
                let sql = format!("SELECT {} FROM \"{table}\"", texts.join(" || ' ' || "));
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap()
            }
            Self::Postgres(pool) => {
                let sql = format!("SELECT t::text FROM \"{table}\" t");
                sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(pool).await.unwrap()
            }
        }
    }
}
