use alerts::{Response, Severity};
use kernel::{ItemRef, Priority};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::MajorPolicy;

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
    /// Whom to call for an incident that nobody was charged with in time (see
    /// `incidents.unassigned_minutes`). Without a value it only warns.
    pub unassigned_escalation_policy: Option<ItemRef>,
    /// When a major incident is proposed, and whom to call once it is declared.
    pub major: MajorPolicy,
    /// The least important priority that calls people.
    pub page_down_to: Priority,
    /// Whoever took an incident is called again when it becomes more important so many minutes
    /// after they took it, or later: before that they look at it anyhow. Without a value they are
    /// not; a priority that people set calls nobody again.
    #[schema(maximum = 10_080)]
    pub call_again_when_worse_after_minutes: Option<u32>,
    /// Where everybody was called as often as the policies say and nobody answered, all of it
    /// begins anew after so many minutes, again and again. Without a value it stays quiet.
    #[schema(minimum = 5, maximum = 10_080)]
    pub call_again_unanswered_after_minutes: Option<u32>,
    /// A rule is on the noise list from so many people's votes "not useful" on, until it is tuned.
    pub noise_votes: u32,
    /// The rules that a new incident is handled by.
    pub incidents: incidents::Policy,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            open_from: Severity::Warning,
            open_unmatched_from: Some(Severity::Error),
            default_escalation_policy: None,
            unassigned_escalation_policy: None,
            major: MajorPolicy::default(),
            page_down_to: Priority::P5,
            call_again_when_worse_after_minutes: Some(15),
            call_again_unanswered_after_minutes: Some(60),
            noise_votes: 3,
            incidents: incidents::Policy::default(),
        }
    }
}

impl Policy {
    /// Whether an alert opens an incident: as the rule that classified it says, and without one by
    /// its severity.
    pub fn opens(&self, response: Option<Response>, severity: Severity, matched: bool) -> bool {
        match response {
            Some(Response::OpenIncident | Response::OpenPotential) => return true,
            Some(Response::Record | Response::Notify) => return false,
            None => {}
        }
        let from = if matched { Some(self.open_from) } else { self.open_unmatched_from };
        // Information never opens one, whatever is set: it would page (R075).
        severity > Severity::Info && from.is_some_and(|from| severity >= from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn information_opens_nothing_whatever_is_set() {
        let eager = Policy { open_from: Severity::None, ..Policy::default() };
        assert!(!eager.opens(None, Severity::Info, true));
        assert!(eager.opens(None, Severity::Warning, true));
    }

    #[test]
    fn a_grave_alert_without_an_item_opens_unless_that_is_turned_off() {
        let policy = Policy::default();
        assert!(policy.opens(None, Severity::Error, false));
        assert!(!policy.opens(None, Severity::Warning, false));
        let quiet = Policy { open_unmatched_from: None, ..policy };
        assert!(!quiet.opens(None, Severity::Critical, false));
    }

    #[test]
    fn what_a_rule_says_comes_before_the_severity() {
        let policy = Policy::default();
        for response in [Response::OpenIncident, Response::OpenPotential] {
            assert!(policy.opens(Some(response), Severity::None, false), "{response:?}");
        }
        for response in [Response::Record, Response::Notify] {
            assert!(!policy.opens(Some(response), Severity::Critical, true), "{response:?}");
        }
    }

    #[test]
    fn a_policy_of_which_a_part_is_given_has_the_defaults_for_the_rest() {
        let policy: Policy = serde_json::from_str(r#"{"open_from":"error"}"#).unwrap();
        assert_eq!(policy, Policy { open_from: Severity::Error, ..Policy::default() });
    }
}
