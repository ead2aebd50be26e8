use std::collections::BTreeMap;

use kernel::{ItemRef, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Shortest interval, in seconds.
pub const INTERVAL_SECONDS_MIN: u32 = 5;
/// Longest interval, in seconds: a year and a bit.
pub const INTERVAL_SECONDS_MAX: u32 = 400 * 86_400;
/// Longest grace, in seconds.
pub const GRACE_SECONDS_MAX: u32 = 30 * 86_400;
/// Most items that one heartbeat watches.
pub const WATCHES_MAX: usize = 500;
/// Most labels.
pub const LABELS_MAX: usize = 32;
/// What a missed heartbeat can weigh.
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];

/// What is waited for, and what follows when it does not come.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HeartbeatPlan)]
pub struct Plan {
    /// A ping is expected every so many seconds.
    #[schema(minimum = 5, maximum = 34560000)]
    pub interval_seconds: u32,
    /// How much later it may come before it is missed.
    #[serde(default)]
    #[schema(maximum = 2592000)]
    pub grace_seconds: u32,
    /// What its absence weighs: `critical`, `error`, `warning` or `info`.
    #[serde(default = "error")]
    #[schema(pattern = "^(critical|error|warning|info)$")]
    pub severity: String,
    /// What it tells, for whoever is called.
    #[serde(default)]
    #[schema(max_length = 2000)]
    pub description: String,
    /// The item that it is a sign of life of.
    #[serde(default)]
    pub item: Option<ItemRef>,
    /// Items of which nothing is known while it is missed, such as all that a monitoring watches
    /// which sends it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 500)]
    pub watches: Vec<ItemRef>,
    /// Labels that the alert gets.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
}

fn error() -> String {
    "error".to_owned()
}

impl Plan {
    /// Checks its limits.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn validate(&self) -> Result<(), Refusal> {
        let wrong = |reason: String| Err(Refusal::invalid(reason));
        if !(INTERVAL_SECONDS_MIN..=INTERVAL_SECONDS_MAX).contains(&self.interval_seconds) {
            return wrong(format!(
                "an interval is {INTERVAL_SECONDS_MIN} to {INTERVAL_SECONDS_MAX} seconds"
            ));
        }
        if self.grace_seconds > GRACE_SECONDS_MAX {
            return wrong(format!("a grace is at most {GRACE_SECONDS_MAX} seconds"));
        }
        if !SEVERITIES.contains(&self.severity.as_str()) {
            return wrong(format!("a severity is one of {}", SEVERITIES.join(", ")));
        }
        if self.description.chars().count() > 2_000 {
            return wrong("a description has at most 2000 characters".to_owned());
        }
        if self.watches.len() > WATCHES_MAX {
            return wrong(format!("at most {WATCHES_MAX} items are watched"));
        }
        if self.labels.len() > LABELS_MAX {
            return wrong(format!("at most {LABELS_MAX} labels are taken"));
        }
        let odd = self.labels.iter().find(|(name, value)| !proper(name) || value.len() > 1_000);
        if let Some((name, _)) = odd {
            let name: String = name.chars().take(64).collect();
            return wrong(format!(
                "label `{name}`: a name is letters, digits and _, does not begin with a digit and \
                 is at most 64 long; a value has at most 1000 bytes"
            ));
        }
        Ok(())
    }
}

fn proper(name: &str) -> bool {
    let mut letters = name.bytes();
    name.len() <= 64
        && letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && letters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Checks a name: it stands in addresses.
///
/// # Errors
/// A refusal that says what a name looks like.
pub(crate) fn check_name(name: &str) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if (1..=200).contains(&name.len()) && starts && name.chars().all(plain) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "a name has 1 to 200 letters, digits, `.`, `_` and `-`, and begins with a letter or digit",
    ))
}
