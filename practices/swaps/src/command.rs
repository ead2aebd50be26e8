use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Verb;

/// A stretch of time that somebody has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SwapShift)]
pub struct Given {
    /// Who has it.
    pub person: ItemRef,
    /// Its first moment.
    pub start: Time,
    /// The first moment after it.
    pub end: Time,
}

/// What is offered, to whom, and for what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SwapOffer)]
pub struct Offer {
    /// The schedule.
    pub schedule: ItemRef,
    /// What is given away.
    pub gives: Given,
    /// To whom; everybody of the rotation when not said.
    #[serde(default)]
    pub to: Option<ItemRef>,
    /// What is wanted in return; nothing when not said.
    #[serde(default)]
    pub wants: Option<Given>,
    /// What there is to say.
    #[serde(default)]
    pub note: String,
}

/// What can be asked of an offer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = SwapCommand)]
pub enum Command {
    /// Offer a shift.
    Offer(Offer),
    /// Take it.
    Accept {
        /// Who takes it.
        person: ItemRef,
        /// Whether they are of the rotation.
        of_rotation: bool,
    },
    /// Say no.
    Decline {
        /// Who says no.
        person: ItemRef,
        /// Why; may be empty.
        reason: String,
    },
    /// Take the offer back.
    Withdraw {},
    /// It is no longer theirs to give (system only).
    Lapse {
        /// Why.
        reason: String,
    },
    /// Its time has come (system only).
    Tick {},
}

impl Command {
    /// The command without its data.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Offer(_) => Verb::Offer,
            Command::Accept { .. } => Verb::Accept,
            Command::Decline { .. } => Verb::Decline,
            Command::Withdraw {} => Verb::Withdraw,
            Command::Lapse { .. } => Verb::Lapse,
            Command::Tick {} => Verb::Tick,
        }
    }
}

impl Given {
    /// The stretch for people: `2026-03-02T12:00:00Z to 2026-03-03T12:00:00Z`.
    pub(crate) fn times(&self) -> String {
        format!("{} to {}", self.start, self.end)
    }
}
