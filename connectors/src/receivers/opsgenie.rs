//! Opsgenie: Alert API v2. The alert's alias is the hash of the group's key.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Call, HttpCall, HttpConfig, Method, NotSent, Notice, Problems, Receiver, Secret,
    default_template, is_empty,
};

/// Longest texts, in characters, as the Alert API documents them.
const MESSAGE_CHARS_MAX: usize = 130;
const DESCRIPTION_CHARS_MAX: usize = 15_000;
const ENTITY_CHARS_MAX: usize = 512;
const NOTE_CHARS_MAX: usize = 25_000;

/// An alert.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OpsgenieConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// The key.
    pub api_key: Secret,
    /// The file with the key.
    pub api_key_file: Option<String>,
    /// Where the API is.
    pub api_url: String,
    /// The title.
    pub message: String,
    /// The text.
    pub description: String,
    /// Where it comes from.
    pub source: String,
    /// More about it, beside the labels that all alerts share.
    pub details: BTreeMap<String, String>,
    /// What it is about.
    pub entity: String,
    /// Who is told.
    pub responders: Vec<Responder>,
    /// What can be done, separated by commas.
    pub actions: String,
    /// Marks, separated by commas.
    pub tags: String,
    /// A note.
    pub note: String,
    /// `P1` to `P5`.
    pub priority: String,
    /// Whether title and text of an alert that exists are changed.
    pub update_alerts: bool,
}

/// Who is told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Responder {
    /// By id.
    pub id: String,
    /// By name.
    pub name: String,
    /// By the name of a user.
    pub username: String,
    /// `team`, `teams`, `user`, `escalation` or `schedule`.
    #[serde(rename = "type")]
    pub kind: String,
}

impl Default for OpsgenieConfig {
    fn default() -> OpsgenieConfig {
        let template = |name: &str| default_template(&format!("opsgenie.default.{name}"));
        OpsgenieConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            api_key: Secret::default(),
            api_key_file: None,
            api_url: "https://api.opsgenie.com/".to_owned(),
            message: template("message"),
            description: template("description"),
            source: template("source"),
            details: BTreeMap::new(),
            entity: String::new(),
            responders: Vec::new(),
            actions: String::new(),
            tags: String::new(),
            note: String::new(),
            priority: String::new(),
            update_alerts: false,
        }
    }
}

#[derive(Serialize)]
struct Create {
    alias: String,
    message: String,
    #[serde(skip_serializing_if = "is_empty")]
    description: String,
    details: BTreeMap<String, String>,
    source: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    responders: Vec<BTreeMap<&'static str, String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(skip_serializing_if = "is_empty")]
    note: String,
    #[serde(skip_serializing_if = "is_empty")]
    priority: String,
    #[serde(skip_serializing_if = "is_empty")]
    entity: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<String>,
}

impl OpsgenieConfig {
    fn create(&self, notice: &Notice<'_>) -> Result<Create, NotSent> {
        let mut details = (*notice.data().common_labels).clone();
        details.extend(notice.texts("details", &self.details)?);
        let mut responders = Vec::new();
        for (index, responder) in self.responders.iter().enumerate() {
            responders.extend(responder.render(index, notice)?);
        }
        Ok(Create {
            alias: notice.group_hash(),
            message: notice.cut("message", &self.message, MESSAGE_CHARS_MAX)?,
            description: notice.cut("description", &self.description, DESCRIPTION_CHARS_MAX)?,
            details,
            source: notice.text("source", &self.source)?,
            responders,
            tags: split(&notice.text("tags", &self.tags)?),
            note: notice.cut("note", &self.note, NOTE_CHARS_MAX)?,
            priority: notice.text("priority", &self.priority)?,
            entity: notice.cut("entity", &self.entity, ENTITY_CHARS_MAX)?,
            actions: split(&notice.text("actions", &self.actions)?),
        })
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.api_url.trim_end_matches('/'))
    }

    /// A change of the alert of the group.
    fn change(&self, notice: &Notice<'_>, what: &str, body: &serde_json::Value) -> HttpCall {
        let path = format!("v2/alerts/{}/{what}?identifierType=alias", notice.group_hash());
        HttpCall::post_json(self.address(&path), body)
    }
}

