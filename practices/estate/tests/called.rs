//! What policies ask of the schedules that they call.

mod support;

use calendar::Span;
use estate::{Estate, SetPolicies};
use kernel::{ItemRef, Time};
use support::desired;

/// Two people; a schedule of nobody, one of office hours, and one that always has somebody.
const PEOPLE: &str = "{apiVersion: operate/v1, kind: Team, metadata: {name: ops}, spec: {}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: ada}, spec: {email: a@b.c, teams: [ops]}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: empty}, spec: {timeZone: UTC, layers: [
  {name: a, rotations: [{start: '2026-01-01T00:00', every: 1d, people: [nobody]}]}]}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: office}, spec: {timeZone: UTC, layers: [
  {name: a, hours: [{days: [mon, tue, wed, thu, fri], from: '09:00', until: '17:00'}],
   rotations: [{start: '2026-01-01T00:00', every: 1d, people: [ada]}]}]}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: rest}, spec: {timeZone: UTC, layers: [
  {name: a, hours: [{days: [mon, tue, wed, thu, fri], from: '17:00', until: '09:00'},
    {days: [sat, sun], from: '00:00', until: '24:00'},
    {days: [mon], from: '00:00', until: '09:00'}],
   rotations: [{start: '2026-01-01T00:00', every: 1d, people: [ada]}]}]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: shop},
  spec: {team: ops, escalationPolicy: shop}}
---
";

/// What is asked of each schedule in a week, as hours and hours without anybody.
fn asked(policy: &str, set: SetPolicies) -> Vec<String> {
    let policy = format!(
        "{PEOPLE}{{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {{name: shop}}, \
         spec: {policy}}}\n"
    );
    told(&policy, set)
}

fn told(text: &str, set: SetPolicies) -> Vec<String> {
    let estate = Estate::new(desired(text).resources().cloned()).with_set_policies(set);
    let from = Time::parse("2026-11-30T00:00:00Z").expect("a time");
    let window = Span::new(from.micros(), from.micros() + 7 * 86_400_000_000);
    let (demands, unknown) = estate.demands(window);
    assert!(unknown.is_empty(), "{unknown:?}");
    let hours = |micros: i64| micros / 3_600_000_000;
    let told = demands.iter().map(|demand| {
        let names: Vec<&str> = demand.schedules.iter().map(ItemRef::name).collect();
        let sums = (hours(demand.required.total()), hours(demand.gaps.total()));
        format!("{} by {}: {} of {} h", demand.by, names.join("+"), sums.1, sums.0)
    });
    let unasked = estate.unasked(window);
    told.chain([format!("not asked: {}", unasked.len())]).collect()
}

#[test]
fn a_schedule_that_a_policy_calls_is_asked_for_at_all_times() {
    let found = asked("{steps: [{contacts: [schedule/empty], wait: 5m}]}", SetPolicies::default());
    assert_eq!(found, ["escalationpolicy/shop by empty: 168 of 168 h", "not asked: 2"]);
}

#[test]
fn those_of_one_step_cover_for_each_other() {
    let none = SetPolicies::default;
    let both = "{steps: [{contacts: [schedule/office, schedule/rest], wait: 5m}]}";
    let found = asked(both, none());
    assert_eq!(found, ["escalationpolicy/shop by office+rest: 0 of 168 h", "not asked: 1"]);
    let person = "{steps: [{contacts: [schedule/empty, person/ada], wait: 5m}]}";
    assert_eq!(
        asked(person, none()),
        ["escalationpolicy/shop by empty: 0 of 168 h", "not asked: 2"]
    );
    let apart = "{steps: [{contacts: [schedule/office], wait: 5m}, \
                 {contacts: [schedule/rest], wait: 5m}]}";
    let found = asked(apart, none());
    let expected = [
        "escalationpolicy/shop by office: 128 of 168 h",
        "escalationpolicy/shop by rest: 40 of 168 h",
        "not asked: 1",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_variant_asks_in_its_hours_and_the_other_steps_in_what_is_left() {
    let policy = "{steps: [{contacts: [schedule/empty], wait: 5m}], variants: [{during: \
                  {timeZone: UTC, hours: [{days: [mon, tue, wed, thu, fri], from: '09:00', \
                  until: '17:00'}]}, steps: [{contacts: [schedule/office], wait: 5m}]}]}";
    let found = asked(policy, SetPolicies::default());
    let expected = [
        "escalationpolicy/shop by empty: 128 of 128 h",
        "escalationpolicy/shop by office: 0 of 40 h",
        "not asked: 1",
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_policy_to_which_nothing_leads_asks_for_nobody_until_settings_name_it() {
    let text = format!(
        "{PEOPLE}{{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {{name: shop}}, \
         spec: {{steps: [{{contacts: [person/ada], wait: 5m}}]}}}}
---
{{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {{name: unused}}, \
         spec: {{steps: [{{contacts: [schedule/empty], wait: 5m}}]}}}}
"
    );
    assert_eq!(told(&text, SetPolicies::default()), ["not asked: 3"]);
    let default = Some("escalationpolicy/unused".parse().unwrap());
    let set = SetPolicies { default, ..SetPolicies::default() };
    assert_eq!(
        told(&text, set),
        ["escalationpolicy/unused by empty: 168 of 168 h", "not asked: 2"]
    );
}

#[test]
fn hours_that_a_schedule_says_itself_are_those_that_count() {
    let text = PEOPLE.replace(
        "{name: office}, spec: {timeZone: UTC,",
        "{name: office}, spec: {timeZone: UTC, coverCalendar: work,",
    );
    let text = format!(
        "{text}{{apiVersion: operate/v1, kind: Calendar, metadata: {{name: work}}, spec: \
         {{timeZone: UTC, hours: [{{days: [mon, tue, wed, thu, fri], from: '09:00', until: \
         '17:00'}}]}}}}
---
{{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {{name: shop}}, \
         spec: {{steps: [{{contacts: [schedule/office], wait: 5m}}]}}}}
"
    );
    assert_eq!(
        told(&text, SetPolicies::default()),
        ["calendar/work by office: 0 of 40 h", "not asked: 2"]
    );
}
