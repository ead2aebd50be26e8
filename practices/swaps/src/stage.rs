use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an offer is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SwapStage)]
pub enum Stage {
    /// It waits for an answer.
    Offered,
    /// The other agreed: it has changed hands.
    Accepted,
    /// The one it was offered to said no.
    Declined,
    /// The one who offered it said no.
    Withdrawn,
    /// It has begun, or it is no longer theirs to give.
    Lapsed,
}

impl Stage {
    /// The word that JSON uses.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Offered => "offered",
            Stage::Accepted => "accepted",
            Stage::Declined => "declined",
            Stage::Withdrawn => "withdrawn",
            Stage::Lapsed => "lapsed",
        }
    }
}

/// What can be asked of an offer, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Offer,
    Accept,
    Decline,
    Withdraw,
    Lapse,
    Tick,
}

/// Which stage accepts which verb: the only list. `Offer` opens one and fits no stage.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::Offered, verbs: &[Accept, Decline, Withdraw, Lapse, Tick] },
        Allowed { stage: Stage::Accepted, verbs: &[] },
        Allowed { stage: Stage::Declined, verbs: &[] },
        Allowed { stage: Stage::Withdrawn, verbs: &[] },
        Allowed { stage: Stage::Lapsed, verbs: &[] },
    ]
};
