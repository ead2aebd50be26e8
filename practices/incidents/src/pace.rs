//! How long an incident may stay in a stage, and what it says before that is over.

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{Priority, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event::{Event, What};
use crate::incident::Incident;
use crate::reporter::News;
use crate::stage::Stage;

/// The share of the time, in percent, after which an incident warns that it will be over.
const SOON_PERCENT: u32 = 75;
/// The longest time that can be set, in minutes: 30 days.
const MINUTES_MAX: u32 = 43_200;

/// The minutes that an incident may stay in a stage, by stage and priority. What is not there has
/// no target. How long an incident may be new is said apart, whatever its priority
/// ([`Policy::unassigned_minutes`](crate::Policy)).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct StageTargets(pub BTreeMap<Stage, BTreeMap<Priority, u32>>);

impl Default for StageTargets {
    fn default() -> StageTargets {
        let (hour, day) = (60, 1_440);
        let rows = [
            (Stage::Assigned, [15, 30, 4 * hour, day, 2 * day]),
            (Stage::Diagnosing, [hour, 2 * hour, 8 * hour, 2 * day, 4 * day]),
            (Stage::ActionReady, [15, 30, 4 * hour, day, 2 * day]),
            (Stage::Resolving, [hour, 2 * hour, 8 * hour, 2 * day, 4 * day]),
            (Stage::Restored, [day, 2 * day, 3 * day, 7 * day, 14 * day]),
            (Stage::OnHold, [hour, 4 * hour, 2 * day, 7 * day, 14 * day]),
        ];
        let row = |minutes: [u32; 5]| Priority::ALL.into_iter().zip(minutes).collect();
        StageTargets(rows.into_iter().map(|(stage, minutes)| (stage, row(minutes))).collect())
    }
}

impl StageTargets {
    /// Checks edited targets before they are stored.
    ///
    /// # Errors
    /// With the field, when a stage has no target by its nature, or a time is none or too long.
    pub fn validate(&self) -> Result<(), (String, Refusal)> {
        for (stage, row) in &self.0 {
            if !takes_target(*stage) {
                let reason = match stage {
                    Stage::New => "how long an incident may be new is said in unassigned_minutes",
                    _ => "an incident may stay so for ever",
                };
                return Err((word(*stage), Refusal::invalid(reason)));
            }
            for (priority, minutes) in row {
                if !(1..=MINUTES_MAX).contains(minutes) {
                    let reason = format!(
                        "from 1 to {MINUTES_MAX} minutes (30 days); leave it out for no target"
                    );
                    let field = format!("{}.{priority}", word(*stage));
                    return Err((field, Refusal::invalid(reason)));
                }
            }
        }
        Ok(())
    }

    fn minutes(&self, stage: Stage, priority: Priority) -> Option<u32> {
        self.0.get(&stage)?.get(&priority).copied()
    }
}

fn word(stage: Stage) -> String {
    stage.label().replace(' ', "_")
}

/// Whether work is left in a stage, and somebody was charged with it.
fn takes_target(stage: Stage) -> bool {
    stage.is_open() && stage != Stage::New
}

/// How far an incident is with the time in its stage, where that is worth a word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StagePace)]
pub enum Pace {
    /// Most of it is over.
    DueSoon,
    /// All of it is.
    Overdue,
}

/// What an incident has said of the time in its stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PaceTold {
    /// Of which target: another one is another story.
    pub target_minutes: u32,
    /// What it said.
    pub pace: Pace,
}

/// The time that an incident may stay in its stage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct StageClock {
    /// How long, in minutes.
    pub target_minutes: u32,
    /// Since when it counts: since the incident came into the stage.
    pub from: Time,
    /// From when on it is near its end.
    pub soon_at: Time,
    /// When it is over.
    pub due_at: Time,
    /// What was said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Pace>,
}

impl Incident {
    /// The time that it may stay in its stage at its priority, if there is a target. While nothing
    /// has failed yet, work on it waits for what was foreseen, and has none.
    pub fn stage_clock(&self) -> Option<StageClock> {
        let target_minutes = match self.stage {
            Stage::New => self.policy.unassigned_minutes?,
            stage if takes_target(stage) && !self.potential => {
                self.policy.stage_targets.minutes(stage, self.priority)?
            }
            _ => return None,
        };
        let after = |seconds| self.stage_since + Duration::from_secs(seconds);
        let seconds = u64::from(target_minutes) * 60;
        let told = self.pace_told.filter(|told| told.target_minutes == target_minutes);
        Some(StageClock {
            target_minutes,
            from: self.stage_since,
            soon_at: after(seconds * u64::from(SOON_PERCENT) / 100),
            due_at: after(seconds),
            told: told.map(|told| told.pace),
        })
    }
}

