//! Two nodes on one PostgreSQL, one of them killed: nothing that was accepted is lost, and nothing
//! is done twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::world::{Database, MailServer, Operate, Setup, wait_until};

/// Services that have nothing to do with each other: each makes an incident of its own.
const SERVICES: usize = 60;

fn estate() -> String {
    let mut text = String::from(
        "{apiVersion: operate/v1, kind: Team, metadata: {name: ops}, \
          spec: {escalationPolicy: ops}}\n---\n\
         {apiVersion: operate/v1, kind: Person, metadata: {name: ada}, \
          spec: {email: ada@example.org}}\n---\n\
         {apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: ops}, \
          spec: {steps: [{contacts: [ada], wait: 1h}]}}\n",
    );
    for number in 0..SERVICES {
        let _ = write!(
            text,
            "---\n{{apiVersion: operate/v1, kind: Service, metadata: {{name: s{number}}}, \
             spec: {{team: ops}}}}\n"
        );
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_node_loses_nothing_and_doubles_nothing() {
    let Some(database) = Database::fresh("two_nodes").await else { return };
    lose_a_node(database.url.clone()).await;
    database.drop().await;
}

async fn lose_a_node(database: String) {
    let folder = tempfile::tempdir().unwrap();
    let mail_server = MailServer::start(folder.path()).await;
    // Each call in a mail of its own, however many: so it shows which of them arrived.
    let environment = vec![
        ("OPERATE_CALLING__TOGETHER_SECONDS", "0".to_owned()),
        ("OPERATE_CALLING__TOLD_MAX", "1000".to_owned()),
    ];
    let (mail_port, database) = (Some(mail_server.port), Some(database));
    let setup = Setup { mail_port, database, environment };
    let first = Operate::start(setup).await;
    first.apply(&estate()).await;
    let mut second = first.beside().await;

    let mut accepted = BTreeSet::new();
    for number in 0..SERVICES {
        // Killed amid the work: half of the alerts are in, their pages are being made and sent.
        if number == SERVICES / 2 {
            second.kill();
        }
        let node = if number % 2 == 0 || number > SERVICES / 2 { &first } else { &second };
        if node.post_alerts(&alert(number)).await {
            accepted.insert(format!("service/s{number}"));
        }
    }
    assert!(accepted.len() >= SERVICES - 1, "the living node takes everything");

    let incidents = wait_until("every accepted alert has its incident", async || {
        let incidents = first.list("/api/v1/incidents?limit=200").await;
        (incidents.len() >= accepted.len()).then_some(incidents)
    })
    .await;
    let items: Vec<&str> = incidents.iter().filter_map(|row| row["main_item"].as_str()).collect();
    let unique: BTreeSet<String> = items.iter().map(|item| (*item).to_owned()).collect();
    assert_eq!(items.len(), unique.len(), "an incident was opened twice: {items:?}");
    assert!(accepted.is_subset(&unique), "an accepted alert has no incident");
    every_page_is_delivered_once(&first, &incidents, &mail_server).await;
}

/// Each incident has one page with one call, and its mail arrived. A mail that the killed node was
/// handing over may come twice, under the same message id.
async fn every_page_is_delivered_once(
    operate: &Operate,
    incidents: &[Value],
    mail_server: &MailServer,
) {
    for incident in incidents {
        let path = format!("/api/v1/incidents/{}/pages", incident["id"].as_str().unwrap());
        let pages = wait_until("the page is delivered", async || {
            let pages = operate.list(&path).await;
            let delivered = |page: &Value| page["calls"][0]["result"] == "delivered";
            (!pages.is_empty() && pages.iter().all(delivered)).then_some(pages)
        })
        .await;
        assert_eq!(pages.len(), 1, "{pages:?}");
        assert_eq!(pages[0]["calls"].as_array().map(Vec::len), Some(1), "{pages:?}");
    }
    let ids: BTreeSet<String> = mail_server.mails().iter().map(|mail| message_id(mail)).collect();
    assert_eq!(ids.len(), incidents.len(), "one message for each incident");
}

fn alert(number: usize) -> Value {
    json!([{ "labels": {
        "alertname": "Down", "service": format!("s{number}"), "severity": "critical",
    } }])
}

fn message_id(mail: &str) -> String {
    let line = mail.lines().find(|line| line.to_lowercase().starts_with("message-id:"));
    line.unwrap_or_else(|| panic!("no message id in\n{mail}")).to_owned()
}
