//! What people decided about alerts that recur together: they belong in one incident although no
//! path of the estate joins them, or they are kept apart although one does.

use std::collections::{BTreeMap, BTreeSet};

use alerts::Alert;
use incidents::Incident;
use kernel::{Actor, AlertId, AlertKey, IncidentId, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most pairs that are decided on.
const PAIRS_MAX: usize = 1_000;
/// Rules that one decision joins or keeps apart at least: fewer are a pair.
const GROUP_MIN: usize = 3;
/// Rules that one decision joins or keeps apart at most.
const GROUP_MAX: usize = 8;
/// Longest note, in characters.
const NOTE_MAX: usize = 1_000;

/// One decision about two rules on their items.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Companion {
    /// The one …
    pub a: AlertKey,
    /// … and the other.
    pub b: AlertKey,
    /// Whether they belong together.
    pub verdict: Fellowship,
    /// Who decided.
    #[schema(value_type = String)]
    pub by: Actor,
    /// When.
    pub at: Time,
    /// Why; may be empty.
    pub note: String,
}

/// Whether two alerts belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fellowship {
    /// Close in time they are one incident.
    Together,
    /// They are never joined by themselves.
    Apart,
}

/// Every decision of a space.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Companions(pub Vec<Companion>);

/// One decision about every pair of a group.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct GroupDecision {
    /// The members, in the order of their names.
    pub members: Vec<AlertKey>,
    /// Whether they belong together.
    pub verdict: Fellowship,
    /// Who decided.
    #[schema(value_type = String)]
    pub by: Actor,
    /// When.
    pub at: Time,
    /// Why; may be empty.
    pub note: String,
}

/// What people's decisions say about one alert and one incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided {
    /// It joins, since it belongs to one of the alerts there.
    Joins {
        /// That alert's rule and item.
        with: AlertKey,
        /// When that one joined.
        joined_at: Time,
    },
    /// It stays out.
    StaysOut,
}

/// Decisions by alert and incident.
pub type DecidedOn = BTreeMap<(AlertId, IncidentId), Decided>;

/// The rule and the item of an alert.
pub fn key_of(alert: &Alert) -> AlertKey {
    AlertKey {
        source: alert.source.to_string(),
        name: alert.name().to_owned(),
        item: alert.item.clone(),
    }
}

impl Companions {
    /// Whether nothing was decided.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was decided about two, in whichever order.
    pub fn about(&self, a: &AlertKey, b: &AlertKey) -> Option<&Companion> {
        self.0.iter().find(|pair| (pair.a == *a && pair.b == *b) || (pair.a == *b && pair.b == *a))
    }

    /// The decisions with this one; it replaces what was decided about the two before.
    ///
    /// # Errors
    /// When both are the same, or there is no more room.
    pub fn with(mut self, decision: Companion) -> Result<Companions, Refusal> {
        if decision.a == decision.b {
            return Err(Refusal::invalid("a rule on one item always belongs to itself"));
        }
        if decision.note.chars().count() > NOTE_MAX {
            return Err(Refusal::invalid(format!("a note has at most {NOTE_MAX} characters")));
        }
        self = self.without(&decision.a, &decision.b);
        if self.0.len() >= PAIRS_MAX {
            return Err(Refusal::invalid(format!("at most {PAIRS_MAX} pairs are decided on")));
        }
        self.0.push(decision);
        Ok(self)
    }

    /// The decisions without the one about these two.
    #[must_use]
    pub fn without(mut self, a: &AlertKey, b: &AlertKey) -> Companions {
        self.0.retain(|pair| !((pair.a == *a && pair.b == *b) || (pair.a == *b && pair.b == *a)));
        self
    }

    /// The decisions with one about every pair of these; it replaces what was decided about them
    /// before.
    ///
    /// # Errors
    /// When they are too few or too many, one stands twice, or there is no more room.
    pub fn with_group(mut self, decision: GroupDecision) -> Result<Companions, Refusal> {
        let GroupDecision { members, verdict, by, at, note } = decision;
        let different: BTreeSet<&AlertKey> = members.iter().collect();
        if different.len() != members.len() {
            return Err(Refusal::invalid("a rule on one item stands in a group once"));
        }
        if !(GROUP_MIN..=GROUP_MAX).contains(&members.len()) {
            let message = format!("a group has {GROUP_MIN} to {GROUP_MAX} rules");
            return Err(Refusal::invalid(message));
        }
        for (a, b) in two_of(&members) {
            let (a, b, by, note) = (a.clone(), b.clone(), by.clone(), note.clone());
            self = self.with(Companion { a, b, verdict, by, at, note })?;
        }
        Ok(self)
    }

    /// The decisions without those about two of these.
    #[must_use]
    pub fn without_group(self, members: &[AlertKey]) -> Companions {
        two_of(members).fold(self, |left, (a, b)| left.without(a, b))
    }

