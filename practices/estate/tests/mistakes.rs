//! What people are told when a file is wrong: the place, the field, and how to mend it.

mod support;

use insta::assert_snapshot;
use support::{lines, try_plan};

fn told(text: &str) -> String {
    lines(&try_plan(text).expect_err("this has a mistake"))
}

/// A service with the given lines in its spec, and the team that it needs.
fn service(spec: &str) -> String {
    format!(
        "apiVersion: operate/v1\nkind: Team\nmetadata: {{name: payments}}\nspec: {{}}\n---\n\
         apiVersion: operate/v1\nkind: Service\nmetadata:\n  name: orders\nspec:\n{spec}"
    )
}

#[test]
fn what_is_no_yaml_is_pointed_at() {
    assert_snapshot!(told("apiVersion: operate/v1\nkind: [Team\n"), @"shop.yaml:2:7: unclosed bracket '['; correct the YAML here or just before");
    assert_snapshot!(told("a: 1\na: 2\n"), @"shop.yaml:2:1: `a` is there twice; keep one of the two");
}

#[test]
fn what_is_no_resource_is_told_so() {
    assert_snapshot!(told("- one\n- two\n"), @"shop.yaml:1:1: this is no resource; write apiVersion, kind, metadata and spec");
    assert_snapshot!(told("metadata: {name: x}\nspecs: {}\n"), @r"
    shop.yaml:1:1: apiVersion: `apiVersion` is missing; add `apiVersion:`
    shop.yaml:1:1: kind: `kind` is missing; add `kind:`
    shop.yaml:2:1: specs: unknown field `specs`; did you mean `spec`?
    ");
    assert_snapshot!(told("apiVersion: v1\nkind: Team\nmetadata: {name: x}\nspec: {}\n"), @"shop.yaml:1:13: apiVersion: this apiVersion is not known; write operate/v1");
}

#[test]
fn a_misspelt_kind_is_recognised() {
    assert_snapshot!(told("apiVersion: operate/v1\nkind: Servcie\nmetadata: {name: x}\nspec: {}\n"), @"shop.yaml:2:7: kind: unknown kind `Servcie`; did you mean `Service`?");
    assert_snapshot!(told("apiVersion: operate/v1\nkind: Gadget\nmetadata: {name: x}\nspec: {}\n"), @"shop.yaml:2:7: kind: unknown kind `Gadget`; write one of Team, Person, EscalationPolicy, Product, UseCase, Service, Component, Site, Supplier, Route");
}

#[test]
fn a_misspelt_field_is_recognised_wherever_it_is() {
    assert_snapshot!(told(&service("  taem: payments\n")), @"shop.yaml:11:3: spec.taem: unknown field `taem`; did you mean `team`?");
    assert_snapshot!(told(&service("  team: payments\n  colour: red\n")), @"shop.yaml:12:3: spec.colour: unknown field `colour`; remove it, or use one of team, product, escalationPolicy, runbookUrl, components, dependsOn, runsOn, feeds, memberOf, redundantWith");
    assert_snapshot!(told(&service(
        "  team: payments\n  dependsOn:\n    - group: nodes\n      needs: 1\n      of: []\n"
    )), @"shop.yaml:14:7: spec.dependsOn[0].needs: unknown field `needs`; did you mean `need`?");
}

#[test]
fn a_missing_field_is_named() {
    assert_snapshot!(told(&service("  product: shop\n")), @"shop.yaml:11:3: spec.team: `team` is missing; add `team:`");
    assert_snapshot!(told("apiVersion: operate/v1\nkind: Team\nmetadata: {title: x}\nspec: {}\n"), @"shop.yaml:3:11: metadata.name: `name` is missing; add `name:`");
}

#[test]
fn values_of_the_wrong_sort_are_explained() {
    assert_snapshot!(told(&service("  team: [payments]\n")), @"shop.yaml:11:9: spec.team: expected text, found a list; write text here");
    assert_snapshot!(told(&service("  team: 7\n")), @"shop.yaml:11:9: spec.team: expected text, found the number 7; put it in quotes");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn: component/db\n")), @"shop.yaml:12:14: spec.dependsOn: expected a list, found `component/db`; begin each element on a line of its own with `- `");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn:\n    - db\n")), @"shop.yaml:13:7: spec.dependsOn[0]: `db` names no item; write kind/name, for example service/checkout");
    assert_snapshot!(told(&service("  team: person/ada\n")), @"shop.yaml:11:9: spec.team: `person/ada` names no Team; write its name, or team/ and its name");
    assert_snapshot!(told(
        "apiVersion: operate/v1\nkind: Team\nmetadata: {name: 'a b'}\nspec: {type: ops}\n"
    ), @"shop.yaml:4:14: spec.type: `ops` is not known here; write one of product, it_operations, sre");
    assert_snapshot!(told("apiVersion: operate/v1\nkind: Team\nmetadata: {name: 'a b'}\nspec: {}\n"), @"shop.yaml:3:18: metadata.name: this name cannot be used; use letters, digits, `-`, `_` and `.`, at most 180 of them");
}

