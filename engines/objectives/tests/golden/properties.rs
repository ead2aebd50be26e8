//! Random outages, maintenance, gaps in what was seen and hours with changes of clocks: the engine
//! beside the count minute by minute, and what holds whatever happened.

use calendar::{Span, Spans};
use jiff::civil::date;
use jiff::tz::TimeZone;
use objectives::{Degraded, Maintenance, Observed, Outage, Terms, availability};
use proptest::prelude::*;

use super::MINUTE;
use super::availability::count;
use super::by_the_minute;
use super::table::Hours;

/// Zones with a day on which their clocks change, and one whose clocks never do.
const CHANGES: [(&str, (i16, i8, i8)); 7] = [
    ("Europe/Berlin", (2026, 3, 28)),
    ("Europe/Berlin", (2026, 10, 24)),
    ("America/New_York", (2026, 3, 7)),
    ("America/New_York", (2026, 10, 31)),
    ("Australia/Lord_Howe", (2026, 4, 4)),
    ("Australia/Lord_Howe", (2026, 10, 3)),
    ("Asia/Kathmandu", (2028, 2, 28)),
];
/// Length of the period, in minutes: three days.
const LENGTH: i64 = 3 * 24 * 60;

fn hours() -> impl Strategy<Value = (Hours, i64)> {
    let shift = (0..7_usize, 0..1440_i64, 1..1440_i64);
    let shifts = prop::collection::vec(shift, 0..6);
    let place = prop::sample::select(&CHANGES[..]);
    (place, shifts, any::<bool>(), 0..4_i8).prop_map(|((zone, day), shifts, always, feast)| {
        let zone = TimeZone::get(zone).expect("a zone");
        let (year, month, first) = day;
        let begin = date(year, month, first);
        let shifts = shifts.into_iter().map(|(day, from, length)| {
            let until = (from + length) % 1440;
            (day, from, if until <= from { until + 1440 } else { until })
        });
        let closed = match feast {
            0 => vec![(begin.tomorrow().expect("a date"), 0, 24 * 60)],
            _ => Vec::new(),
        };
        let at = zone.to_timestamp(begin.at(0, 0, 0, 0)).expect("an instant").as_microsecond();
        let shifts = if always { Vec::new() } else { shifts.collect() };
        (Hours { zone, always, shifts, closed, added: Vec::new() }, at)
    })
}

/// A beginning and a length in minutes, about the period.
fn stretch(longest: i64) -> impl Strategy<Value = (i64, i64)> {
    (-1_000..LENGTH + 500, 0..longest)
}

/// What was planned, how long it took, how long before it was told of, and whether it was approved.
type Work = ((i64, i64), i64, Option<i64>, u8);

fn work() -> impl Strategy<Value = Work> {
    (stretch(600), 0..600_i64, prop::option::of(0..3_000_i64), 0..4_u8)
}

prop_compose! {
    fn observed()(
        outages in prop::collection::vec((stretch(900), any::<bool>(), any::<bool>()), 0..7),
        blind in prop::collection::vec(stretch(900), 0..3),
        work in prop::collection::vec(work(), 0..3),
    ) -> Observed {
        let span = |(from, length): (i64, i64)| Span::new(from * MINUTE, (from + length) * MINUTE);
        let outage = |((from, length), degraded, lasting): ((i64, i64), bool, bool)| Outage {
            from: from * MINUTE,
            until: (!lasting).then_some((from + length) * MINUTE),
            degraded,
            users_hit: None,
        };
        let maintenance = |((from, length), took, told, approved): Work| Maintenance {
            planned: span((from, length)),
            actual: (took % 2 == 0).then(|| span((from, took))),
            announced: told.map(|before| (from - before) * MINUTE),
            approved: approved > 0,
        };
        Observed {
            outages: outages.into_iter().map(outage).collect(),
            unknown: blind.into_iter().map(span).collect(),
            maintenance: work.into_iter().map(maintenance).collect(),
            users: None,
        }
    }
}

fn terms() -> impl Strategy<Value = Terms> {
    let degraded = prop_oneof![
        Just(Degraded::Up),
        Just(Degraded::Down),
        (1..4_u8).prop_map(|quarters| Degraded::Factor(f64::from(quarters) / 4.0)),
    ];
    let lengths = (0..90_i64, 0..60_i64, 0..2_000_i64);
    (degraded, lengths, any::<bool>()).prop_map(|(degraded, (gap, least, notice), exempt)| Terms {
        degraded,
        gap_micros: gap * MINUTE,
        outage_min_micros: least * MINUTE,
        maintenance_exempt: exempt,
        notice_micros: notice * MINUTE,
    })
}

