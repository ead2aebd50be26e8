//! PagerDuty: Events API v2 with `routing_key`, and v1 with `service_key`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::{answered, usual};
use super::{
    Call, HttpCall, HttpConfig, Length, NotSent, Notice, Problems, Receiver, Secret, Verdict,
    default_template, is_empty,
};

/// Longest summary, in characters (`payload.summary`).
const SUMMARY_CHARS_MAX: usize = 1024;
/// Longest event, in bytes.
const EVENT_BYTES_MAX: usize = 512_000;
/// Where events of version 1 go.
const V1_URL: &str = "https://events.pagerduty.com/generic/2010-04-15/create_event.json";
/// What stands in place of details that are too long.
const DETAILS_REMOVED: &str = "Custom details have been removed because the original event \
                               exceeds the maximum size of 512KB";

/// An event.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PagerdutyConfig {
    /// Whether it is told of groups that are resolved.
    pub send_resolved: bool,
    /// How its requests are made.
    pub http_config: HttpConfig,
    /// The key of an integration of kind `Prometheus`: version 1.
    pub service_key: Secret,
    /// The file with that key.
    pub service_key_file: Option<String>,
    /// The key of an integration of kind `Events API v2`.
    pub routing_key: Secret,
    /// The file with that key.
    pub routing_key_file: Option<String>,
    /// Where events of version 2 go.
    pub url: String,
    /// Who sends.
    pub client: String,
    /// Where the sender shows it.
    pub client_url: String,
    /// What happened.
    pub description: String,
    /// Where it happened; the client without it.
    pub source: String,
    /// More about it, beside what is firing and resolved.
    pub details: BTreeMap<String, String>,
    /// Pictures.
    pub images: Vec<ImageConfig>,
    /// Links.
    pub links: Vec<LinkConfig>,
    /// How bad it is.
    pub severity: String,
    /// The kind of the event.
    pub class: String,
    /// The part that is broken.
    pub component: String,
    /// What it belongs to.
    pub group: String,
    /// How long an answer may take; nothing: as long as any.
    pub timeout: Length,
}

/// A picture.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageConfig {
    /// Where it leads.
    pub href: String,
    /// Where it is.
    pub src: String,
    /// What stands in its place.
    pub alt: String,
}

/// A link.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkConfig {
    /// Where it leads.
    pub href: String,
    /// What is shown of it.
    pub text: String,
}

impl Default for PagerdutyConfig {
    fn default() -> PagerdutyConfig {
        let template = |name: &str| default_template(&format!("pagerduty.default.{name}"));
        PagerdutyConfig {
            send_resolved: true,
            http_config: HttpConfig::default(),
            service_key: Secret::default(),
            service_key_file: None,
            routing_key: Secret::default(),
            routing_key_file: None,
            url: "https://events.pagerduty.com/v2/enqueue".to_owned(),
            client: template("client"),
            client_url: template("clientURL"),
            description: template("description"),
            source: String::new(),
            details: BTreeMap::new(),
            images: Vec::new(),
            links: Vec::new(),
            severity: "error".to_owned(),
            class: String::new(),
            component: String::new(),
            group: String::new(),
            timeout: Length::default(),
        }
    }
}

/// Details that every event has unless the configuration has others of their names.
const DETAILS: [(&str, &str); 4] = [
    ("firing", "{{ template \"pagerduty.default.instances\" .Alerts.Firing }}"),
    ("resolved", "{{ template \"pagerduty.default.instances\" .Alerts.Resolved }}"),
    ("num_firing", "{{ .Alerts.Firing | len }}"),
    ("num_resolved", "{{ .Alerts.Resolved | len }}"),
];

/// An event of version 2.
#[derive(Serialize)]
struct Event {
    routing_key: String,
    dedup_key: String,
    event_action: &'static str,
    payload: Payload,
    #[serde(skip_serializing_if = "is_empty")]
    client: String,
    #[serde(skip_serializing_if = "is_empty")]
    client_url: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    links: Vec<Value>,
}

#[derive(Serialize)]
struct Payload {
    summary: String,
    source: String,
    severity: String,
    #[serde(skip_serializing_if = "is_empty")]
    class: String,
    #[serde(skip_serializing_if = "is_empty")]
    component: String,
    #[serde(skip_serializing_if = "is_empty")]
    group: String,
    custom_details: BTreeMap<String, String>,
}

impl PagerdutyConfig {
    /// Where both keys are given, Alertmanager goes by that of the service.
    fn is_v1(&self) -> bool {
        !self.service_key.is_empty() || self.service_key_file.is_some()
    }

    fn details(&self) -> BTreeMap<String, String> {
        let mut details = self.details.clone();
        for (name, source) in DETAILS {
            details.entry(name.to_owned()).or_insert_with(|| source.to_owned());
        }
        details
    }

    fn source(&self) -> &str {
        if self.source.is_empty() { &self.client } else { &self.source }
    }

    fn v1(&self, notice: &Notice<'_>) -> Result<HttpCall, NotSent> {
        let key = notice.secret(&self.service_key, &self.service_key_file)?;
        let firing = notice.data().is_firing();
        let mut event = json!({
            "service_key": notice.text("service_key", key)?,
            "event_type": if firing { "trigger" } else { "resolve" },
            "incident_key": notice.group_hash(),
            "description": notice.cut("description", &self.description, SUMMARY_CHARS_MAX)?,
            "details": notice.beginnings("details", &self.details(), EVENT_BYTES_MAX)?,
        });
        if firing {
            event["client"] = notice.text("client", &self.client)?.into();
            event["client_url"] = notice.text("client_url", &self.client_url)?.into();
        }
        let mut call = HttpCall::post_json(V1_URL, &event);
        if call.body.len() > EVENT_BYTES_MAX {
            event["details"] = json!({ "error": DETAILS_REMOVED });
            call = HttpCall::post_json(V1_URL, &event);
        }
        call.judge = judge_v1;
        Ok(call)
    }

