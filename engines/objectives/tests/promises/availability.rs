//! Cases that agreements on availability are quarrelled about.

use calendar::{Definition, Span, Spans, Years};
use objectives::{
    Availability, Degraded, Maintenance, Observed, Outage, Reliability, Terms, availability,
    fewer_than, mission,
};

use super::{DAY, HOUR, MINUTE, at, near};

/// November 2026 around the clock: 720 hours.
fn november() -> Span {
    Span::new(at("2026-11-01T00:00"), at("2026-12-01T00:00"))
}

/// An outage from an hour of November on, for some hours.
fn outage(hour: i64, hours: f64) -> Outage {
    let from = november().from + hour * HOUR;
    let until = Some(from + (hours * HOUR as f64) as i64);
    Outage { from, until, degraded: false, users_hit: None }
}

fn down(outages: &[Outage]) -> Observed {
    Observed { outages: outages.to_vec(), ..Observed::default() }
}

fn around_the_clock(observed: &Observed, terms: Terms) -> Availability {
    let month = november();
    let always = Spans::one(month.from, month.until);
    availability(&always, month, observed, &terms, month.until)
}

fn plain(observed: &Observed) -> Availability {
    around_the_clock(observed, Terms::default())
}

#[test]
fn availability_is_that_of_failures_and_repairs() {
    let sums = plain(&down(&[outage(10, 1.0), outage(100, 2.0), outage(500, 3.0)]));
    assert!(near(sums.measured(), 714.0 / 720.0));
    let figures = Reliability::of(&sums);
    let (mtbf, mtrs) =
        (figures.mtbf_micros.expect("failures"), figures.mtrs_micros.expect("repairs"));
    assert!(near(Some(mtbf / (mtbf + mtrs)), 0.991_666_7), "both ways are one");
    assert!(near(figures.mtbsi_micros, 240.0 * HOUR as f64));
    assert!(near(figures.rate().map(|rate| rate * HOUR as f64), 3.0 / 714.0));
    assert!(near(Some(mission(mtbf, 238 * HOUR)), (-1.0_f64).exp()));
}

#[test]
fn overlapping_outages_count_once() {
    assert!(near(
        Some(plain(&down(&[outage(10, 4.0), outage(12, 4.0)])).down_micros),
        6.0 * HOUR as f64
    ));
}

#[test]
fn an_outage_over_the_border_is_cut_and_its_parts_add_up() {
    let over = down(&[outage(718, 5.0)]);
    let month = november();
    let december = Span::new(month.until, at("2027-01-01T00:00"));
    let of = |period: Span| {
        let always = Spans::one(period.from, period.until);
        availability(&always, period, &over, &Terms::default(), december.until)
    };
    let (first, second) = (of(month), of(december));
    assert_eq!((first.down_micros, second.down_micros), ((2 * HOUR) as f64, (3 * HOUR) as f64));
    assert_eq!((first.outages, second.outages), (1, 0), "it began in November");
}

#[test]
fn an_outage_that_lasts_counts_until_now_and_is_provisional() {
    let month = november();
    let always = Spans::one(month.from, month.until);
    let lasting = Outage { until: None, ..outage(40, 0.0) };
    let now = month.from + 50 * HOUR;
    let observed = down(&[outage(10, 2.0), lasting]);
    let sums = availability(&always, month, &observed, &Terms::default(), now);
    assert!(near(sums.measured(), 38.0 / 50.0) && sums.provisional);
    let figures = Reliability::of(&sums);
    assert!(near(figures.mtbf_micros, 19.0 * HOUR as f64), "it counts as a failure");
    assert!(near(figures.mtrs_micros, 2.0 * HOUR as f64), "and not as a repair");
    assert!(!plain(&down(&[outage(10, 2.0)])).provisional);
}

#[test]
fn outside_service_hours_an_outage_costs_nothing_and_is_seen() {
    let month = november();
    let office = Definition::weekdays("UTC", "08:00", "18:00");
    let office = office.compile(Years { first: 2026, last: 2026 }).expect("a calendar");
    // 2026-11-01 is a Sunday.
    let observed = down(&[outage(3, 4.0)]);
    let sums = availability(office.open(), month, &observed, &Terms::default(), month.until);
    assert_eq!((sums.down_micros, sums.outages, sums.failures), (0.0, 1, 0));
    assert_eq!(sums.agreed_micros, 21 * 10 * HOUR);
}

