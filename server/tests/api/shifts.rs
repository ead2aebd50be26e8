//! What surrounds shifts: one's own, and feeds for calendar programs.

use std::time::Duration;

use kernel::Time;
use reqwest::Method;
use serde_json::{Value, json};
use spine::testing::Place;

use crate::schedules::{name, on_call, rota};
use crate::world::{Client, Operate, Receiver, alert, conversations};

conversations!(
    everybody_sees_their_own_shifts_and_the_pages_that_call_them,
    a_feed_is_read_by_its_secret_address_until_it_is_replaced_or_revoked,
    a_feed_follows_what_is_changed_and_says_when_nothing_was,
    only_the_one_whose_it_is_has_a_feed_made,
    people_are_told_of_their_shifts_once_also_over_a_restart,
    what_happened_in_a_turn_is_handed_over_with_notes,
    hours_that_nobody_covers_raise_an_alert_until_somebody_does,
    hours_soon_that_nobody_covers_are_an_incident_of_the_team_of_the_schedule,
    a_contract_of_a_team_without_a_schedule_is_told,
    shifts_are_exchanged_when_the_other_agrees_and_not_before,
    an_offer_to_everybody_lapses_when_the_shift_is_no_longer_theirs,
    an_offer_is_answered_by_the_link_in_the_mail_without_signing_in,
);

const PASSWORD: &str = "correct horse battery";

/// Somebody with an account that is linked to a person of the estate.
pub async fn linked(operate: &Operate, person: &str, role: &str) -> Client {
    let account = json!({"name": person, "role": role, "password": PASSWORD,
                         "display_name": person, "scoped": false, "teams": [],
                         "person": format!("person/{person}")});
    if person != "ada" {
        operate.ada.post("/accounts", account).await.is(201);
        return operate.ada.of(person, PASSWORD).await;
    }
    let profile = json!({"display_name": "Ada", "role": "admin", "person": "person/ada"});
    operate.ada.put("/accounts/ada", profile, None).await.is(200);
    operate.ada.clone()
}

/// A responder who is no person of the estate.
pub async fn unlinked(operate: &Operate) -> Client {
    let account = json!({"name": "stranger", "role": "responder", "password": PASSWORD,
                         "display_name": "Stranger", "scoped": false, "teams": []});
    operate.ada.post("/accounts", account).await.is(201);
    operate.ada.of("stranger", PASSWORD).await
}

async fn everybody_sees_their_own_shifts_and_the_pages_that_call_them(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let stranger = operate.ada.get("/my/on-call").await.is(200);
    assert_eq!(stranger["person"], Value::Null, "not linked to a person");
    assert_eq!(stranger["next"], json!([]));
    let bob = linked(&operate, "bob", "responder").await;
    let ada = linked(&operate, "ada", "admin").await;

    let line = on_call(&operate).await;
    let now = name(&line["now"]["person"]).to_owned();
    let (own, other) = if now == "bob" { (&bob, &ada) } else { (&ada, &bob) };
    let mine = own.get("/my/on-call").await.is(200);
    assert_eq!(mine["now"][0]["schedule"], "schedule/shop");
    assert_eq!(mine["now"][0]["time_zone"], "UTC");
    assert_eq!(mine["next"].as_array().unwrap().len(), 27, "every second day: {mine}");
    let theirs = other.get("/my/on-call").await.is(200);
    assert_eq!(theirs["now"], json!([]));
    assert_eq!(theirs["pages"], json!([]));

    let mut fires = alert("Down", "critical", ("service", "orders"));
    fires["endsAt"] = json!(operate.world.now() + Duration::from_secs(7 * 86_400));
    operate.alerts(json!([fires])).await;
    operate.settled().await;
    let mine = own.get("/my/on-call").await.is(200);
    assert_eq!(mine["pages"][0]["rings"], true);
    assert_eq!(mine["pages"][0]["may_acknowledge"], true);
    assert_eq!(other.get("/my/on-call").await.is(200)["pages"], json!([]), "it calls {now}");
    let page = mine["pages"][0]["page"].as_str().unwrap().to_owned();
    let taken = json!({"command": "acknowledge"});
    own.post(&format!("/pages/{page}/commands"), taken).await.is(200);
    assert_eq!(own.get("/my/on-call").await.is(200)["pages"], json!([]), "it is answered");
    operate.end().await;
}

