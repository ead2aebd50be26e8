use std::collections::BTreeMap;
use std::fmt;

use kernel::{
    Actor, Allowed, Impact, IncidentId, ItemRef, Lifecycle, Moment, Priority, Refusal, Time,
    Urgency,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::beginning::Absorb;
use crate::checks::{Check, Confirmation};
use crate::clearing;
use crate::codes::{CauseClass, HoldReason, ResolutionCode};
use crate::command::Command;
use crate::decide;
use crate::event::{Event, What};
use crate::major::Major;
use crate::member::Member;
use crate::pace::PaceTold;
use crate::past::Past;
use crate::policy::Policy;
use crate::priority::{Hit, PriorityLine, Stake};
use crate::service::ServiceMark;
use crate::stage::{ALLOWED, Phase, Stage};
use crate::times::{Beginning, Times};
use crate::verb::Verb;
use crate::written::{Comment, LinkEntry, Task};

/// An incident: an unplanned interruption or loss of quality, from the first sign to the end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Incident {
    /// Its id.
    pub id: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// One line that says what is wrong.
    pub title: String,
    /// Whether a person wrote the title: then it does not follow the main item.
    pub titled_by_hand: bool,
    /// Anything to add.
    pub description: String,
    /// Where it is in its life.
    pub stage: Stage,
    /// Whom it waits for, while on hold.
    pub hold: Option<Hold>,
    /// How much is hit.
    pub impact: Impact,
    /// How soon it must be dealt with.
    pub urgency: Urgency,
    /// The order of work.
    pub priority: Priority,
    /// Technical gravity; apart from priority.
    pub severity: Severity,
    /// The gravity that the reporter named, apart from what alerts say.
    pub stated_severity: Option<Severity>,
    /// The calculation of the priority.
    pub priority_lines: Vec<PriorityLine>,
    /// Impact that a person said.
    pub impact_set: Option<SetByHand<Impact>>,
    /// Urgency that a person said.
    pub urgency_set: Option<SetByHand<Urgency>>,
    /// Priority that a person set against the matrix.
    pub priority_override: Option<PriorityOverride>,
    /// The hits that matter most, the worst first.
    pub hits: Vec<Hit>,
    /// What contracts have at stake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stakes: Vec<Stake>,
    /// The likely cause among the items.
    pub main_item: Option<ItemRef>,
    /// Why it.
    pub main_because: String,
    /// The item that the reporter named.
    pub reported_item: Option<ItemRef>,
    /// What people named in incidents that were merged into it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed_items: Vec<ItemRef>,
    /// All items hit: the reported one and those of the attached alerts.
    pub items: Vec<ItemRef>,
    /// Who and what is affected.
    pub affected: Affected,
    /// The alerts.
    pub members: Vec<Member>,
    /// Whether the alerts say that the service is away, and so may say that it is back. Not so
    /// after a person reopened it although all alerts were clear.
    pub proven_by_alerts: bool,
    /// Who reported it, where a person did; they are told how it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<Actor>,
    /// The team charged with it.
    pub team: Option<ItemRef>,
    /// The person charged with it.
    pub assignee: Option<ItemRef>,
    /// Why these.
    pub assigned_because: String,
    /// Who does what in it.
    pub roles: BTreeMap<Role, ItemRef>,
    /// Its times.
    pub times: Times,
    /// Who took it; nobody again after it was reopened.
    pub acknowledged_by: Option<Actor>,
    /// When whoever has it now took it, which may not be the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_at: Option<Time>,
    /// Whether [`Times::acknowledged`] is a human being's; a program's does not count in reports
    /// and gives way to the first human being's.
    pub taken_by_human: bool,
    /// The stage it was restored from: goes on when the service breaks again.
    pub restored_from: Option<Stage>,
    /// Since when the service is away again, after a relapse.
    pub relapsed_at: Option<Time>,
    /// Outages that ended before the present one.
    pub earlier_outages: Vec<Outage>,
    /// How bad it was from when on, where a person said so, in order.
    #[serde(default)]
    #[schema(required)]
    pub service_marks: Vec<ServiceMark>,
    /// The kind of cause.
    pub cause_class: Option<CauseClass>,
    /// How it ended.
    pub resolution_code: Option<ResolutionCode>,
    /// Whether it is only about to happen: nothing has failed yet.
    #[serde(default)]
    #[schema(required)]
    pub potential: bool,
    /// While potential: when the first boundary will be crossed, as its alerts foresee.
    #[serde(default)]
    pub boundary_at: Option<Time>,
    /// Anything to add to that.
    pub resolution_note: String,
    /// What people wrote down.
    pub comments: Vec<Comment>,
    /// What has to be done.
    pub tasks: Vec<Task>,
    /// Where to look.
    pub links: Vec<LinkEntry>,
    /// Where it continues, once merged.
    pub merged_into: Option<IncidentId>,
    /// The incident on which it hangs, and with which it ends.
    #[serde(default)]
    pub parent: Option<IncidentId>,
    /// Whether the incident on which it hangs, or in which it continues, is over: `false` resolved,
    /// `true` closed.
    #[serde(default)]
    pub parent_ended: Option<bool>,
    /// Since when somebody should have been charged with it; nothing once somebody is.
    #[serde(default)]
    pub unassigned_too_long: Option<Time>,
    /// What it last said of the time in its stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pace_told: Option<PaceTold>,
    /// When the last acknowledgement lapsed, since nothing was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed_at: Option<Time>,
    /// What the last check found out, while the service is back.
    #[serde(default)]
    #[schema(required)]
    pub checks: Vec<Check>,
    /// The stage in which that was.
    #[serde(default)]
    pub checked_stage: Option<Stage>,
    /// The consumer's word that it works again.
    #[serde(default)]
    pub consumer_confirmed: Option<Confirmation>,
    /// Whether it is a major incident, where somebody or something has said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub major: Option<Major>,
    /// What it was before.
    #[serde(default)]
    pub past: Past,
    /// How often it came back after it was resolved.
    pub reopen_count: u32,
    /// The rules it is handled by.
    pub policy: Policy,
    /// Since when it is in its stage.
    pub stage_since: Time,
    /// When it was opened.
    pub opened_at: Time,
    /// When something last happened to it.
    pub updated_at: Time,
}