/// The same, later by an instant: what is random counts from zero.
fn moved(mut observed: Observed, by: i64) -> Observed {
    let span = |span: Span| Span::new(span.from + by, span.until + by);
    for outage in &mut observed.outages {
        outage.from += by;
        outage.until = outage.until.map(|until| until + by);
    }
    observed.unknown = observed.unknown.iter().map(span).collect();
    for work in &mut observed.maintenance {
        work.planned = span(work.planned);
        work.actual = work.actual.map(span);
        work.announced = work.announced.map(|told| told + by);
    }
    observed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sums_are_those_of_a_count_minute_by_minute(
        (hours, begin) in hours(), observed in observed(), terms in terms(), now in 0..LENGTH + 500,
    ) {
        let (period, now) = (Span::new(begin, begin + LENGTH * MINUTE), begin + now * MINUTE);
        let observed = moved(observed, begin);
        let sums = availability(hours.compiled().open(), period, &observed, &terms, now);
        let open = by_the_minute::open(&hours, begin, LENGTH as usize);
        let counted = count(&open, period, &observed, &terms, now);
        prop_assert_eq!(sums.agreed_micros, counted.agreed * MINUTE);
        prop_assert!((sums.down_micros - counted.down * MINUTE as f64).abs() < 1.0);
        prop_assert_eq!(sums.unknown_micros, counted.unknown * MINUTE);
        prop_assert_eq!(sums.failures, counted.failures);
    }

    #[test]
    fn two_parts_of_a_period_add_up_to_the_whole(
        (hours, begin) in hours(), observed in observed(), cut in 0..LENGTH,
    ) {
        let observed = moved(observed, begin);
        let end = begin + LENGTH * MINUTE;
        let (calendar, terms) = (hours.compiled(), Terms::default());
        let of = |from: i64, until: i64| {
            availability(calendar.open(), Span::new(from, until), &observed, &terms, end)
        };
        let (whole, cut) = (of(begin, end), begin + cut * MINUTE);
        let parts = of(begin, cut).plus(&of(cut, end));
        prop_assert_eq!(whole.agreed_micros, parts.agreed_micros);
        prop_assert_eq!(whole.down_micros, parts.down_micros);
        prop_assert_eq!(whole.unknown_micros, parts.unknown_micros);
        prop_assert_eq!(whole.exempt_micros, parts.exempt_micros);
        prop_assert_eq!(&whole.down, &parts.down);
    }

    #[test]
    fn the_unknown_lies_between_the_best_and_the_worst(
        (hours, begin) in hours(), observed in observed(), terms in terms(),
    ) {
        let observed = moved(observed, begin);
        let period = Span::new(begin, begin + LENGTH * MINUTE);
        let calendar = hours.compiled();
        let sums = availability(calendar.open(), period, &observed, &terms, period.until);
        if let (Some(low), Some(high)) = (sums.pessimistic(), sums.optimistic()) {
            prop_assert!(low <= high && (-1e-9..=1.0 + 1e-9).contains(&low));
            let measured = sums.measured().unwrap_or(low);
            prop_assert!(low <= measured + 1e-9 && measured <= high + 1e-9);
        }
        // Seeing more can only take from the unknown.
        let seeing = Observed { unknown: Spans::EMPTY, ..observed };
        let seen = availability(calendar.open(), period, &seeing, &terms, period.until);
        prop_assert_eq!(seen.unknown_micros, 0);
        prop_assert_eq!(seen.down_micros, sums.down_micros);
    }

    #[test]
    fn the_order_in_which_outages_are_told_says_nothing(
        (hours, begin) in hours(), observed in observed(), terms in terms(),
    ) {
        let observed = moved(observed, begin);
        let period = Span::new(begin, begin + LENGTH * MINUTE);
        let mut backwards = observed.clone();
        backwards.outages.reverse();
        backwards.maintenance.reverse();
        let calendar = hours.compiled();
        let of = |observed: &Observed| {
            availability(calendar.open(), period, observed, &terms, period.until)
        };
        prop_assert_eq!(of(&observed), of(&backwards));
    }
}
