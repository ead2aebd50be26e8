//! Events of an iCalendar file (RFC 5545): holidays as calendar programs write them, and shifts as
//! calendar programs read them.
//!
//! Taken: `DTSTART`, `DTEND`, `DURATION`, `RRULE`, `RDATE`, `EXDATE`, `RECURRENCE-ID`, `SUMMARY`,
//! `STATUS`. Zones are looked up by their name in the IANA database. **Invariant:** a `VTIMEZONE`
//! is not followed, so that one database of zones decides everywhere; nothing else of the file
//! counts, and a mistake names its line.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::error::quoted;

mod expand;
mod line;
mod windows;
mod write;

use line::Line;
pub use write::{Entry, file};

/// Longest file, in bytes.
pub const ICAL_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Most events of one file.
const EVENTS_MAX: usize = 10_000;

/// What is wrong with an iCalendar file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct IcalError {
    /// The line, from 1; a folded line counts where it begins.
    pub line: usize,
    /// What is wrong with it and what to write instead.
    pub what: String,
}

/// One event of a file, as it stands there; a series is one event.
#[derive(Clone, Debug)]
pub struct Event {
    /// What it is called; may be empty.
    pub summary: String,
    /// The words that it is filed under.
    pub categories: Vec<String>,
    /// Whom it names as taking part: their mail addresses, as far as it has them.
    pub attendees: Vec<String>,
    /// What it says of its owner's time.
    pub busy: Busy,
    /// The line of its `BEGIN:VEVENT`.
    pub line: usize,
    uid: String,
    start: Start,
    length: Length,
    rule: Option<String>,
    more: Vec<(Start, Option<Length>)>,
    except: Vec<Start>,
    /// The occurrence of its series that it replaces.
    replaces: Option<Start>,
    cancelled: bool,
}

/// What an event says of its owner's time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Busy {
    /// It takes up their time (RFC 5545, 3.8.2.7: the default).
    #[default]
    Busy,
    /// It does not: `TRANSP:TRANSPARENT`.
    Free,
    /// They are away: `X-MICROSOFT-CDO-BUSYSTATUS:OOF`, as Outlook and Exchange write it.
    Away,
}

/// When an occurrence begins.
#[derive(Clone, PartialEq, Debug)]
enum Start {
    /// A whole day of whatever zone the calendar has.
    Day(Date),
    /// A wall time; without a zone in that of the calendar.
    Wall(DateTime, Option<TimeZone>),
}

/// How long an occurrence lasts.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Length {
    /// Days of the calendar, whatever the clocks do.
    Days(i64),
    /// Exact time.
    Exact(SignedDuration),
    /// Days of the calendar and then exact time.
    Both(i64, SignedDuration),
}

/// Reads the events of a file, in their order.
///
/// # Errors
/// When the file is too long, or one of the properties that count cannot be read.
pub fn events(text: &str) -> Result<Vec<Event>, IcalError> {
    if text.len() > ICAL_BYTES_MAX {
        let what = format!("the file has more than {ICAL_BYTES_MAX} bytes; leave old events out");
        return Err(IcalError { line: 1, what });
    }
    let mut found: Vec<Event> = Vec::new();
    let mut draft: Option<Draft> = None;
    // Alarms and the like inside of an event have properties of the same names.
    let mut depth = 0_usize;
    for line in line::unfold(text) {
        let line = line?;
        match (line.name.as_str(), line.value.to_ascii_uppercase().as_str()) {
            ("BEGIN", "VEVENT") if draft.is_none() => {
                draft = Some(Draft { line: line.number, ..Draft::default() });
            }
            ("BEGIN", _) if draft.is_some() => depth += 1,
            ("END", "VEVENT") if depth == 0 => {
                if let Some(draft) = draft.take() {
                    found.push(draft.finish()?);
                }
            }
            ("END", _) => depth = depth.saturating_sub(1),
            _ if depth == 0 => {
                if let Some(draft) = &mut draft {
                    draft.take(&line)?;
                }
            }
            _ => {}
        }
        if found.len() > EVENTS_MAX {
            let what = format!("more than {EVENTS_MAX} events; leave old ones out");
            return Err(IcalError { line: line.number, what });
        }
    }
    if let Some(draft) = draft {
        let what = "this event has no end; write END:VEVENT".to_owned();
        return Err(IcalError { line: draft.line, what });
    }
    Ok(replaced(found))
}

/// Takes the occurrences that other events replace out of their series.
fn replaced(mut events: Vec<Event>) -> Vec<Event> {
    let taken: Vec<(String, Start)> = events
        .iter()
        .filter_map(|event| Some((event.uid.clone(), event.replaces.clone()?)))
        .collect();
    for event in events.iter_mut().filter(|event| event.replaces.is_none()) {
        let own = taken.iter().filter(|(uid, _)| *uid == event.uid);
        event.except.extend(own.map(|(_, start)| start.clone()));
    }
    events.retain(|event| !event.cancelled);
    events
}

