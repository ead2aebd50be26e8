//! The estate as code: planned, applied, edited by hand, and asked as of a date.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::world::{Operate, conversations, estate_files, sample_estate, shop};

conversations!(
    a_plan_says_what_applying_does_and_a_second_one_does_nothing,
    one_wrong_file_applies_nothing_and_names_its_place,
    what_is_kept_in_a_file_is_changed_there_or_taken_over_from_it,
    what_is_exported_applies_without_a_change,
    the_map_can_be_asked_as_of_a_date,
    what_others_name_is_not_deleted,
    an_item_is_edited_at_the_version_that_was_seen,
    pruning_takes_away_what_files_no_longer_say,
    what_a_sample_brought_is_edited_here_until_its_files_are_applied,
);

fn one(text: &str) -> Value {
    estate_files(&[("estate.yaml".to_owned(), text.to_owned())])
}

fn actions(plan: &Value, action: &str) -> Vec<String> {
    let changes = plan["changes"].as_array().unwrap_or_else(|| panic!("no plan: {plan}"));
    let such = changes.iter().filter(|change| change["action"] == action);
    such.map(|change| change["item"].as_str().unwrap().to_owned()).collect()
}

async fn a_plan_says_what_applying_does_and_a_second_one_does_nothing(place: Place) {
    let operate = Operate::start(&place).await;
    let files = estate_files(&sample_estate());
    let plan = operate.ada.post("/estate/plan", files.clone()).await.is(200);
    let created = actions(&plan, "create");
    assert!(created.contains(&"component/orders-db".to_owned()));
    let known = operate.ada.list("/estate/items?limit=1000").await.len();
    let applied = operate.ada.post("/estate/apply", files.clone()).await.is(200);
    assert_eq!(actions(&applied, "create"), created, "the plan was right");
    let items = operate.ada.list("/estate/items?limit=1000").await;
    assert_eq!(items.len(), known + created.len());

    let entries = "SELECT COUNT(*) AS n FROM journal";
    let written = operate.count(entries).await;
    let again = operate.ada.post("/estate/apply", files).await.is(200);
    for action in ["create", "update", "delete"] {
        assert_eq!(actions(&again, action), Vec::<String>::new(), "{action}");
    }
    assert_eq!(operate.count(entries).await, written, "nothing changed, nothing is written");
    operate.end().await;
}

