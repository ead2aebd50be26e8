//! Requests that come twice, editors who meet, and lists that grow while they are read.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    a_repeated_request_gives_the_same_answer_and_changes_once,
    a_key_that_comes_with_another_request_is_refused,
    requests_with_one_key_at_the_same_time_change_once,
    of_two_editors_the_second_is_told_and_overwrites_nothing,
    a_list_read_page_by_page_is_whole_while_it_grows,
    lists_are_sorted_and_narrowed_as_asked,
    alerts_are_listed_by_what_they_say,
    what_cannot_be_read_names_the_field,
    what_is_not_there_is_not_found,
);

async fn declare(operate: &Operate, title: &str) -> Value {
    operate.ada.post("/incidents", json!({ "title": title })).await.is(201)
}

fn commands(incident: &Value) -> String {
    format!("/incidents/{}/commands", incident["id"].as_str().unwrap())
}

async fn a_repeated_request_gives_the_same_answer_and_changes_once(place: Place) {
    let operate = Operate::start(&place).await;
    let key = [("idempotency-key", "k1")];
    let body = json!({ "title": "disk full" });
    let first = operate.ada.post_with("/incidents", body.clone(), &key).await.is(201);
    let again = operate.ada.post_with("/incidents", body.clone(), &key).await.is(201);
    assert_eq!(first, again);
    assert_eq!(operate.ada.get("/incidents").await.is(200)["total"], 1);

    let comment = json!({ "command": "comment", "text": "I look" });
    let key = [("idempotency-key", "k2")];
    let first = operate.ada.post_with(&commands(&first), comment.clone(), &key).await.is(200);
    operate.command(first["id"].as_str().unwrap(), json!({ "command": "acknowledge" })).await;
    let again = operate.ada.post_with(&commands(&first), comment, &key).await.is(200);
    assert_eq!(first, again, "the answer of then, not the state of now");
    let shown = operate.ada.get(&format!("/incidents/{}", first["id"].as_str().unwrap())).await;
    assert_eq!(shown.is(200)["comments"].as_array().map(Vec::len), Some(1));

    // Without a key every request counts; a key of yesterday is forgotten.
    operate.ada.post("/incidents", body.clone()).await.is(201);
    assert_eq!(operate.ada.get("/incidents").await.is(200)["total"], 2);
    operate.end().await;
}

async fn a_key_that_comes_with_another_request_is_refused(place: Place) {
    let operate = Operate::start(&place).await;
    let key = [("idempotency-key", "k1")];
    let one = operate.ada.post_with("/incidents", json!({ "title": "one" }), &key).await.is(201);
    let other = operate.ada.post_with("/incidents", json!({ "title": "other" }), &key).await;
    let problem = other.problem(422);
    assert_eq!(problem["type"], "idempotency_key_reused");
    assert_eq!(problem["field"], "Idempotency-Key");
    let comment = json!({ "command": "comment", "text": "I look" });
    operate.ada.post_with(&commands(&one), comment, &key).await.problem(422);
    assert_eq!(operate.ada.get("/incidents").await.is(200)["total"], 1);
    let long = "x".repeat(300);
    let key = [("idempotency-key", long.as_str())];
    let refused = operate.ada.post_with("/incidents", json!({ "title": "one" }), &key).await;
    assert_eq!(refused.problem(400)["field"], "Idempotency-Key");
    operate.end().await;
}

async fn requests_with_one_key_at_the_same_time_change_once(place: Place) {
    let operate = Operate::start(&place).await;
    let key = [("idempotency-key", "k1")];
    let ask = || operate.ada.post_with("/incidents", json!({ "title": "one" }), &key);
    let replies = futures::future::join_all((0..8).map(|_| ask())).await;
    let ids: BTreeSet<String> =
        replies.into_iter().map(|reply| reply.is(201)["id"].to_string()).collect();
    assert_eq!(ids.len(), 1, "all of them hear of the same incident");
    assert_eq!(operate.ada.get("/incidents").await.is(200)["total"], 1);
    operate.end().await;
}

async fn of_two_editors_the_second_is_told_and_overwrites_nothing(place: Place) {
    let operate = Operate::start(&place).await;
    let incident = declare(&operate, "disk full").await;
    let path = format!("/incidents/{}", incident["id"].as_str().unwrap());
    let seen = operate.ada.get(&path).await;
    let tag = seen.etag.clone().expect("an incident names its version");
    assert_eq!(json!(tag.parse::<i64>().unwrap()), seen.body["version"]);
    let edit = |title: &str| json!({ "command": "edit", "title": title });
    let quoted = format!("\"{tag}\"");
    let at = [("if-match", quoted.as_str())];
    let won = operate.ada.post_with(&commands(&incident), edit("disk 1 full"), &at).await;
    assert_ne!(won.etag.as_deref(), Some(tag.as_str()), "it moved on");
    won.is(200);
    let lost = operate.ada.post_with(&commands(&incident), edit("disk 2 full"), &at).await;
    let problem = lost.problem(412);
    assert_eq!(problem["type"], "stale");
    assert_eq!(operate.ada.get(&path).await.is(200)["title"], "disk 1 full");
    for (wrong, status) in [("\"999\"", 412), ("\"abc\"", 400), ("\"1\", \"2\"", 400)] {
        let with = [("if-match", wrong)];
        operate.ada.post_with(&commands(&incident), edit("no"), &with).await.problem(status);
    }

    // At the same time: one of many wins.
    let tag = operate.ada.get(&path).await.etag.unwrap();
    let quoted = format!("\"{tag}\"");
    let at = [("if-match", quoted.as_str())];
    let path = commands(&incident);
    let asked =
        (0..6).map(|editor| operate.ada.post_with(&path, edit(&format!("by {editor}")), &at));
    let replies = futures::future::join_all(asked).await;
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    let told = replies.iter().filter(|reply| reply.status == 412).count();
    assert_eq!((won, told), (1, 5), "{replies:?}");
    operate.end().await;
}