/// The path of a feed that was made.
fn path(made: &Value) -> String {
    let url = made["url"].as_str().unwrap();
    url[url.find("/feeds/").unwrap()..].to_owned()
}

async fn a_feed_is_read_by_its_secret_address_until_it_is_replaced_or_revoked(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let bob = linked(&operate, "bob", "viewer").await;
    assert_eq!(bob.get("/people/bob/feed").await.is(200)["feed"], Value::Null);
    let first = path(&bob.post("/people/bob/feed", json!({})).await.is(200));
    let ask = async |path: &str| bob.send(bob.bare(Method::GET, path)).await;

    let read = ask(&first).await;
    assert_eq!(read.kind, "text/calendar; charset=utf-8", "{}", read.text);
    let events = calendar::events(&read.text).unwrap();
    // Four weeks back and twenty-six ahead, every second day.
    assert!((104..=107).contains(&events.len()), "{}", events.len());
    assert!(events.iter().all(|event| event.summary == "On call: Shop on call"));
    assert!(read.text.contains("DESCRIPTION:turn in layer first\r\n"), "{}", read.text);
    let shown = bob.get("/people/bob/feed").await.is(200);
    assert!(shown["feed"]["used_at"].is_string(), "{shown}");
    assert!(!shown.to_string().contains("opf_"), "the secret is shown once");

    let wrong = first.replace("opf_", "opf-");
    ask(&wrong).await.problem(404);
    ask(&first.replace(".ics", "")).await.problem(404);
    ask("/feeds/none/opf_none.ics").await.problem(404);

    let second = path(&bob.post("/people/bob/feed", json!({})).await.is(200));
    ask(&first).await.problem(404);
    assert_eq!(ask(&second).await.status, 200);
    bob.delete("/people/bob/feed").await.is(204);
    ask(&second).await.problem(404);
    bob.delete("/people/bob/feed").await.problem(404);

    let team = path(&operate.ada.post("/schedules/shop/feed", json!({})).await.is(200));
    let whole = calendar::events(&ask(&team).await.text).unwrap();
    let names: Vec<&str> = whole.iter().take(2).map(|event| event.summary.as_str()).collect();
    assert_eq!(whole.len(), 2 * 105 + 1, "{}", whole.len());
    assert!(names.iter().all(|name| name.ends_with(": Shop on call")), "{names:?}");
    for _ in 0..120 {
        ask("/feeds/none/opf_guess.ics").await;
    }
    let answer = ask(&team).await;
    assert_eq!(answer.status, 429, "{}", answer.text);
    operate.end().await;
}

async fn a_feed_follows_what_is_changed_and_says_when_nothing_was(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let feed = path(&operate.ada.post("/schedules/shop/feed", json!({})).await.is(200));
    let bare = || operate.ada.bare(Method::GET, &feed);
    let first = operate.ada.send(bare()).await;
    let tag = format!("\"{}\"", first.etag.unwrap());
    let again = operate.ada.send(bare().header("if-none-match", &tag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));

    operate.pass(Duration::from_secs(60)).await;
    let line = on_call(&operate).await;
    let from = operate.world.now();
    let takeover = json!({"from": from, "until": from + Duration::from_secs(3600),
                          "person": line["next"]["person"], "reason": "a dentist"});
    operate.ada.post("/schedules/shop/overrides", takeover).await.is(200);
    let changed = operate.ada.send(bare().header("if-none-match", &tag)).await;
    assert_eq!(changed.status, 200);
    assert!(changed.text.contains("DESCRIPTION:override: a dentist\r\n"), "{}", changed.text);
    let uids = |text: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let (before, after) = (uids(&first.text), uids(&changed.text));
    assert!(before.iter().all(|uid| after.contains(uid)), "what was there keeps its name");
    assert_eq!(after.len(), before.len() + 2, "the hour, and the rest of the shift after it");
    let stamps = |text: &str| text.lines().find(|l| l.starts_with("LAST-MOD")).map(str::to_owned);
    assert_ne!(stamps(&first.text), stamps(&changed.text));
    operate.end().await;
}

