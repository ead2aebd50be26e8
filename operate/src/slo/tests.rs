use super::*;
use crate::screen::Paint;

/// 2026-11-27T10:00:00Z, in a month of thirty days.
const NOW: i64 = 1_795_773_600_000_000;

const SLOTH: &str = "version: prometheus/v1\nservice: shop\nslos:\n  - name: availability\n    \
    objective: 99.9\n    sli: { plugin: { id: x } }\n    alerting: { name: Burning }\n";

const UP: &str = "apiVersion: openslo/v1\nkind: SLI\nmetadata: { name: up }\nspec:\n  \
    ratioMetric:\n    good: { metricSource: { spec: { query: up } } }\n    \
    total: { metricSource: { spec: { query: all } } }\n";

fn found(text: &str) -> Found {
    let mut found = Found::default();
    found.file("shop.yaml", text, NOW);
    found.together();
    found
}

#[test]
fn people_read_the_budget_and_when_somebody_is_called() {
    let found = found(SLOTH);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    insta::assert_snapshot!(told::promise(&found.promises[0], Paint(false)), @"
    shop / availability: 99.9 % of events over the last 30 d
      budget  0.1 %: 1 of 1000 may be bad, or 43 min 12 s in one piece
      page    burn over 14.4: more than 1.44 % bad in both 1 h and 5 min (2 % of the budget)
      page    burn over 6: more than 0.6 % bad in both 6 h and 30 min (5 % of the budget)
      ticket  burn over 3: more than 0.3 % bad in both 1 d and 2 h (10 % of the budget)
      ticket  burn over 1: more than 0.1 % bad in both 3 d and 6 h (10 % of the budget)
    ");
    insta::assert_snapshot!(told::sum(&found, 1), @"1 objective in 1 file, no mistakes.");
}

#[test]
fn a_month_of_the_calendar_has_the_length_that_it_has_now() {
    let text = "apiVersion: openslo/v1\nkind: SLO\nmetadata: { name: contract }\nspec:\n  \
        service: shop\n  budgetingMethod: Timeslices\n  indicatorRef: up\n  \
        timeWindow:\n    - duration: 1M\n      \
        calendar: { startTime: 2026-01-01 00:00:00, timeZone: UTC }\n  objectives:\n    \
        - { displayName: Inside, target: 0.999, timeSliceTarget: 0.9, timeSliceWindow: 1m }\n    \
        - { target: 1, timeSliceTarget: 0.9, timeSliceWindow: 1m }\n";
    let text = &format!("{text}---\n{UP}");
    let found = found(text);
    assert!(found.errors.is_empty(), "{:?}", found.errors);
    insta::assert_snapshot!(told::promise(&found.promises[0], Paint(false)), @"
    shop / Inside: 99.9 % of time slices over each month of the calendar in UTC (now 30 d)
      budget  0.1 %: 1 of 1000 may be bad, or 43 min 12 s in one piece
      page    burn over 14.4: more than 1.44 % bad in both 1 h and 5 min (2 % of the budget)
      page    burn over 6: more than 0.6 % bad in both 6 h and 30 min (5 % of the budget)
      ticket  burn over 1: more than 0.1 % bad in both 3 d and 6 h (10 % of the budget)
    ");
    insta::assert_snapshot!(told::promise(&found.promises[1], Paint(false)), @"
    shop / objective 2: 100 % of time slices over each month of the calendar in UTC (now 30 d)
      budget  none: anything that is bad breaks it, and tells somebody
      page    anything bad in both 1 h and 5 min
      page    anything bad in both 6 h and 30 min
      ticket  anything bad in both 3 d and 6 h
    ");
}

#[test]
fn programs_read_thresholds_as_the_generated_rules_have_them() {
    let promise = &found(SLOTH).promises[0];
    let document = told::document(promise);
    let alert = &document["alerts"][0];
    assert_eq!(alert["burn"], 14.4);
    assert_eq!(alert["error_ratio"], 0.0144);
    assert_eq!((&alert["long_window"], &alert["short_window"]), (&json!("1h"), &json!("5m")));
    assert_eq!(document["budget_seconds"], 2592.0);
    assert_eq!(document["window"]["length"], "30d");
    assert_eq!(document["alerts"].as_array().map(Vec::len), Some(4));
}

#[test]
fn every_mistake_names_file_line_field_and_remedy() {
    let found = found(&SLOTH.replace("99.9", "999").replace("service: shop", "service: ''"));
    let told: Vec<String> = found
        .errors
        .iter()
        .map(|(file, mistake)| told::mistake(file, mistake, Paint(false)))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    shop.yaml:2:1: service: the text is empty; write what it is called or says
    shop.yaml:5:5: slos[0].objective: 999 is no share in percent; write one up to 100, like 99.9
    ");
    assert_eq!(told::mistake_document("a", &found.errors[1].1)["line"], 5);
}

#[test]
fn an_indicator_may_stand_in_another_file_and_has_to_stand_in_one() {
    let slo = "apiVersion: openslo/v1\nkind: SLO\nmetadata: { name: shop }\nspec:\n  \
        service: shop\n  budgetingMethod: Occurrences\n  indicatorRef: up\n  \
        timeWindow: [{ duration: 28d, isRolling: true }]\n  objectives: [{ target: 0.9 }]\n";
    let mut both = Found::default();
    both.file("slo.yaml", slo, NOW);
    both.file("sli.yaml", UP, NOW);
    both.together();
    assert!(both.errors.is_empty(), "{:?}", both.errors);
    let alone = found(slo);
    let told = told::mistake(&alone.errors[0].0, &alone.errors[0].1, Paint(false));
    assert!(told.starts_with("shop.yaml:7:3: spec.indicatorRef: there is no SLI `up`"), "{told}");
}

#[test]
fn a_file_with_nothing_in_it_is_a_mistake() {
    assert_eq!(found("# nothing yet\n").errors.len(), 1);
}
