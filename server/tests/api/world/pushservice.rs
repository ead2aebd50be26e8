use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes128Gcm, KeyInit as _, Nonce};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{PublicKey, SecretKey};
use serde_json::{Value, json};
use sha2::Sha256;

use super::NOON;

const AUTH: [u8; 16] = [9; 16];

/// A push service with its browsers: it takes what RFC 8030 and RFC 8292 say and nothing else, and
/// reads with the browser's own key what was sent to it.
#[derive(Clone)]
pub struct PushService {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// The key that its browsers were subscribed with.
    sender: String,
    state: Arc<Mutex<Inbox>>,
}

#[derive(Default)]
struct Inbox {
    answers: HashMap<String, u16>,
    shown: Vec<Shown>,
}

/// A message that a browser could read.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Which browser.
    pub browser: String,
    /// The header `Urgency`.
    pub urgency: String,
    /// What it shows.
    pub message: Value,
}

impl PushService {
    /// Starts it for browsers that were subscribed with this key.
    pub async fn start(sender: &str) -> PushService {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let service = PushService { url, sender: sender.to_owned(), state: Arc::default() };
        let router = Router::new().fallback(take).with_state(service.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        service
    }

    /// What a browser says of itself when a page subscribes it.
    pub fn subscription(&self, browser: &str) -> Value {
        let key = browser_key(browser).public_key().to_sec1_bytes();
        json!({
            "name": browser,
            "endpoint": format!("{}/{browser}", self.url),
            "p256dh": BASE64_URL_SAFE_NO_PAD.encode(key),
            "auth": BASE64_URL_SAFE_NO_PAD.encode(AUTH),
        })
    }

    /// Answers messages to this browser with this status from now on.
    pub fn answers(&self, browser: &str, status: u16) {
        let mut inbox = self.state.lock().expect("nobody panicked");
        inbox.answers.insert(browser.to_owned(), status);
    }

    /// Everything that a browser could read so far.
    pub fn shown(&self) -> Vec<Shown> {
        self.state.lock().expect("nobody panicked").shown.clone()
    }
}

fn browser_key(browser: &str) -> SecretKey {
    let mut bytes = [1; 32];
    bytes[..browser.len()].copy_from_slice(browser.as_bytes());
    SecretKey::from_slice(&bytes).expect("a key")
}

async fn take(
    State(service): State<PushService>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let refused = |status: StatusCode, why: &str| (status, why.to_owned());
    if header("ttl").parse::<u32>().is_err() {
        return refused(StatusCode::BAD_REQUEST, "no TTL");
    }
    if body.len() > 4_096 {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "too long");
    }
    if let Err(why) = service.knows(&header("authorization")) {
        return refused(StatusCode::FORBIDDEN, why);
    }
    let browser = uri.path().trim_start_matches('/').to_owned();
    let mut inbox = service.state.lock().expect("nobody panicked");
    if let Some(status) = inbox.answers.get(&browser) {
        let status = StatusCode::from_u16(*status).expect("a status");
        return refused(status, "as the test says");
    }
    let plain = (header("content-encoding") == "aes128gcm").then(|| read(&browser, &body));
    let message = plain.flatten().and_then(|plain| serde_json::from_slice(&plain).ok());
    let message = message.expect("the browser can read it");
    inbox.shown.push(Shown { browser, urgency: header("urgency"), message });
    (StatusCode::CREATED, String::new())
}

impl PushService {
    /// Whether the token is that of who the browsers were subscribed for.
    fn knows(&self, authorization: &str) -> Result<(), &'static str> {
        let decode = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let said = authorization.strip_prefix("vapid t=").ok_or("no token")?;
        let (token, key) = said.split_once(", k=").ok_or("no key")?;
        if key != self.sender {
            return Err("the browser was subscribed with another key");
        }
        let key = decode(key).and_then(|key| VerifyingKey::from_sec1_bytes(&key).ok());
        let (signed, signature) = token.rsplit_once('.').ok_or("no signature")?;
        let signature = decode(signature).and_then(|bytes| Signature::from_slice(&bytes).ok());
        let (key, signature) = (key.ok_or("no key")?, signature.ok_or("no signature")?);
        key.verify(signed.as_bytes(), &signature).map_err(|_| "a wrong signature")?;
        let claims = signed.split_once('.').and_then(|(_, claims)| decode(claims));
        let claims = claims.and_then(|claims| serde_json::from_slice::<Value>(&claims).ok());
        let claims = claims.ok_or("no claims")?;
        let now = NOON.micros() / 1_000_000;
        let expires = claims["exp"].as_i64().ok_or("no end")?;
        if claims["aud"] != self.url.as_str() || !(now..=now + 2 * 86_400).contains(&expires) {
            return Err("a token for another service or time");
        }
        Ok(())
    }
}

/// Reads a message with the browser's key, as RFC 8291 has it.
fn read(browser: &str, body: &[u8]) -> Option<Vec<u8>> {
    let (salt, rest) = body.split_at_checked(16)?;
    let (_, rest) = rest.split_at_checked(4)?;
    let (length, rest) = rest.split_first()?;
    let (sender, sealed) = rest.split_at_checked(usize::from(*length))?;
    let own = browser_key(browser);
    let theirs = PublicKey::from_sec1_bytes(sender).ok()?;
    let shared = own.diffie_hellman(&theirs);
    let info = [b"WebPush: info\0", &*own.public_key().to_sec1_bytes(), sender].concat();
    let derive = |salt: &[u8], input: &[u8], info: &[u8], out: &mut [u8]| {
        Hkdf::<Sha256>::new(Some(salt), input).expand(info, out).expect("few bytes");
    };
    let (mut input, mut key, mut nonce) = ([0; 32], [0; 16], [0; 12]);
    derive(&AUTH, shared.raw_secret_bytes(), &info, &mut input);
    derive(salt, &input, b"Content-Encoding: aes128gcm\0", &mut key);
    derive(salt, &input, b"Content-Encoding: nonce\0", &mut nonce);
    let mut plain = Aes128Gcm::new(&key.into()).decrypt(&Nonce::from(nonce), sealed).ok()?;
    (plain.pop() == Some(2)).then_some(plain)
}
