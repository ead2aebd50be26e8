use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Labels;

/// The technical gravity, as the source sees it. Not the order of work: that is the incident's
/// priority. Ordered: `None < Critical`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertSeverity)]
pub enum Severity {
    /// Explicitly of no weight, such as a watchdog that always fires.
    None,
    /// Good to know; opens no incident.
    Info,
    /// Something is getting worse. Also what a source that says nothing is taken to mean.
    Warning,
    /// Something is broken.
    Error,
    /// Something important is broken now.
    Critical,
}

/// Labels that carry a severity, the commonest first.
const NAMES: [&str; 3] = ["severity", "level", "priority"];

impl Severity {
    /// Reads the severity from the labels; `Warning` when they carry none that is understood.
    pub fn of(labels: &Labels) -> Severity {
        NAMES
            .iter()
            .filter_map(|name| labels.get(name))
            .find_map(Severity::parse)
            .unwrap_or(Severity::Warning)
    }

    /// Reads the words that monitoring tools use, in any case; `None` for other words.
    pub fn parse(text: &str) -> Option<Severity> {
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        if is(&["critical", "crit", "page", "emergency", "alert", "fatal", "disaster", "p1"]) {
            Some(Severity::Critical)
        } else if is(&["error", "err", "major", "high", "p2"]) {
            Some(Severity::Error)
        } else if is(&["warning", "warn", "minor", "average", "medium", "p3"]) {
            Some(Severity::Warning)
        } else if is(&[
            "info",
            "information",
            "informational",
            "notice",
            "low",
            "debug",
            "p4",
            "p5",
        ]) {
            Some(Severity::Info)
        } else if is(&["none", "ok", "normal"]) {
            Some(Severity::None)
        } else {
            None
        }
    }

    /// The word that JSON uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::None => "none",
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