async fn only_the_one_whose_it_is_has_a_feed_made(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let bob = linked(&operate, "bob", "viewer").await;
    bob.post("/people/ada/feed", json!({})).await.problem(403);
    bob.delete("/people/ada/feed").await.problem(403);
    bob.post("/schedules/shop/feed", json!({})).await.problem(403);
    assert_eq!(bob.get("/schedules/shop/feed").await.is(200)["may_change"], false);
    assert_eq!(bob.get("/people/bob/feed").await.is(200)["may_change"], true);
    bob.get("/people/nobody/feed").await.problem(404);
    operate.ada.post("/people/bob/feed", json!({})).await.is(200);
    operate.end().await;
}

/// The shop, whose people have a chat at the receiver.
pub fn chatting(hook: &str) -> String {
    let chat = |name: &str| {
        let was = format!("email: {name}@example.org, webhook");
        let text = format!("email: {name}@example.org, addresses: {{mattermost: {name}}}, webhook");
        (was, text)
    };
    let mut text = rota(hook);
    for name in ["ada", "bob"] {
        let (was, now) = chat(name);
        assert!(text.contains(&was), "{text}");
        text = text
            .replace(&was, &now)
            .replace("contactMethods: [webhook]", "contactMethods: [webhook, mattermost]");
    }
    text
}

/// What was said in the chat, by whom it was said to.
pub fn said(receiver: &Receiver) -> Vec<String> {
    let text = |call: &crate::world::Received| {
        let text = call.body["text"].as_str().unwrap_or_default();
        format!("{}: {}", call.body["channel"].as_str().unwrap(), text.replace('\\', ""))
    };
    receiver.calls_to("/chat").iter().map(text).collect()
}

async fn people_are_told_of_their_shifts_once_also_over_a_restart(place: Place) {
    let receiver = Receiver::start().await;
    let url = connectors::receivers::Secret::new(format!("{}/chat", receiver.url));
    let set = |config: &mut server::Config| config.channels.mattermost.url = url.clone();
    let operate = Operate::with(&place, set).await;
    operate.apply(&chatting(&receiver.url)).await;
    let bob = linked(&operate, "bob", "responder").await;
    let mine = bob.get("/my/on-call").await.is(200);
    assert_eq!(mine["notice_before_seconds"], 3600);
    assert_eq!(mine["notice_ways"], json!(["mattermost"]), "there is no mail server");
    let line = on_call(&operate).await;
    let (now, next) = (name(&line["now"]["person"]), name(&line["next"]["person"]));
    let hours = |count: f64| Duration::from_secs_f64(count * 3600.0);
    let looks = |count: i64| {
        let sql = "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS n FROM shift_watch";
        let operate = &operate;
        async move {
            let what = "the schedule is looked at";
            operate.until(what, async || (operate.count(sql).await >= count).then_some(())).await;
        }
    };
    looks(1).await;
    assert_eq!(said(&receiver), [""; 0], "nothing is news at the first look");

    let from = operate.world.now() + hours(3.0);
    let takeover = json!({"from": from, "until": from + hours(1.0), "reason": "a dentist",
                          "person": format!("person/{next}")});
    operate.ada.post("/schedules/shop/overrides", takeover).await.is(200);
    operate.pass(Duration::from_secs(11)).await;
    looks(2).await;
    let told = async |count: usize| {
        let what = format!("{count} are told");
        operate.until(&what, async || (said(&receiver).len() == count).then_some(())).await;
        said(&receiver)
    };
    let both = told(2).await;
    let of = |subject: &str| {
        let found =
            both.iter().find(|text| text.starts_with(&format!("{subject}: Shop on call\n")));
        found.unwrap_or_else(|| panic!("nobody is told `{subject}`: {both:?}"))
    };
    let given = of(&format!("{next}: You were given a shift"));
    assert!(given.contains("Sun 1 Mar 15:00 UTC to Sun 1 Mar 16:00 UTC: override: a dentist"));
    let lost = of(&format!("{now}: Another has your shift"));
    assert!(lost.contains("Sun 1 Mar 15:00 UTC to Sun 1 Mar 16:00 UTC: "), "{lost}");
    assert!(lost.contains("(override: a dentist)"), "{lost}");

    // No further: a message that is on its way would be carried again when its lease ends.
    operate.pass(hours(2.0)).await;
    let begins = told(3).await.pop().unwrap();
    assert!(begins.starts_with(&format!("{next}: You are on call from Sun 1 Mar 15:00 UTC")));

    let operate = operate.restart(hours(1.0)).await;
    let ends = operate
        .until("the end is told after the restart", async || {
            let said = said(&receiver);
            // She has it back in an hour.
            (said.len() == 5).then_some(said)
        })
        .await;
    assert!(ends.iter().any(|text| text.contains(&format!("{now}: You are off call"))), "{ends:?}");
    let back = format!("{now}: You are on call from Sun 1 Mar 16:00 UTC");
    assert!(ends.iter().any(|text| text.starts_with(&back)), "{ends:?}");

    nothing_is_told_of_what_was_missed(operate, &receiver).await;
}

