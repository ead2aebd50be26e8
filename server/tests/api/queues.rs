//! Whose work an incident is: the queues of teams, and what its reporter hears of it.

use std::time::Duration;

use serde_json::{Value, json};
use server::Config;
use spine::testing::Place;

use crate::shifts::linked;
use crate::world::{Client, Operate, Receiver, conversations, shop};

conversations!(
    a_team_sees_what_hits_the_products_that_it_operates_in_its_queue,
    a_limited_responder_of_the_operating_team_works_on_what_hits_its_product,
    a_limited_responder_leaves_the_alerts_of_other_teams_alone,
    a_limited_responder_holds_back_what_is_of_their_teams_alone,
    what_names_no_team_goes_to_whoever_operates_its_product,
    whoever_reported_an_incident_is_told_how_it_ends,
    incidents_are_found_by_what_they_hit_and_by_their_cause,
    a_table_of_incidents_has_all_of_them,
    whoever_is_charged_with_an_incident_is_told_that_its_stage_runs_out,
);

/// The shop as a product of the shop's team that the data team operates, and a printer of it that
/// no team is named for.
fn product(hook: &str) -> String {
    let orders = "metadata: {name: orders},\n spec: {team: shop,";
    let text = shop(hook);
    assert!(text.contains(orders), "{text}");
    text.replace(orders, "metadata: {name: orders},\n spec: {team: shop, product: shop,")
        + "---\n\
           {apiVersion: operate/v1, kind: Product, metadata: {name: shop},\n \
           spec: {ownerTeam: shop, operatingTeam: data}}\n---\n\
           {apiVersion: operate/v1, kind: Component, metadata: {name: printer},\n \
           spec: {type: printer, product: shop}}\n"
}

async fn numbers(operate: &Operate, query: &str) -> Vec<i64> {
    let rows = operate.ada.list(&format!("/incidents?sort=number&{query}")).await;
    rows.iter().map(|row| row["number"].as_i64().unwrap()).collect()
}

async fn report(operate: &Operate, item: &str) -> Value {
    let report = json!({"title": format!("{item} is down"), "item": item});
    operate.ada.post("/incidents", report).await.is(201)
}

async fn a_team_sees_what_hits_the_products_that_it_operates_in_its_queue(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&product("http://127.0.0.1:9")).await;
    let orders = report(&operate, "service/orders").await;
    assert_eq!(orders["team"], "team/shop", "the team of the service is charged with it");
    report(&operate, "service/canteen").await;
    report(&operate, "component/orders-db").await;

    assert_eq!(numbers(&operate, "queue=team/data").await, [1, 3]);
    assert_eq!(numbers(&operate, "queue=team/shop").await, [1, 2]);
    assert_eq!(numbers(&operate, "queue=team/shop,team/data").await, [1, 2, 3]);
    assert_eq!(numbers(&operate, "team=team/data").await, [3], "charged with it");
    let table = operate.ada.get("/incidents.csv?queue=team/data").await;
    assert_eq!(table.text.lines().count(), 3, "{}", table.text);

    let shown = operate.ada.get("/incidents/1").await.is(200);
    let duties = json!([
        {"to": "team/shop", "because": "owner of service/orders"},
        {"to": "team/data", "because": "operator of product/shop"},
    ]);
    assert_eq!(shown["duties"], duties);

    let given = json!({"command": "assign", "team": "team/data"});
    operate.command("2", given).await;
    assert_eq!(numbers(&operate, "queue=team/data").await, [1, 2, 3], "what it was given, too");
    operate.end().await;
}

async fn a_limited_responder_of_the_operating_team_works_on_what_hits_its_product(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&product("http://127.0.0.1:9")).await;
    let password = "correct horse battery";
    for team in ["data", "other"] {
        let account = json!({"name": team, "role": "responder", "password": password,
                             "display_name": team, "scoped": true,
                             "teams": [format!("team/{team}")]});
        operate.ada.post("/accounts", account).await.is(201);
    }
    report(&operate, "service/orders").await;
    let data = operate.ada.of("data", password).await;
    let other = operate.ada.of("other", password).await;
    let take = json!({"command": "acknowledge"});
    other.post("/incidents/1/commands", take.clone()).await.problem(403);
    assert_eq!(other.get("/incidents/1").await.is(200)["allowed"], json!([]));
    assert_ne!(data.get("/incidents/1").await.is(200)["allowed"], json!([]));
    data.post("/incidents/1/commands", take).await.is(200);
    operate.end().await;
}

