//! The store of browsers, on both databases.

use kernel::{ItemRef, SpaceId, Time};
use spine::testing::Place;
use spine::{Db, Fault};

use super::{Device, free_name, store};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    browsers_are_found_by_person_and_print_and_stay_in_their_space,
);

const NOON: Time = Time::from_seconds(1_772_366_400);

fn person(name: &str) -> ItemRef {
    ItemRef::new("person", name).unwrap()
}

fn device(name: &str, print: &str) -> Device {
    Device { name: name.to_owned(), print: print.to_owned(), created_at: NOON }
}

async fn insert(db: &Db, space: &SpaceId, who: &ItemRef, device: &Device) -> bool {
    let (space, who, device) = (space.clone(), who.clone(), device.clone());
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::insert(tx, &space, &who, &device, "sealed").await })
    });
    work.await.unwrap()
}

async fn delete(db: &Db, space: &SpaceId, who: &ItemRef, name: &'static str) -> bool {
    let (space, who) = (space.clone(), who.clone());
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::delete(tx, &space, &who, name).await })
    });
    work.await.unwrap()
}

async fn browsers_are_found_by_person_and_print_and_stay_in_their_space(place: Place) {
    let (db, here, there) = (&place.db, SpaceId::main(), SpaceId::new("elsewhere"));
    let (ada, bob) = (person("ada"), person("bob"));
    let firefox = device("Firefox on Linux", "p1");
    assert!(insert(db, &here, &ada, &firefox).await);
    assert!(insert(db, &here, &bob, &device("Firefox on Linux", "p2")).await);
    assert!(!insert(db, &here, &ada, &device("Firefox on Linux", "p3")).await, "one of a name");
    assert!(!insert(db, &here, &ada, &device("Telephone", "p2")).await, "a browser is one's");
    let mut conn = db.reader().await.unwrap();
    assert_eq!(store::of_person(&mut conn, &here, &ada).await.unwrap(), [firefox]);
    let all = store::all(&mut conn, &here).await.unwrap();
    assert_eq!(all.keys().collect::<Vec<_>>(), [&ada, &bob]);
    let found = store::by_print(&mut conn, &here, "p2").await.unwrap();
    assert_eq!(found, Some((bob, "Firefox on Linux".to_owned())));
    let sealed = store::sealed(&mut conn, &here, &ada, "Firefox on Linux").await.unwrap();
    assert_eq!(sealed.as_deref(), Some("sealed"));
    assert!(store::all(&mut conn, &there).await.unwrap().is_empty());
    drop(conn);
    assert!(!delete(db, &there, &ada, "Firefox on Linux").await);
    assert!(delete(db, &here, &ada, "Firefox on Linux").await);
    let mut conn = db.reader().await.unwrap();
    assert_eq!(store::sealed(&mut conn, &here, &ada, "Firefox on Linux").await.unwrap(), None);
}

#[test]
fn a_second_browser_of_a_name_gets_a_number() {
    let known = [device("Safari", "a"), device("Safari 2", "b")];
    assert_eq!(free_name("Chromium", &known), "Chromium");
    assert_eq!(free_name("Safari", &known), "Safari 3");
}
