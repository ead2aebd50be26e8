//! SIGKILL while alerts pour in: everything that was answered 2xx is there, once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::json;
use tokio::sync::Mutex;

use crate::world::{Operate, Setup, wait_until};

const SENDERS: usize = 8;
const ALERTS_PER_REQUEST: usize = 5;
const ACCEPTED_BEFORE_KILL: usize = 1500;

/// What senders were told.
#[derive(Default)]
struct Told {
    accepted: Mutex<Vec<String>>,
    count: AtomicUsize,
    stop: AtomicBool,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_alert_that_was_accepted_survives_a_kill_exactly_once() {
    let mut operate = Operate::start(Setup::default()).await;
    let told = Arc::new(Told::default());
    for round in 0..3 {
        told.stop.store(false, Ordering::SeqCst);
        let enough = told.count.load(Ordering::SeqCst) + ACCEPTED_BEFORE_KILL;
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let told = told.clone();
                let (client, url) = (operate.client().clone(), operate.url.clone());
                tokio::spawn(async move { send(&client, &url, round, sender, &told).await })
            })
            .collect();
        wait_until("enough alerts are accepted", async || {
            (told.count.load(Ordering::SeqCst) >= enough).then_some(())
        })
        .await;
        operate.kill();
        told.stop.store(true, Ordering::SeqCst);
        for sender in senders {
            sender.await.unwrap();
        }
        operate.launch().await;
        everything_is_there_once(&operate, &told.accepted.lock().await).await;
    }
}

/// Sends new alerts until told to stop or until nobody answers.
async fn send(client: &reqwest::Client, url: &str, round: usize, sender: usize, told: &Told) {
    for request in 0.. {
        if told.stop.load(Ordering::SeqCst) {
            return;
        }
        let names: Vec<String> = (0..ALERTS_PER_REQUEST)
            .map(|alert| format!("{round}-{sender}-{request}-{alert}"))
            .collect();
        let alerts: Vec<_> = names
            .iter()
            .map(|name| json!({ "labels": { "alertname": "Load", "number": name } }))
            .collect();
        let answer = client.post(format!("{url}/api/v2/alerts")).json(&alerts).send().await;
        match answer {
            Ok(answer) if answer.status().is_success() => {
                told.accepted.lock().await.extend(names);
                told.count.fetch_add(ALERTS_PER_REQUEST, Ordering::SeqCst);
            }
            Ok(answer) => panic!("refused with {}", answer.status()),
            Err(_) => return,
        }
    }
}

async fn everything_is_there_once(operate: &Operate, accepted: &[String]) {
    let alerts = operate.get("/api/v2/alerts?filter=alertname%3DLoad").await;
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for alert in alerts.as_array().unwrap() {
        *found.entry(alert["labels"]["number"].as_str().unwrap()).or_default() += 1;
    }
    let lost: Vec<&String> =
        accepted.iter().filter(|name| !found.contains_key(name.as_str())).collect();
    assert!(lost.is_empty(), "{} of {} accepted alerts are lost", lost.len(), accepted.len());
    let doubled: Vec<_> = found.iter().filter(|(_, times)| **times != 1).collect();
    assert!(doubled.is_empty(), "doubled: {doubled:?}");
}
