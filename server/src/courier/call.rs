//! A call as it stands in a message of the outbox, and what it says in words.

use kernel::{IncidentId, ItemRef, OutboxId, PageId, Priority, Time};
use serde::Deserialize;

/// A call as it stands in a message of the outbox.
#[derive(Debug, Deserialize)]
pub struct Call {
    /// The page; none when a way is only tried.
    pub page: Option<PageId>,
    /// The incident; none when a way is only tried.
    pub incident: Option<IncidentId>,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its priority.
    pub priority: Priority,
    /// What is hit.
    pub service: Option<ItemRef>,
    /// Where to read more, below the address of this installation.
    pub url_path: String,
    /// The escalation policy, or whoever asked to try.
    pub policy: String,
    /// The person.
    pub contact: ItemRef,
    /// The step of the policy, from 0.
    pub step: u32,
    /// Since when people are called.
    pub started_at: Time,
    /// Whether the team for major incidents is called.
    #[serde(default)]
    pub major: bool,
    /// Who hands it over to this person, and why.
    #[serde(default)]
    pub handed_over: Option<HandedOver>,
    /// Whether this person handed it over and keeps it, since nobody accepted.
    #[serde(default)]
    pub kept: bool,
    /// What else the same message tells, the most urgent first.
    #[serde(default)]
    pub together: Vec<Call>,
    /// The message that stands for all that is told together.
    #[serde(default)]
    pub telling: Option<OutboxId>,
    /// When the next call by this way can be, where the limit of it is reached.
    #[serde(default)]
    pub next_at: Option<Time>,
}

/// What a call says of a page that is handed over.
#[derive(Debug, Deserialize)]
pub struct HandedOver {
    /// Who hands it over.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What is wrong, with what is asked of them where that is not to answer a page: a telephone tells
/// nothing else.
pub(super) fn title(call: &Call) -> String {
    match &call.handed_over {
        Some(HandedOver { by, reason }) => format!("{by} hands over ({reason}): {}", call.title),
        None if call.kept => format!("nobody accepted, you keep it: {}", call.title),
        None if call.major => format!("Major incident: {}", call.title),
        None => call.title.clone(),
    }
}

/// Why this person: `step 1 of Payments, the escalation policy`. `policy` is what people call it.
pub(super) fn because(call: &Call, policy: Option<&str>) -> String {
    if let Some(HandedOver { by, reason }) = &call.handed_over {
        return format!(
            "the person to whom {by} hands this over ({reason}): acknowledge to accept"
        );
    }
    if call.kept {
        return "the person who keeps this, since nobody accepted it in time".to_owned();
    }
    match call.page {
        Some(_) => {
            let policy = policy.unwrap_or(&call.policy);
            format!("step {} of {policy}, the escalation policy", call.step + 1)
        }
        None => format!("a test that {} asked for", call.policy),
    }
}

/// What is said when the limit of a way is reached.
pub(super) fn note(next_at: Time) -> String {
    let at = next_at.to_string();
    let clock = at.get(11..16).unwrap_or(&at);
    format!("What comes now is told here at {clock} UTC.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(page: &str) -> Call {
        let text = format!(
            r#"{{"page": {page}, "incident": null, "number": 7, "title": "Orders are slow",
                "priority": "P1", "service": "service/orders", "url_path": "/incidents/7",
                "policy": "escalationpolicy/payments", "contact": "person/ada", "step": 1,
                "started_at": "2026-03-01T00:00:00Z"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn whoever_is_called_reads_why_with_the_policy_as_people_call_it() {
        let called = call(r#""pag_00000000000000000000000021""#);
        let said = because(&called, Some("Payments, day and night"));
        assert_eq!(said, "step 2 of Payments, day and night, the escalation policy");
        let unknown = because(&called, None);
        assert_eq!(unknown, "step 2 of escalationpolicy/payments, the escalation policy");
        assert!(because(&call("null"), None).starts_with("a test that "));
    }
}
