//! Operate watched: its health, its live feed, its settings, and its journal as the truth.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Client, Operate, Receiver, alert, conversations, shop};

const PASSWORD: &str = "correct horse battery staple";

conversations!(
    it_says_that_it_lives_is_ready_and_how_it_does,
    an_open_browser_hears_of_every_change,
    whoever_is_signed_out_or_removed_hears_nothing_more,
    what_ended_by_itself_is_heard_no_more,
    a_changed_setting_is_journaled_with_before_and_after,
    a_new_matrix_holds_for_what_opens_from_then_on,
    matrix_and_policy_saved_at_once_lose_nothing_of_each_other,
    a_rule_finds_the_item_of_what_already_fires,
    what_files_say_later_finds_the_item_of_what_already_fires,
    a_busy_day_is_in_the_journal_entry_by_entry,
    what_memory_cannot_read_keeps_nobody_from_being_called,
);

async fn it_says_that_it_lives_is_ready_and_how_it_does(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    // Whoever watches needs no session.
    let watch = async |path: &str| {
        let request = reqwest::Client::new().get(format!("{}{path}", operate.ada.base()));
        operate.ada.send(request).await
    };
    assert_eq!(watch("/healthz").await.status, 200);
    let ready = watch("/readyz").await.is(200);
    assert_eq!(ready, json!({ "ready": true, "not_ready": [] }));
    let metrics = watch("/metrics").await;
    assert!(metrics.kind.starts_with("text/plain"), "{}", metrics.kind);
    for line in [
        "operate_alerts_firing 1",
        "operate_incidents_open 1",
        "operate_pages_ringing 1",
        "operate_outbox_dead 0",
        "operate_journal_parked 0",
        "operate_signals_total",
        "operate_deliveries_total{channel=\"webhook\",result=\"delivered\"}",
        "operate_follower_lag_seconds{follower=\"detect_to_restore\"}",
        "operate_round_last_success_timestamp_seconds{round=\"clock_alarms\"}",
        "operate_round_last_success_timestamp_seconds{round=\"report_mails\"}",
        "operate_round_last_success_timestamp_seconds{round=\"presence\"}",
    ] {
        assert!(metrics.text.contains(line), "no {line} in\n{}", metrics.text);
    }
    // Whoever asks can make up methods and paths, but no numbers.
    let odd = reqwest::Method::from_bytes(b"MADEUP").unwrap();
    operate.ada.send(operate.ada.bare(odd, "/made/up")).await;
    let after = watch("/metrics").await.text;
    let counted =
        "operate_http_request_seconds_count{method=\"GET\",route=\"/readyz\",status=\"200\"}";
    assert!(after.contains(counted), "{after}");
    assert!(!after.contains("MADEUP") && !after.contains("/made/up"), "{after}");
    let meant: Vec<&str> =
        metrics.text.lines().filter_map(|line| line.strip_prefix("# HELP ")).collect();
    for line in metrics.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        let said = meant.iter().any(|help| help.split(' ').next() == Some(name));
        assert!(said, "nothing says what {name} means");
    }
    operate.end().await;
}

async fn an_open_browser_hears_of_every_change(place: Place) {
    let operate = Operate::start(&place).await;
    let request = operate.ada.request(Method::GET, "/api/v1/journal/stream");
    let mut stream = request.send().await.unwrap();
    assert_eq!(stream.status(), 200);
    let incident = operate.ada.post("/incidents", json!({ "title": "disk full" })).await.is(201);
    let subject = format!("incident:{}", incident["id"].as_str().unwrap());
    let mut heard = String::new();
    while !heard.contains("Opened: disk full") {
        // Time creeps: on a shared database the tail looks again after a while.
        let chunk = operate.until("a change is heard", async || {
            let chunk = tokio::time::timeout(Duration::from_millis(5), stream.chunk()).await;
            chunk.ok().map(|chunk| chunk.unwrap().expect("the stream goes on"))
        });
        heard.push_str(&String::from_utf8_lossy(&chunk.await));
    }
    let data: Vec<Value> = heard
        .lines()
        .filter_map(|line| line.strip_prefix("data: ").or(line.strip_prefix("data:")))
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect();
    let opened = data.iter().find(|entry| entry["kind"] == "incident.opened").unwrap();
    assert_eq!((&opened["subject"], &opened["actor"]), (&json!(subject), &json!("person:ada")));
    assert!(heard.contains("event: entry") || heard.contains("event:entry"), "{heard}");
    let nobody = reqwest::get(format!("{}/api/v1/journal/stream", operate.ada.base())).await;
    assert_eq!(nobody.unwrap().status(), 401);
    // A stream that is still open does not keep the server from stopping.
    operate.end().await;
}

