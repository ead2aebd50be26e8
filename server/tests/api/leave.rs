//! Leave that people keep in a calendar of their own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use spine::testing::Place;

use crate::schedules::rota;
use crate::shifts::{chatting, linked, said};
use crate::world::{Client, Operate, Receiver, conversations};

conversations!(
    leave_follows_a_calendar_and_shifts_follow_leave,
    a_calendar_that_cannot_be_read_takes_no_leave_away,
    what_is_no_calendar_is_refused_with_the_reason,
    only_the_person_and_administrators_change_calendars,
    who_is_away_by_a_calendar_is_told_once_which_shifts_that_hits,
);

const QUARTER: Duration = Duration::from_secs(15 * 60 + 30);

/// A server with one calendar, as Google or Outlook publish them.
#[derive(Clone)]
pub struct Publisher {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    answer: Arc<Mutex<(StatusCode, String)>>,
}

impl Publisher {
    /// Starts it with these events.
    pub async fn start(events: &[&str]) -> Publisher {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let publisher =
            Publisher { url, answer: Arc::new(Mutex::new((StatusCode::OK, String::new()))) };
        publisher.says(events);
        let router = Router::new().fallback(publish).with_state(publisher.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        publisher
    }

    /// Says these from now on.
    pub fn says(&self, events: &[&str]) {
        let events: String = events
            .iter()
            .enumerate()
            .map(|(n, lines)| format!("BEGIN:VEVENT\r\nUID:{n}\r\n{lines}\r\nEND:VEVENT\r\n"))
            .collect();
        let text = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n");
        *self.answer.lock().expect("no panic") = (StatusCode::OK, text);
    }

    /// Answers with a status from now on.
    pub fn fails(&self, status: u16) {
        let status = StatusCode::from_u16(status).expect("a status");
        *self.answer.lock().expect("no panic") = (status, String::new());
    }

    fn secret(&self) -> String {
        format!("{}/secret-of-bob.ics", self.url)
    }
}

async fn publish(State(publisher): State<Publisher>, uri: Uri) -> Response {
    if uri.path() == "/moved" {
        return (StatusCode::FOUND, [(header::LOCATION, publisher.secret())]).into_response();
    }
    if uri.path() == "/page" {
        return "<html>sign in</html>".into_response();
    }
    publisher.answer.lock().expect("no panic").clone().into_response()
}

/// Bob, on call every second day from noon to noon, with an account.
async fn bob(operate: &Operate) -> Client {
    let receiver = Receiver::start().await;
    operate.apply(&rota(&receiver.url)).await;
    linked(operate, "bob", "responder").await
}

fn calendar(address: &str) -> Value {
    json!({"address": address, "title": "Work", "counts": "marked"})
}

async fn away(bob: &Client) -> Vec<(String, String)> {
    let mine = bob.get("/my/on-call").await.is(200);
    let text = |value: &Value| value.as_str().unwrap_or("none").to_owned();
    let away = mine["away"].as_array().expect("a list").iter();
    let mut away: Vec<_> = away.map(|one| (text(&one["from"]), text(&one["until"]))).collect();
    away.sort();
    away
}

fn stretches(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(from, until)| ((*from).to_owned(), (*until).to_owned())).collect()
}

