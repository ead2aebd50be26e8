//! A storm of alerts: read in groups, and answered many at once.

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, alert, conversations, shop};

conversations!(
    groups_come_worst_first_and_each_lists_exactly_its_alerts,
    a_group_of_alerts_that_have_it_not_is_listed_too,
    groups_and_lists_come_in_pages,
    closed_alerts_are_narrowed_like_the_others,
    a_command_for_many_is_shown_before_it_is_done,
    what_many_were_asked_stands_in_the_journal_under_who_asked,
    an_alert_that_refuses_holds_up_no_other,
    more_than_a_request_takes_is_done_in_several,
    a_filter_that_is_misspelt_changes_nothing,
    the_silence_that_fits_many_is_made_of_what_they_have_in_common,
);

/// Sends so many alerts of a name and severity, each from an instance of its own.
async fn storm(operate: &Operate, name: &str, severity: &str, count: usize) {
    let all: Vec<Value> = (0..count)
        .map(|number| {
            let mut one = alert(name, severity, ("service", "orders"));
            one["labels"]["instance"] = json!(format!("node-{number}"));
            one["labels"]["zone"] = json!(if number % 2 == 0 { "a" } else { "b" });
            one
        })
        .collect();
    operate.alerts(Value::from(all)).await;
}

async fn open(place: &Place) -> Operate {
    let operate = Operate::start(place).await;
    operate.apply(&shop(&Receiver::start().await.url)).await;
    operate
}

fn encoded(filter: &Value) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in filter.as_object().unwrap() {
        query.append_pair(name, value.as_str().unwrap());
    }
    query.finish()
}

async fn bulk(operate: &Operate, body: Value) -> Value {
    operate.ada.post("/alerts/commands", body).await.is(200)
}

async fn groups_come_worst_first_and_each_lists_exactly_its_alerts(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 6).await;
    storm(&operate, "Down", "critical", 2).await;
    storm(&operate, "Stuck", "critical", 3).await;
    let plan = json!({ "matchers": ["alertname=Slow", "zone=a"], "comment": "known",
        "ends_at": "2027-01-01T00:00:00Z" });
    operate.ada.post("/silences", plan).await.is(201);

    let found = operate.ada.get("/alerts/groups?by=name").await.is(200);
    let rows = found["items"].as_array().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["value"].as_str().unwrap()).collect();
    assert_eq!(names, ["Stuck", "Down", "Slow"], "the worst first, then the largest");
    assert_eq!((&found["total"], &found["all"]["count"]), (&json!(3), &json!(11)));
    assert_eq!((&rows[2]["silenced"], &rows[2]["by_severity"]["warning"]), (&json!(3), &json!(6)));
    assert_eq!(rows[0]["by_state"], json!({ "open": 3, "acknowledged": 0, "cleared": 0 }));
    assert!(rows[0]["oldest_at"].is_string() && rows[0]["newest_at"].is_string());

    for by in ["name", "item", "severity", "source", "team", "label:zone", "label:none"] {
        let groups = operate.ada.get(&format!("/alerts/groups?by={by}")).await.is(200);
        let mut sum = 0;
        for group in groups["items"].as_array().unwrap() {
            let path = format!("/alerts?limit=1&{}", encoded(&group["filter"]));
            let listed = operate.ada.get(&path).await.is(200);
            assert_eq!(listed["total"], group["count"], "{by} {group}");
            sum += group["count"].as_u64().unwrap();
        }
        assert_eq!(sum, 11, "{by}");
    }
    let path = "/alerts/groups?by=label:zone&matching=alertname%3DSlow";
    let groups = operate.ada.get(path).await.is(200);
    assert_eq!(groups["items"][0]["filter"]["matching"], "alertname=Slow, zone=\"a\"");
    operate.end().await;
}

async fn a_group_of_alerts_that_have_it_not_is_listed_too(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 2).await;
    operate.alerts(json!([alert("Lost", "critical", ("service", "nowhere"))])).await;
    let items = operate.ada.list("/alerts/groups?by=item").await;
    assert_eq!((&items[0]["value"], &items[0]["filter"]["matched"]), (&json!(""), &json!("false")));
    let teams = operate.ada.list("/alerts/groups?by=team").await;
    assert_eq!((&teams[0]["value"], &teams[0]["filter"]["team"]), (&json!(""), &json!("none")));
    assert!(teams[1]["value"].as_str().unwrap().starts_with("team/"), "{teams:#?}");
    let lost = operate.ada.list("/alerts?team=none").await;
    assert_eq!((lost.len(), &lost[0]["name"]), (1, &json!("Lost")));
    operate.ada.get("/alerts?team=everybody").await.problem(422);
    operate.ada.get("/alerts?matching=%7Bbroken").await.problem(422);
    operate.ada.get("/alerts/groups?by=weather").await.problem(400);
    operate.ada.get("/alerts/groups?by=name&state=closed").await.problem(422);
    operate.end().await;
}

