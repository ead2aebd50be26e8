use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

use crate::tree::Node;

mod change;
mod parse;

pub use parse::{IntervalError, IntervalSpec, TimesSpec};

/// When something holds: at these times of these days, in a place's own time.
///
/// What is not said does not restrict. Weekdays, days, months and years include both ends; a
/// time range includes its start and not its end.
#[derive(Clone, PartialEq, Debug)]
pub struct TimeInterval {
    /// Minutes of the day, sorted and not touching.
    times: Option<Vec<(u16, u16)>>,
    weekdays: Option<Weekdays>,
    days: Option<Vec<(i8, i8)>>,
    /// A bit for each month, January the second lowest.
    months: Option<u16>,
    years: Option<Vec<(i16, i16)>>,
    zone: TimeZone,
}

/// A bit for each day, Sunday the lowest.
type Weekdays = u8;

const MINUTES_OF_DAY: u16 = 24 * 60;

impl TimeInterval {
    /// Whether an instant is inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.contains_local(self.zone.to_datetime(at))
    }

    /// When an instant's answer may next be another one: the first change after `after`, `None`
    /// when there is none within forty years.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        change::next(self, after)
    }

    /// The zone of its times.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    fn contains_local(&self, at: DateTime) -> bool {
        let minute = minute_of(at);
        let inside = |times: &Vec<(u16, u16)>| {
            times.iter().any(|(start, end)| (*start..*end).contains(&minute))
        };
        self.times.as_ref().is_none_or(inside) && self.contains_date(at.date())
    }

    fn contains_date(&self, date: Date) -> bool {
        self.contains_year(date.year())
            && self.contains_month(date.month())
            && self.weekdays.is_none_or(|days| days & weekday_bit(date.weekday()) != 0)
            && self.days.as_ref().is_none_or(|days| contains_day(days, date))
    }

    fn contains_month(&self, month: i8) -> bool {
        self.months.is_none_or(|months| months & (1 << month) != 0)
    }

    fn contains_year(&self, year: i16) -> bool {
        let inside =
            |years: &Vec<(i16, i16)>| years.iter().any(|(from, to)| (*from..=*to).contains(&year));
        self.years.as_ref().is_none_or(inside)
    }
}

fn minute_of(at: DateTime) -> u16 {
    u16::try_from(at.hour()).unwrap_or_default() * 60
        + u16::try_from(at.minute()).unwrap_or_default()
}

fn weekday_bit(day: Weekday) -> Weekdays {
    1 << day.to_sunday_zero_offset()
}

/// Days count from the month's start, negative ones from its end. A range that begins after the
/// month's end does not count; otherwise it is cut to the month.
fn contains_day(ranges: &[(i8, i8)], date: Date) -> bool {
    let length = date.days_in_month();
    let place = |day: i8| if day < 0 { length + day + 1 } else { day };
    ranges.iter().any(|(from, to)| {
        let (from, to) = (place(*from), place(*to));
        from <= length && (from..=to.min(length)).contains(&date.day())
    })
}

/// A named list of intervals, as the configuration has them: inside when any of them is.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct IntervalSet(Vec<TimeInterval>);

impl IntervalSet {
    /// Whether an instant is inside any of them.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.0.iter().any(|interval| interval.contains(at))
    }

    /// The first change after `after`, `None` when there is none within forty years.
    pub fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        change::next_of_all(&self.0, after)
    }

    /// The intervals.
    pub fn intervals(&self) -> &[TimeInterval] {
        &self.0
    }
}

impl FromIterator<TimeInterval> for IntervalSet {
    fn from_iter<I: IntoIterator<Item = TimeInterval>>(intervals: I) -> IntervalSet {
        IntervalSet(intervals.into_iter().collect())
    }
}

/// The intervals of a configuration by name.
pub type Intervals = BTreeMap<String, IntervalSet>;

/// Why a route tells nothing at a time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Muted {
    /// The time is inside this mute interval.
    Inside(String),
    /// The time is outside of all its active intervals.
    Outside(Vec<String>),
}

impl Node {
    /// Why the route tells nothing at this time; `None` when it does.
    pub fn muted_at(&self, intervals: &Intervals, at: Timestamp) -> Option<Muted> {
        let inside = |name: &&String| intervals.get(*name).is_some_and(|set| set.contains(at));
        if let Some(name) = self.mute_time_intervals().iter().find(inside) {
            return Some(Muted::Inside(name.clone()));
        }
        let active = self.active_time_intervals();
        let outside = !active.is_empty() && !active.iter().any(|name| inside(&name));
        outside.then(|| Muted::Outside(active.to_vec()))
    }

    /// When [`Node::muted_at`] may next have another answer after `after`.
    pub fn next_mute_change(&self, intervals: &Intervals, after: Timestamp) -> Option<Timestamp> {
        let names = self.mute_time_intervals().iter().chain(self.active_time_intervals());
        names.filter_map(|name| intervals.get(name)?.next_change(after)).min()
    }
}
