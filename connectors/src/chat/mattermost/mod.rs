//! Mattermost: one message for each incident in a room (`POST` and `PUT /api/v4/posts`), buttons
//! (interactive messages), forms (interactive dialogs), a slash command, and who somebody is
//! (`/api/v4/users`). After the public documents of its REST API, version 4.
//!
//! A slash command brings its token. Buttons and forms bring nothing that shows that they are
//! Mattermost's, so each carries a sealed text of ours. That of a form goes through the browser of
//! whoever opened it, and is good for that member alone.

mod incoming;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::service::{About, At, Entry, Member, Reply, Service, Setup};
use super::{
    Card, Deed, Doing, FieldKind, Form, Incoming, Refused, Request, TEXT_CHARS_MAX, short,
};
use crate::paging::{Channels, plain};
use crate::receivers::{
    Call, HttpCall, Method, Next, NotSent, Verdict, answered, path_part, usual,
};

/// How long a button is good. A message is written anew, with fresh buttons, when its incident
/// changes.
const BUTTON_LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a form may stay open.
const FORM_LIFE: Duration = Duration::from_secs(60 * 60);

/// Mattermost.
#[derive(Clone, Copy, Debug)]
pub struct Mattermost;

static ABOUT: About = About {
    name: "mattermost",
    title: "Mattermost",
    entries: &[
        Entry {
            name: "url",
            label: "Address of Mattermost",
            example: "https://chat.example.org",
            secret: false,
            needed: true,
        },
        Entry { name: "token", label: "Token of the bot", example: "", secret: true, needed: true },
        Entry {
            name: "command_token",
            label: "Token of the slash command",
            example: "of several teams with commas between",
            secret: true,
            needed: false,
        },
    ],
    room_example: "ops/payments",
    steps: &[
        "Make a bot account in Mattermost (Integrations, Bot Accounts), and add it to the team and \
         to the rooms.",
        "In each team add a slash command (Integrations, Slash Commands) with the trigger word \
         operate, the request URL below and the method POST.",
        "Enter the address of Mattermost, the bot's token and the token of the command here.",
        "When Operate is in a private network, name its host in Mattermost under \
         AllowedUntrustedInternalConnections. When Mattermost is in one, name its host in \
         webhook.allow of Operate.",
        "Try it below. A room is written as in its address: team/room.",
    ],
    mail_missing: "let Mattermost show mail addresses (Site Configuration, Users and Teams), or \
                   write the member's id or @name as `mattermost` under `addresses`",
};

impl Service for Mattermost {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn file(&self, channels: &Channels) -> Setup {
        let bot = &channels.mattermost;
        Setup::of([("token", bot.token.reveal()), ("url", &bot.server)])
    }

    fn post(&self, at: &At<'_>, room: &str, card: &Card) -> HttpCall {
        in_room(at, room, shown(at, card))
    }

    fn update(&self, at: &At<'_>, posted: &str, card: &Card) -> HttpCall {
        let path = format!("posts/{}", path_part(posted));
        let patch = call(at, Method::Put, &format!("{path}/patch"), &shown(at, card));
        // One that was deleted is not found; one that must not be edited is.
        let mut ask = call(at, Method::Get, &path, &Value::Null);
        ask.next = Some(Next::new(move |_| Ok(vec![Call::Http(Box::new(patch.clone()))])));
        ask
    }

    fn posted(&self, body: &str) -> Option<String> {
        id_of(body)
    }

    fn is_lost(&self, status: u16, _body: &str) -> bool {
        status == 404
    }

    fn is_busy(&self, status: u16, _body: &str) -> bool {
        status == 429
    }

    fn say(&self, at: &At<'_>, room: &str, text: &str) -> HttpCall {
        in_room(at, room, json!({"message": plain(text)}))
    }

    fn open(&self, at: &At<'_>, to: &Incoming, form: &Form<'_>) -> HttpCall {
        let sealed = [form.deed.name(), form.incident, to.user.as_str()];
        let state = at.seal.seal(&sealed, at.now + FORM_LIFE);
        let request = json!({
            "trigger_id": to.trigger, "url": at.request_url, "dialog": dialog(form, &state),
        });
        call(at, Method::Post, "actions/dialogs/open", &request)
    }

    fn ask_member(&self, at: &At<'_>, id: &str) -> HttpCall {
        call(at, Method::Get, &format!("users/{}", path_part(id)), &Value::Null)
    }

    fn member(&self, body: &str) -> Option<Member> {
        let user: User = serde_json::from_str(body).ok()?;
        let mail = Some(user.email).filter(|mail| !mail.is_empty());
        let handle = Some(format!("@{}", user.username));
        (user.delete_at == 0 && !user.is_bot).then_some(Member { mail, handle })
    }

    fn test(&self, at: &At<'_>) -> HttpCall {
        call(at, Method::Get, "users/me", &Value::Null)
    }

    fn greeting(&self, body: &str) -> String {
        let name = serde_json::from_str::<User>(body).map(|user| user.username);
        format!("Mattermost knows the bot as @{}.", short(&name.unwrap_or_default(), 100))
    }

