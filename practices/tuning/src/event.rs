use kernel::{Actor, AlertId, Time};
use serde::{Deserialize, Serialize};

use crate::{Remedy, Rule};

/// What can have happened to a tuning task.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first vote on a rule: its task is born.
    Opened {
        /// When.
        at: Time,
        /// The rule.
        rule: Rule,
    },
    /// Somebody found an alert of the rule useless.
    Voted {
        /// When.
        at: Time,
        /// The alert.
        alert: AlertId,
        /// Who.
        by: Actor,
        /// Why.
        reason: String,
    },
    /// Somebody changed their mind.
    VoteTakenBack {
        /// When.
        at: Time,
        /// The alert.
        alert: AlertId,
        /// Who.
        by: Actor,
    },
    /// Somebody looks at the rule.
    Started {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
    },
    /// Something was done about the rule.
    Finished {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
        /// What was done.
        remedy: Remedy,
        /// What exactly.
        note: String,
    },
    /// The votes were set aside.
    Dismissed {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
        /// Why.
        reason: String,
    },
    /// A vote came after the end: a new round.
    Reopened {
        /// When.
        at: Time,
    },
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Opened { .. } => "opened",
            Event::Voted { .. } => "voted",
            Event::VoteTakenBack { .. } => "vote_taken_back",
            Event::Started { .. } => "started",
            Event::Finished { .. } => "finished",
            Event::Dismissed { .. } => "dismissed",
            Event::Reopened { .. } => "reopened",
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Opened { rule, .. } => format!("tuning task for {} ({})", rule.name, rule.source),
        Event::Voted { by, reason, .. } => format!("{} found it not useful: {reason}", by.name()),
        Event::VoteTakenBack { by, .. } => format!("{} took the vote back", by.name()),
        Event::Started { by, .. } => format!("{} looks at the rule", by.name()),
        Event::Finished { remedy, note, .. } => format!("done, {}: {note}", remedy.label()),
        Event::Dismissed { reason, .. } => format!("dismissed: {reason}"),
        Event::Reopened { .. } => "opened again by a new vote".to_owned(),
    }
}
