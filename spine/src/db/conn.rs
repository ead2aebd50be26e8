use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Postgres, SqlSafeStr, SqlStr, Sqlite};

use super::{Dialect, Row, Value};
use crate::Fault;

/// A connection to either database. Queries take the one SQL text and `params![…]`.
pub struct Conn {
    link: Link,
    dialect: Dialect,
}

enum Link {
    Sqlite(PoolConnection<Sqlite>),
    Writer(Box<SqliteConnection>),
    Postgres(PoolConnection<Postgres>),
}

/// Runs one call on whichever connection this is, with the values bound.
macro_rules! on_link {
    ($self:ident, $sql:ident, $values:ident, $query:ident, $conn:ident => $call:expr) => {
        match &mut $self.link {
            Link::Sqlite(connection) => {
                let $query = bind(sqlx::query::<Sqlite>($sql), $values);
                let $conn = &mut **connection;
                $call
            }
            Link::Writer(connection) => {
                let $query = bind(sqlx::query::<Sqlite>($sql), $values);
                let $conn = &mut **connection;
                $call
            }
            Link::Postgres(connection) => {
                let $query = bind(sqlx::query::<Postgres>($sql), $values);
                let $conn = &mut **connection;
                $call
            }
        }
    };
}

impl Conn {
    pub(super) fn sqlite(connection: PoolConnection<Sqlite>, dialect: Dialect) -> Conn {
        Conn { link: Link::Sqlite(connection), dialect }
    }

    pub(super) fn writer(connection: SqliteConnection, dialect: Dialect) -> Conn {
        Conn { link: Link::Writer(Box::new(connection)), dialect }
    }

    pub(super) fn postgres(connection: PoolConnection<Postgres>, dialect: Dialect) -> Conn {
        Conn { link: Link::Postgres(connection), dialect }
    }

    /// The few expressions in which the two databases differ.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Executes a statement; returns how many rows it touched.
    ///
    /// # Errors
    /// When the database refuses it.
    pub async fn run(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<u64, Fault> {
        let sql = sql.into_sql_str();
        Ok(on_link!(self, sql, values, query, conn => query.execute(conn).await?.rows_affected()))
    }

    /// All rows.
    ///
    /// # Errors
    /// When the database refuses the query.
    pub async fn all(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Vec<Row>, Fault> {
        let sql: SqlStr = sql.into_sql_str();
        match &mut self.link {
            Link::Postgres(connection) => {
                let query = bind(sqlx::query::<Postgres>(sql), values);
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
            Link::Sqlite(connection) => {
                let query = bind(sqlx::query::<Sqlite>(sql), values);
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Link::Writer(connection) => {
                let query = bind(sqlx::query::<Sqlite>(sql), values);
                let rows = query.fetch_all(&mut **connection).await?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
        }
    }

    /// The first row, if any.
    ///
    /// # Errors
    /// When the database refuses the query.
    pub async fn first(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Option<Row>, Fault> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// One number, such as a count.
    ///
    /// # Errors
    /// When the query gives no row or no number in a column named `n`.
    pub async fn number(&mut self, sql: impl SqlSafeStr, values: Vec<Value>) -> Result<i64, Fault> {
        match self.first(sql, values).await? {
            Some(row) => row.get("n"),
            None => Err(Fault::Other("a count gave no row".to_owned())),
        }
    }

    /// Executes a statement as it is, without binds: transaction control and table definitions.
    pub(crate) async fn raw(&mut self, sql: &str) -> Result<(), Fault> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        match &mut self.link {
            Link::Sqlite(connection) => sql.execute(&mut **connection).await.map(|_| ())?,
            Link::Writer(connection) => sql.execute(&mut **connection).await.map(|_| ())?,
            Link::Postgres(connection) => sql.execute(&mut **connection).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Closes the connection instead of giving it back: its transaction is in doubt.
    pub(super) fn condemn(&mut self) {
        match &mut self.link {
            Link::Sqlite(connection) => connection.close_on_drop(),
            Link::Postgres(connection) => connection.close_on_drop(),
            Link::Writer(_) => {}
        }
    }
}

fn bind<'q, DB>(
    query: sqlx::query::Query<'q, DB, <DB as sqlx::Database>::Arguments>,
    values: Vec<Value>,
) -> sqlx::query::Query<'q, DB, <DB as sqlx::Database>::Arguments>
where
    DB: sqlx::Database,
    Option<i64>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<String>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<f64>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Vec<u8>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
{
    values.into_iter().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Real(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
    })
}

/// A connection inside a transaction.
pub struct Tx {
    pub(super) conn: Conn,
    pub(super) appended: bool,
}

impl Tx {
    pub(super) fn new(conn: Conn) -> Tx {
        Tx { conn, appended: false }
    }

    /// Notes that the journal grew, so that followers are woken after the commit.
    pub(crate) fn note_appended(&mut self) {
        self.appended = true;
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// `$3, $4, $5`: `count` binds from number `first` on.
pub fn placeholders(first: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for number in first..first + count {
        if number > first {
            text.push_str(", ");
        }
        text.push('$');
        text.push_str(&number.to_string());
    }
    text
}
