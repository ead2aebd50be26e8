use std::collections::BTreeMap;

use alerts::Alert;
use contracts::clocks::Clocks;
use incidents::Incident;
use kernel::{Lifecycle, SpaceId};
use oncall::Page;
use serde::de::DeserializeOwned;
use silences::Silence;
use spine::Db;
use spine::journal::Stored;
use swaps::Swap;
use tuning::Task;

/// Folds the whole journal and compares with every row; returns how many records were compared.
/// Also checks that the chain of seals holds.
pub async fn the_fold_of_the_journal_is_what_is_stored(db: &Db) -> usize {
    let mut entries = spine::testing::whole_journal(db).await;
    let mut conn = db.reader().await.expect("the database answers");
    // Readers follow transactions by their numbers, which are drawn before records are read. What
    // happened to one record is in the order in which its entries were drawn.
    entries.sort_by_key(|stored| stored.entry.seq);
    for proof in spine::seal::verify(&mut conn).await.expect("the chain can be read") {
        assert_eq!(proof.broken, None, "the chain of {}", proof.space);
    }
    drop(conn);
    let alerts = rows::<Alert>(db, "SELECT space_id, data FROM alert").await;
    let pages = rows::<Page>(db, "SELECT space_id, data FROM page").await;
    let incidents = rows::<Incident>(db, "SELECT space_id, data FROM incident").await;
    let silences = rows::<Silence>(db, "SELECT space_id, data FROM silence").await;
    compare(&silences, &folded::<Silence>(&entries), |row, fold| row == fold);
    let tunings = rows::<Task>(db, "SELECT space_id, data FROM tuning").await;
    compare(&tunings, &folded::<Task>(&entries), |row, fold| row == fold);
    let swaps = rows::<Swap>(db, "SELECT space_id, data FROM swap").await;
    compare(&swaps, &folded::<Swap>(&entries), |row, fold| row == fold);
    let clocks = rows::<Clocks>(db, "SELECT space_id, data FROM contract_clocks").await;
    compare(&clocks, &folded::<Clocks>(&entries), |row, fold| row == fold);
    compare(&alerts, &folded::<Alert>(&entries), Alert::same_history);
    compare(&pages, &folded::<Page>(&entries), |row, fold| row == fold);
    compare(&incidents, &folded::<Incident>(&entries), |row, fold| row == fold);
    alerts.len() + pages.len() + incidents.len()
}

type Records<R> = BTreeMap<(SpaceId, String), R>;

async fn rows<R: Lifecycle + DeserializeOwned>(db: &Db, sql: &'static str) -> Records<R> {
    let mut conn = db.reader().await.expect("the database answers");
    let rows = conn.all(sql, vec![]).await.expect("the statement is right");
    rows.iter()
        .map(|row| {
            let record: R = row.json("data").expect("the record reads back");
            let space: SpaceId = row.get("space_id").expect("it has a space");
            ((space, record.id().to_string()), record)
        })
        .collect()
}

fn folded<R: Lifecycle>(entries: &[std::sync::Arc<Stored>]) -> Records<R> {
    let mut records: Records<R> = BTreeMap::new();
    for stored in entries {
        let entry = &stored.entry;
        let Some(id) = spine::engine::subject_id::<R>(&entry.subject) else { continue };
        if !entry.kind.starts_with(&format!("{}.", R::KIND)) {
            continue;
        }
        let event: R::Event = entry
            .data
            .read()
            .unwrap_or_else(|error| panic!("entry {} does not read back: {error}", entry.seq));
        let key = (entry.space.clone(), id.to_string());
        match records.get_mut(&key) {
            Some(record) => record.apply(&event),
            None => {
                let born = R::born(id, &event);
                let born = born.unwrap_or_else(|| panic!("entry {} begins nothing", entry.seq));
                records.insert(key, born);
            }
        }
    }
    records
}

fn compare<R: Lifecycle>(rows: &Records<R>, folds: &Records<R>, same: fn(&R, &R) -> bool) {
    assert!(rows.keys().eq(folds.keys()), "the journal knows other {}s than the table", R::KIND);
    for (key, row) in rows {
        let fold = &folds[key];
        assert!(same(row, fold), "{key:?} is stored as\n{row:#?}\nthe journal says\n{fold:#?}");
    }
}
