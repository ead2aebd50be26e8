//! The shifts of one layer, as it was planned.

use calendar::{Definition, Span, Spans, Years};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::{Every, Layer, Person, Rotation, ScheduleError};

/// Most shifts that are counted from the start of a rotation.
const SHIFTS_MAX: i64 = 400_000;
/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

/// A part of a shift in which the layer has somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shift {
    pub span: Span,
    /// Which rotation of the layer; without rotations which of its planned shifts.
    pub rotation: usize,
    /// Whose turn it is: the place in the rotation.
    pub turn: usize,
}

impl Shift {
    /// Those who take turns with whose turn it is, them among them.
    pub fn people<'a>(&self, layer: &'a Layer) -> &'a [Person] {
        match layer.rotations.is_empty() {
            true => std::slice::from_ref(&layer.planned[self.rotation].person),
            false => &layer.rotations[self.rotation].people,
        }
    }
}

/// The shifts of a layer within a window, in order; they do not overlap.
pub(crate) fn shifts(
    layer: &Layer,
    zone: &TimeZone,
    window: Span,
) -> Result<Vec<Shift>, ScheduleError> {
    let ends = window.until.min(layer.until.unwrap_or(i64::MAX));
    if layer.rotations.is_empty() {
        return planned(layer, zone, Span::new(window.from, ends.max(window.from)));
    }
    let starts = starts(layer, zone)?;
    let mut found = Vec::new();
    for (index, rotation) in layer.rotations.iter().enumerate() {
        let next = starts.get(index + 1).copied().unwrap_or(i64::MAX);
        let holds = Span::new(starts[index], next.min(ends));
        let within = holds.clip(window);
        if within.from >= within.until {
            continue;
        }
        // Turns that are skipped count from the start, so the hours are needed from there.
        let counted = if layer.skip_closed { holds } else { within };
        let open = match layer.is_always() {
            true => None,
            false => Some(hours(layer, zone, counted)?),
        };
        let place = format!("rotations[{index}]");
        let mut hands = Hands { rotation, zone, begin: starts[index] };
        hands
            .walk(within, open.as_ref(), layer.skip_closed, |span, turn| {
                let turn = usize::try_from(turn).unwrap_or(0) % rotation.people.len();
                if rotation.people[turn].is_empty() {
                    return;
                }
                let mut add = |span: Span| found.push(Shift { span, rotation: index, turn });
                match &open {
                    Some(open) => {
                        open.overlapping(span).iter().for_each(|part| add(part.clip(span)))
                    }
                    None => add(span),
                }
            })
            .map_err(|error| error.within(&place))?;
    }
    Ok(found)
}

/// The planned shifts of a layer within a window.
fn planned(layer: &Layer, zone: &TimeZone, window: Span) -> Result<Vec<Shift>, ScheduleError> {
    let open = match layer.is_always() {
        true => Spans::one(window.from, window.until),
        false => hours(layer, zone, window)?,
    };
    let mut order: Vec<usize> = (0..layer.planned.len()).collect();
    order.sort_by_key(|place| &layer.planned[*place]);
    let (mut found, mut free_from) = (Vec::new(), i64::MIN);
    for place in order {
        let span = layer.planned[place].span;
        let span = Span::new(span.from.max(free_from), span.until).clip(window);
        if span.from >= span.until {
            continue;
        }
        free_from = span.until;
        let part = |part: &Span| Shift { span: part.clip(span), rotation: place, turn: 0 };
        found.extend(open.overlapping(span).iter().map(part));
    }
    Ok(found)
}

/// Whether a layer can be worked out.
pub(crate) fn check(layer: &Layer, zone: &TimeZone) -> Result<(), ScheduleError> {
    starts(layer, zone)?;
    hours(layer, zone, Span::new(0, 0)).map(drop)
}

/// When each rotation starts; they have to be in order.
fn starts(layer: &Layer, zone: &TimeZone) -> Result<Vec<i64>, ScheduleError> {
    let mut starts: Vec<i64> = Vec::new();
    for (index, rotation) in layer.rotations.iter().enumerate() {
        let wrong = |field: &str, what: &str| {
            Err(ScheduleError::new(format!("rotations[{index}].{field}"), what))
        };
        if rotation.people.is_empty() {
            return wrong("people", "nobody takes turns; name at least one person");
        }
        if rotation.every.count() == 0 {
            return wrong("every", "a shift has no length; write one like 12h, 1d or 1w");
        }
        let Some(start) = calendar::instant(zone, rotation.start) else {
            return wrong("start", "no calendar holds this time; write one of this century");
        };
        if starts.last().is_some_and(|last| start <= *last) {
            let what = "it starts before the rotation above it; write them in order";
            return wrong("start", what);
        }
        starts.push(start);
    }
    Ok(starts)
}

