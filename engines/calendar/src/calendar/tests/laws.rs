//! What holds for every calendar, and the same answers from a count minute by minute.

use jiff::civil::{DateTime, Time, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 6] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Asia/Kathmandu",
];

/// Days about which clocks change somewhere, and a leap day.
const DATES: [&str; 5] = ["2026-03-28", "2026-10-24", "2026-03-07", "2026-04-04", "2028-02-28"];

/// Zones with days on which, or on the day after which, their clocks change.
const CHANGES: [(&str, &str); 7] = [
    ("Europe/Berlin", "2026-03-28"),
    ("Europe/Berlin", "2026-10-24"),
    ("America/New_York", "2026-03-07"),
    ("America/New_York", "2026-10-31"),
    ("Australia/Lord_Howe", "2026-04-04"),
    ("Australia/Lord_Howe", "2026-10-03"),
    ("Asia/Kathmandu", "2028-02-28"),
];

/// A minute of a day, often about the hours in which clocks change.
fn minute() -> impl Strategy<Value = u16> {
    prop_oneof![0..1440_u16, 50..250_u16]
}

fn definition() -> impl Strategy<Value = Definition> {
    let shift = (prop_oneof![0..7_usize, 5..7_usize], minute(), minute());
    let shifts = prop::collection::vec(shift, 0..5);
    (prop::sample::select(&ZONES[..]), shifts, -4..=4_i32).prop_map(|(zone, shifts, feast)| {
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let mut definition = Definition::empty(zone);
        for (day, from, until) in shifts.into_iter().filter(|(_, from, until)| from != until) {
            definition = definition.shift(&[Day::WEEK[day]], &time(from), &time(until));
        }
        // About Easter, when the clocks of Lord Howe change in 2026.
        definition.holiday("feast", When::Easter(feast))
    })
}

fn of_three_years(definition: &Definition) -> Calendar {
    definition.compile(Years { first: 2026, last: 2028 }).expect("a calendar")
}

fn instants() -> impl Strategy<Value = i64> {
    (prop::sample::select(&DATES[..]), -1_000..4_000_i64)
        .prop_map(|(date, minute)| at(&format!("{date}T00:00")) + minute * MINUTE)
}

fn holds() -> impl Strategy<Value = Vec<Span>> {
    let one = (instants(), 0..3_000_i64);
    prop::collection::vec(one.prop_map(|(from, n)| Span::new(from, from + n * MINUTE)), 0..5)
}

/// For each minute from an instant on whether the hours hold: by the latest wall time that the
/// clock of the zone has shown until then.
fn by_the_minute(definition: &Definition, from: i64, count: i64) -> Vec<bool> {
    let zone = TimeZone::get(&definition.zone).expect("a zone");
    let lead = 3 * 24 * 60;
    let mut latest = DateTime::MIN;
    let mut open = Vec::new();
    for minute in -lead..count {
        let instant = Timestamp::from_microsecond(from + minute * MINUTE).expect("an instant");
        latest = latest.max(zone.to_datetime(instant));
        if minute >= 0 {
            open.push(hold_at(definition, latest));
        }
    }
    open
}

