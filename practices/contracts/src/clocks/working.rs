//! Sums in working time. The target, its pauses and what elapsed all count in one calendar: a pause
//! over a weekend on which nobody works gives nothing back (GLPI 10594).

use std::sync::Arc;

use calendar::{Calendar, Definition, Span, Spans, Years};
use kernel::Time;

use super::clock::{Clock, Mark, Pause, Run, Timing};
use super::command::Working;
use super::terms::{Target, Terms};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Years after the present one that a target may reach into.
const YEARS_AHEAD: i16 = 6;

/// Calendars that were worked out, each once.
#[derive(Debug)]
pub struct Books {
    years: Years,
    known: Vec<(Working, Arc<Calendar>)>,
}

impl Books {
    /// For clocks that began no sooner than `first`, at `now`.
    pub fn new(first: Time, now: Time) -> Books {
        let (first, last) = (year(first.min(now)), year(first.max(now)));
        let years = Years { first: first - 1, last: last + YEARS_AHEAD };
        Books { years, known: Vec::new() }
    }

    /// The calendar. One that cannot be worked out, which no estate lets in, is never open.
    pub fn open(&mut self, working: &Working) -> Arc<Calendar> {
        if let Some((_, calendar)) = self.known.iter().find(|(known, _)| known == working) {
            return calendar.clone();
        }
        let worked_out = working.definition.compile(self.years);
        let never = || Definition::empty("UTC").compile(self.years);
        let calendar = worked_out.or_else(|_| never()).expect("a calendar that is never open");
        let calendar = Arc::new(calendar);
        self.known.push((working.clone(), calendar.clone()));
        calendar
    }
}

/// The year of a time, near enough: one more is worked out on either side.
fn year(at: Time) -> i16 {
    let years = at.micros() / (SECOND * 31_556_952);
    i16::try_from(1970 + years).unwrap_or(9_000).clamp(100, 9_900)
}

/// What a promise comes to.
pub(super) fn timing(calendar: &Calendar, from: Time, terms: &Terms, pauses: &[Pause]) -> Timing {
    let (start, stood) = (from.micros(), spans(pauses));
    let target = match terms.target {
        Target::Time { seconds } => Some(i64::from(seconds) * SECOND),
        Target::Days { days } => {
            let close = calendar.due_days(start, u32::from(days)).at();
            close.map(|close| calendar.elapsed(start, close, &Spans::EMPTY))
        }
    };
    let reached = |length: i64| calendar.due(start, length, &stood).at().map(Time::from_micros);
    let mark = |share: &u8| {
        let length = target.filter(|target| *target > 0)? / 100 * i64::from(*share);
        Some(Mark { share: *share, at: reached(length)? })
    };
    Timing {
        target_seconds: target.map(|target| target / SECOND),
        due: target.and_then(reached),
        marks: terms.warn_at.iter().filter(|share| **share < 100).filter_map(mark).collect(),
    }
}

/// The working time between two times, without the pauses, in seconds.
pub(super) fn elapsed_seconds(
    calendar: &Calendar,
    (from, until): (Time, Time),
    pauses: &[Pause],
) -> i64 {
    calendar.elapsed(from.micros(), until.micros(), &spans(pauses)) / SECOND
}

/// What a clock comes to that is stopped at a time.
pub(super) fn run(calendar: &Calendar, (from, at): (Time, Time), clock: &Clock) -> Run {
    let timing = &clock.timing;
    Run {
        from,
        at,
        due: timing.due,
        elapsed_seconds: elapsed_seconds(calendar, (from, at), &clock.pauses),
        target_seconds: timing.target_seconds,
        met: timing.due.is_none_or(|due| at <= due),
        priority: Some(clock.terms.priority),
    }
}

fn spans(pauses: &[Pause]) -> Spans {
    let span =
        |pause: &Pause| Span::new(pause.from.micros(), pause.until.map_or(i64::MAX, Time::micros));
    pauses.iter().map(span).collect()
}