async fn a_list_read_page_by_page_is_whole_while_it_grows(place: Place) {
    let operate = Operate::start(&place).await;
    let mut before = BTreeSet::new();
    for number in 0..23 {
        let incident = declare(&operate, &format!("incident {:02}", number % 7)).await;
        before.insert(incident["id"].to_string());
        if number % 3 == 0 {
            operate.pass(Duration::from_secs(1)).await;
        }
    }
    for sort in ["", "&sort=-opened_at", "&sort=number", "&sort=title", "&sort=-priority"] {
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let path = format!("/incidents?limit=4{sort}&after={next}");
            let page = operate.ada.get(&path).await.is(200);
            let items = page["items"].as_array().unwrap().clone();
            assert!(items.len() <= 4);
            seen.extend(items.iter().map(|row| row["id"].to_string()));
            declare(&operate, "it grows").await;
            match page["next"].as_str() {
                Some(cursor) => next = cursor.to_owned(),
                None => break,
            }
        }
        let unique: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(unique.len(), seen.len(), "no row comes twice{sort}");
        assert!(before.is_subset(&unique), "no row is left out{sort}");
        before.extend(unique);
    }
    operate.end().await;
}

async fn lists_are_sorted_and_narrowed_as_asked(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    for (title, item, impact) in [
        ("Beta", Some("service/orders"), "high"),
        ("alpha", Some("service/canteen"), "low"),
        ("Gamma 100%_x", None, "medium"),
    ] {
        let body = json!({ "title": title, "item": item, "impact": impact, "urgency": impact });
        operate.ada.post("/incidents", body).await.is(201);
        operate.pass(Duration::from_secs(60)).await;
    }
    let titles = async |query: &str| -> Vec<String> {
        let rows = operate.ada.list(&format!("/incidents?{query}")).await;
        rows.iter().map(|row| row["title"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(titles("").await, ["Gamma 100%_x", "alpha", "Beta"]);
    assert_eq!(titles("sort=opened_at").await, ["Beta", "alpha", "Gamma 100%_x"]);
    assert_eq!(titles("sort=-number").await, ["Gamma 100%_x", "alpha", "Beta"]);
    assert_eq!(titles("sort=priority").await, ["Beta", "Gamma 100%_x", "alpha"]);
    assert_eq!(titles("item=service/orders").await, ["Beta"]);
    assert_eq!(titles("team=team/shop&sort=number").await, ["Beta", "alpha"]);
    assert_eq!(titles("q=ALPH").await, ["alpha"]);
    assert_eq!(titles("q=100%25_x").await, ["Gamma 100%_x"]);
    assert_eq!(titles("q=%25").await, ["Gamma 100%_x"]);
    assert_eq!(titles("q=2").await, ["alpha"], "a number finds the incident of this number");
    assert_eq!(titles("priority=P1,P5&sort=number").await, ["Beta", "alpha"]);
    assert_eq!(titles("from=2026-03-01T12:00:30Z&to=2026-03-01T12:01:30Z").await, ["alpha"]);
    assert_eq!(titles("stage=new").await, ["Gamma 100%_x"], "nobody owns what nobody named");
    assert_eq!(titles("phase=diagnose,resolve,done").await, Vec::<String>::new());

    let cancel = json!({ "command": "cancel", "reason": "a test" });
    operate.ada.post("/incidents/2/commands", cancel).await.is(200);
    assert_eq!(titles("open=true&sort=number").await, ["Beta", "Gamma 100%_x"]);
    assert_eq!(titles("open=false").await, ["alpha"]);
    assert_eq!(operate.ada.get("/incidents?limit=1").await.is(200)["total"], 3);
    operate.end().await;
}

async fn alerts_are_listed_by_what_they_say(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate.fires("Broken", "critical", ("service", "orders")).await;
    operate.fires("Slow", "warning", ("service", "canteen")).await;
    operate.fires("Odd", "error", ("service", "nobody-knows")).await;
    operate.settled().await;
    let names = async |query: &str| -> Vec<String> {
        let rows = operate.ada.list(&format!("/alerts?{query}")).await;
        rows.iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(names("").await, ["Broken", "Odd", "Slow"], "the worst first");
    assert_eq!(names("sort=severity").await, ["Slow", "Odd", "Broken"]);
    assert_eq!(names("sort=-name").await, ["Slow", "Odd", "Broken"]);
    assert_eq!(names("matched=false").await, ["Odd"]);
    assert_eq!(names("matched=true&severity=warning,info").await, ["Slow"]);
    assert_eq!(names("item=service/orders").await, ["Broken"]);
    assert_eq!(names("q=CANTEEN").await, ["Slow"]);
    let first = operate.ada.get("/alerts?limit=2").await.is(200);
    assert_eq!((&first["total"], &first["items"][1]["name"]), (&json!(3), &json!("Odd")));
    let next = first["next"].as_str().expect("there is more");
    assert_eq!(names(&format!("limit=2&after={next}")).await, ["Slow"]);

    operate.clears("Slow", "warning", ("service", "canteen")).await;
    assert_eq!(names("state=cleared").await, ["Slow"]);
    assert_eq!(names("state=open,acknowledged").await, ["Broken", "Odd"]);
    // Two fall silent, and an hour later they are put away too.
    operate.pass(Duration::from_secs(301)).await;
    let silent = async || (names("state=cleared").await.len() == 3).then_some(());
    operate.until("the others fell silent", silent).await;
    operate.pass(Duration::from_secs(3700)).await;
    let put_away = async || (names("state=closed").await.len() == 3).then_some(());
    operate.until("what is over is put away", put_away).await;
    assert_eq!(names("").await, Vec::<String>::new());
    let closed = operate.ada.get("/alerts?state=closed&limit=2").await.is(200);
    let next = closed["next"].as_str().expect("there is more");
    assert_eq!(names(&format!("state=closed&limit=2&after={next}")).await.len(), 1);
    operate.end().await;
}

async fn what_cannot_be_read_names_the_field(place: Place) {
    let operate = Operate::start(&place).await;
    let incident = declare(&operate, "disk full").await;
    for (query, field) in [
        ("/incidents?limit=0", "limit"),
        ("/incidents?limit=1001", "limit"),
        ("/incidents?limit=many", "limit"),
        ("/incidents?sort=size", "sort"),
        ("/incidents?after=nonsense", "after"),
        ("/incidents?open=perhaps", "open"),
        ("/incidents?from=yesterday", "from"),
        ("/incidents?priority=P9", "priority"),
        ("/incidents?stage=asleep", "stage"),
        ("/alerts?sort=size", "sort"),
        ("/alerts?after=-1", "after"),
        ("/alerts?matched=perhaps", "matched"),
        ("/journal?limit=0", "limit"),
        ("/reports/times?from=now", "from"),
        ("/estate/graph?at=then", "at"),
    ] {
        let reply = operate.ada.get(query).await;
        assert!(reply.status.is_client_error(), "{query}: {} {}", reply.status, reply.text);
        let status = reply.status.as_u16();
        let text = reply.text.clone();
        assert_eq!(reply.problem(status)["field"], field, "{query}: {text}");
    }
    for (body, field) in [
        (json!({}), "title"),
        (json!({ "title": 7 }), "title"),
        (json!({ "title": "x", "colour": "red" }), "colour"),
        (json!({ "title": "x", "impact": "huge" }), "impact"),
        (json!({ "title": "x", "item": "service/none" }), "item"),
    ] {
        let reply = operate.ada.post("/incidents", body.clone()).await;
        assert!(reply.status.is_client_error(), "{body}: {} {}", reply.status, reply.text);
        let (status, text) = (reply.status.as_u16(), reply.text.clone());
        assert_eq!(reply.problem(status)["field"], field, "{body}: {text}");
    }
    for command in [json!({}), json!({ "command": "dance" }), json!({ "command": "merge" })] {
        let reply = operate.ada.post(&commands(&incident), command.clone()).await;
        let status = reply.status.as_u16();
        assert!((400..500).contains(&status), "{command}: {}", reply.text);
        reply.problem(status);
    }
    for system in [
        json!({ "command": "tick" }),
        json!({ "command": "notified", "at": "2026-03-01T12:00:00Z" }),
    ] {
        operate.ada.post(&commands(&incident), system).await.problem(403);
    }
    let plain = operate.ada.request(Method::POST, "/api/v1/incidents").body("{\"title\":\"x\"}");
    let reply = operate.ada.send(plain).await;
    reply.problem(415);
    operate.end().await;
}

async fn what_is_not_there_is_not_found(place: Place) {
    let operate = Operate::start(&place).await;
    for path in [
        "/incidents/99",
        "/incidents/inc_00000000000000000000000000",
        "/incidents/nonsense",
        "/incidents/99/timeline",
        "/incidents/99/pages",
        "/alerts/alr_00000000000000000000000000",
        "/pages/pag_00000000000000000000000000",
        "/estate/items/service/none",
        "/estate/items/service/none/impact",
        "/nowhere",
    ] {
        operate.ada.get(path).await.problem(404);
    }
    let comment = json!({ "command": "comment", "text": "x" });
    operate.ada.post("/incidents/99/commands", comment).await.problem(404);
    let retry = "/outbox/out_00000000000000000000000000/retry";
    operate.ada.post(retry, json!({})).await.problem(404);
    operate.end().await;
}
