use kernel::{Actor, AlertId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Rule, Verb};

/// Votes that a round keeps by name; further ones would tell nothing new.
pub const VOTES_MAX: usize = 200;

/// What can be asked of a tuning task.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = TuningCommand)]
pub enum Command {
    /// Somebody found an alert of the rule useless (system only).
    Vote {
        /// The rule; a task never changes its own.
        rule: Rule,
        /// The alert.
        alert: AlertId,
        /// Who.
        #[schema(value_type = String)]
        by: Actor,
        /// Why.
        reason: String,
    },
    /// Somebody changed their mind about an alert (system only).
    TakeBack {
        /// The alert.
        alert: AlertId,
        /// Who.
        #[schema(value_type = String)]
        by: Actor,
    },
    /// You look at the rule.
    Start {},
    /// Something was done about the rule, or it is kept for a reason.
    Done {
        /// What was done.
        remedy: Remedy,
        /// What exactly: the old and the new threshold, who gets it now, why it is kept.
        note: String,
    },
    /// Set the votes aside; the rule is as it should be.
    Dismiss {
        /// Why.
        reason: String,
    },
    /// Its time has come; it has none (system only).
    Tick {},
}

impl Command {
    /// The command without its data.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Vote { .. } => Verb::Vote,
            Command::TakeBack { .. } => Verb::TakeBack,
            Command::Start {} => Verb::Start,
            Command::Done { .. } => Verb::Done,
            Command::Dismiss { .. } => Verb::Dismiss,
            Command::Tick {} => Verb::Tick,
        }
    }

    /// Whether only Operate itself may send it; a person votes on an alert.
    pub fn system_only(&self) -> bool {
        matches!(self, Command::Vote { .. } | Command::TakeBack { .. } | Command::Tick {})
    }
}

/// What was done about a rule.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TuningRemedy)]
pub enum Remedy {
    /// It fires at another value, or after a longer time.
    Threshold,
    /// Somebody else is told, or in another way.
    Rerouted,
    /// It is gone.
    Removed,
    /// It stays as it is, for a reason.
    Kept,
}

impl Remedy {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Remedy::Threshold => "threshold changed",
            Remedy::Rerouted => "rerouted",
            Remedy::Removed => "rule removed",
            Remedy::Kept => "kept as it is",
        }
    }
}
