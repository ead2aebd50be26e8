//! Groups of three and more: rules on items of which every two recur together.
//!
//! A group grows from the most certain pair that is in no group yet. What joins next has a pair
//! with every member; of several, the one whose least certain pair is the most certain. So every
//! two of a group are a suggested pair of their own, and no pair is in two groups: two groups have
//! one member in common at most.
//!
//! Firings of members within an hour of the one before are one **occasion** where two members met
//! within 300 s; it is **whole** when every member fired.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AlertKey, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::alerts::Firing;
use crate::times::Period;
use crate::together::{APART_MICROS, EVIDENCE, NEAR_MICROS, Pair};

/// Fewer are a pair.
pub const MEMBERS_MIN: usize = 3;
/// What joins a group that is as large makes no sense to decide on at once.
pub const MEMBERS_MAX: usize = 8;
/// Groups that are suggested.
const GROUPS_MAX: usize = 20;

/// What the history says of a group.
#[derive(Clone, PartialEq, Debug, Serialize, ToSchema)]
pub struct GroupEvidence {
    /// Occasions on which two members or more met.
    pub support: usize,
    /// Those on which every member fired.
    pub whole: usize,
    /// Firings of each member, in the order of the members.
    pub fired: Vec<usize>,
    /// The lowest confidence of its pairs; nothing where a pair does not recur in this period.
    pub confidence: Option<f64>,
    /// The lowest lift of its pairs; nothing where a pair does not recur in this period.
    pub lift: Option<f64>,
    /// The newest occasions, at most twenty.
    pub occasions: Vec<Occasion>,
}

/// Members that fired together once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[schema(as = GroupOccasion)]
pub struct Occasion {
    /// When the first of them fired.
    pub at: Time,
    /// Which members fired, as places in the list of members, the first is 0.
    pub fired: Vec<usize>,
}

/// The groups of these pairs, the most certain first, each with its members in the order of their
/// names.
pub fn groups(pairs: &[Pair]) -> Vec<Vec<AlertKey>> {
    let mut left: BTreeMap<(&AlertKey, &AlertKey), f64> =
        pairs.iter().map(|pair| (order(&pair.a, &pair.b), pair.worth())).collect();
    let mut found = Vec::new();
    for pair in pairs {
        if found.len() >= GROUPS_MAX {
            break;
        }
        if !left.contains_key(&order(&pair.a, &pair.b)) {
            continue;
        }
        let members = grown(pair, &left);
        if members.len() >= MEMBERS_MIN {
            left.retain(|(a, b), _| !(members.contains(a) && members.contains(b)));
            found.push(members.into_iter().cloned().collect());
        }
    }
    found
}

fn order<'a>(a: &'a AlertKey, b: &'a AlertKey) -> (&'a AlertKey, &'a AlertKey) {
    if a <= b { (a, b) } else { (b, a) }
}

/// The largest group that grows from this pair.
fn grown<'a>(
    pair: &'a Pair,
    left: &BTreeMap<(&'a AlertKey, &'a AlertKey), f64>,
) -> BTreeSet<&'a AlertKey> {
    let keys: BTreeSet<&AlertKey> = left.keys().flat_map(|(a, b)| [*a, *b]).collect();
    let mut members = BTreeSet::from([&pair.a, &pair.b]);
    while members.len() < MEMBERS_MAX {
        let mut best: Option<(f64, &AlertKey)> = None;
        for key in keys.iter().filter(|key| !members.contains(*key)) {
            let worths = members.iter().map(|member| left.get(&order(key, member)).copied());
            let least = worths.reduce(|least, worth| Some(least?.min(worth?))).flatten();
            if let Some(least) = least.filter(|least| best.is_none_or(|(worth, _)| *least > worth))
            {
                best = Some((least, key));
            }
        }
        let Some((_, key)) = best else { break };
        members.insert(key);
    }
    members
}

/// What the firings of the period say of a group; nothing when no two of it met.
pub fn evidence(
    members: &[AlertKey],
    firings: &[Firing],
    pairs: &[Pair],
    period: Period,
) -> Option<GroupEvidence> {
    let mut times: Vec<(i64, usize)> = Vec::new();
    for firing in firings.iter().filter(|firing| period.holds(firing.began_at)) {
        let place = members.iter().position(|key| {
            key.name == firing.name && key.source == firing.source && key.item == firing.item
        });
        times.extend(place.map(|place| (firing.began_at.micros(), place)));
    }
    times.sort_unstable();
    let all = occasions(&times);
    if all.is_empty() {
        return None;
    }
    let within = |pair: &&Pair| members.contains(&pair.a) && members.contains(&pair.b);
    let within: Vec<&Pair> = pairs.iter().filter(within).collect();
    let complete = within.len() == members.len() * members.len().saturating_sub(1) / 2;
    let least = |figure: fn(&Pair) -> f64| {
        within.iter().map(|pair| figure(pair)).reduce(f64::min).filter(|_| complete)
    };
    let fired = |place| times.iter().filter(|(_, each)| *each == place).count();
    Some(GroupEvidence {
        support: all.len(),
        whole: all.iter().filter(|occasion| occasion.fired.len() == members.len()).count(),
        fired: (0..members.len()).map(fired).collect(),
        confidence: least(|pair| pair.confidence),
        lift: least(|pair| pair.lift),
        occasions: all.into_iter().rev().take(EVIDENCE).collect(),
    })
}

