//! What goes into a statement and what comes out of a row, the same for both databases.
//!
//! Columns are whole numbers (also for booleans and times), double numbers, text (also for ids and JSON) and bytes. So one
//! SQL text serves both, and no cast is needed anywhere.

use std::str::FromStr;

use lockgate_model::id::{
    AppId, ChannelId, ContactId, ConversationId, DeadLetterId, DeliveryId, EnvelopeId, EventId, FetchId, FollowUpId,
    IdentityId, InboxId, MessageId, Owner, PluginName, TokenId,
};
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{ColumnIndex, Decode, Row as _, Type, ValueRef};

use crate::error::StoreError;

/// One parameter of a statement. What is null still has its type, because PostgreSQL prepares a statement for its types.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Float(Option<f64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// What can be a parameter.
pub(crate) trait Param {
    fn value(&self) -> Value;
    /// What stands for its absence.
    fn null() -> Value;
}

/// The parameters of a statement, in the order of `$1`, `$2` …; nothing is moved.
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Param::value(&$value)),*] };
}
pub(crate) use args;

impl<T: Param + ?Sized> Param for &T {
    fn value(&self) -> Value {
        (**self).value()
    }
    fn null() -> Value {
        T::null()
    }
}

impl<T: Param> Param for Option<T> {
    fn value(&self) -> Value {
        self.as_ref().map_or_else(T::null, Param::value)
    }
    fn null() -> Value {
        T::null()
    }
}

macro_rules! params {
    ($($type:ty => $kind:ident($convert:expr);)*) => {$(
        impl Param for $type {
            fn value(&self) -> Value {
                let convert: fn(&$type) -> _ = $convert;
                Value::$kind(Some(convert(self)))
            }
            fn null() -> Value {
                Value::$kind(None)
            }
        }
    )*};
}

params! {
    i64 => Int(|value| *value);
    i32 => Int(|value| i64::from(*value));
    u32 => Int(|value| i64::from(*value));
    u16 => Int(|value| i64::from(*value));
    // Nothing that is counted or timed here comes near the limit; what does is kept as the largest there is.
    u64 => Int(|value| i64::try_from(*value).unwrap_or(i64::MAX));
    usize => Int(|value| i64::try_from(*value).unwrap_or(i64::MAX));
    bool => Int(|value| i64::from(*value));
    f64 => Float(|value| *value);
    str => Text(storable);
    String => Text(|text| storable(text));
    [u8] => Bytes(ToOwned::to_owned);
    Vec<u8> => Bytes(Clone::clone);
}

/// PostgreSQL keeps no text with a zero character; providers send one now and then. Replaced for both databases alike, as what
/// cannot be decoded is.
fn storable(text: &str) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text.to_owned() }
}

impl<const N: usize> Param for [u8; N] {
    fn value(&self) -> Value {
        self.as_slice().value()
    }
    fn null() -> Value {
        <[u8]>::null()
    }
}

/// A row of a result.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// What a column can be read as.
pub(crate) trait Cell: Sized {
    fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError>;
}

impl Row {
    /// A column by its name. A null where `T` is no `Option`, or another type, is [`StoreError::Corrupt`].
    pub(crate) fn get<T: Cell>(&self, column: &'static str) -> Result<T, StoreError> {
        T::cell(self, column)
    }

    /// A text that has a form.
    pub(crate) fn parse<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.get::<String>(column)?.parse().map_err(|_| StoreError::corrupt(column))
    }

    /// JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.get::<String>(column)?).map_err(|_| StoreError::corrupt(column))
    }

    /// JSON, or null.
    pub(crate) fn json_opt<T: DeserializeOwned>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        if self.is_null(column)? { Ok(None) } else { self.json(column).map(Some) }
    }

    fn is_null(&self, column: &'static str) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(row) => row.try_get_raw(column).map(|value| value.is_null()),
            Self::Postgres(row) => row.try_get_raw(column).map(|value| value.is_null()),
        }
        .map_err(|error| StoreError::corrupt_because(column, error))
    }

    fn native<'r, T>(&'r self, column: &'static str) -> Result<T, StoreError>
    where
        T: Decode<'r, sqlx::Sqlite> + Type<sqlx::Sqlite> + Decode<'r, sqlx::Postgres> + Type<sqlx::Postgres>,
        &'static str: ColumnIndex<SqliteRow> + ColumnIndex<PgRow>,
    {
        // SQLite's own reading of a null as a number is zero.
        if self.is_null(column)? {
            return Err(StoreError::corrupt(column));
        }
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
        .map_err(|error| StoreError::corrupt_because(column, error))
    }
}

macro_rules! native_cells {
    ($($type:ty)*) => {$(
        impl Cell for $type {
            fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError> {
                row.native(column)
            }
        }
    )*};
}
native_cells! { f64 String Vec<u8> }

impl Cell for i64 {
    fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError> {
        // A number written into the statement is one of four bytes in PostgreSQL.
        row.native(column).or_else(|error| row.native::<i32>(column).map(Self::from).map_err(|_| error))
    }
}

macro_rules! number_cells {
    ($($type:ty)*) => {$(
        impl Cell for $type {
            fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError> {
                i64::cell(row, column)?.try_into().map_err(|error| StoreError::corrupt_because(column, error))
            }
        }
    )*};
}
number_cells! { u64 u32 u16 usize }

impl Cell for bool {
    fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError> {
        Ok(i64::cell(row, column)? != 0)
    }
}

impl<T: Cell> Cell for Option<T> {
    fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError> {
        if row.is_null(column)? { Ok(None) } else { T::cell(row, column).map(Some) }
    }
}

macro_rules! text_ids {
    ($($type:ty)*) => {$(
        impl Param for $type {
            fn value(&self) -> Value {
                Value::Text(Some(self.to_string()))
            }
            fn null() -> Value {
                Value::Text(None)
            }
        }

        impl Cell for $type {
            fn cell(row: &Row, column: &'static str) -> Result<Self, StoreError> {
                row.parse(column)
            }
        }
    )*};
}
text_ids! {
    FetchId
    AppId ChannelId InboxId ContactId IdentityId ConversationId MessageId EnvelopeId DeadLetterId DeliveryId FollowUpId TokenId EventId
    PluginName Owner
}
