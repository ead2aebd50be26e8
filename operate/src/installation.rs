//! Which installation on this machine is meant: for commands that work on its database directly.

use std::path::{Path, PathBuf};

use clap::Args;
use server::{Config, MIGRATIONS};
use spine::Db;

use crate::trouble::{Code, Trouble};

/// Which installation on this machine.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Installation")]
pub struct Installation {
    /// Folder of the database and the key file [default: operate-data].
    #[arg(long, value_name = "FOLDER", conflicts_with = "database")]
    pub data: Option<PathBuf>,
    /// A PostgreSQL database (`postgres://…`) instead of SQLite in the data folder.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// A TOML file with settings; the environment and flags win over it.
    #[arg(long, value_name = "FILE", env = "OPERATE_CONFIG")]
    pub config: Option<PathBuf>,
}

impl Installation {
    /// The settings as `operate serve` would have them.
    ///
    /// # Errors
    /// When one cannot be used.
    pub fn settings(&self) -> Result<Config, Trouble> {
        let mut config = Config::load(self.config.as_deref(), std::env::vars())
            .map_err(|error| Trouble::wrong(error.to_string()))?;
        if let Some(data) = &self.data {
            config.data.clone_from(data);
            config.database = None;
        }
        if let Some(database) = &self.database {
            config.database = Some(database.clone());
        }
        Ok(config)
    }
}

/// The version of the schema that this binary works with.
pub fn schema_known() -> i64 {
    spine::db::newest(MIGRATIONS)
}

/// Opens a database that is there; neither makes one nor brings an older one up to date. Works
/// while the server runs.
///
/// # Errors
/// When there is none, it cannot be reached, or its schema is another.
pub async fn open(config: &Config) -> Result<Db, Trouble> {
    let url = config.database_url();
    there_is_one(&url)?;
    let db = Db::connect(&url).await?;
    let (found, known) = (db.schema_version().await?, schema_known());
    db.close().await;
    if found == 0 {
        return Err(none_at(&shown(&url)));
    }
    if found < known {
        let what = format!("the database has schema version {found}, this binary works on {known}");
        return Err(Trouble::wrong(what)
            .remedy("start this Operate once: it brings the database up to date"));
    }
    Ok(Db::open(&url, MIGRATIONS).await?)
}

fn there_is_one(url: &str) -> Result<(), Trouble> {
    match url.strip_prefix("sqlite:") {
        Some(path) if !Path::new(path).exists() => Err(none_at(path)),
        _ => Ok(()),
    }
}

fn none_at(place: &str) -> Trouble {
    Trouble::new(Code::NotFound, format!("there is no database of Operate at {place}"))
        .remedy("name its folder with --data, or its address with --database")
}

/// The address of a database without its password.
pub fn shown(url: &str) -> String {
    match reqwest::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            let _ = parsed.set_password(Some("…"));
            parsed.to_string().replace("%E2%80%A6", "…")
        }
        _ => url.strip_prefix("sqlite:").unwrap_or(url).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_the_address_of_a_database_is_not_shown() {
        let told = shown("postgres://operate:secret@db.example.org/operate");
        assert_eq!(told, "postgres://operate:…@db.example.org/operate");
        assert_eq!(shown("sqlite:data/operate.db"), "data/operate.db");
    }

    #[tokio::test]
    async fn a_database_that_is_not_there_is_not_made() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data: folder.path().join("none"), ..Config::default() };
        let trouble = open(&config).await.err().unwrap();
        assert_eq!(trouble.code, Code::NotFound);
        assert!(!folder.path().join("none").exists());
    }
}
