//! Contracts from the outage to the closed month: one outage, two contracts, two right results.

use std::time::Duration;

use kernel::SpaceId;
use serde_json::{Value, json};
use spine::testing::Place;
use spine::{Fault, params};

use crate::world::{Operate, conversations, shop};

conversations!(
    one_outage_under_two_contracts_has_two_results_and_a_closed_month_stays_as_it_was,
    a_release_is_refused_while_a_major_incident_is_open_or_a_freeze_runs,
    a_consumer_sees_what_was_promised_and_how_it_stands,
    a_promise_better_than_what_is_bought_is_told_when_it_is_applied,
    clocks_of_a_contract_stand_in_its_report,
    a_report_is_mailed_when_a_month_begins_and_only_once,
    what_the_consumer_cannot_use_is_told_beside_what_incidents_say,
    a_penalty_that_is_near_raises_the_urgency_of_its_incident,
    what_has_no_contract_or_objective_is_listed_by_team,
    what_is_promised_is_told_before_an_incident_is_reported,
    what_an_incident_takes_of_an_allowance_is_on_its_page_and_warns,
    planned_work_that_nobody_approved_is_down_time_without_an_incident,
    a_burning_budget_calls_somebody_and_is_no_down_time,
);

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

/// The same service in office hours for those at the counter, at any hour for the web shop.
pub(crate) const CONTRACTS: &str = "
---
{apiVersion: operate/v1, kind: Product, metadata: {name: shop, title: Shop},
 spec: {ownerTeam: shop}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: till}, spec: {team: shop,
 product: shop, dependsOn: [service/checkout]}}
---
{apiVersion: operate/v1, kind: Calendar, metadata: {name: office},
 spec: {timeZone: Europe/Berlin,
  hours: [{days: [mon, tue, wed, thu, fri], from: '08:00', until: '18:00'}]}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: counter, title: The counter},
 spec: {type: ola, provider: team/data, consumer: team/shop, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z',
  terms: [{calendar: office, availability: {target: 99.9}}]}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: web, title: The web shop},
 spec: {type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z',
  terms: [{availability: {target: 99.9}, penalties: [{below: 99.8, credit: 10}]}]}}
";

pub(crate) async fn start(place: &Place) -> Operate {
    start_calling(place, "http://127.0.0.1:9").await
}

/// The same where people are called by a webhook.
pub(crate) async fn start_calling(place: &Place, hook: &str) -> Operate {
    let operate = Operate::start(place).await;
    operate.apply(&format!("{}{CONTRACTS}", shop(hook))).await;
    // As if it had looked all the time: the clock of a test leaps.
    let looked = operate.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let sql = "INSERT INTO presence (space_id, process, from_at, until_at) \
                       VALUES ($1, 'test', $2, $3)";
            let span: [kernel::Time; 2] =
                ["2026-02-01T00:00:00Z", "2026-05-01T00:00:00Z"].map(|t| t.parse().unwrap());
            tx.run(sql, params![&SpaceId::main(), span[0], span[1]]).await.map(|_| ())
        })
    });
    looked.await.expect("it is noted");
    operate
}

async fn report(operate: &Operate, contract: &str) -> Value {
    let path = format!("/contracts/{contract}/report?period=2026-03");
    operate.ada.get(&path).await.is(200)
}

/// Two hours on a Sunday afternoon, and half an hour on the Monday morning after.
pub(crate) async fn two_outages(operate: &Operate) {
    for (wait, away) in [(0, 7_200), (17 * 3_600, 1_800)] {
        operate.pass(Duration::from_secs(wait)).await;
        let open = json!({ "title": "No orders", "item": "component/orders-db" });
        let incident = operate.ada.post("/incidents", open).await.is(201);
        let id = incident["id"].as_str().unwrap();
        operate
            .becomes(id, "what it hits is known", |incident| {
                incident["affected"]["services"].as_array().is_some_and(|hit| !hit.is_empty())
            })
            .await;
        operate.pass(Duration::from_secs(away)).await;
        let restore = json!({ "command": "restore" });
        operate.ada.post(&format!("/incidents/{id}/commands"), restore).await.is(200);
        operate.settled().await;
    }
}

