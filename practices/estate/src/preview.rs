//! What would happen, had something broken at some time: for whoever wants to know it before.

use std::time::Duration;

use kernel::{ItemRef, Priority, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::calling::{About, Turns};
use crate::spec::{AbsenceType, EscalationHours, EscalationVariant, Spec};
use crate::{Assigned, Estate, Kind};

/// So long after somebody was called in their last way nobody is given up on, as pages have it.
const AFTER_LAST_WAY: Duration = Duration::from_secs(60);
/// How long the last step waits where nothing is said of it, as pages have it.
const AFTER_LAST_STEP: Duration = Duration::from_secs(300);

/// Whom an incident would call, when, and how.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct CallingPreview {
    /// What breaks.
    pub item: ItemRef,
    /// The escalation policy that it leads to.
    pub policy: ItemRef,
    /// Why this policy.
    pub because: String,
    /// The priority of the incident.
    pub priority: Priority,
    /// When it is opened.
    pub at: Time,
    /// Nobody is called before; at once when nothing.
    pub begin_at: Option<Time>,
    /// The variant of the policy, from 0; nothing: the steps beside its variants.
    pub variant: Option<usize>,
    /// For what these steps are: `P4, P5 during calendar/office`.
    pub steps_for: String,
    /// The first round, in order.
    pub steps: Vec<PreviewStep>,
    /// How often it begins again after the last step.
    pub repeat: u32,
    /// When the first round is over and nobody has answered.
    pub over_at: Time,
    /// The default policy, which goes on after the last round; nothing: none is set, or it is this
    /// one, or files alone were asked, which do not say it.
    pub goes_on: Option<ItemRef>,
}

/// One step of a preview.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PreviewStep {
    /// When its people are called.
    pub at: Time,
    /// Whom the policy names.
    pub targets: Vec<ItemRef>,
    /// Whether only one of the people is called, another one for each page.
    pub rotate: bool,
    /// Whose turn it is by then, where only one of them is called.
    pub next: Option<ItemRef>,
    /// The calls, in order; none: the step is passed over.
    pub calls: Vec<PreviewCall>,
    /// Whom it means and does not call: their own rules do not want it.
    pub not_called: Vec<ItemRef>,
    /// Whom it names and who is away by then.
    pub away: Vec<PreviewAway>,
}

/// Somebody whom a step names and who is away when its turn comes.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PreviewAway {
    /// Who.
    pub person: ItemRef,
    /// What people call them.
    pub title: String,
    /// Why, as far as others need to know.
    pub why: AbsenceType,
    /// Until when; nothing: nobody knows.
    pub until: Option<Time>,
    /// Whether they are called all the same: everybody whom the step names is away.
    pub called: bool,
}

/// One call of a preview.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct PreviewCall {
    /// When, if nobody has answered before.
    pub at: Time,
    /// Whom.
    pub person: ItemRef,
    /// What people call them.
    pub title: String,
    /// How: `email`, `sms` and so on.
    pub channel: String,
}

impl Estate {
    /// The escalation policy to which something leads: the policy itself, that which it names, or
    /// the one that is found for it.
    pub fn leads_to(&self, item: &ItemRef) -> Option<Assigned> {
        let spec = &self.get(item)?.spec;
        if let Spec::EscalationPolicy(_) = spec {
            return Some(Assigned { to: item.clone(), because: "it is the policy".to_owned() });
        }
        let named = spec.escalation_policy().map(|policy| Assigned {
            to: policy.item().clone(),
            because: format!("policy of {item}"),
        });
        named.or_else(|| self.escalation_policy(item))
    }

