//! What alerts mean: rules give class, response and impact, and warnings open potential work.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{NOON, Operate, Receiver, conversations, shop};

conversations!(
    a_class_is_shown_wherever_the_alert_is,
    rules_hold_from_the_next_firing_on,
    wrong_rules_are_refused_at_their_field,
    rules_are_tried_before_they_are_saved,
    a_warning_opens_potential_work_and_the_failure_takes_it_up,
    potential_work_ends_when_its_warning_clears,
    what_a_rule_only_records_is_told_to_nobody,
);

const ORDERS: (&str, &str) = ("service", "orders");
const PATH: &str = "/settings/classification";

fn rule(name: &str, when: &str, class: &str, response: &str) -> Value {
    json!({ "name": name, "when": when, "class": class, "response": response })
}

async fn rules(operate: &Operate, rules: Value) {
    operate.ada.put(PATH, rules, None).await.is(200);
}

async fn named(operate: &Operate, name: &str) -> Value {
    let found = operate.ada.list(&format!("/alerts?name={name}&state=open,cleared")).await;
    found.into_iter().next().unwrap_or_else(|| panic!("no alert {name}"))
}

async fn names(operate: &Operate, query: &str) -> Vec<String> {
    let found = operate.ada.list(query).await;
    let mut names: Vec<String> =
        found.iter().map(|alert| alert["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

async fn a_class_is_shown_wherever_the_alert_is(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:9")).await;
    let mut audit = rule("audit", "name == 'Login'", "exception", "notify");
    audit["impacts"] = json!(["security", "compliance"]);
    let slow = rule("slow", "labels.alertname.startsWith('Slow')", "informational", "record");
    rules(&operate, json!([audit, slow])).await;
    for name in ["Login", "SlowAnswers", "Odd"] {
        operate.fires(name, "info", ORDERS).await;
    }
    operate.settled().await;

    assert_eq!(names(&operate, "/alerts?class=exception").await, ["Login"]);
    assert_eq!(names(&operate, "/alerts?class=unclassified").await, ["Odd"]);
    let two = names(&operate, "/alerts?class=informational,unclassified").await;
    assert_eq!(two, ["Odd", "SlowAnswers"]);
    // What the list is narrowed to, all of it can be asked for at once.
    for filter in [json!({ "class": ["exception"] }), json!({ "impact": ["security"] })] {
        let ask = json!({ "command": { "command": "acknowledge" }, "filters": [filter],
            "dry_run": true });
        let meant = operate.ada.post("/alerts/commands", ask).await.is(200);
        assert_eq!((&meant["changed"], &meant["sample"][0]["name"]), (&json!(1), &json!("Login")));
    }
    assert_eq!(names(&operate, "/alerts?impact=security,performance").await, ["Login"]);
    assert_eq!(names(&operate, "/alerts?impact=performance").await, Vec::<String>::new());

    let login = named(&operate, "Login").await;
    let said = &login["classification"];
    assert_eq!((&said["class"], &said["rule"]), (&json!("exception"), &json!("audit")));
    assert_eq!(said["impacts"], json!(["security", "compliance"]));
    assert_eq!(login["severity"], "info", "the severity stays");
    assert_eq!(named(&operate, "Odd").await["classification"], Value::Null);
    let id = login["id"].as_str().unwrap();
    let timeline = operate.ada.list(&format!("/alerts/{id}/timeline")).await;
    let title = timeline[0]["title"].as_str().unwrap();
    assert!(title.ends_with("classified as exception by rule `audit`"), "{title}");
    let why = operate.ada.get(&format!("/alerts/{id}/explanation")).await.is(200);
    assert_eq!(why["classification"]["rule"], "audit");

    assert_eq!(names(&operate, "/alerts/history?class=exception").await, ["Login"]);
    assert_eq!(names(&operate, "/alerts/history?impact=compliance").await, ["Login"]);
    assert_eq!(names(&operate, "/alerts/history?class=unclassified").await, ["Odd"]);
    let csv = operate.ada.get("/alerts/history.csv?class=exception").await.text;
    assert!(csv.lines().next().unwrap().ends_with("class,impacts,class_rule"), "{csv}");
    assert!(csv.lines().nth(1).unwrap().ends_with("exception,security compliance,audit"), "{csv}");

    operate.pass(Duration::from_secs(60)).await;
    let report = operate.ada.get("/reports/alerts").await.is(200);
    let total = &report["classes"]["total"];
    assert_eq!((&total["fired"], &total["unclassified"]), (&json!(3), &json!(1)));
    assert_eq!((&total["exception"], &total["security"]), (&json!(1), &json!(1)));
    let metrics = operate.ada.send(operate.ada.bare(Method::GET, "/metrics")).await.text;
    assert!(metrics.contains("operate_alerts_unclassified_total{source="), "{metrics}");
    operate.end().await;
}

async fn rules_hold_from_the_next_firing_on(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:9")).await;
    operate.fires("Login", "info", ORDERS).await;
    rules(&operate, json!([rule("audit", "", "exception", "notify")])).await;
    operate.fires("Login", "info", ORDERS).await;
    assert_eq!(named(&operate, "Login").await["classification"], Value::Null);
    operate.clears("Login", "info", ORDERS).await;
    operate.pass(Duration::from_secs(10)).await;
    operate.fires("Login", "info", ORDERS).await;
    let said = &named(&operate, "Login").await["classification"];
    assert_eq!(said["rule"], "audit");
    let operate = operate.restart(Duration::from_secs(1)).await;
    assert_eq!(named(&operate, "Login").await["classification"]["class"], "exception");
    operate.end().await;
}

async fn wrong_rules_are_refused_at_their_field(place: Place) {
    let operate = Operate::start(&place).await;
    let fine = rule("fine", "", "warning", "notify");
    let eager = rule("eager", "", "informational", "open_incident");
    let problem = operate.ada.put(PATH, json!([fine, eager]), None).await.problem(422);
    assert_eq!(problem["field"], "1.response", "{problem}");
    let broken = rule("broken", "labels.x =", "warning", "notify");
    let problem = operate.ada.put(PATH, json!([broken]), None).await.problem(422);
    assert_eq!(problem["field"], "0.when");
    assert_eq!(operate.ada.get(PATH).await.is(200), json!([]), "nothing was saved");

    operate.ada.put(PATH, json!([fine]), Some("0")).await.is(200);
    operate.ada.put(PATH, json!([]), Some("0")).await.problem(412);
    let saved = operate.ada.get(PATH).await;
    assert_eq!(saved.etag.as_deref(), Some("1"));
    operate.end().await;
}

async fn rules_are_tried_before_they_are_saved(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:9")).await;
    operate.fires("Login", "critical", ORDERS).await;
    let failing = rule("failing", "labels.alertname", "warning", "notify");
    let orders = rule("orders", "item == 'service/orders'", "exception", "notify");
    let trial = json!({
        "rules": [failing, orders],
        "recent": 5,
        "samples": [{ "labels": { "alertname": "Other" } },
            { "source": "probe", "labels": { "alertname": "Slow", "service": "orders" } }],
    });
    let path = format!("{PATH}/try");
    let tried = operate.ada.post(&path, trial).await.is(200);
    let said: Vec<&Value> =
        tried["items"].as_array().unwrap().iter().map(|one| &one["classification"]).collect();
    assert_eq!(said[0], &Value::Null);
    assert_eq!(said[1]["rule"], "orders", "its item was found first");
    assert_eq!(said[2]["rule"], "orders");
    assert_eq!(tried["items"][2]["present"], Value::Null);
    assert_eq!(tried["failed"], json!(["failing"]));
    assert_eq!(named(&operate, "Login").await["classification"], Value::Null, "only tried");

    let id = named(&operate, "Login").await["id"].as_str().unwrap().to_owned();
    let draft = operate.ada.get(&format!("/alerts/{id}/classification-draft")).await.is(200);
    assert_eq!(draft["when"], "name == \"Login\"");
    assert_eq!(
        (&draft["class"], &draft["response"]),
        (&json!("exception"), &json!("open_incident"))
    );
    let tried = operate.ada.post(&path, json!({ "rules": [draft], "recent": 1 })).await.is(200);
    assert_eq!(tried["items"][0]["classification"]["rule"], "Login");
    operate.ada.post(&path, json!({ "recent": 1000 })).await.problem(422);
    operate.end().await;
}

fn disks() -> Value {
    let mut disks = rule("disks", "name == 'DiskFills'", "warning", "open_potential");
    disks["boundary"] = json!("annotations.time_to_boundary");
    json!([disks])
}

async fn disk_fills(operate: &Operate, left: &str) {
    let labels = json!({ "alertname": "DiskFills", "severity": "warning", "service": "orders" });
    let annotations = json!({ "summary": "disk fills", "time_to_boundary": left });
    operate.alerts(json!([{ "labels": labels, "annotations": annotations }])).await;
}

async fn a_warning_opens_potential_work_and_the_failure_takes_it_up(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    rules(&operate, disks()).await;
    disk_fills(&operate, "2h").await;
    let row = operate.incident("potential work", |row| row["potential"] == true).await;
    operate.settled().await;
    let id = row["id"].as_str().unwrap();
    let work = operate.ada.get(&format!("/incidents/{id}")).await.is(200);
    assert_eq!(work["main_item"], "service/orders");
    assert_eq!(work["next_step"], "Nothing has failed yet: see that it does not.");
    let boundary = kernel::Time::parse(work["boundary_at"].as_str().unwrap()).unwrap();
    let left = boundary.micros_since(NOON) / 1_000_000;
    assert!((7_200..7_230).contains(&left), "two hours from when it came: {left} s");
    assert_eq!(receiver.calls().len(), 0, "nobody is called");
    assert_eq!(operate.ada.list(&format!("/incidents/{id}/pages")).await.len(), 0);
    assert_eq!(operate.ada.list("/incidents?potential=true").await.len(), 1);
    assert_eq!(operate.ada.list("/incidents?potential=false").await.len(), 0);
    let times = operate.ada.get("/reports/times").await.is(200).to_string();
    assert!(!times.contains(id), "nothing failed, so nothing is reported: {times}");

    operate.pass(Duration::from_secs(1800)).await;
    disk_fills(&operate, "90m").await;
    operate.fires("Down", "critical", ORDERS).await;
    let failed = operate.becomes(id, "it has happened", |it| it["potential"] == false).await;
    assert_eq!(failed["members"].as_array().unwrap().len(), 2);
    assert_eq!(failed["boundary_at"], Value::Null);
    let detected = kernel::Time::parse(failed["times"]["detected"]["at"].as_str().unwrap());
    assert!(detected.unwrap().micros_since(NOON) >= 1_800_000_000, "from the failure on");
    operate.settled().await;
    assert_eq!(receiver.calls_to("/bob").len(), 1, "now somebody is called");
    let said = operate.ada.list(&format!("/incidents/{id}/timeline")).await;
    let taken_up = "No longer potential: it has happened: Down on orders";
    assert!(said.iter().any(|entry| entry["title"] == taken_up), "{said:?}");
    assert_eq!(operate.ada.list("/incidents?potential=false").await.len(), 1);
    operate.end().await;
}

async fn potential_work_ends_when_its_warning_clears(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:9")).await;
    rules(&operate, disks()).await;
    disk_fills(&operate, "soon").await;
    let row = operate.incident("potential work", |row| row["potential"] == true).await;
    let id = row["id"].as_str().unwrap();
    assert_eq!(row["boundary_at"], Value::Null, "what cannot be read is not known");
    operate.settled().await;
    operate.clears("DiskFills", "warning", ORDERS).await;
    operate.settled().await;
    operate.pass(Duration::from_secs(61)).await;
    let over = operate.becomes(id, "restored", |it| it["stage"] == "restored").await;
    assert_eq!(over["potential"], true, "it never happened");
    operate.end().await;
}

async fn what_a_rule_only_records_is_told_to_nobody(place: Place) {
    let receiver = Receiver::start().await;
    let text = format!(
        "route: {{receiver: ops, group_by: [alertname], group_wait: 0s}}\n\
         receivers: [{{name: ops, webhook_configs: [{{url: '{}/ops'}}]}}]\n",
        receiver.url
    );
    let operate = Operate::with(&place, |config| {
        let file = config.data.join("routing.yml");
        std::fs::create_dir_all(&config.data).unwrap();
        std::fs::write(&file, text).unwrap();
        config.routing.file = Some(file);
    })
    .await;
    operate.apply(&shop(&receiver.url)).await;
    let chatter = rule("chatter", "name == 'Chatter'", "informational", "record");
    let notify = rule("notify", "name == 'Login'", "exception", "notify");
    rules(&operate, json!([chatter, notify])).await;
    operate.fires("Chatter", "critical", ORDERS).await;
    operate.fires("Login", "critical", ORDERS).await;
    operate
        .until("the receiver is told", async || receiver.calls_to("/ops").first().cloned())
        .await;
    operate.settled().await;
    let told: Vec<String> =
        receiver.calls_to("/ops").iter().map(|call| call.body["alerts"].to_string()).collect();
    assert!(told.iter().all(|alerts| !alerts.contains("Chatter")), "{told:?}");
    assert!(told[0].contains("Login"), "{told:?}");
    assert_eq!(operate.ada.list("/incidents").await.len(), 0, "and neither opens an incident");
    assert_eq!(named(&operate, "Chatter").await["state"], "open", "but it is recorded");
    operate.end().await;
}
