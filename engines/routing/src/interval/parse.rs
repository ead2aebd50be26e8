use jiff::tz::TimeZone;

use super::{MINUTES_OF_DAY, TimeInterval};

/// An interval as the configuration writes it. What is empty is not said.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct IntervalSpec {
    /// Ranges of the day.
    pub times: Vec<TimesSpec>,
    /// `monday`, `monday:friday`; the week begins on Sunday.
    pub weekdays: Vec<String>,
    /// `1`, `1:5`, `-3:-1`.
    pub days_of_month: Vec<String>,
    /// `january`, `1`, `january:march`.
    pub months: Vec<String>,
    /// `2024`, `2024:2026`.
    pub years: Vec<String>,
    /// The name of a zone, such as `Europe/Berlin`. Not said: UTC.
    pub location: Option<String>,
}

/// A range of the day: `HH:MM`, up to `24:00`.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TimesSpec {
    /// From this minute on.
    pub start_time: String,
    /// Up to this minute, which is no longer inside.
    pub end_time: String,
}

/// A part of an interval that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct IntervalError {
    /// Where: `times[0].start_time`, `weekdays[1]`.
    pub path: String,
    /// What is wrong.
    pub problem: String,
}

const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

impl IntervalSpec {
    /// Reads the strings. `local` is the zone of the machine, which `location: Local` means.
    ///
    /// # Errors
    /// Every part that cannot be read.
    pub fn build(&self, local: &TimeZone) -> Result<TimeInterval, Vec<IntervalError>> {
        let mut errors = Vec::new();
        let times = read_times(&self.times, &mut errors).map(merged);
        let weekdays = read(&self.weekdays, "weekdays", weekday_range, &mut errors);
        let days = read(&self.days_of_month, "days_of_month", day_range, &mut errors);
        let months = read(&self.months, "months", month_range, &mut errors);
        let years = read(&self.years, "years", year_range, &mut errors);
        let zone = zone(self.location.as_deref(), local).unwrap_or_else(|problem| {
            errors.push(IntervalError { path: "location".to_owned(), problem });
            TimeZone::UTC
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        let interval = TimeInterval {
            times,
            weekdays: weekdays.map(|ranges| {
                ranges.into_iter().flat_map(|(from, to)| from..=to).fold(0, |all, d| all | 1 << d)
            }),
            days,
            months: months.map(|ranges| {
                ranges.into_iter().flat_map(|(from, to)| from..=to).fold(0, |all, m| all | 1 << m)
            }),
            years,
            zone,
        };
        Ok(interval.simplified())
    }
}

impl TimeInterval {
    /// Drops what does not restrict, so that nobody searches for the end of "all weekdays".
    fn simplified(mut self) -> TimeInterval {
        self.times = self.times.filter(|times| *times != [(0, MINUTES_OF_DAY)]);
        self.weekdays = self.weekdays.filter(|days| *days != 0b111_1111);
        self.months = self.months.filter(|months| *months != 0b1_1111_1111_1110);
        self.days = self.days.filter(|days| {
            // Every month of the year 2023 but February has 30 or 31 days; 2024 gives it 29.
            let lengths = [(2023, 2), (2024, 2), (2024, 4), (2024, 1)];
            !lengths.into_iter().all(|(year, month)| {
                let first = jiff::civil::date(year, month, 1);
                (1..=first.days_in_month())
                    .all(|day| super::contains_day(days, jiff::civil::date(year, month, day)))
            })
        });
        self
    }

    pub(super) fn never_changes(&self) -> bool {
        self.times.is_none()
            && self.weekdays.is_none()
            && self.days.is_none()
            && self.months.is_none()
            && self.years.is_none()
    }
}

fn zone(name: Option<&str>, local: &TimeZone) -> Result<TimeZone, String> {
    match name {
        None | Some("" | "UTC") => Ok(TimeZone::UTC),
        Some("Local") => Ok(local.clone()),
        Some(name) => TimeZone::get(name).map_err(|_| format!("unknown time zone {name}")),
    }
}

/// Reads each text of a list; an empty one does not restrict.
fn read<T>(
    texts: &[String],
    list: &str,
    range: fn(&str) -> Result<(T, T), String>,
    errors: &mut Vec<IntervalError>,
) -> Option<Vec<(T, T)>> {
    let mut ranges = Vec::with_capacity(texts.len());
    for (place, text) in texts.iter().enumerate() {
        match range(text) {
            Ok(range) => ranges.push(range),
            Err(problem) => {
                errors.push(IntervalError { path: format!("{list}[{place}]"), problem });
            }
        }
    }
    (!texts.is_empty()).then_some(ranges)
}

fn read_times(times: &[TimesSpec], errors: &mut Vec<IntervalError>) -> Option<Vec<(u16, u16)>> {
    let mut ranges = Vec::with_capacity(times.len());
    for (place, spec) in times.iter().enumerate() {
        let mut problem = |part: &str, problem: String| {
            errors.push(IntervalError { path: format!("times[{place}]{part}"), problem });
        };
        if spec.start_time.is_empty() || spec.end_time.is_empty() {
            problem("", "both start and end times must be provided".to_owned());
            continue;
        }
        match (minute(&spec.start_time), minute(&spec.end_time)) {
            (Some(start), Some(end)) if start < end => ranges.push((start, end)),
            (Some(_), Some(_)) => {
                problem("", "start time cannot be equal or greater than end time".to_owned());
            }
            (start, _) => {
                let (part, text) = match start {
                    None => (".start_time", &spec.start_time),
                    Some(_) => (".end_time", &spec.end_time),
                };
                problem(part, format!("couldn't parse timestamp {text}, invalid format"));
            }
        }
    }
    (!times.is_empty()).then_some(ranges)
}

/// `HH:MM`, two digits each, and `24:00`.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse::<u16>().ok() } else { None }
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    ((hour < 24 && minute < 60) || (hour, minute) == (24, 0)).then_some(hour * 60 + minute)
}

/// Sorted ranges, of which those that touch are one.
fn merged(mut ranges: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match merged.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// One member or two with a colon between them.
fn range<T: Copy>(
    text: &str,
    member: impl Fn(&str) -> Result<T, String>,
) -> Result<(T, T), String> {
    let text = text.to_lowercase();
    let mut parts = text.split(':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(only), None, _) => member(only).map(|only| (only, only)),
        (Some(from), Some(to), None) => Ok((member(from)?, member(to)?)),
        _ => Err(format!("couldn't parse range {text}, invalid format")),
    }
}

fn weekday_range(text: &str) -> Result<(u8, u8), String> {
    let (from, to) = range(text, |day| {
        let place = WEEKDAYS.iter().position(|name| *name == day);
        place
            .and_then(|place| u8::try_from(place).ok())
            .ok_or_else(|| format!("{day} is not a valid weekday"))
    })?;
    if from > to {
        return Err("start day cannot be before end day: the week begins on Sunday".to_owned());
    }
    Ok((from, to))
}

fn day_range(text: &str) -> Result<(i8, i8), String> {
    let (from, to) = range(text, |day| {
        let number = day.parse::<i8>().ok().filter(|day| *day != 0 && (-31..=31).contains(day));
        number.ok_or_else(|| format!("{day} is not a valid day of the month: out of range"))
    })?;
    if from < 0 && to > 0 {
        return Err("end day must be negative if start day is negative".to_owned());
    }
    // Whether the end comes before the start depends on the month; the shortest one decides.
    let place = |day: i8| if day < 0 { 28 + day } else { day };
    if place(from) > place(to) {
        return Err(format!("end day {to} is always before start day {from}"));
    }
    Ok((from, to))
}

fn month_range(text: &str) -> Result<(u8, u8), String> {
    let (from, to) = range(text, |month| {
        let named = MONTHS.iter().position(|name| *name == month);
        let number = match named.and_then(|place| u8::try_from(place + 1).ok()) {
            Some(number) => Some(number),
            None => month.parse().ok(),
        };
        number
            .filter(|number| (1..=12).contains(number))
            .ok_or_else(|| format!("{month} is not a valid month"))
    })?;
    if from > to {
        let name = |month: u8| MONTHS[usize::from(month) - 1];
        return Err(format!("end month {} is before start month {}", name(to), name(from)));
    }
    Ok((from, to))
}

fn year_range(text: &str) -> Result<(i16, i16), String> {
    let (from, to) =
        range(text, |year| year.parse::<i16>().map_err(|_| format!("{year} is not a valid year")))?;
    if from > to {
        return Err(format!("end year {to} is before start year {from}"));
    }
    Ok((from, to))
}
