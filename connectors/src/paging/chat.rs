//! Chat: Slack (`chat.postMessage`), Mattermost (incoming webhooks), Microsoft Teams (workflows),
//! Telegram (Bot API).

use serde_json::json;

use super::{Bot, Hook, Hooks, PageCall};
use crate::SendError;
use crate::receivers::{HttpCall, slack_judge};

/// A message with buttons. Everything that people wrote is plain text in it.
pub(super) fn slack(bot: &Bot, to: &str, page: &PageCall<'_>) -> HttpCall {
    let url = own_or(&bot.url, "https://slack.com");
    let button = |text: &str, url: &str, style: Option<&str>| {
        let mut button = json!({
            "type": "button", "text": {"type": "plain_text", "text": text}, "url": url,
        });
        if let Some(style) = style {
            button["style"] = style.into();
        }
        button
    };
    let message = json!({
        "channel": to,
        "text": page.headline(),
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": page.headline()}},
            {"type": "context",
             "elements": [{"type": "plain_text", "text": page.details()}]},
            {"type": "actions", "elements": [
                button("Acknowledge", page.acknowledge_url, Some("primary")),
                button("Open incident", page.incident_url, None),
            ]},
        ],
        "unfurl_links": false,
    });
    let mut call = HttpCall::post_json(format!("{url}/api/chat.postMessage"), &message);
    let bearer = format!("Bearer {}", bot.token.reveal());
    call.headers.push(("Authorization".to_owned(), bearer));
    call.judge = slack_judge;
    call
}

pub(super) fn mattermost(hook: &Hook, to: &str, page: &PageCall<'_>) -> HttpCall {
    let color = if page.urgent() { "#c92a2a" } else { "#e8590c" };
    let message = json!({
        "channel": to,
        "username": "Operate",
        "text": format!("{}\n{}", plain(&page.headline()), plain(&page.details())),
        "attachments": [{
            "fallback": page.headline(),
            "color": color,
            "text": format!(
                "[Acknowledge]({}) · [Open incident]({})",
                page.acknowledge_url, page.incident_url
            ),
        }],
    });
    HttpCall::post_json(hook.url.reveal(), &message)
}

/// An adaptive card, as workflows of Teams take it.
pub(super) fn teams(hooks: &Hooks, to: &str, page: &PageCall<'_>) -> Result<HttpCall, SendError> {
    let hook = hooks
        .urls
        .get(to)
        .ok_or_else(|| SendError::lasting(format!("channels.teams.urls has no webhook `{to}`")))?;
    let open =
        |title: &str, url: &str| json!({"type": "Action.OpenUrl", "title": title, "url": url});
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "text": plain(&page.headline()), "weight": "bolder",
             "size": "medium", "wrap": true},
            {"type": "TextBlock", "text": plain(&page.details()), "wrap": true},
        ],
        "actions": [
            open("Acknowledge", page.acknowledge_url),
            open("Open incident", page.incident_url),
        ],
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

pub(super) fn telegram(bot: &Bot, to: &str, page: &PageCall<'_>) -> Result<HttpCall, SendError> {
    let url = own_or(&bot.url, "https://api.telegram.org");
    let chat: i64 = to.parse().map_err(|_| {
        SendError::lasting(format!("`{to}` is no chat of Telegram; write its number"))
    })?;
    let message = json!({
        "chat_id": chat,
        "text": format!("{}\n{}", page.headline(), page.details()),
        "disable_notification": !page.urgent(),
        "link_preview_options": {"is_disabled": true},
        "reply_markup": {"inline_keyboard": [[
            {"text": "Acknowledge", "url": page.acknowledge_url},
            {"text": "Open incident", "url": page.incident_url},
        ]]},
    });
    let url = format!("{url}/bot{}/sendMessage", bot.token.reveal());
    Ok(HttpCall::post_json(url, &message))
}

/// The address of an API, without a slash at the end.
fn own_or<'a>(own: &'a str, usual: &'a str) -> &'a str {
    if own.is_empty() { usual } else { own.trim_end_matches('/') }
}

/// Text in which no mark of Markdown means anything, and nobody is called by name.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if "\\`*_{}[]()<>#|~!@".contains(letter) {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}
