//! The processes that share a database, and which of them live.
//!
//! On PostgreSQL each holds a lock of its own for as long as its connection for it stands, so that
//! the others know of its end at once, however it ends. Whoever loses the connection and lives on
//! is taken for dead until it has a new one: what it carries may be carried twice meanwhile, and is
//! never lost. On SQLite there is one process.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Row};

use crate::db::{Db, Dialect};
use crate::{Fault, World};

/// A database that does not answer so long is asked anew over another connection. Time of the
/// network, as that of the pool: no clock of ours moves it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Has PostgreSQL end the connection of a machine that is gone within half a minute.
const KEEPALIVES: &str =
    "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4";

/// The name of a process, another one with each start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct NodeId(u64);

impl NodeId {
    /// How many letters a name has.
    pub const LETTERS: usize = 16;

    /// A name that no other process has.
    pub fn fresh(world: &World) -> NodeId {
        NodeId(world.seed() as u64)
    }

    /// A lease that is known to be of this process; no two are the same.
    pub fn lease(self, world: &World) -> String {
        format!("{self}{:032x}", world.seed())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// This process among the others.
pub struct Presence {
    db: Db,
    own: NodeId,
    conn: Option<PgConnection>,
}

impl Presence {
    /// This process, of which the others do not know yet.
    pub fn of(db: &Db, own: NodeId) -> Presence {
        Presence { db: db.clone(), own, conn: None }
    }

    /// Every process that lives, this one among them: from the first look on the others know of it
    /// for as long as this is kept. Enters again where the connection was lost.
    ///
    /// # Errors
    /// When the database refuses: then nothing is known.
    pub async fn living(&mut self) -> Result<BTreeSet<NodeId>, Fault> {
        let Some(options) = self.db.postgres() else { return Ok(BTreeSet::from([self.own])) };
        let (kept, own) = (self.conn.take(), self.own);
        let looking = async move {
            let mut conn = match kept {
                Some(conn) => conn,
                None => connected(&options).await?,
            };
            let living = look(&mut conn, own).await?;
            Ok::<_, sqlx::Error>((conn, living))
        };
        let (conn, living) = tokio::time::timeout(PATIENCE, looking).await.map_err(|_| {
            Fault::Other(format!("the database did not say within {PATIENCE:?} which nodes live"))
        })??;
        self.conn = Some(conn);
        Ok(living)
    }
}

async fn connected(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut conn = PgConnection::connect_with(options).await?;
    sqlx::raw_sql(KEEPALIVES).execute(&mut conn).await?;
    Ok(conn)
}

async fn look(conn: &mut PgConnection, own: NodeId) -> Result<BTreeSet<NodeId>, sqlx::Error> {
    let mut living = locks(conn).await?;
    // A pooler between may have given the lock away with the connection behind it.
    if living.insert(own) {
        sqlx::query(Dialect::HOLD).bind(own.0.cast_signed()).execute(conn).await?;
    }
    Ok(living)
}

async fn locks(conn: &mut PgConnection) -> Result<BTreeSet<NodeId>, sqlx::Error> {
    let rows = sqlx::query(Dialect::HELD).fetch_all(conn).await?;
    let name = |row: sqlx::postgres::PgRow| {
        let (high, low): (i64, i64) = (row.try_get("high")?, row.try_get("low")?);
        Ok(NodeId((high.cast_unsigned() << 32) | low.cast_unsigned()))
    };
    rows.into_iter().map(name).collect()
}
