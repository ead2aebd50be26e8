//! To which incident a new alert belongs. Pure: alert, open incidents and the relations of the
//! estate come in, a verdict with its reason comes out; the same input gives the same verdict
//! (R233), whatever the order of the candidates.
//!
//! An alert joins an incident when it is about an item that the incident already hits, or, within
//! the window, about an item that depends on one of them, that one of them depends on, or that
//! shares a near dependency with one of them (twenty services of one failed database alert before
//! the database does). The nearest relation wins, then the oldest incident.

use std::cmp::Reverse;

use kernel::{AlertId, IncidentId, ItemRef, Time};

use crate::incident::Incident;
use crate::member::Member;
use crate::policy::Policy;
use crate::priority::Main;

/// A new alert that looks for its incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arrival {
    /// The alert.
    pub alert: AlertId,
    /// The item it is about, where a rule found one.
    pub item: Option<ItemRef>,
    /// When it came in.
    pub at: Time,
}

/// An open incident that an alert may join.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The incident.
    pub incident: IncidentId,
    /// The number that people call it by.
    pub number: u64,
    /// When it was opened.
    pub opened_at: Time,
    /// The items it hits, each with the latest time at which an alert about it joined; without,
    /// what only a burning budget is known of: it burns for long, and draws nothing else in.
    pub items: Vec<(ItemRef, Option<Time>)>,
    /// Alerts that a person took out of it.
    pub detached: Vec<AlertId>,
}

/// How two different items hang together, as the estate says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Relation {
    /// The first depends on the second, over this path (both ends included).
    DependsOn(Vec<ItemRef>),
    /// The second depends on the first, over this path from the second to the first.
    DependedOnBy(Vec<ItemRef>),
    /// Both depend on the same item.
    Shares {
        /// That item.
        dependency: ItemRef,
        /// Steps from the one to it and from it to the other.
        hops: u32,
    },
}

/// What to do with an alert.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It belongs to this incident.
    Attach {
        /// Which.
        incident: IncidentId,
        /// Why, one sentence.
        reason: String,
        /// Other open incidents that it joins to this one; a stream may merge them.
        also: Vec<Also>,
    },
    /// It begins a new incident.
    Open {
        /// Why, one sentence.
        reason: String,
    },
}

/// Another incident to which an alert would belong as well.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Also {
    /// Which.
    pub incident: IncidentId,
    /// Why, one sentence.
    pub reason: String,
}

impl Candidate {
    /// The incident as a candidate at this time; `None` when no new alert may join it.
    pub fn of(incident: &Incident, now: Time) -> Option<Candidate> {
        if !incident.takes_new(now) {
            return None;
        }
        let joined = |item: &ItemRef| {
            let about = |member: &&Member| member.item.as_ref() == Some(item);
            let failed = incident.attached().filter(about).filter(|member| !member.burn);
            let by_people = incident.reported_items().any(|named| named == item);
            let only_burns = !by_people && incident.attached().any(|member| about(&member));
            let named = (!only_burns).then_some(incident.opened_at);
            failed.map(|member| member.joined_at).max().or(named)
        };
        let detached = incident.members.iter().filter(|member| member.detached);
        Some(Candidate {
            incident: incident.id,
            number: incident.number,
            opened_at: incident.opened_at,
            items: incident.items.iter().map(|item| (item.clone(), joined(item))).collect(),
            detached: detached.map(|member| member.alert).collect(),
        })
    }
}

/// Decides to which candidate the alert belongs.
///
/// `relation(a, b)` says how `a` and `b` hang together, nearest first, or that they do not; it is
/// asked only for pairs that came close enough in time.
pub fn correlate(
    arrival: &Arrival,
    candidates: &[Candidate],
    policy: &Policy,
    relation: impl Fn(&ItemRef, &ItemRef) -> Option<Relation>,
) -> Verdict {
    let Some(item) = &arrival.item else {
        return Verdict::Open { reason: "the alert is about no known item".to_owned() };
    };
    let mut joints: Vec<Joint<'_>> = candidates
        .iter()
        .filter(|candidate| !candidate.detached.contains(&arrival.alert))
        .filter_map(|candidate| nearest(item, arrival.at, candidate, policy, &relation))
        .collect();
    joints.sort_by_key(|joint| (joint.hops, joint.candidate.opened_at, joint.candidate.incident));
    let mut joints = joints.into_iter();
    match joints.next() {
        None => Verdict::Open { reason: format!("no open incident is related to {item}") },
        Some(best) => Verdict::Attach {
            incident: best.candidate.incident,
            reason: best.reason,
            also: joints
                .map(|joint| Also { incident: joint.candidate.incident, reason: joint.reason })
                .collect(),
        },
    }
}

