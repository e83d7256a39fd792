//! What can go wrong with what is kept, by what the caller does about it.

use std::error::Error;
use std::sync::Arc;

use lockgate_model::id::ChannelId;

/// Why a call of the store did not do what was asked. Nothing of it was done, with one exception: after `Unavailable` a change
/// may have been committed all the same, because the answer of the commit itself can be lost.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StoreError {
    /// Locked, full, gone, restarted, too slow. The same call succeeds once the database is back; providers are told 503.
    #[error("the database is not available")]
    Unavailable(#[source] Outage),
    /// What is there does not allow it.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// What was asked for can never be done.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Something stored does not read as what it should be.
    #[error("what is stored as {what} cannot be read")]
    Corrupt {
        /// A column, or the name of a thing; never its content.
        what: &'static str,
        /// The reason, without the content.
        #[source]
        source: Option<Cause>,
    },
    /// The database rejected a statement in a way that no code path expects: a defect of this program.
    #[error("the database rejected a statement")]
    Rejected(#[source] Outage),
}

impl StoreError {
    /// Whether the same call can succeed later, without anybody changing it.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// Something stored that does not read.
    pub(crate) fn corrupt(what: &'static str) -> Self {
        Self::Corrupt { what, source: None }
    }

    /// Something stored that does not read, and why. The reason must not repeat the content.
    pub(crate) fn corrupt_because(what: &'static str, why: impl Error + Send + Sync + 'static) -> Self {
        Self::Corrupt { what, source: Some(Cause(Arc::new(why))) }
    }

    /// Lost to another transaction that touched the same rows: to be tried again at once.
    pub(crate) fn is_contention(&self) -> bool {
        matches!(self, Self::Unavailable(outage) if matches!(&*outage.0, Trouble::Contention(_)))
    }

    pub(crate) fn unavailable(trouble: Trouble) -> Self {
        Self::Unavailable(Outage(Arc::new(trouble)))
    }
}

/// What the database said, or did not say.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct Outage(Arc<Trouble>);

/// Why something stored does not read.
#[derive(Clone, Debug, thiserror::Error)]
#[error(transparent)]
pub struct Cause(Arc<dyn Error + Send + Sync>);

#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("the database reported a fault")]
    Database(#[source] sqlx::Error),
    #[error("another transaction was in the way")]
    Contention(#[source] sqlx::Error),
    #[error("the database file is not where it was")]
    Moved,
    #[error("the database did not answer in time")]
    Slow,
    #[error("the store is closed")]
    Closed,
    #[error("a step of the store stopped unexpectedly")]
    Panicked,
}

/// What stands in the way of a change, in a form that a person can act on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Another channel is connected to this account of the plugin.
    #[error("this account is already connected")]
    AccountConnected {
        /// The channel that holds it.
        channel: ChannelId,
    },
    /// The name is taken.
    #[error("this name is taken")]
    NameTaken,
    /// Other things hang on it.
    #[error("it is in use by {by}")]
    InUse {
        /// Which kind of thing: `apps`, `channels`, `conversations`.
        by: &'static str,
    },
    /// Something that was named is not there.
    #[error("there is no such {what}")]
    Missing {
        /// Which kind of thing: `plugin`, `app`, `inbox`, `channel`.
        what: &'static str,
    },
    /// The only token with the scope admin: without one nobody could make another.
    #[error(
        "this is the only token with the scope admin, and without one nobody could make another: create that first"
    )]
    LastAdmin,
    /// It changed, or was taken by somebody else, since it was read.
    #[error("it has changed meanwhile")]
    Changed,
}

/// What can never be done as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Larger than what is kept of it.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// What of it.
        what: &'static str,
        /// In bytes.
        limit: u64,
    },
    /// More than are kept of it.
    #[error("there are more than {limit} {what}")]
    TooMany {
        /// What of it.
        what: &'static str,
        /// How many are kept.
        limit: u64,
    },
    /// A cursor that was not made by this list.
    #[error("this cursor does not belong to this list")]
    Cursor,
    /// A manifest that does not hold.
    #[error("the manifest is not valid: {0}")]
    Manifest(String),
    /// An app where the plugin has none, or none where it has.
    #[error("{0}")]
    App(&'static str),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match class(&error) {
            Class::Contention => Self::unavailable(Trouble::Contention(error)),
            Class::Outage => Self::unavailable(Trouble::Database(error)),
            Class::Rejection => Self::Rejected(Outage(Arc::new(Trouble::Database(error)))),
        }
    }
}

enum Class {
    Outage,
    Contention,
    Rejection,
}

/// Sorts by the result codes of SQLite (<https://www.sqlite.org/rescode.html>) and the SQLSTATE classes of PostgreSQL
/// (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
fn class(error: &sqlx::Error) -> Class {
    let sqlx::Error::Database(database) = error else {
        return match error {
            sqlx::Error::Encode(_)
            | sqlx::Error::Decode(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::RowNotFound => Class::Rejection,
            _ => Class::Outage,
        };
    };
    let code = database.code().unwrap_or_default();
    if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        // Extended codes keep the primary one in their low byte. Of the primary ones ERROR, CONSTRAINT, MISMATCH, MISUSE, RANGE
        // and TOOBIG are about the statement; the others are about the file and the machine.
        return match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(1 | 18 | 19 | 20 | 21 | 25) => Class::Rejection,
            _ => Class::Outage,
        };
    }
    match code.as_ref() {
        "40001" | "40P01" => Class::Contention,
        // Not in the class of outages by its number, but what a server that became a standby says.
        "25006" | "55P03" => Class::Outage,
        other if ["08", "53", "57", "58", "XX", "28", "3D"].iter().any(|class| other.starts_with(class)) => {
            Class::Outage
        }
        _ => Class::Rejection,
    }
}
