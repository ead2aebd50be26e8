//! Alertmanager's own command line, pointed at Operate.

use std::process::Command;

use serde_json::{Value, json};

use crate::world::{Operate, Setup, run};

fn amtool(operate: &Operate, arguments: &[&str]) -> String {
    let output = run(Command::new("amtool")
        .arg(format!("--alertmanager.url={}", operate.url))
        .args(arguments)
        .env("HOME", operate.folder()));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "amtool {arguments:?}: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_amtool_adds_it_finds_again() {
    let operate = Operate::start(Setup::default()).await;
    amtool(&operate, &["alert", "add", "DiskFull", "severity=warning", "instance=db-1"]);
    amtool(&operate, &["alert", "add", "FansLoud", "severity=info", "instance=db-2"]);

    let found = amtool(&operate, &["alert", "query", "alertname=DiskFull", "-o", "json"]);
    let found: Vec<Value> = serde_json::from_str(&found).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(
        found[0]["labels"],
        json!({ "alertname": "DiskFull", "severity": "warning", "instance": "db-1" })
    );
    let regex = amtool(&operate, &["alert", "query", "instance=~db-.", "-o", "json"]);
    let regex: Vec<Value> = serde_json::from_str(&regex).unwrap();
    assert_eq!(regex.len(), 2, "{regex:?}");
    assert!(amtool(&operate, &["alert", "query"]).contains("DiskFull"));
}
