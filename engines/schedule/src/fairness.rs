//! How the burden lies on people: hours, nights, weekends, holidays.

use std::collections::BTreeMap;

use calendar::{Calendar, Day, Definition, Span, Spans, Years};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::{Person, ScheduleError};

/// Times that weigh more than others.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Occasions {
    /// Nights, each an interval.
    pub nights: Spans,
    /// Weekends, each an interval.
    pub weekends: Spans,
    /// Holidays, each by itself.
    pub holidays: Vec<Span>,
}

/// What one person has of the whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    /// Who.
    pub person: Person,
    /// Time on call, in microseconds.
    pub micros: i64,
    /// Nights of which they have any part.
    pub nights: usize,
    /// Time at night, in microseconds.
    pub night_micros: i64,
    /// Weekends of which they have any part.
    pub weekends: usize,
    /// Time at weekends, in microseconds.
    pub weekend_micros: i64,
    /// Holidays of which they have any part.
    pub holidays: usize,
    /// Time on holidays, in microseconds.
    pub holiday_micros: i64,
}

impl Occasions {
    /// The nights from ten to seven and the weekends of a zone, and what a calendar keeps as
    /// holidays.
    ///
    /// # Errors
    /// When there is no such zone.
    pub fn of(
        zone: &str,
        calendar: Option<&Calendar>,
        window: Span,
    ) -> Result<Occasions, ScheduleError> {
        let hours = |definition: Definition| open(&definition, window);
        let nights = Definition::empty(zone).shift(&Day::WEEK, "22:00", "07:00");
        let weekends = Definition::empty(zone).shift(&Day::WEEK[5..], "00:00", "24:00");
        let holidays = calendar.map(|calendar| calendar.closures(window).map(|c| c.span).collect());
        Ok(Occasions {
            nights: hours(nights)?,
            weekends: hours(weekends)?,
            holidays: holidays.unwrap_or_default(),
        })
    }
}

fn open(definition: &Definition, window: Span) -> Result<Spans, ScheduleError> {
    let zone = TimeZone::get(&definition.zone).unwrap_or(TimeZone::UTC);
    let year = |micros: i64| {
        let at = Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
        zone.to_datetime(at).year()
    };
    let years = Years { first: year(window.from), last: year(window.until) };
    let calendar = definition.compile(years);
    let calendar = calendar.map_err(|error| ScheduleError::new(error.field, error.what))?;
    Ok(calendar.open_within(window))
}

/// What each person has, those with most time first.
pub fn fairness(people: &BTreeMap<Person, Spans>, occasions: &Occasions) -> Vec<Share> {
    let mut shares: Vec<Share> = people
        .iter()
        .map(|(person, times)| {
            let (nights, night_micros) = part(times, occasions.nights.as_slice());
            let (weekends, weekend_micros) = part(times, occasions.weekends.as_slice());
            let (holidays, holiday_micros) = part(times, &occasions.holidays);
            let (person, micros) = (person.clone(), times.total());
            Share {
                person,
                micros,
                nights,
                night_micros,
                weekends,
                weekend_micros,
                holidays,
                holiday_micros,
            }
        })
        .collect();
    shares.sort_by(|a, b| b.micros.cmp(&a.micros).then_with(|| a.person.cmp(&b.person)));
    shares
}

/// Of how many occasions somebody has a part, and how much time in all.
fn part(times: &Spans, occasions: &[Span]) -> (usize, i64) {
    let common = times.intersection(&occasions.iter().copied().collect());
    let met = occasions.iter().filter(|span| !common.overlapping(**span).is_empty());
    (met.count(), common.total())
}
