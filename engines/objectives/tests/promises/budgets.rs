use objectives::{Budget, Guard, Pair, Policy, Runway, Severity, Stance, Tally, Target, Verdict};
use objectives::{Standing, burn, pairs, standing};

use super::{DAY, HOUR, MINUTE, near};

fn target(share: f64) -> Target {
    Target::new(share).expect("a share")
}

fn tally(bad: f64, total: f64) -> Tally {
    Tally { good: total - bad, total, ..Tally::default() }
}

#[test]
fn thirty_days_at_three_nines_allow_43_minutes() {
    let window = (30 * DAY) as f64;
    let sofar = tally(10.0 * MINUTE as f64, window / 2.0);
    let budget = Budget::of_window(target(0.999), &sofar, window);
    assert!((budget.allowed / MINUTE as f64 - 43.2).abs() < 1e-6);
    assert!((budget.left() / MINUTE as f64 - 33.2).abs() < 1e-6);
}

#[test]
fn budgets_of_events() {
    for (story, share, bad, total, remaining) in [
        ("half is used", 0.99, 5.0, 1_000.0, Some(0.5)),
        ("overspent shows as it is", 0.99, 30.0, 1_000.0, Some(-2.0)),
        ("nothing counted leaves it whole", 0.99, 0.0, 0.0, Some(1.0)),
        ("a promise of 100 % has none", 1.0, 3.0, 1_000.0, None),
    ] {
        let budget = Budget::of(target(share), &tally(bad, total));
        match remaining {
            Some(expected) => assert!(near(budget.remaining(), expected), "{story}"),
            None => assert_eq!(budget.remaining(), None, "{story}"),
        }
    }
    assert!(
        Target::new(0.0).is_none() && Target::new(1.1).is_none() && Target::new(f64::NAN).is_none()
    );
}

#[test]
fn a_history_shorter_than_the_window_is_young() {
    let known = Tally { unknown_micros: 3 * DAY, ..tally(1.0, 1_000.0) };
    let budget = Budget::of(target(0.99), &known);
    assert!(budget.young && near(budget.remaining(), 0.9));
}

#[test]
fn a_burn_of_one_empties_the_budget_at_the_end() {
    assert!(near(burn(target(0.999), &tally(1.0, 100.0)), 10.0), "one failure in a quiet hour");
    assert_eq!(burn(target(0.999), &tally(0.0, 0.0)), None);
    assert_eq!(burn(target(1.0), &tally(1.0, 10.0)), None);
    let budget = Budget::of(target(0.99), &tally(5.0, 1_000.0));
    assert_eq!(budget.runway(Some(1.0), 30 * DAY), Runway::Micros(15 * DAY));
    assert_eq!(budget.runway(Some(0.0), 30 * DAY), Runway::Lasting);
    assert_eq!(budget.runway(None, 30 * DAY), Runway::Unknown);
    let spent = Budget::of(target(0.99), &tally(11.0, 1_000.0));
    assert_eq!(spent.runway(Some(1.0), 30 * DAY), Runway::Spent);
}

#[test]
fn thresholds_scale_with_the_window() {
    let thresholds = |days: i64| -> Vec<String> {
        let window = days * DAY;
        let shown = |pair: &Pair| format!("{:.2}", pair.threshold(window));
        pairs(window).iter().map(shown).collect()
    };
    assert_eq!(thresholds(30), ["14.40", "6.00", "1.00"]);
    assert_eq!(thresholds(28), ["13.44", "5.60", "0.93"]);
    assert_eq!(thresholds(7), ["3.36", "1.40"], "three days of seven are no alert window");
    assert_eq!(thresholds(3), ["1.44"], "0.6 times the budget never spends it");
    assert!(thresholds(1).is_empty());
    let shorts: Vec<i64> = pairs(30 * DAY).iter().map(|pair| pair.short_micros).collect();
    assert_eq!(shorts, [5 * MINUTE, 30 * MINUTE, 6 * HOUR]);
}

#[test]
fn a_pair_that_wants_more_than_everything_bad_is_of_no_use() {
    let reachable = |share: f64, days: i64| -> Vec<bool> {
        let window = days * DAY;
        pairs(window).iter().map(|pair| pair.reachable(target(share), window)).collect()
    };
    assert_eq!(reachable(0.95, 92), [false, true, true], "14.4 × 92 / 30 × 5 % is 221 %");
    assert_eq!(reachable(0.9, 365), [false, false, false]);
    assert_eq!(reachable(0.999, 30), [true, true, true]);
}

#[test]
fn both_windows_must_burn() {
    let page = pairs(30 * DAY)[0];
    assert_eq!(page.severity, Severity::Page);
    let judge = |share: f64, long, short, events_min| {
        page.judge(target(share), 30 * DAY, (&long, &short), Guard { events_min })
    };
    let (hot, cool, none) = (tally(20.0, 1_000.0), tally(14.0, 1_000.0), tally(0.0, 0.0));
    assert_eq!(judge(0.999, hot, hot, 0.0), Verdict::Fires);
    assert_eq!(judge(0.999, hot, cool, 0.0), Verdict::Quiet, "it is over");
    assert_eq!(judge(0.999, cool, hot, 0.0), Verdict::Quiet, "it does not matter yet");
    assert_eq!(judge(0.999, hot, none, 0.0), Verdict::Unknown, "silence is not good");
    assert_eq!(judge(1.0, tally(1.0, 9.0), tally(1.0, 9.0), 0.0), Verdict::Fires);
    assert_eq!(judge(1.0, tally(0.0, 9.0), tally(0.0, 9.0), 0.0), Verdict::Quiet);
    // One failure in an hour of a hundred is no reason to call anybody.
    let guard = Guard::believing(1.0, target(0.999)).events_min;
    assert!((guard - 1_000.0).abs() < 1e-6);
    let quiet = tally(2.0, 100.0);
    assert!(matches!(judge(0.999, quiet, quiet, guard), Verdict::TooFew { seen: 100.0, .. }));
}

#[test]
fn a_policy_says_what_may_go_out() {
    let stance = |share: f64, bad: f64| {
        Policy::default().stance(&Budget::of(target(share), &tally(bad, 10_000.0)))
    };
    for (bad, expected) in [
        (0.0, Stance::Healthy),
        (49.0, Stance::Healthy),
        (51.0, Stance::Caution),
        (76.0, Stance::Slow),
        (99.0, Stance::Slow),
        (101.0, Stance::Freeze),
    ] {
        assert_eq!(stance(0.99, bad), expected, "{bad} of 100 used");
    }
    assert_eq!((stance(1.0, 0.0), stance(1.0, 1.0)), (Stance::Healthy, Stance::Freeze));
}

#[test]
fn a_promise_better_than_what_is_bought_is_flagged() {
    let bought = 0.9999 * 0.9999 * 0.9995;
    let held = |share: f64, without| standing(target(share), (bought, bought), without);
    assert_eq!(held(0.9995, 0), Standing::Exceeds { composite: bought });
    assert_eq!(held(0.9995, 1), Standing::Exceeds { composite: bought }, "one more cannot help");
    assert_eq!(held(0.999, 0), Standing::Covered);
    assert_eq!(held(0.999, 1), Standing::Unknown, "a supplier promises nothing");
    assert_eq!(standing(target(0.99), (0.98, 0.995), 0), Standing::Unknown);
}
