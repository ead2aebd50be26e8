//! A team moves from PagerDuty: people, turns, policies, services and the keys of senders.

use serde_json::{Value, json};

use crate::world::{Operate, Setup};

const EXPORT: &str = include_str!("../../src/moving/tests/pagerduty.json");

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_taken_once_and_what_senders_send_finds_its_service() {
    let operate = Operate::start(Setup::default()).await;
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("all.json");
    std::fs::write(&export, EXPORT).unwrap();
    let token = operate.token("admin", &["read", "write", "admin"]).await;
    let estate = folder.path().join("estate");
    let (export, estate) = (export.to_str().unwrap(), estate.to_str().unwrap());
    let import = |flags: &[&str]| {
        let line = [&["import", "pagerduty", export, "-o", estate, "--json"], flags].concat();
        let done = operate.cli_as(&token, &line);
        let told: Value = serde_json::from_slice(&done.stdout).unwrap();
        (done.status.code(), told)
    };

    // Some of it is not possible, so that nothing is applied until somebody says so.
    let (code, told) = import(&["--apply"]);
    assert_eq!((code, &told["applied"]), (Some(2), &Value::Null), "{told}");
    let checked = operate.cli(&["check", "-f", estate]);
    assert!(checked.status.success(), "{checked:?}");

    let (code, told) = import(&["--apply", "--partly"]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(told["keys_made"], json!(["checkout-prometheus"]));
    assert!(!told.to_string().contains("R0123456789ABCDEF"), "a key is shown: {told}");
    let (code, told) = import(&["--apply", "--partly"]);
    assert_eq!((code, &told["keys_made"]), (Some(0), &json!([])), "{told}");
    let changes = told["applied"]["changes"].as_array().unwrap();
    let changed = changes.iter().filter(|change| change["action"] != "unchanged");
    assert_eq!(changed.count(), 0, "{told}");

    let event = json!({
        "routing_key": "R0123456789ABCDEF0123456789ABCDE",
        "event_action": "trigger",
        "payload": { "summary": "Nobody can pay", "source": "web-1", "severity": "critical" },
    });
    let url = format!("{}/v2/enqueue", operate.url);
    let sent = operate.client().post(url).json(&event).send().await.unwrap();
    assert!(sent.status().is_success(), "{sent:?}");
    let alerts = operate.list("/api/v1/alerts").await;
    assert_eq!(alerts[0]["item"], "service/checkout", "{alerts:?}");
}
