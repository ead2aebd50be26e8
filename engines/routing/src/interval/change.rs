//! When the answer of an interval changes. Between two changes of a zone's offset, local time runs
//! evenly, so the search is one over the calendar, piece by piece.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::{MINUTES_OF_DAY, TimeInterval};

/// How far ahead a change is looked for. The 29th of February on a given weekday comes every 28
/// years.
const SEARCH: SignedDuration = SignedDuration::from_hours(40 * 366 * 24);

/// Most changes of single intervals that are tried for one of their union.
const CHANGES_MAX: usize = 10_000;

pub(super) fn next(interval: &TimeInterval, after: Timestamp) -> Option<Timestamp> {
    if interval.never_changes() {
        return None;
    }
    let inside = interval.contains(after);
    let bound = after.saturating_add(SEARCH).unwrap_or(Timestamp::MAX);
    let mut from = after;
    while from < bound {
        let offset = interval.zone.to_offset(from);
        let shift = interval.zone.following(from).next().map(|shift| shift.timestamp());
        let until = shift.unwrap_or(Timestamp::MAX).min(bound);
        let piece = (offset.to_datetime(from), offset.to_datetime(until));
        if let Some(local) = next_local(interval, piece, inside) {
            return to_timestamp(offset, local);
        }
        if interval.contains(until) != inside && until < bound {
            return Some(until);
        }
        from = until;
    }
    None
}

pub(super) fn next_of_all(intervals: &[TimeInterval], after: Timestamp) -> Option<Timestamp> {
    let any = |at: Timestamp| intervals.iter().any(|interval| interval.contains(at));
    let inside = any(after);
    let mut nexts: Vec<Option<Timestamp>> =
        intervals.iter().map(|interval| interval.next_change(after)).collect();
    for _ in 0..CHANGES_MAX {
        let at = nexts.iter().flatten().min().copied()?;
        if any(at) != inside {
            return Some(at);
        }
        for (interval, next) in intervals.iter().zip(&mut nexts) {
            if *next == Some(at) {
                *next = interval.next_change(at);
            }
        }
    }
    nexts.into_iter().flatten().min()
}

fn to_timestamp(offset: Offset, local: DateTime) -> Option<Timestamp> {
    offset.to_timestamp(local).ok()
}

/// The first local time of a piece, after its start and before its end, with another answer.
fn next_local(
    interval: &TimeInterval,
    (from, until): (DateTime, DateTime),
    inside: bool,
) -> Option<DateTime> {
    let mut date = from.date();
    while date <= until.date() {
        let found = if interval.contains_date(date) {
            boundaries(interval, date).find(|(at, state)| *state != inside && *at > from)
        } else {
            let midnight = date.to_datetime(Time::midnight());
            (inside && midnight > from).then_some((midnight, false))
        };
        if let Some((at, _)) = found {
            return (at < until).then_some(at);
        }
        date = following(interval, date, inside)?;
    }
    None
}

/// The local times of a day inside the interval at which the answer may change, and what it is
/// from then on.
fn boundaries(interval: &TimeInterval, date: Date) -> impl Iterator<Item = (DateTime, bool)> {
    let midnight = date.to_datetime(Time::midnight());
    let times = interval.times.as_deref();
    let early = times.is_none_or(|times| times.first().is_some_and(|(start, _)| *start == 0));
    let at = move |minute: u16| {
        let hour = i8::try_from(minute / 60).unwrap_or_default();
        let minute = i8::try_from(minute % 60).unwrap_or_default();
        date.at(hour, minute, 0, 0)
    };
    let rest = times.unwrap_or_default().iter().flat_map(move |(start, end)| {
        let end = (*end < MINUTES_OF_DAY).then(|| (at(*end), false));
        [(at(*start), true)].into_iter().chain(end)
    });
    [(midnight, early)].into_iter().chain(rest)
}

/// The next day worth a look: outside, months and years that are not meant are passed over.
fn following(interval: &TimeInterval, date: Date, inside: bool) -> Option<Date> {
    if inside {
        return date.tomorrow().ok();
    }
    if !interval.contains_year(date.year()) {
        return date.last_of_year().tomorrow().ok();
    }
    if !interval.contains_month(date.month()) {
        return date.last_of_month().tomorrow().ok();
    }
    date.tomorrow().ok()
}
