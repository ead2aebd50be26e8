use std::time::Duration;

use kernel::{IncidentId, Priority, Time};
use proptest::prelude::*;

use crate::{Case, Figure, FigureName, Outcome, Period, Proven, TimesReport, times_report};

/// 2026-03-01T00:00:00Z.
const MARCH: Time = Time::from_seconds(1_772_323_200);

/// When the reports are drawn: all is over.
const LATER: Time = Time::from_seconds(1_772_323_200 + 30 * 86_400);

fn after(minutes: u64) -> Time {
    MARCH + Duration::from_secs(60 * minutes)
}

/// The first two days of March.
fn period() -> Period {
    Period { from: MARCH, to: after(2 * 24 * 60) }
}

/// Began at minute 0, seen at 2, paged at 3, taken at 8, back at 30, resolved at 60.
fn case(number: u64) -> Case {
    Case {
        id: IncidentId::from_bits(number.into()),
        number,
        title: format!("incident {number}"),
        priority: Priority::P1,
        item: Some("service/shop".parse().expect("an item")),
        outcome: Outcome::Incident,
        cause_class: Some("technology".to_owned()),
        checks_failed: None,
        confirmed: false,
        reopen_count: 0,
        opened_at: after(2),
        started: Some(after(0)),
        detected: Some(after(2)),
        reported: None,
        notified: Some(after(3)),
        acknowledged: Some(after(8)),
        acknowledged_by_human: true,
        diagnosed: None,
        restored: Some(after(30)),
        resolved: Some(after(60)),
        closed: None,
        users: None,
        lost_micros: Some(30 * 60_000_000),
        consumer_facing: false,
        earlier_outages: Vec::new(),
        relapsed_at: None,
    }
}

fn figure(report: &TimesReport, name: FigureName) -> &Figure {
    report.figures.iter().find(|figure| figure.name == name).expect("every figure is there")
}

/// Minutes of the one incident, or why it was left out.
fn one(case: Case, name: FigureName) -> Result<f64, &'static str> {
    let report = times_report(&[case], period(), LATER);
    let figure = figure(&report, name);
    match (figure.incidents.as_slice(), figure.excluded.as_slice()) {
        ([behind], []) => Ok(behind.seconds / 60.0),
        ([], [excluded]) => Err(excluded.why),
        ([], []) => Err("not in the period"),
        _ => panic!("one case was counted twice: {figure:?}"),
    }
}

#[test]
fn each_figure_runs_between_its_two_times() {
    assert_eq!(one(case(1), FigureName::Detect), Ok(2.0));
    assert_eq!(one(case(1), FigureName::Acknowledge), Ok(5.0));
    assert_eq!(one(case(1), FigureName::Restore), Ok(30.0));
    assert_eq!(one(case(1), FigureName::Resolve), Ok(58.0));
}

#[test]
fn without_a_start_detection_cannot_be_timed_and_restoration_counts_from_it_and_says_so() {
    let unknown = Case { started: None, ..case(1) };
    assert_eq!(one(unknown.clone(), FigureName::Detect), Err("start not known"));
    assert_eq!(one(unknown.clone(), FigureName::Restore), Ok(28.0));
    let report = times_report(&[unknown], period(), LATER);
    assert!(figure(&report, FigureName::Restore).incidents[0].from_detection);
}

#[test]
fn acknowledgement_counts_from_the_first_page_else_from_the_detection() {
    let unpaged = Case { notified: None, ..case(1) };
    assert_eq!(one(unpaged, FigureName::Acknowledge), Ok(6.0));
    let paged_late = Case { notified: Some(after(9)), ..case(1) };
    assert_eq!(one(paged_late, FigureName::Acknowledge), Ok(6.0));
}

