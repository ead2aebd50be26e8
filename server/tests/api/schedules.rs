//! Who is on call by schedules: turns, take-overs, absences, cover, and pages that follow.

use std::time::Duration;

use kernel::Time;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::shifts::linked;
use crate::world::{Operate, Receiver, alert, conversations, shop};

conversations!(
    whoever_is_on_call_when_a_step_comes_is_called,
    a_sick_note_at_night_moves_the_open_page_and_the_shifts_and_leaves_no_gap,
    what_somebody_took_who_falls_ill_rings_again,
    whoever_takes_a_gap_is_called_for_what_found_nobody,
    a_takeover_stays_when_the_files_are_applied_again,
    what_was_taken_over_or_entered_is_taken_back_and_what_is_over_stays,
    hours_of_a_contract_that_nobody_covers_are_named,
    whoever_is_away_takes_over_nothing_and_hears_why,
    a_stretch_that_is_too_long_is_named_whole_with_its_time,
    only_the_team_changes_who_is_on_call,
    a_team_edits_its_own_schedule_and_gives_it_to_no_other,
    whoever_takes_turns_takes_a_shift_for_themselves,
);

/// The shop, whose policy calls whoever is on call. The tests begin on a Sunday at noon in UTC.
pub fn rota(hook: &str) -> String {
    let of_shop = "metadata: {name: shop},\n spec: {steps: [{contacts: [bob], wait: 5m}, \
                   {contacts: [ada], wait: 10m}]}}";
    let text = shop(hook);
    assert!(text.contains(of_shop), "{text}");
    let steps = "metadata: {name: shop},\n spec: {steps: [{contacts: [schedule/shop], wait: 5m}, \
                 {contacts: [schedule/shop], wait: 10m}]}}";
    text.replace(of_shop, steps)
        + "---
{apiVersion: operate/v1, kind: Calendar, metadata: {name: always},
 spec: {timeZone: UTC, always: true}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: shop, title: Shop on call}, spec: {
  team: shop, timeZone: UTC, coverCalendar: always, layers: [{name: first, rotations: [
    {start: 2026-01-01T12:00, every: 1d, people: [bob, ada]}]}]}}
"
}

async fn rings(operate: &Operate, receiver: &Receiver) {
    operate.apply(&rota(&receiver.url)).await;
    fires(operate).await;
}

async fn fires(operate: &Operate) {
    let mut fires = alert("Down", "critical", ("service", "orders"));
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
}

fn called(receiver: &Receiver) -> Vec<String> {
    receiver.calls().iter().map(|call| call.path.clone()).collect()
}

pub async fn on_call(operate: &Operate) -> Value {
    operate.ada.list("/schedules").await.remove(0)
}

const PASSWORD: &str = "correct horse battery";

/// The name of a person's reference.
pub fn name(person: &Value) -> &str {
    person.as_str().unwrap().trim_start_matches("person/")
}

async fn whoever_is_on_call_when_a_step_comes_is_called(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    // Shortly before noon, so that people hand over while the page rings.
    operate.pass(Duration::from_secs(86_400 - 180)).await;
    let first = on_call(&operate).await;
    let (now, next) = (name(&first["now"]["person"]), name(&first["next"]["person"]));
    assert_ne!(now, next);
    assert_eq!(first["now"]["why"], "turn in layer first");
    rings(&operate, &receiver).await;
    assert_eq!(called(&receiver), [format!("/{now}")]);
    operate.pass(Duration::from_secs(305)).await;
    // At the hand-over, and perhaps once more when the step is over.
    let both = async || {
        let both = [format!("/{now}"), format!("/{next}")];
        called(&receiver).starts_with(&both).then_some(())
    };
    operate.until("the next shift is called", both).await;
    operate.end().await;
}

