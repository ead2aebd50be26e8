//! Lines of an iCalendar file: unfolded, with their parameters (RFC 5545, 3.1 and 3.3).

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{IcalError, Length, Start, zone};
use crate::error::quoted;

/// One property.
#[derive(Debug)]
pub(super) struct Line {
    /// Where it begins, from 1.
    pub number: usize,
    /// In capitals.
    pub name: String,
    /// As written.
    pub value: String,
    /// Whether the values are dates.
    dates: bool,
    /// The zone of wall times.
    zone: Option<TimeZone>,
}

/// The properties of a file; a line that begins with white space goes on with the one before.
pub(super) fn unfold(text: &str) -> impl Iterator<Item = Result<Line, IcalError>> {
    let mut raw: Vec<(usize, String)> = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim_end_matches('\r');
        match (line.strip_prefix([' ', '\t']), raw.last_mut()) {
            (Some(rest), Some((_, last))) => last.push_str(rest),
            _ if line.is_empty() => {}
            _ => raw.push((index + 1, line.to_owned())),
        }
    }
    raw.into_iter().map(|(number, line)| Line::parse(number, &line))
}

impl Line {
    fn parse(number: usize, line: &str) -> Result<Line, IcalError> {
        let wrong = || {
            let what = format!("`{}` is no property; write it like DTSTART:20261224", quoted(line));
            IcalError { line: number, what }
        };
        let colon = outside_quotes(line, b':').ok_or_else(wrong)?;
        let (head, value) = (&line[..colon], line[colon + 1..].trim());
        let mut rest = head;
        let mut parameters = Vec::new();
        while let Some(at) = last_outside_quotes(rest) {
            parameters.push(&rest[at + 1..]);
            rest = &rest[..at];
        }
        let name = rest.trim().to_ascii_uppercase();
        if name.is_empty() {
            return Err(wrong());
        }
        let mut found = Line { number, name, value: value.to_owned(), dates: false, zone: None };
        let times = ["DTSTART", "DTEND", "RDATE", "EXDATE", "RECURRENCE-ID"];
        if times.contains(&found.name.as_str()) {
            for parameter in parameters {
                let Some((key, value)) = parameter.split_once('=') else { continue };
                let value = value.trim_matches('"');
                match key.trim().to_ascii_uppercase().as_str() {
                    "VALUE" => found.dates = value.eq_ignore_ascii_case("DATE"),
                    "TZID" => found.zone = Some(zone(value, number)?),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    /// The value as text for people (RFC 5545, 3.3.11).
    pub(super) fn text(&self) -> String {
        plain(&self.value)
    }

    /// The value as a list of texts.
    pub(super) fn words(&self) -> Vec<String> {
        let mut words = vec![String::new()];
        let mut escaped = false;
        for letter in self.value.chars() {
            match (letter, words.last_mut()) {
                (',', _) if !escaped => words.push(String::new()),
                (_, Some(word)) => word.push(letter),
                _ => {}
            }
            escaped = letter == '\\' && !escaped;
        }
        words.iter().map(|word| plain(word)).collect()
    }

    /// The value as one date or time.
    pub(super) fn start(&self) -> Result<Start, IcalError> {
        self.start_of(&self.value)
    }

    /// The values as dates or times.
    pub(super) fn starts(&self) -> Result<Vec<Start>, IcalError> {
        self.values().map(|value| self.start_of(value)).collect()
    }

    /// The values as dates, times, or periods that bring their own length.
    pub(super) fn periods(&self) -> Result<Vec<(Start, Option<Length>)>, IcalError> {
        let period = |value: &str| {
            let Some((start, end)) = value.split_once('/') else {
                return Ok((self.start_of(value)?, None));
            };
            let start = self.start_of(start)?;
            let length = if end.trim_start_matches(['+', '-']).starts_with('P') {
                self.length_of(end)?
            } else {
                start.length_to(&self.start_of(end)?).ok_or_else(|| self.wrong(value))?
            };
            Ok((start, Some(length)))
        };
        self.values().map(period).collect()
    }

    /// The value as a length of time.
    pub(super) fn length(&self) -> Result<Length, IcalError> {
        self.length_of(&self.value)
    }

    fn values(&self) -> impl Iterator<Item = &str> {
        self.value.split(',').map(str::trim).filter(|value| !value.is_empty())
    }

    fn start_of(&self, text: &str) -> Result<Start, IcalError> {
        let wrong = || self.wrong(text);
        if self.dates || !text.contains('T') {
            return Ok(Start::Day(Date::strptime("%Y%m%d", text).map_err(|_| wrong())?));
        }
        let utc = text.strip_suffix('Z');
        let wall = DateTime::strptime("%Y%m%dT%H%M%S", utc.unwrap_or(text)).map_err(|_| wrong())?;
        let zone = if utc.is_some() { Some(TimeZone::UTC) } else { self.zone.clone() };
        Ok(Start::Wall(wall, zone))
    }

    /// `P15DT5H0M20S` or `P7W` (RFC 5545, 3.3.6).
    fn length_of(&self, text: &str) -> Result<Length, IcalError> {
        let wrong = || {
            let what = format!("`{}` is no length; write it like PT8H or P1D", quoted(text));
            IcalError { line: self.number, what }
        };
        let rest = text.trim_start_matches('+').strip_prefix('P').ok_or_else(wrong)?;
        let (dates, times) = rest.split_once('T').unwrap_or((rest, ""));
        let days = parts(dates, &[('W', 7), ('D', 1)]).ok_or_else(wrong)?;
        let seconds = parts(times, &[('H', 3_600), ('M', 60), ('S', 1)]).ok_or_else(wrong)?;
        let exact = SignedDuration::from_secs(seconds);
        Ok(match (days, seconds) {
            (days, 0) => Length::Days(days),
            (0, _) => Length::Exact(exact),
            (days, _) => Length::Both(days, exact),
        })
    }

    fn wrong(&self, text: &str) -> IcalError {
        let what = format!(
            "`{}` is no date or time; write it like 20261224 or 20261224T120000",
            quoted(text)
        );
        IcalError { line: self.number, what }
    }
}

/// The sum of numbers with units, in the order of the units.
fn parts(text: &str, units: &[(char, i64)]) -> Option<i64> {
    let (mut sum, mut rest) = (0_i64, text);
    for (unit, size) in units {
        if let Some((number, after)) = rest.split_once(*unit) {
            // Ten thousand years of seconds have twelve digits.
            let number: u32 = number.parse().ok()?;
            sum += i64::from(number) * size;
            rest = after;
        }
    }
    rest.is_empty().then_some(sum)
}

/// Where a byte stands for the first time outside of quotes.
fn outside_quotes(text: &str, wanted: u8) -> Option<usize> {
    let mut quoted = false;
    text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == wanted && !quoted
    })
}

/// Where the last semicolon outside of quotes stands.
fn last_outside_quotes(text: &str) -> Option<usize> {
    let mut quoted = false;
    let mut last = None;
    for (at, byte) in text.bytes().enumerate() {
        quoted ^= byte == b'"';
        if byte == b';' && !quoted {
            last = Some(at);
        }
    }
    last
}

/// A text without its escapes.
fn plain(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push(' '),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}
