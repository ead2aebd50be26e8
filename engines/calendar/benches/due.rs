//! `cargo bench -p calendar --bench due`: due times in the hours of an office in Berlin, Monday to
//! Friday from eight to six, with the holidays of Germany.

use std::hint::black_box;

use calendar::{Calendar, Definition, Span, Spans, Years};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const HOUR: i64 = 3_600_000_000;
/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600_000_000;
const ASKED: u64 = 10_000;

criterion_main!(benches);
criterion_group!(benches, due, compiling);

fn office() -> Definition {
    Definition::weekdays("Europe/Berlin", "08:00", "18:00").german_holidays()
}

fn due(criterion: &mut Criterion) {
    let calendar = office().compile(Years { first: 2016, last: 2056 }).expect("a calendar");
    let lunch = |start: i64| Spans::from(vec![Span::new(start + 2 * HOUR, start + 30 * HOUR)]);
    let starts: Vec<i64> =
        (0..ASKED as i64).map(|n| BEGIN + n * 7_919 * 60_000_000 % (8_000 * HOUR)).collect();
    let paused: Vec<Spans> = starts.iter().map(|start| lunch(*start)).collect();
    let mut group = criterion.benchmark_group("10,000 of an office in Berlin, 41 years");
    group.throughput(Throughput::Elements(ASKED));
    group.bench_function("due", |bench| bench.iter(|| sum(&calendar, &starts, |_| &NONE)));
    group.bench_function("due with a pause", |bench| {
        bench.iter(|| sum(&calendar, &starts, |place| &paused[place]));
    });
    group.bench_function("elapsed", |bench| {
        bench.iter(|| {
            let elapsed = |start: &i64| calendar.elapsed(*start, start + 900 * HOUR, &NONE);
            black_box(starts.iter().map(elapsed).sum::<i64>())
        });
    });
}

static NONE: Spans = Spans::EMPTY;

fn sum<'a>(calendar: &Calendar, starts: &[i64], pauses: impl Fn(usize) -> &'a Spans) -> i64 {
    let due = |(place, start): (usize, &i64)| {
        let target = (1 + place as i64 % 60) * HOUR;
        calendar.due(*start, target, pauses(place)).at().expect("it comes")
    };
    black_box(starts.iter().enumerate().map(due).fold(0, i64::wrapping_add))
}

fn compiling(criterion: &mut Criterion) {
    let office = office();
    let mut group = criterion.benchmark_group("an office in Berlin");
    group.sample_size(20);
    group.bench_function("compile 41 years", |bench| {
        bench.iter(|| office.compile(Years { first: 2016, last: 2056 }).expect("a calendar"));
    });
}
