use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use futures::TryStreamExt;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Connection, Postgres, SqlSafeStr, SqlStr, Sqlite};

use super::{Dialect, Row, Rows, Value};
use crate::Fault;
use crate::journal::Stored;
use crate::recent::Recent;

/// A connection to either database. Queries take the one SQL text and `params![…]`.
pub struct Conn {
    link: Link,
    pub(super) dialect: Dialect,
    recent: Option<Arc<Recent>>,
    /// Whether a statement failed since this was last reset.
    pub(super) failed: bool,
}

enum Link {
    Sqlite(PoolConnection<Sqlite>),
    Writer(Box<SqliteConnection>),
    Postgres(PoolConnection<Postgres>),
}

impl Conn {
    pub(super) fn sqlite(
        connection: PoolConnection<Sqlite>,
        dialect: Dialect,
        recent: Arc<Recent>,
    ) -> Conn {
        Conn { link: Link::Sqlite(connection), dialect, recent: Some(recent), failed: false }
    }

    pub(super) fn writer(
        connection: SqliteConnection,
        dialect: Dialect,
        recent: Arc<Recent>,
    ) -> Conn {
        let link = Link::Writer(Box::new(connection));
        Conn { link, dialect, recent: Some(recent), failed: false }
    }

    pub(super) fn postgres(connection: PoolConnection<Postgres>, dialect: Dialect) -> Conn {
        Conn { link: Link::Postgres(connection), dialect, recent: None, failed: false }
    }

    /// What this process has just committed, where that is all there is.
    pub(crate) fn recent(&self) -> Option<&Recent> {
        self.recent.as_deref()
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
        let touched = match &mut self.link {
            Link::Sqlite(connection) => execute_sqlite(connection, sql, values).await,
            Link::Writer(connection) => execute_sqlite(connection, sql, values).await,
            Link::Postgres(connection) => {
                let query = bind(sqlx::query::<Postgres>(sql), values);
                query.execute(&mut **connection).await.map(|done| done.rows_affected())
            }
        };
        self.noted(touched)
    }

    /// Executes an insert; gives the number of the last row, where the database tells.
    ///
    /// # Errors
    /// When the database refuses it.
    pub(crate) async fn insert(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
    ) -> Result<Option<i64>, Fault> {
        let connection = match &mut self.link {
            Link::Sqlite(connection) => &mut **connection,
            Link::Writer(connection) => &mut **connection,
            Link::Postgres(_) => return self.run(sql, values).await.map(|_| None),
        };
        let query = bind(sqlx::query::<Sqlite>(sql.into_sql_str()), values);
        let done = query.execute(connection).await;
        self.noted(done).map(|done| Some(done.last_insert_rowid()))
    }

    /// Inserts rows in few statements; returns how many rows were touched. `into` names the table
    /// and its columns, `tail` is what follows the rows: `ON CONFLICT …`.
    ///
    /// # Errors
    /// When the database refuses one of the statements.
    pub async fn insert_rows(
        &mut self,
        into: &str,
        rows: Vec<Vec<Value>>,
        tail: &str,
    ) -> Result<u64, Fault> {
        let mut touched = 0;
        for piece in Rows::pieces(rows) {
            let sql = format!("INSERT INTO {into} VALUES {} {tail}", self.tuples(&piece));
            touched += self.run(AssertSqlSafe(sql), piece.values).await?;
        }
        Ok(touched)
    }

    /// The binds of rows, for a statement without others.
    pub fn tuples(&self, rows: &Rows) -> String {
        rows.tuples(self.dialect)
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
        let sql = sql.into_sql_str();
        let rows = match &mut self.link {
            Link::Sqlite(connection) => fetch_sqlite(connection, sql, values).await,
            Link::Writer(connection) => fetch_sqlite(connection, sql, values).await,
            Link::Postgres(connection) => {
                let query = bind(sqlx::query::<Postgres>(sql), values);
                let rows = query.fetch_all(&mut **connection).await;
                rows.map(|rows| rows.into_iter().map(Row::Postgres).collect())
            }
        };
        self.noted(rows)
    }

