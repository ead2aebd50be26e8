//! An objective that a real Prometheus feeds, in a server whose clock the test moves: what is asked
//! and decided at which minute does not depend on how fast the machine is.

use kernel::Time;
use reqwest::Method;
use reqwest::header::SET_COOKIE;
use serde_json::{Value, json};
use server::{Config, Running};
use spine::World;
use tempfile::TempDir;

use crate::estate::ESTATE;
use crate::world::{Operate, Prometheus, Requests, Setup, client, wait_until};

const OBJECTIVE: &str = r#"
---
apiVersion: operate/v1
kind: DataSource
metadata: { name: prom }
spec: { url: "http://PROM" }
---
apiVersion: operate/v1
kind: Objective
metadata: { name: orders, title: Orders }
spec:
  item: service/orders
  target: 99.9
  indicator:
    description: share of orders that are taken
    source: prom
    bad: sum(increase(requests_total{code="500"}[1m]))
    total: sum(increase(requests_total[{{.window}}]))
"#;

/// Minutes in which all is well, of a hundred requests each.
const WELL: i64 = 40;
/// Minutes after them in which eight of a hundred requests fail.
const BURNING: i64 = 12;

/// A server of this process, and whoever set it up.
struct Desk {
    running: Running,
    world: World,
    client: reqwest::Client,
    cookie: String,
    _folder: TempDir,
}

impl Desk {
    async fn start(now: Time) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let client = client();
        let mut config = Config {
            listen: "127.0.0.1:0".parse().unwrap(),
            data: folder.path().to_owned(),
            ..Config::default()
        };
        config.objectives.allow = vec!["127.0.0.1".to_owned()];
        let world = World::manual(now, 7);
        let running = server::start(config, world.clone()).await.unwrap();
        let code = running.setup_code.clone().unwrap();
        let mut desk = Desk { running, world, client, cookie: String::new(), _folder: folder };
        let password = "correct horse battery staple";
        let body = json!({ "code": code, "username": "admin", "display_name": "Admin",
            "password": password });
        let answer = desk.send(Method::POST, "/api/v1/setup", Some(body)).await;
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
        desk.cookie = cookie.to_owned();
        desk
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Response {
        let url = format!("http://{}{path}", self.running.address);
        let mut request = self.client.request(method, url).header("cookie", &self.cookie);
        request = request.header("x-operate-csrf", "1");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        answer
    }

    async fn get(&self, path: &str) -> Value {
        self.send(Method::GET, path, None).await.json().await.unwrap()
    }

    async fn objective(&self) -> Value {
        self.get("/api/v1/objectives/orders").await
    }

    async fn items(&self, path: &str) -> Vec<Value> {
        self.get(path).await["items"].as_array().unwrap().clone()
    }

    /// The rows that are about the service of the objective: on a slow machine Operate may have
    /// something to say of itself, whose clock runs ahead of its work here.
    async fn about(&self, path: &str, field: &str) -> Vec<Value> {
        let mut rows = self.items(path).await;
        rows.retain(|row| row[field] == "service/orders");
        rows
    }

    fn pass(&self, minutes: u64) {
        self.world.clock.advance(std::time::Duration::from_secs(60 * minutes));
    }

    /// Waits until so many requests were counted; what follows from them is decided then, or soon.
    async fn counted(&self, total: i64) -> Value {
        wait_until(&format!("{total} requests are counted"), async || {
            let objective = self.objective().await;
            (objective["total"].as_f64() == Some(total as f64)).then_some(objective)
        })
        .await
    }