/// What whoever is charged with an incident is told of the time in its stage; nothing, where an
/// event is none of that, or was overtaken.
pub fn pressing(incident: &Incident, event: &Event) -> Option<News> {
    let told = match &event.what {
        What::StageDueSoon { .. } => Pace::DueSoon,
        What::StageOverdue { .. } => Pace::Overdue,
        _ => return None,
    };
    let clock = incident.stage_clock().filter(|clock| clock.told == Some(told))?;
    let (number, stage) = (incident.number, incident.stage);
    let since = span(u32::try_from(event.at.micros_since(clock.from) / 60_000_000).ok()?);
    let (target, next) = (span(clock.target_minutes), incident.next_step());
    let subject = match told {
        Pace::DueSoon => format!("#{number} is {stage} for {since} of {target}"),
        Pace::Overdue => format!("#{number} is {stage} for longer than {target}"),
    };
    let lines = vec![
        format!(
            "Incident #{number} ({}) should be {stage} for {target} at most.",
            incident.priority
        ),
        next.to_owned(),
    ];
    Some(News { subject: format!("{subject}: {}", incident.title), lines })
}

/// Minutes in words of two units at most: `1 d 4 h`.
pub(crate) fn span(minutes: u32) -> String {
    let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    let units = [(days, "d"), (hours, "h"), (rest, "min")];
    let words = units.into_iter().filter(|(number, _)| *number > 0);
    words.map(|(number, unit)| format!("{number} {unit}")).take(2).collect::<Vec<_>>().join(" ")
}

/// When an incident next has something to say of the time in its stage. What is new says so by a
/// warning of its own.
pub(crate) fn due(incident: &Incident) -> Option<Time> {
    let clock = incident.stage_clock().filter(|_| incident.stage != Stage::New)?;
    match clock.told {
        None => Some(clock.soon_at),
        Some(Pace::DueSoon) => Some(clock.due_at),
        Some(Pace::Overdue) => None,
    }
}

/// What it has to say at a time. Whoever looks late hears the worse alone.
pub(crate) fn said(incident: &Incident, now: Time) -> Option<What> {
    due(incident).filter(|due| *due <= now)?;
    let StageClock { target_minutes, due_at, .. } = incident.stage_clock()?;
    Some(match due_at <= now {
        true => What::StageOverdue { target_minutes },
        false => What::StageDueSoon { target_minutes, due_at },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_two_units() {
        let table = [(1, "1 min"), (90, "1 h 30 min"), (1_440, "1 d"), (1_711, "1 d 4 h")];
        for (minutes, words) in table {
            assert_eq!(span(minutes), words);
        }
    }

    #[test]
    fn what_is_pressing_is_said_as_long_as_it_is() {
        let told = |stage_told: &str| {
            let lives = crate::tests::laws::one_in_each_stage();
            let assigned = |life: &&crate::tests::Life| life.record.stage == Stage::Assigned;
            let mut incident = lives.iter().find(assigned).unwrap().record.clone();
            let clock = incident.stage_clock().unwrap();
            let (target_minutes, due_at) = (clock.target_minutes, clock.due_at);
            let (at, what) = match stage_told {
                "soon" => (clock.soon_at, What::StageDueSoon { target_minutes, due_at }),
                _ => (clock.due_at, What::StageOverdue { target_minutes }),
            };
            let event = Event { at, by: kernel::Actor::system("clock"), what };
            let before = pressing(&incident, &event);
            incident.take_in(&event);
            (before, pressing(&incident, &event).unwrap())
        };
        let (before, soon) = told("soon");
        assert_eq!(before, None, "another thing holds by now");
        assert!(soon.subject.contains(" is assigned for "), "{soon:?}");
        let (_, over) = told("over");
        assert!(over.subject.contains(" is assigned for longer than "), "{over:?}");
        assert!(over.lines[0].contains("should be assigned for"), "{over:?}");
    }

    #[test]
    fn targets_are_of_stages_in_which_work_is_left() {
        assert_eq!(StageTargets::default().validate(), Ok(()));
        let of = |stage, minutes| StageTargets([(stage, [(Priority::P1, minutes)].into())].into());
        let field = |targets: StageTargets| targets.validate().unwrap_err().0;
        assert_eq!(field(of(Stage::Closed, 5)), "closed");
        assert_eq!(field(of(Stage::New, 5)), "new");
        assert_eq!(field(of(Stage::OnHold, 0)), "on_hold.P1");
        assert_eq!(field(of(Stage::ActionReady, MINUTES_MAX + 1)), "action_ready.P1");
    }
}
