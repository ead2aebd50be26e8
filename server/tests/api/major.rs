//! Major incidents: proposed to people, declared by one of them, and led by who answers for the
//! team.

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    what_is_mission_critical_and_down_is_proposed_and_its_team_is_called_once_declared,
    a_major_incident_without_a_team_says_that_nobody_was_called,
    a_proposal_that_was_declined_is_not_made_again_for_the_same,
);

const DB: (&str, &str) = ("component", "orders-db");
const TEAM: &str = "
{apiVersion: operate/v1, kind: Person, metadata: {name: cyd},
 spec: {email: cyd@example.org, webhook: HOOK/cyd, contactMethods: [webhook]}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: crisis},
 spec: {steps: [{contacts: [cyd], wait: 5m}]}}
";

async fn open(place: &Place) -> (Operate, Receiver) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate.apply(&TEAM.replace("HOOK", &receiver.url)).await;
    (operate, receiver)
}

/// The incident of the database, once it is proposed as a major one.
async fn proposed(operate: &Operate) -> String {
    operate.fires("DbDown", "critical", DB).await;
    let incident = operate.incident("an incident", |_| true).await;
    let id = incident["id"].as_str().expect("an id").to_owned();
    operate.becomes(&id, "it is proposed", |i| i["major"]["stage"] == "proposed").await;
    id
}

async fn titles(operate: &Operate, id: &str) -> Vec<String> {
    let entries = operate.ada.list(&format!("/incidents/{id}/timeline")).await;
    entries.iter().map(|entry| entry["title"].as_str().unwrap_or("").to_owned()).collect()
}

fn offers(record: &Value, command: &str) -> bool {
    record["allowed"].as_array().expect("offers").iter().any(|one| one["command"] == command)
}

/// The page by which the team is called.
async fn team_page(operate: &Operate, id: &str) -> Option<Value> {
    let pages = operate.ada.list(&format!("/incidents/{id}/pages")).await;
    pages.into_iter().find(|page| page["meant_for"] == "major")
}