async fn one_wrong_file_applies_nothing_and_names_its_place(place: Place) {
    let operate = Operate::start(&place).await;
    let mut files = sample_estate();
    files.push((
        "wrong.yaml".to_owned(),
        "apiVersion: operate/v1\nkind: Service\nmetadata: {name: tills}\n\
         spec:\n  team: sales\n  dependsOn: [component/order-db]\n"
            .to_owned(),
    ));
    let before = operate.ada.list("/estate/items?limit=1000").await.len();
    let refused = operate.ada.post("/estate/apply", estate_files(&files)).await.is(422);
    let errors = refused["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["file"], "wrong.yaml");
    assert_eq!(errors[0]["line"], 6, "{errors:?}");
    assert!(errors[0]["column"].as_i64() > Some(1));
    assert!(errors[0]["field"].as_str().unwrap().contains("dependsOn"), "{errors:?}");
    assert!(errors[0]["remedy"].as_str().unwrap().contains("orders-db"), "{errors:?}");
    assert_eq!(
        operate.ada.list("/estate/items?limit=1000").await.len(),
        before,
        "nothing was applied"
    );
    let broken = one("kind: [");
    operate.ada.post("/estate/plan", broken).await.is(422);
    operate.end().await;
}

async fn what_is_kept_in_a_file_is_changed_there_or_taken_over_from_it(place: Place) {
    let operate = Operate::start(&place).await;
    let text = shop("http://127.0.0.1:1");
    operate.apply(&text).await;
    let path = "/estate/items/service/canteen";
    let edited = || {
        json!({ "apiVersion": "operate/v1", "kind": "Service",
            "metadata": { "name": "canteen", "title": "Lunch" }, "spec": { "team": "shop" } })
    };
    let kept = operate.ada.get(path).await.is(200);
    assert_eq!(kept["managed_by"], "file");
    assert_eq!((&kept["may_edit"], &kept["may_take_over"]), (&json!(false), &json!(true)));
    let file = kept["file"].as_str().unwrap().to_owned();
    let told = format!("service/canteen is kept in {file}: change it there and apply it");
    assert_eq!(kept["why_not"], told.as_str());
    let refused = operate.ada.put(path, edited(), None).await.problem(409);
    assert_eq!((&refused["type"], &refused["detail"]), (&json!("kept_in_file"), &json!(told)));
    assert_eq!(operate.ada.delete(path).await.problem(409)["detail"], told.as_str());
    assert_eq!(operate.ada.get(path).await.is(200)["title"], "canteen");

    let over = format!("{path}/take-over");
    operate.ada.post(&over, json!({ "reason": "it burns" })).await.is(204);
    operate.ada.post(&over, json!({})).await.problem(409);
    let taken = operate.ada.get(path).await.is(200);
    assert_eq!((&taken["managed_by"], &taken["file"]), (&json!("ui"), &json!(file)));
    assert_eq!((&taken["taken_over"], &taken["may_edit"]), (&json!(true), &json!(true)));
    assert_eq!(taken["changes"][0]["actor"], "person:ada");
    let title = taken["changes"][0]["title"].as_str().unwrap();
    assert_eq!(title, format!("Taken over from {file}, to be changed here: it burns"));
    let plan = operate.ada.post("/estate/plan", one(&text)).await.is(200);
    assert_eq!(actions(&plan, "update"), ["service/canteen"], "it would go back");

    assert!(operate.ada.put(path, edited(), None).await.status.is_success());
    let item = operate.ada.get(path).await.is(200);
    assert_eq!((&item["title"], &item["drift"]), (&json!("Lunch"), &json!(true)));
    let plan = operate.ada.post("/estate/plan", one(&text)).await.is(200);
    let change = plan["changes"].as_array().unwrap();
    let change = change.iter().find(|change| change["item"] == "service/canteen").unwrap();
    assert_eq!((&change["drift"], &change["taken_over"]), (&json!(true), &json!(true)));
    assert!(change["fields"].to_string().contains("Lunch"), "{change}");

    operate.apply(&text).await;
    let item = operate.ada.get(path).await.is(200);
    assert_eq!((&item["title"], &item["managed_by"]), (&json!("canteen"), &json!("file")));
    assert_eq!((&item["drift"], &item["taken_over"]), (&json!(false), &json!(false)));
    operate.ada.put(path, edited(), None).await.problem(409);
    let changes = item["changes"].as_array().unwrap();
    let kinds: Vec<&str> = changes.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["item.updated", "item.updated", "item.taken_over", "item.created"]);
    operate.end().await;
}

async fn what_is_exported_applies_without_a_change(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply_files(&sample_estate()).await;
    let export = operate.ada.get("/estate/export").await;
    assert_eq!(export.status, 200);
    assert!(export.kind.starts_with("application/yaml"), "{}", export.kind);
    let plan = operate.ada.post("/estate/apply", one(&export.text)).await.is(200);
    assert_eq!(plan["errors"], json!([]));
    for action in ["create", "update", "delete"] {
        assert_eq!(actions(&plan, action), Vec::<String>::new(), "{action}");
    }
    operate.end().await;
}

async fn the_map_can_be_asked_as_of_a_date(place: Place) {
    let operate = Operate::start(&place).await;
    let text = shop("http://127.0.0.1:1");
    operate.apply(&text).await;
    operate.pass(Duration::from_secs(3600)).await;
    let then = operate.world.now();
    operate.pass(Duration::from_secs(3600)).await;
    let moved = text.replace("dependsOn: [component/orders-db]", "dependsOn: []");
    operate.apply(&moved).await;
    let reach = async |at: &str| -> Vec<String> {
        let path = format!("/estate/items/component/orders-db/impact?at={at}");
        let impact = operate.ada.get(&path).await.is(200);
        let hits = impact["hits"].as_array().unwrap();
        hits.iter().map(|hit| hit["item"].as_str().unwrap().to_owned()).collect()
    };
    let before = reach(&then.to_string()).await;
    assert_eq!(before, ["service/orders", "service/checkout", "usecase/buy"]);
    assert_eq!(reach(&operate.world.now().to_string()).await, Vec::<String>::new());
    let edges = async |query: &str| {
        let map = operate.ada.get(&format!("/estate/graph{query}")).await.is(200);
        let edges = map["edges"].as_array().unwrap().clone();
        edges.iter().filter(|edge| edge["to"] == "component/orders-db").count()
    };
    assert_eq!((edges("").await, edges(&format!("?at={then}")).await), (0, 1));
    let early = "/estate/items/component/orders-db/impact?at=2026-01-01T00:00:00Z";
    operate.ada.get(early).await.problem(404);
    operate.end().await;
}

