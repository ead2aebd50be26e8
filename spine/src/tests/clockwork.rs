use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::counter::*;
use crate::clockwork::{self, Hand};
use crate::testing::{Place, on_postgres};
use crate::{Db, World, params};

crate::both!(MIGRATIONS;
    a_record_is_woken_when_its_time_has_come_and_not_before,
    it_sleeps_until_the_least_due_time_and_wakes_by_itself,
    a_record_that_cannot_be_woken_keeps_no_other_from_it,
    many_records_due_at_once_are_all_woken_once,
);

fn hands() -> Vec<Hand> {
    vec![Hand::of::<Counters>()]
}

async fn sleeper(db: &Db, world: &World, seconds: u64) -> CounterId {
    let id = open(db, world, &space()).await;
    let until = world.now() + Duration::from_secs(seconds);
    command(db, world, id, Command::Sleep { until }).await.unwrap();
    id
}

async fn a_record_is_woken_when_its_time_has_come_and_not_before(place: Place) {
    let (db, world) = (&place.db, world());
    let soon = sleeper(db, &world, 10).await;
    let later = sleeper(db, &world, 20).await;
    let due = clockwork::round(db, &world, &hands()).await.unwrap();
    assert_eq!(due, Some(NOON + Duration::from_secs(10)));
    world.clock.advance(Duration::from_secs(10));
    let due = clockwork::round(db, &world, &hands()).await.unwrap();
    assert_eq!(due, Some(NOON + Duration::from_secs(20)));
    assert_eq!((stored(db, soon).await.wakes, stored(db, later).await.wakes), (1, 0));
}

async fn it_sleeps_until_the_least_due_time_and_wakes_by_itself(place: Place) {
    let (db, world) = (&place.db, world());
    let id = sleeper(db, &world, 3600).await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(clockwork::run(db.clone(), world.clone(), hands(), stop.clone()));
    world.clock.advance(Duration::from_secs(3599));
    breathe().await;
    assert_eq!(stored(db, id).await.wakes, 0);
    while stored(db, id).await.wakes == 0 {
        world.clock.advance(Duration::from_secs(1));
        breathe().await;
    }
    stop.cancel();
    task.await.unwrap();
    assert_eq!(stored(db, id).await.wakes, 1);
}

async fn a_record_that_cannot_be_woken_keeps_no_other_from_it(place: Place) {
    let (db, world) = (&place.db, world());
    let corrupt = sleeper(db, &world, 1).await;
    let misnamed = sleeper(db, &world, 2).await;
    let sound = sleeper(db, &world, 3).await;
    let broken = "UPDATE counter SET data = 'x' WHERE id = $1";
    sql(db, broken, params![corrupt.to_string()]).await.unwrap();
    let renamed = "UPDATE counter SET id = 'y' WHERE id = $1";
    sql(db, renamed, params![misnamed.to_string()]).await.unwrap();
    world.clock.advance(Duration::from_secs(5));
    clockwork::round(db, &world, &hands()).await.unwrap();
    assert_eq!(stored(db, sound).await.wakes, 1);
}

async fn many_records_due_at_once_are_all_woken_once(place: Place) {
    let (db, world) = (&place.db, world());
    for _ in 0..300 {
        sleeper(db, &world, 1).await;
    }
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(clockwork::round(db, &world, &hands()).await.unwrap(), None);
    let woken = kinds(db).await.into_iter().filter(|kind| kind == "counter.woken").count();
    assert_eq!(woken, 300);
}

#[test]
fn on_postgres_two_clockworks_wake_a_record_once() {
    on_postgres(MIGRATIONS, |place: Place| async move {
        let (db, world) = (&place.db, world());
        let second = Db::open(&place.url, MIGRATIONS).await.unwrap();
        for _ in 0..30 {
            sleeper(db, &world, 1).await;
        }
        world.clock.advance(Duration::from_secs(1));
        let hands = hands();
        let (one, two) = futures::join!(
            clockwork::round(db, &world, &hands),
            clockwork::round(&second, &world, &hands)
        );
        assert_eq!((one.unwrap(), two.unwrap()), (None, None));
        let woken = kinds(db).await.into_iter().filter(|kind| kind == "counter.woken").count();
        assert_eq!(woken, 30);
    });
}
