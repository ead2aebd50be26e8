//! Why an alert was told, or was not: the whole way of an alert in one answer.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Received, Receiver, alert, conversations, shop};

conversations!(
    an_alert_is_explained_from_its_source_to_every_attempt,
    what_holds_an_alert_back_is_told_with_its_end,
    why_it_was_not_told_is_known_when_the_reason_is_gone,
    without_a_configuration_that_is_said,
    clients_of_alertmanager_see_what_mutes_a_group_and_alerts_in_order,
    alertmanagers_numbers_are_there_also_below_its_prefix,
);

const ORDERS: (&str, &str) = ("service", "orders");

/// Noon of the tests' day is a Sunday.
fn routing(receiver: &str) -> String {
    format!(
        "route:\n  receiver: everybody\n  group_by: [alertname]\n  group_wait: 1s\n  \
         group_interval: 5m\n  routes:\n\
         \x20   - receiver: nobody\n      matchers: ['team=\"elsewhere\"']\n\
         \x20   - receiver: everybody\n      matchers: ['alertname=~\"Slow.*\"']\n      \
         mute_time_intervals: [weekend]\n\
         receivers:\n  - name: nobody\n  - name: everybody\n    webhook_configs:\n      \
         - url: {receiver}/hook\n\
         time_intervals:\n  - name: weekend\n    time_intervals:\n      \
         - weekdays: ['saturday', 'sunday']\n\
         inhibit_rules:\n  - source_matchers: ['alertname=\"Down\"']\n    \
         target_matchers: ['severity=\"warning\"']\n"
    )
}

async fn open(place: &Place) -> (Operate, Receiver) {
    let receiver = Receiver::start().await;
    let text = routing(&receiver.url);
    let operate = Operate::with(place, |config| {
        let file = config.data.join("routing.yml");
        std::fs::create_dir_all(&config.data).unwrap();
        std::fs::write(&file, text).unwrap();
        config.routing.file = Some(file);
        config.routing.prefix = "/am".to_owned();
    })
    .await;
    operate.apply(&shop(&receiver.url)).await;
    (operate, receiver)
}

async fn id_of(operate: &Operate, name: &str) -> String {
    let found = operate.ada.list(&format!("/alerts?name={name}")).await;
    assert_eq!(found.len(), 1, "{found:#?}");
    found[0]["id"].as_str().unwrap().to_owned()
}

async fn explained(operate: &Operate, name: &str) -> Value {
    let id = id_of(operate, name).await;
    operate.ada.get(&format!("/alerts/{id}/explanation")).await.is(200)
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().filter_map(|row| row[field].as_str()).collect()
}

async fn an_alert_is_explained_from_its_source_to_every_attempt(place: Place) {
    let (operate, _receiver) = open(&place).await;
    operate.fires("Down", "critical", ORDERS).await;
    operate.settled().await;
    let way = operate
        .until("the group is told and the person called", async || {
            let way = explained(&operate, "Down").await;
            let told = way["notifications"][0]["deliveries"].as_array()?.len();
            let called = way["pages"][0]["calls"][0]["deliveries"].as_array()?.len();
            (told > 0 && called > 0).then_some(way)
        })
        .await;
    assert_eq!(way["routing_configured"], true);
    assert_eq!(
        (&way["opened"]["number"], &way["opened"]["stage"]),
        (&json!(1), &json!("assigned"))
    );
    assert_eq!(way["opened"]["id"], way["incident"]);
    assert_eq!(texts(&way["routes"], "verdict"), ["takes", "refused", "refused"]);
    let depths: Vec<_> = way["routes"].as_array().unwrap().iter().map(|r| &r["depth"]).collect();
    assert_eq!(depths, [0, 1, 1]);
    assert_eq!(way["routes"][1]["refused_by"], "team=\"elsewhere\"");
    assert_eq!(way["routes"][1]["matchers"], "team=\"elsewhere\"");
    assert_eq!(way["routes"][0]["group"]["alerts"], 1);
    let told = &way["notifications"][0];
    assert_eq!(
        (&told["told"], &told["receiver"]),
        (&json!("firing"), &json!("everybody/webhook[0]"))
    );
    assert_eq!(told["deliveries"][0]["result"], "delivered");
    let call = &way["pages"][0]["calls"][0];
    assert_eq!((&call["contact"], &call["result"]), (&json!("person/bob"), &json!("delivered")));
    assert_eq!(call["deliveries"][0]["attempt"], 1);
    operate.end().await;
}

