use std::sync::Arc;

use kernel::Time;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Fingerprint, Labels};

/// What a source said once about one label set, translated by a connector.
#[derive(Clone, PartialEq, Debug)]
pub struct Signal {
    /// The name of the integration it came through.
    pub source: Arc<str>,
    /// The source's own name for the alert; without one, the labels identify it.
    pub key: Option<Box<str>>,
    /// The rule of a mapping that made it of an event; without one, it came as an alert.
    pub rule: Option<Arc<str>>,
    /// What it is about, and without a key what identifies it.
    pub labels: Labels,
    /// What explains it.
    pub annotations: Labels,
    /// When the firing began, if the source says so. Go's zero time counts as unsaid.
    pub starts_at: Option<Time>,
    /// When it ended (past) or until when it is to be believed (future), if the source says so.
    pub ends_at: Option<Time>,
    /// Where the source shows it; may be empty.
    pub generator_url: Arc<str>,
}

/// By what an alert is known again, and what made it of an event. What came as an alert and is
/// known by its labels has none.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Origin {
    /// The source's own name for the alert (a dedup key, an alias), by which it is known again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The rule of the integration's mapping that made it of an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub rule: Option<Arc<str>>,
}

/// Most labels, and most annotations, of one signal.
pub const PAIRS_MAX: usize = 64;
/// Longest name of a label or annotation, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// Longest value of a label, in bytes.
pub const LABEL_BYTES_MAX: usize = 2_048;
/// Longest value of an annotation, in bytes.
pub const ANNOTATION_BYTES_MAX: usize = 16_384;
/// Longest address of the source's own page, in bytes.
pub const URL_BYTES_MAX: usize = 2_048;

/// Times before this one mean "unsaid": Go's zero time is in year 1.
const SAID: Time = Time::from_seconds(86_400);

impl Signal {
    /// Identifies the alert it speaks of: the key of its source, else the labels.
    pub fn fingerprint(&self) -> Fingerprint {
        match self.key.as_deref() {
            Some(key) => Labels::new([("key", key), ("source", &self.source)]).fingerprint(),
            None => self.labels.fingerprint(),
        }
    }

    /// How it came to be what it is, where that is worth a word.
    pub fn origin(&self) -> Option<Arc<Origin>> {
        let told = self.key.is_some() || self.rule.is_some();
        let origin =
            || Origin { key: self.key.as_deref().map(str::to_owned), rule: self.rule.clone() };
        told.then(|| Arc::new(origin()))
    }

    /// When the firing began, if the source said so.
    pub fn started(&self) -> Option<Time> {
        self.starts_at.filter(|time| *time >= SAID)
    }

    /// When it ended or is to be believed until, if the source said so.
    pub fn ended(&self) -> Option<Time> {
        self.ends_at.filter(|time| *time >= SAID)
    }

    /// Whether it says that the alert is over.
    pub fn over(&self, now: Time) -> bool {
        self.ended().is_some_and(|end| end <= now)
    }

    /// Checks the limits; `index` is the signal's place in its batch, for the error.
    ///
    /// # Errors
    /// The first field that is wrong, and why.
    pub fn validate(&self, index: usize) -> Result<(), Invalid> {
        let wrong = |field: String, problem: String| Err(Invalid { index, field, problem });
        if self.labels.is_empty() {
            return wrong("labels".to_owned(), "at least one label is needed".to_owned());
        }
        for (kind, pairs, limit) in [
            ("labels", &self.labels, LABEL_BYTES_MAX),
            ("annotations", &self.annotations, ANNOTATION_BYTES_MAX),
        ] {
            if let Some((name, problem)) = wrong_pair(pairs, limit) {
                let place = if name.is_empty() { String::new() } else { format!(".{name}") };
                return wrong(format!("{kind}{place}"), problem);
            }
        }
        if self.generator_url.len() > URL_BYTES_MAX {
            return wrong("generatorURL".to_owned(), too_long(&self.generator_url, URL_BYTES_MAX));
        }
        match (self.started(), self.ended()) {
            (Some(start), Some(end)) if end < start => {
                wrong("endsAt".to_owned(), format!("{end} is before startsAt, {start}"))
            }
            _ => Ok(()),
        }
    }
}

