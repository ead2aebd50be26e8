//! A backup is made while the server works, and what is restored is whole.

use serde_json::{Value, json};

use crate::estate::ESTATE;
use crate::world::{Operate, Setup, wait_until};

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_server_restores_what_was_there_and_proves_its_journal() {
    let mut operate = Operate::start(Setup::default()).await;
    operate.apply(ESTATE).await;
    let alert = json!([{ "labels": {
        "alertname": "OrdersDown", "service": "orders", "severity": "critical",
    } }]);
    assert!(operate.post_alerts(&alert).await);
    let before = wait_until("the incident opens", async || {
        operate.list("/api/v1/incidents").await.into_iter().next()
    })
    .await;

    let (data, file) = (operate.data(), operate.folder().join("operate.backup"));
    let (data, file) = (data.to_str().unwrap(), file.to_str().unwrap());
    let made = operate.cli(&["backup", file, "--data", data]);
    assert!(made.status.success(), "{made:?}");
    // What comes after the backup is gone after the restoration.
    let later = json!([{ "labels": { "alertname": "Later", "severity": "critical" } }]);
    assert!(operate.post_alerts(&later).await);
    operate.stop().await;

    let refused = operate.cli(&["restore", file, "--data", data]);
    assert!(!refused.status.success(), "it must not overwrite unasked");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--overwrite"), "{refused:?}");
    let restored = operate.cli(&["restore", file, "--overwrite", "--json", "--data", data]);
    assert!(restored.status.success(), "{restored:?}");
    let said: Value = serde_json::from_slice(&restored.stdout).unwrap();
    assert_eq!(said["journal"]["whole"], true, "{said}");
    assert_eq!(said["key_fits"], true, "{said}");

    operate.launch().await;
    // Sessions are not in a backup: everybody signs in again.
    operate.sign_in().await;
    let after = operate.list("/api/v1/incidents").await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["id"], before["id"]);
    assert!(operate.list("/api/v1/alerts?q=Later").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_is_refused_and_changes_nothing() {
    let mut operate = Operate::start(Setup::default()).await;
    operate.apply(ESTATE).await;
    let (data, file) = (operate.data(), operate.folder().join("operate.backup"));
    let arguments = |verb| [verb, file.to_str().unwrap(), "--data", data.to_str().unwrap()];
    assert!(operate.cli(&arguments("backup")).status.success());
    operate.stop().await;

    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let mut overwrite = arguments("restore").to_vec();
    overwrite.push("--overwrite");
    let refused = operate.cli(&overwrite);
    assert!(!refused.status.success(), "{refused:?}");
    operate.launch().await;
    assert!(operate.list("/api/v1/estate/items?limit=100").await.len() >= 6, "nothing was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_works_on_the_data_of_a_running_server() {
    let mut operate = Operate::start(Setup::default()).await;
    operate.apply(ESTATE).await;
    let (data, file) = (operate.data(), operate.folder().join("operate.backup"));
    let (data, file) = (data.to_str().unwrap(), file.to_str().unwrap());
    assert!(operate.cli(&["backup", file, "--data", data]).status.success());
    let serve = ["serve", "--listen", "127.0.0.1:0", "--data", data];
    for arguments in [&serve[..], &["restore", file, "--overwrite", "--data", data]] {
        let refused = operate.cli(arguments);
        assert!(!refused.status.success(), "{arguments:?}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains("another Operate uses"), "{said}");
    }
    assert_eq!(operate.list("/api/v1/estate/items?limit=1").await.len(), 1, "it goes on");
    // The lock ends with the process, however that ended.
    operate.kill();
    operate.launch().await;
}
