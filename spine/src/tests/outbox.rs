use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use kernel::{Actor, OutboxId, SpaceId, Time};

use super::counter::*;
use crate::journal::Stamp;
use crate::outbox::{self, ATTEMPTS_MAX, LEASE, Outcome, Taken, backoff};
use crate::testing::Place;
use crate::{Db, Fault, NodeId};

crate::both!(MIGRATIONS;
    a_message_is_taken_once_and_settled_by_its_holder,
    two_workers_never_take_the_same_message,
    a_lease_that_ends_gives_the_message_to_another_worker,
    a_target_that_is_busy_is_passed_over,
    what_the_dead_had_taken_is_due_at_once_and_what_the_living_have_is_not,
    a_failed_message_waits_longer_each_time_and_then_dies,
    who_wants_to_be_left_alone_is_not_asked_before,
    a_rejected_message_dies_at_once_and_can_be_retried,
    a_dead_message_that_is_dismissed_stays_away,
    a_cancelled_message_is_not_sent,
    lists_show_one_space_and_one_state,
    what_is_held_is_due_later_and_leaves_with_what_goes_to_the_same_target,
    what_a_message_says_can_be_worded_anew_by_whoever_has_it,
);

async fn message(db: &Db) -> CounterId {
    let world = crate::World::system();
    let id = open(db, &world, &space()).await;
    send(db, id).await;
    id
}

async fn send(db: &Db, id: CounterId) {
    let world = crate::World::system();
    command(db, &world, id, Command::Send { target: "ada@example.org".to_owned() }).await.unwrap();
    sql(db, "UPDATE outbox SET created_at = $1, due_at = $1", crate::params![NOON]).await.unwrap();
}

async fn take(db: &Db, lease: &str, now: Time, limit: i64) -> Vec<Taken> {
    let lease = lease.to_owned();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { outbox::take(tx, &lease, now, limit, &[]).await })
    })
    .await
    .unwrap()
}

async fn settle(db: &Db, taken: &Taken, outcome: Outcome, now: Time) -> Option<&'static str> {
    let taken = taken.clone();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let states = outbox::settle(tx, &[(&taken, &outcome)], now).await?;
            Ok(states[0])
        })
    })
    .await
    .unwrap()
}

async fn dismiss(db: &Db, id: OutboxId) -> bool {
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let (space, actor) = (space(), Actor::system("test"));
            let stamp = Stamp { space: &space, at: NOON, actor: &actor, cause: None };
            outbox::dismiss(tx, &stamp, id, "nobody needs it").await
        })
    })
    .await
    .unwrap()
}

async fn retry(db: &Db, id: OutboxId, now: Time) -> bool {
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { outbox::retry(tx, &space(), id, &Actor::system("test"), now).await })
    })
    .await
    .unwrap()
}

async fn next_due(db: &Db) -> Option<Time> {
    outbox::next_due(&mut db.reader().await.unwrap()).await.unwrap()
}

fn delivered() -> Outcome {
    Outcome::Delivered { detail: "250 ok".to_owned() }
}

fn failed() -> Outcome {
    Outcome::failed("timeout")
}

async fn a_message_is_taken_once_and_settled_by_its_holder(place: Place) {
    message(&place.db).await;
    assert_eq!(next_due(&place.db).await, Some(NOON));
    let taken = take(&place.db, "a", NOON, 10).await;
    assert_eq!(taken.len(), 1);
    assert_eq!((taken[0].attempt, taken[0].message.target.as_str()), (1, "ada@example.org"));
    assert!(take(&place.db, "b", NOON, 10).await.is_empty());
    let stranger = Taken { lease: "b".to_owned(), ..taken[0].clone() };
    assert_eq!(settle(&place.db, &stranger, delivered(), NOON).await, None);
    assert_eq!(settle(&place.db, &taken[0], delivered(), NOON).await, Some("delivered"));
    assert_eq!(settle(&place.db, &taken[0], failed(), NOON).await, None);
    assert_eq!(next_due(&place.db).await, None);
}

async fn two_workers_never_take_the_same_message(place: Place) {
    let world = world();
    let id = open(&place.db, &world, &space()).await;
    for _ in 0..40 {
        send(&place.db, id).await;
    }
    let mut seen = BTreeSet::new();
    let mut round = 0;
    while seen.len() < 40 {
        let leases: Vec<String> = (0..8).map(|worker| format!("{round}.{worker}")).collect();
        let takes = leases.iter().map(|lease| take(&place.db, lease, NOON, 5));
        for taken in join_all(takes).await.into_iter().flatten() {
            assert!(seen.insert(taken.message.id), "taken twice: {taken:?}");
        }
        round += 1;
        assert!(round < 20, "only {} of 40 messages were taken", seen.len());
    }
}

