//! Every query of the practices on both databases: what is written reads back, and nothing is seen
//! from another space.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::alerts::{Alert, Change, Found, Labels, Policy, Signal, take_batch};
use ::incidents::expected::{self, Expect};
use ::incidents::{Attach, Command, Incident, Open, Severity};
use ::oncall::{Contact, Page, Start, Step, Summary};
use kernel::{Actor, IncidentId, ItemRef, Moment, PageId, Priority, SpaceId, Time};
use spine::engine::{self, Asked};
use spine::testing::Place;
use spine::{Db, Fault};

use super::alerts::store::{self as alert_store, Refreshed};
use super::estate::store as estate_store;
use super::incidents::expected::store::{self as expected_store, EXPECTED};
use super::incidents::store::{self as incident_store, Among, Filter, INCIDENTS, Warning};
use super::oncall::store::{self as page_store, PAGES};
use crate::MIGRATIONS;
use crate::listing::{self, Sort};

spine::both!(MIGRATIONS;
    alerts_read_back_and_stay_in_their_space,
    an_alert_of_an_older_version_is_a_lost_race,
    refreshes_are_kept_down_to_the_newest,
    incidents_are_found_by_item_alert_period_and_nearness,
    incident_numbers_count_up_in_each_space,
    pages_are_found_by_their_incident,
    resources_keep_their_past_and_who_manages_them,
    expected_alerts_are_found_by_alert_and_window,
    warnings_and_children_are_found,
);

const NOON: Time = Time::from_seconds(1_772_366_400);

fn elsewhere() -> SpaceId {
    SpaceId::new("elsewhere")
}

fn moment(seed: u128) -> Moment {
    Moment::new(NOON, Actor::system("test"), seed)
}

fn item(text: &str) -> ItemRef {
    text.parse().expect("an item")
}

/// The alert that a first signal with this name makes.
fn fired(name: &str, seed: u128) -> Change {
    let signal = Signal {
        source: Arc::from("test"),
        key: None,
        rule: None,
        labels: Labels::new([("alertname", name)]),
        annotations: Labels::new([("summary", "it is down")]),
        starts_at: None,
        ends_at: None,
        generator_url: "".into(),
    };
    let taken =
        take_batch(&[signal], &|_| None, &|_| Found::default(), &moment(seed), &Policy::default());
    taken.changes.into_iter().next().expect("a signal makes an alert")
}

async fn insert(db: &Db, alerts: &[Alert]) {
    let alerts = alerts.to_vec();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let alerts: Vec<&Alert> = alerts.iter().collect();
            let row = |alert: &&Alert| alert_store::row_of_new(&SpaceId::main(), alert);
            let rows = alerts.iter().map(row).collect::<Result<_, _>>()?;
            alert_store::insert(tx, rows).await
        })
    })
    .await
    .expect("new alerts are stored");
}

async fn update(db: &Db, alert: &Alert, version: i64) -> Result<(), Fault> {
    let alert = alert.clone();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let row = alert_store::row_of_changed(&SpaceId::main(), &alert, version)?;
            alert_store::update(tx, vec![row]).await
        })
    })
    .await
}

async fn alerts_read_back_and_stay_in_their_space(place: Place) {
    // More than one statement takes.
    let alerts: Vec<Alert> = (0..150).map(|n| fired(&format!("A{n}"), n).alert).collect();
    insert(&place.db, &alerts).await;
    let mut closed = alerts[7].clone();
    closed.stage = ::alerts::Stage::Closed;
    update(&place.db, &closed, 1).await.expect("it is at version 1");

    let mut conn = place.db.reader().await.expect("a connection");
    let (here, there) = (SpaceId::main(), elsewhere());
    let found = alert_store::by_id(&mut conn, &here, &[alerts[3].id]).await.unwrap();
    assert_eq!(found[0].record, alerts[3]);
    let print = [closed.fingerprint];
    let found = alert_store::by_fingerprint(&mut conn, &here, &print).await.unwrap();
    assert_eq!(found[0].record, closed);
    assert!(alert_store::by_fingerprint(&mut conn, &there, &print).await.unwrap().is_empty());
    assert!(alert_store::by_id(&mut conn, &there, &[alerts[3].id]).await.unwrap().is_empty());
    assert_eq!(alert_store::open(&mut conn).await.unwrap().len(), 149);
    assert_eq!(alert_store::closed(&mut conn, &here, "", 10).await.unwrap()[0].record, closed);
    assert!(alert_store::closed(&mut conn, &there, "", 10).await.unwrap().is_empty());
    assert_eq!(alert_store::count_closed(&mut conn, &here).await.unwrap(), 1);
    assert_eq!(alert_store::count_closed(&mut conn, &there).await.unwrap(), 0);
}

