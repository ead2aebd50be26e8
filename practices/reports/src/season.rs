//! What is usual at an hour of the week.
//!
//! Firings are counted by the hour of the wall clock in a time zone. For the hour that is judged,
//! with *x* the counts of the **same hour of the week** in the 8 weeks before, as far as known:
//!
//! | measure | formula |
//! |---|---|
//! | expected | median of *x* |
//! | spread | max(1.4826 · median of \|*x* − expected\|, √expected, 1) |
//! | high | expected + max(4 · spread, 5) |
//!
//! 1.4826 makes the median deviation a standard deviation where counts are spread normally, and √
//! is how far counts of independent events scatter. With fewer than 3 such weeks there is **no
//! baseline**. With fewer than 5 the history is **short**: the hours before and after each are
//! pooled with *x*. An hour that the clock skips has no count, one that it shows twice has two.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::Time;
use serde::Serialize;
use utoipa::ToSchema;

use crate::quantile::median;
use crate::times::Period;

/// An hour in microseconds.
pub const HOUR_MICROS: i64 = 3_600_000_000;
/// A quarter of an hour in microseconds: every zone's hours begin with one.
pub const QUARTER_MICROS: i64 = HOUR_MICROS / 4;
/// Weeks that an hour is compared with.
pub const WEEKS_COMPARED: i64 = 8;
/// Weeks below which there is no baseline.
pub const WEEKS_MIN: usize = 3;
/// Weeks below which the hours beside are pooled.
const WEEKS_ENOUGH: usize = 5;
/// Hours of a week.
pub const SLOTS: usize = 168;
/// Spreads above what is expected from which a count is far off.
const FAR: f64 = 4.0;
/// Firings above what is expected that are worth a word.
pub const MORE_MIN: f64 = 5.0;
/// Turns a median absolute deviation into a standard deviation.
const NORMAL: f64 = 1.4826;

/// An hour of the wall clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hour {
    /// When it begins.
    pub at: Time,
    /// Its place in the week, Monday from midnight is 0.
    pub slot: usize,
    /// Which week: weeks since one of 1970, beginning on Mondays.
    pub week: i64,
}

/// The hours of a stretch of time in a zone.
#[derive(Clone, Debug)]
pub struct Hours {
    /// All of them, the oldest first.
    pub all: Vec<Hour>,
    /// For each hour of the week the places of its hours, the oldest first.
    by_slot: Vec<Vec<usize>>,
    first_quarter: i64,
    /// For each quarter of an hour the place of its hour.
    quarters: Vec<usize>,
}

/// What is usual at one hour.
#[derive(Clone, PartialEq, Debug)]
pub struct Baseline {
    /// Firings that are usual.
    pub expected: f64,
    /// How far counts usually scatter.
    pub spread: f64,
    /// From which count on it is far more.
    pub high: f64,
    /// The same hour of the weeks before, the newest first.
    pub compared: Vec<Compared>,
    /// Whether the hours beside were pooled.
    pub short: bool,
}

/// The same hour of a week before.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = ComparedHour)]
pub struct Compared {
    /// When it began.
    pub at: Time,
    /// Firings that began in it.
    pub count: u32,
}

/// Hour of the week and week of a moment in a zone; nothing beyond what calendars know.
pub(crate) fn place(at: Time, zone: &TimeZone) -> Option<(usize, i64, bool)> {
    let wall = zone.to_datetime(Timestamp::from_microsecond(at.micros()).ok()?);
    let day = wall.date().weekday().to_monday_zero_offset();
    let monday = jiff::civil::date(1970, 1, 5);
    let days = monday.until(wall.date()).ok()?.get_days();
    let slot = usize::try_from(day).ok()? * 24 + usize::try_from(wall.hour()).ok()?;
    Some((slot, i64::from(days).div_euclid(7), wall.minute() == 0))
}

