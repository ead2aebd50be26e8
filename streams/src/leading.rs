use alerts::{Event, Firing, Labels, Response, Severity};
use kernel::ItemRef;
use serde::Deserialize;

use crate::Policy;

/// What of a first firing tells whether anything can follow. In a flood each entry is looked at
/// so, and reading the whole event would cost more than writing it did.
#[derive(Debug, Deserialize)]
pub struct Glance {
    labels: Labels,
    item: Option<ItemRef>,
    #[serde(default)]
    classification: Option<Said>,
}

#[derive(Debug, Deserialize)]
struct Said {
    response: Response,
}

impl Glance {
    /// The kind of the entries that can be glanced at.
    pub const KIND: &'static str = "alert.fired";

    /// Whether anything can follow from the first firing.
    pub fn leads_somewhere(&self, policy: &Policy) -> bool {
        let response = self.classification.as_ref().map(|said| said.response);
        policy.opens(response, Severity::of(&self.labels), self.item.is_some())
    }
}

/// Whether anything can follow from an event of an alert, as far as the event alone tells.
pub fn leads_somewhere(event: &Event, policy: &Policy) -> bool {
    match event {
        Event::Fired(firing) => opens(firing, policy),
        Event::Returned(_)
        | Event::Relabelled(_)
        | Event::Matched { .. }
        | Event::Acknowledged { .. }
        | Event::Cleared { .. } => true,
        // To the task of its rule: see `tune`.
        Event::MarkedNotUseful { .. } | Event::NotUsefulTakenBack { .. } => true,
        Event::Unacknowledged { .. }
        | Event::Closed { .. }
        | Event::Attached { .. }
        | Event::Detached { .. } => false,
    }
}

fn opens(firing: &Firing, policy: &Policy) -> bool {
    let response = firing.classification.as_ref().map(|given| given.response);
    policy.opens(response, Severity::of(&firing.labels), firing.item.is_some())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use alerts::{Class, Classification, Fingerprint};
    use kernel::Time;

    use super::*;

    fn fired(severity: &str, item: Option<&str>) -> Event {
        said(severity, item, None)
    }

    fn said(severity: &str, item: Option<&str>, response: Option<Response>) -> Event {
        let classification = response.map(|response| {
            let (class, impacts) = (Class::Exception, Default::default());
            let rule = "some rule".to_owned();
            Arc::new(Classification { class, response, impacts, rule, boundary_at: None })
        });
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
            origin: None,
            matched_by: None,
            classification,
        }))
    }

    #[test]
    fn a_glance_tells_what_the_whole_event_tells() {
        let policy = Policy::default();
        for severity in ["info", "warning", "error", "critical"] {
            let responses = [None, Some(Response::Record), Some(Response::OpenPotential)];
            for (item, response) in [None, Some("service/shop")]
                .into_iter()
                .flat_map(|item| responses.map(|response| (item, response)))
            {
                let event = said(severity, item, response);
                let text = serde_json::to_string(&event).unwrap();
                let glance: Glance = serde_json::from_str(&text).unwrap();
                let (glanced, read) =
                    (glance.leads_somewhere(&policy), leads_somewhere(&event, &policy));
                assert_eq!(glanced, read, "{text}");
            }
        }
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
