mod away;
mod correlation;
pub(crate) mod laws;
mod scenarios;
mod service;
mod wire;

use kernel::{Actor, AlertId, IncidentId, Lifecycle, Moment, Refusal, Time};

use crate::{Attach, Command, Event, Incident, Open, Severity};

/// 2026-03-01T00:00:00Z, on which every test plays.
pub(crate) const DAY: Time = Time::from_seconds(1_772_323_200);

/// An incident with its journal: the only way in which tests call the practice.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) record: Incident,
    pub(crate) journal: Vec<Event>,
}

impl Life {
    pub(crate) fn open(open: Open, moment: &Moment) -> Result<Life, Refusal> {
        let id = IncidentId::from_bits(42);
        let journal = Incident::open(id, &Command::Open(Box::new(open)), moment)?;
        let mut record = Incident::born(id, &journal[0]).expect("an opening begins a life");
        for event in &journal[1..] {
            record.apply(event);
        }
        Ok(Life { record, journal })
    }

    /// What the command added to the journal.
    pub(crate) fn ask(
        &mut self,
        command: &Command,
        moment: &Moment,
    ) -> Result<Vec<Event>, Refusal> {
        let events = self.record.decide(command, moment)?;
        for event in &events {
            self.record.apply(event);
        }
        self.journal.extend(events.iter().cloned());
        Ok(events)
    }

    /// What the journal must hold at every time; takes as long as the journal is.
    pub(crate) fn check_journal(&self) {
        kernel::laws::journal_rebuilds(&self.record, &self.journal);
        assert!(self.journal.windows(2).all(|pair| pair[0].at <= pair[1].at), "time ran back");
    }

    /// What must hold for every incident at every time.
    pub(crate) fn check(&self, moment: &Moment) {
        let record = &self.record;
        assert_eq!(record.times.check(), Ok(()), "{record:#?}");
        kernel::laws::tick_is_idempotent(record, moment);
        assert_eq!(record.hold.is_some(), record.stage == crate::Stage::OnHold);
        assert_eq!(record.merged_into.is_some(), record.stage == crate::Stage::Merged);
        assert_eq!(record.service_is_back(), record.times.restored.is_some() && !over(record));
        assert!(record.main_item.as_ref().is_none_or(|main| record.items.contains(main)));
        let calculated = crate::priority::calculate(record);
        if record.is_open() {
            assert_eq!(record.priority, calculated.priority);
            assert_eq!(record.priority_lines, calculated.lines);
        }
        assert!(record.is_open() || !record.is_declared_major(), "over, and declared: {record:#?}");
        let outages = record.outages(moment.now.max(record.updated_at));
        assert!(outages.iter().all(|outage| outage.from <= outage.to), "{outages:?}");
        assert!(outages.windows(2).all(|pair| pair[0].to <= pair[1].from), "{outages:?}");
        away::every_outage_is_some_item_being_away(record);
    }
}

/// Ended by the way, with or without the service back.
fn over(record: &Incident) -> bool {
    matches!(record.stage, crate::Stage::Merged | crate::Stage::Cancelled)
}

pub(crate) fn system(now: Time) -> Moment {
    Moment::new(now, Actor::system("stream"), 7)
}

pub(crate) fn ada(now: Time) -> Moment {
    Moment::new(now, Actor::Person("ada".to_owned()), 7)
}

/// The alert of this name, always the same.
pub(crate) fn alert(name: &str) -> AlertId {
    let bits = name.bytes().fold(0_u128, |bits, byte| bits * 31 + u128::from(byte));
    AlertId::from_bits(bits)
}

pub(crate) fn attach(name: &str, item: &str) -> Attach {
    Attach {
        alert: alert(name),
        title: format!("{name} is down"),
        item: Some(item.parse().expect("an item")),
        severity: Severity::Critical,
        reason: "same item".to_owned(),
        started_at: None,
        assessment: None,
        potential: false,
        boundary_at: None,
        burn: false,
    }
}