async fn one_outage_under_two_contracts_has_two_results_and_a_closed_month_stays_as_it_was(
    place: Place,
) {
    let mut operate = start(&place).await;
    two_outages(&operate).await;
    let list = operate.ada.list("/contracts").await;
    assert_eq!(list.len(), 2);
    let web = list.iter().find(|row| row["contract"] == "servicecontract/web").unwrap();
    assert_eq!((&web["outlook"], &web["now"]["verdict"]), (&json!("breached"), &json!("missed")));
    assert_eq!(web["away_since"], Value::Null);

    operate.pass(DAY * 31).await;
    operate.ada.sign_in().await;
    let (web, counter) = (report(&operate, "web").await, report(&operate, "counter").await);
    // The clock of a test creeps while it waits.
    let minutes = |report: &Value| report["figures"]["down_seconds"].as_f64().unwrap() / 60.0;
    assert_eq!(minutes(&web).round(), 150.0);
    // Sunday is no day of the counter, and on Monday it opens at eight, an hour after UTC.
    assert_eq!(minutes(&counter).round(), 30.0);
    let verdict = |report: &Value| report["figures"]["verdict"].clone();
    assert_eq!((verdict(&web), verdict(&counter)), (json!("missed"), json!("missed")));
    assert_eq!(web["figures"]["credit_percent"], json!(10.0));
    let why: Vec<&str> = counter["figures"]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["why"].as_str())
        .collect();
    assert!(why.contains(&"outside of the service hours"), "{why:?}");
    assert!(why.iter().any(|why| why.contains("needs component/orders-db")), "{why:?}");

    assert_eq!(web["allowed"], json!(["close"]));
    let closed = operate.ada.post("/contracts/web/close", json!({ "period": "2026-03" })).await;
    assert_eq!(closed.is(200)["revision"], 1);
    let again = operate.ada.post("/contracts/web/close", json!({ "period": "2026-03" })).await;
    assert!(again.problem(422)["detail"].as_str().unwrap().contains("nothing has changed"));
    let early = operate.ada.post("/contracts/web/close", json!({ "period": "2026-04" })).await;
    assert!(early.problem(422)["detail"].as_str().unwrap().contains("is not over"));

    // A correction of the first incident: it was back an hour earlier.
    let incident = operate.ada.list("/incidents?sort=opened_at").await.remove(0);
    let body = json!({ "command": "set_time", "which": "restored", "reason": "the probe slept",
        "at": "2026-03-01T13:00:00Z" });
    let id = incident["id"].as_str().unwrap();
    operate.ada.post(&format!("/incidents/{id}/commands"), body).await.is(200);
    let corrected = report(&operate, "web").await;
    assert_eq!(corrected["figures"], web["figures"], "what was frozen stays");
    assert_eq!(minutes(&corrected["restated"]).round(), 90.0);
    let changes = corrected["restated"]["changes"].to_string();
    // A little time passes in the test itself.
    assert!(changes.contains(r#""figure":"down","is":"90."#), "{changes}");
    assert!(changes.contains(r#" min","was":"150."#), "{changes}");
    assert_eq!(corrected["closed"]["closed_by"], "person:ada");
    let silent = json!({ "period": "2026-03" });
    operate.ada.post("/contracts/web/close", silent).await.problem(422);
    let why = json!({ "period": "2026-03", "note": "the probe slept" });
    assert_eq!(operate.ada.post("/contracts/web/close", why).await.is(200)["revision"], 2);
    assert_eq!(report(&operate, "web").await["restated"], Value::Null);

    let csv = operate.ada.get("/contracts/web/report.csv?period=2026-03").await;
    assert_eq!(csv.kind, "text/csv; charset=utf-8");
    assert!(csv.text.contains("web,2026-03,down_seconds,5"), "{}", csv.text);
    assert!(csv.text.contains("web,2026-03,low_confidence,false"), "two failures: {}", csv.text);
    assert!(csv.text.contains("web,2026-03,last_failure_at,2026-03-02T07:"), "{}", csv.text);
    let view = operate.ada.get("/contracts/web").await.is(200);
    assert_eq!(view["history"][0]["closed"], true);
    operate.ada.get("/contracts/web/report?period=2025-01").await.problem(422);
    operate.ada.get("/contracts/nothing").await.problem(404);
    operate.end().await;
}

async fn a_release_is_refused_while_a_major_incident_is_open_or_a_freeze_runs(place: Place) {
    let operate = start(&place).await;
    let ask = async |query: &str| {
        let path = format!("/release?item=service/till{query}");
        operate.ada.get(&path).await.is(200)
    };
    let yes = ask("").await;
    assert_eq!(yes["may"], true, "{yes}");
    operate.ada.get("/release?item=team/shop").await.problem(422);

    operate.fires("DbDown", "critical", ("component", "orders-db")).await;
    let open = operate.incident("it opens", |row| row["main_item"] == "component/orders-db").await;
    let id = open["id"].as_str().unwrap();
    operate.becomes(id, "it is grave", |incident| incident["priority"] != "P3").await;
    let no = ask("").await;
    assert_eq!(no["may"], false, "{no}");
    assert_eq!(no["reasons"][0]["weight"], "blocks");
    assert!(no["reasons"][0]["text"].as_str().unwrap().ends_with("is open on component/orders-db"));
    assert_eq!(ask("&purpose=reliability").await["may"], true);
    let standing = operate.ada.get("/standing?item=service/checkout").await.is(200);
    assert_eq!((&standing["in_agreed_state"], &standing["score"]), (&json!(false), &json!("poor")));
    assert!(standing["out_since"].is_string());

    operate.pass(Duration::from_secs(600)).await;
    operate.clears("DbDown", "critical", ("component", "orders-db")).await;
    operate.settled().await;
    operate.pass(Duration::from_secs(120)).await;
    operate.becomes(id, "it is back", |incident| incident["stage"] == "restored").await;
    let freeze = "{apiVersion: operate/v1, kind: Freeze, metadata: {name: fair},
        spec: {items: [service/checkout], reason: the spring fair,
         windows: [{start: '2026-03-01T00:00:00Z', end: '2026-03-03T00:00:00Z'}]}}";
    let back = ask("").await;
    assert_eq!(back["may"], true);
    assert_eq!(back["reasons"][0]["weight"], "warns");
    assert!(back["reasons"][0]["text"].as_str().unwrap().ends_with("the service works"), "{back}");
    operate.apply(freeze).await;
    let frozen = ask("&purpose=reliability").await;
    assert_eq!(frozen["may"], false);
    assert_eq!(frozen["reasons"][0]["item"], "freeze/fair");
    assert_eq!(ask("&purpose=emergency").await["may"], true);
    operate.end().await;
}

async fn a_consumer_sees_what_was_promised_and_how_it_stands(place: Place) {
    let operate = start(&place).await;
    let found = operate.ada.get("/promises?consumer=team/shop").await.is(200);
    let promise = &found["promises"][0];
    assert_eq!((&promise["title"], &promise["state"]), (&json!("The counter"), &json!("active")));
    let words = promise["words"].to_string();
    assert!(words.contains("Monday to Friday from 08:00 to 18:00 (Europe/Berlin)."), "{words}");
    assert!(words.contains("at least 99.9 % of the service hours of each month"), "{words}");
    operate.ada.get("/promises?consumer=team/nobody").await.problem(422);
    let all = operate.ada.list("/standings").await;
    let items: Vec<&str> = all.iter().filter_map(|standing| standing["item"].as_str()).collect();
    assert_eq!(items, ["product/shop", "service/checkout"]);
    assert_eq!(all[1]["in_agreed_state"], true);
    operate.end().await;
}

async fn a_promise_better_than_what_is_bought_is_told_when_it_is_applied(place: Place) {
    let operate = start(&place).await;
    let promise = |target: &str| {
        json!({ "prune": false, "files": [{ "name": "more.yaml", "text": format!("
{{apiVersion: operate/v1, kind: Supplier, metadata: {{name: host}}, spec: {{}}}}
---
{{apiVersion: operate/v1, kind: ServiceContract, metadata: {{name: hosting}},
 spec: {{type: underpinning, provider: supplier/host, consumer: team/data,
  scope: [component/orders-db], start: '2026-01-01T00:00:00Z',
  terms: [{{availability: {{target: 99.5}}}}]}}}}
---
{{apiVersion: operate/v1, kind: ServiceContract, metadata: {{name: web, title: The web shop}},
 spec: {{type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z', underpinnedBy: [hosting],
  terms: [{{availability: {{target: {target}}}}}]}}}}") }] })
    };
    let plan = operate.ada.post("/estate/plan", promise("99.9")).await.is(200);
    let warning = &plan["warnings"][0];
    assert_eq!(warning["item"], "servicecontract/web", "{plan}");
    assert!(warning["text"].as_str().unwrap().contains("gives 99.5000 % at most"), "{warning}");
    let fine = operate.ada.post("/estate/apply", promise("99.4")).await.is(200);
    assert_eq!(fine["warnings"], json!([]));
    let view = operate.ada.get("/contracts/web").await.is(200);
    assert_eq!(view["check"]["standing"], "covered");
    assert_eq!(view["underpinned_by"][0]["provider"], "supplier/host");
    operate.end().await;
}

/// A check from the side of the consumer, and how quick the service is while it is there.
pub(crate) const CHECKED: &str = "
{apiVersion: operate/v1, kind: Objective, metadata: {name: probe, title: Test orders},
 spec: {item: service/checkout, indicator: {description: test orders that went through},
  target: 99}}
---
{apiVersion: operate/v1, kind: Objective, metadata: {name: quick, title: Quick answers},
 spec: {item: service/checkout, indicator: {description: answers within 300 ms}, target: 95}}
---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: checked, title: Checked},
 spec: {type: sla, provider: team/shop, consumer: team/shop, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z',
  terms: [{availability: {target: 99.9, evidence: [objective/probe]}, objectives: [quick]}]}}
";

/// Counts of minutes in a row.
pub(crate) async fn count(operate: &Operate, objective: &str, from: &str, good_of: &[(u64, u64)]) {
    let from: kernel::Time = from.parse().unwrap();
    let minute = |(place, (good, total)): (usize, &(u64, u64))| {
        let at = from + Duration::from_secs(60 * u64::try_from(place).unwrap());
        json!({ "at": at, "good": good, "total": total })
    };
    let minutes: Vec<Value> = good_of.iter().enumerate().map(minute).collect();
    let path = format!("/objectives/{objective}/counts");
    operate.ada.post(&path, json!({ "minutes": minutes })).await.is(200);
}

async fn what_the_consumer_cannot_use_is_told_beside_what_incidents_say(place: Place) {
    let mut operate = start(&place).await;
    operate.apply(CHECKED).await;
    operate.pass(DAY).await;
    operate.ada.sign_in().await;
    // 44.6 minutes of March are allowed: the check fails for an hour, and no incident is opened.
    let hours = |bad: (u64, u64)| [[(1, 1); 60], [bad; 60], [(1, 1); 60]].concat();
    count(&operate, "probe", "2026-03-01T00:00:00Z", &hours((0, 1))).await;
    count(&operate, "quick", "2026-03-01T00:00:00Z", &hours((50, 100))).await;
    let ask = async |path: &str| operate.ada.get(path).await.is(200);
    let report = ask("/contracts/checked/report?period=2026-03").await;
    let (figures, told) = (&report["figures"], &report["figures"]["consumable"]);
    assert_eq!(figures["down_seconds"], 0.0, "the parts are fine");
    assert_eq!((&told["answer"], &told["checks_alone_seconds"]), (&json!("no"), &json!(3600.0)));
    assert_eq!(told["checks"][0]["failed_seconds"], 3600.0);
    let alone = |line: &&Value| line["kind"] == "failed_alone";
    let line = told["lines"].as_array().unwrap().iter().find(alone).expect("a contradiction");
    assert_eq!(
        (&line["from"], &line["to"]),
        (&json!("2026-03-01T01:00:00Z"), &json!("2026-03-01T02:00:00Z"))
    );

    let quick = &figures["performance"][0];
    assert_eq!((&quick["objective"], &quick["bad"]), (&json!("objective/quick"), &json!(3000.0)));
    assert_eq!(quick["breaches"][0]["reached_percent"], 50.0);
    assert_eq!(quick["breaches"].as_array().unwrap().len(), 1, "one stretch of an hour");

    let csv = operate.ada.get("/contracts/checked/report.csv?period=2026-03").await.text;
    assert!(csv.contains("checked,2026-03,consumable_as_agreed,no"), "{csv}");
    assert!(csv.contains("failed_alone,2026-03-01T01:00:00Z"), "{csv}");
    let breach = "quick,2026-03-01T01:00:00Z,2026-03-01T02:00:00Z,50,3000,6000";
    assert!(csv.contains(breach), "{csv}");
    let promises = ask("/promises?consumer=team/shop").await;
    let named = |promise: &&Value| promise["contract"] == "servicecontract/checked";
    let promise = promises["promises"].as_array().unwrap().iter().find(named).unwrap();
    assert_eq!(promise["now"]["consumable"], "no");
    let words = promise["words"].to_string();
    assert!(words.contains("Checked from the side of the consumer by Test orders"), "{words}");

    // It fails now: out of the agreed state, though no incident says so.
    let standing = ask("/standing?item=service/checkout").await;
    assert_eq!(standing["in_agreed_state"], true, "the check has not looked lately: {standing}");
    count(&operate, "probe", "2026-03-02T11:30:00Z", &[(0, 1); 25]).await;
    let standing = ask("/standing?item=service/checkout").await;
    assert_eq!(standing["out_since"], "2026-03-02T11:30:00Z", "{standing}");
    operate.end().await;
}

async fn a_penalty_that_is_near_raises_the_urgency_of_its_incident(place: Place) {
    let operate = start(&place).await;
    let open = json!({ "title": "No orders", "item": "component/orders-db", "severity": "error" });
    let incident = operate.ada.post("/incidents", open).await.is(201);
    let id = incident["id"].as_str().unwrap();
    let before = incident["urgency"].clone();
    // 44.6 minutes are allowed in March: while this lasts they are used up.
    let near = |incident: &Value| {
        let lines = incident["priority_lines"].to_string();
        lines.contains("The web shop gives back 10 % below 99.8 %; its allowance of 2026-03 is")
    };
    operate.pass(Duration::from_secs(60)).await;
    let told = operate.becomes(id, "a penalty is near", near).await;
    assert_eq!(
        (&told["stakes"][0]["contract"], &told["stakes"][0]["at_risk"]),
        (&json!("servicecontract/web"), &json!(true)),
        "{told}"
    );
    assert_eq!(told["stakes"].as_array().unwrap().len(), 1, "the counter has no penalty");
    assert!(told["urgency"] == "high" || before == "high", "{told}");

    let restore = json!({ "command": "restore" });
    operate.ada.post(&format!("/incidents/{id}/commands"), restore).await.is(200);
    operate.settled().await;
    operate.pass(Duration::from_secs(60)).await;
    let calm = |incident: &Value| incident["stakes"][0]["at_risk"] == false;
    operate.becomes(id, "nothing is at risk", calm).await;
    operate.end().await;
}

async fn what_has_no_contract_or_objective_is_listed_by_team(place: Place) {
    let operate = start(&place).await;
    operate.apply(CHECKED).await;
    let all = operate.ada.get("/coverage").await.is(200);
    let row = |found: &Value, item: &str| {
        let rows = found["items"].as_array().unwrap();
        rows.iter().find(|row| row["item"] == item).cloned()
    };
    let checkout = row(&all, "service/checkout").expect("it is there");
    assert_eq!(checkout["objectives"], json!(["objective/probe", "objective/quick"]));
    let contracts =
        json!(["servicecontract/checked", "servicecontract/counter", "servicecontract/web"]);
    assert_eq!(checkout["contracts"], contracts);
    let missing = operate.ada.get("/coverage?missing=any&team=team/shop").await.is(200);
    assert!(row(&missing, "service/checkout").is_none(), "it has both");
    assert!(row(&missing, "service/till").is_some(), "nobody promised the till");
    assert_eq!(missing["with_both"], 1);
    let nobody = operate.ada.get("/coverage?team=team/nobody").await.is(200);
    assert_eq!((&nobody["total"], &nobody["items"]), (&json!(0), &json!([])));
    operate.ada.get("/coverage?missing=everything").await.problem(400);
    let names = |found: &Value| -> Vec<String> {
        let rows = found["items"].as_array().unwrap();
        rows.iter().filter_map(|row| row["item"].as_str().map(str::to_owned)).collect()
    };
    let first = operate.ada.get("/coverage?sort=-item&limit=2").await.is(200);
    let after = first["next"].as_str().expect("there is more");
    let path = format!("/coverage?sort=-item&limit=1000&after={after}");
    let rest = operate.ada.get(&path).await.is(200);
    let mut paged = names(&first);
    paged.extend(names(&rest));
    let mut expected = names(&all);
    expected.sort();
    expected.reverse();
    assert_eq!((paged, &rest["next"]), (expected, &Value::Null));
    let till = operate.ada.get("/coverage?q=TIL").await.is(200);
    assert_eq!((names(&till), &till["asked"]), (vec!["service/till".to_owned()], &json!(1)));
    assert_eq!(till["total"], all["total"], "shares are of all");
    operate.end().await;
}

async fn what_is_promised_is_told_before_an_incident_is_reported(place: Place) {
    let operate = start(&place).await;
    operate
        .apply(
            "{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: fast, title: Fast},
 spec: {type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z', terms: [{clocks: [
   {clock: respond, targets: {P1: 5m, P2: 15m, P3: 1h, P4: 2h, P5: 4h}}]}]}}",
        )
        .await;
    let told = operate.ada.get("/promises/preview?item=service/checkout&impact=high&urgency=high");
    let told = told.await.is(200);
    assert_eq!(told["priority"], "P1");
    let clock = &told["clocks"][0];
    assert_eq!((&clock["clock"], &clock["target"]["seconds"]), (&json!("respond"), &json!(300)));
    assert_eq!(told["contracts"].as_array().unwrap().len(), 3);
    let counter = &told["contracts"][0];
    assert_eq!(counter["contract"], "servicecontract/counter");
    assert!(counter["words"].to_string().contains("Monday to Friday from 08:00"), "{counter}");
    let lower = "/promises/preview?item=service/checkout&impact=low&urgency=low";
    let lower = operate.ada.get(lower).await.is(200);
    assert_eq!(lower["clocks"][0]["target"]["seconds"], 14_400, "{lower}");
    operate.ada.get("/promises/preview?item=service/nothing").await.problem(422);
    assert!(operate.ada.list("/incidents").await.is_empty(), "nothing was opened");

    // The incident carries the same promise as soon as it is there.
    let open = json!({ "title": "No orders", "item": "service/checkout", "impact": "high",
        "urgency": "high" });
    let incident = operate.ada.post("/incidents", open).await.is(201);
    let id = incident["id"].as_str().unwrap();
    let counts = |incident: &Value| incident["clocks"][0]["target"]["seconds"] == 300;
    operate.becomes(id, "its clock counts", counts).await;
    operate.end().await;
}

async fn clocks_of_a_contract_stand_in_its_report(place: Place) {
    let operate = start(&place).await;
    operate
        .apply(
            "{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: fast, title: Fast},
 spec: {type: sla, provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: '2026-02-28T23:00:00Z', terms: [{clocks: [
   {clock: restore, targets: {P1: 1h, P2: 1h, P3: 1h, P4: 1h, P5: 1h}}]}]}}",
        )
        .await;
    two_outages(&operate).await;
    let report = operate.ada.get("/contracts/fast/report?period=2026-03").await.is(200);
    let rows = report["clocks"]["rows"].as_array().unwrap();
    let sum = |name: &str| rows.iter().filter_map(|row| row[name].as_u64()).sum::<u64>();
    // Two hours are too long for an hour, half an hour is not.
    assert_eq!((sum("met"), sum("missed")), (1, 1), "{report}");
    assert_eq!(report["clocks"]["missed"][0]["incident"]["number"], 1);
    assert_eq!(report["figures"]["verdict"], "not_applicable", "no availability is promised");
    operate.end().await;
}

