//! Reports over alerts: each figure as its formula says, and none of nothing.

use std::collections::BTreeMap;

use kernel::{AlertId, IncidentId, NotificationId, Time, TuningId};

use crate::{AlertReport, Around, Firing, Kept, Period, RuleTuning, alert_report, totals_by};

fn minute(minutes: i64) -> Time {
    Time::from_seconds(minutes * 60)
}

/// A firing of a rule's alert from one minute to another.
fn firing(name: &str, alert: u128, from: i64, to: Option<i64>) -> Firing {
    Firing {
        source: "prometheus".to_owned(),
        name: name.to_owned(),
        alert: AlertId::from_bits(alert),
        item: "service/orders".parse().ok(),
        team: None,
        began_at: minute(from),
        started_at: minute(from),
        ended_at: to.map(minute),
        acknowledged: false,
        class: None,
        impacts: Vec::new(),
        cleared_by_person: false,
        incident: None,
    }
}

/// A notification at a minute that named an alert.
fn told(minutes: i64, id: u128, alert: u128) -> (Time, NotificationId, AlertId) {
    (minute(minutes), NotificationId::from_bits(id), AlertId::from_bits(alert))
}

const DAY: i64 = 1440;

fn report(firings: &[Firing], around: &Around) -> AlertReport {
    let period = Period { from: Time::EPOCH, to: minute(2 * DAY) };
    alert_report(firings, around, period)
}

#[test]
fn the_noisiest_rule_comes_first_with_its_part_of_all_firings() {
    let firings = [
        firing("Quiet", 1, 0, Some(10)),
        firing("Noisy", 2, 0, Some(10)),
        firing("Noisy", 3, 5, Some(15)),
        firing("Noisy", 3, 90, Some(120)),
        firing("Noisy", 3, 3 * DAY, None),
    ];
    let report = report(&firings, &Around::default());
    let names: Vec<&str> = report.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["Noisy", "Quiet"]);
    let noisy = &report.rules[0];
    assert_eq!((noisy.fired, noisy.label_sets, noisy.fired_share), (3, 2, Some(0.75)));
    assert_eq!(noisy.median_seconds, Some(600.0));
    let [offender] = noisy.offenders.as_slice() else { panic!("one fired more than once") };
    assert_eq!((offender.alert, offender.fired), (AlertId::from_bits(3), 2));
    assert_eq!(report.totals.alerts, 3, "what began after the period is not counted");
}

#[test]
fn action_is_a_look_an_incident_or_a_person_who_cleared_it() {
    let over = firing("Rule", 1, 0, Some(10));
    let firings = [
        over.clone(),
        Firing { acknowledged: true, ..over.clone() },
        Firing { incident: Some(IncidentId::from_bits(7)), ..over.clone() },
        Firing { cleared_by_person: true, ..over.clone() },
        Firing { ended_at: None, ..over },
    ];
    let rule = &report(&firings, &Around::default()).rules[0];
    assert_eq!((rule.fired, rule.over), (5, 4));
    assert_eq!((rule.never_acknowledged, rule.never_acknowledged_share), (4, Some(0.8)));
    assert_eq!((rule.without_action, rule.without_action_share), (1, Some(0.25)));
}

#[test]
fn flapping_is_counted_over_the_worst_hour_of_one_alert() {
    // Five beginnings and ends within 59 minutes that lie across the full hour.
    let mut firings: Vec<Firing> = [(31, 35), (45, 50), (60, 65), (75, 80), (85, 89)]
        .iter()
        .map(|(from, to)| firing("Flaps", 1, *from, Some(*to)))
        .collect();
    firings.push(firing("Flaps", 2, 40, Some(45)));
    let rule = &report(&firings, &Around::default()).rules[0];
    assert_eq!((rule.changes_per_hour, rule.flapping_alert), (10, Some(AlertId::from_bits(1))));
    let calm = [firing("Calm", 1, 0, Some(10)), firing("Calm", 2, 0, Some(10))];
    let rule = &report(&calm, &Around::default()).rules[0];
    assert_eq!((rule.changes_per_hour, rule.flapping_alert), (0, None), "each fired but once");
}

#[test]
fn exactly_an_hour_apart_is_not_within_an_hour() {
    let firings = [firing("Hourly", 1, 0, Some(60)), firing("Hourly", 1, 120, Some(180))];
    assert_eq!(report(&firings, &Around::default()).rules[0].changes_per_hour, 0);
}

