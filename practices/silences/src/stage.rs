use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a silence is in its life. It follows the clock.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = SilenceStage)]
pub enum Stage {
    /// Its next window has not begun.
    Pending,
    /// It holds alerts back.
    Active,
    /// It is over, and never begins again.
    Expired,
}

impl Stage {
    /// Whether it holds alerts back, now or later.
    pub fn open(self) -> bool {
        self != Stage::Expired
    }
}

/// What can be asked of a silence, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Create,
    Edit,
    Expire,
    Release,
    Tick,
}

/// Which stage accepts which verb: the only list. `Create` opens a silence and fits no stage.
///
/// What a silence has let go is looked at in several steps, of which the later may come when it
/// is pending again or expired.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::Pending, verbs: &[Edit, Expire, Release, Tick] },
        Allowed { stage: Stage::Active, verbs: &[Edit, Expire, Release, Tick] },
        Allowed { stage: Stage::Expired, verbs: &[Release] },
    ]
};