async fn leave_follows_a_calendar_and_shifts_follow_leave(place: Place) {
    let operate = Operate::start(&place).await;
    let bob = bob(&operate).await;
    let meeting = "SUMMARY:Planning\r\nDTSTART:20260303T090000Z\r\nDTEND:20260303T100000Z";
    let days = "DTSTART;VALUE=DATE:20260309\r\nDTEND;VALUE=DATE:20260312";
    let publisher =
        Publisher::start(&[meeting, &format!("SUMMARY:Urlaub Norwegen\r\n{days}")]).await;
    let before = bob.get("/people/bob/shifts").await.is(200)["shifts"].clone();

    let moved = format!("{}/moved", publisher.url);
    let added = bob.post("/people/bob/calendars", calendar(&moved)).await.is(201);
    assert_eq!((&added["absences"], &added["failure"]), (&json!(1), &Value::Null));
    assert!(!added.to_string().contains("127.0.0.1"), "the address stays a secret: {added}");
    let leave = [("2026-03-09T00:00:00Z", "2026-03-12T00:00:00Z")];
    assert_eq!(away(&bob).await, stretches(&leave));
    let shifts = bob.get("/people/bob/shifts").await.is(200);
    assert_ne!(shifts["shifts"], before, "somebody else has them now");
    let replaced = &shifts["to_replace"][0];
    assert_eq!((&replaced["person"], &replaced["may_offer"]), (&json!("person/ada"), &json!(true)));
    assert_eq!(shifts["away"][0]["from_calendar"], true);
    let absence = shifts["away"][0]["absence"].as_str().expect("a name").replace("absence/", "");
    let refused = bob.delete(&format!("/people/bob/away/{absence}")).await.problem(422);
    assert!(refused["remedy"].as_str().expect("a remedy").contains("calendar"), "{refused}");

    // It is moved, and one more comes.
    let days = "DTSTART;VALUE=DATE:20260310\r\nDTEND;VALUE=DATE:20260314";
    publisher.says(&[
        meeting,
        &format!("SUMMARY:Urlaub Norwegen\r\n{days}"),
        "SUMMARY:Course\r\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\r\n\
         DTSTART;TZID=W. Europe Standard Time:20260402T090000\r\n\
         DTEND;TZID=W. Europe Standard Time:20260402T170000",
    ]);
    operate.pass(QUARTER).await;
    let moved = stretches(&[
        ("2026-03-10T00:00:00Z", "2026-03-14T00:00:00Z"),
        ("2026-04-02T07:00:00Z", "2026-04-02T15:00:00Z"),
    ]);
    operate.until("leave is moved", async || (away(&bob).await == moved).then_some(())).await;

    // Who says that they are back stays back.
    publisher.says(&["SUMMARY:OOO\r\nDTSTART:20260301T060000Z\r\nDTEND:20260301T230000Z"]);
    operate.pass(QUARTER).await;
    operate.until("they are away now", async || (away(&bob).await.len() == 1).then_some(())).await;
    bob.post("/people/bob/back", json!({})).await.is(204);
    let list = bob.get("/people/bob/calendars").await.is(200);
    let id = list["items"][0]["id"].as_str().expect("an id").to_owned();
    let read = format!("/people/bob/calendars/{id}/read");
    assert_eq!(bob.post(&read, json!({})).await.is(200)["failure"], Value::Null);
    assert_eq!(away(&bob).await, []);

    publisher.says(&["SUMMARY:Vacation\r\nDTSTART;VALUE=DATE:20260501"]);
    bob.post(&read, json!({})).await.is(200);
    assert_eq!(away(&bob).await.len(), 1);
    bob.delete(&format!("/people/bob/calendars/{id}")).await.is(204);
    assert_eq!(away(&bob).await, [], "what it made goes with it");
    let item = operate.ada.get("/estate/items/person/bob").await.is(200).to_string();
    assert!(item.contains("Leave is read from the calendar Work"), "{item}");
    operate.end().await;
}

async fn a_calendar_that_cannot_be_read_takes_no_leave_away(place: Place) {
    let operate = Operate::start(&place).await;
    let bob = bob(&operate).await;
    let publisher = Publisher::start(&["SUMMARY:PTO\r\nDTSTART;VALUE=DATE:20260309"]).await;
    bob.post("/people/bob/calendars", calendar(&publisher.secret())).await.is(201);
    assert_eq!(away(&bob).await.len(), 1);
    let one = async || bob.get("/people/bob/calendars").await.is(200)["items"][0].clone();
    for (status, why) in [(503, "answers 503"), (404, "knows no calendar"), (403, "sign-in")] {
        publisher.fails(status);
        operate.pass(QUARTER).await;
        let told = async || {
            let one = one().await;
            one["failure"].as_str().is_some_and(|text| text.contains(why)).then_some(one)
        };
        let failing = operate.until(why, told).await;
        assert!(failing["failing_since"].is_string(), "{failing}");
        assert_eq!(away(&bob).await.len(), 1, "leave stays");
    }
    publisher.says(&["SUMMARY:PTO\r\nDTSTART:gone"]);
    operate.pass(QUARTER).await;
    let told = async || {
        one().await["failure"].as_str().is_some_and(|text| text.contains("20261224")).then_some(())
    };
    operate.until("the line that is wrong is told", told).await;
    publisher.says(&[]);
    operate.pass(QUARTER).await;
    let well = async || one().await["failing_since"].is_null().then_some(());
    operate.until("it is read again", well).await;
    assert_eq!(away(&bob).await, []);
    operate.end().await;
}