async fn an_alert_of_an_older_version_is_a_lost_race(place: Place) {
    let alert = fired("A", 1).alert;
    insert(&place.db, std::slice::from_ref(&alert)).await;
    update(&place.db, &alert, 1).await.expect("it is at version 1");
    assert!(matches!(update(&place.db, &alert, 1).await, Err(Fault::Race)));
}

async fn refreshes_are_kept_down_to_the_newest(place: Place) {
    let (first, second) = (fired("A", 1), fired("B", 2));
    for seconds in [10, 20] {
        let at = NOON + Duration::from_secs(seconds);
        let refreshed: Vec<Refreshed> = [&first, &second]
            .map(|change| Refreshed { seen_micros: at.micros(), ..Refreshed::of(change, None) })
            .into();
        let log = async |refreshed: Vec<Refreshed>| {
            let work = place.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    alert_store::log_refreshes(tx, &SpaceId::main(), at, &refreshed).await
                })
            });
            work.await.expect("refreshes are logged");
        };
        log(refreshed).await;
    }
    let kept = first.alert.id;
    let compacted = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            alert_store::compact_refreshes(tx, NOON, &|refresh| refresh.id == kept).await
        })
    });
    assert_eq!(compacted.await.expect("the log is compacted"), 1);
    let mut conn = place.db.reader().await.expect("a connection");
    let logged = alert_store::refreshes_since(&mut conn, NOON).await.unwrap();
    let left: Vec<&Refreshed> = logged.iter().flat_map(|batch| &batch.refreshed).collect();
    assert_eq!(left.len(), 1);
    assert_eq!((left[0].id, left[0].seen_micros), (kept, NOON.micros() + 20_000_000));
}

/// Opens an incident on an item, with an alert as its first member.
async fn open_incident(db: &Db, name: &str, seed: u128) -> Incident {
    let alert = fired(name, seed).alert.id;
    let mut open = Open::titled(name);
    open.alert = Some(Attach {
        alert,
        title: name.to_owned(),
        item: Some(item("service/orders")),
        severity: Severity::Critical,
        reason: "first".to_owned(),
        started_at: None,
        assessment: None,
        potential: false,
        boundary_at: None,
        burn: false,
    });
    db.write::<_, spine::Denied, _>(move |tx| {
        Box::pin(async move {
            let moment = moment(seed);
            let id: IncidentId = moment.id();
            let space = SpaceId::main();
            open.number = incident_store::next_number(tx, &space).await?;
            let command = Command::Open(Box::new(open));
            let asked = Asked::new(&space, &moment);
            Ok(engine::open_in(tx, &INCIDENTS, id, &command, &asked).await?.record)
        })
    })
    .await
    .expect("an incident opens")
}

