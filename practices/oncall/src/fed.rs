//! Shifts that a calendar elsewhere says: whom its events name, and what of it cannot be taken.
//!
//! **Invariant:** every occurrence of an event in the window is a shift, or is among what was left
//! out, with the reason; a part of one may be both. At no moment two people have a shift.

use std::collections::BTreeMap;

use calendar::{Event, IcalError, Span};
use jiff::tz::TimeZone;
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How much of an event's title is shown, in characters.
const SAYS_CHARS_MAX: usize = 120;
/// Most of what was left out that is kept.
const LEFT_OUT_MAX: usize = 100;

/// What people of the estate are called: mail addresses, names, titles, in lower case.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct People(BTreeMap<String, ItemRef>);

impl People {
    /// With the words for each; what two have means nobody.
    pub fn new(words: impl IntoIterator<Item = (ItemRef, Vec<String>)>) -> People {
        let mut known: BTreeMap<String, Option<ItemRef>> = BTreeMap::new();
        for (person, words) in words {
            for word in words {
                let word = word.trim().to_lowercase();
                let known = known.entry(word).or_insert_with(|| Some(person.clone()));
                if known.as_ref() != Some(&person) {
                    *known = None;
                }
            }
        }
        People(known.into_iter().filter_map(|(word, person)| Some((word, person?))).collect())
    }

    /// Whom an event names, in the order in which it does: those who take part, else those in its
    /// title; whom it names that nobody is called by.
    fn named(&self, event: &Event) -> (Vec<ItemRef>, Vec<String>) {
        let (mut found, mut unknown) = self.of(event.attendees.iter().map(String::as_str));
        if !found.is_empty() {
            return (found, unknown);
        }
        let title = event.summary.trim();
        let parts = title
            .split([',', ';', ':', '|', '/', '+', '&', '(', ')', '[', ']'])
            .flat_map(|part| part.split(" - "))
            .flat_map(|part| part.split(" – "));
        (found, _) = self.of(std::iter::once(title).chain(parts));
        if found.is_empty() {
            // `On call ada@example.org`: only an address says for sure that it is one.
            (found, _) = self.of(title.split_whitespace().filter(|word| word.contains('@')));
        }
        if found.is_empty() && unknown.is_empty() {
            unknown.push(title.to_owned());
        }
        (found, unknown)
    }

    fn of<'t>(&self, words: impl Iterator<Item = &'t str>) -> (Vec<ItemRef>, Vec<String>) {
        let (mut found, mut unknown) = (Vec::new(), Vec::new());
        for word in words {
            match self.0.get(&word.trim().to_lowercase()) {
                Some(person) if found.contains(person) => {}
                Some(person) => found.push(person.clone()),
                None => unknown.push(word.to_owned()),
            }
        }
        (found, unknown)
    }
}

/// A shift that a calendar says.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Shift {
    /// When.
    pub span: Span,
    /// Who has it.
    pub person: ItemRef,
}

/// Something in a calendar that makes no shift.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = CalendarLeftOut)]
pub struct LeftOut {
    /// Its first moment.
    pub from: Time,
    /// The first moment after it.
    pub until: Time,
    /// What the event is called there.
    pub says: String,
    /// Why it makes none, and what to do.
    pub why: String,
}

/// What a calendar says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Said {
    /// The shifts in order; no two meet.
    pub shifts: Vec<Shift>,
    /// What makes none, in order; the first hundred.
    pub left_out: Vec<LeftOut>,
    /// How much makes none.
    pub left_out_count: usize,
}

