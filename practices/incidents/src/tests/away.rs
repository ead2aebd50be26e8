//! When each item of an incident did not work, by its alerts and by what people say.

use std::time::Duration;

use calendar::{Span, Spans};
use kernel::Time;

use super::{DAY, Life, ada, alert, attach, system};
use crate::{Attach, Command, Incident, Open, TimePoint};

/// Minutes after the beginning; `-` while it lasts.
fn times(life: &Life, item: &str) -> String {
    let away = life.record.items_away();
    let found = away.iter().find(|(known, _)| known.as_str() == item);
    let minute = |at: i64| match at {
        i64::MAX => "-".to_owned(),
        at => ((at - DAY.micros()) / 60_000_000).to_string(),
    };
    let spans = found.map_or(Spans::EMPTY, |(_, spans)| spans.clone());
    let told = spans.iter().map(|span| format!("{}..{}", minute(span.from), minute(span.until)));
    told.collect::<Vec<_>>().join(" ")
}

fn minute(count: u64) -> Time {
    DAY + Duration::from_secs(60 * count)
}

/// What must hold for every incident: no time of an outage is lost, none is added.
pub(crate) fn every_outage_is_some_item_being_away(record: &Incident) {
    let items = record.items_away();
    let by_items: Spans = items.iter().flat_map(|(_, spans)| spans.iter()).collect();
    let whole = record
        .away()
        .into_iter()
        .map(|(from, until)| Span::new(from.micros(), until.map_or(i64::MAX, Time::micros)));
    assert!(items.is_empty() || by_items == whole.collect(), "{record:#?}");
}

/// An incident that the alert of the first node opened.
fn first_node() -> Life {
    let mut open = Open::titled("n1 is down");
    open.alert = Some(Attach { started_at: Some(DAY), ..attach("n1", "component/n1") });
    Life::open(open, &system(minute(1))).expect("it opens")
}

fn joins(life: &mut Life, name: &str, started: u64) {
    let item = format!("component/{name}");
    let attach = Attach { started_at: Some(minute(started)), ..attach(name, &item) };
    life.ask(&Command::Attach(Box::new(attach)), &system(minute(started + 1))).expect("it joins");
}

fn clears(life: &mut Life, name: &str, at: u64) {
    let cleared = Command::MemberCleared { alert: alert(name), at: minute(at) };
    life.ask(&cleared, &system(minute(at))).expect("it clears");
    life.ask(&Command::Tick {}, &system(minute(at + 2))).expect("it is looked at");
}

#[test]
fn an_item_is_away_from_when_its_own_alert_fires_until_that_clears() {
    let mut life = first_node();
    joins(&mut life, "n2", 60);
    assert_eq!((times(&life, "component/n1"), times(&life, "component/n2")), both("0..-", "60..-"));
    clears(&mut life, "n1", 120);
    assert_eq!(times(&life, "component/n1"), "0..120");
    clears(&mut life, "n2", 360);
    assert!(life.record.service_is_back());
    assert_eq!(
        (times(&life, "component/n1"), times(&life, "component/n2")),
        both("0..120", "60..360")
    );
    life.check_journal();
}

fn both(n1: &str, n2: &str) -> (String, String) {
    (n1.to_owned(), n2.to_owned())
}

#[test]
fn an_alert_that_returns_leaves_a_hole_and_keeps_what_was_before() {
    let mut life = first_node();
    joins(&mut life, "n2", 10);
    clears(&mut life, "n1", 20);
    let returned = Command::MemberReturned {
        alert: alert("n1"),
        at: minute(30),
        potential: false,
        boundary_at: None,
    };
    life.ask(&returned, &system(minute(30))).expect("it returns");
    clears(&mut life, "n1", 40);
    clears(&mut life, "n2", 50);
    assert_eq!(
        (times(&life, "component/n1"), times(&life, "component/n2")),
        both("0..20 30..40", "10..50")
    );
}

#[test]
fn what_people_say_bounds_what_alerts_say_and_counts_for_every_item_beyond_it() {
    let mut life = first_node();
    joins(&mut life, "n2", 10);
    clears(&mut life, "n1", 20);
    let restore = Command::Restore { at: Some(minute(30)), note: None };
    life.ask(&restore, &ada(minute(40))).expect("it is back");
    assert_eq!(
        (times(&life, "component/n1"), times(&life, "component/n2")),
        both("0..20", "10..30"),
        "the alert that still fires is no longer believed"
    );
    clears(&mut life, "n2", 45);
    let set = |which, at| Command::SetTime { which, at: minute(at), reason: "a probe".to_owned() };
    life.ask(&set(TimePoint::Restored, 60), &ada(minute(70))).expect("it is corrected");
    assert_eq!(
        (times(&life, "component/n1"), times(&life, "component/n2")),
        both("0..20 45..60", "10..60"),
        "after all was clear people say that it was away"
    );
    life.ask(&set(TimePoint::Started, 15), &ada(minute(71))).expect_err("after the detection");
    let earlier = DAY - Duration::from_secs(300);
    let started =
        Command::SetTime { which: TimePoint::Started, at: earlier, reason: "users say".to_owned() };
    life.ask(&started, &ada(minute(72))).expect("it is corrected");
    assert_eq!(times(&life, "component/n1"), "-5..20 45..60");
    assert_eq!(times(&life, "component/n2"), "-5..0 10..60");
}

#[test]
fn what_a_person_reports_is_away_without_any_alert() {
    let mut open = Open::titled("no orders");
    open.item = "component/shop".parse().ok();
    let mut life = Life::open(open, &ada(DAY)).expect("it opens");
    joins(&mut life, "n1", 10);
    assert_eq!(times(&life, "component/shop"), "0..-");
    assert_eq!(times(&life, "component/n1"), "0..-", "nothing fired yet when it was reported");
    clears(&mut life, "n1", 20);
    assert_eq!(times(&life, "component/shop"), "0..20");

    // Where the reported item has an alert of its own, that says when it is back.
    let mut open = Open::titled("n1 does not answer");
    open.item = "component/n1".parse().ok();
    let mut life = Life::open(open, &ada(DAY)).expect("it opens");
    joins(&mut life, "n2", 5);
    joins(&mut life, "n1", 10);
    clears(&mut life, "n1", 20);
    clears(&mut life, "n2", 30);
    assert_eq!(
        (times(&life, "component/n1"), times(&life, "component/n2")),
        both("0..20", "0..30")
    );
}

#[test]
fn what_is_only_foretold_is_not_away_while_another_alert_tells_of_the_outage() {
    let mut life = first_node();
    let foretold =
        Attach { started_at: Some(minute(5)), potential: true, ..attach("disk", "component/disk") };
    life.ask(&Command::Attach(Box::new(foretold)), &system(minute(6))).expect("it joins");
    assert_eq!(times(&life, "component/disk"), "");
}
