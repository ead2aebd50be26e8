//! Escalation policies, step by step.

use std::collections::BTreeMap;

use estate::{
    CalendarSpec, EscalationHours, EscalationPolicyRef, EscalationPolicySpec, EscalationStep,
    PersonRef, ScheduleRef, Spec, Target, TeamRef, Wait, WaitsForHours,
};
use kernel::Priority;
use serde_json::Value;

use super::moved::{Moved, Said, Told};
use super::rota::Rota;

/// Most rounds of a policy.
const REPEAT_MAX: u32 = 100;
/// Most layers and most overrides of a schedule.
const LAYERS_MAX: usize = 20;
const OVERRIDES_MAX: usize = 1_000;
/// Shortest and longest time for which whoever took an incident may do nothing, in seconds.
const AGAIN_SECONDS: (u32, u32) = (60, 86_400);

/// What is said of a step without anybody to call.
pub const NOBODY: &str =
    "it calls nobody that is taken and is left out; the step before it waits for it";

/// How often a policy begins again.
#[derive(Clone, Copy, Debug)]
pub enum Rounds<'a> {
    /// So often.
    Times(u32),
    /// As often as an export says, whatever that is.
    Of(&'a Value),
}

impl Rounds<'_> {
    fn count(self, said: &mut Said) -> u32 {
        let count = match self {
            Rounds::Times(count) => u64::from(count),
            Rounds::Of(Value::Null) => 0,
            Rounds::Of(value) => value.as_u64().unwrap_or_else(|| {
                said.changed(format!("`{value}` is no number of rounds: it does not begin again"));
                0
            }),
        };
        let most = u64::from(REPEAT_MAX);
        if count > most {
            said.changed(format!("it begins again {most} times"));
        }
        u32::try_from(count.min(most)).unwrap_or(REPEAT_MAX)
    }
}

/// Steps as they are found.
#[derive(Clone, Debug, Default)]
pub struct Steps {
    steps: Vec<EscalationStep>,
    /// The hours for which all of it waits.
    waits: Option<WaitsForHours>,
    /// After how long whoever took an incident is called again.
    again: Option<Wait>,
}

impl Steps {
    /// Adds a step that waits for so many seconds; without anybody to call only the wait counts.
    pub fn add(&mut self, contacts: Vec<Target>, rotate: bool, seconds: u64) {
        let wait = Wait::from_seconds(u32::try_from(seconds).unwrap_or(u32::MAX));
        if contacts.is_empty() {
            return self.wait(seconds);
        }
        self.steps.push(EscalationStep { contacts, rotate, wait });
    }

    /// The last step waits so many seconds longer.
    pub fn wait(&mut self, seconds: u64) {
        if let Some(last) = self.steps.last_mut() {
            let all = u64::from(last.wait.seconds()).saturating_add(seconds);
            last.wait = Wait::from_seconds(u32::try_from(all).unwrap_or(u32::MAX));
        }
    }

    /// Nobody is called outside of these hours, whatever it is about.
    pub fn wait_for(&mut self, hours: CalendarSpec) {
        let calendar = EscalationHours::These(Box::new(hours));
        self.waits = Some(WaitsForHours { priorities: Priority::ALL.to_vec(), calendar });
    }

    /// Whoever took an incident and does nothing for so many seconds is called again.
    pub fn call_again(&mut self, said: &mut Said, seconds: u32) {
        let (shortest, longest) = AGAIN_SECONDS;
        let after = Wait::from_seconds(seconds.clamp(shortest, longest));
        if after.seconds() != seconds {
            said.changed(format!("whoever took an incident is called again after {after}"));
        }
        self.again = Some(after);
    }

    /// Whether nobody is called.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The steps; those between which there is no time are one. Where nothing waits after the last
    /// step, its people have five minutes to answer.
    fn merged(self, said: &mut Said) -> Vec<EscalationStep> {
        let mut steps: Vec<EscalationStep> = Vec::new();
        for step in self.steps {
            match steps.last_mut() {
                Some(last) if last.wait.seconds() == 0 && !last.rotate && !step.rotate => {
                    for contact in step.contacts {
                        if !last.contacts.contains(&contact) {
                            last.contacts.push(contact);
                        }
                    }
                    last.wait = step.wait;
                }
                Some(last) if last.wait.seconds() == 0 => {
                    said.changed("a step that calls one in turn has a minute before the next");
                    last.wait = Wait::from_seconds(60);
                    steps.push(step);
                }
                _ => steps.push(step),
            }
        }
        if let Some(last) = steps.last_mut().filter(|last| last.wait.seconds() == 0) {
            said.changed("its last step waits for five minutes before the policy is over");
            last.wait = Wait::from_seconds(300);
        }
        steps
    }
}

