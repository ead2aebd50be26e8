//! The same group and configuration as Debian's Alertmanager 0.25 had: what it sent to each
//! service, a small server noted.

use super::*;

#[derive(serde::Deserialize)]
struct Sent {
    method: String,
    path: String,
    body: String,
}

fn sent() -> Vec<Sent> {
    let lines = include_str!("../captures/alertmanager-notifications.jsonl").lines();
    lines.map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| {
        let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap());
        pairs.map(|(name, value)| (name.to_owned(), json!(value))).collect::<Value>()
    })
}

/// The configuration that Alertmanager had, without its addresses.
fn config(section: &str) -> Value {
    let api = "http://sink";
    match section {
        "webhook_configs" => json!({ "url": format!("{api}/webhook") }),
        "slack_configs" => json!({ "api_url": format!("{api}/slack"), "channel": "#x",
            "icon_emoji": ":x:", "fields": [{ "title": "T", "value": "{{ len .Alerts }}" }],
            "actions": [{ "type": "button", "text": "Go", "url": "http://x" }],
            "image_url": "http://i", "link_names": true }),
        "pagerduty_configs" => json!({ "routing_key": "k", "url": format!("{api}/v2/enqueue"),
            "links": [{ "href": "http://l", "text": "t" }], "images": [{ "src": "http://i",
            "alt": "a" }], "severity": "critical", "class": "c", "component": "co", "group": "g" }),
        "opsgenie_configs" => json!({ "api_key": "k", "api_url": api, "tags": "a, b", "note": "n",
            "priority": "P1", "entity": "e", "actions": "x,y", "update_alerts": true,
            "details": { "k": "v" }, "responders": [{ "name": "x,y", "type": "teams" },
            { "id": "1", "type": "user" }] }),
        "victorops_configs" => json!({ "api_key": "k", "routing_key": "r",
            "api_url": format!("{api}/vo/"), "custom_fields": { "f": "{{ .Status }}" } }),
        "telegram_configs" => json!({ "bot_token": "k", "chat_id": -5, "api_url": api }),
        "discord_configs" => json!({ "webhook_url": format!("{api}/discord") }),
        "webex_configs" => json!({ "room_id": "r", "api_url": format!("{api}/webex"),
            "http_config": { "authorization": { "credentials": "k" } } }),
        "wechat_configs" => json!({ "api_secret": "k", "corp_id": "c", "to_user": "@all",
            "api_url": format!("{api}/wx/") }),
        "sns_configs" => json!({ "topic_arn": "arn:aws:sns:us-east-2:1:Topic",
            "api_url": format!("{api}/sns"), "attributes": { "k": "v" },
            "sigv4": { "region": "us-east-2", "access_key": "AK", "secret_key": "SK" } }),
        other => panic!("{other}"),
    }
}

/// What is written otherwise and means the same.
fn plain(path: &str, mut body: Value) -> Value {
    match path {
        // A picture that leads nowhere.
        "/v2/enqueue" => body["images"][0]["href"] = Value::Null,
        // The space behind a comma.
        "/v2/alerts" => body["tags"] = json!(body["tags"].to_string().replace("\" b", "\"b")),
        "/wx/message/send?access_token=T" => body["markdown"] = Value::Null,
        // Numbers and truths as such; what is the default is left out there.
        "/botk/sendMessage" => {
            body = json!({ "text": body["text"], "parse_mode": body["parse_mode"] });
        }
        _ => {}
    }
    body
}

#[test]
fn services_get_what_alertmanager_sends_them() {
    let sent = sent();
    let webhook = sent.iter().find(|sent| sent.path == "/webhook").unwrap();
    let payload: Value = serde_json::from_str(&webhook.body).unwrap();
    let data = captured(&payload);
    let key = payload["groupKey"].as_str().unwrap();
    let templates = templates().unwrap();
    let files = files();
    let notice = Notice::new(&data, key, now(), &templates, &files);
    let mut compared = 0;
    for section in [
        "webhook_configs",
        "slack_configs",
        "pagerduty_configs",
        "opsgenie_configs",
        "victorops_configs",
        "telegram_configs",
        "discord_configs",
        "webex_configs",
        "wechat_configs",
        "sns_configs",
    ] {
        let integration = read(section, &config(section)).unwrap();
        let mut calls = integration.calls(&notice).unwrap();
        let next = match &calls[0] {
            Call::Http(call) => call.next.clone(),
            Call::Mail(_) => None,
        };
        if let Some(next) = next {
            calls = next.calls("{\"access_token\":\"T\"}").unwrap();
        }
        for call in calls {
            let Call::Http(call) = call else { panic!("{section}") };
            let path = call.url.strip_prefix("http://sink").unwrap();
            let same = |sent: &&Sent| sent.path == path && sent.method == call.method.as_str();
            let theirs = sent.iter().find(same).unwrap_or_else(|| panic!("{section}: {path}"));
            let ours = plain(path, json_of(&call.body));
            assert_eq!(ours, plain(path, json_of(&theirs.body)), "{section}");
            compared += 1;
        }
    }
    assert_eq!(compared, sent.len(), "each of its requests has one of ours");
}
