//! Pushover: the Message API.

use serde::Deserialize;

use super::{
    Call, HttpCall, HttpConfig, Length, NotSent, Notice, Problems, Receiver, Secret,
    default_template, named,
};

/// Where messages go.
const URL: &str = "https://api.pushover.net/1/messages.json";
/// Longest texts, in characters, as Pushover documents them.
const TITLE_CHARS_MAX: usize = 250;
const MESSAGE_CHARS_MAX: usize = 1024;
const URL_CHARS_MAX: usize = 512;
const URL_TITLE_CHARS_MAX: usize = 100;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PushoverConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Who is told.
    pub user_key: Secret,
    /// The file with who is told.
    pub user_key_file: Option<String>,
    /// The application's token.
    pub token: Secret,
    /// The file with the token.
    pub token_file: Option<String>,
    /// The title.
    pub title: String,
    /// The message.
    pub message: String,
    /// A link.
    pub url: String,
    /// What is shown of the link.
    pub url_title: String,
    /// Only this device.
    pub device: String,
    /// The sound.
    pub sound: String,
    /// From -2 to 2.
    pub priority: String,
    /// How often a message of priority 2 is repeated.
    pub retry: Length,
    /// How long it is repeated.
    pub expire: Length,
    /// How long it is kept; nothing: for ever.
    pub ttl: Length,
    /// Whether the message is HTML.
    pub html: bool,
    /// Whether all letters are of one width.
    pub monospace: bool,
}

impl Default for PushoverConfig {
    fn default() -> PushoverConfig {
        PushoverConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            user_key: Secret::default(),
            user_key_file: None,
            token: Secret::default(),
            token_file: None,
            title: default_template("pushover.default.title"),
            message: default_template("pushover.default.message"),
            url: default_template("pushover.default.url"),
            url_title: String::new(),
            device: String::new(),
            sound: String::new(),
            priority: "{{ if eq .Status \"firing\" }}2{{ else }}0{{ end }}".to_owned(),
            retry: Length(std::time::Duration::from_secs(60)),
            expire: Length(std::time::Duration::from_secs(3600)),
            ttl: Length::default(),
            html: false,
            monospace: false,
        }
    }
}

impl PushoverConfig {
    fn message(&self, notice: &Notice<'_>) -> Result<String, NotSent> {
        let message = if self.html {
            notice.html("message", &self.message)?
        } else {
            notice.beginning("message", &self.message, MESSAGE_CHARS_MAX * 64)?
        };
        let message = super::notice::cut(message.trim(), MESSAGE_CHARS_MAX);
        // Pushover takes no message without a text.
        Ok(if message.is_empty() { "(no details)".to_owned() } else { message })
    }
}

impl Receiver for PushoverConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.user_key_file, &self.token_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let mut all = named([
            ("title", &self.title),
            ("url", &self.url),
            ("url_title", &self.url_title),
            ("device", &self.device),
            ("sound", &self.sound),
            ("priority", &self.priority),
        ]);
        if !self.html {
            all.extend(named([("message", &self.message)]));
        }
        all
    }

    fn pages(&self) -> Vec<(&'static str, &str)> {
        if self.html { vec![("message", &self.message)] } else { Vec::new() }
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("user_key", !self.user_key.is_empty(), &self.user_key_file);
        problems.exactly_one("token", !self.token.is_empty(), &self.token_file);
        if self.html && self.monospace {
            problems.add("monospace", "html and monospace cannot both be true: leave one out");
        }
        if self.retry.0.as_secs() < 30 {
            problems.add("retry", "has to be at least 30s");
        }
        if self.expire.0.as_secs() > 10_800 {
            problems.add("expire", "has to be 3h at most");
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let mut form = vec![
            ("token", notice.secret(&self.token, &self.token_file)?.to_owned()),
            ("user", notice.secret(&self.user_key, &self.user_key_file)?.to_owned()),
            ("title", notice.cut("title", &self.title, TITLE_CHARS_MAX)?),
            ("message", self.message(notice)?),
            ("url", notice.cut("url", &self.url, URL_CHARS_MAX)?),
            ("url_title", notice.cut("url_title", &self.url_title, URL_TITLE_CHARS_MAX)?),
            ("priority", notice.text("priority", &self.priority)?),
            ("device", notice.text("device", &self.device)?),
            ("sound", notice.text("sound", &self.sound)?),
            ("retry", self.retry.0.as_secs().to_string()),
            ("expire", self.expire.0.as_secs().to_string()),
        ];
        if self.ttl.is_positive() {
            form.push(("ttl", self.ttl.0.as_secs().to_string()));
        }
        if self.html {
            form.push(("html", "1".to_owned()));
        }
        if self.monospace {
            form.push(("monospace", "1".to_owned()));
        }
        form.retain(|(_, value)| !value.is_empty());
        Ok(vec![Call::Http(Box::new(HttpCall::post_form(URL, form)))])
    }
}
