//! Which alerts recur together: pairs of a rule on an item that fire within minutes of each other
//! far more often than chance would have it.
//!
//! Firings of the period are taken by **key**: integration, alert name, item. Two firings of
//! different keys **meet** when they begin within 300 s of each other; each firing meets one of the
//! other key at most, the earliest that is left. With *nA* and *nB* firings, *m* meetings and a
//! period of *T* seconds:
//!
//! | measure | formula | suggested from |
//! |---|---|---|
//! | support | occasions: meetings, those within an hour of the one before not counted | 3 |
//! | confidence | m / min(nA, nB) | 0.6 |
//! | lift | m / (nA · nB · 600 / T): against firings that are spread evenly | 5 |
//!
//! One bad hour is one occasion, however often both flapped in it. Where more than
//! [`CROWD`] keys fire within 300 s, everything meets everything, and nothing is learnt of a pair.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AlertKey, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::alerts::Firing;
use crate::times::Period;

/// How close two firings begin to meet, in microseconds.
pub(crate) const NEAR_MICROS: i64 = 300_000_000;
/// Meetings closer than this are one occasion, in microseconds.
pub(crate) const APART_MICROS: i64 = 3_600_000_000;
/// Keys within 300 s from which on nothing is learnt.
pub const CROWD: usize = 50;
/// Keys that are looked at, those that fire most.
const KEYS_MAX: usize = 300;
/// Times that are shown as evidence.
pub(crate) const EVIDENCE: usize = 20;
/// Pairs that are suggested: enough for groups to grow from.
const PAIRS_MAX: usize = 500;
const SUPPORT_MIN: usize = 3;
const CONFIDENCE_MIN: f64 = 0.6;
const LIFT_MIN: f64 = 5.0;

/// Two keys that recur together.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct Pair {
    /// The one …
    pub a: AlertKey,
    /// … and the other, in the order of their names.
    pub b: AlertKey,
    /// Occasions.
    pub support: usize,
    /// Share of the firings of the rarer one that met the other.
    pub confidence: f64,
    /// How many times more often than by chance.
    pub lift: f64,
    /// Firings of the one.
    pub fired_a: usize,
    /// Firings of the other.
    pub fired_b: usize,
    /// When they met, the newest first, at most twenty occasions.
    pub met_at: Vec<Time>,
}

impl Pair {
    /// How certain it is that they recur together: occasions times confidence.
    pub(crate) fn worth(&self) -> f64 {
        self.support as f64 * self.confidence
    }
}

/// The pairs that are worth a look, the most certain first.
pub fn together(firings: &[Firing], period: Period) -> Vec<Pair> {
    let mut times: BTreeMap<AlertKey, Vec<i64>> = BTreeMap::new();
    for firing in firings.iter().filter(|firing| period.holds(firing.began_at)) {
        let (source, name) = (firing.source.clone(), firing.name.clone());
        let key = AlertKey { source, name, item: firing.item.clone() };
        times.entry(key).or_default().push(firing.began_at.micros());
    }
    let mut keys: Vec<(AlertKey, Vec<i64>)> =
        times.into_iter().filter(|(_, times)| times.len() >= SUPPORT_MIN).collect();
    keys.sort_by_key(|(_, times)| std::cmp::Reverse(times.len()));
    keys.truncate(KEYS_MAX);
    keys.sort();
    keys.iter_mut().for_each(|(_, times)| times.sort_unstable());
    let seconds = period.to.since(period.from).as_secs_f64();
    let mut pairs: Vec<Pair> = neighbours(&keys)
        .into_iter()
        .filter_map(|(a, b)| pair(keys.get(a)?, keys.get(b)?, seconds))
        .collect();
    pairs.sort_by(|a, b| b.worth().total_cmp(&a.worth()));
    pairs.truncate(PAIRS_MAX);
    pairs
}

/// Pairs of places of keys that fire near each other at least once, outside of crowds.
fn neighbours(keys: &[(AlertKey, Vec<i64>)]) -> BTreeSet<(usize, usize)> {
    let mut all: Vec<(i64, usize)> = keys
        .iter()
        .enumerate()
        .flat_map(|(place, (_, times))| times.iter().map(move |at| (*at, place)))
        .collect();
    all.sort_unstable();
    let mut near = BTreeSet::new();
    for (first, (at, place)) in all.iter().enumerate() {
        let ahead = all[first..].iter().take_while(|(then, _)| then - at <= NEAR_MICROS);
        let behind = all[..first].iter().rev().take_while(|(then, _)| at - then <= NEAR_MICROS);
        let mut seen = BTreeSet::new();
        for (_, other) in ahead.chain(behind) {
            seen.insert(*other);
            if seen.len() > CROWD {
                break;
            }
        }
        if seen.len() <= CROWD {
            let others = seen.into_iter().filter(|other| other != place);
            near.extend(others.map(|other| (*place.min(&other), *place.max(&other))));
        }
    }
    near
}

