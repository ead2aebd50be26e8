//! Leave that people keep in a calendar of their own: which of its events mean that they are away,
//! and what is to be done about the absences that were made of it before.

use calendar::{Busy, Event, IcalError, Span, Spans};
use jiff::tz::TimeZone;
use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which events of a calendar mean that its owner is away.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LeaveCounts)]
pub enum Counts {
    /// Those marked so: "out of office" in Outlook, or one of [`WORDS`] in title or category.
    #[default]
    Marked,
    /// All of them: the calendar is there for leave only.
    All,
}

/// What people call it when they are away, as whole words, in any case.
pub const WORDS: [&str; 22] = [
    "out of office",
    "ooo",
    "pto",
    "vacation",
    "vacations",
    "on leave",
    "annual leave",
    "sick leave",
    "parental leave",
    "urlaub",
    "abwesend",
    "krank",
    "elternzeit",
    "congé",
    "congés",
    "vacances",
    "vacaciones",
    "ferie",
    "ferien",
    "semester",
    "vakantie",
    "férias",
];

/// When the owner of a calendar is away in some time; what touches is one absence. Whole days are
/// days of `zone`.
///
/// # Errors
/// When the rule of a series cannot be followed.
pub fn away(
    events: &[Event],
    counts: Counts,
    zone: &TimeZone,
    window: Span,
) -> Result<Spans, IcalError> {
    let mut found = Vec::new();
    for event in events.iter().filter(|event| means_away(event, counts)) {
        found.extend(event.spans(zone, window)?);
    }
    Ok(found.into())
}

fn means_away(event: &Event, counts: Counts) -> bool {
    let named = || {
        let texts = event.categories.iter().chain([&event.summary]);
        texts.into_iter().any(|text| says_away(text))
    };
    match counts {
        Counts::All => true,
        Counts::Marked => event.busy == Busy::Away || named(),
    }
}

fn says_away(text: &str) -> bool {
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| {
        lower.match_indices(word).any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            let after = lower[at + word.len()..].chars().next();
            let apart =
                |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
            apart(before) && apart(after)
        })
    })
}

/// An absence that was made of a calendar.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// The absence.
    pub item: ItemRef,
    /// Since when.
    pub start: Time,
    /// Until when.
    pub end: Time,
    /// Whether somebody said that they were back before it was over.
    pub back: bool,
}

/// What is to be done about an absence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// One begins to be known.
    Add {
        /// Since when; never in the past, which says who was on call.
        start: Time,
        /// Until when.
        end: Time,
    },
    /// It lasts another time.
    Change {
        /// The absence.
        item: ItemRef,
        /// Since when.
        start: Time,
        /// Until when.
        end: Time,
    },
    /// It is not in the calendar any more: to come it will not be, running it ends now.
    End(ItemRef),
}

/// What makes the absences that were made of a calendar what the calendar says now. What is over
/// stays as it was. Who said that they were back stays back, whatever the calendar says.
pub fn steps(known: &[Known], away: &Spans, now: Time) -> Vec<Step> {
    let mut left: Vec<&Known> = known.iter().filter(|known| known.end > now).collect();
    let mut steps = Vec::new();
    for span in away.iter().filter(|span| span.until > now.micros()) {
        let (start, end) = (Time::from_micros(span.from).max(now), Time::from_micros(span.until));
        let meets = |known: &Known| known.start < end && known.end > Time::from_micros(span.from);
        // One that runs is the same only if it runs in the calendar, too.
        let same = |known: &&Known| meets(known) && (known.start > now || start <= now);
        match left.iter().position(same) {
            Some(at) => {
                let known = left.remove(at);
                // What runs began when it began.
                let start = if known.start <= now { known.start } else { start };
                if (known.start, known.end) != (start, end) {
                    steps.push(Step::Change { item: known.item.clone(), start, end });
                }
            }
            None if known.iter().any(|known| known.back && meets(known)) => {}
            None => steps.push(Step::Add { start, end }),
        }
    }
    steps.extend(left.into_iter().map(|known| Step::End(known.item.clone())));
    steps
}

#[cfg(test)]
mod tests {
    use calendar::events;
    use proptest::prelude::*;

    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn at(hour: i64) -> Time {
        Time::from_micros(hour * HOUR)
    }

    fn spans(hours: &[(i64, i64)]) -> Spans {
        hours.iter().map(|(from, until)| Span::new(from * HOUR, until * HOUR)).collect()
    }

    fn known(name: &str, start: i64, end: i64) -> Known {
        let item = ItemRef::new("absence", name).expect("a name");
        Known { item, start: at(start), end: at(end), back: false }
    }

    fn counted(lines: &str, counts: Counts) -> usize {
        let text =
            format!("BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20270705\r\n{lines}\r\nEND:VEVENT\r\n");
        let window = Span::new(0, i64::MAX / 2);
        let events = events(&text).expect(lines);
        away(&events, counts, &TimeZone::UTC, window).expect("no rule").len()
    }

