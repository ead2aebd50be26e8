use objectives::{Comparison, Missing, Slices, Target, Unit, Window, pairs};
use proptest::prelude::*;

use super::{
    Body, Method, Objective, SloSpec, composite_target, is_composite, objectives, parse, write,
};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440 * MINUTE;

/// An objective with some lines of its specification replaced.
fn slo(method: &str, window: &str, objective: &str) -> String {
    format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata:\n  name: shop\n  labels: {{team: blue}}\n\
         spec:\n  service: web-shop\n  budgetingMethod: {method}\n  timeWindow:\n    - {window}\n  \
         indicator:\n    metadata: {{name: codes}}\n    spec:\n      ratioMetric:\n        \
         good: {{metricSource: {{type: Any, spec: {{query: good}}}}}}\n        \
         total: {{metricSource: {{type: Any, spec: {{query: all}}}}}}\n  objectives:\n    \
         - {objective}\n  alertPolicies:\n"
    )
}

fn spec(text: &str) -> SloSpec {
    match parse(text).expect("documents").remove(0).body {
        Body::Slo(spec) => spec,
        other => unreachable!("{other:?} is no objective"),
    }
}

fn one(text: &str) -> Objective {
    objectives(&spec(text)).expect("objectives").remove(0)
}

#[test]
fn budgeting_methods_become_what_is_evaluated() {
    let rolling = "{duration: 4w, isRolling: true}";
    let found = one(&slo("Occurrences", rolling, "{target: 0.99, displayName: Good}"));
    assert_eq!((found.name.as_str(), found.method), ("Good", Method::Occurrences));
    assert_eq!(Some(found.target), Target::new(0.99));
    assert_eq!(found.window, Window::Rolling { micros: 28 * DAY });

    let slices = |minutes, target| Slices {
        minutes,
        target,
        comparison: Comparison::Gte,
        missing: Missing::Ignore,
    };
    let objective = "{targetPercent: 99.5, timeSliceTarget: 0.95, timeSliceWindow: 5m}";
    let found = one(&slo("Timeslices", rolling, objective));
    assert_eq!(found.method, Method::Timeslices(slices(5, 0.95)));
    assert_eq!(Some(found.target), Target::new(0.995));

    let objective = "{target: 0.99, op: gt, timeSliceWindow: 1h}";
    let found = one(&slo("RatioTimeslices", rolling, objective));
    assert_eq!(found.method, Method::RatioTimeslices(slices(60, 1.0)));
}

#[test]
fn windows_follow_the_calendar_of_their_zone() {
    let start = "calendar: {startTime: 2022-01-01 12:00:00, timeZone: America/New_York}";
    for (duration, unit) in [
        ("1w", Unit::Week),
        ("1M", Unit::Month),
        ("1m", Unit::Month),
        ("1Q", Unit::Quarter),
        ("1Y", Unit::Year),
        ("1d", Unit::Day),
    ] {
        let window = format!("{{duration: {duration}, isRolling: false, {start}}}");
        let found = one(&slo("Occurrences", &window, "{target: 0.99}")).window;
        let begin = Some("2022-01-01T12:00:00".parse().expect("a wall time"));
        let zone = "America/New_York".to_owned();
        assert_eq!(found, Window::Calendar { count: 1, unit, zone, begin }, "{duration}");
    }
}

#[test]
fn a_composite_weighs_objectives_with_indicators_of_their_own() {
    let text = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: both}\nspec:\n  \
        service: shop\n  budgetingMethod: Occurrences\n  \
        timeWindow: [{duration: 30d, isRolling: true}]\n  objectives:\n    \
        - {target: 0.99, indicatorRef: codes, compositeWeight: 3}\n    \
        - {target: 0.9, indicatorRef: latency, op: lte, value: 0.5}\n";
    let found = objectives(&spec(text)).expect("objectives");
    assert_eq!((found[0].weight, found[1].weight), (3.0, 1.0));
    assert_eq!(found[1].threshold, Some((Comparison::Lte, 0.5)));
    let target = composite_target(&spec(text)).expect("a target");
    assert_eq!(target, Target::new(0.9675), "three parts of 99 % and one of 90 %");
    let alone = slo("Occurrences", "{duration: 30d, isRolling: true}", "{target: 0.99}");
    assert_eq!(composite_target(&spec(&alone)), Ok(None));
    let wrong = parse(&text.replace("compositeWeight: 3", "compositeWeight: 0"));
    let wrong = wrong.expect_err("no weight").to_string();
    assert!(wrong.contains("spec.objectives[0].compositeWeight"), "{wrong}");
}

