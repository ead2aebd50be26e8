//! Indicators from records of our own: when something was away, and which clocks were met.

use std::collections::BTreeMap;

use calendar::{Span, Spans};
use objectives::Counts;

const MINUTE: i64 = 60_000_000;

/// What records say of an indicator. Time in which something had to be there is counted by the
/// minute; what ended is counted in the minute in which it did.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Recorded {
    /// When it was away; `None` where single endings are counted.
    pub away: Option<Spans>,
    /// When nobody looked.
    pub unknown: Spans,
    /// What ended, by minutes since 1970.
    pub ended: BTreeMap<i64, Counts>,
}

impl Recorded {
    /// The counts of a minute, which is bad when it was away for half of it or more. One in which
    /// nobody looked is unknown, unless something is known to have ended in it.
    pub fn minute(&self, minute: i64) -> Option<Counts> {
        let span = Span::new(minute * MINUTE, (minute + 1) * MINUTE);
        if let Some(counts) = self.ended.get(&minute) {
            return Some(*counts);
        }
        match &self.away {
            Some(away) if away.clip(span).total() * 2 >= MINUTE => Some(Counts::whole(0, 1)),
            _ if self.unknown.contains(span.from) => None,
            Some(_) => Some(Counts::whole(1, 1)),
            None => Some(Counts::whole(0, 0)),
        }
    }

    /// The minutes within a range that say something else than before, in order; all of them when
    /// nothing was said before. `told` is the first minute that was not told yet.
    pub fn changes(
        &self,
        before: Option<&Recorded>,
        range: std::ops::Range<i64>,
        told: i64,
    ) -> Vec<(i64, Counts)> {
        let Some(before) = before else { return self.minutes(range) };
        let known = range.start..told.clamp(range.start, range.end);
        let within = Span::new(known.start * MINUTE, known.end * MINUTE);
        let none = Spans::EMPTY;
        let away = |of: &Recorded| of.away.as_ref().unwrap_or(&none).clip(within);
        let differ = |a: &Spans, b: &Spans| a.difference(b).union(&b.difference(a));
        let spans = differ(&away(self), &away(before))
            .union(&differ(&self.unknown.clip(within), &before.unknown.clip(within)));
        let mut minutes: Vec<i64> = spans
            .iter()
            .flat_map(|span| {
                let from = span.from.div_euclid(MINUTE);
                from..(span.until - 1).div_euclid(MINUTE) + 1
            })
            .collect();
        let ended = self.ended.keys().chain(before.ended.keys());
        minutes.extend(ended.filter(|minute| self.ended.get(minute) != before.ended.get(minute)));
        minutes.retain(|minute| known.contains(minute));
        minutes.sort_unstable();
        minutes.dedup();
        let told = minutes.into_iter().filter_map(|minute| Some((minute, self.minute(minute)?)));
        told.chain(self.minutes(known.end..range.end)).collect()
    }

    fn minutes(&self, range: std::ops::Range<i64>) -> Vec<(i64, Counts)> {
        range.filter_map(|minute| Some((minute, self.minute(minute)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(list: &[(i64, i64)]) -> Spans {
        list.iter().map(|(from, until)| Span::new(from * MINUTE, until * MINUTE)).collect()
    }

    fn available(away: &[(i64, i64)], unknown: &[(i64, i64)]) -> Recorded {
        let (away, unknown) = (Some(spans(away)), spans(unknown));
        Recorded { away, unknown, ended: BTreeMap::new() }
    }

    const UP: Counts = Counts::whole(1, 1);
    const DOWN: Counts = Counts::whole(0, 1);

    #[test]
    fn a_minute_is_bad_while_it_was_away_and_unknown_while_nobody_looked() {
        let recorded = available(&[(3, 5)], &[(4, 7)]);
        let told: Vec<Option<Counts>> = (2..8).map(|minute| recorded.minute(minute)).collect();
        // What is known to have been away is so, also where nobody looked.
        assert_eq!(told, [Some(UP), Some(DOWN), Some(DOWN), None, None, Some(UP)]);
    }

    #[test]
    fn a_minute_counts_as_what_most_of_it_was() {
        let second = MINUTE / 60;
        let away = Span::new(3 * MINUTE + second, 5 * MINUTE + second);
        let away = Some([away].into_iter().collect());
        let recorded = Recorded { away, ..Recorded::default() };
        let told = [2, 3, 4, 5].map(|minute| recorded.minute(minute).unwrap());
        assert_eq!(told, [UP, DOWN, DOWN, UP]);
    }

    #[test]
    fn only_what_is_new_or_was_corrected_is_told_again() {
        let before = available(&[(3, 5)], &[]);
        assert_eq!(before.changes(None, 2..6, 0).len(), 4);
        assert_eq!(before.changes(Some(&before), 2..7, 6), [(6, UP)]);
        // It was back a minute earlier than somebody had written, and away once more.
        let after = available(&[(3, 4), (8, 9)], &[]);
        assert_eq!(after.changes(Some(&before), 2..10, 9), [(4, UP), (8, DOWN), (9, UP)]);
    }

    #[test]
    fn what_ended_counts_in_its_minute_and_is_taken_back_with_it() {
        let ended = BTreeMap::from([(4, Counts::whole(1, 2))]);
        let before = Recorded { ended, ..Recorded::default() };
        let none = Counts::whole(0, 0);
        assert_eq!((before.minute(4), before.minute(5)), (Some(Counts::whole(1, 2)), Some(none)));
        let after = Recorded::default();
        assert_eq!(after.changes(Some(&before), 0..6, 6), [(4, none)]);
    }
}
