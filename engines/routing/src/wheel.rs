use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;

use jiff::Timestamp;

/// One timer for each key, of which there may be hundreds of thousands: setting, cancelling and
/// taking one costs the logarithm of their number. Those due are taken in slices, so that fifty
/// thousand at once stop nobody for long.
#[derive(Clone, Debug)]
pub struct Wheel<K> {
    by_time: BTreeSet<(Timestamp, K)>,
    by_key: HashMap<K, Timestamp>,
}

impl<K> Default for Wheel<K> {
    fn default() -> Wheel<K> {
        Wheel { by_time: BTreeSet::new(), by_key: HashMap::new() }
    }
}

impl<K: Clone + Ord + Hash> Wheel<K> {
    /// No timers.
    pub fn new() -> Wheel<K> {
        Wheel::default()
    }

    /// Sets the timer of a key, and gives the time it was set to before.
    pub fn schedule(&mut self, key: K, at: Timestamp) -> Option<Timestamp> {
        let before = self.by_key.insert(key.clone(), at);
        match before {
            Some(before) if before == at => return Some(before),
            Some(before) => {
                self.by_time.remove(&(before, key.clone()));
            }
            None => {}
        }
        self.by_time.insert((at, key));
        before
    }

    /// Takes a timer away, and gives the time it was set to.
    pub fn cancel(&mut self, key: &K) -> Option<Timestamp> {
        let at = self.by_key.remove(key)?;
        self.by_time.remove(&(at, key.clone()));
        Some(at)
    }

    /// When the timer of a key is due.
    pub fn due_at(&self, key: &K) -> Option<Timestamp> {
        self.by_key.get(key).copied()
    }

    /// When the next timer is due.
    pub fn next(&self) -> Option<Timestamp> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Takes timers that are due at `now`, the longest waiting first, at most so many. Fewer than
    /// asked for: none is left that is due.
    pub fn pop_due(&mut self, now: Timestamp, most: usize) -> Vec<(Timestamp, K)> {
        let mut due = Vec::new();
        while due.len() < most && self.next().is_some_and(|at| at <= now) {
            let Some((at, key)) = self.by_time.pop_first() else { break };
            self.by_key.remove(&key);
            due.push((at, key));
        }
        due
    }

    /// How many timers are set.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether none is set.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }
}