/// What the events of a calendar say of some time. Whole days are days of `zone`. Where two shifts
/// meet, the one that begins first goes on, and the other has what is left.
///
/// # Errors
/// When the rule of a series cannot be followed.
pub fn read(
    events: &[Event],
    people: &People,
    zone: &TimeZone,
    window: Span,
) -> Result<Said, IcalError> {
    let (mut shifts, mut left_out) = (Vec::new(), Vec::new());
    for event in events {
        let (named, unknown) = people.named(event);
        let says: String = event.summary.chars().take(SAYS_CHARS_MAX).collect();
        let out = |span: Span, why: String| LeftOut {
            from: Time::from_micros(span.from),
            until: Time::from_micros(span.until),
            says: says.clone(),
            why,
        };
        for span in event.spans(zone, window)? {
            if let Some((first, others)) = named.split_first() {
                shifts.push((Shift { span, person: first.clone() }, says.clone()));
                left_out.extend(others.iter().map(|other| {
                    let (other, first) = (other.name(), first.name());
                    let why = format!(
                        "a layer has one person at a time: {first}, not {other}, \
                                       has it; write a layer for each"
                    );
                    out(span, why)
                }));
            }
            let nobody = unknown.iter().map(|word| {
                let word: String = word.chars().take(SAYS_CHARS_MAX).collect();
                let why = format!(
                    "nobody in the estate has the mail address or name `{word}`; \
                                   add the person, or correct the event"
                );
                out(span, why)
            });
            left_out.extend(nobody);
        }
    }
    shifts.sort();
    let mut taken: Vec<Shift> = Vec::new();
    for (shift, says) in shifts {
        let free_from = taken.last().map_or(i64::MIN, |last| last.span.until);
        let meets = shift.span.from < free_from;
        if meets && taken.last().is_some_and(|last| last.person != shift.person) {
            let last = taken.last().map_or("", |last| last.person.name());
            left_out.push(LeftOut {
                from: Time::from_micros(shift.span.from),
                until: Time::from_micros(shift.span.until.min(free_from)),
                says,
                why: format!("{last} has this time already by an event that begins before"),
            });
        }
        let span = Span::new(shift.span.from.max(free_from), shift.span.until);
        if span.from < span.until {
            taken.push(Shift { span, ..shift });
        }
    }
    left_out.sort();
    let left_out_count = left_out.len();
    left_out.truncate(LEFT_OUT_MAX);
    Ok(Said { shifts: taken, left_out, left_out_count })
}