async fn incidents_are_found_by_item_alert_period_and_nearness(place: Place) {
    let incident = open_incident(&place.db, "Down", 5).await;
    let alert = incident.members[0].alert;
    let mut conn = place.db.reader().await.expect("a connection");
    let (here, there) = (SpaceId::main(), elsewhere());
    for tag in ["item:service/orders".to_owned(), format!("alert:{alert}")] {
        let found = incident_store::of_tag(&mut conn, &here, &tag).await.unwrap();
        assert_eq!(found, [incident.id], "{tag}");
        assert!(incident_store::of_tag(&mut conn, &there, &tag).await.unwrap().is_empty());
    }
    let (orders, shop) = (item("service/orders"), item("service/shop"));
    let kin = |of: &ItemRef| Among::Kin(of.clone(), BTreeSet::from([orders.clone(), shop.clone()]));
    let alone = Among::Kin(shop.clone(), BTreeSet::from([shop.clone()]));
    let later = NOON + Duration::from_secs(3600);
    for (space, among, after, found) in [
        (&here, kin(&orders), NOON, 1),
        (&here, kin(&orders), later, 1), // hits the item itself
        (&here, kin(&shop), NOON, 1),
        (&here, kin(&shop), later, 0),
        (&here, alone, NOON, 0),
        (&here, Among::WithoutItem, NOON, 0),
        (&here, Among::All(None), NOON, 1),
        (&here, Among::All(None), later, 0),
        (&here, Among::All(Some(orders.clone())), later, 1),
        (&there, Among::All(None), NOON, 0),
    ] {
        let near = incident_store::near(&mut conn, space, &among, after).await.unwrap();
        assert_eq!(near.len(), found, "{among:?} of {space:?}");
    }
    let day = (NOON, NOON + Duration::from_secs(86_400));
    let found = incident_store::in_period(&mut conn, &here, day.0, day.1).await.unwrap();
    assert_eq!(found, std::slice::from_ref(&incident));
    assert!(incident_store::in_period(&mut conn, &there, day.0, day.1).await.unwrap().is_empty());
    let broken = incident_store::broken_items(&mut conn, &here).await.unwrap();
    assert_eq!(broken.len(), 1);
    assert_eq!((&broken[0].item, broken[0].stage), (&orders, incident.stage));
    assert!(incident_store::broken_items(&mut conn, &there).await.unwrap().is_empty());
    assert_eq!(incident_store::open(&mut conn, &here).await.unwrap()[0].record, incident);
    let counts = incident_store::counts(&mut conn, &here).await.unwrap();
    assert_eq!(counts, [("detect".to_owned(), incident.priority.to_string(), 1)]);
    assert!(incident_store::counts(&mut conn, &there).await.unwrap().is_empty());
}

async fn incident_numbers_count_up_in_each_space(place: Place) {
    let number = async |space: SpaceId| {
        let work = place.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { incident_store::next_number(tx, &space).await })
        });
        work.await.expect("a number")
    };
    let drawn = [
        number(SpaceId::main()).await,
        number(SpaceId::main()).await,
        number(elsewhere()).await,
        number(SpaceId::main()).await,
    ];
    assert_eq!(drawn, [1, 2, 1, 3]);
}

async fn pages_are_found_by_their_incident(place: Place) {
    let incident = open_incident(&place.db, "Down", 6).await;
    let contact = Contact {
        contact: item("person/ada"),
        channel: "email".to_owned(),
        target: "ada@example.org".to_owned(),
        after_seconds: 0,
    };
    let start = Start {
        incident: incident.id,
        meant_for: Default::default(),
        policy: item("escalationpolicy/ops"),
        turn: None,
        steps: vec![Step {
            targets: Vec::new(),
            rotate: false,
            contacts: vec![contact],
            wait_seconds: 300,
        }],
        repeat: 0,
        begin_at: None,
        acknowledge_timeout_seconds: None,
        summary: Summary {
            number: incident.number,
            title: incident.title.clone(),
            priority: Priority::P1,
            service: None,
            url_path: "/incidents/x".to_owned(),
        },
    };
    let work = place.db.write::<_, spine::Denied, _>(move |tx| {
        Box::pin(async move {
            let (moment, space) = (moment(8), SpaceId::main());
            let id: PageId = moment.id();
            let command = ::oncall::Command::Start(Box::new(start));
            let asked = Asked::new(&space, &moment);
            Ok(engine::open_in::<Page>(tx, &PAGES, id, &command, &asked).await?.record)
        })
    });
    let page = work.await.expect("a page opens");
    let mut conn = place.db.reader().await.expect("a connection");
    let (here, there) = (SpaceId::main(), elsewhere());
    let found = page_store::of_incident(&mut conn, &here, incident.id).await.unwrap();
    assert_eq!(found[0].record, page);
    assert!(page_store::of_incident(&mut conn, &there, incident.id).await.unwrap().is_empty());
    assert_eq!(page_store::count(&mut conn, &here, "ringing").await.unwrap(), 1);
    assert_eq!(page_store::count(&mut conn, &there, "ringing").await.unwrap(), 0);
    let later = NOON + Duration::from_secs(1);
    let started = page_store::started_between(&mut conn, &here, NOON, later).await.unwrap();
    assert_eq!(started, [(page.started_at, incident.id)]);
    assert!(page_store::started_between(&mut conn, &here, later, later).await.unwrap().is_empty());
    let open = page_store::of_open_incidents(&mut conn, &here).await.unwrap();
    assert_eq!((open.len(), &open[0].record), (1, &page));
    assert!(page_store::of_open_incidents(&mut conn, &there).await.unwrap().is_empty());
    let naming = async |space: &SpaceId, person: &str| {
        let mut conn = place.db.reader().await.expect("a connection");
        page_store::waiting_that_name(&mut conn, space, &item(person)).await.unwrap()
    };
    let called = page.steps[0].contacts[0].contact.as_str();
    assert_eq!(naming(&here, called).await, std::slice::from_ref(&page));
    assert!(naming(&there, called).await.is_empty());
    assert!(naming(&here, "person/nobody").await.is_empty());
}