impl Hours {
    /// The hours that the period touches; the first and the last are whole only when the period
    /// says so.
    pub fn of(period: Period, zone: &TimeZone) -> Hours {
        let first_quarter = period.from.micros().div_euclid(QUARTER_MICROS);
        let end = period.to.micros().saturating_add(QUARTER_MICROS - 1).div_euclid(QUARTER_MICROS);
        let mut hours = Hours {
            all: Vec::new(),
            by_slot: vec![Vec::new(); SLOTS],
            first_quarter,
            quarters: Vec::new(),
        };
        for quarter in first_quarter..end {
            let at = Time::from_micros(quarter.saturating_mul(QUARTER_MICROS));
            let Some((slot, week, begins)) = place(at, zone) else { break };
            // A clock that goes back shows the same hour again: that is another one.
            let same = hours.all.last().is_some_and(|hour| hour.slot == slot && !begins);
            if !same {
                if let Some(places) = hours.by_slot.get_mut(slot) {
                    places.push(hours.all.len());
                }
                hours.all.push(Hour { at, slot, week });
            }
            hours.quarters.push(hours.all.len().saturating_sub(1));
        }
        hours
    }

    /// The place of the hour that a quarter of an hour belongs to.
    pub fn of_quarter(&self, quarter: i64) -> Option<usize> {
        let place = usize::try_from(quarter.checked_sub(self.first_quarter)?).ok()?;
        self.quarters.get(place).copied()
    }

    /// The first hour that begins at this moment or later.
    pub fn from(&self, at: Time) -> usize {
        self.all.partition_point(|hour| hour.at < at)
    }

    /// The hour that is going on at this moment; those before it are over.
    pub fn going_on(&self, at: Time) -> usize {
        self.all.partition_point(|hour| hour.at <= at).saturating_sub(1)
    }

    /// The places of the same hour of the week.
    pub fn slot(&self, slot: usize) -> &[usize] {
        self.by_slot.get(slot).map_or(&[], Vec::as_slice)
    }

    /// What is usual at the hour of this place, by the counts from `known` on; nothing where fewer
    /// than three weeks are known.
    pub fn baseline(&self, counts: &[u32], known: usize, place: usize) -> Option<Baseline> {
        let hour = self.all.get(place)?;
        self.usual(counts, known, (hour.slot, hour.week))
    }