async fn what_others_name_is_not_deleted(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:1")).await;
    let refused = operate.ada.delete("/estate/items/service/orders").await.problem(409);
    assert_eq!(refused["type"], "in_use");
    assert!(refused["detail"].as_str().unwrap().contains("service/checkout"), "{refused}");
    operate.ada.get("/estate/items/service/orders").await.is(200);
    for item in ["usecase/buy", "service/checkout"] {
        let over = format!("/estate/items/{item}/take-over");
        operate.ada.post(&over, json!({})).await.is(204);
    }
    let gone = operate.ada.delete("/estate/items/usecase/buy").await;
    assert!(gone.status.is_success(), "{}", gone.text);
    let gone = operate.ada.delete("/estate/items/service/checkout").await;
    assert!(gone.status.is_success(), "nobody names it any more: {}", gone.text);
    operate.ada.get("/estate/items/service/checkout").await.problem(404);
    operate.end().await;
}

async fn an_item_is_edited_at_the_version_that_was_seen(place: Place) {
    let operate = Operate::start(&place).await;
    operate.apply(&shop("http://127.0.0.1:1")).await;
    let path = "/estate/items/service/canteen";
    operate.ada.post(&format!("{path}/take-over"), json!({})).await.is(204);
    let seen = operate.ada.get(path).await.etag.expect("an item names its version");
    let titled = |title: &str| {
        json!({ "apiVersion": "operate/v1", "kind": "Service",
            "metadata": { "name": "canteen", "title": title }, "spec": { "team": "shop" } })
    };
    let first = operate.ada.put(path, titled("Lunch"), Some(&seen)).await;
    assert!(first.status.is_success(), "{}", first.text);
    operate.ada.put(path, titled("Dinner"), Some(&seen)).await.problem(412);
    assert_eq!(operate.ada.get(path).await.is(200)["title"], "Lunch");
    let elsewhere = operate.ada.put("/estate/items/service/other", titled("x"), None).await;
    assert!(elsewhere.status.is_client_error(), "{}", elsewhere.text);
    let wrong = json!({ "apiVersion": "operate/v1", "kind": "Service",
        "metadata": { "name": "canteen" }, "spec": { "team": "nobody" } });
    let problem = operate.ada.put(path, wrong, None).await.problem(422);
    assert!(problem["field"].as_str().unwrap().contains("team"), "{problem}");
    operate.end().await;
}

async fn pruning_takes_away_what_files_no_longer_say(place: Place) {
    let operate = Operate::start(&place).await;
    let text = shop("http://127.0.0.1:1");
    operate.apply(&text).await;
    let by_hand = json!({ "apiVersion": "operate/v1", "kind": "Service",
        "metadata": { "name": "by-hand" }, "spec": { "team": "shop" } });
    let put = operate.ada.put("/estate/items/service/by-hand", by_hand, None).await;
    assert!(put.status.is_success(), "{}", put.text);
    let canteen = text.split("---\n").find(|part| part.contains("name: canteen")).unwrap();
    let less = text.replace(&format!("---\n{canteen}"), "");
    let mut files = one(&less);
    let kept = operate.ada.post("/estate/plan", files.clone()).await.is(200);
    assert_eq!(actions(&kept, "delete"), Vec::<String>::new());
    files["prune"] = json!(true);
    let pruned = operate.ada.post("/estate/apply", files).await.is(200);
    assert_eq!(actions(&pruned, "delete"), ["service/canteen"], "what people made stays");
    operate.ada.get("/estate/items/service/by-hand").await.is(200);
    operate.ada.get("/estate/items/service/canteen").await.problem(404);
    operate.end().await;
}

async fn what_a_sample_brought_is_edited_here_until_its_files_are_applied(place: Place) {
    let operate = Operate::start(&place).await;
    operate.furnish().await;
    let orders = "/estate/items/service/orders";
    let brought = operate.ada.get(orders).await.is(200);
    assert_eq!((&brought["managed_by"], &brought["file"]), (&json!("ui"), &Value::Null));
    assert_eq!(brought["may_edit"], true, "{brought}");
    let plan = operate.ada.post("/estate/plan", estate_files(&sample_estate())).await.is(200);
    assert_eq!(actions(&plan, "update"), [""; 0], "nothing differs");
    operate.apply_files(&sample_estate()).await;
    let applied = operate.ada.get(orders).await.is(200);
    assert_eq!((&applied["managed_by"], &applied["may_edit"]), (&json!("file"), &json!(false)));
    operate.end().await;
}