async fn incidents_are_found_by_what_they_hit_and_by_their_cause(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&product("http://127.0.0.1:9")).await;
    report(&operate, "service/checkout").await;
    let slow = json!({"title": "Tills are slow", "item": "component/orders-db"});
    operate.ada.post("/incidents", slow).await.is(201);
    assert_eq!(numbers(&operate, "q=tills").await, [2]);
    assert_eq!(numbers(&operate, "q=orders-D").await, [2], "by the name of its item");
    assert_eq!(numbers(&operate, "q=orders%20data").await, [2], "by the title of its item");
    assert_eq!(numbers(&operate, "q=_").await, Vec::<i64>::new(), "no pattern");

    let resolved = json!({"command": "resolve", "cause_class": "human",
                          "resolution_code": "fixed", "note": "by hand"});
    operate.command("1", json!({"command": "restore"})).await;
    operate.command("1", resolved).await;
    assert_eq!(numbers(&operate, "cause_class=human,external").await, [1]);
    assert_eq!(numbers(&operate, "cause_class=technology").await, Vec::<i64>::new());
    let now = operate.world.now();
    let later = now + Duration::from_secs(60);
    let day = now - Duration::from_secs(86_400);
    assert_eq!(numbers(&operate, &format!("resolved_from={day}&resolved_to={later}")).await, [1]);
    let before = format!("resolved_from={day}&resolved_to={day}");
    assert_eq!(numbers(&operate, &before).await, Vec::<i64>::new());
    operate.end().await;
}

async fn a_table_of_incidents_has_all_of_them(place: Place) {
    let operate = Operate::start(&place).await;
    // More than are read at once.
    for number in 0..505 {
        let one = json!({"title": format!("printer {number} is out of paper")});
        operate.ada.post("/incidents", one).await.is(201);
    }
    for sort in ["number", "-opened_at", "due"] {
        let table = operate.ada.get(&format!("/incidents.csv?sort={sort}")).await;
        assert_eq!(table.kind, "text/csv; charset=utf-8");
        let mut rows: Vec<&str> =
            table.text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 505, "sorted by {sort}");
    }
    operate.end().await;
}

/// Somebody whose account is limited to a team.
async fn limited(operate: &Operate, team: &str) -> Client {
    let password = "correct horse battery";
    let account = json!({"name": team, "role": "responder", "password": password,
                         "display_name": team, "scoped": true,
                         "teams": [format!("team/{team}")]});
    operate.ada.post("/accounts", account).await.is(201);
    operate.ada.of(team, password).await
}

async fn alert_on(operate: &Operate, item: &str) -> Value {
    operate.ada.list(&format!("/alerts?item={item}")).await.remove(0)
}

async fn a_limited_responder_leaves_the_alerts_of_other_teams_alone(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&product("http://127.0.0.1:9")).await;
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.fires("Cold", "critical", ("service", "canteen")).await;
    operate.settled().await;
    // The data team operates the product of the orders; the canteen is the shop's alone.
    let (data, other) = (limited(&operate, "data").await, limited(&operate, "other").await);
    let orders = alert_on(&operate, "service/orders").await;
    let canteen = alert_on(&operate, "service/canteen").await;
    let commands = |alert: &Value| format!("/alerts/{}/commands", alert["id"].as_str().unwrap());
    for command in [
        json!({ "command": "clear", "reason": "gone" }),
        json!({ "command": "close" }),
        json!({ "command": "acknowledge" }),
    ] {
        other.post(&commands(&orders), command.clone()).await.problem(403);
        data.post(&commands(&canteen), command).await.problem(403);
    }
    assert_eq!(orders["next_step"], "Work on the incident that it belongs to.");
    let shown = |alert: &Value| format!("/alerts/{}", alert["id"].as_str().unwrap());
    assert_eq!(data.get(&shown(&canteen)).await.is(200)["allowed"], json!([]));
    assert_ne!(data.get(&shown(&orders)).await.is(200)["allowed"], json!([]));
    let rows = data.list("/alerts?item=service/canteen").await;
    assert_eq!(rows[0]["allowed"], json!([]));

    let all = json!({ "command": { "command": "clear", "reason": "gone" }, "filters": [{}] });
    let done = data.post("/alerts/commands", all).await.is(200);
    assert_eq!((&done["changed"], &done["refused"]), (&json!(1), &json!(1)), "{done}");
    assert_eq!(done["refusals"][0]["id"], canteen["id"]);
    let reason = done["refusals"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("team/shop"), "{reason}");
    assert_eq!(alert_on(&operate, "service/canteen").await["state"], "open");
    let incident = operate.ada.list("/incidents?item=service/canteen").await.remove(0);
    assert_ne!(incident["stage"], "restored", "{incident}");
    operate.end().await;
}

