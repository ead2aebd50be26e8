use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a tuning task is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TuningStage)]
pub enum Stage {
    /// Somebody found an alert of the rule useless, and nobody looks at the rule yet.
    Open,
    /// Somebody looks at the rule.
    InWork,
    /// The rule was changed, or kept for a reason.
    Done,
    /// The votes were set aside.
    Dismissed,
}

impl Stage {
    /// Whether something is still to be done about the rule.
    pub fn open(self) -> bool {
        matches!(self, Stage::Open | Stage::InWork)
    }

    /// The word that JSON uses.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Open => "open",
            Stage::InWork => "in_work",
            Stage::Done => "done",
            Stage::Dismissed => "dismissed",
        }
    }
}

/// What can be asked of a tuning task, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Vote,
    TakeBack,
    Start,
    Done,
    Dismiss,
    Tick,
}

/// Which stage accepts which verb: the only list. The first vote on a rule opens its task.
///
/// Votes are bookkeeping of a stream and are welcome at any time: one on a rule that was done with
/// opens the task again.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::Open, verbs: &[Vote, TakeBack, Start, Done, Dismiss] },
        Allowed { stage: Stage::InWork, verbs: &[Vote, TakeBack, Done, Dismiss] },
        Allowed { stage: Stage::Done, verbs: &[Vote, TakeBack] },
        Allowed { stage: Stage::Dismissed, verbs: &[Vote, TakeBack] },
    ]
};
