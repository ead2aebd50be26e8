//! Alert windows and thresholds beside those of Sloth, which generates rules for Prometheus.
//!
//! The data is not part of this repository: `OPERATE_TEST_DATA` names a folder that has
//! `slo-golden/sloth` from <https://github.com/slok/sloth>. Without it nothing is compared.

use objectives::{Guard, Pair, Severity, Tally, Target, Verdict, pairs};

use super::{DAY, HOUR, MINUTE};

fn read(path: &str) -> Option<String> {
    let Ok(data) = std::env::var("OPERATE_TEST_DATA") else {
        println!("OPERATE_TEST_DATA names no folder: nothing to compare");
        return None;
    };
    let file = format!("{data}/slo-golden/sloth/{path}");
    let text = std::fs::read_to_string(&file).ok();
    if text.is_none() {
        println!("{file} is not there: nothing to compare");
    }
    text
}

fn micros(text: &str) -> i64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let units = [("m", MINUTE), ("h", HOUR), ("d", DAY)];
    let (_, size) = units.iter().find(|(name, _)| *name == unit).expect("a unit");
    number.parse::<i64>().expect("a number") * size
}

/// The objective's window and the pairs of a file of alert windows.
fn windows(text: &str) -> (i64, Vec<Pair>) {
    let (mut window, mut severity) = (0, Severity::Page);
    let (mut share, mut short_micros) = (0.0, 0);
    let mut found = Vec::new();
    for line in text.lines() {
        match line.trim().split_once(':').map(|(name, value)| (name, value.trim())) {
            Some(("sloPeriod", value)) => window = micros(value),
            Some(("page", _)) => severity = Severity::Page,
            Some(("ticket", _)) => severity = Severity::Ticket,
            Some(("errorBudgetPercent", value)) => {
                share = value.parse::<f64>().expect("a number") / 100.0;
            }
            Some(("shortWindow", value)) => short_micros = micros(value),
            Some(("longWindow", value)) => {
                found.push(Pair { share, long_micros: micros(value), short_micros, severity });
            }
            _ => {}
        }
    }
    (window, found)
}

#[test]
fn our_pairs_are_among_those_of_sloth() {
    for days in [30, 28] {
        let Some(text) = read(&format!("internal/alert/windows/google-{days}d.yaml")) else {
            return;
        };
        let (window, theirs) = windows(&text);
        assert_eq!((window, theirs.len()), (days * DAY, 4));
        for ours in pairs(window) {
            assert!(theirs.contains(&ours), "{ours:?} is not in {theirs:?}");
        }
    }
}

/// What a generated rule compares: the window, the factor and the budget of each comparison.
fn comparisons(text: &str) -> Vec<(i64, f64, f64)> {
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((head, tail)) = line.split_once("> (") else { continue };
        let window = head.split("ratio_rate").nth(1).and_then(|rest| rest.split('{').next());
        let factors = tail.split(')').next().and_then(|inside| inside.split_once(" * "));
        if let (Some(window), Some((factor, budget))) = (window, factors) {
            let number = |text: &str| text.parse::<f64>().expect("a number");
            found.push((micros(window), number(factor), number(budget)));
        }
    }
    found
}

#[test]
fn thresholds_and_alert_moments_are_those_of_generated_rules() {
    let Some(text) = read("internal/alert/windows/google-30d.yaml") else { return };
    let (window, theirs) = windows(&text);
    let mut compared = 0;
    for rules in
        ["getting-started", "no-alerts", "raw-home-wifi", "multifile", "openslo-getting-started"]
    {
        let Some(text) = read(&format!("examples/_gen/{rules}.yml")) else { return };
        for both in comparisons(&text).chunks(2) {
            let [(short, factor, budget), (long, other, _)] = both else { continue };
            let pair = theirs.iter().find(|pair| pair.long_micros == *long).expect("a pair");
            assert_eq!((pair.short_micros, factor), (*short, other), "{rules}");
            let ours = pair.threshold(window);
            assert!((ours - factor).abs() < 1e-9, "{rules}: {ours} instead of {factor}");
            // Just above what the rule compares with it fires, just below it does not.
            let target = Target::new(1.0 - budget).expect("a share");
            let errors =
                |share: f64| Tally { good: 1e9 * (1.0 - share), total: 1e9, ..Tally::default() };
            for (part, expected) in [(1.000_01, Verdict::Fires), (0.999_99, Verdict::Quiet)] {
                let tally = errors(factor * budget * part);
                let verdict = pair.judge(target, window, (&tally, &tally), Guard::default());
                assert_eq!(verdict, expected, "{rules}: {part} of {factor} × {budget}");
            }
            compared += 1;
        }
    }
    println!("{compared} pairs compared");
    assert!(compared > 10, "only {compared} pairs were found");
}

#[test]
fn other_tables_of_windows_scale_alike() {
    for (file, expected) in [("7d", [13.44, 3.5, 1.4, 0.98]), ("custom-30d", [14.4, 4.8, 3.0, 1.0])]
    {
        let Some(text) = read(&format!("examples/windows/{file}.yaml")) else { return };
        // The custom table has a window of 36 h, which is a day and a half.
        let (window, pairs) = windows(&text);
        for (pair, expected) in pairs.iter().zip(expected) {
            let found = pair.threshold(window);
            assert!((found - expected).abs() < 1e-9, "{file}: {found} instead of {expected}");
        }
    }
}
