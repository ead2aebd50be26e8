use std::ops::Range;

use calendar::{Span, Spans};
use kernel::Time;
use objectives::{
    Buckets, Comparison, Counts, Exclusion, Guard, Missing, Policy, Slices, Stance, Target, Unit,
    Window,
};
use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
/// Midnight of 1 March 2026, in minutes.
const BEGIN: i64 = 1_772_323_200 / 60;

fn terms(target: f64) -> Terms {
    Terms {
        target: Target::new(target).unwrap(),
        window: Window::Rolling { micros: 30 * DAY * MINUTE },
        method: Method::Events,
        counting: Counting::default(),
        alerts: Alerts { page: true, ticket: true, guard: Guard::default() },
        policy: Policy::default(),
    }
}

/// Working time.
fn only(open: &Spans) -> Counting {
    let all = Span::new((BEGIN - 400 * DAY) * MINUTE, (BEGIN + 400 * DAY) * MINUTE);
    let why = "outside of the working time".to_owned();
    Counting::but(all, vec![Exclusion { spans: open.complement(all), why, link: None }])
}

/// A series that grows minute by minute.
struct World {
    terms: Terms,
    buckets: Buckets,
    state: State,
    minute: i64,
    told: Vec<(i64, Event)>,
}

impl World {
    fn new(terms: Terms) -> World {
        let (buckets, minute) = (Buckets::new(BEGIN), BEGIN);
        World { terms, buckets, state: State::default(), minute, told: Vec::new() }
    }

    fn figures(&self) -> Figures {
        figures(&self.terms, &self.buckets, Time::from_micros(self.minute * MINUTE)).unwrap()
    }

    fn pass(&mut self, minutes: i64, counts: Option<(u64, u64)>) {
        for _ in 0..minutes {
            if let Some((good, total)) = counts {
                self.buckets.put(self.minute, Counts::whole(good, total)).unwrap();
            }
            self.minute += 1;
            let figures = self.figures();
            self.state.note_calm(&figures);
            for event in self.state.decide(&figures) {
                self.state.apply(&event);
                self.told.push((self.minute, event));
            }
        }
    }

    fn burns(&self) -> Vec<(i64, &'static str, i64)> {
        let shown = |(minute, event): &(i64, Event)| match event {
            Event::BurnBegan { long_minutes, .. } => Some((*minute, "began", *long_minutes)),
            Event::BurnOver { long_minutes, .. } => Some((*minute, "over", *long_minutes)),
            Event::StanceChanged { .. } => None,
        };
        self.told.iter().filter_map(shown).collect()
    }

    fn stances(&self) -> Vec<Stance> {
        let shown = |(_, event): &(i64, Event)| match event {
            Event::StanceChanged { to, .. } => Some(*to),
            _ => None,
        };
        self.told.iter().filter_map(shown).collect()
    }
}

#[test]
fn a_burn_calls_somebody_at_the_minute_at_which_both_windows_say_so_and_ends_when_it_is_calm() {
    let mut world = World::new(terms(0.999));
    world.pass(3 * DAY, Some((100, 100)));
    let begin = world.minute;
    // A tenth bad: over an hour the burn passes 14.4 when 1.44 % of 6,000 events, 87, are bad.
    world.pass(20, Some((90, 100)));
    assert_eq!(world.burns(), [(begin + 9, "began", 60)], "90 bad ones");
    world.pass(60, Some((100, 100)));
    let over: Vec<i64> = world.burns().iter().filter(|b| b.1 == "over").map(|b| b.0).collect();
    // Five minutes later the short window has no bad event, and it was calm for two minutes.
    assert_eq!(over, [begin + 20 + 5 + 2], "{:?}", world.burns());
}

#[test]
fn a_slow_burn_leaves_a_ticket_and_calls_nobody() {
    let mut world = World::new(terms(0.999));
    world.pass(3 * DAY, Some((1_000, 1_000)));
    world.pass(3 * DAY, Some((998, 1_000)));
    let burns = world.burns();
    assert!(burns.iter().any(|(_, what, long)| (*what, *long) == ("began", 3 * DAY)), "{burns:?}");
    assert!(burns.iter().all(|(_, _, long)| *long == 3 * DAY), "{burns:?}");
    assert_eq!(world.state.burning[0].urgency, Urgency::Ticket);
    assert_eq!(world.state.windows(), "3d");
}

