use kernel::{Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes::HoldReason;

/// What an incident was before it became what it is: whoever looks late, such as the clocks of
/// contracts, misses nothing of it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = IncidentPast)]
pub struct Past {
    /// The priority from a time on, the oldest first; the last is the present one.
    pub priorities: Vec<PrioritySince>,
    /// What it waited for before, the oldest first; the present hold is not in it.
    pub holds: Vec<PastHold>,
    /// How it came back, the oldest first.
    pub returns: Vec<Comeback>,
}

/// A priority from a time on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PrioritySince {
    /// From when on.
    pub since: Time,
    /// Which.
    pub priority: Priority,
}

/// A hold that is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct PastHold {
    /// For whom it waited.
    pub reason: HoldReason,
    /// Since when.
    pub from: Time,
    /// Until when.
    pub until: Time,
}

/// The service broke again, or the incident was reopened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Comeback {
    /// Since when the service had been back.
    pub restored: Option<Time>,
    /// Since when the work had been done.
    pub resolved: Option<Time>,
    /// Since when the service is away again.
    pub at: Time,
    /// Whether it was reopened, and not only broke again before it was resolved.
    pub reopened: bool,
}

impl Past {
    /// That of an incident which opens.
    pub(crate) fn first(since: Time, priority: Priority) -> Past {
        Past { priorities: vec![PrioritySince { since, priority }], ..Past::default() }
    }

    /// The priority from now on. What is calculated as it opens is the first.
    pub(crate) fn prioritised(&mut self, since: Time, priority: Priority) {
        let now = PrioritySince { since, priority };
        match self.priorities.as_mut_slice() {
            [first] if first.since == since => *first = now,
            [.., last] if last.priority == priority => {}
            _ => self.priorities.push(now),
        }
    }
}