/// An event whose end has not been read yet.
#[derive(Default)]
struct Draft {
    line: usize,
    summary: String,
    categories: Vec<String>,
    attendees: Vec<String>,
    free: bool,
    away: bool,
    uid: String,
    start: Option<Start>,
    end: Option<Start>,
    duration: Option<Length>,
    rule: Option<String>,
    more: Vec<(Start, Option<Length>)>,
    except: Vec<Start>,
    replaces: Option<Start>,
    cancelled: bool,
}

impl Draft {
    fn take(&mut self, line: &Line) -> Result<(), IcalError> {
        match line.name.as_str() {
            "SUMMARY" => self.summary = line.text(),
            "CATEGORIES" => self.categories.extend(line.words()),
            "ATTENDEE" => self.attendees.extend(mail(&line.value)),
            "TRANSP" => self.free = line.value.eq_ignore_ascii_case("TRANSPARENT"),
            "X-MICROSOFT-CDO-BUSYSTATUS" => {
                self.away = line.value.eq_ignore_ascii_case("OOF");
                self.free |= line.value.eq_ignore_ascii_case("FREE");
            }
            "UID" => line.value.clone_into(&mut self.uid),
            "STATUS" => self.cancelled = line.value.eq_ignore_ascii_case("CANCELLED"),
            "DTSTART" => self.start = Some(line.start()?),
            "DTEND" => self.end = Some(line.start()?),
            "DURATION" => self.duration = Some(line.length()?),
            "RRULE" if self.rule.is_some() => {
                let what = "a second RRULE; write the event twice".to_owned();
                return Err(IcalError { line: line.number, what });
            }
            "RRULE" => self.rule = Some(line.value.clone()),
            "RDATE" => self.more.extend(line.periods()?),
            "EXDATE" => self.except.extend(line.starts()?),
            "RECURRENCE-ID" => self.replaces = Some(line.start()?),
            _ => {}
        }
        Ok(())
    }

    fn finish(self) -> Result<Event, IcalError> {
        let wrong = |what: &str| IcalError { line: self.line, what: what.to_owned() };
        let start = self.start.ok_or_else(|| wrong("this event has no DTSTART; write one"))?;
        let length = match (self.end, self.duration) {
            (Some(_), Some(_)) => {
                return Err(wrong("this event has DTEND and DURATION; write one of them"));
            }
            (Some(end), None) => start.length_to(&end).ok_or_else(|| {
                wrong("DTSTART and DTEND do not fit; write both as dates or both as times")
            })?,
            (None, Some(length)) => length,
            // RFC 5545, 3.6.1: a date without an end is that day, a time is a moment.
            (None, None) if matches!(start, Start::Day(_)) => Length::Days(1),
            (None, None) => Length::Exact(SignedDuration::ZERO),
        };
        Ok(Event {
            summary: self.summary,
            categories: self.categories,
            attendees: self.attendees,
            busy: match (self.away, self.free) {
                (true, _) => Busy::Away,
                (false, true) => Busy::Free,
                (false, false) => Busy::Busy,
            },
            line: self.line,
            uid: self.uid,
            start,
            length,
            rule: self.rule,
            more: self.more,
            except: self.except,
            replaces: self.replaces,
            cancelled: self.cancelled,
        })
    }
}

/// The mail address of a calendar user (RFC 5545, 3.3.3), when it is one.
fn mail(address: &str) -> Option<String> {
    let (scheme, mail) = address.split_once(':')?;
    scheme.eq_ignore_ascii_case("mailto").then(|| mail.trim().to_owned())
}

impl Start {
    /// The length from here to the end of the first occurrence.
    fn length_to(&self, end: &Start) -> Option<Length> {
        match (self, end) {
            (Start::Day(from), Start::Day(until)) => {
                let days = i64::from(from.until(*until).ok()?.get_days());
                // Some programs write the day itself as its end.
                Some(Length::Days(days.max(1)))
            }
            (Start::Wall(from, zone), Start::Wall(until, end_zone)) => {
                if let (Some(zone), Some(end_zone)) = (zone, end_zone) {
                    let from = zone.to_timestamp(*from).ok()?;
                    let until = end_zone.to_timestamp(*until).ok()?;
                    return Some(Length::Exact(until.duration_since(from)));
                }
                Some(Length::Exact(until.duration_since(*from)))
            }
            _ => None,
        }
    }
}

/// The zone of a name, of what is left of a name with a vendor's path before it, or of a name as
/// Windows has it.
fn zone(name: &str, line: usize) -> Result<TimeZone, IcalError> {
    let parts: Vec<&str> = name.split('/').collect();
    let endings = (0..parts.len()).map(|skipped| parts[skipped..].join("/"));
    let known = endings.filter(|ending| !ending.is_empty()).find_map(|e| TimeZone::get(&e).ok());
    let windows = || windows::iana(name).and_then(|name| TimeZone::get(name).ok());
    known.or_else(windows).ok_or_else(|| {
        let what = format!(
            "`{}` is no zone of the IANA database; write one like Europe/Berlin",
            quoted(name)
        );
        IcalError { line, what }
    })
}

#[cfg(test)]
mod tests;
