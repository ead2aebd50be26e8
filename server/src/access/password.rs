//! Passwords: which ones are taken, and how they are kept: Argon2id with the parameters that OWASP
//! recommends (19 MiB, 2 passes), on threads of their own and never many at once.

use std::sync::Arc;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use kernel::Refusal;
use spine::{Fault, World};
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub const CHARACTERS_MIN: usize = 12;
/// Most bytes of a password: more would only keep the processor busy.
pub const BYTES_MAX: usize = 512;
/// Hashed at once: each takes 19 MiB and a processor.
const AT_ONCE: usize = 2;
/// Waiting to be hashed: more are turned away.
const WAITING_MAX: usize = 64;

/// A bcrypt of the usual cost that no password has.
const NOBODYS: &str = "$2y$10$.....................................................";

/// Hashes and verifies passwords, a few at a time.
#[derive(Clone, Debug)]
pub struct Passwords {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Passwords {
    /// With all places free.
    pub fn new() -> Passwords {
        Passwords {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(WAITING_MAX)),
        }
    }

    /// The text to store for a password.
    ///
    /// # Errors
    /// When too many are waiting already.
    pub async fn hash(&self, password: String, world: &World) -> Result<String, Busy> {
        let salt = world.seed().to_le_bytes();
        self.alone(move || {
            Argon2::default()
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map(|hash| hash.to_string())
                .map_err(|error| Fault::Other(format!("hashing a password failed: {error}")))
        })
        .await?
        .map_err(Busy::Fault)
    }

    /// Whether this is the password. Without a stored hash (no such account) it takes as long and
    /// says no, so that nobody learns from the time which accounts there are.
    ///
    /// # Errors
    /// When too many are waiting already.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Busy> {
        self.alone(move || {
            let argon2 = Argon2::default();
            match stored {
                Some(stored) => {
                    argon2.verify_password(password.as_bytes(), stored.as_str()).is_ok()
                }
                None => {
                    let _ = argon2.hash_password_with_salt(password.as_bytes(), &[0; 16]);
                    false
                }
            }
        })
        .await
    }

    /// The same for what `htpasswd -B` made.
    ///
    /// # Errors
    /// When too many are waiting already.
    pub async fn verify_bcrypt(
        &self,
        password: String,
        stored: Option<String>,
    ) -> Result<bool, Busy> {
        self.alone(move || match stored {
            Some(stored) => bcrypt::verify(password, &stored).unwrap_or(false),
            None => {
                let _ = bcrypt::verify(password, NOBODYS);
                false
            }
        })
        .await
    }

    async fn alone<T, F>(&self, work: F) -> Result<T, Busy>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let _queued = self.queue.try_acquire().map_err(|_| Busy::Full)?;
        let place = self.places.clone().acquire_owned().await.map_err(|_| Busy::Full)?;
        // The place is given back by the thread: an asker that goes away does not free it early.
        let task = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(place);
            result
        });
        task.await.map_err(|_| Busy::Fault(Fault::Stopping))
    }
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords::new()
    }
}

/// Why a password was not looked at.
#[derive(Debug, thiserror::Error)]
pub enum Busy {
    /// Too many are waiting.
    #[error("too many people are signing in at once")]
    Full,
    /// Our side failed.
    #[error(transparent)]
    Fault(Fault),
}

/// Whether a new password is good enough for this account.
///
/// # Errors
/// A refusal that says what to change.
pub fn check(password: &str, account: &str) -> Result<(), Refusal> {
    let characters = password.chars().count();
    if characters < CHARACTERS_MIN {
        return Err(Refusal::invalid(format!(
            "the password has {characters} characters, it needs at least {CHARACTERS_MIN}; \
             a few words in a row are easy to keep in mind"
        )));
    }
    if password.len() > BYTES_MAX {
        return Err(Refusal::invalid(format!("the password has more than {BYTES_MAX} bytes")));
    }
    if trivial(&password.to_lowercase(), &account.to_lowercase()) {
        return Err(Refusal::invalid(
            "the password is too easy to guess: choose one without the account's name, \
             well-known passwords, repetitions or runs such as 12345",
        ));
    }
    Ok(())
}