async fn a_lease_that_ends_gives_the_message_to_another_worker(place: Place) {
    message(&place.db).await;
    let lost = take(&place.db, "a", NOON, 10).await.remove(0);
    assert_eq!(next_due(&place.db).await, Some(NOON + LEASE));
    let later = NOON + LEASE;
    let taken = take(&place.db, "b", later, 10).await.remove(0);
    assert_eq!(taken.attempt, 2);
    assert_eq!(settle(&place.db, &lost, delivered(), later).await, None);
    assert_eq!(settle(&place.db, &taken, delivered(), later).await, Some("delivered"));
}

async fn a_failed_message_waits_longer_each_time_and_then_dies(place: Place) {
    message(&place.db).await;
    let mut now = NOON;
    for attempt in 1..=ATTEMPTS_MAX {
        let taken = take(&place.db, &attempt.to_string(), now, 10).await.remove(0);
        assert_eq!(taken.attempt, attempt);
        let state = settle(&place.db, &taken, failed(), now).await;
        if attempt == ATTEMPTS_MAX {
            assert_eq!(state, Some("dead"));
        } else {
            assert_eq!(state, Some("waiting"));
            assert!(take(&place.db, "early", now, 10).await.is_empty());
            now = now + backoff(attempt);
            assert_eq!(next_due(&place.db).await, Some(now));
        }
    }
    assert_eq!(backoff(1), Duration::from_secs(2));
    assert_eq!(backoff(30), Duration::from_secs(600));
}

async fn who_wants_to_be_left_alone_is_not_asked_before(place: Place) {
    message(&place.db).await;
    let mut now = NOON;
    // Less than is waited in any case says nothing, and nobody may wish for days.
    for (wish, waits) in [(1, 2), (300, 300), (86_400, 3_600)] {
        let taken = take(&place.db, "a", now, 10).await.remove(0);
        let retry_after = Some(Duration::from_secs(wish));
        let busy = Outcome::Failed { detail: "429".to_owned(), retry_after };
        assert_eq!(settle(&place.db, &taken, busy, now).await, Some("waiting"));
        now = now + Duration::from_secs(waits);
        assert_eq!(next_due(&place.db).await, Some(now));
    }
}

async fn a_rejected_message_dies_at_once_and_can_be_retried(place: Place) {
    message(&place.db).await;
    let taken = take(&place.db, "a", NOON, 10).await.remove(0);
    let rejected = Outcome::Rejected { detail: "no such user".to_owned() };
    assert_eq!(settle(&place.db, &taken, rejected, NOON).await, Some("dead"));
    assert!(take(&place.db, "b", Time::MAX, 10).await.is_empty());
    let id = taken.message.id;
    assert!(retry(&place.db, id, NOON).await);
    assert!(!retry(&place.db, id, NOON).await, "it is not dead any more");
    assert_eq!(take(&place.db, "c", NOON, 10).await[0].attempt, 1);
}

async fn a_dead_message_that_is_dismissed_stays_away(place: Place) {
    message(&place.db).await;
    let taken = take(&place.db, "a", NOON, 10).await.remove(0);
    let id = taken.message.id;
    assert!(!dismiss(&place.db, id).await, "it is not dead yet");
    let rejected = Outcome::Rejected { detail: "no such user".to_owned() };
    settle(&place.db, &taken, rejected, NOON).await;
    assert!(dismiss(&place.db, id).await);
    assert!(!dismiss(&place.db, id).await, "once");
    assert!(!retry(&place.db, id, NOON).await, "it does not come back");
    assert!(take(&place.db, "b", Time::MAX, 10).await.is_empty());
}

async fn a_cancelled_message_is_not_sent(place: Place) {
    let id = message(&place.db).await;
    let on_its_way = take(&place.db, "a", NOON, 10).await.remove(0);
    send(&place.db, id).await;
    command(&place.db, &world(), id, Command::Stop).await.unwrap();
    assert!(take(&place.db, "b", Time::MAX, 10).await.is_empty());
    // The one that was on its way stays cancelled; what the other side said changes nothing.
    assert_eq!(settle(&place.db, &on_its_way, failed(), NOON).await, None);
    assert_eq!(next_due(&place.db).await, None);
}

async fn lists_show_one_space_and_one_state(place: Place) {
    message(&place.db).await;
    let mut conn = place.db.reader().await.unwrap();
    let listed = outbox::list(&mut conn, &space(), "waiting", 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].due_at, Some(NOON));
    assert!(outbox::list(&mut conn, &space(), "dead", 10).await.unwrap().is_empty());
    let other = SpaceId::new("other");
    assert!(outbox::list(&mut conn, &other, "", 10).await.unwrap().is_empty());
}

