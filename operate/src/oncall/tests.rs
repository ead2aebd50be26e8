use calendar::Span;
use estate::SourceFile;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kernel::Time;
use serde_json::json;

use super::files::Files;
use super::gaps::{self, asked, unasked};
use super::preview::{Preview, told};
use super::roster::{Found, ics};
use super::theirs::Theirs;
use super::who::Answer;
use crate::screen::{Paint, Screen};

const TEXT: &str = r#"
apiVersion: operate/v1
kind: Person
metadata: { name: ada, title: Ada Example }
spec: { email: ada@example.org }
---
apiVersion: operate/v1
kind: Schedule
metadata: { name: first }
spec:
  team: payments
  timeZone: Europe/Berlin
  coverCalendar: office
  limits: { rest: 11h }
  layers:
    - name: weeks
      rotations: [{ start: 2026-11-30T09:00, every: 1w, people: [ada, ben, cem] }]
      hours: [{ days: [mon, tue, wed, thu, fri], from: "09:00", until: "17:00" }]
  overrides:
    - { start: 2026-12-02T12:00:00Z, end: 2026-12-02T14:00:00Z, person: ben, reason: dentist }
  swaps:
    - one: { person: ben, start: 2026-12-08T00:00:00Z, end: 2026-12-09T00:00:00Z }
      other: { person: cem, start: 2026-12-15T00:00:00Z, end: 2026-12-16T00:00:00Z }
---
apiVersion: operate/v1
kind: ShiftOverride
metadata: { name: first-by-hand }
spec:
  schedule: first
  start: 2026-12-11T08:00:00Z
  end: 2026-12-11T16:00:00Z
  person: ada
  reason: a fair
---
apiVersion: operate/v1
kind: Absence
metadata: { name: ada-ill }
spec: { person: ada, type: sickness, start: 2026-12-03T01:00:00Z, end: 2026-12-05T00:00:00Z }
---
apiVersion: operate/v1
kind: Calendar
metadata: { name: office }
spec:
  timeZone: Europe/Berlin
  hours: [{ days: [mon, tue, wed, thu, fri], from: "08:00", until: "17:00" }]
---
apiVersion: operate/v1
kind: ServiceContract
metadata: { name: sales }
spec:
  type: sla
  provider: team/payments
  consumer: team/sales
  scope: [service/orders]
  start: 2026-12-01T00:00:00Z
  terms:
    - clocks:
        - { clock: respond, targets: { P1: 5m }, calendar: office }
"#;

