/// The few expressions in which SQLite and PostgreSQL differ. Everything else is one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One writer: the order of `seq` is the order of commits.
    Sqlite,
    /// Many writers: the order of `seq` is not the order of commits.
    Postgres {
        /// Added to PostgreSQL's transaction numbers, so that they go on rising when the database
        /// was restored into a younger cluster.
        tx_offset: i64,
    },
}

impl Dialect {
    /// The number of the running transaction: what a journal entry is ordered by first.
    pub fn this_tx(self) -> String {
        match self {
            Dialect::Sqlite => "0".to_owned(),
            Dialect::Postgres { tx_offset } => {
                format!("(pg_current_xact_id()::text::bigint + {tx_offset})")
            }
        }
    }

    /// Every transaction below this number has ended: nothing can appear below it any more.
    pub fn horizon(self) -> String {
        match self {
            Dialect::Sqlite => "1".to_owned(),
            Dialect::Postgres { tx_offset } => {
                format!("(pg_snapshot_xmin(pg_current_snapshot())::text::bigint + {tx_offset})")
            }
        }
    }

    /// Portable table definitions turned into this database's own.
    pub fn ddl(self, text: &str) -> String {
        match self {
            Dialect::Sqlite => {
                text.replace("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT")
            }
            Dialect::Postgres { .. } => text.to_owned(),
        }
    }
}
