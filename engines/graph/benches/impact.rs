//! `cargo bench -p graph --bench impact`: 100,000 items and 300,000 relations, in layers as an
//! estate has them, with one group of three in every tenth item.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use graph::{Builder, Graph, Relation};

const ITEMS: u64 = 100_000;
const RELATIONS: u64 = 300_000;

criterion_main!(benches);
criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50);
    targets = questions, building
}

fn questions(criterion: &mut Criterion) {
    let graph = estate().build();
    let widest = widest(&graph);
    let hits = graph.impact([widest.as_str()]).len();
    println!("the widest impact is that of {widest}: {hits} items");

    let mut group = criterion.benchmark_group("100k items, 300k relations");
    group.bench_function("impact of the item that hits most", |bench| {
        bench.iter(|| black_box(graph.impact([widest.as_str()]).len()));
    });
    group.bench_function("impact of one item in the middle", |bench| {
        bench.iter(|| black_box(graph.impact(["item/50000"]).len()));
    });
    group.bench_function("upstream of the last item", |bench| {
        bench.iter(|| black_box(graph.upstream("item/99999").len()));
    });
    let alerting: Vec<String> = (0..20).map(|n| name(n * 4_999)).collect();
    group.bench_function("rank of 20 items", |bench| {
        bench.iter(|| black_box(graph.rank(alerting.iter().map(String::as_str), 8)));
    });
    group.bench_function("inherit from 1,000 items", |bench| {
        bench.iter(|| black_box(graph.inherit(sources(&graph))));
    });
}

fn building(criterion: &mut Criterion) {
    let builder = estate();
    let mut group = criterion.benchmark_group("100k items, 300k relations");
    group.sample_size(10);
    group.bench_function("build", |bench| bench.iter(|| black_box(builder.build().len())));
}

/// Every item needs three of those before it, mostly near ones: the first items carry most.
fn estate() -> Builder {
    let mut builder = Builder::new();
    let mut random = Random(1);
    for item in 0..ITEMS {
        builder.item(&name(item));
    }
    let each = RELATIONS / ITEMS;
    for item in each..ITEMS {
        let targets: Vec<String> = (0..each)
            .map(|_| {
                let reach = if random.below(10) == 0 { item } else { item.min(5_000) };
                name(item - 1 - random.below(reach))
            })
            .collect();
        if item % 10 == 0 {
            let members: Vec<&str> = targets.iter().map(String::as_str).collect();
            builder.group(&name(item), "nodes", 2, &members);
            continue;
        }
        for target in &targets {
            builder.relate(&name(item), Relation::DependsOn, target);
        }
    }
    builder
}

fn widest(graph: &Graph) -> String {
    let hits = |item: &u64| graph.impact([name(*item).as_str()]).len();
    name((0..20).max_by_key(hits).unwrap_or(0))
}

fn sources(graph: &Graph) -> impl Iterator<Item = (&str, usize)> {
    graph.items().step_by(100).enumerate().map(|(place, item)| (item, place % 4))
}

fn name(item: u64) -> String {
    format!("item/{item}")
}

/// A linear congruential generator (Knuth's MMIX): the same graph in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}
