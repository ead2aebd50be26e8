use kernel::{Actor, Fact, SpaceId};
use spine::db::Migration;
use spine::journal::{self, Filter, Stamp};
use spine::testing::{self, Place};
use spine::{World, params};
use tempfile::TempDir;

use super::*;

spine::both!(MIGRATIONS;
    a_backup_restores_into_the_same_kind_of_database,
    a_restore_refuses_a_database_that_holds_data_unless_told,
    a_damaged_backup_changes_nothing,
    a_backup_of_a_newer_operate_is_refused,
    a_chain_that_was_broken_before_is_reported_after,
);

const NOON: Time = Time::from_seconds(1_772_366_400);

/// A folder for backups, with a key file in it.
struct Shelf {
    folder: TempDir,
}

impl Shelf {
    fn new() -> Shelf {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret.key"), "key\n").unwrap();
        Shelf { folder }
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("secret.key")
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("operate.backup")
    }

    async fn back_up(&self, url: &str) -> Header {
        backup(url, &self.key(), &self.file(), NOON).await.unwrap()
    }

    async fn restore(&self, url: &str, overwrite: bool) -> Outcome<Restored> {
        let options = RestoreOptions { overwrite, fresh_keys: false };
        restore(url, &self.key(), &self.file(), options).await
    }

    fn alter(&self, change: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(self.file()).unwrap();
        std::fs::write(self.file(), change(text)).unwrap();
    }
}

async fn append(db: &Db, kind: &str) {
    let kind = kind.to_owned();
    db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let (space, actor) = (SpaceId::main(), Actor::system("test"));
            let stamp = Stamp { space: &space, at: NOON, actor: &actor, cause: None };
            let data = serde_json::json!({ "odd": "äöü 🦀 \"quoted\" \n line" }).into();
            let fact = Fact { subject: "test:1".to_owned(), kind, data };
            journal::append(tx, &stamp, &[fact]).await
        })
    })
    .await
    .unwrap();
}

async fn run(db: &Db, sql: &'static str, values: Vec<Value>) {
    db.write::<_, Fault, _>(move |tx| Box::pin(async move { tx.run(sql, values).await }))
        .await
        .unwrap();
}

/// Some of everything: a sealed journal, a record with empty columns, a session, a secret.
async fn fill_in(db: &Db) {
    for kind in ["one", "two", "three"] {
        append(db, kind).await;
    }
    seal_all(db).await;
    append(db, "four").await;
    run(
        db,
        "INSERT INTO account (space_id, name, display_name, role, scoped, teams, person, \
         password_hash, created_at, updated_at) \
         VALUES ('default', 'ada', 'Ada', 'admin', 0, '[]', NULL, 'x', $1, $1)",
        params![i64::MAX],
    )
    .await;
    run(db, "INSERT INTO session VALUES ('default', 'hash', 'ada', 1, 1)", params![]).await;
    let day = "INSERT INTO objective_day VALUES ('default', 'search', 1, 1, 1, $1)";
    run(db, day, params![vec![0_u8, 255, 7]]).await;
    run(db, "INSERT INTO sealed_secret VALUES ('default', 'links', 'sealed')", params![]).await;
}

/// Seals all there is; on PostgreSQL other tests of the cluster may hold the sealer back a while.
async fn seal_all(db: &Db) {
    loop {
        seal::seal_all(db, NOON).await.unwrap();
        let sql = "SELECT (SELECT COUNT(*) FROM journal) - \
                   (SELECT COALESCE(CAST(SUM(entries) AS BIGINT), 0) FROM seal) AS n";
        if db.reader().await.unwrap().number(sql, params![]).await.unwrap() == 0 {
            return;
        }
        World::system().clock.wait(std::time::Duration::from_millis(2)).await;
    }
}

/// The journal's kinds in the order in which followers read them, once all can be read.
async fn kinds(db: &Db) -> Vec<String> {
    let entries = spine::testing::whole_journal(db).await;
    entries.into_iter().map(|stored| stored.entry.kind.clone()).collect()
}

