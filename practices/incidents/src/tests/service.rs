//! What is down, and what only burns an error budget.

use std::time::Duration;

use kernel::{Priority, Time};

use super::{DAY, Life, ada, attach, system};
use crate::correlate::Candidate;
use crate::{Attach, Command, Open, ServiceState};

fn minutes(count: u64) -> Time {
    DAY + Duration::from_secs(60 * count)
}

/// An incident that the alert of an error budget opened.
fn burning() -> Life {
    let mut open = Open::titled("the error budget burns");
    open.alert = Some(Attach { burn: true, ..attach("budget", "service/web") });
    Life::open(open, &system(DAY)).expect("it opens")
}

fn said(service: ServiceState, from: Option<Time>) -> Command {
    Command::SetService { service, from, reason: "a probe".to_owned() }
}

#[test]
fn a_burning_budget_is_no_outage_until_somebody_says_so() {
    let mut life = burning();
    assert_eq!((life.record.away_since(), life.record.service_at(minutes(5))), (None, None));

    let down = said(ServiceState::Down, Some(minutes(20)));
    assert_eq!(life.ask(&down, &ada(minutes(30))).expect("it is said").len(), 1);
    assert_eq!(life.record.away_since(), Some(minutes(20)));
    assert_eq!(life.record.service_at(minutes(10)), None, "what was before is as it was");
    life.check_journal();
}

#[test]
fn another_alert_in_the_same_incident_says_that_something_failed() {
    let mut life = burning();
    let another = Command::Attach(Box::new(attach("errors", "service/web")));
    life.ask(&another, &system(minutes(7))).expect("it joins");
    assert_eq!(life.record.away_since(), Some(minutes(7)));

    // What had failed already is no less down because its budget burns now as well.
    let mut open = Open::titled("web is down");
    open.alert = Some(attach("errors", "service/web"));
    let mut life = Life::open(open, &system(DAY)).expect("it opens");
    let burn = Attach { burn: true, ..attach("budget", "service/web") };
    life.ask(&Command::Attach(Box::new(burn)), &system(minutes(3))).expect("it joins");
    assert_eq!(life.record.away_since(), Some(DAY));
    let degraded = said(ServiceState::Degraded, None);
    life.ask(&degraded, &ada(minutes(9))).expect("it is said");
    assert_eq!(life.record.service_at(DAY), Some(ServiceState::Degraded));
}

#[test]
fn what_a_person_reports_is_away_from_its_beginning() {
    let life = Life::open(Open::titled("no orders"), &ada(DAY)).expect("it opens");
    assert_eq!(life.record.away_since(), Some(DAY));
}

#[test]
fn lost_time_weighs_what_was_degraded_and_leaves_a_burn_out() {
    let mut open = Open::titled("web is down");
    open.alert = Some(attach("errors", "service/web"));
    let mut life = Life::open(open, &system(DAY)).expect("it opens");
    assert_eq!(life.record.lost_micros(0.5), None, "it lasts");
    assert_eq!(life.record.lost_by(minutes(10), 0.5), 10 * 60_000_000, "until now");
    assert_eq!(life.record.user_minutes(minutes(10), 0.5), None, "nobody knows for how many");
    let affected = Command::SetAffected { users: Some(30), note: None };
    life.ask(&affected, &ada(minutes(5))).expect("it is said");
    assert_eq!(life.record.user_minutes(minutes(10), 0.5), Some(300.0));
    let degraded = said(ServiceState::Degraded, Some(minutes(20)));
    life.ask(&degraded, &ada(minutes(25))).expect("it is said");
    let restore = Command::Restore { at: None, note: None };
    life.ask(&restore, &ada(minutes(60))).expect("it is back");
    assert_eq!(life.record.lost_micros(0.5), Some((20 + 20) * 60_000_000));
    assert_eq!(life.record.lost_micros(1.0), Some(60 * 60_000_000));
    assert_eq!(
        life.record.user_minutes(minutes(90), 0.5),
        Some(1200.0),
        "no more since it is back"
    );

    let mut burn = burning();
    burn.ask(&restore, &ada(minutes(60))).expect("it is calm");
    assert_eq!(burn.record.lost_micros(0.5), Some(0));
}

