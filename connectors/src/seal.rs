//! Signed texts that leave the house and come back: what a button or a form of a chat service
//! carries.
//!
//! A sealed text is base64url of an HMAC-SHA256, the moment at which it expires and what it says.
//! It can be read by whoever has it, and not changed. Nothing is stored.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::Time;
use sha2::Sha256;

const SIGNATURE_BYTES: usize = 32;
const EXPIRY_BYTES: usize = 8;
/// Longest sealed text, in bytes.
const SEALED_BYTES_MAX: usize = 2000;

/// The secret that seals texts of one purpose.
#[derive(Clone)]
pub struct Seal(Hmac<Sha256>);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

/// Why a sealed text is not good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsealed {
    /// Not sealed by us for this purpose, or changed on its way.
    #[error("it was not made by this installation")]
    Forged,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
}

impl Seal {
    /// From 32 secret random bytes. The purpose keeps seals of different uses apart.
    pub fn new(secret: &[u8; 32], purpose: &str) -> Seal {
        let mac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
        Seal(mac.chain_update(purpose.as_bytes()).chain_update([0]))
    }

    /// Seals texts; `expires_at` is the first moment at which they are no longer good.
    pub fn seal(&self, parts: &[&str], expires_at: Time) -> String {
        let mut said = expires_at.micros().to_be_bytes().to_vec();
        said.extend(serde_json::to_vec(parts).unwrap_or_default());
        let signature = self.0.clone().chain_update(&said).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode([signature.as_slice(), said.as_slice()].concat())
    }

    /// The texts that were sealed. Takes the same time wherever a wrong signature differs from the
    /// right one.
    ///
    /// # Errors
    /// When it is not ours, or no longer good.
    pub fn open<const N: usize>(&self, sealed: &str, now: Time) -> Result<[String; N], Unsealed> {
        let bytes = Some(sealed)
            .filter(|sealed| sealed.len() <= SEALED_BYTES_MAX)
            .and_then(|sealed| URL_SAFE_NO_PAD.decode(sealed).ok())
            .ok_or(Unsealed::Forged)?;
        let (signature, said) = bytes.split_at_checked(SIGNATURE_BYTES).ok_or(Unsealed::Forged)?;
        let signed = self.0.clone().chain_update(said).verify_slice(signature);
        signed.map_err(|_| Unsealed::Forged)?;
        let (expiry, parts) = said.split_first_chunk::<EXPIRY_BYTES>().ok_or(Unsealed::Forged)?;
        let parts: Vec<String> = serde_json::from_slice(parts).map_err(|_| Unsealed::Forged)?;
        let parts = <[String; N]>::try_from(parts).map_err(|_| Unsealed::Forged)?;
        let expires_at = Time::from_micros(i64::from_be_bytes(*expiry));
        if now < expires_at { Ok(parts) } else { Err(Unsealed::Expired) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Time = Time::from_seconds(1_000);

    #[test]
    fn a_sealed_text_is_good_for_its_purpose_until_it_expires() {
        let seal = Seal::new(&[1; 32], "chat");
        let sealed = seal.seal(&["acknowledge", "inc_1"], NOON);
        let before = Time::from_micros(NOON.micros() - 1);
        let parts = seal.open::<2>(&sealed, before);
        assert_eq!(parts, Ok(["acknowledge".to_owned(), "inc_1".to_owned()]));
        assert_eq!(seal.open::<2>(&sealed, NOON), Err(Unsealed::Expired));
        assert_eq!(seal.open::<3>(&sealed, before), Err(Unsealed::Forged));
        let other = Seal::new(&[1; 32], "swap");
        assert_eq!(other.open::<2>(&sealed, before), Err(Unsealed::Forged));
        for place in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_ne!(seal.open::<2>(&changed, before), parts, "changed at {place}");
        }
        assert_eq!(seal.open::<2>("", before), Err(Unsealed::Forged));
        assert_eq!(seal.open::<2>(&"A".repeat(9000), before), Err(Unsealed::Forged));
    }
}
