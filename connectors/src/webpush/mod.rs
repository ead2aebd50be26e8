//! Web push: a message that one browser shows, though no page of ours is open in it.
//!
//! The browser names a push service and two keys. The message is encrypted for that browser alone
//! (RFC 8291 over RFC 8188); the push service learns who sends by a signed token (RFC 8292).
//! **Invariant:** nothing here draws random bytes: whoever sends brings them.

mod encrypt;
mod vapid;

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kernel::Time;
use p256::{PublicKey, SecretKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

pub use vapid::SenderKey;

use crate::SendError;
use crate::paging::PageCall;
use crate::receivers::{HttpCall, Verdict, answered, usual};

/// Longest title and longest text of a notification, in bytes.
const TITLE_BYTES_MAX: usize = 400;
const BODY_BYTES_MAX: usize = 1_200;
/// Longest address of a push service, in bytes.
const ENDPOINT_BYTES_MAX: usize = 2_048;
/// Bytes of the secret that a browser shares with who may send to it.
const AUTH_BYTES: usize = 16;
/// How long a push service keeps a message for a browser that is not reached, in seconds: after
/// that the other ways have called, and an old call only confuses.
const KEPT_SECONDS: u32 = 3_600;

/// A browser that takes messages, as its `PushSubscription` says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Where its push service takes messages. Whoever knows it may send there.
    pub endpoint: String,
    /// Its public key: an uncompressed point of P-256, in base64url.
    pub p256dh: String,
    /// The secret it shares with us, in base64url.
    pub auth: String,
}

/// Without its secrets.
impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Subscription(…)")
    }
}

/// A subscription that cannot be used: the field, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {why}")]
pub struct Unusable {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: &'static str,
}

/// What is drawn anew for every message.
#[derive(Clone, Copy)]
pub struct Fresh {
    /// What the key of the message is made from.
    pub key: [u8; 32],
    /// The salt of its encryption.
    pub salt: [u8; 16],
}

/// Who sends, and when.
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    /// The key that push services know us by.
    pub key: &'a SenderKey,
    /// How to reach whoever runs this: an address `https:` or `mailto:`.
    pub contact: &'a str,
    /// The time.
    pub now: Time,
}

/// A message on its way to a push service.
#[derive(Clone, Debug)]
pub struct PushCall {
    /// The request, without its body.
    pub call: HttpCall,
    /// The body: what only the browser can read.
    pub payload: Vec<u8>,
}

/// Whether a push service says by this status that the browser takes no messages any more
/// (RFC 8030, 7.3).
pub fn gone(status: u16) -> bool {
    matches!(status, 404 | 410)
}

impl Subscription {
    /// Whether messages can be made for it.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(), Unusable> {
        let url = reqwest::Url::parse(&self.endpoint);
        let fits = url.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !fits || self.endpoint.len() > ENDPOINT_BYTES_MAX {
            return Err(Unusable { field: "endpoint", why: "this is no address on the web" });
        }
        self.keys().map(|_| ())
    }

    /// Tells browsers apart without telling where they are reached.
    pub fn print(&self) -> String {
        let hash = Sha256::digest(self.endpoint.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(&hash[..12])
    }

    fn keys(&self) -> Result<(PublicKey, [u8; AUTH_BYTES]), Unusable> {
        let key = bytes(&self.p256dh).and_then(|bytes| PublicKey::from_sec1_bytes(&bytes).ok());
        let why = "this is no public key of P-256 in base64url";
        let key = key.ok_or(Unusable { field: "p256dh", why })?;
        let auth = bytes(&self.auth).and_then(|bytes| bytes.try_into().ok());
        let auth = auth.ok_or(Unusable { field: "auth", why: "this is not 16 bytes in base64url" });
        Ok((key, auth?))
    }

    /// The request that shows a call in the browser.
    ///
    /// # Errors
    /// When the subscription cannot be used.
    pub fn call(
        &self,
        page: &PageCall<'_>,
        sender: &Sender<'_>,
        fresh: &Fresh,
    ) -> Result<PushCall, SendError> {
        let unusable = |error: Unusable| SendError::lasting(error.to_string());
        self.check().map_err(unusable)?;
        let (key, auth) = self.keys().map_err(unusable)?;
        let secret = secret_key(&fresh.key);
        let payload =
            encrypt::encrypt(&shown(page), &encrypt::To { key, auth }, &secret, fresh.salt)
                .ok_or_else(|| SendError::lasting("the message is too long for a push service"))?;
        let mut call = HttpCall::post_json(self.endpoint.clone(), &());
        call.headers = [
            ("Content-Type", "application/octet-stream".to_owned()),
            ("Content-Encoding", "aes128gcm".to_owned()),
            ("TTL", KEPT_SECONDS.to_string()),
            ("Urgency", if page.urgent() { "high" } else { "normal" }.to_owned()),
            // A later call about the same incident takes the place of one that still waits.
            ("Topic", topic(page)),
            ("Authorization", sender.key.authorization(&self.endpoint, sender)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        call.judge = judge;
        Ok(PushCall { call, payload })
    }
}

/// What a later call takes the place of: one about the same, never one that tells of more.
fn topic(page: &PageCall<'_>) -> String {
    match page.others().len() {
        0 => format!("incident-{}", page.number),
        more => format!("incidents-{}-{more}", page.number),
    }
}

/// What the service worker reads, in `web/public/sw.js`.
fn shown(page: &PageCall<'_>) -> Vec<u8> {
    // A trial has nothing to acknowledge, and whoever added the browser is known to have it. A link
    // that could not be signed is that of the incident.
    let is_link = |url: &&str| *url != page.incident_url && !page.is_test();
    let acknowledge = Some(page.acknowledge_url).filter(is_link);
    let message = json!({
        "title": shortened(&page.headline(), TITLE_BYTES_MAX),
        "body": shortened(&page.details(), BODY_BYTES_MAX),
        "tag": topic(page),
        "url": page.incident_url,
        "acknowledge": acknowledge,
        "urgent": page.urgent(),
    });
    message.to_string().into_bytes()
}

/// Push services take messages of 4 KB: of very long words the beginning is shown.
fn shortened(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return text.into();
    }
    let end = text.floor_char_boundary(most);
    format!("{}…", &text[..end]).into()
}

/// What push services mean by their statuses (RFC 8030, 5 and 8.4).
fn judge(status: u16, body: &str) -> Verdict {
    match status {
        404 | 410 => Verdict::Never(format!("{status}: this browser takes no messages any more")),
        401 | 403 => {
            let said = answered(status, body);
            Verdict::Never(format!("{said}; remove the browser and add it again"))
        }
        _ => usual(status, body),
    }
}

/// A key made from random bytes: hashed until they are one, which the first time almost surely is.
fn secret_key(random: &[u8; 32]) -> SecretKey {
    let mut bytes = *random;
    loop {
        match SecretKey::from_slice(&bytes) {
            Ok(key) => return key,
            Err(_) => bytes = Sha256::digest(bytes).into(),
        }
    }
}

/// Bytes in base64url; some libraries fill it up with `=`.
fn bytes(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests;
