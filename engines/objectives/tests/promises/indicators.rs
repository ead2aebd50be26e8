use calendar::Span;
use objectives::{Buckets, Clock, Comparison, Counts, Latency, Missing, Slices, Tally, tickets};

use super::{MINUTE, near};

/// Four minutes: 100 %, 50 % of very many, unknown, none at all.
fn series() -> Buckets {
    let mut buckets = Buckets::new(0);
    for (minute, good, total) in [(0, 10, 10), (1, 5_000, 10_000), (3, 0, 0)] {
        buckets.put(minute, Counts::whole(good, total)).expect("counts");
    }
    buckets
}

#[test]
fn slices_weigh_alike_however_many_events_they_have() {
    let slices =
        |missing| Slices { minutes: 1, target: 0.95, comparison: Comparison::Gte, missing };
    let all = Span::new(0, 4 * MINUTE);
    let ignored = slices(Missing::Ignore).tally(&series(), all);
    assert!(near(ignored.ratio(), 0.5));
    assert_eq!((ignored.known_micros, ignored.unknown_micros), (2 * MINUTE, 2 * MINUTE));
    assert!(near(slices(Missing::Bad).tally(&series(), all).ratio(), 0.25));
    assert!(near(slices(Missing::Ignore).mean(&series(), all).ratio(), 0.75));
    assert!(near(series().sum(all).ratio(), 5_010.0 / 10_010.0), "events weigh as they come");
}

#[test]
fn latency_is_good_up_to_the_nearest_bound_below() {
    let latency = Latency { up_to: vec![(0.1, 70), (0.5, 95), (f64::INFINITY, 100)] };
    assert!(near(latency.tally(0.5).ratio(), 0.95));
    assert!(near(latency.tally(0.3).ratio(), 0.70), "not known to be faster");
    assert_eq!(Latency { up_to: Vec::new() }.tally(0.5).ratio(), None);
}

#[test]
fn tickets_count_once_their_clock_says_something() {
    let clock = |due, stopped| Clock { due, stopped };
    let clocks = [
        clock(Some(10), Some(10)),
        clock(Some(10), Some(11)),
        clock(Some(10), None),
        clock(Some(99), None),
        clock(None, Some(50)),
    ];
    let sum = tickets(clocks, 50);
    assert_eq!((sum.good, sum.total), (2.0, 4.0), "open and not late is not counted");
}

#[test]
fn a_formula_is_a_share() {
    assert!(near(Tally::of_formula(0.97).and_then(|tally| tally.ratio()), 0.97));
    assert!(Tally::of_formula(1.2).is_none() && Tally::of_formula(f64::NAN).is_none());
}
