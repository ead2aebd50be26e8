//! What a maintenance window explains: an alert that fires on what is worked on is expected. While
//! the window runs it is no incident (R076); what still fires when the window ends has overrun.
//!
//! ```text
//! expected ─► cleared        it stopped in time
//!         └─► overran        the window ended, and it may still fire: who asks looks at the alert
//! ```
//!
//! **Invariant:** this record decides nothing about incidents. It remembers the alert over the
//! window, and its deadline is the window's end.

mod record;
#[cfg(test)]
mod tests;

use kernel::{AlertId, Allowed, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use record::Expected;

/// Where an expected alert is in its life.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExpectedStage)]
pub enum Stage {
    /// The window runs.
    Expected,
    /// The alert stopped in time.
    Cleared,
    /// The window is over, or was taken back, before the alert had stopped.
    Overran,
}

/// What can be asked of it, without data.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the verb of the command of the same name")]
pub enum Verb {
    Expect,
    MoveEnd,
    Clear,
    Withdraw,
    Tick,
}

/// Which stage accepts which verb: the only list. `Expect` opens a record and fits no stage.
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::Expected, verbs: &[MoveEnd, Clear, Withdraw, Tick] },
        Allowed { stage: Stage::Cleared, verbs: &[] },
        Allowed { stage: Stage::Overran, verbs: &[] },
    ]
};

/// What can be asked of it. Only Operate itself asks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// An alert fires that a window explains.
    Expect(Box<Expect>),
    /// The window ends at another time.
    MoveEnd {
        /// The new end.
        until: Time,
    },
    /// The alert stopped.
    Clear {},
    /// The window was taken back, or does not cover the item any more.
    Withdraw {},
    /// The window's end has come.
    Tick {},
}

/// An alert that a window explains, and why.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExpectAlert)]
pub struct Expect {
    /// The alert.
    pub alert: AlertId,
    /// What it says.
    pub title: String,
    /// The item it is about.
    pub item: ItemRef,
    /// The window.
    pub window: ItemRef,
    /// The item that is worked on.
    pub root: ItemRef,
    /// Why the window explains the alert.
    pub because: String,
    /// What is done in it.
    pub reason: String,
    /// When it ends.
    pub until: Time,
}

/// What can have happened to it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An alert fired that a window explains.
    Expected {
        /// When.
        at: Time,
        /// What is expected, and why.
        #[serde(flatten)]
        expect: Box<Expect>,
    },
    /// The window ends at another time.
    EndMoved {
        /// When that was said.
        at: Time,
        /// The new end.
        until: Time,
    },
    /// The alert stopped in time.
    Cleared {
        /// When.
        at: Time,
    },
    /// The window was over before the alert had stopped.
    Overran {
        /// When that was noticed.
        at: Time,
        /// When the window ended.
        ended_at: Time,
        /// Whether it was taken back rather than run out.
        withdrawn: bool,
    },
}

/// What happened, in words.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Expected { expect, .. } => format!(
            "Opens no incident: {}, and {} ({}) runs until {}",
            expect.because, expect.window, expect.reason, expect.until
        ),
        Event::EndMoved { until, .. } => format!("The maintenance window now ends at {until}"),
        Event::Cleared { .. } => "Stopped within its maintenance window".to_owned(),
        Event::Overran { withdrawn: true, .. } => {
            "The maintenance window was taken back while it fired".to_owned()
        }
        Event::Overran { ended_at, .. } => {
            format!("Still open when its maintenance window ended at {ended_at}")
        }
    }
}
