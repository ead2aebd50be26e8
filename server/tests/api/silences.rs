//! Silences: what matches is recorded and told to nobody, until the silence is over.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, alert, conversations, shop};

conversations!(
    a_silenced_alert_opens_nothing_until_the_silence_is_over,
    ending_a_silence_by_hand_lets_go_of_every_alert,
    what_is_open_stays_open_and_does_not_break_again,
    a_silence_that_recurs_lets_go_between_its_windows,
    a_change_of_an_active_silence_makes_a_new_one,
    what_is_wrong_is_refused_and_a_repeat_is_harmless,
    clients_of_alertmanager_make_find_and_end_silences,
    whoever_reads_from_elsewhere_needs_a_key,
);

const ORDERS: (&str, &str) = ("service", "orders");

async fn open(place: &Place) -> (Operate, Receiver) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(place).await;
    operate.apply(&shop(&receiver.url)).await;
    (operate, receiver)
}

/// Silences what has this name, for so long from now on.
async fn silence(operate: &Operate, name: &str, seconds: u64) -> Value {
    let ends_at = operate.world.now() + Duration::from_secs(seconds);
    let matcher = format!("alertname=\"{name}\"");
    let plan = json!({ "matchers": [matcher], "ends_at": ends_at, "comment": "known" });
    operate.ada.post("/silences", plan).await.is(201)
}

fn id(record: &Value) -> String {
    record["id"].as_str().expect("a record has an id").to_owned()
}

async fn expire(operate: &Operate, id: &str) -> Value {
    let command = json!({ "command": "expire" });
    operate.ada.post(&format!("/silences/{id}/commands"), command).await.is(200)
}

async fn incidents(operate: &Operate) -> Vec<Value> {
    operate.settled().await;
    operate.ada.list("/incidents").await
}

async fn a_silenced_alert_opens_nothing_until_the_silence_is_over(place: Place) {
    let (operate, receiver) = open(&place).await;
    let made = silence(&operate, "HighErrorRate", 180).await;
    assert_eq!((&made["stage"], &made["created_by"]), (&json!("active"), &json!("ada")));

    operate.fires("HighErrorRate", "critical", ORDERS).await;
    assert_eq!(incidents(&operate).await, Vec::<Value>::new());
    assert!(receiver.calls().is_empty());
    let shown = operate.ada.list("/alerts?silenced=true").await;
    assert_eq!(shown[0]["silenced_by"], json!([made["id"]]));
    assert_eq!(shown[0]["silenced_until"], made["ends_at"]);
    assert_eq!(shown[0]["state"], "open", "it is recorded");
    assert!(operate.ada.list("/alerts?silenced=false").await.is_empty());

    // Another alert is nobody's business.
    operate.fires("SlowAnswers", "critical", ("service", "canteen")).await;
    assert_eq!(incidents(&operate).await.len(), 1);

    operate.pass(Duration::from_secs(181)).await;
    let told = |i: &Value| i["title"] == "HighErrorRate on orders";
    operate.incident("the silence is over and it still fires", told).await;
    operate.settled().await;
    assert!(!receiver.calls().is_empty());
    let over = operate.ada.get(&format!("/silences/{}", id(&made))).await.is(200);
    assert_eq!((&over["stage"], &over["allowed"]), (&json!("expired"), &json!([])));
    let alerts = operate.ada.list("/alerts?q=HighErrorRate").await;
    assert_eq!(alerts[0]["silenced_by"], json!([]));
    let lines = operate.ada.list(&format!("/silences/{}/timeline", id(&made))).await;
    let titles: Vec<&str> = lines.iter().filter_map(|line| line["title"].as_str()).collect();
    assert_eq!(titles[0], "Is over");
    assert_eq!(titles[2], "Silenced {alertname=\"HighErrorRate\"}: known");
    operate.end().await;
}

async fn ending_a_silence_by_hand_lets_go_of_every_alert(place: Place) {
    let (operate, _) = open(&place).await;
    let made = silence(&operate, "Flood", 3600).await;
    // More than one transaction takes.
    let many: Vec<Value> = (0..60)
        .map(|number| {
            let mut one = alert("Flood", "critical", ORDERS);
            one["labels"]["instance"] = json!(format!("i{number}"));
            one
        })
        .collect();
    operate.alerts(Value::from(many)).await;
    assert!(incidents(&operate).await.is_empty());
    let preview = json!({ "matchers": ["alertname=Flood", "instance=~i1."] });
    let preview = operate.ada.post("/silences/preview", preview).await.is(200);
    assert_eq!((&preview["total"], &preview["silenced"]), (&json!(10), &json!(10)));

    expire(&operate, &id(&made)).await;
    operate.settled().await;
    let told = operate.count("SELECT COUNT(*) AS n FROM record_tag WHERE tag LIKE 'alert:%'").await;
    assert_eq!(told, 60, "all of them belong to an incident");
    assert_eq!(incidents(&operate).await.len(), 1);
    let again = json!({ "command": "expire" });
    let again = operate.ada.post(&format!("/silences/{}/commands", id(&made)), again).await;
    assert!(again.problem(409)["detail"].as_str().unwrap().contains("already expired"));
    operate.end().await;
}