async fn whoever_is_signed_out_or_removed_hears_nothing_more(place: Place) {
    let operate = Operate::start(&place).await;
    let account = |name: &str, role: &str, consumers: Value| {
        json!({ "name": name, "password": PASSWORD, "display_name": name, "role": role,
            "consumers": consumers })
    };
    let mut streams = Vec::new();
    for name in ["bea", "cem", "dan", "eve"] {
        operate.ada.post("/accounts", account(name, "viewer", json!([]))).await.is(201);
        let person = operate.ada.of(name, PASSWORD).await;
        let stream = listen(&person).await;
        streams.push((name, person, stream));
    }
    let token = json!({ "name": "wall", "role": "viewer", "scopes": ["read"] });
    let secret = operate.ada.post("/tokens", token).await.is(201)["secret"].clone();
    let by_token = operate.ada.bare(Method::GET, "/api/v1/journal/stream");
    let wall = by_token.bearer_auth(secret.as_str().unwrap()).send().await.unwrap();

    streams[0].1.delete("/session").await.is(204);
    operate.ada.delete("/accounts/cem").await.is(204);
    let mut consumer = account("dan", "consumer", json!(["team/web"]));
    consumer.as_object_mut().unwrap().remove("name");
    consumer.as_object_mut().unwrap().remove("password");
    operate.ada.put("/accounts/dan", consumer, None).await.is(200);
    operate.ada.delete("/tokens/wall").await.is(204);
    operate.ada.post("/incidents", json!({ "title": "disk full" })).await.is(201);
    streams.push(("wall", operate.ada.clone(), wall));
    for (name, _, stream) in streams {
        let heard = heard(&operate, stream, "Opened: disk full").await;
        assert_eq!(heard.contains("disk full"), name == "eve", "{name}: {heard}");
    }
    operate.end().await;
}

async fn what_ended_by_itself_is_heard_no_more(place: Place) {
    let operate = Operate::start(&place).await;
    let token = json!({ "name": "wall", "role": "viewer", "scopes": ["read"] });
    let secret = operate.ada.post("/tokens", token).await.is(201)["secret"].clone();
    let request = operate.ada.bare(Method::GET, "/api/v1/journal/stream");
    let wall = request.bearer_auth(secret.as_str().unwrap()).send().await.unwrap();
    let browser = listen(&operate.ada).await;
    // Nothing is written when a session ends because nobody used it.
    operate.pass(Duration::from_secs(25 * 3600)).await;
    let before = heard(&operate, browser, "Opened: disk full").await;
    assert!(!before.contains("disk full"), "{before}");
    let mut ada = operate.ada.clone();
    ada.sign_in().await;
    ada.post("/incidents", json!({ "title": "disk full" })).await.is(201);
    assert!(heard(&operate, wall, "Opened: disk full").await.contains("disk full"));
    operate.end().await;
}

async fn listen(client: &Client) -> reqwest::Response {
    let stream = client.request(Method::GET, "/api/v1/journal/stream").send().await.unwrap();
    assert_eq!(stream.status(), 200);
    stream
}

