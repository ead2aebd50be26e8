//! What a notification says: Alertmanager's template data, which is also the webhook's payload.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotemplate::{List, Object, Texts, Value};
use jiff::Timestamp;
use serde::{Serialize, Serializer};

/// A group of alerts, as templates and webhooks see it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TemplateData {
    /// The name of the receiver.
    pub receiver: String,
    /// `firing` when at least one of the alerts is, `resolved` otherwise.
    pub status: String,
    /// The alerts, in the order in which they are shown.
    pub alerts: Vec<AlertData>,
    /// What the alerts were grouped by.
    pub group_labels: Arc<Texts>,
    /// What all of them have in common.
    pub common_labels: Arc<Texts>,
    /// What all of them have in common.
    pub common_annotations: Arc<Texts>,
    /// Where people reach Operate.
    #[serde(rename = "externalURL")]
    pub external_url: String,
}

/// One alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AlertData {
    /// Whether it is firing or resolved.
    pub status: AlertStatus,
    /// What it is about.
    pub labels: Arc<Texts>,
    /// What explains it.
    pub annotations: Arc<Texts>,
    /// Since when it holds.
    pub starts_at: Timestamp,
    /// Since when it is over; `None` as long as it is firing.
    #[serde(serialize_with = "go_time")]
    pub ends_at: Option<Timestamp>,
    /// Where its source shows it; may be empty.
    #[serde(rename = "generatorURL")]
    pub generator_url: String,
    /// The hash of its labels, 16 hexadecimal digits.
    pub fingerprint: String,
}

/// Whether an alert holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertStatus {
    /// It holds.
    Firing,
    /// It is over.
    Resolved,
}

impl AlertStatus {
    /// `firing` or `resolved`.
    pub fn as_str(self) -> &'static str {
        match self {
            AlertStatus::Firing => "firing",
            AlertStatus::Resolved => "resolved",
        }
    }
}

/// A time that nobody set is written as Go writes it.
fn go_time<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => time.serialize(serializer),
        None => serializer.serialize_str("0001-01-01T00:00:00Z"),
    }
}

impl TemplateData {
    /// Puts a group together: its status and what its alerts have in common come from them.
    pub fn new(
        receiver: impl Into<String>,
        external_url: impl Into<String>,
        group_labels: Arc<Texts>,
        alerts: Vec<AlertData>,
    ) -> TemplateData {
        let firing = alerts.iter().any(|alert| alert.status == AlertStatus::Firing);
        let status = if firing { AlertStatus::Firing } else { AlertStatus::Resolved };
        TemplateData {
            receiver: receiver.into(),
            status: status.as_str().to_owned(),
            group_labels,
            common_labels: common(alerts.iter().map(|alert| &*alert.labels)),
            common_annotations: common(alerts.iter().map(|alert| &*alert.annotations)),
            external_url: external_url.into(),
            alerts,
        }
    }

    /// Whether one of the alerts is firing.
    pub fn is_firing(&self) -> bool {
        self.status == AlertStatus::Firing.as_str()
    }

    /// The value that templates run over.
    pub fn value(&self) -> Value {
        let one = |alert: &AlertData| Value::Object(Arc::new(alert.clone()) as Arc<dyn Object>);
        let alerts = Alerts(List::trusted(self.alerts.iter().map(one).collect()));
        Value::Object(Arc::new(Data {
            fields: [
                ("Receiver", Value::text(&self.receiver)),
                ("Status", Value::text(&self.status)),
                ("Alerts", Value::Object(Arc::new(alerts))),
                ("GroupLabels", Value::Texts(self.group_labels.clone())),
                ("CommonLabels", Value::Texts(self.common_labels.clone())),
                ("CommonAnnotations", Value::Texts(self.common_annotations.clone())),
                ("ExternalURL", Value::text(&self.external_url)),
            ],
            all: self.clone(),
        }))
    }
}

fn common<'a>(mut all: impl Iterator<Item = &'a Texts>) -> Arc<Texts> {
    let mut common: BTreeMap<String, String> = all.next().cloned().unwrap_or_default();
    for texts in all {
        common.retain(|name, text| texts.get(name) == Some(text));
    }
    Arc::new(common)
}

/// All of a notification.
#[derive(Debug)]
struct Data {
    fields: [(&'static str, Value); 7],
    all: TemplateData,
}

impl Object for Data {
    fn kind(&self) -> &'static str {
        "template.Data"
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn parts(&self) -> Vec<Value> {
        self.fields.iter().map(|(_, value)| value.clone()).collect()
    }

    fn json(&self) -> String {
        serde_json::to_string(&self.all).unwrap_or_default()
    }
}

/// Alerts in a row, with the methods `Firing` and `Resolved`.
#[derive(Debug)]
struct Alerts(List);

impl Object for Alerts {
    fn kind(&self) -> &'static str {
        "template.Alerts"
    }

    fn field(&self, _: &str) -> Option<Value> {
        None
    }

    fn method(&self, name: &str, arguments: &[Value]) -> Option<Result<Value, String>> {
        let status = match name {
            "Firing" => "firing",
            "Resolved" => "resolved",
            _ => return None,
        };
        if !arguments.is_empty() {
            return Some(Err("takes no arguments".to_owned()));
        }
        let is = |alert: &&Value| match alert {
            Value::Object(alert) => {
                alert.field("Status").is_some_and(|value| value.as_text() == Some(status))
            }
            _ => false,
        };
        let alerts = self.0.items().iter().filter(is).cloned().collect();
        Some(Ok(Value::Object(Arc::new(Alerts(List::trusted(alerts))))))
    }

    fn items(&self) -> Option<&List> {
        Some(&self.0)
    }

    fn json(&self) -> String {
        let alerts = self.0.items().iter().filter_map(|alert| match alert {
            Value::Object(alert) => Some(alert.json()),
            _ => None,
        });
        format!("[{}]", alerts.collect::<Vec<_>>().join(","))
    }
}

impl Object for AlertData {
    fn kind(&self) -> &'static str {
        "template.Alert"
    }

    fn field(&self, name: &str) -> Option<Value> {
        Some(match name {
            "Status" => Value::text(self.status.as_str()),
            "Labels" => Value::Texts(self.labels.clone()),
            "Annotations" => Value::Texts(self.annotations.clone()),
            "StartsAt" => Value::time(self.starts_at),
            "EndsAt" => Value::time(self.ends_at.unwrap_or_else(unset)),
            "GeneratorURL" => Value::text(&self.generator_url),
            "Fingerprint" => Value::text(&self.fingerprint),
            _ => return None,
        })
    }

    fn parts(&self) -> Vec<Value> {
        let fields = [
            "Status",
            "Labels",
            "Annotations",
            "StartsAt",
            "EndsAt",
            "GeneratorURL",
            "Fingerprint",
        ];
        fields.iter().filter_map(|name| self.field(name)).collect()
    }

    fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Go's time that nobody set: the first second of the first year.
fn unset() -> Timestamp {
    Timestamp::from_second(-62_135_596_800).unwrap_or(Timestamp::MIN)
}