fn hold_at(definition: &Definition, wall: DateTime) -> bool {
    let feast = |holiday: &Holiday| match holiday.when {
        // Easter of the other years is far from the dates that are tried.
        When::Easter(days) => date(2026, 4, 5).checked_add(days.days()).expect("a date"),
        _ => DateTime::MIN.date(),
    };
    let shift_holds = |hours: &Hours| {
        [0, 1].iter().any(|back| {
            let begun = wall.date().checked_sub(back.days()).expect("a date");
            let day = Day::WEEK[begun.weekday().to_monday_zero_offset() as usize];
            let time = |text: &str| Time::strptime("%H:%M", text).expect("a time");
            let (from, until) = (time(&hours.from), time(&hours.until));
            let end = if until < from { begun.tomorrow().expect("a date") } else { begun };
            let (from, until) = (begun.to_datetime(from), end.to_datetime(until));
            hours.days.contains(&day) && from <= wall && wall < until
        })
    };
    let closed = definition.holidays.iter().any(|holiday| feast(holiday) == wall.date());
    !closed && definition.hours.iter().any(shift_holds)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn answers_are_those_of_a_count_minute_by_minute(
        (zone, date) in prop::sample::select(&CHANGES[..]), mut definition in definition(),
        lead in -600..600_i64, holds in holds(), target in 1..2_000_i64,
    ) {
        zone.clone_into(&mut definition.zone);
        let start = at(&format!("{date}T00:00")) + lead * MINUTE;
        let (calendar, holds) = (of_three_years(&definition), Spans::from(holds));
        let count = 4_000;
        let mut elapsed = 0;
        let mut due = None;
        for (minute, open) in (0..).zip(by_the_minute(&definition, start, count)) {
            let now = start + minute * MINUTE;
            prop_assert_eq!(calendar.is_open(now), open, "{}", shown(now));
            elapsed += i64::from(open && !holds.contains(now));
            let after = calendar.elapsed(start, now + MINUTE, &holds);
            prop_assert_eq!(after, elapsed * MINUTE, "{}", shown(now));
            if elapsed == target && due.is_none() {
                due = Some(now + MINUTE);
            }
        }
        let found = calendar.due(start, target * MINUTE, &holds).at();
        prop_assert_eq!(found.filter(|found| *found <= start + count * MINUTE), due);
    }

    #[test]
    fn due_is_the_inverse_of_elapsed(
        definition in definition(), start in instants(), holds in holds(), target in 1..40 * HOUR,
    ) {
        let (calendar, holds) = (of_three_years(&definition), Spans::from(holds));
        match calendar.due(start, target, &holds) {
            Due::At(due) => {
                prop_assert_eq!(calendar.elapsed(start, due, &holds), target);
                prop_assert_eq!(calendar.elapsed(start, due - 1, &holds), target - 1);
            }
            Due::Never(Never::Empty) => prop_assert!(calendar.is_empty()),
            Due::Never(_) => prop_assert!(calendar.elapsed(start, i64::MAX, &holds) < target),
        }
    }

    #[test]
    fn cutting_an_interval_never_changes_its_sum(
        definition in definition(), holds in holds(), mut cuts in prop::array::uniform3(instants()),
    ) {
        let (calendar, holds) = (of_three_years(&definition), Spans::from(holds));
        cuts.sort_unstable();
        let [from, cut, until] = cuts;
        let parts = calendar.elapsed(from, cut, &holds) + calendar.elapsed(cut, until, &holds);
        prop_assert_eq!(calendar.elapsed(from, until, &holds), parts);
        let open = calendar.open_within(Span::new(from, until)).difference(&holds);
        prop_assert_eq!(open.total(), parts);
    }

    #[test]
    fn a_paused_clock_never_moves(
        definition in definition(), start in instants(), holds in holds(), length in 0..3_000_i64,
    ) {
        let calendar = of_three_years(&definition);
        let pause = Span::new(start, start + length * MINUTE);
        let holds: Spans = holds.into_iter().chain([pause]).collect();
        prop_assert_eq!(calendar.elapsed(pause.from, pause.until, &holds), 0);
        if let Due::At(due) = calendar.due(start, 1, &holds) {
            prop_assert!(due > pause.until, "due within the pause");
        }
    }

    #[test]
    fn the_order_of_pauses_does_not_matter(
        definition in definition(), start in instants(), holds in holds(), target in 1..9 * HOUR,
    ) {
        let calendar = of_three_years(&definition);
        let backwards: Spans = holds.iter().rev().copied().collect();
        let due = calendar.due(start, target, &holds.into());
        prop_assert_eq!(due, calendar.due(start, target, &backwards));
    }

    #[test]
    fn a_change_to_the_same_calendar_changes_nothing(
        definition in definition(), start in instants(), change in instants(),
        target in 1..9 * HOUR,
    ) {
        let calendar = of_three_years(&definition);
        let changed = calendar.then(change, &calendar);
        prop_assert_eq!(changed.open(), calendar.open());
        let due = |calendar: &Calendar| calendar.due(start, target, &Spans::EMPTY);
        prop_assert_eq!(due(&changed), due(&calendar));
    }
}
