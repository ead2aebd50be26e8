//! Keys of this installation: one key file, and keys in the database sealed under it.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use kernel::SpaceId;
use spine::{Db, Fault, World, params};

/// The keys that the server works with.
pub struct Keys {
    master: [u8; 32],
    /// Signs the links in messages.
    pub links: [u8; 32],
    /// Signs outgoing webhooks.
    pub webhooks: [u8; 32],
    /// Makes us known to the push services of browsers.
    pub push: [u8; 32],
}

impl Keys {
    /// Reads or makes the key file, and reads or makes the keys sealed under it.
    ///
    /// # Errors
    /// When the file cannot be read or written, or is not the one that the database was sealed
    /// with.
    pub async fn open(path: &Path, db: &Db, world: &World) -> Result<Keys, Fault> {
        let of_file = |error| Fault::Other(format!("key file {}: {error}", path.display()));
        if !path.try_exists().map_err(of_file)? && has_secrets(db).await? {
            // A new one would open nothing, and stand where the right one belongs.
            return Err(Fault::Other(format!(
                "the key file {} is missing, and what the database keeps secret opens with it \
                 alone: put it back, or restore the backup with --overwrite --fresh-keys",
                path.display()
            )));
        }
        let master = read_or_make(path, world).map_err(of_file)?;
        let links = sealed(db, &master, "links", world).await?;
        let webhooks = sealed(db, &master, "webhooks", world).await?;
        let push = sealed(db, &master, "push", world).await?;
        Ok(Keys { master, links, webhooks, push })
    }

    /// Seals a secret for storage.
    ///
    /// # Errors
    /// Never in practice: the cipher takes any text of sane length.
    pub fn seal(&self, plain: &[u8], world: &World) -> Result<String, Fault> {
        seal(&self.master, plain, world)
    }

    /// Opens what [`Keys::seal`] made.
    ///
    /// # Errors
    /// When it was sealed under another key file, or altered.
    pub fn unseal(&self, sealed: &str) -> Result<Vec<u8>, Fault> {
        unseal(&self.master, sealed)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// 32 fresh random bytes.
pub fn fresh(world: &World) -> [u8; 32] {
    let mut key = [0; 32];
    key[..16].copy_from_slice(&world.seed().to_ne_bytes());
    key[16..].copy_from_slice(&world.seed().to_ne_bytes());
    key
}

fn read_or_make(path: &Path, world: &World) -> std::io::Result<[u8; 32]> {
    match std::fs::read_to_string(path) {
        Ok(text) => BASE64_STANDARD
            .decode(text.trim())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .ok_or_else(|| std::io::Error::other("it does not hold 32 bytes in base 64")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let key = fresh(world);
            write_private(path, &BASE64_STANDARD.encode(key))?;
            Ok(key)
        }
        Err(error) => Err(error),
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Whether anything was sealed already.
async fn has_secrets(db: &Db) -> Result<bool, Fault> {
    let sql = "SELECT COUNT(*) AS n FROM sealed_secret";
    Ok(db.reader().await?.number(sql, vec![]).await? > 0)
}

/// Reads a key from the database, or makes it: on several nodes the first one wins.
async fn sealed(
    db: &Db,
    master: &[u8; 32],
    name: &'static str,
    world: &World,
) -> Result<[u8; 32], Fault> {
    let proposal = seal(master, &fresh(world), world)?;
    let stored: String = db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let space = SpaceId::main();
                tx.run(
                    "INSERT INTO sealed_secret (space_id, name, sealed) VALUES ($1, $2, $3) \
                     ON CONFLICT DO NOTHING",
                    params![&space, name, proposal],
                )
                .await?;
                let sql = "SELECT sealed FROM sealed_secret WHERE space_id = $1 AND name = $2";
                match tx.first(sql, params![&space, name]).await? {
                    Some(row) => row.get("sealed"),
                    None => Err(Fault::Other(format!("the key {name} is gone"))),
                }
            })
        })
        .await?;
    let plain = unseal(master, &stored)?;
    <[u8; 32]>::try_from(plain).map_err(|_| Fault::Other(format!("the key {name} is cut short")))
}

fn seal(master: &[u8; 32], plain: &[u8], world: &World) -> Result<String, Fault> {
    let cipher = ChaCha20Poly1305::new(&Key::from(*master));
    let mut nonce = [0_u8; 12];
    nonce.copy_from_slice(&world.seed().to_ne_bytes()[..12]);
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), plain)
        .map_err(|_| Fault::Other("sealing a secret failed".to_owned()))?;
    Ok(BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

fn unseal(master: &[u8; 32], sealed: &str) -> Result<Vec<u8>, Fault> {
    let wrong = || {
        Fault::Other(
            "a stored secret does not open with this key file; start with the key file that this \
             database was made with (key_file, or secret.key in the data folder)"
                .to_owned(),
        )
    };
    let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| wrong())?;
    let (nonce, body) = bytes.split_first_chunk::<12>().ok_or_else(wrong)?;
    ChaCha20Poly1305::new(&Key::from(*master))
        .decrypt(&Nonce::from(*nonce), body)
        .map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use spine::testing::Place;

    use super::*;
    use crate::MIGRATIONS;

    spine::both!(MIGRATIONS; a_key_file_that_is_missing_is_told_and_not_made_anew);

    async fn a_key_file_that_is_missing_is_told_and_not_made_anew(place: Place) {
        let folder = tempfile::tempdir().unwrap();
        let (path, world) = (folder.path().join("secret.key"), World::system());
        let first = Keys::open(&path, &place.db, &world).await.unwrap();
        let again = Keys::open(&path, &place.db, &world).await.unwrap();
        assert_eq!((first.links, first.webhooks), (again.links, again.webhooks));
        std::fs::remove_file(&path).unwrap();
        let told = Keys::open(&path, &place.db, &world).await.unwrap_err().chain();
        assert!(told.contains("secret.key is missing"), "{told}");
        assert!(!path.exists(), "a wrong one would stand in the way of the right one");
    }
}