/// After a long stop nothing is told of the hand-overs that were missed.
async fn nothing_is_told_of_what_was_missed(operate: Operate, receiver: &Receiver) {
    let operate = operate.restart(Duration::from_secs(50 * 3600)).await;
    operate.pass(Duration::from_secs(11)).await;
    let sql = "SELECT CAST(COALESCE(SUM(version), 0) AS BIGINT) AS n FROM shift_watch";
    let looks = operate.count(sql).await;
    operate.pass(Duration::from_secs(86_400)).await;
    operate
        .until("it is looked again", async || (operate.count(sql).await > looks).then_some(()))
        .await;
    let missed = ["from Mon 2", "from Tue 3", "ended at Mon 2", "ended at Tue 3"];
    let later = said(receiver).split_off(5);
    let past = later.iter().find(|text| missed.iter().any(|missed| text.contains(missed)));
    assert_eq!(past, None, "what is past after a long stop");
    operate.end().await;
}

/// Lets time pass while somebody is at work, so that their session does not end.
async fn worked(operate: &Operate, who: &Client, span: Duration) {
    let mut left = span;
    while !left.is_zero() {
        let step = left.min(Duration::from_secs(20 * 3600));
        operate.pass(step).await;
        who.get("/my/on-call").await.is(200);
        left -= step;
    }
}

async fn what_happened_in_a_turn_is_handed_over_with_notes(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let line = on_call(&operate).await;
    let (now, next) = (name(&line["now"]["person"]), name(&line["next"]["person"]));
    let began = operate.world.now();
    operate.fires("Down", "critical", ("service", "orders")).await;
    operate.settled().await;
    let page = operate.ada.list("/incidents/1/pages").await.remove(0);
    let id = page["id"].as_str().unwrap();
    operate.pass(Duration::from_secs(120)).await;
    let answered = json!({"command": "acknowledge"});
    operate.ada.post(&format!("/pages/{id}/commands"), answered).await.is(200);
    let silence = json!({"matchers": ["alertname=Noise"],
                         "ends_at": began + Duration::from_secs(40 * 3600), "comment": "disks"});
    operate.ada.post("/silences", silence).await.is(201);
    let note = json!({"text": "  The disk of orders is slow. "});
    operate.ada.post("/schedules/shop/hand-over/notes", note).await.is(204);
    operate.ada.post("/schedules/shop/hand-over/notes", json!({"text": " "})).await.problem(422);

    let report = operate.ada.get("/schedules/shop/hand-over").await.is(200);
    assert_eq!(name(&report["turn"]["person"]), now);
    assert_eq!(name(&report["next"]["person"]), next);
    assert_eq!(report["open"][0]["number"], 1, "{report:#}");
    assert_eq!(report["over"], json!([]));
    assert_eq!(report["pages"][0]["answered_by"], "person:ada");
    let time = |field: &str| Time::parse(report["pages"][0][field].as_str().unwrap()).unwrap();
    assert!(time("answered_at").since(time("started_at")) >= Duration::from_secs(120));
    assert_eq!(report["silences"][0]["comment"], "disks");
    assert_eq!(report["notes"][0]["text"], "The disk of orders is slow.");

    // Another team has it now, and it was this schedule that was called for it.
    let given = json!({"command": "assign", "team": "team/data"});
    operate.ada.post("/incidents/1/commands", given).await.is(200);
    operate.settled().await;
    worked(&operate, &operate.ada, Duration::from_secs(86_400)).await;
    let report = operate.ada.get("/schedules/shop/hand-over").await.is(200);
    assert_eq!(name(&report["turn"]["person"]), next);
    assert_eq!(report["notes"], json!([]), "a note belongs to its turn");
    assert_eq!(report["pages"], json!([]));
    assert_eq!(report["open"][0]["number"], 1, "it is open still");
    let resolved = json!({"command": "resolve", "cause_class": "technology",
                          "resolution_code": "fixed"});
    operate.ada.post("/incidents/1/commands", resolved).await.is(200);
    operate.settled().await;
    let report = operate.ada.get("/schedules/shop/hand-over").await.is(200);
    assert_eq!((&report["open"], &report["over"][0]["number"]), (&json!([]), &json!(1)));
    let past = format!("/schedules/shop/hand-over?at={began}");
    let past = operate.ada.get(&past).await.is(200);
    assert_eq!(past["notes"][0]["by"], "person:ada");
    assert_eq!(past["pages"].as_array().unwrap().len(), 1);
    let long_ago = "/schedules/shop/hand-over?at=2020-01-01T00:00:00Z";
    operate.ada.get(long_ago).await.problem(422);
    operate.end().await;
}

