//! Edges of figures: what is certain while a period runs, what lasts over closed hours, what is
//! left out.

use calendar::{Day, Definition};
use kernel::Priority;

use super::tests::{always, at, case, of, promise, seen, shop};
use super::*;
use crate::clocks::Kind;

#[test]
fn while_a_period_runs_only_what_cannot_be_made_good_is_given_back() {
    let credits = vec![
        Credit { below_percent: 99.0, credit_percent: 10.0 },
        Credit { below_percent: 95.0, credit_percent: 50.0 },
    ];
    let agreement = shop(&always(), Promise { credits, ..promise(99.5) });
    // The month has 744 hours, of which a hundredth are 7 hours 26 minutes.
    let credit = |until: &str| {
        let seen = seen(vec![case(1, &[("2026-01-01T00:00", until)])]);
        of(&agreement, "2026-01", &seen, "2026-01-02T00:00").credit_percent
    };
    assert_eq!(credit("2026-01-01T07:00"), 0.0, "more than a quarter of the time so far");
    assert_eq!(credit("2026-01-01T08:00"), 10.0);
}

#[test]
fn a_failure_that_lasts_over_closed_hours_began_before_them() {
    let days = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
    let hours =
        Definition::empty("UTC").shift(&days, "08:00", "13:00").shift(&days, "13:30", "18:00");
    let agreement = shop(&hours, promise(99.0));
    let last = |outages: &[(&str, &str)]| {
        let seen = seen(vec![case(1, outages)]);
        of(&agreement, "2026-01", &seen, "2026-02-02T00:00").reliability.last_failure_at
    };
    let lunch = ("2026-01-06T12:30", "2026-01-06T14:00");
    assert_eq!(last(&[lunch]), Some(at("2026-01-06T12:30")));
    let another = [lunch, ("2026-01-06T15:00", "2026-01-06T15:10")];
    assert_eq!(last(&another), Some(at("2026-01-06T15:00")));
    assert_eq!(last(&[]), None);
}

#[test]
fn a_clock_that_is_left_out_is_listed_where_it_began() {
    let run = ClockRun {
        incident: case(7, &[]).incident,
        priority: Priority::P2,
        clock: Kind::Restore,
        started_at: at("2026-01-05T08:00"),
        due_at: None,
        stopped_at: None,
        excluded: Some("it was no incident".to_owned()),
    };
    let now = at("2026-03-06T00:00");
    let excluded: Vec<usize> = periods(&shop(&always(), promise(99.0)), now)
        .iter()
        .map(|period| clock_report(std::slice::from_ref(&run), period, now).excluded.len())
        .collect();
    assert_eq!(excluded, [1, 0, 0]);
}