async fn what_is_open_stays_open_and_does_not_break_again(place: Place) {
    let (operate, receiver) = open(&place).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    let incident = id(&operate.incident("an incident", |_| true).await);
    operate.settled().await;
    let calls = receiver.calls().len();
    let made = silence(&operate, "HighErrorRate", 3600).await;
    operate.settled().await;
    let shown = operate.ada.get(&format!("/incidents/{incident}")).await.is(200);
    assert_eq!(shown["stage"], "assigned", "a silence closes nothing");

    operate.clears("HighErrorRate", "critical", ORDERS).await;
    operate.settled().await;
    operate.pass(Duration::from_secs(61)).await;
    let restored = |i: &Value| i["stage"] == "restored";
    operate.becomes(&incident, "it is restored", restored).await;
    operate.pass(Duration::from_secs(60)).await;
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    operate.settled().await;
    let shown = operate.ada.get(&format!("/incidents/{incident}")).await.is(200);
    assert_eq!(shown["stage"], "restored", "what is silenced does not break it again");
    assert_eq!(receiver.calls().len(), calls);

    expire(&operate, &id(&made)).await;
    let broken = |i: &Value| i["stage"] == "assigned";
    operate.becomes(&incident, "the silence is over: it is broken", broken).await;
    operate.end().await;
}

async fn a_silence_that_recurs_lets_go_between_its_windows(place: Place) {
    let (operate, _) = open(&place).await;
    // The clock stands at noon in UTC.
    let plan = json!({
        "matchers": ["alertname=HighErrorRate"], "comment": "every noon",
        "recurrence": { "rule": "FREQ=DAILY;BYHOUR=12,13", "zone": "UTC", "duration_seconds": 120 },
    });
    let made = operate.ada.post("/silences", plan).await.is(201);
    assert_eq!(made["stage"], "active");
    let windows = made["windows"].as_array().map(Vec::len);
    assert_eq!(windows, Some(58), "twice a day for the four weeks of a calendar");
    assert_eq!(made["ends_at"], "9999-12-31T23:59:59Z");
    operate.fires("HighErrorRate", "critical", ORDERS).await;
    assert!(incidents(&operate).await.is_empty());

    operate.pass(Duration::from_secs(121)).await;
    operate.incident("the window is over", |_| true).await;
    let waits = operate.ada.get(&format!("/silences/{}", id(&made))).await.is(200);
    assert_eq!(waits["stage"], "pending");
    assert_eq!(waits["window"], made["windows"][1]);
    operate.pass(Duration::from_secs(3500)).await;
    let path = format!("/silences/{}", id(&made));
    let active = async || {
        let shown = operate.ada.get(&path).await.is(200);
        (shown["stage"] == "active").then_some(())
    };
    operate.until("the next window has begun", active).await;
    operate.end().await;
}

async fn a_change_of_an_active_silence_makes_a_new_one(place: Place) {
    let (operate, _) = open(&place).await;
    let made = silence(&operate, "A", 600).await;
    let path = format!("/silences/{}", id(&made));
    let later = operate.world.now() + Duration::from_secs(1200);
    let plan = |matcher: &str| json!({ "matchers": [matcher], "ends_at": later, "comment": "x" });
    let longer = operate.ada.put(&path, plan("alertname=A"), None).await.is(200);
    assert_eq!((&longer["id"], &longer["comment"]), (&made["id"], &json!("x")));

    let other = operate.ada.put(&path, plan("alertname=B"), None).await.is(200);
    assert_ne!(other["id"], made["id"]);
    assert_eq!(other["replaces"], made["id"]);
    let before = operate.ada.get(&path).await.is(200);
    assert_eq!((&before["stage"], &before["replaced_by"]), (&json!("expired"), &other["id"]));
    let listed = operate.ada.get("/silences?stage=active&q=B").await.is(200);
    assert_eq!((&listed["total"], &listed["counts"]["expired"]), (&json!(1), &json!(1)));
    operate.end().await;
}

async fn what_is_wrong_is_refused_and_a_repeat_is_harmless(place: Place) {
    let (operate, _) = open(&place).await;
    let ends_at = operate.world.now() + Duration::from_secs(60);
    let plan = |matcher: &str| json!({ "matchers": [matcher], "ends_at": ends_at, "comment": "x" });
    let wide = operate.ada.post("/silences", plan("alertname=~.*")).await.problem(422);
    assert_eq!(wide["detail"], "at least one matcher must not match the empty string");
    let wrong = operate.ada.post("/silences", plan("alertname")).await.problem(422);
    assert_eq!(wrong["field"], "matchers");
    let hostile = operate.ada.post("/silences", plan("a=~\"(a{1000}){1000}\"")).await.problem(422);
    assert!(hostile["detail"].as_str().unwrap().contains("exceeds"), "{hostile}");

    let key = [("idempotency-key", "k1")];
    let first = operate.ada.post_with("/silences", plan("a=b"), &key).await.is(201);
    let second = operate.ada.post_with("/silences", plan("a=b"), &key).await.is(201);
    assert_eq!(first["id"], second["id"]);
    let hidden = json!({ "command": "tick" });
    operate.ada.post(&format!("/silences/{}/commands", id(&first)), hidden).await.problem(403);
    operate.end().await;
}

