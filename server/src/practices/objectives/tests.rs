//! The store of objectives, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use budgets::{Asked, State};
use kernel::{Actor, SpaceId, Time};
use objectives::{Buckets, Counts, Stance};
use spine::testing::Place;
use spine::{Conn, Db, Fault, Tx};

use super::decision::Decision;
use super::live::DAY;
use super::store::{self, Day, Decided, Past, Said, Status};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    a_day_reads_back_and_is_not_written_over_by_who_did_not_see_it,
    what_others_wrote_is_found,
    old_days_are_forgotten_a_few_at_a_time,
    what_alerts_have_to_say_is_owed_until_they_say_it,
    what_was_asked_is_known_after_a_restart,
    one_process_at_a_time_asks_a_source,
    how_a_day_ended_is_written_once,
    credentials_are_kept_as_they_were_sealed,
    why_a_target_holds_is_said_over_what_was_said_before,
);

const NOW: Time = Time::from_seconds(1_772_366_400);

/// Runs a piece of work in a transaction of its own.
macro_rules! write {
    ($db:expr, |$tx:ident| $work:expr) => {
        $db.write::<_, Fault, _>(move |$tx: &mut Tx| Box::pin(async move { $work.await })).await
    };
}

fn space() -> SpaceId {
    SpaceId::main()
}

fn day(number: i64, version: i64, good: u64) -> Day {
    let mut minutes = Buckets::new(number * DAY);
    let counts = (0..100).map(|minute| (number * DAY + minute, Counts::whole(good, 10)));
    minutes.put_all(&counts.collect::<Vec<_>>()).unwrap();
    Day { day: number, version, minutes }
}

async fn put(db: &Db, objective: &'static str, day: Day, at: Time) -> Result<(), Fault> {
    write!(db, |tx| store::put_day(tx, &space(), objective, &day, at))
}

async fn reader(place: &Place) -> Conn {
    place.db.reader().await.unwrap()
}

async fn a_day_reads_back_and_is_not_written_over_by_who_did_not_see_it(place: Place) {
    put(&place.db, "search", day(100, 0, 9), NOW).await.unwrap();
    put(&place.db, "search", day(101, 0, 8), NOW).await.unwrap();
    let mut conn = reader(&place).await;
    let found = store::day(&mut conn, &space(), "search", 100).await.unwrap();
    assert_eq!(found, Some(day(100, 1, 9)));
    let days = store::days(&mut conn, &space(), "search", (100, 102)).await.unwrap();
    assert_eq!(days, [day(100, 1, 9), day(101, 1, 8)]);
    assert_eq!(store::day(&mut conn, &SpaceId::new("other"), "search", 100).await.unwrap(), None);
    drop(conn);
    put(&place.db, "search", day(100, 1, 7), NOW).await.unwrap();
    for unseen in [0, 1, 3] {
        let lost = put(&place.db, "search", day(100, unseen, 6), NOW).await;
        assert!(matches!(lost, Err(Fault::Race)), "version {unseen}: {lost:?}");
    }
    let found = store::day(&mut reader(&place).await, &space(), "search", 100).await.unwrap();
    assert_eq!(found, Some(day(100, 2, 7)));
    let versions = store::versions(&mut reader(&place).await, &space(), "search", (100, 101)).await;
    assert_eq!(versions.unwrap(), [(100, 2)]);
}

async fn what_others_wrote_is_found(place: Place) {
    put(&place.db, "search", day(100, 0, 9), NOW).await.unwrap();
    let later = NOW + std::time::Duration::from_secs(60);
    put(&place.db, "orders", day(100, 0, 5), later).await.unwrap();
    let mut conn = reader(&place).await;
    let found = store::written_since(&mut conn, &space(), later).await.unwrap();
    assert_eq!(found, [("orders".to_owned(), day(100, 1, 5))]);
    assert_eq!(store::written_since(&mut conn, &space(), NOW).await.unwrap().len(), 2);
    let days = store::days_since(&mut conn, &space(), NOW).await.unwrap();
    let expected = ["orders", "search"].map(|name| (name.to_owned(), BTreeSet::from([100])));
    assert_eq!(days, BTreeMap::from(expected));
    assert_eq!(store::days_since(&mut conn, &space(), later).await.unwrap().len(), 1);
}

async fn old_days_are_forgotten_a_few_at_a_time(place: Place) {
    for number in 90..100 {
        put(&place.db, "search", day(number, 0, 9), NOW).await.unwrap();
    }
    for expected in [3, 2, 0] {
        let gone = write!(place.db, |tx| store::forget_days(tx, 95, 3)).unwrap();
        assert_eq!(gone, expected);
    }
    let mut conn = reader(&place).await;
    let days = store::days(&mut conn, &space(), "search", (0, i64::MAX)).await.unwrap();
    assert_eq!(days.iter().map(|day| day.day).collect::<Vec<_>>(), [95, 96, 97, 98, 99]);
}

