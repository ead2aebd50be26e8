mod laws;
mod reference;
mod scenarios;
mod wire;

use std::collections::BTreeMap;

use calendar::Definition;
use kernel::{
    Actor, ClocksId, IncidentId, ItemRef, Lifecycle, Moment, Priority, Time, laws as law,
};

use super::*;
use crate::compliance::{CaseRef, ClockKept, ClockRun};

/// An incident and its contracts as a test moves them, with the clocks that follow.
struct World {
    now: Time,
    facts: Facts,
    promises: Vec<Promise>,
    record: Option<Clocks>,
    events: Vec<Event>,
    told: usize,
}

fn moment(now: Time) -> Moment {
    Moment::new(now, Actor::system("stream"), 1)
}

fn item(text: &str) -> ItemRef {
    text.parse().expect("an item")
}

fn promise(contract: &str, clocks: Vec<PromisedClock>) -> Promise {
    Promise {
        contract: item(&format!("servicecontract/{contract}")),
        title: contract.to_owned(),
        scope: Scope::Inside,
        because: "service/shop is in its scope".to_owned(),
        terms: 0,
        clocks,
    }
}

fn promised(clock: Kind, targets: &[(Priority, Target)], definition: Definition) -> PromisedClock {
    PromisedClock {
        clock,
        targets: targets.iter().copied().collect::<BTreeMap<_, _>>(),
        calendar: Working { title: "Working time".to_owned(), definition },
        pauses: Vec::new(),
        on_reopen: OnReopen::Resume,
        warn_at: vec![50, 75, 90],
        public_only: false,
    }
}

fn minutes(count: u32) -> Target {
    Target::Time { seconds: 60 * count }
}

impl World {
    fn new(detected: Time, priority: Priority, promises: Vec<Promise>) -> World {
        let facts = Facts {
            incident: IncidentId::from_bits(5),
            number: 7,
            priorities: vec![(detected, priority)],
            potential: false,
            detected,
            responded: None,
            updates: Vec::new(),
            messages: Vec::new(),
            restored: None,
            resolved: None,
            returns: Vec::new(),
            holds: Vec::new(),
            ended: None,
        };
        World { now: detected, facts, promises, record: None, events: Vec::new(), told: 0 }
    }

    /// Looks, and holds the clocks to their laws.
    fn look(&mut self) {
        let look = Look { facts: self.facts.clone(), promises: self.promises.clone() };
        let command = Command::Look(Box::new(look));
        let moment = moment(self.now);
        let events = match &self.record {
            None => Clocks::open(ClocksId::from_bits(3), &command, &moment),
            Some(record) => record.decide(&command, &moment),
        };
        self.take(events.expect("looking is never refused"));
        let record = self.record.as_ref().expect("there are clocks");
        let again = record.decide(&command, &moment).expect("looking is never refused");
        assert!(again.is_empty(), "looking twice says {again:?}\nof {:?}", self.facts);
        law::tick_is_idempotent(record, &moment);
    }

    /// Lets the clockwork come by.
    fn tick(&mut self) {
        let Some(record) = &self.record else { return };
        let events = record.decide(&Command::Tick {}, &moment(self.now));
        self.take(events.expect("a tick is never refused"));
    }

    fn take(&mut self, events: Vec<Event>) {
        for event in events {
            match &mut self.record {
                None => self.record = Clocks::born(ClocksId::from_bits(3), &event),
                Some(record) => record.apply(&event),
            }
            self.events.push(event);
        }
    }

    fn record(&self) -> &Clocks {
        self.record.as_ref().expect("there are clocks")
    }

    fn set_priority(&mut self, priority: Priority) {
        if self.facts.priorities.last().is_none_or(|(_, last)| *last != priority) {
            self.facts.priorities.push((self.now, priority));
        }
    }

    fn hold(&mut self, reason: WaitsFor) {
        if self.facts.holds.last().is_none_or(|wait| wait.until.is_some()) {
            self.facts.holds.push(Wait { reason, from: self.now, until: None });
        }
    }

    fn resume(&mut self) {
        if let Some(wait) = self.facts.holds.last_mut() {
            wait.until = wait.until.or(Some(self.now));
        }
    }

    fn restore(&mut self) {
        self.facts.restored = self.facts.restored.or(Some(self.now));
    }

    fn resolve(&mut self) {
        self.restore();
        self.facts.resolved = self.facts.resolved.or(Some(self.now));
    }

    /// The service is away again since a time.
    fn come_back(&mut self, at: Time, reopened: bool) {
        let (restored, resolved) = (self.facts.restored.take(), self.facts.resolved.take());
        if restored.is_some() {
            self.facts.returns.push(Return { restored, resolved, at, reopened });
        }
    }
}

#[test]
fn a_round_that_is_over_keeps_the_priority_that_it_was_of() {
    let monday = Time::parse("2026-03-02T08:00:00Z").unwrap();
    let after = |count: u64| monday + std::time::Duration::from_secs(60 * count);
    let targets = [(Priority::P1, minutes(30)), (Priority::P3, minutes(240))];
    let update = promised(Kind::Update, &targets, Definition::always("UTC"));
    let mut world = World::new(monday, Priority::P1, vec![promise("sla", vec![update])]);
    world.look();
    for (minute, priority) in [(20, None), (60, None), (90, Some(Priority::P3)), (200, None)] {
        world.now = after(minute);
        match priority {
            Some(priority) => world.set_priority(priority),
            None => world.facts.updates.push(world.now),
        }
        world.look();
    }
    let incident = CaseRef { id: world.facts.incident, number: 7, title: String::new() };
    let runs = ClockRun::of(world.record(), &item("servicecontract/sla"), &incident);
    let told: Vec<_> = runs.iter().map(|run| (run.priority, run.kept(world.now))).collect();
    assert_eq!(
        told,
        [
            (Priority::P1, ClockKept::Met),
            (Priority::P1, ClockKept::Missed),
            (Priority::P3, ClockKept::Met),
            (Priority::P3, ClockKept::Open),
        ]
    );
}
