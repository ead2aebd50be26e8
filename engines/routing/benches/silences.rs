//! `cargo bench -p routing --bench silences`: what 50,000 alerts cost with 1,000 and 10,000
//! silences of the kinds that people write, beside one that walks past none.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use routing::{InhibitRule, Inhibitor, Matchers, RouteSpec, SilenceIndex, SilenceSpec, Tree};

const ALERTS: usize = 50_000;

type Labels = Vec<(&'static str, String)>;

criterion_main!(benches);
criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = silences, routes, inhibition
}

fn silences(criterion: &mut Criterion) {
    let alerts = alerts();
    let now = Timestamp::UNIX_EPOCH;
    let mut group = criterion.benchmark_group("silenced_by over 50,000 alerts");
    group.bench_function("no silence", |bench| {
        let index: SilenceIndex<usize> = SilenceIndex::new();
        bench.iter(|| ask(&index, &alerts, now));
    });
    for (kind, text) in KINDS {
        for count in [1_000, 10_000] {
            let index = index(count, text);
            let hits = ask(&index, &alerts, now);
            println!("{count} {kind}: {hits} alerts silenced");
            group.bench_function(BenchmarkId::new(kind, count), |bench| {
                bench.iter(|| ask(&index, &alerts, now));
            });
        }
    }
}

/// `#` is the number of the silence.
const KINDS: [(&str, &str); 6] = [
    ("equal", r#"{instance="host-#:9100"}"#),
    ("prefix", r#"{instance=~"gone-#.*"}"#),
    ("words", r#"{instance=~"host-#:9100|host-9#:9100",alertname="Alert7"}"#),
    ("same alert, other hosts", r#"{alertname="Alert7",instance=~"host-#:[0-9]+"}"#),
    ("expression", r#"{instance=~"(?i)db-#[a-f]+\\.[0-9]+"}"#),
    ("nothing to file under", r#"{alertname=~"[a-c]+#?[0-9]*"}"#),
];

fn index(count: usize, text: &str) -> SilenceIndex<usize> {
    let mut index = SilenceIndex::new();
    for number in 0..count {
        let text = text.replace('#', &(100_000 + number).to_string());
        let matchers = Matchers::parse(&text).expect("the matchers above are good");
        let (starts, ends) = (Timestamp::MIN, Timestamp::MAX);
        index.add(number, SilenceSpec { matchers, starts, ends });
    }
    index
}

fn ask(index: &SilenceIndex<usize>, alerts: &[Labels], now: Timestamp) -> usize {
    alerts.iter().filter(|labels| !black_box(index.silenced_by(*labels, now)).is_empty()).count()
}

fn alerts() -> Vec<Labels> {
    let alert = |number: usize| {
        vec![
            ("alertname", format!("Alert{}", number % 100)),
            ("cluster", format!("c{}", number % 10)),
            ("instance", format!("host-{}:9100", 100_000 + number)),
            ("job", "node".to_owned()),
            ("severity", ["critical", "warning"][number % 2].to_owned()),
        ]
    };
    (0..ALERTS).map(alert).collect()
}

fn routes(criterion: &mut Criterion) {
    let alerts = alerts();
    let mut group = criterion.benchmark_group("matching over 50,000 alerts");
    for count in [10, 500] {
        let tree = tree(count);
        group.bench_function(BenchmarkId::new("routes", count), |bench| {
            bench.iter(|| alerts.iter().map(|labels| tree.matching(labels).len()).sum::<usize>());
        });
    }
}

fn tree(count: usize) -> Tree {
    let route = |number: usize| RouteSpec {
        matchers: Matchers::parse(&format!(r#"{{alertname="Alert{number}",severity=~"crit.*"}}"#))
            .expect("the matchers are good"),
        ..RouteSpec::default()
    };
    let spec = RouteSpec {
        receiver: Some("r".to_owned()),
        routes: (0..count).map(route).collect(),
        ..RouteSpec::default()
    };
    Tree::build(spec, &["r".to_owned()].into(), &[].into()).expect("the tree is good")
}

fn inhibition(criterion: &mut Criterion) {
    let alerts = alerts();
    let rule = InhibitRule {
        source: Matchers::parse("severity=critical").expect("the matcher is good"),
        target: Matchers::parse("severity=warning").expect("the matcher is good"),
        equal: ["alertname", "cluster", "instance"].map(str::to_owned).into(),
    };
    let mut inhibitor = Inhibitor::new(vec![rule]);
    for (key, labels) in alerts.iter().enumerate() {
        inhibitor.add(key, labels);
    }
    criterion.bench_function("inhibited_by over 50,000 alerts, 25,000 of them sources", |bench| {
        let inhibited = |labels: &&Labels| inhibitor.inhibited_by(*labels).is_some();
        bench.iter(|| alerts.iter().filter(inhibited).count());
    });
}