    /// Whom an incident about an item would call, had it been opened at a moment; `None`: no
    /// escalation policy is found for it.
    pub fn preview(
        &self,
        item: &ItemRef,
        priority: Priority,
        at: Time,
        turns: &Turns,
    ) -> Option<CallingPreview> {
        let Assigned { to: policy, because } = self.leads_to(item)?;
        let says = self.says(&policy, priority, at)?;
        let about = About { priority, turn: turns.next(&policy) };
        let mut now = says.begin_at.unwrap_or(at);
        let (mut steps, mut last_way) = (Vec::new(), None::<Time>);
        for (place, step) in says.steps.iter().enumerate() {
            let targets: Vec<ItemRef> = step.contacts.iter().map(|to| to.item().clone()).collect();
            let mut found = PreviewStep {
                at: now,
                rotate: step.rotate,
                next: None,
                calls: Vec::new(),
                not_called: Vec::new(),
                away: Vec::new(),
                targets,
            };
            let called = self.meant(&found.targets, None, now);
            let one =
                || self.meant(&found.targets, Some(about.turn), now).first().copied().cloned();
            found.next = if step.rotate { one() } else { None };
            found.away = self.away_of(&found.targets, &called, now);
            for person in called {
                let ways = self.ways(person, about, now);
                if ways.is_empty() {
                    found.not_called.push(person.clone());
                }
                found.calls.extend(ways.into_iter().map(|way| PreviewCall {
                    at: now + Duration::from_secs(way.after.seconds().into()),
                    person: person.clone(),
                    title: self.title_of(person),
                    channel: way.method.channel().to_owned(),
                }));
            }
            found.calls.sort_by_key(|call| call.at);
            let late = found.calls.iter().map(|call| call.at).filter(|at| *at > now).max();
            last_way = last_way.max(late);
            if !found.calls.is_empty() {
                now = now
                    + match step.wait.seconds() {
                        0 if place + 1 == says.steps.len() => AFTER_LAST_STEP,
                        seconds => Duration::from_secs(seconds.max(1).into()),
                    };
            }
            steps.push(found);
        }
        Some(CallingPreview {
            item: item.clone(),
            because,
            priority,
            at,
            begin_at: says.begin_at,
            variant: says.variant,
            steps_for: self.steps_for(&policy, says.variant),
            steps,
            repeat: says.repeat,
            goes_on: self.set_policies().default.clone().filter(|default| *default != policy),
            over_at: last_way.map_or(now, |at| now.max(at + AFTER_LAST_WAY)),
            policy,
        })
    }

    /// Who of those whom targets name is away at a time.
    fn away_of(&self, targets: &[ItemRef], called: &[&ItemRef], at: Time) -> Vec<PreviewAway> {
        let away = |person: &ItemRef| {
            let absence = self.away(person, at)?;
            Some(PreviewAway {
                title: self.title_of(person),
                why: absence.absence_type,
                until: absence.end,
                called: called.contains(&person),
                person: person.clone(),
            })
        };
        self.named(targets, at).into_iter().filter_map(away).collect()
    }

    fn title_of(&self, person: &ItemRef) -> String {
        self.get(person).map_or(person.name(), |found| found.title()).to_owned()
    }

    fn steps_for(&self, policy: &ItemRef, variant: Option<usize>) -> String {
        let Some(Spec::EscalationPolicy(spec)) = self.get(policy).map(|found| &found.spec) else {
            return String::new();
        };
        match variant.and_then(|place| spec.variants.get(place)) {
            Some(variant) => variant.label(),
            None if spec.variants.is_empty() => "everything".to_owned(),
            None => "whatever no variant is for".to_owned(),
        }
    }
}

impl EscalationVariant {
    /// For what it is, in words.
    fn label(&self) -> String {
        let priorities: Vec<String> = self.priorities.iter().map(ToString::to_string).collect();
        let priorities =
            if priorities.is_empty() { "every priority".to_owned() } else { priorities.join(", ") };
        let Some((field, hours)) = self.hours() else { return priorities };
        match hours {
            EscalationHours::Of(calendar) => {
                format!(
                    "{priorities} {field} {}/{}",
                    Kind::Calendar.prefix(),
                    calendar.item().name()
                )
            }
            EscalationHours::These(_) => format!("{priorities} {field} its own hours"),
        }
    }
}
