//! The section `global`: its fields and defaults, and what receivers take from it.

use std::time::Duration;

use super::decode::unknown_field;
use super::error::Wrong;
use super::node::{Key, Node, Value};
use super::{check, duration};

/// Values that hold for the whole file. What receivers fall back to has moved into them.
#[derive(Clone, PartialEq, Debug)]
pub struct Global {
    /// An alert without an end counts as resolved when nobody has sent it for so long.
    pub resolve_timeout: Duration,
    /// The fields that the file sets, with the line of each.
    pub set: Vec<(&'static str, u32)>,
}

/// How the value of a global field is checked.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Text,
    Flag,
    Duration,
    /// `host:port`.
    Address,
    Url,
    Client,
}

/// Fields, in the documentation's order, with their defaults.
const FIELDS: &[(&str, Kind, &str)] = &[
    ("resolve_timeout", Kind::Duration, "5m"),
    ("http_config", Kind::Client, ""),
    ("smtp_from", Kind::Text, ""),
    ("smtp_smarthost", Kind::Address, ""),
    ("smtp_hello", Kind::Text, "localhost"),
    ("smtp_auth_username", Kind::Text, ""),
    ("smtp_auth_password", Kind::Text, ""),
    ("smtp_auth_password_file", Kind::Text, ""),
    ("smtp_auth_identity", Kind::Text, ""),
    ("smtp_auth_secret", Kind::Text, ""),
    ("smtp_auth_secret_file", Kind::Text, ""),
    ("smtp_require_tls", Kind::Flag, "true"),
    ("smtp_tls_config", Kind::Client, ""),
    ("smtp_force_implicit_tls", Kind::Flag, ""),
    ("jira_api_url", Kind::Url, ""),
    ("slack_api_url", Kind::Url, ""),
    ("slack_api_url_file", Kind::Text, ""),
    ("slack_app_token", Kind::Text, ""),
    ("slack_app_token_file", Kind::Text, ""),
    ("slack_app_url", Kind::Url, "https://slack.com/api/chat.postMessage"),
    ("victorops_api_key", Kind::Text, ""),
    ("victorops_api_key_file", Kind::Text, ""),
    ("victorops_api_url", Kind::Url, VICTOROPS_URL),
    ("pagerduty_url", Kind::Url, "https://events.pagerduty.com/v2/enqueue"),
    ("opsgenie_api_key", Kind::Text, ""),
    ("opsgenie_api_key_file", Kind::Text, ""),
    ("opsgenie_api_url", Kind::Url, "https://api.opsgenie.com/"),
    ("rocketchat_api_url", Kind::Url, "https://open.rocket.chat/"),
    ("rocketchat_token", Kind::Text, ""),
    ("rocketchat_token_file", Kind::Text, ""),
    ("rocketchat_token_id", Kind::Text, ""),
    ("rocketchat_token_id_file", Kind::Text, ""),
    ("mattermost_webhook_url", Kind::Url, ""),
    ("mattermost_webhook_url_file", Kind::Text, ""),
    ("wechat_api_url", Kind::Url, "https://qyapi.weixin.qq.com/cgi-bin/"),
    ("wechat_api_secret", Kind::Text, ""),
    ("wechat_api_secret_file", Kind::Text, ""),
    ("wechat_api_corp_id", Kind::Text, ""),
    ("telegram_api_url", Kind::Url, "https://api.telegram.org"),
    ("telegram_bot_token", Kind::Text, ""),
    ("telegram_bot_token_file", Kind::Text, ""),
    ("webex_api_url", Kind::Url, "https://webexapis.com/v1/messages"),
];

const VICTOROPS_URL: &str = "https://alert.victorops.com/integrations/generic/20131114/alert/";

/// A value of `global` that a receiver's section takes when it has none of its own.
struct Fallback {
    section: &'static str,
    /// Any of these set in the section keeps all of `global` away.
    own: &'static [&'static str],
    /// The global field for each of `own`.
    global: &'static [&'static str],
    /// Whether the section cannot do without.
    needed: bool,
}

const fn may(
    section: &'static str,
    own: &'static [&'static str],
    global: &'static [&'static str],
) -> Fallback {
    Fallback { section, own, global, needed: false }
}

const fn must(
    section: &'static str,
    own: &'static [&'static str],
    global: &'static [&'static str],
) -> Fallback {
    Fallback { section, own, global, needed: true }
}

