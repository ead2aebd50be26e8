//! Text messages that were taken, on both databases.

use std::time::Duration;

use kernel::{SpaceId, Time};
use spine::testing::Place;
use spine::{Db, Fault};

use super::store;
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    a_message_is_taken_once_and_forgotten_in_the_end,
    the_list_is_never_read_from_further_back,
);

const NOON: Time = Time::from_seconds(1_772_366_400);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn take(db: &Db, message: &'static str, number: Option<&'static str>) -> bool {
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::take(tx, &SpaceId::main(), (message, number), NOON).await })
    });
    work.await.unwrap()
}

async fn answered(db: &Db, since: Time) -> i64 {
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::answered(tx, &SpaceId::main(), "+49170", since).await })
    });
    work.await.unwrap()
}

async fn a_message_is_taken_once_and_forgotten_in_the_end(place: Place) {
    let db = &place.db;
    assert!(take(db, "SM1", Some("+49170")).await);
    assert!(!take(db, "SM1", Some("+49170")).await);
    assert!(take(db, "SM2", None).await, "a number that is told nothing is not kept");
    assert_eq!((answered(db, NOON).await, answered(db, NOON + DAY).await), (1, 0));
    let taken = async || {
        let mut conn = db.reader().await.unwrap();
        store::is_taken(&mut conn, &SpaceId::main(), "SM1").await.unwrap()
    };
    for (before, known) in [(NOON, true), (NOON + DAY, false)] {
        let work = db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::forget(tx, &SpaceId::main(), before).await })
        });
        work.await.unwrap();
        assert_eq!(taken().await, known);
    }
    let mut conn = db.reader().await.unwrap();
    let none = store::of_number(&mut conn, &SpaceId::main(), 7).await;
    assert!(none.unwrap().is_empty());
    assert!(store::of_open(&mut conn, &SpaceId::main(), 5).await.unwrap().is_empty());
}

async fn the_list_is_never_read_from_further_back(place: Place) {
    let read = async || {
        let mut conn = place.db.reader().await.unwrap();
        store::read_until(&mut conn, &SpaceId::main()).await.unwrap()
    };
    assert_eq!(read().await, None);
    for (until, kept) in [(NOON, NOON), (NOON + DAY, NOON + DAY), (NOON, NOON + DAY)] {
        let work = place.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::put_read_until(tx, &SpaceId::main(), until).await })
        });
        work.await.unwrap();
        assert_eq!(read().await, Some(kept));
    }
}