/// The first wrong pair by name, or an empty name when there are too many.
fn wrong_pair(pairs: &Labels, limit: usize) -> Option<(String, String)> {
    if pairs.len() > PAIRS_MAX {
        return Some((String::new(), format!("{}; at most {PAIRS_MAX} are taken", pairs.len())));
    }
    pairs.iter().find_map(|(name, value)| {
        let problem = if name.len() > NAME_BYTES_MAX {
            Some(format!("the name is {}", too_long(name, NAME_BYTES_MAX)))
        } else if name.is_empty() {
            Some("a name is not empty".to_owned())
        } else if name.contains('\0') || value.contains('\0') {
            Some("the character NUL is not taken".to_owned())
        } else if value.len() > limit {
            Some(too_long(value, limit))
        } else {
            None
        };
        problem.map(|problem| (name.chars().take(NAME_BYTES_MAX).collect(), problem))
    })
}

fn too_long(text: &str, limit: usize) -> String {
    format!("{} bytes long; at most {limit} are taken", text.len())
}

/// A signal that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("alert {index}: {field}: {problem}")]
pub struct Invalid {
    /// Place in the batch, from 0.
    pub index: usize,
    /// The field, as the source spells it.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(labels: Labels, annotations: Labels) -> Signal {
        Signal {
            source: "test".into(),
            key: None,
            rule: None,
            labels,
            annotations,
            starts_at: None,
            ends_at: None,
            generator_url: "".into(),
        }
    }

    #[test]
    fn limits_name_the_index_and_the_field() {
        let none = Labels::default;
        let many = Labels::new((0..65).map(|n| (format!("l{n}"), "x")));
        let long = Labels::new([("description", "x".repeat(16_385))]);
        let good = Labels::new([("alertname", "x")]);
        for (signal, expected) in [
            (signal(none(), none()), "alert 3: labels: at least one label is needed"),
            (signal(many, none()), "alert 3: labels: 65; at most 64 are taken"),
            (signal(Labels::new([("", "x")]), none()), "alert 3: labels: a name is not empty"),
            (
                signal(Labels::new([("host", "a\0b")]), none()),
                "alert 3: labels.host: the character NUL is not taken",
            ),
            (
                signal(good, long),
                "alert 3: annotations.description: 16385 bytes long; at most 16384 are taken",
            ),
        ] {
            assert_eq!(signal.validate(3).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn names_are_any_text_as_in_prometheus_3() {
        let labels = Labels::new([("alertname", "x"), ("k8s.pod/name", "y"), ("größe", "z")]);
        assert_eq!(signal(labels, Labels::default()).validate(0), Ok(()));
    }

    #[test]
    fn a_key_identifies_the_alert_whatever_its_labels_within_its_source() {
        let keyed = |source: &str, label: &str| Signal {
            source: source.into(),
            key: Some("backup/orders-db".into()),
            ..signal(Labels::new([("alertname", label)]), Labels::default())
        };
        assert_eq!(keyed("cron", "a").fingerprint(), keyed("cron", "b").fingerprint());
        assert_ne!(keyed("cron", "a").fingerprint(), keyed("ci", "a").fingerprint());
    }

    #[test]
    fn an_end_before_the_start_is_refused_and_a_zero_time_is_unsaid() {
        let mut odd = signal(Labels::new([("alertname", "x")]), Labels::default());
        odd.starts_at = Some(Time::from_seconds(1_000_000));
        odd.ends_at = Some(Time::from_seconds(999_999));
        assert_eq!(odd.validate(0).unwrap_err().field, "endsAt");
        odd.ends_at = Time::parse("0001-01-01T00:00:00Z").ok();
        assert_eq!(odd.validate(0), Ok(()));
        assert!(!odd.over(Time::from_seconds(2_000_000)));
    }
}
