//! Slack: one message for each incident in a room (`chat.postMessage`, `chat.update`), a form
//! (`views.open`), a word to one person (`chat.postEphemeral`), and who somebody is (`users.info`).
//! After the public documents of its Web API.

mod incoming;
mod signature;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde_json::{Value, json};

pub use incoming::{Incoming, Submitted};
pub use signature::{Unsigned, verify};

use super::{Card, Deed, Form, short};
use crate::receivers::{HttpCall, Method, Secret, slack_judge};

/// A bot: its token, and where the API is.
#[derive(Clone, Debug)]
pub struct Api {
    /// The token.
    pub token: Secret,
    /// Where the API is; empty: at Slack.
    pub url: String,
}

/// Where a message is, so that it can be written anew.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct Posted {
    /// The room's id.
    pub channel: String,
    /// The message's time, which is its name.
    pub ts: String,
}

impl Api {
    /// Shows an incident in a room.
    pub fn post(&self, room: &str, card: &Card) -> HttpCall {
        let mut message = shown(card);
        message["channel"] = room.into();
        self.call("chat.postMessage", &message)
    }

    /// Writes the message of an incident anew.
    pub fn update(&self, posted: &Posted, card: &Card) -> HttpCall {
        let mut message = shown(card);
        message["channel"] = posted.channel.as_str().into();
        message["ts"] = posted.ts.as_str().into();
        self.call("chat.update", &message)
    }

    /// Says something in a room.
    pub fn say(&self, room: &str, text: &str) -> HttpCall {
        self.call("chat.postMessage", &json!({"channel": room, "text": text}))
    }

    /// Says something to one person in a room; nobody else sees it.
    pub fn whisper(&self, room: &str, user: &str, text: &str) -> HttpCall {
        self.call("chat.postEphemeral", &json!({"channel": room, "user": user, "text": text}))
    }

    /// Opens the form that resolves an incident, for whoever just pressed or wrote something.
    pub fn open(&self, trigger: &str, form: &Form<'_>) -> HttpCall {
        self.call("views.open", &json!({"trigger_id": trigger, "view": view(form)}))
    }

    /// Asks who a member is.
    pub fn user(&self, id: &str) -> HttpCall {
        let id: String = form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let mut call = self.call(&format!("users.info?user={id}"), &json!({}));
        call.method = Method::Get;
        call.body = String::new();
        call
    }

    /// Asks whether the token is good.
    pub fn test(&self) -> HttpCall {
        self.call("auth.test", &json!({}))
    }

    fn call(&self, method: &str, body: &Value) -> HttpCall {
        let base = self.url.trim_end_matches('/');
        let base = if base.is_empty() { "https://slack.com" } else { base };
        let mut call = HttpCall::post_json(format!("{base}/api/{method}"), body);
        let bearer = format!("Bearer {}", self.token.reveal());
        call.headers.push(("Authorization".to_owned(), bearer));
        call.judge = slack_judge;
        call
    }
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

/// The form that resolves an incident.
fn view(form: &Form<'_>) -> Value {
    let plain = |text: &str| json!({"type": "plain_text", "text": text});
    let choice = |id: &str, label: &str, options: &[(&str, &str)]| {
        let options: Vec<Value> = options
            .iter()
            .map(|(value, label)| json!({"text": plain(label), "value": value}))
            .collect();
        json!({
            "type": "input", "block_id": id, "label": plain(label),
            "element": {"type": "static_select", "action_id": id, "options": options},
        })
    };
    json!({
        "type": "modal", "callback_id": "resolve", "private_metadata": form.incident,
        "title": plain(&format!("Resolve #{}", form.number)),
        "submit": plain("Resolve"), "close": plain("Not now"),
        "blocks": [
            choice("cause", "What kind of cause had it?", form.causes),
            choice("code", "How did it end?", form.codes),
            {
                "type": "input", "block_id": "note", "optional": true,
                "label": plain("Anything to add"),
                "element": {"type": "plain_text_input", "action_id": "note", "multiline": true,
                            "max_length": 2000},
            },
        ],
    })
}

/// The three signs that mean something in texts of Slack.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The mail address in the answer of `users.info`.
pub fn mail_of(body: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(body).ok()?;
    let mail = answer["user"]["profile"]["email"].as_str()?;
    let member = answer["user"]["deleted"] != true && answer["user"]["is_bot"] != true;
    member.then(|| mail.to_owned())
}

/// Who the answer of `auth.test` says that we are.
pub fn greeting(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let part = |name: &str| short(answer[name].as_str().unwrap_or("?"), 100);
    format!("Slack knows the bot as {} in {}.", part("user"), part("team"))
}

/// The error in an answer, as its code; empty when there is none.
pub fn error_of(body: &str) -> String {
    #[derive(Deserialize, Default)]
    struct Answer {
        #[serde(default)]
        error: String,
    }
    serde_json::from_str::<Answer>(body).unwrap_or_default().error
}

/// An error of Slack with what mends it.
pub fn explained(detail: &str) -> String {
    let mend = match detail.rsplit(": ").next().unwrap_or_default() {
        "not_in_channel" => "invite the bot into the room: `/invite @operate`",
        "channel_not_found" => "write the room as #name or by its id, and invite the bot into it",
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