async fn what_holds_an_alert_back_is_told_with_its_end(place: Place) {
    let (operate, _receiver) = open(&place).await;
    let ends_at = operate.world.now() + Duration::from_secs(7200);
    let plan = json!({
        "matchers": ["alertname=SlowOrders"], "ends_at": ends_at, "comment": "a move of disks",
    });
    let silence = operate.ada.post("/silences", plan).await.is(201);
    operate.fires("Down", "critical", ORDERS).await;
    operate.fires("SlowOrders", "warning", ORDERS).await;
    let way = operate
        .until("the groups are there", async || {
            let way = explained(&operate, "SlowOrders").await;
            (way["inhibitors"].as_array()?.len() == 1).then_some(way)
        })
        .await;
    let held = &way["silences"][0];
    assert_eq!((&held["id"], &held["until"]), (&silence["id"], &json!(ends_at)));
    assert_eq!((&held["comment"], &held["created_by"]), (&json!("a move of disks"), &json!("ada")));
    assert_eq!(way["inhibitors"][0]["name"], "Down");
    assert_eq!(way["inhibitors"][0]["fingerprint"], way["inhibited_by"][0]);
    assert_eq!(texts(&way["routes"], "verdict"), ["passes", "refused", "takes"]);
    let muted = &way["routes"][2]["muted"];
    assert_eq!((&muted["intervals"], &muted["mute"]), (&json!(["weekend"]), &json!(true)));
    assert_eq!(muted["until"], "2026-03-02T00:00:00Z", "until Monday");
    assert_eq!(way["notifications"], json!([]), "nobody was told");
    operate.end().await;
}

/// What was noted: receiver and reason, the oldest first.
fn noted(way: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let notes = way["not_told"].as_array().unwrap().iter().rev();
    notes.map(|note| (text(&note["receiver"]), text(&note["held"]["by"]))).collect()
}

async fn why_it_was_not_told_is_known_when_the_reason_is_gone(place: Place) {
    let (operate, receiver) = open(&place).await;
    let ends_at = operate.world.now() + Duration::from_secs(660);
    let plan =
        json!({ "matchers": ["alertname=Full"], "ends_at": ends_at, "comment": "a move of disks" });
    let silence = operate.ada.post("/silences", plan).await.is(201);
    let mut full = alert("Full", "critical", ORDERS);
    full["endsAt"] = json!(operate.world.now() + Duration::from_secs(86_400));
    operate.alerts(json!([full])).await;
    operate.pass(Duration::from_secs(2)).await;
    let note = operate
        .until("it is noted", async || {
            explained(&operate, "Full").await["not_told"].get(0).cloned()
        })
        .await;
    let way = (&note["receiver"], &note["group_key"]);
    assert_eq!(way, (&json!("everybody/webhook[0]"), &json!("{}:{alertname=\"Full\"}")));
    assert_eq!(
        note["held"],
        json!({ "by": "silence", "silences": [silence["id"]], "until": ends_at })
    );
    // Looked at again, and after a restart: the reason is the same, and noted once.
    operate.pass(Duration::from_secs(300)).await;
    operate.settled().await;
    let operate = operate.restart(Duration::from_secs(2)).await;
    // What mutes a route is noted as well; its group is looked at after that of the silence.
    operate.fires("Slowly", "warning", ORDERS).await;
    operate.pass(Duration::from_secs(2)).await;
    let slowly = operate
        .until("another is noted", async || noted(&explained(&operate, "Slowly").await).pop())
        .await;
    assert_eq!(slowly.1, "interval");
    operate.pass(Duration::from_secs(400)).await;
    operate
        .until("what still fires is told", async || {
            let told = receiver.calls_to("/hook");
            let name = |call: &Received| call.body["groupLabels"]["alertname"] == "Full";
            told.iter().any(name).then_some(())
        })
        .await;
    let way = explained(&operate, "Full").await;
    assert_eq!(way["silences"], json!([]));
    let once = [("everybody/webhook[0]".to_owned(), "silence".to_owned())];
    assert_eq!(noted(&way), once, "{way}");
    operate.end().await;
}

