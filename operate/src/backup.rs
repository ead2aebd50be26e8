//! `operate backup` and `operate restore`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use server::backup::{self, BackupError, Header, RestoreOptions, Restored};

use crate::Shell;
use crate::installation::{Installation, shown};
use crate::screen::{Screen, moment};
use crate::trouble::{Code, Outcome, Trouble};

/// Writes a backup of the database, also while the server runs: complete, or not at all.
///
/// It holds all records, the journal with its seals, accounts, and the hashes of passwords, tokens
/// and keys. It does not hold the key file: keep a copy of that elsewhere.
#[derive(Args, Debug)]
pub struct Backup {
    /// Where to write it. An earlier backup there is replaced once the new one is complete.
    file: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// Replaces what the database holds with a backup, and proves its journal. The server must not be
/// running on it.
#[derive(Args, Debug)]
pub struct Restore {
    /// The backup.
    file: PathBuf,
    /// Replace what the database holds.
    #[arg(long)]
    overwrite: bool,
    /// Make new keys when the key file of the backup is lost: links in messages that were sent
    /// stop working, webhooks are signed with another key, and the secrets of a routing that is
    /// kept in the product have to be written again.
    #[arg(long)]
    fresh_keys: bool,
    /// Only check that the backup is whole, and tell what it holds.
    #[arg(long, conflicts_with_all = ["overwrite", "fresh_keys"])]
    check: bool,
    #[command(flatten)]
    installation: Installation,
}

impl Backup {
    /// Writes it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let config = self.installation.settings()?;
        let (url, now) = (config.database_url(), shell.screen.now());
        let made = backup::backup(&url, &config.key_path(), &self.file, now).await;
        let header = made.map_err(|error| trouble(error, &url))?;
        if shell.screen.json {
            shell.screen.document(&json!({ "file": self.file, "header": header }));
            return Ok(ExitCode::SUCCESS);
        }
        let size = std::fs::metadata(&self.file).map_or(0, |meta| meta.len());
        let (rows, tables) = (rows(&header), header.tables.len());
        shell.screen.say(format_args!(
            "{rows} rows of {tables} tables are in {} ({}).",
            self.file.display(),
            bytes(size)
        ));
        let key = config.key_path();
        shell.screen.note(format_args!(
            "The key file {} is not in it: keep a copy of that elsewhere.",
            key.display()
        ));
        Ok(ExitCode::SUCCESS)
    }
}

impl Restore {
    /// Restores it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let config = self.installation.settings()?;
        let url = config.database_url();
        if self.check {
            let header = backup::inspect(&self.file).map_err(|error| trouble(error, &url))?;
            return Ok(inspected(&shell.screen, &header));
        }
        let options = RestoreOptions { overwrite: self.overwrite, fresh_keys: self.fresh_keys };
        let restored = backup::restore(&url, &config.key_path(), &self.file, options)
            .await
            .map_err(|error| trouble(error, &url))?;
        let whole = restored.whole();
        if shell.screen.json {
            shell.screen.document(&json!({
                "database": shown(&url),
                "header": restored.header,
                "journal": { "whole": whole, "spaces": restored.proofs },
                "key_fits": restored.key_fits,
            }));
        } else {
            tell(&shell.screen, &restored, &url, &config.key_path());
        }
        Ok(if whole { ExitCode::SUCCESS } else { Code::Fault.into() })
    }
}

fn inspected(screen: &Screen, header: &Header) -> ExitCode {
    if screen.json {
        screen.document(&json!({ "whole": true, "header": header }));
    } else {
        screen.say(format_args!("The backup is whole: {}.", described(screen, header)));
        for table in &header.tables {
            screen.say(format_args!("  {:<20} {:>10} rows", table.name, table.rows));
        }
    }
    ExitCode::SUCCESS
}

fn described(screen: &Screen, header: &Header) -> String {
    format!(
        "{} rows of {} tables, made {} by Operate {}",
        rows(header),
        header.tables.len(),
        moment(header.made_at, screen.now()),
        header.product
    )
}

fn tell(screen: &Screen, restored: &Restored, url: &str, key: &std::path::Path) {
    let what = described(screen, &restored.header);
    screen.say(format_args!("{} holds the backup now: {what}.", shown(url)));
    for proof in &restored.proofs {
        match &proof.broken {
            None => screen.say(format_args!(
                "The journal of space {} is unaltered: {} entries under {} seals.",
                proof.space, proof.entries, proof.seals
            )),
            Some(broken) => screen.say(format_args!(
                "The journal of space {} is ALTERED at seal {}: {}.",
                proof.space, broken.seal, broken.why
            )),
        }
    }
    if !restored.key_fits {
        let is = if key.exists() { "is not the key file of this backup" } else { "is missing" };
        screen.note(format_args!(
            "{} {is}: put the key file of this backup in its place before Operate starts, or \
             restore again with --overwrite --fresh-keys.",
            key.display()
        ));
    }
}

fn rows(header: &Header) -> i64 {
    header.tables.iter().map(|table| table.rows).sum()
}

/// A size as people read it.
fn bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{} MiB", bytes / 1_048_576),
    }
}

fn trouble(error: BackupError, url: &str) -> Trouble {
    let what = error.to_string();
    match error {
        BackupError::File { file, source } => Trouble::file(file.as_ref(), &source),
        BackupError::Damaged { .. } => Trouble::wrong(what).remedy("use another backup"),
        BackupError::NoDatabase(_) => Trouble::new(Code::NotFound, what)
            .remedy("name its folder with --data, or its address with --database"),
        BackupError::NewerSchema { .. } | BackupError::Busy(_) => Trouble::wrong(what),
        BackupError::HoldsData(_) => Trouble::wrong(format!("{}: {what}", shown(url))),
        BackupError::Fault(fault) => fault.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_holds_data_is_a_refusal_that_tells_the_flag() {
        let error = BackupError::HoldsData("incident".to_owned());
        let trouble = trouble(error, "sqlite:data/operate.db");
        assert_eq!(trouble.code, Code::Refused);
        assert!(trouble.what.contains("--overwrite"), "{trouble}");
    }
}