async fn a_limited_responder_holds_back_what_is_of_their_teams_alone(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&product("http://127.0.0.1:9")).await;
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.fires("Down", "critical", ("service", "canteen")).await;
    operate.settled().await;
    let data = limited(&operate, "data").await;
    let ends = operate.world.now() + Duration::from_secs(3600);
    let plan =
        |matchers: Value| json!({ "matchers": matchers, "ends_at": ends, "comment": "new disks" });
    let wide = data.post("/silences", plan(json!(["alertname=\"Down\""]))).await.problem(403);
    assert!(wide["detail"].as_str().unwrap().contains("1 are not yours"), "{wide}");
    let made = data.post("/silences", plan(json!(["service=\"orders\""]))).await.is(201);
    let own = format!("/silences/{}", made["id"].as_str().unwrap());
    data.put(&own, plan(json!(["alertname=\"Down\""])), None).await.problem(403);
    // While nothing fires the conditions have to say whose it is.
    let ahead = |matchers: Value| data.post("/silences", plan(matchers));
    ahead(json!(["component=\"orders-db\""])).await.is(201);
    ahead(json!(["service=\"checkout\""])).await.problem(403);
    ahead(json!(["alertname=~\"Disk.+\""])).await.problem(403);
    // What somebody without limits made for both stays theirs; one's own may be ended.
    let both = operate.ada.post("/silences", plan(json!(["alertname=\"Down\""]))).await.is(201);
    let both = format!("/silences/{}", both["id"].as_str().unwrap());
    let end = json!({ "command": "expire" });
    data.post(&format!("{both}/commands"), end.clone()).await.problem(403);
    assert_eq!(data.get(&both).await.is(200)["allowed"], json!([]));
    data.post(&format!("{own}/commands"), end).await.is(200);
    operate.end().await;
}

async fn what_names_no_team_goes_to_whoever_operates_its_product(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&product(&receiver.url)).await;
    let printer = report(&operate, "component/printer").await;
    assert_eq!(printer["team"], "team/data");
    assert_eq!(printer["assigned_because"], "operator of product/shop");
    operate.until("its team is called", async || receiver.calls_to("/ada").pop()).await;
    operate.settled().await;
    assert_eq!(receiver.calls_to("/bob").len(), 0, "the owner is not");
    operate.end().await;
}

/// The shop, where bob has a chat at the receiver.
fn chatting(hook: &str) -> String {
    let bob = "webhook: HOOK/bob, contactMethods: [webhook]";
    let text = shop("HOOK");
    assert!(text.contains(bob), "{text}");
    let chat = "addresses: {mattermost: bob}, contactMethods: [mattermost]";
    text.replace(bob, chat).replace("HOOK", hook)
}

/// A server on which bob has his chat.
async fn with_chat(place: &Place) -> (Operate, Receiver) {
    let receiver = Receiver::start().await;
    let url = connectors::receivers::Secret::new(format!("{}/chat", receiver.url));
    let set = |config: &mut Config| config.channels.mattermost.url = url;
    let operate = Operate::with(place, set).await;
    operate.apply(&chatting(&receiver.url)).await;
    (operate, receiver)
}

