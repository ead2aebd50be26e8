//! The store of rooms, on both databases.

use std::time::Duration;

use kernel::{IncidentId, SpaceId, Time};
use spine::testing::Place;
use spine::{Db, Fault};

use super::store::{self, Room, Shown};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    a_message_is_written_by_one_at_a_time,
    secrets_read_back_and_are_replaced,
);

#[test]
fn a_team_can_have_a_room_in_every_service() {
    let room = Some("room".to_owned());
    let rooms = estate::ChatRooms { slack: room.clone(), mattermost: room };
    let named: Vec<&str> = rooms.rooms().map(|(service, _)| service).collect();
    let known = connectors::chat::SERVICES.map(|service| service.about().name);
    assert_eq!(named, known);
}

const NOON: Time = Time::from_seconds(1_772_366_400);

fn room() -> Room {
    Room { service: "slack".to_owned(), name: "#ops".to_owned() }
}

async fn claim(db: &Db, now: Time) -> Option<Shown> {
    let until = now + Duration::from_secs(60);
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let about = (IncidentId::from_bits(1), &room());
            store::claim(tx, &SpaceId::main(), about, (now, until)).await
        })
    });
    work.await.unwrap()
}

async fn a_message_is_written_by_one_at_a_time(place: Place) {
    let db = &place.db;
    assert_eq!(claim(db, NOON).await, Some(Shown::default()));
    assert_eq!(claim(db, NOON).await, None, "somebody writes it");
    let mut conn = db.reader().await.unwrap();
    let rooms = store::rooms(&mut conn, &SpaceId::main(), IncidentId::from_bits(1)).await;
    assert_eq!(rooms.unwrap(), [], "nothing is in it yet");
    drop(conn);
    let shown = Shown { posted: "C1 1.2".to_owned(), shown: "hash".to_owned() };
    let kept = shown.clone();
    let work = db.write::<_, Fault, _>(move |tx| {
        let kept = kept.clone();
        Box::pin(async move {
            let about = (IncidentId::from_bits(1), &room());
            store::release(tx, &SpaceId::main(), about, &kept).await
        })
    });
    work.await.unwrap();
    assert_eq!(claim(db, NOON).await, Some(shown.clone()));
    let later = NOON + Duration::from_secs(60);
    assert_eq!(claim(db, later).await, Some(shown), "whoever wrote it is gone");
    let mut conn = db.reader().await.unwrap();
    let rooms = store::rooms(&mut conn, &SpaceId::main(), IncidentId::from_bits(1)).await;
    assert_eq!(rooms.unwrap(), [room()]);
    let elsewhere = SpaceId::new("elsewhere");
    let rooms = store::rooms(&mut conn, &elsewhere, IncidentId::from_bits(1)).await;
    assert_eq!(rooms.unwrap(), []);
}

async fn secrets_read_back_and_are_replaced(place: Place) {
    let read = async || {
        let mut conn = place.db.reader().await.unwrap();
        store::secrets(&mut conn, &SpaceId::main(), "slack").await.unwrap()
    };
    assert_eq!(read().await, None);
    for sealed in ["one", "two"] {
        let work = place.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::put_secrets(tx, &SpaceId::main(), "slack", sealed).await })
        });
        work.await.unwrap();
        assert_eq!(read().await.as_deref(), Some(sealed));
    }
}