/// What a stream says until it says this or ends.
async fn heard(operate: &Operate, mut stream: reqwest::Response, last: &str) -> String {
    let mut heard = String::new();
    while !heard.contains(last) {
        let chunk = operate.until("the stream says something or ends", async || {
            let chunk = tokio::time::timeout(Duration::from_millis(5), stream.chunk()).await;
            chunk.ok().map(|chunk| chunk.unwrap())
        });
        let Some(chunk) = chunk.await else { break };
        heard.push_str(&String::from_utf8_lossy(&chunk));
    }
    heard
}

async fn a_changed_setting_is_journaled_with_before_and_after(place: Place) {
    let operate = Operate::start(&place).await;
    let seen = operate.ada.get("/settings/policy").await;
    let (tag, mut policy) = (seen.etag.clone().unwrap(), seen.body);
    assert_eq!(policy["incidents"]["reopen_window_seconds"], 3600);
    policy["incidents"]["reopen_window_seconds"] = json!(60);
    let put = operate.ada.put("/settings/policy", policy.clone(), Some(&tag)).await;
    assert_eq!(put.is(200)["incidents"]["reopen_window_seconds"], 60);
    operate.ada.put("/settings/policy", policy.clone(), Some(&tag)).await.problem(412);
    policy["incidents"]["reopen_window_seconds"] = json!(90);
    operate.ada.put("/settings/policy", policy.clone(), None).await.is(200);
    let entries = operate.ada.list("/journal?kind=setting.").await;
    let [second, first] = entries.as_slice() else { panic!("{entries:#?}") };
    assert_eq!(first["actor"], "person:ada");
    assert_eq!(first["subject"], "setting:policy");
    let window = |entry: &Value, side: &str| {
        entry["data"][side]["incidents"]["reopen_window_seconds"].clone()
    };
    assert_eq!((window(second, "before"), window(second, "after")), (json!(60), json!(90)));
    assert_eq!(window(first, "after"), 60);

    policy["incidents"]["correlation_window_seconds"] = json!(1_000_000);
    let refused = operate.ada.put("/settings/policy", policy.clone(), None).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    policy["colour"] = json!("red");
    let refused = operate.ada.put("/settings/policy", policy, None).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    assert_eq!(operate.ada.list("/journal?kind=setting.").await.len(), 2);
    operate.end().await;
}

async fn a_new_matrix_holds_for_what_opens_from_then_on(place: Place) {
    let operate = Operate::start(&place).await;
    let high = json!({ "title": "x", "impact": "high", "urgency": "high" });
    let before = operate.ada.post("/incidents", high.clone()).await.is(201);
    let mut matrix = operate.ada.get("/settings/priority-matrix").await.is(200);
    matrix["cells"]["high"]["high"] = json!("P2");
    matrix["cells"]["medium"]["high"] = json!("P2");
    operate.ada.put("/settings/priority-matrix", matrix.clone(), None).await.is(200);
    let after = operate.ada.post("/incidents", high).await.is(201);
    assert_eq!((&before["priority"], &after["priority"]), (&json!("P1"), &json!("P2")));
    let shown = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(shown["priority"], "P1");
    matrix["cells"]["high"]["high"] = json!("P5");
    operate.ada.put("/settings/priority-matrix", matrix, None).await.problem(422);
    operate.end().await;
}

