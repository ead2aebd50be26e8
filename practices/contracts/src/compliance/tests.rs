//! Figures of periods, told as stories: hours, outages, windows, and what they come to.

use std::sync::Arc;
use std::time::Duration;

use calendar::{Definition, Spans, Years};
use kernel::{IncidentId, ItemRef, Priority, Time};
use objectives::Stance;

use super::*;
use crate::clocks::Kind;

const YEARS: Years = Years { first: 2025, last: 2028 };

pub(super) fn at(text: &str) -> Time {
    let text = if text.len() == 16 { format!("{text}:00Z") } else { text.to_owned() };
    Time::parse(&text).expect("a time")
}

pub(super) fn item(text: &str) -> ItemRef {
    text.parse().expect("an item")
}

pub(super) fn promise(target: f64) -> Promise {
    Promise {
        target_percent: target,
        period: PeriodUnit::Month,
        degraded_factor: 0.0,
        shortest_micros: 0,
        joined_micros: 0,
        maintenance_exempt: true,
        notice_micros: 0,
        users: None,
        failure_free_micros: None,
        credits: Vec::new(),
        evidence: Vec::new(),
        evidence_rules: false,
    }
}

fn version(from: &str, hours: &Definition, promise: Promise) -> Version {
    Version {
        from: at(from),
        until: None,
        scope: vec![item("product/shop")],
        calendar: Arc::new(hours.compile(YEARS).expect("hours")),
        zone: hours.zone.clone(),
        promise: Some(promise),
        objectives: Vec::new(),
    }
}

/// A contract on the shop from the beginning of 2026 on.
pub(super) fn shop(hours: &Definition, promise: Promise) -> Agreement {
    let from = "2025-12-31T23:00";
    Agreement { start: at(from), end: None, versions: vec![version(from, hours, promise)] }
}

pub(super) fn always() -> Definition {
    Definition::always("Europe/Berlin")
}

pub(super) fn case(number: u64, outages: &[(&str, &str)]) -> Case {
    let end = |text: &str| (!text.is_empty()).then(|| at(text));
    Case {
        incident: CaseRef {
            id: IncidentId::from_bits(u128::from(number)),
            number,
            title: "the shop is down".to_owned(),
        },
        priority: Priority::P2,
        outcome: Outcome::Counts,
        hits: vec![CaseHit {
            item: item("product/shop"),
            root: item("component/db"),
            softened: false,
            times: outages.iter().map(|(from, to)| (at(from), end(to))).collect(),
        }],
        marks: Vec::new(),
        users: None,
    }
}

pub(super) fn seen(cases: Vec<Case>) -> Seen {
    Seen { cases, ..Seen::default() }
}

pub(super) fn of(agreement: &Agreement, name: &str, seen: &Seen, now: &str) -> Figures {
    let periods = periods(agreement, at(now));
    let period = periods.iter().find(|period| period.name == name).expect("a period");
    figures(agreement, period, seen, at(now))
}

pub(super) fn hours(figures: f64) -> f64 {
    figures / 3600.0
}

#[test]
fn periods_follow_one_another_in_the_zone_of_the_calendar() {
    let list = periods(&shop(&always(), promise(99.9)), at("2026-04-15T12:00"));
    let told: Vec<String> = list.iter().map(|p| format!("{} {}", p.name, p.from)).collect();
    assert_eq!(
        told,
        [
            "2026-01 2025-12-31T23:00:00Z",
            "2026-02 2026-01-31T23:00:00Z",
            "2026-03 2026-02-28T23:00:00Z",
            "2026-04 2026-03-31T22:00:00Z"
        ]
    );
    assert!(list.windows(2).all(|pair| pair[0].until == pair[1].from));
}

#[test]
fn a_change_from_months_to_quarters_ends_the_month_where_it_is() {
    let mut agreement = shop(&always(), promise(99.0));
    let change = at("2026-02-09T23:00");
    agreement.versions[0].until = Some(change);
    let quarters = Promise { period: PeriodUnit::Quarter, ..promise(99.5) };
    agreement.versions.push(version("2026-02-09T23:00", &always(), quarters));
    let list = periods(&agreement, at("2026-05-01T00:00"));
    let names: Vec<&str> = list.iter().map(|period| period.name.as_str()).collect();
    assert_eq!(names, ["2026-01", "2026-02", "2026-Q1", "2026-Q2"]);
    assert_eq!((list[1].until, list[2].from), (change, change));
}

