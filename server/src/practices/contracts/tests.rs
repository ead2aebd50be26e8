//! What compliance keeps, on both databases, and that figures follow from the journal alone.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ::contracts::clocks::Kind;
use ::contracts::compliance::{
    Agreement, ClockReport, ClockRow, Figures, Verdict, figures, periods,
};
use estate::{Desired, Estate, Resource, SourceFile};
use incidents::{Command, Incident, Open, Phase, TimePoint};
use kernel::{Actor, IncidentId, ItemRef, Lifecycle, Moment, Priority, SpaceId, Time};
use spine::engine::{self, Asked};
use spine::testing::Place;
use spine::{Db, Denied, Fault};

use super::close::{Frozen, as_kept, restated, restated_whole};
use super::counted::LiveCounts;
use super::facts::{Facts, LiveFacts};
use super::gather::{self, Deal};
use super::{hours, observed, store};
use crate::MIGRATIONS;
use crate::practices::estate::store as estate_store;
use crate::practices::incidents::store::INCIDENTS;

spine::both!(MIGRATIONS;
    stretches_of_looking_grow_and_read_back,
    incidents_that_may_reach_into_a_period_are_found,
    windows_that_were_replaced_or_deleted_are_remembered,
    a_period_is_frozen_once_for_each_revision,
    a_closed_month_comes_to_the_same_from_raw_entries,
    a_correction_restates_what_was_frozen,
    a_correction_of_a_clock_restates_a_period_whose_figures_stay,
    a_burning_budget_is_down_from_when_somebody_says_so,
    what_no_alert_was_ever_about_is_not_observed,
    a_report_is_sent_once_for_each_turn,
    counts_in_memory_follow_what_is_written_and_forgotten,
);

const ESTATE: &str = "
{apiVersion: operate/v1, kind: Team, metadata: {name: shop}, spec: {}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: db}, spec: {type: database, team: shop}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: checkout},
 spec: {team: shop, dependsOn: [component/db]}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: checkout},
 spec: {type: sla, provider: team/shop, consumer: team/shop, scope: [service/checkout],
  start: '2026-01-01T00:00:00Z', terms: [{availability: {target: 99.9, period: month}}]}}
";

fn at(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

fn agreements(deals: &[Deal]) -> Vec<&Agreement> {
    deals.iter().map(|deal| &deal.agreement).collect()
}

fn here() -> SpaceId {
    SpaceId::main()
}

fn contract() -> ItemRef {
    "servicecontract/checkout".parse().expect("an item")
}

fn resources(text: &str) -> Vec<Resource> {
    let file = SourceFile { name: "estate.yaml".to_owned(), text: text.to_owned() };
    let desired: Desired = estate::read(&[file]).expect("an estate");
    desired.resources().cloned().collect()
}

async fn extend(db: &Db, process: &'static str, from: &str, until: &str) {
    let stretch = (at(from), at(until));
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::extend_presence(tx, &here(), process, stretch).await })
    });
    work.await.expect("it is noted");
}

