//! A receiver that takes requests and never answers, ten thousand silences, alerts as large as they
//! may be: neither intake nor other receivers wait for them.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Alerting, Make, Operate, Receiver, Setup, wait_until};

fn routes(good: &str, slow: &str) -> String {
    format!(
        "route:\n  receiver: good\n  group_by: [number]\n  group_wait: 10ms\n  \
         group_interval: 100ms\n  routes:\n  - receiver: slow\n    matchers: [to = slow]\n\
         receivers:\n- name: good\n  webhook_configs:\n  - url: {good}\n\
         - name: slow\n  webhook_configs:\n  - url: {slow}\n"
    )
}

fn alerts(to: &str, count: usize) -> Value {
    let alert = |number: usize| {
        let number = number.to_string();
        json!({ "labels": { "alertname": "Slow", "to": to, "number": number } })
    };
    (0..count).map(alert).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_never_answers_makes_no_other_wait() {
    let (good, slow) = (Receiver::start().await, Receiver::that_hangs().await);
    let place = Alerting::start(Make::Operate, &routes(&good.url, &slow.url)).await;
    place.post(alerts("slow", 300)).await;
    wait_until("the slow one has all that it is sent at once", async || {
        (slow.count() >= 16).then_some(())
    })
    .await;
    place.post(alerts("good", 50)).await;
    wait_until("the good one is told all", async || (good.count() >= 50).then_some(())).await;
    // Had it been waited for, the requests that were given up would have been followed by others.
    assert!(slow.count() < 256, "{} requests hang", slow.count());
    assert_eq!(place.get("/api/v2/alerts").await.as_array().map(Vec::len), Some(350));
}

async fn make_silences(operate: &Operate, count: usize) {
    let senders = (0..32).map(|sender| {
        let (client, url) = (operate.client().clone(), operate.url.clone());
        tokio::spawn(async move {
            for number in (sender..count).step_by(32) {
                let body = json!({
                    "matchers": [{ "name": "number", "value": format!("{number}|x{number}"),
                        "isRegex": true, "isEqual": true }],
                    "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2100-01-01T00:00:00Z",
                    "createdBy": "ada", "comment": "work",
                });
                let sent = client.post(format!("{url}/api/v2/silences")).json(&body).send().await;
                let status = sent.expect("it answers").status();
                assert!(status.is_success(), "silence {number}: {status}");
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.unwrap();
    }
}

/// As many and as long labels as are taken.
fn huge(number: usize) -> Value {
    let mut alert = json!({ "labels": { "alertname": "Huge", "number": number.to_string() } });
    for label in 0..60 {
        alert["labels"][format!("label_{label}")] = json!("v".repeat(2_000));
    }
    alert
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_silences_and_huge_alerts_are_borne() {
    let operate = Operate::start(Setup::default()).await;
    make_silences(&operate, 10_000).await;
    let more = json!({
        "matchers": [{ "name": "a", "value": "b", "isRegex": false, "isEqual": true }],
        "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2100-01-01T00:00:00Z",
        "createdBy": "ada", "comment": "work",
    });
    let refused = operate.send(Method::POST, "/api/v2/silences", Some(more)).await;
    assert!(refused.status().is_client_error(), "{}", refused.status());

    let some: Vec<Value> = [3, 20_000].into_iter().map(huge).collect();
    assert!(operate.post_alerts(&json!(some)).await);
    let many: Vec<Value> = (10_000..10_060).map(huge).collect();
    assert!(operate.post_alerts(&json!(many)).await);
    let mut beyond = huge(30_000);
    beyond["labels"]["too_long"] = json!("v".repeat(100_000));
    assert!(!operate.post_alerts(&json!([beyond, huge(30_001)])).await, "one is too large");
    let shown = operate.get("/api/v2/alerts?silenced=true").await;
    let shown = shown.as_array().unwrap();
    let silenced = |number: &str| {
        let found = shown.iter().find(|alert| alert["labels"]["number"] == number);
        found.map(|alert| alert["status"]["silencedBy"].as_array().unwrap().len())
    };
    assert_eq!(silenced("3"), Some(1));
    assert_eq!(silenced("20000"), Some(0));
    assert_eq!(silenced("30000"), None);
    assert_eq!(silenced("30001"), Some(0), "what is good beside it is taken");
    assert_eq!(shown.len(), 63);
}