impl Responder {
    /// The responders that it stands for: none when all its names are empty.
    fn render(
        &self,
        index: usize,
        notice: &Notice<'_>,
    ) -> Result<Vec<BTreeMap<&'static str, String>>, NotSent> {
        let text =
            |name: &str, source: &str| notice.text(&format!("responders[{index}].{name}"), source);
        let (id, name) = (text("id", &self.id)?, text("name", &self.name)?);
        let (username, kind) = (text("username", &self.username)?, text("type", &self.kind)?);
        if kind == "teams" {
            let team = |name| BTreeMap::from([("name", name), ("type", "team".to_owned())]);
            return Ok(split(&name).into_iter().map(team).collect());
        }
        let mut one = BTreeMap::from([("id", id), ("name", name), ("username", username)]);
        one.retain(|_, value| !value.is_empty());
        if one.is_empty() {
            return Ok(Vec::new());
        }
        one.insert("type", kind);
        Ok(vec![one])
    }
}

/// The parts between commas that are not empty.
fn split(list: &str) -> Vec<String> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

impl Receiver for OpsgenieConfig {
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
        let own = [
            ("api_key", self.api_key.reveal()),
            ("message", &self.message),
            ("description", &self.description),
            ("source", &self.source),
            ("entity", &self.entity),
            ("actions", &self.actions),
            ("tags", &self.tags),
            ("note", &self.note),
            ("priority", &self.priority),
        ];
        let mut all: Vec<(String, &str)> =
            own.into_iter().map(|(name, source)| (name.to_owned(), source)).collect();
        all.extend(
            self.details.iter().map(|(name, text)| (format!("details.{name}"), text.as_str())),
        );
        for (index, responder) in self.responders.iter().enumerate() {
            all.push((format!("responders[{index}].id"), &responder.id));
            all.push((format!("responders[{index}].name"), &responder.name));
            all.push((format!("responders[{index}].username"), &responder.username));
            all.push((format!("responders[{index}].type"), &responder.kind));
        }
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.exactly_one("api_key", !self.api_key.is_empty(), &self.api_key_file);
        problems.needed("api_url", &self.api_url);
        problems.url("api_url", &self.api_url);
        for (index, responder) in self.responders.iter().enumerate() {
            let names = [&responder.id, &responder.name, &responder.username];
            if names.iter().filter(|name| !name.is_empty()).count() == 0 {
                let problem = "has no id, name or username: add one of them";
                problems.add(format!("responders[{index}]"), problem);
            }
            let kinds = ["team", "teams", "user", "escalation", "schedule"];
            let known = kinds.contains(&responder.kind.to_lowercase().as_str());
            if !known && !responder.kind.contains("{{") {
                let problem = format!("has to be one of {}", kinds.join(", "));
                problems.add(format!("responders[{index}].type"), problem);
            }
        }
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let key = notice.secret(&self.api_key, &self.api_key_file)?;
        let key = notice.text("api_key", key)?;
        let mut calls = Vec::new();
        if notice.data().is_firing() {
            let create = self.create(notice)?;
            calls.push(HttpCall::post_json(self.address("v2/alerts"), &create));
            if self.update_alerts {
                let changes = [("message", create.message), ("description", create.description)];
                for (what, text) in changes.into_iter().filter(|(_, text)| !text.is_empty()) {
                    let mut change = self.change(notice, what, &json!({ what: text }));
                    change.method = Method::Put;
                    calls.push(change);
                }
            }
        } else {
            let source = notice.text("source", &self.source)?;
            calls.push(self.change(notice, "close", &json!({ "source": source })));
        }
        for call in &mut calls {
            call.headers.push(("Authorization".to_owned(), format!("GenieKey {key}")));
        }
        Ok(calls.into_iter().map(|call| Call::Http(Box::new(call))).collect())
    }
}
