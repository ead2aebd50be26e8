use kernel::{AlertId, SilenceId, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Conditions, Recurrence, Verb};

/// What can be asked of a silence. People edit and expire; the rest is for Operate itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SilenceCommand)]
pub enum Command {
    /// Hold alerts back.
    Create {
        /// Which, when, and why.
        plan: Box<Plan>,
        /// The silence that this one takes over from.
        #[serde(default)]
        replaces: Option<SilenceId>,
    },
    /// Change it in place: everything but what it holds back, and once it is active nothing but
    /// end and comment.
    Edit {
        /// As it shall be.
        plan: Box<Plan>,
    },
    /// It is no longer needed: alerts are told again from now on.
    Expire {
        /// The silence that takes over from it.
        #[serde(default)]
        replaced_by: Option<SilenceId>,
    },
    /// Look at the alerts that it has let go, those behind `after`.
    Release {
        /// The last alert that was looked at.
        after: AlertId,
    },
    /// Its time has come, or has gone.
    Tick {},
}

/// Which alerts a silence holds back, when, and why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SilencePlan)]
pub struct Plan {
    /// Which alerts: those of which every condition holds.
    pub matchers: Conditions,
    /// From when; now, if not said or already gone.
    #[serde(default)]
    pub starts_at: Option<Time>,
    /// Until when. A silence that recurs may go on without an end.
    #[serde(default)]
    pub ends_at: Option<Time>,
    /// When it comes again; without it, it holds from the beginning to the end.
    #[serde(default)]
    pub recurrence: Option<Recurrence>,
    /// Why, for whoever misses an alert.
    #[schema(min_length = 1, max_length = 4000)]
    pub comment: String,
    /// Who wants it, where that is not who sends it.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub created_by: String,
}

impl Command {
    /// The command without its data.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Create { .. } => Verb::Create,
            Command::Edit { .. } => Verb::Edit,
            Command::Expire { .. } => Verb::Expire,
            Command::Release { .. } => Verb::Release,
            Command::Tick {} => Verb::Tick,
        }
    }

    /// Whether only Operate itself may send it.
    pub fn system_only(&self) -> bool {
        match self {
            Command::Create { .. } | Command::Release { .. } | Command::Tick {} => true,
            Command::Expire { replaced_by } => replaced_by.is_some(),
            Command::Edit { .. } => false,
        }
    }
}
