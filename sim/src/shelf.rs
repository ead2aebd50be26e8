//! Records and their histories, for any kind of record.

use std::collections::BTreeMap;

use kernel::{Effect, Lifecycle, Moment, Refusal};

/// All records of one kind, with the history of each.
#[derive(Clone, Debug)]
pub struct Shelf<R: Lifecycle> {
    rows: BTreeMap<R::Id, R>,
    history: BTreeMap<R::Id, Vec<R::Event>>,
}

/// What a command did: what happened, and what it asks of the outside.
pub struct Done<R: Lifecycle> {
    /// What happened, in order.
    pub events: Vec<R::Event>,
    /// What is asked of the outside, in order.
    pub effects: Vec<Effect>,
}

impl<R: Lifecycle> Default for Shelf<R> {
    fn default() -> Self {
        Shelf { rows: BTreeMap::new(), history: BTreeMap::new() }
    }
}

impl<R: Lifecycle> Shelf<R> {
    /// The record.
    pub fn get(&self, id: R::Id) -> Option<&R> {
        self.rows.get(&id)
    }

    /// All records, by id.
    pub fn rows(&self) -> impl Iterator<Item = &R> {
        self.rows.values()
    }

    /// What happened to the record.
    pub fn history(&self, id: R::Id) -> &[R::Event] {
        self.history.get(&id).map_or(&[], Vec::as_slice)
    }

    /// The ids of the records that are due.
    pub fn due(&self, now: kernel::Time) -> Vec<R::Id> {
        let due = |record: &&R| record.next_due().is_some_and(|due| due <= now);
        self.rows.values().filter(due).map(Lifecycle::id).collect()
    }

    /// Opens a record.
    ///
    /// # Errors
    /// The refusal of the practice.
    pub fn open(
        &mut self,
        id: R::Id,
        command: &R::Command,
        moment: &Moment,
    ) -> Result<Done<R>, Refusal> {
        let events = R::open(id, command, moment)?;
        Ok(self.follow(id, None, events, moment))
    }

    /// Executes a command on a record, and watches the law of the table from outside.
    ///
    /// # Errors
    /// The refusal of the practice, or that there is no such record.
    ///
    /// # Panics
    /// When a practice decided something that its table forbids.
    pub fn execute(
        &mut self,
        id: R::Id,
        command: &R::Command,
        moment: &Moment,
    ) -> Result<Done<R>, Refusal> {
        let record = self.get(id).ok_or_else(|| Refusal::unknown("there is no such record"))?;
        let events = record.decide(command, moment)?;
        let (verb, stage) = (R::verb(command), record.stage());
        assert!(record.allows(verb), "{verb:?} was accepted in {stage:?}");
        let record = record.clone();
        Ok(self.follow(id, Some(record), events, moment))
    }

    /// Puts a record as it is, with what happened to it.
    pub fn put(&mut self, record: R, events: &[R::Event]) {
        let id = record.id();
        self.history.entry(id).or_default().extend_from_slice(events);
        self.rows.insert(id, record);
    }

    fn follow(
        &mut self,
        id: R::Id,
        mut record: Option<R>,
        events: Vec<R::Event>,
        moment: &Moment,
    ) -> Done<R> {
        let mut effects = Vec::new();
        for event in &events {
            match &mut record {
                Some(record) => record.apply(event),
                None => record = R::born(id, event),
            }
            effects.extend(record.iter().flat_map(|record| record.effects(event, moment)));
        }
        if let Some(record) = record {
            self.put(record, &events);
        }
        Done { events, effects }
    }
}
