//! The examples that the editor of the web app starts from: the reader takes each of them.

mod support;

use std::collections::BTreeMap;

use estate::{Kind, read};
use serde_json::{Value, json};
use support::file;

const EXAMPLES: &str = include_str!("../../../web/src/practices/estate/examples.json");

/// What the examples name, so that they are about something.
const NAMED: &str = "
{apiVersion: operate/v1, kind: Team, metadata: {name: team-name}, spec: {}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: person-name},
 spec: {email: a@example.org}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: second-person},
 spec: {email: b@example.org}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: ada},
 spec: {email: c@example.org}}
---
{apiVersion: operate/v1, kind: Product, metadata: {name: product-name},
 spec: {ownerTeam: team-name}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: database-name}, spec: {team: team-name}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: platform-name}, spec: {team: team-name}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: service-name}, spec: {team: team-name}}
---
{apiVersion: operate/v1, kind: UseCase, metadata: {name: use-case-name},
 spec: {department: Sales, uses: [service/service-name]}}
---
{apiVersion: operate/v1, kind: DataSource, metadata: {name: prometheus},
 spec: {url: 'http://localhost:9090'}}
---
{apiVersion: operate/v1, kind: Calendar, metadata: {name: calendar-name},
 spec: {timeZone: Europe/Berlin, always: true}}
---
{apiVersion: operate/v1, kind: Schedule, metadata: {name: schedule-name},
 spec: {team: team-name, timeZone: Europe/Berlin, layers: [{name: first, rotations: [
  {start: '2030-01-07T09:00', every: 1w, people: [person-name, second-person]}]}]}}
";

#[test]
fn what_the_editor_starts_from_is_taken_for_every_kind() {
    let specs: BTreeMap<String, Value> = serde_json::from_str(EXAMPLES).expect("an object");
    let mut refused = Vec::new();
    for kind in Kind::ALL {
        let spec = specs.get(kind.prefix()).unwrap_or_else(|| panic!("{kind:?} has no example"));
        let document = json!({ "apiVersion": "operate/v1", "kind": kind.word(),
            "metadata": { "name": format!("new-{}", kind.prefix()) }, "spec": spec });
        let files = [file("named.yaml", NAMED), file("editor.yaml", &document.to_string())];
        if let Err(mistakes) = read(&files) {
            refused.push((kind, mistakes));
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert_eq!(specs.len(), Kind::ALL.len(), "kinds that nobody knows");
}
