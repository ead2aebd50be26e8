use alerts::{Event, Severity};

use crate::Policy;

/// Whether anything can follow from an event of an alert, as far as the event alone tells.
pub fn leads_somewhere(event: &Event, policy: &Policy) -> bool {
    match event {
        Event::Fired(firing) => policy.opens(Severity::of(&firing.labels), firing.item.is_some()),
        Event::Returned(_)
        | Event::Relabelled(_)
        | Event::Matched { .. }
        | Event::Cleared { .. } => true,
        // To the task of its rule: see `tune`.
        Event::MarkedNotUseful { .. } | Event::NotUsefulTakenBack { .. } => true,
        Event::Acknowledged { .. }
        | Event::Unacknowledged { .. }
        | Event::Closed { .. }
        | Event::Attached { .. }
        | Event::Detached { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use alerts::{Fingerprint, Firing, Labels};
    use kernel::Time;

    use super::*;

    fn fired(severity: &str, item: Option<&str>) -> Event {
        Event::Fired(Box::new(Firing {
            at: Time::EPOCH,
            starts_at: Time::EPOCH,
            expires_at: Time::EPOCH,
            fingerprint: Fingerprint::of(&Labels::default()),
            source: "test".into(),
            labels: Labels::new([("alertname", "x"), ("severity", severity)]),
            annotations: Labels::default(),
            generator_url: "".into(),
            item: item.map(|item| item.parse().unwrap()),
            matched_by: None,
        }))
    }

    #[test]
    fn only_what_the_policy_opens_leads_somewhere() {
        let policy = Policy::default();
        assert!(!leads_somewhere(&fired("info", Some("service/shop")), &policy));
        assert!(leads_somewhere(&fired("warning", Some("service/shop")), &policy));
        assert!(!leads_somewhere(&fired("warning", None), &policy));
        assert!(leads_somewhere(&fired("critical", None), &policy));
    }
}
