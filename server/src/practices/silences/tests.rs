//! Every query of silences on both databases, and the index in memory.

use std::time::Duration;

use kernel::{Actor, Moment, SilenceId, SpaceId, Time};
use silences::{Command, Conditions, Plan, Silence};
use spine::engine::{self, Asked, Versioned};
use spine::testing::Place;
use spine::{Db, Denied};

use super::live::LiveSilences;
use super::store::{self, Filter, SILENCES};
use crate::MIGRATIONS;
use crate::listing::{Page, Sort};

spine::both!(MIGRATIONS;
    silences_are_listed_counted_and_stay_in_their_space,
    memory_answers_as_the_database_does,
);

const NOON: Time = Time::from_seconds(1_772_366_400);
const HOUR: Duration = Duration::from_secs(3600);

fn here() -> SpaceId {
    SpaceId::main()
}

fn there() -> SpaceId {
    SpaceId::new("elsewhere")
}

fn plan(matcher: &str, from: Time, until: Time) -> Plan {
    Plan {
        matchers: Conditions::parse([matcher]).expect("a matcher"),
        starts_at: Some(from),
        ends_at: Some(until),
        recurrence: None,
        comment: format!("because of {matcher}"),
        created_by: "ada".to_owned(),
    }
}

async fn make(db: &Db, plan: Plan, now: Time, seed: u128) -> Silence {
    let made = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let moment = Moment::new(now, Actor::system("test"), seed);
            let command = Command::Create { plan: Box::new(plan), replaces: None };
            let (space, id) = (here(), moment.id());
            let asked = Asked::new(&space, &moment);
            engine::open_in(tx, &SILENCES, id, &command, &asked).await
        })
    });
    made.await.expect("a silence").record
}

async fn expire(db: &Db, id: SilenceId, now: Time) {
    let work = db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let moment = Moment::new(now, Actor::system("test"), 1);
            let space = here();
            let command = Command::Expire { replaced_by: None };
            engine::execute_in(tx, &SILENCES, id, &command, &Asked::new(&space, &moment)).await
        })
    });
    work.await.expect("it ends");
}

async fn silences_are_listed_counted_and_stay_in_their_space(place: Place) {
    let db = &place.db;
    let active = make(db, plan("a=1", NOON, NOON + HOUR), NOON, 1).await;
    let pending = make(db, plan("b=2", NOON + HOUR, NOON + HOUR * 2), NOON + HOUR / 2, 2).await;
    let over = make(db, plan("c=3", NOON, NOON + HOUR), NOON, 3).await;
    expire(db, over.id, NOON + HOUR / 4).await;

    let mut conn = db.reader().await.expect("a connection");
    let mut ids = async |filter: Filter| {
        let page = Page::first(10, Sort::ascending("ends_at", true));
        let (rows, total) = store::list(&mut conn, &here(), &filter, &page).await.unwrap();
        assert_eq!(rows.len() as i64, total);
        let mut ids: Vec<SilenceId> = rows.iter().map(|row| row.record.id).collect();
        ids.sort();
        ids
    };
    let mut all = vec![active.id, pending.id, over.id];
    all.sort();
    assert_eq!(ids(Filter::default()).await, all);
    let stages = vec!["expired".to_owned()];
    assert_eq!(ids(Filter { stages, ..Filter::default() }).await, [over.id]);
    let text = Some("BECAUSE of b".to_owned());
    assert_eq!(ids(Filter { text, ..Filter::default() }).await, [pending.id]);

    let mut counts = store::counts(&mut conn, &here()).await.unwrap();
    counts.sort();
    assert_eq!(counts, [("active", 1), ("expired", 1), ("pending", 1)].map(|(s, n)| (s.into(), n)));
    assert_eq!(store::count_open(&mut conn, &here()).await.unwrap(), 2);
    assert_eq!(store::count_open(&mut conn, &there()).await.unwrap(), 0);
    assert_eq!(store::open(&mut conn).await.unwrap().len(), 2);
    let recent = store::recent(&mut conn, &here(), NOON + HOUR).await.unwrap();
    assert_eq!(recent.len(), 2, "what ended before is forgotten");
    assert_eq!(store::recent(&mut conn, &here(), NOON).await.unwrap().len(), 3);
    let changed = store::changed_since(&mut conn, &here(), NOON + HOUR / 4).await.unwrap();
    assert_eq!(changed.len(), 2);
    assert!(store::changed_since(&mut conn, &there(), NOON).await.unwrap().is_empty());
    let between = async |conn: &mut spine::Conn, from, to| {
        store::between(conn, &here(), from, to).await.unwrap().len()
    };
    assert_eq!(between(&mut conn, NOON, NOON + HOUR / 2).await, 2, "one begins later");
    assert_eq!(between(&mut conn, NOON + HOUR / 2, NOON + HOUR * 3).await, 2, "one had ended");
    let found = store::by_id(&mut conn, &here(), &[active.id]).await.unwrap();
    assert_eq!(found, [Versioned { record: active.clone(), version: 1 }]);
    assert!(store::by_id(&mut conn, &there(), &[active.id]).await.unwrap().is_empty());
    assert_eq!(store::sort_value(&active, "ends_at"), (NOON + HOUR).into());
}

async fn memory_answers_as_the_database_does(place: Place) {
    let db = &place.db;
    let short = make(db, plan("team=a", NOON, NOON + HOUR), NOON, 1).await;
    let live = LiveSilences::load(db).await.unwrap();
    let labels = alerts::Labels::new([("team", "a")]);
    assert_eq!(live.silenced_by(&here(), &labels, NOON), [short.id]);
    assert!(live.silenced_by(&there(), &labels, NOON).is_empty());
    assert!(live.silenced_by(&here(), &labels, NOON + HOUR).is_empty(), "the end is not in it");

    // Others make one and end one: a transaction that asks knows it before the tail tells.
    let long = make(db, plan("team=~a|b", NOON, NOON + HOUR * 3), NOON, 2).await;
    live.catch_up(&mut db.reader().await.unwrap(), &here()).await.unwrap();
    let silenced = live.silenced(&here(), &labels, NOON);
    assert_eq!((silenced.by.len(), silenced.until), (2, Some(NOON + HOUR * 3)));
    expire(db, long.id, NOON + HOUR / 2).await;
    live.catch_up(&mut db.reader().await.unwrap(), &here()).await.unwrap();
    assert_eq!(live.silenced_by(&here(), &labels, NOON), [short.id]);

    // What was read before and comes late changes nothing.
    let mut newer = short.clone();
    newer.window.until = NOON + HOUR * 2;
    live.put(&here(), &[Versioned { record: newer, version: 2 }]);
    live.put(&here(), &[Versioned { record: short, version: 1 }]);
    assert_eq!(live.silenced(&here(), &labels, NOON).until, Some(NOON + HOUR * 2));
}
