use std::time::Duration;

use kernel::{AlertId, Message, NotificationId, OutboxId, SpaceId, Time};
use routing::{LogEntry, Reason};
use spine::Fault;
use spine::outbox::{self, Outcome};
use spine::testing::Place;

use super::board::stamp;
use super::carry::Told;
use super::digests::store as digests;
use super::held::Held;
use super::store::{self, Attempt, Line, Logged, Notification, Standing};
use super::untold::store::{self as untold, NotTold};
use crate::MIGRATIONS;

spine::both!(MIGRATIONS;
    a_receiver_knows_what_arrived_and_not_what_was_lost,
    a_message_that_has_not_left_is_overtaken_by_the_next,
    a_digest_is_not_taken_back_by_one_of_its_groups,
    a_group_waits_in_one_digest_only,
    of_two_nodes_that_decide_at_once_one_looks_again,
    a_notification_is_found_by_each_of_its_alerts,
    why_somebody_was_not_told_is_kept_by_alert,
    what_is_old_is_forgotten,
);

const NOON: Time = Time::from_seconds(1_772_366_400);
const GROUP: &str = "{}:{alertname=\"Slow\"}";
const WAY: &str = "ops/webhook[0]";

fn entry(firing: &[u64]) -> LogEntry {
    let (resolved, flapping) = (Vec::new(), Vec::new());
    LogEntry { firing: firing.to_vec(), resolved, flapping, at: stamp(NOON) }
}

fn message(number: u128) -> Message {
    Message {
        id: OutboxId::from_bits(number),
        channel: "notification".to_owned(),
        target: WAY.to_owned(),
        body: serde_json::json!({}),
    }
}

fn line(version: i64, told: Option<LogEntry>, pending: LogEntry, message: OutboxId) -> Line {
    let (group_key, receiver) = (GROUP.to_owned(), WAY.to_owned());
    Line { group_key, receiver, version, told, pending, message: Some(message) }
}

/// Writes the log and puts the message in, as a flush does.
async fn told(
    place: &Place,
    version: i64,
    last: Option<LogEntry>,
    next: LogEntry,
    number: u128,
) -> Result<(), Fault> {
    place
        .db
        .write(move |tx| {
            Box::pin(async move {
                let space = SpaceId::main();
                let message = message(number);
                outbox::add(tx, &space, &[("notification:x", &message)], NOON).await?;
                store::log(tx, &space, &[line(version, last, next, message.id)]).await
            })
        })
        .await
}

async fn standing(place: &Place, now: Time) -> Standing {
    logged(place, now).await.standing()
}

async fn logged(place: &Place, now: Time) -> Logged {
    let mut conn = place.db.reader().await.unwrap();
    let found = store::logged(&mut conn, &SpaceId::main(), &[GROUP], now).await.unwrap();
    found[&(GROUP.to_owned(), WAY.to_owned())].clone()
}

/// Takes the message and settles it so.
async fn carried(place: &Place, outcome: Outcome) {
    place
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let taken = outbox::take(tx, "lease", NOON, 10, &[]).await?.remove(0);
                outbox::settle(tx, &[(&taken, &outcome)], NOON).await?;
                let counted = taken.message.id;
                let attempt = Attempt { taken, counted, outcome, at: NOON, took_micros: 1500 };
                store::attempted(tx, &[attempt]).await
            })
        })
        .await
        .unwrap();
}

async fn a_receiver_knows_what_arrived_and_not_what_was_lost(place: Place) {
    told(&place, 0, None, entry(&[1]), 1).await.unwrap();
    carried(&place, Outcome::Delivered { detail: "200 OK".to_owned() }).await;
    assert_eq!(standing(&place, NOON).await, Standing::Knows(Some(entry(&[1])), None));
    let attempts = {
        let mut conn = place.db.reader().await.unwrap();
        store::deliveries(&mut conn, &SpaceId::main(), OutboxId::from_bits(1)).await.unwrap()
    };
    assert_eq!((attempts.len(), attempts[0].result.as_str()), (1, "delivered"));
    assert_eq!(attempts[0].took_milliseconds, 1.5);
    told(&place, 1, Some(entry(&[1])), entry(&[1, 2]), 2).await.unwrap();
    carried(&place, Outcome::Rejected { detail: "gone".to_owned() }).await;
    assert_eq!(standing(&place, NOON).await, Standing::Knows(Some(entry(&[1])), None));
    let logged = logged(&place, NOON).await;
    assert!(logged.thinks_it_fires(1) && !logged.thinks_it_fires(2), "the second was lost");
}