#[test]
fn a_burn_does_not_end_because_nothing_is_heard_any_more() {
    let mut world = World::new(terms(0.999));
    world.pass(DAY, Some((100, 100)));
    world.pass(20, Some((0, 100)));
    assert!(!world.state.burning.is_empty());
    let burning = world.state.burning.len();
    world.pass(DAY, None);
    assert_eq!(world.state.burning.len(), burning, "nothing is known, so nothing is over");
    assert!(world.figures().unknown_share > 0.4);
    world.pass(60, Some((0, 0)));
    assert!(world.state.burning.iter().all(|b| b.long_minutes > HOUR), "nothing came, known so");
}

#[test]
fn a_single_failure_of_few_events_is_not_believed_where_a_guard_says_so() {
    let guard = Guard::believing(1.0, Target::new(0.999).unwrap());
    let mut guarded = terms(0.999);
    guarded.alerts.guard = guard;
    for (terms, believed) in [(terms(0.999), true), (guarded, false)] {
        let mut world = World::new(terms);
        world.pass(HOUR, Some((1, 1)));
        world.pass(1, Some((0, 1)));
        assert_eq!(!world.state.burning.is_empty(), believed);
    }
}

#[test]
fn a_promise_of_everything_is_broken_by_one_bad_event_and_has_no_burn() {
    let mut world = World::new(terms(1.0));
    world.pass(2 * HOUR, Some((100, 100)));
    world.pass(1, Some((99, 100)));
    assert_eq!(world.burns().len(), 3, "in every pair something was bad");
    let figures = world.figures();
    assert_eq!((figures.remaining, figures.burn, figures.stance), (None, None, Stance::Freeze));
    let said = explain(&world.terms, &figures, None);
    assert!(said.budget.contains("there is no error budget. 1 bad so far"), "{}", said.budget);
}

#[test]
fn a_new_period_of_the_calendar_has_a_budget_of_its_own_and_forgets_the_burn_before() {
    let mut monthly = terms(0.999);
    monthly.window = Window::calendar(Unit::Month, "UTC");
    let mut world = World::new(monthly);
    world.pass(31 * DAY - 30, Some((100, 100)));
    world.pass(30, Some((0, 100)));
    assert_eq!(world.state.stance, Some(Stance::Caution), "3,000 of 4,464 may-be-bad are gone");
    assert!(!world.state.burning.is_empty());
    world.pass(10, Some((100, 100)));
    assert_eq!(world.state.stance, Some(Stance::Healthy));
    assert!(world.state.burning.is_empty(), "{:?}", world.state.burning);
    assert_eq!(world.figures().tally.bad(), 0.0);
}

#[test]
fn minutes_of_a_period_of_the_calendar_are_allowed_for_all_of_it_from_its_first_day_on() {
    let mut monthly = terms(0.999);
    monthly.window = Window::calendar(Unit::Month, "UTC");
    monthly.method = Method::Slices(Slices {
        minutes: 1,
        target: 0.999,
        comparison: Comparison::Gte,
        missing: Missing::Ignore,
    });
    let mut world = World::new(monthly);
    world.pass(60, Some((100, 100)));
    world.pass(1, Some((0, 100)));
    let figures = world.figures();
    let minutes = |micros: f64| micros / MINUTE as f64;
    assert!((minutes(figures.budget.allowed) - 44.64).abs() < 1e-9, "0.1 % of 31 days");
    assert_eq!(minutes(figures.budget.bad), 1.0);
    assert_eq!((figures.stance, world.state.stance), (Stance::Healthy, Some(Stance::Healthy)));
    assert!(figures.burn.unwrap() > 10.0, "it burns as fast as before");

    // With office hours it is the hours of the month that are still to come as well.
    let open = |day: i64| {
        let from = (BEGIN + day * DAY + 8 * HOUR) * MINUTE;
        Spans::one(from, from + 10 * HOUR * MINUTE)
    };
    let open = (0..31).map(open).fold(Spans::EMPTY, |all, day| all.union(&day));
    world.terms.counting = only(&open);
    world.pass(8 * HOUR, Some((100, 100)));
    assert!((minutes(world.figures().budget.allowed) - 18.6).abs() < 1e-9, "0.1 % of 310 hours");
}