fn of_file(resource: ::estate::Resource) -> ::estate::Stored {
    let file = "estate.yaml".to_owned();
    let applied = ::estate::Applied { resource: resource.clone(), file, taken_over: false };
    ::estate::Stored { resource, applied: Some(applied) }
}

async fn resources_keep_their_past_and_who_manages_them(place: Place) {
    let site = |address: &str| {
        let document = serde_json::json!({
            "apiVersion": "operate/v1", "kind": "Site", "metadata": { "name": "north" },
            "spec": { "address": address },
        });
        ::estate::from_json(&document).expect("a site")
    };
    let (old, new) = (site("Old Street"), site("New Street"));
    let (first, second) = (old.clone(), new.clone());
    let later = NOON + Duration::from_secs(60);
    let work = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let here = SpaceId::main();
            estate_store::put(tx, &here, &of_file(first), NOON).await?;
            let by_hand = ::estate::Stored { resource: second.clone(), applied: None };
            estate_store::put(tx, &here, &by_hand, later).await?;
            estate_store::adopt(tx, &here, &of_file(second)).await
        })
    });
    work.await.expect("resources are stored");
    let (here, there, north) = (SpaceId::main(), elsewhere(), item("site/north"));
    let mut conn = place.db.reader().await.expect("a connection");
    let kept = estate_store::one(&mut conn, &here, &north).await.unwrap().expect("it is there");
    assert_eq!((kept.version, &kept.stored.resource), (2, &new));
    assert_eq!(kept.stored, of_file(new.clone()), "files say so now");
    assert_eq!(estate_store::as_of(&mut conn, &here, NOON).await.unwrap(), [old]);
    assert_eq!(estate_store::as_of(&mut conn, &here, later).await.unwrap(), [new]);
    assert!(estate_store::as_of(&mut conn, &there, later).await.unwrap().is_empty());
    let held = async |until: Time| {
        let mut conn = place.db.reader().await.expect("a connection");
        let found = estate_store::held_between(&mut conn, &here, "site", (NOON, until)).await;
        found.unwrap().into_iter().map(|version| version.held.from).collect::<Vec<_>>()
    };
    assert_eq!(held(later).await, [NOON.micros()], "the second one came at its end");
    let after = later + Duration::from_secs(1);
    assert_eq!(held(after).await, [later.micros(), NOON.micros()], "what is there first");
    assert!(estate_store::one(&mut conn, &there, &north).await.unwrap().is_none());
    assert!(estate_store::all(&mut conn, &there).await.unwrap().is_empty());
    let unknown = item("service/nowhere");
    let some = [unknown, north.clone()];
    assert_eq!(estate_store::some(&mut conn, &here, &some).await.unwrap().len(), 1);
    assert!(estate_store::some(&mut conn, &there, &some).await.unwrap().is_empty());
    assert_eq!(estate_store::spaces(&mut conn).await.unwrap(), [SpaceId::main()]);
    drop(conn);
    let gone = north.clone();
    let work = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let later = later + Duration::from_secs(60);
            estate_store::delete(tx, &SpaceId::main(), &gone, later).await
        })
    });
    work.await.expect("it is deleted");
    let mut conn = place.db.reader().await.expect("a connection");
    assert!(estate_store::all(&mut conn, &here).await.unwrap().is_empty());
    assert_eq!(estate_store::as_of(&mut conn, &here, later).await.unwrap().len(), 1);
}

