//! Backups that Operate makes by itself.

use std::time::Duration;

use serde_json::Value;
use spine::testing::Place;

use crate::world::{Operate, conversations};

conversations!(one_is_made_each_day_and_the_newest_are_kept, one_that_stays_away_is_an_alert,);

const DAY: Duration = Duration::from_secs(86_400);

async fn listed(operate: &Operate, fits: impl Fn(&Value) -> bool) -> Value {
    let ask = async || Some(operate.ada.get("/backups").await.is(200)).filter(&fits);
    operate.until("the backups", ask).await
}

/// Whether there are so many, the newest of which was made within the last hours.
fn fresh(count: usize, hours: u64) -> impl Fn(&Value, kernel::Time) -> bool {
    move |found, now| {
        let backups = found["backups"].as_array().unwrap();
        let newest = backups.first().map(|newest| newest["made_at"].as_str().unwrap());
        let newest: Option<kernel::Time> = newest.map(|at| at.parse().unwrap());
        let within = Duration::from_secs(hours * 3600);
        backups.len() == count && newest.is_some_and(|at| now.since(at) < within)
    }
}

async fn one_is_made_each_day_and_the_newest_are_kept(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let operate = Operate::with(&place, |config| {
        config.backup.folder = Some(folder.path().join("kept"));
        config.backup.keep = 2;
    })
    .await;
    let found = listed(&operate, |found| fresh(1, 1)(found, operate.world.now())).await;
    assert!(found["wrong"].is_null(), "{found}");
    let file = found["backups"][0]["file"].as_str().unwrap().to_owned();
    let header = server::backup::inspect(file.as_ref()).unwrap();
    assert!(header.tables.iter().any(|table| table.name == "journal"));
    for _ in 0..3 {
        operate.pass(DAY + Duration::from_secs(61)).await;
        operate.settled().await;
    }
    let kept = async || {
        let files = std::fs::read_dir(folder.path().join("kept")).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let names: Vec<String> = names.collect();
        (names.len() == 2 && names.iter().all(|name| !file.ends_with(name.as_str()))).then_some(())
    };
    operate.until("the first one is gone and two are kept", kept).await;
    operate.end().await;
}

async fn one_that_stays_away_is_an_alert(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder should be: nothing can be written there.
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "a file").unwrap();
    let operate = Operate::with(&place, |config| config.backup.folder = Some(taken.clone())).await;
    operate.pass(Duration::from_secs(20)).await;
    let missed = async || {
        let alerts = operate.ada.list("/alerts?name=OperateBackupMissed").await;
        alerts.into_iter().next()
    };
    let alert = operate.until("an alert", missed).await;
    assert!(alert.to_string().contains("taken"), "{alert}");
    operate.end().await;
}