async fn matrix_and_policy_saved_at_once_lose_nothing_of_each_other(place: Place) {
    let operate = Operate::start(&place).await;
    let ada = &operate.ada;
    // Whoever still shows the policy as it was does not take the matrix back.
    let seen = ada.get("/settings/policy").await;
    let (stale, policy) = (seen.etag.clone(), seen.is(200));
    let mut matrix = ada.get("/settings/priority-matrix").await;
    let matrix_seen = matrix.etag.clone();
    matrix.body["cells"]["high"]["high"] = json!("P2");
    matrix.body["cells"]["medium"]["high"] = json!("P2");
    let matrix = matrix.is(200);
    ada.put("/settings/priority-matrix", matrix.clone(), matrix_seen.as_deref()).await.is(200);
    let refused = ada.put("/settings/policy", policy, stale.as_deref()).await.problem(412);
    assert_eq!(refused["detail"], "ada changed this meanwhile");
    let refused = ada.put("/settings/priority-matrix", matrix.clone(), stale.as_deref()).await;
    assert_eq!(refused.problem(412)["detail"], "ada changed this meanwhile");
    let kept = ada.get("/settings/policy").await.is(200);
    assert_eq!(kept["incidents"]["matrix"]["cells"]["high"]["high"], "P2");

    for window in 100..110 {
        let seen = ada.get("/settings/policy").await;
        let (tag, mut policy) = (seen.etag.clone(), seen.is(200));
        policy["incidents"]["reopen_window_seconds"] = json!(window);
        let (policy, matrix) = tokio::join!(
            ada.put("/settings/policy", policy, tag.as_deref()),
            ada.put("/settings/priority-matrix", matrix.clone(), None),
        );
        matrix.is(200);
        let kept = ada.get("/settings/policy").await.is(200);
        let wrote = kept["incidents"]["reopen_window_seconds"] == json!(window);
        assert_eq!(wrote, policy.status == 200, "{}", policy.text);
    }
    operate.end().await;
}

async fn a_rule_finds_the_item_of_what_already_fires(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let lost =
        json!([{ "labels": { "alertname": "Down", "severity": "critical", "unit": "tills" } }]);
    operate.alerts(lost).await;
    operate.settled().await;
    let unmatched = operate.ada.list("/alerts?matched=false").await;
    assert_eq!(unmatched.len(), 1);
    let rule = json!({ "name": "tills", "when": "labels.unit == \"tills\"",
        "item": "service/orders" });
    let preview = operate.ada.post("/match-rules/preview", rule.clone()).await;
    let preview = if preview.status == 200 {
        preview.is(200)
    } else {
        operate.ada.post("/match-rules/preview", json!({ "rule": rule })).await.is(200)
    };
    assert_eq!(preview["matches"], 1);
    let put = operate.ada.put("/match-rules", json!([rule]), None).await;
    assert!(put.status.is_success(), "{}", put.text);
    operate.settled().await;
    let found = operate.ada.list("/alerts?item=service/orders").await;
    assert_eq!(found[0]["matched_by"], "rule `tills`");
    let broken = json!([{ "name": "x", "when": "labels.", "item": "service/orders" }]);
    let refused = operate.ada.put("/match-rules", broken, None).await;
    assert!(
        refused.body["field"].as_str().is_some_and(|field| field.contains("when")),
        "{}",
        refused.text
    );
    operate.end().await;
}

async fn what_files_say_later_finds_the_item_of_what_already_fires(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let lost = json!([
        { "labels": { "alertname": "Down", "severity": "warning", "unit": "tills" } },
        { "labels": { "alertname": "Down", "severity": "warning", "service": "warehouse" } },
    ]);
    operate.alerts(lost).await;
    operate.settled().await;
    assert_eq!(operate.ada.list("/alerts?matched=false").await.len(), 2);
    // What is about nothing known opens an incident only when it is grave.
    assert!(operate.ada.list("/incidents").await.is_empty());
    let more = "---\n{apiVersion: operate/v1, kind: Route, metadata: {name: tills}, spec: {when: \
                'labels.unit == \"tills\"', item: service/orders}}\n---\n{apiVersion: operate/v1, \
                kind: Service, metadata: {name: warehouse}, spec: {team: shop}}\n";
    operate.apply(&(shop(&receiver.url) + more)).await;
    let placed = async || operate.ada.list("/alerts?matched=false").await.is_empty().then_some(());
    operate.until("both have their items", placed).await;
    for item in ["orders", "warehouse"] {
        let hit = format!("/incidents?item=service/{item}");
        let opens = async || (operate.ada.list(&hit).await.len() == 1).then_some(());
        operate.until("an incident says what is hit", opens).await;
    }
    operate.end().await;
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % sides
    }
}