/// What guessers try first. A password is trivial when nothing much is left beside these.
const KNOWN: &[&str] = &[
    "password",
    "passwort",
    "operate",
    "admin",
    "administrator",
    "letmein",
    "welcome",
    "qwerty",
    "qwertz",
    "changeme",
    "default",
    "secret",
    "iloveyou",
    "monkey",
    "dragon",
    "football",
    "login",
    "master",
    "test",
    "root",
    "user",
    "demo",
    "trustno1",
    "superman",
    "sunshine",
    "princess",
];

/// Characters that must be left of a password when everything easy is taken out of it.
const LEFT_MIN: usize = 5;

fn trivial(password: &str, account: &str) -> bool {
    let mut rest = password.to_owned();
    for word in KNOWN.iter().copied().chain((account.len() >= 3).then_some(account)) {
        rest = rest.replace(word, " ");
    }
    let left: Vec<char> = rest.chars().filter(|c| c.is_alphanumeric() || !c.is_ascii()).collect();
    unpredictable(&left) < LEFT_MIN || period(password)
}

/// Characters that do not follow from the one before: neither the same nor its neighbour.
fn unpredictable(characters: &[char]) -> usize {
    const ROWS: &str = "qwertyuiop qwertzuiop asdfghjkl zxcvbnm yxcvbnm 1234567890";
    let follows = |a: char, b: char| {
        let step = (b as i64) - (a as i64);
        step.abs() <= 1 || ROWS.contains(&format!("{a}{b}")) || ROWS.contains(&format!("{b}{a}"))
    };
    let steps = characters.windows(2).filter(|pair| !follows(pair[0], pair[1])).count();
    steps + usize::from(!characters.is_empty())
}

/// Whether it is one short piece over and over.
fn period(password: &str) -> bool {
    let characters: Vec<char> = password.chars().collect();
    (1..=6)
        .any(|length| characters.iter().skip(length).eq(&characters[..characters.len() - length]))
}

#[cfg(test)]
mod tests {
    use kernel::Time;

    use super::*;

    #[test]
    fn easy_passwords_are_refused_and_others_taken() {
        let refused = [
            "short",
            "elevenchars",
            "password1234",
            "Password1234!",
            "aaaaaaaaaaaa",
            "123456789012",
            "abcdefghijkl",
            "qwertyuiop12",
            "adalovelace99",
            "letmein-letmein",
            "xy9xy9xy9xy9",
            "Operate2026!!",
            "admin-admin-1",
            "changemechangeme",
        ];
        for password in refused {
            assert!(check(password, "adalovelace").is_err(), "{password}");
        }
        let taken =
            ["correct horse battery", "G7#kd-91mX.qq", "vier Tassen Tee bitte", "пароль из слов"];
        for password in taken {
            assert_eq!(check(password, "adalovelace"), Ok(()), "{password}");
        }
        assert!(check(&"long password ".repeat(50), "ada").is_err());
    }

    #[tokio::test]
    async fn a_password_verifies_and_another_one_does_not() {
        let passwords = Passwords::new();
        let world = World::manual(Time::EPOCH, 1);
        let stored = passwords.hash("correct horse".to_owned(), &world).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verify = |text: &str, stored: Option<&str>| {
            passwords.verify(text.to_owned(), stored.map(str::to_owned))
        };
        assert!(verify("correct horse", Some(&stored)).await.unwrap());
        assert!(!verify("correct house", Some(&stored)).await.unwrap());
        assert!(!verify("correct horse", None).await.unwrap());
        assert!(!verify("correct horse", Some("no hash")).await.unwrap());
        let again = passwords.hash("correct horse".to_owned(), &world).await.unwrap();
        assert_ne!(stored, again, "each has a salt of its own");
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_turned_away() {
        let passwords = Passwords::new();
        let _waiting = passwords.queue.try_acquire_many(WAITING_MAX as u32).unwrap();
        let verdict = passwords.verify("x".to_owned(), None).await;
        assert!(matches!(verdict, Err(Busy::Full)));
    }
}
