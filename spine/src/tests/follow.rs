use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use kernel::Refusal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::counter::*;
use crate::db::{Tx, Work};
use crate::follow::Follower;
use crate::journal::Stored;
use crate::testing::{Place, on_postgres, whole_journal};
use crate::{Clock, Db, Denied, Fault, params};

crate::both!(MIGRATIONS;
    a_fault_moves_neither_cursor_nor_effects,
    each_entry_has_its_effect_exactly_once_over_injected_faults,
    a_refused_reaction_is_undone_and_passed_by,
    an_entry_that_always_fails_is_parked_with_its_reason,
    while_the_database_is_away_nothing_is_parked,
    two_followers_keep_cursors_of_their_own,
    what_is_passed_by_is_remembered_soon_and_at_the_latest_with_the_next_reaction,
    nothing_is_done_of_what_memory_has_not_followed,
);

/// Writes down that the entry was seen: one row for each time.
async fn note(tx: &mut Tx, stored: &Stored) -> Result<(), Fault> {
    let sql = "INSERT INTO record_tag (space_id, tag, kind, id) \
               SELECT 'seen', $1, 'x', CAST(COUNT(*) AS TEXT) FROM record_tag WHERE tag = $1";
    tx.run(sql, params![&stored.entry.kind]).await?;
    Ok(())
}

/// How often each entry was seen.
async fn seen(db: &Db) -> BTreeMap<String, i64> {
    let sql = "SELECT tag, COUNT(*) AS n FROM record_tag WHERE space_id = 'seen' GROUP BY tag";
    let rows = db.reader().await.unwrap().all(sql, vec![]).await.unwrap();
    rows.iter().map(|row| (row.get("tag").unwrap(), row.get("n").unwrap())).collect()
}

fn injected(why: &str) -> Denied {
    Denied::Fault(Fault::Other(why.to_owned()))
}

/// Runs a follower until `done`, on a clock that is pushed on.
async fn run_until<F>(db: &Db, follower: Follower<F>, done: impl AsyncFn() -> bool)
where
    F: for<'t> Fn(&'t mut Tx, &'t Stored) -> Work<'t, (), Denied> + Clone + Send + Sync + 'static,
{
    let (clock, stop) = (Clock::manual(NOON), CancellationToken::new());
    let task = tokio::spawn(follower.run(db.clone(), clock.clone(), stop.clone()));
    while !done().await {
        clock.advance(Duration::from_secs(1));
        breathe().await;
    }
    stop.cancel();
    task.await.unwrap();
}

async fn a_fault_moves_neither_cursor_nor_effects(place: Place) {
    append(&place.db, &space(), "one").await;
    append(&place.db, &space(), "two").await;
    whole_journal(&place.db).await;
    let clock = Clock::manual(NOON);
    let failing = Follower::new("test", |tx, stored| {
        Box::pin(async move {
            note(tx, stored).await?;
            if stored.entry.kind == "two" { Err(injected("no")) } else { Ok(()) }
        })
    });
    assert!(failing.step(&place.db, &clock, 10).await.is_err());
    assert!(seen(&place.db).await.is_empty());
    let sound = Follower::new("test", |tx, stored| Box::pin(noted(tx, stored)));
    assert_eq!(sound.step(&place.db, &clock, 10).await.unwrap(), 2);
    assert_eq!(sound.step(&place.db, &clock, 10).await.unwrap(), 0);
    assert_eq!(seen(&place.db).await.len(), 2);
}

async fn noted(tx: &mut Tx, stored: &Stored) -> Result<(), Denied> {
    Ok(note(tx, stored).await?)
}

async fn each_entry_has_its_effect_exactly_once_over_injected_faults(place: Place) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let follower = Follower::new("test", move |tx, stored| {
        let call = count.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            note(tx, stored).await?;
            match call % 17 {
                3 => Err(injected("after the effect")),
                11 => panic!("a reaction of a test panics"),
                _ => Ok(()),
            }
        })
    });
    for number in 0..100 {
        append(&place.db, &space(), &format!("entry.{number}")).await;
    }
    run_until(&place.db, follower, async || seen(&place.db).await.len() == 100).await;
    assert!(seen(&place.db).await.values().all(|times| *times == 1));
    assert_eq!(super::counter::count(&place.db, PARKED).await, 0);
    assert!(calls.load(Ordering::Relaxed) > 100);
}

const PARKED: &str = "SELECT COUNT(*) AS n FROM parked";

async fn a_refused_reaction_is_undone_and_passed_by(place: Place) {
    for kind in ["one", "refused", "two"] {
        append(&place.db, &space(), kind).await;
    }
    whole_journal(&place.db).await;
    let follower = Follower::new("test", |tx, stored| {
        Box::pin(async move {
            note(tx, stored).await?;
            match stored.entry.kind.as_str() {
                "refused" => Err(Refusal::not_allowed("it has moved on").into()),
                _ => Ok(()),
            }
        })
    });
    assert_eq!(follower.step(&place.db, &Clock::manual(NOON), 10).await.unwrap(), 3);
    let seen: Vec<String> = seen(&place.db).await.into_keys().collect();
    assert_eq!(seen, ["one", "two"]);
}