/// The hours of a layer, in its zone or in that of its calendar.
fn hours(layer: &Layer, zone: &TimeZone, within: Span) -> Result<Spans, ScheduleError> {
    let year = |micros: i64| {
        let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        zone.to_datetime(at).year()
    };
    let (first, last) = (year(within.from), year(within.until));
    let compiled = match &layer.open {
        None => {
            let name = zone.iana_name().unwrap_or("UTC");
            let definition = Definition { hours: layer.hours.clone(), ..Definition::empty(name) };
            definition.compile(Years { first, last })
        }
        // Where the calendar is it may be another year.
        Some(open) => {
            let years = Years { first: (first - 1).max(1), last: (last + 1).min(9_998) };
            let wrong = |error: calendar::CalendarError| calendar::CalendarError {
                field: format!("during.{}", error.field),
                ..error
            };
            open.compile(years).map_err(wrong)
        }
    };
    let compiled = compiled.map_err(|error| ScheduleError::new(error.field, error.what))?;
    Ok(compiled.open().clip(within))
}

impl Every {
    fn count(self) -> u16 {
        match self {
            Every::Hours(n) | Every::Days(n) | Every::Weeks(n) | Every::Months(n) => n,
        }
    }

    /// The wall time so many shifts after the start.
    fn after(self, start: DateTime, shifts: i64) -> Option<DateTime> {
        let count = shifts.checked_mul(i64::from(self.count()))?;
        let span = match self {
            Every::Hours(_) => jiff::Span::new().try_hours(count).ok()?,
            Every::Days(_) => jiff::Span::new().try_days(count).ok()?,
            Every::Weeks(_) => jiff::Span::new().try_weeks(count).ok()?,
            Every::Months(_) => jiff::Span::new().try_months(count).ok()?,
        };
        start.checked_add(span).ok()
    }

    /// No shift is longer, in microseconds; what clocks may be changed by is left out.
    fn longest(self) -> i64 {
        let hours = match self {
            Every::Hours(_) => 1,
            Every::Days(_) => 24,
            Every::Weeks(_) => 7 * 24,
            Every::Months(_) => 31 * 24,
        };
        i64::from(self.count()) * hours * HOUR
    }
}

/// The hand-overs of a rotation.
struct Hands<'a> {
    rotation: &'a Rotation,
    zone: &'a TimeZone,
    begin: i64,
}

impl Hands<'_> {
    /// Calls `take` with each shift that touches `within`, clipped to it, and with its turn.
    fn walk(
        &mut self,
        within: Span,
        open: Option<&Spans>,
        skip_closed: bool,
        mut take: impl FnMut(Span, i64),
    ) -> Result<(), ScheduleError> {
        let (every, start) = (self.rotation.every, self.rotation.start);
        let beyond = || ScheduleError::new("start", "it reaches beyond what a calendar holds");
        let counts_all = skip_closed && open.is_some();
        // No shift is longer, so this one begins before; clocks may have changed by a day since.
        let passed = (within.from - self.begin - 26 * HOUR) / every.longest() - 1;
        let mut number = if counts_all { 0 } else { passed.max(0) };
        let (first, mut turn) = (number, number);
        let hand = |number: i64| {
            let wall = every.after(start, number).ok_or_else(beyond)?;
            calendar::instant(self.zone, wall).ok_or_else(beyond)
        };
        let mut from = hand(number)?;
        while from < within.until {
            if number - first > SHIFTS_MAX {
                let what = "too many shifts since its start; write a later start";
                return Err(ScheduleError::new("start", what));
            }
            let until = hand(number + 1)?;
            let shift = Span::new(from, until);
            let closed = |open: &Spans| open.clip(shift).is_empty();
            let skipped = counts_all && open.is_some_and(closed);
            let clipped = shift.clip(within);
            if clipped.from < clipped.until && !skipped {
                take(clipped, turn);
            }
            turn += i64::from(!skipped);
            (from, number) = (until, number + 1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_window_is_reached_without_walking_there() {
        let start = "1990-01-31T09:00".parse().expect("a wall time");
        let zone = TimeZone::get("Europe/Berlin").expect("a zone");
        for every in [Every::Hours(1), Every::Days(1), Every::Weeks(1), Every::Months(1)] {
            let rotation = Rotation::new(start, every, &["ada", "ben", "cem"]);
            let whole = Layer::new("x").rotation(rotation);
            let begin = calendar::instant(&zone, start).expect("an instant");
            let late = Span::new(begin + 320_000 * HOUR, begin + 320_800 * HOUR);
            let all = shifts(&whole, &zone, Span::new(begin, late.until)).expect("shifts");
            let clipped = all.into_iter().filter_map(|shift| {
                let span = shift.span.clip(late);
                (span.from < span.until).then_some(Shift { span, ..shift })
            });
            let found = shifts(&whole, &zone, late).expect("shifts");
            assert_eq!(found, clipped.collect::<Vec<_>>(), "{every:?}");
        }
    }
}