fn files(text: &str) -> Files {
    let file = SourceFile { name: "oncall.yaml".to_owned(), text: text.to_owned() };
    Files::read(&[file]).unwrap()
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn who(time: &str) -> (String, String, String) {
    let files = files(TEXT);
    let rota = files.rotas(None).unwrap().remove(0);
    let answer = Answer::of(&files, &rota, at(time)).unwrap().document();
    let text = |pointer: &str| {
        answer.pointer(pointer).and_then(|value| value.as_str()).unwrap_or("nobody").to_owned()
    };
    (text("/person"), text("/turn/why/text"), text("/next/person"))
}

#[test]
fn who_is_on_call_says_why_and_who_is_next() {
    for (time, person, why, next) in [
        ("2026-12-01T10:00:00Z", "ada", "turn in layer weeks", "ben"),
        ("2026-12-02T12:30:00Z", "ben", "override: dentist", "ada"),
        ("2026-12-03T10:00:00Z", "ben", "stands in for ada, who is away, in layer weeks", "cem"),
        ("2026-12-08T10:00:00Z", "cem", "swapped", "ben"),
        ("2026-12-11T10:00:00Z", "ada", "override: a fair", "cem"),
        ("2026-12-05T10:00:00Z", "nobody", "nobody", "ben"),
    ] {
        let expected = (person.to_owned(), why.to_owned(), next.to_owned());
        assert_eq!(who(time), expected, "{time}");
    }
}

#[test]
fn the_final_schedule_shows_the_burden_and_what_is_too_much() {
    let files = files(&TEXT.replace("rest: 11h", "rest: 20h, load: { most: 30h, within: 168h }"));
    let rota = files.rotas(Some("first")).unwrap().remove(0);
    let window = Span::new(at("2026-11-30T00:00:00Z"), at("2026-12-07T00:00:00Z"));
    let found = Found::of(&rota, window).unwrap().document();
    let people: Vec<(&str, i64)> = found["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|share| (share["person"].as_str().unwrap(), share["seconds"].as_i64().unwrap() / 3600))
        .collect();
    assert_eq!(people, [("ada", 22), ("ben", 18)]);
    let breaches = found["breaches"].as_array().unwrap();
    assert!(breaches.iter().any(|breach| breach["kind"] == "rest"), "{breaches:?}");
    // The seven days begin in the window and run over its edge.
    let load = breaches.iter().filter(|breach| breach["kind"] == "load");
    let load: Vec<(&str, &str)> = load
        .map(|breach| (breach["person"].as_str().unwrap(), breach["until"].as_str().unwrap()))
        .collect();
    assert_eq!(load, [("ben", "2026-12-09T16:00:00Z")]);
    assert_eq!(found["turns"][0]["from_local"], "2026-11-30T09:00:00+01:00");
}

#[test]
fn hours_of_contracts_and_of_the_cover_calendar_that_nobody_has_are_gaps() {
    let files = files(TEXT);
    let window = Span::new(at("2026-11-30T00:00:00Z"), at("2026-12-07T00:00:00Z"));
    let found = asked(&files, None, window).unwrap();
    let told: Vec<(&str, usize, i64)> = found
        .iter()
        .map(|asked| (asked.by.as_str(), asked.gaps.len(), asked.gaps.total() / 3_600_000_000))
        .collect();
    // An hour each morning: of four days by the contract, which begins on Tuesday.
    assert_eq!(told, [("servicecontract/sales", 4, 4), ("calendar/office", 5, 5)]);
}

#[test]
fn a_schedule_of_which_nothing_asks_for_somebody_is_named() {
    let text = TEXT
        .replace("  coverCalendar: office\n", "")
        .replace("  team: payments\n  timeZone", "  timeZone");
    let window = Span::new(at("2026-11-30T00:00:00Z"), at("2026-12-07T00:00:00Z"));
    let told = |text: &str| {
        let files = files(text);
        let found = asked(&files, Some("first"), window).unwrap();
        let screen = Screen { paint: Paint(false), ..Screen::of_process(false) };
        gaps::told(&found, &unasked(&files, Some("first"), window), 1, &screen)
    };
    insta::assert_snapshot!(told(&text), @r"
    first
      not asked for: no contract of a `team`, no `coverCalendar`, no policy in use
    ");
    let policy = r#"
---
apiVersion: operate/v1
kind: EscalationPolicy
metadata: { name: shop }
spec: { steps: [{ contacts: [schedule/first], wait: 5m }] }
---
apiVersion: operate/v1
kind: Team
metadata: { name: shop }
spec: { escalationPolicy: shop }
"#;
    let called = told(&format!("{text}{policy}"));
    assert!(called.starts_with("escalationpolicy/shop by first\n"), "{called}");
}

#[test]
fn a_preview_of_a_policy_that_means_nobody_says_so() {
    let policy = POLICY.replace(
        "P1, P2]\n      steps: [{ contacts: [ada, ben]",
        "P1, P2]\n      steps: [{ contacts: [schedule/none]",
    );
    let schedule = "---
apiVersion: operate/v1
kind: Schedule
metadata: { name: none }
spec:
  timeZone: UTC
  layers:
    - { name: a, rotations: [{ start: 2026-01-01T00:00, every: 1d, people: [nobody] }] }
";
    let text = format!("{policy}{schedule}");
    assert_ne!(policy, POLICY);
    insta::assert_snapshot!(previewed_of(&text, "service/orders", "p2"), @r"
    P2 for service/orders, Sat 2026-11-28 03:00 +01:00
      by       escalationpolicy/shop (policy of team/shop, the owner of service/orders)
      steps    for P1, P2

    Step 1
      Sat 2026-11-28 03:00 +01:00  nobody: it is passed over

    At Sat 2026-11-28 03:00 +01:00 nobody can be called by it. It looks again every 15 minutes.
    Meanwhile the default policy goes on, where the server has one.
    ");
}

#[test]
fn schedules_of_one_team_cover_a_contract_together() {
    let early = TEXT
        .split("---")
        .nth(1)
        .unwrap()
        .replace("name: first", "name: early")
        .replace("\"09:00\", until: \"17:00\"", "\"08:00\", until: \"09:00\"")
        .replace("T09:00, every", "T08:00, every");
    let files = files(&format!("{TEXT}---{early}"));
    let window = Span::new(at("2026-11-30T00:00:00Z"), at("2026-12-07T00:00:00Z"));
    let found = asked(&files, None, window).unwrap();
    let names: Vec<&str> = found[0].schedules.iter().map(kernel::ItemRef::name).collect();
    assert_eq!(names, ["early", "first"]);
    assert!(found[0].gaps.is_empty(), "{:?}", found[0].gaps);
}

#[test]
fn a_contract_of_a_team_without_a_schedule_is_a_gap_of_all_its_hours() {
    let window = Span::new(at("2026-11-30T00:00:00Z"), at("2026-12-07T00:00:00Z"));
    let alone = TEXT.replace("team: payments\n  timeZone", "timeZone");
    let contract = alone.rsplit("---").take(2).collect::<Vec<_>>().join("---");
    for text in [alone.as_str(), contract.as_str()] {
        let files = files(text);
        let found = asked(&files, None, window).unwrap();
        let of_contract = found.iter().find(|asked| asked.by.as_str() == "servicecontract/sales");
        let sales = of_contract.unwrap();
        let why = sales.unscheduled();
        assert_eq!(why.as_deref(), Some("nobody is on call: team/payments has no schedule"));
        assert_eq!(sales.gaps.total() / 3_600_000_000, 36, "four days of nine hours");
        assert_eq!(sales.time_zone, "Europe/Berlin");
    }
    let draft = contract.replace("type: sla", "type: sla\n  status: draft");
    let trouble = asked(&files(&draft), None, window).unwrap_err();
    assert!(trouble.to_string().contains("no resource of kind Schedule"), "{trouble}");
}

#[test]
fn a_stretch_over_the_edge_of_what_is_shown_is_found_whole() {
    let files = files(&TEXT.replace("rest: 11h", "stretch: 7h"));
    let rota = files.rotas(Some("first")).unwrap().remove(0);
    // Five hours of Monday, and of a day of eight.
    let window = Span::new(at("2026-11-30T11:00:00Z"), at("2026-11-30T23:00:00Z"));
    let found = Found::of(&rota, window).unwrap().document();
    let breach = json!({"kind": "stretch", "person": "ada", "from": "2026-11-30T08:00:00Z",
                        "until": "2026-11-30T16:00:00Z", "seconds": 8 * 3600, "others": []});
    assert_eq!(found["breaches"], json!([breach]));
}

#[test]
fn what_is_not_there_or_wrong_says_so() {
    let files = files(TEXT);
    let trouble = files.rotas(Some("frist")).unwrap_err();
    assert!(trouble.to_string().contains("name one of first"), "{trouble}");
    let wrong = self::files(&TEXT.replace("every: 1w", "every: weekly"));
    let trouble = wrong.rotas(None).unwrap_err();
    assert_eq!(trouble.field.as_deref(), Some("spec.layers[0].rotations[0].every"));
    assert!(trouble.to_string().contains("write it like 12h"), "{trouble}");
    let mistaken =
        SourceFile { name: "x.yaml".to_owned(), text: TEXT.replace("layers:", "layer:") };
    assert!(Files::read(&[mistaken]).unwrap_err().what.contains("x.yaml:"));
}

#[test]
fn the_shifts_of_one_person_are_found_over_all_schedules() {
    let files = files(TEXT);
    let theirs = Theirs::of(&files, "ada", at("2026-12-03T12:00:00Z")).unwrap().document();
    let shifts = theirs["shifts"].as_array().unwrap();
    assert!(shifts.iter().all(|shift| shift["schedule"] == "first"));
    let taken = shifts.iter().find(|shift| shift["why"] == "override: a fair").unwrap();
    assert_eq!(taken["from_local"], "2026-12-11T09:00:00+01:00");
    assert_eq!(taken["now"], false);
    let now = Theirs::of(&files, "ada", at("2026-12-11T12:00:00Z")).unwrap().document();
    assert_eq!(now["shifts"][0]["now"], true);
    assert_eq!(now["shifts"][0]["from"], "2026-12-11T08:00:00Z", "from its own beginning");
    assert!(Theirs::of(&files, "eve", 0).is_err());
}

#[test]
fn shifts_are_written_as_a_file_of_events_that_reads_back() {
    let files = files(TEXT);
    let rota = files.rotas(None).unwrap().remove(0);
    let window = Span::new(at("2026-12-07T00:00:00Z"), at("2026-12-12T00:00:00Z"));
    let text = ics(&rota, window, at("2026-11-01T00:00:00Z")).unwrap();
    let found = calendar::events(&text).unwrap();
    let turns = rota.roster(window).unwrap();
    assert_eq!(found.len(), turns.turns().len());
    assert!(found.iter().any(|event| event.summary == "Ada Example: first"), "{text}");
    assert!(text.contains("DESCRIPTION:override: a fair\r\n"), "{text}");
    assert!(text.contains("UID:first.1796976000.ada@operate\r\n"), "{text}");
}

/// A shop that is called otherwise at night, and somebody who is away.
const POLICY: &str = r#"
apiVersion: operate/v1
kind: Person
metadata: { name: ada, title: Ada Example }
spec:
  email: ada@example.org
  timeZone: Europe/Berlin
  addresses: { sms: "+4930123456" }
  notify:
    - { priorities: [P1, P2], by: [sms] }
    - { priorities: [P1, P2], after: 2m, by: [email] }
    - { priorities: [P3, P4], between: { from: "08:00", until: "20:00" }, by: [email] }
---
apiVersion: operate/v1
kind: Person
metadata: { name: ben }
spec: { email: ben@example.org }
---
apiVersion: operate/v1
kind: Person
metadata: { name: cem, title: Cem Example }
spec: { email: cem@example.org }
---
apiVersion: operate/v1
kind: Absence
metadata: { name: cem }
spec: { person: cem, start: 2026-11-27T00:00:00Z, end: 2026-12-01T05:00:00Z }
---
apiVersion: operate/v1
kind: EscalationPolicy
metadata: { name: night }
spec: { steps: [{ contacts: [ben, cem], wait: 5m }, { contacts: [cem], wait: 5m }] }
---
apiVersion: operate/v1
kind: Calendar
metadata: { name: office }
spec:
  timeZone: Europe/Berlin
  hours: [{ days: [mon, tue, wed, thu, fri], from: "08:00", until: "17:00" }]
---
apiVersion: operate/v1
kind: EscalationPolicy
metadata: { name: shop }
spec:
  waits: { priorities: [P4], calendar: office }
  repeat: 1
  steps:
    - { contacts: [ada], wait: 5m }
    - { contacts: [ben], wait: 10m }
  variants:
    - priorities: [P1, P2]
      steps: [{ contacts: [ada, ben], wait: 5m }]
---
apiVersion: operate/v1
kind: Team
metadata: { name: shop }
spec: { escalationPolicy: shop }
---
apiVersion: operate/v1
kind: Service
metadata: { name: orders }
spec: { team: shop }
"#;

/// What is said before something breaks on a Saturday night.
fn previewed(item: &str, priority: &str) -> String {
    previewed_of(POLICY, item, priority)
}

fn previewed_of(text: &str, item: &str, priority: &str) -> String {
    let file = SourceFile { name: "shop.yaml".to_owned(), text: text.to_owned() };
    let files = Files::read(&[file]).unwrap();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let at = Time::parse("2026-11-28T02:00:00Z").unwrap();
    let asked = Preview::about(item, priority);
    let screen = Screen::of_process(false);
    match asked.of(&files, at) {
        Ok(found) => told(&found, false, &Screen { paint: Paint(false), ..screen }, &zone),
        Err(trouble) => trouble.to_string(),
    }
}

#[test]
fn a_preview_says_who_is_left_out_since_they_are_away() {
    insta::assert_snapshot!(previewed("escalationpolicy/night", "p2"), @r"
    P2 for escalationpolicy/night, Sat 2026-11-28 03:00 +01:00
      by       escalationpolicy/night (it is the policy)
      steps    for everything

    Step 1
      Sat 2026-11-28 03:00 +01:00  ben by email
      Cem Example is left out: away until Tue 2026-12-01 06:00 +01:00 (leave)

    Step 2
      Sat 2026-11-28 03:05 +01:00  Cem Example by email
      Cem Example is away until Tue 2026-12-01 06:00 +01:00 (leave); nobody else is meant

    At Sat 2026-11-28 03:10 +01:00 everybody was called.
    After that the default policy goes on, where the server has one.
    Then calling begins anew, after the minutes that the settings say.
    ");
}

#[test]
fn a_preview_says_whom_a_priority_calls_at_night() {
    insta::assert_snapshot!(previewed("service/orders", "p2"), @r"
    P2 for service/orders, Sat 2026-11-28 03:00 +01:00
      by       escalationpolicy/shop (policy of team/shop, the owner of service/orders)
      steps    for P1, P2

    Step 1
      Sat 2026-11-28 03:00 +01:00  Ada Example by sms
      Sat 2026-11-28 03:00 +01:00  ben by email
      Sat 2026-11-28 03:02 +01:00  Ada Example by email

    At Sat 2026-11-28 03:05 +01:00 everybody was called, and it begins again, once.
    After that the default policy goes on, where the server has one.
    Then calling begins anew, after the minutes that the settings say.
    ");
    insta::assert_snapshot!(previewed("service/orders", "P3"), @r"
    P3 for service/orders, Sat 2026-11-28 03:00 +01:00
      by       escalationpolicy/shop (policy of team/shop, the owner of service/orders)
      steps    for whatever no variant is for

    Step 1
      Sat 2026-11-28 03:00 +01:00  nobody: it is passed over
      person/ada is not called: their own rules do not want it

    Step 2
      Sat 2026-11-28 03:00 +01:00  ben by email

    At Sat 2026-11-28 03:10 +01:00 everybody was called, and it begins again, once.
    After that the default policy goes on, where the server has one.
    Then calling begins anew, after the minutes that the settings say.
    ");
    insta::assert_snapshot!(previewed("team/shop", "P4"), @r"
    P4 for team/shop, Sat 2026-11-28 03:00 +01:00
      by       escalationpolicy/shop (policy of team/shop)
      steps    for whatever no variant is for
      waits    nobody is called before Mon 2026-11-30 08:00 +01:00

    Step 1
      Mon 2026-11-30 08:00 +01:00  Ada Example by email

    Step 2
      Mon 2026-11-30 08:05 +01:00  ben by email

    At Mon 2026-11-30 08:15 +01:00 everybody was called, and it begins again, once.
    After that the default policy goes on, where the server has one.
    Then calling begins anew, after the minutes that the settings say.
    ");
    insta::assert_snapshot!(previewed("team/nobody", "P4"), @r"
    no escalation policy is found for team/nobody
      remedy: give it, its team or its product an `escalationPolicy`
    ");
}
