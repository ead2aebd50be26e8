//! What has to report, and is missed.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_heartbeat_that_stays_away_becomes_an_alert_until_it_is_back,
    a_heartbeat_is_missed_across_a_restart,
    a_heartbeat_is_edited_paused_and_removed,
);

async fn made(operate: &Operate) -> Value {
    let body = json!({
        "name": "nightly-backup",
        "plan": {
            "interval_seconds": 600, "grace_seconds": 60, "severity": "critical",
            "item": "service/orders", "labels": { "job": "backup" },
        },
    });
    operate.ada.post("/heartbeats", body).await.is(201)
}

async fn ping(operate: &Operate, path: &str) -> Value {
    operate.ada.send(operate.ada.bare(Method::GET, path)).await.is(200)
}

const PING: &str = "/api/v1/heartbeats/nightly-backup/ping";

async fn missed(operate: &Operate, state: &str) -> Value {
    operate
        .until("its alert follows", async || {
            let alerts = operate.ada.list("/alerts").await;
            alerts.into_iter().find(|alert| alert["state"] == state)
        })
        .await
}

async fn a_heartbeat_that_stays_away_becomes_an_alert_until_it_is_back(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let heartbeat = made(&operate).await;
    operate.pass(Duration::from_secs(2000)).await;
    assert_eq!(operate.ada.list("/alerts").await, Vec::<Value>::new(), "it was never heard of");
    let heard = ping(&operate, PING).await;
    assert_eq!(heard["heartbeat"], "nightly-backup");
    for _ in 0..4 {
        operate.pass(Duration::from_secs(500)).await;
        let url = heartbeat["ping_url"].as_str().unwrap();
        let short = &url[url.find("/ping/").unwrap()..];
        ping(&operate, short).await;
    }
    let said = operate.count("SELECT COUNT(*) AS n FROM journal WHERE kind LIKE 'heartbeat.%'");
    assert_eq!(said.await, 2, "made and heard of once: other pings are no history");
    assert_eq!(operate.ada.list("/alerts").await, Vec::<Value>::new());

    operate.pass(Duration::from_secs(661)).await;
    let alert = missed(&operate, "open").await;
    assert_eq!(
        (&alert["name"], &alert["severity"]),
        (&json!("HeartbeatMissed"), &json!("critical"))
    );
    assert_eq!(
        (&alert["item"], &alert["labels"]["job"]),
        (&json!("service/orders"), &json!("backup"))
    );
    // An alert that nobody sends again is believed as long as the heartbeat stays away.
    operate.pass(Duration::from_secs(3_000)).await;
    missed(&operate, "open").await;
    ping(&operate, PING).await;
    missed(&operate, "cleared").await;
    operate.end().await;
}

async fn a_heartbeat_is_missed_across_a_restart(place: Place) {
    let operate = Operate::start(&place).await;
    made(&operate).await;
    ping(&operate, PING).await;
    let operate = operate.restart(Duration::from_secs(700)).await;
    missed(&operate, "open").await;
    let shown = operate.ada.get("/heartbeats/nightly-backup").await.is(200);
    assert_eq!(shown["stage"], "overdue");
    operate.end().await;
}

async fn a_heartbeat_is_edited_paused_and_removed(place: Place) {
    let operate = Operate::start(&place).await;
    made(&operate).await;
    let taken = json!({ "name": "nightly-backup", "plan": { "interval_seconds": 60 } });
    operate.ada.post("/heartbeats", taken).await.problem(409);
    let odd = json!({ "name": "x", "plan": { "interval_seconds": 1 } });
    operate.ada.post("/heartbeats", odd).await.problem(422);
    ping(&operate, PING).await;
    let commands = "/heartbeats/nightly-backup/commands";
    let plan = json!({ "interval_seconds": 6000 });
    let edit = json!({ "command": "edit", "plan": plan });
    operate.ada.post(commands, edit).await.is(200);
    operate.pass(Duration::from_secs(3_000)).await;
    let shown = operate.ada.get("/heartbeats/nightly-backup").await.is(200);
    assert_eq!(shown["stage"], "beating", "the longer interval counts");
    operate.ada.post(commands, json!({ "command": "pause" })).await.is(200);
    operate.ada.post(commands, json!({ "command": "ping" })).await.problem(403);
    operate.ada.post(commands, json!({ "command": "remove" })).await.is(200);
    operate.ada.get("/heartbeats/nightly-backup").await.problem(404);
    operate.ada.send(operate.ada.bare(Method::POST, PING)).await.problem(404);
    let wrong = operate.ada.bare(Method::GET, &format!("{PING}?key=opk_wrong"));
    operate.ada.send(wrong).await.problem(401);
    operate.end().await;
}