#[test]
fn a_week_is_named_as_the_standard_counts_it() {
    let weekly = Promise { period: PeriodUnit::Week, ..promise(99.0) };
    let list = periods(&shop(&always(), weekly), at("2026-01-12T12:00"));
    let names: Vec<&str> = list.iter().map(|period| period.name.as_str()).collect();
    assert_eq!(names, ["2026-W01", "2026-W02", "2026-W03"]);
}

#[test]
fn one_outage_under_two_contracts_has_two_correct_results() {
    // An hour on a Saturday evening.
    let seen = seen(vec![case(1, &[("2026-03-14T19:00", "2026-03-14T20:00")])]);
    let office = Definition::weekdays("Europe/Berlin", "08:00", "18:00");
    let day = of(&shop(&office, promise(99.9)), "2026-03", &seen, "2026-04-02T00:00");
    let night = of(&shop(&always(), promise(99.9)), "2026-03", &seen, "2026-04-02T00:00");
    assert_eq!((day.verdict, day.down_seconds), (Verdict::Kept, 0.0));
    assert_eq!((night.verdict, night.down_seconds), (Verdict::Missed, 3600.0));
    assert_eq!(day.reliability.outages, 1, "it happened, though it cost nothing");
    assert_eq!(day.lines[0].why, "outside of the service hours");
    assert_eq!(night.lines[0].why, "product/shop needs component/db, which was down");
    // March has a day of 23 hours.
    assert_eq!(hours(night.agreed_whole_seconds), 743.0);
    assert_eq!(hours(day.agreed_whole_seconds), 220.0);
    assert_eq!(night.missed_at, Some(at("2026-03-14T19:44:34.800Z")));
}

#[test]
fn an_outage_over_a_border_is_cut_and_the_parts_are_the_whole() {
    let seen = seen(vec![case(1, &[("2026-01-31T22:00", "2026-02-01T00:30")])]);
    let agreement = shop(&always(), promise(99.0));
    let january = of(&agreement, "2026-01", &seen, "2026-03-01T00:00");
    let february = of(&agreement, "2026-02", &seen, "2026-03-01T00:00");
    assert_eq!((january.down_seconds, february.down_seconds), (3600.0, 5400.0));
    assert_eq!(january.lines[0].to, january.period.until);
    assert_eq!(february.lines[0].from, february.period.from);
}