#[test]
fn without_agreed_time_nothing_is_applicable() {
    let month = november();
    let sums = availability(
        &Spans::EMPTY,
        month,
        &down(&[outage(1, 1.0)]),
        &Terms::default(),
        month.until,
    );
    assert_eq!((sums.measured(), sums.pessimistic(), sums.optimistic()), (None, None, None));
    assert_eq!(sums.unknown_share(), None);
}

#[test]
fn a_contract_that_changes_is_weighed_by_agreed_time() {
    let month = november();
    let change = month.from + 10 * DAY;
    let (first, second) = (Span::new(month.from, change), Span::new(change, month.until));
    let always = Spans::one(month.from, month.until);
    let office = Definition::weekdays("UTC", "08:00", "18:00");
    let office = office.compile(Years { first: 2026, last: 2026 }).expect("a calendar");
    // The second outage is on Wednesday 11 November from noon.
    let observed = down(&[outage(24, 6.0), outage(10 * 24 + 12, 3.0)]);
    let before = availability(&always, first, &observed, &Terms::default(), month.until);
    let after = availability(office.open(), second, &observed, &Terms::default(), month.until);
    let both = before.plus(&after);
    let agreed = 240.0 + 14.0 * 10.0;
    assert!(near(both.measured(), (agreed - 9.0) / agreed));
}

#[test]
fn maintenance_is_exempt_as_far_as_it_was_promised() {
    let month = november();
    let planned = Span::new(month.from + 100 * HOUR, month.from + 104 * HOUR);
    let in_time = Some(planned.from - 3 * DAY);
    let terms = Terms { notice_micros: 2 * DAY, ..Terms::default() };
    let none = Terms { maintenance_exempt: false, ..terms };
    let window = |announced, approved, actual| Maintenance { planned, actual, announced, approved };
    let took = |from: i64, until: i64| {
        Some(Span::new(month.from + from * HOUR, month.from + until * HOUR))
    };
    // It is down for as long as the work takes, or for six hours.
    for (story, window, hours, terms, cost) in [
        ("as planned", window(in_time, true, None), 4.0, terms, 0),
        ("overrun counts after its end", window(in_time, true, took(100, 106)), 6.0, terms, 2),
        ("told too late", window(Some(planned.from - DAY), true, None), 4.0, terms, 4),
        ("not told", window(None, true, None), 4.0, terms, 4),
        ("not approved", window(in_time, false, None), 4.0, terms, 4),
        ("shortened: the rest is service", window(in_time, true, took(100, 102)), 4.0, terms, 2),
        ("the contract exempts none", window(in_time, true, None), 4.0, none, 4),
    ] {
        let observed = Observed { maintenance: vec![window], ..down(&[outage(100, hours)]) };
        let sums = around_the_clock(&observed, terms);
        assert_eq!(sums.down_micros as i64 / HOUR, cost, "{story}");
        assert_eq!(sums.agreed_micros + sums.exempt_micros, 720 * HOUR, "{story}");
    }
}

#[test]
fn what_nobody_saw_is_unknown_and_shown_in_three_figures() {
    let unknown = Spans::one(november().from + 12 * HOUR, november().from + 84 * HOUR);
    // Two of its ten hours are known to be down although the probe was blind.
    let sums = plain(&Observed { unknown, ..down(&[outage(80, 10.0)]) });
    assert_eq!(sums.unknown_micros, 68 * HOUR);
    assert!(near(sums.measured(), (652.0 - 10.0) / 652.0));
    assert!(near(sums.pessimistic(), (720.0 - 78.0) / 720.0));
    assert!(near(sums.optimistic(), (720.0 - 10.0) / 720.0));
    assert!(near(sums.unknown_share(), 68.0 / 720.0));
    let blind = Observed { unknown: Spans::one(i64::MIN, i64::MAX), ..Observed::default() };
    assert_eq!(plain(&blind).measured(), None, "never good");
}

#[test]
fn degraded_service_counts_as_the_contract_says() {
    let degraded = Outage { degraded: true, ..outage(10, 8.0) };
    let observed = down(&[degraded, outage(16, 4.0)]);
    for (counts, hours, failures) in
        [(Degraded::Up, 4.0, 1), (Degraded::Down, 10.0, 1), (Degraded::Factor(0.5), 7.0, 1)]
    {
        let sums = around_the_clock(&observed, Terms { degraded: counts, ..Terms::default() });
        assert_eq!(
            (sums.down_micros / HOUR as f64, sums.failures),
            (hours, failures),
            "{counts:?}"
        );
    }
}