async fn stretches_of_looking_grow_and_read_back(place: Place) {
    extend(&place.db, "one", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z").await;
    extend(&place.db, "one", "2026-01-01T00:00:00Z", "2026-01-01T02:00:00Z").await;
    extend(&place.db, "two", "2026-01-01T03:00:00Z", "2026-01-01T04:00:00Z").await;
    let mut conn = place.db.reader().await.unwrap();
    let since = at("2026-01-01T00:30:00Z");
    let found = store::presence(&mut conn, &here(), since).await.unwrap();
    assert_eq!(
        found,
        [
            (at("2026-01-01T00:00:00Z"), at("2026-01-01T02:00:00Z")),
            (at("2026-01-01T03:00:00Z"), at("2026-01-01T04:00:00Z"))
        ]
    );
    let later = store::presence(&mut conn, &here(), at("2026-01-01T02:00:00Z")).await.unwrap();
    assert_eq!(later.len(), 1, "what ended before is not asked for");
    let elsewhere = SpaceId::new("elsewhere");
    assert!(store::presence(&mut conn, &elsewhere, since).await.unwrap().is_empty());
}

/// Opens an incident on the database at a time, as a person reports it.
async fn open(db: &Db, number: u64, now: Time) -> Incident {
    let mut open = Open::titled("the database is down");
    open.number = number;
    open.item = "component/db".parse().ok();
    open.assessment = Some(incidents::Assessment {
        hits: vec![incidents::Hit {
            item: "service/checkout".parse().expect("an item"),
            criticality: incidents::Criticality::Normal,
            root: "component/db".parse().expect("an item"),
            hops: 1,
            softened: false,
            beside: false,
        }],
        main: None,
    });
    opened(db, open, Moment::new(now, Actor::Person("ada".to_owned()), u128::from(number))).await
}

async fn opened(db: &Db, open: Open, moment: Moment) -> Incident {
    let id: IncidentId = moment.id();
    let command = Command::Open(Box::new(open));
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = here();
            let asked = Asked::new(&space, &moment);
            Ok(engine::open_in(tx, &INCIDENTS, id, &command, &asked).await?.record)
        })
    });
    work.await.expect("it opens")
}

async fn ask(db: &Db, id: IncidentId, now: Time, command: Command) -> Incident {
    let moment = Moment::new(now, Actor::Person("ada".to_owned()), 77);
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = here();
            let asked = Asked::new(&space, &moment);
            Ok(engine::execute_in(tx, &INCIDENTS, id, &command, &asked).await?.record)
        })
    });
    work.await.expect("it is allowed")
}

/// An outage of two hours in January, reported and restored.
async fn outage(db: &Db) -> Incident {
    let incident = open(db, 1, at("2026-01-10T10:00:00Z")).await;
    let restore = Command::Restore { at: None, note: None };
    ask(db, incident.id, at("2026-01-10T12:00:00Z"), restore).await
}

async fn incidents_that_may_reach_into_a_period_are_found(place: Place) {
    let first = outage(&place.db).await;
    let mut conn = place.db.reader().await.unwrap();
    let found = store::touched(&mut conn, &here(), at("2026-03-01T00:00:00Z")).await.unwrap();
    assert_eq!(found, [(first.id, 2)], "it is open: its outage may come back");
    let read = store::incidents(&mut conn, &here(), &[first.id]).await.unwrap();
    assert_eq!(read, [(first.clone(), 2)]);
    let elsewhere = SpaceId::new("elsewhere");
    assert!(store::touched(&mut conn, &elsewhere, Time::EPOCH).await.unwrap().is_empty());
    assert!(store::incidents(&mut conn, &elsewhere, &[first.id]).await.unwrap().is_empty());
    drop(conn);

    let resolve = Command::Resolve {
        cause_class: incidents::CauseClass::Technology,
        resolution_code: incidents::ResolutionCode::Fixed,
        note: None,
        outage_end: None,
    };
    ask(&place.db, first.id, at("2026-01-11T00:00:00Z"), resolve).await;
    let done = ask(&place.db, first.id, at("2026-01-12T00:00:00Z"), Command::Close {}).await;
    assert_eq!(done.phase(), Phase::Done);
    let mut conn = place.db.reader().await.unwrap();
    let later = at("2026-02-01T00:00:00Z");
    assert!(store::touched(&mut conn, &here(), later).await.unwrap().is_empty());

    // What is in memory is read again once it has changed.
    let live = LiveFacts::default();
    let known = live.since(&mut conn, &here(), Time::EPOCH).await.unwrap();
    assert_eq!(known[0].outages.len(), 1);
    drop(conn);
    let reopen = Command::Reopen { reason: "again".to_owned(), at: None };
    ask(&place.db, first.id, at("2026-01-13T00:00:00Z"), reopen).await;
    let mut conn = place.db.reader().await.unwrap();
    let known = live.since(&mut conn, &here(), Time::EPOCH).await.unwrap();
    assert_eq!(known[0].outages.len(), 2);
    assert_eq!(known[0].away_since(), Some(at("2026-01-13T00:00:00Z")));
}

