//! On which database a story plays, and the macro that plays it on both.

use std::sync::Arc;

use lockgate_test_postgres::{Durability, PostgresServer, TestDatabase};

/// A database of its own for one story.
#[derive(Clone)]
pub enum Database {
    /// A file in the host's data folder.
    Sqlite,
    /// A database on a server.
    Postgres(Arc<TestDatabase>),
}

impl Database {
    /// On this process's PostgreSQL server; none where there is none and none is required.
    pub fn postgres() -> Option<Self> {
        lockgate_test_postgres::shared().map(|database| Self::Postgres(Arc::new(database)))
    }

    /// On a server that this story alone uses, and may stop.
    pub fn own_postgres(durability: Durability) -> Option<(PostgresServer, Self)> {
        let server = lockgate_test_postgres::own(durability)?;
        let database = Self::Postgres(Arc::new(server.database()));
        Some((server, database))
    }

    /// As the host's setting `database` takes it.
    pub fn setting(&self) -> String {
        match self {
            Self::Sqlite => "sqlite".into(),
            Self::Postgres(database) => database.url().to_owned(),
        }
    }

    /// `sqlite` or `postgres`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

/// Makes two tests of each story, an `async fn(Database)`: one on SQLite, one on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                Box::pin(super::$story($crate::Database::Sqlite)).await;
            }
        )*}

        mod on_postgres {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                if let Some(database) = $crate::Database::postgres() {
                    Box::pin(super::$story(database)).await;
                }
            }
        )*}
    };
}
