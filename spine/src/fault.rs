use std::borrow::Cow;
use std::sync::Arc;

/// Something went wrong on our side: never the asker's fault, never shown to them in detail.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database failed or refused.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    /// The work itself went well, but the commit that it shared with others did not.
    #[error("the commit failed; nothing was changed")]
    Commit(#[source] Arc<Fault>),
    /// Stored data does not read back.
    #[error("stored {what} does not read back")]
    Corrupt {
        /// Which data.
        what: Cow<'static, str>,
        /// What the reader said.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another writer was faster; the whole unit of work is to be tried again.
    #[error("another writer changed the same record first")]
    Race,
    /// The database was written by a newer Operate.
    #[error(
        "the database has schema version {found}, this binary knows up to {known}; \
         start a newer Operate or restore a backup made by this one"
    )]
    NewerSchema {
        /// Version of the database.
        found: i64,
        /// Newest version that this binary knows.
        known: i64,
    },
    /// The process is stopping.
    #[error("Operate is stopping")]
    Stopping,
    /// Anything else, in words.
    #[error("{0}")]
    Other(String),
}

impl Fault {
    /// Stored data that does not read back.
    pub fn corrupt(
        what: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Fault {
        Fault::Corrupt { what: what.into(), source: source.into() }
    }

    /// Whether trying the same work again may succeed by itself: a lost race, or PostgreSQL's
    /// serialisation failure, deadlock, or a uniqueness race between two nodes.
    pub fn worth_retrying(&self) -> bool {
        match self {
            Fault::Race => true,
            Fault::Database(sqlx::Error::Database(error)) => {
                error.is_unique_violation()
                    || matches!(error.code().as_deref(), Some("40001" | "40P01"))
            }
            Fault::Commit(fault) => fault.worth_retrying(),
            _ => false,
        }
    }

    /// Whether the database is away rather than the work wrong: not reachable, full, starting or
    /// stopping. The same work may succeed once it is back.
    pub fn outage(&self) -> bool {
        match self {
            Fault::Stopping => true,
            Fault::Commit(fault) => fault.outage(),
            Fault::Database(sqlx::Error::Database(error)) => {
                error.code().is_some_and(|code| away(&code))
            }
            Fault::Database(error) => matches!(
                error,
                sqlx::Error::Io(_)
                    | sqlx::Error::Tls(_)
                    | sqlx::Error::PoolTimedOut
                    | sqlx::Error::WorkerCrashed
            ),
            _ => false,
        }
    }

    /// The fault with all its causes, for the log.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Fault {
        match error {
            sqlx::Error::PoolClosed => Fault::Stopping,
            error => Fault::Database(error),
        }
    }
}

/// PostgreSQL's classes of connection, resource, operator and system trouble; SQLite's busy,
/// locked, read-only, input/output, full and cannot-open.
fn away(code: &str) -> bool {
    match code.len() {
        5 => ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)),
        _ => code.parse().is_ok_and(|code: u32| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14)),
    }
}