async fn a_report_is_mailed_when_a_month_begins_and_only_once(place: Place) {
    let operate = start(&place).await;
    let mail = |recipients: Value| {
        json!([{ "name": "Managers", "every": "monthly", "recipients": recipients,
            "contracts": ["servicecontract/web"] }])
    };
    let put = async |body: Value| operate.ada.put("/settings/report-mails", body, None).await;
    put(mail(json!([]))).await.problem(422);
    put(mail(json!(["nobody"]))).await.problem(422);
    put(mail(json!(["ada@example.org", "bob@example.org"]))).await.is(200);
    // It is the first of March, half a day after midnight. No mail server is set up: what was to
    // be sent stands among what could not be delivered.
    let dead = async || {
        let found = operate.ada.list("/outbox?state=dead").await;
        let mut to: Vec<String> =
            found.iter().filter_map(|row| row["target"].as_str().map(str::to_owned)).collect();
        to.sort();
        (!to.is_empty()).then_some(to)
    };
    operate.pass(Duration::from_secs(60)).await;
    let both = ["ada@example.org", "bob@example.org"];
    operate.until("both are tried", async || dead().await.filter(|to| *to == both)).await;
    operate.pass(DAY / 2).await;
    operate.pass(Duration::from_secs(60)).await;
    operate.settled().await;
    assert_eq!(dead().await.unwrap(), both, "no second one in the same month");
    operate.end().await;
}