#[test]
fn a_policy_gets_stricter_at_once_and_lets_go_a_little_later() {
    let mut world = World::new(terms(0.9));
    world.pass(100, Some((100, 100)));
    // Of 10,000 events and more a tenth may be bad.
    world.pass(12, Some((0, 100)));
    assert_eq!(world.state.stance, Some(Stance::Freeze));
    let left = |world: &World| world.figures().remaining.unwrap();
    while left(&world) < 0.0 {
        world.pass(1, Some((100, 100)));
    }
    assert_eq!(world.state.stance, Some(Stance::Freeze), "just above its bound it still holds");
    while left(&world) < 0.01 {
        world.pass(1, Some((100, 100)));
    }
    assert_eq!(world.state.stance, Some(Stance::Slow));
    use Stance::{Caution, Freeze, Healthy, Slow};
    assert_eq!(world.stances(), [Healthy, Caution, Slow, Freeze, Slow]);
}

#[test]
fn outside_of_working_time_nothing_counts() {
    let mut office = terms(0.9);
    let open = (BEGIN + 8 * HOUR) * MINUTE;
    office.counting = only(&Spans::one(open, open + 8 * HOUR * MINUTE));
    let mut world = World::new(office);
    world.pass(8 * HOUR, Some((0, 100)));
    assert_eq!(world.figures().tally.total, 0.0, "at night nobody minds");
    world.pass(HOUR, Some((100, 100)));
    assert_eq!(world.figures().tally.ratio(), Some(1.0));
}

#[test]
fn planned_work_leaves_the_budget_and_burns_nothing_and_is_told_with_its_reason() {
    let minutes =
        |from: i64, until: i64| Spans::one((BEGIN + from) * MINUTE, (BEGIN + until) * MINUTE);
    let planned = |from, until, link: &str| Exclusion {
        spans: minutes(from, until),
        why: "planned work: new disks".to_owned(),
        link: Some(link.to_owned()),
    };
    let all = Span::new((BEGIN - 40 * DAY) * MINUTE, (BEGIN + 40 * DAY) * MINUTE);
    let mut worked = terms(0.999);
    let (first, second) = (planned(DAY, DAY + 120, "disks"), planned(DAY + 60, DAY + 180, "net"));
    worked.counting = Counting::but(all, vec![first, second]);
    let mut world = World::new(worked);
    world.pass(DAY, Some((100, 100)));
    world.pass(180, Some((0, 100)));
    assert_eq!((world.burns(), world.figures().remaining), (vec![], Some(1.0)));
    world.pass(60, Some((100, 100)));
    let figures = world.figures();
    assert_eq!((figures.tally.total, figures.tally.bad()), (150_000.0, 0.0));
    assert_eq!(figures.unknown_share, 0.0, "what is excluded is not unknown");
    let left = world.terms.excluded(&world.buckets, figures.window);
    let told: Vec<(Option<&str>, i64, f64)> = left
        .iter()
        .map(|one| (one.link.as_deref(), one.micros / MINUTE, one.tally.bad()))
        .collect();
    assert_eq!(told, [(Some("disks"), 120, 12_000.0), (Some("net"), 60, 6_000.0)], "nothing twice");
    // What overruns counts, and burns at once.
    world.pass(10, Some((0, 100)));
    assert!(world.burns().iter().any(|(_, what, long)| (*what, *long) == ("began", 60)));
}

#[test]
fn slices_of_which_nothing_is_known_count_as_the_objective_says() {
    for (missing, remaining_is_full) in [(Missing::Ignore, true), (Missing::Bad, false)] {
        let mut sliced = terms(0.99);
        let (target, comparison) = (0.9, Comparison::Gte);
        sliced.method = Method::Slices(Slices { minutes: 5, target, comparison, missing });
        sliced.window = Window::Rolling { micros: 5 * HOUR * MINUTE };
        let mut world = World::new(sliced);
        world.pass(4 * HOUR, Some((95, 100)));
        world.pass(HOUR, None);
        assert_eq!(world.figures().remaining == Some(1.0), remaining_is_full);
    }
}

#[test]
fn the_way_of_the_budget_ends_where_the_figures_stand() {
    let mut world = World::new(terms(0.99));
    world.pass(2 * DAY, Some((100, 100)));
    world.pass(3 * HOUR, Some((95, 100)));
    world.pass(HOUR, None);
    let figures = world.figures();
    let points = series(&world.terms, &world.buckets, &figures, 200);
    assert!(points.len() <= 201, "{}", points.len());
    let last = points.last().unwrap();
    assert!((last.remaining.unwrap() - figures.remaining.unwrap()).abs() < 1e-9);
    assert_eq!(last.until, figures.at);
    let sum: f64 = points.iter().map(|point| point.tally.total).sum();
    assert_eq!(sum, figures.tally.total);
}