const FALLBACKS: &[Fallback] = &[
    must("email_configs", &["smarthost"], &["smtp_smarthost"]),
    must("email_configs", &["from"], &["smtp_from"]),
    may("email_configs", &["hello"], &["smtp_hello"]),
    may("email_configs", &["auth_username"], &["smtp_auth_username"]),
    may(
        "email_configs",
        &["auth_password", "auth_password_file"],
        &["smtp_auth_password", "smtp_auth_password_file"],
    ),
    may(
        "email_configs",
        &["auth_secret", "auth_secret_file"],
        &["smtp_auth_secret", "smtp_auth_secret_file"],
    ),
    may("email_configs", &["auth_identity"], &["smtp_auth_identity"]),
    may("email_configs", &["require_tls"], &["smtp_require_tls"]),
    may("email_configs", &["force_implicit_tls"], &["smtp_force_implicit_tls"]),
    may("email_configs", &["tls_config"], &["smtp_tls_config"]),
    must("slack_configs", &["api_url", "api_url_file"], &["slack_api_url", "slack_api_url_file"]),
    must("pagerduty_configs", &["url"], &["pagerduty_url"]),
    must("opsgenie_configs", &["api_url"], &["opsgenie_api_url"]),
    must(
        "opsgenie_configs",
        &["api_key", "api_key_file"],
        &["opsgenie_api_key", "opsgenie_api_key_file"],
    ),
    must("victorops_configs", &["api_url"], &["victorops_api_url"]),
    must(
        "victorops_configs",
        &["api_key", "api_key_file"],
        &["victorops_api_key", "victorops_api_key_file"],
    ),
    must("wechat_configs", &["api_url"], &["wechat_api_url"]),
    must(
        "wechat_configs",
        &["api_secret", "api_secret_file"],
        &["wechat_api_secret", "wechat_api_secret_file"],
    ),
    must("wechat_configs", &["corp_id"], &["wechat_api_corp_id"]),
    must("telegram_configs", &["api_url"], &["telegram_api_url"]),
    must(
        "telegram_configs",
        &["bot_token", "bot_token_file"],
        &["telegram_bot_token", "telegram_bot_token_file"],
    ),
    must("webex_configs", &["api_url"], &["webex_api_url"]),
    must("jira_configs", &["api_url"], &["jira_api_url"]),
    must("rocketchat_configs", &["api_url"], &["rocketchat_api_url"]),
    must(
        "rocketchat_configs",
        &["token", "token_file"],
        &["rocketchat_token", "rocketchat_token_file"],
    ),
    must(
        "rocketchat_configs",
        &["token_id", "token_id_file"],
        &["rocketchat_token_id", "rocketchat_token_id_file"],
    ),
    must(
        "mattermost_configs",
        &["webhook_url", "webhook_url_file"],
        &["mattermost_webhook_url", "mattermost_webhook_url_file"],
    ),
];

/// Reads the section, or tells what is wrong with it.
pub(super) fn read(node: &Node, wrongs: &mut Vec<Wrong>) -> Global {
    let mut global = Global { resolve_timeout: Duration::from_secs(300), set: Vec::new() };
    let map = match node.map() {
        Ok(map) => map,
        Err(wrong) => {
            wrongs.push(wrong.within("global"));
            return global;
        }
    };
    for (key, value) in map {
        let path = format!("global.{}", key.name);
        let Some((name, kind, _)) = FIELDS.iter().find(|(name, ..)| *name == key.name) else {
            let names: Vec<&str> = FIELDS.iter().map(|(name, ..)| *name).collect();
            wrongs.push(unknown_field(&key.name, &names).at(key.place).within(&path));
            continue;
        };
        if matches!(value.value, Value::Null) {
            continue;
        }
        global.set.push((*name, key.place.line));
        if *kind == Kind::Duration {
            match check::text(value).and_then(|text| duration::parse(&text)) {
                Ok(duration) => global.resolve_timeout = duration,
                Err(wrong) => wrongs.push(wrong.at(value.place).within(&path)),
            }
        } else {
            check_field(*kind, value, &path, wrongs);
        }
    }
    for (name, ..) in FIELDS {
        let Some(plain) = name.strip_suffix("_file") else { continue };
        if let (Some(_), Some(file)) = (given(node, plain), given(node, name)) {
            wrongs.push(check::both(plain, name).at(file.place).within("global"));
        }
    }
    global
}

fn check_field(kind: Kind, node: &Node, path: &str, wrongs: &mut Vec<Wrong>) {
    let checked = match kind {
        Kind::Text | Kind::Duration => check::text(node).map(drop),
        Kind::Flag => check::flag(node).map(drop),
        Kind::Address => check::text(node).and_then(|text| check::address(&text)),
        Kind::Url => check::text(node).and_then(|text| check::url(&text)),
        // Receivers read these: see `Walk::clients`.
        Kind::Client => Ok(()),
    };
    wrongs.extend(checked.err().map(|wrong| wrong.at(node.place).within(path)));
}

