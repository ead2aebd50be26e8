use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kernel::Time;
use sha2::Sha256;

/// The secret that a webhook's sender and receiver share, written `whsec_` and base64
/// (Standard Webhooks, "Signature scheme").
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    const PREFIX: &'static str = "whsec_";

    /// From random bytes: how a new secret is made.
    pub fn new(bytes: &[u8; 32]) -> WebhookSecret {
        WebhookSecret(bytes.to_vec())
    }

    /// Reads a written secret of 24 to 64 bytes.
    ///
    /// # Errors
    /// When it is no such secret; does not repeat it.
    pub fn parse(text: &str) -> Result<WebhookSecret, SecretError> {
        text.strip_prefix(Self::PREFIX)
            .and_then(|encoded| STANDARD.decode(encoded).ok())
            .filter(|bytes| (24..=64).contains(&bytes.len()))
            .map(WebhookSecret)
            .ok_or(SecretError)
    }

    /// As it is shown to the person who sets up the receiver.
    pub fn reveal(&self) -> String {
        format!("{}{}", Self::PREFIX, STANDARD.encode(&self.0))
    }

    /// The header `webhook-signature` for a body sent now.
    pub(super) fn sign(&self, id: &str, now: Time, body: &[u8]) -> String {
        let mac: Hmac<Sha256> =
            Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        let head = format!("{id}.{}.", seconds(now));
        let signature = mac.chain_update(head).chain_update(body).finalize().into_bytes();
        format!("v1,{}", STANDARD.encode(signature))
    }
}

/// The header `webhook-timestamp`.
pub(super) fn seconds(time: Time) -> i64 {
    time.micros().div_euclid(1_000_000)
}

/// Without the secret.
impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret")
    }
}

/// A text that is no secret for webhooks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a webhook secret is `whsec_` followed by 24 to 64 bytes in base64")]
pub struct SecretError;

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let body = br#"{"test": 2432232314}"#;
        assert_eq!(
            secret.sign(id, Time::from_seconds(1_614_265_330), body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_reads_back_and_hides_itself() {
        let secret = WebhookSecret::new(&[7; 32]);
        assert_eq!(WebhookSecret::parse(&secret.reveal()), Ok(secret.clone()));
        assert!(!format!("{secret:?}").contains("Bw"));
        for wrong in ["", "whsec_", "whsec_AAAA", "whsec_!!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
            assert_eq!(WebhookSecret::parse(wrong), Err(SecretError), "{wrong}");
        }
    }
}
