//! Who sends: a token that a push service verifies with a key it was told by the browser
//! (RFC 8292).

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

use super::{Sender, secret_key};

/// How long a token is good; push services refuse more than a day.
const TOKEN_LIFE: Duration = Duration::from_secs(12 * 60 * 60);

/// The key that push services know this installation by. Browsers are bound to it: with another
/// one they have to be added again.
#[derive(Clone)]
pub struct SenderKey(SigningKey);

impl std::fmt::Debug for SenderKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SenderKey")
    }
}

impl SenderKey {
    /// From 32 secret random bytes.
    pub fn new(secret: &[u8; 32]) -> SenderKey {
        SenderKey(SigningKey::from(secret_key(secret)))
    }

    /// Its public part, as browsers take it: an uncompressed point in base64url.
    pub fn public(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_sec1_point(false))
    }

    /// The value of `Authorization` for a push service.
    pub(super) fn authorization(&self, endpoint: &str, sender: &Sender<'_>) -> String {
        let part = |value: &serde_json::Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let audience = reqwest::Url::parse(endpoint).map(|url| url.origin().ascii_serialization());
        let expires = (sender.now + TOKEN_LIFE).micros() / 1_000_000;
        let head = json!({"typ": "JWT", "alg": "ES256"});
        let says = json!({
            "aud": audience.unwrap_or_default(),
            "exp": expires,
            "sub": sender.contact,
        });
        let signed = format!("{}.{}", part(&head), part(&says));
        let signature: Signature = self.0.sign(signed.as_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public())
    }
}
