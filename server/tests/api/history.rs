//! What alerts went through, after they are over.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_closed_alert_is_found_with_every_change_of_its_state,
    whoever_takes_the_incident_has_looked_at_its_alerts,
    history_is_rewritten_from_the_journal_and_forgotten_after_its_time,
    what_cannot_be_asked_is_refused,
);

const ORDERS: (&str, &str) = ("service", "orders");

fn to(spell: &Value) -> Vec<&str> {
    let changes = spell["changes"].as_array().unwrap();
    changes.iter().filter_map(|change| change["to"].as_str()).collect()
}

async fn history(operate: &Operate, query: &str) -> Vec<Value> {
    operate.settled().await;
    operate.ada.list(&format!("/alerts/history?{query}")).await
}

async fn a_closed_alert_is_found_with_every_change_of_its_state(place: Place) {
    let operate = Operate::start(&place).await;
    let begun = operate.world.now();
    operate.fires("DiskFull", "info", ORDERS).await;
    let alerts = operate.ada.list("/alerts").await;
    let path = format!("/alerts/{}/commands", alerts[0]["id"].as_str().unwrap());
    operate.ada.post(&path, json!({ "command": "acknowledge" })).await.is(200);
    operate.pass(Duration::from_secs(120)).await;
    operate.clears("DiskFull", "info", ORDERS).await;
    operate.pass(Duration::from_secs(600)).await;
    operate.fires("DiskFull", "info", ORDERS).await;
    let ends_at = operate.world.now() + Duration::from_secs(60);
    let plan = json!({ "matchers": ["alertname=DiskFull"], "ends_at": ends_at, "comment": "x" });
    operate.ada.post("/silences", plan).await.is(201);
    operate.pass(Duration::from_secs(60)).await;
    operate.ada.post(&path, json!({ "command": "close" })).await.is(200);
    assert!(operate.ada.list("/alerts").await.is_empty(), "it is closed");

    let found = history(&operate, "state=closed").await;
    let [alert] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&alert["name"], &alert["fired_count"]), (&json!("DiskFull"), &json!(2)));
    let spells = alert["spells"].as_array().unwrap();
    assert_eq!(to(&spells[0]), ["open", "cleared", "closed"], "the newest comes first");
    assert_eq!(to(&spells[1]), ["open", "acknowledged", "cleared"]);
    assert_eq!(spells[1]["acknowledged_by"], "person:ada");
    assert_eq!(spells[0]["cleared_why"], "person");
    assert_eq!(alert["silenced"].as_array().unwrap().len(), 1);
    let (from, until) = (begun + Duration::from_secs(130), begun + Duration::from_secs(700));
    let quiet = history(&operate, &format!("from={from}&to={until}")).await;
    assert!(quiet.is_empty(), "between the two it did not fire: {quiet:?}");
    assert_eq!(history(&operate, "acknowledged=true&name=DiskFull").await.len(), 1);
    assert!(history(&operate, "acknowledged=false").await.is_empty());
    assert_eq!(history(&operate, "label=alertname=DiskFull,severity=info").await.len(), 1);
    assert_eq!(history(&operate, "q=diskfu&source=nobody").await.len(), 0);
    let csv = operate.ada.request(Method::GET, "/api/v1/alerts/history.csv?state=closed");
    let text = csv.send().await.unwrap().text().await.unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 3, "a head and two firings: {text}");
    assert!(lines[0].starts_with("alert,name,severity"), "{text}");
    operate.end().await;
}

async fn whoever_takes_the_incident_has_looked_at_its_alerts(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    operate.fires("DiskFull", "info", ORDERS).await;
    let incident = operate.incident("it is opened", |row| row["members"][0] != Value::Null).await;
    let id = incident["id"].as_str().unwrap().to_owned();
    let before = history(&operate, "acknowledged=false&sort=name").await;
    assert_eq!(before.len(), 2);
    operate.command(&id, json!({ "command": "acknowledge" })).await;
    let found = history(&operate, "acknowledged=true").await;
    let [alert] = found.as_slice() else { panic!("the one of the incident: {found:?}") };
    let spell = &alert["spells"][0];
    assert_eq!((&spell["incident"], &spell["acknowledged_by"]), (&json!(id), &json!("person:ada")));
    assert_eq!(to(spell), ["open", "attached", "acknowledged_in_incident"]);
    assert!(alert["team"].as_str().is_some(), "the team that answers for orders: {alert}");
    // It comes back to the incident that somebody still looks at.
    operate.pass(Duration::from_secs(30)).await;
    operate.clears("HighErrorRate", "critical", ORDERS).await;
    operate.pass(Duration::from_secs(30)).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let found = history(&operate, "name=HighErrorRate").await;
    assert_eq!(found[0]["spells"][0]["incident"], json!(id));
    assert!(found[0]["spells"][0]["acknowledged_at"].is_string());
    operate.end().await;
}

async fn history_is_rewritten_from_the_journal_and_forgotten_after_its_time(place: Place) {
    let operate = Operate::with(&place, |config| config.history.retention_days = 1).await;
    operate.fires("DiskFull", "info", ORDERS).await;
    operate.pass(Duration::from_secs(60)).await;
    operate.clears("DiskFull", "info", ORDERS).await;
    let before = history(&operate, "").await;
    let operate = operate
        .restart_after(async |db| {
            let work = db.write::<_, spine::Fault, _>(|tx| {
                Box::pin(async move {
                    for table in ["alert_history", "alert_spell"] {
                        let sql = format!("DELETE FROM {table}");
                        tx.run(sqlx::AssertSqlSafe(sql), vec![]).await?;
                    }
                    let sql = "DELETE FROM follower WHERE name = 'alert_history'";
                    tx.run(sql, vec![]).await
                })
            });
            work.await.unwrap();
        })
        .await;
    let after = operate
        .until("history is back", async || {
            let found = operate.ada.list("/alerts/history").await;
            (!found.is_empty()).then_some(found)
        })
        .await;
    let unlike = |alert: &Value| (alert["spells"].clone(), alert["name"].clone());
    assert_eq!(unlike(&after[0]), unlike(&before[0]));
    operate.pass(Duration::from_secs(20 * 3_600)).await;
    operate.settled().await;
    assert_eq!(operate.ada.list("/alerts/history").await.len(), 1);
    operate.pass(Duration::from_secs(5 * 3_600)).await;
    operate
        .until("it is forgotten", async || {
            operate.ada.list("/alerts/history").await.is_empty().then_some(())
        })
        .await;
    let told = operate.count("SELECT COUNT(*) AS n FROM journal WHERE kind = 'alert.fired'").await;
    assert_eq!(told, 1, "the journal is left whole");
    operate.end().await;
}

async fn what_cannot_be_asked_is_refused(place: Place) {
    let operate = Operate::start(&place).await;
    for (query, status) in [
        ("sort=size", 400),
        ("label=host", 422),
        ("state=odd", 400),
        ("from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", 422),
        ("after=nonsense", 422),
    ] {
        operate.ada.get(&format!("/alerts/history?{query}")).await.problem(status);
    }
    let bare = operate.ada.bare(Method::GET, "/api/v1/alerts/history");
    operate.ada.send(bare).await.problem(401);
    operate.end().await;
}
