//! What applying files would change.

mod support;

use std::fmt::Write as _;

use estate::{Action, Desired, Plan, Stored, plan};
use insta::assert_snapshot;
use support::{desired, lines, stored};

const SHOP: &str = "
apiVersion: operate/v1
kind: Team
metadata: {name: payments, labels: {floor: '3'}}
spec: {type: sre}
---
apiVersion: operate/v1
kind: Service
metadata: {name: orders, title: Orders}
spec: {team: payments, dependsOn: [component/db]}
---
apiVersion: operate/v1
kind: Component
metadata: {name: db}
spec: {}
";

fn shown(plan: &Plan) -> String {
    let mut text = String::new();
    for change in &plan.changes {
        let drift = if change.drift { " (changed by hand since)" } else { "" };
        let taken_over = if change.taken_over { " (taken over)" } else { "" };
        let action = format!("{:?}", change.action).to_lowercase();
        let _ = writeln!(text, "{action} {}{drift}{taken_over}", change.item);
        for field in &change.fields {
            let _ = writeln!(text, "  {}: {} -> {}", field.path, field.before, field.after);
        }
    }
    text
}

/// The shop with one text replaced by another.
fn changed(from: &str, to: &str) -> Desired {
    assert!(SHOP.contains(from));
    desired(&SHOP.replace(from, to))
}

#[test]
fn what_is_new_is_created_field_by_field() {
    assert_snapshot!(shown(&plan(&[], &desired(SHOP), false).unwrap()), @r#"
    create team/payments
      metadata.labels.floor: null -> "3"
      metadata.name: null -> "payments"
      spec.type: null -> "sre"
    create service/orders
      metadata.name: null -> "orders"
      metadata.title: null -> "Orders"
      spec.dependsOn: null -> ["component/db"]
      spec.team: null -> "team/payments"
    create component/db
      metadata.name: null -> "db"
    "#);
}

#[test]
fn a_second_apply_changes_nothing() {
    let plan = plan(&stored(&desired(SHOP)), &desired(SHOP), true).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.count(Action::Unchanged), 3);
}

#[test]
fn changed_fields_are_told_before_and_after() {
    let desired = changed("title: Orders", "description: Takes orders");
    let plan = plan(&stored(&self::desired(SHOP)), &desired, false).unwrap();
    assert_snapshot!(shown(&plan), @r#"
    unchanged team/payments
    update service/orders
      metadata.description: null -> "Takes orders"
      metadata.title: "Orders" -> null
    unchanged component/db
    "#);
}

#[test]
fn what_is_in_no_file_any_more_goes_only_when_pruning() {
    let stored = stored(&desired(SHOP));
    let team = SHOP.split("---").next().unwrap();
    assert!(plan(&stored, &desired(team), false).unwrap().is_empty());
    assert_snapshot!(shown(&plan(&stored, &desired(team), true).unwrap()), @r"
    unchanged team/payments
    delete service/orders
    delete component/db
    ");
}

#[test]
fn what_was_made_by_hand_is_never_pruned() {
    let mut stored = stored(&desired(SHOP));
    for stored in &mut stored {
        stored.applied = None;
    }
    assert_eq!(plan(&stored, &Desired::default(), true), Ok(Plan::default()));
}

#[test]
fn pruning_what_something_made_by_hand_needs_is_refused() {
    let mut stored = stored(&desired(SHOP));
    stored[1].applied = None;
    let team = desired(SHOP.split("---").next().unwrap());
    let mistakes = plan(&stored, &team, true).unwrap_err();
    assert_snapshot!(lines(&mistakes).replace("; ", "\n-> ").replace(", which w", "\nwhich w"), @r"
    spec.dependsOn[0]: service/orders, which is in no file, names component/db
    which would be deleted
    -> change service/orders first, or keep component/db in a file
    ");
}

#[test]
fn a_change_by_hand_since_the_last_apply_shows_as_drift() {
    let mut stored: Vec<Stored> = stored(&desired(SHOP));
    stored[1].resource =
        changed("title: Orders", "title: Order desk").resources().nth(1).unwrap().clone();
    assert!(stored[1].drift());
    assert_snapshot!(shown(&plan(&stored, &desired(SHOP), false).unwrap()), @r#"
    unchanged team/payments
    update service/orders (changed by hand since)
      metadata.title: "Order desk" -> "Orders"
    unchanged component/db
    "#);
}

#[test]
fn what_was_taken_over_goes_back_to_its_file_and_is_never_pruned() {
    let mut stored = stored(&desired(SHOP));
    assert_eq!(stored[1].kept_in(), Some("shop.yaml"));
    stored[1].applied.as_mut().unwrap().taken_over = true;
    assert_eq!(stored[1].kept_in(), None);
    let back = plan(&stored, &desired(SHOP), false).unwrap();
    assert!(!back.is_empty());
    assert_eq!(back.changes[1].file, "shop.yaml");
    assert_snapshot!(shown(&back), @r"
    unchanged team/payments
    update service/orders (taken over)
    unchanged component/db
    ");
    let rest: Vec<&str> = SHOP.split("---").collect();
    let rest = desired(&[rest[0], rest[2]].join("---"));
    assert_snapshot!(shown(&plan(&stored, &rest, true).unwrap()), @r"
    unchanged team/payments
    unchanged component/db
    ");
}

#[test]
fn names_may_be_of_what_is_already_there() {
    let stored = stored(&desired(SHOP));
    let service = SHOP.split("---").nth(1).unwrap();
    assert!(plan(&stored, &desired(service), false).unwrap().is_empty());
    assert!(plan(&[], &desired(service), false).is_err());
}

#[test]
fn the_json_of_a_plan_is_what_the_api_gives() {
    let plan = plan(&stored(&desired(SHOP)), &changed("type: sre", ""), false).unwrap();
    insta::assert_json_snapshot!(plan.changes[0], @r#"
    {
      "action": "update",
      "item": "team/payments",
      "fields": [
        {
          "path": "spec.type",
          "before": "sre",
          "after": "product"
        }
      ],
      "drift": false,
      "taken_over": false
    }
    "#);
}