async fn windows_that_were_replaced_or_deleted_are_remembered(place: Place) {
    let window = |start: &str, end: &str| {
        let text = format!(
            "{{apiVersion: operate/v1, kind: MaintenanceWindow, metadata: {{name: disks}}, \
             spec: {{items: [component/db], windows: [{{start: '{start}', end: '{end}'}}], \
             reason: disks, announced: '2026-01-01T00:00:00Z', approvedBy: ada}}}}"
        );
        resources(&text).remove(0)
    };
    let first = window("2026-01-10T00:00:00Z", "2026-01-10T02:00:00Z");
    let second = window("2026-02-10T00:00:00Z", "2026-02-10T02:00:00Z");
    let db = &place.db;
    let put = async |resource: Resource, now: &str| {
        let now = at(now);
        let work = db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let stored = ::estate::Stored { resource, applied: None };
                estate_store::put(tx, &here(), &stored, now).await
            })
        });
        work.await.expect("it is kept");
    };
    put(first.clone(), "2026-01-05T00:00:00Z").await;
    put(second, "2026-01-20T00:00:00Z").await;
    let item = first.item().clone();
    let gone = at("2026-02-10T01:00:00Z");
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { estate_store::delete(tx, &here(), &item, gone).await })
    });
    work.await.expect("it is deleted");
    let mut conn = db.reader().await.unwrap();
    let past = store::past_windows(&mut conn, &here()).await.unwrap();
    let replaced: Vec<Time> = past.iter().map(|(_, at)| *at).collect();
    assert_eq!(replaced, [at("2026-01-20T00:00:00Z"), gone]);
    assert_eq!(past[0].0, first);
    assert!(store::past_windows(&mut conn, &SpaceId::new("x")).await.unwrap().is_empty());
    let last = store::last_contract(&mut conn, &here(), first.item()).await.unwrap();
    assert!(last.is_some_and(|last| last != first), "as it was when it was deleted");
    assert_eq!(store::last_contract(&mut conn, &here(), &contract()).await.unwrap(), None);

    let estate = Estate::new(resources(ESTATE));
    let deals = gather::deals(&estate, gone, |_| true);
    let span = (at("2026-01-01T00:00:00Z"), at("2026-03-01T00:00:00Z"));
    let seen =
        gather::seen(&mut conn, &here(), (&estate, &agreements(&deals)), &[], span).await.unwrap();
    let works: Vec<(Time, Time)> = seen.works.iter().map(|w| (w.from, w.until)).collect();
    assert_eq!(
        works,
        [
            (at("2026-01-10T00:00:00Z"), at("2026-01-10T02:00:00Z")),
            // Deleted in the middle: as long as it ran.
            (at("2026-02-10T00:00:00Z"), gone)
        ]
    );
}

fn frozen(figures: Figures) -> Frozen {
    Frozen {
        figures,
        clocks: ClockReport::default(),
        note: "month close".to_owned(),
        journal: (1, 2),
        inputs_hash: "ab".to_owned(),
    }
}

async fn a_correction_of_a_clock_restates_a_period_whose_figures_stay(place: Place) {
    let figures = january(&place.db, &[], at("2026-02-02T00:00:00Z")).await;
    let report = |met: usize, missed: usize| {
        let row = ClockRow {
            clock: Kind::Resolve,
            priority: Priority::P1,
            met,
            missed,
            open: 3,
            excluded: 0,
            attained_percent: None,
        };
        ClockReport { rows: vec![row], ..ClockReport::default() }
    };
    let frozen = Frozen { clocks: report(1, 0), ..frozen(figures.clone()) };
    assert!(restated_whole(&frozen, &figures, &report(1, 0)).is_none());
    let told = restated_whole(&frozen, &figures, &report(0, 1)).expect("it differs");
    let [change] = told.changes.as_slice() else { panic!("{:?}", told.changes) };
    assert_eq!(change.figure, "clocks to resolve");
    let (was, is) = ("P1: 1 met, 0 missed", "P1: 0 met, 1 missed");
    assert_eq!((change.was.as_str(), change.is.as_str()), (was, is));
}

