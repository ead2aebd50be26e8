//! How available something is that needs other things, in cases that are known.

use graph::{Builder, Relation};

fn near(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-9
}

#[test]
fn parts_in_series_multiply() {
    let mut builder = Builder::new();
    builder.relate("shop", Relation::DependsOn, "api").relate("api", Relation::RunsOn, "host");
    let own = |item: &str| if item == "host" { 0.9995 } else { 0.9999 };
    let found = builder.build().composite("shop", own).expect("an item");
    assert!(near(found.exact().expect("it is small"), 0.9999 * 0.9999 * 0.9995));
    assert_eq!(found.items, 3);
    assert!(builder.build().composite("nothing", own).is_none());
}

#[test]
fn of_equal_parts_so_many_must_be_up() {
    let of_three = |need: u32| {
        let mut builder = Builder::new();
        builder.group("db", "nodes", need, &["a", "b", "c"]);
        let own = |item: &str| if item == "db" { 1.0 } else { 0.9 };
        builder.build().composite("db", own).and_then(|found| found.exact()).expect("a figure")
    };
    assert!(near(of_three(1), 1.0 - 0.1_f64.powi(3)));
    assert!(near(of_three(2), 3.0 * 0.81 * 0.1 + 0.729));
    assert!(near(of_three(3), 0.729));
    assert!(near(of_three(9), 0.729), "more than there are means all");
    assert!(near(of_three(0), 1.0));
}

#[test]
fn what_two_stand_on_counts_once() {
    let mut builder = Builder::new();
    builder.group("shop", "nodes", 1, &["a", "b"]);
    builder.relate("a", Relation::RunsOn, "rack").relate("b", Relation::RunsOn, "rack");
    let own = |item: &str| if item == "shop" { 1.0 } else { 0.9 };
    let found = builder.build().composite("shop", own).and_then(|found| found.exact());
    // As if each node had a rack of its own it would be 0.9639.
    assert!(near(found.expect("a figure"), 0.9 * 0.99));
}

#[test]
fn a_large_estate_of_pairs_is_exact_and_a_tangle_is_bounded() {
    let mut pairs = Builder::new();
    for pair in 0..500 {
        let members = [format!("{pair} a"), format!("{pair} b")];
        pairs.group("shop", &pair.to_string(), 1, &[&members[0], &members[1]]);
    }
    let own = |item: &str| if item == "shop" { 1.0 } else { 0.99 };
    let found = pairs.build().composite("shop", own).expect("an item");
    assert!(near(found.exact().expect("it is plain"), 0.9999_f64.powi(500)));

    // Every path may take any of a hundred, in an order that no diagram likes.
    let mut tangle = Builder::new();
    for group in 0..60 {
        let members: Vec<String> =
            (0..9).map(|n| format!("n{}", (group * 37 + n * n * 11) % 100)).collect();
        let members: Vec<&str> = members.iter().map(String::as_str).collect();
        tangle.group("shop", &group.to_string(), 4, &members);
    }
    let found = tangle.build().composite("shop", own).expect("an item");
    assert!(found.exact().is_none(), "it was thought to be too large");
    assert!(0.0 < found.low && found.low < found.high && found.high <= 1.0, "{found:?}");
}
