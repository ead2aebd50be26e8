//! The hours in which escalation policies ask for somebody by a schedule.

use calendar::{Span, Spans};
use kernel::ItemRef;

use crate::cover::{Cover, CoverError};
use crate::spec::{EscalationHours, EscalationPolicySpec, EscalationStep, Spec};
use crate::{Estate, Kind};

/// The policies that settings name: they stand in no file.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct SetPolicies {
    /// Called where no other is named, and where one was called through without an answer.
    pub default: Option<ItemRef>,
    /// Called for what nobody was charged with in time.
    pub unassigned: Option<ItemRef>,
    /// Called for major incidents.
    pub major: Option<ItemRef>,
}

impl SetPolicies {
    fn names(&self, policy: &ItemRef) -> bool {
        [&self.default, &self.unassigned, &self.major].into_iter().flatten().any(|of| of == policy)
    }
}

impl Estate {
    /// What policies that something leads to ask of a schedule: somebody, whenever one of their
    /// steps may call it. The targets of a step cover for each other.
    pub(crate) fn called_by(
        &self,
        schedule: &ItemRef,
        window: Span,
    ) -> Result<Vec<Cover>, CoverError> {
        let mut asked = Vec::new();
        for resource in self.of_kind(Kind::EscalationPolicy) {
            let Spec::EscalationPolicy(policy) = &resource.spec else { continue };
            let names =
                |step: &&EscalationStep| step.contacts.iter().any(|to| to.item() == schedule);
            if !policy.all_steps().any(|(_, step)| names(&step)) || !self.is_led_to(resource.item())
            {
                continue;
            }
            let (mut required, mut gaps) = (Spans::EMPTY, Spans::EMPTY);
            for (hours, steps) in self.hours_of_steps(policy, window)? {
                for step in steps.iter().filter(names) {
                    required = required.union(&hours);
                    gaps = gaps.union(&hours.difference(&self.covered_by_step(step, window)?));
                }
            }
            if !required.is_empty() {
                asked.push(Cover { by: resource.item().clone(), required, gaps });
            }
        }
        Ok(asked)
    }

    /// Whether something of the estate or of the settings leads to a policy.
    fn is_led_to(&self, policy: &ItemRef) -> bool {
        let named = |spec: &Spec| spec.escalation_policy().is_some_and(|of| of.item() == policy);
        self.set_policies().names(policy) || self.resources().any(|found| named(&found.spec))
    }

    /// The steps of a policy, with the hours in which they are called: those of each variant, and
    /// what is left for the steps beside them.
    fn hours_of_steps<'a>(
        &self,
        policy: &'a EscalationPolicySpec,
        window: Span,
    ) -> Result<Vec<(Spans, &'a [EscalationStep])>, CoverError> {
        let whole = Spans::one(window.from, window.until);
        let (mut found, mut rest) = (Vec::new(), whole.clone());
        for variant in &policy.variants {
            let hours = match variant.hours() {
                None => whole.clone(),
                Some((field, hours)) => {
                    let open = self.open_hours(hours, window)?;
                    if field == "during" { open } else { whole.difference(&open) }
                }
            };
            if variant.priorities.is_empty() {
                rest = rest.difference(&hours);
            }
            found.push((hours, variant.steps.as_slice()));
        }
        found.push((rest, policy.steps.as_slice()));
        Ok(found)
    }

    fn open_hours(&self, hours: &EscalationHours, window: Span) -> Result<Spans, CoverError> {
        match hours {
            EscalationHours::Of(calendar) => {
                Ok(self.compiled(calendar, window)?.open_within(window))
            }
            EscalationHours::These(these) => {
                let named = ItemRef::new("calendar", "hours").expect("a name of one word");
                Ok(self.compile(&named, these, window)?.open_within(window))
            }
        }
    }

    /// When a step has somebody to call: people always, schedules when somebody is on call.
    fn covered_by_step(&self, step: &EscalationStep, window: Span) -> Result<Spans, CoverError> {
        let mut covered = Spans::EMPTY;
        for target in &step.contacts {
            covered = covered.union(&match self.get(target.item()).map(|found| &found.spec) {
                Some(Spec::Schedule(_)) => self.roster(target.item(), window)?.covered(),
                _ if self
                    .people(target.item(), kernel::Time::from_micros(window.from))
                    .is_empty() =>
                {
                    Spans::EMPTY
                }
                _ => Spans::one(window.from, window.until),
            });
        }
        Ok(covered)
    }
}
