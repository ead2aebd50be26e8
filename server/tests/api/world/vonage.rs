use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use connectors::paging::{Phone, Provider};
use connectors::receivers::Secret;
use kernel::Time;
use reqwest::RequestBuilder;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
use serde_json::{Value, json};

use super::Client;

/// The key of the application, made for these tests alone.
const KEY: &str = include_str!("../../../../connectors/src/paging/test-key.pem");
const APPLICATION: &str = "78d335fa-323d-0114-9c3d-d6f0d48968cf";
const SIGNATURE_SECRET: &str = "signature-secret";
/// The number that calls come from.
const NUMBER: &str = "4930100";

/// The Voice API of Vonage, as far as its public documents say what it answers.
#[derive(Clone)]
pub struct Vonage {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    calls: Arc<Mutex<Vec<Value>>>,
    tokens: Arc<Mutex<Vec<String>>>,
}

impl Vonage {
    /// Starts it.
    pub async fn start() -> Vonage {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let vonage = Vonage { url, calls: Arc::default(), tokens: Arc::default() };
        let router = Router::new().fallback(take).with_state(vonage.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        vonage
    }

    /// The settings with which it is spoken to.
    pub fn settings(&self) -> Phone {
        Phone {
            provider: Some(Provider::Vonage),
            account: APPLICATION.to_owned(),
            secret: Secret::new(KEY),
            from: format!("+{NUMBER}"),
            url: self.url.clone(),
            signature_secret: Secret::new(SIGNATURE_SECRET),
            ..Phone::default()
        }
    }

    /// The calls that it was asked to make.
    pub fn calls(&self) -> Vec<Value> {
        self.calls.lock().expect("nobody panicked").clone()
    }

    /// The request with which it tells something of the last call, signed at a time.
    pub fn tells(&self, client: &Client, told: &Value, at: Time) -> RequestBuilder {
        self.tells_signed(client, told, (SIGNATURE_SECRET, at))
    }

    /// The same, signed with any secret.
    pub fn tells_signed(
        &self,
        client: &Client,
        told: &Value,
        (secret, at): (&str, Time),
    ) -> RequestBuilder {
        let call = self.calls().pop().expect("it was asked to call");
        let url = match told.get("dtmf") {
            Some(_) => &call["ncco"][1]["eventUrl"][0],
            None => &call["event_url"][0],
        };
        let url = url.as_str().expect("an address");
        let (_, path) = url.split_once("/ack/").expect("it leads to the link");
        let body = told.to_string();
        let hash = ring::digest::digest(&ring::digest::SHA256, body.as_bytes());
        let claims = json!({
            "iat": at.micros() / 1_000_000, "jti": "c5ba8f24", "iss": "Vonage",
            "api_key": "a1b2c3d4", "application_id": APPLICATION,
            "payload_hash": kernel::hex(hash.as_ref()),
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "HS256"})), part(&claims));
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
        let signature = ring::hmac::sign(&key, signed.as_bytes());
        let token = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
        reqwest::Client::new()
            .post(format!("{}/ack/{path}", client.base()))
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {token}"))
            .body(body)
    }

    /// Whether a request is signed by the application, with a token that was not seen before.
    fn knows(&self, headers: &HeaderMap) -> Option<()> {
        let token = headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")?;
        let (signed, signature) = token.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let bytes = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).ok();
        let read = |part: &str| serde_json::from_slice::<Value>(&bytes(part)?).ok();
        let (head, claims) = (read(head)?, read(claims)?);
        let pem: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
        let key = RsaKeyPair::from_pkcs8(&BASE64_STANDARD.decode(pem).ok()?).ok()?;
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public().as_ref());
        public.verify(signed.as_bytes(), &bytes(signature)?).ok()?;
        let mut tokens = self.tokens.lock().expect("nobody panicked");
        let token = claims["jti"].as_str()?.to_owned();
        let fresh = !tokens.contains(&token);
        tokens.push(token);
        let good = head["alg"] == "RS256" && claims["application_id"] == APPLICATION;
        let lasts = claims["exp"].as_i64()? > claims["iat"].as_i64()?;
        (fresh && good && lasts).then_some(())
    }
}

async fn take(
    State(vonage): State<Vonage>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let refused = |status: StatusCode, body: Value| (status, axum::Json(body)).into_response();
    if (method, uri.path()) != (Method::POST, "/v1/calls") {
        let body = json!({"type": "NOT_FOUND", "error_title": "Not Found"});
        return refused(StatusCode::NOT_FOUND, body);
    }
    if vonage.knows(&headers).is_none() {
        let body = json!({"type": "UNAUTHORIZED", "error_title": "Unauthorized"});
        return refused(StatusCode::UNAUTHORIZED, body);
    }
    let call: Value = serde_json::from_slice(&body).unwrap_or_default();
    let number = call["to"][0]["number"].as_str().unwrap_or_default();
    let plain = (7..=15).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    if !plain || call["from"]["number"] != NUMBER || !call["ncco"].is_array() {
        let body = json!({"type": "BAD_REQUEST", "error_title": "Bad Request",
                          "detail": "to, from or ncco is invalid"});
        return refused(StatusCode::BAD_REQUEST, body);
    }
    vonage.calls.lock().expect("nobody panicked").push(call);
    let uuid = "63f61863-4a51-4f6b-86e1-46edebcf9356";
    let body = json!({"uuid": uuid, "status": "started", "direction": "outbound",
                      "conversation_uuid": format!("CON-{uuid}")});
    (StatusCode::CREATED, axum::Json(body)).into_response()
}
