use std::collections::BTreeMap;
use std::time::Duration;

use kernel::{IncidentId, ItemRef, Time};
use proptest::prelude::*;

use super::{DAY, alert, attach, system};
use crate::correlate::{Arrival, Candidate, Relation, Verdict, correlate, main_item};
use crate::{Command, Open, Policy};

/// What depends directly on what in these tests.
const DEPENDS: [(&str, &str); 7] = [
    ("service/shop", "service/orders"),
    ("service/orders", "component/orders-db"),
    ("service/billing", "component/orders-db"),
    ("component/orders-db", "component/disk"),
    ("service/mail", "component/relay"),
    ("service/ping", "service/pong"),
    ("service/pong", "service/ping"),
];

fn item(text: &str) -> ItemRef {
    text.parse().expect("an item")
}

fn after(seconds: u64) -> Time {
    DAY + Duration::from_secs(seconds)
}

/// The shortest way by which `from` depends on `to`.
fn path(from: &ItemRef, to: &ItemRef) -> Option<Vec<ItemRef>> {
    let mut ways = BTreeMap::from([(from.clone(), vec![from.clone()])]);
    let mut edge = vec![from.clone()];
    while let Some(at) = (!edge.is_empty()).then(|| edge.remove(0)) {
        for (_, next) in DEPENDS.iter().filter(|(a, _)| *a == at.as_str()) {
            if !ways.contains_key(&item(next)) {
                let way = ways[&at].iter().cloned().chain([item(next)]).collect();
                ways.insert(item(next), way);
                edge.push(item(next));
            }
        }
    }
    ways.remove(to).filter(|way| way.len() > 1)
}

fn relation(a: &ItemRef, b: &ItemRef) -> Option<Relation> {
    let down = path(a, b).map(Relation::DependsOn);
    let up = || path(b, a).map(Relation::DependedOnBy);
    let shared = || {
        let both = DEPENDS.iter().map(|(_, to)| item(to)).filter_map(|dependency| {
            let steps = path(a, &dependency)?.len() + path(b, &dependency)?.len() - 2;
            Some(Relation::Shares { dependency, hops: u32::try_from(steps).ok()? })
        });
        both.min_by_key(|relation| match relation {
            Relation::Shares { hops, .. } => *hops,
            _ => u32::MAX,
        })
    };
    down.or_else(up).or_else(shared)
}

fn arrival(name: &str, seconds: u64) -> Arrival {
    Arrival { alert: alert(name), item: Some(item(name)), at: after(seconds) }
}

fn candidate(number: u64, opened: u64, items: &[(&str, u64)]) -> Candidate {
    Candidate {
        incident: IncidentId::from_bits(number.into()),
        number,
        opened_at: after(opened),
        items: items.iter().map(|(name, joined)| (item(name), Some(after(*joined)))).collect(),
        detached: Vec::new(),
    }
}

/// `number: reason`, or `new: reason`.
fn verdict(arrival: &Arrival, candidates: &[Candidate]) -> String {
    match correlate(arrival, candidates, &Policy::default(), relation) {
        Verdict::Attach { incident, reason, .. } => format!("{}: {reason}", incident.bits()),
        Verdict::Open { reason } => format!("new: {reason}"),
    }
}

#[test]
fn the_same_item_joins_at_any_time_while_the_incident_is_open() {
    let open = [candidate(1, 0, &[("service/orders", 0)])];
    assert_eq!(
        verdict(&arrival("service/orders", 80_000), &open),
        "1: service/orders is already part of incident 1"
    );
}

#[test]
fn a_dependency_path_joins_in_both_directions_within_the_window_only() {
    let open = [candidate(1, 0, &[("service/orders", 0)])];
    assert_eq!(
        verdict(&arrival("component/orders-db", 12), &open),
        "1: service/orders depends on component/orders-db (1 hop), 12 s apart"
    );
    assert_eq!(
        verdict(&arrival("component/disk", 150), &open),
        "1: service/orders depends on component/disk over component/orders-db (2 hops), 2 min apart"
    );
    assert_eq!(
        verdict(&arrival("service/shop", 300), &open),
        "1: service/shop depends on service/orders (1 hop), 5 min apart"
    );
    assert_eq!(
        verdict(&arrival("service/shop", 301), &open),
        "new: no open incident is related to service/shop"
    );
}