async fn hours_that_nobody_covers_raise_an_alert_until_somebody_does(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let gaps = async || {
        let alerts = operate.ada.list("/alerts").await;
        let mut gaps = alerts.into_iter().filter(|a| a["labels"]["alertname"] == "OnCallGap");
        let gap = gaps.next();
        assert!(gaps.next().is_none(), "one alert for what asks");
        gap
    };
    operate.pass(Duration::from_secs(61)).await;
    operate.pass(Duration::from_secs(61)).await;
    assert_eq!(gaps().await, None);
    let from = operate.world.now() + Duration::from_secs(12 * 86_400);
    for person in ["ada", "bob"] {
        let leave = json!({"from": from, "until": from + Duration::from_secs(86_400)});
        operate.ada.post(&format!("/people/{person}/away"), leave).await.is(200);
    }
    operate.pass(Duration::from_secs(61)).await;
    let gap = operate.until("the gap is told", gaps).await;
    assert_eq!(gap["labels"]["severity"], "info");
    assert_eq!(gap["labels"]["asked_by"], "calendar/always");
    assert_eq!(gap["labels"]["schedules"], "shop");
    assert_eq!(gap["labels"]["team"], "shop");
    let summary = gap["annotations"]["summary"].as_str().unwrap();
    assert!(summary.contains("for 24 h of the hours"), "{summary}");

    worked(&operate, &operate.ada, Duration::from_secs(6 * 86_400)).await;
    let graver = async || gaps().await.filter(|gap| gap["labels"]["severity"] == "warning");
    operate.until("it comes nearer", graver).await;
    let mine = operate.ada.get("/people/ada/shifts").await.is(200);
    let absence = mine["away"][0]["absence"].as_str().unwrap().replace("absence/", "");
    operate.ada.delete(&format!("/people/ada/away/{absence}")).await.is(204);
    operate.pass(Duration::from_secs(61)).await;
    let over = async || gaps().await.filter(|gap| gap["state"] == "cleared");
    operate.until("it is covered", over).await;
    operate.end().await;
}

async fn hours_soon_that_nobody_covers_are_an_incident_of_the_team_of_the_schedule(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    // Nothing says its hours: the policy that calls it asks for somebody.
    let called = rota(&receiver.url).replace("coverCalendar: always, ", "");
    operate.apply(&called).await;
    assert_eq!(on_call(&operate).await["asked_by"], json!(["escalationpolicy/shop"]));
    let from = operate.world.now() + Duration::from_secs(12 * 3600);
    for person in ["ada", "bob"] {
        let leave = json!({"from": from, "until": from + Duration::from_secs(86_400)});
        operate.ada.post(&format!("/people/{person}/away"), leave).await.is(200);
    }
    operate.pass(Duration::from_secs(61)).await;
    let opened = async || operate.ada.list("/incidents").await.pop();
    let incident = operate.until("a gap within a day is an incident", opened).await;
    assert_eq!(incident["team"], "team/shop", "whose schedule it is is charged");
    let listed = operate.ada.list("/on-call/gaps").await;
    assert_eq!(listed[0]["asked_by"], "escalationpolicy/shop");
    assert_eq!(listed[0]["uncovered_minutes"], 24 * 60);
    operate.end().await;
}