    /// The same for an hour of the week, seen from a week.
    pub fn usual(
        &self,
        counts: &[u32],
        known: usize,
        (slot, week): (usize, i64),
    ) -> Option<Baseline> {
        let before = |place: &usize| {
            let other = self.all.get(*place).map_or(i64::MIN, |hour| hour.week);
            *place >= known && (week - WEEKS_COMPARED..week).contains(&other)
        };
        let places: Vec<usize> = self.slot(slot).iter().copied().filter(before).collect();
        let mut weeks: Vec<i64> =
            places.iter().filter_map(|place| Some(self.all.get(*place)?.week)).collect();
        weeks.dedup();
        if weeks.len() < WEEKS_MIN {
            return None;
        }
        let short = weeks.len() < WEEKS_ENOUGH;
        let mut pooled = places.clone();
        if short {
            pooled.extend(places.iter().filter_map(|place| place.checked_sub(1)));
            pooled.extend(places.iter().map(|place| place + 1));
            pooled.retain(|place| *place >= known);
        }
        let values: Vec<f64> = pooled
            .iter()
            .filter_map(|place| counts.get(*place).map(|count| f64::from(*count)))
            .collect();
        let expected = median(&values)?;
        let off: Vec<f64> = values.iter().map(|value| (value - expected).abs()).collect();
        let spread = (NORMAL * median(&off)?).max(expected.sqrt()).max(1.0);
        let compared = places.iter().rev().filter_map(|place| {
            Some(Compared { at: self.all.get(*place)?.at, count: *counts.get(*place)? })
        });
        let high = expected + (FAR * spread).max(MORE_MIN);
        Some(Baseline { expected, spread, high, compared: compared.collect(), short })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    fn hours(from: &str, to: &str, zone: &str) -> Hours {
        let period = Period { from: time(from), to: time(to) };
        Hours::of(period, &TimeZone::get(zone).unwrap())
    }

    #[test]
    fn a_week_has_168_hours_from_monday_on() {
        let week = hours("2026-03-02T00:00:00Z", "2026-03-09T00:00:00Z", "UTC");
        let slots: Vec<usize> = week.all.iter().map(|hour| hour.slot).collect();
        assert_eq!(slots, (0..SLOTS).collect::<Vec<usize>>());
        assert!(week.all.iter().all(|hour| hour.week == week.all[0].week));
    }

    #[test]
    fn the_clock_skips_an_hour_in_spring_and_shows_one_twice_in_autumn() {
        // Sunday, 29 March 2026, 2 o'clock becomes 3 o'clock; 25 October the other way around.
        let spring = hours("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "Europe/Berlin");
        let slots: Vec<usize> = spring.all.iter().map(|hour| hour.slot - 144).collect();
        assert_eq!((slots.len(), &slots[..4]), (23, &[0, 1, 3, 4][..]));
        let autumn = hours("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "Europe/Berlin");
        let slots: Vec<usize> = autumn.all.iter().map(|hour| hour.slot - 144).collect();
        assert_eq!((slots.len(), &slots[..5]), (25, &[0, 1, 2, 2, 3][..]));
    }

    #[test]
    fn hours_of_a_zone_between_full_hours_begin_on_its_own_clock() {
        let india = hours("2026-03-02T00:00:00Z", "2026-03-02T03:00:00Z", "Asia/Kolkata");
        let begin: Vec<Time> = india.all.iter().skip(1).map(|hour| hour.at).collect();
        assert_eq!(begin[0], time("2026-03-02T00:30:00Z"));
        assert_eq!(india.all[1].slot, 6);
    }

    /// So many weeks, each hour with this count, seen from the week after.
    fn usual(per_week: &[u32]) -> Option<Baseline> {
        let start = time("2026-01-05T00:00:00Z");
        let weeks = i64::try_from(per_week.len()).unwrap();
        let end = Time::from_micros(start.micros() + weeks * 168 * HOUR_MICROS);
        let all = Hours::of(Period { from: start, to: end }, &TimeZone::UTC);
        let counts: Vec<u32> = per_week.iter().flat_map(|count| vec![*count; SLOTS]).collect();
        all.usual(&counts, 0, (50, all.all[0].week + weeks))
    }

    #[test]
    fn the_median_of_the_weeks_before_is_expected_and_one_bad_week_moves_it_little() {
        let found = usual(&[10, 12, 14, 12, 500, 12, 10, 14]).unwrap();
        assert_eq!(found.expected, 12.0);
        assert!((found.spread - 12_f64.sqrt()).abs() < 1e-9, "{}", found.spread);
        assert!(!found.short);
        let compared: Vec<u32> = found.compared.iter().map(|hour| hour.count).collect();
        assert_eq!(compared, [14, 10, 12, 500, 12, 14, 12, 10], "the newest first");
        let wild = usual(&[10, 30, 50, 70, 90]).unwrap();
        assert!((wild.spread - 1.4826 * 20.0).abs() < 1e-9, "{}", wild.spread);
    }

    #[test]
    fn fewer_than_three_weeks_say_nothing_and_fewer_than_five_are_short() {
        assert_eq!(usual(&[7, 7]), None);
        assert!(usual(&[7, 7, 7]).unwrap().short);
        assert!(usual(&[7, 7, 7, 7]).unwrap().short);
        assert!(!usual(&[7, 7, 7, 7, 7]).unwrap().short);
        let long = usual(&[900, 7, 7, 7, 7, 7, 7, 7, 7]).unwrap();
        assert_eq!(long.compared.len(), 8, "what is older than eight weeks does not count");
    }
}