/// The alert of this name that is open.
async fn warned(operate: &Operate, name: &str) -> Value {
    let found = async || {
        let alerts = operate.ada.list("/alerts?state=open").await;
        alerts.into_iter().find(|alert| alert["name"] == name)
    };
    operate.until(name, found).await
}

async fn what_an_incident_takes_of_an_allowance_is_on_its_page_and_warns(place: Place) {
    let operate = start(&place).await;
    let open = json!({ "title": "No orders", "item": "component/orders-db" });
    let incident = operate.ada.post("/incidents", open).await.is(201);
    let id = incident["id"].as_str().unwrap();
    operate.settled().await;
    let web = async || {
        let told = operate.ada.get(&format!("/incidents/{id}/clocks")).await.is(200);
        let named = |of: &&Value| of["contract"] == "servicecontract/web";
        told["contracts"].as_array().unwrap().iter().find(named).expect("the web shop").clone()
    };
    let minutes = |value: &Value| (value.as_f64().unwrap() / 60.0).round();

    // 44.6 minutes are allowed in March.
    operate.pass(Duration::from_secs(25 * 60)).await;
    let alert = warned(&operate, "ContractAllowanceWarning").await;
    let labels = &alert["labels"];
    assert_eq!(
        (&labels["contract"], &labels["share"], &labels["team"]),
        (&json!("web"), &json!("50"), &json!("shop")),
        "the counter is closed on a Sunday: {alert}"
    );
    let told = web().await;
    let took = &told["availability"];
    assert_eq!(
        (&told["effect"], &took["promise"]),
        (&json!("may_cause"), &json!("99.9 % a month"))
    );
    assert_eq!((minutes(&took["counted_seconds"]), &took["ongoing"]), (25.0, &json!(true)));
    assert_eq!(minutes(&took["left_seconds"]), 20.0, "{took}");
    assert_eq!((&took["next"]["percent"], &took["verdict"]), (&json!(99.9), &json!("running")));
    assert!(took["next"]["crosses_at"].as_str().unwrap().starts_with("2026-03-01T12:4"), "{took}");

    operate.pass(Duration::from_secs(25 * 60)).await;
    warned(&operate, "ContractAllowanceUsedUp").await;
    assert_eq!(operate.ada.list("/incidents").await.len(), 1, "it opens no incident of its own");
    operate.command(id, json!({ "command": "restore" })).await;
    operate.settled().await;
    let told = web().await;
    let took = &told["availability"];
    assert_eq!((&told["effect"], &took["verdict"]), (&json!("has_caused"), &json!("missed")));
    assert_eq!((&took["used_up"], &took["ongoing"]), (&json!(true), &json!(false)));
    assert_eq!(minutes(&took["counted_seconds"]), 50.0);

    let csv = operate.ada.get("/incidents.csv?q=orders").await;
    assert_eq!(csv.kind, "text/csv; charset=utf-8");
    let lines: Vec<&str> = csv.text.lines().collect();
    assert!(lines[0].starts_with("number,title,stage,phase,priority"), "{}", csv.text);
    assert!(lines[1].starts_with("1,No orders,restored,"), "{}", csv.text);
    assert!(lines[1].contains("component/orders-db") && lines.len() == 2, "{}", csv.text);
    operate.ada.get("/incidents.csv?sort=nothing").await.problem(400);
    operate.end().await;
}