#[test]
fn objectives_of_v1alpha_with_different_indicators_are_a_composite_and_others_are_not() {
    let metric = |query: &str| {
        format!(
            "{{counter: true, good: {{source: prometheus, query: {query}}}, \
             total: {{source: prometheus, query: all}}}}"
        )
    };
    let document = |second: &str| {
        format!(
            "apiVersion: openslo/v1alpha\nkind: SLO\nmetadata: {{name: both}}\nspec:\n  \
             service: shop\n  budgetingMethod: Occurrences\n  \
             timeWindows: [{{count: 30, unit: Day, isRolling: true}}]\n  objectives:\n    \
             - {{target: 0.99, ratioMetrics: {}}}\n    \
             - {{target: 0.9, ratioMetrics: {}}}\n",
            metric("good"),
            metric(second),
        )
    };
    let same = spec(&document("good"));
    assert!(!is_composite(&same) && same.indicator.is_some(), "{same:?}");
    let targets: Vec<Target> = objectives(&same).expect("both").iter().map(|o| o.target).collect();
    assert_eq!(targets, [0.99, 0.9].map(|share| Target::new(share).expect("a share")));
    let different = spec(&document("fast"));
    assert_eq!(composite_target(&different), Ok(Target::new(0.945)));
}

#[test]
fn every_kind_is_read_and_written_back_the_same() {
    let text = format!(
        "{}---\napiVersion: openslo/v1\nkind: Service\nmetadata: {{name: shop}}\n\
         spec: {{description: sells}}\n---\napiVersion: openslo/v1\nkind: DataSource\n\
         metadata: {{name: prom}}\nspec: {{type: Prometheus, connectionDetails: {{url: x}}}}\n\
         ---\napiVersion: openslo/v1\nkind: SLI\nmetadata: {{name: raw}}\n\
         spec:\n  ratioMetric:\n    rawType: success\n    \
         raw: {{metricSource: {{spec: {{query: q}}}}}}\n\
         ---\napiVersion: openslo/v1\nkind: AlertPolicy\nmetadata: {{name: fast}}\n\
         spec: {{alertWhenBreaching: true, conditions: [], notificationTargets: []}}\n\
         ---\napiVersion: openslo/v1\nkind: AlertCondition\nmetadata: {{name: burn}}\n\
         spec:\n  severity: page\n  condition: {{kind: burnrate, op: lte, threshold: 14.4, \
         lookbackWindow: 1h, alertAfter: 5m}}\n---\napiVersion: openslo/v1\n\
         kind: AlertNotificationTarget\nmetadata: {{name: oncall}}\nspec: {{target: email}}\n",
        slo("Occurrences", "{duration: 30d, isRolling: true}", "{target: 0.999}"),
    );
    let documents = parse(&text).expect("documents");
    assert_eq!(documents.len(), 7);
    let written = write(&documents).expect("yaml");
    assert_eq!(parse(&written).expect("the same"), documents, "{written}");
}

