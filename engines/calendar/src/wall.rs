//! From the wall time of a zone to instants.
//!
//! The rule for hours: a wall time is **the first instant at which the clock reads it or has
//! passed it**. A time in a gap is the instant of the change, so that an hour which is left out has
//! no length; a time that comes twice is the first of the two, so that 02:00 until 03:00 on the
//! night of a fold has two hours. The rule is monotone: cutting hours at a wall time never changes
//! their sum, and a day from midnight to midnight has 23, 24 or 25 hours.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::error::{CalendarError, quoted};

/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// The first instant, in microseconds, at which the clock of a zone reads a wall time or has passed
/// it: the change itself for a time that is left out, the first of two for one that comes twice.
/// `None` at the edge of what can be held.
pub fn instant(zone: &TimeZone, wall: DateTime) -> Option<i64> {
    let found = zone.to_ambiguous_timestamp(wall);
    match found.offset() {
        AmbiguousOffset::Gap { .. } => {
            let early = found.earlier().ok()?;
            zone.following(early).next().map(|change| change.timestamp().as_microsecond())
        }
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            found.earlier().ok().map(|instant| instant.as_microsecond())
        }
    }
}

/// The instant of a minute of a date; minutes may lie on the days after.
pub(crate) fn minute(zone: &TimeZone, date: Date, minute: u16) -> Option<i64> {
    let date = date.checked_add(i64::from(minute / DAY_MINUTES).days()).ok()?;
    let (hour, minute) = ((minute % DAY_MINUTES) / 60, minute % 60);
    instant(zone, date.at(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0))
}

/// Minutes from midnight of a shift's two ends; the second is on the day after where it is less.
pub(crate) fn shift(from: &str, until: &str) -> Result<(u16, u16), CalendarError> {
    let begin = time_of_day(from).filter(|minute| *minute < DAY_MINUTES);
    let begin = begin.ok_or_else(|| {
        let what = format!("`{}` is no time of day; write it like 08:00", quoted(from));
        CalendarError::new("from", what)
    })?;
    let end = time_of_day(until).ok_or_else(|| {
        let what = format!("`{}` is no time of day; write it like 18:00 or 24:00", quoted(until));
        CalendarError::new("until", what)
    })?;
    if begin == end {
        let what = "hours that end when they begin; write 00:00 until 24:00 for a whole day";
        return Err(CalendarError::new("until", what));
    }
    Ok((begin, if end < begin { end + DAY_MINUTES } else { end }))
}

/// Minutes from midnight of `HH:MM`, up to `24:00`.
fn time_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}

/// The date of `YYYY-MM-DD`.
pub(crate) fn date(text: &str) -> Option<Date> {
    (text.len() == 10).then(|| Date::strptime("%Y-%m-%d", text).ok()).flatten()
}