/// Checks a database that was restored, and that its life goes on.
async fn lives_on(url: &str, written: &[&str]) {
    let db = Db::open(url, MIGRATIONS).await.unwrap();
    assert_eq!(kinds(&db).await, written);
    let mut conn = db.reader().await.unwrap();
    let account = conn.first("SELECT * FROM account", params![]).await.unwrap().unwrap();
    assert_eq!(account.get::<i64>("created_at").unwrap(), i64::MAX);
    assert_eq!(account.get::<Option<String>>("person").unwrap(), None);
    let day = conn.first("SELECT minutes FROM objective_day", params![]).await.unwrap().unwrap();
    assert_eq!(day.get::<Vec<u8>>("minutes").unwrap(), [0, 255, 7]);
    let sessions = "SELECT COUNT(*) AS n FROM session";
    assert_eq!(conn.number(sessions, params![]).await.unwrap(), 0, "everyone signs in again");
    let filter = Filter { limit: 1, ..Filter::default() };
    let newest = journal::list(&mut conn, &SpaceId::main(), &filter).await.unwrap().remove(0);
    assert_eq!(newest.data.value()["odd"], "äöü 🦀 \"quoted\" \n line");
    drop(conn);
    append(&db, "next").await;
    assert_eq!(kinds(&db).await.last().unwrap(), "next", "new entries come after all others");
    seal::seal_all(&db, NOON).await.unwrap();
    let proofs = seal::verify(&mut db.reader().await.unwrap()).await.unwrap();
    assert!(proofs[0].broken.is_none(), "{:?}", proofs[0]);
    db.close().await;
}

async fn a_backup_restores_into_the_same_kind_of_database(place: Place) {
    fill_in(&place.db).await;
    let shelf = Shelf::new();
    let header = shelf.back_up(&place.url).await;
    let journal = header.tables.iter().find(|table| table.name == "journal").unwrap();
    assert_eq!(journal.rows, 4);
    assert_eq!(inspect(&shelf.file()).unwrap(), header);
    // What came after the backup is gone with the restore.
    append(&place.db, "later").await;
    place.db.close().await;
    let restored = shelf.restore(&place.url, true).await.unwrap();
    assert!(restored.whole() && restored.key_fits);
    assert_eq!((restored.proofs[0].entries, restored.proofs[0].unsealed), (3, 1));
    lives_on(&place.url, &["one", "two", "three", "four"]).await;
}

async fn a_restore_refuses_a_database_that_holds_data_unless_told(place: Place) {
    fill_in(&place.db).await;
    let shelf = Shelf::new();
    shelf.back_up(&place.url).await;
    let refusal = shelf.restore(&place.url, false).await.unwrap_err();
    assert!(matches!(refusal, BackupError::HoldsData(_)), "{refusal}");
    assert!(refusal.to_string().contains("--overwrite"));
    assert_eq!(kinds(&place.db).await.len(), 4);
}

async fn a_damaged_backup_changes_nothing(place: Place) {
    fill_in(&place.db).await;
    let shelf = Shelf::new();
    shelf.back_up(&place.url).await;
    let whole = std::fs::read_to_string(shelf.file()).unwrap();
    let damages = [
        ("altered", whole.replacen("person", "pirate", 1)),
        ("altered", whole.replacen("\"admin\"", "\"viewer\"", 1)),
        ("cut short", whole[..whole.len() - 50].to_owned()),
        ("no backup", "{\"hello\":1}\n".to_owned()),
    ];
    for (what, damaged) in damages {
        shelf.alter(|_| damaged);
        let error = shelf.restore(&place.url, true).await.unwrap_err();
        assert!(error.to_string().contains(what), "{error}");
    }
    assert_eq!(kinds(&place.db).await.len(), 4);
}

/// Changes the file and gives it a checksum that fits.
fn forge(shelf: &Shelf, change: impl FnOnce(String) -> String) {
    shelf.alter(|text| {
        let body = change(text[..text.trim_end().rfind('\n').unwrap() + 1].to_owned());
        let mut hasher = Sha256::new();
        hasher.update(&body);
        format!("{body}{{\"sha256\":\"{}\"}}\n", hex(&hasher.finalize()))
    });
}

async fn a_backup_of_a_newer_operate_is_refused(place: Place) {
    fill_in(&place.db).await;
    let shelf = Shelf::new();
    let schema = shelf.back_up(&place.url).await.schema;
    let (here, newer) = (format!("\"schema\":{schema}"), format!("\"schema\":{}", schema + 1));
    forge(&shelf, |text| text.replacen(&here, &newer, 1));
    let error = shelf.restore(&place.url, true).await.unwrap_err();
    assert!(matches!(error, BackupError::NewerSchema { .. }), "{error}");
    // A row that no database takes: the restore is undone as a whole.
    forge(&shelf, |text| text.replacen(&newer, &here, 1).replacen("\"admin\"", "null", 1));
    assert!(shelf.restore(&place.url, true).await.is_err());
    assert_eq!(kinds(&place.db).await.len(), 4);
}