#[test]
fn a_name_of_nothing_is_pointed_at() {
    assert_snapshot!(told(&service("  team: paymnets\n")), @"shop.yaml:11:9: spec.team: there is no `team/paymnets`; did you mean `team/payments`?");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn:\n    - component/orders\n")), @"shop.yaml:13:7: spec.dependsOn[0]: there is no `component/orders`; did you mean `service/orders`?");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn:\n    - componnet/db\n")), @"shop.yaml:13:7: spec.dependsOn[0]: no kind `componnet`; did you mean `component/db`?");
    assert_snapshot!(told(&service("  team: payments\n  dependsOn:\n    - team/payments\n")), @"shop.yaml:13:7: spec.dependsOn[0]: nothing can depend on a Team; name one of product, usecase, service, component, site, supplier");
    assert_snapshot!(told(&service("  team: payments\n  feeds: [service/orders]\n")), @"shop.yaml:12:11: spec.feeds[0]: this is the resource itself; remove it; nothing is related to itself");
}

#[test]
fn a_group_must_be_able_to_hold() {
    assert_snapshot!(told(&service(
        "  team: payments\n  dependsOn:\n    - {group: nodes, need: 3, of: [component/a, component/a]}\n"
    )), @r"
    shop.yaml:13:28: spec.dependsOn[0].need: the group needs 3 but has 2; write at most 2, or name more members in `of`
    shop.yaml:13:36: spec.dependsOn[0].of[0]: there is no `component/a`; describe the Component `a`, or correct the name
    shop.yaml:13:49: spec.dependsOn[0].of[1]: component/a is there twice; remove one of the two
    shop.yaml:13:49: spec.dependsOn[0].of[1]: there is no `component/a`; describe the Component `a`, or correct the name
    ");
}

#[test]
fn the_same_name_twice_leads_to_the_first() {
    let team = "apiVersion: operate/v1\nkind: Team\nmetadata: {name: payments}\nspec: {}\n";
    assert_snapshot!(told(&format!("{team}---\n{team}")), @"shop.yaml:8:18: metadata.name: there is a Team `payments` already, in shop.yaml:1; remove one of the two, or rename it");
}

#[test]
fn a_policy_must_call_somebody_and_leave_time_to_answer() {
    let policy = "apiVersion: operate/v1\nkind: EscalationPolicy\nmetadata: {name: day}\nspec:\n";
    assert_snapshot!(told(&format!("{policy}  steps: []\n")), @"shop.yaml:5:10: spec.steps: this policy calls nobody; add a step with contacts and wait");
    assert_snapshot!(told(&format!("{policy}  steps:\n    - contacts: []\n  repeat: 2\n")), @r"
    shop.yaml:6:7: spec.steps[0].wait: this step leaves no time to answer before the next; add `wait: 5m`, or as long as an answer may take
    shop.yaml:6:17: spec.steps[0].contacts: this step calls nobody; name a person
    ");
    assert_snapshot!(told(&format!("{policy}  steps:\n    - contacts: []\n      wait: 5 minutes\n")), @"shop.yaml:7:13: spec.steps[0].wait: `5 minutes` is not a length of time; write it like 30s, 5m or 1h30m");
}

#[test]
fn a_person_must_be_reachable() {
    assert_snapshot!(told(
        "apiVersion: operate/v1\nkind: Person\nmetadata: {name: ada}\nspec:\n  email: ada\n  \
         timeZone: Europe/Atlantis\n  contactMethods: [webhook]\n  webhook: ftp://x\n"
    ), @r"
    shop.yaml:5:10: spec.email: this is no mail address; write it like ada@example.org
    shop.yaml:6:13: spec.timeZone: no time zone `Europe/Atlantis`; write an IANA name such as Europe/Berlin or UTC
    shop.yaml:8:12: spec.webhook: this is no URL; begin it with https:// or http://
    ");
}

#[test]
fn a_route_must_lead_to_an_item() {
    assert_snapshot!(told(
        "apiVersion: operate/v1\nkind: Route\nmetadata: {name: x}\nspec:\n  when: 'true'\n  item: team/x\n"
    ), @"shop.yaml:6:9: spec.item: this names no kind of item; write it like service/{labels.service}");
}

#[test]
fn every_document_and_every_file_is_told_about_at_once() {
    let text = "apiVersion: operate/v1\nkind: Team\nmetadata: {name: x}\nspec: {a: 1}\n---\n\
                apiVersion: operate/v1\nkind: Teem\nmetadata: {named: y}\nspec: {}\n";
    assert_snapshot!(told(text), @r"
    shop.yaml:4:8: spec.a: unknown field `a`; remove it, or use one of type, email, escalationPolicy
    shop.yaml:7:7: kind: unknown kind `Teem`; did you mean `Team`?
    shop.yaml:8:12: metadata.named: unknown field `named`; did you mean `name`?
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
