use proptest::prelude::*;

use super::*;

const RULES: LineRules =
    LineRules { together_seconds: 30, urgent_seconds: 3, told_max: 10, told_seconds: 600 };
const VOICE: LineRules =
    LineRules { together_seconds: 60, urgent_seconds: 60, told_max: 3, told_seconds: 600 };

/// Something that happens to a line, in seconds.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// A page asks for a call.
    Asked(Priority),
    /// Somebody takes the incident of the so-manieth call.
    Taken(usize),
}

/// A line with its outbox: what is asked for is due at once, what is held is due later.
#[derive(Default)]
struct Story {
    line: Line,
    waiting: Vec<(DueCall, Time)>,
    asked: Vec<DueCall>,
    taken: Vec<OutboxId>,
    /// What each telling told, and when.
    told: Vec<(Time, Vec<OutboxId>)>,
    held: Vec<(OutboxId, Held)>,
}

impl Story {
    fn of(rules: &LineRules, happens: &[(u32, Happens)]) -> Story {
        let mut story = Story::default();
        for (second, what) in happens {
            let now = Time::from_seconds((*second).into());
            story.goes_on(rules, now);
            match what {
                Happens::Asked(priority) => {
                    let message = OutboxId::from_bits(story.asked.len() as u128);
                    let call = DueCall { message, at: now, priority: *priority };
                    story.asked.push(call);
                    story.waiting.push((call, now));
                    story.goes_on(rules, now);
                }
                Happens::Taken(which) => {
                    let message = OutboxId::from_bits(*which as u128);
                    if story.waiting.iter().any(|(call, _)| call.message == message) {
                        story.taken.push(message);
                    }
                    story.waiting.retain(|(call, _)| call.message != message);
                }
            }
        }
        story.goes_on(rules, Time::from_seconds(1_000_000));
        story
    }

    /// Until this time, as the courier does it.
    fn goes_on(&mut self, rules: &LineRules, until: Time) {
        while let Some(now) = self.waiting.iter().map(|(_, due)| *due).min().filter(|d| *d <= until)
        {
            let is_due = |(_, due): &&(DueCall, Time)| *due <= now;
            let mut due: Vec<DueCall> = self.waiting.iter().filter(is_due).map(|w| w.0).collect();
            due.sort_by_key(|call| (call.priority, call.at, call.message));
            match self.line.fate(&due, rules, now) {
                Fate::Told { together, .. } => {
                    let first = due[0].message;
                    self.line.tell(first, rules, now);
                    let goes = |(call, _): &(DueCall, Time)| together || call.message == first;
                    let (goes, stays): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(goes);
                    self.waiting = stays;
                    self.told.push((now, goes.into_iter().map(|(call, _)| call.message).collect()));
                }
                Fate::Held { until, why } => {
                    assert!(until > now, "a call that is held is due later");
                    for (call, at) in self.waiting.iter_mut().filter(|(_, at)| *at <= now) {
                        *at = until;
                        self.held.push((call.message, why));
                    }
                }
            }
        }
    }

    /// `0s: 0; 30s: 1 2`.
    fn tellings(&self) -> String {
        let one = |(at, calls): &(Time, Vec<OutboxId>)| {
            let calls: Vec<String> = calls.iter().map(|id| id.bits().to_string()).collect();
            format!("{}s: {}", at.micros() / 1_000_000, calls.join(" "))
        };
        self.told.iter().map(one).collect::<Vec<_>>().join("; ")
    }
}

/// What it shows, the rules, what happens at which second, and what is told when.
type Night<'a> = (&'a str, LineRules, &'a [(u32, Happens)], &'a str);

#[test]
fn a_night_on_one_line_reads_as_it_is_told() {
    use Happens::{Asked, Taken};
    use Priority::{P1, P3};
    let three = [(0, Asked(P3)), (70, Asked(P3)), (140, Asked(P3)), (210, Asked(P3))];
    #[rustfmt::skip]
    let table: &[Night<'_>] = &[
        ("the first goes at once", RULES,
            &[(5, Asked(P3))], "5s: 0"),
        ("what follows goes together", RULES,
            &[(0, Asked(P3)), (1, Asked(P3)), (20, Asked(P3))], "0s: 0; 30s: 1 2"),
        ("after a quiet time the next goes at once", RULES,
            &[(0, Asked(P3)), (30, Asked(P3))], "0s: 0; 30s: 1"),
        ("the most urgent takes the others along", RULES,
            &[(0, Asked(P3)), (1, Asked(P3)), (5, Asked(P1)), (6, Asked(P1))],
            "0s: 0; 8s: 1 2 3"),
        ("what was taken before is not told", RULES,
            &[(0, Asked(P3)), (1, Asked(P3)), (2, Asked(P3)), (9, Taken(1))], "0s: 0; 30s: 2"),
        ("with all of it taken nothing is told", RULES,
            &[(0, Asked(P3)), (1, Asked(P3)), (9, Taken(1))], "0s: 0"),
        ("one voice at a time, whatever comes", VOICE,
            &[(0, Asked(P3)), (1, Asked(P1)), (50, Asked(P1))], "0s: 0; 60s: 1 2"),
        ("three calls in ten minutes, then when the first is ten minutes old", VOICE,
            &three, "0s: 0; 70s: 1; 140s: 2; 600s: 3"),
        ("the most urgent goes beyond the limit and takes along what waits for it", VOICE,
            &[(0, Asked(P3)), (70, Asked(P3)), (140, Asked(P3)), (210, Asked(P3)),
              (300, Asked(P1))], "0s: 0; 70s: 1; 140s: 2; 300s: 3 4"),
        ("but not more than twice as often",
            LineRules { told_max: 1, together_seconds: 0, ..RULES },
            &[(0, Asked(P1)), (10, Asked(P1)), (20, Asked(P1))], "0s: 0; 10s: 1; 600s: 2"),
        ("nothing waits where nothing is put together",
            LineRules { together_seconds: 0, ..RULES },
            &[(0, Asked(P3)), (0, Asked(P3)), (1, Asked(P3))], "0s: 0; 0s: 1; 1s: 2"),
        ("but for what the limit has held back",
            LineRules { together_seconds: 0, told_max: 2, ..RULES },
            &[(0, Asked(P3)), (0, Asked(P3)), (1, Asked(P3)), (2, Asked(P3)), (3, Asked(P3))],
            "0s: 0; 0s: 1; 600s: 2; 600s: 3 4"),
    ];
    for (what, rules, happens, expected) in table {
        assert_eq!(Story::of(rules, happens).tellings(), *expected, "{what}");
    }
}

