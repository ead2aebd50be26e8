//! The store of tuning tasks, on both databases.

use kernel::{Actor, AlertId, SpaceId, Time};
use spine::engine::{self, Asked};
use spine::testing::Place;
use spine::{Db, Denied, World};
use tuning::{Command, Remedy, Rule, Task};

use super::store::{self, Filter, TUNINGS};
use crate::MIGRATIONS;
use crate::listing::{Page, Sort};

spine::both!(MIGRATIONS;
    tasks_are_found_by_rule_stage_and_votes,
    a_rule_has_one_task,
);

fn rule(name: &str) -> Rule {
    Rule { source: "prometheus".to_owned(), name: name.to_owned() }
}

fn vote(name: &str, by: &str) -> Command {
    Command::Vote {
        rule: rule(name),
        alert: AlertId::from_bits(1),
        by: Actor::Person(by.to_owned()),
        reason: "nothing to do".to_owned(),
    }
}

async fn opened(db: &Db, world: &World, command: Command) -> Result<Task, Denied> {
    let moment = world.moment(Actor::system("test"));
    db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let (space, id) = (SpaceId::main(), moment.id());
            let asked = Asked::new(&space, &moment);
            Ok(engine::open_in(tx, &TUNINGS, id, &command, &asked).await?.record)
        })
    })
    .await
}

async fn ask(db: &Db, world: &World, task: &Task, command: Command) {
    let (moment, id) = (world.moment(Actor::system("test")), task.id);
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            let asked = Asked::new(&space, &moment);
            engine::execute_in(tx, &TUNINGS, id, &command, &asked).await
        })
    });
    work.await.unwrap();
}

async fn names(db: &Db, filter: Filter) -> Vec<String> {
    let page = Page::first(10, Sort::descending("votes", true));
    let mut conn = db.reader().await.unwrap();
    let (rows, total) = store::list(&mut conn, &SpaceId::main(), &filter, &page).await.unwrap();
    assert_eq!(rows.len() as i64, total);
    if let Some(first) = rows.first() {
        let votes = first.record.votes.len() as i64;
        assert_eq!(store::sort_value(&first.record, "votes"), votes.into());
    }
    rows.into_iter().map(|row| row.record.rule.name).collect()
}

async fn tasks_are_found_by_rule_stage_and_votes(place: Place) {
    let db = &place.db;
    let world = World::manual(Time::from_seconds(1_000_000), 7);
    let disk = opened(db, &world, vote("DiskFull", "ada")).await.unwrap();
    let load = opened(db, &world, vote("HighLoad", "ada")).await.unwrap();
    ask(db, &world, &load, vote("HighLoad", "bob")).await;
    assert_eq!(names(db, Filter::default()).await, ["HighLoad", "DiskFull"]);
    let noisy = || Filter { noisy_from: Some(2), ..Filter::default() };
    assert_eq!(names(db, noisy()).await, ["HighLoad"]);
    let done = Command::Done { remedy: Remedy::Removed, note: "gone".to_owned() };
    ask(db, &world, &load, done).await;
    assert!(names(db, noisy()).await.is_empty(), "what is done is no longer noise");
    let open = Filter { stages: vec!["open".to_owned()], ..Filter::default() };
    assert_eq!(names(db, open).await, ["DiskFull"]);
    let text = Filter { text: Some("load".to_owned()), ..Filter::default() };
    assert_eq!(names(db, text).await, ["HighLoad"]);
    let named = Filter {
        source: Some("prometheus".to_owned()),
        name: Some("DiskFull".to_owned()),
        ..Filter::default()
    };
    assert_eq!(names(db, named).await, ["DiskFull"]);
    let mut conn = db.reader().await.unwrap();
    let (here, elsewhere) = (SpaceId::main(), SpaceId::new("other"));
    let found = store::of_rule(&mut conn, &here, &rule("DiskFull")).await.unwrap().unwrap();
    assert_eq!(found.record, disk);
    assert!(store::of_rule(&mut conn, &elsewhere, &rule("DiskFull")).await.unwrap().is_none());
    assert_eq!(store::all(&mut conn, &here).await.unwrap().len(), 2);
    assert!(store::all(&mut conn, &elsewhere).await.unwrap().is_empty());
}

async fn a_rule_has_one_task(place: Place) {
    let world = World::manual(Time::from_seconds(1_000_000), 7);
    opened(&place.db, &world, vote("DiskFull", "ada")).await.unwrap();
    assert!(opened(&place.db, &world, vote("DiskFull", "bob")).await.is_err());
}