    /// Hands the rows to `take` as they come, so that they are never in memory all at once.
    ///
    /// # Errors
    /// When the database refuses the query, or what `take` returns.
    pub async fn each<E: From<Fault>>(
        &mut self,
        sql: impl SqlSafeStr,
        values: Vec<Value>,
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let sql = sql.into_sql_str();
        macro_rules! hand_over {
            ($connection:ident, $database:ident) => {{
                let query = bind(sqlx::query::<$database>(sql), values);
                let mut rows = query.fetch(&mut **$connection);
                while let Some(row) = rows.try_next().await.map_err(Fault::from)? {
                    take(Row::$database(row))?;
                }
            }};
        }
        match &mut self.link {
            Link::Sqlite(connection) => hand_over!(connection, Sqlite),
            Link::Writer(connection) => hand_over!(connection, Sqlite),
            Link::Postgres(connection) => hand_over!(connection, Postgres),
        }
        Ok(())
    }

    fn noted<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, Fault> {
        self.failed |= result.is_err();
        Ok(result?)
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

    /// Executes statements as they are, without binds: transaction control and table definitions.
    pub(crate) async fn raw(&mut self, sql: impl SqlSafeStr) -> Result<(), Fault> {
        let sql = sqlx::raw_sql(sql);
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

async fn execute_sqlite(
    connection: &mut SqliteConnection,
    sql: SqlStr,
    values: Vec<Value>,
) -> Result<u64, sqlx::Error> {
    let query = bind(sqlx::query::<Sqlite>(sql), values);
    Ok(query.execute(connection).await?.rows_affected())
}

async fn fetch_sqlite(
    connection: &mut SqliteConnection,
    sql: SqlStr,
    values: Vec<Value>,
) -> Result<Vec<Row>, sqlx::Error> {
    let query = bind(sqlx::query::<Sqlite>(sql), values);
    Ok(query.fetch_all(connection).await?.into_iter().map(Row::Sqlite).collect())
}

fn bind<'q, DB>(
    query: sqlx::query::Query<'q, DB, <DB as sqlx::Database>::Arguments>,
    values: Vec<Value>,
) -> sqlx::query::Query<'q, DB, <DB as sqlx::Database>::Arguments>
where
    DB: sqlx::Database,
    Option<i64>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<String>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Arc<str>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Option<f64>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
    Vec<u8>: sqlx::Encode<'q, DB> + sqlx::Type<DB> + 'q,
{
    values.into_iter().fold(query, |query, value| match value {
        Value::Int(value) => query.bind(value),
        Value::Text(value) => query.bind(value),
        Value::Shared(value) => query.bind(value),
        Value::Real(value) => query.bind(value),
        Value::Blob(value) => query.bind(value),
    })
}

/// A connection inside a transaction.
pub struct Tx {
    pub(super) conn: Conn,
    /// Whether the journal grew.
    pub(super) appended: bool,
    /// What it grew by, where the places of entries are known before the commit.
    entries: Vec<Arc<Stored>>,
    marked: usize,
}

impl Tx {
    pub(super) fn new(conn: Conn) -> Tx {
        Tx { conn, appended: false, entries: Vec::new(), marked: 0 }
    }

    /// Notes that the journal grew, so that followers are woken after the commit.
    pub(crate) fn note_appended(&mut self, entries: Vec<Arc<Stored>>) {
        self.appended = true;
        self.entries.extend(entries);
    }

    /// How many entries the transaction has appended so far.
    pub(super) fn entries_len(&self) -> usize {
        self.entries.len()
    }

    /// Forgets the entries of what was undone.
    pub(super) fn forget_entries(&mut self, keep: usize) {
        self.entries.truncate(keep);
    }

    /// The transaction is over: hands what it appended to whoever follows the journal.
    pub(super) fn end(&mut self, committed: bool) {
        let entries = std::mem::take(&mut self.entries);
        if let (true, Some(recent)) = (committed, self.conn.recent()) {
            recent.push(entries);
        }
    }

    /// Sets a mark to which [`Tx::undo`] goes back; ends with that or with [`Tx::keep`].
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn mark(&mut self) -> Result<(), Fault> {
        self.marked = self.entries.len();
        self.raw("SAVEPOINT mark").await
    }

    /// Keeps what was written since the mark.
    ///
    /// # Errors
    /// When the database refuses, as it does after a statement failed.
    pub async fn keep(&mut self) -> Result<(), Fault> {
        self.raw("RELEASE mark").await
    }

    /// Undoes what was written since the mark; the transaction can go on, also when a statement
    /// failed meanwhile.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn undo(&mut self) -> Result<(), Fault> {
        self.raw("ROLLBACK TO mark; RELEASE mark").await?;
        self.entries.truncate(self.marked);
        self.failed = false;
        Ok(())
    }

    /// Closes the writer's connection.
    pub(super) async fn close(self) {
        if let Link::Writer(connection) = self.conn.link {
            let _ = connection.close().await;
        }
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
