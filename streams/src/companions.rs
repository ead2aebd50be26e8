//! What people decided about alerts that recur together: they belong in one incident although no
//! path of the estate joins them, or they are kept apart although one does.

use std::collections::BTreeMap;

use alerts::Alert;
use incidents::Incident;
use kernel::{Actor, AlertId, AlertKey, IncidentId, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most pairs that are decided on.
const PAIRS_MAX: usize = 1_000;
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
}
