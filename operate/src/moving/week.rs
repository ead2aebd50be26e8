//! Hours of a week, from what other tools say of them to the opening hours of a layer.

use std::collections::BTreeMap;

use estate::{OpeningHours, Weekday};

/// Minutes of a day, and of a week.
pub const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;
/// The days of a week as they are counted here, from Monday.
pub const DAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

/// Stretches of a week: the minute of the week at which each begins, from Monday, and its minutes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Week(Vec<(u32, u32)>);

impl Week {
    /// Adds a stretch from a minute of a day on, as long as a week at most.
    pub fn add(&mut self, day: usize, minute: u32, length: u32) {
        let day = u32::try_from(day % 7).unwrap_or(0);
        self.0.push(((day * DAY + minute) % WEEK, length.min(WEEK)));
    }

    /// The same stretch on every day.
    pub fn daily(minute: u32, length: u32) -> Week {
        let mut week = Week::default();
        (0..7).for_each(|day| week.add(day, minute, length));
        week
    }

    /// The stretches without overlaps, within one week from Monday on.
    fn pieces(&self) -> Vec<(u32, u32)> {
        let mut pieces: Vec<(u32, u32)> = Vec::new();
        for (from, length) in &self.0 {
            let until = from + length;
            pieces.push((*from, until.min(WEEK)));
            if until > WEEK {
                pieces.push((0, until - WEEK));
            }
        }
        pieces.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (from, until) in pieces {
            match merged.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => merged.push((from, until)),
            }
        }
        merged
    }

    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is the whole week, or nothing was said.
    pub fn is_always(&self) -> bool {
        self.0.is_empty() || self.pieces() == [(0, WEEK)]
    }

    /// Whether a moment of the week lies in both.
    pub fn meets(&self, other: &Week) -> bool {
        if self.is_always() || other.is_always() {
            return true;
        }
        let others = other.pieces();
        let meets = |(from, until): &(u32, u32)| others.iter().any(|o| o.0 < *until && *from < o.1);
        self.pieces().iter().any(meets)
    }

    /// The same as opening hours; none when it is the whole week.
    pub fn opening(&self) -> Vec<OpeningHours> {
        if self.is_always() {
            return Vec::new();
        }
        let mut days: BTreeMap<(u32, u32), Vec<Weekday>> = BTreeMap::new();
        for (day, from, until) in self.0.iter().flat_map(|(from, length)| daily(*from, *length)) {
            let days = days.entry((from, until)).or_default();
            let day = DAYS[day as usize % 7];
            if !days.contains(&day) {
                days.push(day);
            }
        }
        let opening = days.into_iter().map(|((from, until), mut days)| {
            days.sort_unstable();
            OpeningHours { days, from: clock(from), until: clock(until) }
        });
        opening.collect()
    }
}

/// A stretch as the hours of days: over midnight where it is less than a day, else in parts.
fn daily(from: u32, length: u32) -> Vec<(u32, u32, u32)> {
    let (day, minute) = (from / DAY, from % DAY);
    if length < DAY {
        let until = minute + length;
        return vec![(day, minute, if until > DAY { until - DAY } else { until })];
    }
    let end = from + length;
    let days = day..=(end - 1) / DAY;
    let part = |at: u32| (at, if at == day { minute } else { 0 }, (end - at * DAY).min(DAY));
    days.map(part).collect()
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(week: &Week) -> Vec<String> {
        let hours = week.opening().into_iter();
        let told = hours.map(|h| format!("{:?} {}-{}", h.days, h.from, h.until));
        told.collect()
    }

    #[test]
    fn a_stretch_over_days_is_cut_at_midnight() {
        let mut week = Week::default();
        week.add(4, 17 * 60, 2 * DAY + 15 * 60);
        assert_eq!(
            told(&week),
            ["[Mon] 00:00-08:00", "[Sat, Sun] 00:00-24:00", "[Fri] 17:00-24:00"]
        );
        assert_eq!(told(&Week::daily(22 * 60, 8 * 60)).join(""), {
            "[Mon, Tue, Wed, Thu, Fri, Sat, Sun] 22:00-06:00"
        });
    }

    #[test]
    fn all_of_a_week_needs_no_hours() {
        assert!(Week::daily(9 * 60, DAY).opening().is_empty());
        assert!(Week::daily(9 * 60, 12 * 60).meets(&Week::daily(20 * 60, 60)));
        assert!(!Week::daily(9 * 60, 12 * 60).meets(&Week::daily(21 * 60, 12 * 60)));
    }
}