async fn a_sick_note_at_night_moves_the_open_page_and_the_shifts_and_leaves_no_gap(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    operate.pass(Duration::from_secs(14 * 3600)).await;
    rings(&operate, &receiver).await;
    let now = on_call(&operate).await;
    let (ill, other) = (name(&now["now"]["person"]), name(&now["next"]["person"]));
    assert_eq!(called(&receiver), [format!("/{ill}")]);

    let note = json!({"type": "sickness"});
    let answer = operate.ada.post(&format!("/people/{ill}/away"), note).await.is(200);
    let shifts = answer["shifts"].as_array().unwrap();
    assert!(shifts.len() > 20, "every second day of eight weeks: {shifts:?}");
    assert!(shifts.iter().all(|shift| name(&shift["person"]) == other), "{shifts:?}");
    let both =
        async || (called(&receiver) == [format!("/{ill}"), format!("/{other}")]).then_some(());
    operate.until("the open page moves", both).await;
    let line = on_call(&operate).await;
    assert_eq!(name(&line["now"]["person"]), other);
    assert_eq!(line["now"]["why"], format!("stands in for {ill}, who is away, in layer first"));
    assert_eq!(line["uncovered_minutes"], 0);
    let timeline = operate.ada.list("/incidents/1/timeline").await;
    let told = |entry: &Value| entry["title"].as_str().unwrap_or_default().contains("instead of");
    assert!(timeline.iter().any(told), "{timeline:#?}");

    operate.ada.post(&format!("/people/{ill}/back"), json!({})).await.is(204);
    assert_eq!(name(&on_call(&operate).await["now"]["person"]), ill);
    let back = operate.ada.post(&format!("/people/{ill}/back"), json!({})).await;
    assert!(back.problem(422)["detail"].as_str().unwrap().contains("is not away"));

    for person in [ill, other] {
        operate.ada.post(&format!("/people/{person}/away"), json!({})).await.is(200);
    }
    let line = on_call(&operate).await;
    assert_eq!(line["now"], Value::Null);
    assert!(line["uncovered_minutes"].as_i64().unwrap() > 55 * 1430, "{line}");
    operate.end().await;
}

async fn what_somebody_took_who_falls_ill_rings_again(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    rings(&operate, &receiver).await;
    let now = on_call(&operate).await;
    let (ill, other) = (name(&now["now"]["person"]), name(&now["next"]["person"]));
    let link = format!("{}{}", operate.ada.base(), receiver.calls()[0].link());
    operate.ada.send(reqwest::Client::new().post(&link)).await;
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["assignee"], format!("person/{ill}"));

    operate.pass(Duration::from_secs(60)).await;
    operate.ada.post(&format!("/people/{other}/away"), json!({"type": "leave"})).await.is(200);
    operate.settled().await;
    assert_eq!(called(&receiver), [format!("/{ill}")], "whoever is on leave has nothing of it");
    operate.ada.post(&format!("/people/{other}/back"), json!({})).await.is(204);
    operate.ada.post(&format!("/people/{ill}/away"), json!({"type": "sickness"})).await.is(200);
    let both =
        async || (called(&receiver) == [format!("/{ill}"), format!("/{other}")]).then_some(());
    operate.until("the other one is called", both).await;
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["acknowledged_by"], Value::Null);
    let link = format!("{}{}", operate.ada.base(), receiver.calls()[1].link());
    operate.ada.send(reqwest::Client::new().post(&link)).await;
    operate.settled().await;
    let incident = operate.ada.get("/incidents/1").await.is(200);
    assert_eq!(incident["assignee"], format!("person/{other}"), "it is theirs now");
    operate.end().await;
}

async fn whoever_takes_a_gap_is_called_for_what_found_nobody(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let later = rota(&receiver.url).replace("2026-01-01T12:00", "2026-06-01T12:00");
    operate.apply(&later).await;
    fires(&operate).await;
    let page = async || operate.ada.list("/incidents/1/pages").await.remove(0);
    assert_eq!(page().await["stage"], "exhausted");
    assert_ne!(page().await["next_step_at"], Value::Null, "it looks again");
    let timeline = operate.ada.get("/incidents/1/timeline").await.is(200).to_string();
    assert!(timeline.contains("Nobody can be called"), "{timeline}");
    operate.pass(Duration::from_secs(3600)).await;
    operate.settled().await;
    assert_eq!(called(&receiver), [""; 0]);

    let (from, until) = (operate.world.now(), operate.world.now() + Duration::from_secs(3600));
    let takeover = json!({"from": from, "until": until, "person": "person/bob", "reason": "x"});
    operate.ada.post("/schedules/shop/overrides", takeover).await.is(200);
    // That nobody is on call is an incident of its own, for which he is called, too.
    let rings = async || (page().await["stage"] == "ringing").then_some(());
    operate.until("it rings", rings).await;
    operate.settled().await;
    assert_eq!(page().await["calls"][0]["contact"], "person/bob");
    assert!(called(&receiver).iter().all(|path| path == "/bob") && !called(&receiver).is_empty());
    operate.end().await;
}

