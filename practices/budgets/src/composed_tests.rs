use std::sync::Arc;

use calendar::{Span, Spans};
use objectives::{
    Buckets, Comparison, Counts, Exclusion, Guard, Missing, Policy, Slices, Target, Window,
};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::{Alerts, COMPOSED_MINUTE, Combine, Composite, Counting, Method, Part, Says, Terms};

const MINUTE: i64 = 60_000_000;
const WHOLE: Option<Counts> = Some(Counts::whole(COMPOSED_MINUTE, COMPOSED_MINUTE));
const BAD: Option<Counts> = Some(Counts::whole(0, COMPOSED_MINUTE));

fn terms(target: f64, method: Method) -> Terms {
    Terms {
        target: Target::new(target).unwrap(),
        window: Window::Rolling { micros: 30 * 1_440 * MINUTE },
        method,
        counting: Counting::default(),
        alerts: Alerts { page: true, ticket: true, guard: Guard::default() },
        policy: Policy::default(),
    }
}

fn sliced(minutes: u16, target: f64, missing: Missing) -> Slices {
    Slices { minutes, target, comparison: Comparison::Gte, missing }
}

/// Minutes from the first on; `None` is unknown.
fn series(minutes: &[Option<(u64, u64)>]) -> Buckets {
    let mut buckets = Buckets::new(0);
    for (minute, set) in minutes.iter().enumerate() {
        if let Some((good, total)) = *set {
            buckets.put(minute as i64, Counts::whole(good, total)).unwrap();
        }
    }
    buckets
}

fn composite(combine: Combine, parts: &[(u64, f64)]) -> Composite {
    let part = |(weight, target): &(u64, f64)| Part {
        objective: String::new(),
        weight: *weight,
        terms: Arc::new(terms(*target, Method::Events)),
    };
    Composite { combine, parts: parts.iter().map(part).collect() }
}

fn good(share: f64, enough: bool) -> Says {
    Says::Good { micros: (share * COMPOSED_MINUTE as f64).round() as u64, enough }
}

fn share(counts: Option<Counts>) -> Option<f64> {
    let counts = counts.filter(|counts| !counts.is_none())?;
    Some(counts.good() / counts.total())
}

#[test]
fn weights_count_against_each_other_over_what_is_known() {
    let (first, second) = (good(1.0, true), good(0.8, false));
    let weighted = |parts: &[(u64, Says)]| share(Combine::Weighted.minute(parts));
    assert_eq!(weighted(&[(3_000, first), (1_000, second)]), Some(0.95));
    assert_eq!(weighted(&[(1_000, second), (9_000, Says::Unknown)]), Some(0.8));
    assert_eq!(weighted(&[(1_000, second), (9_000, Says::Nothing)]), Some(0.8));
    let nothing = Combine::Weighted.minute(&[(1, Says::Nothing), (1, Says::Nothing)]);
    assert_eq!(nothing, Some(Counts::default()), "known, and nothing happened");
    assert_eq!(Combine::Weighted.minute(&[(1, Says::Nothing), (1, Says::Unknown)]), None);
}

#[test]
fn all_have_to_be_good_enough_and_what_is_unknown_is_never_good() {
    let (enough, short) = ((1, good(0.999, true)), (1, good(0.9, false)));
    let unknown = (1, Says::Unknown);
    assert_eq!(Combine::All.minute(&[enough, enough]), WHOLE);
    assert_eq!(Combine::All.minute(&[enough, short]), BAD);
    assert_eq!(Combine::All.minute(&[enough, unknown]), None);
    assert_eq!(Combine::All.minute(&[short, unknown]), BAD, "known bad, whatever the other is");
    assert_eq!(Combine::All.minute(&[enough, (1, Says::Nothing)]), WHOLE);
}

#[test]
fn a_part_says_what_it_means_by_its_own_method() {
    let buckets = series(&[Some((9, 10)), Some((10, 10)), None, Some((0, 0)), Some((1, 2)), None]);
    let says = |terms: &Terms| terms.says(&buckets, 0..6);
    let events = terms(0.9, Method::Events);
    let half = good(0.5, false);
    let expected =
        [good(0.9, true), good(1.0, true), Says::Unknown, Says::Nothing, half, Says::Unknown];
    assert_eq!(says(&events), expected);
    // 19 of 20 in the first slice of three minutes, one of two in the second.
    let slices = terms(0.9, Method::Slices(sliced(3, 0.95, Missing::Ignore)));
    let expected = [[good(1.0, true); 3], [good(0.0, false); 3]].concat();
    assert_eq!(says(&slices), expected);
    let mean = terms(0.9, Method::Mean(sliced(3, 0.95, Missing::Ignore)));
    assert_eq!(says(&mean), [[good(0.95, true); 3], [half; 3]].concat());
    let missing = terms(0.9, Method::Slices(sliced(1, 0.9, Missing::Bad)));
    assert_eq!(says(&missing)[2], good(0.0, false), "unknown counts as bad where that was said");
    // What is left out says nothing, neither for itself nor for its slice.
    let time = Span::new(0, 6 * MINUTE);
    let why = "the probe was broken".to_owned();
    let left = Exclusion { spans: Spans::one(4 * MINUTE, 5 * MINUTE), why, link: None };
    let counting = Counting::but(time, vec![left]);
    let expected = [Says::Nothing, Says::Nothing, Says::Unknown];
    assert_eq!(says(&Terms { counting, ..events })[3..], expected);
}

