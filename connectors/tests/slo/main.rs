//! What people are told of specifications of objectives: every mistake by line, field and remedy.
//!
//! Files that tools publish are compared where `OPERATE_TEST_DATA` names a folder that has
//! `slo-golden` with the examples of <https://github.com/OpenSLO/OpenSLO> and
//! <https://github.com/slok/sloth>.

use connectors::places::{Mistake, Placed, documents};
use connectors::{openslo, sloth};
use objectives::{Target, Window};
use proptest::prelude::*;

/// All mistakes of a text, of whichever kind its documents are.
fn mistakes(text: &str) -> Vec<Mistake> {
    let documents = documents(text).expect("yaml");
    let of = |document| match sloth::recognises(document) {
        true => sloth::check(document).err(),
        false => openslo::check(document).err(),
    };
    documents.iter().filter_map(of).flatten().collect()
}

/// The same, and what the documents say of each other.
fn mistakes_together(text: &str) -> Vec<Mistake> {
    let documents = documents(text).expect("yaml");
    let all: Vec<&Placed> = documents.iter().collect();
    let together = openslo::references(&all).into_iter().map(|(_, mistake)| mistake);
    mistakes(text).into_iter().chain(together).collect()
}

/// What the comments of a text expect: line, field and words.
fn expected(text: &str) -> Vec<(u32, String, String)> {
    let mut all = Vec::new();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.starts_with('#')) {
        let Some((_, comment)) = text.split_once("  # ") else { continue };
        for one in comment.split(" | ") {
            let (field, words) = match one.split_once(": ") {
                Some((field, words)) => (field.trim(), words.trim()),
                None => ("", one.trim()),
            };
            all.push((line, field.to_owned(), words.to_owned()));
        }
    }
    all
}

#[test]
fn every_mistake_is_told_with_its_line_its_field_and_a_remedy() {
    let (mut compared, mut complaints) = (0, Vec::new());
    for (file, text) in [
        ("together", include_str!("wrong/together.yaml")),
        ("form", include_str!("wrong/form.yaml")),
        ("targets", include_str!("wrong/targets.yaml")),
        ("windows", include_str!("wrong/windows.yaml")),
        ("indicators", include_str!("wrong/indicators.yaml")),
        ("alpha", include_str!("wrong/alpha.yaml")),
        ("sloth", include_str!("wrong/sloth.yaml")),
    ] {
        let mut found = match file {
            "together" => mistakes_together(text),
            _ => mistakes(text),
        };
        for (line, field, words) in expected(text) {
            compared += 1;
            let place = found.iter().position(|mistake| {
                mistake.place.line == line
                    && mistake.field == field
                    && mistake.to_string().contains(&words)
            });
            match place {
                Some(place) => drop(found.remove(place)),
                None => complaints.push(format!("{file}:{line}: not told: {field}: {words}")),
            }
        }
        let more = found
            .iter()
            .map(|mistake| format!("{file}:{}: not expected: {mistake}", mistake.place.line));
        complaints.extend(more);
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(compared >= 50, "only {compared} mistakes are compared");
}

#[test]
fn a_mistake_without_a_remedy_is_none() {
    for text in [
        include_str!("wrong/form.yaml"),
        include_str!("wrong/indicators.yaml"),
        include_str!("wrong/sloth.yaml"),
        include_str!("wrong/together.yaml"),
    ] {
        for mistake in mistakes_together(text) {
            assert!(!mistake.remedy.is_empty(), "{mistake} says nothing to do");
        }
    }
}

/// The text of a published file.
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

const VALIDATE: &str = "sloth/test/integration/prometheus/testdata/validate";

#[test]
fn published_specifications_are_taken_and_refused_as_their_tool_does() {
    for name in ["aa", "ab", "ba", "k8s", "multi-k8s", "multi", "openslo"] {
        let Some(good) = published(&format!("{VALIDATE}/good/good-{name}.yaml")) else { return };
        assert_eq!(mistakes(&good), [], "good-{name}");
        // Its tool refuses 28 days there because it was started with 30; the document is right.
        if name == "openslo" {
            continue;
        }
        let Some(bad) = published(&format!("{VALIDATE}/bad/bad-{name}.yaml")) else { return };
        let marked: Vec<u32> = (1..)
            .zip(bad.lines())
            .filter(|(_, line)| line.contains("# BAD!"))
            .map(|(line, _)| line)
            .collect();
        let told: Vec<u32> = mistakes(&bad).iter().map(|mistake| mistake.place.line).collect();
        assert_eq!(told, marked, "bad-{name}");
    }
    let path = VALIDATE.replace("validate", "in-invalid-version.yaml");
    let Some(text) = published(&path) else { return };
    assert_eq!(mistakes(&text)[0].field, "version");
}

#[test]
fn what_is_kept_elsewhere_is_asked_for_only_where_it_has_to_be() {
    let text = include_str!("wrong/together.yaml");
    let first = text.split("---").next().unwrap_or_default();
    let told: Vec<String> =
        mistakes_together(first).iter().map(|mistake| mistake.field.clone()).collect();
    assert_eq!(told, ["spec.indicatorRef"], "nothing is measured without it");
}

#[test]
fn published_examples_have_no_mistakes_together() {
    let openslo = ["occurences-slo", "ratio-timeslices", "timeslices-slo"];
    let openslo =
        openslo.iter().map(|name| format!("OpenSLO/examples/budgeting-method/{name}.yaml"));
    let sloth = [
        "getting-started",
        "k8s-getting-started",
        "k8s-home-wifi",
        "multifile",
        "no-alerts",
        "openslo-getting-started",
        "plugin-getting-started",
        "plugin-k8s-getting-started",
        "raw-home-wifi",
        "slo-plugin-getting-started",
        "slo-plugin-k8s-getting-started",
    ];
    let sloth = sloth.iter().map(|name| format!("sloth/examples/{name}.yml"));
    for path in openslo.chain(sloth) {
        let Some(text) = published(&path) else { return };
        assert_eq!(mistakes_together(&text), [], "{path}");
    }
}

/// The thresholds that generated rules compare with, as `(window, factor, budget)`.
fn generated(text: &str) -> Vec<(String, f64, f64)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((head, tail)) = line.split_once("> (") else { continue };
        let window = head.split("ratio_rate").nth(1).and_then(|rest| rest.split('{').next());
        let factors = tail.split(')').next().and_then(|inside| inside.split_once(" * "));
        if let (Some(window), Some((factor, budget))) = (window, factors) {
            let number = |text: &str| text.parse::<f64>().expect("a number");
            found.push((window.to_owned(), number(factor), number(budget)));
        }
    }
    found
}