async fn expected_alerts_are_found_by_alert_and_window(place: Place) {
    let (here, there) = (SpaceId::main(), elsewhere());
    let expect = |alert: u128| Expect {
        alert: kernel::AlertId::from_bits(alert),
        title: "it is down".to_owned(),
        item: item("service/shop"),
        window: item("maintenancewindow/disks"),
        root: item("component/db"),
        because: "service/shop depends on component/db, which is worked on".to_owned(),
        reason: "new disks".to_owned(),
        until: NOON,
    };
    let space = here.clone();
    place
        .db
        .write::<_, spine::Denied, _>(move |tx| {
            Box::pin(async move {
                for number in [1, 2] {
                    let moment = moment(number);
                    let asked = Asked::new(&space, &moment);
                    let command = expected::Command::Expect(Box::new(expect(number)));
                    let id = kernel::ExpectedId::from_bits(number);
                    engine::open_in(tx, &EXPECTED, id, &command, &asked).await?;
                }
                let moment = moment(3);
                let asked = Asked::new(&space, &moment);
                let first = kernel::ExpectedId::from_bits(1);
                engine::execute_in(tx, &EXPECTED, first, &expected::Command::Clear {}, &asked)
                    .await?;
                Ok(())
            })
        })
        .await
        .expect("they are stored");
    let mut conn = place.db.reader().await.unwrap();
    let (cleared, window) = (kernel::AlertId::from_bits(1), item("maintenancewindow/disks"));
    assert_eq!(expected_store::of_alert(&mut conn, &here, cleared).await.unwrap().len(), 1);
    assert!(expected_store::of_alert(&mut conn, &there, cleared).await.unwrap().is_empty());
    for found in [
        expected_store::by_window(&mut conn, &here, &window).await.unwrap(),
        expected_store::open(&mut conn, &here).await.unwrap(),
    ] {
        let alerts: Vec<u128> = found.iter().map(|found| found.expect.alert.bits()).collect();
        assert_eq!(alerts, [2], "what is over is not expected any more");
    }
    assert!(expected_store::by_window(&mut conn, &there, &window).await.unwrap().is_empty());
    assert!(expected_store::open(&mut conn, &there).await.unwrap().is_empty());
}

async fn warnings_and_children_are_found(place: Place) {
    let here = SpaceId::main();
    let space = here.clone();
    place
        .db
        .write::<_, spine::Denied, _>(move |tx| {
            Box::pin(async move {
                for number in [1, 2] {
                    let moment = moment(number);
                    let asked = Asked::new(&space, &moment);
                    let mut open = Open::titled("it is down");
                    open.number = u64::try_from(number).unwrap_or_default();
                    let command = Command::Open(Box::new(open));
                    let id = IncidentId::from_bits(number);
                    engine::open_in(tx, &INCIDENTS, id, &command, &asked).await?;
                }
                let later = NOON + Duration::from_secs(600);
                let moment = Moment::new(later, Actor::system("clockwork"), 9);
                let asked = Asked::new(&space, &moment);
                let (first, second) = (IncidentId::from_bits(1), IncidentId::from_bits(2));
                engine::execute_in(tx, &INCIDENTS, first, &Command::Tick {}, &asked).await?;
                let hangs = Command::SetParent { parent: Some(first), number: 1 };
                engine::execute_in(tx, &INCIDENTS, second, &hangs, &asked).await?;
                Ok(())
            })
        })
        .await
        .expect("they are stored");
    let mut conn = place.db.reader().await.unwrap();
    let mut listed = async |filter: Filter| -> Vec<u64> {
        let page = listing::Page::first(10, Sort::ascending("number", true));
        let (rows, _) = incident_store::list(&mut conn, &here, &filter, &page).await.unwrap();
        rows.iter().map(|row| row.record.number).collect()
    };
    let warned = Filter { warnings: vec![Warning::Unassigned], ..Filter::default() };
    assert_eq!(listed(warned).await, [1]);
    let failed = Filter { warnings: vec![Warning::CheckFailed], ..Filter::default() };
    assert!(listed(failed).await.is_empty());
    let parent = Some(IncidentId::from_bits(1));
    assert_eq!(listed(Filter { parent, ..Filter::default() }).await, [2]);
    let tag = incident_store::parent_tag(IncidentId::from_bits(1));
    let found = incident_store::of_tag(&mut conn, &SpaceId::main(), &tag).await.unwrap();
    assert_eq!(found, [IncidentId::from_bits(2)]);
    let (all, page) = (Filter::default(), listing::Page::first(1, Sort::ascending("number", true)));
    let (mut rows, _) =
        incident_store::list(&mut conn, &SpaceId::main(), &all, &page).await.unwrap();
    let first = rows.remove(0).record;
    assert_eq!(incident_store::warnings(&first), [Warning::Unassigned]);
}
