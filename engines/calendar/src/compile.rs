//! From a definition to the open time of some years.

use std::fmt;

use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::calendar::Closure;
use crate::error::quoted;
use crate::{Calendar, CalendarError, Day, Definition, Range, Span, Spans, holidays, wall};

/// Years that one calendar may hold.
pub const YEARS_MAX: i16 = 200;
/// Shifts, holidays and exceptions that one definition may have, each.
const ENTRIES_MAX: usize = 5_000;

/// The years for which a calendar is worked out, both included; outside of them nothing is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Years {
    /// The first year.
    pub first: i16,
    /// The last year.
    pub last: i16,
}

impl Years {
    /// Ten years before an instant to thirty years after it: more than any clock runs.
    pub fn around(micros: i64) -> Years {
        Years::beside(micros, 10, 30)
    }

    /// The year of an instant and those beside it: what is open then, and when it is next.
    pub fn near(micros: i64) -> Years {
        Years::beside(micros, 1, 1)
    }

    fn beside(micros: i64, before: i16, after: i16) -> Years {
        let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        let year = TimeZone::UTC.to_datetime(at).year().clamp(11, 9_960);
        Years { first: year - before, last: year + after }
    }

    pub(crate) fn each(self) -> impl Iterator<Item = i16> {
        self.first..=self.last
    }

    /// From midnight of the first 1 January to midnight after the last 31 December.
    fn window(self, zone: &TimeZone) -> Option<Span> {
        let from = wall::minute(zone, date(self.first, 1, 1), 0)?;
        Some(Span { from, until: wall::minute(zone, date(self.last + 1, 1, 1), 0)? })
    }

    /// The dates, with the day before them, whose night reaches into the first.
    fn dates(self) -> impl Iterator<Item = Date> {
        let eve = date(self.first - 1, 12, 31);
        let last = date(self.last, 12, 31);
        eve.series(1.day()).take_while(move |date| *date <= last)
    }
}

impl fmt::Display for Years {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.first, self.last)
    }
}

impl Definition {
    /// Works out when it is open in these years. Ten milliseconds for forty years.
    ///
    /// # Errors
    /// When a field is wrong; the error names it and says what to write.
    pub fn compile(&self, years: Years) -> Result<Calendar, CalendarError> {
        let fits = 2 <= years.first
            && years.first <= years.last
            && years.last <= 9_990
            && years.last - years.first < YEARS_MAX;
        if !fits {
            let what = format!("{years} cannot be held; take at most {YEARS_MAX} from 2 to 9990");
            return Err(CalendarError::new("years", what));
        }
        self.check_sizes()?;
        let zone = zone(&self.zone)?;
        let beyond = || CalendarError::new("years", "the zone has no instants in these years");
        let window = years.window(&zone).ok_or_else(beyond)?;
        let mut closures = Vec::new();
        for (index, holiday) in self.holidays.iter().enumerate() {
            let found = holidays::closures(holiday, &zone, years, window);
            closures.extend(found.map_err(|error| error.within(&format!("holidays[{index}]")))?);
        }
        let mut removed = Vec::new();
        let mut added = Vec::new();
        for (index, exception) in self.exceptions.iter().enumerate() {
            let field = format!("exceptions[{index}]");
            let on = wall::date(&exception.date).ok_or_else(|| {
                let what =
                    format!("`{}` is no date; write it like 2026-12-24", quoted(&exception.date));
                CalendarError::new("date", what).within(&field)
            })?;
            let add = ranges(&zone, on, &exception.add, &format!("{field}.add"))?;
            let remove = ranges(&zone, on, &exception.remove, &format!("{field}.remove"))?;
            let name = &exception.reason;
            closures.extend(remove.iter().map(|span| Closure { span: *span, name: name.clone() }));
            added.extend(add);
            removed.extend(remove);
        }
        let weekly = if self.always {
            Spans::one(window.from, window.until)
        } else {
            self.weekly(&zone, years)?
        };
        let closed: Spans = closures.iter().map(|closure| closure.span).collect();
        let open = weekly.difference(&closed).union(&added.into());
        closures.retain(|closure| {
            // Only what took something away is of interest.
            !weekly.clip(closure.span.clip(window)).is_empty()
        });
        Ok(Calendar::new(open.clip(window), window, zone, closures))
    }

    fn check_sizes(&self) -> Result<(), CalendarError> {
        let shifts = self.hours.len();
        let sizes = [
            ("hours", shifts),
            ("holidays", self.holidays.len()),
            ("exceptions", self.exceptions.len()),
        ];
        for (field, size) in sizes {
            if size > ENTRIES_MAX {
                let what = format!("{size} entries; write at most {ENTRIES_MAX}");
                return Err(CalendarError::new(field, what));
            }
        }
        if self.always && shifts > 0 {
            let what = "a calendar that is always open has no hours; leave one of the two out";
            return Err(CalendarError::new("hours", what));
        }
        Ok(())
    }

    /// The hours of every week of the years.
    fn weekly(&self, zone: &TimeZone, years: Years) -> Result<Spans, CalendarError> {
        let mut shifts: [Vec<(u16, u16)>; 7] = Default::default();
        for (index, hours) in self.hours.iter().enumerate() {
            let field = format!("hours[{index}]");
            if hours.days.is_empty() {
                let what = "no day; write days like [mon, tue]";
                return Err(CalendarError::new("days", what).within(&field));
            }
            let shift = wall::shift(&hours.from, &hours.until);
            let shift = shift.map_err(|error| error.within(&field))?;
            for day in &hours.days {
                let shifts = &mut shifts[*day as usize];
                if !shifts.contains(&shift) {
                    shifts.push(shift);
                }
            }
        }
        if self.hours.is_empty() {
            return Ok(Spans::default());
        }
        let span = |date: Date, (from, until): (u16, u16)| {
            let from = wall::minute(zone, date, from)?;
            Some(Span { from, until: wall::minute(zone, date, until)? })
        };
        let of_date = |date: Date| {
            let shifts = &shifts[day_of(date.weekday()) as usize];
            shifts.iter().filter_map(move |shift| span(date, *shift))
        };
        Ok(years.dates().flat_map(of_date).collect())
    }
}

fn day_of(weekday: Weekday) -> Day {
    Day::WEEK[usize::from(weekday.to_monday_zero_offset().unsigned_abs())]
}

fn zone(name: &str) -> Result<TimeZone, CalendarError> {
    TimeZone::get(name).map_err(|_| {
        let what = format!("`{}` is no time zone; write one like Europe/Berlin", quoted(name));
        CalendarError::new("zone", what)
    })
}

fn ranges(
    zone: &TimeZone,
    date: Date,
    ranges: &[Range],
    field: &str,
) -> Result<Vec<Span>, CalendarError> {
    let mut spans = Vec::new();
    for (index, range) in ranges.iter().enumerate() {
        let shift = wall::shift(&range.from, &range.until);
        let (from, until) = shift.map_err(|error| error.within(&format!("{field}[{index}]")))?;
        let ends = (wall::minute(zone, date, from), wall::minute(zone, date, until));
        if let (Some(from), Some(until)) = ends {
            spans.push(Span { from, until });
        }
    }
    Ok(spans)
}
