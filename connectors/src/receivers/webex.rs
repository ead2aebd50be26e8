//! Webex: messages in a room.

use serde::Deserialize;
use serde_json::json;

use super::notice::cut_bytes;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, default_template, named,
};

/// Longest message, in bytes.
const MESSAGE_BYTES_MAX: usize = 7439;

/// A message.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebexConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made: holds the bot's token.
    pub http_config: HttpConfig,
    /// Where messages go.
    pub api_url: String,
    /// The room.
    pub room_id: String,
    /// The message.
    pub message: String,
}

impl Default for WebexConfig {
    fn default() -> WebexConfig {
        WebexConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_url: "https://webexapis.com/v1/messages".to_owned(),
            room_id: String::new(),
            message: default_template("webex.default.message"),
        }
    }
}

impl Receiver for WebexConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        Vec::new()
    }

    fn templates(&self) -> Vec<(String, &str)> {
        named([("room_id", &self.room_id), ("message", &self.message)])
    }

    fn check(&self, problems: &mut Problems) {
        problems.needed("room_id", &self.room_id);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
        if self.http_config.authorization.is_none() {
            let problem = "is missing: add authorization.credentials with the bot's token";
            problems.add("http_config.authorization", problem);
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let message = notice.beginning("message", &self.message, MESSAGE_BYTES_MAX + 1)?;
        let message = json!({
            "roomId": notice.text("room_id", &self.room_id)?,
            "markdown": cut_bytes(&message, MESSAGE_BYTES_MAX),
        });
        Ok(vec![Call::Http(Box::new(HttpCall::post_json(&self.api_url, &message)))])
    }
}