/// The figures of January from incidents, wherever they were read.
async fn january(db: &Db, incidents: &[Incident], now: Time) -> Figures {
    let estate = Estate::new(resources(ESTATE));
    let deals = gather::deals(&estate, now, |resource| *resource.item() == contract());
    let deal: &Deal = &deals[0];
    let facts: Vec<Arc<Facts>> = incidents.iter().map(|i| Arc::new(Facts::of(i))).collect();
    let mut conn = db.reader().await.unwrap();
    let span = (deal.agreement.start, now);
    let seen = gather::seen(&mut conn, &here(), (&estate, &agreements(&deals)), &facts, span)
        .await
        .unwrap();
    let month = periods(&deal.agreement, now).remove(0);
    figures(&deal.agreement, &month, &seen, now)
}

async fn freeze(db: &Db, frozen: Frozen, now: Time) -> Result<i64, Fault> {
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let by = Actor::Person("ada".to_owned());
            let (contract, space) = (contract(), here());
            let key = (&contract, "2026-01");
            store::freeze(tx, &space, key, (now, &by), (&frozen, "{}")).await
        })
    })
    .await
}

async fn a_period_is_frozen_once_for_each_revision(place: Place) {
    let figures = january(&place.db, &[], at("2026-02-02T00:00:00Z")).await;
    let now = at("2026-02-03T00:00:00Z");
    assert_eq!(freeze(&place.db, frozen(figures.clone()), now).await.unwrap(), 1);
    assert_eq!(freeze(&place.db, frozen(figures.clone()), now).await.unwrap(), 2);
    let mut conn = place.db.reader().await.unwrap();
    let closed = store::closed(&mut conn, &here(), &contract()).await.unwrap();
    let revisions: Vec<i64> = closed.iter().map(|closed| closed.revision).collect();
    assert_eq!(revisions, [2, 1]);
    assert_eq!((closed[0].at, closed[0].by.to_string()), (now, "person:ada".to_owned()));
    assert_eq!(closed[0].frozen.note, "month close");
    assert!(restated(&closed[0].frozen.figures, &figures).is_none(), "it reads back the same");
    let key = (&contract(), "2026-01");
    let inputs = store::inputs(&mut conn, &here(), key, 2).await.unwrap();
    assert_eq!(inputs.as_deref(), Some("{}"));
    assert_eq!(store::inputs(&mut conn, &here(), key, 3).await.unwrap(), None);
    let other: ItemRef = "servicecontract/other".parse().unwrap();
    assert!(store::closed(&mut conn, &here(), &other).await.unwrap().is_empty());
}

/// The incidents that the journal tells of, folded from its entries.
async fn folded(db: &Db) -> Vec<Incident> {
    let entries = spine::testing::whole_journal(db).await;
    let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    for stored in entries {
        let entry = &stored.entry;
        let Some(id) = engine::subject_id::<Incident>(&entry.subject) else { continue };
        let event: <Incident as Lifecycle>::Event = entry.data.read().expect("an event");
        match incidents.get_mut(&id) {
            Some(incident) => incident.apply(&event),
            None => {
                incidents.extend(Incident::born(id, &event).map(|incident| (id, incident)));
            }
        }
    }
    incidents.into_values().collect()
}

