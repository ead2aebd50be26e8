use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a heartbeat is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HeartbeatStage)]
pub enum Stage {
    /// Made, and never heard of.
    Waiting,
    /// Heard of in time.
    Beating,
    /// Not heard of in time.
    Overdue,
    /// Nobody waits for it.
    Paused,
    /// Gone; its name is free.
    Removed,
}

impl Stage {
    /// The word that JSON uses.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Beating => "beating",
            Stage::Overdue => "overdue",
            Stage::Paused => "paused",
            Stage::Removed => "removed",
        }
    }
}

/// What can be asked of a heartbeat, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Create,
    Ping,
    Edit,
    Pause,
    Resume,
    Remove,
    Tick,
}

/// Which stage accepts which verb: the only list. `Create` opens a heartbeat and fits no stage.
///
/// A paused one takes pings, so that its sender need not be changed.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::Waiting, verbs: &[Ping, Edit, Pause, Remove, Tick] },
        Allowed { stage: Stage::Beating, verbs: &[Ping, Edit, Pause, Remove, Tick] },
        Allowed { stage: Stage::Overdue, verbs: &[Ping, Edit, Pause, Remove, Tick] },
        Allowed { stage: Stage::Paused, verbs: &[Ping, Edit, Resume, Remove, Tick] },
        Allowed { stage: Stage::Removed, verbs: &[] },
    ]
};
