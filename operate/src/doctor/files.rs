//! Settings, data folder, key file.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use server::Config;

use super::Finding;
use crate::installation::{Installation, shown};

/// The settings, and where they come from.
pub fn settings(installation: &Installation) -> (Option<Config>, Finding) {
    let what = "settings";
    match installation.settings() {
        Ok(config) => {
            let mut from = Vec::new();
            if let Some(file) = &installation.config {
                from.push(file.display().to_string());
            }
            from.extend(std::env::vars().map(|(name, _)| name).filter(|name| setting(name)));
            if installation.data.is_some() || installation.database.is_some() {
                from.push("flags".to_owned());
            }
            let from = if from.is_empty() { "defaults only".to_owned() } else { from.join(", ") };
            (Some(config), Finding::ok(what, format!("from {from}")))
        }
        Err(trouble) => {
            let remedy = "mend the setting; docs/guide/configuration.md lists all of them";
            (None, Finding::fail(what, trouble.what, remedy))
        }
    }
}

fn setting(name: &str) -> bool {
    let others = ["OPERATE_URL", "OPERATE_TOKEN", "OPERATE_CONFIG"];
    name.starts_with("OPERATE_") && !others.contains(&name)
}

/// The data folder and the key file.
pub fn files(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if config.database.is_none() || config.key_file.is_none() {
        findings.push(folder(&config.data));
    }
    findings.push(key(&config.key_path(), &shown(&config.database_url())));
    findings.extend(config.tls.is_on().then(|| match server::check_tls(&config.tls) {
        Ok(()) => Finding::ok("tls", format!("with {}", config.tls.certificate)),
        Err(wrong) => Finding::fail("tls", wrong, "mend the file, or name another in [tls]"),
    }));
    findings.push(match &config.backup.folder {
        Some(folder) => Finding::ok("backups", format!("in {}", folder.display())),
        None => Finding::warn(
            "backups",
            "none are made by themselves",
            "set backup.folder to a folder on another disk, or let something run `operate backup`",
        ),
    });
    findings
}

fn folder(path: &Path) -> Finding {
    let what = "data folder";
    let place = path.display();
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::warn(
            what,
            format!("{place} is not there yet"),
            "the first `operate serve` makes it; or name another one with --data",
        ),
        Err(error) => Finding::fail(what, format!("{place}: {error}"), "let this user read it"),
        Ok(meta) if !meta.is_dir() => {
            Finding::fail(what, format!("{place} is no folder"), "name a folder with --data")
        }
        Ok(meta) if meta.permissions().mode() & 0o002 != 0 => Finding::warn(
            what,
            format!("everybody can write to {place}"),
            &format!("chmod o-w {place}"),
        ),
        Ok(_) => match tempfile_in(path) {
            Ok(()) => Finding::ok(what, place.to_string()),
            Err(error) => Finding::fail(
                what,
                format!("{place} cannot be written to: {error}"),
                "give this user the right to write there, or free some space",
            ),
        },
    }
}

/// Writes a byte and takes it away again.
fn tempfile_in(folder: &Path) -> std::io::Result<()> {
    let path = folder.join(".operate-doctor");
    std::fs::write(&path, b"?")?;
    std::fs::remove_file(&path)
}

fn key(path: &Path, database: &str) -> Finding {
    let what = "key file";
    let place = path.display();
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Finding::warn(
            what,
            format!("{place} is not there"),
            &format!(
                "the first start on an empty database makes one; if {database} has data, put the \
                 key file that it was made with there"
            ),
        ),
        Err(error) => Finding::fail(what, format!("{place}: {error}"), "let this user read it"),
        Ok(meta) if meta.permissions().mode() & 0o077 != 0 => Finding::fail(
            what,
            format!("others can read {place} (mode {:o})", meta.mode() & 0o777),
            &format!("chmod 600 {place}"),
        ),
        Ok(_) => match std::fs::read_to_string(path) {
            Ok(text) if text.trim().len() == 44 => Finding::ok(what, place.to_string()),
            Ok(_) => Finding::fail(
                what,
                format!("{place} does not hold 32 bytes in base 64"),
                "put the key file in its place that the database was made with",
            ),
            Err(error) => Finding::fail(what, format!("{place}: {error}"), "let this user read it"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_key_file_that_others_can_read_fails() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        assert_eq!(key(&path, "db").verdict, Verdict::Warn);
        std::fs::write(&path, "A".repeat(43) + "=\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(key(&path, "db").detail.contains("mode 644"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(key(&path, "db").verdict, Verdict::Ok);
    }

    #[test]
    fn a_data_folder_that_is_not_there_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(super::folder(&folder.path().join("x")).verdict, Verdict::Warn);
        assert_eq!(super::folder(folder.path()).verdict, Verdict::Ok);
    }
}
