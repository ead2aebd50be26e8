//! The routing that is kept in the product: changed over HTTP, sealed, in force at once, and taken
//! back.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::{Place, on_postgres};
use spine::{Fault, params};

use crate::world::{Operate, Receiver, conversations, shop, until};

conversations!(
    what_is_kept_is_in_force_at_once_and_after_a_restart,
    a_wrong_text_changes_nothing_and_names_each_line,
    no_secret_is_stored_shown_or_journalled,
    a_secret_stays_when_it_is_left_as_it_is,
    an_earlier_version_is_taken_back_with_its_secrets,
    the_same_text_again_makes_no_version,
    private_networks_are_called_only_as_far_as_webhooks_may,
    a_file_wins_and_is_changed_where_it_is,
    the_routing_of_another_space_is_neither_shown_nor_in_force,
    secrets_of_another_key_file_are_asked_for_again,
    what_is_in_force_stays_when_a_newer_version_cannot_be_opened,
);

mod postgres_nodes {
    #[test]
    fn what_one_node_keeps_is_in_force_on_the_other() {
        super::on_postgres(super::MIGRATIONS, super::what_one_node_keeps_is_in_force_on_the_other);
    }
}

const TOKEN: &str = "T0KEN-that-nobody-may-see";

fn text(url: &str) -> String {
    format!(
        "# Who is told.\nroute: {{receiver: ops, group_by: [alertname], group_wait: 0s}}\n\
         receivers:\n- name: ops\n  webhook_configs:\n  - url: {url}/{TOKEN}\n"
    )
}

fn body(text: &str, reason: &str) -> Value {
    json!({ "text": text, "reason": reason })
}

async fn keep(operate: &Operate, text: &str, reason: &str) -> i64 {
    let saved = operate.ada.put("/routing", body(text, reason), None).await.is(200);
    saved["version"].as_i64().unwrap()
}

async fn shown(operate: &Operate) -> Value {
    operate.ada.get("/routing").await.is(200)
}

async fn told(operate: &Operate, receiver: &Receiver, path: &str, count: usize) {
    operate
        .until("the receiver is told", async || {
            (receiver.calls_to(path).len() >= count).then_some(())
        })
        .await;
}

async fn what_is_kept_is_in_force_at_once_and_after_a_restart(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    let before = shown(&operate).await;
    let states = (&before["kept"], &before["version"], &before["may_change"]);
    assert_eq!(states, (&json!("none"), &json!(0), &json!(true)));
    operate.fires("Early", "warning", ("service", "orders")).await;
    keep(&operate, &text(&receiver.url), "tell somebody").await;
    let path = format!("/{TOKEN}");
    told(&operate, &receiver, &path, 1).await;
    let now = shown(&operate).await;
    assert_eq!((&now["kept"], &now["version"]), (&json!("product"), &json!(1)), "{now}");
    assert_eq!(now["receivers"][0]["ways"], json!(["webhook"]));
    let operate = operate.restart(Duration::from_secs(60)).await;
    operate.fires("Late", "warning", ("service", "orders")).await;
    told(&operate, &receiver, &path, 2).await;
    operate.end().await;
}

async fn a_wrong_text_changes_nothing_and_names_each_line(place: Place) {
    let operate = Operate::start(&place).await;
    let good = text("http://127.0.0.1:9");
    keep(&operate, &good, "begin").await;
    let wrong = "route:\n  receivr: ops\nreceivers:\n- name: ops\n  webhook_configs:\n  \
                 - url_file: /etc/shadow\n";
    let refused = operate.ada.put("/routing", body(wrong, "try"), None).await.problem(422);
    assert_eq!(refused["errors"][0]["line"], 6, "{refused}");
    assert_eq!(refused["errors"][0]["field"], "receivers[0].webhook_configs[0].url_file");
    let wrong = wrong.replace("url_file: /etc/shadow", "url: http://x");
    let refused = operate.ada.put("/routing", body(&wrong, "try"), None).await.problem(422);
    assert_eq!(refused["errors"][0]["line"], 2, "{refused}");
    assert!(refused["remedy"].as_str().unwrap().contains("receiver"), "{refused}");
    let templates = json!([{ "name": "ours.tmpl", "text": "{{ define \"x\" }}\n{{ .A" }]);
    let asked = json!({ "text": good, "templates": templates, "reason": "try" });
    let refused = operate.ada.put("/routing", asked, None).await.problem(422);
    assert_eq!(refused["errors"][0]["file"], "ours.tmpl", "{refused}");
    let nobody = operate.ada.put("/routing", body(&good, " "), None).await.problem(422);
    assert_eq!(nobody["field"], "reason");
    assert_eq!(shown(&operate).await["version"], 1);
    let stale = operate.ada.put("/routing", body(&good, "late"), Some("0")).await.problem(412);
    assert_eq!(stale["type"], "stale");
    let check = json!({ "text": wrong });
    let checked = operate.ada.post("/routing/check", check).await.is(200);
    assert_eq!(checked["errors"][0]["line"], 2);
    operate.end().await;
}

