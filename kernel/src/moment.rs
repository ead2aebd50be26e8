use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Actor, Id, Time};

/// When, who and fresh ids: everything of the world that a decision may use.
#[derive(Debug)]
pub struct Moment {
    /// The time of the decision.
    pub now: Time,
    /// Who asks.
    pub actor: Actor,
    /// Where fresh ids come from.
    pub ids: Ids,
}

impl Moment {
    /// A moment with its own source of ids; `seed` is random outside tests.
    pub fn new(now: Time, actor: Actor, seed: u128) -> Moment {
        Moment { now, actor, ids: Ids::new(seed) }
    }

    /// A fresh id, ordered by this moment's time.
    pub fn id<K>(&self) -> Id<K> {
        self.ids.next(self.now)
    }
}

/// A seeded source of ids: the same seed gives the same ids.
#[derive(Debug)]
pub struct Ids {
    seed: u128,
    drawn: AtomicU64,
}

impl Ids {
    /// A source that starts from `seed`.
    pub const fn new(seed: u128) -> Ids {
        Ids { seed, drawn: AtomicU64::new(0) }
    }

    /// The next id, with `now` in its first 48 bits (UUID version 7 layout, RFC 9562).
    pub fn next<K>(&self, now: Time) -> Id<K> {
        let draw = self.drawn.fetch_add(1, Ordering::Relaxed);
        let low = mix((self.seed as u64) ^ mix(draw));
        let high = mix(((self.seed >> 64) as u64).wrapping_add(low));
        let millis = (now.micros().max(0) / 1000) as u128 & ((1 << 48) - 1);
        let random = (u128::from(high) << 64) | u128::from(low);
        let bits = (millis << 80) | (0x7 << 76) | (((random >> 64) & 0xfff) << 64);
        Id::from_bits(bits | (0b10 << 62) | (random & ((1 << 62) - 1)))
    }
}

/// The finaliser of SplitMix64: spreads a counter over 64 bits.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::IncidentId;

    #[test]
    fn the_same_seed_gives_the_same_ids_in_the_same_order() {
        let draw = |seed| {
            let ids = Ids::new(seed);
            (0..3).map(|_| ids.next(Time::from_seconds(9))).collect::<Vec<IncidentId>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_ne!(draw(1)[0], draw(1)[1]);
    }

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let ids = Ids::new(5);
        let early: IncidentId = ids.next(Time::from_seconds(1));
        let late: IncidentId = ids.next(Time::from_seconds(2));
        assert!(early < late);
    }
}
