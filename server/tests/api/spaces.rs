//! Records of another space are not there: not in lists, not by id, not for commands.

use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;
use spine::{Db, Fault, params};

use crate::world::{Operate, Receiver, conversations, shop};

conversations!(
    nothing_of_another_space_is_shown_or_commanded,
    what_happens_in_one_space_is_not_heard_in_another,
);

/// Tables whose rows are copied into the other space, and the columns that hold ids.
const TABLES: [&str; 9] = [
    "resource",
    "resource_past",
    "setting",
    "alert",
    "incident",
    "page",
    "record_tag",
    "outbox",
    "journal",
];

/// Moves everything that the space holds to another one; its journal is sealed there anew.
async fn move_to(db: &Db, space: &'static str) {
    db.write::<_, Fault, _>(|tx| Box::pin(async move { tx.run("DELETE FROM seal", vec![]).await }))
        .await
        .unwrap();
    for table in TABLES {
        let sql = format!("UPDATE {table} SET space_id = $1");
        db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { tx.run(sqlx::AssertSqlSafe(sql), params![space]).await })
        })
        .await
        .unwrap();
    }
}

/// The ids that stand in a list.
async fn ids(operate: &Operate, path: &str) -> Vec<String> {
    let rows = operate.ada.list(path).await;
    rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect()
}

/// No list, count or document of the space speaks of these.
async fn nothing_is_listed(operate: &Operate, words: &[&str]) {
    for list in ["/incidents", "/alerts", "/alerts?state=closed", "/estate/items", "/outbox"] {
        let rows = operate.ada.list(list).await;
        let others = rows.iter().filter(|row| row["item"] != "service/operate");
        assert_eq!(others.count(), 0, "{list} shows {rows:#?}");
    }
    let overview = operate.ada.get("/overview").await.is(200);
    assert_eq!(overview["open"], json!({ "detect": 0, "diagnose": 0, "resolve": 0 }));
    assert_eq!(
        (&overview["alerts"]["open"], &overview["paging"]["ringing"]),
        (&json!(0), &json!(0))
    );
    let report = operate.ada.get("/reports/times").await.is(200);
    assert_eq!(report["counts"]["opened"], 0);
    let journal = operate.ada.get("/journal?limit=1000").await.is(200).to_string();
    let graph = operate.ada.get("/estate/graph").await.is(200).to_string();
    let export = operate.ada.get("/estate/export").await.text;
    for (what, text) in [("journal", &journal), ("graph", &graph), ("export", &export)] {
        for word in words {
            assert!(!text.contains(*word), "the {what} speaks of {word}");
        }
    }
}

async fn nothing_of_another_space_is_shown_or_commanded(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let policy = operate.ada.get("/settings/policy").await.is(200);
    operate.ada.put("/settings/policy", policy, None).await.is(200);
    receiver.answers(410);
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    let incident = ids(&operate, "/incidents").await.remove(0);
    let alert = ids(&operate, "/alerts").await.remove(0);
    let page = ids(&operate, &format!("/incidents/{incident}/pages")).await.remove(0);
    let message = ids(&operate, "/outbox?state=dead").await.remove(0);
    let link = receiver.calls()[0].link();

    // The server is away while its records become somebody else's.
    let operate = operate.restart_after(async |db| move_to(db, "elsewhere").await).await;
    nothing_is_listed(&operate, &["service/orders", &incident, &alert, &page]).await;
    for path in [
        format!("/incidents/{incident}"),
        "/incidents/1".to_owned(),
        format!("/incidents/{incident}/timeline"),
        format!("/incidents/{incident}/alerts"),
        format!("/incidents/{incident}/impact"),
        format!("/incidents/{incident}/pages"),
        format!("/incidents/{incident}/children"),
        format!("/alerts/{alert}"),
        format!("/alerts/{alert}/timeline"),
        format!("/pages/{page}"),
        "/estate/items/service/orders".to_owned(),
        "/estate/items/service/orders/impact".to_owned(),
        "/estate/items/service/orders/impact?at=2026-03-01T12:00:00Z".to_owned(),
        "/estate/items/service/orders/upstream".to_owned(),
    ] {
        operate.ada.get(&path).await.problem(404);
    }
    let acknowledge = json!({ "command": "acknowledge" });
    for (path, body) in [
        (format!("/incidents/{incident}/commands"), acknowledge.clone()),
        (format!("/alerts/{alert}/commands"), acknowledge.clone()),
        (format!("/pages/{page}/commands"), acknowledge.clone()),
        (format!("/outbox/{message}/retry"), json!({})),
        (format!("/outbox/{message}/dismiss"), json!({ "reason": "mine" })),
    ] {
        operate.ada.post(&path, body).await.problem(404);
    }
    operate.ada.delete("/estate/items/service/orders").await.problem(404);
    let answer = operate.ada.send(operate.ada.request(Method::POST, &link)).await;
    assert_eq!(answer.status, 404, "{}", answer.text);

    // One's own incident cannot swallow or be swallowed by one of another space.
    let own = operate.ada.post("/incidents", json!({ "title": "own" })).await.is(201);
    let merge = json!({ "command": "merge", "into": incident });
    let path = format!("/incidents/{}/commands", own["id"].as_str().unwrap());
    operate.ada.post(&path, merge).await.problem(404);
    let item = json!({ "title": "own", "item": "service/orders" });
    let refused = operate.ada.post("/incidents", item).await;
    assert!(refused.status.is_client_error(), "{}", refused.text);
    operate.end().await;
}

async fn what_happens_in_one_space_is_not_heard_in_another(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    let operate = operate.restart_after(async |db| move_to(db, "elsewhere").await).await;
    operate.apply(&shop(&receiver.url)).await;
    let calls = receiver.calls().len();

    // The same label set: an alert of its own, an incident of its own, number 1 again.
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    let rows = operate.ada.list("/incidents").await;
    assert_eq!(rows.len(), 1, "{rows:#?}");
    assert_eq!(rows[0]["members"].as_array().map(Vec::len), Some(1));
    assert_eq!(receiver.calls().len(), calls + 1);
    operate.clears("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    let mut conn = operate.db.reader().await.unwrap();
    let sql = "SELECT space_id, data FROM alert ORDER BY space_id";
    let rows = conn.all(sql, vec![]).await.unwrap();
    let stored: Vec<(String, String)> = rows
        .iter()
        .map(|row| {
            let data: Value = row.json("data").unwrap();
            (row.get("space_id").unwrap(), data["state"].as_str().unwrap().to_owned())
        })
        .collect();
    let pair = |space: &str, state: &str| (space.to_owned(), state.to_owned());
    assert_eq!(stored, [pair("default", "cleared"), pair("elsewhere", "open")]);
    drop(conn);

    // Time passes in both: deadlines of either are met in its own space.
    operate.pass(std::time::Duration::from_secs(301)).await;
    let silent = async || {
        let sql = "SELECT COUNT(*) AS n FROM alert WHERE space_id = 'elsewhere' \
                   AND stage = 'cleared'";
        (operate.count(sql).await == 1).then_some(())
    };
    operate.until("the other space's alert expired too", silent).await;
    operate.end().await;
}
