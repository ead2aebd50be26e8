//! The occurrences of an event, as spans.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Event, IcalError, Length, Start};
use crate::recurrence::RuleError;
use crate::{Recurrence, Span, wall};

impl Event {
    /// What the event takes up within a window; wall times without a zone are in `zone`.
    ///
    /// # Errors
    /// When its rule cannot be followed.
    pub fn spans(&self, zone: &TimeZone, window: Span) -> Result<Vec<Span>, IcalError> {
        let mut starts = vec![(self.start.clone(), self.length)];
        starts.extend(self.repeats(zone, window)?.into_iter().map(|start| (start, self.length)));
        let more = self.more.iter();
        starts.extend(more.map(|(start, own)| (start.clone(), own.unwrap_or(self.length))));
        let instants: Vec<i64> =
            self.except.iter().filter_map(|start| start.instant(zone)).collect();
        let mut spans: Vec<Span> = starts
            .iter()
            .filter(|(start, _)| !self.excepted(start, zone, &instants))
            .filter_map(|(start, length)| start.span(*length, zone))
            .filter(|span| span.clip(window).length() > 0)
            .collect();
        spans.sort_unstable();
        spans.dedup();
        Ok(spans)
    }

    /// Some programs except a whole day from a series of times.
    fn excepted(&self, start: &Start, zone: &TimeZone, instants: &[i64]) -> bool {
        let whole_day = self.except.iter().any(|except| match except {
            Start::Day(date) => *date == start.date(),
            Start::Wall(..) => false,
        });
        whole_day || start.instant(zone).is_some_and(|instant| instants.contains(&instant))
    }

    /// Where the rule says that it begins again.
    fn repeats(&self, zone: &TimeZone, window: Span) -> Result<Vec<Start>, IcalError> {
        let Some(rule) = &self.rule else { return Ok(Vec::new()) };
        let wrong = |what: String| IcalError { line: self.line, what };
        let end = Timestamp::from_microsecond(window.until).unwrap_or(Timestamp::MAX);
        // Midnight in UTC stands for a date, which has no zone.
        let (own, wall) = match &self.start {
            Start::Day(date) => (TimeZone::UTC, date.to_datetime(Time::midnight())),
            Start::Wall(wall, own) => (own.clone().unwrap_or_else(|| zone.clone()), *wall),
        };
        let begin = own.to_timestamp(wall);
        let begin = begin.map_err(|_| wrong("DTSTART is at no time of its zone".to_owned()))?;
        let name = own.iana_name().unwrap_or("UTC").to_owned();
        let rule = match Recurrence::parse(rule, &name, begin) {
            Ok(rule) => rule,
            Err(RuleError::Never) => return Ok(Vec::new()),
            Err(error) => return Err(wrong(error.to_string())),
        };
        let found = rule.following(begin).take_while(|found| *found < end);
        let days = matches!(self.start, Start::Day(_));
        Ok(found
            .map(|found| {
                let wall = own.to_datetime(found);
                if days { Start::Day(wall.date()) } else { Start::Wall(wall, Some(own.clone())) }
            })
            .collect())
    }
}

impl Start {
    fn date(&self) -> Date {
        match self {
            Start::Day(date) => *date,
            Start::Wall(wall, _) => wall.date(),
        }
    }

    fn instant(&self, zone: &TimeZone) -> Option<i64> {
        match self {
            Start::Day(date) => wall::minute(zone, *date, 0),
            Start::Wall(wall, own) => instant(own.as_ref().unwrap_or(zone), *wall),
        }
    }

    fn span(&self, length: Length, zone: &TimeZone) -> Option<Span> {
        let from = self.instant(zone)?;
        let (days, exact) = match length {
            Length::Days(days) => (days, SignedDuration::ZERO),
            Length::Exact(exact) => (0, exact),
            Length::Both(days, exact) => (days, exact),
        };
        let ahead = jiff::Span::new().try_days(days).ok()?;
        let until = match self {
            _ if days == 0 => from,
            Start::Day(date) => wall::minute(zone, date.checked_add(ahead).ok()?, 0)?,
            Start::Wall(wall, own) => {
                let wall = wall.checked_add(ahead).ok()?;
                instant(own.as_ref().unwrap_or(zone), wall)?
            }
        };
        let exact = i64::try_from(exact.as_micros()).ok()?;
        Some(Span { from, until: until.checked_add(exact)? })
    }
}

/// RFC 5545, 3.3.5: a time in a gap counts with the offset before the change.
fn instant(zone: &TimeZone, wall: DateTime) -> Option<i64> {
    zone.to_timestamp(wall).ok().map(|instant| instant.as_microsecond())
}