/// Technical gravity. Ordered: `Info < Critical`.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Default,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentSeverity)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will become an error if nobody acts.
    Warning,
    /// Something does not work.
    #[default]
    Error,
    /// Nothing works.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
            Severity::Critical => "critical",
        })
    }
}

/// Whom an incident waits for, and where it goes on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// For whom.
    pub reason: HoldReason,
    /// Details.
    pub note: String,
    /// Since when.
    pub since: Time,
    /// Where it goes on.
    pub previous: Stage,
}

/// A value that a person put in place of the calculated one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct SetByHand<T> {
    /// The value.
    pub value: T,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Time,
}

/// A priority that a person set against the matrix.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PriorityOverride {
    /// The priority.
    pub priority: Priority,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Actor,
    /// When.
    pub at: Time,
}

/// Who and what is affected.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = IncidentAffected)]
pub struct Affected {
    /// Use cases that depend on what is hit.
    pub usecases: Vec<ItemRef>,
    /// Products that depend on it.
    pub products: Vec<ItemRef>,
    /// Services that are hit or depend on it.
    pub services: Vec<ItemRef>,
    /// How many users; nothing: unknown.
    pub users: Option<u64>,
    /// How they are affected.
    pub note: String,
}

/// One outage: from when to when the service was away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Outage {
    /// Away since.
    pub from: Time,
    /// Back at.
    pub to: Time,
}