/// Everything that the database holds, as text.
async fn everything_stored(operate: &Operate) -> String {
    let mut conn = operate.db.reader().await.unwrap();
    let mut all = String::new();
    for relation in spine::db::tables(&mut conn).await.unwrap() {
        spine::db::copy_out::<Fault>(&mut conn, &relation, |row| {
            all.push_str(&format!("{row:?}\n"));
            Ok(())
        })
        .await
        .unwrap();
    }
    all
}

async fn no_secret_is_stored_shown_or_journalled(place: Place) {
    let operate = Operate::start(&place).await;
    let commented = format!("{}  # url: http://old/{TOKEN}\n", text("http://127.0.0.1:9"));
    keep(&operate, &commented, "begin").await;
    let refused = format!("{commented}oops");
    let told = operate.ada.put("/routing", body(&refused, "x"), None).await;
    assert!(!told.text.contains(TOKEN), "{}", told.text);
    let stored = everything_stored(&operate).await;
    assert!(stored.contains("<secret>") && !stored.contains(TOKEN));
    for path in ["/routing", "/routing/versions", "/routing/versions/1", "/journal?limit=500"] {
        let answer = operate.ada.get(path).await;
        assert!(!answer.text.contains(TOKEN), "{path} tells it");
    }
    let now = shown(&operate).await;
    let text = now["text"].as_str().unwrap();
    assert!(text.starts_with("# Who is told.") && text.contains("- url: <secret>"), "{text}");
    operate.end().await;
}

async fn a_secret_stays_when_it_is_left_as_it_is(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    keep(&operate, &text(&receiver.url), "begin").await;
    let shown = shown(&operate).await["text"].as_str().unwrap().to_owned();
    let changed = shown.replace("[alertname]", "[alertname, severity]");
    assert_eq!(keep(&operate, &changed, "group otherwise").await, 2);
    operate.fires("Slow", "warning", ("service", "orders")).await;
    told(&operate, &receiver, &format!("/{TOKEN}"), 1).await;
    let other = shown.replace("name: ops", "name: night\n- name: ops");
    let other = other.replace("night\n", "night\n  slack_configs: [{api_url: <secret>}]\n");
    let refused = operate.ada.put("/routing", body(&other, "x"), None).await.problem(422);
    let field = "receivers[0].slack_configs[0].api_url";
    assert_eq!(
        (&refused["errors"][0]["line"], &refused["errors"][0]["field"]),
        (&json!(5), &json!(field)),
        "{refused}"
    );
    operate.end().await;
}

async fn an_earlier_version_is_taken_back_with_its_secrets(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&shop(&receiver.url)).await;
    keep(&operate, &text(&receiver.url), "begin").await;
    keep(&operate, &text(&receiver.url).replace(TOKEN, "other"), "another token").await;
    let second = operate.ada.get("/routing/versions/2").await.is(200);
    assert_eq!(second["secrets_changed"], json!(["ops: webhook_configs[0].url"]), "{second}");
    assert_eq!(second["diff"], json!([]), "only a secret changed");
    let path = "/routing/versions/1/take-back";
    let why = json!({ "reason": "it was right" });
    let saved = operate.ada.post(path, why.clone()).await.is(200);
    assert_eq!((&saved["version"], &saved["changed"]), (&json!(3), &json!(true)));
    operate.fires("Slow", "warning", ("service", "orders")).await;
    told(&operate, &receiver, &format!("/{TOKEN}"), 1).await;
    let history = operate.ada.list("/routing/versions").await;
    let rows: Vec<(i64, &str, &str)> = history
        .iter()
        .map(|row| {
            let word = |name: &str| row[name].as_str().unwrap();
            (row["version"].as_i64().unwrap(), word("actor"), word("reason"))
        })
        .collect();
    let ada = "person:ada";
    let all = [(3, ada, "it was right"), (2, ada, "another token"), (1, ada, "begin")];
    assert_eq!(rows, all);
    assert_eq!(history[0]["taken_back"], 1);
    operate.ada.post("/routing/versions/9/take-back", why).await.problem(404);
    operate.end().await;
}

async fn the_same_text_again_makes_no_version(place: Place) {
    let operate = Operate::start(&place).await;
    let text = text("http://127.0.0.1:9");
    keep(&operate, &text, "begin").await;
    for again in [text, shown(&operate).await["text"].as_str().unwrap().to_owned()] {
        let saved = operate.ada.put("/routing", body(&again, "again"), None).await.is(200);
        assert_eq!(saved, json!({ "version": 1, "changed": false }));
    }
    operate.end().await;
}

async fn private_networks_are_called_only_as_far_as_webhooks_may(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| config.webhook.allow.clear()).await;
    let mail = "  email_configs: [{to: a@b.example, from: c@d.example, smarthost: 'localhost:9', \
                require_tls: false}]\n";
    keep(&operate, &format!("{}{mail}", text(&receiver.url)), "begin").await;
    operate.fires("Slow", "warning", ("service", "orders")).await;
    let sql = "SELECT COUNT(*) AS n FROM outbox WHERE state = 'dead' AND channel = 'notification'";
    operate.until("both are refused", async || (operate.count(sql).await == 2).then_some(())).await;
    let dead = operate.ada.get("/outbox?state=dead").await.text;
    assert_eq!(dead.matches("is in a private network").count(), 2, "{dead}");
    assert_eq!(receiver.calls().len(), 0);
    operate.end().await;
}

