use connectors::openslo::Body;
use estate::{Desired, Resource, SourceFile};

use super::{Beside, Fate, read};
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
---
apiVersion: operate/v1
kind: Objective
metadata: {name: shop, title: The shop}
spec:
  item: service/search
  target: 99.5
  indicator:
    description: what buyers see
    combine: all
    parts: [{objective: found}, {objective: orders, weight: 2}]
---
apiVersion: operate/v1
kind: Objective
metadata: {name: found}
spec:
  item: service/search
  target: 99
  window: {rolling: 7d}
  indicator: {parts: [{objective: speed, weight: 0.5}, {objective: pushed, weight: 1.5}]}
"#;

#[test]
fn what_is_written_reads_back_the_same() {
    let before = resources(ESTATE);
    let snapshot = Snapshot::of(before.clone());
    let text = super::written(&snapshot).unwrap();
    let found = read(&text, Beside::default()).unwrap();
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
fn a_composite_is_written_with_what_it_is_composed_of_in_the_end() {
    let snapshot = Snapshot::of(resources(ESTATE));
    let text = super::written(&snapshot).unwrap();
    let documents = connectors::openslo::parse(&text).unwrap();
    let shop = documents.iter().find_map(|document| match &document.body {
        Body::Slo(spec) if document.metadata.name == "shop" => Some(spec),
        _ => None,
    });
    let shop = shop.expect("the composite");
    let weighs = |one: &connectors::openslo::ObjectiveSpec| {
        let query = one.indicator.as_ref().map(|indicator| indicator.metadata.name.clone());
        (query.unwrap_or_default(), one.composite_weight, one.target_percent)
    };
    let mut parts: Vec<_> = shop.objectives.iter().map(weighs).collect();
    parts.sort_by(|a, b| a.0.cmp(&b.0));
    let expected = [
        ("orders".to_owned(), Some(2.0), Some(99.95)),
        ("pushed".to_owned(), Some(0.75), Some(99.9)),
        ("speed".to_owned(), Some(0.25), Some(99.0)),
    ];
    assert_eq!(parts, expected, "{text}");
    assert!(shop.indicator.is_none() && connectors::openslo::is_composite(shop));
}

#[test]
fn a_composite_of_others_becomes_objectives_and_one_that_is_composed_of_them() {
    let text = r#"
apiVersion: openslo/v1
kind: SLI
metadata: {name: codes}
spec:
  ratioMetric:
    good: {metricSource: {metricSourceRef: prom, spec: {query: good}}}
    total: {metricSource: {metricSourceRef: prom, spec: {query: all}}}
---
apiVersion: openslo/v1
kind: SLO
metadata: {name: shop, displayName: The shop}
spec:
  description: what buyers see
  service: shop
  timeWindow: [{duration: 28d, isRolling: true}]
  budgetingMethod: Timeslices
  objectives:
    - displayName: Orders are taken
      target: 0.99
      timeSliceTarget: 0.95
      timeSliceWindow: 1m
      indicatorRef: codes
      compositeWeight: 3
    - target: 0.9
      op: lte
      value: 0.3
      timeSliceTarget: 1
      timeSliceWindow: 5m
      indicator:
        metadata: {name: speed, displayName: Orders are quick}
        spec:
          thresholdMetric: {metricSource: {metricSourceRef: prom, spec: {query: p95}}}
"#;
    let found = read(text, Beside::default()).unwrap();
    let wrong: Vec<_> = found.lines.iter().filter(|line| line.fate == Fate::NotPossible).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let said = &found.lines.last().unwrap().because;
    assert!(said.contains("shop-1, shop-2 by weight") && said.contains("96.75 %"), "{said}");
    let objective = |name: &str| {
        let of = found.resources.iter().find(|resource| resource.metadata.name == name);
        let of = of.unwrap_or_else(|| panic!("{name} is missing"));
        match &of.spec {
            estate::Spec::Objective(spec) => (of.title().to_owned(), spec.clone()),
            other => panic!("{other:?}"),
        }
    };
    let (title, whole) = objective("shop");
    assert_eq!((title.as_str(), whole.target), ("The shop", 96.75));
    assert_eq!(whole.method, estate::BudgetingMethod::Occurrences, "its parts judge slices");
    let parts = &whole.indicator.parts;
    let weights: Vec<(&str, f64)> =
        parts.iter().map(|part| (part.objective.item().name(), part.weight)).collect();
    assert_eq!(weights, [("shop-1", 3.0), ("shop-2", 1.0)]);
    assert!(whole.alerts.page, "it tells");
    let (title, quick) = objective("shop-2");
    assert_eq!((title.as_str(), quick.indicator.limit), ("Orders are quick", Some(0.3)));
    assert_eq!(quick.method, estate::BudgetingMethod::Timeslices);
    assert!(!quick.alerts.page && !quick.alerts.ticket);
    // And once more from what is written of them.
    let snapshot = Snapshot::of(found.resources.clone());
    let again = read(&super::written(&snapshot).unwrap(), Beside::default()).unwrap();
    let same = |resource: &&Resource| resource.metadata.name == "shop";
    assert_eq!(again.resources.iter().find(same), found.resources.iter().find(same));
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
    let found = read(text, Beside { team: Some("payments"), source: None }).unwrap();
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
    assert!(read("kind: SLO", Beside::default()).is_err());
}

/// The window of a document, or why it cannot be taken.
fn window(duration: &str, start: &str) -> Result<serde_json::Value, String> {
    super::window::window_of(&connectors::openslo::TimeWindow {
        duration: duration.to_owned(),
        is_rolling: false,
        calendar: Some(connectors::openslo::CalendarStart {
            start_time: start.to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
        }),
    })
}

#[test]
fn periods_of_the_calendar_are_taken_only_as_they_begin() {
    for (duration, start, period) in [
        ("1w", "2026-01-05 00:00:00", "week"),
        ("1M", "2026-02-01 00:00:00", "month"),
        ("3M", "2026-04-01T00:00:00", "quarter"),
        ("1Y", "2026-01-01 00:00:00", "year"),
    ] {
        assert_eq!(window(duration, start).unwrap()["calendar"], period, "{duration}");
    }
    for (duration, start, why) in [
        ("1M", "2026-01-15 00:00:00", "on the first"),
        ("1w", "2026-01-04 00:00:00", "on Mondays"),
        ("1M", "2026-01-01 12:00:00", "at midnight"),
        ("1Q", "2026-02-01 00:00:00", "April"),
        ("1Y", "2026-04-01 00:00:00", "1 January"),
        ("2w", "2026-01-05 00:00:00", "`2w`"),
        ("1d", "2026-01-05 00:00:00", "a window that rolls"),
    ] {
        let said = window(duration, start).unwrap_err();
        assert!(said.contains(why), "{duration} from {start}: {said}");
    }
}

const ALPHA: &str = r#"
apiVersion: openslo/v1alpha
kind: SLO
metadata: {name: requests}
spec:
  service: shop
  budgetingMethod: Occurrences
  timeWindows: [{count: 30, unit: Day}]
  objectives:
    - target: 0.999
      ratioMetrics:
        good: {source: prometheus, query: "sum(rate(good_total[{{.window}}]))"}
        total: {source: prometheus, query: "sum(rate(all_total[{{.window}}]))"}
"#;

#[test]
fn a_metric_that_names_no_source_asks_the_one_that_is_meant() {
    let lines = |text: &str, source| read(text, Beside { team: None, source }).unwrap();
    let refused = lines(ALPHA, None).lines.remove(0);
    assert_eq!(refused.fate, Fate::NotPossible);
    assert!(refused.because.contains("--source NAME"), "{}", refused.because);
    let said = lines(ALPHA, Some("prom"));
    assert_eq!(said.lines[0].fate, Fate::Changed, "{:?}", said.lines);
    let written = estate::export(&said.resources);
    assert!(written.contains("source: datasource/prom"), "{written}");

    let source = |name: &str, kind: &str| {
        format!(
            "---\napiVersion: openslo/v1\nkind: DataSource\nmetadata: {{name: {name}}}\n\
             spec: {{type: {kind}, connectionDetails: {{url: 'http://{name}'}}}}\n"
        )
    };
    let other = source("mimir", "Mimir");
    let one = lines(&format!("{ALPHA}{}{other}", source("main", "Prometheus")), None);
    assert!(one.lines[0].because.contains("main is asked"), "{:?}", one.lines);
    let two = [source("main", "Prometheus"), source("second", "prometheus")].concat();
    let two = lines(&format!("{ALPHA}{two}"), None);
    assert_eq!(two.lines[0].fate, Fate::NotPossible, "{:?}", two.lines);
}

#[test]
fn a_ratio_that_is_worked_out_already_is_asked_for_each_minute() {
    let text = |kind: &str| {
        format!(
            "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{name: shop}}\nspec:\n  \
             service: shop\n  budgetingMethod: Occurrences\n  \
             timeWindow: [{{duration: 28d, isRolling: true}}]\n  objectives: [{{target: 0.99}}]\n  \
             indicator:\n    metadata: {{name: raw}}\n    spec:\n      ratioMetric:\n        \
             rawType: {kind}\n        raw: {{metricSource: {{metricSourceRef: prom, \
             spec: {{query: 'job:errors:ratio'}}}}}}\n"
        )
    };
    for (kind, part) in [("success", "good"), ("failure", "bad")] {
        let found = read(&text(kind), Beside::default()).unwrap();
        assert_eq!(found.lines[0].fate, Fate::Changed, "{:?}", found.lines);
        let estate::Spec::Objective(spec) = &found.resources[0].spec else { panic!("{found:?}") };
        let (good, bad) = (&spec.indicator.good, &spec.indicator.bad);
        let asked = if part == "good" { good } else { bad };
        assert_eq!(asked.as_deref(), Some("1000 * (job:errors:ratio)"));
        assert_eq!(spec.indicator.total.as_deref(), Some("vector(1000)"));
    }
}