#[test]
fn users_weigh_where_they_are_known() {
    let some = Outage { users_hit: Some(250.0), ..outage(10, 72.0) };
    let observed = Observed { users: Some(1_000.0), ..down(&[some]) };
    assert!(near(plain(&observed).by_users(), 1.0 - 0.25 * 0.1));
    assert_eq!(plain(&down(&[some])).by_users(), None, "users are not known");
    let unsaid = Observed { users: Some(1_000.0), ..down(&[some, outage(200, 1.0)]) };
    assert_eq!(plain(&unsaid).by_users(), None, "whom it hit is not known");
}

#[test]
fn a_redundant_product_is_down_when_too_few_parts_are_up() {
    let part = |spans: &[(i64, i64)]| -> Spans {
        spans.iter().map(|(from, until)| Span::new(*from, *until)).collect()
    };
    let parts = [part(&[(0, 10), (20, 30)]), part(&[(5, 12), (30, 40)]), part(&[(8, 9)])];
    assert_eq!(fewer_than(1, &parts), part(&[(8, 9)]));
    assert_eq!(fewer_than(2, &parts), part(&[(5, 10)]), "taking turns at 30 is no outage");
    assert_eq!(fewer_than(3, &parts), part(&[(0, 12), (20, 40)]));
    assert_eq!(fewer_than(0, &parts), Spans::EMPTY);
    assert!(fewer_than(4, &parts).contains(99), "four of three are never up");
}

#[test]
fn flaps_are_joined_and_short_ones_left_out() {
    let flaps: Vec<Outage> = (0..5)
        .map(|n| {
            let from = november().from + 10 * HOUR + n * 3 * MINUTE;
            Outage { from, until: Some(from + 2 * MINUTE), ..outage(0, 0.0) }
        })
        .collect();
    let alone = outage(50, 1.0 / 60.0);
    let observed = down(&[flaps.clone(), vec![alone]].concat());
    let minutes = |gap: i64, least: i64| {
        let terms = Terms { gap_micros: gap, outage_min_micros: least, ..Terms::default() };
        let sums = around_the_clock(&observed, terms);
        (sums.down_micros as i64 / MINUTE, sums.failures)
    };
    assert_eq!(minutes(0, 0), (11, 6));
    assert_eq!(minutes(2 * MINUTE, 0), (15, 2), "gaps of a minute are joined");
    assert_eq!(minutes(MINUTE, 0), (11, 6), "a gap as long as allowed stays");
    assert_eq!(minutes(2 * MINUTE, 2 * MINUTE), (14, 1), "a minute alone is left out");
    assert_eq!(minutes(0, 3 * MINUTE), (0, 0), "without joining all are too short");
}

#[test]
fn a_month_with_a_change_of_clocks_has_its_own_length() {
    let berlin = Definition::always("Europe/Berlin");
    let berlin = berlin.compile(Years { first: 2026, last: 2026 }).expect("a calendar");
    let october = Span::new(at("2026-09-30T22:00"), at("2026-10-31T23:00"));
    let sums = availability(
        berlin.open(),
        october,
        &Observed::default(),
        &Terms::default(),
        october.until,
    );
    assert_eq!(sums.agreed_micros, (31 * 24 + 1) * HOUR);
}

#[test]
fn a_correction_afterwards_gives_another_result_to_show_beside_the_old() {
    let (before, after) = (plain(&down(&[outage(10, 9.0)])), plain(&down(&[outage(10, 7.0)])));
    assert_ne!(before, after);
    assert_eq!(before, plain(&down(&[outage(10, 9.0)])), "the same evidence, the same figures");
}

#[test]
fn evidence_of_consumers_and_of_parts_is_computed_side_by_side() {
    let seen_outside = plain(&down(&[outage(10, 2.0)]));
    let seen_inside = plain(&down(&[]));
    assert!(seen_outside.measured() < seen_inside.measured());
}

#[test]
fn no_failure_has_no_mean_and_one_is_marked() {
    let none = Reliability::of(&plain(&down(&[])));
    assert_eq!((none.mtbf_micros, none.mtrs_micros, none.failures), (None, None, 0));
    assert_eq!(none.up_micros, (720 * HOUR) as f64);
    let half_known = Observed {
        unknown: Spans::one(november().from, november().from + 360 * HOUR),
        ..down(&[outage(400, 2.0)])
    };
    let figures = Reliability::of(&plain(&half_known));
    assert_eq!(figures.up_micros, (358 * HOUR) as f64, "what is unknown is not up");
    assert_eq!(figures.mtbsi_micros, Some((360 * HOUR) as f64));
    assert!(Reliability::of(&plain(&down(&[outage(1, 1.0)]))).low_confidence);
}