async fn a_file_wins_and_is_changed_where_it_is(place: Place) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alertmanager.yml");
    std::fs::write(&file, text("http://127.0.0.1:9")).unwrap();
    let operate = Operate::with(&place, |config| config.routing.file = Some(file)).await;
    let now = shown(&operate).await;
    assert_eq!((&now["kept"], &now["may_change"]), (&json!("file"), &json!(false)));
    let text = text("http://127.0.0.1:9");
    let refused = operate.ada.put("/routing", body(&text, "x"), None).await.problem(409);
    assert!(refused["remedy"].as_str().unwrap().contains("routing.file"), "{refused}");
    assert_eq!(operate.ada.list("/routing/versions").await.len(), 0);
    operate.end().await;
}

async fn the_routing_of_another_space_is_neither_shown_nor_in_force(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    keep(&operate, &text(&receiver.url), "theirs").await;
    let operate = operate
        .restart_after(async |db| {
            db.write::<_, Fault, _>(|tx| {
                Box::pin(async move {
                    let sql = "UPDATE routing_version SET space_id = $1";
                    tx.run(sql, params!["elsewhere"]).await
                })
            })
            .await
            .unwrap();
        })
        .await;
    let now = shown(&operate).await;
    assert_eq!((&now["kept"], &now["configured"]), (&json!("none"), &json!(false)));
    assert_eq!(operate.ada.list("/routing/versions").await.len(), 0);
    operate.ada.get("/routing/versions/1").await.problem(404);
    let hidden = shown(&operate).await["text"].as_str().unwrap().to_owned();
    assert_eq!(hidden, "");
    // Nor is a secret of theirs filled in.
    let theirs = "route: {receiver: ops}\nreceivers:\n- name: ops\n  webhook_configs:\n  \
                  - url: <secret>\n";
    operate.ada.put("/routing", body(theirs, "x"), None).await.problem(422);
    operate.fires("Slow", "warning", ("service", "orders")).await;
    operate.settled().await;
    assert_eq!(receiver.calls().len(), 0);
    operate.end().await;
}

async fn secrets_of_another_key_file_are_asked_for_again(place: Place) {
    let operate = Operate::start(&place).await;
    keep(&operate, &text("http://127.0.0.1:9"), "begin").await;
    let operate = operate
        .restart_after(async |db| {
            db.write::<_, Fault, _>(|tx| {
                Box::pin(async move {
                    let sql = "UPDATE routing_version SET sealed = $1";
                    tx.run(sql, params!["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]).await
                })
            })
            .await
            .unwrap();
        })
        .await;
    let now = shown(&operate).await;
    assert_eq!(now["configured"], false);
    assert!(now["trouble"].as_str().unwrap().contains("do not open"), "{now}");
    let same = now["text"].as_str().unwrap();
    let refused = operate.ada.put("/routing", body(same, "x"), None).await.problem(422);
    assert!(refused["detail"].as_str().unwrap().contains("do not open"), "{refused}");
    keep(&operate, &text("http://127.0.0.1:9"), "written again").await;
    let mended = shown(&operate).await;
    assert_eq!((&mended["configured"], &mended["trouble"]), (&json!(true), &Value::Null));
    operate.end().await;
}

async fn what_is_in_force_stays_when_a_newer_version_cannot_be_opened(place: Place) {
    let operate = Operate::start(&place).await;
    keep(&operate, &text("http://127.0.0.1:9"), "begin").await;
    let app = operate.app();
    let newer = app.db.write::<_, Fault, _>(|tx| {
        Box::pin(async move {
            let sql = "UPDATE routing_version SET version = 2, sealed = $1";
            tx.run(sql, params!["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]).await
        })
    });
    newer.await.unwrap();
    app.routing.follow(&app.db, &app.keys).await.unwrap();
    let now = shown(&operate).await;
    assert_eq!(now["configured"], true, "people are told as before: {now}");
    assert!(now["trouble"].as_str().unwrap().contains("do not open"), "{now}");
    operate.end().await;
}

async fn what_one_node_keeps_is_in_force_on_the_other(place: Place) {
    let receiver = Receiver::start().await;
    let first = Operate::start(&place).await;
    let second = first.beside(1 << 50).await;
    keep(&first, &text(&receiver.url), "begin").await;
    let clocks = [first.world.clock.clone(), second.clock.clone()];
    let in_force = async || {
        let now = second.ada.get("/routing").await.is(200);
        (now["configured"] == true).then_some(now)
    };
    let now = until(&clocks, "the other node follows", in_force).await;
    assert_eq!(now["version"], 1);
    drop(second);
    first.end().await;
}
