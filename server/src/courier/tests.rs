//! Lines in the database, on both databases.

use std::collections::BTreeMap;

use kernel::{OutboxId, SpaceId, Time};
use oncall::line::Line;
use spine::testing::Place;
use spine::{Db, Fault};

use super::store::{self, LineKey};
use crate::MIGRATIONS;
use crate::config::Calling;

spine::both!(MIGRATIONS;
    what_a_line_told_is_known_to_whoever_seizes_it_next,
);

fn key(person: &str, target: &str) -> LineKey {
    LineKey {
        space: SpaceId::main(),
        person: person.parse().unwrap(),
        channel: "sms".to_owned(),
        target: target.to_owned(),
    }
}

/// Tells something on these lines; what they had told before.
async fn tell(db: &Db, message: u128, keys: &[LineKey]) -> BTreeMap<LineKey, Line> {
    let (keys, now) = (keys.to_vec(), Time::from_seconds(1));
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let before = store::seize(tx, &keys.iter().collect::<Vec<_>>()).await?;
            let mut after = before.clone();
            for line in after.values_mut() {
                line.tell(OutboxId::from_bits(message), &Calling::default().rules("sms"), now);
            }
            store::put(tx, &after.iter().collect::<Vec<_>>()).await?;
            Ok(before)
        })
    })
    .await
    .unwrap()
}

async fn what_a_line_told_is_known_to_whoever_seizes_it_next(place: Place) {
    let (ada, bob) = (key("person/ada", "+49301"), key("person/bob", "+49301"));
    let before = tell(&place.db, 7, &[bob.clone(), ada.clone(), ada.clone()]).await;
    assert_eq!(before.len(), 2);
    assert!(before.values().all(|line| line.told.is_empty()));
    tell(&place.db, 8, std::slice::from_ref(&ada)).await;
    let now = tell(&place.db, 9, &[ada.clone(), bob.clone()]).await;
    let told =
        |key: &LineKey| now[key].told.iter().map(|told| told.message.bits()).collect::<Vec<_>>();
    assert_eq!((told(&ada), told(&bob)), (vec![7, 8], vec![7]));
}