async fn groups_and_lists_come_in_pages(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 25).await;
    for (path, many) in [("/alerts/groups?by=label:instance", 25), ("/alerts?sort=name", 25)] {
        let (mut seen, mut after) = (std::collections::BTreeSet::new(), String::new());
        for page in 0..3 {
            let path = format!("{path}&limit=10&after={after}");
            let found = operate.ada.get(&path).await.is(200);
            assert_eq!(found["total"], many);
            for row in found["items"].as_array().unwrap() {
                let key = row.get("value").or(row.get("id")).unwrap();
                assert!(seen.insert(key.to_string()), "{key} comes twice");
            }
            match found["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => assert_eq!(page, 2),
            }
        }
        assert_eq!(seen.len(), many);
    }
    operate.end().await;
}

async fn closed_alerts_are_narrowed_like_the_others(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 3).await;
    storm(&operate, "Down", "critical", 2).await;
    let close = json!({ "command": { "command": "close" }, "filters": [{}] });
    assert_eq!(bulk(&operate, close).await["changed"], 5);
    let all = operate.ada.get("/alerts?state=closed").await.is(200);
    assert_eq!((&all["total"], all["items"].as_array().unwrap().len()), (&json!(5), 5));
    let slow = operate.ada.get("/alerts?state=closed&name=Slow").await.is(200);
    assert_eq!((&slow["total"], slow["items"].as_array().unwrap().len()), (&Value::Null, 3));
    let few = operate.ada.get("/alerts?state=closed&severity=critical&limit=1").await.is(200);
    let after = few["next"].as_str().unwrap();
    let path = format!("/alerts?state=closed&severity=critical&limit=1&after={after}");
    let rest = operate.ada.get(&path).await.is(200);
    assert_eq!(rest["items"][0]["name"], "Down");
    assert_ne!(rest["items"][0]["id"], few["items"][0]["id"]);
    let both = operate.ada.get("/alerts?state=open,closed").await.problem(422);
    assert!(both["remedy"].as_str().unwrap().contains("state=closed alone"));
    operate.end().await;
}

async fn a_command_for_many_is_shown_before_it_is_done(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 4).await;
    storm(&operate, "Down", "critical", 2).await;
    let first = operate.ada.list("/alerts?name=Slow&limit=1").await;
    let path = format!("/alerts/{}/commands", first[0]["id"].as_str().unwrap());
    operate.ada.post(&path, json!({ "command": "acknowledge" })).await.is(200);

    let mut ask = json!({ "command": { "command": "acknowledge" },
        "filters": [{ "state": ["open", "acknowledged"] }], "dry_run": true });
    let seen = bulk(&operate, ask.clone()).await;
    assert_eq!((&seen["dry_run"], &seen["changed"]), (&json!(true), &json!(5)));
    assert_eq!((&seen["unchanged"], &seen["refused"]), (&json!(1), &json!(0)));
    assert_eq!((&seen["all"]["worst"], &seen["all"]["count"]), (&json!("critical"), &json!(6)));
    assert_eq!(seen["sample"][0]["name"], "Down");
    assert_eq!(operate.ada.list("/alerts?state=acknowledged").await.len(), 1, "nothing was done");

    ask["dry_run"] = json!(false);
    let done = bulk(&operate, ask.clone()).await;
    assert_eq!((&done["changed"], &done["left"]), (&json!(5), &json!(0)));
    let taken = operate.ada.list("/alerts?state=acknowledged").await;
    assert_eq!(taken.len(), 6);
    assert!(taken.iter().all(|alert| alert["acknowledged_by"] == "person:ada"), "{taken:#?}");
    let again = bulk(&operate, ask).await;
    assert_eq!((&again["changed"], &again["unchanged"]), (&json!(0), &json!(6)));
    operate.end().await;
}

