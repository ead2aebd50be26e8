//! What people are told when a file is wrong: the place, the field, and how to mend it.

mod support;

use estate::Mistake;
use insta::assert_snapshot;
use support::try_plan;

/// Each mistake as where, what and remedy, on lines of their own.
fn told(text: &str) -> String {
    let mistakes = try_plan(text).expect_err("this has a mistake");
    let tell = |mistake: &Mistake| {
        let Mistake { file, line, column, field, message, remedy } = mistake;
        let mut told = format!("{file}:{line}:{column} {field}").trim_end().to_owned();
        told.push_str(&format!("\n  {message}\n  ->"));
        let mut width = 0;
        for word in remedy.split(' ') {
            width += word.len() + 1;
            let full = width > 80;
            width = if full { word.len() } else { width };
            told.push_str(if full { "\n     " } else { " " });
            told.push_str(word);
        }
        told + "\n"
    };
    mistakes.iter().map(tell).collect()
}

fn document(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: operate/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n{spec}\n---\n")
}

/// A service with the given lines in its spec, and the team that it needs.
fn service(spec: &str) -> String {
    document("Service", "orders", spec) + &document("Team", "payments", "")
}

#[test]
fn what_is_no_yaml_is_pointed_at() {
    assert_snapshot!(told("apiVersion: operate/v1\nkind: [Team\n"), @r"
    shop.yaml:2:7
      unclosed bracket '['
      -> correct the YAML here or just before
    ");
    assert_snapshot!(told("a: 1\na: 2\n"), @r"
    shop.yaml:2:1
      `a` is there twice
      -> keep one of the two
    ");
}

#[test]
fn what_is_no_resource_is_told_so() {
    assert_snapshot!(told("- one\n- two\n"), @r"
    shop.yaml:1:1
      this is no resource
      -> write apiVersion, kind, metadata and spec
    ");
    assert_snapshot!(told("metadata: {name: x}\nspecs: {}\n"), @r"
    shop.yaml:1:1 apiVersion
      `apiVersion` is missing
      -> add `apiVersion:`
    shop.yaml:1:1 kind
      `kind` is missing
      -> add `kind:`
    shop.yaml:2:1 specs
      unknown field `specs`
      -> did you mean `spec`?
    ");
    assert_snapshot!(told(&document("Team", "x", "").replace("operate/v1", "v1")), @r"
    shop.yaml:1:13 apiVersion
      this apiVersion is not known
      -> write operate/v1
    ");
}

#[test]
fn a_misspelt_kind_is_recognised() {
    assert_snapshot!(told(&document("Servcie", "x", "")), @r"
    shop.yaml:2:7 kind
      unknown kind `Servcie`
      -> did you mean `Service`?
    ");
    assert_snapshot!(told(&document("Gadget", "x", "")), @r"
    shop.yaml:2:7 kind
      unknown kind `Gadget`
      -> write one of Team, Person, EscalationPolicy, Schedule, Absence, ShiftOverride,
         Product, UseCase, Service, Component, Site, Supplier, Calendar, ServiceContract,
         Objective, DataSource, Route, MaintenanceWindow, Freeze
    ");
}

#[test]
fn a_misspelt_field_is_recognised_wherever_it_is() {
    assert_snapshot!(told(&service("  taem: payments\n")), @r"
    shop.yaml:6:3 spec.taem
      unknown field `taem`
      -> did you mean `team`?
    ");
    let spec = "  team: payments\n  dependsOn:\n    - {group: nodes, needs: 1, of: []}";
    assert_snapshot!(told(&service("  team: payments\n  colour: red\n")), @r"
    shop.yaml:7:3 spec.colour
      unknown field `colour`
      -> remove it, or use one of team, product, escalationPolicy, runbookUrl,
         components, dependsOn, runsOn, consumesFrom, feeds, memberOf, redundantWith
    ");
    assert_snapshot!(told(&service(spec)), @r"
    shop.yaml:8:22 spec.dependsOn[0].needs
      unknown field `needs`
      -> did you mean `need`?
    ");
}

#[test]
fn a_missing_field_is_named() {
    assert_snapshot!(told(&service("  product: shop\n")), @r"
    shop.yaml:6:3 spec.team
      `team` is missing
      -> add `team:`
    ");
    assert_snapshot!(told(&document("Team", "x", "").replace("name", "title")), @r"
    shop.yaml:4:3 metadata.name
      `name` is missing
      -> add `name:`
    ");
}

#[test]
fn values_of_the_wrong_sort_are_explained() {
    assert_snapshot!(told(&service("  team: [payments]\n")), @r"
    shop.yaml:6:9 spec.team
      expected text, found a list
      -> write text here
    ");
    assert_snapshot!(told(&service("  team: 7\n")), @r"
    shop.yaml:6:9 spec.team
      expected text, found the number 7
      -> put it in quotes
    ");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn: component/db\n")), @r"
    shop.yaml:7:14 spec.dependsOn
      expected a list, found `component/db`
      -> begin each element on a line of its own with `- `
    ");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn:\n    - db\n")), @r"
    shop.yaml:8:7 spec.dependsOn[0]
      `db` names no item
      -> write kind/name, for example service/checkout
    ");
    assert_snapshot!(told(&service("  team: person/ada\n")), @r"
    shop.yaml:6:9 spec.team
      `person/ada` names no Team
      -> write its name, or team/ and its name
    ");
    assert_snapshot!(told(&document("Team", "x", "  type: ops")), @r"
    shop.yaml:6:9 spec.type
      `ops` is not known here
      -> write one of product, it_operations, sre
    ");
    assert_snapshot!(told(&document("Team", "a b", "")), @r"
    shop.yaml:4:9 metadata.name
      this name cannot be used
      -> use letters, digits, `-`, `_` and `.`, at most 180 of them
    ");
}

#[test]
fn a_name_of_nothing_is_pointed_at() {
    assert_snapshot!(told(&service("  team: paymnets\n")), @r"
    shop.yaml:6:9 spec.team
      there is no `team/paymnets`
      -> did you mean `team/payments`?
    ");
    let needs = |item: &str| service(&format!("  team: payments\n  dependsOn:\n    - {item}"));
    assert_snapshot!(told(&needs("component/orders")), @r"
    shop.yaml:8:7 spec.dependsOn[0]
      there is no `component/orders`
      -> did you mean `service/orders`?
    ");
    assert_snapshot!(told(&needs("componnet/db")), @r"
    shop.yaml:8:7 spec.dependsOn[0]
      no kind `componnet`
      -> did you mean `component/db`?
    ");
    assert_snapshot!(told(&needs("team/payments")), @r"
    shop.yaml:8:7 spec.dependsOn[0]
      nothing can depend on a Team
      -> name one of product, usecase, service, component, site, supplier
    ");
    assert_snapshot!(told(&service("  team: payments\n  feeds: [service/orders]\n")), @r"
    shop.yaml:7:11 spec.feeds[0]
      this is the resource itself
      -> remove it; nothing is related to itself
    ");
}

#[test]
fn a_group_must_be_able_to_hold() {
    let spec = "  team: payments\n  dependsOn:\n    \
                - {group: nodes, need: 3, of: [component/a, component/a]}";
    assert_snapshot!(told(&service(spec)), @r"
    shop.yaml:8:28 spec.dependsOn[0].need
      the group needs 3 but has 2
      -> write at most 2, or name more members in `of`
    shop.yaml:8:36 spec.dependsOn[0].of[0]
      there is no `component/a`
      -> describe the Component `a`, or correct the name
    shop.yaml:8:49 spec.dependsOn[0].of[1]
      component/a is there twice
      -> remove one of the two
    shop.yaml:8:49 spec.dependsOn[0].of[1]
      there is no `component/a`
      -> describe the Component `a`, or correct the name
    ");
}

#[test]
fn the_same_name_twice_leads_to_the_first() {
    let team = document("Team", "payments", "");
    assert_snapshot!(told(&format!("{team}{team}")), @r"
    shop.yaml:11:9 metadata.name
      there is a Team `payments` already, in shop.yaml:1
      -> remove one of the two, or rename it
    ");
}

#[test]
fn a_policy_must_call_somebody_and_leave_time_to_answer() {
    let policy = |spec| document("EscalationPolicy", "day", spec);
    assert_snapshot!(told(&policy("  steps: []")), @r"
    shop.yaml:6:10 spec.steps
      this policy calls nobody
      -> add a step with contacts and wait
    ");
    assert_snapshot!(told(&policy("  steps:\n    - contacts: []\n  repeat: 2")), @r"
    shop.yaml:7:7 spec.steps[0].wait
      this step leaves no time to answer before the next
      -> add `wait: 5m`, or as long as an answer may take
    shop.yaml:7:17 spec.steps[0].contacts
      this step calls nobody
      -> name a person
    ");
    let wait = "  steps:\n    - contacts: []\n      wait: 5 minutes";
    assert_snapshot!(told(&policy(wait)), @r"
    shop.yaml:8:13 spec.steps[0].wait
      `5 minutes` is not a length of time
      -> write it like 30s, 5m or 1h30m
    ");
}

#[test]
fn a_person_must_be_reachable() {
    let spec = "  email: ada\n  timeZone: Europe/Atlantis\n  \
                contactMethods: [webhook]\n  webhook: ftp://x";
    assert_snapshot!(told(&document("Person", "ada", spec)), @r"
    shop.yaml:6:10 spec.email
      this is no mail address
      -> write it like ada@example.org
    shop.yaml:7:13 spec.timeZone
      no time zone `Europe/Atlantis`
      -> write an IANA name such as Europe/Berlin or UTC
    shop.yaml:9:12 spec.webhook
      this is no URL
      -> begin it with https:// or http://
    ");
}

#[test]
fn a_route_must_lead_to_an_item() {
    let spec = "  when: 'true'\n  item: team/x";
    assert_snapshot!(told(&document("Route", "x", spec)), @r"
    shop.yaml:7:9 spec.item
      this names no kind of item
      -> write it like service/{labels.service}
    ");
}

#[test]
fn every_document_and_every_file_is_told_about_at_once() {
    let second = document("Teem", "y", "").replace("name", "named");
    let text = document("Team", "x", "  a: 1") + &second;
    assert_snapshot!(told(&text), @r"
    shop.yaml:6:3 spec.a
      unknown field `a`
      -> remove it, or use one of type, email, escalationPolicy, chat
    shop.yaml:9:7 kind
      unknown kind `Teem`
      -> did you mean `Team`?
    shop.yaml:11:3 metadata.named
      unknown field `named`
      -> did you mean `name`?
    ");
}

#[test]
fn bombs_are_refused_quickly() {
    let deep = format!("a: {}{}\n", "[".repeat(5_000), "]".repeat(5_000));
    assert!(told(&deep).starts_with("shop.yaml:"));
    let mut laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let alias = format!("*a{}", level - 1);
        let aliases = [alias.as_str(); 9].join(", ");
        laughs.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    assert!(told(&laughs).starts_with("shop.yaml:"));
    assert!(told(&"x".repeat(9 << 20)).contains("larger than 8 MiB"));
}

#[test]
fn a_contract_that_ended_says_when_and_what_a_supplier_promises_does_not_wait_for_them() {
    let contract = |kind: &str, more: &str| {
        let spec = format!(
            "  type: {kind}
  provider: team/payments
  consumer: team/payments
  scope: [service/orders]
  start: 2026-01-01T00:00:00Z{more}
  terms:
    - clocks: [{{clock: restore, targets: {{P1: 4h}}, pauses: [consumer, supplier]}}]"
        );
        service("  team: payments") + &document("ServiceContract", "x", &spec)
    };
    assert!(try_plan(&contract("sla", "")).is_ok(), "who asks may have to wait for a supplier");
    assert_snapshot!(told(&contract("ola", "\n  status: terminated")), @r"
    shop.yaml:20:3 spec.end
      it is not said when this contract ended
      -> add `end:` with the moment from which it holds no longer
    shop.yaml:27:60 spec.terms[0].clocks[0].pauses
      a supplier's own time does not stand still while it is waited for
      -> remove `supplier`; it stands in agreements with consumers alone
    ");
}

#[test]
fn a_contract_that_cannot_be_kept_is_told_by_its_terms() {
    let contract = "  type: sla
  provider: person/ada
  consumer: team/payments
  scope: [team/payments]
  start: 2026-01-01T00:00:00Z
  end: 2025-01-01T00:00:00Z
  terms:
    - availability: {target: 0.999, degradedFactor: 2}
      clocks:
        - clock: restore
          targets: {P1: 4h, P2: 1h}
          warnAt: [90, 50]
    - penalties: [{below: 99, credit: 500}]";
    let text = document("ServiceContract", "x", contract) + &document("Team", "payments", "");
    assert_snapshot!(told(&text), @r"
    shop.yaml:7:13 spec.provider
      a Person cannot be this
      -> name one of team, supplier
    shop.yaml:7:13 spec.provider
      there is no `person/ada`
      -> describe the Person `ada`, or correct the name
    shop.yaml:9:11 spec.scope[0]
      nothing can be promised of this
      -> name one of product, usecase, service, component, site, supplier
    shop.yaml:11:8 spec.end
      this contract ends before it begins
      -> write an `end` after the `start`, or none
    shop.yaml:13:30 spec.terms[0].availability.target
      0.999 % promises nothing
      -> write it in percent: 99.9
    shop.yaml:13:53 spec.terms[0].availability.degradedFactor
      this is no share
      -> write 0 for up, 1 for down, or a share between them
    shop.yaml:16:20 spec.terms[0].clocks[0].targets
      P2 (1h) is to be faster than P1 (4h)
      -> give the more important priority the shorter time
    shop.yaml:17:19 spec.terms[0].clocks[0].warnAt
      these are no such shares
      -> write rising numbers from 1 to 99, such as [50, 75, 90]
    shop.yaml:18:7 spec.terms[1]
      it is not said from when on these terms hold
      -> add `from:` with the moment from which these terms hold
    shop.yaml:18:7 spec.terms[1]
      these terms promise nothing
      -> add `availability`, `objectives` or `clocks`
    shop.yaml:18:19 spec.terms[1].penalties[0]
      there is no availability to miss
      -> add `availability`, or remove the penalty
    shop.yaml:18:39 spec.terms[1].penalties[0].credit
      500 is no share
      -> write it in percent, such as 99.9
    ");
}

#[test]
fn a_calendar_that_never_opens_and_an_objective_without_a_measure_are_told() {
    let calendar = "  timeZone: Europe/Berlin\n  hours: []";
    let holiday = "  timeZone: Europe/Atlantis\n  always: true";
    let ways = "  timeZone: UTC\n  always: true\n  holidays: [{name: two, date: 2026-01-01, \
                easter: 1}]";
    let objective = "  item: service/orders
  indicator: {good: up}
  target: 101
  method: timeslices
  window: {rolling: 5m}
  alerts: {eventsMin: 9}
  policy: {cautionBelow: 10}";
    let text = service("  team: payments")
        + &document("Calendar", "shut", calendar)
        + &document("Calendar", "nowhere", holiday)
        + &document("Calendar", "twice", ways)
        + &document("Objective", "orders", objective);
    assert_snapshot!(told(&text), @r"
    shop.yaml:21:10 spec.hours
      this calendar is never open: no clock would ever run out
      -> add `hours`, or `always: true`
    shop.yaml:28:13 spec.timeZone
      `Europe/Atlantis` is no time zone
      -> write one like Europe/Berlin
    shop.yaml:38:14 spec.holidays[0]
      this holiday does not say in one way when it is
      -> write one of `date`, `yearly`, `easter`, `rule`, `ical`
    shop.yaml:45:3 spec.slice
      it is not said how long a slice is
      -> add `slice: {length: 1m}`
    shop.yaml:46:14 spec.indicator
      it is not said what is good
      -> write `good` or `bad` and `total`; or `value`, `op` and `limit`; or `records`;
         or `parts`; or none of them and no `source`, and push counts
    shop.yaml:46:21 spec.indicator.good
      nobody is named who could answer it
      -> add `source:` with the name of a DataSource, or remove the query
    shop.yaml:47:11 spec.target
      101 is no share
      -> write it in percent, such as 99.9
    shop.yaml:49:21 spec.window.rolling
      this is no window to keep
      -> write from 1h to 366d, such as 28d
    shop.yaml:50:23 spec.alerts.eventsMin
      this objective counts time, not events
      -> remove it
    shop.yaml:51:11 spec.policy
      these shares do not fall
      -> let cautionBelow be highest and freezeBelow lowest, from 100 to -100
    ");
}

#[test]
fn parts_of_an_objective_stand_alone_and_never_lead_back_to_it() {
    let objective = |name: &str, indicator: &str| {
        let spec = format!("  item: service/orders\n  target: 99\n  indicator: {indicator}");
        document("Objective", name, &spec)
    };
    let part = |name: &str| format!("{{ parts: [{{ objective: {name} }}] }}");
    let text = service("  team: payments")
        + &objective("self", &part("self"))
        + &objective("a", &part("b"))
        + &objective("b", "{ parts: [{ objective: plain }, { objective: objective/c }] }")
        + &objective("c", &part("a"))
        + &objective("above", &part("a"))
        + &objective("plain", "{ combine: all }")
        + &objective(
            "odd",
            "{ records: restore, parts: [{ objective: plain, weight: 0 },\n    \
             { objective: plain }, { objective: plane }] }",
        );
    assert_snapshot!(told(&text), @r"
    shop.yaml:22:37 spec.indicator.parts[0].objective
      this is the resource itself
      -> remove it; nothing is related to itself
    shop.yaml:31:37 spec.indicator.parts[0].objective
      this leads back: objective/b names objective/c names objective/a
      -> name objectives that are not composed of this one
    shop.yaml:40:59 spec.indicator.parts[1].objective
      this leads back: objective/c names objective/a names objective/b
      -> name objectives that are not composed of this one
    shop.yaml:49:37 spec.indicator.parts[0].objective
      this leads back: objective/a names objective/b names objective/c
      -> name objectives that are not composed of this one
    shop.yaml:67:25 spec.indicator.combine
      there is nothing to combine
      -> add `parts:` with the objectives, or remove it
    shop.yaml:76:41 spec.indicator.parts
      something else is counted, too
      -> write `parts` alone, or `records`, or queries and their `source`
    shop.yaml:76:70 spec.indicator.parts[0].weight
      0 is no weight
      -> write a number from 0.001 to 1000000, such as 2
    shop.yaml:77:18 spec.indicator.parts[1].objective
      objective/plain is there twice
      -> keep one of the two, with the weight of both
    shop.yaml:77:40 spec.indicator.parts[2].objective
      there is no `objective/plane`
      -> did you mean `objective/plain`?
    ");
}

#[test]
fn a_schedule_that_nobody_can_follow_is_told_field_by_field() {
    let schedule = "  timeZone: Europe/Berlin\n  layers:\n    - name: first\n      \
        rotations:\n        - { start: 2026-11-30T09:00, every: weekly, people: [ada] }\n      \
        backup: below\n      backupPerson: eve\n  overrides:\n    \
        - { start: 2026-12-02T00:00:00Z, end: 2026-12-01T00:00:00Z, person: ada }\n";
    let absence = "  person: ada\n  start: 2026-12-02T00:00:00Z\n  end: 2026-12-02T00:00:00Z\n";
    let ada = document("Person", "ada", "  email: ada@example.org");
    let text = document("Schedule", "first", schedule) + &document("Absence", "leave", absence);
    assert_snapshot!(told(&(text + &ada)), @r"
    shop.yaml:10:45 spec.layers[0].rotations[0].every
      `weekly` is no length of a shift
      -> write it like 12h, 1d, 1w or 1M
    shop.yaml:12:21 spec.layers[0].backupPerson
      two rules for who stands in
      -> keep `backup` or `backupPerson`
    shop.yaml:12:21 spec.layers[0].backupPerson
      there is no `person/eve`
      -> did you mean `person/ada`?
    shop.yaml:14:43 spec.overrides[0].end
      this ends before it begins
      -> write an `end` after the `start`
    shop.yaml:24:8 spec.end
      this ends before it begins
      -> write an `end` after the `start`
    ");
    let zone = "  timeZone: Mars/Base\n  layers:\n    - name: first\n      rotations: []\n";
    assert_snapshot!(told(&document("Schedule", "first", zone)), @r"
    shop.yaml:6:13 spec.timeZone
      `Mars/Base` is no time zone
      -> write one like Europe/Berlin
    shop.yaml:9:18 spec.layers[0].rotations
      nobody takes turns
      -> add one with `start`, `every` and `people`, or a `calendar`
    ");
}

#[test]
fn checks_of_a_consumer_must_be_objectives_that_there_are() {
    let contract = "  type: sla
  provider: team/payments
  consumer: team/payments
  scope: [service/orders]
  start: 2026-01-01T00:00:00Z
  terms:
    - availability: {target: 99, evidence: [objective/prob, probe, probe]}
    - from: 2026-02-01T00:00:00Z
      availability: {target: 99, evidenceRules: true}";
    let objective = "  item: service/orders
  indicator: {description: test orders that went through}
  target: 99";
    let text = document("ServiceContract", "x", contract)
        + &document("Objective", "probe", objective)
        + &service("  team: payments");
    assert_snapshot!(told(&text), @r"
    shop.yaml:12:45 spec.terms[0].availability.evidence[0]
      there is no `objective/prob`
      -> did you mean `objective/probe`?
    shop.yaml:12:68 spec.terms[0].availability.evidence[2]
      objective/probe is there twice
      -> keep one of the two
    shop.yaml:14:49 spec.terms[1].availability.evidenceRules
      there are no checks that could rule
      -> name the objectives in `evidence`, or remove it
    ");
    let window = "  items: [service/orders]
  reason: new disks
  windows:
    - start: 2026-01-01T00:00:00Z
      end: 2026-01-01T02:00:00Z
      actualStart: 2026-01-01T01:00:00Z
      actualEnd: 2026-01-01T00:30:00Z";
    let text = document("MaintenanceWindow", "x", window) + &service("  team: payments");
    assert_snapshot!(told(&text), @r"
    shop.yaml:12:18 spec.windows[0].actualEnd
      it was done before it began
      -> correct `actualStart` or `actualEnd`
    ");
}

#[test]
fn a_notice_of_shifts_comes_in_time_or_not_at_all() {
    let spec = |notice: &str| {
        document("Person", "ada", &format!("  email: ada@example.org\n  shiftNotice: {notice}"))
    };
    assert_snapshot!(told(&spec("{before: 200h}")), @r"
    shop.yaml:7:25 spec.shiftNotice.before
      200h is no time to be told before a shift
      -> write a time from 1m to 168h, or `off: true` for no notices
    ");
    assert_snapshot!(told(&spec("{before: 1h, off: true}")), @r"
    shop.yaml:7:25 spec.shiftNotice.before
      this is never used with `off`
      -> keep one of the two
    ");
}

/// A policy with the given lines in its spec, and who and what it names.
fn variants(spec: &str) -> String {
    let office = "  timeZone: Europe/Berlin\n  \
                  hours: [{days: [mon, tue, wed, thu, fri], from: \"08:00\", until: \"18:00\"}]";
    document("EscalationPolicy", "day", spec)
        + &document("Calendar", "office", office)
        + &document("Person", "ada", "  email: ada@example.org")
}

#[test]
fn every_priority_is_called_by_one_variant_at_every_time() {
    let whole = "  variants:\n    \
                 - {priorities: [P1, P2], steps: [{contacts: [ada]}]}\n    \
                 - {priorities: [P3], during: office, steps: [{contacts: [ada]}]}\n    \
                 - {priorities: [P3], outside: office, steps: [{contacts: [ada]}]}\n    \
                 - {priorities: [P4, P5], during: office, steps: [{contacts: [ada]}]}\n";
    let waits = "  waits: {priorities: [P4, P5], calendar: office}\n";
    try_plan(&variants(&format!("{whole}{waits}"))).expect("nobody is forgotten");
    assert_snapshot!(told(&variants(whole)), @r"
    shop.yaml:10:7 spec.variants[3]
      for P4, P5 nobody is called at times, as from Mon 2026-01-05 18:00 to Tue 2026-01-06 08:00
      -> add `steps` for whatever no variant is for, a variant for these hours, or
         `waits` with these priorities and a calendar to call them later
    ");
    let missing = "  variants:\n    - {priorities: [P1, P2], steps: [{contacts: [ada]}]}\n";
    assert_snapshot!(told(&variants(missing)), @r"
    shop.yaml:7:5 spec.variants
      nobody is called for P3, P4, P5
      -> add `steps` for whatever no variant is for, or a variant for these
    ");
    try_plan(&variants(&format!("{missing}  steps: [{{contacts: [ada]}}]"))).expect("the rest");
}

#[test]
fn two_variants_are_never_in_force_together() {
    let both = "  variants:\n    \
                - {priorities: [P1, P2], steps: [{contacts: [ada]}]}\n    \
                - priorities: [P2, P3]\n      \
                  during: {timeZone: UTC, hours: [{days: [sat], from: \"08:00\", until: \
                \"12:00\"}]}\n      \
                  steps: [{contacts: [ada]}]\n  \
                steps: [{contacts: [ada]}]\n";
    assert_snapshot!(told(&variants(both)), @r"
    shop.yaml:8:7 spec.variants[1]
      for P2 this is in force together with variants[0], such as on Sat 2026-01-03 08:00
      -> narrow `priorities`, `during` or `outside` of one of them
    ");
    let weekend = "  variants:\n    \
                   - {during: office, steps: [{contacts: [ada]}]}\n    \
                   - during: {timeZone: Europe/Berlin, hours: [{days: [fri], from: \"17:00\", \
                   until: \"24:00\"}]}\n      \
                     steps: [{contacts: [ada]}]\n  \
                   steps: [{contacts: [ada]}]\n";
    assert_snapshot!(told(&variants(weekend)), @r"
    shop.yaml:8:7 spec.variants[1]
      for every priority this is in force together with variants[0], such as on Fri 2026-01-09 17:00
      -> narrow `priorities`, `during` or `outside` of one of them
    ");
}

#[test]
fn hours_of_variants_can_be_worked_out() {
    let wrong = "  variants:\n    \
                 - {during: offices, steps: [{contacts: [ada]}]}\n    \
                 - {during: office, outside: office, steps: []}\n    \
                 - during: {timeZone: Europe/Atlantis, always: true}\n      \
                   steps: [{contacts: [ada]}, {contacts: []}]\n  \
                 repeat: 1\n";
    assert_snapshot!(told(&variants(wrong)), @r"
    shop.yaml:7:16 spec.variants[0].during
      there is no `calendar/offices`
      -> did you mean `calendar/office`?
    shop.yaml:7:33 spec.variants[0].steps[0].wait
      this step leaves no time to answer before the next
      -> add `wait: 5m`, or as long as an answer may take
    shop.yaml:8:33 spec.variants[1].outside
      two kinds of hours
      -> keep `during` or `outside`
    shop.yaml:8:48 spec.variants[1].steps
      this variant calls nobody
      -> add a step with contacts and wait
    shop.yaml:9:26 spec.variants[2].during.timeZone
      `Europe/Atlantis` is no time zone
      -> write one like Europe/Berlin
    shop.yaml:10:15 spec.variants[2].steps[0].wait
      this step leaves no time to answer before the next
      -> add `wait: 5m`, or as long as an answer may take
    shop.yaml:10:34 spec.variants[2].steps[1].wait
      this step leaves no time to answer before the next
      -> add `wait: 5m`, or as long as an answer may take
    shop.yaml:10:45 spec.variants[2].steps[1].contacts
      this step calls nobody
      -> name a person
    ");
}

#[test]
fn hours_of_a_layer_are_checked_like_those_of_a_calendar() {
    let layer = |hours: &str| {
        let rotation = "{start: '2026-12-21T00:00', every: 1d, people: [nobody]}";
        let layers = format!("[{{name: days, {hours}, rotations: [{rotation}]}}]");
        told(&document("Schedule", "desk", &format!("  {{timeZone: UTC, layers: {layers}}}")))
    };
    let days = "[{days: [mon], from: '08:00', until: '16:00'}]";
    let both = layer(&format!("hours: {days}, during: {{timeZone: UTC, hours: {days}}}"));
    assert!(both.contains("two kinds of hours"), "{both}");
    let never = layer("during: {timeZone: UTC}");
    assert!(never.contains("spec.layers[0].during.hours"), "{never}");
    let nowhere = layer(&format!("during: {{timeZone: Nowhere, hours: {days}}}"));
    assert!(nowhere.contains("spec.layers[0].during.timeZone"), "{nowhere}");
    let unknown = layer("during: office");
    assert!(unknown.contains("layers[0].during"), "{unknown}");
}
