//! The schema, step by step. A step that was released never changes again; the database remembers which it has.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

use super::tx::Dialect;

macro_rules! steps {
    ($($version:literal $name:literal)*) => {
        [$((
            $version,
            $name,
            include_str!(concat!("../../migrations/sqlite/", $name, ".sql")),
            include_str!(concat!("../../migrations/postgres/", $name, ".sql")),
        )),*]
    };
}

/// In order. The text after the number is the file's name in both folders.
const STEPS: [(i64, &str, &str, &str); 10] = steps! {
    1 "0001_configuration"
    2 "0002_inbox"
    3 "0003_captured"
    4 "0004_confirmed_hosts"
    5 "0005_conduct"
    6 "0006_actions"
    7 "0007_background"
    8 "0008_media"
    9 "0009_fetches"
    10 "0010_conversation_actions"
};

/// The steps for one database.
pub(super) fn migrator(dialect: Dialect) -> Migrator {
    let steps = STEPS.iter().map(|&(version, name, sqlite, postgres)| {
        let sql = if dialect == Dialect::Sqlite { sqlite } else { postgres };
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(steps.collect())
}
