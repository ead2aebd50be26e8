//! Microsoft Teams: cards of incoming webhooks, and adaptive cards of workflows.

use serde::Deserialize;
use serde_json::json;

use super::call::{answered, usual};
use super::notice::cut_bytes;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, Verdict,
    default_template, named,
};

/// A whole message has 28 KB at most; what is not text takes little of it.
const TEXT_BYTES_MAX: usize = 24_000;

/// A card of an incoming webhook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MsteamsConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub webhook_url: Secret,
    /// The file with where to.
    pub webhook_url_file: Option<String>,
    /// The title.
    pub title: String,
    /// What is shown in lists.
    pub summary: String,
    /// The text.
    pub text: String,
}

/// An adaptive card of a workflow.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Msteamsv2Config {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub webhook_url: Secret,
    /// The file with where to.
    pub webhook_url_file: Option<String>,
    /// The title.
    pub title: String,
    /// The text.
    pub text: String,
}

impl Default for MsteamsConfig {
    fn default() -> MsteamsConfig {
        MsteamsConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            webhook_url: Secret::default(),
            webhook_url_file: None,
            title: default_template("msteams.default.title"),
            summary: default_template("msteams.default.summary"),
            text: default_template("msteams.default.text"),
        }
    }
}

impl Default for Msteamsv2Config {
    fn default() -> Msteamsv2Config {
        Msteamsv2Config {
            send_resolved: true,
            http_config: HttpConfig::default(),
            webhook_url: Secret::default(),
            webhook_url_file: None,
            title: default_template("msteamsv2.default.title"),
            text: default_template("msteamsv2.default.text"),
        }
    }
}

impl Receiver for MsteamsConfig {
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
        named([("title", &self.title), ("summary", &self.summary), ("text", &self.text)])
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("webhook_url", !self.webhook_url.is_empty(), &self.webhook_url_file);
        problems.url("webhook_url", self.webhook_url.reveal());
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let url = notice.secret(&self.webhook_url, &self.webhook_url_file)?;
        let text = notice.beginning("text", &self.text, TEXT_BYTES_MAX + 1)?;
        let card = json!({
            "@context": "http://schema.org/extensions",
            "type": "MessageCard",
            "title": notice.text("title", &self.title)?,
            "summary": notice.text("summary", &self.summary)?,
            "text": cut_bytes(&text, TEXT_BYTES_MAX),
            "themeColor": if notice.data().is_firing() { "8C1A1A" } else { "2DC72D" },
        });
        let mut call = HttpCall::post_json(url, &card);
        call.judge = judge;
        Ok(vec![Call::Http(Box::new(call))])
    }
}

impl Receiver for Msteamsv2Config {
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
        named([("title", &self.title), ("text", &self.text)])
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("webhook_url", !self.webhook_url.is_empty(), &self.webhook_url_file);
        problems.url("webhook_url", self.webhook_url.reveal());
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let url = notice.secret(&self.webhook_url, &self.webhook_url_file)?;
        let title = json!({
            "type": "TextBlock",
            "text": notice.text("title", &self.title)?,
            "weight": "Bolder",
            "size": "Medium",
            "wrap": true,
            "style": "heading",
            "color": if notice.data().is_firing() { "Attention" } else { "Good" },
        });
        let text =
            cut_bytes(&notice.beginning("text", &self.text, TEXT_BYTES_MAX + 1)?, TEXT_BYTES_MAX);
        let text = json!({ "type": "TextBlock", "text": text, "wrap": true });
        let message = json!({
            "type": "message",
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "body": [title, text],
                    "msteams": { "width": "full" },
                },
            }],
        });
        let mut call = HttpCall::post_json(url, &message);
        call.judge = judge;
        Ok(vec![Call::Http(Box::new(call))])
    }
}

/// Teams says 200 also when what stands behind it has refused; the text then names its status.
fn judge(status: u16, body: &str) -> Verdict {
    match usual(status, body) {
        Verdict::Taken if body.contains("HTTP error 429") || body.contains("HTTP error 5") => {
            Verdict::Later(answered(status, body))
        }
        Verdict::Taken if body.contains("HTTP error") => Verdict::Never(answered(status, body)),
        verdict => verdict,
    }
}
