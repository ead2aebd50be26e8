//! Calendars of layers in the database, on both databases.

use std::collections::BTreeSet;
use std::time::Duration;

use estate::FedShift;
use kernel::{ItemRef, SpaceId, Time};
use spine::testing::Place;
use spine::{Db, Denied, Fault};

use super::store;
use super::{Kept, Known, LayerRef};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS; a_calendar_is_read_by_one_and_keeps_what_it_said_while_it_fails);

const NOON: Time = Time::from_seconds(1_772_366_400);

fn of() -> LayerRef {
    LayerRef { schedule: "schedule/shop".parse().unwrap(), layer: "first".to_owned() }
}

async fn known(db: &Db) -> Vec<Known> {
    let mut conn = db.reader().await.unwrap();
    store::of_schedule(&mut conn, &SpaceId::main(), &of().schedule).await.unwrap()
}

async fn want(db: &Db, print: &'static str) {
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::want(tx, &SpaceId::main(), &of(), print, NOON).await })
    });
    work.await.unwrap();
}

async fn take(db: &Db, now: Time) -> usize {
    let again = now + Duration::from_secs(900);
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::take(tx, &SpaceId::main(), (now, again), 9).await })
    });
    work.await.unwrap().len()
}

async fn a_calendar_is_read_by_one_and_keeps_what_it_said_while_it_fails(place: Place) {
    let db = &place.db;
    want(db, "one").await;
    assert_eq!((take(db, NOON).await, take(db, NOON).await), (1, 0));
    let person: ItemRef = "person/ada".parse().unwrap();
    let shift = FedShift { start: NOON, end: NOON + Duration::from_secs(60), person };
    let kept = Kept { shifts: vec![shift.clone()], ..Kept::default() };
    let after = Known { kept, ..known(db).await.remove(0) };
    let failing = after.clone();
    let work = db.write::<_, Denied, _>(move |tx| {
        let after = after.clone();
        Box::pin(async move {
            assert!(store::read(tx, &SpaceId::main(), &after, NOON).await?);
            let other = Known { print: "other".to_owned(), ..after };
            assert!(!store::read(tx, &SpaceId::main(), &other, NOON).await?, "read elsewhere");
            Ok(())
        })
    });
    work.await.unwrap();
    let work = db.write::<_, Fault, _>(move |tx| {
        let failing = failing.clone();
        Box::pin(async move {
            let again = NOON + Duration::from_secs(60);
            store::failed(tx, &SpaceId::main(), &failing, ("away", NOON, again)).await
        })
    });
    work.await.unwrap();
    let found = known(db).await.remove(0);
    assert_eq!((found.failures, found.failure.as_deref()), (1, Some("away")));
    assert_eq!((found.read_at, found.failing_since), (Some(NOON), Some(NOON)));
    let mut conn = db.reader().await.unwrap();
    let fed = store::fed(&mut conn, &SpaceId::main()).await.unwrap();
    assert_eq!(fed[&of().schedule]["first"], [shift]);
    assert_eq!(store::all(&mut conn, &SpaceId::main()).await.unwrap(), [found]);
    drop(conn);
    assert_eq!(take(db, NOON + Duration::from_secs(60)).await, 1, "it is tried again soon");
    // At another address what was said holds until that one is read.
    want(db, "two").await;
    let found = known(db).await.remove(0);
    assert_eq!((found.failures, found.kept.shifts.len()), (0, 1));
    let gone = BTreeSet::from([of().schedule]);
    let work = db.write::<_, Fault, _>(move |tx| {
        let gone = gone.clone();
        Box::pin(async move { store::forget(tx, &SpaceId::main(), &gone).await })
    });
    work.await.unwrap();
    assert!(known(db).await.is_empty());
}
