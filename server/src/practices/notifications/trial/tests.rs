use kernel::{AlertId, SpaceId, Time};
use spine::testing::Place;

use super::store;
use crate::MIGRATIONS;

spine::both!(MIGRATIONS; nothing_fired_in_an_empty_history);

async fn nothing_fired_in_an_empty_history(place: Place) {
    let mut conn = place.db.reader().await.unwrap();
    let span = (Time::EPOCH, Time::from_seconds(1_772_366_400));
    let found = store::fired(&mut conn, &SpaceId::main(), span, 10).await.unwrap();
    assert_eq!(found.iter().map(|one| one.alert).collect::<Vec<AlertId>>(), []);
}
