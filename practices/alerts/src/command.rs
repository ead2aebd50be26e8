use kernel::{IncidentId, ItemRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Verb;

/// What can be asked of an alert that exists. New firings come through [`crate::take`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = AlertCommand)]
pub enum Command {
    /// Someone looks at it. Asking again changes nothing.
    Acknowledge {},
    /// Nobody looks at it any more.
    Unacknowledge {},
    /// It is over, says a person. Holds until the source reports a new firing.
    Clear {
        /// Why the person knows better than the source.
        reason: String,
    },
    /// Put it away; also clears one that still fires.
    Close {},
    /// Telling you of it was of no use: its rule should be changed. You count once for each firing.
    MarkNotUseful {
        /// What made it useless.
        reason: String,
    },
    /// It was of use after all.
    TakeBackNotUseful {},
    /// It belongs to this incident (system only).
    Attach {
        /// The incident.
        incident: IncidentId,
    },
    /// It no longer belongs to this incident (system only).
    Detach {
        /// The incident it leaves; another one is left alone.
        incident: IncidentId,
    },
    /// It speaks of another item, since rules or estate changed.
    Match {
        /// The item, or `None` when no rule finds one any more.
        item: Option<ItemRef>,
        /// The rule that found it.
        matched_by: Option<String>,
    },
    /// Its time has come: to expire or to be put away.
    Tick {},
}

impl Command {
    /// The command without its data.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Acknowledge {} => Verb::Acknowledge,
            Command::Unacknowledge {} => Verb::Unacknowledge,
            Command::Clear { .. } => Verb::Clear,
            Command::Close {} => Verb::Close,
            Command::MarkNotUseful { .. } => Verb::MarkNotUseful,
            Command::TakeBackNotUseful {} => Verb::TakeBackNotUseful,
            Command::Attach { .. } => Verb::Attach,
            Command::Detach { .. } => Verb::Detach,
            Command::Match { .. } => Verb::Match,
            Command::Tick {} => Verb::Tick,
        }
    }

    /// Whether only Operate itself may send it.
    pub fn system_only(&self) -> bool {
        matches!(self, Command::Attach { .. } | Command::Detach { .. } | Command::Tick {})
    }
}
