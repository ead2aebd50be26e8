//! Proofs of ways in the database, on both databases.

use ::oncall::proof::{How, Proof};
use kernel::{Actor, SpaceId, Time};
use spine::testing::Place;
use spine::{Db, Fault};

use super::store::{self, WayKey};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    a_proof_belongs_to_its_person_way_and_address,
);

fn key(person: &str, target: &str) -> WayKey {
    let person = person.parse().unwrap();
    WayKey { person, channel: "sms".to_owned(), target: target.to_owned() }
}

async fn proves(db: &Db, key: WayKey) {
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            let mut proof = store::seize(tx, &space, &key).await?;
            proof.answered(How::Link, &Actor::Link("ada".to_owned()), Time::from_seconds(1));
            store::put(tx, &space, &key, &proof).await
        })
    });
    work.await.unwrap();
}

async fn a_proof_belongs_to_its_person_way_and_address(place: Place) {
    let (ada, bob) = (key("person/ada", "+49301"), key("person/bob", "+49301"));
    proves(&place.db, ada.clone()).await;
    proves(&place.db, bob.clone()).await;
    proves(&place.db, ada.clone()).await;
    let mut conn = place.db.reader().await.unwrap();
    let space = SpaceId::main();
    let all = store::list(&mut conn, &space, None).await.unwrap();
    let proven = |(_, proof): &(WayKey, Proof)| proof.proven.is_some();
    assert_eq!((all.len(), all.iter().all(proven)), (2, true));
    let of_ada = store::list(&mut conn, &space, Some(&ada.person)).await.unwrap();
    assert_eq!(of_ada.iter().map(|(key, _)| key).collect::<Vec<_>>(), [&ada]);
    assert!(!of_ada.iter().any(|(known, _)| *known == key("person/ada", "+49302")));
}