async fn an_entry_that_always_fails_is_parked_with_its_reason(place: Place) {
    for number in 0..10 {
        append(&place.db, &space(), &format!("entry.{number}")).await;
    }
    let follower = Follower::new("test", |tx, stored| {
        Box::pin(async move {
            note(tx, stored).await?;
            match stored.entry.kind.as_str() {
                "entry.4" => Err(injected("it is poisonous")),
                // Deterministic, though it looks like a lost race.
                "entry.7" => Err(Denied::Fault(Fault::Race)),
                _ => Ok(()),
            }
        })
    });
    run_until(&place.db, follower, async || seen(&place.db).await.len() == 8).await;
    let mut conn = place.db.reader().await.unwrap();
    let parked = conn.all("SELECT error FROM parked ORDER BY seq", vec![]).await.unwrap();
    let errors: Vec<String> = parked.iter().map(|row| row.get("error").unwrap()).collect();
    assert_eq!(errors.len(), 2);
    assert_eq!(errors[0], "it is poisonous");
    assert!(!seen(&place.db).await.contains_key("entry.4"));
}

async fn while_the_database_is_away_nothing_is_parked(place: Place) {
    append(&place.db, &space(), "one").await;
    let calls = Arc::new(AtomicUsize::new(0));
    let count = calls.clone();
    let follower = Follower::new("test", move |tx, stored| {
        let away = count.fetch_add(1, Ordering::Relaxed) < 12;
        Box::pin(async move {
            note(tx, stored).await?;
            if away { Err(Denied::Fault(sqlx::Error::PoolTimedOut.into())) } else { Ok(()) }
        })
    });
    run_until(&place.db, follower, async || seen(&place.db).await.len() == 1).await;
    assert_eq!(super::counter::count(&place.db, PARKED).await, 0);
}

async fn nothing_is_done_of_what_memory_has_not_followed(place: Place) {
    for kind in ["one", "two", "three"] {
        append(&place.db, &space(), kind).await;
    }
    let all = whole_journal(&place.db).await;
    let memory = watch::Sender::new(all[0].position);
    let follower = Follower::new("test", |tx, stored| Box::pin(noted(tx, stored)));
    let follower = follower.behind(memory.subscribe());
    assert_eq!(follower.step(&place.db, &Clock::manual(NOON), 10).await.unwrap(), 1);
    assert_eq!(seen(&place.db).await.into_keys().collect::<Vec<_>>(), ["one"]);
    // It goes on as soon as memory does, though nothing else happens.
    let (clock, stop) = (Clock::manual(NOON), CancellationToken::new());
    let task = tokio::spawn(follower.run(place.db.clone(), clock, stop.clone()));
    breathe().await;
    memory.send_replace(all[2].position);
    while seen(&place.db).await.len() < 3 {
        breathe().await;
    }
    stop.cancel();
    task.await.unwrap();
}

async fn two_followers_keep_cursors_of_their_own(place: Place) {
    append(&place.db, &space(), "one").await;
    whole_journal(&place.db).await;
    let clock = Clock::manual(NOON);
    for name in ["first", "second"] {
        let follower = Follower::new(name, |tx, stored| Box::pin(noted(tx, stored)));
        assert_eq!(follower.step(&place.db, &clock, 10).await.unwrap(), 1);
    }
    assert_eq!(seen(&place.db).await["one"], 2);
}

#[test]
fn on_postgres_two_runners_share_the_work_and_double_nothing() {
    on_postgres(MIGRATIONS, |place: Place| async move {
        let second = Db::open(&place.url, MIGRATIONS).await.unwrap();
        let stop = CancellationToken::new();
        let runners: Vec<_> = [place.db.clone(), second]
            .into_iter()
            .map(|db| {
                let follower = Follower::new("test", |tx, stored| Box::pin(noted(tx, stored)));
                tokio::spawn(follower.run(db, Clock::System, stop.clone()))
            })
            .collect();
        let kinds: Vec<String> = (0..300).map(|number| format!("entry.{number}")).collect();
        let space = space();
        join_all(kinds.iter().map(|kind| append(&place.db, &space, kind))).await;
        while seen(&place.db).await.len() < 300 {
            breathe().await;
        }
        stop.cancel();
        join_all(runners).await;
        assert!(seen(&place.db).await.values().all(|times| *times == 1));
    });
}

async fn what_is_passed_by_is_remembered_soon_and_at_the_latest_with_the_next_reaction(
    place: Place,
) {
    let looked = Arc::new(AtomicUsize::new(0));
    let count = looked.clone();
    let follower = Follower::new("test", |tx, stored| Box::pin(noted(tx, stored)));
    let follower = follower.heeding(move |stored| {
        count.fetch_add(1, Ordering::Relaxed);
        stored.entry.kind == "heeded"
    });
    let (clock, stop) = (Clock::manual(NOON), CancellationToken::new());
    let task = tokio::spawn(follower.run(place.db.clone(), clock.clone(), stop.clone()));
    append(&place.db, &space(), "flood").await;
    while looked.load(Ordering::Relaxed) == 0 {
        clock.advance(Duration::from_millis(1));
        breathe().await;
    }
    assert_eq!(super::counter::count(&place.db, CURSORS).await, 0, "no commit for it alone");
    append(&place.db, &space(), "heeded").await;
    while seen(&place.db).await.is_empty() {
        clock.advance(Duration::from_millis(1));
        breathe().await;
    }
    assert_eq!(looked.load(Ordering::Relaxed), 2, "each was looked at once");
    append(&place.db, &space(), "flood").await;
    while super::counter::count(&place.db, BEHIND).await > 0 {
        clock.advance(Duration::from_millis(10));
        breathe().await;
    }
    stop.cancel();
    task.await.unwrap();
    assert_eq!(seen(&place.db).await["heeded"], 1);
}

const CURSORS: &str = "SELECT COUNT(*) AS n FROM follower";
const BEHIND: &str = "SELECT COUNT(*) AS n FROM journal, follower \
                      WHERE (journal.tx, journal.seq) > (follower.tx, follower.seq)";
