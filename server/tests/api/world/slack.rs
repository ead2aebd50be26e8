use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::Time;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Client;

const TOKEN: &str = "xoxb-test";
const SIGNING: &str = "signing-secret";

/// Slack, as far as its public documents of the Web API say what it answers.
#[derive(Clone)]
pub struct Slack {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    state: Arc<Mutex<Workspace>>,
}

#[derive(Default)]
struct Workspace {
    /// Rooms that the bot is in.
    joined: Vec<String>,
    /// Mail addresses by the ids of members.
    members: BTreeMap<String, String>,
    /// Messages by room and time.
    messages: BTreeMap<(String, String), Value>,
    whispers: Vec<Value>,
    views: Vec<Value>,
    /// Requests by method.
    asked: Vec<String>,
    /// Answers 429 and names so many seconds.
    limited: Option<u32>,
}

impl Slack {
    /// Starts a workspace in which the bot is in these rooms.
    pub async fn start(rooms: &[&str]) -> Slack {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let joined = rooms.iter().map(|room| (*room).to_owned()).collect();
        let workspace = Workspace { joined, ..Workspace::default() };
        let slack = Slack { url, state: Arc::new(Mutex::new(workspace)) };
        let router = Router::new().fallback(take).with_state(slack.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        slack
    }

    /// What is entered in the settings.
    pub fn secrets() -> Value {
        json!({"token": TOKEN, "signing_secret": SIGNING})
    }

    /// A member with this mail address.
    pub fn member(&self, id: &str, mail: &str) {
        self.lock().members.insert(id.to_owned(), mail.to_owned());
    }

    /// The bot is in these rooms from now on.
    pub fn join(&self, room: &str) {
        self.lock().joined.push(room.to_owned());
    }

    /// Is too busy from now on, and asks to wait for so many seconds; or no longer.
    pub fn limit(&self, seconds: Option<u32>) {
        self.lock().limited = seconds;
    }

    /// Somebody deletes every message.
    pub fn deletes_all(&self) {
        self.lock().messages.clear();
    }

    /// What the rooms show.
    pub fn messages(&self) -> Vec<Value> {
        self.lock().messages.values().cloned().collect()
    }

    /// What was said to single members.
    pub fn whispers(&self) -> Vec<Value> {
        self.lock().whispers.clone()
    }

    /// The forms that were opened.
    pub fn views(&self) -> Vec<Value> {
        self.lock().views.clone()
    }

    /// How often a method was asked.
    pub fn asked(&self, method: &str) -> usize {
        self.lock().asked.iter().filter(|asked| *asked == method).count()
    }

    fn lock(&self) -> MutexGuard<'_, Workspace> {
        self.state.lock().expect("nobody panicked")
    }

    /// A request of Slack, signed at a time.
    pub fn signed(client: &Client, fields: &[(&str, &str)], at: Time) -> RequestBuilder {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let body = body.finish();
        let seconds = at.micros() / 1_000_000;
        let mut mac = Hmac::<Sha256>::new_from_slice(SIGNING.as_bytes()).expect("any length");
        mac.update(format!("v0:{seconds}:{body}").as_bytes());
        let hex = kernel::hex(&mac.finalize().into_bytes());
        client
            .bare(Method::POST, "/api/v1/chat/slack")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-slack-request-timestamp", seconds)
            .header("x-slack-signature", format!("v0={hex}"))
            .body(body)
    }
}

async fn take(State(slack): State<Slack>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let method = uri.path().trim_start_matches("/api/").to_owned();
    let mut space = slack.lock();
    space.asked.push(method.clone());
    if let Some(seconds) = space.limited {
        let error = axum::Json(json!({"ok": false, "error": "ratelimited"}));
        let headers = [("retry-after", seconds.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, headers, error).into_response();
    }
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let answer = match bearer == Some(&format!("Bearer {TOKEN}")) {
        false => Err("invalid_auth"),
        true => {
            let asked = serde_json::from_slice(&body).unwrap_or_default();
            space.answer(&method, uri.query().unwrap_or_default(), asked)
        }
    };
    let body = match answer {
        Ok(mut told) => {
            told["ok"] = json!(true);
            told
        }
        Err(error) => json!({"ok": false, "error": error}),
    };
    axum::Json(body).into_response()
}

impl Workspace {
    fn answer(&mut self, method: &str, query: &str, asked: Value) -> Result<Value, &'static str> {
        let text = |name: &str| asked[name].as_str().unwrap_or_default().to_owned();
        match method {
            "auth.test" => Ok(json!({"user": "operate", "team": "Acme"})),
            "users.info" => {
                let user = query.strip_prefix("user=").unwrap_or_default();
                let mail = self.members.get(user).ok_or("user_not_found")?;
                Ok(json!({"user": {"id": user, "profile": {"email": mail}}}))
            }
            "chat.postMessage" => {
                let room = text("channel");
                if !self.joined.contains(&room) {
                    return Err("not_in_channel");
                }
                let channel = format!("C{}", room.trim_start_matches('#'));
                let ts = format!("1000.{:06}", self.asked.len());
                self.messages.insert((channel.clone(), ts.clone()), asked);
                Ok(json!({"channel": channel, "ts": ts}))
            }
            "chat.update" => {
                let key = (text("channel"), text("ts"));
                let message = self.messages.get_mut(&key).ok_or("message_not_found")?;
                *message = asked;
                Ok(json!({"channel": key.0, "ts": key.1}))
            }
            "chat.postEphemeral" => {
                self.whispers.push(asked);
                Ok(json!({}))
            }
            "views.open" if text("trigger_id") == "late" => Err("expired_trigger_id"),
            "views.open" => {
                self.views.push(asked["view"].clone());
                Ok(json!({}))
            }
            _ => Err("unknown_method"),
        }
    }
}
