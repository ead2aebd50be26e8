use estate::{Desired, Resource, SourceFile};

use super::{Fate, read};
use crate::practices::estate::live::Snapshot;

fn resources(text: &str) -> Vec<Resource> {
    let file = SourceFile { name: "estate.yaml".to_owned(), text: text.to_owned() };
    let desired: Desired = estate::read(&[file]).unwrap_or_else(|wrong| panic!("{wrong:?}"));
    desired.resources().cloned().collect()
}

const ESTATE: &str = r#"
apiVersion: operate/v1
kind: DataSource
metadata: {name: prom, title: Prometheus}
spec: {url: "https://prom.example.org", tenant: shop, timeout: 5s, settlesAfter: 2m}
---
apiVersion: operate/v1
kind: Objective
metadata: {name: orders, title: Orders, description: People can order., labels: {tier: gold}}
spec:
  item: usecase/ordering
  target: 99.95
  indicator:
    description: share of orders that are taken
    source: prom
    cycle: order
    bad: sum(increase(orders_total{code="500"}[1m]))
    total: sum(increase(orders_total[1m]))
  window: {calendar: quarter, timeZone: Europe/Berlin}
  alerts: {page: true, ticket: false, eventsMin: 1000}
  policy: {cautionBelow: 60, slowBelow: 30, freezeBelow: 10}
---
apiVersion: operate/v1
kind: Objective
metadata: {name: speed}
spec:
  item: service/search
  target: 99
  indicator: {source: prom, value: "p95", op: lte, limit: 0.3, unit: s}
  window: {rolling: 28d}
  method: timeslices
  slice: {length: 5m, target: 95}
  missing: bad
---
apiVersion: operate/v1
kind: Objective
metadata: {name: pushed}
spec: {item: service/search, target: 99.9, indicator: {cycle: nightly run}}
"#;

#[test]
fn what_is_written_reads_back_the_same() {
    let before = resources(ESTATE);
    let snapshot = Snapshot::of(before.clone());
    let text = super::written(&snapshot).unwrap();
    let found = read(&text, None).unwrap();
    let wrong: Vec<_> = found.lines.iter().filter(|line| line.fate == Fate::NotPossible).collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{text}");
    for resource in &before {
        let mut same = found.resources.iter().filter(|other| other.item() == resource.item());
        let mut back = same.next().unwrap_or_else(|| panic!("{} is gone", resource.item())).clone();
        // Thirty days are what nothing means.
        if let (estate::Spec::Objective(new), estate::Spec::Objective(old)) =
            (&mut back.spec, &resource.spec)
        {
            assert_eq!(new.window.engine(), old.window.engine());
            new.window = old.window.clone();
        }
        assert_eq!(&back, resource, "{text}");
    }
}

#[test]
fn each_element_of_foreign_documents_is_accounted_for() {
    let text = r#"
apiVersion: openslo/v1
kind: Service
metadata: {name: shop, displayName: The shop}
spec: {description: sells}
---
apiVersion: openslo/v1
kind: SLI
metadata: {name: codes}
spec:
  ratioMetric:
    counter: true
    good: {metricSource: {type: Prometheus, metricSourceRef: prom, spec: {query: "good_total"}}}
    total: {metricSource: {type: Prometheus, metricSourceRef: prom, spec: {query: "all_total"}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop-codes}
spec:
  service: shop
  indicatorRef: codes
  timeWindow: [{duration: 4w, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{target: 0.999}]
---
apiVersion: openslo/v1
kind: DataSource
metadata: {name: logs}
spec: {type: CloudWatch, connectionDetails: {region: x}}
---
apiVersion: openslo/v1
kind: AlertPolicy
metadata: {name: page}
spec: {}
"#;
    let found = read(text, Some("payments")).unwrap();
    let fates: Vec<(&str, Fate)> =
        found.lines.iter().map(|line| (line.element.as_str(), line.fate)).collect();
    assert_eq!(
        fates,
        [
            ("Service shop", Fate::Changed),
            ("SLI codes", Fate::Changed),
            ("SLO shop-codes", Fate::Changed),
            ("DataSource logs", Fate::NotPossible),
            ("AlertPolicy page", Fate::LeftOut),
        ]
    );
    let written = estate::export(&found.resources);
    for part in ["team/payments", "sum(increase(good_total[1m]))", "rolling: 28d", "target: 99.9"] {
        assert!(written.contains(part), "{part} in {written}");
    }
    assert!(read("kind: SLO", None).is_err());
}