#[test]
fn mistakes_name_the_document_the_field_and_the_remedy() {
    let rolling = "{duration: 4w, isRolling: true}";
    let wrong = |text: &str| parse(text).expect_err(text).to_string();
    let replaced =
        |from: &str, to: &str| slo("Occurrences", rolling, "{target: 0.99}").replace(from, to);
    for (text, field, remedy) in [
        (slo("Sometimes", rolling, "{target: 0.9}"), "budgetingMethod", "Occurrences"),
        (slo("Occurrences", rolling, "{target: 1.9}"), "spec.objectives[0].target", "up to 1"),
        (slo("Occurrences", rolling, "{op: lt}"), "spec.objectives[0].target", "targetPercent"),
        (slo("Timeslices", rolling, "{target: 0.9}"), "timeSliceTarget", "over 0"),
        (slo("RatioTimeslices", rolling, "{target: 0.9}"), "timeSliceWindow", "like 1m"),
        (
            slo("Occurrences", "{duration: soon, isRolling: true}", "{target: 0.9}"),
            "spec.timeWindow[0].duration",
            "28d",
        ),
        (slo("Occurrences", "{duration: 1M}", "{target: 0.9}"), "calendar", "isRolling"),
        (replaced("openslo/v1", "openslo/v9"), "apiVersion", "openslo/v1"),
        (replaced("kind: SLO", "kind: SLOW"), "kind", "did you mean `SLO`"),
        (replaced("service:", "servce:"), "spec", "servce"),
        (replaced("good:", "fine:"), "ratioMetric", "fine"),
        (
            replaced("        good", "        bad: {metricSource: {spec: {}}}\n        good"),
            "spec.indicator.spec",
            "one of good and bad",
        ),
    ] {
        let found = wrong(&text);
        assert!(found.contains(field) && found.contains(remedy), "{found}: {field}, {remedy}");
    }
    let second = format!("{}---\nkind: SLO\n", replaced("x", "x"));
    assert!(wrong(&second).starts_with("document 2, apiVersion"), "{}", wrong(&second));
}

/// The text of a file of `OPERATE_TEST_DATA`, a folder that has `slo-golden` with the examples of
/// <https://github.com/OpenSLO/OpenSLO> and <https://github.com/slok/sloth>.
fn published(path: &str) -> Option<String> {
    let Ok(data) = std::env::var("OPERATE_TEST_DATA") else {
        println!("OPERATE_TEST_DATA names no folder: nothing to compare");
        return None;
    };
    let text = std::fs::read_to_string(format!("{data}/slo-golden/{path}")).ok();
    if text.is_none() {
        println!("{path} is not there: nothing to compare");
    }
    text
}

#[test]
fn published_examples_are_read_and_written_back() {
    for (path, count) in [
        ("treat-low-traffic-as-equally-important/timeslices-slo", 1),
        ("budgeting-method/ratio-timeslices", 1),
        ("budgeting-method/occurences-slo", 1),
        ("budgeting-method/timeslices-slo", 2),
    ] {
        let Some(text) = published(&format!("OpenSLO/examples/{path}.yaml")) else { return };
        assert_eq!(objectives(&spec(&text)).expect(path).len(), count, "{path}");
        let documents = parse(&text).expect(path);
        assert_eq!(parse(&write(&documents).expect(path)), Ok(documents), "{path}");
    }
}

#[test]
fn a_document_of_v1alpha_has_the_window_and_the_pairs_of_its_generated_rules() {
    let Some(text) = published("sloth/examples/openslo-getting-started.yml") else { return };
    let found = one(&text);
    assert_eq!(found.window, Window::Rolling { micros: 30 * DAY });
    assert_eq!(Some(found.target), Target::new(0.999));
    let Some(rules) = published("sloth/examples/_gen/openslo-getting-started.yml") else { return };
    assert!(rules.contains("expr: vector(30)"), "sloth counts the same days");
    for pair in pairs(30 * DAY) {
        let hours = pair.long_micros / (60 * MINUTE);
        let name = if hours % 24 == 0 { format!("{}d", hours / 24) } else { format!("{hours}h") };
        assert!(rules.contains(&format!("ratio_rate{name}")), "a rule for {name}");
    }
    let again = write(&parse(&text).expect("documents")).expect("yaml");
    assert!(again.contains("openslo/v1") && !again.contains("v1alpha"));
    assert_eq!(one(&again), found);
}

proptest! {
    #[test]
    fn no_text_panics(text in "[ a-zA-Z:{}\\[\\]0-9\\n-]{0,200}", duration in "\\PC{0,8}") {
        let _ = parse(&text);
        let _ = parse(&format!("apiVersion: openslo/v1alpha\nkind: SLO\n{text}"));
        let window = super::TimeWindow { duration, is_rolling: true, calendar: None };
        let _ = super::window(&window);
    }
}
