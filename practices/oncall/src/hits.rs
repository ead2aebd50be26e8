//! Which shifts the leave of a calendar hits that its person has not been told of.
//!
//! **Invariant:** decided from the shifts that are hit, the leave, and what was told before. A
//! shift is told once for as long as it is hit; what is no longer hit, and then again, is news.

use std::collections::BTreeMap;

use calendar::{Span, Spans};
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};

/// A part of a shift that somebody does not have because they are away.
pub type Hit = (ItemRef, Span);

/// What somebody was told is hit, by schedule.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Told(BTreeMap<ItemRef, Vec<(Time, Time)>>);

impl Told {
    fn has(&self, (schedule, span): &Hit) -> bool {
        let told = self.0.get(schedule).map(Vec::as_slice).unwrap_or_default();
        told.iter().any(|(from, until)| from.micros() < span.until && until.micros() > span.from)
    }

    fn add(&mut self, (schedule, span): &Hit) {
        let each = self.0.entry(schedule.clone()).or_default();
        each.push((Time::from_micros(span.from), Time::from_micros(span.until)));
    }
}

/// When somebody is away.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leave {
    /// By the calendar.
    pub by_calendar: Spans,
    /// By what was entered otherwise, and shown to whoever entered it.
    pub otherwise: Spans,
}

/// What is known to be told after this, and the places of the hits that are to be told now.
pub fn news(told: &Told, hits: &[Hit], leave: &Leave) -> (Told, Vec<usize>) {
    let (mut after, mut news) = (Told::default(), Vec::new());
    for (place, hit) in hits.iter().enumerate() {
        let (_, span) = hit;
        if leave.by_calendar.overlapping(*span).is_empty() {
            continue;
        }
        after.add(hit);
        let entered = Spans::one(span.from, span.until).difference(&leave.otherwise).is_empty();
        if !told.has(hit) && !entered {
            news.push(place);
        }
    }
    (after, news)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(list: &[(&str, i64, i64)]) -> Vec<Hit> {
        let hit = |(name, from, until): &(&str, i64, i64)| {
            (ItemRef::new("schedule", name).expect("a name"), Span::new(*from, *until))
        };
        list.iter().map(hit).collect()
    }

    fn leave(by_calendar: (i64, i64), otherwise: &[(i64, i64)]) -> Leave {
        Leave {
            by_calendar: Spans::one(by_calendar.0, by_calendar.1),
            otherwise: otherwise.iter().map(|(from, until)| Span::new(*from, *until)).collect(),
        }
    }

    #[test]
    fn a_shift_is_told_once_for_as_long_as_it_is_hit() {
        let mut told = Told::default();
        // What is hit, the leave that hits it, and the places of what is told then.
        for (what, hit, leave, expected) in [
            ("new", &[("a", 10, 20), ("b", 15, 20)][..], leave((10, 20), &[]), vec![0, 1]),
            ("again", &[("a", 10, 20), ("b", 15, 20)], leave((10, 20), &[]), vec![]),
            ("it runs", &[("a", 12, 20), ("b", 15, 20)], leave((10, 20), &[]), vec![]),
            ("more of it", &[("a", 12, 22), ("b", 15, 20)], leave((10, 22), &[]), vec![]),
            ("the next one", &[("a", 12, 22), ("a", 22, 30)], leave((10, 30), &[]), vec![1]),
            ("taken out", &[], leave((40, 50), &[]), vec![]),
            ("and back", &[("b", 15, 20)], leave((10, 20), &[]), vec![0]),
            ("by other leave", &[("b", 15, 20), ("c", 60, 70)], leave((10, 20), &[]), vec![]),
            ("entered, too", &[("b", 15, 20), ("c", 60, 70)], leave((10, 70), &[(60, 70)]), vec![]),
            ("not wholly", &[("d", 55, 65)], leave((10, 70), &[(60, 70)]), vec![0]),
        ] {
            let (after, news) = super::news(&told, &hits(hit), &leave);
            assert_eq!(news, expected, "{what}");
            told = after;
        }
    }
}