#[test]
fn an_acknowledgement_by_a_program_is_left_out() {
    let automatic = Case { acknowledged_by_human: false, ..case(1) };
    assert_eq!(one(automatic.clone(), FigureName::Acknowledge), Err("acknowledged by a program"));
    assert_eq!(one(automatic, FigureName::Restore), Ok(30.0));
}

#[test]
fn cancelled_and_merged_incidents_are_left_out_and_named() {
    let cancelled = Case { outcome: Outcome::Cancelled { at: after(9) }, ..case(1) };
    let merged = Case { outcome: Outcome::Merged { at: after(9) }, ..case(2) };
    assert_eq!(one(cancelled, FigureName::Resolve), Err("cancelled"));
    assert_eq!(one(merged.clone(), FigureName::Resolve), Err("merged into another incident"));
    let counts = times_report(&[merged], period(), LATER).counts;
    assert_eq!((counts.opened, counts.resolved), (0, 0));
}

#[test]
fn bad_times_are_left_out_and_named() {
    let backwards = Case { started: Some(after(31)), ..case(1) };
    assert_eq!(one(backwards.clone(), FigureName::Detect), Err("bad times"));
    assert_eq!(one(backwards.clone(), FigureName::Restore), Err("bad times"));
    assert_eq!(one(backwards, FigureName::Resolve), Ok(58.0));
}

#[test]
fn a_duration_belongs_to_the_period_in_which_it_ended() {
    let open = Case { restored: None, resolved: None, ..case(1) };
    assert_eq!(one(open, FigureName::Restore), Err("not in the period"));
    let over_the_border = Case { resolved: Some(period().to), ..case(1) };
    assert_eq!(one(over_the_border.clone(), FigureName::Resolve), Err("not in the period"));
    assert_eq!(one(over_the_border, FigureName::Restore), Ok(30.0));
}

#[test]
fn after_a_relapse_the_outages_add_up_without_the_time_between_them() {
    let relapsed = Case {
        earlier_outages: vec![(after(0), after(10))],
        relapsed_at: Some(after(40)),
        restored: Some(after(45)),
        reopen_count: 1,
        ..case(1)
    };
    assert_eq!(one(relapsed.clone(), FigureName::Restore), Ok(15.0));
    assert_eq!(times_report(&[relapsed], period(), LATER).counts.reopened, 1);
}

#[test]
fn days_without_incidents_are_listed_and_causes_are_counted() {
    let second_day = 24 * 60;
    let late = Case { resolved: Some(after(second_day + 5)), cause_class: None, ..case(2) };
    let counts = times_report(&[case(1), late], period(), LATER).counts;
    let days: Vec<(&str, usize, usize)> =
        counts.per_day.iter().map(|day| (day.day.as_str(), day.opened, day.resolved)).collect();
    assert_eq!(days, [("2026-03-01", 2, 1), ("2026-03-02", 0, 1)]);
    assert_eq!(counts.by_cause_class["technology"], 1);
    assert_eq!(counts.by_cause_class["unknown"], 1);
}