    /// The groups that were decided on, while every pair of them stands as it was decided then.
    pub fn groups(&self) -> Vec<GroupDecision> {
        let mut at_once: BTreeMap<(Time, String), Vec<&Companion>> = BTreeMap::new();
        for pair in &self.0 {
            at_once.entry((pair.at, pair.by.to_string())).or_default().push(pair);
        }
        let group = |pairs: Vec<&Companion>| {
            let first = pairs.first()?;
            let members: BTreeSet<&AlertKey> =
                pairs.iter().flat_map(|pair| [&pair.a, &pair.b]).collect();
            let whole = members.len() >= GROUP_MIN
                && pairs.len() == members.len() * (members.len() - 1) / 2
                && pairs.iter().all(|pair| pair.verdict == first.verdict);
            whole.then(|| GroupDecision {
                members: members.into_iter().cloned().collect(),
                verdict: first.verdict,
                by: first.by.clone(),
                at: first.at,
                note: first.note.clone(),
            })
        };
        at_once.into_values().filter_map(group).collect()
    }

    /// What the decisions say about an alert and an incident, whose members have these keys. One
    /// member that is to be kept apart keeps the alert out, whatever speaks for it.
    pub fn judge(
        &self,
        alert: &AlertKey,
        incident: &Incident,
        keys: &BTreeMap<AlertId, AlertKey>,
    ) -> Option<Decided> {
        let mut joins: Option<Decided> = None;
        for member in incident.attached() {
            let Some(key) = keys.get(&member.alert) else { continue };
            match self.about(alert, key).map(|pair| pair.verdict) {
                Some(Fellowship::Apart) => return Some(Decided::StaysOut),
                Some(Fellowship::Together) => {
                    let (with, joined_at) = (key.clone(), member.joined_at);
                    let later = matches!(&joins,
                        Some(Decided::Joins { joined_at: before, .. }) if *before > joined_at);
                    if !later {
                        joins = Some(Decided::Joins { with, joined_at });
                    }
                }
                None => {}
            }
        }
        joins
    }
}

/// Every two of these, each once.
fn two_of(members: &[AlertKey]) -> impl Iterator<Item = (&AlertKey, &AlertKey)> {
    let from = |place: usize| members.iter().skip(place + 1);
    members.iter().enumerate().flat_map(move |(place, a)| from(place).map(move |b| (a, b)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> AlertKey {
        AlertKey { source: "prometheus".to_owned(), name: name.to_owned(), item: None }
    }

    fn decision(a: &str, b: &str, verdict: Fellowship) -> Companion {
        let by = Actor::Person("ada".to_owned());
        Companion { a: key(a), b: key(b), verdict, by, at: Time::EPOCH, note: String::new() }
    }

    #[test]
    fn a_later_decision_about_the_same_two_replaces_the_earlier() {
        let all = Companions::default()
            .with(decision("Disk", "Slow", Fellowship::Together))
            .and_then(|all| all.with(decision("Slow", "Disk", Fellowship::Apart)))
            .unwrap();
        assert_eq!(all.0.len(), 1);
        let found = all.about(&key("Disk"), &key("Slow")).unwrap();
        assert_eq!(found.verdict, Fellowship::Apart);
        assert!(all.without(&key("Disk"), &key("Slow")).is_empty());
    }

    #[test]
    fn nothing_is_decided_about_a_rule_and_itself() {
        let same = decision("Disk", "Disk", Fellowship::Apart);
        assert!(Companions::default().with(same).is_err());
    }

    fn group(names: &[&str], verdict: Fellowship) -> GroupDecision {
        let members = names.iter().map(|name| key(name)).collect();
        let by = Actor::Person("ada".to_owned());
        GroupDecision { members, verdict, by, at: Time::from_seconds(9), note: "rack".to_owned() }
    }

    #[test]
    fn a_decision_about_a_group_is_one_about_every_pair_and_goes_as_one() {
        let alone = Companions::default().with(decision("A", "Z", Fellowship::Apart)).unwrap();
        let abcd = group(&["A", "B", "C", "D"], Fellowship::Together);
        let all = alone.clone().with_group(abcd.clone()).unwrap();
        assert_eq!(all.0.len(), 7);
        assert_eq!(all.about(&key("D"), &key("B")).unwrap().verdict, Fellowship::Together);
        assert_eq!(all.groups(), std::slice::from_ref(&abcd));
        assert_eq!(all.without_group(&abcd.members), alone, "another decision stays");
    }

    #[test]
    fn a_group_of_which_one_pair_was_decided_anew_is_none_any_longer() {
        let all = Companions::default()
            .with_group(group(&["A", "B", "C"], Fellowship::Together))
            .and_then(|all| all.with(decision("A", "C", Fellowship::Apart)))
            .unwrap();
        assert!(all.groups().is_empty());
    }

    #[test]
    fn too_few_too_many_and_the_same_twice_are_no_group() {
        let nine = ["A", "B", "C", "D", "E", "F", "G", "H", "I"];
        for names in [&["A", "B"][..], &nine, &["A", "B", "B"]] {
            let asked = group(names, Fellowship::Apart);
            assert!(Companions::default().with_group(asked).is_err(), "{names:?}");
        }
    }
}
