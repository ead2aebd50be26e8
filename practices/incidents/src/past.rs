use kernel::{Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::codes::HoldReason;
use crate::incident::Incident;

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

impl Incident {
    /// The priorities by which the incident counts, the oldest first; there is at least one. That
    /// one sinks by itself because the service is back makes nothing less of what happened, nor of
    /// what was promised for it; what a person sets does.
    pub fn priorities_that_count(&self) -> Vec<PrioritySince> {
        let mut counts: Vec<PrioritySince> = Vec::new();
        for known in &self.past.priorities {
            let sinks = counts.last().is_some_and(|last| known.priority > last.priority);
            if !(sinks && self.worked_at(known.since) && !self.set_at(known.since)) {
                counts.push(*known);
            }
        }
        let recorded = self.past.priorities.last().map(|known| known.priority);
        if recorded != Some(self.priority) {
            counts.push(PrioritySince { since: self.opened_at, priority: self.priority });
        }
        counts
    }

    /// The priority by which the incident counts in reports.
    pub fn priority_that_counts(&self) -> Priority {
        self.priorities_that_count().last().map_or(self.priority, |last| last.priority)
    }

    /// Whether the service was back at a time, by what is known now.
    fn worked_at(&self, at: Time) -> bool {
        let earlier = self.past.returns.iter().map(|back| (back.restored, Some(back.at)));
        let present = self.times.restored.filter(|_| self.service_is_back());
        let mut back = earlier.chain([(present.map(|stamp| stamp.at), None)]);
        back.any(|(from, until)| {
            from.is_some_and(|from| from <= at) && until.is_none_or(|until| at < until)
        })
    }

    /// Whether a person said at this time how important it is.
    fn set_at(&self, at: Time) -> bool {
        let set = [
            self.priority_override.as_ref().map(|set| set.at),
            self.impact_set.as_ref().map(|set| set.at),
            self.urgency_set.as_ref().map(|set| set.at),
        ];
        set.contains(&Some(at))
    }
}
