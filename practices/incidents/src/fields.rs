//! The form of every command: what web and command line ask for. They hold no rules of their own.

use kernel::{Choice, Field, FieldKind, Lifecycle, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::incident::Incident;
use crate::verb::Verb;

/// A command that the incident takes now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct AllowedCommand {
    /// Its name in JSON.
    pub command: &'static str,
    /// What a button says.
    pub label: &'static str,
    /// One sentence of help.
    pub help: &'static str,
    /// What it asks for.
    pub fields: &'static [Field],
    /// Whether it replaces what somebody may have seen: then the version that was seen goes with it
    /// (`If-Match`). What only adds something is not refused because something else was noted.
    pub overwrites: bool,
}

impl Incident {
    /// The commands that people may ask for now, in the order in which to offer them. What would
    /// change nothing (a second acknowledgement) or would be refused by its date (reopening a
    /// long closed incident) is left out.
    pub fn allowed(&self, now: Time) -> Vec<AllowedCommand> {
        let offered = |verb: &Verb| match verb {
            Verb::Acknowledge => self.acknowledged_by.as_ref().is_none_or(|by| !by.human()),
            Verb::Merge => !self.is_declared_major(),
            Verb::Reopen => self.may_be_reopened(now),
            Verb::DeclareMajor
            | Verb::DismissMajor
            | Verb::StabiliseMajor
            | Verb::StandDownMajor
            | Verb::ReviewMajor => self.major_allows(*verb),
            Verb::FinishTask => self.tasks.iter().any(|task| task.done_at.is_none()),
            Verb::Detach => self.attached().next().is_some(),
            verb => !verb.system_only(),
        };
        let verbs = Verb::ALL.iter().filter(|verb| self.allows(**verb)).filter(|v| offered(v));
        verbs.map(|verb| verb.allowed_command()).collect()
    }
}

impl Verb {
    /// Its words and its form.
    pub fn allowed_command(self) -> AllowedCommand {
        AllowedCommand {
            command: self.name(),
            label: self.label(),
            help: self.help(),
            fields: self.fields(),
            overwrites: self.overwrites(),
        }
    }

    /// Whether it replaces what stands in the record. Moves from stage to stage do not: a move that
    /// somebody else has made meanwhile is refused by the table of moves, with its reason.
    pub fn overwrites(self) -> bool {
        use Verb::{
            Assign, Detach, Edit, Merge, OverridePriority, SetAffected, SetImpact, SetParent,
            SetRole, SetService, SetTime, SetUrgency,
        };
        matches!(
            self,
            Assign
                | Detach
                | Edit
                | Merge
                | OverridePriority
                | SetAffected
                | SetImpact
                | SetParent
                | SetRole
                | SetService
                | SetTime
                | SetUrgency
        )
    }

    /// What it asks people for. Nothing for what only Operate itself may ask.
    pub fn fields(self) -> &'static [Field] {
        match self {
            Verb::Assign => ASSIGN,
            Verb::Diagnose | Verb::Begin => NOTE,
            Verb::Ready => READY,
            Verb::Restore => RESTORE,
            Verb::Resolve => RESOLVE,
            Verb::Hold => HOLD,
            Verb::Reopen => REOPEN,
            Verb::Cancel => REASON,
            Verb::Merge => MERGE,
            Verb::Comment => COMMENT,
            Verb::AddTask => ADD_TASK,
            Verb::FinishTask => FINISH_TASK,
            Verb::Link => LINK,
            Verb::SetRole => SET_ROLE,
            Verb::SetImpact => SET_IMPACT,
            Verb::SetUrgency => SET_URGENCY,
            Verb::OverridePriority => OVERRIDE_PRIORITY,
            Verb::DeclareMajor => DECLARE_MAJOR,
            Verb::DismissMajor | Verb::StabiliseMajor | Verb::StandDownMajor => REASON,
            Verb::ReviewMajor => REVIEW_MAJOR,
            Verb::Edit => EDIT,
            Verb::SetTime => SET_TIME,
            Verb::SetAffected => SET_AFFECTED,
            Verb::SetService => SET_SERVICE,
            Verb::ConfirmByConsumer => CONFIRM_BY_CONSUMER,
            Verb::SetParent => SET_PARENT,
            Verb::Detach => DETACH,
            Verb::Open => OPEN,
            Verb::Acknowledge | Verb::Close | Verb::Resume => &[],
            Verb::Attach | Verb::MemberCleared | Verb::MemberReturned | Verb::Absorb => &[],
            Verb::Assess | Verb::Weigh | Verb::Notified | Verb::Check | Verb::EndWithParent => &[],
            Verb::ProposeMajor | Verb::MajorAnswered | Verb::MajorUncalled => &[],
            Verb::Lapse => &[],
            Verb::Tick => &[],
        }
    }
}

