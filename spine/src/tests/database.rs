use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;
use kernel::SpaceId;
use tokio::sync::{Notify, Semaphore};

use super::counter::*;
use crate::db::{Dialect, Migration, OnDisk, SPINE, tables};
use crate::testing::{Place, on_sqlite, sqlite_url};
use crate::{Db, Fault, params};

crate::both!(MIGRATIONS;
    an_error_undoes_its_own_work_alone,
    a_panic_undoes_its_own_work_alone,
    a_work_that_hides_a_failed_statement_is_undone,
    a_mark_undoes_a_part_of_a_work,
    a_work_runs_to_its_end_when_its_asker_goes_away,
    values_read_back,
    what_is_committed_is_seen_before_it_is_on_disk,
    a_snapshot_does_not_see_what_is_written_meanwhile,
    a_newer_schema_is_refused_with_both_versions,
    opening_again_changes_nothing,
    a_failing_migration_leaves_nothing_behind,
    the_catalog_lists_every_table,
    after_closing_the_answer_is_that_operate_is_stopping,
    a_restored_journal_is_continued_in_a_new_epoch,
);

async fn what_is_committed_is_seen_before_it_is_on_disk(place: Place) {
    let work = place.db.commit(|tx| Box::pin(insert_parked(tx, 1)));
    let (rows, disk): (u64, OnDisk) = work.await.unwrap();
    assert_eq!(rows, 1);
    assert_eq!(count(&place.db, "SELECT COUNT(*) AS n FROM parked").await, 1);
    disk.wait().await.unwrap();
    let again = Db::open(&place.url, MIGRATIONS).await.unwrap();
    assert_eq!(count(&again, "SELECT COUNT(*) AS n FROM parked").await, 1);
    again.close().await;
}

/// What a work of these tests does.
#[derive(Clone, Copy, PartialEq)]
enum Act {
    Write,
    Refuse,
    Panic,
}

async fn insert_parked(tx: &mut crate::Tx, seq: i64) -> Result<u64, Fault> {
    let sql = "INSERT INTO parked (follower, seq, space_id, error, parked_at) \
               VALUES ('f', $1, 's', '', 0)";
    tx.run(sql, params![seq]).await
}

async fn act(db: &Db, seq: i64, act: Act) -> Result<(), Fault> {
    db.write(move |tx| {
        Box::pin(async move {
            insert_parked(tx, seq).await?;
            match act {
                Act::Write => Ok(()),
                Act::Refuse => Err(Fault::Other("no".to_owned())),
                Act::Panic => panic!("a work of a test panics"),
            }
        })
    })
    .await
}

/// Runs 40 works at once of which every fourth goes wrong, and checks who is there afterwards.
async fn only_the_wrong_ones_are_undone(db: &Db, wrong: Act) {
    let works = (0..40).map(|seq| act(db, seq, if seq % 4 == 1 { wrong } else { Act::Write }));
    for (seq, result) in join_all(works).await.into_iter().enumerate() {
        assert_eq!(result.is_err(), seq % 4 == 1, "{seq}: {result:?}");
    }
    assert_eq!(count(db, "SELECT COUNT(*) AS n FROM parked").await, 30);
    assert_eq!(count(db, "SELECT COUNT(*) AS n FROM parked WHERE seq % 4 = 1").await, 0);
}

async fn an_error_undoes_its_own_work_alone(place: Place) {
    only_the_wrong_ones_are_undone(&place.db, Act::Refuse).await;
}

async fn a_panic_undoes_its_own_work_alone(place: Place) {
    only_the_wrong_ones_are_undone(&place.db, Act::Panic).await;
}

async fn a_work_that_hides_a_failed_statement_is_undone(place: Place) {
    let result: Result<(), Fault> = place
        .db
        .write(|tx| {
            Box::pin(async move {
                insert_parked(tx, 1).await?;
                // The same key again: PostgreSQL would turn the COMMIT into a silent rollback.
                let _ = insert_parked(tx, 1).await;
                Ok(())
            })
        })
        .await;
    assert!(result.unwrap_err().to_string().contains("went on after"));
    assert_eq!(count(&place.db, "SELECT COUNT(*) AS n FROM parked").await, 0);
}

async fn a_mark_undoes_a_part_of_a_work(place: Place) {
    place
        .db
        .write::<_, Fault, _>(|tx| {
            Box::pin(async move {
                insert_parked(tx, 1).await?;
                tx.mark().await?;
                insert_parked(tx, 2).await?;
                assert!(insert_parked(tx, 1).await.is_err());
                tx.undo().await?;
                tx.mark().await?;
                insert_parked(tx, 3).await?;
                tx.keep().await
            })
        })
        .await
        .unwrap();
    assert_eq!(count(&place.db, "SELECT COUNT(*) AS n FROM parked").await, 2);
    assert_eq!(count(&place.db, "SELECT COUNT(*) AS n FROM parked WHERE seq = 3").await, 1);
}

