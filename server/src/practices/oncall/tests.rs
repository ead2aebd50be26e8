//! What surrounds shifts in the database, on both databases.

use std::collections::BTreeMap;

use ::oncall::notices::Watch;
use std::time::Duration;

use kernel::{Actor, ItemRef, SpaceId, Time};
use spine::engine::Versioned;
use spine::testing::Place;
use spine::{Db, Fault, World};

use super::gaps::Said;
use super::handover::ShiftNote;
use super::store::{self, Feed};
use crate::MIGRATIONS;
use crate::access::token::{Secret, fits};
use crate::practices::estate::store as resources;

spine::both!(MIGRATIONS;
    a_feed_is_found_by_its_id_and_by_its_owner_until_it_is_replaced_or_revoked,
    the_last_change_of_a_kind_counts_what_was_deleted,
    what_was_told_of_shifts_is_kept_by_one_process_alone,
    notes_belong_to_their_turn,
    what_alerts_of_gaps_say_replaces_what_they_said,
    pages_that_nobody_answered_are_found,
);

fn item(text: &str) -> ItemRef {
    text.parse().unwrap()
}

async fn put(db: &Db, feed: Feed) {
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::put_feed(tx, &SpaceId::main(), &feed).await })
    });
    work.await.unwrap();
}

async fn a_feed_is_found_by_its_id_and_by_its_owner_until_it_is_replaced_or_revoked(place: Place) {
    let (db, space, ada) = (&place.db, SpaceId::main(), item("person/ada"));
    let secret = Secret::fresh("opf_", &World::manual(Time::from_seconds(1), 7));
    let feed = Feed {
        owner: ada.clone(),
        id: "one".to_owned(),
        secret_hash: secret.hash(),
        made_by: Actor::Person("ada".to_owned()),
        made_at: Time::from_seconds(100),
        used_at: None,
    };
    put(db, feed.clone()).await;
    let mut conn = db.reader().await.unwrap();
    let (of, found) = store::feed_by_id(&mut conn, "one").await.unwrap().unwrap();
    assert_eq!((of, &found), (space.clone(), &feed));
    assert!(fits(&secret.reveal(), &found.secret_hash));
    assert!(!fits("opf_guess", &found.secret_hash) && !fits("", ""));
    let used = Time::from_seconds(200);
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::use_feed(tx, "one", used).await })
    });
    work.await.unwrap();
    let found = store::feed_of(&mut conn, &space, &ada).await.unwrap().unwrap();
    assert_eq!(found.used_at, Some(used));

    put(db, Feed { id: "two".to_owned(), ..feed.clone() }).await;
    assert_eq!(store::feed_by_id(&mut conn, "one").await.unwrap(), None);
    let found = store::feed_of(&mut conn, &space, &ada).await.unwrap().unwrap();
    assert_eq!((found.id.as_str(), found.used_at), ("two", None), "a new one was never read");
    let revoke = async || {
        let (space, ada) = (space.clone(), ada.clone());
        let work = db.write::<_, Fault, _>(move |tx| {
            let (space, ada) = (space.clone(), ada.clone());
            Box::pin(async move { store::delete_feed(tx, &space, &ada).await })
        });
        work.await.unwrap()
    };
    assert!(revoke().await);
    assert!(!revoke().await);
    assert_eq!(store::feed_by_id(&mut conn, "two").await.unwrap(), None);
}

async fn the_last_change_of_a_kind_counts_what_was_deleted(place: Place) {
    let (db, space) = (&place.db, SpaceId::main());
    let site = estate::from_json(&serde_json::json!({
        "apiVersion": "operate/v1", "kind": "Site", "metadata": {"name": "north"}, "spec": {},
    }))
    .unwrap();
    let work = db.write::<_, Fault, _>(move |tx| {
        let site = site.clone();
        Box::pin(async move {
            let (space, item) = (SpaceId::main(), site.item().clone());
            let site = estate::Stored { resource: site, applied: None };
            resources::put(tx, &space, &site, Time::from_seconds(100)).await?;
            resources::delete(tx, &space, &item, Time::from_seconds(300)).await
        })
    });
    work.await.unwrap();
    let mut conn = db.reader().await.unwrap();
    let last = resources::changed_at(&mut conn, &space, &["product", "site"]).await.unwrap();
    assert_eq!(last, Some(Time::from_seconds(300)));
    assert_eq!(resources::changed_at(&mut conn, &space, &["team"]).await.unwrap(), None);
}

