//! The file as others may see it: written afresh from what was read, with secrets hidden. Comments
//! are left out, since a password that was commented out is still a password.

use std::fmt::Write as _;

use super::node::{Node, Value};

/// What stands in the place of a secret.
pub(super) const HIDDEN: &str = "<secret>";

/// What stands there for programs that read an address wherever one belongs.
const HIDDEN_ADDRESS: &str = "http://secret.invalid/";

/// Fields that are secret wherever they stand.
const SECRET: &[&str] = &[
    "smtp_auth_password",
    "smtp_auth_secret",
    "slack_api_url",
    "slack_app_token",
    "victorops_api_key",
    "opsgenie_api_key",
    "rocketchat_token",
    "rocketchat_token_id",
    "mattermost_webhook_url",
    "wechat_api_secret",
    "telegram_bot_token",
    "auth_password",
    "auth_secret",
    "webhook_url",
    "api_key",
    "service_key",
    "user_key",
    "token",
    "token_id",
    "app_token",
    "bot_token",
    "api_secret",
    "secret_key",
    "alert_source_token",
    "password",
    "credentials",
    "bearer_token",
    "client_secret",
    "client_certificate_key",
    "key",
    "secrets",
    "proxy_connect_header",
];

/// The secret field that Alertmanager 0.25 and its tools read as an address, whatever hides it.
const ADDRESS: (&str, &str) = ("webhook_configs", "url");

/// Fields that are secret in one section only.
const SECRET_IN: &[(&str, &str)] =
    &[("slack_configs", "api_url"), ADDRESS, ("pagerduty_configs", "routing_key")];

/// Where free words stand as keys: a label or a detail named `token` is no secret.
const FREE: &[&str] = &[
    "match",
    "match_re",
    "source_match",
    "source_match_re",
    "target_match",
    "target_match_re",
    "details",
    "headers",
    "fields",
    "attributes",
    "custom_fields",
];

/// Whether what stands under a key is secret. `section` is the key whose list or map it is part of.
pub(super) fn is_secret(section: &str, key: &str) -> bool {
    !FREE.contains(&section) && (SECRET.contains(&key) || SECRET_IN.contains(&(section, key)))
}

/// The section that what stands under a key belongs to.
pub(super) fn inner<'s>(section: &'s str, key: &'s str) -> &'s str {
    if key.ends_with("_configs") || FREE.contains(&key) { key } else { section }
}

/// Whether free words stand as keys here.
pub(super) fn is_free(section: &str) -> bool {
    FREE.contains(&section)
}

/// Whether a word names a field that is secret somewhere.
pub(super) fn names_secret(word: &str) -> bool {
    SECRET.contains(&word) || SECRET_IN.iter().any(|(_, field)| *field == word)
}

/// Whether an address holds a password.
pub(super) fn has_password(text: &str) -> bool {
    without_password(text) != text
}

/// Writes a document with its secrets hidden, for people.
pub(super) fn redacted(document: &Node) -> String {
    written(document, HIDDEN)
}

/// Writes a document with its secrets hidden, for programs that read it as a configuration.
pub(super) fn redacted_for_tools(document: &Node) -> String {
    written(document, HIDDEN_ADDRESS)
}

fn written(document: &Node, address: &'static str) -> String {
    let mut out = String::new();
    Writer { out: &mut out, address }.block(document, "", None, 0);
    out
}

struct Writer<'o> {
    out: &'o mut String,
    /// What hides an address.
    address: &'static str,
}

impl Writer<'_> {
    /// What follows `key:` or `-`. `section` is the key whose list or map this is part of.
    fn block(&mut self, node: &Node, section: &str, hidden: Option<&'static str>, indent: usize) {
        match &node.value {
            Value::Map(map) if !map.is_empty() => {
                for (i, (key, value)) in map.iter().enumerate() {
                    self.start(i > 0 || self.after_colon(), indent);
                    self.out.push_str(&written_key(&key.name));
                    self.out.push(':');
                    let hidden = hidden.or_else(|| self.hidden(section, &key.name));
                    let inner = inner(section, &key.name);
                    self.block(value, inner, hidden, indent + 2);
                }
            }
            Value::List(list) if !list.is_empty() => {
                for (i, value) in list.iter().enumerate() {
                    self.start(i > 0 || self.after_colon(), indent);
                    self.out.push('-');
                    self.block(value, section, hidden, indent + 2);
                }
            }
            _ => {
                let _ = writeln!(self.out, " {}", scalar(node, hidden));
            }
        }
    }

    /// What stands in the place of a secret field.
    fn hidden(&self, section: &str, key: &str) -> Option<&'static str> {
        let word = if (section, key) == ADDRESS { self.address } else { HIDDEN };
        is_secret(section, key).then_some(word)
    }

    fn after_colon(&self) -> bool {
        self.out.ends_with(':')
    }

    /// A new line, or the rest of the line that `- ` began.
    fn start(&mut self, line: bool, indent: usize) {
        if line && !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if self.out.ends_with('\n') {
            self.out.extend(std::iter::repeat_n(' ', indent));
        } else if self.out.ends_with('-') {
            self.out.push(' ');
        }
    }
}

fn scalar(node: &Node, hidden: Option<&str>) -> String {
    match &node.value {
        Value::Map(_) => "{}".to_owned(),
        Value::List(_) => "[]".to_owned(),
        Value::Null => "null".to_owned(),
        Value::Plain(text) | Value::Quoted(text)
            if let Some(hidden) = hidden.filter(|_| !text.is_empty()) =>
        {
            hidden.to_owned()
        }
        Value::Plain(text) if is_plain(text) => without_password(text),
        Value::Plain(text) | Value::Quoted(text) => quoted(&without_password(text)),
    }
}

/// Whether letters need no quotes, whatever stands around them.
fn is_plain(text: &str) -> bool {
    let start = text.strip_prefix('-').unwrap_or(text);
    start.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '/')
        && !text.ends_with(':')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./+@=:".contains(c))
}

/// `http://user:password@proxy` without the password.
fn without_password(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return text.to_owned() };
    let Some((name, _)) = user.split_once(':') else { return text.to_owned() };
    format!("{scheme}://{name}:xxxxx{}", &rest[user.len()..])
}

fn written_key(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(word);
    if plain { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text can be written as JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_in_addresses_are_hidden() {
        for (text, shown) in [
            ("http://user:hush@proxy:3128/x", "http://user:xxxxx@proxy:3128/x"),
            ("http://user:a:b@c@proxy", "http://user:xxxxx@proxy"),
            ("http://user@proxy", "http://user@proxy"),
            ("http://proxy/a:b@c", "http://proxy/a:b@c"),
            ("a:b@c", "a:b@c"),
        ] {
            assert_eq!(without_password(text), shown);
        }
    }
}
