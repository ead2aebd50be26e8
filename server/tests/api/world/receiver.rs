use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;

/// A receiver of webhooks.
#[derive(Clone)]
pub struct Receiver {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    state: Arc<Mutex<Inbox>>,
}

struct Inbox {
    status: StatusCode,
    says: String,
    calls: Vec<Received>,
}

/// One call that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// Where: `/ada`.
    pub path: String,
    /// The header `webhook-id`.
    pub id: String,
    /// The header `webhook-timestamp`.
    pub timestamp: String,
    /// The header `webhook-signature`.
    pub signature: String,
    /// The body as it came.
    pub text: String,
    /// The body.
    pub body: Value,
}

impl Receiver {
    /// Starts it; it takes everything.
    pub async fn start() -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let inbox = Inbox { status: StatusCode::OK, says: String::new(), calls: Vec::new() };
        let state = Arc::new(Mutex::new(inbox));
        let router = Router::new().fallback(take).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { url, state }
    }

    /// Answers with this status from now on.
    pub fn answers(&self, status: u16) {
        let status = StatusCode::from_u16(status).expect("a status");
        self.state.lock().expect("nobody panicked").status = status;
    }

    /// Answers with this text from now on.
    pub fn says(&self, text: &str) {
        text.clone_into(&mut self.state.lock().expect("nobody panicked").says);
    }

    /// Everything that came so far.
    pub fn calls(&self) -> Vec<Received> {
        self.state.lock().expect("nobody panicked").calls.clone()
    }

    /// What came to one path.
    pub fn calls_to(&self, path: &str) -> Vec<Received> {
        self.calls().into_iter().filter(|call| call.path == path).collect()
    }
}

impl Received {
    /// Whether the signature is that of Standard Webhooks under this secret.
    pub fn signed_with(&self, secret: &[u8]) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
        mac.update(format!("{}.{}.{}", self.id, self.timestamp, self.text).as_bytes());
        let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        self.signature == format!("v1,{expected}")
    }

    /// The path of the link that acknowledges.
    pub fn link(&self) -> String {
        let url = self.body["acknowledge_url"].as_str().expect("a call has a link");
        let (_, path) = url.split_once("/ack/").expect("the link acknowledges");
        format!("/ack/{path}")
    }
}

async fn take(
    State(state): State<Arc<Mutex<Inbox>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let text = String::from_utf8_lossy(&body).into_owned();
    let received = Received {
        path: uri.path().to_owned(),
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
    };
    let mut inbox = state.lock().expect("nobody panicked");
    // A provider that is asked what it received is not called.
    if method != Method::GET {
        inbox.calls.push(received);
    }
    (inbox.status, inbox.says.clone())
}