/// Schedules and policies that have been taken, by their ids elsewhere.
#[derive(Debug, Default)]
pub struct Called {
    schedules: BTreeMap<String, Vec<ScheduleRef>>,
    policies: BTreeMap<String, (EscalationPolicyRef, EscalationPolicySpec)>,
}

impl Called {
    /// The schedules that stand for one elsewhere.
    pub fn schedule(&self, id: &str) -> Vec<Target> {
        let found = self.schedules.get(id).into_iter().flatten();
        found.map(|schedule| schedule.clone().into()).collect()
    }

    /// The policy with an id.
    pub fn policy(&self, id: &str) -> Option<&EscalationPolicyRef> {
        self.policies.get(id).map(|(policy, _)| policy)
    }

    /// What the policy with an id says.
    pub fn says(&self, id: &str) -> Option<&EscalationPolicySpec> {
        self.policies.get(id).map(|(_, spec)| spec)
    }

    /// The policies of a team.
    pub fn policies_of(&self, team: &TeamRef) -> impl Iterator<Item = &EscalationPolicyRef> {
        let own = self.policies.values().filter(move |(_, spec)| spec.team.as_ref() == Some(team));
        own.map(|(policy, _)| policy)
    }

    /// The team of a policy.
    pub fn team_of_policy(&self, id: &str) -> Option<&TeamRef> {
        self.says(id).and_then(|spec| spec.team.as_ref())
    }

    /// Adds a schedule: as many of ours as are needed to have all who may be on call at a time.
    pub fn add_schedule(
        &mut self,
        moved: &mut Moved,
        said: &mut Said,
        (name, told): (&str, Told<'_>),
        rota: &Rota,
    ) {
        let schedules = rota.schedules();
        if schedules.is_empty() {
            said.impossible("none of its rotations can be taken, so nobody is on call by it");
            return;
        }
        let most = schedules.iter().map(|(_, spec)| spec.layers.len()).max().unwrap_or(0);
        if most > LAYERS_MAX || rota.overrides.len() > OVERRIDES_MAX {
            said.impossible(format!(
                "it comes to {most} layers and {} overrides, of which a schedule has at most \
                 {LAYERS_MAX} and {OVERRIDES_MAX}; remove what is not needed, and export it again",
                rota.overrides.len()
            ));
            return;
        }
        let several = schedules.len() > 1;
        if several {
            said.changed(format!(
                "several may be on call at one time, so {} schedules stand beside each other",
                schedules.len()
            ));
        }
        for (place, (part, spec)) in schedules.into_iter().enumerate() {
            let name = if place == 0 { name.to_owned() } else { format!("{name}--{}", place + 1) };
            let title = match several {
                true => format!("{}: {part}", told.title),
                false => told.title.to_owned(),
            };
            let metadata = moved.metadata(said, &name, Told { title: &title, ..told });
            moved.add(said, metadata, Spec::Schedule(spec));
            if let Some(schedule) = ScheduleRef::new(&name) {
                self.schedules.entry(told.id.to_owned()).or_default().push(schedule);
            }
        }
    }

    /// Adds a policy.
    pub fn add_policy(
        &mut self,
        moved: &mut Moved,
        said: &mut Said,
        (name, told): (&str, Told<'_>),
        (team, steps, rounds): (Option<TeamRef>, Steps, Rounds<'_>),
    ) {
        if steps.is_empty() {
            said.impossible("it calls nobody that is taken; name somebody in its first step");
            return;
        }
        let repeat = rounds.count(said);
        let metadata = moved.metadata(said, name, told);
        let (waits, acknowledge_timeout) = (steps.waits.clone(), steps.again);
        let steps = steps.merged(said);
        let spec = EscalationPolicySpec {
            team,
            steps,
            variants: Vec::new(),
            repeat,
            waits,
            acknowledge_timeout,
        };
        moved.add(said, metadata, Spec::EscalationPolicy(spec.clone()));
        if let Some(policy) = EscalationPolicyRef::new(name) {
            self.policies.insert(told.id.to_owned(), (policy, spec));
        }
    }
}

/// A person as somebody to call.
pub fn person(person: &PersonRef) -> Target {
    person.clone().into()
}
