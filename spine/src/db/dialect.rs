/// The few expressions in which SQLite and PostgreSQL differ. Everything else is one text.
///
/// `tx_offset` is the epoch of transaction numbers: it is lifted when the database was restored
/// from elsewhere, so that new journal entries come after everything stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One writer: the order of `seq` is the order of commits, so the epoch alone is the number.
    Sqlite {
        /// The number of every transaction of this epoch.
        tx_offset: i64,
    },
    /// Many writers: the order of `seq` is not the order of commits.
    Postgres {
        /// Added to PostgreSQL's transaction numbers.
        tx_offset: i64,
    },
}

impl Dialect {
    /// Takes PostgreSQL's lock of a number, for as long as the connection stands.
    pub(crate) const HOLD: &str = "SELECT pg_advisory_lock($1)";

    /// The numbers whose locks are held in this database, each in two halves.
    pub(crate) const HELD: &str = "SELECT CAST(classid AS BIGINT) AS high, \
         CAST(objid AS BIGINT) AS low FROM pg_locks \
         WHERE locktype = 'advisory' AND objsubid = 1 AND granted \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

    /// The number of the running transaction: what a journal entry is ordered by first.
    pub fn this_tx(self) -> String {
        match self {
            Dialect::Sqlite { tx_offset } => tx_offset.to_string(),
            Dialect::Postgres { tx_offset } => {
                format!("(pg_current_xact_id()::text::bigint + {tx_offset})")
            }
        }
    }

    /// The binds of one row of an insert, from number `first` on. Only for statements whose binds
    /// all come so, each once and in their order: the driver for SQLite looks numbered ones up by
    /// name, each time along all of them.
    pub fn binds(self, first: usize, count: usize) -> String {
        match self {
            Dialect::Sqlite { .. } => {
                let mut text = "?, ".repeat(count);
                text.truncate(text.len().saturating_sub(2));
                text
            }
            Dialect::Postgres { .. } => super::placeholders(first, count),
        }
    }

    /// The texts of a list that is given as JSON: what an `IN (…)` of any length takes as one bind.
    pub fn texts(self, bind: &str) -> String {
        match self {
            Dialect::Sqlite { .. } => format!("SELECT value FROM json_each({bind})"),
            Dialect::Postgres { .. } => {
                format!("SELECT json_array_elements_text(CAST({bind} AS json))")
            }
        }
    }

    /// Every transaction below this number has ended: nothing can appear below it any more.
    ///
    /// PostgreSQL counts running transactions of all databases of the cluster.
    pub fn horizon(self) -> String {
        match self {
            Dialect::Sqlite { tx_offset } => (tx_offset + 1).to_string(),
            Dialect::Postgres { tx_offset } => {
                format!("(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {tx_offset})")
            }
        }
    }

    /// No transaction that the running statement can see has this number or a higher one.
    pub(super) fn next_tx(self) -> String {
        match self {
            Dialect::Sqlite { .. } => self.horizon(),
            Dialect::Postgres { tx_offset } => {
                format!("(pg_snapshot_xmax(pg_current_snapshot())::text::bigint + {tx_offset})")
            }
        }
    }

    /// The epoch.
    pub fn tx_offset(self) -> i64 {
        let (Dialect::Sqlite { tx_offset } | Dialect::Postgres { tx_offset }) = self;
        tx_offset
    }

    /// The same database in another epoch.
    pub(super) fn in_epoch(self, tx_offset: i64) -> Dialect {
        match self {
            Dialect::Sqlite { .. } => Dialect::Sqlite { tx_offset },
            Dialect::Postgres { .. } => Dialect::Postgres { tx_offset },
        }
    }

    /// Begins a transaction that sees one state of the database and writes nothing.
    pub(super) fn begin_snapshot(self) -> &'static str {
        match self {
            // SQLite takes its snapshot with the first read, not with BEGIN.
            Dialect::Sqlite { .. } => "BEGIN; SELECT COUNT(*) FROM schema_version",
            Dialect::Postgres { .. } => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Portable table definitions turned into this database's own, `BYTES` among them. What stands
    /// between `/*sqlite` and `sqlite*/` is for SQLite alone.
    pub fn ddl(self, text: &str) -> String {
        match self {
            Dialect::Sqlite { .. } => text
                .replace("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT")
                .replace("/* WITHOUT ROWID */", "WITHOUT ROWID")
                .replace("/*sqlite ", "")
                .replace(" sqlite*/", "")
                .replace(" BYTES ", " BLOB "),
            Dialect::Postgres { .. } => text.replace(" BYTES ", " BYTEA "),
        }
    }
}
