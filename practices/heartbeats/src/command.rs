use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Plan, Verb};

/// What can be asked of a heartbeat.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = HeartbeatCommand)]
pub enum Command {
    /// Wait for something.
    Create {
        /// Its name, unique in the space.
        name: String,
        /// What is waited for.
        plan: Plan,
    },
    /// It reports.
    Ping {},
    /// Wait for it otherwise.
    Edit {
        /// What is waited for from now on.
        plan: Plan,
    },
    /// Wait for it no more, for now.
    Pause {},
    /// Wait for it again, from its next ping.
    Resume {},
    /// Forget it; its name is free.
    Remove {},
    /// Its time has come.
    Tick {},
}

impl Command {
    /// The command without its data.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Create { .. } => Verb::Create,
            Command::Ping {} => Verb::Ping,
            Command::Edit { .. } => Verb::Edit,
            Command::Pause {} => Verb::Pause,
            Command::Resume {} => Verb::Resume,
            Command::Remove {} => Verb::Remove,
            Command::Tick {} => Verb::Tick,
        }
    }

    /// Whether it comes another way than as a command of a person.
    pub fn system_only(&self) -> bool {
        matches!(self, Command::Create { .. } | Command::Ping {} | Command::Tick {})
    }
}
