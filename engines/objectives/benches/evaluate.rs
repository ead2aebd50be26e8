//! `cargo bench -p objectives --bench evaluate`: 1,000 objectives over 30 days, each with its
//! budget and the three pairs of burn rates; and what a year of minutes takes.

use std::hint::black_box;

use calendar::Span;
use criterion::{Criterion, criterion_group, criterion_main};
use objectives::{Buckets, Budget, Counts, Guard, Target, pairs};

const MINUTE: i64 = 60_000_000;
const DAY: i64 = 1_440;
const OBJECTIVES: usize = 1_000;

criterion_main!(benches);
criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = evaluating, keeping
}

fn evaluating(criterion: &mut Criterion) {
    let all: Vec<Buckets> = (0..OBJECTIVES).map(|seed| series(35 * DAY, seed as u64)).collect();
    let target = Target::new(0.999).expect("a share");
    let window = 30 * DAY * MINUTE;
    let now = 34 * DAY * MINUTE + 77 * MINUTE;
    let last = |micros: i64| Span::new(now - micros, now);
    criterion.bench_function("1,000 objectives over 30 days with their burn rates", |bench| {
        bench.iter(|| {
            let mut fired = 0;
            for buckets in &all {
                let budget = Budget::of(target, &buckets.sum(last(window)));
                black_box(budget.remaining());
                for pair in pairs(window) {
                    let long = buckets.sum(last(pair.long_micros));
                    let short = buckets.sum(last(pair.short_micros));
                    let verdict = pair.judge(target, window, (&long, &short), Guard::default());
                    fired += usize::from(verdict == objectives::Verdict::Fires);
                }
            }
            black_box(fired)
        });
    });
}

fn keeping(criterion: &mut Criterion) {
    let year = series(365 * DAY, 7);
    let days = (0..365).map(|day| {
        let minutes = day * DAY..(day + 1) * DAY;
        let all: Vec<(i64, Counts)> =
            minutes.filter_map(|minute| Some((minute, year.minute(minute)?))).collect();
        let mut one = Buckets::new(day * DAY);
        one.put_all(&all).expect("counts");
        one.encode().len()
    });
    println!(
        "a year of minutes: {} KB in memory, {} KB as bytes, {} bytes a day by itself",
        year.bytes() / 1_000,
        year.encode().len() / 1_000,
        days.sum::<usize>() / 365
    );
    criterion.bench_function("a year from bytes", |bench| {
        let bytes = year.encode();
        bench.iter(|| Buckets::decode(&bytes).expect("what was written").len());
    });
}

/// About 1,000 events a minute, by day twice as many as at night, a few bad in every thousand.
fn series(minutes: i64, seed: u64) -> Buckets {
    let mut random = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut buckets = Buckets::new(0);
    for minute in 0..minutes {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let noise = (random >> 33) % 120;
        let day = (minute % DAY - DAY / 2).unsigned_abs();
        let total = 1_400 - day + noise;
        let counts = Counts::whole(total - (random >> 50) % 4, total);
        buckets.put(minute, counts).expect("counts");
    }
    buckets
}
