//! The chain over the journal: whole while nobody alters it, and telling where when somebody does.

use std::process::Output;

use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};

use crate::world::{Operate, Setup};

/// What `operate journal verify` says, on the data of a server that has stopped.
fn verify(operate: &Operate) -> (Output, Value) {
    let data = operate.data();
    let output = operate.cli(&["journal", "verify", "--json", "--data", data.to_str().unwrap()]);
    let said = serde_json::from_slice(&output.stdout);
    let said = said.unwrap_or_else(|error| panic!("{error}: {output:?}"));
    (output, said)
}

async fn alter(operate: &Operate, statement: &'static str) {
    let file = operate.data().join("operate.db");
    let mut database =
        SqliteConnection::connect(&format!("sqlite:{}", file.display())).await.unwrap();
    let altered = sqlx::query(statement).execute(&mut database).await.unwrap();
    assert_eq!(altered.rows_affected(), 1, "{statement}");
    database.close().await.unwrap();
}

async fn with_a_history() -> Operate {
    let mut operate = Operate::start(Setup::default()).await;
    for number in 0..5 {
        let alert = json!([{ "labels": { "alertname": "Try", "number": number.to_string() } }]);
        assert!(operate.post_alerts(&alert).await);
    }
    // Stopping in good order seals the rest.
    operate.stop().await;
    operate
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untouched_journal_is_whole() {
    let operate = with_a_history().await;
    let (output, said) = verify(&operate);
    assert!(output.status.success(), "{said}");
    assert_eq!(said["whole"], true);
    assert_eq!(said["spaces"][0]["unsealed"], 0, "{said}");
    assert!(said["spaces"][0]["entries"].as_i64() > Some(5), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hash_that_was_kept_is_found_again_and_another_one_is_not() {
    let operate = with_a_history().await;
    let (_, said) = verify(&operate);
    let kept = said["spaces"][0]["hash"].as_str().unwrap().to_owned();
    let data = operate.data();
    let ask = |hash: &str| {
        let data = data.to_str().unwrap();
        operate.cli(&["journal", "verify", "--data", data, "--expect", hash])
    };
    let found = ask(&kept);
    assert!(found.status.success(), "{found:?}");
    assert!(String::from_utf8_lossy(&found.stdout).contains("what it was"), "{found:?}");
    let other = ask(&"0".repeat(64));
    assert_eq!(other.status.code(), Some(1), "{other:?}");
    assert!(String::from_utf8_lossy(&other.stdout).contains("ALTERED"), "{other:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_entry_is_found_and_its_run_is_named() {
    let operate = with_a_history().await;
    alter(
        &operate,
        "UPDATE journal SET actor = 'person:mallory' WHERE seq = \
         (SELECT MIN(seq) FROM journal WHERE kind = 'alert.fired')",
    )
    .await;
    let (output, said) = verify(&operate);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said["whole"], false);
    let broken = &said["spaces"][0]["broken"];
    assert!(broken["seal"].as_i64() >= Some(1), "{said}");
    assert!(broken["why"].as_str().is_some_and(|why| why.contains("altered")), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_entry_is_found() {
    let operate = with_a_history().await;
    alter(
        &operate,
        "DELETE FROM journal WHERE seq = \
         (SELECT MAX(seq) FROM journal WHERE kind = 'alert.fired')",
    )
    .await;
    let (output, said) = verify(&operate);
    assert_eq!(output.status.code(), Some(1), "{said}");
}