async fn whoever_reads_from_elsewhere_needs_a_key(place: Place) {
    let operate = Operate::with(&place, |config| config.intake.open_on_loopback = false).await;
    let key = operate
        .ada
        .post("/integration-keys", json!({ "name": "amtool", "kind": "alertmanager" }))
        .await
        .is(201);
    let key = key["secret"].as_str().unwrap();
    let client = reqwest::Client::new();
    for path in ["alerts", "alerts/groups", "silences", "receivers", "status"] {
        let url = format!("{}/api/v2/{path}", operate.ada.base());
        let refused = client.get(&url).send().await.unwrap();
        assert_eq!(refused.status(), 401, "{path}");
        let answer = client.get(&url).bearer_auth(key).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
    operate.end().await;
}

async fn clients_of_alertmanager_make_find_and_end_silences(place: Place) {
    let (operate, _) = open(&place).await;
    let ask = async |method: Method, path: &str, body: Option<Value>| {
        let url = format!("{}/api/v2{path}", operate.ada.base());
        let mut request = reqwest::Client::new().request(method, url);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap_or_default())
    };
    let now = operate.world.now();
    let mut wanted = json!({
        "matchers": [{ "name": "alertname", "value": "A", "isRegex": false }],
        "startsAt": now, "endsAt": now + Duration::from_secs(600),
        "createdBy": "root", "comment": "c",
    });
    let (status, made) = ask(Method::POST, "/silences", Some(wanted.clone())).await;
    assert_eq!(status, 200, "{made}");
    let uuid = made["silenceID"].as_str().unwrap().to_owned();
    assert_eq!(uuid.len(), 36);

    operate.fires("A", "critical", ORDERS).await;
    let (_, alerts) = ask(Method::GET, "/alerts", None).await;
    assert_eq!(alerts[0]["status"]["state"], "suppressed");
    assert_eq!(alerts[0]["status"]["silencedBy"], json!([uuid]));
    assert_eq!(ask(Method::GET, "/alerts?silenced=false", None).await.1, json!([]));

    wanted["id"] = json!(uuid);
    wanted["endsAt"] = json!(now + Duration::from_secs(1200));
    let (_, longer) = ask(Method::POST, "/silences", Some(wanted.clone())).await;
    assert_eq!(longer["silenceID"], json!(uuid), "a later end is a change in place");
    wanted["matchers"][0]["value"] = json!("B");
    let (_, other) = ask(Method::POST, "/silences", Some(wanted.clone())).await;
    assert_ne!(other["silenceID"], json!(uuid));
    let (_, list) = ask(Method::GET, "/silences?filter=alertname%3DB", None).await;
    assert_eq!(list.as_array().map(Vec::len), Some(1));
    let (_, list) = ask(Method::GET, "/silences", None).await;
    assert_eq!(list[1]["status"]["state"], "expired");

    wanted["comment"] = json!("");
    wanted["createdBy"] = json!("");
    wanted["matchers"][0]["value"] = json!("C");
    wanted["id"] = json!("");
    let (status, quiet) = ask(Method::POST, "/silences", Some(wanted.clone())).await;
    assert_eq!(status, 200, "Alertmanager takes it without a comment: {quiet}");
    let gone = format!("/silence/{}", quiet["silenceID"].as_str().unwrap());
    assert_eq!(ask(Method::DELETE, &gone, None).await.0, 200);

    let path = format!("/silence/{}", other["silenceID"].as_str().unwrap());
    assert_eq!(ask(Method::GET, &path, None).await.1["matchers"][0]["value"], "B");
    assert_eq!(ask(Method::DELETE, &path, None).await.0, 200);
    let (status, told) = ask(Method::DELETE, &path, None).await;
    assert!(status == 500 && told.as_str().unwrap().contains("already expired"), "{told}");
    assert_eq!(
        ask(Method::GET, "/silence/0195f3a0-1111-7222-8333-444455556666", None).await.0,
        404
    );
    wanted["id"] = json!("");
    wanted["endsAt"] = json!(now - Duration::from_secs(5));
    let (status, told) = ask(Method::POST, "/silences", Some(wanted)).await;
    assert_eq!(
        (status, told),
        (400, json!("failed to create silence: start time must be before end time"))
    );
    operate.end().await;
}
