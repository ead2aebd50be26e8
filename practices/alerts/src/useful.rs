//! Whether telling somebody of an alert was of use: what its rule is tuned by.

use kernel::{Actor, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Alert, Event};

/// Longest reason, in characters.
const REASON_MAX: usize = 1_000;

/// One person's word that an alert was of no use.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct NotUseful {
    /// When.
    pub at: Time,
    /// Who.
    #[schema(value_type = String)]
    pub by: Actor,
    /// What made it useless.
    pub reason: String,
}

impl Alert {
    /// Whether this person found the present (or last) firing useless.
    pub fn not_useful_to(&self, who: &Actor) -> bool {
        self.not_useful.iter().any(|vote| vote.by == *who)
    }
}

/// Somebody finds the alert useless; saying it again for the same firing changes nothing.
pub(crate) fn marked(alert: &Alert, reason: &str, moment: &Moment) -> Result<Vec<Event>, Refusal> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(Refusal::invalid("say what made it useless, for whoever changes the rule"));
    }
    if reason.chars().count() > REASON_MAX {
        return Err(Refusal::invalid(format!("a reason has at most {REASON_MAX} characters")));
    }
    if alert.not_useful_to(&moment.actor) {
        return Ok(Vec::new());
    }
    let (at, by, reason) = (moment.now, moment.actor.clone(), reason.to_owned());
    Ok(vec![Event::MarkedNotUseful { at, by, reason }])
}

/// Somebody takes that back; without a word of theirs nothing changes.
pub(crate) fn taken_back(alert: &Alert, moment: &Moment) -> Vec<Event> {
    if !alert.not_useful_to(&moment.actor) {
        return Vec::new();
    }
    vec![Event::NotUsefulTakenBack { at: moment.now, by: moment.actor.clone() }]
}
