//! Many seeds. `OPERATE_SIM_SEED=17 cargo nextest run -p sim` runs chaos with one of them alone.

use std::ops::Range;
use std::panic::catch_unwind;

const STEPS: usize = 250;

// In parts, so that they run side by side.
#[test]
fn nothing_is_lost_and_nobody_is_called_twice_part_1() {
    chaos(0..60);
}

#[test]
fn nothing_is_lost_and_nobody_is_called_twice_part_2() {
    chaos(60..120);
}

#[test]
fn nothing_is_lost_and_nobody_is_called_twice_part_3() {
    chaos(120..180);
}

#[test]
fn nothing_is_lost_and_nobody_is_called_twice_part_4() {
    chaos(180..240);
}

#[test]
fn a_seed_gives_the_same_run_each_time() {
    assert_eq!(sim::run::chaos(7, STEPS), sim::run::chaos(7, STEPS));
}

#[test]
fn twenty_alerts_of_one_failed_database_become_one_incident_in_any_order() {
    for seed in 0..40 {
        let outage = sim::run::outage(seed);
        assert_eq!(outage.incidents, 1, "seed {seed}: {outage:?}");
        assert_eq!(outage.main_item.as_deref(), Some("component/orders-db"), "seed {seed}");
        assert_eq!(outage.members, 20, "seed {seed}");
        // The owner of the database is called, and no team over and over again. The duty comes in
        // at the end, when nobody has answered for an hour.
        let called = |policy: &str| outage.policies.iter().filter(|page| *page == policy).count();
        assert_eq!(called("escalationpolicy/data"), 1, "seed {seed}: {outage:?}");
        assert!(called("escalationpolicy/shop") <= 3, "seed {seed}: {outage:?}");
    }
}

/// Runs the seeds, or those that the environment names: `17`, or `240..5000` for a long search.
fn chaos(seeds: Range<u64>) {
    for seed in wanted().unwrap_or(seeds) {
        let held = catch_unwind(|| sim::run::chaos(seed, STEPS)).is_ok();
        assert!(held, "seed {seed} failed; run it alone with OPERATE_SIM_SEED={seed}");
    }
}

fn wanted() -> Option<Range<u64>> {
    let text = std::env::var("OPERATE_SIM_SEED").ok()?;
    let number = |text: &str| text.parse::<u64>().expect("OPERATE_SIM_SEED is 17 or 240..5000");
    Some(match text.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => number(&text)..number(&text) + 1,
    })
}
