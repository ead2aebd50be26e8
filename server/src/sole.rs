//! One process at a time on an SQLite database: alerts, groups and deadlines are in its memory, and
//! two would each tell half of the truth. The lock ends with the process, however that ends.

use std::fs::{File, TryLockError};
use std::path::PathBuf;

/// Holds the database for this process as long as it lives.
#[derive(Debug)]
pub struct Sole {
    _file: File,
}

impl Sole {
    /// Takes the database of this address; `None` for PostgreSQL, which several nodes share.
    ///
    /// # Errors
    /// When another process has it, or the lock's file cannot be made: for people.
    pub fn take(database_url: &str) -> Result<Option<Sole>, String> {
        let Some(path) = database_url.strip_prefix("sqlite:") else { return Ok(None) };
        let lock = PathBuf::from(format!("{path}.lock"));
        let wrong = |error: std::io::Error| format!("{}: {error}", lock.display());
        if let Some(folder) = lock.parent() {
            std::fs::create_dir_all(folder).map_err(wrong)?;
        }
        let file = File::options().create(true).append(true).open(&lock).map_err(wrong)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Sole { _file: file })),
            Err(TryLockError::WouldBlock) => Err(format!(
                "another Operate uses {path}; stop it, or name another folder with --data. To run \
                 several, give all of them one PostgreSQL database"
            )),
            Err(TryLockError::Error(error)) => Err(wrong(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused_until_the_first_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("data/operate.db").display());
        let first = Sole::take(&url).expect("nobody has it").expect("it is SQLite");
        let refused = Sole::take(&url).expect_err("the first has it");
        assert!(refused.contains("another Operate uses"), "{refused}");
        drop(first);
        assert!(Sole::take(&url).is_ok());
    }

    #[test]
    fn nodes_share_postgresql() {
        assert!(Sole::take("postgres://db.example.org/operate").expect("no lock").is_none());
    }
}