#[test]
fn it_is_explained_with_its_own_numbers() {
    let mut world = World::new(terms(0.999));
    world.pass(DAY, Some((1_000, 1_000)));
    world.pass(60, Some((990, 1_000)));
    let figures = world.figures();
    let said = explain(&world.terms, &figures, Some("share of searches answered within 300 ms"));
    assert_eq!(said.objective, "99.9 % of all events have to be good over 30d.");
    let begin = "share of searches answered within 300 ms: 99.96 % at present";
    assert!(said.indicator.starts_with(begin), "{}", said.indicator);
    assert_eq!(
        said.budget,
        "0.1 % may be bad: in 30d that is 43m 12s of complete failure. Of 1,500,000 events 600 \
         were bad, 1,500 may be; 60 % of the error budget is left."
    );
    assert!(said.burn.starts_with("The budget goes 10.0 times as fast as it may"), "{}", said.burn);
    assert!(said.unknown.contains("the figures are young"), "{}", said.unknown);
    assert_eq!(minutes_left(&world.terms, &figures).map(f64::round), Some(26.0));
}

#[test]
fn shares_and_lengths_read_as_people_write_them() {
    for (share, text) in [
        (1.0, "100 %"),
        (0.5, "50 %"),
        (0.999, "99.9 %"),
        (0.9995, "99.95 %"),
        (0.99995, "99.995 %"),
        (0.999_996_5, "99.9997 %"),
        (0.0, "0 %"),
        (0.001, "0.1 %"),
    ] {
        assert_eq!(percent(share), text);
    }
    for (seconds, text) in
        [(0, "0s"), (59, "59s"), (2_592, "43m 12s"), (86_460, "1d"), (90_000, "1d 1h")]
    {
        assert_eq!(length(seconds * 1_000_000), text);
    }
}

#[test]
fn the_newest_minutes_are_asked_for_before_the_history() {
    let (want, now) = (BEGIN, BEGIN + 30 * DAY);
    let all = ask(None, (want, now), 0, |_| false);
    assert_eq!(all[0], now - CHUNK_MINUTES..now);
    assert_eq!(all.last().map(|range| range.start), Some(want), "the window is filled");
    let asked = all.iter().fold(None, |asked, range| Some(Asked::and(asked, range)));
    assert_eq!(asked, Some(Asked { from: want, until: now }));
    let next = ask(asked, (want + 1, now + 1), 1, |_| false);
    assert_eq!(next, one(now - 4..now + 1), "the new minute, and what may have come late");
}

#[test]
fn gaps_are_asked_for_again_for_a_day() {
    let now = BEGIN + 2 * DAY;
    let asked = Some(Asked { from: BEGIN, until: now });
    let with_gap = |gap: Range<i64>, turn: i64| {
        let gaps = |range: &Range<i64>| range.start <= gap.start && gap.end <= range.end;
        ask(asked, (BEGIN, now), turn, gaps)
    };
    let (an_hour_ago, five_hours_ago) = (now - 40..now - 30, now - 310..now - 300);
    let to_whole_hour = -(now % 60);
    assert_eq!(with_gap(an_hour_ago, to_whole_hour + 10), one(now - 60..now));
    assert_eq!(with_gap(five_hours_ago.clone(), to_whole_hour), one(now - DAY..now));
    assert_eq!(with_gap(five_hours_ago, to_whole_hour + 1), one(now - 5..now), "not every minute");
}

#[test]
fn what_a_source_does_not_answer_is_unknown_and_never_good() {
    let counts = |good, total| Some(Counts::whole(good, total));
    let minute = |parted, part, total| counted(parted, Per::Minute, part, total);
    assert_eq!(minute(Parted::Good, Some(99.0), Some(100.0)), counts(99, 100));
    assert_eq!(minute(Parted::Bad, Some(1.0), Some(100.0)), counts(99, 100));
    assert_eq!(minute(Parted::Bad, None, Some(100.0)), None, "nobody said that none was bad");
    assert_eq!(minute(Parted::Good, Some(1.0), None), None);
    assert_eq!(minute(Parted::Bad, None, Some(0.0)), counts(0, 0), "nothing can have been bad");
    assert_eq!(minute(Parted::Good, Some(101.0), Some(100.0)), counts(100, 100), "extrapolated");
    for odd in [-1.0, f64::NAN, f64::INFINITY, 1e13] {
        assert_eq!(minute(Parted::Good, Some(1.0), Some(odd)), None, "{odd}");
        assert_eq!(minute(Parted::Good, Some(odd), Some(1.0)), None, "{odd}");
    }
    assert_eq!(judged(Some(0.2), Comparison::Lte, 0.3), counts(1, 1));
    assert_eq!(judged(Some(0.4), Comparison::Lte, 0.3), counts(0, 1));
    assert_eq!(judged(None, Comparison::Lte, 0.3), None);
}