const NOTE: &[Field] = &[note()];
const REASON: &[Field] = &[reason()];
const ASSIGN: &[Field] = &[
    field("team", FieldKind::Team, "Team").optional(),
    field("assignee", FieldKind::Person, "Person").optional(),
    field("even_if_away", FieldKind::Boolean, "Even if they are away").optional(),
];
const READY: &[Field] = &[field("action", FieldKind::Longtext, "What will be done")];
const RESTORE: &[Field] =
    &[field("at", FieldKind::Time, "Back since (now, if empty)").optional(), note()];
const RESOLVE: &[Field] = &[
    choice("cause_class", "Cause", CAUSE_CLASSES),
    choice("resolution_code", "Resolution", RESOLUTION_CODES),
    note(),
    field("outage_end", FieldKind::Time, "End of the outage, if recorded wrong").optional(),
];
const HOLD: &[Field] = &[choice("reason", "Waiting for", HOLD_REASONS), note()];
const REOPEN: &[Field] = &[
    field("reason", FieldKind::Longtext, "What was seen"),
    field("at", FieldKind::Time, "Away since (now, if empty)").optional(),
];
const MERGE: &[Field] = &[field("into", FieldKind::Incident, "Continue in")];
const COMMENT: &[Field] = &[
    field("text", FieldKind::Longtext, "Comment"),
    field("public", FieldKind::Boolean, "For the consumer, too").optional(),
];
const ADD_TASK: &[Field] = &[
    field("title", FieldKind::Text, "What has to be done"),
    field("assignee", FieldKind::Person, "By whom").optional(),
];
const FINISH_TASK: &[Field] = &[field("task", FieldKind::Task, "Task")];
const LINK: &[Field] = &[
    field("url", FieldKind::Text, "Address"),
    field("title", FieldKind::Text, "Title"),
    choice("kind", "Kind", LINK_KINDS),
];
const SET_ROLE: &[Field] = &[
    choice("role", "Role", ROLES),
    field("person", FieldKind::Person, "Who (nobody, if empty)").optional(),
];
const SET_IMPACT: &[Field] =
    &[choice("impact", "Impact (computed, if empty)", LEVELS).optional(), reason()];
const SET_URGENCY: &[Field] =
    &[choice("urgency", "Urgency (computed, if empty)", LEVELS).optional(), reason()];
const OVERRIDE_PRIORITY: &[Field] =
    &[choice("priority", "Priority (by the matrix, if empty)", PRIORITIES).optional(), reason()];
const REVIEW_MAJOR: &[Field] =
    &[field("outcome", FieldKind::Longtext, "What was learned, or where it is written")];
const DECLARE_MAJOR: &[Field] =
    &[field("reason", FieldKind::Longtext, "Why (as proposed, if empty)").optional()];
const EDIT: &[Field] = &[
    field("title", FieldKind::Text, "Title").optional(),
    field("description", FieldKind::Longtext, "Description").optional(),
];
const SET_TIME: &[Field] = &[
    choice("which", "Which time", TIME_POINTS),
    field("at", FieldKind::Time, "Right value"),
    field("reason", FieldKind::Longtext, "How it is known"),
];
const SET_AFFECTED: &[Field] =
    &[field("users", FieldKind::Number, "Affected users").optional(), note()];
