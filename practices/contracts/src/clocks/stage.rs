use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where the clocks of an incident are, all together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClocksStage)]
pub enum Stage {
    /// At least one counts.
    Counting,
    /// Those that are not over are paused.
    Paused,
    /// None is left; one counts again when the incident comes back.
    Ended,
}

/// What can be asked of them, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Look,
    Tick,
}

/// Which stage accepts which verb: the only list. What has ended looks again, since an incident
/// may come back and its times may be corrected.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::Counting, verbs: &[Look, Tick] },
        Allowed { stage: Stage::Paused, verbs: &[Look, Tick] },
        Allowed { stage: Stage::Ended, verbs: &[Look, Tick] },
    ]
};
