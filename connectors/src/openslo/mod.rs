//! OpenSLO v1: service level objectives as code, read, held against what can be evaluated, and
//! written back (<https://github.com/OpenSLO/OpenSLO>). Documents of v1alpha are converted as they
//! are read.
//!
//! Where its specification and its published examples differ, both are read: months of a window of
//! the calendar may be written `1M` or `1m`, a minute being no period of a calendar.
//! **Invariant:** what is read and written again says the same; queries and the texts of sources
//! are carried and not understood.

mod alpha;
mod check;
mod document;
mod objective;
mod references;
mod shapes;

pub use check::check;
pub use document::{
    AlertCondition, Body, CalendarStart, Condition, Document, Indicator, IndicatorSpec, Metadata,
    Metric, MetricSource, ObjectiveSpec, Ratio, SloSpec, TimeWindow,
};
pub use objective::{Method, Objective, composite_target, is_composite, objectives, window};
pub use references::references;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{places, suggest};

/// A document that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("document {document}, {field} (line {line}): {what}")]
pub struct Wrong {
    /// Which document of the file, from 1.
    pub document: usize,
    /// The line of the field, from 1; 0 where there is none to point at.
    pub line: u32,
    /// The field, as in `spec.objectives[0].target`.
    pub field: String,
    /// What is wrong with it and what to write instead.
    pub what: String,
}

impl Wrong {
    pub(crate) fn new(field: impl Into<String>, what: impl Into<String>) -> Wrong {
        Wrong { document: 1, line: 0, field: field.into(), what: what.into() }
    }
}

/// Reads the documents of a YAML file; empty ones are skipped.
///
/// # Errors
/// When it is no YAML, or one of its documents is no document of OpenSLO.
pub fn parse(text: &str) -> Result<Vec<Document>, Wrong> {
    let documents = places::documents(text).map_err(|mistake| Wrong {
        line: mistake.place.line,
        ..Wrong::new("file", format!("{}; {}", mistake.message, mistake.remedy))
    })?;
    let read = |(index, document): (usize, &places::Placed)| {
        one(document.value.clone()).map_err(|wrong| {
            let line = document.place(&wrong.field).line;
            Wrong { document: index + 1, line, ..wrong }
        })
    };
    documents.iter().enumerate().map(read).collect()
}

/// Writes documents as a YAML file of OpenSLO v1.
///
/// # Errors
/// When a value cannot be written as YAML; the document is named.
pub fn write(documents: &[Document]) -> Result<String, Wrong> {
    let mut text = String::new();
    for (index, document) in documents.iter().enumerate() {
        let failed = |what: String| Wrong { document: index + 1, ..Wrong::new("document", what) };
        let value = serde_json::to_value(document).map_err(|error| failed(error.to_string()))?;
        let body = serde_saphyr::to_string(&value).map_err(|error| failed(error.to_string()))?;
        if index > 0 {
            text.push_str("---\n");
        }
        text.push_str(&body);
        if !body.ends_with('\n') {
            text.push('\n');
        }
    }
    Ok(text)
}

fn one(mut value: Value) -> Result<Document, Wrong> {
    match value.get("apiVersion").and_then(Value::as_str) {
        Some("openslo/v1") => {}
        Some("openslo/v1alpha") => value = alpha::shared(alpha::converted(value)?),
        Some(other) => {
            let shown: String = other.chars().take(64).collect();
            return Err(Wrong::new("apiVersion", format!("`{shown}`; write openslo/v1")));
        }
        None => return Err(Wrong::new("apiVersion", "missing; write openslo/v1")),
    }
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
    let metadata = part(&mut value, "metadata")?;
    let body = match kind.as_str() {
        "SLO" => Body::Slo(part(&mut value, "spec")?),
        "SLI" => Body::Sli(part(&mut value, "spec")?),
        "AlertCondition" => Body::AlertCondition(part(&mut value, "spec")?),
        "Service" => Body::Service(part(&mut value, "spec")?),
        "DataSource" => Body::DataSource(part(&mut value, "spec")?),
        "AlertPolicy" => Body::AlertPolicy(part(&mut value, "spec")?),
        "AlertNotificationTarget" => Body::AlertNotificationTarget(part(&mut value, "spec")?),
        other => return Err(Wrong::new("kind", suggest::unknown(other, "kind", KINDS))),
    };
    if let Body::Slo(spec) = &body {
        objective::check(spec)?;
    }
    Ok(Document { api_version: "openslo/v1".to_owned(), metadata, body })
}

/// One field of a document, read as what it has to be.
fn part<T: DeserializeOwned>(value: &mut Value, name: &str) -> Result<T, Wrong> {
    let stated = value.get_mut(name).map(Value::take).unwrap_or_default();
    serde_path_to_error::deserialize(stated).map_err(|error| {
        let path = error.path().to_string();
        let field = if path == "." { name.to_owned() } else { format!("{name}.{path}") };
        Wrong::new(field, error.into_inner().to_string())
    })
}

/// The kinds of documents.
const KINDS: &[&str] = &[
    "SLO",
    "SLI",
    "Service",
    "DataSource",
    "AlertPolicy",
    "AlertCondition",
    "AlertNotificationTarget",
];

#[cfg(test)]
mod tests;
