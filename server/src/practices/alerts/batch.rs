//! What one transaction writes of alerts: worked out before it begins, so that the writer has
//! nothing to do but to write.

use std::sync::Arc;

use alerts::{Alert, Change, Event, Signal};
use kernel::{Actor, Data, Fact, Lifecycle, SpaceId, Time};
use spine::engine::Versioned;
use spine::journal::Stamp;
use spine::{Fault, Tx, Value, pack};

use super::hot::Known;
use super::store::{self, Refreshed};

/// A record as it will be, with what led there.
pub(super) struct Decided {
    /// What happened to it.
    pub change: Change,
    /// The version it was decided on; 0 for a new one.
    pub version: i64,
}

/// What one transaction writes.
pub(super) struct Batch {
    space: SpaceId,
    at: Time,
    inserts: Vec<Vec<Value>>,
    updates: Vec<Vec<Value>>,
    /// What was only heard again.
    refreshed: Vec<Refreshed>,
    /// How many signals of each source it is made of.
    taken_in: Vec<(Arc<str>, i64)>,
    /// What the journal keeps, in the name of who made it so.
    facts: Vec<(Actor, Vec<Fact>)>,
    /// Firings that no rule classified, source by source.
    unclassified: Vec<(Arc<str>, u64)>,
}

impl Batch {
    /// Works out what has to be written. `by` asked for all of it; without, the source of each
    /// alert did.
    ///
    /// # Errors
    /// When a record cannot be put into words.
    pub fn of(
        space: &SpaceId,
        at: Time,
        by: Option<&Actor>,
        decided: &[Decided],
    ) -> Result<Batch, Fault> {
        let mut batch = Batch {
            space: space.clone(),
            at,
            inserts: Vec::new(),
            updates: Vec::new(),
            refreshed: Vec::new(),
            taken_in: Vec::new(),
            facts: facts(by, decided)?,
            unclassified: unclassified(decided),
        };
        for Decided { change, version } in decided {
            if change.new {
                batch.inserts.push(store::row_of_new(space, &change.alert)?);
            } else if !change.events.is_empty() {
                batch.updates.push(store::row_of_changed(space, &change.alert, *version)?);
            }
        }
        Ok(batch)
    }

    /// Adds what was only heard again, and the signals that it is made of.
    pub fn heard(self, refreshed: Vec<Refreshed>, signals: &[Signal]) -> Batch {
        Batch { refreshed, taken_in: counted(signals), ..self }
    }

    /// Writes alerts and their history; says which firings no rule classified.
    ///
    /// # Errors
    /// When the database refuses, or one of the alerts was changed meanwhile.
    pub async fn store(self, tx: &mut Tx) -> Result<Vec<(Arc<str>, u64)>, Fault> {
        let space = &self.space;
        store::insert(tx, self.inserts).await?;
        store::update(tx, self.updates).await?;
        store::log_refreshes(tx, space, self.at, &self.refreshed).await?;
        store::count_signals(tx, space, self.at, &self.taken_in).await?;
        for (actor, facts) in &self.facts {
            let stamp = Stamp { space, at: self.at, actor, cause: None };
            pack::append_flood(tx, &stamp, facts).await?;
        }
        Ok(self.unclassified)
    }
}

/// The records as they are once a batch is committed.
pub(super) fn after(decided: Vec<Decided>) -> Vec<Known> {
    let one = |Decided { change, version }: Decided| {
        let version = version + i64::from(!change.events.is_empty());
        Arc::new(Versioned { record: change.alert, version })
    };
    decided.into_iter().map(one).collect()
}

/// Journal entries, each in the name of who made it so.
fn facts(by: Option<&Actor>, decided: &[Decided]) -> Result<Vec<(Actor, Vec<Fact>)>, Fault> {
    let mut by_actor: Vec<(Actor, Vec<Fact>)> = Vec::new();
    let mut last: Option<&Arc<str>> = None;
    for Decided { change, .. } in decided {
        let source = &change.alert.source;
        for event in &change.events {
            let fact = Fact {
                subject: format!("alert:{}", change.alert.id),
                kind: format!("alert.{}", Alert::event_name(event)),
                data: Data::of(event).map_err(|error| Fault::corrupt("alert event", error))?,
            };
            match by_actor.last_mut() {
                Some((_, facts)) if by.is_some() || last == Some(source) => facts.push(fact),
                _ => {
                    let own = || Actor::Integration(source.to_string());
                    by_actor.push((by.cloned().unwrap_or_else(own), vec![fact]));
                }
            }
            last = Some(source);
        }
    }
    Ok(by_actor)
}

fn unclassified(decided: &[Decided]) -> Vec<(Arc<str>, u64)> {
    let fired = |event: &&Event| match event {
        Event::Fired(firing) => firing.classification.is_none(),
        Event::Returned(again) => again.classification.is_none(),
        _ => false,
    };
    let mut counts: Vec<(Arc<str>, u64)> = Vec::new();
    for Decided { change, .. } in decided {
        let new = change.events.iter().filter(fired).count() as u64;
        match counts.iter_mut().find(|(source, _)| *source == change.alert.source) {
            _ if new == 0 => {}
            Some((_, count)) => *count += new,
            None => counts.push((change.alert.source.clone(), new)),
        }
    }
    counts
}

/// How many signals came from each source; a batch has few.
fn counted(signals: &[Signal]) -> Vec<(Arc<str>, i64)> {
    let mut counts: Vec<(Arc<str>, i64)> = Vec::new();
    for signal in signals {
        match counts.iter_mut().rev().find(|(source, _)| *source == signal.source) {
            Some((_, count)) => *count += 1,
            None => counts.push((signal.source.clone(), 1)),
        }
    }
    // Two nodes must not wait for each other's rows.
    counts.sort_unstable();
    counts
}