    fn v2(&self, notice: &Notice<'_>) -> Result<HttpCall, NotSent> {
        let key = notice.secret(&self.routing_key, &self.routing_key_file)?;
        let action = if notice.data().is_firing() { "trigger" } else { "resolve" };
        let mut event = Event {
            routing_key: notice.text("routing_key", key)?,
            dedup_key: notice.group_hash(),
            event_action: action,
            payload: Payload {
                summary: notice.cut("description", &self.description, SUMMARY_CHARS_MAX)?,
                source: notice.text("source", self.source())?,
                severity: notice.text("severity", &self.severity)?,
                class: notice.text("class", &self.class)?,
                component: notice.text("component", &self.component)?,
                group: notice.text("group", &self.group)?,
                custom_details: notice.beginnings("details", &self.details(), EVENT_BYTES_MAX)?,
            },
            client: notice.text("client", &self.client)?,
            client_url: notice.text("client_url", &self.client_url)?,
            images: self.images(notice)?,
            links: self.links(notice)?,
        };
        let mut call = HttpCall::post_json(&self.url, &event);
        if call.body.len() > EVENT_BYTES_MAX {
            let removed = ("error".to_owned(), DETAILS_REMOVED.to_owned());
            event.payload.custom_details = [removed].into();
            call = HttpCall::post_json(&self.url, &event);
        }
        Ok(call)
    }

    fn images(&self, notice: &Notice<'_>) -> Result<Vec<Value>, NotSent> {
        let mut images = Vec::new();
        for (index, image) in self.images.iter().enumerate() {
            let src = notice.text(&format!("images[{index}].src"), &image.src)?;
            let href = notice.text(&format!("images[{index}].href"), &image.href)?;
            let alt = notice.text(&format!("images[{index}].alt"), &image.alt)?;
            if !src.is_empty() {
                images.push(object([("src", src), ("href", href), ("alt", alt)]));
            }
        }
        Ok(images)
    }

    fn links(&self, notice: &Notice<'_>) -> Result<Vec<Value>, NotSent> {
        let mut links = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let href = notice.text(&format!("links[{index}].href"), &link.href)?;
            let text = notice.text(&format!("links[{index}].text"), &link.text)?;
            if !href.is_empty() {
                links.push(object([("href", href), ("text", text)]));
            }
        }
        Ok(links)
    }
}

/// An object of the texts that are not empty.
fn object<const N: usize>(members: [(&str, String); N]) -> Value {
    let members = members.into_iter().filter(|(_, text)| !text.is_empty());
    Value::Object(members.map(|(name, text)| (name.to_owned(), text.into())).collect())
}

impl Receiver for PagerdutyConfig {
    fn send_resolved(&self) -> bool {
        self.send_resolved
    }

    fn http(&self) -> Option<&HttpConfig> {
        Some(&self.http_config)
    }

    fn files(&self) -> Vec<&Option<String>> {
        vec![&self.service_key_file, &self.routing_key_file]
    }

    fn templates(&self) -> Vec<(String, &str)> {
        let own = [
            ("service_key", self.service_key.reveal()),
            ("routing_key", self.routing_key.reveal()),
            ("client", &self.client),
            ("client_url", &self.client_url),
            ("description", &self.description),
            ("source", &self.source),
            ("severity", &self.severity),
            ("class", &self.class),
            ("component", &self.component),
            ("group", &self.group),
        ];
        let mut all: Vec<(String, &str)> =
            own.into_iter().map(|(name, source)| (name.to_owned(), source)).collect();
        all.extend(
            self.details.iter().map(|(name, text)| (format!("details.{name}"), text.as_str())),
        );
        for (index, image) in self.images.iter().enumerate() {
            all.push((format!("images[{index}].src"), &image.src));
            all.push((format!("images[{index}].href"), &image.href));
            all.push((format!("images[{index}].alt"), &image.alt));
        }
        for (index, link) in self.links.iter().enumerate() {
            all.push((format!("links[{index}].href"), &link.href));
            all.push((format!("links[{index}].text"), &link.text));
        }
        all
    }

    fn check(&self, problems: &mut Problems) {
        problems.one_of("service_key", !self.service_key.is_empty(), &self.service_key_file);
        problems.one_of("routing_key", !self.routing_key.is_empty(), &self.routing_key_file);
        let v2 = !self.routing_key.is_empty() || self.routing_key_file.is_some();
        if !v2 && !self.is_v1() {
            problems.add("routing_key", "is missing: add routing_key or service_key");
        }
        problems.needed("url", &self.url);
        problems.url("url", &self.url);
    }

    fn calls(&self, notice: &Notice<'_>) -> Result<Vec<Call>, NotSent> {
        let mut call = if self.is_v1() { self.v1(notice)? } else { self.v2(notice)? };
        call.timeout = self.timeout.is_positive().then_some(self.timeout.0);
        Ok(vec![Call::Http(Box::new(call))])
    }
}

/// Version 1 says 403 when there are too many events.
fn judge_v1(status: u16, body: &str) -> Verdict {
    if status == 403 { Verdict::Later(answered(status, body)) } else { usual(status, body) }
}
