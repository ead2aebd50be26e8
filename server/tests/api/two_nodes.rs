//! Two servers on one PostgreSQL.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use server::MIGRATIONS;
use spine::Clock;
use spine::testing::{Place, on_postgres};

use crate::world::{Node, Operate, Receiver, alert, estate_files, shop, until};

macro_rules! on_two_nodes {
    ($($name:ident),* $(,)?) => {
        mod postgres {
            $(#[test] fn $name() { super::on_postgres(super::MIGRATIONS, super::$name); })*
        }
    };
}

on_two_nodes!(
    both_take_alerts_and_each_is_there_once,
    what_is_done_on_one_is_seen_on_the_other,
    an_alert_that_is_re_sent_to_one_does_not_expire_on_the_other,
    a_killed_node_leaves_nothing_undone,
    what_was_changed_on_one_holds_for_what_the_other_follows,
    what_is_composed_is_the_same_on_both,
);

/// Services that have nothing to do with each other.
const SERVICES: usize = 24;

/// The shop with many more services, each of which makes an incident of its own.
fn town(hook: &str) -> String {
    let more = (0..SERVICES).map(|number| {
        format!(
            "---\n{{apiVersion: operate/v1, kind: Service, metadata: {{name: s{number}}}, \
             spec: {{team: shop}}}}\n"
        )
    });
    std::iter::once(shop(hook)).chain(more).collect()
}

struct Pair {
    first: Operate,
    second: Node,
    receiver: Receiver,
}

impl Pair {
    async fn open(place: &Place) -> Pair {
        let receiver = Receiver::start().await;
        let first = Operate::start(place).await;
        first.apply(&town(&receiver.url)).await;
        let second = first.beside(1 << 50).await;
        Pair { first, second, receiver }
    }

    async fn until<T>(&self, what: &str, ask: impl AsyncFnMut() -> Option<T>) -> T {
        until(&self.clocks(), what, ask).await
    }

    fn clocks(&self) -> [Clock; 2] {
        [self.first.world.clock.clone(), self.second.clock.clone()]
    }

    async fn pass(&self, span: Duration) {
        self.first.settled().await;
        self.clocks().iter().for_each(|clock| clock.advance(span));
    }
}

fn numbered(number: usize) -> Value {
    let name = format!("s{number}");
    alert("Down", "critical", ("service", &name))
}

/// Each incident has one page with one call, which arrived; each alert is there once.
async fn all_is_there_once(first: &Operate, receiver: &Receiver) {
    let incidents = first.ada.list("/incidents?limit=200").await;
    let items: BTreeSet<String> =
        incidents.iter().map(|incident| incident["main_item"].to_string()).collect();
    assert_eq!((incidents.len(), items.len()), (SERVICES, SERVICES), "{items:?}");
    assert_eq!(first.count("SELECT COUNT(*) AS n FROM alert").await, SERVICES as i64);
    for incident in &incidents {
        let path = format!("/incidents/{}/pages", incident["id"].as_str().unwrap());
        let pages = first.ada.list(&path).await;
        assert_eq!(pages.len(), 1, "{pages:#?}");
        let calls = pages[0]["calls"].as_array().unwrap();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        assert_eq!(calls[0]["result"], "delivered");
    }
    let ids: BTreeSet<String> = receiver.calls().into_iter().map(|call| call.id).collect();
    assert_eq!(ids.len(), SERVICES);
}

async fn both_take_alerts_and_each_is_there_once(place: Place) {
    let pair = Pair::open(&place).await;
    // Every alert goes to both, as a Prometheus with two targets sends it.
    for chunk in (0..SERVICES).collect::<Vec<_>>().chunks(6) {
        let alerts: Vec<Value> = chunk.iter().map(|number| numbered(*number)).collect();
        let alerts = json!(alerts);
        let (a, b) = futures::future::join(
            pair.first.ada.send_alerts(&alerts),
            pair.second.ada.send_alerts(&alerts),
        )
        .await;
        a.is(200);
        b.is(200);
    }
    let delivered = async || {
        let sql = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'delivered'";
        (pair.first.count(sql).await == SERVICES as i64).then_some(())
    };
    pair.until("every page is delivered", delivered).await;
    pair.first.settled().await;
    all_is_there_once(&pair.first, &pair.receiver).await;
    assert_eq!(pair.receiver.calls().len(), SERVICES, "no call came twice");
    drop(pair.second);
    pair.first.end().await;
}

async fn what_is_composed_is_the_same_on_both(place: Place) {
    let pair = Pair::open(&place).await;
    let objectives = |whole: &str| {
        let one = |name: &str, indicator: &str| {
            format!(
                "{{apiVersion: operate/v1, kind: Objective, metadata: {{name: {name}}}, \
                 spec: {{item: service/s0, target: 90, indicator: {indicator}}}}}"
            )
        };
        let pushed = ["fast", "right", "silent"].map(|name| one(name, "{}"));
        let files = [pushed.join("\n---\n"), one("whole", whole)].join("\n---\n");
        estate_files(&[("objectives.yaml".to_owned(), files)])
    };
    let apply = async |whole: &str| {
        pair.first.ada.post("/estate/apply", objectives(whole)).await.is(200);
        pair.pass(Duration::from_secs(60)).await;
    };
    let both_say = async |share: Value| {
        let what = format!("both say {share}");
        let ask = async || {
            // It is reckoned once a minute.
            pair.clocks().iter().for_each(|clock| clock.advance(Duration::from_secs(1)));
            let first = pair.first.ada.list("/objectives?q=whole").await;
            let second = pair.second.ada.list("/objectives?q=whole").await;
            (first[0]["sli"] == share && second[0]["sli"] == share).then_some(())
        };
        pair.until(&what, ask).await;
    };
    apply("{parts: [{objective: fast, weight: 3}, {objective: right}]}").await;
    let known = async || {
        let listed = pair.second.ada.list("/objectives").await;
        (listed.len() == 4).then_some(())
    };
    pair.until("the second node knows what was applied", known).await;
    // Each node takes the counts of one part.
    let minute = pair.first.world.now().micros() / 60_000_000 - 5;
    let minute = kernel::Time::from_micros(minute * 60_000_000);
    let counts = |good: u64| json!({"minutes": [{"at": minute, "good": good, "total": 100}]});
    pair.first.ada.post("/objectives/fast/counts", counts(100)).await.is(200);
    pair.second.ada.post("/objectives/right/counts", counts(80)).await.is(200);
    both_say(json!(0.95)).await;
    pair.second.ada.post("/objectives/right/counts", counts(100)).await.is(200);
    pair.pass(Duration::from_secs(60)).await;
    both_say(json!(1.0)).await;
    // Nothing is known of one of them: what both knew is taken back on both.
    apply("{combine: all, parts: [{objective: fast}, {objective: silent}]}").await;
    both_say(Value::Null).await;
    drop(pair.second);
    pair.first.end().await;
}

async fn what_is_done_on_one_is_seen_on_the_other(place: Place) {
    let pair = Pair::open(&place).await;
    pair.first.alerts(json!([numbered(0), numbered(1)])).await;
    let both = async || {
        let alerts = pair.second.ada.list("/alerts").await;
        (alerts.len() == 2).then(|| alerts[0]["id"].as_str().unwrap().to_owned())
    };
    let id = pair.until("the second node lists what the first took", both).await;
    let acknowledge = json!({ "command": "acknowledge" });
    pair.first.ada.post(&format!("/alerts/{id}/commands"), acknowledge).await.is(200);
    let seen = async || {
        let alerts = pair.second.ada.list("/alerts?state=acknowledged").await;
        alerts.iter().any(|alert| alert["id"] == json!(id)).then_some(())
    };
    pair.until("the second node shows the acknowledgement", seen).await;

    // News that nothing follows from is heard all the same.
    let mut news = alert("Deployed", "info", ("service", "s0"));
    pair.first.alerts(json!([news])).await;
    for state in ["open", "cleared"] {
        let seen = async || {
            let alerts = pair.second.ada.list(&format!("/alerts?state={state}")).await;
            alerts.iter().any(|alert| alert["name"] == "Deployed").then_some(())
        };
        pair.until(&format!("the second node shows it {state}"), seen).await;
        news["endsAt"] = json!(pair.first.world.now());
        pair.first.alerts(json!([news])).await;
    }

    // What is matched, owned and routed follows too.
    let resource = json!({ "apiVersion": "operate/v1", "kind": "Service",
        "metadata": { "name": "new" }, "spec": { "team": "shop" } });
    let put = pair.first.ada.put("/estate/items/service/new", resource, None).await;
    assert!(put.status.is_success(), "{}", put.text);
    let known = async || {
        let map = pair.second.ada.get("/estate/graph").await.is(200);
        map["nodes"].to_string().contains("service/new").then_some(())
    };
    pair.until("the second node knows the new service", known).await;
    let fires = json!([alert("Down", "critical", ("service", "new"))]);
    pair.second.ada.send_alerts(&fires).await.is(200);
    let opened = async || {
        let rows = pair.first.ada.list("/incidents?item=service/new").await;
        (!rows.is_empty()).then_some(())
    };
    pair.until("its incident is there on the first", opened).await;
    drop(pair.second);
    pair.first.end().await;
}

async fn an_alert_that_is_re_sent_to_one_does_not_expire_on_the_other(place: Place) {
    let pair = Pair::open(&place).await;
    let fires = json!([numbered(0)]);
    pair.first.alerts(fires.clone()).await;
    for _ in 0..12 {
        pair.pass(Duration::from_secs(100)).await;
        pair.second.ada.send_alerts(&fires).await.is(200);
    }
    pair.first.settled().await;
    let cleared = "SELECT COUNT(*) AS n FROM journal WHERE kind = 'alert.cleared'";
    assert_eq!(pair.first.count(cleared).await, 0, "it was sent all the time");
    // Silence ends it, once.
    pair.pass(Duration::from_secs(301)).await;
    let over = async || (pair.first.count(cleared).await > 0).then_some(());
    pair.until("it expired", over).await;
    for ada in [&pair.first.ada, &pair.second.ada] {
        let shown = async || {
            let alerts = ada.list("/alerts?state=cleared").await;
            (alerts.len() == 1).then_some(())
        };
        pair.until("both show that it is over", shown).await;
    }
    assert_eq!(pair.first.count(cleared).await, 1);
    drop(pair.second);
    pair.first.end().await;
}

async fn a_killed_node_leaves_nothing_undone(place: Place) {
    let mut pair = Pair::open(&place).await;
    for number in 0..SERVICES {
        let alerts = json!([numbered(number)]);
        let ada = if number % 2 == 0 { &pair.first.ada } else { &pair.second.ada };
        ada.send_alerts(&alerts).await.is(200);
        if number == SERVICES / 2 {
            let busy = async || (!pair.receiver.calls().is_empty()).then_some(());
            until(&pair.clocks(), "calls are being made", busy).await;
        }
    }
    // In the middle of whatever it was doing.
    pair.second.kill();
    let opened = async || {
        let total = pair.first.ada.get("/incidents").await.is(200)["total"].as_i64();
        (total == Some(SERVICES as i64)).then_some(())
    };
    pair.until("every alert has its incident", opened).await;
    // What it had in its hands comes free with its end, not only with its leases: on this clock
    // a minute does not pass.
    let delivered = async || {
        let sql = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'delivered'";
        (pair.first.count(sql).await == SERVICES as i64).then_some(())
    };
    pair.until("every page is delivered", delivered).await;
    pair.first.settled().await;
    all_is_there_once(&pair.first, &pair.receiver).await;
    let alerts = pair.first.ada.list("/alerts?limit=200").await;
    assert_eq!(alerts.len(), SERVICES, "memory follows what the lost node took");
    pair.first.end().await;
}

/// An alert that comes right after its service was made, on the same node, may be followed by the
/// other one, which heard of neither yet.
async fn what_was_changed_on_one_holds_for_what_the_other_follows(place: Place) {
    const ROUNDS: usize = 12;
    let pair = Pair::open(&place).await;
    for round in 0..ROUNDS {
        let name = format!("new{round}");
        let resource = json!({ "apiVersion": "operate/v1", "kind": "Service",
            "metadata": { "name": name }, "spec": { "team": "shop" } });
        let path = format!("/estate/items/service/{name}");
        let put = pair.first.ada.put(&path, resource, None).await;
        assert!(put.status.is_success(), "{}", put.text);
        pair.first.alerts(json!([alert("Down", "critical", ("service", &name))])).await;
        let called = async || (pair.receiver.calls().len() > round).then_some(());
        pair.until("somebody is called", called).await;
    }
    drop(pair.second);
    pair.first.end().await;
}
