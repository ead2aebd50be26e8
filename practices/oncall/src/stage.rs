use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a page is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PageStage)]
pub enum Stage {
    /// People are being called.
    Ringing,
    /// Somebody answered.
    Acknowledged,
    /// Everybody was called as often as the policy says, and nobody answered; or there was nobody
    /// to call. Still open: a late answer counts, and it rings again.
    Exhausted,
    /// The incident needs nobody any more.
    Cancelled,
}

impl Stage {
    /// Whether the page still wants an answer.
    pub fn unanswered(self) -> bool {
        matches!(self, Stage::Ringing | Stage::Exhausted)
    }
}

/// What can be asked of a page, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Start,
    Acknowledge,
    Snooze,
    RingAgain,
    Escalate,
    HandOver,
    Accept,
    Keep,
    Answered,
    Worked,
    DeliveryRecorded,
    Cancel,
    Reroute,
    HolderAway,
    Replan,
    RingLater,
    Tick,
}

/// Which stage accepts which verb: the only list. `Start` opens a page and fits no stage.
///
/// A connector may report a delivery late, so every stage takes it.
#[rustfmt::skip]
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed {
            stage: Stage::Ringing,
            verbs: &[
                Acknowledge, Snooze, Escalate, Answered, Worked, DeliveryRecorded, Cancel,
                Reroute, Replan, Tick,
            ],
        },
        Allowed {
            stage: Stage::Acknowledged,
            verbs: &[
                Acknowledge, Snooze, RingAgain, Escalate, HandOver, Accept, Keep, Answered, Worked,
                DeliveryRecorded, Cancel, HolderAway, Replan, Tick,
            ],
        },
        Allowed {
            stage: Stage::Exhausted,
            verbs: &[
                Acknowledge, Snooze, RingAgain, Answered, Worked, DeliveryRecorded, Cancel,
                Reroute, Replan, RingLater, Tick,
            ],
        },
        Allowed { stage: Stage::Cancelled, verbs: &[DeliveryRecorded] },
    ]
};