/// Runs of firings without an hour's gap in which two members met, the oldest first.
fn occasions(times: &[(i64, usize)]) -> Vec<Occasion> {
    let runs = times.chunk_by(|(before, _), (after, _)| after - before <= APART_MICROS);
    let met = |run: &[(i64, usize)]| {
        run.windows(2).any(|two| match two {
            [(before, one), (after, other)] => one != other && after - before <= NEAR_MICROS,
            _ => false,
        })
    };
    let occasion = |run: &[(i64, usize)]| {
        let (at, _) = run.first()?;
        let fired: BTreeSet<usize> = run.iter().map(|(_, place)| *place).collect();
        Some(Occasion { at: Time::from_micros(*at), fired: fired.into_iter().collect() })
    };
    runs.filter(|run| met(run)).filter_map(occasion).collect()
}

#[cfg(test)]
mod tests {
    use kernel::AlertId;

    use super::*;
    use crate::together::together;

    const DAY: i64 = 86_400;
    const MONTH: Period = Period { from: Time::EPOCH, to: Time::from_seconds(30 * DAY) };

    fn key(name: &str) -> AlertKey {
        AlertKey { source: "prometheus".to_owned(), name: name.to_owned(), item: None }
    }

    fn firing(name: &str, seconds: i64) -> Firing {
        Firing {
            source: "prometheus".to_owned(),
            name: name.to_owned(),
            alert: AlertId::from_bits(1),
            item: None,
            team: None,
            began_at: Time::from_seconds(seconds),
            started_at: Time::from_seconds(seconds),
            ended_at: None,
            acknowledged: false,
            cleared_by_person: false,
            incident: None,
            class: None,
            impacts: Vec::new(),
        }
    }

    /// On each of these days the rules fire a minute apart.
    fn on(days: std::ops::Range<i64>, names: &[&str]) -> Vec<Firing> {
        days.flat_map(|day| {
            names.iter().zip(0..).map(move |(name, n)| firing(name, day * DAY + n * 60))
        })
        .collect()
    }

    fn named(groups: &[Vec<AlertKey>]) -> Vec<Vec<&str>> {
        groups.iter().map(|group| group.iter().map(|key| key.name.as_str()).collect()).collect()
    }

    #[test]
    fn rules_of_which_every_two_recur_together_are_one_group() {
        let mut firings = on(1..6, &["Disk", "Queue", "Slow", "Wait"]);
        firings.extend(on(10..14, &["Fan", "Heat"]));
        let found = groups(&together(&firings, MONTH));
        assert_eq!(named(&found), [["Disk", "Queue", "Slow", "Wait"]], "a pair is no group");
    }

    #[test]
    fn two_that_never_meet_are_in_no_group_though_a_third_meets_both() {
        let mut firings = on(1..6, &["Hub", "Left"]);
        firings.extend(on(11..16, &["Hub", "Right"]));
        // The rarer one always meets the hub; the two never meet each other.
        assert_eq!(together(&firings, MONTH).len(), 2);
        assert!(groups(&together(&firings, MONTH)).is_empty());
    }

    #[test]
    fn two_groups_share_one_rule_at_most() {
        let mut firings = on(1..6, &["A", "B", "Hub"]);
        firings.extend(on(11..15, &["Hub", "X", "Y"]));
        let found = groups(&together(&firings, MONTH));
        assert_eq!(named(&found), [["A", "B", "Hub"], ["Hub", "X", "Y"]]);
        let mut firings = on(1..6, &["A", "B", "C"]);
        firings.extend(on(11..16, &["B", "C", "D"]));
        let found = groups(&together(&firings, MONTH));
        assert_eq!(found.len(), 1, "what shares two is not different: {found:?}");
    }

    #[test]
    fn a_group_is_bounded() {
        let names: Vec<String> = (0..12).map(|n| format!("Rule{n:02}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let firings: Vec<Firing> =
            (1..6).flat_map(|day| names.iter().map(move |name| firing(name, day * DAY))).collect();
        let found = groups(&together(&firings, MONTH));
        assert!(found.iter().all(|group| group.len() <= MEMBERS_MAX), "{found:?}");
        assert_eq!(found[0].len(), MEMBERS_MAX);
    }

    #[test]
    fn the_occasions_of_a_group_say_who_fired() {
        let mut firings = on(1..4, &["Disk", "Queue", "Slow"]);
        firings.extend(on(5..6, &["Disk", "Queue"]));
        firings.push(firing("Slow", 20 * DAY));
        let members = [key("Disk"), key("Queue"), key("Slow")];
        let pairs = together(&firings, MONTH);
        let found = evidence(&members, &firings, &pairs, MONTH).unwrap();
        assert_eq!((found.support, found.whole), (4, 3));
        assert_eq!(found.fired, [4, 4, 4]);
        let newest = Occasion { at: Time::from_seconds(5 * DAY), fired: vec![0, 1] };
        assert_eq!(found.occasions[0], newest, "alone nobody makes an occasion");
        assert_eq!(found.confidence, Some(0.75));
        let alone = [firing("Slow", DAY)];
        assert_eq!(evidence(&members, &alone, &[], MONTH), None);
    }
}
