//! Slack: one message for each incident in a room (`chat.postMessage`, `chat.update`), a form
//! (`views.open`), a word to one person (`chat.postEphemeral`), and who somebody is (`users.info`).
//! After the public documents of its Web API.

mod incoming;
mod signature;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::{Value, json};

use super::service::{About, At, Entry, Member, Reply, Service, Setup};
use super::{
    Card, Deed, Doing, FieldKind, Form, Incoming, Refused, Request, TEXT_CHARS_MAX, short,
};
use crate::paging::Channels;
use crate::receivers::{HttpCall, Method, Secret, slack_judge};

/// Slack.
#[derive(Clone, Copy, Debug)]
pub struct Slack;

static ABOUT: About = About {
    name: "slack",
    title: "Slack",
    entries: &[
        Entry {
            name: "token",
            label: "Token of the bot",
            example: "xoxb-…",
            secret: true,
            needed: true,
        },
        Entry {
            name: "signing_secret",
            label: "Signing secret of the app",
            example: "",
            secret: true,
            needed: false,
        },
    ],
    room_example: "#payments-ops",
    steps: &[
        "Make an app at api.slack.com with a bot that has the scopes chat:write, commands, \
         users:read and users:read.email, and install it in the workspace.",
        "Enter the bot's token and the app's signing secret here.",
        "In the app, enter the request URL below for interactivity and for a slash command \
         /operate.",
        "Invite the bot into the rooms, and try it below.",
    ],
    mail_missing: "the bot needs the scopes users:read and users:read.email",
};

/// Where a message is, so that it can be written anew.
#[derive(Deserialize)]
struct Posted {
    /// The room's id.
    channel: String,
    /// The message's time, which is its name.
    ts: String,
}

impl Service for Slack {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn file(&self, channels: &Channels) -> Setup {
        let bot = &channels.slack;
        Setup::of([("token", bot.token.reveal()), ("url", &bot.url)])
    }

    fn post(&self, at: &At<'_>, room: &str, card: &Card) -> HttpCall {
        let mut message = shown(card);
        message["channel"] = room.into();
        call(at, "chat.postMessage", &message)
    }

    fn update(&self, at: &At<'_>, posted: &str, card: &Card) -> HttpCall {
        let (channel, ts) = posted.split_once(' ').unwrap_or((posted, ""));
        let mut message = shown(card);
        message["channel"] = channel.into();
        message["ts"] = ts.into();
        call(at, "chat.update", &message)
    }

    fn posted(&self, body: &str) -> Option<String> {
        let Posted { channel, ts } = serde_json::from_str(body).ok()?;
        Some(format!("{channel} {ts}"))
    }

    fn is_lost(&self, _status: u16, body: &str) -> bool {
        error_of(body) == "message_not_found"
    }

    fn is_busy(&self, status: u16, body: &str) -> bool {
        status == 429 || error_of(body) == "ratelimited"
    }

    fn say(&self, at: &At<'_>, room: &str, text: &str) -> HttpCall {
        call(at, "chat.postMessage", &json!({"channel": room, "text": text}))
    }

    fn open(&self, at: &At<'_>, to: &Incoming, form: &Form<'_>) -> HttpCall {
        call(at, "views.open", &json!({"trigger_id": to.trigger, "view": view(form)}))
    }

    fn ask_member(&self, at: &At<'_>, id: &str) -> HttpCall {
        let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let mut call = call(at, &format!("users.info?user={id}"), &json!({}));
        call.method = Method::Get;
        call.body = String::new();
        call
    }

    fn member(&self, body: &str) -> Option<Member> {
        let answer: Value = serde_json::from_str(body).ok()?;
        let user = &answer["user"];
        let mail = user["profile"]["email"].as_str().map(str::to_owned);
        let member = user["deleted"] != true && user["is_bot"] != true;
        member.then_some(Member { mail, handle: None })
    }

    fn test(&self, at: &At<'_>) -> HttpCall {
        call(at, "auth.test", &json!({}))
    }

    fn greeting(&self, body: &str) -> String {
        let answer: Value = serde_json::from_str(body).unwrap_or_default();
        let part = |name: &str| short(answer[name].as_str().unwrap_or("?"), 100);
        format!("Slack knows the bot as {} in {}.", part("user"), part("team"))
    }

    fn explained(&self, detail: &str) -> String {
        let mend = match detail.rsplit(": ").next().unwrap_or_default() {
            "not_in_channel" => "invite the bot into the room: `/invite @operate`",
            "channel_not_found" => {
                "write the room as #name or by its id, and invite the bot into it"
            }
            "invalid_auth" | "not_authed" | "token_revoked" | "account_inactive" => {
                "enter the bot's token anew in the settings"
            }
            "missing_scope" => {
                "the bot needs the scopes chat:write, commands, users:read and users:read.email"
            }
            "is_archived" => "the room is archived: name another one at the team",
            _ => return detail.to_owned(),
        };
        format!("{detail}; {mend}")
    }

