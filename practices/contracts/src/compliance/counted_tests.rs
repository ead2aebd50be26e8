//! Evidence of use and performance, told as stories.

use std::sync::Arc;

use calendar::Spans;
use objectives::{Buckets, Exclusion};

use super::tests::{always, at, case, hours, item, of, promise, seen, shop, work};
use super::*;

const MINUTE: i64 = 60_000_000;
const DONE: &str = "2026-02-02T00:00";

/// From when until when; good and total of each minute, or nothing known of them.
type Stretch<'a> = (&'a str, &'a str, Option<(u64, u64)>);

/// A check each minute of January that passes, apart from some stretches.
fn probe(but: &[Stretch<'_>]) -> Counted {
    let minute = |text: &str| at(text).micros() / MINUTE;
    let (first, end) = (minute("2025-12-31T00:00"), minute("2026-02-01T00:00"));
    let mut counts = Buckets::new(first);
    for at in first..end {
        let told = but.iter().find(|(from, until, _)| minute(from) <= at && at < minute(until));
        let set = told.map_or(Some((1, 1)), |(_, _, set)| *set);
        if let Some((good, total)) = set {
            counts.put(at, objectives::Counts::whole(good, total)).expect("a minute");
        }
    }
    Counted {
        objective: item("objective/probe"),
        title: "Buying a ticket".to_owned(),
        cycle: None,
        targets: vec![held("2025-01-01T00:00", 0.99)],
        measure: Measure { slice_minutes: None, counts: Counts::Events, missing_bad: false },
        excluded: Vec::new(),
        counts: Arc::new(counts),
    }
}

/// A target from a time on, for slices too.
fn held(from: &str, share: f64) -> Target {
    Target { from: at(from), share, slice_share: share }
}

fn checked(target: f64, rules: bool) -> Agreement {
    let evidence = vec![item("objective/probe")];
    shop(&always(), Promise { evidence, evidence_rules: rules, ..promise(target) })
}

fn answer(agreement: &Agreement, cases: Vec<Case>, check: Counted) -> (Figures, Consumable) {
    let seen = Seen { counted: vec![check], ..seen(cases) };
    let figures = of(agreement, "2026-01", &seen, DONE);
    let consumable = figures.consumable.clone().expect("its terms name a check");
    (figures, consumable)
}

fn kinds(consumable: &Consumable) -> Vec<CheckLineKind> {
    consumable.lines.iter().map(|line| line.kind).collect()
}

#[test]
fn what_the_consumer_cannot_use_is_not_consumable_though_no_part_failed() {
    // 1 % of 744 hours is 7.44.
    let check = probe(&[("2026-01-10T00:00", "2026-01-10T08:00", Some((0, 1)))]);
    let (figures, told) = answer(&checked(99.0, false), Vec::new(), check);
    assert_eq!(figures.verdict, Verdict::Kept, "no incident: the parts were fine");
    assert_eq!((told.answer, hours(told.down_seconds)), (Consumed::No, 8.0));
    assert_eq!((told.incidents_seconds, hours(told.checks_alone_seconds)), (0.0, 8.0));
    assert_eq!(kinds(&told), [CheckLineKind::FailedAlone]);
    assert_eq!(
        told.because,
        "it could not be consumed for 8h, 7h 26m are allowed; for 8h of it the checks failed \
         while no incident says so"
    );
    assert_eq!(hours(told.checks[0].failed_seconds), 8.0);
    assert_eq!(hours(told.checks[0].passed_seconds), 736.0);
}

#[test]
fn time_in_which_no_check_looked_is_unknown_and_decides_only_where_it_can() {
    let gap = |until| probe(&[("2026-01-10T00:00", until, None)]);
    let (_, short) = answer(&checked(99.0, false), Vec::new(), gap("2026-01-10T02:00"));
    assert_eq!((short.answer, hours(short.unknown_seconds)), (Consumed::Yes, 2.0));
    let (_, long) = answer(&checked(99.0, false), Vec::new(), gap("2026-01-11T00:00"));
    assert_eq!(long.answer, Consumed::Unknown);
    assert_eq!(kinds(&long), [CheckLineKind::Unknown]);
    assert!(long.because.ends_with("for 24h no check looked, which decides"), "{}", long.because);
    // An objective of which nothing was ever counted proves nothing.
    let silent = Counted { objective: item("objective/other"), ..probe(&[]) };
    let (_, none) = answer(&checked(99.0, false), Vec::new(), silent);
    assert_eq!((none.answer, none.measured_percent), (Consumed::Unknown, None));
}

#[test]
fn an_incident_counts_though_checks_passed_unless_the_contract_lets_them_rule() {
    let down = || vec![case(1, &[("2026-01-10T00:00", "2026-01-10T08:00")])];
    let (_, told) = answer(&checked(99.0, false), down(), probe(&[]));
    assert_eq!((told.answer, hours(told.incidents_seconds)), (Consumed::No, 8.0));
    assert_eq!(kinds(&told), [CheckLineKind::PassedThough]);
    let (figures, ruled) = answer(&checked(99.0, true), down(), probe(&[]));
    assert_eq!((ruled.answer, ruled.down_seconds), (Consumed::Yes, 0.0));
    assert_eq!(kinds(&ruled), [CheckLineKind::PassedThough]);
    assert_eq!(figures.verdict, Verdict::Missed, "what incidents say stays beside it");
    // Where they did not look they cannot rule.
    let blind = probe(&[("2026-01-10T00:00", "2026-01-10T08:00", None)]);
    let (_, blind) = answer(&checked(99.0, true), down(), blind);
    assert_eq!((blind.answer, hours(blind.down_seconds)), (Consumed::No, 8.0));
    assert_eq!(blind.unknown_seconds, 0.0, "what is down is known");
}

#[test]
fn both_failing_counts_once_and_flaps_and_maintenance_as_the_terms_say() {
    let both = probe(&[("2026-01-10T01:00", "2026-01-10T03:00", Some((0, 1)))]);
    let cases = vec![case(1, &[("2026-01-10T00:00", "2026-01-10T02:00")])];
    let (_, told) = answer(&checked(99.0, false), cases, both);
    assert_eq!(hours(told.down_seconds), 3.0);
    assert_eq!(hours(told.checks_alone_seconds), 1.0);

    let flap = probe(&[("2026-01-10T00:00", "2026-01-10T00:01", Some((0, 1)))]);
    let mut lenient = checked(99.0, false);
    lenient.versions[0].promise.as_mut().unwrap().shortest_micros = 2 * MINUTE;
    let (_, told) = answer(&lenient, Vec::new(), flap);
    assert_eq!((told.down_seconds, told.checks[0].failed_seconds), (0.0, 60.0));

    let night = probe(&[("2026-01-10T00:00", "2026-01-10T02:00", Some((0, 1)))]);
    let planned = work("2026-01-10T00:00", "2026-01-10T02:00", Some("2026-01-01T09:00"));
    let seen = Seen { counted: vec![night], works: vec![planned], ..Seen::default() };
    let figures = of(&checked(99.0, false), "2026-01", &seen, DONE);
    assert_eq!(figures.consumable.unwrap().down_seconds, 0.0, "it was no service time");
}

#[test]
fn a_slow_check_stands_for_its_slice_and_one_that_fails_now_says_since_when() {
    let every_five = |counted: Counted| {
        let mut counts = Buckets::new(counted.counts.first());
        for at in counted.counts.first()..at(DONE).micros() / MINUTE {
            if let Some(set) = counted.counts.minute(at).filter(|_| at % 5 == 0) {
                counts.put(at, set).unwrap();
            }
        }
        let measure = Measure { slice_minutes: Some(5), ..counted.measure };
        Counted { counts: Arc::new(counts), measure, ..counted }
    };
    let check = every_five(probe(&[("2026-01-31T22:00", "2026-02-01T00:00", Some((0, 1)))]));
    let seen = Seen { counted: vec![check], ..Seen::default() };
    let figures = of(&checked(99.0, false), "2026-01", &seen, "2026-01-31T22:31");
    let told = figures.consumable.unwrap();
    assert_eq!(told.failing_since, Some(at("2026-01-31T22:00")));
    assert_eq!((told.down_seconds, told.unknown_seconds), (31.0 * 60.0, 0.0));
    let well = of(&checked(99.0, false), "2026-01", &seen, "2026-01-31T21:31");
    assert_eq!(well.consumable.unwrap().failing_since, None);
}

fn measured(target: f64, counts: Counts, check: Counted) -> Performance {
    let mut agreement = shop(&always(), promise(99.0));
    agreement.versions[0].objectives = vec![item("objective/probe")];
    let measure = Measure { counts, ..check.measure };
    let targets = vec![held("2025-01-01T00:00", target)];
    let seen = Seen { counted: vec![Counted { measure, targets, ..check }], ..Seen::default() };
    of(&agreement, "2026-01", &seen, DONE).performance.remove(0)
}

#[test]
fn an_objective_of_a_contract_has_its_figure_and_its_breaches() {
    let slow = || {
        probe(&[
            ("2026-01-10T10:00", "2026-01-10T10:10", Some((50, 100))),
            ("2026-01-20T10:00", "2026-01-20T10:05", Some((90, 100))),
        ])
    };
    let told = measured(0.95, Counts::Events, slow());
    // 44 640 minutes, fifteen of them with a hundred events.
    assert_eq!((told.total, told.bad), (44_625.0 + 1_500.0, 550.0));
    assert_eq!((told.verdict, told.breaches_count), (Verdict::Kept, 2));
    assert_eq!(told.breached_seconds, 900.0);
    let first = &told.breaches[0];
    assert_eq!((first.from, first.to), (at("2026-01-10T10:00"), at("2026-01-10T10:10")));
    assert_eq!((first.reached_percent, first.bad), (Some(50.0), 500.0));
    assert_eq!(measured(0.99, Counts::Events, slow()).verdict, Verdict::Missed);
    let slices = measured(0.95, Counts::Slices, slow());
    assert_eq!((slices.total, slices.bad), (8_928.0, 3.0), "slices of five minutes");
}

#[test]
fn a_past_period_is_judged_by_the_target_that_held_then() {
    let half = || probe(&[("2026-01-10T10:00", "2026-01-10T15:00", Some((90, 100)))]);
    let mut agreement = shop(&always(), promise(99.0));
    agreement.versions[0].objectives = vec![item("objective/probe")];
    let reckoned = |targets: Vec<Target>| {
        let seen = Seen { counted: vec![Counted { targets, ..half() }], ..Seen::default() };
        of(&agreement, "2026-01", &seen, DONE).performance.remove(0)
    };
    let then = held("2025-06-01T00:00", 0.95);
    let tightened = [then, held("2026-02-01T00:00", 0.9999)];
    let told = reckoned(tightened.to_vec());
    assert_eq!((told.verdict, told.target_percent), (Verdict::Kept, 95.0));
    assert_eq!(told.breaches_count, 1, "90 % fall short of 95 %");
    let lower = reckoned(vec![held("2025-06-01T00:00", 0.85), tightened[1]]);
    assert_eq!(lower.breaches_count, 0, "and not of 85 %");
    // 15.5 of 31 days each.
    let halfway = reckoned(vec![then, held("2026-01-16T11:00", 0.99)]);
    assert_eq!(halfway.target_percent, 97.0);
}

#[test]
fn where_cycles_are_counted_a_failure_is_told_in_cycles() {
    let told = measured(0.95, Counts::Events, runs(&[("2026-01-10T10:00", "2026-01-10T10:03")]));
    assert_eq!((told.total, told.bad), (44_640.0, 3.0));
    assert_eq!(told.cycles_per_failure, Some(14_880.0));
    assert_eq!(told.cycle.as_deref(), Some("run"));
    let none = measured(0.95, Counts::Events, runs(&[]));
    assert_eq!(none.cycles_per_failure, None, "nothing failed");
    let events = measured(0.95, Counts::Events, probe(&[]));
    assert_eq!((events.cycle, events.cycles_per_failure), (None, None));
}

/// A run each minute, apart from those that failed.
fn runs(failed: &[(&str, &str)]) -> Counted {
    let failed = failed.iter().map(|(from, until)| (*from, *until, Some((0, 1))));
    Counted { cycle: Some("run".to_owned()), ..probe(&failed.collect::<Vec<_>>()) }
}

#[test]
fn unknown_time_leaves_a_performance_unproven_only_where_it_decides() {
    let gap = |until| measured(0.95, Counts::Events, probe(&[("2026-01-10T00:00", until, None)]));
    assert_eq!(gap("2026-01-11T00:00").verdict, Verdict::Kept);
    let long = gap("2026-01-13T00:00");
    assert_eq!((long.verdict, long.reached_percent), (Verdict::Unproven, Some(100.0)));
    assert!(long.unknown_percent.unwrap() > 9.0);
}

#[test]
fn what_is_counted_outside_of_the_service_hours_is_no_breach() {
    let office = calendar::Definition::weekdays("Europe/Berlin", "08:00", "18:00");
    let mut agreement = shop(&office, promise(99.0));
    agreement.versions[0].objectives = vec![item("objective/probe")];
    let night = probe(&[("2026-01-12T20:00", "2026-01-12T23:00", Some((0, 9)))]);
    let seen = Seen { counted: vec![night], ..Seen::default() };
    let told = of(&agreement, "2026-01", &seen, DONE).performance.remove(0);
    assert_eq!((told.bad, told.breaches_count, told.verdict), (0.0, 0, Verdict::Kept));
    let running = of(&agreement, "2026-01", &seen, "2026-01-15T12:00").performance.remove(0);
    assert_eq!(running.verdict, Verdict::Running);
}

#[test]
fn what_does_not_count_leaves_good_and_bad_and_is_told_with_its_reason() {
    let office = calendar::Definition::weekdays("Europe/Berlin", "08:00", "18:00");
    let mut agreement = shop(&office, promise(99.0));
    agreement.versions[0].objectives = vec![item("objective/probe")];
    // On Monday nine bad of nine each minute: at night, while it is worked on, and by mistake.
    let bad = |from, until| (from, until, Some((0, 9)));
    let probe = probe(&[
        bad("2026-01-12T20:00", "2026-01-12T23:00"),
        bad("2026-01-13T09:00", "2026-01-13T11:00"),
        bad("2026-01-14T09:00", "2026-01-14T09:30"),
        bad("2026-01-15T09:00", "2026-01-15T09:10"),
    ]);
    let mistake = Exclusion {
        spans: Spans::one(at("2026-01-14T09:00").micros(), at("2026-01-14T09:30").micros()),
        why: "the probe had an old certificate".to_owned(),
        link: None,
    };
    let planned = work("2026-01-13T09:00", "2026-01-13T11:00", Some("2026-01-01T09:00"));
    let late = work("2026-01-15T09:00", "2026-01-15T09:10", None);
    let check = Counted { excluded: vec![mistake], ..probe };
    let seen = Seen { counted: vec![check], works: vec![planned, late], ..Seen::default() };
    let told = of(&agreement, "2026-01", &seen, DONE).performance.remove(0);
    let left: Vec<(&str, f64, f64, f64)> = told
        .excluded
        .iter()
        .map(|one| (one.why.as_str(), hours(one.seconds), one.total, one.bad))
        .collect();
    // 22 working days of ten hours in 744 hours.
    assert_eq!(left[0], ("outside of the service hours", 524.0, 31_440.0 + 1_440.0, 1_620.0));
    assert_eq!(left[1], ("planned work: new disks", 2.0, 1_080.0, 1_080.0));
    assert_eq!(left[2], ("the probe had an old certificate", 0.5, 270.0, 270.0));
    assert_eq!(left.len(), 3, "what was not announced counts");
    assert_eq!(told.excluded[1].by, Some(item("maintenancewindow/disks")));
    let minutes = f64::from((220 - 2) * 60 - 30);
    assert_eq!((told.total, told.bad), (minutes - 10.0 + 90.0, 90.0));
}

#[test]
fn figures_whose_counts_are_forgotten_by_now_are_not_restated() {
    let bad = probe(&[("2026-01-10T00:00", "2026-01-10T08:00", Some((0, 1)))]);
    let agreement = checked(99.0, false);
    let (frozen, _) = answer(&agreement, Vec::new(), bad);
    let gone = Counted { counts: Arc::new(Buckets::new(0)), ..probe(&[]) };
    let (now, _) = answer(&agreement, Vec::new(), gone);
    assert!(frozen.same_as(&now));
    let (corrected, _) = answer(&agreement, Vec::new(), probe(&[]));
    assert!(!frozen.same_as(&corrected), "a late correction is one");
    let before = Figures { consumable: None, performance: Vec::new(), ..frozen.clone() };
    assert!(before.same_as(&frozen), "frozen before checks were reckoned");
}

#[test]
fn figures_of_which_some_days_are_forgotten_are_not_restated_either() {
    let bad = ("2026-01-10T00:00", "2026-01-10T08:00", Some((0, 1)));
    let mut agreement = checked(99.0, false);
    agreement.versions[0].objectives = vec![item("objective/probe")];
    let reckoned = |check: Counted| {
        let seen = Seen { counted: vec![check], ..Seen::default() };
        of(&agreement, "2026-01", &seen, DONE)
    };
    let frozen = reckoned(probe(&[bad]));
    let half = reckoned(probe(&[bad, ("2026-01-01T00:00", "2026-01-16T00:00", None)]));
    assert!(frozen.same_as(&half), "half of the days are gone");
    let corrected = reckoned(probe(&[]));
    assert!(!frozen.same_as(&corrected));
}

#[test]
fn a_check_that_stopped_looking_neither_fails_nor_passes() {
    let silent = |from: &str| {
        let check = probe(&[(from, "2026-02-01T00:00", None)]);
        let seen = Seen { counted: vec![check], ..Seen::default() };
        of(&checked(99.0, false), "2026-01", &seen, "2026-01-20T12:00").consumable.unwrap()
    };
    assert!(silent("2026-01-20T11:45").looking, "a quarter of an hour is nothing");
    assert!(!silent("2026-01-20T11:00").looking);
    // Of two the one that fails now is told, although the other one is silent.
    let fails = probe(&[("2026-01-20T11:50", "2026-01-20T12:00", Some((0, 1)))]);
    let other = Counted { objective: item("objective/other"), ..probe(&[]) };
    let blind = probe(&[("2026-01-01T00:00", "2026-02-01T00:00", None)]);
    let blind = Counted { objective: item("objective/other"), ..blind };
    let mut agreement = checked(99.0, false);
    agreement.versions[0].promise.as_mut().unwrap().evidence.push(item("objective/other"));
    let told = |counted: Vec<Counted>| {
        let seen = Seen { counted, ..Seen::default() };
        of(&agreement, "2026-01", &seen, "2026-01-20T12:00").consumable.unwrap()
    };
    let both = told(vec![fails.clone(), other]);
    assert_eq!((both.looking, both.failing_since), (true, Some(at("2026-01-20T11:50"))));
    let one = told(vec![fails, blind.clone()]);
    assert_eq!((one.looking, one.failing_since), (false, Some(at("2026-01-20T11:50"))));
    // One that failed and has passed again fails no more, whatever the silent one would say.
    let mended = probe(&[("2026-01-20T11:40", "2026-01-20T11:50", Some((0, 1)))]);
    assert_eq!(told(vec![mended, blind]).failing_since, None);
}

#[test]
fn what_is_missing_and_counts_as_bad_is_counted_once_and_a_slice_stands_for_its_time() {
    let missing = |target: f64| {
        let check = probe(&[("2026-01-01T00:00", "2026-01-07T04:48", None)]);
        let measure = Measure { missing_bad: true, ..check.measure };
        measured(target, Counts::Slices, Counted { measure, ..check })
    };
    // A fifth of January is missing: four fifths are good.
    assert_eq!(missing(0.79).verdict, Verdict::Kept);
    assert_eq!(missing(0.82).verdict, Verdict::Missed);

    let check = probe(&[]);
    let mut sparse = Buckets::new(check.counts.first());
    for minute in check.counts.first()..at(DONE).micros() / MINUTE {
        if let Some(set) = check.counts.minute(minute).filter(|_| minute % 5 == 0) {
            sparse.put(minute, set).unwrap();
        }
    }
    let measure = Measure { slice_minutes: Some(5), ..check.measure };
    let told =
        measured(0.95, Counts::Slices, Counted { counts: Arc::new(sparse), measure, ..check });
    assert_eq!((told.verdict, told.unknown_percent), (Verdict::Kept, Some(0.0)));
}
