use std::collections::BTreeMap;

use calendar::Span;
use objectives::{BucketError, Buckets, Counts, DecodeError};
use proptest::prelude::*;

use super::MINUTE;

fn counts(good: u64, total: u64) -> Counts {
    Counts::whole(good, total)
}

#[test]
fn minutes_that_were_not_reported_are_unknown() {
    let mut buckets = Buckets::new(100);
    buckets.put(100, counts(9, 10)).expect("counts");
    buckets.put(103, counts(5, 5)).expect("counts");
    let sum = buckets.sum(Span::new(99 * MINUTE, 105 * MINUTE));
    assert_eq!((sum.good, sum.total), (14.0, 15.0));
    assert_eq!((sum.known_micros, sum.unknown_micros), (2 * MINUTE, 4 * MINUTE));
    assert_eq!(buckets.minute(101), None);
    assert_eq!(buckets.sum(Span::new(0, 50 * MINUTE)).ratio(), None, "nothing is known before");
}

#[test]
fn late_counts_restate_what_was_there() {
    let mut buckets = Buckets::new(0);
    for minute in 0..1_000 {
        buckets.put(minute, counts(10, 10)).expect("counts");
    }
    buckets.put(300, counts(0, 70_000)).expect("late counts");
    let sum = buckets.sum(Span::new(0, 1_000 * MINUTE));
    assert_eq!((sum.good, sum.total), (9_990.0, 79_990.0));
    assert_eq!(buckets.sum(Span::new(301 * MINUTE, 1_000 * MINUTE)).good, 6_990.0);
}

#[test]
fn the_past_is_forgotten_without_changing_what_is_left() {
    let mut buckets = Buckets::new(0);
    for minute in 0..2_000 {
        buckets.put(minute, counts(9, 10)).expect("counts");
    }
    let before = buckets.sum(Span::new(1_100 * MINUTE, 2_000 * MINUTE));
    buckets.forget_before(1_100);
    assert_eq!(buckets.sum(Span::new(1_100 * MINUTE, 2_000 * MINUTE)), before);
    assert_eq!(buckets.first(), 1_024, "whole blocks go");
    assert_eq!(buckets.minute(1_000), None);
    buckets.put(1_500, counts(0, 10)).expect("late counts");
    assert_eq!(buckets.sum(Span::new(1_100 * MINUTE, 2_000 * MINUTE)).good, before.good - 9.0);
}

#[test]
fn it_is_known_since_when_anything_is_known() {
    let mut buckets = Buckets::new(0);
    buckets.put(700, counts(1, 1)).expect("counts");
    buckets.put(900, counts(1, 1)).expect("counts");
    let known = |from, until| buckets.first_known(Span::new(from * MINUTE, until * MINUTE));
    assert_eq!(known(0, 2_000), Some(700));
    assert_eq!(known(701, 2_000), Some(900));
    assert_eq!(known(901, 2_000), None);
    assert_eq!(known(0, 700), None);
}

#[test]
fn a_day_of_an_ordinary_service_takes_less_than_two_kilobytes() {
    let mut day = Buckets::new(0);
    for minute in 0..1_440_i64 {
        let noise = (minute as u64).wrapping_mul(2_654_435_761) >> 20;
        let total = 1_400 - (minute - 720).unsigned_abs() + noise % 120;
        day.put(minute, counts(total - noise % 4, total)).expect("counts");
    }
    let bytes = day.encode().len();
    assert!(bytes < 1_950, "{bytes}");
}

#[test]
fn impossible_counts_are_refused() {
    let mut buckets = Buckets::new(5);
    assert_eq!(buckets.put(5, counts(2, 1)), Err(BucketError::Good(counts(2, 1))));
    assert_eq!(buckets.put(5, counts(0, u64::MAX)), Err(BucketError::Total(counts(0, u64::MAX))));
    for minute in [4, i64::MIN, i64::MAX] {
        assert_eq!(buckets.put(minute, counts(1, 1)), Err(BucketError::Minute(minute)));
    }
    assert!(buckets.is_empty());
}

#[test]
fn damaged_bytes_are_refused() {
    let mut buckets = Buckets::new(0);
    for minute in (0..600).filter(|minute| minute % 7 > 0) {
        buckets.put(minute, counts(minute as u64, 700)).expect("counts");
    }
    let bytes = buckets.encode();
    assert_eq!(bytes[0], 2, "whole events are written as they always were");
    assert_eq!(Buckets::decode(&bytes), Ok(buckets));
    assert_eq!(Buckets::decode(&bytes[..bytes.len() - 1]), Err(DecodeError::Damaged));
    assert_eq!(Buckets::decode(&[9]), Err(DecodeError::Version(9)));
    assert_eq!(Buckets::decode(&[]), Err(DecodeError::Damaged));
}

/// Minutes with their events and bad events in thousandths, most of them whole.
fn entries() -> impl Strategy<Value = Vec<(i64, u64, u64)>> {
    let total = prop_oneof![0..9_u64, 0..2_000_u64, 0..1_u64 << 40];
    let whole = (0..900_i64, total, 0..5_u64);
    let whole = whole.prop_map(|(minute, total, bad)| (minute, total * 1_000, bad * 1_000));
    let fine = (700..900_i64, 0..1_u64 << 40, 0..5_000_u64);
    prop::collection::vec(prop_oneof![3 => whole, 1 => fine], 0..60)
}

/// Thousandths as events.
fn fine(good: u64, total: u64) -> Counts {
    Counts::parts(good as f64 / 1e3, total as f64 / 1e3).expect("events")
}

proptest! {
    #[test]
    fn sums_are_those_of_the_minutes_one_by_one(entries in entries(), from in -9..950_i64,
        length in 0..950_i64) {
        let mut buckets = Buckets::new(-3);
        let mut minutes: BTreeMap<i64, Counts> = BTreeMap::new();
        for (minute, total, bad) in entries {
            let counts = fine(total.saturating_sub(bad), total);
            buckets.put(minute, counts).expect("counts");
            minutes.insert(minute, counts);
        }
        let sum = buckets.sum(Span::new(from * MINUTE, (from + length) * MINUTE));
        let within: Vec<&Counts> = minutes.range(from..from + length).map(|(_, c)| c).collect();
        let good: f64 = within.iter().map(|counts| counts.good()).sum();
        let total: f64 = within.iter().map(|counts| counts.total()).sum();
        prop_assert!((sum.good - good).abs() <= total * 1e-12, "{} is {good}", sum.good);
        prop_assert!((sum.total - total).abs() <= total * 1e-12, "{} is {total}", sum.total);
        let known = within.len() as i64;
        prop_assert_eq!(sum.known_micros, known * MINUTE);
        prop_assert_eq!(sum.unknown_micros, (length - known) * MINUTE);
        for minute in -5..905 {
            prop_assert_eq!(buckets.minute(minute), minutes.get(&minute).copied());
        }
        let at_once: Vec<(i64, Counts)> = minutes.iter().map(|(at, set)| (*at, *set)).collect();
        let mut other = Buckets::new(-3);
        other.put_all(&at_once[at_once.len() / 2..]).expect("counts");
        other.put_all(&at_once).expect("counts");
        prop_assert_eq!(&other, &buckets, "in whichever order they come");
        prop_assert_eq!(Buckets::decode(&buckets.encode()), Ok(buckets));
    }

    #[test]
    fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..300), version in 0..5_u8) {
        if let Some(first) = bytes.first_mut() {
            *first = version;
        }
        let _ = Buckets::decode(&bytes);
    }
}
