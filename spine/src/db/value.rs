use std::sync::Arc;

use kernel::{Id, ItemRef, Kind, Priority, SpaceId, Time};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;

use crate::Fault;

/// A value to bind. `None` keeps its type, which PostgreSQL wants to know.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number, a time in microseconds, or a 0/1 truth.
    Int(Option<i64>),
    /// Text, an id, an enum, JSON.
    Text(Option<String>),
    /// Text that others hold too: bound without a copy.
    Shared(Arc<str>),
    /// A fraction.
    Real(Option<f64>),
    /// Bytes.
    Blob(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty, $value:ident => $int:expr;)*) => {$(
        impl From<$type> for Value {
            fn from($value: $type) -> Value { $int }
        }
    )*};
}

value_from! {
    i64, v => Value::Int(Some(v));
    i32, v => Value::Int(Some(i64::from(v)));
    u32, v => Value::Int(Some(i64::from(v)));
    usize, v => Value::Int(Some(i64::try_from(v).unwrap_or(i64::MAX)));
    bool, v => Value::Int(Some(i64::from(v)));
    Time, v => Value::Int(Some(v.micros()));
    f64, v => Value::Real(Some(v));
    String, v => Value::Text(Some(v));
    &String, v => Value::Text(Some(v.clone()));
    &str, v => Value::Text(Some(v.to_owned()));
    &SpaceId, v => Value::Shared(v.shared());
    Arc<str>, v => Value::Shared(v);
    &ItemRef, v => Value::Text(Some(v.as_str().to_owned()));
    Priority, v => Value::Text(Some(v.to_string()));
    Vec<u8>, v => Value::Blob(v);
    Option<i64>, v => Value::Int(v);
    Option<Time>, v => Value::Int(v.map(Time::micros));
    Option<String>, v => Value::Text(v);
    Option<&str>, v => Value::Text(v.map(str::to_owned));
    Option<&ItemRef>, v => Value::Text(v.map(|item| item.as_str().to_owned()));
}

impl<K: Kind> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Value {
        Value::Text(Some(id.to_string()))
    }
}

impl<K: Kind> From<Option<Id<K>>> for Value {
    fn from(id: Option<Id<K>>) -> Value {
        Value::Text(id.map(|id| id.to_string()))
    }
}

/// A row that came back; columns are read by name.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

/// A type that a column can be read as.
pub trait Field: Sized {
    /// Reads the column.
    ///
    /// # Errors
    /// When there is no such column or it holds something else.
    fn read(row: &Row, column: &str) -> Result<Self, Fault>;
}

impl Row {
    /// Reads a column.
    ///
    /// # Errors
    /// When there is no such column or it holds something else.
    pub fn get<T: Field>(&self, column: &str) -> Result<T, Fault> {
        T::read(self, column)
    }

    /// Reads a text column and parses it into an id, an enum or the like.
    ///
    /// # Errors
    /// When the text does not parse.
    pub fn parse<T>(&self, column: &str) -> Result<T, Fault>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text: String = self.get(column)?;
        text.parse().map_err(|error: T::Err| Fault::corrupt(column.to_owned(), error.to_string()))
    }

    /// Reads a text column that holds JSON.
    ///
    /// # Errors
    /// When the JSON does not fit the type.
    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, Fault> {
        let text: String = self.get(column)?;
        serde_json::from_str(&text).map_err(|error| Fault::corrupt(column.to_owned(), error))
    }
}

macro_rules! native_field {
    ($($type:ty),*) => {$(
        impl Field for $type {
            fn read(row: &Row, column: &str) -> Result<Self, Fault> {
                Ok(match row {
                    Row::Sqlite(row) => row.try_get(column)?,
                    Row::Postgres(row) => row.try_get(column)?,
                })
            }
        }
    )*};
}

native_field!(i64, Option<i64>, f64, Option<f64>, String, Option<String>, Vec<u8>);

impl Field for bool {
    fn read(row: &Row, column: &str) -> Result<bool, Fault> {
        Ok(row.get::<i64>(column)? != 0)
    }
}

impl Field for Time {
    fn read(row: &Row, column: &str) -> Result<Time, Fault> {
        Ok(Time::from_micros(row.get(column)?))
    }
}

impl Field for Option<Time> {
    fn read(row: &Row, column: &str) -> Result<Option<Time>, Fault> {
        Ok(row.get::<Option<i64>>(column)?.map(Time::from_micros))
    }
}

impl Field for SpaceId {
    fn read(row: &Row, column: &str) -> Result<SpaceId, Fault> {
        Ok(SpaceId::new(row.get::<String>(column)?))
    }
}