/// Gives a receiver's section what it takes from `global`, with the place where that was written.
pub(super) fn fall_back(section: &str, node: &mut Node, global: Option<&Node>) -> Vec<Wrong> {
    let mut wrongs = Vec::new();
    if section == "slack_configs" {
        wrongs.extend(slack_app(node, global).err());
    }
    for fallback in FALLBACKS.iter().filter(|fallback| fallback.section == section) {
        if fallback.own.iter().any(|name| given(node, name).is_some()) {
            continue;
        }
        let mut found = false;
        for (own, name) in fallback.own.iter().zip(fallback.global) {
            let value = global.and_then(|global| given(global, name)).cloned();
            if let Some(value) = value.or_else(|| default(name, node)) {
                put(node, own, value);
                found = true;
            }
        }
        if fallback.needed && !found {
            wrongs.push(missing(fallback).at(node.place));
        }
    }
    let http = global.and_then(|global| given(global, "http_config"));
    let own = section == "email_configs" || given(node, "http_config").is_some();
    if let Some(http) = http.filter(|_| !own) {
        put(node, "http_config", http.clone());
    }
    wrongs
}

/// A Slack app's token is sent as authorization to the app's address.
fn slack_app(node: &mut Node, global: Option<&Node>) -> Result<(), Wrong> {
    let of_global = |name| global.and_then(|global: &Node| given(global, name)).cloned();
    let authorized =
        given(node, "http_config").is_some_and(|http| given(http, "authorization").is_some());
    let own = [("app_token", "credentials"), ("app_token_file", "credentials_file")]
        .map(|(name, field)| (given(node, name).cloned(), field));
    let mut tokens: Vec<(Node, &str)> =
        own.into_iter().filter_map(|(node, field)| Some((node?, field))).collect();
    if tokens.is_empty() && !authorized && given(node, "api_url").is_none() {
        let names =
            [("slack_app_token", "credentials"), ("slack_app_token_file", "credentials_file")];
        tokens = names.into_iter().filter_map(|(n, field)| Some((of_global(n)?, field))).collect();
    }
    let Some((token, field)) = tokens.first().cloned() else { return Ok(()) };
    if tokens.len() > 1 {
        return Err(check::both("app_token", "app_token_file").at(token.place));
    }
    if authorized {
        let problem = "a Slack app token is sent as authorization, and there is another one";
        return Err(Wrong::new(problem, "take out http_config.authorization").at(token.place));
    }
    if let Some(url) = given(node, "api_url").or_else(|| given(node, "api_url_file")) {
        return Err(check::both("app_token", "api_url").at(url.place));
    }
    let url = given(node, "app_url").cloned().or_else(|| of_global("slack_app_url"));
    let url = url.or_else(|| default("slack_app_url", node));
    let http = given(node, "http_config").cloned().or_else(|| of_global("http_config"));
    let empty = || Node { value: Value::Map(Vec::new()), ..node.clone() };
    let (mut http, mut authorization) = (http.unwrap_or_else(empty), empty());
    put(&mut authorization, field, token);
    put(&mut http, "authorization", authorization);
    put(node, "http_config", http);
    for name in ["app_token", "app_token_file", "app_url", "api_url_file"] {
        node.take_out(name);
    }
    if let Some(url) = url {
        put(node, "api_url", url);
    }
    Ok(())
}

fn missing(fallback: &Fallback) -> Wrong {
    let own = fallback.own.join("` or `");
    let global = fallback.global.join("` or `");
    let problem = format!("`{own}` is missing, here and in `global`");
    let mut wrong = Wrong::new(problem, format!("add `{own}` here, or `{global}` to `global`"));
    fallback.own[0].clone_into(&mut wrong.field);
    wrong
}

/// A field that says something: empty text is as good as nothing, as in Alertmanager.
fn given<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.field(name).filter(|node| match &node.value {
        Value::Null => false,
        Value::Plain(text) | Value::Quoted(text) => !text.is_empty(),
        Value::List(_) | Value::Map(_) => true,
    })
}

fn default(name: &str, at: &Node) -> Option<Node> {
    let text = FIELDS.iter().find(|(field, ..)| *field == name).map(|(.., text)| *text)?;
    let value = Value::Plain(text.to_owned());
    (!text.is_empty()).then(|| Node { value, ..at.clone() })
}

pub(super) fn put(node: &mut Node, name: &str, value: Node) {
    if matches!(node.value, Value::Null) {
        node.value = Value::Map(Vec::new());
    }
    let Value::Map(map) = &mut node.value else { return };
    map.retain(|(key, _)| key.name != name);
    map.push((Key { place: value.place, name: name.to_owned() }, value));
}
