use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where an alert is in its life. In JSON the field is called `state`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertState)]
pub enum Stage {
    /// Firing, and nobody has said that they look at it.
    Open,
    /// Firing, and someone looks at it.
    Acknowledged,
    /// No longer firing; a return within the hold time counts as the same alert flapping.
    Cleared,
    /// Over. A new firing opens it again.
    Closed,
}

impl Stage {
    /// Whether the alert is firing as far as we know.
    pub fn firing(self) -> bool {
        matches!(self, Stage::Open | Stage::Acknowledged)
    }
}

/// What can be asked of an alert, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Acknowledge,
    Unacknowledge,
    Clear,
    Close,
    MarkNotUseful,
    TakeBackNotUseful,
    Attach,
    Detach,
    Match,
    Tick,
}

/// Which stage accepts which verb: the only list.
///
/// Attaching and matching are bookkeeping of the streams and are welcome at any time, because a
/// stream may come late; whether an alert was of use is often clear only when it is over.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed {
            stage: Stage::Open,
            verbs: &[
                Acknowledge,
                Clear,
                Close,
                MarkNotUseful,
                TakeBackNotUseful,
                Attach,
                Detach,
                Match,
                Tick,
            ],
        },
        Allowed {
            stage: Stage::Acknowledged,
            verbs: &[
                Acknowledge,
                Unacknowledge,
                Clear,
                Close,
                MarkNotUseful,
                TakeBackNotUseful,
                Attach,
                Detach,
                Match,
                Tick,
            ],
        },
        Allowed {
            stage: Stage::Cleared,
            verbs: &[Close, MarkNotUseful, TakeBackNotUseful, Attach, Detach, Match, Tick],
        },
        Allowed {
            stage: Stage::Closed,
            verbs: &[MarkNotUseful, TakeBackNotUseful, Attach, Detach, Match],
        },
    ]
};