async fn a_contract_of_a_team_without_a_schedule_is_told(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    let contract = "---
{apiVersion: operate/v1, kind: ServiceContract, metadata: {name: buying}, spec: {type: sla,
  provider: team/shop, consumer: usecase/buy, scope: [service/checkout],
  start: 2026-01-01T00:00:00Z, terms: [{clocks: [{clock: respond, targets: {P1: 15m}}]}]}}
";
    let scheduled = rota(&receiver.url);
    let without = scheduled.replace("team: shop, timeZone", "timeZone");
    assert_ne!(without, scheduled);
    operate.apply(&(without + contract)).await;
    operate.pass(Duration::from_secs(61)).await;
    let gap = async || {
        let alerts = operate.ada.list("/alerts").await;
        alerts.into_iter().find(|alert| alert["labels"]["asked_by"] == "servicecontract/buying")
    };
    let told = operate.until("the gap is told", gap).await;
    assert_eq!(
        (&told["labels"]["severity"], &told["labels"]["team"]),
        (&json!("warning"), &json!("shop"))
    );
    let summary = told["annotations"]["summary"].as_str().unwrap();
    assert!(summary.contains("nobody is on call: team/shop has no schedule"), "{summary}");
    let listed = operate.ada.list("/on-call/gaps").await;
    assert_eq!(listed.len(), 1, "the calendar of the schedule is covered: {listed:?}");
    assert_eq!(listed[0]["why"], "nobody is on call: team/shop has no schedule");
    assert_eq!(listed[0]["uncovered_minutes"], listed[0]["required_minutes"]);

    operate.apply(&(scheduled + contract)).await;
    assert_eq!(operate.ada.list("/on-call/gaps").await, Vec::<Value>::new());
    operate.pass(Duration::from_secs(61)).await;
    let over = async || gap().await.filter(|gap| gap["state"] == "cleared");
    operate.until("it is covered", over).await;
    operate.end().await;
}

/// The first shift of somebody that begins later than so many hours from now.
async fn shift_of(operate: &Operate, person: &str, hours: u64) -> (Value, Value) {
    let shifts = operate.ada.get(&format!("/people/{person}/shifts")).await.is(200);
    let after = operate.world.now() + Duration::from_secs(hours * 3600);
    let shifts = shifts["shifts"].as_array().unwrap();
    let begins = |shift: &Value| Time::parse(shift["from"].as_str().unwrap()).unwrap();
    let shift = shifts.iter().find(|shift| begins(shift) > after).unwrap();
    (shift["from"].clone(), shift["until"].clone())
}