async fn a_takeover_stays_when_the_files_are_applied_again(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let line = on_call(&operate).await;
    let other = name(&line["next"]["person"]);
    let (from, until) = (operate.world.now(), operate.world.now() + Duration::from_secs(3600));
    let takeover = json!({"from": from, "until": until, "person": format!("person/{other}"),
                          "reason": "a dentist"});
    let shown = operate.ada.post("/schedules/shop/overrides", takeover).await.is(200);
    assert_eq!(name(&shown["turns"][0]["person"]), other);
    assert_eq!(shown["overrides"][0]["reason"], "a dentist");
    operate.apply(&rota(&receiver.url)).await;
    assert_eq!(name(&on_call(&operate).await["now"]["person"]), other);
    operate.pass(Duration::from_secs(3601)).await;
    assert_ne!(name(&on_call(&operate).await["now"]["person"]), other);

    let backwards = json!({"from": until, "until": from, "person": "person/bob"});
    operate.ada.post("/schedules/shop/overrides", backwards).await.problem(422);
    let past = json!({"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z",
                      "person": "bob"});
    let past = operate.ada.post("/schedules/shop/overrides", past).await.problem(422);
    assert_eq!(past["field"], "until", "written as in files, and over: {past}");
    let nobody = json!({"from": from, "until": until, "person": "person/nobody"});
    operate.ada.post("/schedules/shop/overrides", nobody).await.problem(422);
    operate.ada.get("/schedules/none").await.problem(404);
    let long = "/schedules/shop?from=2026-01-01T00:00:00Z&until=2028-01-01T00:00:00Z";
    operate.ada.get(long).await.problem(422);
    operate.end().await;
}

async fn what_was_taken_over_or_entered_is_taken_back_and_what_is_over_stays(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let line = on_call(&operate).await;
    let (own, other) = (name(&line["now"]["person"]), name(&line["next"]["person"]));
    let hours = |count: u64| Duration::from_secs(count * 3600);
    let began = operate.world.now();
    let take = async |from: u64, until: u64, reason: &str| {
        let person = format!("person/{other}");
        let asked = json!({"from": began + hours(from), "until": began + hours(until),
                           "person": person, "reason": reason});
        let shown = operate.ada.post("/schedules/shop/overrides", asked).await.is(200);
        let item = shown["overrides"][0]["item"].as_str().unwrap().to_owned();
        item.replace("shiftoverride/", "/schedules/shop/overrides/")
    };
    let (over, running) = (take(0, 1, "early").await, take(2, 5, "a dentist").await);
    let to_come = take(6, 7, "late").await;
    operate.pass(hours(3)).await;
    assert_eq!(on_call(&operate).await["now"]["why"], "override: a dentist");

    for back in [&running, &to_come] {
        operate.ada.delete(back).await.is(204);
    }
    assert_eq!(name(&on_call(&operate).await["now"]["person"]), own);
    let refused = operate.ada.delete(&over).await;
    assert!(refused.problem(422)["detail"].as_str().unwrap().contains("was over at"));
    operate.ada.delete(&to_come).await.problem(404);
    let shown = operate.ada.get(&format!("/schedules/shop?from={began}")).await.is(200);
    let mut ends: Vec<Time> = shown["overrides"]
        .as_array()
        .unwrap()
        .iter()
        .map(|made| Time::parse(made["until"].as_str().unwrap()).unwrap())
        .collect();
    ends.sort();
    assert_eq!(ends[0], began + hours(1));
    assert!(ends[1] >= began + hours(3) && ends[1] <= operate.world.now(), "{ends:?}");
    assert_eq!(ends.len(), 2, "what was to come is gone");

    let leave = json!({"type": "leave", "from": began + hours(4), "until": began + hours(9)});
    let made = operate.ada.post(&format!("/people/{own}/away"), leave).await.is(200);
    let absence = made["absence"].as_str().unwrap().replace("absence/", "");
    operate.ada.delete(&format!("/people/{other}/away/{absence}")).await.problem(404);
    operate.ada.delete(&format!("/people/{own}/away/{absence}")).await.is(204);
    let shifts = operate.ada.get(&format!("/people/{own}/shifts")).await.is(200);
    assert_eq!(shifts["away"], json!([]));
    operate.pass(hours(2)).await;
    assert_eq!(name(&on_call(&operate).await["now"]["person"]), own);
    operate.end().await;
}