async fn what_is_no_calendar_is_refused_with_the_reason(place: Place) {
    let operate = Operate::start(&place).await;
    let bob = bob(&operate).await;
    let publisher = Publisher::start(&[]).await;
    let page = format!("{}/page", publisher.url);
    for (address, why) in [
        ("not an address", "cannot be used"),
        ("file:///etc/passwd", "https://"),
        ("http://169.254.169.254/latest", "169.254.169.254"),
        (page.as_str(), "no calendar"),
    ] {
        let refused = bob.post("/people/bob/calendars", calendar(address)).await.problem(422);
        assert!(refused["detail"].as_str().expect("a reason").contains(why), "{refused}");
        assert_eq!(refused["field"], "address");
    }
    let nameless = json!({"address": publisher.secret(), "title": " "});
    assert_eq!(bob.post("/people/bob/calendars", nameless).await.problem(422)["field"], "title");
    bob.post("/people/bob/calendars", calendar(&publisher.secret())).await.is(201);
    let twice = bob.post("/people/bob/calendars", calendar(&publisher.secret())).await;
    assert!(twice.problem(409)["detail"].as_str().expect("why").contains("already"));
    operate.end().await;
}

async fn only_the_person_and_administrators_change_calendars(place: Place) {
    let operate = Operate::start(&place).await;
    let bob = bob(&operate).await;
    let publisher = Publisher::start(&[]).await;
    let path = "/people/ada/calendars";
    bob.post(path, calendar(&publisher.secret())).await.problem(403);
    assert_eq!(bob.get(path).await.is(200)["may_change"], false);
    let of_bob = calendar(&publisher.secret());
    let made = operate.ada.post("/people/bob/calendars", of_bob).await.is(201);
    let id = made["id"].as_str().expect("an id");
    // It is found under the person whose it is, only.
    operate.ada.delete(&format!("{path}/{id}")).await.problem(404);
    bob.delete(&format!("/people/bob/calendars/{id}")).await.is(204);
    operate.end().await;
}

async fn who_is_away_by_a_calendar_is_told_once_which_shifts_that_hits(place: Place) {
    let receiver = Receiver::start().await;
    let url = connectors::receivers::Secret::new(format!("{}/chat", receiver.url));
    let operate =
        Operate::with(&place, |config| config.channels.mattermost.url = url.clone()).await;
    operate.apply(&chatting(&receiver.url)).await;
    let bob = linked(&operate, "bob", "responder").await;
    let told = async |count: usize| -> Vec<String> {
        let hits = || -> Vec<String> {
            let all = said(&receiver).into_iter();
            all.filter(|text| text.starts_with("bob: Your leave hits")).collect()
        };
        operate.settled().await;
        operate.until("it is told", async || (hits().len() >= count).then_some(())).await;
        assert_eq!(hits().len(), count, "{:?}", hits());
        hits()
    };
    let norway = "SUMMARY:Urlaub Norwegen\r\nDTSTART:20260309T000000Z\r\nDTEND:20260312T000000Z";
    let publisher = Publisher::start(&[norway]).await;
    let added = bob.post("/people/bob/calendars", calendar(&publisher.secret())).await.is(201);
    let read = format!("/people/bob/calendars/{}/read", added["id"].as_str().expect("an id"));
    let listed = bob.get("/people/bob/shifts").await.is(200)["to_replace"].clone();
    let listed = listed.as_array().expect("a list").len();
    assert_eq!(listed, 2, "every second day from noon to noon");
    let first = told(1).await.remove(0);
    for part in ["Your leave hits 2 shifts", "your calendar Work", "ada stands in", "My shifts"] {
        assert!(first.contains(part), "{part}: {first}");
    }

    // Read again, it is no news; nor is leave that somebody entered here.
    let entered = json!({"from": "2026-04-01T00:00:00Z", "until": "2026-04-04T00:00:00Z"});
    bob.post("/people/bob/away", entered).await.is(200);
    operate.pass(QUARTER).await;
    bob.post(&read, json!({})).await.is(200);
    told(1).await;

    // Both are away on one day more: nobody stands in, neither in his turn nor in hers.
    let both = json!({"from": "2026-03-20T00:00:00Z", "until": "2026-03-22T00:00:00Z"});
    operate.ada.post("/people/ada/away", both).await.is(200);
    let more = "SUMMARY:PTO\r\nDTSTART:20260320T140000Z\r\nDTEND:20260321T140000Z";
    publisher.says(&[norway, more]);
    bob.post(&read, json!({})).await.is(200);
    let second = told(2).await.remove(1);
    let hit = "Shop on call, Fri 20 Mar 14:00 UTC to Sat 21 Mar 12:00 UTC: nobody stands in";
    assert!(second.contains(hit) && !second.contains("ada stands in"), "{second}");

    // What is taken out and comes again hits again.
    publisher.says(&[more]);
    bob.post(&read, json!({})).await.is(200);
    publisher.says(&[norway, more]);
    bob.post(&read, json!({})).await.is(200);
    told(3).await;
    operate.end().await;
}
