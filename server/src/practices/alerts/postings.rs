//! Which alerts have a value of a label, kept for the names that readers ask for: the answer to
//! `instance="db-7"` is then looked up instead of searched for among all alerts.
//!
//! *Invariant:* gives candidates, never an answer: values are known by their hash, so whoever asks
//! looks at each alert once more. A name that nobody asks for costs nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use alerts::{Fingerprint, Labels};

/// Names kept at most; then the one that was built first makes room.
const NAMES: usize = 16;

/// The values of some labels.
#[derive(Default)]
pub(super) struct Postings {
    names: Vec<Values>,
    hasher: RandomState,
}

/// The alerts by their value of one label.
struct Values {
    name: Box<str>,
    by_hash: HashMap<u64, Posting>,
}

/// Most values of a label that tells alerts apart belong to one alert alone.
#[expect(clippy::box_collection, reason = "keeps the many that are one alert alone small")]
enum Posting {
    One(Fingerprint),
    Many(Box<HashSet<Fingerprint>>),
}

impl Postings {
    /// Whether the values of a label are kept.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.names.iter().any(|values| *values.name == *name)
    }

    /// Begins to keep the values of a label, from what is there now.
    pub(super) fn keep<'a>(
        &mut self,
        name: &str,
        alerts: impl Iterator<Item = (Fingerprint, &'a Labels)>,
    ) {
        if self.knows(name) {
            return;
        }
        if self.names.len() == NAMES {
            self.names.remove(0);
        }
        let mut values = Values { name: name.into(), by_hash: HashMap::new() };
        for (fingerprint, labels) in alerts {
            values.add(&self.hasher, fingerprint, labels);
        }
        self.names.push(values);
    }

    /// Takes in an alert, and takes out what it was called before.
    pub(super) fn put(
        &mut self,
        fingerprint: Fingerprint,
        before: Option<&Labels>,
        after: Option<&Labels>,
    ) {
        if self.names.is_empty() || before == after {
            return;
        }
        for values in &mut self.names {
            if let Some(labels) = before {
                values.remove(&self.hasher, fingerprint, labels);
            }
            if let Some(labels) = after {
                values.add(&self.hasher, fingerprint, labels);
            }
        }
    }

    /// The fewest alerts among which all with these values are; `None` when no name is kept.
    pub(super) fn candidates(&self, equal: &[(&str, &str)]) -> Option<Vec<Fingerprint>> {
        let posting = |(name, value): &(&str, &str)| {
            let values = self.names.iter().find(|values| *values.name == **name)?;
            Some(values.by_hash.get(&self.hasher.hash_one(*value)))
        };
        let fewest = equal.iter().filter_map(posting).min_by_key(|found| match found {
            None => 0,
            Some(posting) => posting.len(),
        });
        fewest.map(|found| found.map_or_else(Vec::new, Posting::all))
    }
}

impl Values {
    fn add(&mut self, hasher: &RandomState, fingerprint: Fingerprint, labels: &Labels) {
        let Some(value) = labels.get(&self.name) else { return };
        let known = self.by_hash.entry(hasher.hash_one(value));
        let posting = known.or_insert(Posting::One(fingerprint));
        match posting {
            Posting::One(only) if *only == fingerprint => {}
            Posting::One(only) => {
                *posting = Posting::Many(Box::new(HashSet::from([*only, fingerprint])));
            }
            Posting::Many(all) => {
                all.insert(fingerprint);
            }
        }
    }

    fn remove(&mut self, hasher: &RandomState, fingerprint: Fingerprint, labels: &Labels) {
        let Some(value) = labels.get(&self.name) else { return };
        let hash = hasher.hash_one(value);
        let gone = match self.by_hash.get_mut(&hash) {
            Some(Posting::One(only)) => *only == fingerprint,
            Some(Posting::Many(all)) => {
                all.remove(&fingerprint);
                all.is_empty()
            }
            None => false,
        };
        if gone {
            self.by_hash.remove(&hash);
        }
    }
}

impl Posting {
    fn len(&self) -> usize {
        match self {
            Posting::One(_) => 1,
            Posting::Many(all) => all.len(),
        }
    }

    fn all(&self) -> Vec<Fingerprint> {
        match self {
            Posting::One(only) => vec![*only],
            Posting::Many(all) => all.iter().copied().collect(),
        }
    }
}
