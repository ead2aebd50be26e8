//! Debian's Alertmanager before Operate: what it tells PagerDuty and Opsgenie, it tells Operate.

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Alerting, Make, Operate, Setup, wait_until};

const ROUTING_KEY: &str = "R0123456789ABCDEF0123456789ABCDE";
const GENIE_KEY: &str = "eb243592-faa2-4ba2-a551-1afdf565c889";

fn config(operate: &str) -> String {
    format!(
        r#"
route:
  receiver: nobody
  group_by: [alertname]
  group_wait: 10ms
  group_interval: 200ms
  routes:
  - receiver: pagerduty
    matchers: [to = pagerduty]
  - receiver: opsgenie
    matchers: [to = opsgenie]
receivers:
- name: nobody
- name: pagerduty
  pagerduty_configs:
  - routing_key: {ROUTING_KEY}
    url: {operate}/v2/enqueue
    severity: '{{{{ .CommonLabels.severity }}}}'
    class: '{{{{ .GroupLabels.alertname }}}}'
    component: '{{{{ .CommonLabels.service }}}}'
- name: opsgenie
  opsgenie_configs:
  - api_key: {GENIE_KEY}
    api_url: {operate}/
    priority: P2
    tags: shop,eu
    update_alerts: true
    responders: [{{ name: Shop, type: team }}]
"#
    )
}

async fn started(kind: &str, alias: &str) -> (Operate, Alerting) {
    let operate = Operate::start(Setup::default()).await;
    let body = json!({ "name": kind, "kind": kind, "alias": alias });
    operate.call(Method::POST, "/api/v1/integration-keys", Some(body)).await;
    let alertmanager = Alerting::start(Make::Alertmanager, &config(&operate.url)).await;
    (operate, alertmanager)
}

fn slow(to: &str, instance: &str) -> Value {
    json!({
        "labels": { "alertname": "Slow", "to": to, "instance": instance, "severity": "warning",
            "service": "orders" },
        "annotations": { "summary": "Orders are slow" },
    })
}

fn over(to: &str, instance: &str) -> Value {
    let mut alert = slow(to, instance);
    alert["endsAt"] = json!("2020-01-01T00:00:00Z");
    alert
}

/// The one alert that Operate has, as soon as it is so.
async fn the_alert(operate: &Operate, what: &str, fits: impl Fn(&Value) -> bool) -> Value {
    wait_until(what, async || {
        let alerts = operate.list("/api/v1/alerts").await;
        assert!(alerts.len() < 2, "one group is one alert: {alerts:?}");
        alerts.into_iter().next().filter(|alert| fits(alert))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_alertmanager_tells_pagerduty_is_one_alert_until_its_group_is_over() {
    let (operate, alertmanager) = started("pagerduty", ROUTING_KEY).await;
    alertmanager.post(json!([slow("pagerduty", "a")])).await;
    let alert = the_alert(&operate, "the group is told", |_| true).await;
    assert_eq!((&alert["state"], &alert["name"]), (&json!("open"), &json!("Slow")));
    assert_eq!((&alert["severity"], &alert["source"]), (&json!("warning"), &json!("pagerduty")));
    assert_eq!(alert["labels"]["component"], "orders");
    assert_eq!(alert["annotations"]["num_firing"], "1");
    assert!(alert["summary"].as_str().unwrap().starts_with("[FIRING:1]"), "{alert}");

    alertmanager.post(json!([slow("pagerduty", "b")])).await;
    let both = |alert: &Value| alert["annotations"]["num_firing"] == "2";
    let alert = the_alert(&operate, "the group has one more", both).await;
    assert_eq!(alert["fired_count"], 1, "it is the same firing: {alert}");
    alertmanager.post(json!([over("pagerduty", "a"), over("pagerduty", "b")])).await;
    the_alert(&operate, "the end is told", |alert| alert["state"] == "cleared").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_alertmanager_tells_opsgenie_is_one_alert_until_its_group_is_over() {
    let (operate, alertmanager) = started("opsgenie", GENIE_KEY).await;
    alertmanager.post(json!([slow("opsgenie", "a")])).await;
    let alert = the_alert(&operate, "the group is told", |_| true).await;
    assert_eq!((&alert["state"], &alert["severity"]), (&json!("open"), &json!("error")));
    let labels = &alert["labels"];
    assert_eq!((&labels["priority"], &labels["tags"]), (&json!("P2"), &json!("eu,shop")));
    assert_eq!((&alert["source"], &labels["service"]), (&json!("opsgenie"), &json!("orders")));
    assert!(alert["name"].as_str().unwrap().starts_with("[FIRING:1] Slow"), "{alert}");

    // `update_alerts`: another message and description, of the same alert.
    alertmanager.post(json!([slow("opsgenie", "b")])).await;
    let both = |alert: &Value| alert["name"].as_str().unwrap().starts_with("[FIRING:2] Slow");
    let alert = the_alert(&operate, "the group has one more", both).await;
    assert!(
        alert["annotations"]["description"].as_str().unwrap().contains("instance = b"),
        "{alert}"
    );
    alertmanager.post(json!([over("opsgenie", "a"), over("opsgenie", "b")])).await;
    the_alert(&operate, "the end is told", |alert| alert["state"] == "cleared").await;
}