/// What is kept of shifts once a calendar was read again: what is over as it was known, from now on
/// what it says now; nothing that ended before `oldest`.
pub fn kept(known: &[Shift], said: &[Shift], now: i64, oldest: i64) -> Vec<Shift> {
    let past = known.iter().map(|shift| (shift, Span::new(i64::MIN, now)));
    let ahead = said.iter().map(|shift| (shift, Span::new(now, i64::MAX)));
    let parts = past.chain(ahead).map(|(shift, within)| Shift {
        span: shift.span.clip(within),
        person: shift.person.clone(),
    });
    let mut kept: Vec<Shift> = Vec::new();
    for part in parts.filter(|part| part.span.from < part.span.until && part.span.until > oldest) {
        match kept.last_mut() {
            // What ran while it was read stays one shift.
            Some(last)
                if part.span.from == now
                    && last.span.until == now
                    && last.person == part.person =>
            {
                last.span.until = part.span.until;
            }
            _ => kept.push(part),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use calendar::events;

    use super::*;

    fn person(name: &str) -> ItemRef {
        ItemRef::new("person", name).expect("a name")
    }

    fn people() -> People {
        let words = |name: &str, title: &str| {
            let words = [name, title, &format!("{name}@example.org")].map(str::to_owned);
            (person(name), words.to_vec())
        };
        People::new([
            words("ada", "Ada Lovelace"),
            words("ben", "Ben"),
            words("cem", "The same"),
            words("dora", "The same"),
        ])
    }

    /// What is said of one day, as `person hours` and, with `!`, what was left out.
    fn said(list: &[&str]) -> Vec<String> {
        let list: String =
            list.iter().map(|lines| format!("BEGIN:VEVENT\r\n{lines}\r\nEND:VEVENT\r\n")).collect();
        let events = events(&list).expect("a calendar");
        let day = 86_400_000_000;
        let said = read(&events, &people(), &TimeZone::UTC, Span::new(0, day)).expect("no rule");
        let hours = |span: Span| format!("{}-{}", span.from * 24 / day, span.until * 24 / day);
        let taken = said.shifts.iter().map(|s| format!("{} {}", s.person.name(), hours(s.span)));
        let out = said.left_out.iter().map(|out| {
            let span = Span::new(out.from.micros(), out.until.micros());
            format!("! {} {}: {}", hours(span), out.says, out.why)
        });
        taken.chain(out).collect()
    }

    fn at(from: u8, until: u8) -> String {
        format!("DTSTART:19700101T{from:02}0000Z\r\nDTEND:19700101T{until:02}0000Z")
    }

    #[test]
    fn an_event_names_people_by_mail_address_name_or_title() {
        let nine = at(9, 17);
        for (lines, name) in [
            ("SUMMARY:ada", "ada"),
            ("SUMMARY:ADA@Example.org", "ada"),
            ("SUMMARY:Ada Lovelace", "ada"),
            ("SUMMARY:On Call - Ada Lovelace - Payments", "ada"),
            ("SUMMARY:[L1] ben", "ben"),
            ("SUMMARY:On call: ben", "ben"),
            ("SUMMARY:Primary ben@example.org", "ben"),
            ("SUMMARY:First line\r\nATTENDEE;CN=Ada:MAILTO:ada@example.org", "ada"),
            // Who takes part counts more than the title.
            ("SUMMARY:ben\r\nATTENDEE:mailto:ada@example.org", "ada"),
        ] {
            assert_eq!(said(&[&format!("{lines}\r\n{nine}")]), [format!("{name} 9-17")], "{lines}");
        }
    }

    #[test]
    fn what_makes_no_shift_is_told_with_the_reason() {
        let told = said(&[
            &format!("SUMMARY:Zoe\r\n{}", at(1, 2)),
            &format!("SUMMARY:The same\r\n{}", at(3, 4)),
            &format!("SUMMARY:Backup\r\nATTENDEE:mailto:zoe@example.org\r\n{}", at(5, 6)),
            &format!("SUMMARY:ada\\, ben\r\n{}", at(7, 8)),
        ]);
        let nobody = "nobody in the estate has the mail address or name";
        let mend = "add the person, or correct the event";
        assert_eq!(
            told,
            [
                "ada 7-8".to_owned(),
                format!("! 1-2 Zoe: {nobody} `Zoe`; {mend}"),
                format!("! 3-4 The same: {nobody} `The same`; {mend}"),
                format!("! 5-6 Backup: {nobody} `zoe@example.org`; {mend}"),
                "! 7-8 ada, ben: a layer has one person at a time: ada, not ben, has it; write a \
                 layer for each"
                    .to_owned(),
            ]
        );
    }

    #[test]
    fn where_two_shifts_meet_the_one_that_begins_first_goes_on() {
        let told = said(&[
            &format!("SUMMARY:ben\r\n{}", at(9, 20)),
            &format!("SUMMARY:ada\r\n{}", at(8, 17)),
            &format!("SUMMARY:ada\r\n{}", at(8, 10)),
        ]);
        let why = "ada has this time already by an event that begins before";
        assert_eq!(told, ["ada 8-10", "ada 10-17", "ben 17-20", &format!("! 9-17 ben: {why}")]);
    }

    #[test]
    fn what_is_over_stays_as_it_was_known() {
        let shifts = |list: &[(&str, i64, i64)]| -> Vec<Shift> {
            let shift = |(name, from, until): &(&str, i64, i64)| Shift {
                span: Span::new(*from, *until),
                person: person(name),
            };
            list.iter().map(shift).collect()
        };
        let known = shifts(&[("ada", 0, 5), ("ben", 10, 20), ("ada", 20, 30), ("ben", 30, 40)]);
        let said = shifts(&[("ben", 10, 22), ("ada", 22, 50)]);
        let after = kept(&known, &said, 15, 6);
        assert_eq!(after, shifts(&[("ben", 10, 22), ("ada", 22, 50)]));
        let emptied = kept(&known, &[], 25, 6);
        assert_eq!(emptied, shifts(&[("ben", 10, 20), ("ada", 20, 25)]));
    }
}