async fn a_closed_month_comes_to_the_same_from_raw_entries(place: Place) {
    let db = &place.db;
    extend(db, "one", "2026-01-01T00:00:00Z", "2026-01-20T00:00:00Z").await;
    extend(db, "two", "2026-01-20T00:10:00Z", "2026-02-20T00:00:00Z").await;
    let incident = outage(db).await;
    let degraded = Command::SetService {
        service: incidents::ServiceState::Degraded,
        from: Some(at("2026-01-10T11:30:00Z")),
        reason: "half of the orders went through".to_owned(),
    };
    let incident = ask(db, incident.id, at("2026-01-10T13:00:00Z"), degraded).await;
    let now = at("2026-02-10T00:00:00Z");
    let figures = january(db, &[incident], now).await;
    assert_eq!((figures.down_seconds, figures.unknown_seconds), (5400.0, 600.0));
    assert_eq!(figures.verdict, Verdict::Missed);
    freeze(db, frozen(figures), now).await.unwrap();

    let again = january(db, &folded(db).await, at("2026-02-19T00:00:00Z")).await;
    let mut conn = db.reader().await.unwrap();
    let closed = store::closed(&mut conn, &here(), &contract()).await.unwrap();
    assert!(restated(&closed[0].frozen.figures, &again).is_none());
    assert_eq!(closed[0].frozen.figures, as_kept(&again), "with every interval");
}

async fn a_correction_restates_what_was_frozen(place: Place) {
    let db = &place.db;
    extend(db, "one", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z").await;
    let incident = outage(db).await;
    let now = at("2026-02-10T00:00:00Z");
    let before = january(db, std::slice::from_ref(&incident), now).await;
    freeze(db, frozen(before.clone()), now).await.unwrap();
    let earlier = Command::SetTime {
        which: TimePoint::Restored,
        at: at("2026-01-10T10:30:00Z"),
        reason: "the probe was wrong".to_owned(),
    };
    let corrected = ask(db, incident.id, now + Duration::from_secs(60), earlier).await;
    let after = january(db, &[corrected], now).await;
    let told = restated(&before, &after).expect("it differs");
    let down = told.changes.iter().find(|change| change.figure == "down").unwrap();
    assert_eq!((down.was.as_str(), down.is.as_str()), ("120.0 min", "30.0 min"));
    let verdict = told.changes.iter().find(|change| change.figure == "verdict").unwrap();
    assert_eq!((verdict.was.as_str(), verdict.is.as_str()), ("missed", "kept"));
}

async fn a_burning_budget_is_down_from_when_somebody_says_so(place: Place) {
    let db = &place.db;
    extend(db, "one", "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z").await;
    let mut burns = Open::titled("the error budget burns");
    burns.alert = Some(incidents::Attach {
        alert: kernel::AlertId::from_bits(1),
        title: "the error budget burns".to_owned(),
        item: "service/checkout".parse().ok(),
        severity: incidents::Severity::Warning,
        reason: "first".to_owned(),
        started_at: None,
        assessment: None,
        potential: false,
        boundary_at: None,
        burn: true,
    });
    burns.number = 1;
    let monitor = Moment::new(at("2026-01-10T10:00:00Z"), Actor::system("stream"), 1);
    let incident = opened(db, burns, monitor).await;
    let facts = Facts::of(&incident);
    assert_eq!(facts.away_since(), None);
    let now = at("2026-01-10T14:00:00Z");
    assert_eq!(january(db, std::slice::from_ref(&incident), now).await.down_seconds, 0.0);

    let down = Command::SetService {
        service: incidents::ServiceState::Down,
        from: Some(at("2026-01-10T13:30:00Z")),
        reason: "no orders go through".to_owned(),
    };
    let incident = ask(db, incident.id, at("2026-01-10T13:45:00Z"), down).await;
    assert_eq!(Facts::of(&incident).away_since(), Some(at("2026-01-10T13:30:00Z")));
    assert_eq!(january(db, &[incident], now).await.down_seconds, 1800.0);
}

const CHECKED: &str = "
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: probe},
 spec: {item: service/checkout, indicator: {description: test orders}, target: 99}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: checked},
 spec: {type: sla, provider: team/shop, consumer: team/shop, scope: [service/checkout],
  start: '2026-01-01T00:00:00Z',
  terms: [{availability: {target: 99.9, evidence: [objective/probe]}}]}}
";

