//! Encryption of one message for one browser: RFC 8291, one record of RFC 8188.

use aes_gcm::aead::Aead;
use aes_gcm::{Aes128Gcm, KeyInit, Nonce};
use hkdf::Hkdf;
use p256::{PublicKey, SecretKey};
use sha2::Sha256;

use super::AUTH_BYTES;

/// Size of the record. Push services have to take so much and no more (RFC 8030, 7.2).
const RECORD_BYTES: u32 = 4_096;
/// Longest message: the record without its header, its mark and its tag.
const PLAIN_BYTES_MAX: usize = 4_096 - 86 - 1 - 16;
/// Ends the last record.
const LAST: u8 = 2;

/// For whom a message is.
pub(super) struct To {
    /// The browser's public key.
    pub key: PublicKey,
    /// The secret it shares with us.
    pub auth: [u8; AUTH_BYTES],
}

/// The body of the request; `None` when the message is too long.
pub(super) fn encrypt(
    plain: &[u8],
    to: &To,
    sender: &SecretKey,
    salt: [u8; 16],
) -> Option<Vec<u8>> {
    if plain.len() > PLAIN_BYTES_MAX {
        return None;
    }
    let (theirs, ours) = (to.key.to_sec1_bytes(), sender.public_key().to_sec1_bytes());
    let shared = sender.diffie_hellman(&to.key);
    let info = [b"WebPush: info\0", &*theirs, &*ours].concat();
    let input: [u8; 32] = derive(&to.auth, shared.raw_secret_bytes(), &info)?;
    let key: [u8; 16] = derive(&salt, &input, b"Content-Encoding: aes128gcm\0")?;
    let nonce: [u8; 12] = derive(&salt, &input, b"Content-Encoding: nonce\0")?;
    let cipher = Aes128Gcm::new(&key.into());
    let sealed = cipher.encrypt(&Nonce::from(nonce), &*[plain, &[LAST]].concat()).ok()?;
    let key_bytes = u8::try_from(ours.len()).ok()?;
    let header = [&salt[..], &RECORD_BYTES.to_be_bytes(), &[key_bytes], &*ours];
    Some([header.concat(), sealed].concat())
}

/// HKDF with SHA-256 (RFC 5869); never `None` for so few bytes.
fn derive<const N: usize>(salt: &[u8], input: &[u8], info: &[u8]) -> Option<[u8; N]> {
    let mut out = [0; N];
    Hkdf::<Sha256>::new(Some(salt), input).expand(info, &mut out).ok()?;
    Some(out)
}