/// The item that most likely is the cause: the one on which most of the others depend; among
/// equals the one that itself depends on the fewest of them, then the first that was hit.
///
/// `depends(a, b)` says whether `a` depends on `b`, over any number of steps. `None` for no items.
pub fn main_item(items: &[ItemRef], depends: impl Fn(&ItemRef, &ItemRef) -> bool) -> Option<Main> {
    let scored = items.iter().enumerate().map(|(place, item)| {
        let others = || items.iter().filter(|other| *other != item);
        let dependents = others().filter(|other| depends(other, item)).count();
        let needs = others().filter(|other| depends(item, other)).count();
        ((Reverse(dependents), needs, place), item)
    });
    let ((Reverse(dependents), ..), item) = scored.min_by_key(|(score, _)| *score)?;
    let because = match (dependents, items.len() - 1) {
        (_, 0) => "it is the only item that was hit".to_owned(),
        (0, _) => "it was the first item that was hit".to_owned(),
        (count, all) => format!("{count} of the {all} other items that were hit depend on it"),
    };
    Some(Main { item: item.clone(), because })
}

/// How an alert and a candidate hang together.
struct Joint<'a> {
    candidate: &'a Candidate,
    hops: u32,
    reason: String,
}

fn nearest<'a>(
    item: &ItemRef,
    at: Time,
    candidate: &'a Candidate,
    policy: &Policy,
    relation: impl Fn(&ItemRef, &ItemRef) -> Option<Relation>,
) -> Option<Joint<'a>> {
    if candidate.items.iter().any(|(known, _)| known == item) {
        let reason = format!("{item} is already part of incident {}", candidate.number);
        return Some(Joint { candidate, hops: 0, reason });
    }
    let window = policy.correlation_window().as_micros();
    let joints = candidate.items.iter().filter_map(|(known, joined)| {
        let apart = at.micros_since((*joined)?).unsigned_abs();
        if u128::from(apart) > window {
            return None;
        }
        let relation = relation(item, known)?;
        let hops = hops(&relation);
        let too_far =
            matches!(relation, Relation::Shares { .. }) && hops > policy.shared_dependency_hops_max;
        (!too_far).then_some((hops, known, apart, relation))
    });
    // The name settles what is equally near, so that the order of the items does not matter.
    let (hops, known, apart, relation) =
        joints.min_by_key(|(hops, known, apart, _)| (*hops, *apart, (*known).clone()))?;
    let reason = format!("{}, {} apart", sentence(item, known, &relation), span(apart));
    Some(Joint { candidate, hops, reason })
}

/// Steps between the two items; at least one, since they differ.
fn hops(relation: &Relation) -> u32 {
    match relation {
        Relation::DependsOn(path) | Relation::DependedOnBy(path) => {
            u32::try_from(path.len().saturating_sub(1)).unwrap_or(u32::MAX).max(1)
        }
        Relation::Shares { hops, .. } => (*hops).max(2),
    }
}

fn sentence(item: &ItemRef, known: &ItemRef, relation: &Relation) -> String {
    match relation {
        Relation::DependsOn(path) => depends(item, known, path),
        Relation::DependedOnBy(path) => depends(known, item, path),
        Relation::Shares { dependency, .. } => {
            format!("{item} and {known} both depend on {dependency}")
        }
    }
}

fn depends(from: &ItemRef, to: &ItemRef, path: &[ItemRef]) -> String {
    match path {
        [_, between @ .., _] if !between.is_empty() => {
            let between: Vec<&str> = between.iter().map(ItemRef::as_str).collect();
            let hops = between.len() + 1;
            format!("{from} depends on {to} over {} ({hops} hops)", between.join(", "))
        }
        _ => format!("{from} depends on {to} (1 hop)"),
    }
}

/// A span of microseconds as people say it.
fn span(micros: u64) -> String {
    match micros / 1_000_000 {
        seconds if seconds < 120 => format!("{seconds} s"),
        seconds => format!("{} min", seconds / 60),
    }
}