async fn what_many_were_asked_stands_in_the_journal_under_who_asked(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 40).await;
    let ask = json!({ "command": { "command": "acknowledge" }, "filters": [{ "name": "Slow" }] });
    assert_eq!(bulk(&operate, ask).await["changed"], 40);
    for alert in operate.ada.list("/alerts?limit=40").await {
        let path = format!("/alerts/{}/timeline", alert["id"].as_str().unwrap());
        let lines = operate.ada.list(&path).await;
        let line = lines.iter().find(|line| line["kind"] == "alert.acknowledged").unwrap();
        assert_eq!(line["actor"], "person:ada");
    }
    operate.end().await;
}

async fn an_alert_that_refuses_holds_up_no_other(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 3).await;
    let ids: Vec<String> = operate
        .ada
        .list("/alerts")
        .await
        .iter()
        .map(|alert| alert["id"].as_str().unwrap().to_owned())
        .collect();
    let clear = json!({ "command": "clear", "reason": "mended" });
    operate.ada.post(&format!("/alerts/{}/commands", ids[0]), clear).await.is(200);
    let unknown = format!("alr_{}", "0".repeat(26));
    let mut meant: Vec<&str> = ids.iter().map(String::as_str).collect();
    meant.push(&unknown);
    let ask = json!({ "command": { "command": "acknowledge" }, "ids": meant });
    let done = bulk(&operate, ask).await;
    assert_eq!((&done["changed"], &done["refused"]), (&json!(2), &json!(2)));
    let reasons: Vec<&str> =
        done["refusals"].as_array().unwrap().iter().filter_map(|r| r["reason"].as_str()).collect();
    assert_eq!(reasons, ["this alert no longer fires", "there is no such alert"]);
    let odd = json!({ "command": { "command": "tick" }, "ids": ids });
    operate.ada.post("/alerts/commands", odd).await.problem(403);
    operate.end().await;
}

async fn more_than_a_request_takes_is_done_in_several(place: Place) {
    let operate = open(&place).await;
    // More than one transaction takes; of a severity that opens no incident.
    storm(&operate, "Slow", "info", 1100).await;
    let ask = json!({ "command": { "command": "acknowledge" }, "filters": [{}], "limit": 600 });
    let first = bulk(&operate, ask.clone()).await;
    assert_eq!((&first["changed"], &first["left"]), (&json!(600), &json!(500)));
    let second = bulk(&operate, ask).await;
    assert_eq!((&second["changed"], &second["left"]), (&json!(500), &json!(0)));
    let open = operate.ada.get("/alerts?state=open&limit=1").await.is(200);
    assert_eq!(open["total"], 0);
    operate.end().await;
}

async fn a_filter_that_is_misspelt_changes_nothing(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 2).await;
    let command = json!({ "command": "acknowledge" });
    for (body, status) in [
        (json!({ "command": command, "filters": [{ "serverity": "critical" }] }), 422),
        (json!({ "command": command, "filters": [{ "severity": ["grave"] }] }), 400),
        (json!({ "command": command, "filters": [{ "state": ["closed"] }] }), 422),
        (json!({ "command": command }), 422),
        (json!({ "command": command, "filters": [{}], "limit": 10_001 }), 400),
    ] {
        operate.ada.post("/alerts/commands", body).await.problem(status);
    }
    assert_eq!(operate.ada.list("/alerts?state=acknowledged").await, Vec::<Value>::new());
    operate.end().await;
}

async fn the_silence_that_fits_many_is_made_of_what_they_have_in_common(place: Place) {
    let operate = open(&place).await;
    storm(&operate, "Slow", "warning", 30).await;
    let acknowledge = json!({ "command": "acknowledge" });
    let ask =
        |filter: Value| json!({ "command": acknowledge, "filters": [filter], "dry_run": true });
    let named = bulk(&operate, ask(json!({ "name": "Slow" }))).await;
    assert_eq!(named["silence"], json!(["alertname=\"Slow\""]), "as the filter says");
    let found = bulk(&operate, ask(json!({ "q": "node-1" }))).await;
    let expected = json!([
        "alertname=\"Slow\"",
        "instance=~\"node-1|node-10|node-11|node-12|node-13|node-14|node-15|node-16|node-17|\
         node-18|node-19\"",
        "service=\"orders\"",
        "severity=\"warning\"",
        "zone=~\"a|b\"",
    ]);
    assert_eq!(found["silence"], expected);
    let preview = operate.ada.post("/silences/preview", json!({ "matchers": expected })).await;
    assert_eq!(preview.is(200)["total"], 11, "exactly those");
    operate.end().await;
}
