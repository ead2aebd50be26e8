use kernel::Time;
use serde::{Deserialize, Serialize};

use crate::Plan;

/// What can have happened to a heartbeat.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It is waited for.
    Created {
        /// When.
        at: Time,
        /// Its name.
        name: String,
        /// What is waited for.
        plan: Plan,
    },
    /// It was heard of for the first time, or again after it was missed.
    Beat {
        /// When.
        at: Time,
    },
    /// It did not come in time.
    Missed {
        /// When we noticed.
        at: Time,
        /// When it was heard of last.
        heard_at: Time,
        /// When it would have been due at the latest.
        since: Time,
    },
    /// It is waited for otherwise.
    Edited {
        /// When.
        at: Time,
        /// What is waited for from now on.
        plan: Plan,
    },
    /// Nobody waits for it.
    Paused {
        /// When.
        at: Time,
    },
    /// It is waited for again.
    Resumed {
        /// When.
        at: Time,
    },
    /// It is gone.
    Removed {
        /// When.
        at: Time,
    },
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Created { .. } => "created",
            Event::Beat { .. } => "beat",
            Event::Missed { .. } => "missed",
            Event::Edited { .. } => "edited",
            Event::Paused { .. } => "paused",
            Event::Resumed { .. } => "resumed",
            Event::Removed { .. } => "removed",
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Created { name, plan, .. } => {
            format!("heartbeat {name} is expected every {} s", plan.interval_seconds)
        }
        Event::Beat { .. } => "heartbeat heard".to_owned(),
        Event::Missed { heard_at, .. } => format!("heartbeat missed; last heard at {heard_at}"),
        Event::Edited { plan, .. } => {
            format!("heartbeat is expected every {} s from now on", plan.interval_seconds)
        }
        Event::Paused { .. } => "heartbeat paused".to_owned(),
        Event::Resumed { .. } => "heartbeat is waited for again".to_owned(),
        Event::Removed { .. } => "heartbeat removed".to_owned(),
    }
}
