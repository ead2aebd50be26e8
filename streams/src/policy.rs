use alerts::Severity;
use kernel::{ItemRef, Priority};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an administrator decides about the way from an alert to a page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Alerts that have an item open an incident from this severity on. Milder ones are recorded.
    pub open_from: Severity,
    /// Alerts without an item open an incident from this severity on, so that a gap in the
    /// matching rules loses nothing at night. Without a value they are only recorded and listed.
    pub open_unmatched_from: Option<Severity>,
    /// Whom to call where neither item nor team nor product names a policy, and where a policy
    /// was called through without an answer.
    pub default_escalation_policy: Option<ItemRef>,
    /// The least important priority that calls people.
    pub page_down_to: Priority,
    /// The rules that a new incident is handled by.
    pub incidents: incidents::Policy,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            open_from: Severity::Warning,
            open_unmatched_from: Some(Severity::Error),
            default_escalation_policy: None,
            page_down_to: Priority::P5,
            incidents: incidents::Policy::default(),
        }
    }
}

impl Policy {
    /// Whether an alert of this severity opens an incident.
    pub fn opens(&self, severity: Severity, matched: bool) -> bool {
        let from = if matched { Some(self.open_from) } else { self.open_unmatched_from };
        // Information never opens one, whatever is set: it would page (R075).
        severity > Severity::Info && from.is_some_and(|from| severity >= from)
    }
}
