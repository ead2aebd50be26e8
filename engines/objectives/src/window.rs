//! Over what time a promise is kept.

use calendar::Span;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The time over which an objective counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The last so many microseconds, at every instant anew.
    Rolling {
        /// Its length.
        micros: i64,
    },
    /// Periods of the calendar one after another; each has a budget of its own.
    Calendar {
        /// How many units a period has.
        count: u16,
        /// What it is counted in.
        unit: Unit,
        /// The zone whose midnights are meant, by its IANA name.
        zone: String,
        /// When one of the periods begins, in wall time; without it they begin where the calendar
        /// has them: at midnight, on Mondays, on the first, on 1 January.
        begin: Option<DateTime>,
    },
}

/// What periods are counted in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names of the units say it all")]
pub enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

/// A window that cannot be worked out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum WindowError {
    /// No zone of the IANA database.
    #[error("zone: `{0}` is no time zone; write one like Europe/Berlin")]
    Zone(String),
    /// Without a length.
    #[error("window: it has no length; write at least one minute or one day")]
    Empty,
    /// At the edge of what the calendar holds.
    #[error("window: the period lies outside of what the calendar holds")]
    Edge,
}

impl Window {
    /// One period of the calendar.
    pub fn calendar(unit: Unit, zone: &str) -> Window {
        Window::Calendar { count: 1, unit, zone: zone.to_owned(), begin: None }
    }

    /// The window as of an instant. A rolling one ends there, a period of the calendar holds it
    /// and may end later: clip it to what has passed.
    ///
    /// # Errors
    /// When the window has no length, or its zone is unknown.
    pub fn at(&self, now: i64) -> Result<Span, WindowError> {
        match self {
            Window::Rolling { micros } if *micros > 0 => {
                Ok(Span::new(now.saturating_sub(*micros), now))
            }
            Window::Calendar { count, unit, zone, begin } if *count > 0 => {
                let zone = TimeZone::get(zone)
                    .map_err(|_| WindowError::Zone(zone.chars().take(64).collect()))?;
                period(now, &zone, (*count, *unit), *begin)
            }
            _ => Err(WindowError::Empty),
        }
    }
}

/// The period that holds an instant.
fn period(
    now: i64,
    zone: &TimeZone,
    (count, unit): (u16, Unit),
    begin: Option<DateTime>,
) -> Result<Span, WindowError> {
    let instant = Timestamp::from_microsecond(now).map_err(|_| WindowError::Edge)?;
    let wall = zone.to_datetime(instant);
    // 5 January 1970 was a Monday.
    let first = Date::constant(1970, 1, if unit == Unit::Week { 5 } else { 1 });
    let begin = begin.unwrap_or_else(|| first.at(0, 0, 0, 0));
    let count = i64::from(count);
    let passed = match unit {
        Unit::Day | Unit::Week => days(begin, wall),
        Unit::Month | Unit::Quarter | Unit::Year => months(begin, wall),
    };
    let each = count
        * match unit {
            Unit::Day | Unit::Month => 1,
            Unit::Week => 7,
            Unit::Quarter => 3,
            Unit::Year => 12,
        };
    let bound = |number: i64| {
        let units = number * each;
        let span = match unit {
            Unit::Day | Unit::Week => jiff::Span::new().try_days(units),
            _ => jiff::Span::new().try_months(units),
        };
        let wall = span.and_then(|span| begin.checked_add(span)).map_err(|_| WindowError::Edge)?;
        let instant = zone.to_timestamp(wall).map_err(|_| WindowError::Edge)?;
        Ok(instant.as_microsecond())
    };
    // The estimate is right or one off: dates are cut where a month is short.
    let mut number = passed.div_euclid(each);
    while bound(number)? > now {
        number -= 1;
    }
    while bound(number + 1)? <= now {
        number += 1;
    }
    Ok(Span::new(bound(number)?, bound(number + 1)?))
}

fn days(begin: DateTime, wall: DateTime) -> i64 {
    wall.duration_since(begin).as_hours().div_euclid(24)
}

fn months(begin: DateTime, wall: DateTime) -> i64 {
    let of = |wall: DateTime| i64::from(wall.year()) * 12 + i64::from(wall.month());
    of(wall) - of(begin)
}