async fn what_alerts_have_to_say_is_owed_until_they_say_it(place: Place) {
    let state = State { stance: Some(Stance::Slow), ..State::default() };
    let decided = |version: i64, firing: &str| Decided {
        objective: "search".to_owned(),
        version,
        state: state.clone(),
        firing: firing.to_owned(),
        told: String::new(),
    };
    let owed = async || {
        let untold = store::untold(&mut reader(&place).await, &space()).await.unwrap();
        untold.iter().map(|one| (one.firing.clone(), one.told.clone())).collect::<Vec<_>>()
    };
    let new = decided(0, "1h");
    write!(place.db, |tx| store::put_state(tx, &space(), &new)).unwrap();
    assert_eq!(owed().await, [("1h".to_owned(), String::new())]);
    write!(place.db, |tx| store::tell(tx, &space(), "search", "1h")).unwrap();
    assert!(owed().await.is_empty());
    let over = decided(1, "");
    write!(place.db, |tx| store::put_state(tx, &space(), &over)).unwrap();
    assert_eq!(owed().await, [(String::new(), "1h".to_owned())], "it still says that it burns");
    let stale = decided(1, "6h");
    let lost = write!(place.db, |tx| store::put_state(tx, &space(), &stale));
    assert!(matches!(lost, Err(Fault::Race)), "{lost:?}");
    let all = store::decided(&mut reader(&place).await, &space()).await.unwrap();
    assert_eq!((all[0].version, &all[0].state), (2, &state));
}

async fn what_was_asked_is_known_after_a_restart(place: Place) {
    let asked = |from, until| Asked { from, until };
    for (name, from, until) in [("search", 5, 9), ("orders", 1, 2), ("search", 3, 10)] {
        write!(place.db, |tx| store::put_asked(tx, &space(), name, asked(from, until))).unwrap();
    }
    let mut found = store::asked(&mut reader(&place).await, &space()).await.unwrap();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [("orders".to_owned(), asked(1, 2)), ("search".to_owned(), asked(3, 10))];
    assert_eq!(found, expected);
    write!(place.db, |tx| store::forget_asked(tx, &space(), "search")).unwrap();
    assert_eq!(store::asked(&mut reader(&place).await, &space()).await.unwrap().len(), 1);
}

async fn one_process_at_a_time_asks_a_source(place: Place) {
    let at = |seconds: u64| NOW + std::time::Duration::from_secs(seconds);
    for (holder, now, until, has_it) in [
        ("a", 0, 100, true),
        ("b", 50, 150, false),
        ("a", 60, 160, true),
        ("b", 159, 259, false),
        ("b", 160, 260, true),
        ("a", 161, 261, false),
    ] {
        let times = (at(now), at(until));
        let got = write!(place.db, |tx| store::lease(tx, &space(), "prom", holder, times));
        assert_eq!(got.unwrap(), has_it, "{holder} at {now}");
    }
    let status = Status { failures: 3, error: Some("away".to_owned()), ..Status::default() };
    let noted = status.clone();
    write!(place.db, |tx| store::put_status(tx, &space(), "prom", &noted)).unwrap();
    let decide = (at(0), at(1));
    write!(place.db, |tx| store::lease(tx, &space(), "", "a", decide)).unwrap();
    let found = store::sources(&mut reader(&place).await, &space()).await.unwrap();
    assert_eq!(found, [("prom".to_owned(), status)]);
}

async fn how_a_day_ended_is_written_once(place: Place) {
    assert_eq!(store::last_past(&mut reader(&place).await, &space()).await.unwrap(), None);
    let past = |remaining: f64| Past {
        sli: Some(0.999),
        remaining: Some(remaining),
        total: 1_000.0,
        bad: 1.0,
        unknown_share: 0.0,
    };
    for (number, remaining) in [(100, 0.5), (101, 0.25), (100, 0.75)] {
        let all = vec![("search".to_owned(), past(remaining))];
        write!(place.db, |tx| store::put_past(tx, &space(), number, &all)).unwrap();
    }
    let mut conn = reader(&place).await;
    assert_eq!(store::last_past(&mut conn, &space()).await.unwrap(), Some(101));
    let found = store::past(&mut conn, &space(), "search", 100).await.unwrap();
    assert_eq!(found, [(100, past(0.75)), (101, past(0.25))], "late counts restate a day");
}

async fn credentials_are_kept_as_they_were_sealed(place: Place) {
    for sealed in [Some("one"), Some("two"), None] {
        write!(place.db, |tx| store::put_credentials(tx, &space(), "prom", sealed)).unwrap();
        let found = store::credentials(&mut reader(&place).await, &space(), "prom").await.unwrap();
        assert_eq!(found.as_deref(), sealed);
    }
}

async fn why_a_target_holds_is_said_over_what_was_said_before(place: Place) {
    let said = |reason: &str, seconds: u64| Said {
        at: NOW + std::time::Duration::from_secs(seconds),
        by: Actor::Person("ada".to_owned()),
        decision: Decision {
            reason: reason.to_owned(),
            improvements: vec!["#12".to_owned()],
            ..Decision::default()
        },
    };
    let later = NOW + std::time::Duration::from_secs(60);
    for (from, said) in [(later, said("tight", 60)), (NOW, said("a guess", 70))] {
        let put = write!(place.db, |tx| store::put_decision(tx, &space(), ("search", from), &said));
        put.unwrap();
    }
    let again = said("measured", 80);
    let over = again.clone();
    write!(place.db, |tx| store::put_decision(tx, &space(), ("search", NOW), &over)).unwrap();
    let mut conn = reader(&place).await;
    let found = store::decisions(&mut conn, &space(), "search").await.unwrap();
    assert_eq!(found, [(NOW, again), (later, said("tight", 60))]);
    assert!(store::decisions(&mut conn, &space(), "other").await.unwrap().is_empty());
    assert!(store::decisions(&mut conn, &SpaceId::new("b"), "search").await.unwrap().is_empty());
}
