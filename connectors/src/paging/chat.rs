//! Chat: Slack (`chat.postMessage`), Mattermost (incoming webhooks), Microsoft Teams (workflows),
//! Telegram (Bot API).

use serde_json::{Value, json};

use super::{Bot, Channel, Channels, Hooks, Mattermost, Said};
use crate::SendError;
use crate::receivers::{HttpCall, slack_judge};

/// The request that says something in a chat.
pub(super) fn said(
    channels: &Channels,
    channel: Channel,
    to: &str,
    said: &Said<'_>,
) -> Result<HttpCall, SendError> {
    match channel {
        Channel::Slack => Ok(slack(&channels.slack, to, said)),
        Channel::Mattermost => Ok(mattermost(&channels.mattermost, to, said)),
        Channel::Teams => teams(&channels.teams, to, said),
        Channel::Telegram => telegram(&channels.telegram, to, said),
        other => Err(SendError::lasting(format!("{} is for calls alone", other.name()))),
    }
}

/// A message with buttons. Everything that people wrote is plain text in it.
fn slack(bot: &Bot, to: &str, said: &Said<'_>) -> HttpCall {
    let url = own_or(&bot.url, "https://slack.com");
    let button = |(place, (text, url)): (usize, &(String, &str))| {
        let mut button = json!({
            "type": "button", "text": {"type": "plain_text", "text": text}, "url": url,
        });
        if place == 0 {
            button["style"] = "primary".into();
        }
        button
    };
    let buttons: Vec<Value> = said.links.iter().enumerate().map(button).collect();
    let message = json!({
        "channel": to,
        "text": said.headline,
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": said.headline}},
            {"type": "context",
             "elements": [{"type": "plain_text", "text": said.details}]},
            {"type": "actions", "elements": buttons},
        ],
        "unfurl_links": false,
    });
    let mut call = HttpCall::post_json(format!("{url}/api/chat.postMessage"), &message);
    let bearer = format!("Bearer {}", bot.token.reveal());
    call.headers.push(("Authorization".to_owned(), bearer));
    call.judge = slack_judge;
    call
}

fn mattermost(hook: &Mattermost, to: &str, said: &Said<'_>) -> HttpCall {
    let color = if said.urgent { "#c92a2a" } else { "#e8590c" };
    let links = said.links.iter().map(|(text, url)| format!("[{text}]({url})"));
    let message = json!({
        "channel": to,
        "username": "Operate",
        "text": format!("{}\n{}", plain(&said.headline), plain(&said.details)),
        "attachments": [{
            "fallback": said.headline,
            "color": color,
            "text": links.collect::<Vec<_>>().join(" · "),
        }],
    });
    HttpCall::post_json(hook.url.reveal(), &message)
}

/// An adaptive card, as workflows of Teams take it.
fn teams(hooks: &Hooks, to: &str, said: &Said<'_>) -> Result<HttpCall, SendError> {
    let hook = hooks
        .urls
        .get(to)
        .ok_or_else(|| SendError::lasting(format!("channels.teams.urls has no webhook `{to}`")))?;
    let open = |(title, url): &(String, &str)| {
        let kind = "Action.OpenUrl";
        json!({ "type": kind, "title": title, "url": url })
    };
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": plain(&said.headline), "weight": "bolder",
             "size": "medium", "wrap": true},
            {"type": "TextBlock", "text": plain(&said.details), "wrap": true},
        ],
        "actions": said.links.iter().map(open).collect::<Vec<_>>(),
    });
    let message = json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "content": card,
        }],
    });
    Ok(HttpCall::post_json(hook.reveal(), &message))
}

fn telegram(bot: &Bot, to: &str, said: &Said<'_>) -> Result<HttpCall, SendError> {
    let url = own_or(&bot.url, "https://api.telegram.org");
    let chat: i64 = to.parse().map_err(|_| {
        SendError::lasting(format!("`{to}` is no chat of Telegram; write its number"))
    })?;
    let button = |(text, url): &(String, &str)| json!({"text": text, "url": url});
    let message = json!({
        "chat_id": chat,
        "text": format!("{}\n{}", said.headline, said.details),
        "disable_notification": !said.urgent,
        "link_preview_options": {"is_disabled": true},
        // A row of many buttons cannot be read on a telephone.
        "reply_markup": {"inline_keyboard": said.links.chunks(2)
            .map(|row| row.iter().map(button).collect::<Vec<_>>())
            .collect::<Vec<_>>()},
    });
    let url = format!("{url}/bot{}/sendMessage", bot.token.reveal());
    Ok(HttpCall::post_json(url, &message))
}

/// The address of an API, without a slash at the end.
fn own_or<'a>(own: &'a str, usual: &'a str) -> &'a str {
    if own.is_empty() { usual } else { own.trim_end_matches('/') }
}

/// Text in which no mark of Markdown means anything, and nobody is called by name: a name behind
/// an escaped `@` still calls in Mattermost, one behind a space without width does not.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_{}[]()<>#|~!".contains(letter) {
            plain.push('\\');
        }
        plain.push(letter);
        if letter == '@' {
            plain.push('\u{200b}');
        }
    }
    plain
}