    #[test]
    fn marked_events_are_told_from_others_by_status_title_and_category() {
        for (lines, is_away) in [
            ("SUMMARY:Out of office", true),
            ("SUMMARY:Ada: OOO until Monday", true),
            ("SUMMARY:Sommerurlaub", false),
            ("SUMMARY:Urlaub Norwegen", true),
            ("SUMMARY:En congés", true),
            ("SUMMARY:Ida", false),
            ("SUMMARY:Plan the vacation rota", true),
            ("SUMMARY:Review\r\nCATEGORIES:Team,Vacation", true),
            ("SUMMARY:Fjord\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF", true),
            ("SUMMARY:Semesterly review", false),
            ("SUMMARY:Dentist", false),
        ] {
            assert_eq!(counted(lines, Counts::Marked), usize::from(is_away), "{lines}");
            assert_eq!(counted(lines, Counts::All), 1, "{lines}");
        }
    }

    #[test]
    fn absences_follow_the_calendar_from_now_on() {
        let add = |start, end| Step::Add { start: at(start), end: at(end) };
        let change = |name: &str, start, end| Step::Change {
            item: known(name, 0, 1).item,
            start: at(start),
            end: at(end),
        };
        let end = |name: &str| Step::End(known(name, 0, 1).item);
        let back = Known { back: true, ..known("b", 5, 9) };
        // The known absences, what the calendar says, and what is done at hour 10.
        for (what, known, hours, steps) in [
            ("new", vec![], vec![(20, 30)], vec![add(20, 30)]),
            ("new and running", vec![], vec![(5, 30)], vec![add(10, 30)]),
            ("over", vec![], vec![(5, 10)], vec![]),
            ("as it was", vec![known("a", 20, 30)], vec![(20, 30)], vec![]),
            ("moved", vec![known("a", 20, 30)], vec![(25, 35)], vec![change("a", 25, 35)]),
            ("moved away", vec![known("a", 20, 30)], vec![(40, 50)], vec![add(40, 50), end("a")]),
            ("longer", vec![known("a", 5, 30)], vec![(1, 40)], vec![change("a", 5, 40)]),
            ("runs as it was", vec![known("a", 10, 30)], vec![(5, 30)], vec![]),
            ("taken out", vec![known("a", 5, 30)], vec![], vec![end("a")]),
            ("over stays", vec![known("a", 1, 8)], vec![], vec![]),
            ("back before it was over", vec![back.clone()], vec![(5, 30)], vec![]),
            ("back, and away again later", vec![back], vec![(20, 30)], vec![add(20, 30)]),
            ("over, and longer now", vec![known("a", 5, 9)], vec![(5, 30)], vec![add(10, 30)]),
        ] {
            assert_eq!(super::steps(&known, &spans(&hours), at(10)), steps, "{what}");
        }
    }

    proptest! {
        #[test]
        fn afterwards_they_are_away_when_the_calendar_says_so(
            before in prop::collection::vec((0_i64..60, 1_i64..20), 0..6),
            after in prop::collection::vec((0_i64..60, 1_i64..20), 0..6),
        ) {
            let hours = |list: &[(i64, i64)]| -> Vec<(i64, i64)> {
                list.iter().map(|(from, length)| (*from, from + length)).collect()
            };
            let (first, then, now) = (spans(&hours(&before)), spans(&hours(&after)), at(30));
            let mut kept: Vec<Known> = Vec::new();
            for (round, (said, at)) in
                [(&first, at(0)), (&then, now), (&then, now)].into_iter().enumerate()
            {
                let steps = steps(&kept, said, at);
                prop_assert!(round < 2 || steps.is_empty(), "said again it changes nothing");
                for step in steps {
                    match step {
                        Step::Add { start, end } => {
                            let name = format!("n{round}-{}", start.micros());
                            let item = ItemRef::new("absence", &name).expect("a name");
                            kept.push(Known { item, start, end, back: false });
                        }
                        Step::Change { item, start, end } => {
                            let found = kept.iter_mut().find(|known| known.item == item);
                            let found = found.expect("it is known");
                            (found.start, found.end) = (start, end);
                        }
                        // What is to come goes, what runs ends.
                        Step::End(item) => {
                            kept.retain(|known| known.item != item || known.start < at);
                            let ends = kept.iter_mut().find(|known| known.item == item);
                            ends.into_iter().for_each(|known| known.end = at);
                        }
                    }
                }
            }
            let window = Span::new(now.micros(), i64::MAX);
            let kept: Spans =
                kept.iter().map(|k| Span::new(k.start.micros(), k.end.micros())).collect();
            prop_assert_eq!(kept.clip(window), then.clip(window));
        }
    }
}
