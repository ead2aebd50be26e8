//! SIGKILL at any moment while alerts come in and groups are told: whatever was accepted is told,
//! and nothing twice but what was on its way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::world::{Dice, Operate, Receiver, Setup, wait_until};

const KILLS: usize = 10;
const SENDERS: usize = 4;
const ALERTS_PER_REQUEST: usize = 3;
const GROUPS: usize = 12;

fn routes(url: &str) -> String {
    format!(
        "route:\n  receiver: hook\n  group_by: [alertname, group]\n  group_wait: 20ms\n  \
         group_interval: 100ms\n  repeat_interval: 12h\n  routes:\n  \
         - matchers: ['alertname =~ \"Acknowledged|Ignored\"']\n    repeat_interval: 300ms\n\
         receivers:\n- name: hook\n  webhook_configs:\n  - url: {url}\n"
    )
}

/// What senders were told.
#[derive(Default)]
struct Accepted {
    names: Mutex<BTreeSet<(usize, String)>>,
    count: AtomicUsize,
    stop: AtomicBool,
}

/// Sends new alerts until told to stop, also while nobody answers.
async fn send(client: &reqwest::Client, url: &str, sender: usize, accepted: &Accepted) {
    let mut pace = tokio::time::interval(std::time::Duration::from_millis(5));
    for request in 0.. {
        pace.tick().await;
        if accepted.stop.load(Ordering::SeqCst) {
            return;
        }
        let names: Vec<(usize, String)> = (0..ALERTS_PER_REQUEST)
            .map(|alert| ((request + alert * 5) % GROUPS, format!("{sender}-{request}-{alert}")))
            .collect();
        let alert = |(group, name): &(usize, String)| {
            let labels = json!({ "alertname": "Load", "group": group.to_string(), "name": name });
            json!({ "labels": labels })
        };
        let alerts: Vec<Value> = names.iter().map(alert).collect();
        let answer = client.post(format!("{url}/api/v2/alerts")).json(&alerts).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            accepted.names.lock().await.extend(names);
            accepted.count.fetch_add(1, Ordering::SeqCst);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_told_and_nothing_twice_but_what_was_on_its_way() {
    let receiver = Receiver::start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, routes(&receiver.url)).unwrap();
    let environment = vec![("OPERATE_ROUTING__FILE", file.display().to_string())];
    let mut operate = Operate::start(Setup { environment, ..Setup::default() }).await;
    acknowledge_one_of_two(&operate, &receiver).await;

    let accepted = Arc::new(Accepted::default());
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let accepted = accepted.clone();
            let (client, url) = (operate.client().clone(), operate.url.clone());
            tokio::spawn(async move { send(&client, &url, sender, &accepted).await })
        })
        .collect();
    // Where in what was told the process was killed.
    let (mut kills, mut dice) = (Vec::new(), Dice::new(7));
    for _ in 0..KILLS {
        let enough = accepted.count.load(Ordering::SeqCst) + 5 + dice.below(60);
        wait_until("enough is accepted", async || {
            (accepted.count.load(Ordering::SeqCst) >= enough).then_some(())
        })
        .await;
        operate.kill();
        receiver.idle().await;
        kills.push(receiver.count());
        operate.launch().await;
    }
    accepted.stop.store(true, Ordering::SeqCst);
    for sender in senders {
        sender.await.unwrap();
    }
    let names = accepted.names.lock().await.clone();
    everything_is_there(&operate, &names).await;
    wait_until("all that was accepted is told", async || {
        let told = told(&receiver);
        let last: BTreeSet<_> =
            told.values().filter_map(|told| told.last()).flat_map(|t| &t.1).collect();
        names.iter().all(|(_, name)| last.contains(name)).then_some(())
    })
    .await;
    nothing_is_told_twice(&told(&receiver), &kills);
    who_is_acknowledged_is_left_alone(&receiver, &kills).await;
    // Its end is told all the same, long after the last repetition.
    let over = json!({ "alertname": "Acknowledged", "group": "repeated" });
    let over = json!([{ "labels": over, "endsAt": "2020-01-01T00:00:00Z" }]);
    assert!(operate.post_alerts(&over).await);
    wait_until("the end is told", async || {
        let last = repeats(&receiver, "Acknowledged").pop()?;
        (receiver.all()[last].body["status"] == "resolved").then_some(())
    })
    .await;
}

