use std::fmt;

use kernel::Allowed;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::verb::Verb;

/// Where an incident is in its life. Names and order follow ITIL's incident life cycle.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentStage)]
pub enum Stage {
    /// Known, and nobody is charged with it yet.
    New,
    /// A team or a person is charged with it.
    Assigned,
    /// Somebody looks for the cause or for a way around it.
    Diagnosing,
    /// The cause or the course of action is known.
    ActionReady,
    /// The action is being carried out.
    Resolving,
    /// The service is back in its agreed state; a workaround counts. Work may be left.
    Restored,
    /// The work is done; cause class and resolution code are recorded.
    Resolved,
    /// Finished.
    Closed,
    /// Waiting for somebody else; goes back to the stage it came from.
    OnHold,
    /// Was no incident.
    Cancelled,
    /// Continued in another incident.
    Merged,
}

/// The three phases in which Operate speaks of work on an incident, and the end.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = IncidentPhase)]
pub enum Phase {
    /// Noticed and handed to somebody.
    Detect,
    /// The cause is looked for.
    Diagnose,
    /// It is being put right.
    Resolve,
    /// Nothing is left to do.
    Done,
}

impl Stage {
    /// Every stage, in the order of an ordinary life; the side stages last.
    pub const ALL: [Stage; 11] = [
        Stage::New,
        Stage::Assigned,
        Stage::Diagnosing,
        Stage::ActionReady,
        Stage::Resolving,
        Stage::Restored,
        Stage::Resolved,
        Stage::Closed,
        Stage::OnHold,
        Stage::Cancelled,
        Stage::Merged,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Stage::New => "new",
            Stage::Assigned => "assigned",
            Stage::Diagnosing => "diagnosing",
            Stage::ActionReady => "action ready",
            Stage::Resolving => "resolving",
            Stage::Restored => "restored",
            Stage::Resolved => "resolved",
            Stage::Closed => "closed",
            Stage::OnHold => "on hold",
            Stage::Cancelled => "cancelled",
            Stage::Merged => "merged",
        }
    }

    /// What whoever is charged with the incident does next.
    pub fn next_step(self) -> &'static str {
        match self {
            Stage::New => "Acknowledge it, or assign it to a team.",
            Stage::Assigned => "Start the diagnosis, or cancel it if it is no incident.",
            Stage::Diagnosing => "Find the cause or a way around it; then say what will be done.",
            Stage::ActionReady => "Carry the action out.",
            Stage::Resolving => "Bring the service back; then mark it restored.",
            Stage::Restored => "Finish the work; then resolve it with cause and resolution.",
            Stage::Resolved => "Check that it holds; then close it.",
            Stage::Closed => "Nothing is left to do.",
            Stage::OnHold => "Resume it when the other party has answered.",
            Stage::Cancelled => "Nothing is left to do: it was no incident.",
            Stage::Merged => "Continue in the incident it was merged into.",
        }
    }

    /// The phase of this stage. On hold counts by the stage before it: ask
    /// [`Incident::phase`](crate::Incident::phase) where the record is at hand.
    pub fn phase(self) -> Phase {
        match self {
            Stage::New | Stage::Assigned => Phase::Detect,
            Stage::Diagnosing | Stage::ActionReady | Stage::OnHold => Phase::Diagnose,
            Stage::Resolving | Stage::Restored | Stage::Resolved => Phase::Resolve,
            Stage::Closed | Stage::Cancelled | Stage::Merged => Phase::Done,
        }
    }

    /// Whether work may be left: every stage before resolved, and on hold.
    pub fn is_open(self) -> bool {
        self <= Stage::Restored || self == Stage::OnHold
    }

    /// Whether the service is not back yet and somebody works on it, or should.
    pub fn is_working(self) -> bool {
        self < Stage::Restored
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// The one table of allowed moves.
///
/// Follows ITIL's life of an incident (noticed, diagnosed, resolved, recovered, restored, closed)
/// and goes beyond it in three places, because the world does not ask:
/// - `restore` from every working stage: alerts clear when they clear, also before anybody came.
/// - `diagnose` again from action ready and resolving: a fix that fails leads back to the cause.
/// - `reopen` from restored: a person sees that the service is not back.
///
/// News of members (`member_cleared`, `member_returned`) is also taken where the life is over, so
/// that nothing is lost in a race; streams pass a merged child's news on to its parent.
// One row for each stage: first the moves, then the notes, then the news from the system.
#[rustfmt::skip]
pub const ALLOWED: &[Allowed<Stage, Verb>] = {
    use Verb::*;
    &[
        Allowed { stage: Stage::New, verbs: &[
            Acknowledge, Assign, Restore, Hold, Cancel, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, SetParent, Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified,
            EndWithParent, Lapse, Tick,
        ] },
        Allowed { stage: Stage::Assigned, verbs: &[
            Acknowledge, Assign, Diagnose, Restore, Hold, Cancel, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, SetParent, Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified,
            EndWithParent, Lapse, Tick,
        ] },
        Allowed { stage: Stage::Diagnosing, verbs: &[
            Acknowledge, Assign, Ready, Restore, Hold, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, SetParent, Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified,
            EndWithParent, Lapse, Tick,
        ] },
        Allowed { stage: Stage::ActionReady, verbs: &[
            Acknowledge, Assign, Diagnose, Begin, Restore, Hold, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, SetParent, Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified,
            EndWithParent, Lapse, Tick,
        ] },
        Allowed { stage: Stage::Resolving, verbs: &[
            Acknowledge, Assign, Diagnose, Restore, Hold, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, SetParent, Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified,
            EndWithParent, Lapse, Tick,
        ] },
        Allowed { stage: Stage::Restored, verbs: &[
            Acknowledge, Assign, Resolve, Hold, Reopen, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, ConfirmByConsumer, SetParent,
            Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified, Check,
            EndWithParent, Tick,
        ] },
        Allowed { stage: Stage::Resolved, verbs: &[
            Close, Reopen, ReviewMajor,
            Comment, AddTask, FinishTask, Link, Edit, SetTime, SetAffected, SetService,
            ConfirmByConsumer,
            MemberCleared, MemberReturned, Notified, Check, EndWithParent, Tick,
        ] },
        Allowed { stage: Stage::Closed, verbs: &[
            Reopen, ReviewMajor,
            Comment, FinishTask, Link, SetTime, SetAffected, SetService, ConfirmByConsumer,
            MemberCleared, MemberReturned, Notified, Tick,
        ] },
        Allowed { stage: Stage::OnHold, verbs: &[
            Acknowledge, Assign, Resume, Merge,
            Comment, AddTask, FinishTask, Link, SetRole, SetImpact, SetUrgency, OverridePriority,
            DeclareMajor, DismissMajor, StabiliseMajor, StandDownMajor, ReviewMajor,
            Edit, SetTime, SetAffected, SetService, SetParent, Detach,
            Attach, MemberCleared, MemberReturned, Absorb, Assess, Weigh, ProposeMajor,
            MajorAnswered, MajorUncalled, Notified,
            EndWithParent, Tick,
        ] },
        Allowed { stage: Stage::Cancelled, verbs: &[
            Comment, Link,
            MemberCleared, Notified, Tick,
        ] },
        Allowed { stage: Stage::Merged, verbs: &[
            Comment, Link,
            MemberCleared, MemberReturned, Notified, EndWithParent, Tick,
        ] },
    ]
};
