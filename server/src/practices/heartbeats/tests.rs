//! The store of heartbeats, on both databases.

use heartbeats::{Command, Heartbeat, Plan};
use kernel::{Actor, SpaceId, Time};
use spine::engine::{self, Asked, Versioned};
use spine::testing::Place;
use spine::{Db, Denied, Fault, World};

use super::store::{self, HEARTBEATS};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    times_in_which_one_was_missed_that_watches_something_are_found,
    a_heartbeat_is_found_by_name_and_by_secret_until_it_is_removed,
    what_its_alert_does_not_say_yet_is_owed,
);

async fn made(db: &Db, world: &World, name: &'static str) -> Heartbeat {
    let moment = world.moment(Actor::system("test"));
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let plan = Plan {
                interval_seconds: 60,
                grace_seconds: 0,
                severity: "error".to_owned(),
                description: String::new(),
                item: None,
                watches: Vec::new(),
                labels: Default::default(),
            };
            let (space, id) = (SpaceId::main(), moment.id());
            let command = Command::Create { name: name.to_owned(), plan };
            let asked = Asked::new(&space, &moment);
            let done = engine::open_in(tx, &HEARTBEATS, id, &command, &asked).await?;
            store::set_secret(tx, &space, id, &format!("hash of {name} {id}")).await?;
            Ok(done.record)
        })
    });
    work.await.unwrap()
}

async fn ask(db: &Db, world: &World, heartbeat: &Heartbeat, command: Command) -> Heartbeat {
    let (moment, id) = (world.moment(Actor::system("test")), heartbeat.id);
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            let asked = Asked::new(&space, &moment);
            engine::execute_in(tx, &HEARTBEATS, id, &command, &asked).await
        })
    });
    work.await.unwrap().record
}

async fn a_heartbeat_is_found_by_name_and_by_secret_until_it_is_removed(place: Place) {
    let (db, space) = (&place.db, SpaceId::main());
    let world = World::manual(Time::from_seconds(1_000_000), 7);
    let first = made(db, &world, "backup").await;
    let cron = made(db, &world, "cron").await;
    let mut conn = db.reader().await.unwrap();
    let found = store::by_name(&mut conn, &space, "backup").await.unwrap().unwrap();
    assert_eq!(found.record, first);
    let (_, found) =
        store::by_secret(&mut conn, &format!("hash of cron {}", cron.id)).await.unwrap().unwrap();
    assert_eq!(found.record.name, "cron");
    assert_eq!(store::list(&mut conn, &space).await.unwrap().len(), 2);
    assert!(store::by_name(&mut conn, &SpaceId::new("other"), "cron").await.unwrap().is_none());
    drop(conn);
    ask(db, &world, &first, Command::Remove {}).await;
    let again = made(db, &World::manual(Time::from_seconds(1_000_001), 8), "backup").await;
    assert_ne!(again.id, first.id, "its name is free");
    let mut conn = db.reader().await.unwrap();
    assert_eq!(store::list(&mut conn, &space).await.unwrap().len(), 2);
}

async fn what_its_alert_does_not_say_yet_is_owed(place: Place) {
    let db = &place.db;
    let world = World::manual(Time::from_seconds(1_000_000), 7);
    let heartbeat = made(db, &world, "backup").await;
    let owed = async || store::untold(&mut db.reader().await.unwrap()).await.unwrap();
    let tell = async |heartbeat: Heartbeat| {
        let work = db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::tell(tx, &SpaceId::main(), &heartbeat).await })
        });
        work.await.unwrap();
    };
    ask(db, &world, &heartbeat, Command::Ping {}).await;
    assert!(owed().await.is_empty());
    world.clock.advance(std::time::Duration::from_secs(61));
    let missed = ask(db, &world, &heartbeat, Command::Tick {}).await;
    assert_eq!(owed().await.len(), 1);
    tell(missed.clone()).await;
    assert!(owed().await.is_empty());
    let back = ask(db, &world, &heartbeat, Command::Ping {}).await;
    assert_eq!(owed().await.len(), 1, "it is back, and its alert still says otherwise");
    tell(back.clone()).await;
    assert!(owed().await.is_empty());
    let stale = Versioned { record: back, version: 1 };
    let lost = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::refresh(tx, &SpaceId::main(), &stale).await })
    });
    assert!(matches!(lost.await, Err(Fault::Race)), "a ping that was overtaken is tried again");
}

async fn times_in_which_one_was_missed_that_watches_something_are_found(place: Place) {
    let (db, space) = (&place.db, SpaceId::main());
    let world = World::manual(Time::from_seconds(1_000_000), 7);
    let heartbeat = made(db, &world, "prometheus").await;
    let gaps = async || store::gaps(&mut db.reader().await.unwrap(), &space).await.unwrap();
    let watches = vec!["service/web".parse().unwrap()];
    let plan = Plan { watches, ..heartbeat.plan.clone() };
    ask(db, &world, &heartbeat, Command::Edit { plan }).await;
    ask(db, &world, &heartbeat, Command::Ping {}).await;
    assert!(gaps().await.is_empty());
    world.clock.advance(std::time::Duration::from_secs(61));
    ask(db, &world, &heartbeat, Command::Tick {}).await;
    let found = gaps().await;
    assert_eq!((found.len(), found[0].0.as_str()), (1, "prometheus"));
    assert_eq!((found[0].1.from, found[0].1.until), (Time::from_seconds(1_000_000), None));
    ask(db, &world, &heartbeat, Command::Remove {}).await;
    assert_eq!(gaps().await.len(), 1, "also of what was removed");
    let other = SpaceId::new("other");
    assert!(store::gaps(&mut db.reader().await.unwrap(), &other).await.unwrap().is_empty());
}
