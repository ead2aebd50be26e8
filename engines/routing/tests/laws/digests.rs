use std::collections::BTreeMap;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use routing::{Admission, Cadence, Digest, DigestTimes, Storm, StormRule};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn second(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

#[test]
fn digests_come_at_the_end_of_the_day_the_week_and_the_month() {
    let times = DigestTimes::default();
    let saturday = at("2026-11-21T12:00+01:00");
    for (cadence, expected) in [
        (Cadence::Now, None),
        (Cadence::Daily, Some("2026-11-21T17:00+01:00")),
        (Cadence::Weekly, Some("2026-11-27T17:00+01:00")),
        (Cadence::Monthly, Some("2026-11-30T17:00+01:00")),
    ] {
        assert_eq!(cadence.next(saturday, &times, &berlin()), expected.map(at), "{cadence:?}");
    }
}

#[test]
fn a_digest_is_never_now_but_later() {
    let times = DigestTimes::default();
    let next = |cadence: Cadence, after: &str| cadence.next(at(after), &times, &berlin()).unwrap();
    let friday = "2026-11-27T17:00+01:00";
    assert_eq!(next(Cadence::Daily, friday), at("2026-11-28T17:00+01:00"));
    assert_eq!(next(Cadence::Weekly, friday), at("2026-12-04T17:00+01:00"));
    let month_end = "2027-01-31T17:00+01:00";
    assert_eq!(next(Cadence::Monthly, month_end), at("2027-02-28T17:00+01:00"));
}

#[test]
fn the_days_of_digests_are_chosen_and_cut_to_the_month() {
    let times = DigestTimes { time: Time::midnight(), weekday: Weekday::Monday, day: 30 };
    let next = |cadence: Cadence, after: &str| cadence.next(at(after), &times, &TimeZone::UTC);
    assert_eq!(next(Cadence::Weekly, "2026-11-22T23:59Z"), Some(at("2026-11-23T00:00Z")));
    assert_eq!(next(Cadence::Monthly, "2026-01-30T00:00Z"), Some(at("2026-02-28T00:00Z")));
    assert_eq!(next(Cadence::Monthly, "2026-02-28T00:00Z"), Some(at("2026-03-30T00:00Z")));
    assert_eq!(next(Cadence::Daily, "9999-12-30T22:00Z"), None, "the end of time");
}

#[test]
fn a_digest_whose_time_the_clocks_skip_or_repeat_comes_once() {
    let times = DigestTimes { time: Time::constant(2, 30, 0, 0), ..DigestTimes::default() };
    let next = |after: &str| Cadence::Daily.next(at(after), &times, &berlin()).unwrap();
    assert_eq!(next("2026-03-28T12:00Z"), at("2026-03-29T03:30+02:00"));
    assert_eq!(next("2026-03-29T03:30+02:00"), at("2026-03-30T02:30+02:00"));
    assert_eq!(next("2026-10-24T12:00Z"), at("2026-10-25T02:30+02:00"));
    assert_eq!(next("2026-10-25T02:30+02:00"), at("2026-10-26T02:30+01:00"));
}

#[test]
fn what_could_not_be_told_waits_again_but_for_what_is_newer() {
    let mut digest = Digest::default();
    assert_eq!(digest.put("a", 1), None);
    assert_eq!(digest.put("a", 2), Some(1));
    digest.put("b", 1);
    let items = digest.take();
    assert_eq!(items, [("a", 2), ("b", 1)]);
    assert!(digest.is_empty());
    digest.put("b", 9);
    digest.put_back(items);
    assert_eq!(digest.len(), 2);
    assert_eq!(digest.take(), [("a", 2), ("b", 9)]);
}

#[test]
fn a_storm_goes_into_a_digest_at_the_end_of_the_window() {
    let rule = StormRule { most: 2, window: SignedDuration::from_secs(60) };
    let mut storm = Storm::default();
    let digest = Admission::Digest { at: second(60) };
    for (now, expected) in [
        (0, Admission::Now),
        (10, Admission::Now),
        (20, digest),
        (59, digest),
        (60, Admission::Now),
        (61, Admission::Digest { at: second(70) }),
        (200, Admission::Now),
    ] {
        assert_eq!(storm.admit(&rule, second(now)), expected, "at {now}");
    }
    let lower = StormRule { most: 0, window: SignedDuration::from_secs(60) };
    assert_eq!(storm.admit(&lower, second(201)), Admission::Digest { at: second(260) });
}

proptest! {
    /// What a person gets: every digest that comes due tells what waited, and nothing is left out
    /// or told in two of them.
    #[test]
    fn digests_have_all_items_and_none_twice(
        items in prop::collection::vec((0..40 * 24 * 60i64, 0..30u32), 0..60),
        cadence in prop::sample::select(vec![Cadence::Daily, Cadence::Weekly, Cadence::Monthly]),
    ) {
        let times = DigestTimes::default();
        let start = at("2026-03-01T00:00Z");
        let mut items: Vec<(Timestamp, u32)> = items
            .into_iter()
            .map(|(minute, key)| (start + SignedDuration::from_mins(minute), key))
            .collect();
        items.sort_unstable();
        let mut digest = Digest::default();
        let mut due: Option<Timestamp> = None;
        let mut told: Vec<(Timestamp, u32, Timestamp)> = Vec::new();
        let mut put = 0;
        let end = start + SignedDuration::from_hours(100 * 24);
        let arrivals = items.iter().map(|(when, key)| (*when, Some(*key))).chain([(end, None)]);
        for (now, key) in arrivals {
            if let Some(at) = due.filter(|at| *at <= now) {
                told.extend(digest.take().into_iter().map(|(key, since)| (at, key, since)));
                due = None;
            }
            let Some(key) = key else { continue };
            if digest.put(key, now).is_none() {
                put += 1;
            }
            due = due.or_else(|| cadence.next(now, &times, &berlin()));
            prop_assert!(due.is_some_and(|due| due > now));
        }
        prop_assert!(digest.is_empty());
        prop_assert_eq!(told.len(), put, "each once");
        let mut last: BTreeMap<u32, Timestamp> = BTreeMap::new();
        for (when, key, since) in told {
            prop_assert!(since < when, "an item is told after it came");
            prop_assert!(last.insert(key, when) != Some(when), "none twice in a digest");
        }
    }

    #[test]
    fn no_window_has_more_notifications_than_its_limit(
        most in 1..5u32,
        window in 1..100i64,
        waits in prop::collection::vec(0..40i64, 0..100),
    ) {
        let rule = StormRule { most, window: SignedDuration::from_secs(window) };
        let mut storm = Storm::default();
        let mut sent: Vec<i64> = Vec::new();
        let mut now = 0;
        for wait in waits {
            now += wait;
            match storm.admit(&rule, second(now)) {
                Admission::Now => sent.push(now),
                Admission::Digest { at } => {
                    prop_assert!(at > second(now));
                    let mut later = storm.clone();
                    prop_assert_eq!(later.admit(&rule, at), Admission::Now, "the digest goes out");
                }
            }
        }
        for run in sent.windows(most as usize + 1) {
            prop_assert!(run[most as usize] - run[0] >= window);
        }
    }
}