async fn shifts_are_exchanged_when_the_other_agrees_and_not_before(place: Place) {
    let receiver = Receiver::start().await;
    let url = connectors::receivers::Secret::new(format!("{}/chat", receiver.url));
    let operate =
        Operate::with(&place, |config| config.channels.mattermost.url = url.clone()).await;
    operate.apply(&chatting(&receiver.url)).await;
    let stranger = json!({"schedule": "schedule/shop", "start": operate.world.now(),
                          "end": operate.world.now()});
    operate.ada.post("/swaps", stranger).await.problem(422);
    let bob = linked(&operate, "bob", "responder").await;
    let ada = linked(&operate, "ada", "admin").await;
    let (start, end) = shift_of(&operate, "ada", 30).await;
    let (wanted, until) = shift_of(&operate, "bob", 80).await;
    let offer = json!({"schedule": "schedule/shop", "start": start, "end": end,
                       "to": "person/bob", "wants": {"start": wanted, "end": until},
                       "note": "a wedding"});
    bob.post("/swaps", offer.clone()).await.problem(422);
    let id = ada.post("/swaps", offer).await.is(201)["id"].as_str().unwrap().to_owned();
    operate.settled().await;
    let told = said(&receiver).pop().unwrap();
    assert!(told.starts_with("bob: ada offers a shift: Shop on call"), "{told}");
    assert!(told.contains("a wedding"), "{told}");

    let seen = bob.list("/swaps").await.remove(0);
    let moves = |swap: &Value| -> Vec<String> {
        let allowed = swap["allowed"].as_array().unwrap();
        allowed.iter().map(|each| each["command"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(moves(&seen), ["accept", "decline"]);
    assert_eq!(moves(&ada.list("/swaps").await[0]), ["withdraw"]);
    ada.post(&format!("/swaps/{id}/accept"), json!({})).await.problem(422);
    bob.post(&format!("/swaps/{id}/accept"), json!({})).await.is(204);
    bob.post(&format!("/swaps/{id}/accept"), json!({})).await.problem(409);

    for (at, person) in [(&start, "person/bob"), (&wanted, "person/ada")] {
        let at = at.as_str().unwrap();
        let until = Time::parse(at).unwrap() + Duration::from_secs(3600);
        let shown = bob.get(&format!("/schedules/shop?from={at}&until={until}")).await.is(200);
        assert_eq!(shown["turns"][0]["person"], person, "{shown}");
        assert!(shown["turns"][0]["why"].as_str().unwrap().contains("swapped with"), "{shown}");
    }
    operate.settled().await;
    let told = said(&receiver);
    let taken = |text: &String| text.starts_with("ada: bob takes your shift: Shop on call");
    assert!(told.iter().any(taken), "{told:?}");
    operate.end().await;
}

async fn an_offer_to_everybody_lapses_when_the_shift_is_no_longer_theirs(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::start(&place).await;
    operate.apply(&rota(&receiver.url)).await;
    let bob = linked(&operate, "bob", "responder").await;
    let ada = linked(&operate, "ada", "admin").await;
    let (start, end) = shift_of(&operate, "bob", 80).await;
    let offer = json!({"schedule": "schedule/shop", "start": start, "end": end});
    let id = bob.post("/swaps", offer.clone()).await.is(201)["id"].as_str().unwrap().to_owned();
    ada.post(&format!("/swaps/{id}/decline"), json!({})).await.problem(422);
    let takeover = json!({"from": start, "until": end, "person": "person/ada", "reason": "anyway"});
    ada.post("/schedules/shop/overrides", takeover).await.is(200);
    let late = ada.post(&format!("/swaps/{id}/accept"), json!({})).await.problem(409);
    assert!(late["detail"].as_str().unwrap().contains("bob does not have all of"), "{late}");
    operate.pass(Duration::from_secs(61)).await;
    let stage = async |id: &str, stage: &str| {
        let swaps = bob.list("/swaps?schedule=schedule/shop").await;
        let swap = swaps.into_iter().find(|swap| swap["id"] == id).unwrap();
        (swap["stage"] == stage).then_some(swap)
    };
    let lapsed = operate.until("it lapses", async || stage(&id, "lapsed").await).await;
    assert!(lapsed["reason"].as_str().unwrap().contains("bob does not have"), "{lapsed}");
    bob.post("/swaps", offer).await.problem(422);

    let (start, end) = shift_of(&operate, "bob", 1).await;
    let offer = json!({"schedule": "schedule/shop", "start": start, "end": end});
    // Who is away does not get it, and nothing of the acceptance stays.
    let away = bob.post("/swaps", offer.clone()).await.is(201)["id"].as_str().unwrap().to_owned();
    let leave = json!({"type": "leave", "from": start, "until": end});
    let left = ada.post("/people/ada/away", leave).await.is(200);
    let no = ada.post(&format!("/swaps/{away}/accept"), json!({})).await.problem(409);
    assert!(no["detail"].as_str().unwrap().contains("ada does not have all of"), "{no} {left}");
    assert!(stage(&away, "offered").await.is_some());
    bob.post(&format!("/swaps/{away}/withdraw"), json!({})).await.is(204);
    let id = bob.post("/swaps", offer).await.is(201)["id"].as_str().unwrap().to_owned();
    let begins = Time::parse(start.as_str().unwrap()).unwrap();
    worked(&operate, &bob, begins.since(operate.world.now())).await;
    let lapsed = operate.until("it begins", async || stage(&id, "lapsed").await).await;
    assert_eq!(lapsed["reason"], "the shift has begun");
    operate.end().await;
}

/// The link in the newest mail to somebody that offers a shift, below the address of the server.
async fn link_for(operate: &Operate, person: &str) -> String {
    let sql = "SELECT body AS text FROM outbox WHERE channel = 'email' AND target = $1 \
               ORDER BY created_at DESC, id DESC";
    let target = format!("{person}@example.org");
    let rows = operate.db.reader().await.unwrap().all(sql, spine::params![target]).await.unwrap();
    let texts: Vec<String> = rows.iter().map(|row| row.get("text").unwrap()).collect();
    let mail = texts.iter().find(|text| text.contains("without signing in")).unwrap();
    let mail: Value = serde_json::from_str(mail).unwrap();
    let text = mail["text"].as_str().unwrap();
    let link = text.split_whitespace().find(|word| word.contains("/swap/")).unwrap();
    link[link.find("/swap/").unwrap()..].to_owned()
}

async fn follow(operate: &Operate, link: &str) -> (u16, String) {
    let told = operate.ada.send(operate.ada.bare(Method::GET, link)).await;
    (told.status.as_u16(), told.text)
}

async fn press(operate: &Operate, link: &str, answer: &str) -> (u16, String) {
    let request = operate.ada.bare(Method::POST, link);
    let kind = "application/x-www-form-urlencoded";
    let request = request.header("content-type", kind).body(format!("answer={answer}"));
    let told = operate.ada.send(request).await;
    (told.status.as_u16(), told.text)
}

async fn an_offer_is_answered_by_the_link_in_the_mail_without_signing_in(place: Place) {
    let receiver = Receiver::start().await;
    let operate = Operate::with(&place, |config| {
        // Nothing listens there: what would be sent is read where it waits.
        (config.smtp.host, config.smtp.port) = ("127.0.0.1".to_owned(), 1);
    })
    .await;
    operate.apply(&rota(&receiver.url)).await;
    let ada = linked(&operate, "ada", "admin").await;
    let offer = async |hours: u64| {
        operate.pass(Duration::from_secs(1)).await;
        let (start, end) = shift_of(&operate, "ada", hours).await;
        let offer = json!({"schedule": "schedule/shop", "start": start, "end": end,
                           "to": "person/bob", "note": "a <wedding>"});
        let id = ada.post("/swaps", offer).await.is(201)["id"].as_str().unwrap().to_owned();
        (id, link_for(&operate, "bob").await)
    };
    let stage = async |id: &str| {
        let swaps = ada.list("/swaps").await;
        swaps.into_iter().find(|swap| swap["id"] == id).unwrap()["stage"].clone()
    };
    let (id, link) = offer(30).await;
    let (status, page) = follow(&operate, &link).await;
    assert!(status == 200 && page.contains("A shift is offered to you"), "{page}");
    assert!(page.contains("a &lt;wedding&gt;") && page.contains("Take the shift"), "{page}");
    assert_eq!(stage(&id).await, "offered", "following the link changes nothing");
    let forged = format!("{}x", &link[..link.len() - 1]);
    assert_eq!(press(&operate, &forged, "accept").await.0, 403);
    assert_eq!(press(&operate, &link, "").await.0, 200);
    assert_eq!(stage(&id).await, "offered");
    // Whoever is impatient hears the same as whoever presses once.
    let presses = (0..8).map(|_| press(&operate, &link, "accept"));
    for (status, page) in futures::future::join_all(presses).await {
        assert!(status == 200 && page.contains("The shift is yours"), "{status} {page}");
    }
    assert_eq!(stage(&id).await, "accepted");
    assert!(operate.ada.get("/journal").await.text.contains("link:bob"));
    let (_, page) = press(&operate, &link, "decline").await;
    assert!(page.contains("The shift is yours"), "{page}");

    let (id, link) = offer(80).await;
    let (_, page) = press(&operate, &link, "decline").await;
    assert!(page.contains("You said no"), "{page}");
    assert_eq!(stage(&id).await, "declined");
    operate.pass(Duration::from_secs(9 * 24 * 60 * 60)).await;
    let (status, page) = press(&operate, &link, "accept").await;
    assert!(status == 410 && page.contains("has lapsed"), "{page}");
    operate.end().await;
}