#[test]
fn a_report_is_written_like_this() {
    let open = Period { from: MARCH, to: after(24 * 60) };
    let report = serde_json::to_string_pretty(&times_report(&[case(1)], open, LATER)).unwrap();
    let first = report.split("\n    },\n").next().unwrap_or_default();
    insta::assert_snapshot!(first, @r#"
    {
      "from": "2026-03-01T00:00:00Z",
      "to": "2026-03-02T00:00:00Z",
      "figures": [
        {
          "name": "detect",
          "title": "Time to detect",
          "from": "started",
          "else_from": null,
          "to": "detected",
          "n": 1,
          "excluded": [],
          "mean_seconds": 120.0,
          "median_seconds": 120.0,
          "p90_seconds": 120.0,
          "incidents": [
            {
              "id": "inc_00000000000000000000000001",
              "number": 1,
              "title": "incident 1",
              "seconds": 120.0,
              "priority": "P1",
              "item": "service/shop",
              "ended_at": "2026-03-01T00:02:00Z",
              "from_detection": false
            }
          ]
    "#);
    let report = times_report(&[case(1)], open, LATER);
    let group = serde_json::to_string_pretty(&report.by_priority[0].figures[0]).unwrap();
    insta::assert_snapshot!(group, @r#"
    {
      "name": "detect",
      "n": 1,
      "excluded": [],
      "mean_seconds": 120.0,
      "median_seconds": 120.0,
      "p90_seconds": 120.0
    }
    "#);
}

#[test]
fn the_counts_of_a_report_are_written_like_this() {
    let one_day = Period { to: after(24 * 60), ..period() };
    let report = times_report(&[case(1)], one_day, LATER);
    let counts = serde_json::to_string_pretty(&report.counts).unwrap();
    insta::assert_snapshot!(counts, @r#"
    {
      "opened": 1,
      "resolved": 1,
      "reopened": 0,
      "by_cause_class": {
        "technology": 1
      },
      "proven": {
        "passed": 0,
        "failed": 0,
        "unchecked": 1,
        "confirmed": 0
      },
      "volume": {
        "opened_before": 0,
        "notable": false,
        "found_by_monitoring": 1,
        "consumer_facing": 0,
        "repeated": 0,
        "user_minutes_lost": 0.0,
        "users_unknown": 1,
        "open_at_end": 0,
        "open_age_median_seconds": null,
        "open_age_p90_seconds": null
      },
      "per_day": [
        {
          "day": "2026-03-01",
          "opened": 1,
          "resolved": 1
        }
      ]
    }
    "#);
}

/// A case with any times, in or out of order.
fn any_case() -> impl Strategy<Value = Case> {
    let time = || prop::option::of((0..6_000_u64).prop_map(after));
    let outcome = prop_oneof![
        4 => Just(Outcome::Incident),
        1 => (0..6_000_u64).prop_map(|at| Outcome::Cancelled { at: after(at) }),
        1 => (0..6_000_u64).prop_map(|at| Outcome::Merged { at: after(at) }),
    ];
    let times = (time(), time(), time(), time(), time(), time());
    (0..5_u8, outcome, any::<bool>(), times, 1..1_000_u64).prop_map(
        |(priority, outcome, human, times, number)| {
            let (started, detected, notified, acknowledged, restored, resolved) = times;
            let all = [Priority::P1, Priority::P2, Priority::P3, Priority::P4, Priority::P5];
            Case {
                priority: all[usize::from(priority)],
                outcome,
                acknowledged_by_human: human,
                started,
                detected,
                notified,
                acknowledged,
                restored,
                resolved,
                ..case(number)
            }
        },
    )
}

proptest! {
    #[test]
    fn every_case_is_counted_once_or_left_out_once_and_no_duration_is_negative(
        cases in prop::collection::vec(any_case(), 0..30),
    ) {
        let report = times_report(&cases, period(), LATER);
        for figure in &report.figures {
            prop_assert_eq!(figure.n, figure.incidents.len());
            prop_assert!(figure.n + figure.excluded.len() <= cases.len());
            prop_assert!(figure.incidents.iter().all(|behind| behind.seconds >= 0.0));
            let within = |behind: &crate::Behind| period().holds(behind.ended_at);
            prop_assert!(figure.incidents.iter().all(within));
            let of_priorities: usize = report
                .by_priority
                .iter()
                .flat_map(|group| &group.figures)
                .filter(|short| short.name == figure.name)
                .map(|short| short.n)
                .sum();
            prop_assert_eq!(of_priorities, figure.n, "the priorities add up to the whole");
            let left_out: usize = report
                .by_priority
                .iter()
                .flat_map(|group| &group.figures)
                .filter(|short| short.name == figure.name)
                .map(|short| short.excluded.len())
                .sum();
            prop_assert_eq!(left_out, figure.excluded.len(), "and so does what is left out");
        }
        let days: usize = report.counts.per_day.iter().map(|day| day.opened).sum();
        prop_assert_eq!(days, report.counts.opened, "the days add up to the period");
    }

    #[test]
    fn two_halves_of_a_period_hold_what_the_whole_holds(
        cases in prop::collection::vec(any_case(), 0..30),
        border in 0..2_880_u64,
    ) {
        let whole = times_report(&cases, period(), LATER);
        let first = times_report(&cases, Period { to: after(border), ..period() }, LATER);
        let second = times_report(&cases, Period { from: after(border), ..period() }, LATER);
        for name in FigureName::ALL {
            let n = |report| figure(report, name).n;
            prop_assert_eq!(n(&whole), n(&first) + n(&second));
        }
    }
}

#[test]
fn a_report_counts_what_was_proven_to_hold() {
    let cases = [
        Case { checks_failed: Some(0), confirmed: true, ..case(1) },
        Case { checks_failed: Some(2), ..case(2) },
        Case { checks_failed: None, ..case(3) },
        Case { checks_failed: Some(0), resolved: None, ..case(4) },
    ];
    let proven = times_report(&cases, period(), LATER).counts.proven;
    assert_eq!(proven, Proven { passed: 1, failed: 1, unchecked: 1, confirmed: 1 });
}

#[test]
fn the_other_times_of_an_incident_are_told_where_they_are_known() {
    let whole = Case {
        reported: Some(after(6)),
        diagnosed: Some(after(20)),
        closed: Some(after(90)),
        ..case(1)
    };
    assert_eq!(one(whole.clone(), FigureName::Lead), Ok(4.0));
    assert_eq!(one(whole.clone(), FigureName::Diagnose), Ok(12.0));
    assert_eq!(one(whole.clone(), FigureName::Repair), Ok(10.0));
    assert_eq!(one(whole, FigureName::Close), Ok(30.0));
    assert_eq!(one(case(1), FigureName::Lead), Err("not in the period"));
    let by_hand = Case { reported: Some(after(2)), ..case(1) };
    assert_eq!(one(by_hand, FigureName::Lead), Err("a person was first"));
}

#[test]
fn while_a_period_runs_what_is_open_is_as_old_as_it_is_now() {
    let open = Case { restored: None, resolved: None, ..case(1) };
    let volume = times_report(&[open], period(), after(12)).counts.volume;
    assert_eq!((volume.open_at_end, volume.open_age_median_seconds), (1, Some(600.0)));
}

#[test]
fn volume_is_told_beside_the_time_before_with_what_is_left_open() {
    let days = |days: u64| Duration::from_secs(days * 86_400);
    let earlier = |number: u64, back: u64| Case {
        opened_at: MARCH - days(back),
        started: None,
        detected: Some(MARCH - days(back)),
        restored: Some(MARCH - days(back)),
        resolved: Some(MARCH - days(back)),
        ..case(number)
    };
    let open =
        Case { restored: None, resolved: None, cause_class: None, lost_micros: None, ..case(4) };
    let told_by_people = Case { reported: Some(after(2)), users: Some(10), ..case(1) };
    let facing = Case { consumer_facing: true, item: None, ..case(2) };
    let cases = [told_by_people, facing, open, earlier(5, 1), earlier(6, 80), earlier(7, 120)];
    let volume = times_report(&cases, period(), LATER).counts.volume;
    assert_eq!((volume.opened_before, volume.notable), (1, false));
    assert_eq!((volume.found_by_monitoring, volume.consumer_facing), (2, 1));
    assert_eq!(volume.repeated, 1, "the same cause and item, not longer than 90 days ago");
    assert_eq!((volume.user_minutes_lost, volume.users_unknown), (300.0, 1));
    assert_eq!((volume.open_at_end, volume.open_age_median_seconds), (1, Some(172_680.0)));
    assert!(crate::notable(20, 5) && !crate::notable(8, 4));
}