async fn hours_of_a_contract_that_nobody_covers_are_named(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let contract = "---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: buying}, spec: {type: sla,
  provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: 2026-01-01T00:00:00Z, terms: [{clocks: [{clock: respond, targets: {P1: 15m}}]}]}}
";
    let by_day = rota(&receiver.url)
        .replace(
            "{name: first,",
            "{name: first, hours: [{days: DAYS, from: '08:00', until: '20:00'}],",
        )
        .replace("DAYS", "[mon, tue, wed, thu, fri, sat, sun]")
        .replace("coverCalendar: always, ", "");
    operate.apply(&(by_day + contract)).await;
    let shown = operate.ada.get("/schedules/shop").await.is(200);
    let gaps = shown["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 28, "one for each night of four weeks");
    assert_eq!(gaps[0]["asked_by"], "servicecontract/buying");
    assert!(gaps[0]["from"].as_str().unwrap().ends_with("T20:00:00Z"), "{}", gaps[0]);
    // From now until a midnight: every night but what is over of the first day.
    let minutes = on_call(&operate).await["uncovered_minutes"].as_i64().unwrap();
    assert!((55 * 720..=56 * 720).contains(&minutes), "{minutes}");
    assert_eq!(shown["shares"].as_array().unwrap().len(), 2);
    operate.end().await;
}

async fn whoever_is_away_takes_over_nothing_and_hears_why(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let line = on_call(&operate).await;
    let other = name(&line["next"]["person"]);
    let now = operate.world.now();
    let hours = |hours: u64| now + Duration::from_secs(hours * 3600);
    let leave = json!({"from": hours(2), "until": hours(4)});
    operate.ada.post(&format!("/people/{other}/away"), leave).await.is(200);
    let takeover =
        |from, until| json!({"from": from, "until": until, "person": format!("person/{other}")});
    let refused = operate.ada.post("/schedules/shop/overrides", takeover(now, hours(3))).await;
    let why = refused.problem(422)["detail"].as_str().unwrap().to_owned();
    assert!(why.contains(&format!("{other} is away from")), "{why}");
    let shown = operate.ada.get("/schedules/shop").await.is(200);
    assert_eq!(shown["overrides"], json!([]), "nothing was written");
    operate.ada.post("/schedules/shop/overrides", takeover(now, hours(2))).await.is(200);
    assert_eq!(name(&on_call(&operate).await["now"]["person"]), other);
    operate.end().await;
}

async fn a_stretch_that_is_too_long_is_named_whole_with_its_time(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let strict = rota(&receiver.url)
        .replace("team: shop, timeZone", "limits: {stretch: 20h}, team: shop, timeZone");
    assert!(strict.contains("limits"));
    operate.apply(&strict).await;
    let from = operate.world.now() + Duration::from_secs(3600);
    let until = from + Duration::from_secs(3600);
    let shown =
        operate.ada.get(&format!("/schedules/shop?from={from}&until={until}")).await.is(200);
    let breaches = shown["breaches"].as_array().unwrap();
    assert_eq!(breaches.len(), 1, "an hour of one stretch of a day: {breaches:?}");
    assert_eq!(
        (&breaches[0]["limit"], &breaches[0]["seconds"]),
        (&json!("stretch"), &json!(86_400))
    );
    assert!(breaches[0]["from"].as_str().unwrap().ends_with("T12:00:00Z"), "{breaches:?}");
    operate.end().await;
}

