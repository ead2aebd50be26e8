use std::sync::Arc;

use kernel::SpaceId;
use sqlx::AssertSqlSafe;
use tokio::sync::{Notify, Semaphore};

use super::counter::*;
use crate::journal::{self, Filter, Position};
use crate::testing::{Place, on_postgres, on_sqlite, whole_journal};
use crate::{Db, Fault, params};

crate::both!(MIGRATIONS;
    entries_read_back_in_order_with_the_exact_text,
    many_facts_of_one_append_keep_their_order,
    a_list_is_filtered_by_subject_kind_and_place,
    the_end_is_where_the_next_reader_begins,
);

async fn entries_read_back_in_order_with_the_exact_text(place: Place) {
    for kind in ["one", "two", "three"] {
        append(&place.db, &space(), kind).await;
    }
    let entries = whole_journal(&place.db).await;
    let seqs: Vec<i64> = entries.iter().map(|stored| stored.entry.seq).collect();
    assert!(seqs.is_sorted());
    assert_eq!(entries[1].entry.data.text(), r#"{"said":"two"}"#);
    assert_eq!(entries[1].entry.at, NOON);
    let mut conn = place.db.reader().await.unwrap();
    let rest = journal::after(&mut conn, entries[0].position, 1).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].entry.kind, "two");
}

async fn many_facts_of_one_append_keep_their_order(place: Place) {
    // More than one insert statement, and a rest.
    let written: Vec<String> = (0..150).map(|number| format!("fact.{number}")).collect();
    let facts: Vec<kernel::Fact> = written
        .iter()
        .map(|kind| kernel::Fact {
            subject: "test:1".to_owned(),
            kind: kind.clone(),
            data: serde_json::Value::Null.into(),
        })
        .collect();
    place
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let (space, actor) = (space(), kernel::Actor::system("test"));
                let stamp =
                    journal::Stamp { space: &space, at: NOON, actor: &actor, cause: Some(3) };
                journal::append(tx, &stamp, &facts).await
            })
        })
        .await
        .unwrap();
    assert_eq!(kinds(&place.db).await, written);
}

async fn a_list_is_filtered_by_subject_kind_and_place(place: Place) {
    for kind in ["alert.opened", "incident.opened", "alert.closed"] {
        append(&place.db, &space(), kind).await;
    }
    append(&place.db, &SpaceId::new("other"), "alert.opened").await;
    let listed = |filter: Filter| list(&place.db, filter);
    let alerts = Filter { kind_prefix: Some("alert.".to_owned()), limit: 10, ..Filter::default() };
    assert_eq!(listed(alerts).await, ["alert.closed", "alert.opened"]);
    let none = Filter { subject: Some("x".to_owned()), limit: 10, ..Filter::default() };
    assert!(listed(none).await.is_empty());
    let newest = whole_journal(&place.db).await[2].entry.seq;
    let older = Filter { before_seq: Some(newest), limit: 1, ..Filter::default() };
    assert_eq!(listed(older).await, ["incident.opened"]);
}

async fn list(db: &Db, filter: Filter) -> Vec<String> {
    let mut conn = db.reader().await.unwrap();
    let entries = journal::list(&mut conn, &space(), &filter).await.unwrap();
    entries.into_iter().map(|entry| entry.kind).collect()
}

async fn the_end_is_where_the_next_reader_begins(place: Place) {
    let mut conn = place.db.reader().await.unwrap();
    assert_eq!(journal::end(&mut conn).await.unwrap(), Position::default());
    append(&place.db, &space(), "one").await;
    whole_journal(&place.db).await;
    let end = journal::end(&mut conn).await.unwrap();
    assert!(journal::after(&mut conn, end, 10).await.unwrap().is_empty());
    append(&place.db, &space(), "two").await;
    whole_journal(&place.db).await;
    assert_eq!(journal::after(&mut conn, end, 10).await.unwrap()[0].entry.kind, "two");
}

/// The reader that everybody writes first: it remembers the highest `seq` it has seen.
async fn naive_reader(db: &Db, last: &mut i64, seen: &mut Vec<String>) {
    let mut conn = db.reader().await.unwrap();
    let sql = "SELECT seq, kind FROM journal WHERE seq > $1 ORDER BY seq";
    for row in conn.all(sql, params![*last]).await.unwrap() {
        *last = row.get("seq").unwrap();
        seen.push(row.get("kind").unwrap());
    }
}

/// Ours: it follows transactions and stops below the oldest one that still runs.
async fn our_reader(db: &Db, at: &mut Position, seen: &mut Vec<String>) {
    let mut conn = db.reader().await.unwrap();
    for stored in journal::after(&mut conn, *at, 10).await.unwrap() {
        *at = stored.position;
        seen.push(stored.entry.kind.clone());
    }
}

#[test]
fn on_postgres_an_entry_that_commits_late_is_skipped_by_a_naive_reader_and_not_by_ours() {
    on_postgres(MIGRATIONS, |place: Place| async move {
        let db = &place.db;
        let (drawn, go) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
        let (signal, gate, slow_db) = (drawn.clone(), go.clone(), db.clone());
        let slow = tokio::spawn(async move {
            slow_db
                .write::<_, Fault, _>(move |tx| {
                    Box::pin(async move {
                        append_in(tx, &space(), "late").await?;
                        signal.notify_one();
                        let _ = gate.acquire().await;
                        Ok(())
                    })
                })
                .await
        });
        drawn.notified().await;
        append(db, &space(), "quick").await;

        let (mut last, mut naive) = (0, Vec::new());
        let (mut at, mut ours) = (Position::default(), Vec::new());
        naive_reader(db, &mut last, &mut naive).await;
        our_reader(db, &mut at, &mut ours).await;
        assert_eq!(naive, ["quick"], "the higher number is there already");
        assert!(ours.is_empty(), "ours waits for the transaction that still runs");

        go.add_permits(1);
        slow.await.unwrap().unwrap();
        whole_journal(db).await;
        naive_reader(db, &mut last, &mut naive).await;
        our_reader(db, &mut at, &mut ours).await;
        assert_eq!(naive, ["quick"], "the late entry is lost to the naive reader");
        assert_eq!(ours, ["late", "quick"]);
    });
}

/// What is read at the tip after each commit must not cost more as the journal grows.
#[test]
fn on_sqlite_reading_on_does_not_walk_the_journal() {
    on_sqlite(MIGRATIONS, |place: Place| async move {
        let mut conn = place.db.reader().await.unwrap();
        for only in ["", "AND space_id || '' = 'default'"] {
            let text = journal::after_text(&conn.dialect().horizon(), only);
            let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {text}"));
            let rows = conn.all(sql, params![0_i64, 0_i64, 10_i64]).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
            for range in ["(tx=? AND seq>?)", "(tx>? AND tx<?)"] {
                let step = format!("SEARCH journal USING INDEX journal_order {range}");
                assert!(plan.contains(&step), "{plan:#?}");
            }
        }
    });
}
