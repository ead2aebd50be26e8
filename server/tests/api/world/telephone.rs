use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use connectors::paging::{Answers, Phone, Provider};
use connectors::receivers::Secret;
use kernel::Time;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::Client;

const ACCOUNT: &str = "AC1";
const TOKEN: &str = "auth-token";
/// The number that text messages come from and go to.
const NUMBER: &str = "+4930100";

/// A provider of text messages, as far as the public documents of Twilio's and Vonage's APIs say
/// what they answer.
#[derive(Clone)]
pub struct Telephone {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    state: Arc<Mutex<Exchange>>,
}

#[derive(Default)]
struct Exchange {
    /// What was sent, as number and text.
    sent: Vec<(String, String)>,
    /// What came in, the newest first, as Twilio lists it.
    received: Vec<Value>,
    /// How often the list was asked for.
    asked: usize,
    /// Is too busy to list anything, for so many seconds.
    limited: Option<u32>,
}

impl Telephone {
    /// Starts a provider.
    pub async fn start() -> Telephone {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let telephone = Telephone { url, state: Arc::default() };
        let router = Router::new().fallback(take).with_state(telephone.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        telephone
    }

    /// The settings with which it is spoken to.
    pub fn settings(&self, provider: Provider, answers: Option<Answers>) -> Phone {
        Phone {
            provider: Some(provider),
            account: ACCOUNT.to_owned(),
            secret: Secret::new(TOKEN),
            from: NUMBER.to_owned(),
            url: self.url.clone(),
            answers,
            signature_secret: Secret::new(TOKEN),
            ..Phone::default()
        }
    }

    /// Somebody sends it a text message.
    pub fn receives(&self, from: &str, text: &str, at: Time) {
        let mut exchange = self.lock();
        let second = jiff::Timestamp::from_second(at.micros() / 1_000_000).expect("it is a time");
        let sid = format!("SM{:03}", exchange.received.len());
        let sent = jiff::fmt::rfc2822::to_string(&second.to_zoned(jiff::tz::TimeZone::UTC));
        let message = json!({
            "sid": sid, "from": from, "to": NUMBER, "body": text, "direction": "inbound",
            "status": "received", "date_sent": sent.expect("it can be written"),
        });
        exchange.received.insert(0, message);
    }

    /// What it was asked to send, as number and text.
    pub fn sent(&self) -> Vec<(String, String)> {
        self.lock().sent.clone()
    }

    /// The last text that it was asked to send to a number.
    pub fn last_to(&self, number: &str) -> String {
        let sent = self.sent();
        let found = sent.iter().rev().find(|(to, _)| to == number);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    }

    /// How often it was asked for what came in.
    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    /// Is too busy from now on, and asks to wait for so many seconds; or no longer.
    pub fn limit(&self, seconds: Option<u32>) {
        self.lock().limited = seconds;
    }

    fn lock(&self) -> MutexGuard<'_, Exchange> {
        self.state.lock().expect("nobody panicked")
    }

    /// The request with which Twilio hands in a message, signed for an address.
    pub fn handed_in(
        client: &Client,
        address: &str,
        (from, text, sid): (&str, &str, &str),
    ) -> RequestBuilder {
        let fields = [("Body", text), ("From", from), ("MessageSid", sid), ("To", NUMBER)];
        let signed =
            fields.iter().fold(address.to_owned(), |all, (name, value)| all + name + value);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, TOKEN.as_bytes());
        let signature = ring::hmac::sign(&key, signed.as_bytes());
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        client
            .bare(Method::POST, "/api/v1/sms/twilio")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-twilio-signature", BASE64_STANDARD.encode(signature))
            .body(body.finish())
    }

    /// The request with which Vonage hands in a message, signed at a time.
    pub fn of_vonage(
        client: &Client,
        (from, text, id): (&str, &str, &str),
        at: Time,
    ) -> RequestBuilder {
        let mut message = json!({
            "messageId": id, "msisdn": from.trim_start_matches('+'), "nonce": "n1", "text": text,
            "timestamp": (at.micros() / 1_000_000).to_string(), "to": "4930100", "type": "text",
        });
        let fields = message.as_object().expect("it has fields").iter();
        let field = |(name, value): (&String, &Value)| {
            format!("&{name}={}", value.as_str().unwrap_or_default())
        };
        let signed: String = fields.map(field).collect();
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, TOKEN.as_bytes());
        let signature = ring::hmac::sign(&key, signed.as_bytes());
        message["sig"] = kernel::hex(signature.as_ref()).into();
        client.bare(Method::POST, "/api/v1/sms/vonage").json(&message)
    }
}

async fn take(
    State(telephone): State<Telephone>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut exchange = telephone.lock();
    let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    if uri.path() == "/sms/json" {
        exchange.sent.push((format!("+{}", field("to")), field("text")));
        return axum::Json(json!({"message-count": "1", "messages": [{"status": "0"}]}))
            .into_response();
    }
    let error = |status: u16, code: u32, message: &str| {
        let body = json!({"code": code, "message": message, "status": status});
        let status = StatusCode::from_u16(status).expect("it is a status");
        (status, axum::Json(body)).into_response()
    };
    let pair = BASE64_STANDARD.encode(format!("{ACCOUNT}:{TOKEN}"));
    let signed = headers.get("authorization").and_then(|value| value.to_str().ok());
    if signed != Some(&format!("Basic {pair}")) {
        return error(401, 20003, "Authenticate");
    }
    let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
    if uri.path() != path {
        return error(404, 20404, "The requested resource was not found");
    }
    if method == Method::POST {
        exchange.sent.push((field("To"), field("Body")));
        return (StatusCode::CREATED, axum::Json(json!({"sid": "SM", "status": "queued"})))
            .into_response();
    }
    exchange.asked += 1;
    if let Some(seconds) = exchange.limited {
        let mut busy = error(429, 20429, "Too Many Requests");
        busy.headers_mut().insert("retry-after", seconds.into());
        return busy;
    }
    let query = uri.query().unwrap_or_default();
    let asked: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let number = |name: &str| {
        let found = asked.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.parse::<usize>().ok())
    };
    let (page, size) = (number("Page").unwrap_or(0), number("PageSize").unwrap_or(50));
    let part: Vec<Value> = exchange.received.iter().skip(page * size).take(size).cloned().collect();
    let more = exchange.received.len() > (page + 1) * size;
    let next = more.then(|| format!("{path}?Page={}&PageSize={size}", page + 1));
    axum::Json(json!({"messages": part, "next_page_uri": next, "page": page, "page_size": size}))
        .into_response()
}
