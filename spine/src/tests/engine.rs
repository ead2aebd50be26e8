use futures::future::join_all;
use kernel::{Actor, Lifecycle, SpaceId, laws};

use super::counter::*;
use crate::engine::{self, Asked, Denied, moved_on, subject_id};
use crate::journal::{self, Filter};
use crate::testing::{Place, whole_journal};
use crate::{Db, Fault};

crate::both!(MIGRATIONS;
    a_command_writes_row_journal_and_outbox_together,
    many_commands_at_once_lose_no_change,
    commands_on_many_records_are_executed_together,
    a_stale_version_is_refused_and_named,
    a_refusal_changes_nothing,
    a_command_that_says_nothing_new_changes_nothing,
    the_journal_folds_to_the_row,
    tags_follow_the_record,
    spaces_do_not_mix,
    a_record_that_does_not_read_back_is_a_fault,
);

async fn a_command_writes_row_journal_and_outbox_together(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    let done = command(db, &world, id, Command::Send { target: "x".to_owned() }).await.unwrap();
    assert_eq!((done.version, done.events.len()), (2, 1));
    assert_eq!(kinds(db).await, ["counter.opened", "counter.sent"]);
    assert_eq!(count(db, "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'").await, 1);
    let mut conn = db.reader().await.unwrap();
    let entry = journal::list(&mut conn, &space(), &Filter { limit: 1, ..Filter::default() })
        .await
        .unwrap()
        .remove(0);
    assert_eq!(entry.actor, Actor::Person("ada".to_owned()));
    assert_eq!(subject_id::<Counter>(&entry.subject), Some(id));
}

async fn many_commands_at_once_lose_no_change(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    let works = (0..60).map(|_| command(db, &world, id, Command::Add { by: 1 }));
    for result in join_all(works).await {
        result.unwrap();
    }
    assert_eq!(stored(db, id).await.total, 60);
    assert_eq!(kinds(db).await.len(), 61);
}

async fn commands_on_many_records_are_executed_together(place: Place) {
    let (db, world) = (&place.db, world());
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(open(db, &world, &space()).await);
    }
    let (stopped, gone) = (ids[3], world.moment(Actor::system("test")).id());
    command(db, &world, stopped, Command::Stop).await.unwrap();
    let mut commands: Vec<_> = ids.iter().map(|id| (*id, Command::Add { by: 1 })).collect();
    // Once more for the first, which counts on from what was just decided.
    commands.push((ids[0], Command::Add { by: 2 }));
    commands.push((ids[1], Command::Send { target: "x".to_owned() }));
    commands.push((gone, Command::Stop));
    let moment = world.moment(Actor::system("test"));
    let work = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let (space, moment) = (space(), moment);
            let asked = Asked::new(&space, &moment);
            engine::execute_each_in(tx, &COUNTERS, &commands, &asked).await
        })
    });
    let results = work.await.unwrap();
    let events: Vec<usize> = results.iter().map(|one| *one.as_ref().unwrap_or(&0)).collect();
    assert_eq!((events.iter().sum::<usize>(), events[3], events[22]), (21, 0, 0));
    assert!(matches!(results[3], Err(Denied::Refused(_))), "{:?}", results[3]);
    assert!(matches!(results[22], Err(Denied::Missing("counter"))), "{:?}", results[22]);
    let totals = (stored(db, ids[0]).await.total, stored(db, ids[1]).await.total);
    assert_eq!((totals, stored(db, stopped).await.total), ((3, 1), 0));
    assert_eq!(count(db, "SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'").await, 1);
    let kinds = kinds(db).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "counter.added").count(), 20);
}

async fn a_stale_version_is_refused_and_named(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    command(db, &world, id, Command::Add { by: 1 }).await.unwrap();
    let mut late = order(&world, &space());
    late.expected = Some(1);
    let denied = engine::execute(db, &COUNTERS, id, Command::Add { by: 1 }, late).await;
    assert!(matches!(denied, Err(Denied::Stale { expected: 1, actual: 2 })), "{denied:?}");
    let mut fresh = order(&world, &space());
    fresh.expected = Some(2);
    engine::execute(db, &COUNTERS, id, Command::Add { by: 1 }, fresh).await.unwrap();
}

async fn a_refusal_changes_nothing(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    command(db, &world, id, Command::Stop).await.unwrap();
    let denied = command(db, &world, id, Command::Add { by: 1 }).await.unwrap_err();
    assert!(moved_on(&denied), "{denied:?}");
    assert_eq!(stored(db, id).await.total, 0);
    assert_eq!(kinds(db).await.len(), 2);
}

async fn a_command_that_says_nothing_new_changes_nothing(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    let done = command(db, &world, id, Command::Add { by: 0 }).await.unwrap();
    assert_eq!((done.version, done.events.len()), (1, 0));
    assert_eq!(kinds(db).await.len(), 1);
}

async fn the_journal_folds_to_the_row(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    for by in 1..20 {
        command(db, &world, id, Command::Add { by }).await.unwrap();
    }
    command(db, &world, id, Command::Sleep { until: NOON }).await.unwrap();
    command(db, &world, id, Command::Tick).await.unwrap();
    command(db, &world, id, Command::Stop).await.unwrap();
    let events: Vec<Event> =
        whole_journal(db).await.iter().map(|stored| stored.entry.data.read().unwrap()).collect();
    laws::journal_rebuilds(&stored(db, id).await, &events);
}

async fn tags_follow_the_record(place: Place) {
    let (db, world) = (&place.db, world());
    open(db, &world, &space()).await;
    assert_eq!(count(db, "SELECT COUNT(*) AS n FROM record_tag WHERE tag = 'label:a'").await, 1);
}

async fn spaces_do_not_mix(place: Place) {
    let (db, world, other) = (&place.db, world(), SpaceId::new("other"));
    let id = open(db, &world, &space()).await;
    open(db, &world, &other).await;
    let mut conn = db.reader().await.unwrap();
    assert!(engine::load(&mut conn, &COUNTERS, &other, id).await.unwrap().is_none());
    drop(conn);
    let stray = engine::execute(db, &COUNTERS, id, Command::Stop, order(&world, &other)).await;
    assert!(matches!(stray, Err(Denied::Missing("counter"))), "{stray:?}");
    assert_eq!(journal_of(db, &other).await, ["counter.opened"]);
    assert_eq!(stored(db, id).await.stage(), Stage::Counting);
}

async fn journal_of(db: &Db, space: &SpaceId) -> Vec<String> {
    let mut conn = db.reader().await.unwrap();
    let filter = Filter { limit: 10, ..Filter::default() };
    let entries = journal::list(&mut conn, space, &filter).await.unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

async fn a_record_that_does_not_read_back_is_a_fault(place: Place) {
    let (db, world) = (&place.db, world());
    let id = open(db, &world, &space()).await;
    sql(db, "UPDATE counter SET data = '{}'", vec![]).await.unwrap();
    let denied = command(db, &world, id, Command::Stop).await.unwrap_err();
    assert!(matches!(denied, Denied::Fault(Fault::Corrupt { .. })), "{denied:?}");
}
