//! Layers of schedules whose shifts come from a calendar elsewhere.

use std::time::Duration;

use serde_json::{Value, json};
use spine::testing::Place;

use crate::leave::Publisher;
use crate::schedules::{name, rota};
use crate::shifts::{linked, unlinked};
use crate::world::{Operate, Receiver, alert, conversations};

conversations!(
    a_layer_has_whom_its_calendar_names_and_tells_whom_nobody_knows,
    a_calendar_that_cannot_be_read_leaves_what_it_said_and_shows_its_age,
    a_page_that_rings_follows_the_calendar,
);

const QUARTER: Duration = Duration::from_secs(15 * 60 + 30);

/// The shop, and a desk whose only layer is read from a calendar.
async fn desk(place: &Place, events: &[&str]) -> (Operate, Publisher, Receiver) {
    let (receiver, publisher) = (Receiver::start().await, Publisher::start(events).await);
    let operate = Operate::start(place).await;
    let desk = format!(
        "---
{{apiVersion: operate/v1, kind: Schedule, metadata: {{name: desk, title: Desk}}, spec: {{
  team: shop, timeZone: UTC, coverCalendar: always,
  layers: [{{name: ops, calendar: {{url: \"{}/ops.ics\"}}}}]}}}}
",
        publisher.url
    );
    operate.apply(&(rota(&receiver.url) + &desk)).await;
    operate.pass(Duration::from_secs(16)).await;
    let read = async || schedule(&operate).await["turns"][0].is_object().then_some(());
    operate.until("it is read", read).await;
    (operate, publisher, receiver)
}

async fn schedule(operate: &Operate) -> Value {
    let window = "from=2026-03-04T00:00:00Z&until=2026-03-08T00:00:00Z";
    operate.ada.get(&format!("/schedules/desk?{window}")).await.is(200)
}

async fn calendar(operate: &Operate) -> Value {
    schedule(operate).await["calendars"][0].clone()
}

/// Who has which turns, from when on.
async fn turns(operate: &Operate) -> Vec<String> {
    let turns = schedule(operate).await["turns"].as_array().expect("a list").clone();
    let told = |turn: &Value| {
        format!("{} {}", turn["from"].as_str().expect("a time"), name(&turn["person"]))
    };
    turns.iter().map(told).collect()
}

const ADA: &str = "SUMMARY:On Call - ada@example.org - Desk\r\n\
                   DTSTART:20260305T000000Z\r\nDTEND:20260306T000000Z";
const ZOE: &str = "SUMMARY:Zoe\r\nDTSTART:20260306T000000Z\r\nDTEND:20260307T000000Z";

async fn a_layer_has_whom_its_calendar_names_and_tells_whom_nobody_knows(place: Place) {
    let (operate, publisher, _receiver) = desk(&place, &[ADA, ZOE]).await;
    let shown = schedule(&operate).await;
    assert_eq!(turns(&operate).await, ["2026-03-05T00:00:00Z ada"]);
    assert_eq!(shown["turns"][0]["why"], "by the calendar of layer ops");
    let gaps: Vec<&Value> =
        shown["gaps"].as_array().expect("a list").iter().map(|gap| &gap["until"]).collect();
    assert_eq!(gaps, ["2026-03-05T00:00:00Z", "2026-03-08T00:00:00Z"]);
    let read = calendar(&operate).await;
    assert_eq!((&read["layer"], &read["shifts"]), (&json!("ops"), &json!(1)));
    let left = &read["left_out"][0];
    assert_eq!((&left["says"], &left["from"]), (&json!("Zoe"), &json!("2026-03-06T00:00:00Z")));
    assert!(left["why"].as_str().expect("why").contains("add the person"), "{left}");
    assert!(!read.to_string().contains("127.0.0.1"), "{read}");

    // Whoever it names takes turns: they are shown it, may take a shift, and stand aside for
    // others.
    let bob = linked(&operate, "bob", "responder").await;
    let shifts = async || bob.get("/people/bob/shifts").await.is(200)["shifts"].to_string();
    assert!(!shifts().await.contains("schedule/desk"));
    let of_bob = ZOE.replace("Zoe", "bob");
    publisher.says(&[ADA, &of_bob]);
    operate.pass(QUARTER).await;
    let both = ["2026-03-05T00:00:00Z ada", "2026-03-06T00:00:00Z bob"];
    operate.until("bob has it", async || (turns(&operate).await == both).then_some(())).await;
    assert!(shifts().await.contains("schedule/desk"));
    let item = operate.ada.get("/estate/items/schedule/desk").await.is(200).to_string();
    assert!(item.contains("The calendar of layer ops says something else"), "{item}");
    let away = json!({"from": "2026-03-06T00:00:00Z", "until": "2026-03-06T12:00:00Z"});
    let hit = bob.post("/people/bob/away", away).await.is(200);
    assert!(hit["shifts"].to_string().contains("schedule/desk"), "{hit}");
    let late = ["2026-03-05T00:00:00Z ada", "2026-03-06T12:00:00Z bob"];
    assert_eq!(turns(&operate).await, late, "nobody takes turns with him");
    operate.end().await;
}

async fn a_calendar_that_cannot_be_read_leaves_what_it_said_and_shows_its_age(place: Place) {
    let (operate, publisher, _receiver) = desk(&place, &[ADA]).await;
    let before = calendar(&operate).await;
    let read = "/schedules/desk/calendars/ops/read";
    unlinked(&operate).await.post(read, json!({})).await.problem(403);
    operate.ada.post("/schedules/desk/calendars/none/read", json!({})).await.problem(404);
    publisher.fails(503);
    operate.pass(Duration::from_secs(60)).await;
    let failing = operate.ada.post(read, json!({})).await.is(200);
    assert!(failing["failure"].as_str().expect("why").contains("answers 503"), "{failing}");
    assert_eq!(failing["read_at"], before["read_at"]);
    assert!(failing["failing_since"].is_string());
    assert_eq!(turns(&operate).await, ["2026-03-05T00:00:00Z ada"]);
    // It is tried again sooner than it would be read again.
    publisher.says(&[]);
    operate.pass(Duration::from_secs(90)).await;
    let well = async || turns(&operate).await.is_empty().then_some(());
    operate.until("it is read again", well).await;
    assert_eq!(calendar(&operate).await["failure"], Value::Null);
    operate.end().await;
}

async fn a_page_that_rings_follows_the_calendar(place: Place) {
    let whole = |name: &str| {
        format!("SUMMARY:{name}\r\nDTSTART:20260228T000000Z\r\nDTEND:20260402T000000Z")
    };
    let (operate, publisher, receiver) = desk(&place, &[&whole("bob")]).await;
    let steps = json!({"apiVersion": "operate/v1", "kind": "EscalationPolicy",
                       "metadata": {"name": "shop"},
                       "spec": {"steps": [{"contacts": ["schedule/desk"], "wait": "30m"}]}});
    operate.apply(&steps.to_string()).await;
    let mut fires = alert("Down", "critical", ("service", "orders"));
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    let called =
        || -> Vec<String> { receiver.calls().iter().map(|call| call.path.clone()).collect() };
    operate.until("bob is called", async || (called() == ["/bob"]).then_some(())).await;
    publisher.says(&[&whole("ada")]);
    operate.ada.post("/schedules/desk/calendars/ops/read", json!({})).await.is(200);
    operate.settled().await;
    operate.until("ada is called", async || (called() == ["/bob", "/ada"]).then_some(())).await;
    operate.end().await;
}
