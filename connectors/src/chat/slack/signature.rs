//! Whether a request is Slack's: `v0`, an HMAC over its time and its bytes.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use kernel::{Time, unhex};
use sha2::Sha256;

use crate::receivers::Secret;

/// How old a request may be, so that one that was overheard is worth nothing later.
const AGE_MAX: Duration = Duration::from_secs(5 * 60);

/// Why a request is not taken for Slack's.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unsigned {
    /// A header is missing or is none.
    #[error("the request has no signature of Slack")]
    Missing,
    /// Too old, or from the future.
    #[error("the request is more than five minutes old or early; look at the clocks")]
    Old,
    /// Not signed with this secret.
    #[error("the signature is wrong; look whether the signing secret is that of the app")]
    Wrong,
}

/// Checks the signature over the bytes of a body, as they came. Takes the same time wherever a
/// wrong signature differs from the right one.
///
/// # Errors
/// Why it is not Slack's.
pub fn verify(
    secret: &Secret,
    (timestamp, signature): (&str, &str),
    body: &[u8],
    now: Time,
) -> Result<(), Unsigned> {
    let digits = timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = timestamp.parse().ok().filter(|_| digits).ok_or(Unsigned::Missing)?;
    let theirs = signature.strip_prefix("v0=").and_then(unhex).ok_or(Unsigned::Missing)?;
    let age = (now.micros() / 1_000_000).abs_diff(seconds);
    if age > AGE_MAX.as_secs() {
        return Err(Unsigned::Old);
    }
    let mac = Hmac::<Sha256>::new_from_slice(secret.reveal().as_bytes());
    let mac = mac.map_err(|_| Unsigned::Wrong)?;
    let mac = mac.chain_update(b"v0:").chain_update(timestamp).chain_update(b":");
    mac.chain_update(body).verify_slice(&theirs).map_err(|_| Unsigned::Wrong)
}
