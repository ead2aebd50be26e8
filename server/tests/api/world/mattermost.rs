use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::Client;

const TOKEN: &str = "bot-token";
const COMMAND: &str = "command-token";

/// Mattermost, as far as the public documents of its REST API (version 4) say what it answers.
#[derive(Clone)]
pub struct Mattermost {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    state: Arc<Mutex<Workspace>>,
}

#[derive(Default)]
struct Workspace {
    /// Rooms that the bot is in, as `team/room`.
    joined: Vec<String>,
    /// Members by id.
    members: BTreeMap<String, Value>,
    /// Posts by id.
    posts: BTreeMap<String, Value>,
    /// Forms that were opened.
    dialogs: Vec<Value>,
    /// Requests, as `GET users/me`.
    asked: Vec<String>,
    /// Answers 429 and names so many seconds.
    limited: Option<u32>,
    /// Nobody may edit posts.
    final_posts: bool,
}

type Answer = Result<(u16, Value), (u16, &'static str)>;

impl Mattermost {
    /// Starts one whose bot is in these rooms.
    pub async fn start(rooms: &[&str]) -> Mattermost {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let joined = rooms.iter().map(|room| (*room).to_owned()).collect();
        let workspace = Workspace { joined, ..Workspace::default() };
        let mattermost = Mattermost { url, state: Arc::new(Mutex::new(workspace)) };
        let router = Router::new().fallback(take).with_state(mattermost.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        mattermost
    }

    /// What is entered in the settings.
    pub fn entries(&self) -> Value {
        json!({"url": self.url, "token": TOKEN, "command_token": COMMAND})
    }

    /// A member with this name and mail address, which may be hidden.
    pub fn member(&self, id: &str, name: &str, mail: &str) {
        let user = json!({"id": id, "username": name, "email": mail, "delete_at": 0});
        self.lock().members.insert(id.to_owned(), user);
    }

    /// The bot is in this room from now on.
    pub fn join(&self, room: &str) {
        self.lock().joined.push(room.to_owned());
    }

    /// Is too busy from now on, and asks to wait for so many seconds; or no longer.
    pub fn limit(&self, seconds: Option<u32>) {
        self.lock().limited = seconds;
    }

    /// Nobody may edit posts from now on, or everybody may again.
    pub fn forbids_edits(&self, forbidden: bool) {
        self.lock().final_posts = forbidden;
    }

    /// Somebody deletes every post.
    pub fn deletes_all(&self) {
        self.lock().posts.clear();
    }

    /// What the rooms show.
    pub fn posts(&self) -> Vec<Value> {
        self.lock().posts.values().cloned().collect()
    }

    /// The forms that were opened, each with where it goes.
    pub fn dialogs(&self) -> Vec<Value> {
        self.lock().dialogs.clone()
    }

    /// How often something was asked.
    pub fn asked(&self, what: &str) -> usize {
        self.lock().asked.iter().filter(|asked| asked.starts_with(what)).count()
    }

    fn lock(&self) -> MutexGuard<'_, Workspace> {
        self.state.lock().expect("nobody panicked")
    }

    /// The request that a slash command makes.
    pub fn command(client: &Client, user: &str, text: &str, trigger: &str) -> RequestBuilder {
        let fields = [
            ("channel_id", "room1"),
            ("command", "/operate"),
            ("text", text),
            ("token", COMMAND),
            ("trigger_id", trigger),
            ("user_id", user),
        ];
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        client
            .bare(Method::POST, "/api/v1/chat/mattermost")
            .header("authorization", format!("Token {COMMAND}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish())
    }
}

async fn take(
    State(mattermost): State<Mattermost>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_start_matches("/api/v4/").to_owned();
    let mut space = mattermost.lock();
    space.asked.push(format!("{method} {path}"));
    if let Some(seconds) = space.limited {
        let headers = [("retry-after", seconds.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, headers, "limit exceeded").into_response();
    }
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    let answer = match bearer == Some(&format!("Bearer {TOKEN}")) {
        false => Err((401, "api.context.session_expired.app_error")),
        true => {
            let parts: Vec<&str> = path.split('/').collect();
            let asked = serde_json::from_slice(&body).unwrap_or_default();
            space.answer(&method, &parts, asked)
        }
    };
    let (status, body) = answer.unwrap_or_else(|(status, id)| {
        (status, json!({"id": id, "message": "No.", "status_code": status}))
    });
    let status = StatusCode::from_u16(status).expect("it is a status");
    (status, axum::Json(body)).into_response()
}

impl Workspace {
    fn answer(&mut self, method: &Method, parts: &[&str], asked: Value) -> Answer {
        const FORBIDDEN: (u16, &str) = (403, "api.context.permissions.app_error");
        match (method.as_str(), parts) {
            ("GET", ["users", "me"]) => Ok((200, json!({"id": "bot1", "username": "operate"}))),
            ("GET", ["users", id]) => {
                let user = self.members.get(*id).cloned();
                Ok((200, user.ok_or((404, "app.user.missing_account.const"))?))
            }
            ("GET", ["teams", "name", team, "channels", "name", room]) => {
                let known = ["shop", "other"].contains(room) && *team == "ops";
                let missing = (404, "app.channel.get_by_name.missing.app_error");
                known.then_some(()).ok_or(missing)?;
                Ok((200, json!({"id": format!("{team}/{room}"), "name": room})))
            }
            ("POST", ["posts"]) => {
                let room = asked["channel_id"].as_str().unwrap_or_default();
                if !self.joined.iter().any(|joined| joined == room) {
                    return Err(FORBIDDEN);
                }
                let id = format!("post{}", self.asked.len());
                let post = checked(asked)?;
                self.posts.insert(id.clone(), post.clone());
                Ok((201, json!({"id": id, "channel_id": post["channel_id"]})))
            }
            ("GET", ["posts", id]) => {
                let post = self.posts.get(*id).cloned();
                Ok((200, post.ok_or((404, "app.post.get.app_error"))?))
            }
            ("PUT", ["posts", ..]) if self.final_posts => Err(FORBIDDEN),
            ("PUT", ["posts", id, "patch"]) => {
                let post = self.posts.get_mut(*id).ok_or(FORBIDDEN)?;
                let patch = checked(asked)?;
                post["message"] = patch["message"].clone();
                post["props"] = patch["props"].clone();
                Ok((200, json!({"id": id, "channel_id": post["channel_id"]})))
            }
            ("POST", ["actions", "dialogs", "open"]) => {
                if asked["trigger_id"] == "late" {
                    return Err((400, "interactive_message.decode_trigger_id.expired"));
                }
                let dialog = &asked["dialog"];
                let labels = dialog["elements"].as_array().expect("a form asks something").iter();
                let mut labels = labels.map(|element| &element["display_name"]);
                let short = |label: &Value| {
                    label.as_str().is_some_and(|label| (1..=24).contains(&label.len()))
                };
                if !short(&dialog["title"]) || !labels.all(short) {
                    return Err((400, "api.context.invalid_body_param.app_error"));
                }
                self.dialogs.push(asked);
                Ok((200, json!({"status": "OK"})))
            }
            _ => Err((404, "api.context.404.app_error")),
        }
    }
}

/// A post whose buttons can be pressed.
fn checked(post: Value) -> Result<Value, (u16, &'static str)> {
    let actions = post["props"]["attachments"][0]["actions"].as_array().cloned();
    let whole = |action: &Value| {
        let id = action["id"].as_str().unwrap_or_default();
        let plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let url = action["integration"]["url"].as_str().unwrap_or_default();
        plain && action["type"] == "button" && url.starts_with("http") && action["name"].is_string()
    };
    match actions.unwrap_or_default().iter().all(whole) {
        true => Ok(post),
        false => Err((400, "api.context.invalid_body_param.app_error")),
    }
}