    fn explained(&self, detail: &str) -> String {
        let mend = match detail.split([' ', ':']).find(|word| word.contains('.')) {
            Some("api.context.session_expired.app_error" | "api.context.invalid_token.error") => {
                "enter the bot's token anew in the settings"
            }
            Some("api.context.permissions.app_error") => {
                "add the bot to the team and to the room, and let it post and edit its posts there"
            }
            Some("api.post.update_post.permissions_time_limit.app_error") => {
                "let posts be edited at any time in Mattermost (PostEditTimeLimit -1)"
            }
            _ if detail.starts_with("404") => {
                "write the room as team/room, as its address has it, or its id, and add the bot"
            }
            _ => return detail.to_owned(),
        };
        format!("{detail}; {mend}")
    }

    fn read(&self, at: &At<'_>, request: Request<'_>) -> Result<Incoming, Refused> {
        incoming::read(at, request)
    }

    fn reply(&self, _at: &At<'_>, to: &Incoming, said: &Result<String, String>) -> Reply {
        let body = match (&to.doing, said) {
            (Doing::Wrote { .. }, Ok(text) | Err(text)) => {
                json!({"response_type": "ephemeral", "text": text, "skip_slack_parsing": true})
            }
            (Doing::Submitted { .. }, Err(why)) => json!({"error": why}),
            // A form that is not known any more stays open only with an error.
            (Doing::Late, Err(why)) => {
                json!({"error": why, "ephemeral_text": why, "skip_slack_parsing": true})
            }
            (_, Err(why)) => json!({"ephemeral_text": why, "skip_slack_parsing": true}),
            (_, Ok(_)) => json!({}),
        };
        Reply { body: Some(body), call: None }
    }
}

#[derive(Deserialize)]
struct User {
    username: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    delete_at: i64,
    #[serde(default)]
    is_bot: bool,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

fn id_of(body: &str) -> Option<String> {
    serde_json::from_str::<Named>(body).ok().map(|named| named.id)
}

fn call(at: &At<'_>, method: Method, path: &str, body: &Value) -> HttpCall {
    let base = at.setup.get("url").trim_end_matches('/');
    let mut call = HttpCall::post_json(format!("{base}/api/v4/{path}"), body);
    call.method = method;
    if method == Method::Get {
        call.body = String::new();
    }
    let bearer = format!("Bearer {}", at.setup.get("token"));
    call.headers.push(("Authorization".to_owned(), bearer));
    call.judge = judge;
    call
}

/// Posts into a room, whose id is asked for first unless it is one.
fn in_room(at: &At<'_>, room: &str, mut message: Value) -> HttpCall {
    let Some((team, name)) = room.trim_start_matches('~').split_once('/') else {
        message["channel_id"] = room.into();
        return call(at, Method::Post, "posts", &message);
    };
    let post = call(at, Method::Post, "posts", &Value::Null);
    let path = format!("teams/name/{}/channels/name/{}", path_part(team), path_part(name));
    let mut ask = call(at, Method::Get, &path, &Value::Null);
    ask.next = Some(Next::new(move |body| {
        let (mut post, mut message) = (post.clone(), message.clone());
        let id = id_of(body).ok_or_else(|| NotSent::new("room", "Mattermost gave no id of it"))?;
        message["channel_id"] = id.into();
        post.body = message.to_string();
        Ok(vec![Call::Http(Box::new(post))])
    }));
    ask
}

/// What Mattermost answers when it does not do something.
fn judge(status: u16, body: &str) -> Verdict {
    #[derive(Deserialize)]
    struct Error {
        id: String,
        message: String,
    }
    let detail = match serde_json::from_str::<Error>(body) {
        Ok(Error { id, message }) => answered(status, &format!("{id}: {message}")),
        Err(_) => answered(status, body),
    };
    match usual(status, body) {
        Verdict::Taken => Verdict::Taken,
        Verdict::Later(_) => Verdict::Later(detail),
        Verdict::Never(_) => Verdict::Never(detail),
    }
}

/// What a room shows. Everything that people wrote is plain text in it.
fn shown(at: &At<'_>, card: &Card) -> Value {
    let button = |deed: &Deed| {
        let sealed = [deed.name(), card.incident.as_str()];
        json!({
            "id": deed.name(), "type": "button", "name": deed.label(),
            "style": if *deed == Deed::Acknowledge { "primary" } else { "default" },
            "integration": {
                "url": at.request_url,
                "context": {"sealed": at.seal.seal(&sealed, at.now + BUTTON_LIFE)},
            },
        })
    };
    json!({
        "message": plain(&card.headline()),
        "props": {"attachments": [{
            "fallback": card.details(),
            "text": format!("{}\n[Open]({})", plain(&card.details()), card.url),
            "actions": card.deeds.iter().map(button).collect::<Vec<_>>(),
        }]},
    })
}

/// A form.
fn dialog(form: &Form<'_>, state: &str) -> Value {
    let elements = form.fields.iter().map(|field| match &field.kind {
        FieldKind::Choice(options) => {
            let options = options.iter();
            let options = options.map(|(value, label)| json!({"text": label, "value": value}));
            json!({
                "type": "select", "name": field.name, "display_name": field.label,
                "options": options.collect::<Vec<_>>(),
            })
        }
        FieldKind::Text { optional } => json!({
            "type": "textarea", "name": field.name, "display_name": field.label,
            "optional": optional, "max_length": TEXT_CHARS_MAX,
        }),
    });
    json!({
        "callback_id": form.deed.name(), "title": form.title, "state": state,
        "submit_label": form.deed.label().trim_end_matches('…'),
        "elements": elements.collect::<Vec<_>>(),
    })
}