async fn a_work_runs_to_its_end_when_its_asker_goes_away(place: Place) {
    let (started, go) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(0)));
    let (db, signal, gate) = (place.db.clone(), started.clone(), go.clone());
    let asker = tokio::spawn(async move {
        db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                insert_parked(tx, 1).await?;
                signal.notify_one();
                let _ = gate.acquire().await;
                insert_parked(tx, 2).await
            })
        })
        .await
    });
    started.notified().await;
    asker.abort();
    go.add_permits(1);
    while count(&place.db, "SELECT COUNT(*) AS n FROM parked").await == 0 {
        breathe().await;
    }
    assert_eq!(count(&place.db, "SELECT COUNT(*) AS n FROM parked").await, 2);
}

async fn values_read_back(place: Place) {
    let odd = "'; DROP TABLE journal; -- äöü 🦀 \u{1}";
    sql(
        &place.db,
        "INSERT INTO outbox (space_id, id, subject, channel, target, body, state, attempts, \
         created_at, due_at, leased_until, lease, detail) \
         VALUES ($1, 'x', '', '', '', '', '', $2, $3, $4, 0, '', '')",
        params![odd, i64::MIN, NOON, Option::<i64>::None],
    )
    .await
    .unwrap();
    let mut conn = place.db.reader().await.unwrap();
    let row = conn.first("SELECT * FROM outbox", vec![]).await.unwrap().unwrap();
    assert_eq!(row.get::<String>("space_id").unwrap(), odd);
    assert_eq!(row.get::<i64>("attempts").unwrap(), i64::MIN);
    assert_eq!(row.get::<kernel::Time>("created_at").unwrap(), NOON);
    assert_eq!(row.get::<Option<kernel::Time>>("due_at").unwrap(), None);
    assert!(row.get::<i64>("nothing").is_err());
}

async fn a_snapshot_does_not_see_what_is_written_meanwhile(place: Place) {
    act(&place.db, 1, Act::Write).await.unwrap();
    let mut snapshot = place.db.snapshot().await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM parked";
    assert_eq!(snapshot.number(sql, vec![]).await.unwrap(), 1);
    act(&place.db, 2, Act::Write).await.unwrap();
    assert_eq!(snapshot.number(sql, vec![]).await.unwrap(), 1);
    assert!(snapshot.run("DELETE FROM parked", vec![]).await.is_err());
    drop(snapshot);
    assert_eq!(count(&place.db, sql).await, 2);
}

async fn a_newer_schema_is_refused_with_both_versions(place: Place) {
    place.db.close().await;
    let older = &MIGRATIONS[..1];
    let refusal = Db::open(&place.url, older).await.err().unwrap().to_string();
    assert!(refusal.contains("schema version 3"), "{refusal}");
    assert!(refusal.contains("knows up to 1"), "{refusal}");
}

async fn opening_again_changes_nothing(place: Place) {
    append(&place.db, &space(), "one").await;
    let again = Db::open(&place.url, MIGRATIONS).await.unwrap();
    assert_eq!(again.dialect(), place.db.dialect());
    assert_eq!(again.schema_version().await.unwrap(), 3);
    assert_eq!(kinds(&again).await, ["one"]);
    again.close().await;
}

async fn a_failing_migration_leaves_nothing_behind(place: Place) {
    const BROKEN: &[Migration] = &[
        SPINE,
        MIGRATIONS[1],
        MIGRATIONS[2],
        Migration {
            version: 4,
            name: "broken",
            sql: "CREATE TABLE third (a BIGINT NOT NULL); CREATE TABLE third (b BIGINT NOT NULL);",
        },
    ];
    assert!(Db::open(&place.url, BROKEN).await.is_err());
    assert_eq!(place.db.schema_version().await.unwrap(), 3);
    let names = tables(&mut place.db.reader().await.unwrap()).await.unwrap();
    assert!(names.iter().all(|table| table.name != "third"));
}

async fn the_catalog_lists_every_table(place: Place) {
    let found = tables(&mut place.db.reader().await.unwrap()).await.unwrap();
    let names: Vec<&str> = found.iter().map(|table| table.name.as_str()).collect();
    let of_journal = ["journal", "journal_epoch", "journal_member"];
    let rest = ["outbox", "parked", "record_tag", "seal"];
    assert_eq!(names, [&["counter", "follower"], &of_journal[..], &rest].concat());
    assert_eq!(found[0].columns.len(), 6);
}

async fn after_closing_the_answer_is_that_operate_is_stopping(place: Place) {
    place.db.close().await;
    assert!(matches!(act(&place.db, 1, Act::Write).await, Err(Fault::Stopping)));
    assert!(matches!(place.db.reader().await.err(), Some(Fault::Stopping)));
}

