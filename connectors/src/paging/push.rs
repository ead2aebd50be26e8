//! Push to an app: ntfy and Gotify.

use kernel::Priority;
use serde_json::{Value, json};

use super::{Applications, Destination, Note, PageCall, Topics};
use crate::SendError;
use crate::receivers::HttpCall;

/// Published as JSON to the root of the server. The button acknowledges with one tap: it sends the
/// same request as the button of the page behind the link.
pub(super) fn ntfy(
    topics: &Topics,
    to: &str,
    page: &PageCall<'_>,
) -> Result<(HttpCall, Destination), SendError> {
    let message = json!({
        "title": page.headline(),
        "message": page.details(),
        "priority": level(page.priority, [5, 4, 3, 2, 1]),
        "tags": [if page.urgent() { "rotating_light" } else { "warning" }],
        "click": page.incident_url,
        "actions": [
            {"action": "http", "label": page.acknowledge(), "url": page.acknowledge_url,
             "method": "POST", "clear": true},
            {"action": "view", "label": "Open", "url": page.incident_url},
        ],
    });
    published(topics, to, message)
}

/// Something that nobody has to answer.
pub(super) fn ntfy_note(
    topics: &Topics,
    to: &str,
    note: &Note<'_>,
) -> Result<(HttpCall, Destination), SendError> {
    let message = json!({
        "title": note.title, "message": note.text, "priority": 3, "click": note.url,
    });
    published(topics, to, message)
}

fn published(
    topics: &Topics,
    to: &str,
    mut message: Value,
) -> Result<(HttpCall, Destination), SendError> {
    let (server, topic) = match to.rsplit_once('/') {
        Some((server, topic)) => (server, topic),
        None => (topics.url.trim_end_matches('/'), to),
    };
    if server.is_empty() {
        let why =
            format!("`{to}` names no server: write its whole address, or set channels.ntfy.url");
        return Err(SendError::lasting(why));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if topic.is_empty() || topic.len() > 64 || !topic.chars().all(fits) {
        return Err(SendError::lasting(format!("`{topic}` is no topic of ntfy")));
    }
    message["topic"] = topic.into();
    let mut call = HttpCall::post_json(server, &message);
    let own = server == topics.url.trim_end_matches('/');
    if own && !topics.token.is_empty() {
        let bearer = format!("Bearer {}", topics.token.reveal());
        call.headers.push(("Authorization".to_owned(), bearer));
    }
    Ok((call, if own { Destination::SetUp } else { Destination::Named }))
}

pub(super) fn gotify(
    applications: &Applications,
    to: &str,
    page: &PageCall<'_>,
) -> Result<HttpCall, SendError> {
    let text = format!(
        "{}\n\n[{}]({}) · [{}]({})",
        page.details(),
        page.acknowledge(),
        page.acknowledge_url,
        page.open(),
        page.incident_url
    );
    let message = json!({
        "title": page.headline(),
        "message": text,
        "priority": level(page.priority, [10, 8, 5, 3, 1]),
        "extras": {
            "client::display": {"contentType": "text/markdown"},
            "client::notification": {"click": {"url": page.incident_url}},
        },
    });
    shown(applications, to, &message)
}

/// Something that nobody has to answer.
pub(super) fn gotify_note(
    applications: &Applications,
    to: &str,
    note: &Note<'_>,
) -> Result<HttpCall, SendError> {
    let message = json!({
        "title": note.title,
        "message": note.text,
        "priority": 5,
        "extras": {"client::notification": {"click": {"url": note.url}}},
    });
    shown(applications, to, &message)
}

fn shown(applications: &Applications, to: &str, message: &Value) -> Result<HttpCall, SendError> {
    let token = applications.tokens.get(to).ok_or_else(|| {
        SendError::lasting(format!("channels.gotify.tokens has no application `{to}`"))
    })?;
    let url = format!("{}/message", applications.url.trim_end_matches('/'));
    let mut call = HttpCall::post_json(url, message);
    call.headers.push(("X-Gotify-Key".to_owned(), token.reveal().to_owned()));
    Ok(call)
}

/// The level of a service for a priority, from P1 to P5.
fn level(priority: Priority, levels: [u8; 5]) -> u8 {
    let [p1, p2, p3, p4, p5] = levels;
    match priority {
        Priority::P1 => p1,
        Priority::P2 => p2,
        Priority::P3 => p3,
        Priority::P4 => p4,
        Priority::P5 => p5,
    }
}