#[test]
fn a_burning_budget_neither_keeps_an_incident_open_nor_brings_it_back() {
    let mut open = Open::titled("web is down");
    open.alert = Some(attach("errors", "service/web"));
    let mut life = Life::open(open, &system(DAY)).expect("it opens");
    let burn = || Attach { burn: true, ..attach("budget", "service/web") };
    life.ask(&Command::Attach(Box::new(burn())), &system(minutes(3))).expect("it joins");
    let errors = life.record.members[0].alert;
    let over = Command::MemberCleared { alert: errors, at: minutes(5) };
    life.ask(&over, &system(minutes(5))).expect("it cleared");
    life.ask(&Command::Tick {}, &system(minutes(30))).expect("all is quiet");
    assert!(life.record.service_is_back(), "the budget burns on, the service works");
    assert_eq!(life.record.left_behind().count(), 0);

    let more = Attach { burn: true, ..attach("budget spent", "service/web") };
    life.ask(&Command::Attach(Box::new(more)), &system(minutes(31))).expect("it joins");
    assert!(life.record.service_is_back(), "it is spent by what is over");

    // One that was opened by a budget ends with it.
    let mut alone = burning();
    let budget = alone.record.members[0].alert;
    let calm = Command::MemberCleared { alert: budget, at: minutes(5) };
    alone.ask(&calm, &system(minutes(5))).expect("it cleared");
    alone.ask(&Command::Tick {}, &system(minutes(30))).expect("all is quiet");
    assert!(alone.record.service_is_back());
    // And comes back with it: nothing else would call anybody.
    let again = Command::MemberReturned {
        alert: budget,
        at: minutes(31),
        potential: false,
        boundary_at: None,
    };
    alone.ask(&again, &system(minutes(31))).expect("it burns again");
    assert!(!alone.record.service_is_back());
}

#[test]
fn what_only_burns_draws_nothing_else_in() {
    let candidate = |life: &Life| Candidate::of(&life.record, minutes(1)).expect("it is open");
    let web = kernel::ItemRef::new("service", "web").expect("a name");
    assert_eq!(candidate(&burning()).items, [(web.clone(), None)]);
    let mut life = burning();
    let another = Command::Attach(Box::new(attach("errors", "service/web")));
    life.ask(&another, &system(minutes(1))).expect("it joins");
    assert_eq!(candidate(&life).items, [(web.clone(), Some(minutes(1)))]);
    // What a person named is no less named because its budget burns as well.
    let mut open = Open::titled("no orders");
    open.item = Some(web.clone());
    let mut life = Life::open(open, &ada(DAY)).expect("it opens");
    let burn = Attach { burn: true, ..attach("budget", "service/web") };
    life.ask(&Command::Attach(Box::new(burn)), &system(minutes(1))).expect("it joins");
    assert_eq!(candidate(&life).items, [(web, Some(DAY))]);
}

#[test]
fn what_is_away_in_a_merged_incident_is_away_in_the_other_one() {
    let mut open = Open::titled("web is down");
    open.alert = Some(attach("errors", "service/web"));
    let mut life = Life::open(open, &system(DAY)).expect("it opens");
    let restore = Command::Restore { at: None, note: None };
    life.ask(&restore, &ada(minutes(10))).expect("it works again");

    let mut reported = Open::titled("no baskets");
    reported.item = kernel::ItemRef::new("service", "basket");
    reported.severity = Some(crate::Severity::Critical);
    let child = Life::open(reported, &ada(minutes(11))).expect("it is reported");
    let absorb = Command::Absorb(Box::new(child.record.handover()));
    life.ask(&absorb, &system(minutes(12))).expect("it takes it over");
    assert!(!life.record.service_is_back());
    assert_eq!(life.record.severity, crate::Severity::Critical);
    let items: Vec<&str> = life.record.items.iter().map(|item| item.as_str()).collect();
    assert_eq!(items, ["service/web", "service/basket"]);
    life.check_journal();

    // Whoever restores it now knows of both; the child says nothing new, however late it is heard.
    life.ask(&restore, &ada(minutes(20))).expect("both work again");
    let mut late = child.record.handover();
    late.child = kernel::IncidentId::from_bits(77);
    life.ask(&Command::Absorb(Box::new(late)), &system(minutes(21))).expect("it is heard");
    assert!(life.record.service_is_back());
}

#[test]
fn that_the_service_is_back_makes_nothing_less_of_what_happened() {
    let mut open = Open::titled("web is down");
    open.alert = Some(attach("errors", "service/web"));
    let mut life = Life::open(open, &system(DAY)).expect("it opens");
    let (before, counted) = (life.record.priority, life.record.priority_that_counts());
    assert_eq!(before, counted);
    let restore = serde_json::from_str(r#"{"command": "restore"}"#).expect("a command");
    life.ask(&restore, &ada(minutes(20))).expect("it is back");
    assert!(life.record.priority > before, "there is less to do");
    assert_eq!(life.record.priority_that_counts(), before);
    // What a person says counts.
    let less = Command::OverridePriority {
        priority: Some(Priority::P5),
        reason: "nobody was there".to_owned(),
    };
    life.ask(&less, &ada(minutes(30))).expect("it is said");
    assert_eq!(life.record.priority_that_counts(), Priority::P5);
}
