//! Whether telling somebody of an alert was of use: what its rule is tuned by.

use std::ops::Deref;

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

/// The words of several people. Few alerts have any, and a hundred thousand are in memory.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(from = "Vec<NotUseful>", into = "Vec<NotUseful>")]
pub struct Votes(
    #[expect(clippy::box_collection, reason = "a pointer where a list would be three")]
    Option<Box<Vec<NotUseful>>>,
);

impl From<Vec<NotUseful>> for Votes {
    fn from(votes: Vec<NotUseful>) -> Votes {
        Votes((!votes.is_empty()).then(|| Box::new(votes)))
    }
}

impl From<Votes> for Vec<NotUseful> {
    fn from(votes: Votes) -> Vec<NotUseful> {
        votes.0.map_or_else(Vec::new, |votes| *votes)
    }
}

impl FromIterator<NotUseful> for Votes {
    fn from_iter<I: IntoIterator<Item = NotUseful>>(votes: I) -> Votes {
        Votes::from(votes.into_iter().collect::<Vec<NotUseful>>())
    }
}

impl Deref for Votes {
    type Target = [NotUseful];

    fn deref(&self) -> &[NotUseful] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }
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