async fn without_a_configuration_that_is_said(place: Place) {
    let operate = Operate::start(&place).await;
    operate.alerts(json!([alert("Odd", "info", ("service", "nowhere"))])).await;
    let way = explained(&operate, "Odd").await;
    assert_eq!((&way["routing_configured"], &way["routes"]), (&json!(false), &json!([])));
    assert_eq!((&way["opened"], &way["pages"]), (&Value::Null, &json!([])));
    operate.end().await;
}

async fn clients_of_alertmanager_see_what_mutes_a_group_and_alerts_in_order(place: Place) {
    let (operate, _receiver) = open(&place).await;
    let ask = async |path: &str| {
        let request = operate.ada.bare(reqwest::Method::GET, &format!("/api/v2/alerts{path}"));
        operate.ada.send(request).await.is(200)
    };
    operate.fires("SlowOrders", "warning", ORDERS).await;
    let groups = operate
        .until("the group is there", async || {
            let groups = ask("/groups").await;
            groups[0].is_object().then_some(groups)
        })
        .await;
    let status = &groups[0]["alerts"][0]["status"];
    assert_eq!((&status["mutedBy"], &status["state"]), (&json!(["weekend"]), &json!("suppressed")));
    assert_eq!(ask("/groups?muted=false").await, json!([]));
    for name in ["A", "B", "C", "D", "E", "F"] {
        operate.fires(name, "critical", ORDERS).await;
    }
    let alerts = ask("").await;
    assert_eq!(alerts[0]["status"]["mutedBy"], json!([]));
    let prints = texts(&alerts, "fingerprint");
    assert!(prints.len() == 7 && prints.is_sorted(), "{prints:?}");
    // Where the links in messages lead.
    assert_eq!(operate.ada.list("/alerts?receiver=everybody").await.len(), 7);
    assert_eq!(operate.ada.list("/alerts?receiver=nobody").await.len(), 0);
    operate.end().await;
}

async fn alertmanagers_numbers_are_there_also_below_its_prefix(place: Place) {
    let (operate, receiver) = open(&place).await;
    receiver.answers(503);
    operate.fires("Down", "critical", ORDERS).await;
    operate.pass(Duration::from_secs(2)).await;
    let numbers = async || {
        let request = operate.ada.bare(reqwest::Method::GET, "/am/metrics");
        operate.ada.send(request).await.text
    };
    let failed = "alertmanager_notifications_failed_total{integration=\"webhook\",\
                  reason=\"serverError\"}";
    let counted = async || {
        let text = numbers().await;
        let line = text.lines().find_map(|line| line.strip_prefix(failed))?;
        (line.trim() != "0").then_some(text.clone())
    };
    let text = operate.until("the attempt is counted", counted).await;
    for line in [
        "alertmanager_alerts{state=\"active\"} 1",
        "alertmanager_alerts_received_total{status=\"firing\",version=\"v2\"}",
        "alertmanager_alerts_invalid_total{version=\"v2\"}",
        "alertmanager_notifications_total{integration=\"webhook\"}",
        "alertmanager_notification_latency_seconds_bucket{integration=\"webhook\"",
        "alertmanager_silences{state=\"expired\"} 0",
        "alertmanager_build_info{",
        "alertmanager_config_last_reload_successful 1",
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    operate.end().await;
}