async fn what_was_told_of_shifts_is_kept_by_one_process_alone(place: Place) {
    let (db, space, shop) = (&place.db, SpaceId::main(), item("schedule/shop"));
    let put = async |version: i64| {
        let shop = shop.clone();
        let work = db.write::<_, Fault, _>(move |tx| {
            let (shop, watch) = (shop.clone(), Versioned { record: Watch::NEVER, version });
            Box::pin(async move { store::put_watch(tx, &SpaceId::main(), &shop, &watch).await })
        });
        work.await.unwrap()
    };
    assert!(put(0).await);
    assert!(!put(0).await, "another process was first");
    let known = async || {
        let mut conn = db.reader().await.unwrap();
        store::watches(&mut conn, &space).await.unwrap()
    };
    assert_eq!(known().await[&shop].version, 1);
    assert!(put(1).await);
    assert!(!put(1).await);
    assert_eq!(known().await[&shop].version, 2);
    let gone = shop.clone();
    let work = db.write::<_, Fault, _>(move |tx| {
        let gone = gone.clone();
        Box::pin(async move { store::forget_watch(tx, &SpaceId::main(), &gone).await })
    });
    work.await.unwrap();
    assert!(known().await.is_empty());
}

async fn notes_belong_to_their_turn(place: Place) {
    let (db, space, shop) = (&place.db, SpaceId::main(), item("schedule/shop"));
    let begins = Time::from_seconds(1000);
    let note = |at: i64, text: &str| ShiftNote {
        by: Actor::Person("ada".to_owned()),
        at: Time::from_seconds(at),
        text: text.to_owned(),
    };
    for (id, note) in [("b", note(1200, "then this")), ("a", note(1100, "first this"))] {
        let shop = shop.clone();
        let work = db.write::<_, Fault, _>(move |tx| {
            let (shop, note) = (shop.clone(), note.clone());
            Box::pin(async move {
                store::add_note(tx, &SpaceId::main(), (&shop, begins), (id, &note)).await
            })
        });
        work.await.unwrap();
    }
    let mut conn = db.reader().await.unwrap();
    let found = store::notes(&mut conn, &space, (&shop, (begins, begins + Duration::from_secs(1))))
        .await
        .unwrap();
    assert_eq!(found, [note(1100, "first this"), note(1200, "then this")]);
    let other = Time::from_seconds(2000);
    assert!(
        store::notes(&mut conn, &space, (&shop, (other, other + Duration::from_secs(1))))
            .await
            .unwrap()
            .is_empty()
    );
}

async fn what_alerts_of_gaps_say_replaces_what_they_said(place: Place) {
    let (db, space) = (&place.db, SpaceId::main());
    let said = |severity: &str| -> Said {
        serde_json::from_value(serde_json::json!({
            "severity": severity, "by": "calendar/always", "schedules": ["schedule/shop"],
            "team": null, "summary": "", "description": "", "url": "",
        }))
        .unwrap()
    };
    for says in [
        BTreeMap::from([("one".to_owned(), said("info")), ("two".to_owned(), said("info"))]),
        BTreeMap::from([("two".to_owned(), said("error"))]),
    ] {
        let kept = says.clone();
        let work = db.write::<_, Fault, _>(move |tx| {
            let kept = kept.clone();
            Box::pin(async move { store::put_gaps(tx, &SpaceId::main(), &kept).await })
        });
        work.await.unwrap();
        let mut conn = db.reader().await.unwrap();
        assert_eq!(store::gaps(&mut conn, &space).await.unwrap(), says);
    }
}

async fn pages_that_nobody_answered_are_found(place: Place) {
    let mut conn = place.db.reader().await.unwrap();
    assert!(store::waiting(&mut conn, &SpaceId::main(), 10).await.unwrap().is_empty());
}
