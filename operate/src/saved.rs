//! Logins that were saved: one for each server, in a file that only its owner reads.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::trouble::Trouble;

/// What proves who asks.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Credential {
    /// An API token.
    Token(String),
    /// A session of a person.
    Session(String),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Credential::Token(_) => "Token(…)",
            Credential::Session(_) => "Session(…)",
        })
    }
}

/// The file of saved logins.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    /// The server of the newest login: asked when no other is named.
    pub last: Option<String>,
    servers: BTreeMap<String, Credential>,
}

impl Saved {
    /// Reads the file; nothing is saved when there is none.
    ///
    /// # Errors
    /// When it cannot be read or does not read back.
    pub fn load() -> Result<Saved, Trouble> {
        match place() {
            Some(path) => Saved::read(&path),
            None => Ok(Saved::default()),
        }
    }

    fn read(path: &Path) -> Result<Saved, Trouble> {
        match std::fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| {
                let what = format!("{}: {}", path.display(), error.message());
                Trouble::fault(what).remedy("remove the file and run `operate login`")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Saved::default()),
            Err(error) => Err(Trouble::file(path, &error)),
        }
    }

    /// The login for a server. It is sent to no other.
    pub fn of(&self, url: &str) -> Option<Credential> {
        self.servers.get(url).cloned()
    }

    /// Keeps a login.
    pub fn keep(&mut self, url: &str, credential: Credential) {
        self.last = Some(url.to_owned());
        self.servers.insert(url.to_owned(), credential);
    }

    /// Forgets a login; `false` when there was none.
    pub fn forget(&mut self, url: &str) -> bool {
        if self.last.as_deref() == Some(url) {
            self.last = None;
        }
        self.servers.remove(url).is_some()
    }

    /// Writes the file, readable by its owner only; returns where it is.
    ///
    /// # Errors
    /// When there is no place for it or it cannot be written.
    pub fn store(&self) -> Result<PathBuf, Trouble> {
        let path = place().ok_or_else(|| {
            Trouble::fault("there is no folder to save a login in")
                .remedy("set HOME or XDG_CONFIG_HOME, or pass a token with OPERATE_TOKEN")
        })?;
        self.write(&path).map_err(|error| Trouble::file(&path, &error))?;
        Ok(path)
    }

    fn write(&self, path: &Path) -> std::io::Result<()> {
        let text = toml::to_string(self).map_err(std::io::Error::other)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A new file beside it takes its place: never half written, never readable by others.
        let fresh = path.with_extension("new");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&fresh, path)
    }
}

/// `$XDG_CONFIG_HOME/operate/logins.toml`, else `~/.config/operate/logins.toml`.
fn place() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let config = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    Some(config.join("operate").join("logins.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_kept_for_its_server_alone_and_read_by_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("operate").join("logins.toml");
        let mut saved = Saved::default();
        saved.keep("https://a.example", Credential::Session("secret".to_owned()));
        saved.keep("https://b.example", Credential::Token("op_x".to_owned()));
        saved.write(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        let mut read = Saved::read(&path).unwrap();
        assert_eq!(read, saved);
        assert_eq!(read.of("https://c.example"), None);
        assert!(read.forget("https://b.example"));
        assert_eq!(read.last, None);
        assert!(!read.forget("https://b.example"));
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        assert!(!format!("{:?}", Credential::Token("op_x".to_owned())).contains("op_x"));
    }
}