async fn a_busy_day_is_in_the_journal_entry_by_entry(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let mut dice = Dice(4);
    let places = [
        ("service", "orders"),
        ("service", "checkout"),
        ("service", "canteen"),
        ("component", "orders-db"),
        ("service", "nowhere"),
    ];
    let names = ["Down", "Slow", "Full"];
    for _ in 0..120 {
        let (name, about) = (names[dice.roll(3)], places[dice.roll(5)]);
        match dice.roll(6) {
            0 | 1 => operate.fires(name, "critical", about).await,
            2 => operate.clears(name, "critical", about).await,
            3 => operate.pass(Duration::from_secs(dice.roll(400) as u64)).await,
            4 => order(&operate, &mut dice).await,
            _ => {
                let both = [alert(name, "critical", about), alert("Slow", "warning", about)];
                operate.alerts(json!(both)).await;
            }
        }
    }
    let sql = "SELECT COUNT(*) AS n FROM journal";
    assert!(operate.count(sql).await > 300, "that was a quiet day");
    operate.end().await;
}

/// Asks any incident for anything; it may say no, but never fail.
async fn order(operate: &Operate, dice: &mut Dice) {
    let rows = operate.ada.list("/incidents").await;
    if rows.is_empty() {
        return;
    }
    let (row, other) = (&rows[dice.roll(rows.len())], &rows[dice.roll(rows.len())]);
    let members = row["members"].as_array().cloned().unwrap_or_default();
    let member = members.first().map(|member| member["alert"].clone()).unwrap_or_default();
    let commands = [
        json!({ "command": "acknowledge" }),
        json!({ "command": "diagnose" }),
        json!({ "command": "ready", "action": "restart it" }),
        json!({ "command": "begin" }),
        json!({ "command": "restore" }),
        json!({ "command": "resolve", "cause_class": "unknown", "resolution_code": "fixed" }),
        json!({ "command": "close" }),
        json!({ "command": "hold", "reason": "supplier" }),
        json!({ "command": "resume" }),
        json!({ "command": "reopen", "reason": "again" }),
        json!({ "command": "merge", "into": other["id"] }),
        json!({ "command": "detach", "alert": member, "reason": "elsewhere" }),
        json!({ "command": "assign", "team": "team/data" }),
        json!({ "command": "set_impact", "impact": "low", "reason": "few" }),
        json!({ "command": "override_priority", "priority": "P2", "reason": "so" }),
        json!({ "command": "comment", "text": "hm" }),
    ];
    let path = format!("/incidents/{}/commands", row["id"].as_str().unwrap());
    let reply = operate.ada.post(&path, commands[dice.roll(commands.len())].clone()).await;
    assert!(!reply.status.is_server_error(), "{}", reply.text);
}

/// What somebody wrote into the database by hand must not keep the streams from going on.
async fn what_memory_cannot_read_keeps_nobody_from_being_called(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let more = "{apiVersion: operate/v1, kind: Service, metadata: {name: spoiled}, \
                spec: {team: shop}}\n";
    operate.apply(more).await;
    let spoil = "UPDATE resource SET data = 'no JSON' WHERE item = 'service/spoiled'";
    let spoiled = operate.db.write::<_, spine::Fault, _>(move |tx| {
        Box::pin(async move { tx.run(spoil, vec![]).await })
    });
    assert_eq!(spoiled.await.unwrap(), 1);
    let policy = json!({ "major": { "escalation_policy": "escalationpolicy/shop" } });
    // It is journaled; that what it changes can no longer be read is told as it is.
    assert!(operate.ada.put("/settings/policy", policy, None).await.status.is_server_error());
    operate.fires("Down", "critical", ("service", "orders")).await;
    let called = async || (!receiver.calls().is_empty()).then_some(());
    operate.until("somebody is called by what was read before", called).await;
    drop(operate);
}
