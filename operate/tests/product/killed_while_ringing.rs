//! SIGKILL in every state of an escalation: each step is called, in their order, nothing twice but
//! what was on its way, and nobody after somebody has answered.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Database, Operate, Receiver, Setup, wait_until};

const PEOPLE: [&str; 3] = ["ada", "ben", "cem"];
const ROUNDS: usize = 2;

/// One after the other, a second apart, and all of them once more.
fn estate(hook: &str) -> String {
    let mut text = String::from(
        "{apiVersion: operate/v1, kind: Team, metadata: {name: ops}, \
          spec: {escalationPolicy: ops}}\n---\n\
         {apiVersion: operate/v1, kind: Service, metadata: {name: shop}, spec: {team: ops}}\n---\n\
         {apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: ops}, spec: {repeat: 1, \
          steps: [{contacts: [ada], wait: 1s}, {contacts: [ben], wait: 1s}, \
          {contacts: [cem], wait: 1s}]}}\n",
    );
    for name in PEOPLE {
        text += &format!(
            "---\n{{apiVersion: operate/v1, kind: Person, metadata: {{name: {name}}}, spec: \
             {{email: {name}@example.org, webhook: {hook}, contactMethods: [webhook]}}}}\n"
        );
    }
    text
}

fn setup(database: Option<String>) -> Setup {
    let environment = vec![("OPERATE_WEBHOOK__ALLOW", "127.0.0.1".to_owned())];
    Setup { environment, database, ..Setup::default() }
}

async fn fire(operate: &Operate) -> Value {
    let labels = json!({ "alertname": "Down", "service": "shop", "severity": "critical" });
    assert!(operate.post_alerts(&json!([{ "labels": labels }])).await);
    wait_until("there is an incident", async || {
        operate.list("/api/v1/incidents").await.into_iter().next()
    })
    .await
}

async fn page(operate: &Operate, incident: &Value) -> Value {
    let path = format!("/api/v1/incidents/{}/pages", incident["id"].as_str().unwrap());
    wait_until("there is a page", async || operate.list(&path).await.into_iter().next()).await
}

/// The calls that came, as round and step, in the order of their first coming, with how often.
fn came(receiver: &Receiver) -> Vec<((u64, u64), usize)> {
    let mut times: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    let mut order = Vec::new();
    for hook in receiver.all() {
        let at = |name: &str| hook.body[name].as_u64().unwrap_or_else(|| panic!("{hook:?}"));
        let place = (at("round"), at("step"));
        if *times.entry(place).and_modify(|times| *times += 1).or_insert(1) == 1 {
            order.push(place);
        }
    }
    order.into_iter().map(|place| (place, times[&place])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_step_is_called_in_its_order_over_a_kill_in_each_of_them() {
    let receiver = Receiver::start().await;
    let operate = Operate::start(setup(None)).await;
    escalate_over_kills(&mut [operate], &receiver).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_node_goes_on_with_the_escalation_of_one_that_is_killed() {
    let Some(database) = Database::fresh("while_ringing").await else { return };
    let receiver = Receiver::start().await;
    let one = Operate::start(setup(Some(database.url.clone()))).await;
    let other = one.beside().await;
    escalate_over_kills(&mut [one, other], &receiver).await;
    database.drop().await;
}

/// Kills one node after the other: each time after a call, on the way to the next.
async fn escalate_over_kills(nodes: &mut [Operate], receiver: &Receiver) {
    nodes[0].apply(&estate(&receiver.url)).await;
    let incident = fire(&nodes[0]).await;
    let calls = PEOPLE.len() * ROUNDS;
    for call in 0..calls {
        wait_until("the next call comes", async || (came(receiver).len() > call).then_some(()))
            .await;
        let node = &mut nodes[call % nodes.len()];
        node.kill();
        receiver.idle().await;
        node.launch().await;
    }
    // What a killed node had taken to send is sent once it is known to be dead.
    let page = wait_until("nobody is left, and each call was made", async || {
        let page = page(&nodes[0], &incident).await;
        let mut calls = page["calls"].as_array().into_iter().flatten();
        let made = calls.all(|call| call["result"] == "delivered");
        (made && page["stage"] == "exhausted").then_some(page)
    })
    .await;
    const STEPS: [(u64, u64); 6] = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)];
    let place = |call: &Value| Some((call["round"].as_u64()?, call["step"].as_u64()?));
    let asked: Vec<_> = page["calls"].as_array().unwrap().iter().filter_map(place).collect();
    assert_eq!(asked, STEPS, "the page asked for each call once, in their order");
    // What a killed node had in its hands may come after the call of the next step.
    let came: BTreeMap<_, _> = came(receiver).into_iter().collect();
    assert_eq!(came.keys().copied().collect::<Vec<_>>(), STEPS);
    let twice = came.values().map(|times| times - 1).sum::<usize>();
    assert!(twice <= calls, "each kill doubles one call at most: {came:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_called_after_an_answer_that_a_kill_follows() {
    let receiver = Receiver::start().await;
    let mut operate = Operate::start(setup(None)).await;
    operate.apply(&estate(&receiver.url)).await;
    let incident = fire(&operate).await;
    wait_until("the first call comes", async || (receiver.count() > 0).then_some(())).await;
    let path = format!("/api/v1/incidents/{}/commands", incident["id"].as_str().unwrap());
    operate.call(Method::POST, &path, Some(json!({ "command": "acknowledge" }))).await;
    operate.kill();
    receiver.idle().await;
    let before = receiver.count();
    operate.launch().await;
    let answered = wait_until("the page knows it", async || {
        let page = page(&operate, &incident).await;
        (page["stage"] == "acknowledged").then_some(page)
    })
    .await;
    assert_eq!(answered["next_step_at"], Value::Null, "nothing is due any more");
    // What is told later shows that the outbox went on: a page of another incident.
    operate
        .apply(
            "{apiVersion: operate/v1, kind: Service, metadata: {name: till}, spec: {team: ops}}\n",
        )
        .await;
    let labels = json!({ "alertname": "Down", "service": "till", "severity": "critical" });
    assert!(operate.post_alerts(&json!([{ "labels": labels }])).await);
    let other = wait_until("the other incident calls all", async || {
        let incidents = operate.list("/api/v1/incidents").await;
        let other = incidents.into_iter().find(|each| each["id"] != incident["id"])?;
        (page(&operate, &other).await["stage"] == "exhausted").then_some(other)
    })
    .await;
    receiver.idle().await;
    let of = |id: &Value| receiver.all().iter().filter(|hook| hook.body["incident"] == *id).count();
    assert_eq!(of(&other["id"]), PEOPLE.len() * ROUNDS);
    assert!(of(&incident["id"]) <= before + 1, "only what was on its way comes again");
    assert!(
        receiver.all().iter().all(|hook| {
            hook.body["incident"] != incident["id"] || hook.body["step"] == json!(0)
        })
    );
}