fn pair(a: &(AlertKey, Vec<i64>), b: &(AlertKey, Vec<i64>), seconds: f64) -> Option<Pair> {
    let met = meetings(&a.1, &b.1);
    let mut occasions: Vec<i64> = Vec::new();
    let mut last = None;
    for at in &met {
        if last.is_none_or(|last| at - last > APART_MICROS) {
            occasions.push(*at);
        }
        last = Some(*at);
    }
    let (fired_a, fired_b) = (a.1.len(), b.1.len());
    let confidence = met.len() as f64 / fired_a.min(fired_b) as f64;
    let chance = fired_a as f64 * fired_b as f64 * 600.0 / seconds;
    let lift = met.len() as f64 / chance;
    let worth = occasions.len() >= SUPPORT_MIN && confidence >= CONFIDENCE_MIN && lift >= LIFT_MIN;
    worth.then(|| Pair {
        a: a.0.clone(),
        b: b.0.clone(),
        support: occasions.len(),
        confidence,
        lift,
        fired_a,
        fired_b,
        met_at: occasions.iter().rev().take(EVIDENCE).map(|at| Time::from_micros(*at)).collect(),
    })
}

/// When firings met, each used once; both lists are sorted.
fn meetings(a: &[i64], b: &[i64]) -> Vec<i64> {
    let (mut left, mut right) = (0, 0);
    let mut met = Vec::new();
    while let (Some(one), Some(other)) = (a.get(left), b.get(right)) {
        if (one - other).abs() <= NEAR_MICROS {
            met.push(*one.min(other));
            left += 1;
            right += 1;
        } else if one < other {
            left += 1;
        } else {
            right += 1;
        }
    }
    met
}

#[cfg(test)]
mod tests {
    use kernel::AlertId;

    use super::*;

    fn firing(name: &str, item: &str, seconds: i64) -> Firing {
        Firing {
            source: "prometheus".to_owned(),
            name: name.to_owned(),
            alert: AlertId::from_bits(1),
            item: item.parse().ok(),
            team: None,
            began_at: Time::from_seconds(seconds),
            started_at: Time::from_seconds(seconds),
            ended_at: None,
            acknowledged: false,
            class: None,
            impacts: Vec::new(),
            cleared_by_person: false,
            incident: None,
        }
    }

    const DAY: i64 = 86_400;
    const MONTH: Period = Period { from: Time::EPOCH, to: Time::from_seconds(30 * DAY) };

    /// Five days on which the second follows the first after so many seconds.
    fn five_days(after: i64) -> Vec<Firing> {
        (1..6)
            .flat_map(|day| {
                let at = day * DAY;
                [firing("Disk", "component/db", at), firing("Slow", "service/shop", at + after)]
            })
            .collect()
    }

    #[test]
    fn what_fires_minutes_apart_day_after_day_recurs_together() {
        let pairs = together(&five_days(240), MONTH);
        let [pair] = pairs.as_slice() else { panic!("one pair: {pairs:?}") };
        assert_eq!((pair.a.name.as_str(), pair.b.name.as_str()), ("Disk", "Slow"));
        assert_eq!((pair.support, pair.confidence), (5, 1.0));
        // 5 / (5 · 5 · 600 / 2,592,000)
        assert!((pair.lift - 864.0).abs() < 0.001, "{}", pair.lift);
        assert_eq!(pair.met_at[0], Time::from_seconds(5 * DAY), "the newest comes first");
        assert!(together(&five_days(301), MONTH).is_empty(), "more than five minutes apart");
    }

    #[test]
    fn one_bad_hour_is_one_occasion() {
        let flapping: Vec<Firing> = (0..10)
            .flat_map(|n| {
                let at = DAY + n * 300;
                [firing("Disk", "component/db", at), firing("Slow", "service/shop", at + 10)]
            })
            .collect();
        assert!(together(&flapping, MONTH).is_empty());
    }

    #[test]
    fn what_fires_all_the_time_meets_everything_and_says_nothing() {
        let mut firings = five_days(240);
        firings.retain(|firing| firing.name == "Disk");
        let often = (0..30 * 288).map(|n| firing("Chatty", "service/chat", n * 300));
        firings.extend(often);
        assert!(together(&firings, MONTH).is_empty(), "no more often than by chance");
    }

    #[test]
    fn nothing_is_learnt_where_everything_fires_at_once() {
        let crowd: Vec<Firing> = (1..6)
            .flat_map(|day| {
                (0..=CROWD as i64)
                    .map(move |n| firing(&format!("Rule{n}"), "service/shop", day * DAY + n))
            })
            .collect();
        assert!(together(&crowd, MONTH).is_empty());
    }
}