async fn planned_work_that_nobody_approved_is_down_time_without_an_incident(place: Place) {
    let operate = start(&place).await;
    let window = "
{apiVersion: operate/v1, kind: MaintenanceWindow, metadata: {name: disks},
 spec: {items: [component/orders-db], reason: new disks, announced: '2026-02-01T00:00:00Z',
  windows: [{start: '2026-03-01T12:30:00Z', end: '2026-03-01T13:30:00Z'}]}}
";
    operate.apply(window).await;
    operate.pass(Duration::from_secs(2_400)).await;
    operate.fires("DbDown", "critical", ("component", "orders-db")).await;
    operate.settled().await;
    assert!(operate.ada.list("/incidents").await.is_empty(), "nobody is called for planned work");
    operate.pass(Duration::from_secs(7_200)).await;
    let figures = report(&operate, "web").await["figures"].clone();
    assert_eq!(figures["down_seconds"], 3600.0, "{figures}");
    let planned = |line: &&Value| line["maintenance"] == "maintenancewindow/disks";
    let line = figures["lines"].as_array().unwrap().iter().find(planned).expect("its line");
    assert_eq!(
        (&line["kind"], &line["why"]),
        (&json!("down"), &json!("planned work that counts: nobody approved it"))
    );
    operate.end().await;
}

