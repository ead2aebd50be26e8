//! Discord: webhooks with one embed.

use serde::Deserialize;
use serde_json::json;

use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, default_template,
    named,
};

/// Longest texts, in characters, as Discord documents them.
const CONTENT_CHARS_MAX: usize = 2000;
const TITLE_CHARS_MAX: usize = 256;
const MESSAGE_CHARS_MAX: usize = 4096;

const RED: u32 = 0x99_2d_22;
const GREEN: u32 = 0x2e_cc_71;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DiscordConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub webhook_url: Secret,
    /// The file with where to.
    pub webhook_url_file: Option<String>,
    /// What stands above the embed.
    pub content: String,
    /// The title of the embed.
    pub title: String,
    /// Its text.
    pub message: String,
    /// Who it comes from.
    pub username: String,
    /// A picture of the sender.
    pub avatar_url: String,
}

impl Default for DiscordConfig {
    fn default() -> DiscordConfig {
        DiscordConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            webhook_url: Secret::default(),
            webhook_url_file: None,
            content: default_template("discord.default.content"),
            title: default_template("discord.default.title"),
            message: default_template("discord.default.message"),
            username: String::new(),
            avatar_url: String::new(),
        }
    }
}

impl Receiver for DiscordConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.webhook_url_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        named([("content", &self.content), ("title", &self.title), ("message", &self.message)])
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("webhook_url", !self.webhook_url.is_empty(), &self.webhook_url_file);
        problems.url("webhook_url", self.webhook_url.reveal());
        problems.url("avatar_url", &self.avatar_url);
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let url = notice.secret(&self.webhook_url, &self.webhook_url_file)?;
        let mut message = json!({
            "content": notice.cut("content", &self.content, CONTENT_CHARS_MAX)?,
            "embeds": [{
                "title": notice.cut("title", &self.title, TITLE_CHARS_MAX)?,
                "description": notice.cut("message", &self.message, MESSAGE_CHARS_MAX)?,
                "color": if notice.data().is_firing() { RED } else { GREEN },
            }],
        });
        let own = [("username", &self.username), ("avatar_url", &self.avatar_url)];
        for (name, text) in own.into_iter().filter(|(_, text)| !text.is_empty()) {
            message[name] = text.as_str().into();
        }
        Ok(vec![Call::Http(Box::new(HttpCall::post_json(url, &message)))])
    }
}