async fn counts_in_memory_follow_what_is_written_and_forgotten(place: Place) {
    use crate::practices::objectives::store as counted;
    let db = &place.db;
    let first = at("2026-01-02T00:00:00Z").micros() / 60_000_000;
    let put = async |day: i64, version: i64, good: u64| {
        let mut minutes = objectives::Buckets::new(first + day * 1_440);
        let counts = objectives::Counts::whole(good, 10);
        minutes.put(first + day * 1_440, counts).expect("a minute");
        let day = counted::Day { day: first / 1_440 + day, version, minutes };
        let work = db.write::<_, Fault, _>(move |tx| {
            let now = at("2026-01-05T00:00:00Z");
            Box::pin(async move { counted::put_day(tx, &here(), "probe", &day, now).await })
        });
        work.await.expect("it is kept");
    };
    let estate = Estate::new(resources(&format!("{ESTATE}{CHECKED}")));
    let now = at("2026-01-05T00:00:00Z");
    let deals = gather::deals(&estate, now, |_| true);
    let live = LiveCounts::default();
    let good = async || {
        let mut conn = db.reader().await.unwrap();
        let span = (at("2026-01-01T00:00:00Z"), now);
        let found =
            live.of(&mut conn, &here(), (&estate, &agreements(&deals)), span).await.unwrap();
        assert_eq!((found.len(), found[0].objective.name()), (1, "probe"));
        [0, 1].map(|day| found[0].counts.minute(first + day * 1_440).map(|counts| counts.good()))
    };
    assert_eq!(good().await, [None, None]);
    put(0, 0, 9).await;
    assert_eq!(good().await, [Some(9.0), None]);
    put(1, 0, 8).await;
    put(0, 1, 5).await;
    assert_eq!(good().await, [Some(5.0), Some(8.0)], "a day was written again");
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { counted::forget_days(tx, first / 1_440 + 1, 10).await })
    });
    work.await.expect("it is forgotten");
    assert_eq!(good().await, [None, Some(8.0)], "a day was forgotten");
}

async fn what_no_alert_was_ever_about_is_not_observed(place: Place) {
    let estate = Estate::new(resources(ESTATE));
    let items: [ItemRef; 2] =
        ["service/checkout", "component/db"].map(|item| item.parse().unwrap());
    let mut conn = place.db.reader().await.unwrap();
    assert!(store::alerted(&mut conn, &here(), &items).await.unwrap().is_empty());
    let blind = observed::unobserved(&mut conn, &here(), &estate, &items).await.unwrap();
    assert_eq!(blind, items);
    let measured = Estate::new(resources(&format!("{ESTATE}{CHECKED}")));
    let blind = observed::unobserved(&mut conn, &here(), &measured, &items).await.unwrap();
    assert_eq!(blind, items[1..], "an objective measures the service");
}

async fn a_report_is_sent_once_for_each_turn(place: Place) {
    let note = async |due: &str| {
        let due = at(due);
        let work = place.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::note_report(tx, &here(), "Managers", due).await })
        });
        work.await.expect("it is noted")
    };
    let last = async || {
        let mut conn = place.db.reader().await.unwrap();
        store::last_report(&mut conn, &here(), "Managers").await.unwrap()
    };
    assert_eq!(last().await, None);
    assert!(note("2026-02-01T06:00:00Z").await);
    assert!(!note("2026-02-01T06:00:00Z").await, "another node was faster");
    assert!(note("2026-03-01T06:00:00Z").await);
    assert_eq!(last().await, Some(at("2026-03-01T06:00:00Z")));
}

#[test]
fn contracts_that_began_long_ago_have_service_hours_then() {
    let now = at("2026-11-27T00:00:00Z");
    let years = |since: &str| hours::years(at(since), now);
    assert!(years("2001-05-01T00:00:00Z").first <= 2001);
    assert_eq!(years("2026-01-01T00:00:00Z"), years("2025-01-01T00:00:00Z"), "ten years always");
    let oldest = years("1700-01-01T00:00:00Z");
    assert!(i32::from(oldest.last) - i32::from(oldest.first) < 200, "{oldest:?}");
    assert!(oldest.last >= 2028);
}