#[test]
fn rates_count_the_same_events_as_increases() {
    let rate = |part, total| counted(Parted::Bad, Per::Second, Some(part), Some(total)).unwrap();
    let errors = rate(0.4, 20.0);
    assert_eq!((errors.good(), errors.total()), (1_176.0, 1_200.0), "0.4 errors of 20 a second");
    assert_eq!(rate(0.0, 0.3), Counts::whole(18, 18), "few are not none");
    // Recorded per second under a name that does not say so: the share is the same all the same.
    let few = counted(Parted::Bad, Per::Minute, Some(0.4), Some(20.0)).unwrap();
    assert_eq!((few.good(), few.total()), (19.6, 20.0));
}

#[test]
fn a_query_says_whether_it_answers_per_second() {
    for query in [
        "sum(rate(requests_total[1m]))",
        "sum by (job) (irate(x[5m]))",
        "sum(job:requests:rate5m{job=\"shop\"}) or vector(0)",
    ] {
        assert_eq!(Per::of(query), Per::Second, "{query}");
    }
    for query in
        ["sum(increase(requests_total[1m]))", "slo:errors:ratio_rate5m", "rate_limited_total", "x"]
    {
        assert_eq!(Per::of(query), Per::Minute, "{query}");
    }
}

#[test]
fn the_window_of_a_query_is_the_minute() {
    for (query, minute) in [
        ("rate(x[{{.window}}])", "rate(x[1m])"),
        ("rate(x[{{ window }}]) + y{a=\"{{b}}\"}", "rate(x[1m]) + y{a=\"{{b}}\"}"),
        ("rate(x[1m])", "rate(x[1m])"),
        ("{{", "{{"),
    ] {
        assert_eq!(minute_query(query), minute);
    }
}

#[test]
fn a_source_that_fails_is_left_alone_for_longer_and_longer() {
    let rests: Vec<i64> = (0..8).map(rest_minutes).collect();
    assert_eq!(rests, [0, 1, 2, 4, 8, 15, 15, 15]);
}

proptest! {
    #[test]
    fn every_minute_of_the_window_is_asked_for_in_the_end(
        away in 1..60 * DAY, window in HOUR..40 * DAY, before in 0..40 * DAY,
    ) {
        let now = BEGIN + 100 * DAY;
        let known = Asked { from: now - away - before, until: now - away };
        let (mut asked, want) = (Some(known), now - window);
        for _ in 0..20 {
            for range in ask(asked, (want, now), 1, |_| false) {
                prop_assert!(range.end - range.start <= CHUNK_MINUTES && !range.is_empty());
                asked = Some(Asked::and(asked, &range));
            }
        }
        let asked = asked.unwrap();
        prop_assert!(asked.from <= want && asked.until == now, "{asked:?}");
    }

    #[test]
    fn the_share_that_a_source_answers_is_the_one_that_is_kept(
        rate in 0.05..5_000.0_f64, share in 0.0..=1.0_f64, minutes in 1..600_i64,
        per in prop_oneof![Just(Per::Second), Just(Per::Minute)],
    ) {
        let counts = counted(Parted::Bad, per, Some(rate * share), Some(rate)).unwrap();
        let mut buckets = Buckets::new(0);
        let all: Vec<(i64, Counts)> = (0..minutes).map(|minute| (minute, counts)).collect();
        buckets.put_all(&all).unwrap();
        let kept = Buckets::decode(&buckets.encode()).unwrap().sum(Span::new(0, minutes * MINUTE));
        let of = kept.bad() / kept.total;
        prop_assert!((of - share).abs() <= 0.002 / rate, "{of} of {share}");
    }

    #[test]
    fn a_state_reads_back_as_it_was_written(good in 0..100_u64) {
        let mut world = World::new(terms(0.99));
        world.pass(90, Some((good, 100)));
        let text = serde_json::to_string(&world.state).unwrap();
        prop_assert_eq!(serde_json::from_str::<State>(&text).unwrap(), world.state);
    }
}

/// One stretch of minutes.
fn one<T>(minutes: std::ops::Range<T>) -> Vec<std::ops::Range<T>> {
    Vec::from([minutes])
}