    /// When which burn began, in minutes.
    async fn burns(&self) -> Vec<(i64, i64)> {
        let item = self.get("/api/v1/estate/items/objective/orders").await;
        let mut found: Vec<(i64, i64)> = item["changes"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| entry["kind"] == "objective.burn_began")
            .map(|entry| {
                let at = Time::parse(entry["data"]["at"].as_str().unwrap()).unwrap();
                (at.micros() / 60_000_000, entry["data"]["long_minutes"].as_i64().unwrap())
            })
            .collect();
        found.sort_unstable();
        found
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_burning_objective_calls_somebody_at_the_right_minute_and_silence_is_not_good() {
    let real = World::system().now().micros() / 60_000_000;
    let begin = real - 55;
    let mut minutes = vec![(100, 0); usize::try_from(WELL).unwrap()];
    minutes.extend(vec![(92, 8); usize::try_from(BURNING).unwrap()]);
    let requests = Requests::start(begin, &minutes).await;
    let folder = tempfile::tempdir().unwrap();
    let prometheus = Prometheus::scraping_fast(folder.path(), &requests.address).await;
    wait_until("the past is scraped", async || requests.told().then_some(())).await;

    // A minute is asked for when it has been over for a minute.
    let at = |minute: i64| Time::from_seconds((begin + minute + 1) * 60 + 3);
    let desk = Desk::start(at(WELL)).await;
    let estate = format!("{ESTATE}{}", OBJECTIVE.replace("PROM", &prometheus.address));
    let files = json!({ "files": [{ "name": "a.yaml", "text": estate }], "prune": false });
    desk.send(Method::POST, "/api/v1/estate/apply", Some(files)).await;
    desk.pass(1);
    let burning = |minutes: i64| minutes * 100;
    let first = desk.counted(burning(WELL + 1)).await;
    assert_eq!(first["bad"], 8.0, "{first}");
    for minute in 2..=BURNING {
        desk.pass(1);
        desk.counted(burning(WELL + minute)).await;
    }
    wait_until("all burns are told", async || {
        let alerts = desk.about("/api/v1/alerts", "item").await;
        (alerts.len() == 4).then_some(())
    })
    .await;
    // 4,000 good ones before: after n minutes 8n of 4,000 + 100n are bad. That is more than
    // 0.1 % (a ticket over three days) after one minute, than 0.6 % (a page over six hours) after
    // four, and than 1.44 % (a page over an hour) after nine.
    let after = |minutes: i64| begin + WELL + minutes;
    assert_eq!(desk.burns().await, [(after(1), 4_320), (after(4), 360), (after(9), 60)]);
    let incidents = wait_until("an incident opens", async || {
        let incidents = desk.about("/api/v1/incidents", "main_item").await;
        (!incidents.is_empty()).then_some(incidents)
    })
    .await;
    assert_eq!(incidents.len(), 1, "one service, one incident: {incidents:?}");
    silence_is_unknown(&desk, prometheus).await;
    desk.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rates_count_what_increases_count() {
    const MINUTES: i64 = 20;
    let begin = World::system().now().micros() / 60_000_000 - MINUTES - 3;
    // Four errors of 1,200 requests: by the second that is less than half an error of twenty.
    let minutes = vec![(1_196, 4); usize::try_from(MINUTES).unwrap()];
    let requests = Requests::start(begin, &minutes).await;
    let folder = tempfile::tempdir().unwrap();
    let prometheus = Prometheus::scraping_fast(folder.path(), &requests.address).await;
    wait_until("the past is scraped", async || requests.told().then_some(())).await;

    let desk = Desk::start(Time::from_seconds((begin + MINUTES) * 60 + 3)).await;
    let counted = OBJECTIVE.replace("PROM", &prometheus.address);
    let (_, rate) = counted.rsplit_once("---").unwrap();
    let rate = rate.replace("name: orders,", "name: by-rate,").replace("increase(", "rate(");
    let estate = format!("{ESTATE}{counted}---{rate}");
    let files = json!({ "files": [{ "name": "a.yaml", "text": estate }], "prune": false });
    desk.send(Method::POST, "/api/v1/estate/apply", Some(files)).await;
    desk.pass(1);
    let by_increase = desk.counted(MINUTES * 1_200).await;
    let by_rate = wait_until("rates are counted", async || {
        let found = desk.get("/api/v1/objectives/by-rate").await;
        (found["total"] == by_increase["total"]).then_some(found)
    })
    .await;
    assert_eq!(by_rate["bad"], (MINUTES * 4) as f64, "{by_rate}");
    assert_eq!(by_rate["bad"], by_increase["bad"]);
    desk.running.stop().await;
}

async fn silence_is_unknown(desk: &Desk, prometheus: Prometheus) {
    let before = desk.objective().await;
    assert_eq!(before["unknown_share"], 0.0, "{before}");
    drop(prometheus);
    for failures in [1, 2] {
        desk.pass(5);
        wait_until("the source is missed", async || {
            let sources = desk.items("/api/v1/data-sources").await;
            (sources[0]["failures"] == failures).then_some(())
        })
        .await;
    }
    let after = desk.objective().await;
    assert_eq!((&after["total"], &after["bad"]), (&before["total"], &before["bad"]));
    assert!(after["unknown_share"].as_f64().unwrap() > 0.1, "{after}");
    assert_eq!(after["burning"], "page", "nobody knows that it is over");
    assert!(after["note"].as_str().unwrap().contains("does not answer"), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_pushed_shown_and_exported_from_the_command_line() {
    let operate = Operate::start(Setup::default()).await;
    let pushed = "\n---\napiVersion: operate/v1\nkind: Objective\nmetadata: { name: orders }\n\
                  spec: { item: service/orders, target: 99, indicator: {} }\n\
                  ---\napiVersion: operate/v1\nkind: Objective\nmetadata: { name: shop }\n\
                  spec: { item: service/orders, target: 90, indicator: { parts: [\
                  { objective: orders, weight: 2 }] } }\n";
    operate.apply(&format!("{ESTATE}{pushed}")).await;
    let token = operate.token("admin", &["read", "write", "admin", "intake"]).await;
    for (good, total) in [("50", "100"), ("95", "100")] {
        let push = ["objective", "push", "orders", "--good", good, "--total", total];
        let at = World::system().now().micros() / 60_000_000 * 60 - 180;
        let at = Time::from_seconds(at).to_string();
        let done = operate.cli_as(&token, &[&push[..], &["--at", &at]].concat());
        assert!(done.status.success(), "{done:?}");
    }
    let said = |arguments: &[&str]| {
        let done = operate.cli_as(&token, arguments);
        assert!(done.status.success(), "{done:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    let shown = wait_until("the minute is settled", async || {
        let shown = said(&["objective", "show", "orders"]);
        shown.contains("Of 100 events 5 were bad").then_some(shown)
    })
    .await;
    assert!(shown.contains("99 % of all events have to be good over 30d."), "{shown}");
    assert!(shown.contains("PART OF"), "{shown}");
    let shop = said(&["objective", "show", "shop"]);
    assert!(shop.contains("2 (100 %)") && shop.contains("90 % of the time"), "{shop}");
    let listed = said(&["objective", "list", "--state", "freeze"]);
    assert!(listed.contains("orders") && listed.contains("-400 %"), "{listed}");
    let wrong = json!({ "minutes": [{ "at": "2000-01-01T00:00:00Z", "good": 1, "total": 1 }] });
    let refused = operate.send(Method::POST, "/api/v1/objectives/orders/counts", Some(wrong)).await;
    assert_eq!(refused.status(), 422);
    let csv = operate.send(Method::GET, "/api/v1/objectives/orders/minutes?format=csv", None).await;
    let csv = csv.text().await.unwrap();
    assert_eq!(csv.lines().count(), 2, "the same minute twice is one: {csv}");
    assert!(csv.trim_end().ends_with(",95,100"), "{csv}");

    assert!(said(&["objective", "targets", "orders"]).contains("no reason given"));
    said(&["objective", "explain", "orders", "--reason", "a guess", "--decided", "Review"]);
    assert!(said(&["objective", "targets", "orders"]).contains("Review: a guess"));
    let month = World::system().now().to_string();
    let month = ["report", "monthly", "service/orders", "--month", &month[..7]];
    let told = said(&month);
    assert!(told.contains("Incidents opened") && told.contains("it is not over"), "{told}");
    let table = said(&[&month[..], &["--csv"]].concat());
    assert!(table.starts_with("item,figure,unit,"), "{table}");

    let slo = operate.folder().join("slo.yaml");
    let slo = slo.to_str().unwrap();
    said(&["export", "openslo", "-o", slo]);
    let report = said(&["import", "openslo", slo, "--apply", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    let changes = report["applied"]["changes"].as_array().unwrap();
    let changed: Vec<&Value> = changes.iter().filter(|c| c["action"] != "unchanged").collect();
    assert!(changed.len() <= 2, "it says the same, with thirty days spelled out: {changed:?}");
}
