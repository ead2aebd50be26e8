//! The history of an alert, spell by spell: a spell begins with a firing and ends when the alert
//! clears; what people did meanwhile stands in it.

use kernel::{Actor, IncidentId, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Classification, Event, Why};

/// Changes that a spell keeps; an alert that people toss about for longer tells nothing new.
const CHANGES_MAX: usize = 100;

/// One firing of an alert, from its beginning until it is put away.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertSpell)]
pub struct Spell {
    /// Place in the journal of the entry that began it.
    pub seq: i64,
    /// When it began, says the source.
    pub started_at: Time,
    /// When it was received.
    pub began_at: Time,
    /// When it ended; nothing while the alert fires.
    pub ended_at: Option<Time>,
    /// When the alert was put away, if that came before the next firing.
    pub closed_at: Option<Time>,
    /// Who said that it was over.
    pub cleared_why: Option<Why>,
    /// When somebody first looked at it, on its own or through its incident.
    pub acknowledged_at: Option<Time>,
    /// Who that was.
    #[schema(value_type = Option<String>)]
    pub acknowledged_by: Option<Actor>,
    /// The incident that it belonged to last.
    pub incident: Option<IncidentId>,
    /// What a rule said of it; nothing where none fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// Every change of state, the oldest first.
    pub changes: Vec<Change>,
}

/// One change of state.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertChange)]
pub struct Change {
    /// When.
    pub at: Time,
    /// To which state.
    pub to: To,
    /// Who made it so.
    #[schema(value_type = String)]
    pub by: Actor,
}

/// What an alert became.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertChangeTo)]
pub enum To {
    /// It fires.
    Open,
    /// Somebody looks at it.
    Acknowledged,
    /// Somebody looks at the incident that it belongs to.
    AcknowledgedInIncident,
    /// Nobody looks at it any more.
    Unacknowledged,
    /// It is over.
    Cleared,
    /// It is put away.
    Closed,
    /// It joined an incident.
    Attached,
    /// It left its incident.
    Detached,
}

impl Spell {
    /// The spell that an event begins.
    pub fn begun(seq: i64, by: &Actor, event: &Event) -> Option<Spell> {
        let (at, started_at, classification) = match event {
            Event::Fired(firing) => (firing.at, firing.starts_at, &firing.classification),
            Event::Returned(again) => (again.at, again.starts_at, &again.classification),
            _ => return None,
        };
        Some(Spell {
            seq,
            started_at,
            began_at: at,
            ended_at: None,
            closed_at: None,
            cleared_why: None,
            acknowledged_at: None,
            acknowledged_by: None,
            incident: None,
            classification: classification.as_deref().cloned(),
            changes: vec![Change { at, to: To::Open, by: by.clone() }],
        })
    }

    /// Takes in what happened since; what changes no state is passed by.
    pub fn take(&mut self, by: &Actor, event: &Event) {
        match event {
            Event::Acknowledged { at, by } => self.looked_at(*at, by, To::Acknowledged),
            Event::Unacknowledged { at, by } => self.note(*at, by, To::Unacknowledged),
            Event::Cleared { at, ends_at, why, .. } => {
                // An end before the beginning would be a duration below nothing.
                self.ended_at = Some((*ends_at).max(self.started_at));
                self.cleared_why = Some(*why);
                self.note(*at, by, To::Cleared);
            }
            Event::Closed { at } => {
                self.closed_at = Some(*at);
                self.note(*at, by, To::Closed);
            }
            Event::Attached { at, incident } => {
                self.incident = Some(*incident);
                self.note(*at, by, To::Attached);
            }
            Event::Detached { at, .. } => self.note(*at, by, To::Detached),
            Event::Relabelled(change) => {
                self.classification = change.classification.as_deref().cloned();
            }
            Event::Fired(_)
            | Event::Returned(_)
            | Event::Matched { .. }
            | Event::MarkedNotUseful { .. }
            | Event::NotUsefulTakenBack { .. } => {}
        }
    }

    /// Somebody looks at the incident that it belongs to.
    pub fn looked_at_in_incident(&mut self, at: Time, by: &Actor) {
        self.looked_at(at.max(self.began_at), by, To::AcknowledgedInIncident);
    }

    fn looked_at(&mut self, at: Time, by: &Actor, to: To) {
        if self.acknowledged_at.is_none() {
            self.acknowledged_at = Some(at);
            self.acknowledged_by = Some(by.clone());
        }
        self.note(at, by, to);
    }

    fn note(&mut self, at: Time, by: &Actor, to: To) {
        if self.changes.len() < CHANGES_MAX {
            self.changes.push(Change { at, to, by: by.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Stage;

    fn returned(at: i64) -> Event {
        let at = Time::from_seconds(at);
        Event::Returned(Box::new(crate::Return {
            origin: None,
            at,
            starts_at: at,
            expires_at: at,
            labels: None,
            annotations: crate::Labels::default(),
            generator_url: "".into(),
            item: None,
            matched_by: None,
            classification: None,
            before: Stage::Closed,
        }))
    }

    fn cleared(at: i64, ends: i64) -> Event {
        let (at, ends_at) = (Time::from_seconds(at), Time::from_seconds(ends));
        Event::Cleared { at, ends_at, why: Why::Source, reason: String::new(), closes_at: at }
    }

    #[test]
    fn a_spell_runs_from_a_firing_to_its_end_with_all_that_happened_between() {
        let (monitoring, ada) =
            (Actor::Integration("prometheus".to_owned()), Actor::Person("ada".to_owned()));
        let mut spell = Spell::begun(7, &monitoring, &returned(100)).unwrap();
        let at = Time::from_seconds(130);
        spell.take(&monitoring, &Event::Acknowledged { at, by: ada.clone() });
        let later = Time::from_seconds(140);
        spell.take(&monitoring, &Event::Unacknowledged { at: later, by: ada.clone() });
        spell.take(&monitoring, &cleared(200, 190));
        spell.take(&monitoring, &Event::Closed { at: Time::from_seconds(3_800) });
        assert_eq!((spell.seq, spell.ended_at), (7, Some(Time::from_seconds(190))));
        assert_eq!((spell.acknowledged_at, spell.acknowledged_by), (Some(at), Some(ada)));
        let to: Vec<To> = spell.changes.iter().map(|change| change.to).collect();
        let all = [To::Open, To::Acknowledged, To::Unacknowledged, To::Cleared, To::Closed];
        assert_eq!(to, all);
    }

    #[test]
    fn nothing_but_a_firing_begins_a_spell_and_none_ends_before_it_began() {
        let monitoring = Actor::Integration("prometheus".to_owned());
        assert_eq!(Spell::begun(1, &monitoring, &cleared(1, 1)), None);
        let mut spell = Spell::begun(7, &monitoring, &returned(100)).unwrap();
        spell.take(&monitoring, &cleared(110, 50));
        assert_eq!(spell.ended_at, Some(Time::from_seconds(100)));
    }

    #[test]
    fn whoever_takes_the_incident_looks_at_its_alerts() {
        let monitoring = Actor::Integration("prometheus".to_owned());
        let mut spell = Spell::begun(7, &monitoring, &returned(100)).unwrap();
        let bob = Actor::Link("bob".to_owned());
        spell.looked_at_in_incident(Time::from_seconds(50), &bob);
        assert_eq!(spell.acknowledged_at, Some(Time::from_seconds(100)), "taken before it joined");
        assert_eq!(spell.acknowledged_by, Some(bob));
    }
}
