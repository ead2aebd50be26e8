//! Which steps of a policy are for an incident, against a reference that walks from minute to
//! minute and asks a clock on the wall.

mod support;

use estate::{Estate, Turns};
use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use kernel::{ItemRef, Priority, Time};
use proptest::prelude::*;
use support::{desired, try_plan};

/// Calendars by name: the zone, the days, the first minute, and the minute at which they end.
const HOURS: [(&str, &str, &[Weekday], i32, i32); 3] = [
    ("office", "Europe/Berlin", &WEEK, 8 * 60, 18 * 60),
    ("evening", "America/New_York", &WEEK, 18 * 60, 24 * 60),
    ("weekend", "Asia/Kolkata", &[Weekday::Saturday, Weekday::Sunday], 0, 24 * 60),
];
const WEEK: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
/// A day on which nobody is in the office.
const HOLIDAY: &str = "2026-12-25";

/// A variant as it is drawn: its priorities, and its hours with whether it is outside of them.
type Drawn = (Vec<Priority>, Option<(usize, bool)>);

fn drawn() -> impl Strategy<Value = Drawn> {
    let priorities = proptest::sample::subsequence(Priority::ALL.to_vec(), 0..=5);
    (priorities, proptest::option::of((0..HOURS.len(), any::<bool>())))
}

/// A week before and after both changes of the clocks, and Christmas.
fn moment() -> impl Strategy<Value = Time> {
    let days = [20_536_i64, 20_752, 20_807];
    (proptest::sample::select(days.to_vec()), 0..20_000_i64, 0..60_i64)
        .prop_map(|(day, minute, second)| Time::from_seconds(day * 86_400 + minute * 60 + second))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_policy_says_what_a_clock_on_the_wall_says(
        variants in proptest::collection::vec(drawn(), 1..5),
        waits in proptest::option::of((
            proptest::sample::subsequence(Priority::ALL.to_vec(), 1..=3),
            0..HOURS.len(),
        )),
        rest in any::<bool>(),
        (priority, now) in (proptest::sample::select(Priority::ALL.to_vec()), moment()),
    ) {
        let text = written(&variants, waits.as_ref(), rest);
        let estate = Estate::new(desired(&text).resources().cloned());
        let policy: ItemRef = "escalationpolicy/shop".parse().unwrap();
        let says = estate.says(&policy, priority, now).unwrap();

        let begin_at = waits.and_then(|(priorities, hours)| {
            let waits = priorities.contains(&priority) && !open(hours, now);
            let minute = now.micros() - now.micros().rem_euclid(60_000_000);
            let minutes = (1..).map(|count| Time::from_micros(minute + count * 60_000_000));
            waits.then(|| minutes.into_iter().find(|at| open(hours, *at)).unwrap())
        });
        prop_assert_eq!(says.begin_at, begin_at);
        let at = begin_at.unwrap_or(now);
        let fits = |(priorities, hours): &Drawn| {
            (priorities.is_empty() || priorities.contains(&priority))
                && hours.is_none_or(|(hours, outside)| open(hours, at) != outside)
        };
        let fitting: Vec<usize> =
            (0..variants.len()).filter(|place| fits(&variants[*place])).collect();
        let accepted = try_plan(&text).is_ok();
        if accepted {
            prop_assert!(fitting.len() <= 1, "{fitting:?} hold together");
            prop_assert!(rest || fitting.len() == 1, "nobody is called");
        }
        match fitting.first() {
            Some(first) => prop_assert_eq!(says.variant, Some(*first)),
            None if rest => prop_assert_eq!(says.variant, None),
            None => prop_assert!(says.variant.is_some()),
        }
        prop_assert!(!says.steps.is_empty(), "somebody is called, whatever holds");
    }
}

/// Nobody is given up on in the minute in which their last way rings.
#[test]
fn the_preview_ends_when_the_page_would_give_up() {
    let text = "apiVersion: operate/v1\nkind: Person\nmetadata: {name: ada}\n\
                spec: {email: ada@example.org, addresses: {voice: \"+4930123456\"}, notify: [\
                {by: [email]}, {priorities: [P1], after: 10m, by: [voice]}]}\n---\n\
                apiVersion: operate/v1\nkind: EscalationPolicy\nmetadata: {name: shop}\n\
                spec: {steps: [{contacts: [ada], wait: 5m}]}\n";
    let desired = desired(text);
    let estate = Estate::new(desired.resources().cloned());
    let policy: ItemRef = "escalationpolicy/shop".parse().expect("a reference");
    let over = |priority: Priority| {
        let found = estate
            .preview(&policy, priority, Time::EPOCH, &Turns::default())
            .expect("somebody is called");
        found.over_at.since(Time::EPOCH).as_secs()
    };
    assert_eq!(over(Priority::P1), 11 * 60);
    assert_eq!(over(Priority::P2), 5 * 60);
}

/// Ada, bob and cem of one team; bob is on leave until 01:00, ada is ill from then on.
const AWAY: &str = r#"
{apiVersion: operate/v1, kind: Team, metadata: {name: shop}, spec: {}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: ada},
 spec: {email: ada@x.org, teams: [shop]}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: bob, title: Bob Example},
 spec: {email: bob@x.org, teams: [shop]}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: cem},
 spec: {email: cem@x.org, teams: [shop]}}
---
{apiVersion: operate/v1, kind: Absence, metadata: {name: bob-1},
 spec: {person: bob, start: 1969-12-01T00:00:00Z, end: 1970-01-01T00:30:00Z}}