async fn a_burning_budget_calls_somebody_and_is_no_down_time(place: Place) {
    let operate = start(&place).await;
    let objective = "
{apiVersion: operate/v1, kind: Objective, metadata: {name: quick, title: Quick answers},
 spec: {item: service/checkout, indicator: {description: answers within 300 ms}, target: 99}}
";
    operate.apply(objective).await;
    count(&operate, "quick", "2026-03-01T10:50:00Z", &[(50, 100); 69]).await;
    operate.pass(Duration::from_secs(120)).await;
    let burns = |row: &Value| row["title"].as_str().is_some_and(|t| t.contains("error budget"));
    let incident = operate.incident("it burns", burns).await;
    let id = incident["id"].as_str().unwrap();
    assert_eq!(incident["members"][0]["burn"], true);
    operate.settled().await;
    operate.pass(Duration::from_secs(3_600)).await;
    let figures = report(&operate, "web").await["figures"].clone();
    assert_eq!(
        (&figures["down_seconds"], &figures["reliability"]["failures"]),
        (&json!(0.0), &json!(0))
    );
    assert!(figures["lines"].to_string().contains("an error budget burned"), "{figures}");
    let row = operate.ada.list("/contracts").await.remove(0);
    assert_eq!(row["away_since"], Value::Null);

    let down = json!({ "command": "set_service", "service": "down", "reason": "no orders",
        "from": "2026-03-01T12:30:00Z" });
    operate.command(id, down).await;
    let down = report(&operate, "web").await["figures"]["down_seconds"].as_f64().unwrap();
    assert!((1_900.0..2_400.0).contains(&down), "from when somebody says so: {down}");
    operate.end().await;
}
