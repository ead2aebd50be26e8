//! incident.io: an HTTP alert source, with the payload of webhooks.

use serde::Deserialize;

use super::webhook::Payload;
use super::{Call, HttpCall, HttpConfig, Length, NotSent, Notice, Problems, Receiver, Secret};

/// Longest event, in bytes.
const EVENT_BYTES_MAX: usize = 512 * 1024;

/// Longest text of an event that would be too long, in characters.
const TEXT_CHARS_MAX: usize = 1000;

/// An event.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IncidentioConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// Where to.
    pub url: String,
    /// The file with where to.
    pub url_file: Option<String>,
    /// The token of the alert source.
    pub alert_source_token: Secret,
    /// The file with the token.
    pub alert_source_token_file: Option<String>,
    /// How many alerts one event has at most; 0: all.
    pub max_alerts: usize,
    /// How long an answer may take; nothing: as long as any.
    pub timeout: Length,
}

impl Default for IncidentioConfig {
    fn default() -> IncidentioConfig {
        IncidentioConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            url: String::new(),
            url_file: None,
            alert_source_token: Secret::default(),
            alert_source_token_file: None,
            max_alerts: 0,
            timeout: Length::default(),
        }
    }
}

impl Receiver for IncidentioConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.url_file, &self.alert_source_token_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        Vec::new()
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("url", !self.url.is_empty(), &self.url_file);
        problems.url("url", &self.url);
        let token = !self.alert_source_token.is_empty();
        problems.one_of("alert_source_token", token, &self.alert_source_token_file);
        let given = token || self.alert_source_token_file.is_some();
        if given == self.http_config.authorization.is_some() {
            let problem = "the token stands either here or in http_config.authorization";
            problems.add("alert_source_token", problem);
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let url = match &self.url_file {
            Some(path) => notice.file(path)?,
            None => &self.url,
        };
        let mut most = match self.max_alerts {
            0 => notice.data().alerts.len(),
            most => most.min(notice.data().alerts.len()),
        };
        let mut call = HttpCall::post_json(url, &Payload::of(notice, most));
        // Half as many alerts each time: few attempts, and never more than fit.
        while call.body.len() > EVENT_BYTES_MAX && most > 1 {
            most /= 2;
            call = HttpCall::post_json(url, &Payload::of(notice, most));
        }
        if call.body.len() > EVENT_BYTES_MAX {
            let payload = Payload::of(notice, most).with_short_texts(TEXT_CHARS_MAX);
            call = HttpCall::post_json(url, &payload);
        }
        call.timeout = self.timeout.is_positive().then_some(self.timeout.0);
        let token = notice.secret(&self.alert_source_token, &self.alert_source_token_file)?;
        if !token.is_empty() {
            call.headers.push(("Authorization".to_owned(), format!("Bearer {token}")));
        }
        Ok(vec![Call::Http(Box::new(call))])
    }
}