async fn a_chain_that_was_broken_before_is_reported_after(place: Place) {
    fill_in(&place.db).await;
    run(&place.db, "UPDATE journal SET actor = 'person:eve' WHERE kind = 'two'", params![]).await;
    let shelf = Shelf::new();
    shelf.back_up(&place.url).await;
    place.db.close().await;
    let restored = shelf.restore(&place.url, true).await.unwrap();
    assert!(!restored.whole());
    assert_eq!(restored.proofs[0].broken.as_ref().unwrap().seal, 1);
}

#[test]
fn a_backup_goes_from_sqlite_to_postgres_and_back() {
    testing::on_postgres(MIGRATIONS, |postgres: Place| async move {
        let (sqlite, _folder) = testing::sqlite_url();
        let db = Db::open(&sqlite, MIGRATIONS).await.unwrap();
        fill_in(&db).await;
        db.close().await;
        let shelf = Shelf::new();
        shelf.back_up(&sqlite).await;
        let restored = shelf.restore(&postgres.url, false).await.unwrap();
        assert!(restored.whole());
        lives_on(&postgres.url, &["one", "two", "three", "four"]).await;

        shelf.back_up(&postgres.url).await;
        let (back, _other) = testing::sqlite_url();
        assert!(shelf.restore(&back, false).await.unwrap().whole());
        lives_on(&back, &["one", "two", "three", "four", "next"]).await;

        shelf.back_up(&back).await;
        assert!(shelf.restore(&postgres.url, true).await.unwrap().whole());
        lives_on(&postgres.url, &["one", "two", "three", "four", "next", "next"]).await;
    });
}

#[test]
fn a_backup_of_an_older_schema_is_brought_up_to_date() {
    testing::on_sqlite(MIGRATIONS, |_: Place| async move {
        let older: &[Migration] = &MIGRATIONS[..MIGRATIONS.len() - 1];
        let (url, _folder) = testing::sqlite_url();
        let db = Db::open(&url, older).await.unwrap();
        append(&db, "one").await;
        db.close().await;
        let shelf = Shelf::new();
        assert_eq!(shelf.back_up(&url).await.schema, db::newest(older));
        let (fresh, _other) = testing::sqlite_url();
        shelf.restore(&fresh, false).await.unwrap();
        let db = Db::open(&fresh, MIGRATIONS).await.unwrap();
        assert_eq!(db.schema_version().await.unwrap(), db::newest(MIGRATIONS));
        assert_eq!(kinds(&db).await, ["one"]);
        db.close().await;
    });
}

#[test]
fn a_backup_without_a_database_leaves_nothing_behind() {
    testing::on_sqlite(MIGRATIONS, |_: Place| async move {
        let shelf = Shelf::new();
        let nowhere = shelf.folder.path().join("nowhere.db");
        let error = backup(&nowhere.display().to_string(), &shelf.key(), &shelf.file(), NOON).await;
        assert!(matches!(error, Err(BackupError::NoDatabase(_))));
        assert!(!nowhere.exists() && !shelf.file().exists());
    });
}

#[test]
fn another_key_file_is_noticed_and_fresh_keys_do_without() {
    testing::on_sqlite(MIGRATIONS, |place: Place| async move {
        fill_in(&place.db).await;
        let shelf = Shelf::new();
        shelf.back_up(&place.url).await;
        place.db.close().await;
        std::fs::write(shelf.key(), "another key").unwrap();
        assert!(!shelf.restore(&place.url, true).await.unwrap().key_fits);
        let options = RestoreOptions { overwrite: true, fresh_keys: true };
        let restored = restore(&place.url, &shelf.key(), &shelf.file(), options).await.unwrap();
        assert!(restored.key_fits);
        let db = Db::open(&place.url, MIGRATIONS).await.unwrap();
        let sql = "SELECT COUNT(*) AS n FROM sealed_secret";
        assert_eq!(db.reader().await.unwrap().number(sql, params![]).await.unwrap(), 0);
        db.close().await;
    });
}
