use kernel::{Actor, SpaceId, Time};
use spine::Fault;
use spine::testing::Place;

use super::{Data, Version, store};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    versions_are_kept_in_their_space_and_never_replaced,
);

fn version(number: i64, text: &str) -> Version {
    Version {
        version: number,
        at: Time::from_seconds(1_772_366_400),
        actor: Actor::Person("ada".to_owned()),
        reason: format!("why {number}"),
        data: Data { text: text.to_owned(), ..Data::default() },
        sealed: String::new(),
    }
}

async fn add(place: &Place, space: &SpaceId, version: Version) -> bool {
    let space = space.clone();
    let add = place.db.write::<_, Fault, _>(move |tx| {
        let (space, version) = (space.clone(), version.clone());
        Box::pin(async move { store::add(tx, &space, &version).await })
    });
    add.await.unwrap()
}

async fn versions_are_kept_in_their_space_and_never_replaced(place: Place) {
    let (here, there) = (SpaceId::main(), SpaceId::new("elsewhere"));
    assert!(add(&place, &here, version(1, "a")).await);
    assert!(add(&place, &here, version(2, "b")).await);
    assert!(add(&place, &there, version(1, "theirs")).await);
    assert!(!add(&place, &here, version(2, "quicker")).await, "a version is written once");
    let mut conn = place.db.reader().await.unwrap();
    assert_eq!(store::newest(&mut conn, &here).await.unwrap(), Some(version(2, "b")));
    assert_eq!(store::newest(&mut conn, &there).await.unwrap(), Some(version(1, "theirs")));
    assert_eq!(store::one(&mut conn, &here, 1).await.unwrap(), Some(version(1, "a")));
    assert_eq!(store::one(&mut conn, &there, 2).await.unwrap(), None);
    let all = store::list(&mut conn, &here, 10).await.unwrap();
    assert_eq!(all, [version(2, "b"), version(1, "a")]);
    assert_eq!(store::list(&mut conn, &here, 1).await.unwrap().len(), 1);
}