/// As after restoring into a younger PostgreSQL cluster: stored numbers are far ahead.
async fn a_restored_journal_is_continued_in_a_new_epoch(place: Place) {
    append(&place.db, &space(), "old").await;
    sql(&place.db, "UPDATE journal SET tx = tx + 1000000000", vec![]).await.unwrap();
    place.db.close().await;
    let db = Db::open(&place.url, MIGRATIONS).await.unwrap();
    assert!(db.dialect().tx_offset() > 900_000_000);
    append(&db, &space(), "new").await;
    assert_eq!(kinds(&db).await, ["old", "new"]);
    db.close().await;
    let again = Db::open(&place.url, MIGRATIONS).await.unwrap();
    assert_eq!(again.dialect(), db.dialect());
    append(&again, &space(), "newer").await;
    assert_eq!(kinds(&again).await, ["old", "new", "newer"]);
    again.close().await;
}

#[test]
fn concurrent_writes_share_commits_on_sqlite() {
    on_sqlite(MIGRATIONS, |place: Place| async move {
        // The first work holds the writer until all others are queued behind it.
        let gate = Arc::new(Semaphore::new(0));
        let entered = gate.clone();
        let db = place.db.clone();
        let first = tokio::spawn(async move {
            db.write::<_, Fault, _>(move |_| {
                Box::pin(async move {
                    let _ = entered.acquire().await;
                    Ok(())
                })
            })
            .await
        });
        breathe().await;
        let committed = place.db.grown();
        let done = Arc::new(AtomicUsize::new(0));
        let works = (0..200).map(|_| {
            let (db, done) = (place.db.clone(), done.clone());
            tokio::spawn(async move {
                append(&db, &SpaceId::main(), "one").await;
                done.fetch_add(1, Ordering::Relaxed);
            })
        });
        let works: Vec<_> = works.collect();
        breathe().await;
        assert_eq!(done.load(Ordering::Relaxed), 0, "nothing is answered before its commit");
        gate.add_permits(1);
        first.await.unwrap().unwrap();
        join_all(works).await;
        let commits = *committed.borrow();
        assert!(commits < 20, "{commits} commits for 200 works");
        assert_eq!(kinds(&place.db).await.len(), 200);
    });
}

#[test]
fn a_commit_that_fails_answers_all_its_works_with_the_fault() {
    on_sqlite(MIGRATIONS, |place: Place| async move {
        let result: Vec<_> = join_all((0..3).map(|seq| {
            place.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    insert_parked(tx, seq).await?;
                    if seq == 1 {
                        // A work must not end the transaction; if it does, all are undone.
                        tx.run("ROLLBACK", vec![]).await?;
                    }
                    Ok(())
                })
            })
        }))
        .await;
        assert!(result.iter().any(|answer| matches!(answer, Err(Fault::Commit(_)))), "{result:?}");
        let kept = result.iter().filter(|answer| answer.is_ok()).count() as i64;
        assert_eq!(count(&place.db, "SELECT COUNT(*) AS n FROM parked").await, kept);
        act(&place.db, 9, Act::Write).await.unwrap();
    });
}

#[test]
fn a_database_that_cannot_be_opened_is_an_outage() {
    let (url, folder) = sqlite_url();
    std::fs::create_dir(folder.path().join("test.db")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let fault = runtime.block_on(Db::open(&url, MIGRATIONS)).err().unwrap();
    assert!(fault.outage(), "{}", fault.chain());
}

#[test]
fn table_definitions_are_portable() {
    let sqlite = Dialect::Sqlite { tx_offset: 0 };
    assert_eq!(sqlite.ddl("seq BIGSERIAL PRIMARY KEY,"), "seq INTEGER PRIMARY KEY AUTOINCREMENT,");
}

#[test]
fn rows_are_cut_into_few_lengths_and_none_is_lost() {
    let mut lengths = std::collections::BTreeSet::new();
    for count in 0..2_000_usize {
        let rows: Vec<usize> = (0..count).collect();
        let pieces: Vec<&[usize]> = crate::db::pieces(&rows).collect();
        assert_eq!(pieces.concat(), rows);
        lengths.extend(pieces.iter().map(|piece| piece.len()));
    }
    assert!(lengths.len() <= 13, "{lengths:?}");
    assert!(lengths.iter().all(|length| (1..=256).contains(length)), "{lengths:?}");
}

#[test]
fn a_new_sqlite_database_is_for_its_own_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    crate::testing::on_sqlite(MIGRATIONS, |place: Place| async move {
        append(&place.db, &space(), "something").await;
        let path = place.url.strip_prefix("sqlite:").unwrap().to_owned();
        for file in [path.clone(), format!("{path}-wal")] {
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    });
}