/// What somebody does in an incident, besides being assigned.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentRole)]
pub enum Role {
    /// Leads, and decides.
    Commander,
    /// Changes the systems.
    Operations,
    /// Tells everybody else.
    Communications,
    /// Writes down what happens.
    Scribe,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Role::Commander => "commander",
            Role::Operations => "operations lead",
            Role::Communications => "communications lead",
            Role::Scribe => "scribe",
        })
    }
}

impl Incident {
    /// The alerts that still belong to it, cleared or not.
    pub fn attached(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| !member.detached)
    }

    /// The stage that counts: the one before the hold while on hold.
    pub fn place(&self) -> Stage {
        self.hold.as_ref().map_or(self.stage, |hold| hold.previous)
    }

    /// Whether the service is back in its agreed state.
    pub fn service_is_back(&self) -> bool {
        matches!(self.place(), Stage::Restored | Stage::Resolved | Stage::Closed)
    }

    /// The phase of the work; on hold counts by the stage before it.
    pub fn phase(&self) -> Phase {
        self.place().phase()
    }

    /// Whether work may be left.
    pub fn is_open(&self) -> bool {
        self.stage.is_open()
    }

    /// Whether a merged incident may continue in this one; the shell asks before it merges.
    ///
    /// # Errors
    /// When both are the same, or this one is not open.
    pub fn can_absorb(&self, child: IncidentId) -> Result<(), Refusal> {
        if child == self.id {
            return Err(Refusal::invalid("An incident cannot be merged into itself."));
        }
        if !self.is_open() {
            return Err(Refusal::invalid(format!(
                "Incident {} is {}; only an open incident takes another one in.",
                self.number, self.stage
            )));
        }
        Ok(())
    }

    /// Whether another incident may hang on this one; the shell asks before it links them.
    ///
    /// # Errors
    /// When both are the same, this one is over, or it hangs on another one itself.
    pub fn can_lead(&self, child: IncidentId) -> Result<(), Refusal> {
        let number = self.number;
        if child == self.id {
            return Err(Refusal::invalid("An incident cannot hang on itself."));
        }
        if !self.is_open() {
            let reason = format!("Incident {number} is {}: nothing can hang on it.", self.stage);
            return Err(Refusal::invalid(reason));
        }
        if self.parent.is_some() {
            let reason = format!("Incident {number} hangs on another one; name that one.");
            return Err(Refusal::invalid(reason));
        }
        Ok(())
    }

    /// The command by which a parent takes over what this incident holds.
    pub fn handover(&self) -> Absorb {
        Absorb {
            child: self.id,
            number: self.number,
            members: self.attached().cloned().collect(),
            beginning: Beginning { started: self.times.started, detected: self.times.detected },
            assessment: None,
            potential: self.potential,
            // Merged, it has left the stage that told so.
            away_at: (self.times.restored.is_none() && self.away_since().is_some())
                .then_some(self.stage_since),
            reported_items: self.reported_items().cloned().collect(),
            stated_severity: self.stated_severity,
        }
    }

    /// What whoever is charged with it does next.
    pub fn next_step(&self) -> &'static str {
        match self.potential && self.stage.is_working() {
            true => "Nothing has failed yet: see that it does not.",
            false => self.stage.next_step(),
        }
    }
}

impl Lifecycle for Incident {
    const KIND: &'static str = "incident";
    type Id = IncidentId;
    type Stage = Stage;
    type Verb = Verb;
    type Command = Command;
    type Event = Event;

    fn allowed_table() -> &'static [Allowed<Stage, Verb>] {
        ALLOWED
    }

    fn verb(command: &Command) -> Verb {
        command.verb()
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn open(id: IncidentId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        decide::open(id, command, moment)
    }

    fn born(id: IncidentId, event: &Event) -> Option<Incident> {
        match &event.what {
            What::Opened(opened) => Some(Incident::begin(id, event.at, opened)),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        decide::decide(self, command, moment)
    }

    fn apply(&mut self, event: &Event) {
        self.take_in(event);
    }

    fn next_due(&self) -> Option<Time> {
        clearing::next_due(self)
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> IncidentId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.what.name()
    }
}
