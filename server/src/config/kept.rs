//! Backups that Operate makes by itself.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Where backups go, how often they are made, and how many are kept. The folder belongs on another
/// disk than the database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeptBackups {
    /// The folder; without one Operate makes none by itself.
    pub folder: Option<PathBuf>,
    /// Hours from one to the next.
    pub every_hours: u32,
    /// How many are kept; older ones are deleted once a new one is complete.
    pub keep: u32,
}

impl Default for KeptBackups {
    fn default() -> KeptBackups {
        KeptBackups { folder: None, every_hours: 24, keep: 7 }
    }
}

impl KeptBackups {
    /// The time from one to the next.
    pub fn every(&self) -> Duration {
        Duration::from_secs(u64::from(self.every_hours) * 3600)
    }

    /// Whether they can be used.
    ///
    /// # Errors
    /// Which setting is wrong, and what it can be.
    pub fn check(&self) -> Result<(), String> {
        if !(1..=24 * 31).contains(&self.every_hours) {
            return Err("backup.every_hours is between 1 and 744".to_owned());
        }
        if !(1..=1000).contains(&self.keep) {
            return Err("backup.keep is between 1 and 1000".to_owned());
        }
        Ok(())
    }
}
