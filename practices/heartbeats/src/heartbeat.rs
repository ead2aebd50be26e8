use std::time::Duration;

use kernel::{Allowed, HeartbeatId, ItemRef, Lifecycle, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::plan::check_name;
use crate::{ALLOWED, Command, Event, Plan, Stage, Verb};

/// As many times in which it was missed are kept; the oldest go first.
const GAPS_MAX: usize = 1_000;

/// A time in which it was missed, and nobody looked at what it watches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = HeartbeatGap)]
pub struct Gap {
    /// When it was last heard of before.
    pub from: Time,
    /// When it was heard of again, or nobody waited any more; nothing while it is missed.
    pub until: Option<Time>,
    /// What it watched.
    pub watches: Vec<ItemRef>,
}

/// Something that has to report from time to time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Heartbeat {
    /// Its id.
    pub id: HeartbeatId,
    /// Its name, unique in its space while it is not removed.
    pub name: String,
    /// Where it is in its life.
    pub stage: Stage,
    /// What is waited for.
    pub plan: Plan,
    /// When it was heard of last.
    pub heard_at: Option<Time>,
    /// Since when it is overdue; `None` while it is not.
    pub overdue_since: Option<Time>,
    /// When it was missed while it watched something, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// When it was made.
    pub created_at: Time,
}

impl Heartbeat {
    /// When it is missed unless it is heard of; `None` when nobody waits.
    pub fn deadline(&self) -> Option<Time> {
        let plan = &self.plan;
        let wait = u64::from(plan.interval_seconds) + u64::from(plan.grace_seconds);
        let heard = self.heard_at.filter(|_| self.stage == Stage::Beating)?;
        Some(heard + Duration::from_secs(wait))
    }

    /// Takes in a ping that is no history: the deadline moves.
    pub fn refresh(&mut self, now: Time) {
        self.heard_at = Some(self.heard_at.map_or(now, |heard| heard.max(now)));
    }

    /// Whether both went through the same history: equal but for what pings change.
    pub fn same_history(&self, other: &Heartbeat) -> bool {
        let mut other = other.clone();
        other.heard_at = self.heard_at;
        *self == other
    }

    fn begin_gap(&mut self, from: Time) {
        if !self.plan.watches.is_empty() {
            self.gaps.push(Gap { from, until: None, watches: self.plan.watches.clone() });
        }
        if self.gaps.len() > GAPS_MAX {
            self.gaps.remove(0);
        }
    }

    fn end_gap(&mut self, at: Time) {
        if let Some(gap) = self.gaps.last_mut().filter(|gap| gap.until.is_none()) {
            gap.until = Some(at);
        }
    }

    fn refusal(&self, verb: Verb) -> String {
        match (self.stage, verb) {
            (Stage::Removed, _) => "this heartbeat was removed".to_owned(),
            (Stage::Paused, _) => "this heartbeat is paused already".to_owned(),
            (_, Verb::Resume) => "this heartbeat is not paused".to_owned(),
            _ => "this heartbeat exists already".to_owned(),
        }
    }
}

impl Lifecycle for Heartbeat {
    const KIND: &'static str = "heartbeat";
    type Id = HeartbeatId;
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

    fn open(_: HeartbeatId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let Command::Create { name, plan } = command else {
            return Err(Refusal::unknown("there is no such heartbeat"));
        };
        check_name(name)?;
        plan.validate()?;
        Ok(vec![Event::Created { at: moment.now, name: name.clone(), plan: plan.clone() }])
    }

    fn born(id: HeartbeatId, event: &Event) -> Option<Heartbeat> {
        match event {
            Event::Created { at, name, plan } => Some(Heartbeat {
                id,
                name: name.clone(),
                stage: Stage::Waiting,
                plan: plan.clone(),
                heard_at: None,
                overdue_since: None,
                gaps: Vec::new(),
                created_at: *at,
            }),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(command.verb()) {
            return Err(Refusal::not_allowed(self.refusal(command.verb())));
        }
        let at = moment.now;
        match command {
            Command::Create { .. } => Err(Refusal::not_allowed(self.refusal(Verb::Create))),
            Command::Ping {} if matches!(self.stage, Stage::Waiting | Stage::Overdue) => {
                Ok(vec![Event::Beat { at }])
            }
            Command::Edit { plan } if *plan != self.plan => {
                plan.validate()?;
                Ok(vec![Event::Edited { at, plan: plan.clone() }])
            }
            Command::Ping {} | Command::Edit { .. } => Ok(Vec::new()),
            Command::Pause {} => Ok(vec![Event::Paused { at }]),
            Command::Resume {} => Ok(vec![Event::Resumed { at }]),
            Command::Remove {} => Ok(vec![Event::Removed { at }]),
            Command::Tick {} => Ok(match (self.deadline(), self.heard_at) {
                (Some(since), Some(heard_at)) if since <= at => {
                    vec![Event::Missed { at, heard_at, since }]
                }
                _ => Vec::new(),
            }),
        }
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Created { .. } => {}
            Event::Beat { at } => {
                self.stage = Stage::Beating;
                self.heard_at = Some(*at);
                self.end_gap(*at);
                self.overdue_since = None;
            }
            Event::Missed { heard_at, since, .. } => {
                self.stage = Stage::Overdue;
                self.heard_at = Some(*heard_at);
                self.overdue_since = Some(*since);
                self.begin_gap(*heard_at);
            }
            Event::Edited { plan, .. } => self.plan = plan.clone(),
            Event::Paused { at } => {
                self.stage = Stage::Paused;
                self.end_gap(*at);
                self.overdue_since = None;
            }
            Event::Resumed { .. } => self.stage = Stage::Waiting,
            Event::Removed { at } => {
                self.stage = Stage::Removed;
                self.end_gap(*at);
                self.overdue_since = None;
            }
        }
    }

    fn next_due(&self) -> Option<Time> {
        self.deadline()
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> HeartbeatId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.name()
    }
}