async fn a_target_that_is_busy_is_passed_over(place: Place) {
    let id = message(&place.db).await;
    let some = take(&place.db, "a", NOON, 1).await;
    let Taken { message: known, .. } = &some[0];
    send(&place.db, id).await;
    settle(&place.db, &some[0], delivered(), NOON).await;
    let pass = |channel: &str, target: &str| {
        let busy = [(channel.to_owned(), target.to_owned())];
        place.db.write::<_, Fault, _>(move |tx| {
            let busy = busy.clone();
            Box::pin(async move { outbox::take(tx, "b", NOON, 5, &busy).await })
        })
    };
    assert_eq!(pass(&known.channel, &known.target).await.unwrap().len(), 0);
    assert_eq!(pass(&known.channel, "").await.unwrap().len(), 0, "all of the channel");
    assert_eq!(pass("another", "").await.unwrap().len(), 1);
    sql(&place.db, "UPDATE outbox SET leased_until = 0, due_at = $1", crate::params![NOON])
        .await
        .unwrap();
    assert_eq!(pass("another", &known.target).await.unwrap().len(), 1, "it is busy elsewhere");
}

async fn what_the_dead_had_taken_is_due_at_once_and_what_the_living_have_is_not(place: Place) {
    let world = crate::World::system();
    let (dead, living) = (NodeId::fresh(&world), NodeId::fresh(&world));
    message(&place.db).await;
    message(&place.db).await;
    assert_eq!(take(&place.db, &dead.lease(&world), NOON, 1).await.len(), 1);
    let kept = take(&place.db, &living.lease(&world), NOON, 1).await.remove(0);
    assert_eq!(take(&place.db, &living.lease(&world), NOON, 5).await.len(), 0);
    let end = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { outbox::end_leases(tx, &BTreeSet::from([living]), NOON).await })
    });
    end.await.unwrap();
    let again = take(&place.db, &living.lease(&world), NOON, 5).await;
    assert_eq!((again.len(), again[0].attempt), (1, 2));
    assert_ne!(again[0].message.id, kept.message.id);
}

async fn along(db: &Db, lease: &str, kind: &'static str, now: Time) -> Vec<Taken> {
    let lease = lease.to_owned();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let space = space();
            let targets = [(&space, "test", "ada@example.org"), (&space, "test", "nobody")];
            outbox::take_along(tx, &lease, (kind, &targets), now).await
        })
    })
    .await
    .unwrap()
}

async fn hold(db: &Db, taken: Taken, until: Time) {
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { outbox::hold(tx, &[(&taken, until)]).await })
    })
    .await
    .unwrap();
}

async fn what_is_held_is_due_later_and_leaves_with_what_goes_to_the_same_target(place: Place) {
    let db = &place.db;
    message(db).await;
    let first = take(db, "a", NOON, 10).await.remove(0);
    let later = NOON + Duration::from_secs(30);
    hold(db, first.clone(), later).await;
    assert_eq!(next_due(db).await, Some(later));
    assert!(take(db, "b", NOON, 10).await.is_empty(), "it is not due");
    let release = db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let space = space();
            outbox::release(tx, ("counter", &[(&space, "test", "ada@example.org")]), NOON).await
        })
    });
    release.await.unwrap();
    assert_eq!(next_due(db).await, Some(NOON), "what was held and never tried is due");
    // Another one goes to the same target, and takes it along.
    message(db).await;
    let taken = take(db, "c", NOON, 10).await.into_iter();
    let (held, others): (Vec<_>, Vec<_>) =
        taken.partition(|taken| taken.message.id == first.message.id);
    hold(db, held[0].clone(), later).await;
    let second = others[0].clone();
    assert_eq!(second.asked_at, NOON);
    assert!(along(db, "c", "other", NOON).await.is_empty(), "it is about a counter");
    let along_with = along(db, "c", "counter", NOON).await;
    assert_eq!(along_with.len(), 1, "what somebody has taken stays with them");
    assert_eq!(along_with[0].message.id, first.message.id);
    assert_eq!(along_with[0].attempt, 1, "it was given back untried");
    assert_eq!(settle(db, &along_with[0], delivered(), NOON).await, Some("delivered"));
    assert_eq!(settle(db, &second, delivered(), NOON).await, Some("delivered"));
}

async fn what_a_message_says_can_be_worded_anew_by_whoever_has_it(place: Place) {
    let db = &place.db;
    message(db).await;
    let mut taken = take(db, "a", NOON, 10).await.remove(0);
    let reword = async |taken: Taken| {
        let work = db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { outbox::reword(tx, &taken).await })
        });
        work.await.unwrap();
    };
    taken.message.body = serde_json::json!({ "said": 1 });
    reword(taken.clone()).await;
    let mut stranger = Taken { lease: "b".to_owned(), ..taken.clone() };
    stranger.message.body = serde_json::json!({ "said": 2 });
    reword(stranger).await;
    let mut conn = db.reader().await.unwrap();
    let found = outbox::one(&mut conn, &space(), taken.message.id).await.unwrap();
    assert_eq!(found, Some(taken.message));
}