#[test]
fn overlapping_incidents_count_once_and_say_which_one_counts() {
    let seen = seen(vec![
        case(1, &[("2026-01-10T10:00", "2026-01-10T12:00")]),
        case(2, &[("2026-01-10T11:00", "2026-01-10T13:00")]),
    ]);
    let figures = of(&shop(&always(), promise(99.0)), "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!(hours(figures.down_seconds), 3.0);
    let told: Vec<(u64, f64, &str)> = figures
        .lines
        .iter()
        .map(|l| (l.incident.as_ref().unwrap().number, hours(l.counted_seconds), l.why.as_str()))
        .collect();
    let needs = "product/shop needs component/db, which was down";
    assert_eq!(
        told,
        [
            (1, 2.0, needs),
            (2, 0.0, "another incident counts for this time already"),
            (2, 1.0, needs)
        ]
    );
}

#[test]
fn what_did_not_happen_or_was_carried_is_shown_and_not_counted() {
    let of_case = |number, change: fn(&mut Case)| {
        let mut case = case(number, &[("2026-01-10T10:00", "2026-01-10T12:00")]);
        change(&mut case);
        case
    };
    let seen = seen(vec![
        of_case(1, |case| case.outcome = Outcome::Potential),
        of_case(2, |case| case.outcome = Outcome::Cancelled),
        of_case(3, |case| case.outcome = Outcome::Merged),
        of_case(4, |case| case.hits[0].softened = true),
        of_case(5, |case| case.hits[0].item = "product/other".parse().unwrap()),
    ]);
    let figures = of(&shop(&always(), promise(99.0)), "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!((figures.down_seconds, figures.verdict), (0.0, Verdict::Kept));
    let why: Vec<&str> = figures.lines.iter().map(|line| line.why.as_str()).collect();
    assert_eq!(
        why,
        [
            "nothing had failed yet",
            "it was no incident",
            "it continued in another incident",
            "redundancy carried product/shop while component/db was down"
        ]
    );
}

#[test]
fn degraded_time_counts_as_the_contract_says() {
    let mut half = case(1, &[("2026-01-10T10:00", "2026-01-10T12:00")]);
    half.marks = vec![(at("2026-01-10T11:00"), ServiceState::Degraded)];
    let down = |factor| {
        let promise = Promise { degraded_factor: factor, ..promise(99.0) };
        let seen = seen(vec![half.clone()]);
        of(&shop(&always(), promise), "2026-01", &seen, "2026-02-02T00:00")
    };
    assert_eq!(hours(down(0.0).down_seconds), 1.0);
    assert_eq!(hours(down(0.5).down_seconds), 1.5);
    assert_eq!(hours(down(1.0).down_seconds), 2.0);
    assert_eq!(down(0.0).lines[1].why, "degraded counts as up in this contract");
    assert_eq!(hours(down(0.5).lines[1].counted_seconds), 0.5);
    assert_eq!(down(1.0).reliability.failures, 1);
}

pub(super) fn work(from: &str, until: &str, announced: Option<&str>) -> Work {
    Work {
        window: item("maintenancewindow/disks"),
        reason: "new disks".to_owned(),
        from: at(from),
        until: at(until),
        actual: None,
        announced: announced.map(at),
        approved_by: Some(item("person/ada")),
        items: vec![item("component/db"), item("product/shop")],
    }
}

#[test]
fn maintenance_is_exempt_as_planned_and_what_overruns_counts() {
    let mut seen = seen(vec![case(1, &[("2026-01-10T22:00", "2026-01-11T01:00")])]);
    seen.works.push(work("2026-01-10T22:00", "2026-01-11T00:00", Some("2026-01-01T09:00")));
    let notice = Promise { notice_micros: 5 * 86_400_000_000, ..promise(99.9) };
    let agreement = shop(&always(), notice);
    let figures = of(&agreement, "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!((hours(figures.down_seconds), hours(figures.exempt_seconds)), (1.0, 2.0));
    assert_eq!(hours(figures.agreed_whole_seconds), 742.0);

    seen.works[0].announced = Some(at("2026-01-09T22:00"));
    let late = of(&agreement, "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!((hours(late.down_seconds), hours(late.exempt_seconds)), (3.0, 0.0));
    let said = late.lines.iter().find(|line| line.kind == LineKind::Maintenance).unwrap();
    let told = "announced 24h before, the contract asks for 120h; an incident counts for this \
                time already";
    assert_eq!(said.why, told);
}

#[test]
fn planned_work_that_a_contract_does_not_excuse_is_down_time_without_any_incident() {
    let mut seen = seen(Vec::new());
    seen.works.push(work("2026-01-10T22:00", "2026-01-11T00:00", Some("2026-01-01T09:00")));
    let exempt = shop(&always(), promise(99.9));
    let strict = shop(&always(), Promise { maintenance_exempt: false, ..promise(99.9) });
    let down = |agreement: &Agreement, seen: &Seen, now: &str| {
        let figures = of(agreement, "2026-01", seen, now);
        let lines = figures.lines.iter().filter(|line| line.kind == LineKind::Down);
        let told: Vec<(f64, String)> =
            lines.map(|line| (hours(line.counted_seconds), line.why.clone())).collect();
        (hours(figures.down_seconds), told)
    };
    let over = "2026-02-02T00:00";
    assert_eq!(down(&exempt, &seen, over), (0.0, Vec::new()));
    let counts = |why: &str| vec![(2.0, format!("planned work that counts: {why}"))];
    let all = counts("this contract exempts no maintenance");
    assert_eq!(down(&strict, &seen, over), (2.0, all));
    seen.works[0].announced = None;
    assert_eq!(down(&exempt, &seen, over), (2.0, counts("it was not announced")));
    seen.works[0].approved_by = None;
    assert_eq!(down(&exempt, &seen, over), (2.0, counts("nobody approved it")));

    // Half of it has passed, and the allowance goes as the clock does.
    let now = of(&exempt, "2026-01", &seen, "2026-01-10T23:00");
    let line = now.lines.iter().find(|line| line.kind == LineKind::Down).unwrap();
    assert!(line.ongoing && hours(now.down_seconds) == 1.0, "{line:?}");
    assert!(now.verdict == Verdict::Missed && now.missed_at.is_some());
    let ahead = of(&exempt, "2026-01", &seen, "2026-01-09T00:00");
    assert_eq!((ahead.down_seconds, ahead.lines.len()), (0.0, 0), "what lies ahead costs nothing");

    // What an incident counts already is not counted again, and work outside of the hours is free.
    seen.cases.push(case(1, &[("2026-01-10T23:00", "2026-01-11T01:00")]));
    assert_eq!(hours(of(&exempt, "2026-01", &seen, over).down_seconds), 3.0);
    let office = Definition::weekdays("Europe/Berlin", "08:00", "18:00");
    let office = of(&shop(&office, promise(99.9)), "2026-01", &seen, over);
    assert_eq!(office.down_seconds, 0.0, "{:?}", office.lines);
}

#[test]
fn only_the_real_window_is_exempt_and_what_runs_over_its_end_counts() {
    let mut seen = seen(vec![case(1, &[("2026-01-10T22:00", "2026-01-11T01:00")])]);
    seen.works.push(work("2026-01-10T22:00", "2026-01-11T00:00", Some("2026-01-01T09:00")));
    let agreement = shop(&always(), promise(99.9));
    // Done after half an hour: the outage went on without an excuse.
    seen.works[0].actual = Some((at("2026-01-10T22:00"), at("2026-01-10T22:30")));
    let short = of(&agreement, "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!((hours(short.exempt_seconds), hours(short.down_seconds)), (0.5, 2.5));
    let said = short.lines.iter().find(|line| line.kind == LineKind::Maintenance).unwrap();
    assert_eq!(said.why, "it took less than was planned: only what it took is no service time");

    // It took three hours of the two that were approved.
    seen.works[0].actual = Some((at("2026-01-10T22:00"), at("2026-01-11T01:00")));
    let long = of(&agreement, "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!((hours(long.exempt_seconds), hours(long.down_seconds)), (2.0, 1.0));
    let over = long.lines.iter().find(|line| line.from == at("2026-01-11T00:00")).unwrap();
    assert!(long.lines.iter().any(|line| line.why.starts_with("it overran")), "{over:?}");
}

#[test]
fn time_that_nobody_looked_at_decides_only_where_it_can() {
    let gap = |from: &str, until: &str| Spans::one(at(from).micros(), at(until).micros());
    let agreement = shop(&always(), promise(99.0));
    let with = |unknown: Spans, cases: Vec<Case>| {
        let seen = Seen { cases, unknown, ..Seen::default() };
        of(&agreement, "2026-01", &seen, "2026-02-02T00:00")
    };
    // 1 % of 744 hours is 7.44.
    let hour = with(gap("2026-01-10T10:00", "2026-01-10T11:00"), Vec::new());
    assert_eq!((hour.verdict, hour.measured_percent), (Verdict::Kept, Some(100.0)));
    let day = with(gap("2026-01-10T10:00", "2026-01-11T10:00"), Vec::new());
    assert_eq!((day.verdict, day.optimistic_percent), (Verdict::Unproven, Some(100.0)));
    assert!(day.pessimistic_percent.unwrap() < 99.0);
    let both = with(
        gap("2026-01-10T10:00", "2026-01-10T11:00"),
        vec![case(1, &[("2026-01-05T00:00", "2026-01-05T08:00")])],
    );
    assert_eq!(both.verdict, Verdict::Missed);
    assert_eq!(hours(both.unknown_seconds), 1.0);
    let before = with(gap("2025-01-01T00:00", "2026-02-01T00:00"), Vec::new());
    assert_eq!(before.verdict, Verdict::NotObserved);
    assert_eq!(before.reliability.failure_free_seconds, 0.0, "what nobody saw did not hold");
    let since = with(gap("2025-01-01T00:00", "2026-01-30T00:00"), Vec::new());
    assert_eq!(since.verdict, Verdict::Unproven);
    assert_eq!(hours(since.reliability.failure_free_seconds), 47.0);
}

#[test]
fn what_a_missed_heartbeat_watches_is_unknown_and_not_good() {
    let blind = |items: Vec<ItemRef>| Blind {
        heartbeat: "prometheus".to_owned(),
        items,
        from: at("2026-01-10T10:00"),
        until: Some(at("2026-01-11T10:00")),
    };
    let with = |items: Vec<ItemRef>| {
        let seen = Seen {
            cases: vec![case(1, &[("2026-01-10T12:00", "2026-01-10T13:00")])],
            unknown: Spans::one(at("2026-01-10T09:00").micros(), at("2026-01-10T11:00").micros()),
            blind: vec![blind(items)],
            ..Seen::default()
        };
        of(&shop(&always(), promise(99.0)), "2026-01", &seen, "2026-02-02T00:00")
    };
    let watched = with(vec![item("component/db"), item("product/shop")]);
    assert_eq!(watched.verdict, Verdict::Unproven);
    assert_eq!(hours(watched.unknown_seconds), 24.0, "two hours of both are one");
    assert_eq!(hours(watched.down_seconds), 1.0, "what is known to be down is");
    let why: Vec<(&str, f64)> = watched
        .lines
        .iter()
        .filter(|line| line.kind == LineKind::Unknown)
        .map(|line| (line.why.as_str(), hours(line.counted_seconds)))
        .collect();
    let missed = "nobody looked: heartbeat prometheus was missed";
    assert_eq!(why, [("Operate was not looking", 2.0), (missed, 1.0), (missed, 21.0)]);
    let other = with(vec![item("product/other")]);
    assert_eq!((other.verdict, hours(other.unknown_seconds)), (Verdict::Kept, 2.0));
}

#[test]
fn without_service_time_there_is_no_verdict() {
    let closed = Definition::empty("Europe/Berlin");
    let seen = seen(vec![case(1, &[("2026-01-10T10:00", "2026-01-10T12:00")])]);
    let figures = of(&shop(&closed, promise(99.0)), "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!(figures.verdict, Verdict::NotApplicable);
    assert_eq!((figures.measured_percent, figures.target_percent), (None, None));
    assert_eq!(figures.reliability.outages, 1);
}

#[test]
fn a_promise_that_changes_in_a_period_is_weighed_by_service_time() {
    let mut agreement = shop(&always(), promise(99.0));
    agreement.versions[0].until = Some(at("2026-04-15T22:00"));
    agreement.versions.push(version("2026-04-15T22:00", &always(), promise(98.0)));
    let seen = seen(vec![case(1, &[("2026-04-15T21:00", "2026-04-15T23:00")])]);
    let figures = of(&agreement, "2026-04", &seen, "2026-05-02T00:00");
    assert_eq!(figures.parts.len(), 2);
    let targets: Vec<f64> = figures.parts.iter().filter_map(|p| p.target_percent).collect();
    assert_eq!(targets, [99.0, 98.0]);
    // Half of the month at 1 %, half of it at 2 %.
    assert!((figures.target_percent.unwrap() - 98.5).abs() < 1e-9);
    assert!((hours(figures.allowance_seconds.unwrap()) - 10.8).abs() < 1e-9);
    assert_eq!((hours(figures.down_seconds), figures.reliability.failures), (2.0, 1));
}

#[test]
fn a_running_period_says_how_it_will_end() {
    let agreement = shop(&always(), promise(99.0));
    let calm = of(&agreement, "2026-01", &seen(Vec::new()), "2026-01-16T11:00");
    let forecast = calm.forecast.unwrap();
    assert_eq!((calm.verdict, forecast.outlook), (Verdict::Running, Outlook::OnTrack));
    assert!(calm.provisional && forecast.boundaries[0].crosses_at.is_none());

    // Two hours of fifteen days and a half: four by the end, of 7.44.
    let some = seen(vec![case(1, &[("2026-01-05T00:00", "2026-01-05T02:00")])]);
    let forecast = of(&agreement, "2026-01", &some, "2026-01-16T11:00").forecast.unwrap();
    assert_eq!(forecast.outlook, Outlook::OnTrack);

    // Five hours of them: ten by the end.
    let more = seen(vec![case(1, &[("2026-01-05T00:00", "2026-01-05T05:00")])]);
    let forecast = of(&agreement, "2026-01", &more, "2026-01-16T11:00").forecast.unwrap();
    assert_eq!(forecast.outlook, Outlook::AtRisk);
    // Of 7.44 hours 2.44 are left; at five in 372 they take 181.536 hours.
    assert_eq!(forecast.boundaries[0].crosses_at, Some(at("2026-01-24T00:32:09.600Z")));

    let much = seen(vec![case(1, &[("2026-01-05T00:00", "2026-01-05T08:00")])]);
    let breached = of(&agreement, "2026-01", &much, "2026-01-16T11:00");
    assert_eq!(breached.verdict, Verdict::Missed);
    assert_eq!(breached.forecast.unwrap().outlook, Outlook::Breached);
    assert_eq!(breached.missed_at, Some(at("2026-01-05T07:26:24Z")));
}

#[test]
fn while_an_outage_lasts_the_boundary_comes_as_fast_as_the_service_hours() {
    let office = Definition::weekdays("Europe/Berlin", "08:00", "18:00");
    let agreement = shop(&office, promise(99.0));
    // 210 hours in January: 2.1 of them. Half an hour is left on Friday, the rest on Monday.
    let seen = seen(vec![case(1, &[("2026-01-16T16:30", "")])]);
    let figures = of(&agreement, "2026-01", &seen, "2026-01-16T16:45");
    let boundary = &figures.forecast.as_ref().unwrap().boundaries[0];
    assert_eq!(hours(figures.allowance_seconds.unwrap() + 1e-9).floor(), 2.0);
    let monday = at("2026-01-19T07:00") + Duration::from_secs(96 * 60 + 36);
    let due = boundary.crosses_at.unwrap();
    assert!(due > at("2026-01-19T07:00") && due < monday + Duration::from_secs(600), "{due}");
    assert!(figures.lines[0].ongoing);
    assert_eq!(figures.reliability.mtrs_seconds, None, "what lasts is not restored");
}

#[test]
fn credits_follow_from_what_is_certain() {
    let credits = vec![
        Credit { below_percent: 99.0, credit_percent: 10.0 },
        Credit { below_percent: 95.0, credit_percent: 50.0 },
    ];
    let agreement = shop(&always(), Promise { credits, ..promise(99.5) });
    let credit = |until: &str| {
        let seen = seen(vec![case(1, &[("2026-01-05T00:00", until)])]);
        of(&agreement, "2026-01", &seen, "2026-02-02T00:00").credit_percent
    };
    assert_eq!(credit("2026-01-05T07:00"), 0.0);
    assert_eq!(credit("2026-01-05T08:00"), 10.0);
    assert_eq!(credit("2026-01-07T00:00"), 50.0);
}

#[test]
fn reliability_and_user_minutes_follow_from_the_same_intervals() {
    let mut first = case(1, &[("2026-01-02T23:00", "2026-01-03T00:00")]);
    first.users = Some(50);
    let mut second = case(2, &[("2026-01-12T23:00", "2026-01-13T02:00")]);
    second.users = Some(10);
    let promise = Promise {
        users: Some(100),
        failure_free_micros: Some(20 * 86_400_000_000),
        ..promise(99.0)
    };
    let seen = seen(vec![first, second]);
    let figures = of(&shop(&always(), promise), "2026-01", &seen, "2026-02-02T00:00");
    let reliability = &figures.reliability;
    assert_eq!((reliability.failures, reliability.mtrs_seconds), (2, Some(7200.0)));
    assert_eq!(reliability.mtbf_seconds.map(hours), Some(370.0));
    assert_eq!(reliability.mtbsi_seconds.map(hours), Some(372.0));
    assert_eq!(hours(reliability.failure_free_seconds), 453.0);
    assert_eq!(reliability.failure_free_required_seconds.map(hours), Some(480.0));
    assert_eq!(figures.user_minutes_lost, Some(50.0 * 60.0 + 10.0 * 180.0));
    assert_eq!(reliability.last_failure_at, Some(at("2026-01-12T23:00")));
}

#[test]
fn short_outages_are_left_out_and_near_ones_joined() {
    let promise =
        Promise { shortest_micros: 300_000_000, joined_micros: 60_000_000, ..promise(99.0) };
    let seen = seen(vec![
        case(1, &[("2026-01-05T10:00", "2026-01-05T10:02")]),
        case(
            2,
            &[
                ("2026-01-06T10:00", "2026-01-06T10:03"),
                ("2026-01-06T10:03:30Z", "2026-01-06T10:06"),
            ],
        ),
    ]);
    let figures = of(&shop(&always(), promise), "2026-01", &seen, "2026-02-02T00:00");
    assert_eq!((figures.down_seconds, figures.reliability.failures), (360.0, 1));
    assert_eq!(figures.lines[0].why, "shorter than 5m, from which on an outage counts");
    let joined = figures.lines.iter().find(|line| line.incident.is_none()).unwrap();
    assert_eq!(joined.why, "between two outages with less than 1m between them: one");
    let sum: f64 = figures.lines.iter().map(|line| line.counted_seconds).sum();
    assert_eq!(sum, figures.down_seconds, "the lines are the whole of the figure");
}

#[test]
fn another_target_tells_which_past_months_it_would_have_kept() {
    let agreement = shop(&always(), promise(99.9));
    let seen = seen(vec![case(1, &[("2026-02-05T10:00", "2026-02-05T12:00")])]);
    let now = at("2026-04-02T00:00");
    let past: Vec<Figures> =
        periods(&agreement, now).iter().map(|p| figures(&agreement, p, &seen, now)).collect();
    let supposed = suppose(&past, 99.9);
    let of = |target: f64| supposed.iter().find(|s| s.target_percent == target).unwrap();
    assert_eq!(of(99.9).missed, ["2026-02"]);
    assert!(of(99.9).holds);
    assert_eq!(of(99.5).kept, ["2026-01", "2026-02", "2026-03"], "April is not over");
}

fn run(number: u64, due: &str, stopped: Option<&str>) -> ClockRun {
    ClockRun {
        incident: case(number, &[]).incident,
        priority: Priority::P2,
        clock: Kind::Restore,
        started_at: at("2026-01-05T08:00"),
        due_at: Some(at(due)),
        stopped_at: stopped.map(at),
        excluded: None,
    }
}

#[test]
fn a_clock_that_is_late_is_missed_and_one_that_runs_in_time_is_not_counted() {
    let mut left_out = run(4, "2026-01-05T12:00", Some("2026-01-05T15:00"));
    left_out.excluded = Some("it is out of scope".to_owned());
    let runs = [
        run(1, "2026-01-05T12:00", Some("2026-01-05T12:00")),
        run(2, "2026-01-05T12:00", None),
        run(3, "2026-01-09T12:00", None),
        left_out,
        run(5, "2026-01-31T22:00", Some("2026-02-03T12:00")),
        run(6, "2026-02-03T22:00", Some("2026-02-02T12:00")),
    ];
    let month = periods(&shop(&always(), promise(99.0)), at("2026-01-06T00:00")).remove(0);
    let report = clock_report(&runs, &month, at("2026-01-06T00:00"));
    let row = &report.rows[0];
    assert_eq!((row.met, row.missed, row.open, row.excluded), (1, 2, 1, 1));
    assert_eq!(row.attained_percent, Some(33.3333333333));
    let missed: Vec<u64> = report.missed.iter().map(|run| run.incident.number).collect();
    assert_eq!(missed, [2, 5], "the fifth was due in this month");
}

#[test]
fn a_release_is_refused_for_reasons_and_each_purpose_has_its_own() {
    let freeze = ReleaseInput::Freeze {
        freeze: item("freeze/christmas"),
        reason: "the week before Christmas".to_owned(),
        until: at("2026-12-27T00:00"),
    };
    let major = ReleaseInput::Incident {
        incident: case(7, &[]).incident,
        priority: Priority::P2,
        declared: false,
        works: false,
        item: item("component/db"),
    };
    let minor = ReleaseInput::Incident {
        incident: case(8, &[]).incident,
        priority: Priority::P3,
        declared: false,
        works: false,
        item: item("component/db"),
    };
    let declared = ReleaseInput::Incident {
        incident: case(9, &[]).incident,
        priority: Priority::P3,
        declared: true,
        works: true,
        item: item("component/db"),
    };
    let back = ReleaseInput::Incident {
        incident: case(10, &[]).incident,
        priority: Priority::P1,
        declared: false,
        works: true,
        item: item("component/db"),
    };
    let slow = ReleaseInput::Budget(Budget {
        objective: item("objective/latency"),
        stance: Some(Stance::Slow),
        left_percent: Some(12.0),
    });
    let unknown = ReleaseInput::Budget(Budget {
        objective: item("objective/errors"),
        stance: None,
        left_percent: None,
    });
    let may = |input: &ReleaseInput, purpose| release(std::slice::from_ref(input), purpose).may;
    for (input, ordinary, reliability, emergency) in [
        (&freeze, false, false, true),
        (&major, false, true, true),
        (&declared, false, true, true),
        (&minor, true, true, true),
        (&back, true, true, true),
        (&slow, false, true, true),
        (&unknown, true, true, true),
    ] {
        assert_eq!(may(input, Purpose::Ordinary), ordinary, "{input:?}");
        assert_eq!(may(input, Purpose::Reliability), reliability, "{input:?}");
        assert_eq!(may(input, Purpose::Emergency), emergency, "{input:?}");
    }
    let nothing = release(&[], Purpose::Ordinary);
    assert!(nothing.may);
    assert!(nothing.reasons.iter().any(|reason| reason.text == "no freeze runs"));
}

#[test]
fn health_is_the_worst_of_what_is_known() {
    let contract = |outlook, missed_at| HealthInput::Contract {
        contract: item("servicecontract/shop"),
        outlook,
        missed_at,
        because: "so it is".to_owned(),
    };
    let unknown = HealthInput::Budget(Budget {
        objective: item("objective/errors"),
        stance: None,
        left_percent: None,
    });
    assert_eq!(product_health(std::slice::from_ref(&unknown)).score, None);
    let good = product_health(&[
        unknown,
        HealthInput::State { severity: 0 },
        contract(Some(Outlook::OnTrack), None),
    ]);
    assert_eq!((good.score, good.in_agreed_state), (Some(Score::Good), true));
    let noon = at("2026-01-05T12:00");
    let away = HealthInput::Incident {
        incident: case(7, &[]).incident,
        priority: Priority::P1,
        away_since: Some(noon),
    };
    let later = at("2026-01-05T13:00");
    let poor = product_health(&[contract(Some(Outlook::Breached), Some(later)), away]);
    assert_eq!((poor.score, poor.out_since), (Some(Score::Poor), Some(noon)));
    assert!(!poor.in_agreed_state);
}

#[test]
fn spans_of_a_period_never_lose_time() {
    // Down, unknown, exempt and closed time of a month: the agreed time is what is left.
    let office = Definition::weekdays("Europe/Berlin", "08:00", "18:00");
    let mut seen = seen(vec![case(1, &[("2026-01-12T07:00", "2026-01-14T07:00")])]);
    seen.works.push(work("2026-01-13T10:00", "2026-01-13T12:00", Some("2026-01-01T09:00")));
    seen.unknown = Spans::one(at("2026-01-13T11:00").micros(), at("2026-01-15T07:30").micros());
    let figures = of(&shop(&office, promise(99.0)), "2026-01", &seen, "2026-02-02T00:00");
    // Two days of ten hours less the two of maintenance; unknown is what is not seen to be down.
    assert_eq!(hours(figures.down_seconds), 18.0);
    assert_eq!(hours(figures.exempt_seconds), 2.0);
    assert_eq!(hours(figures.unknown_seconds), 10.5);
    assert_eq!(hours(figures.agreed_seconds + figures.exempt_seconds), 220.0);
    let counted = |kind| {
        let lines = figures.lines.iter().filter(|line| line.kind == kind);
        hours(lines.map(|line| line.counted_seconds).sum())
    };
    assert_eq!(counted(LineKind::Down), 18.0);
    assert_eq!(counted(LineKind::Unknown), 10.5);
    assert_eq!(counted(LineKind::Maintenance), 2.0);
}

#[test]
fn an_allowance_warns_as_it_goes_and_says_when_it_is_used_up() {
    // 1 % of January is 7.44 hours.
    let agreement = shop(&always(), promise(99.0));
    let told = |until: &str| {
        let seen = seen(vec![case(1, &[("2026-01-10T00:00", until)])]);
        let figures = of(&agreement, "2026-01", &seen, "2026-01-20T00:00");
        AllowanceAlarm::of("Shop", &figures)
    };
    assert_eq!(told("2026-01-10T03:00"), None);
    let half = told("2026-01-10T04:00").expect("half of it is used");
    assert_eq!(
        (half.share, half.name(), half.severity()),
        (Some(50), "ContractAllowanceWarning", "info")
    );
    assert_eq!(
        half.summary,
        "Shop: 4h down in 2026-01, 7h 26m are allowed: 50 % of it are used, 3h 26m left"
    );
    let near = told("2026-01-10T07:00").expect("nearly all of it is used");
    assert_eq!((near.share, near.severity()), (Some(90), "warning"));
    let over = told("2026-01-10T08:00").expect("it is used up");
    assert_eq!(
        (over.share, over.name(), over.severity()),
        (None, "ContractAllowanceUsedUp", "error")
    );
    assert!(over.summary.ends_with("the promise is broken"), "{}", over.summary);

    // Nothing may be down at all.
    let whole = shop(&always(), promise(100.0));
    let up = of(&whole, "2026-01", &seen(Vec::new()), "2026-01-20T00:00");
    assert_eq!(AllowanceAlarm::of("Shop", &up), None, "nothing was down");
}

#[test]
fn what_an_incident_took_of_an_allowance_is_told_by_incident() {
    let agreement = shop(&always(), promise(99.0));
    let cases = vec![
        case(1, &[("2026-01-10T00:00", "2026-01-10T05:00")]),
        case(2, &[("2026-01-11T00:00", "2026-01-11T03:00")]),
        case(3, &[("2026-01-12T00:00", "")]),
        Case { outcome: Outcome::Burn, ..case(4, &[("2026-01-13T00:00", "2026-01-14T00:00")]) },
    ];
    let figures = of(&agreement, "2026-01", &seen(cases), "2026-01-12T01:00");
    let taken = |number: u128| figures.taken_by(IncidentId::from_bits(number));
    let told = |number: u128| {
        let taken = taken(number).expect("it is in the period");
        (hours(taken.counted_seconds), taken.ongoing, taken.used_up)
    };
    assert_eq!(told(1), (5.0, false, false));
    assert_eq!(told(2), (3.0, false, true), "the 7.44 hours were used up in it");
    assert_eq!(told(3), (1.0, true, true), "nothing was left, and it takes more");
    assert_eq!(taken(4), None, "it had not begun");
    assert_eq!(taken(9), None);
}

#[test]
fn a_burning_budget_takes_nothing_of_an_allowance_and_says_why() {
    let agreement = shop(&always(), promise(99.0));
    let burn = Case { outcome: Outcome::Burn, ..case(1, &[("2026-01-10T00:00", "")]) };
    let figures = of(&agreement, "2026-01", &seen(vec![burn]), "2026-01-12T00:00");
    assert_eq!((figures.down_seconds, figures.reliability.failures), (0.0, 0));
    let taken = figures.taken_by(IncidentId::from_bits(1)).expect("it is told");
    assert_eq!(
        taken.because,
        "an error budget burned, and nobody said that it was down or degraded"
    );
}