async fn what_is_mission_critical_and_down_is_proposed_and_its_team_is_called_once_declared(
    place: Place,
) {
    let (operate, receiver) = open(&place).await;
    let wrong = json!({ "major": { "escalation_policy": "escalationpolicy/nothing" } });
    let refused = operate.ada.put("/settings/policy", wrong, None).await.problem(422);
    assert!(refused.to_string().contains("major.escalation_policy"), "{refused}");
    let policy = json!({ "major": { "escalation_policy": "escalationpolicy/crisis" } });
    operate.ada.put("/settings/policy", policy, None).await.is(200);

    let id = proposed(&operate).await;
    let shown = operate.ada.get(&format!("/incidents/{id}")).await.is(200);
    assert_eq!(shown["major"]["because"], "usecase/buy is mission-critical and down");
    assert!(offers(&shown, "declare_major") && offers(&shown, "dismiss_major"), "{shown}");
    assert!(!offers(&shown, "stand_down_major"));
    assert_eq!(operate.ada.list("/incidents?major=proposed").await.len(), 1);
    assert!(operate.ada.list("/incidents?major=declared").await.is_empty());
    assert!(receiver.calls_to("/cyd").is_empty());

    let declared = operate.command(&id, json!({ "command": "declare_major" })).await;
    assert_eq!(declared["major"]["by"], "person:ada");
    assert_eq!(declared["major"]["because"], "usecase/buy is mission-critical and down");
    let call = operate.until("cyd is called", async || receiver.calls_to("/cyd").pop()).await;
    assert_eq!(call.body["major"], true, "{:?}", call.body);
    assert_eq!(operate.ada.list("/incidents?major=declared,stood_down").await.len(), 1);
    let release = operate.ada.get("/release?item=service/orders").await.is(200);
    assert_eq!(release["may"], false);
    assert!(release["reasons"][0]["text"].as_str().unwrap().starts_with("major incident 1 "));

    // The incident's own calling goes on, and neither answers for the other.
    operate.command(&id, json!({ "command": "acknowledge" })).await;
    operate.settled().await;
    let page = team_page(&operate, &id).await.expect("the team is called");
    assert_eq!(page["stage"], "ringing", "{page}");
    let page_id = page["id"].as_str().unwrap().to_owned();
    let answer = json!({ "command": "acknowledge" });
    operate.ada.post(&format!("/pages/{page_id}/commands"), answer).await.is(200);
    let led = |i: &Value| i["major"]["answered_by"] == "person:ada";
    operate.becomes(&id, "somebody leads", led).await;
    let told = titles(&operate, &id).await;
    assert!(told.iter().any(|t| t == "Ada answered for the major-incident team"), "{told:#?}");

    let held = json!({ "command": "stabilise_major", "reason": "sales go by the old shop" });
    let held = operate.command(&id, held).await;
    assert!(held["major"]["stabilised_at"].is_string() && !offers(&held, "review_major"));
    assert_eq!(operate.ada.list("/incidents?major=stabilised").await.len(), 1);

    let stand_down = json!({ "command": "stand_down_major", "reason": "enough people" });
    let over = operate.command(&id, stand_down).await;
    assert_eq!(
        (&over["major"]["stage"], offers(&over, "declare_major")),
        (&json!("stood_down"), true)
    );
    operate.settled().await;
    let page = team_page(&operate, &id).await.expect("it was called");
    assert_eq!(page["allowed"], json!([]), "nobody is needed");

    let outcome = json!({ "command": "review_major", "outcome": "alerts on the old shop" });
    let reviewed = operate.command(&id, outcome).await;
    assert_eq!(reviewed["major"]["stage"], "reviewed");
    let month = operate.ada.get("/reports/series?step=month").await.is(200);
    let counted = |name: &str| {
        let all = month["measures"].as_array().expect("a list").iter();
        let line = all.clone().find(|line| line["name"] == name).expect("it is told");
        line["values"].as_array().expect("a list").iter().filter_map(Value::as_f64).sum::<f64>()
    };
    let counts = ["major_declared", "major_stabilised", "major_reviewed"].map(counted);
    assert_eq!(counts, [1.0, 1.0, 1.0]);
    operate.end().await;
}

async fn a_major_incident_without_a_team_says_that_nobody_was_called(place: Place) {
    let (operate, _receiver) = open(&place).await;
    let report = json!({ "title": "the board asks" });
    let opened = operate.ada.post("/incidents", report).await.is(201);
    let id = opened["id"].as_str().unwrap().to_owned();
    assert!(offers(&opened, "declare_major") && !offers(&opened, "dismiss_major"));
    let bare = json!({ "command": "declare_major" });
    operate.ada.post(&format!("/incidents/{id}/commands"), bare).await.problem(422);
    let why = json!({ "command": "declare_major", "reason": "all shops are closed" });
    operate.command(&id, why).await;
    let told = operate.becomes(&id, "it says so", |i| !i["major"]["uncalled"].is_null()).await;
    assert!(told["major"]["uncalled"].as_str().unwrap().contains("Settings"), "{told}");
    assert!(team_page(&operate, &id).await.is_none());

    // Over with the incident.
    let cancel = json!({ "command": "cancel", "reason": "a test" });
    let over = operate.command(&id, cancel).await;
    assert_eq!(over["major"]["stage"], "stood_down");
    operate.end().await;
}

async fn a_proposal_that_was_declined_is_not_made_again_for_the_same(place: Place) {
    let (operate, _receiver) = open(&place).await;
    let id = proposed(&operate).await;
    let no = json!({ "command": "dismiss_major", "reason": "nobody buys at night" });
    operate.command(&id, no).await;
    operate.fires("OrdersDown", "critical", ("service", "orders")).await;
    let both = |i: &Value| i["members"].as_array().is_some_and(|members| members.len() == 2);
    operate.becomes(&id, "both are here", both).await;
    operate.settled().await;
    let shown = operate.ada.get(&format!("/incidents/{id}")).await.is(200);
    assert_eq!(shown["major"]["stage"], "dismissed", "{shown}");
    assert!(operate.ada.list("/incidents?major=proposed").await.is_empty());
    operate.end().await;
}
