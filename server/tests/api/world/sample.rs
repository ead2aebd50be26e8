use std::path::Path;

/// A small shop: two services over one database, a use case that is mission-critical, and a
/// canteen that has nothing to do with them. `HOOK` stands for where people are called.
const SHOP: &str = "
{apiVersion: operate/v1, kind: Team, metadata: {name: shop}, spec: {escalationPolicy: shop}}
---
{apiVersion: operate/v1, kind: Team, metadata: {name: data}, spec: {escalationPolicy: data}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: ada},
 spec: {email: ada@example.org, webhook: HOOK/ada, contactMethods: [webhook]}}
---
{apiVersion: operate/v1, kind: Person, metadata: {name: bob},
 spec: {email: bob@example.org, webhook: HOOK/bob, contactMethods: [webhook]}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: shop},
 spec: {steps: [{contacts: [bob], wait: 5m}, {contacts: [ada], wait: 10m}]}}
---
{apiVersion: operate/v1, kind: EscalationPolicy, metadata: {name: data},
 spec: {steps: [{contacts: [ada], wait: 5m}, {contacts: [bob], wait: 10m}]}}
---
{apiVersion: operate/v1, kind: Component, metadata: {name: orders-db, title: Orders database},
 spec: {type: database, team: data}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: orders},
 spec: {team: shop, dependsOn: [component/orders-db]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: checkout},
 spec: {team: shop, dependsOn: [service/orders]}}
---
{apiVersion: operate/v1, kind: Service, metadata: {name: canteen}, spec: {team: shop}}
---
{apiVersion: operate/v1, kind: UseCase, metadata: {name: buy},
 spec: {department: Sales, criticality: mission_critical, uses: [service/checkout]}}
---
{apiVersion: operate/v1, kind: Route, metadata: {name: by-component},
 spec: {order: 1, when: has(labels.component), item: 'component/{labels.component}'}}
---
{apiVersion: operate/v1, kind: Route, metadata: {name: by-service},
 spec: {order: 2, when: has(labels.service), item: 'service/{labels.service}'}}
";

/// The shop whose people are called at `hook`.
pub fn shop(hook: &str) -> String {
    SHOP.replace("HOOK", hook)
}

/// The files of the sample estate that every newcomer starts with.
pub fn sample_estate() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/estate");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the sample estate is there")
        .map(|entry| {
            let path = entry.expect("the folder can be read").path();
            let name = path.file_name().expect("a file has a name").display().to_string();
            (name, std::fs::read_to_string(path).expect("a file can be read"))
        })
        .collect();
    files.sort();
    files
}