/// Of two alerts that are told again and again, somebody looks at one.
async fn acknowledge_one_of_two(operate: &Operate, receiver: &Receiver) {
    let alert = |name: &str| json!({ "labels": { "alertname": name, "group": "repeated" } });
    assert!(operate.post_alerts(&json!([alert("Acknowledged"), alert("Ignored")])).await);
    wait_until("both are told twice", async || {
        let twice = |name: &str| repeats(receiver, name).len() >= 2;
        (twice("Acknowledged") && twice("Ignored")).then_some(())
    })
    .await;
    let alerts = operate.list("/api/v1/alerts").await;
    let found = alerts.iter().find(|alert| alert["name"] == "Acknowledged").expect("it is there");
    let path = format!("/api/v1/alerts/{}/commands", found["id"].as_str().expect("an id"));
    operate.call(Method::POST, &path, Some(json!({ "command": "acknowledge" }))).await;
}

/// Where in what was told this alert is.
fn repeats(receiver: &Receiver, name: &str) -> Vec<usize> {
    let hooks = receiver.all();
    let named = |hook: &crate::world::Hook| hook.body["groupLabels"]["alertname"] == name;
    (0..hooks.len()).filter(|index| named(&hooks[*index])).collect()
}

/// What was told of each group under load: where, and the names of those that fire.
fn told(receiver: &Receiver) -> BTreeMap<String, Vec<(usize, BTreeSet<String>)>> {
    let mut groups: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (index, hook) in receiver.all().into_iter().enumerate() {
        if hook.body["groupLabels"]["alertname"] != "Load" {
            continue;
        }
        let alerts = hook.body["alerts"].as_array().cloned().unwrap_or_default();
        let names = alerts.iter().map(|alert| alert["labels"]["name"].as_str().unwrap().to_owned());
        let group = groups.entry(hook.body["groupKey"].to_string()).or_default();
        group.push((index, names.collect()));
    }
    groups
}

async fn everything_is_there(operate: &Operate, names: &BTreeSet<(usize, String)>) {
    let alerts = operate.get("/api/v2/alerts?filter=alertname%3DLoad").await;
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for alert in alerts.as_array().unwrap() {
        *found.entry(alert["labels"]["name"].as_str().unwrap()).or_default() += 1;
    }
    let wrong: Vec<&String> = names
        .iter()
        .map(|(_, name)| name)
        .filter(|name| found.get(name.as_str()) != Some(&1))
        .collect();
    assert!(wrong.is_empty(), "{} of {} are lost or doubled: {wrong:?}", wrong.len(), names.len());
}

/// Alerts only come in: what is told of a group grows, and is the same twice only where a kill lies
/// between, for what was on its way.
fn nothing_is_told_twice(told: &BTreeMap<String, Vec<(usize, BTreeSet<String>)>>, kills: &[usize]) {
    assert_eq!(told.len(), GROUPS);
    for (group, told) in told {
        for pair in told.windows(2) {
            let [(first, before), (second, after)] = pair else { continue };
            assert!(after.is_superset(before), "{group} forgets at {second}");
            let killed = kills.iter().any(|kill| first < kill && kill <= second);
            assert!(before != after || killed, "{group} is told twice, at {first} and {second}");
        }
    }
}

/// One that was on its way when it was acknowledged may still arrive, once more after a kill.
async fn who_is_acknowledged_is_left_alone(receiver: &Receiver, kills: &[usize]) {
    let late =
        |name: &str| repeats(receiver, name).into_iter().filter(|index| *index >= kills[1]).count();
    wait_until("the other one is told all the time", async || (late("Ignored") > 0).then_some(()))
        .await;
    assert_eq!(late("Acknowledged"), 0, "told after somebody looked at it");
}