async fn overtaken(place: &Place, message: OutboxId) -> bool {
    let work = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::overtake(tx, &SpaceId::main(), message, NOON).await })
    });
    work.await.unwrap()
}

async fn a_message_that_has_not_left_is_overtaken_by_the_next(place: Place) {
    told(&place, 0, None, entry(&[1]), 1).await.unwrap();
    let waiting = OutboxId::from_bits(1);
    assert_eq!(standing(&place, NOON).await, Standing::Knows(None, Some(waiting)));
    assert!(logged(&place, NOON).await.thinks_it_fires(1), "it is about to be told");
    assert!(overtaken(&place, waiting).await);
    assert_eq!(standing(&place, NOON).await, Standing::Knows(None, None));
    // One that somebody carries is waited for.
    told(&place, 1, None, entry(&[2]), 2).await.unwrap();
    place
        .db
        .write::<_, Fault, _>(|tx| {
            Box::pin(async { outbox::take(tx, "lease", NOON, 10, &[]).await })
        })
        .await
        .unwrap();
    assert_eq!(standing(&place, NOON).await, Standing::Busy(None), "known in a moment");
    assert!(!overtaken(&place, waiting).await);
}

async fn a_digest_is_not_taken_back_by_one_of_its_groups(place: Place) {
    let write = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            outbox::add(tx, &space, &[("digest:x", &message(1))], NOON).await?;
            store::log(tx, &space, &[line(0, None, entry(&[1]), OutboxId::from_bits(1))]).await
        })
    });
    write.await.unwrap();
    assert_eq!(standing(&place, NOON).await, Standing::Busy(Some(NOON)));
    carried(&place, Outcome::failed("503")).await;
    let again = NOON + outbox::backoff(1);
    assert_eq!(standing(&place, NOON).await, Standing::Busy(Some(again)), "not before it is tried");
}

async fn a_group_waits_in_one_digest_only(place: Place) {
    let write = place.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let space = SpaceId::main();
            let at = |group_key| digests::Place { space: &space, receiver: WAY, group_key };
            let told = Told::default();
            let later = NOON + Duration::from_secs(60);
            let first = OutboxId::from_bits(1);
            for (group, kind, due, fresh) in [
                ("a", "weekly", later, first),
                ("b", "weekly", later + Duration::from_secs(60), OutboxId::from_bits(2)),
                ("a", "daily", later, OutboxId::from_bits(3)),
                ("c", "daily", later, OutboxId::from_bits(4)),
            ] {
                digests::put(tx, at(group), (kind, due), fresh, &told).await?;
            }
            digests::take_out(tx, (&space, WAY), &["c"]).await?;
            assert_eq!(digests::due_of(tx, &space, first).await?, Some(later));
            assert_eq!(digests::next_due(tx).await?, Some(later));
            assert!(digests::take_due(tx, NOON, 9).await?.is_empty());
            let taken = digests::take_due(tx, later, 9).await?;
            let mut kinds: Vec<(&str, usize)> =
                taken.iter().map(|(digest, items)| (digest.kind.as_str(), items.len())).collect();
            kinds.sort_unstable();
            assert_eq!(kinds, [("daily", 1), ("weekly", 1)]);
            assert_eq!(digests::next_due(tx).await?, None);
            assert_eq!(digests::due_of(tx, &space, first).await?, None);
            Ok(())
        })
    });
    write.await.unwrap();
    keep(&place).await;
    let mut conn = place.db.reader().await.unwrap();
    let (space, before) = (SpaceId::main(), NOON - Duration::from_secs(1));
    let sent = digests::sent_since(&mut conn, (&space, WAY), before, 9).await.unwrap();
    assert_eq!(sent, [NOON]);
    assert!(digests::sent_since(&mut conn, (&space, WAY), NOON, 9).await.unwrap().is_empty());
}

async fn of_two_nodes_that_decide_at_once_one_looks_again(place: Place) {
    told(&place, 0, None, entry(&[1]), 1).await.unwrap();
    let late = told(&place, 0, None, entry(&[1]), 2).await.unwrap_err();
    assert!(late.worth_retrying(), "{late}");
    assert!(told(&place, 1, None, entry(&[1, 2]), 3).await.is_ok());
    assert!(told(&place, 1, None, entry(&[3]), 4).await.unwrap_err().worth_retrying());
}