#[test]
fn neighbours_of_one_failed_dependency_join_before_it_alerts_itself() {
    let open = [candidate(1, 0, &[("service/orders", 0)])];
    assert_eq!(
        verdict(&arrival("service/billing", 3), &open),
        "1: service/billing and service/orders both depend on component/orders-db, 3 s apart"
    );
    // Shop is one step further away: too far for the default policy.
    let far = [candidate(1, 0, &[("service/shop", 0)])];
    assert!(verdict(&arrival("service/billing", 3), &far).starts_with("new: "));
}

#[test]
fn the_nearest_relation_wins_then_the_oldest_incident() {
    let near = candidate(3, 50, &[("service/orders", 50)]);
    let far = candidate(1, 0, &[("service/shop", 0)]);
    let twin = candidate(2, 40, &[("service/billing", 40)]);
    let database = arrival("component/orders-db", 60);
    assert!(verdict(&database, &[far.clone(), near.clone()]).starts_with("3: "));
    assert!(verdict(&database, &[far.clone(), near.clone(), twin.clone()]).starts_with("2: "));

    let Verdict::Attach { also, .. } =
        correlate(&database, &[far, near, twin], &Policy::default(), relation)
    else {
        panic!("it belongs somewhere")
    };
    let others: Vec<u128> = also.iter().map(|also| also.incident.bits()).collect();
    assert_eq!(others, [3, 1], "the others may be merged, the nearest first");
}

#[test]
fn an_alert_about_no_known_item_or_taken_out_by_a_person_opens_anew() {
    let mut open = candidate(1, 0, &[("service/orders", 0)]);
    let unmatched = Arrival { item: None, ..arrival("service/orders", 1) };
    assert_eq!(
        verdict(&unmatched, std::slice::from_ref(&open)),
        "new: the alert is about no known item"
    );
    open.detached.push(alert("service/orders"));
    assert!(verdict(&arrival("service/orders", 1), &[open]).starts_with("new: "));
}

#[test]
fn a_candidate_is_what_the_record_holds_and_ends_with_the_reopen_window() {
    let open = Open { alert: Some(attach("db", "component/orders-db")), ..Open::titled("db") };
    let mut life = super::Life::open(open, &system(DAY)).expect("it opens");
    let candidate = Candidate::of(&life.record, after(5)).expect("it is open");
    assert_eq!(candidate.items, [(item("component/orders-db"), Some(DAY))]);

    life.ask(&Command::Restore { at: None, note: None }, &system(after(10))).expect("restored");
    assert!(Candidate::of(&life.record, after(10 + 3_600)).is_some());
    assert!(Candidate::of(&life.record, after(10 + 3_601)).is_none());
}

#[test]
fn the_main_item_is_the_one_on_which_most_others_depend() {
    let main = |names: &[&str]| {
        let items: Vec<ItemRef> = names.iter().map(|name| item(name)).collect();
        let main = main_item(&items, |a, b| path(a, b).is_some()).expect("there are items");
        format!("{}: {}", main.item, main.because)
    };
    assert_eq!(
        main(&["service/shop", "service/billing", "component/orders-db", "service/orders"]),
        "component/orders-db: 3 of the 3 other items that were hit depend on it"
    );
    assert_eq!(
        main(&["service/shop", "component/orders-db", "component/disk"]),
        "component/disk: 2 of the 2 other items that were hit depend on it"
    );
    assert_eq!(main(&["service/mail"]), "service/mail: it is the only item that was hit");
    assert_eq!(
        main(&["service/mail", "service/shop"]),
        "service/mail: it was the first item that was hit"
    );
    assert!(main(&["service/pong", "service/ping"]).starts_with("service/pong: "), "a cycle");
    assert_eq!(main_item(&[], |_, _| true), None);
}

proptest! {
    #[test]
    fn the_order_of_candidates_and_of_their_items_does_not_matter(
        picks in prop::collection::vec((0..8_usize, 0..8_usize, 0..400_u64), 1..6),
        which in 0..8_usize,
        turn in 0..6_usize,
    ) {
        let names = [
            "service/shop", "service/orders", "service/billing", "component/orders-db",
            "component/disk", "service/mail", "service/ping", "service/pong",
        ];
        let candidates: Vec<Candidate> = (1..)
            .zip(&picks)
            .map(|(number, (a, b, at))| candidate(number, *at, &[(names[*a], *at), (names[*b], 9)]))
            .collect();
        let mut turned = candidates.clone();
        turned.rotate_left(turn % candidates.len());
        turned.iter_mut().for_each(|candidate| candidate.items.reverse());
        let arrival = arrival(names[which], 200);
        let decide = |candidates: &[Candidate]| {
            correlate(&arrival, candidates, &Policy::default(), relation)
        };
        prop_assert_eq!(decide(&candidates), decide(&turned));
    }
}
