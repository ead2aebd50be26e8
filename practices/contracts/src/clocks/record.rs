use kernel::{Allowed, ClocksId, IncidentId, ItemRef, Lifecycle, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};

use super::clock::Clock;
use super::command::{Command, Scope, Working};
use super::decide;
use super::event::{Event, What};
use super::stage::{ALLOWED, Stage, Verb};

/// All clocks of one incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Clocks {
    /// Its id.
    pub id: ClocksId,
    /// The incident.
    pub incident: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// The contracts that the incident touches.
    pub contracts: Vec<Touched>,
    /// The working times in which clocks count or counted; terms name them by place.
    pub calendars: Vec<Working>,
    /// The clocks, in the order in which they were found.
    pub clocks: Vec<Clock>,
    /// When the first contract was found.
    pub opened_at: Time,
    /// When something last happened to them.
    pub updated_at: Time,
}

/// A contract that an incident touches.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Touched {
    /// The contract.
    pub contract: ItemRef,
    /// What people call it.
    pub title: String,
    /// Whether it covers what is hit.
    pub scope: Scope,
    /// How that is known.
    pub because: String,
}

impl Clocks {
    /// When the first clock that counts is due; one that is missed already is the most urgent.
    pub fn next_boundary(&self) -> Option<Time> {
        let live = self.clocks.iter().filter(|clock| clock.live());
        live.filter_map(|clock| clock.timing.due).min()
    }

    /// Takes an event in. Decides nothing: whatever was decided once is taken.
    pub(super) fn take_in(&mut self, event: &Event) {
        self.updated_at = self.updated_at.max(event.at);
        match &event.what {
            What::Opened { .. } => {}
            What::CalendarTaken { working } => self.calendars.push(working.clone()),
            What::Touched { contract, title, scope, because } => {
                let touched = Touched {
                    contract: contract.clone(),
                    title: title.clone(),
                    scope: *scope,
                    because: because.clone(),
                };
                match self.contracts.iter_mut().find(|known| known.contract == *contract) {
                    Some(known) => *known = touched,
                    None => self.contracts.push(touched),
                }
            }
            What::Untouched { contract, .. } => {
                self.contracts.retain(|known| known.contract != *contract);
            }
            What::Started { which, from, terms, timing } => {
                if self.clocks.iter().all(|clock| !clock.which.same(which)) {
                    let clock = Clock::new(which.clone(), *from, terms.clone(), timing.clone());
                    self.clocks.push(clock);
                } else {
                    self.move_clock(event);
                }
            }
            What::Paused { .. }
            | What::Resumed { .. }
            | What::Retargeted { .. }
            | What::Warned { .. }
            | What::Breached { .. }
            | What::Stopped { .. }
            | What::WentOn { .. }
            | What::Restarted { .. }
            | What::Dropped { .. } => self.move_clock(event),
        }
    }

    fn move_clock(&mut self, event: &Event) {
        let Some(which) = event.what.which() else { return };
        if let Some(clock) = self.clocks.iter_mut().find(|clock| clock.which.same(which)) {
            clock.apply(event.at, &event.what);
        }
    }
}

impl Lifecycle for Clocks {
    const KIND: &'static str = "clocks";
    type Id = ClocksId;
    type Stage = Stage;
    type Verb = Verb;
    type Command = Command;
    type Event = Event;

    fn allowed_table() -> &'static [Allowed<Stage, Verb>] {
        ALLOWED
    }

    fn verb(command: &Command) -> Verb {
        match command {
            Command::Look(_) => Verb::Look,
            Command::Tick {} => Verb::Tick,
        }
    }

    fn stage(&self) -> Stage {
        let live = || self.clocks.iter().filter(|clock| clock.live());
        if live().next().is_none() {
            Stage::Ended
        } else if live().all(|clock| clock.pause().is_some()) {
            Stage::Paused
        } else {
            Stage::Counting
        }
    }

    fn open(id: ClocksId, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        let Command::Look(look) = command else {
            return Err(Refusal::unknown("This incident has no clocks."));
        };
        let (incident, number) = (look.facts.incident, look.facts.number);
        let opened = Event { at: moment.now, what: What::Opened { incident, number } };
        let born = Clocks::born(id, &opened);
        let born = born.ok_or_else(|| Refusal::invalid("Clocks begin with an incident."))?;
        let rest = decide::look(&born, look, moment);
        Ok([opened].into_iter().chain(rest).collect())
    }

    fn born(id: ClocksId, event: &Event) -> Option<Clocks> {
        let What::Opened { incident, number } = &event.what else { return None };
        Some(Clocks {
            id,
            incident: *incident,
            number: *number,
            contracts: Vec::new(),
            calendars: Vec::new(),
            clocks: Vec::new(),
            opened_at: event.at,
            updated_at: event.at,
        })
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        Ok(match command {
            Command::Look(look) => decide::look(self, look, moment),
            Command::Tick {} => decide::tick(self, moment),
        })
    }

    fn apply(&mut self, event: &Event) {
        self.take_in(event);
    }

    fn next_due(&self) -> Option<Time> {
        self.clocks.iter().filter_map(Clock::next_due).min()
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> ClocksId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.what.name()
    }
}
