//! How long an incident of PagerDuty may stay taken, and open: services say it there, policies
//! here.

use std::collections::{BTreeMap, BTreeSet};

use connectors::export::Export;
use connectors::pagerduty::export::Service;
use estate::Wait;

use super::moved::Said;
use super::policy::Steps;

/// After how many seconds whoever took an incident is called again, by policy: one for each wish
/// that its services have.
#[derive(Debug, Default)]
pub struct Timeouts(BTreeMap<String, BTreeSet<u32>>);

/// What the services of an export say.
pub fn of(export: &Export) -> Timeouts {
    let mut timeouts = Timeouts::default();
    // What cannot be read is told where the services are taken.
    for found in export.list::<Service>("services").into_iter().flatten() {
        let service = found.value;
        let Some(policy) = service.escalation_policy.as_ref().filter(|_| !service.is_disabled())
        else {
            continue;
        };
        timeouts.0.entry(policy.id.clone()).or_default().insert(service.acknowledgement_timeout);
    }
    timeouts
}

impl Timeouts {
    /// A policy takes what all of its services say.
    pub fn on_policy(&self, said: &mut Said, policy: &str, steps: &mut Steps) {
        if let Some(seconds) = self.agreed(policy).filter(|seconds| *seconds > 0) {
            steps.call_again(said, seconds);
        }
    }

    /// Says what a service wants that its policy does not say.
    pub fn on_service(&self, said: &mut Said, service: &Service) {
        let policy = service.escalation_policy.as_ref().map_or("", |policy| &policy.id);
        let again = Wait::from_seconds(service.acknowledgement_timeout);
        if again.seconds() > 0 && self.agreed(policy).is_none() {
            said.changed(format!(
                "whoever took an incident of it was called again after {again}; other services of \
                 its policy say otherwise, so the policy does not: write `acknowledgeTimeout` \
                 there, or give it a policy of its own"
            ));
        }
        let resolved = Wait::from_seconds(service.auto_resolve_timeout);
        if resolved.seconds() > 0 {
            said.changed(format!(
                "its incidents were resolved by themselves after {resolved}; here they stay open \
                 until the alerts clear or somebody resolves them"
            ));
        }
    }

    /// What all services of a policy say.
    fn agreed(&self, policy: &str) -> Option<u32> {
        let wishes = self.0.get(policy)?;
        wishes.first().copied().filter(|_| wishes.len() == 1)
    }
}
