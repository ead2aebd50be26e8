//! What reading a batch as Prometheus sends it, and writing a full list, cost without the server.

use std::hint::black_box;

use connectors::alertmanager::{ALERTS_MAX, AlertsBody, Query, ShownAlert, parse};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kernel::Time;

const ALERTS: usize = 100_000;

fn batch(alerts: usize) -> String {
    let alert = |n: usize| {
        format!(
            r#"{{"annotations":{{"description":"The 99th percentile of orders on host-{n} is 2.5 s for 10 minutes","summary":"Orders are slow"}},"endsAt":"2026-11-21T03:08:14.632Z","startsAt":"2026-11-21T03:07:54.632Z","generatorURL":"http://prometheus.example.org/graph?g0.expr=up+%3D%3D+0\u0026g0.tab=1","labels":{{"alertname":"HighLatency","cluster":"eu-1","instance":"host-{n}:9100","job":"node","service":"checkout","severity":"critical"}}}}"#
        )
    };
    format!("[{}]", (0..alerts).map(alert).collect::<Vec<_>>().join(","))
}

fn read(criterion: &mut Criterion) {
    let body = batch(64);
    let mut group = criterion.benchmark_group("read");
    group.throughput(Throughput::Elements(64));
    group.bench_function("a batch of 64", |bencher| {
        bencher.iter(|| parse(black_box(body.as_bytes())).map(|signals| signals.len()));
    });
    group.finish();
}

fn show(criterion: &mut Criterion) {
    let body = batch(ALERTS_MAX);
    let part = parse(body.as_bytes()).unwrap_or_default();
    let signals: Vec<_> = part.iter().cycle().take(ALERTS).collect();
    let query = Query::parse("filter=severity%3D%22critical%22&filter=instance%3D~%22host-77.*%22")
        .unwrap_or_else(|error| unreachable!("{error}"));
    let mut group = criterion.benchmark_group("show");
    group.sample_size(20);
    group.bench_function("100,000 alerts", |bencher| {
        bencher.iter(|| {
            let mut shown = AlertsBody::new("operate", ALERTS);
            for (number, signal) in signals.iter().enumerate() {
                let alert = ShownAlert {
                    fingerprint: number as u64,
                    starts_at: signal.starts_at.unwrap_or_default(),
                    ends_at: signal.ends_at.unwrap_or_default(),
                    updated_at: Time::from_seconds(1_795_230_474),
                    generator_url: &signal.generator_url,
                };
                let labels = signal.labels.iter().map(|(name, value)| (&**name, &**value));
                let notes = signal.annotations.iter().map(|(name, value)| (&**name, &**value));
                shown.push(&alert, labels, notes);
            }
            shown.finish().len()
        });
    });
    group.bench_function("the fitting ones of 100,000", |bencher| {
        bencher.iter(|| {
            let fits = |signal: &&&connectors::Signal<'_>| {
                query.matches(|name| {
                    signal.labels.iter().find(|(other, _)| other == name).map(|(_, v)| &**v)
                })
            };
            signals.iter().filter(fits).count()
        });
    });
    group.finish();
}

criterion_group!(benches, read, show);
criterion_main!(benches);