const SET_SERVICE: &[Field] = &[
    choice("service", "How bad it is", SERVICE_STATES),
    field("from", FieldKind::Time, "Since (from its beginning, if empty)").optional(),
    field("reason", FieldKind::Longtext, "How it is known"),
];
const CONFIRM_BY_CONSUMER: &[Field] = &[
    field("who", FieldKind::Text, "Who says so"),
    field("said", FieldKind::Longtext, "What they said"),
];
const SET_PARENT: &[Field] =
    &[field("parent", FieldKind::Incident, "Hangs on (nothing, if empty)").optional()];
const DETACH: &[Field] = &[field("alert", FieldKind::Alert, "Alert"), reason()];
const OPEN: &[Field] = &[
    field("title", FieldKind::Text, "What is wrong"),
    field("description", FieldKind::Longtext, "Description").optional(),
    field("item", FieldKind::Item, "What is hit").optional(),
    choice("severity", "Severity", SEVERITIES).optional(),
    choice("impact", "Impact", LEVELS).optional(),
    choice("urgency", "Urgency", LEVELS).optional(),
    field("started_at", FieldKind::Time, "Began").optional(),
];

const fn field(name: &'static str, kind: FieldKind, label: &'static str) -> Field {
    Field::new(name, kind, label)
}

const fn choice(name: &'static str, label: &'static str, options: &'static [Choice]) -> Field {
    Field::choice(name, label, options)
}

const fn note() -> Field {
    field("note", FieldKind::Longtext, "Note").optional()
}

const fn reason() -> Field {
    field("reason", FieldKind::Longtext, "Reason")
}

/// Writes a list of choices: value in JSON, then what people read.
macro_rules! choices {
    ($($name:ident: $($value:literal $label:literal),+;)*) => {$(
        const $name: &[Choice] = &[$(Choice { value: $value, label: $label }),+];
    )*};
}

choices! {
    CAUSE_CLASSES:
        "technology" "Technology: a machine or a program failed",
        "human" "Human: somebody made a mistake",
        "external" "External: something outside the organisation",
        "unauthorised_change" "Unauthorised change",
        "unknown" "Unknown";
    RESOLUTION_CODES:
        "fixed" "Fixed: the cause is removed",
        "workaround" "Workaround: the effect is removed",
        "self_cleared" "Went away by itself",
        "not_reproducible" "Could not be seen again",
        "duplicate" "Duplicate of another incident",
        "no_fault_found" "No fault found";
    HOLD_REASONS:
        "consumer" "The consumer has to answer",
        "supplier" "A supplier has to act",
        "change" "A change has to be carried out",
        "accepted_risk" "The risk is accepted for now";
    LINK_KINDS:
        "runbook" "Runbook", "ticket" "Ticket", "dashboard" "Dashboard", "other" "Other";
    ROLES:
        "commander" "Commander: leads and decides",
        "operations" "Operations: changes the systems",
        "communications" "Communications: tells everybody else",
        "scribe" "Scribe: writes down what happens";
    LEVELS: "high" "High", "medium" "Medium", "low" "Low";
    SEVERITIES:
        "critical" "Critical: nothing works",
        "error" "Error: something does not work",
        "warning" "Warning: will become an error",
        "info" "Info: worth knowing";
    SERVICE_STATES:
        "down" "Down: it does not work",
        "degraded" "Degraded: it works, but not as agreed";
    PRIORITIES: "P1" "P1", "P2" "P2", "P3" "P3", "P4" "P4", "P5" "P5";
    TIME_POINTS:
        "started" "Started", "detected" "Detected", "reported" "Reported",
        "notified" "Notified", "acknowledged" "Acknowledged", "diagnosed" "Diagnosed",
        "restored" "Restored", "resolved" "Resolved", "closed" "Closed";
}
