//! Many seeds. `OPERATE_SIM_SEED=17 cargo nextest run -p sim` runs one of them alone.

use std::panic::catch_unwind;

const SEEDS: u64 = 300;
const STEPS: usize = 400;

#[test]
fn nothing_is_lost_and_nobody_is_called_twice_whatever_happens() {
    let seeds = match std::env::var("OPERATE_SIM_SEED") {
        Ok(seed) => {
            let seed = seed.parse().expect("OPERATE_SIM_SEED is a number");
            seed..seed + 1
        }
        Err(_) => 0..SEEDS,
    };
    let (mut entries, mut calls) = (0, 0);
    for seed in seeds {
        match catch_unwind(|| sim::run::chaos(seed, STEPS)) {
            Ok(summary) => {
                entries += summary.entries;
                calls += summary.calls;
            }
            Err(_) => panic!("seed {seed} failed; run it alone with OPERATE_SIM_SEED={seed}"),
        }
    }
    println!("{entries} journal entries, {calls} calls");
}

#[test]
fn a_seed_gives_the_same_run_each_time() {
    assert_eq!(sim::run::chaos(7, STEPS), sim::run::chaos(7, STEPS));
}
