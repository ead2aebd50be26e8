//! Writes events as calendar programs subscribe to them (RFC 5545).

use std::fmt::Write as _;

use jiff::Timestamp;

/// Most bytes of a line before it is folded (RFC 5545, 3.1).
const LINE_BYTES_MAX: usize = 75;

/// One event of a file that is written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// Tells it from every other event, and stays when the event is changed.
    pub uid: String,
    /// Its first moment.
    pub from: i64,
    /// The first moment after it.
    pub until: i64,
    /// What it is called.
    pub summary: String,
    /// What more there is to say.
    pub description: String,
    /// When what it says was last changed.
    pub changed: i64,
}

/// A file of events under a name, which calendar programs show; times are written in UTC.
pub fn file(name: &str, entries: &[Entry]) -> String {
    let mut text = String::new();
    let mut line = |property: &str, value: &str| fold(&mut text, property, value);
    line("BEGIN", "VCALENDAR");
    line("VERSION", "2.0");
    line("PRODID", "-//Operate//On call//EN");
    line("CALSCALE", "GREGORIAN");
    line("NAME", &escaped(name));
    // What most programs read instead of NAME of RFC 7986.
    line("X-WR-CALNAME", &escaped(name));
    line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H");
    for entry in entries {
        line("BEGIN", "VEVENT");
        line("UID", &escaped(&entry.uid));
        // RFC 5545, 3.8.7.2: in a file that is no message it says when the event was last changed.
        line("DTSTAMP", &utc(entry.changed));
        line("LAST-MODIFIED", &utc(entry.changed));
        line("DTSTART", &utc(entry.from));
        line("DTEND", &utc(entry.until));
        line("SUMMARY", &escaped(&entry.summary));
        line("DESCRIPTION", &escaped(&entry.description));
        // Who is on call may have other appointments at the time.
        line("TRANSP", "TRANSPARENT");
        line("END", "VEVENT");
    }
    line("END", "VCALENDAR");
    text
}

fn utc(micros: i64) -> String {
    let at = Timestamp::from_microsecond(micros).unwrap_or_default();
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// RFC 5545, 3.3.11; control characters have no place in it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Writes a line; one that is too long goes on in the next after a blank.
fn fold(text: &mut String, property: &str, value: &str) {
    let whole = format!("{property}:{value}");
    let (mut rest, mut room) = (whole.as_str(), LINE_BYTES_MAX);
    while rest.len() > room {
        let cut = (0..=room).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let _ = write!(text, "{}\r\n ", &rest[..cut]);
        (rest, room) = (&rest[cut..], LINE_BYTES_MAX - 1);
    }
    let _ = write!(text, "{rest}\r\n");
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::{Span, events};

    const DAY: i64 = 86_400_000_000;

    fn entry(uid: &str, day: i64, summary: &str) -> Entry {
        Entry {
            uid: uid.to_owned(),
            from: day * DAY,
            until: day * DAY + DAY / 2,
            summary: summary.to_owned(),
            description: "turn in layer nights; since\nMonday".to_owned(),
            changed: DAY,
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        let long = "Zürich, Köln; ".repeat(20) + "\\ end";
        let wanted = [entry("a", 20_000, "Ada: Shop"), entry("b", 20_001, &long)];
        let text = file("Shop, on call", &wanted);
        let found = events(&text).expect("it reads back");
        assert_eq!(found.len(), 2);
        let window = Span::new(0, 30_000 * DAY);
        for (found, wanted) in found.iter().zip(&wanted) {
            assert_eq!(found.summary, wanted.summary);
            let spans = found.spans(&TimeZone::UTC, window).expect("times");
            assert_eq!(spans, [Span::new(wanted.from, wanted.until)]);
        }
        assert!(text.contains("\r\nUID:a\r\nDTSTAMP:19700102T000000Z\r\n"), "{text}");
        assert!(text.contains("X-WR-CALNAME:Shop\\, on call\r\n"), "{text}");
    }

    #[test]
    fn no_line_is_longer_than_readers_take() {
        let text = file("x", &[entry(&"é".repeat(200), 1, &"日本語".repeat(100))]);
        let long = text.split("\r\n").find(|line| line.len() > LINE_BYTES_MAX);
        assert_eq!(long, None);
        let found = events(&text).expect("it reads back");
        assert_eq!(found[0].summary, "日本語".repeat(100));
    }

    #[test]
    fn nothing_that_people_write_begins_a_property_of_its_own() {
        let text = file("x", &[entry("a", 1, "Shop\r\nATTENDEE:mailto:eve@example.org\u{0}")]);
        assert!(!text.contains("\nATTENDEE"), "{text}");
    }
}
