use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::labels::LabelSet;
use crate::matcher::Matchers;

/// What the index has to know of a silence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SilenceSpec {
    /// What an alert has to fit, all of it.
    pub matchers: Matchers,
    /// From this instant on.
    pub starts: Timestamp,
    /// Up to this instant, at which it no longer silences.
    pub ends: Timestamp,
}

impl SilenceSpec {
    /// Whether it silences at this instant.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.starts <= now && now < self.ends
    }
}

/// The silences, ready to be asked which of them an alert fits.
#[derive(Clone, Debug)]
pub struct SilenceIndex<I> {
    silences: BTreeMap<I, SilenceSpec>,
    edges: BTreeSet<(Timestamp, I)>,
}

impl<I> Default for SilenceIndex<I> {
    fn default() -> SilenceIndex<I> {
        SilenceIndex { silences: BTreeMap::new(), edges: BTreeSet::new() }
    }
}

impl<I: Clone + Ord> SilenceIndex<I> {
    /// No silences.
    pub fn new() -> SilenceIndex<I> {
        SilenceIndex::default()
    }

    /// Adds a silence; one with the same id is replaced.
    pub fn add(&mut self, id: I, silence: SilenceSpec) {
        self.remove(&id);
        self.edges.insert((silence.starts, id.clone()));
        self.edges.insert((silence.ends, id.clone()));
        self.silences.insert(id, silence);
    }

    /// Takes a silence out, and gives it.
    pub fn remove(&mut self, id: &I) -> Option<SilenceSpec> {
        let silence = self.silences.remove(id)?;
        self.edges.remove(&(silence.starts, id.clone()));
        self.edges.remove(&(silence.ends, id.clone()));
        Some(silence)
    }

    /// The silences that an alert with these labels fits now, in the order of their ids.
    pub fn silenced_by(&self, labels: &dyn LabelSet, now: Timestamp) -> Vec<I> {
        let active = self.silences.iter().filter(|(_, silence)| silence.is_active(now));
        active.filter(|(_, s)| s.matchers.matches(labels)).map(|(id, _)| id.clone()).collect()
    }

    /// When the next silence starts or ends after `now`: until then an answer stays true, as long
    /// as no silence is added or removed.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        self.edges.iter().map(|(at, _)| *at).find(|at| *at > now)
    }

    /// How many silences there are, active or not.
    pub fn len(&self) -> usize {
        self.silences.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.silences.is_empty()
    }
}
