use std::time::Duration;

use kernel::{Impact, Priority, Refusal, Urgency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::pace::StageTargets;

/// The rules by which an incident is handled, as an administrator set them.
///
/// The shell puts the policy in force into [`Open`](crate::Open), and the record keeps it: an
/// incident ends under the rules it began under. So the same journal gives the same incident on
/// any instance (a replay needs no settings), and a new matrix does not reorder running work
/// behind people's backs; it holds for what opens from then on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = IncidentPolicy)]
pub struct Policy {
    /// How impact and urgency give the priority.
    pub matrix: Matrix,
    /// Alerts on items that depend on each other have one cause when they come this close.
    pub correlation_window_seconds: u32,
    /// Alerts on two items with a shared dependency are joined when the way over it has at most
    /// this many steps in all; 0 turns this off. 2 means: both depend on it directly.
    pub shared_dependency_hops_max: u32,
    /// From this many alerting items on, damage counts as growing and urgency rises by one.
    pub growth_items_min: u32,
    /// How long all alerts must be clear before the incident is restored; 0: at once; nothing:
    /// only a person restores.
    pub restore_after_clear_seconds: Option<u32>,
    /// An alert that returns this soon after the restoration belongs to the same incident.
    pub reopen_window_seconds: u32,
    /// A person may reopen a closed incident for this long after it was closed.
    pub reopen_within_days: u32,
    /// When a resolved incident closes by itself; nothing: only a person closes.
    pub close_after_resolved_days: Option<u32>,
    /// After so many minutes in which nobody is charged with an incident it warns, whatever its
    /// priority; nothing: it never does.
    #[schema(maximum = 10_080)]
    pub unassigned_minutes: Option<u32>,
    /// How many minutes an incident may stay in a stage, by stage and priority.
    pub stage_targets: StageTargets,
    /// Whether incidents that hang on another one are resolved and closed with it, once no alert
    /// of theirs fires any more. Otherwise their timeline only says that the other one is over.
    pub end_with_parent: bool,
}

impl Default for Policy {
    fn default() -> Policy {
        Policy {
            matrix: Matrix::default(),
            correlation_window_seconds: 300,
            shared_dependency_hops_max: 2,
            growth_items_min: 3,
            restore_after_clear_seconds: Some(60),
            reopen_window_seconds: 3_600,
            reopen_within_days: 7,
            close_after_resolved_days: Some(3),
            unassigned_minutes: Some(5),
            stage_targets: StageTargets::default(),
            end_with_parent: true,
        }
    }
}

impl Policy {
    /// How close two related alerts must come.
    pub fn correlation_window(&self) -> Duration {
        Duration::from_secs(self.correlation_window_seconds.into())
    }

    /// How soon a returning alert belongs to the same incident.
    pub fn reopen_window(&self) -> Duration {
        Duration::from_secs(self.reopen_window_seconds.into())
    }

    /// How long after closing a person may reopen.
    pub fn reopen_within(&self) -> Duration {
        days(self.reopen_within_days)
    }

    /// How long all alerts must be clear before the incident is restored.
    pub fn restore_after_clear(&self) -> Option<Duration> {
        self.restore_after_clear_seconds.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// How long after resolution an incident closes by itself.
    pub fn close_after_resolved(&self) -> Option<Duration> {
        self.close_after_resolved_days.map(days)
    }

    /// How long nobody may be charged with an incident before it warns.
    pub fn unassigned_warning(&self) -> Option<Duration> {
        self.unassigned_minutes.map(|minutes| Duration::from_secs(u64::from(minutes) * 60))
    }
}

fn days(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 86_400)
}

/// The table that gives the priority from impact and urgency, as ITIL has it: both high is the
/// first priority, both low the last, and each step down in one of the two is a step down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriorityMatrix)]
pub struct Matrix {
    /// One row for each impact.
    pub cells: Cells,
}

/// The rows of a [`Matrix`], by impact.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PriorityMatrixCells)]
pub struct Cells {
    /// The whole organisation, or something mission-critical.
    pub high: Row,
    /// A department or several users.
    pub medium: Row,
    /// One user.
    pub low: Row,
}

/// One row of a [`Matrix`], by urgency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the names are the urgencies")]
#[schema(as = PriorityMatrixRow)]
pub struct Row {
    pub high: Priority,
    pub medium: Priority,
    pub low: Priority,
}

impl Default for Cells {
    fn default() -> Cells {
        use Priority::{P1, P2, P3, P4, P5};
        Cells {
            high: Row { high: P1, medium: P2, low: P3 },
            medium: Row { high: P2, medium: P3, low: P4 },
            low: Row { high: P3, medium: P4, low: P5 },
        }
    }
}

impl Matrix {
    /// The priority of this impact and urgency.
    pub fn priority(&self, impact: Impact, urgency: Urgency) -> Priority {
        let row = match impact {
            Impact::High => &self.cells.high,
            Impact::Medium => &self.cells.medium,
            Impact::Low => &self.cells.low,
        };
        match urgency {
            Urgency::High => row.high,
            Urgency::Medium => row.medium,
            Urgency::Low => row.low,
        }
    }

    /// Checks an edited matrix before it is stored.
    ///
    /// # Errors
    /// When more impact or more urgency would give a less important priority.
    pub fn validate(&self) -> Result<(), Refusal> {
        let rising = |row: &Row| row.high <= row.medium && row.medium <= row.low;
        let above = |more: &Row, less: &Row| {
            more.high <= less.high && more.medium <= less.medium && more.low <= less.low
        };
        let Cells { high, medium, low } = &self.cells;
        if !(rising(high) && rising(medium) && rising(low)) {
            return Err(Refusal::invalid(
                "In every row of the matrix, more urgency must not give a lower priority.",
            ));
        }
        if !(above(high, medium) && above(medium, low)) {
            return Err(Refusal::invalid(
                "In every column of the matrix, more impact must not give a lower priority.",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_matrix_is_valid_and_reads_back() {
        let matrix = Matrix::default();
        assert_eq!(matrix.validate(), Ok(()));
        let text = serde_json::to_string(&matrix).unwrap();
        assert!(text.starts_with(r#"{"cells":{"high":{"high":"P1","medium":"P2","low":"P3"}"#));
        assert_eq!(serde_json::from_str::<Matrix>(&text).unwrap(), matrix);
    }

    #[test]
    fn a_matrix_that_ranks_more_impact_lower_is_refused() {
        let mut matrix = Matrix::default();
        matrix.cells.high.low = Priority::P5;
        assert!(matrix.validate().unwrap_err().reason.contains("column"));
        matrix = Matrix::default();
        matrix.cells.medium.high = Priority::P4;
        assert!(matrix.validate().unwrap_err().reason.contains("row"));
    }

    #[test]
    fn a_policy_of_which_only_a_part_is_given_has_the_defaults_for_the_rest() {
        let policy: Policy = serde_json::from_str(r#"{"reopen_window_seconds":5}"#).unwrap();
        assert_eq!(policy, Policy { reopen_window_seconds: 5, ..Policy::default() });
    }
}