#[test]
fn the_last_telling_before_the_limit_says_when_the_next_can_be() {
    let mut line = Line::default();
    let at = Time::from_seconds;
    let call = |number: u128, now| {
        [DueCall { message: OutboxId::from_bits(number), at: now, priority: Priority::P2 }]
    };
    for number in 0..2 {
        let now = at(100 * number);
        let due = call(u128::from(number.unsigned_abs()), now);
        assert_eq!(line.fate(&due, &VOICE, now), Fate::Told { together: true, next_at: None });
        line.tell(due[0].message, &VOICE, now);
    }
    let last = call(9, at(200));
    assert_eq!(
        line.fate(&last, &VOICE, at(200)),
        Fate::Told { together: true, next_at: Some(at(600)) }
    );
    line.tell(last[0].message, &VOICE, at(200));
    let held = Fate::Held { until: at(600), why: Held::Limit };
    assert_eq!(line.fate(&call(10, at(300)), &VOICE, at(300)), held);
    // The last one is tried again, as after a crash: it was counted and does not wait for itself.
    assert_eq!(
        line.fate(&last, &VOICE, at(201)),
        Fate::Told { together: true, next_at: Some(at(600)) }
    );
    line.untell(last[0].message);
    assert_eq!(
        line.fate(&call(10, at(300)), &VOICE, at(300)),
        Fate::Told { together: true, next_at: Some(at(600)) }
    );
}

#[test]
fn a_clock_that_was_put_back_holds_nobody_for_long() {
    let mut line = Line::default();
    line.tell(OutboxId::from_bits(1), &RULES, Time::from_seconds(9_000));
    let now = Time::from_seconds(1_000);
    let due = [DueCall { message: OutboxId::from_bits(2), at: now, priority: Priority::P3 }];
    let until = Time::from_seconds(1_030);
    assert_eq!(line.fate(&due, &RULES, now), Fate::Held { until, why: Held::Together });
}

fn happenings() -> impl Strategy<Value = Vec<(u32, Happens)>> {
    let priority = prop::sample::select(vec![Priority::P1, Priority::P2, Priority::P4]);
    let what = prop_oneof![
        5 => priority.prop_map(Happens::Asked),
        1 => (0..120_usize).prop_map(Happens::Taken),
    ];
    let step = prop_oneof![4 => 0..5_u32, 1 => 0..400_u32];
    prop::collection::vec((step, what), 1..120).prop_map(|steps| {
        let mut now = 0;
        steps
            .into_iter()
            .map(|(step, what)| {
                now += step;
                (now, what)
            })
            .collect()
    })
}

fn rules() -> impl Strategy<Value = LineRules> {
    (0..60_u32, 0..10_u32, 1..12_u32, 60..900_u32).prop_map(
        |(together_seconds, urgent_seconds, told_max, told_seconds)| LineRules {
            together_seconds,
            urgent_seconds,
            told_max,
            told_seconds,
        },
    )
}

proptest! {
    #[test]
    fn whatever_is_asked_for_is_told_once_or_was_taken(
        rules in rules(), happens in happenings(),
    ) {
        let story = Story::of(&rules, &happens);
        for call in &story.asked {
            let told = story.told.iter().filter(|(_, all)| all.contains(&call.message)).count();
            let taken = story.taken.contains(&call.message);
            prop_assert_eq!(told, usize::from(!taken), "{:?}", call);
        }
    }

    #[test]
    fn nobody_is_told_more_often_than_the_limit_says(rules in rules(), happens in happenings()) {
        let story = Story::of(&rules, &happens);
        let span = Duration::from_secs(rules.told_seconds.into());
        let urgent = |all: &[OutboxId]| {
            let p1 = |call: &&DueCall| call.priority == Priority::P1;
            story.asked.iter().filter(p1).any(|call| all.contains(&call.message))
        };
        for (place, (at, all)) in story.told.iter().enumerate() {
            let within = story.told[..=place].iter().filter(|(before, _)| *before + span > *at);
            let most = rules.told_max as usize * if urgent(all) { 2 } else { 1 };
            prop_assert!(within.count() <= most, "at {at}");
        }
    }

    #[test]
    fn the_most_urgent_waits_only_seconds_unless_the_limit_holds_it(
        rules in rules(), happens in happenings(),
    ) {
        let story = Story::of(&rules, &happens);
        let seconds = Duration::from_secs(rules.urgent_seconds.into());
        for call in story.asked.iter().filter(|call| call.priority == Priority::P1) {
            let limited = story.held.contains(&(call.message, Held::Limit));
            let told = story.told.iter().find(|(_, all)| all.contains(&call.message));
            if let (Some((at, _)), false) = (told, limited) {
                prop_assert!(*at <= call.at + seconds, "{:?} at {}", call, at);
            }
        }
    }
}
