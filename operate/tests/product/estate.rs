//! The estate that the tests speak of, and the command line that applies it.

use reqwest::Method;

use crate::world::{Operate, Setup};

/// Orders needs its database and carries a mission-critical use case; ada is called for it.
pub const ESTATE: &str = r#"
apiVersion: operate/v1
kind: Team
metadata: { name: payments, title: Payments }
spec: { escalationPolicy: payments }
---
apiVersion: operate/v1
kind: Person
metadata: { name: ada, title: Ada Example }
spec: { email: ada@example.org, teams: [payments] }
---
apiVersion: operate/v1
kind: EscalationPolicy
metadata: { name: payments }
spec:
  team: payments
  steps: [{ contacts: [ada], wait: 10m }]
---
apiVersion: operate/v1
kind: Service
metadata: { name: orders, title: Orders }
spec: { team: payments, dependsOn: [component/orders-db] }
---
apiVersion: operate/v1
kind: Component
metadata: { name: orders-db, title: Orders database }
spec: { type: database, team: payments }
---
apiVersion: operate/v1
kind: UseCase
metadata: { name: buying, title: Buying something }
spec: { department: sales, criticality: mission_critical, uses: [service/orders] }
"#;

#[tokio::test(flavor = "multi_thread")]
async fn applying_an_estate_twice_changes_nothing_and_export_gives_it_back() {
    let operate = Operate::start(Setup::default()).await;
    let token = operate.token("admin", &["read", "write", "admin"]).await;
    let file = operate.folder().join("estate.yaml");
    std::fs::write(&file, ESTATE).unwrap();
    let file = file.to_str().unwrap();

    let applied = operate.cli_as(&token, &["apply", "-f", file]);
    assert!(applied.status.success(), "{applied:?}");
    let exported = operate.cli_as(&token, &["export"]);
    assert!(exported.status.success(), "{exported:?}");
    std::fs::write(operate.folder().join("again.yaml"), &exported.stdout).unwrap();

    let again = operate.folder().join("again.yaml");
    for source in [file, again.to_str().unwrap()] {
        let plan = operate.cli_as(&token, &["plan", "-f", source, "--json"]);
        assert!(plan.status.success(), "{plan:?}");
        let plan: serde_json::Value = serde_json::from_slice(&plan.stdout).unwrap();
        let changes = plan["changes"].as_array().unwrap();
        assert!(changes.len() >= 6, "{plan}");
        assert!(changes.iter().all(|change| change["action"] == "unchanged"), "{plan}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_names_its_place_and_applies_nothing() {
    let operate = Operate::start(Setup::default()).await;
    let token = operate.token("admin", &["read", "write", "admin"]).await;
    let file = operate.folder().join("estate.yaml");
    std::fs::write(&file, ESTATE.replace("component/orders-db", "component/order-db")).unwrap();

    let applied = operate.cli_as(&token, &["apply", "-f", file.to_str().unwrap()]);
    assert!(!applied.status.success());
    let said = String::from_utf8_lossy(&applied.stderr);
    assert!(said.contains("estate.yaml:"), "{said}");
    assert!(said.contains("orders-db"), "it suggests what was meant: {said}");
    let orders = operate.send(Method::GET, "/api/v1/estate/items/service/orders", None).await;
    assert_eq!(orders.status().as_u16(), 404, "nothing of the file was applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_over_from_a_file_is_told_by_the_plan_and_goes_back_with_it() {
    let operate = Operate::start(Setup::default()).await;
    let token = operate.token("admin", &["read", "write", "admin"]).await;
    let file = operate.folder().join("estate.yaml");
    std::fs::write(&file, ESTATE).unwrap();
    let file = file.to_str().unwrap();
    assert!(operate.cli_as(&token, &["apply", "-f", file]).status.success());

    let over = ["take-over", "service/orders", "--reason", "it burns"];
    let taken = operate.cli_as(&token, &over);
    assert!(taken.status.success(), "{taken:?}");
    let twice = operate.cli_as(&token, &over);
    let said = String::from_utf8_lossy(&twice.stderr);
    assert!(!twice.status.success() && said.contains("is not kept in a file"), "{said}");
    let plan = operate.cli_as(&token, &["plan", "-f", file, "--detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(6), "{plan:?}");
    let said = String::from_utf8_lossy(&plan.stdout);
    assert!(said.contains("~ service/orders") && said.contains("took this over"), "{said}");

    assert!(operate.cli_as(&token, &["apply", "-f", file, "--yes"]).status.success());
    let plan = operate.cli_as(&token, &["plan", "-f", file, "--detailed-exitcode"]);
    assert_eq!(plan.status.code(), Some(0), "{plan:?}");
}