---
{apiVersion: operate/v1, kind: Absence, metadata: {name: bob-2},
 spec: {person: bob, start: 1969-12-01T00:00:00Z, end: 1970-01-01T01:00:00Z}}
---
{apiVersion: operate/v1, kind: Absence, metadata: {name: ada},
 spec: {person: ada, type: sickness, start: 1970-01-01T01:00:00Z}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: shop}, spec: {steps: [
  {contacts: [bob, cem], wait: 5m}, {contacts: [bob], wait: 5m}]}}
"#;

fn meant(targets: &[&str], turn: Option<u64>, minute: i64) -> String {
    let desired = desired(AWAY);
    let estate = Estate::new(desired.resources().cloned());
    let targets: Vec<ItemRef> =
        targets.iter().map(|name| name.parse().expect("a reference")).collect();
    let people = estate.meant(&targets, turn, Time::from_seconds(minute * 60));
    people.into_iter().map(|person| person.name().to_owned()).collect::<Vec<_>>().join(" ")
}

#[test]
fn whoever_is_away_is_left_out_of_people_and_teams_that_a_step_names() {
    assert_eq!(meant(&["team/shop"], None, 0), "ada cem");
    assert_eq!(meant(&["person/bob", "person/cem"], None, 0), "cem");
    assert_eq!(meant(&["team/shop"], None, 60), "bob cem", "ends are exact");
    assert_eq!(meant(&["team/shop", "person/bob"], None, 59), "ada cem");
}

#[test]
fn who_is_away_is_called_all_the_same_when_nobody_else_is_meant() {
    assert_eq!(meant(&["person/bob"], None, 0), "bob");
    assert_eq!(meant(&["person/bob"], Some(4), 0), "bob");
}

#[test]
fn one_in_turn_is_one_who_is_there_and_the_turns_of_others_stay() {
    let turns = |minute| [0, 1, 2, 3].map(|turn| meant(&["team/shop"], Some(turn), minute));
    assert_eq!(turns(0), ["ada", "cem", "cem", "ada"]);
    assert_eq!(turns(60), ["bob", "bob", "cem", "bob"]);
}

#[test]
fn a_preview_says_who_is_left_out_and_who_is_called_all_the_same() {
    let desired = desired(AWAY);
    let estate = Estate::new(desired.resources().cloned());
    let policy: ItemRef = "escalationpolicy/shop".parse().unwrap();
    let found = estate.preview(&policy, Priority::P1, Time::EPOCH, &Turns::default()).unwrap();
    let told = found.steps.iter().map(|step| {
        let calls: Vec<&str> = step.calls.iter().map(|call| call.person.name()).collect();
        let away = step.away.iter().map(|away| {
            let until = away.until.map(|until| until.to_string()).unwrap_or_default();
            format!("{} {:?} {until} {}", away.title, away.why, away.called)
        });
        (calls, away.collect::<Vec<_>>())
    });
    let bob = |called| vec![format!("Bob Example Leave 1970-01-01T01:00:00Z {called}")];
    assert_eq!(told.collect::<Vec<_>>(), [(vec!["cem"], bob(false)), (vec!["bob"], bob(true))]);
}

fn open(hours: usize, at: Time) -> bool {
    let (_, zone, days, from, until) = HOURS[hours];
    let at = jiff::Timestamp::from_microsecond(at.micros()).expect("an instant");
    let wall: DateTime = TimeZone::get(zone).expect("a zone").to_datetime(at);
    let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
    days.contains(&wall.weekday())
        && (from..until).contains(&minute)
        && (hours > 0 || wall.date().to_string() != HOLIDAY)
}

fn written(variants: &[Drawn], waits: Option<&(Vec<Priority>, usize)>, rest: bool) -> String {
    let mut text = String::from(
        "apiVersion: operate/v1\nkind: Person\nmetadata: {name: ada}\n\
         spec: {email: ada@example.org}\n---\n",
    );
    for (name, zone, days, from, until) in HOURS {
        let days: Vec<String> =
            days.iter().map(|day| format!("{day:?}").to_lowercase()[..3].to_owned()).collect();
        let clock = |minute: i32| format!("\"{:02}:{:02}\"", minute / 60, minute % 60);
        let holidays = if name == "office" {
            format!(", holidays: [{{name: Christmas, date: \"{HOLIDAY}\"}}]")
        } else {
            String::new()
        };
        text += &format!(
            "apiVersion: operate/v1\nkind: Calendar\nmetadata: {{name: {name}}}\n\
             spec: {{timeZone: {zone}, hours: [{{days: [{}], from: {}, until: {}}}]{holidays}}}\n\
             ---\n",
            days.join(", "),
            clock(from),
            clock(until)
        );
    }
    text += "apiVersion: operate/v1\nkind: EscalationPolicy\nmetadata: {name: shop}\nspec:\n";
    if rest {
        text += "  steps: [{contacts: [ada]}]\n";
    }
    if let Some((priorities, hours)) = waits {
        text +=
            &format!("  waits: {{priorities: {priorities:?}, calendar: {}}}\n", HOURS[*hours].0);
    }
    text += "  variants:\n";
    for (priorities, hours) in variants {
        let hours = hours.map_or(String::new(), |(hours, outside)| {
            let field = if outside { "outside" } else { "during" };
            format!("{field}: {}, ", HOURS[hours].0)
        });
        text +=
            &format!("    - {{priorities: {priorities:?}, {hours}steps: [{{contacts: [ada]}}]}}\n");
    }
    text
}