    fn read(&self, at: &At<'_>, request: Request<'_>) -> Result<Incoming, Refused> {
        let header = request.header;
        let signed = (header("x-slack-request-timestamp"), header("x-slack-signature"));
        let secret = Secret::new(at.setup.get("signing_secret"));
        if secret.is_empty() {
            return Err(Refused::NotSetUp("no signing secret of Slack is known"));
        }
        signature::verify(&secret, signed, request.body, at.now)
            .map_err(|unsigned| Refused::Unsigned(unsigned.to_string()))?;
        incoming::read(request.body).map_err(Refused::Unreadable)
    }

    fn reply(&self, at: &At<'_>, to: &Incoming, said: &Result<String, String>) -> Reply {
        match (&to.doing, said) {
            (Doing::Wrote { .. }, Ok(text) | Err(text)) => {
                let text = escaped(text);
                let body = json!({"response_type": "ephemeral", "text": text});
                Reply { body: Some(body), call: None }
            }
            (Doing::Submitted { values, .. }, Err(why)) => {
                let first = values.keys().next().map_or("note", String::as_str);
                let errors = json!({"response_action": "errors", "errors": {first: why}});
                Reply { body: Some(errors), call: None }
            }
            (_, Err(why)) => {
                let said = json!({"channel": to.room, "user": to.user, "text": escaped(why)});
                Reply { body: None, call: Some(call(at, "chat.postEphemeral", &said)) }
            }
            (_, Ok(_)) => Reply::default(),
        }
    }
}

fn call(at: &At<'_>, method: &str, body: &Value) -> HttpCall {
    let base = at.setup.get("url").trim_end_matches('/');
    let base = if base.is_empty() { "https://slack.com" } else { base };
    let mut call = HttpCall::post_json(format!("{base}/api/{method}"), body);
    let bearer = format!("Bearer {}", at.setup.get("token"));
    call.headers.push(("Authorization".to_owned(), bearer));
    call.judge = slack_judge;
    call
}

/// What a room shows. Everything that people wrote is plain text in it.
fn shown(card: &Card) -> Value {
    let plain = |text: String| json!({"type": "plain_text", "text": text});
    let deed = |deed: &Deed| {
        let mut button = json!({
            "type": "button", "action_id": deed.name(), "value": card.incident,
            "text": plain(deed.label().to_owned()),
        });
        if *deed == Deed::Acknowledge {
            button["style"] = "primary".into();
        }
        button
    };
    let mut buttons: Vec<Value> = card.deeds.iter().map(deed).collect();
    buttons.push(json!({
        "type": "button", "action_id": "open", "url": card.url, "text": plain("Open".to_owned()),
    }));
    json!({
        // What notifications show, where marks would mean something.
        "text": escaped(&format!("{} ({})", card.headline(), card.details())),
        "blocks": [
            {"type": "section", "text": plain(card.headline())},
            {"type": "context", "elements": [plain(card.details())]},
            {"type": "actions", "elements": buttons},
        ],
        "unfurl_links": false,
    })
}

/// A form. The incident and what it is for come back with it.
fn view(form: &Form<'_>) -> Value {
    let plain = |text: &str| json!({"type": "plain_text", "text": text});
    let block = |id: &str, label: &str, optional: bool, element: Value| {
        json!({
            "type": "input", "block_id": id, "label": plain(label), "optional": optional,
            "element": element,
        })
    };
    let blocks = form.fields.iter().map(|field| match &field.kind {
        FieldKind::Choice(options) => {
            let options = options.iter();
            let options =
                options.map(|(value, label)| json!({"text": plain(label), "value": value}));
            let options: Vec<Value> = options.collect();
            let select =
                json!({"type": "static_select", "action_id": field.name, "options": options});
            block(field.name, field.label, false, select)
        }
        FieldKind::Text { optional } => {
            let text = json!({
                "type": "plain_text_input", "action_id": field.name, "multiline": true,
                "max_length": TEXT_CHARS_MAX,
            });
            block(field.name, field.label, *optional, text)
        }
    });
    json!({
        "type": "modal", "callback_id": form.deed.name(), "private_metadata": form.incident,
        "title": plain(&form.title),
        "submit": plain(form.deed.label().trim_end_matches('…')), "close": plain("Not now"),
        "blocks": blocks.collect::<Vec<_>>(),
    })
}

/// The three signs that mean something in texts of Slack.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The error in an answer, as its code; empty when there is none.
fn error_of(body: &str) -> String {
    #[derive(Deserialize, Default)]
    struct Answer {
        #[serde(default)]
        error: String,
    }
    serde_json::from_str::<Answer>(body).unwrap_or_default().error
}
