//! VictorOps (Splunk On-Call): the REST endpoint.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::call::path_part;
use super::{
    Call, HttpCall, HttpConfig, NotSent, Notice, Problems, Receiver, Secret, default_template,
    named,
};

/// Longest state message, in characters.
const MESSAGE_CHARS_MAX: usize = 20_480;
/// Fields that the alert has by itself.
const RESERVED: [&str; 7] = [
    "routing_key",
    "message_type",
    "state_message",
    "entity_display_name",
    "monitoring_tool",
    "entity_id",
    "entity_state",
];

/// An alert.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VictoropsConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// The key.
    pub api_key: Secret,
    /// The file with the key.
    pub api_key_file: Option<String>,
    /// Where the endpoint is.
    pub api_url: String,
    /// The team that is told.
    pub routing_key: String,
    /// `CRITICAL`, `WARNING` or `INFO`.
    pub message_type: String,
    /// The title.
    pub entity_display_name: String,
    /// The text.
    pub state_message: String,
    /// Who sends.
    pub monitoring_tool: String,
    /// More about it.
    pub custom_fields: BTreeMap<String, String>,
}

impl Default for VictoropsConfig {
    fn default() -> VictoropsConfig {
        let template = |name: &str| default_template(&format!("victorops.default.{name}"));
        VictoropsConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_key: Secret::default(),
            api_key_file: None,
            api_url: "https://alert.victorops.com/integrations/generic/20131114/alert/".to_owned(),
            routing_key: String::new(),
            message_type: "CRITICAL".to_owned(),
            entity_display_name: template("entity_display_name"),
            state_message: template("state_message"),
            monitoring_tool: template("monitoring_tool"),
            custom_fields: BTreeMap::new(),
        }
    }
}

impl Receiver for VictoropsConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.api_key_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let mut all = named([
            ("routing_key", &self.routing_key),
            ("message_type", &self.message_type),
            ("entity_display_name", &self.entity_display_name),
            ("state_message", &self.state_message),
            ("monitoring_tool", &self.monitoring_tool),
        ]);
        let fields = self.custom_fields.iter();
        all.extend(fields.map(|(name, text)| (format!("custom_fields.{name}"), text.as_str())));
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("api_key", !self.api_key.is_empty(), &self.api_key_file);
        problems.needed("routing_key", &self.routing_key);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
        for name in self.custom_fields.keys().filter(|name| RESERVED.contains(&name.as_str())) {
            let problem = "has its own place in the configuration: move it there";
            problems.add(format!("custom_fields.{name}"), problem);
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let kind = notice.text("message_type", &self.message_type)?;
        let known = ["INFO", "WARNING", "CRITICAL"].contains(&kind.as_str());
        let kind = match notice.data().is_firing() {
            false => "RECOVERY".to_owned(),
            true if known => kind,
            true => "CRITICAL".to_owned(),
        };
        let title = notice.text("entity_display_name", &self.entity_display_name)?;
        let message = notice.cut("state_message", &self.state_message, MESSAGE_CHARS_MAX)?;
        let tool = notice.text("monitoring_tool", &self.monitoring_tool)?;
        let own = [
            ("message_type", kind),
            ("entity_id", notice.group_hash()),
            ("entity_display_name", title),
            ("state_message", message),
            ("monitoring_tool", tool),
        ];
        let own = own.map(|(name, text)| (name.to_owned(), text));
        let fields = notice.texts("custom_fields", &self.custom_fields)?.into_iter().chain(own);
        let alert: Map<String, Value> = fields.map(|(name, text)| (name, text.into())).collect();
        let key = notice.secret(&self.api_key, &self.api_key_file)?;
        let routing = path_part(&notice.text("routing_key", &self.routing_key)?);
        let url = format!("{}/{key}/{routing}", self.api_url.trim_end_matches('/'));
        Ok(vec![Call::Http(Box::new(HttpCall::post_json(url, &alert)))])
    }
}