fn short(micros: i64) -> String {
    let minutes = micros / 60_000_000;
    match (minutes % 1_440, minutes % 60) {
        (0, _) => format!("{}d", minutes / 1_440),
        (_, 0) => format!("{}h", minutes / 60),
        _ => format!("{minutes}m"),
    }
}

#[test]
fn windows_and_thresholds_are_those_of_the_generated_rules() {
    let mut compared = 0;
    for name in ["getting-started", "no-alerts", "raw-home-wifi", "multifile"] {
        let Some(text) = published(&format!("sloth/examples/{name}.yml")) else { return };
        let Some(rules) = published(&format!("sloth/examples/_gen/{name}.yml")) else { return };
        let mut ours = Vec::new();
        for document in documents(&text).expect("yaml") {
            for objective in sloth::check(&document).expect(name).objectives {
                let budget = objective.target.budget();
                for pair in &objective.pairs {
                    let factor = pair.threshold(sloth::WINDOW_MICROS);
                    ours.push((short(pair.short_micros), factor, budget));
                    ours.push((short(pair.long_micros), factor, budget));
                }
            }
        }
        let theirs = generated(&rules);
        assert_eq!(ours.len(), theirs.len(), "{name}");
        for (window, factor, budget) in &ours {
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
            let same = theirs
                .iter()
                .any(|(w, f, b)| w == window && near(*f, *factor) && near(*b, *budget));
            assert!(same, "{name}: {window} {factor} {budget} is not in {theirs:?}");
            compared += 1;
        }
    }
    println!("{compared} comparisons");
    assert!(compared > 20, "only {compared} comparisons");
}

#[test]
fn a_document_that_is_right_is_read_as_it_is_evaluated() {
    let text = "apiVersion: openslo/v1alpha\nkind: SLO\nmetadata: { name: a }\nspec:\n  \
        service: shop\n  budgetingMethod: Occurrences\n  \
        timeWindows: [{ count: 4, unit: Week }]\n  objectives:\n    - target: 0.995\n      \
        ratioMetrics:\n        bad: { source: p, query: b }\n        \
        total: { source: p, query: t }\n";
    let document = openslo::check(&documents(text).expect("yaml")[0]).expect("no mistake");
    let openslo::Body::Slo(spec) = document.body else { unreachable!("it is an objective") };
    let objective = openslo::objectives(&spec).expect("objectives").remove(0);
    assert_eq!(Some(objective.target), Target::new(0.995));
    assert_eq!(objective.window, Window::Rolling { micros: 28 * 86_400_000_000 });
}

#[test]
fn what_sloth_passes_over_is_noted_and_alerts_that_are_off_are_not_watched() {
    let text = r"version: prometheus/v1
service: shop
slos:
  - name: a
    objective: 99.5
    sli: { plugin: { id: x } }
    alerting:
      name: A
      pageAlert: {}
      page_alert: { disable: true }
";
    let read = sloth::check(&documents(text).expect("yaml")[0]).expect("no mistake");
    assert_eq!(read.notes.len(), 1);
    assert_eq!(
        (read.notes[0].place.line, read.notes[0].field.as_str()),
        (9, "slos[0].alerting.pageAlert")
    );
    let watched: Vec<String> =
        read.objectives[0].pairs.iter().map(|pair| short(pair.long_micros)).collect();
    assert_eq!(watched, ["1d", "3d"], "only tickets are left");
}

/// Words that make a document, in any order and depth.
fn words() -> impl Strategy<Value = String> {
    let words = [
        "apiVersion: openslo/v1\n",
        "apiVersion: openslo/v1alpha\n",
        "apiVersion: sloth.slok.dev/v1\n",
        "version: prometheus/v1\n",
        "kind: SLO\n",
        "spec:\n",
        "  timeWindow: [{duration: 1M}]\n",
        "  timeWindows: [{count: -1, unit: Day}, 5]\n",
        "  objectives: [{target: 2}, 7, {ratioMetrics: {good: 1}}]\n",
        "  indicator: {spec: {ratioMetric: 3}}\n",
        "  slos: [{sli: {raw: {}}, objective: 1e99}, x]\n",
        "slos: [{name: a, alerting: 3}]\n",
        "metadata: [a]\n",
        "---\n",
        "*a\n",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..9)
        .prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn whatever_is_written_is_told_and_never_panics(
        text in prop_oneof![words(), "[ a-zA-Z:{}\\[\\]0-9\\n-]{0,200}"],
    ) {
        let Ok(documents) = documents(&text) else { return Ok(()) };
        for document in &documents {
            let told = match sloth::recognises(document) {
                true => sloth::check(document).err(),
                false => openslo::check(document).err(),
            };
            prop_assert!(told.is_none_or(|mistakes| !mistakes.is_empty()));
        }
    }
}