#[test]
fn totals_are_shares_of_the_signals_that_came_in() {
    let (one, two) = (IncidentId::from_bits(1), IncidentId::from_bits(2));
    let firings = [
        Firing { incident: Some(one), ..firing("Rule", 1, 0, Some(10)) },
        Firing { incident: Some(two), ..firing("Rule", 2, 0, Some(10)) },
    ];
    let around = Around {
        signals: vec![
            ("prometheus".to_owned(), Time::EPOCH, 150),
            ("prometheus".to_owned(), minute(DAY + 60), 50),
        ],
        opened: BTreeMap::from([(one, Time::EPOCH)]),
        notified: vec![told(0, 1, 1), told(0, 1, 2), told(0, 2, 9)],
        pages: vec![(Time::EPOCH, one), (Time::EPOCH, IncidentId::from_bits(9))],
        kept: Kept::default(),
        tuning: vec![RuleTuning {
            source: "prometheus".to_owned(),
            name: "Rule".to_owned(),
            task: TuningId::from_bits(1),
            open: true,
            votes: 3,
            noisy: true,
        }],
    };
    let report = report(&firings, &around);
    let totals = &report.totals;
    assert_eq!((totals.signals, totals.fired_share), (200, Some(0.01)));
    assert_eq!((totals.groups_notified, totals.groups_share), (1, Some(0.005)));
    assert_eq!((totals.pages, totals.pages_share), (1, Some(0.005)));
    let rule = &report.rules[0];
    assert!(rule.tuning.as_ref().is_some_and(|tuning| tuning.noisy));
    assert_eq!(totals.incidents, 1, "the other was opened before");
    assert_eq!((rule.incidents.as_slice(), rule.groups_notified), ([one].as_slice(), 1));
    let days: Vec<(u64, usize)> =
        report.per_day.iter().map(|day| (day.signals, day.fired)).collect();
    assert_eq!(days, [(150, 2), (50, 0)]);
}

#[test]
fn what_is_no_longer_all_known_has_no_share() {
    let signals = vec![("prometheus".to_owned(), Time::EPOCH, 150)];
    let shares = |firings_since, notified_since| {
        let kept = Kept { firings_since, notified_since };
        let around = Around { signals: signals.clone(), kept, ..Around::default() };
        let totals = report(&[firing("Rule", 1, 0, None)], &around).totals;
        (totals.fired_share.is_some(), totals.groups_share.is_some())
    };
    assert_eq!(shares(Time::EPOCH, Time::EPOCH), (true, true));
    assert_eq!(shares(Time::EPOCH, minute(1)), (true, false), "notifications go first");
    assert_eq!(shares(minute(1), Time::EPOCH), (false, false));
}

#[test]
fn the_totals_of_steps_are_those_of_reports_of_each() {
    let incident = IncidentId::from_bits(1);
    let firings = [
        Firing { incident: Some(incident), ..firing("Rule", 1, 0, Some(10)) },
        Firing { acknowledged: true, ..firing("Rule", 1, DAY - 1, None) },
        firing("Other", 2, DAY, None),
    ];
    let signals = |minutes, count| ("prometheus".to_owned(), minute(minutes), count);
    let around = Around {
        signals: vec![signals(0, 20), signals(DAY, 5)],
        opened: BTreeMap::from([(incident, minute(1))]),
        notified: vec![told(2, 1, 1), told(DAY, 2, 2), told(9 * DAY, 3, 2)],
        pages: vec![(minute(2), incident)],
        ..Around::default()
    };
    let of = |day| Period { from: minute(day * DAY), to: minute((day + 1) * DAY) };
    let steps = [of(0), of(1), of(2)];
    let totals = totals_by(&firings, &around, &steps);
    let fired: Vec<usize> = totals.iter().flatten().map(|totals| totals.fired).collect();
    assert_eq!(fired, [2, 1, 0]);
    let first = totals[0].as_ref().unwrap();
    assert_eq!((first.signals, first.pages, first.groups_notified), (20, 1, 1));
    assert_eq!((first.incidents, first.never_acknowledged), (1, 1));
    let second = totals[1].as_ref().unwrap();
    assert_eq!((second.signals, second.pages, second.groups_notified), (5, 0, 1));
    let kept = Kept { firings_since: minute(1), notified_since: minute(1) };
    let forgotten = totals_by(&firings, &Around { kept, ..around }, &steps);
    assert_eq!(forgotten[0], None, "some of its firings are no longer known");
    assert!(forgotten[1].is_some());
}

#[test]
fn nothing_has_no_share() {
    let report = report(&[], &Around::default());
    assert!(report.rules.is_empty());
    assert_eq!((report.totals.groups_share, report.totals.never_acknowledged_share), (None, None));
}

#[test]
fn firings_are_counted_by_class_and_by_what_they_put_at_risk() {
    let classed = |source: &str, class: Option<&str>, impacts: &[&str]| Firing {
        source: source.to_owned(),
        class: class.map(str::to_owned),
        impacts: impacts.iter().map(|impact| (*impact).to_owned()).collect(),
        ..firing("Rule", 1, 0, Some(10))
    };
    let firings = [
        classed("checks", Some("exception"), &["security", "compliance"]),
        classed("checks", Some("warning"), &["performance"]),
        classed("prometheus", None, &[]),
        classed("prometheus", Some("exception"), &["security"]),
        Firing { began_at: minute(3 * DAY), ..classed("prometheus", None, &[]) },
    ];
    let classes = report(&firings, &Around::default()).classes;
    let total = &classes.total;
    assert_eq!((total.fired, total.unclassified, total.informational), (4, 1, 0));
    assert_eq!((total.warning, total.exception), (1, 2));
    assert_eq!((total.performance, total.security, total.compliance), (1, 2, 1));
    let sources: Vec<(&str, usize)> = classes
        .by_source
        .iter()
        .map(|found| (found.source.as_str(), found.counts.unclassified))
        .collect();
    assert_eq!(sources, [("prometheus", 1), ("checks", 0)], "the most to do comes first");
}