fn notification() -> Notification {
    let alert = AlertId::from_bits;
    Notification {
        id: NotificationId::from_bits(9),
        at: NOON,
        group_key: GROUP.to_owned(),
        group_labels: [("alertname".to_owned(), "Slow".to_owned())].into(),
        route: "{}".to_owned(),
        receiver: WAY.to_owned(),
        reason: Reason::First,
        firing: vec![alert(1)],
        resolved: vec![alert(2)],
        held: vec![(alert(3), Held::Interval { intervals: vec!["nights".to_owned()] })],
        message: OutboxId::from_bits(1),
    }
}

async fn keep(place: &Place) {
    let insert = place.db.write::<_, Fault, _>(|tx| {
        Box::pin(async move { store::insert(tx, &SpaceId::main(), &[notification()]).await })
    });
    insert.await.unwrap();
}

async fn of_alert(place: &Place, alert: u128) -> Vec<Notification> {
    let mut conn = place.db.reader().await.unwrap();
    let id = AlertId::from_bits(alert);
    store::of_alert(&mut conn, &SpaceId::main(), id, 10).await.unwrap()
}

async fn a_notification_is_found_by_each_of_its_alerts(place: Place) {
    keep(&place).await;
    for alert in [1, 2, 3] {
        assert_eq!(of_alert(&place, alert).await, [notification()]);
    }
    assert!(of_alert(&place, 4).await.is_empty());
    let mut conn = place.db.reader().await.unwrap();
    let (space, end) = (SpaceId::main(), NOON + std::time::Duration::from_secs(1));
    let named = store::named_between(&mut conn, &space, NOON, end).await.unwrap();
    let mut alerts: Vec<AlertId> = named.iter().map(|(_, _, alert)| *alert).collect();
    alerts.sort();
    assert_eq!(alerts, [1, 2, 3].map(AlertId::from_bits));
    assert!(store::named_between(&mut conn, &space, end, Time::MAX).await.unwrap().is_empty());
}

async fn not_told(place: &Place) -> Vec<NotTold> {
    let mut conn = place.db.reader().await.unwrap();
    untold::of_alert(&mut conn, &SpaceId::main(), AlertId::from_bits(1), 10).await.unwrap()
}

async fn note(place: &Place) {
    let note = |seconds: i64, held: Held| NotTold {
        alert: AlertId::from_bits(1),
        receiver: WAY.to_owned(),
        at: Time::from_seconds(NOON.micros() / 1_000_000 + seconds),
        group_key: GROUP.to_owned(),
        held,
    };
    let notes = [note(-60, Held::Flapping), note(-30, Held::Over)];
    let work = place.db.write::<_, Fault, _>(move |tx| {
        let notes = notes.clone();
        Box::pin(async move {
            untold::note(tx, &SpaceId::main(), &notes.iter().collect::<Vec<_>>()).await
        })
    });
    work.await.unwrap();
}

async fn why_somebody_was_not_told_is_kept_by_alert(place: Place) {
    note(&place).await;
    note(&place).await;
    let found = not_told(&place).await;
    let held: Vec<&Held> = found.iter().map(|note| &note.held).collect();
    assert_eq!(held, [&Held::Over, &Held::Flapping], "the newest first, each once");
    let mut conn = place.db.reader().await.unwrap();
    let alerts: Vec<AlertId> = (1..100).map(AlertId::from_bits).collect();
    let last = untold::last(&mut conn, &SpaceId::main(), &alerts).await.unwrap();
    assert_eq!(last, [((alerts[0], WAY.to_owned()), Held::Over)].into());
}

async fn what_is_old_is_forgotten(place: Place) {
    keep(&place).await;
    note(&place).await;
    told(&place, 0, None, entry(&[1]), 1).await.unwrap();
    let forget = |before: Time| {
        place.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::forget(tx, before, before).await })
        })
    };
    forget(NOON).await.unwrap();
    assert!(not_told(&place).await.is_empty());
    assert_eq!(of_alert(&place, 1).await.len(), 1);
    forget(Time::from_micros(NOON.micros() + 1)).await.unwrap();
    assert!(of_alert(&place, 1).await.is_empty());
    let mut conn = place.db.reader().await.unwrap();
    let found = store::logged(&mut conn, &SpaceId::main(), &[GROUP], NOON).await.unwrap();
    assert!(found.is_empty());
}