/// The first line of each message in the chat, sorted.
fn said_in_chat(receiver: &Receiver) -> Vec<String> {
    let text = |call: &crate::world::Received| {
        let text = call.body["text"].as_str().unwrap_or_default().replace('\\', "");
        text.lines().next().unwrap_or_default().to_owned()
    };
    let mut said: Vec<String> = receiver.calls_to("/chat").iter().map(text).collect();
    said.sort();
    said
}

async fn whoever_is_charged_with_an_incident_is_told_that_its_stage_runs_out(place: Place) {
    let (operate, receiver) = with_chat(&place).await;
    let made = operate.ada.post("/incidents", json!({"title": "tills are slow"})).await.is(201);
    let id = made["id"].as_str().unwrap();
    let assign = json!({"command": "assign", "assignee": "person/bob", "because": "his tills"});
    let assigned = operate.command(id, assign).await;
    let minutes = assigned["stage_clock"]["target_minutes"].as_u64().unwrap();
    operate.pass(Duration::from_secs(minutes * 60 * 3 / 4)).await;
    let said = || said_in_chat(&receiver);
    operate.until("bob is told ahead", async || (said().len() == 1).then_some(())).await;
    operate.pass(Duration::from_secs(minutes * 60 / 4)).await;
    operate.until("bob is told", async || (said().len() == 2).then_some(())).await;
    let [soon, over] = said().try_into().unwrap();
    assert!(soon.starts_with("#1 is assigned for") && soon.ends_with(": tills are slow"), "{soon}");
    assert!(over.starts_with("#1 is assigned for longer than "), "{over}");
    // Nothing of it is said of what goes on.
    operate.command(id, json!({"command": "diagnose"})).await;
    operate.settled().await;
    assert_eq!(said().len(), 2);
    operate.end().await;
}

async fn whoever_reported_an_incident_is_told_how_it_ends(place: Place) {
    let (operate, receiver) = with_chat(&place).await;
    let bob = linked(&operate, "bob", "responder").await;
    let reported = async |title: &str| {
        // Nobody is called for what hits nothing, so that the chat holds the news alone.
        let made = bob.post("/incidents", json!({"title": title})).await.is(201);
        made["id"].as_str().unwrap().to_owned()
    };
    let hangs = reported("till 4 is slow").await;
    let merged = reported("till 5 is slow").await;
    let own = reported("my screen is dark").await;
    let none = reported("nothing prints").await;
    let parent = operate.ada.post("/incidents", json!({"title": "tills are slow"})).await.is(201);
    assert_eq!(parent["reporter"], "person:ada");
    assert_eq!(numbers(&operate, "reporter=person:bob").await, [1, 2, 3, 4]);

    let parent = parent["id"].as_str().unwrap();
    operate.command(&hangs, json!({"command": "set_parent", "parent": parent})).await;
    operate.command(&merged, json!({"command": "merge", "into": parent})).await;
    let resolve = json!({"command": "resolve", "cause_class": "technology",
                         "resolution_code": "workaround", "note": "another printer"});
    let ends = async |who: &crate::world::Client, id: &str| {
        let path = format!("/incidents/{id}/commands");
        who.post(&path, json!({"command": "restore"})).await.is(200);
        who.post(&path, resolve.clone()).await.is(200);
    };
    ends(&operate.ada, parent).await;
    ends(&bob, &own).await;
    operate
        .ada
        .post(&format!("/incidents/{parent}/commands"), json!({"command": "close"}))
        .await
        .is(200);

    operate.command(&none, json!({"command": "cancel", "reason": "it was switched off"})).await;
    let again = json!({"command": "reopen", "reason": "dark again"});
    operate.command(&own, again).await;

    let said = || said_in_chat(&receiver);
    operate.until("bob is told of each", async || (said().len() >= 5).then_some(())).await;
    operate.settled().await;
    assert_eq!(
        said(),
        [
            "#1 is resolved: there is a way around it: till 4 is slow",
            "#2 goes on as part of incident #5: till 5 is slow",
            "#2 is over, with incident #5: till 5 is slow",
            "#3 is open again: my screen is dark",
            "#4 was cancelled: nothing prints",
        ],
        "nothing of what he did himself, and each once"
    );
    operate.end().await;
}