async fn only_the_team_changes_who_is_on_call(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let account = |name: &str, role: &str, teams: &[&str]| {
        json!({"name": name, "role": role, "password": PASSWORD, "display_name": name,
               "scoped": name == "dan", "teams": teams})
    };
    operate.ada.post("/accounts", account("eve", "viewer", &[])).await.is(201);
    operate.ada.post("/accounts", account("tom", "responder", &[])).await.is(201);
    operate.ada.post("/accounts", account("dan", "responder", &["team/data"])).await.is(201);
    operate.ada.post("/accounts", account("sam", "responder", &["team/shop"])).await.is(201);
    let from = operate.world.now();
    let takeover =
        json!({"from": from, "until": from + Duration::from_secs(60), "person": "person/bob"});
    for (name, why) in [("eve", "a responder"), ("dan", "team/shop"), ("tom", "team/shop")] {
        let stranger = operate.ada.of(name, PASSWORD).await;
        let refused = stranger.post("/schedules/shop/overrides", takeover.clone()).await;
        let detail = refused.problem(403)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(why), "{name}: {detail}");
        let shown = stranger.get("/schedules/shop").await.is(200);
        assert_eq!((&shown["may_change"], &shown["may_take"]), (&json!(false), &json!(false)));
        stranger.delete("/schedules/shop/overrides/any").await.problem(403);
        stranger.post("/people/bob/away", json!({})).await.problem(403);
        stranger.delete("/people/bob/away/any").await.problem(403);
        let item = "/estate/items/schedule/shop";
        stranger.post(&format!("{item}/take-over"), json!({})).await.problem(403);
        stranger.delete(item).await.problem(403);
        assert_eq!(stranger.get(item).await.is(200)["may_take_over"], false);
    }
    let sam = operate.ada.of("sam", PASSWORD).await;
    let shown = sam.post("/schedules/shop/overrides", takeover).await.is(200);
    assert_eq!((&shown["may_change"], &shown["may_take"]), (&json!(true), &json!(false)));
    assert_eq!(shown["overrides"][0]["may_take_back"], true);
    sam.post("/people/bob/away", json!({})).await.is(200);
    sam.post("/people/bob/back", json!({})).await.is(204);
    operate.end().await;
}

async fn a_team_edits_its_own_schedule_and_gives_it_to_no_other(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let account = json!({"name": "sam", "role": "responder", "password": PASSWORD,
                         "display_name": "Sam", "teams": ["team/shop"]});
    operate.ada.post("/accounts", account).await.is(201);
    let sam = operate.ada.of("sam", PASSWORD).await;
    let path = "/estate/items/schedule/shop";
    let item = sam.get(path).await.is(200);
    let document = |change: fn(&mut Value)| {
        let mut document = json!({"apiVersion": "operate/v1", "kind": "Schedule",
                                  "metadata": item["metadata"], "spec": item["spec"]});
        change(&mut document);
        document
    };
    let longer = document(|it| it["metadata"]["title"] = json!("Longer"));
    assert_eq!(sam.put(path, longer.clone(), None).await.problem(409)["type"], "kept_in_file");
    assert_eq!(sam.get("/schedules/shop").await.is(200)["kept_in"], "estate.yaml");
    sam.post(&format!("{path}/take-over"), json!({})).await.is(204);
    sam.put(path, longer, None).await.is(204);
    assert_eq!(sam.get("/schedules/shop").await.is(200)["kept_in"], Value::Null);
    let given = document(|it| it["spec"]["team"] = json!("data"));
    let refused = sam.put(path, given, None).await.problem(403);
    assert!(refused["detail"].as_str().unwrap().contains("team/data"), "{refused}");
    let nobodys = document(|it| it["spec"]["team"] = Value::Null);
    let refused = sam.put(path, nobodys, None).await.problem(403);
    assert!(refused["detail"].as_str().unwrap().contains("no team"), "{refused}");
    sam.delete("/estate/items/team/shop").await.problem(403);
    operate.end().await;
}

async fn whoever_takes_turns_takes_a_shift_for_themselves(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let bob = linked(&operate, "bob", "responder").await;
    let from = operate.world.now();
    let until = from + Duration::from_secs(60);
    let takeover = |person: &str| json!({"from": from, "until": until, "person": person});
    let shown = bob.get("/schedules/shop").await.is(200);
    assert_eq!((&shown["may_change"], &shown["may_take"]), (&json!(false), &json!(true)));
    bob.post("/schedules/shop/overrides", takeover("person/ada")).await.problem(403);
    let shown = bob.post("/schedules/shop/overrides", takeover("person/bob")).await.is(200);
    let made = shown["overrides"][0]["item"].as_str().unwrap().to_owned();
    let made = made.trim_start_matches("shiftoverride/");
    bob.delete(&format!("/schedules/shop/overrides/{made}")).await.is(204);
    bob.post("/people/ada/away", json!({})).await.problem(403);
    bob.post("/people/bob/away", json!({})).await.is(200);
    operate.end().await;
}
