use kernel::Priority;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Wait, unset};
use crate::reference::{CalendarRef, Target, TeamRef};

/// Whom to call, in which order, and how long to wait between.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscalationPolicySpec {
    /// The team that keeps it up to date.
    #[serde(default, skip_serializing_if = "unset")]
    pub team: Option<TeamRef>,
    /// The steps, in order.
    pub steps: Vec<EscalationStep>,
    /// How often to begin again after the last step; 0 is never.
    #[serde(default, skip_serializing_if = "unset")]
    pub repeat: u32,
    /// How long whoever took an incident may do nothing before they are called again, from the
    /// first step; without it nobody is.
    #[serde(default, skip_serializing_if = "unset")]
    pub acknowledge_timeout: Option<Wait>,
    /// What can wait until somebody is at work.
    #[serde(default, skip_serializing_if = "unset")]
    pub waits: Option<WaitsForHours>,
}

/// Incidents for which nobody is called outside of working hours.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaitsForHours {
    /// Which, by priority.
    pub priorities: Vec<Priority>,
    /// The working hours.
    pub calendar: CalendarRef,
}

/// One step: call these people, then wait for an answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EscalationStep {
    /// Who is called: people, or whole teams.
    pub contacts: Vec<Target>,
    /// Whether only one of them is called, the next one for every incident, instead of all.
    #[serde(default, skip_serializing_if = "unset")]
    pub rotate: bool,
    /// How long to wait for an answer before the next step.
    #[serde(default)]
    pub wait: Wait,
}

impl EscalationPolicySpec {
    /// Each step with the seconds from the first call to it, in the first round.
    pub fn schedule(&self) -> impl Iterator<Item = (u32, &EscalationStep)> {
        let mut after: u32 = 0;
        self.steps.iter().map(move |step| {
            let start = after;
            after = after.saturating_add(step.wait.seconds());
            (start, step)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_begins_when_the_waits_before_it_are_over() {
        let step = |seconds| EscalationStep {
            contacts: Vec::new(),
            rotate: false,
            wait: Wait::from_seconds(seconds),
        };
        let steps = vec![step(300), step(u32::MAX), step(60)];
        let policy = EscalationPolicySpec {
            team: None,
            steps,
            repeat: 0,
            acknowledge_timeout: None,
            waits: None,
        };
        let starts: Vec<u32> = policy.schedule().map(|(start, _)| start).collect();
        assert_eq!(starts, [0, 300, u32::MAX]);
    }
}
