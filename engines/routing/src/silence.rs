use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use jiff::Timestamp;

use crate::labels::LabelSet;
use crate::matcher::Matchers;

mod anchor;
mod memo;

use anchor::{Anchor, Anchors};

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
///
/// The cost of a question hardly depends on how many silences there are. Each is filed under one
/// of its matchers, its anchor, by something that every value it accepts must have: the value
/// itself, or a few bytes of it. Only silences that share this with a value of the alert are
/// looked at. Where an expression demands nothing of the kind (`.+`), the answers are remembered
/// by value, within bounds.
///
/// Ended silences cost as much as active ones until they are removed.
#[derive(Debug)]
pub struct SilenceIndex<I> {
    /// A silence keeps its slot while it is here; freed slots are used again.
    slots: Vec<Option<Slot<I>>>,
    free: Vec<u32>,
    by_id: HashMap<I, u32>,
    anchors: Anchors,
    /// How many silences start or end at an instant.
    edges: BTreeMap<Timestamp, usize>,
}

#[derive(Debug)]
struct Slot<I> {
    id: I,
    silence: SilenceSpec,
    anchor: Anchor,
}

impl<I> Default for SilenceIndex<I> {
    fn default() -> SilenceIndex<I> {
        SilenceIndex {
            slots: Vec::new(),
            free: Vec::new(),
            by_id: HashMap::new(),
            anchors: Anchors::default(),
            edges: BTreeMap::new(),
        }
    }
}

impl<I: Clone + Ord + Hash> SilenceIndex<I> {
    /// No silences.
    pub fn new() -> SilenceIndex<I> {
        SilenceIndex::default()
    }

    /// Adds a silence; one with the same id is replaced.
    pub fn add(&mut self, id: I, silence: SilenceSpec) {
        self.remove(&id);
        let place = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            u32::try_from(self.slots.len() - 1).expect("four billion silences fit no memory")
        });
        for edge in [silence.starts, silence.ends] {
            *self.edges.entry(edge).or_default() += 1;
        }
        let anchor = self.anchors.file(place, &silence.matchers);
        self.by_id.insert(id.clone(), place);
        self.slots[place as usize] = Some(Slot { id, silence, anchor });
    }

    /// Takes a silence out, and gives it.
    pub fn remove(&mut self, id: &I) -> Option<SilenceSpec> {
        let place = self.by_id.remove(id)?;
        let slot = self.slots[place as usize].take()?;
        self.free.push(place);
        self.anchors.take_out(place, &slot.silence.matchers, &slot.anchor);
        for edge in [slot.silence.starts, slot.silence.ends] {
            if let Some(count) = self.edges.get_mut(&edge) {
                *count -= 1;
                if *count == 0 {
                    self.edges.remove(&edge);
                }
            }
        }
        Some(slot.silence)
    }

    /// The silence with this id.
    pub fn get(&self, id: &I) -> Option<&SilenceSpec> {
        let slot = self.slots[*self.by_id.get(id)? as usize].as_ref()?;
        Some(&slot.silence)
    }

    /// The silences that an alert with these labels fits now, in the order of their ids.
    pub fn silenced_by(&self, labels: &dyn LabelSet, now: Timestamp) -> Vec<I> {
        let mut found = Vec::new();
        if self.by_id.is_empty() {
            return found;
        }
        let accepts = |place: u32, value: &str| {
            let slot = self.slots.get(place as usize).and_then(Option::as_ref);
            slot.is_some_and(|slot| {
                slot.anchor.matcher(&slot.silence.matchers).is_some_and(|m| m.accepts(value))
            })
        };
        let mut see = |place: u32| {
            let Some(slot) = self.slots.get(place as usize).and_then(Option::as_ref) else {
                return;
            };
            if slot.silence.is_active(now) && slot.silence.matchers.matches(labels) {
                found.push(slot.id.clone());
            }
        };
        labels.each(&mut |name, value| self.anchors.candidates(name, value, &accepts, &mut see));
        for place in self.anchors.loose() {
            see(*place);
        }
        // A silence may be filed under several texts that one value holds.
        found.sort_unstable();
        found.dedup();
        found
    }

    /// When the next silence starts or ends after `now`: until then an answer stays true, as long
    /// as no silence is added or removed.
    pub fn next_change(&self, now: Timestamp) -> Option<Timestamp> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.edges.range((Excluded(now), Unbounded)).next().map(|(at, _)| *at)
    }

    /// How many silences there are, active or not.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
}