#[test]
fn a_day_is_reckoned_with_its_neighbours_where_slices_do_not_end_with_it() {
    let mut of = composite(Combine::All, &[(1, 0.9)]);
    assert!(!of.straddles());
    for (minutes, straddles) in [(5, false), (7, true), (1_440, false)] {
        let method = Method::Slices(sliced(minutes, 0.9, Missing::Ignore));
        of.parts[0].terms = Arc::new(terms(0.9, method));
        assert_eq!(of.straddles(), straddles, "{minutes}");
    }
}

#[test]
fn time_that_is_missing_is_bad_where_that_was_said() {
    let composed = series(&[Some((COMPOSED_MINUTE, COMPOSED_MINUTE)), None, Some((0, 0))]);
    let within = Span::new(0, 3 * MINUTE);
    let tally = |missing| terms(0.9, Method::Time(missing)).tally(&composed, within);
    assert_eq!(tally(Missing::Ignore).ratio(), Some(1.0));
    assert_eq!(tally(Missing::Bad).ratio(), Some(0.5));
}

fn minute() -> impl Strategy<Value = Option<(u64, u64)>> {
    let counted = (0..1_000_u64).prop_flat_map(|total| (0..=total, Just(total)));
    proptest::option::weighted(0.8, counted)
}

/// The series of some parts, each with its weight and target.
fn parts() -> impl Strategy<Value = (Vec<(u64, f64)>, Vec<Buckets>)> {
    let target = prop_oneof![Just(1.0), Just(0.999), 0.5..1.0];
    let part = (1..10_000_u64, target, vec(minute(), 60));
    vec(part, 1..5).prop_map(|parts| {
        let terms = parts.iter().map(|(weight, target, _)| (*weight, *target));
        (terms.collect(), parts.iter().map(|(_, _, minutes)| series(minutes)).collect())
    })
}

fn combine() -> impl Strategy<Value = Combine> {
    prop_oneof![Just(Combine::Weighted), Just(Combine::All)]
}

proptest! {
    #[test]
    fn splitting_a_time_changes_no_sum(
        (parts, series) in parts(),
        combine in combine(),
        missing in prop_oneof![Just(Missing::Ignore), Just(Missing::Bad)],
        cut in 0..=60_i64,
    ) {
        let of = composite(combine, &parts);
        let whole = of.minutes(&series, 0..60);
        let halves = [of.minutes(&series, 0..cut), of.minutes(&series, cut..60)].concat();
        prop_assert_eq!(&halves, &whole);
        let mut buckets = Buckets::new(0);
        buckets.put_all(&whole).unwrap();
        let terms = terms(0.9, Method::Time(missing));
        let sum = |from, until| terms.tally(&buckets, Span::new(from * MINUTE, until * MINUTE));
        prop_assert_eq!(sum(0, cut) + sum(cut, 60), sum(0, 60));
    }

    #[test]
    fn weights_scale_out(
        (parts, series) in parts(), combine in combine(), factor in 1..1_000_u64,
    ) {
        let scaled: Vec<(u64, f64)> =
            parts.iter().map(|(weight, target)| (weight * factor, *target)).collect();
        let minutes = |parts| composite(combine, parts).minutes(&series, 0..60);
        prop_assert_eq!(minutes(&scaled), minutes(&parts));
    }

    #[test]
    fn what_no_part_knows_is_unknown((parts, series) in parts(), combine in combine()) {
        let known = composite(combine, &parts).minutes(&series, 0..60);
        for minute in 0..60 {
            let unknown = series.iter().all(|buckets| buckets.minute(minute).is_none());
            let told = known.iter().any(|(at, _)| *at == minute);
            prop_assert!(!(unknown && told), "minute {minute}");
        }
    }

    #[test]
    fn all_of_one_part_that_must_be_whole_is_that_part(minutes in vec(minute(), 60)) {
        let buckets = series(&minutes);
        let told = composite(Combine::All, &[(1, 1.0)]).minutes(&[buckets], 0..60);
        let expected: Vec<(i64, Counts)> = minutes
            .iter()
            .enumerate()
            .filter_map(|(at, set)| {
                let (good, total) = (*set)?;
                let counts = match total {
                    0 => Some(Counts::default()),
                    _ if good == total => WHOLE,
                    _ => BAD,
                };
                Some((at as i64, counts?))
            })
            .collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn a_mean_lies_between_its_parts((parts, series) in parts()) {
        for (minute, counts) in composite(Combine::Weighted, &parts).minutes(&series, 0..60) {
            let shares = series.iter().filter_map(|buckets| share(buckets.minute(minute)));
            let (low, high) = shares.fold((1.0_f64, 0.0_f64), |(low, high), share| {
                (low.min(share), high.max(share))
            });
            if let Some(share) = share(Some(counts)) {
                // A part of a microsecond is rounded down, once for a part and once for the mean.
                prop_assert!(share >= low - 4e-8 && share <= high + 1e-12, "{low} {share} {high}");
            }
        }
    }
}
