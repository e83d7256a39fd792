//! One connection inside a transaction, of either database.

use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::sqlite::{SqliteArguments, SqliteConnection};
use sqlx::{Arguments, AssertSqlSafe, Connection, Postgres, SqlSafeStr, Sqlite, Transaction};

use super::value::{Row, Value};
use crate::error::{StoreError, Trouble};

/// Longer than any statement of ours takes; a database that is silent for so long is not available.
const STATEMENT_PATIENCE: Duration = Duration::from_secs(5);

/// Which database it is, for the few statements that must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

/// What a job tells the writer besides its result. Forgotten when the job is rolled back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// Rows were added to the event log.
    pub(crate) events: bool,
    /// Something became sendable.
    pub(crate) outbox: bool,
    /// Something is to be done in the background.
    pub(crate) work: bool,
    /// The highest position of the event log that this batch stamped.
    pub(crate) stamped: Option<u64>,
}

/// A transaction: statements, and what to announce once it is committed.
///
/// After a statement failed, a step returns that error; what it changed is rolled back.
pub(crate) struct Tx {
    conn: Conn,
    /// Changes that are made with the next statement; see [`Tx::put`].
    waiting: Vec<(&'static str, Vec<Value>)>,
    pub(super) marks: Marks,
    /// The first error of a statement. PostgreSQL turns the COMMIT of a transaction in which one failed into a ROLLBACK without
    /// saying so, so a step that swallowed an error must not count as done.
    pub(super) broken: Option<StoreError>,
}

enum Conn {
    SqliteWriter(SqliteConnection),
    PostgresWriter(PgConnection),
    SqliteSnapshot(Transaction<'static, Sqlite>),
    PostgresSnapshot(Transaction<'static, Postgres>),
    SqliteGlance(PoolConnection<Sqlite>),
    PostgresGlance(PoolConnection<Postgres>),
}

enum Handle<'t> {
    Sqlite(&'t mut SqliteConnection),
    Postgres(&'t mut PgConnection),
}

macro_rules! from_connections {
    ($($variant:ident($type:ty);)*) => {$(
        impl From<$type> for Tx {
            fn from(conn: $type) -> Self {
                Self { conn: Conn::$variant(conn), waiting: Vec::new(), marks: Marks::default(), broken: None }
            }
        }
    )*};
}
from_connections! {
    SqliteWriter(SqliteConnection);
    PostgresWriter(PgConnection);
    SqliteSnapshot(Transaction<'static, Sqlite>);
    PostgresSnapshot(Transaction<'static, Postgres>);
    SqliteGlance(PoolConnection<Sqlite>);
    PostgresGlance(PoolConnection<Postgres>);
}

impl Tx {
    /// Which database it is.
    pub(crate) fn dialect(&self) -> Dialect {
        match &self.conn {
            Conn::SqliteWriter(_) | Conn::SqliteSnapshot(_) | Conn::SqliteGlance(_) => Dialect::Sqlite,
            Conn::PostgresWriter(_) | Conn::PostgresSnapshot(_) | Conn::PostgresGlance(_) => Dialect::Postgres,
        }
    }

    /// Says that rows were added to the event log: they are stamped with positions before or after the commit, and readers of
    /// the log are woken.
    pub(crate) fn logged_events(&mut self) {
        self.marks.events = true;
    }

    /// Says that something became sendable: delivery workers are woken after the commit.
    pub(crate) fn queued_outbox(&mut self) {
        self.marks.outbox = true;
    }

    /// Says that there is something to do in the background: its workers are woken after the commit.
    pub(crate) fn queued_work(&mut self) {
        self.marks.work = true;
    }

    /// Says up to which position the event log is stamped once this is committed.
    pub(crate) fn stamped(&mut self, position: u64) {
        self.marks.stamped = self.marks.stamped.max(Some(position));
    }

    /// Makes a change whose result nobody asks for. It is handed over together with others, before the next statement and
    /// before the step ends: most of what a small statement costs is its way to the database and back. Changes that wait
    /// together must not touch the same rows, because they are made as one and see nothing of each other.
    pub(crate) fn put(&mut self, sql: &'static str, args: Vec<Value>) {
        self.waiting.push((sql, args));
    }

    /// Makes the changes that [`Tx::put`] has collected.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let (sql, args) = joined(self.dialect(), std::mem::take(&mut self.waiting));
        let done = async {
            match self.conn.handle() {
                Handle::Sqlite(conn) => {
                    sqlx::query_with(AssertSqlSafe(sql), sqlite(args)?).execute(conn).await.map(drop)
                }
                Handle::Postgres(conn) => {
                    sqlx::query_with(AssertSqlSafe(sql), postgres(args)?).execute(conn).await.map(drop)
                }
            }
        };
        let done = in_time(done).await;
        self.noted(done)
    }

    /// Drops the changes that [`Tx::put`] has collected: the step that wanted them has failed.
    pub(super) fn forget(&mut self) {
        self.waiting.clear();
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, sql: impl SqlSafeStr, args: Vec<Value>) -> Result<u64, StoreError> {
        self.flush().await?;
        let sql = sql.into_sql_str();
        let done = async {
            Ok(match self.conn.handle() {
                Handle::Sqlite(conn) => sqlx::query_with(sql, sqlite(args)?).execute(conn).await?.rows_affected(),
                Handle::Postgres(conn) => sqlx::query_with(sql, postgres(args)?).execute(conn).await?.rows_affected(),
            })
        };
        let done = in_time(done).await;
        self.noted(done)
    }

    /// The row of a statement that has one at most.
    pub(crate) async fn row(&mut self, sql: impl SqlSafeStr, args: Vec<Value>) -> Result<Option<Row>, StoreError> {
        self.flush().await?;
        let sql = sql.into_sql_str();
        let found = async {
            Ok(match self.conn.handle() {
                Handle::Sqlite(conn) => {
                    sqlx::query_with(sql, sqlite(args)?).fetch_optional(conn).await?.map(Row::Sqlite)
                }
                Handle::Postgres(conn) => {
                    sqlx::query_with(sql, postgres(args)?).fetch_optional(conn).await?.map(Row::Postgres)
                }
            })
        };
        let found = in_time(found).await;
        self.noted(found)
    }

    /// All rows of a statement.
    pub(crate) async fn rows(&mut self, sql: impl SqlSafeStr, args: Vec<Value>) -> Result<Vec<Row>, StoreError> {
        self.flush().await?;
        let sql = sql.into_sql_str();
        let found = async {
            Ok(match self.conn.handle() {
                Handle::Sqlite(conn) => {
                    let rows = sqlx::query_with(sql, sqlite(args)?).fetch_all(conn).await?;
                    rows.into_iter().map(Row::Sqlite).collect()
                }
                Handle::Postgres(conn) => {
                    let rows = sqlx::query_with(sql, postgres(args)?).fetch_all(conn).await?;
                    rows.into_iter().map(Row::Postgres).collect()
                }
            })
        };
        let found = in_time(found).await;
        self.noted(found)
    }

    /// Ends the connection in good order. What is not committed is rolled back.
    pub(super) async fn close(self) {
        let closed = match self.conn {
            Conn::SqliteWriter(conn) => conn.close().await,
            Conn::PostgresWriter(conn) => conn.close().await,
            _ => Ok(()),
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "a connection to the database did not end in good order");
        }
    }

    fn noted<T>(&mut self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        if let (Err(error), None) = (&result, &self.broken) {
            self.broken = Some(error.clone());
        }
        result
    }
}

impl Conn {
    fn handle(&mut self) -> Handle<'_> {
        match self {
            Self::SqliteWriter(conn) => Handle::Sqlite(conn),
            Self::SqliteSnapshot(conn) => Handle::Sqlite(conn),
            Self::SqliteGlance(conn) => Handle::Sqlite(conn),
            Self::PostgresWriter(conn) => Handle::Postgres(conn),
            Self::PostgresSnapshot(conn) => Handle::Postgres(conn),
            Self::PostgresGlance(conn) => Handle::Postgres(conn),
        }
    }
}

/// Several changes as one text, the parameters of each numbered on from those of the one before: SQLite takes a row of statements,
/// PostgreSQL one statement with others in its `WITH`.
fn joined(dialect: Dialect, changes: Vec<(&'static str, Vec<Value>)>) -> (String, Vec<Value>) {
    let last = changes.len().saturating_sub(1);
    let (mut text, mut values) = (String::new(), Vec::new());
    for (place, (sql, args)) in changes.into_iter().enumerate() {
        let (before, after) = match dialect {
            Dialect::Sqlite => (String::new(), ";\n"),
            Dialect::Postgres if place == last => (String::new(), ""),
            Dialect::Postgres if place == 0 => (format!("WITH change_{place} AS ("), ")"),
            Dialect::Postgres => (format!("change_{place} AS ("), ")"),
        };
        text.push_str(&before);
        renumber(sql, values.len(), &mut text);
        text.push_str(after);
        if dialect == Dialect::Postgres && place + 1 < last {
            text.push_str(",\n");
        } else if dialect == Dialect::Postgres {
            text.push('\n');
        }
        values.extend(args);
    }
    (text, values)
}

/// Writes a statement with its parameters numbered from `offset` on.
fn renumber(sql: &str, offset: usize, text: &mut String) {
    let mut pieces = sql.split('$');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|character: char| character.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        text.push('$');
        text.push_str(&(number.parse::<usize>().unwrap_or_default() + offset).to_string());
        text.push_str(rest);
    }
}

async fn in_time<T>(statement: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    // Boxed: what sqlx keeps across its waits would otherwise lie in every future that reaches the store.
    match tokio::time::timeout(STATEMENT_PATIENCE, Box::pin(statement)).await {
        Ok(result) => Ok(result?),
        Err(_) => Err(StoreError::unavailable(Trouble::Slow)),
    }
}

macro_rules! encoder {
    ($name:ident, $arguments:ty) => {
        fn $name(values: Vec<Value>) -> Result<$arguments, sqlx::Error> {
            let mut arguments = <$arguments>::default();
            for value in values {
                match value {
                    Value::Int(value) => Arguments::add(&mut arguments, value),
                    Value::Float(value) => Arguments::add(&mut arguments, value),
                    Value::Text(value) => Arguments::add(&mut arguments, value),
                    Value::Bytes(value) => Arguments::add(&mut arguments, value),
                }
                .map_err(sqlx::Error::Encode)?;
            }
            Ok(arguments)
        }
    };
}
encoder!(sqlite, SqliteArguments);
encoder!(postgres, PgArguments);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::args;

    #[test]
    fn changes_that_are_made_together_keep_their_parameters() {
        let changes =
            || vec![("INSERT $1, $2", args![1_i64, 2_i64]), ("UPDATE $1", args![3_i64]), ("DELETE $2", args![4_i64])];
        let (text, values) = joined(Dialect::Sqlite, changes());
        assert_eq!(text, "INSERT $1, $2;\nUPDATE $3;\nDELETE $5;\n");
        assert_eq!(values.len(), 4);
        let (text, _) = joined(Dialect::Postgres, changes());
        assert_eq!(text, "WITH change_0 AS (INSERT $1, $2),\nchange_1 AS (UPDATE $3)\nDELETE $5\n");
        let (text, _) = joined(Dialect::Postgres, vec![("INSERT $1", args![1_i64])]);
        assert_eq!(text, "INSERT $1\n");
    }
}
