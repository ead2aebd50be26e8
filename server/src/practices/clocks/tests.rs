//! The store of clocks, on both databases.

use std::collections::BTreeMap;
use std::time::Duration;

use contracts::clocks::{
    Clocks, Command, Facts, Kind, Look, OnReopen, Promise, PromisedClock, Scope, Target, Working,
};
use incidents::{Incident, Open};
use kernel::{Actor, Priority, SpaceId, Time};
use spine::engine::{self, Asked};
use spine::testing::Place;
use spine::{Db, Denied, Fault, World};

use super::store::{self, CLOCKS};
use crate::MIGRATIONS;
use crate::listing::{Page, Sort};
use crate::practices::incidents::store::{self as incident_store, Filter, INCIDENTS};

spine::both!(MIGRATIONS;
    clocks_are_found_by_their_incident_and_by_what_is_due,
    what_alerts_do_not_say_yet_is_owed,
);

/// An incident whose restore clock has this target in minutes.
async fn counted(db: &Db, world: &World, minutes: u32) -> (Incident, Clocks) {
    let moment = world.moment(Actor::system("test"));
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            let asked = Asked::new(&space, &moment);
            let number = incident_store::next_number(tx, &space).await?;
            let open = Open { number, ..Open::titled("it is down".to_owned()) };
            let command = incidents::Command::Open(Box::new(open));
            let opened =
                engine::open_in(tx, &INCIDENTS, moment.id(), &command, &asked).await?.record;
            let look = Look { facts: streams::facts(&opened), promises: vec![promise(minutes)] };
            let command = Command::Look(Box::new(look));
            let done = engine::open_in(tx, &CLOCKS, moment.id(), &command, &asked).await?;
            store::set_due(tx, &space, &done.record).await?;
            Ok((opened, done.record))
        })
    });
    work.await.unwrap()
}

fn promise(minutes: u32) -> Promise {
    let target = Target::Time { seconds: 60 * minutes };
    let all = [Priority::P1, Priority::P2, Priority::P3, Priority::P4, Priority::P5];
    let definition = serde_json::from_value(serde_json::json!({"zone": "UTC", "always": true}));
    let restore = PromisedClock {
        clock: Kind::Restore,
        targets: all.map(|priority| (priority, target)).into_iter().collect::<BTreeMap<_, _>>(),
        calendar: Working { title: "Always".to_owned(), definition: definition.unwrap() },
        pauses: Vec::new(),
        on_reopen: OnReopen::Resume,
        warn_at: vec![50],
        public_only: false,
    };
    Promise {
        contract: "servicecontract/shop".parse().unwrap(),
        title: "The shop".to_owned(),
        scope: Scope::Inside,
        because: "it is hit".to_owned(),
        terms: 0,
        clocks: vec![restore],
    }
}

async fn ask(db: &Db, world: &World, clocks: &Clocks, command: Command) -> Clocks {
    let (moment, id) = (world.moment(Actor::system("test")), clocks.id);
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            engine::execute_in(tx, &CLOCKS, id, &command, &Asked::new(&space, &moment)).await
        })
    });
    work.await.unwrap().record
}

fn restored(incident: &Incident, at: Time) -> Command {
    let facts = Facts { restored: Some(at), ..streams::facts(incident) };
    Command::Look(Box::new(Look { facts, promises: vec![promise(60)] }))
}

async fn clocks_are_found_by_their_incident_and_by_what_is_due(place: Place) {
    let (db, space) = (&place.db, SpaceId::main());
    let world = World::manual(Time::from_seconds(1_772_366_400), 7);
    let (late, of_late) = counted(db, &world, 240).await;
    let (soon, of_soon) = counted(db, &world, 60).await;
    let mut conn = db.reader().await.unwrap();
    let found = store::of_incident(&mut conn, &space, soon.id).await.unwrap();
    assert_eq!(found.as_ref(), Some(&of_soon));
    let elsewhere = SpaceId::new("elsewhere");
    assert_eq!(store::of_incident(&mut conn, &elsewhere, soon.id).await.unwrap(), None);
    let live = store::live(&mut conn, &space, 10).await.unwrap();
    assert_eq!(live, [of_soon.clone(), of_late.clone()], "the next due first");
    let both = store::of_incidents(&mut conn, &space, &[late.id, soon.id]).await.unwrap();
    assert_eq!(both.len(), 2);
    assert_eq!(store::of_incidents(&mut conn, &space, &[]).await.unwrap(), []);
    let numbers = async |filter: Filter| {
        let page = Page::first(10, Sort::ascending("clock_due", true));
        let mut conn = db.reader().await.unwrap();
        let (rows, _) = incident_store::list(&mut conn, &space, &filter, &page).await.unwrap();
        rows.iter().map(|row| row.record.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers(Filter::default()).await, [2, 1]);
    let due_before = Some(world.now() + Duration::from_secs(7_200));
    assert_eq!(numbers(Filter { due_before, ..Filter::default() }).await, [2]);
    let done = ask(db, &world, &of_soon, restored(&soon, world.now())).await;
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::set_due(tx, &SpaceId::main(), &done).await })
    });
    work.await.unwrap();
    assert_eq!(numbers(Filter::default()).await, [1, 2], "what counts no more is not due");
    let live = store::live(&mut db.reader().await.unwrap(), &space, 10).await.unwrap();
    assert_eq!(live, [of_late]);
}

async fn what_alerts_do_not_say_yet_is_owed(place: Place) {
    let db = &place.db;
    let world = World::manual(Time::from_seconds(1_772_366_400), 7);
    let (incident, clocks) = counted(db, &world, 60).await;
    let owed = async || store::untold(&mut db.reader().await.unwrap()).await.unwrap();
    let tell = async |clocks: Clocks| {
        let work = db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::tell(tx, &SpaceId::main(), &clocks).await })
        });
        work.await.unwrap();
    };
    assert!(owed().await.is_empty());
    world.clock.advance(Duration::from_secs(1_800));
    let warned = ask(db, &world, &clocks, Command::Tick {}).await;
    let untold = owed().await;
    assert_eq!((untold.len(), untold[0].told.len()), (1, 0));
    tell(warned).await;
    assert!(owed().await.is_empty());
    world.clock.advance(Duration::from_secs(1_800));
    let missed = ask(db, &world, &clocks, Command::Tick {}).await;
    assert_eq!(owed().await[0].told[0].share, Some(50), "the warning was told, and is over");
    tell(missed.clone()).await;
    ask(db, &world, &missed, restored(&incident, world.now())).await;
    assert_eq!(owed().await[0].told[0].share, None, "the breach was told, and is over");
}
