//! Webhooks: the group as JSON, in the payload that Alertmanager calls version 4.

use std::sync::Arc;

use gotemplate::Texts;
use serde::{Deserialize, Serialize};

use super::notice::cut;
use super::{
    Call, HttpCall, HttpConfig, Length, NotSent, Notice, Problems, Receiver, Secret, TemplateData,
};

/// A webhook.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhookConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub url: Secret,
    /// The file with where to.
    pub url_file: Option<String>,
    /// How many alerts one payload has at most; 0: all.
    pub max_alerts: usize,
    /// How long an answer may take; nothing: as long as any.
    pub timeout: Length,
}

impl Default for WebhookConfig {
    fn default() -> WebhookConfig {
        WebhookConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            url: Secret::default(),
            url_file: None,
            max_alerts: 0,
            timeout: Length::default(),
        }
    }
}

/// The payload.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Payload {
    #[serde(flatten)]
    data: TemplateData,
    version: &'static str,
    group_key: String,
    truncated_alerts: usize,
}

impl Payload {
    /// The group, with at most so many alerts unless that is 0.
    pub(super) fn of(notice: &Notice<'_>, max_alerts: usize) -> Payload {
        let mut data = notice.data().clone();
        let all = data.alerts.len();
        if max_alerts > 0 {
            data.alerts.truncate(max_alerts);
        }
        let truncated_alerts = all - data.alerts.len();
        let group_key = notice.group_key().to_owned();
        Payload { data, version: "4", group_key, truncated_alerts }
    }

    /// The same with long texts cut. The key of the group stays: it is compared.
    pub(super) fn with_short_texts(mut self, most: usize) -> Payload {
        let short = |texts: &Texts| {
            Arc::new(texts.iter().map(|(name, text)| (name.clone(), cut(text, most))).collect())
        };
        let data = &mut self.data;
        data.group_labels = short(&data.group_labels);
        data.common_labels = short(&data.common_labels);
        data.common_annotations = short(&data.common_annotations);
        for alert in &mut data.alerts {
            alert.labels = short(&alert.labels);
            alert.annotations = short(&alert.annotations);
            alert.generator_url = cut(&alert.generator_url, most);
        }
        self
    }
}

impl Receiver for WebhookConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.url_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        vec![("url".to_owned(), self.url.reveal())]
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("url", !self.url.is_empty(), &self.url_file);
        problems.url("url", self.url.reveal());
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let url = notice.text("url", notice.secret(&self.url, &self.url_file)?)?;
        let mut call = HttpCall::post_json(url, &Payload::of(notice, self.max_alerts));
        call.timeout = self.timeout.is_positive().then_some(self.timeout.0);
        Ok(vec![Call::Http(Box::new(call))])
    }
}
