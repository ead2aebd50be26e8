use kernel::{Actor, AlertId, Impact, IncidentId, ItemRef, Priority, TaskId, Time, Urgency};
use serde::{Deserialize, Serialize};

use crate::beginning::Opened;
use crate::checks::Check;
use crate::codes::{CauseClass, HoldReason, ResolutionCode};
use crate::incident::{Role, Severity};
use crate::member::Member;
use crate::priority::{Hit, PriorityLine, Stake};
use crate::service::ServiceState;
use crate::stage::Stage;
use crate::times::{Beginning, Source, Stamp, TimePoint};
use crate::written::LinkKind;

/// Something that happened to an incident: when, by whom, and what.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// When it was decided. Never earlier than the event before it.
    pub at: Time,
    /// Who made it so.
    pub by: Actor,
    /// What happened; written flat beside the two above, with its name in `event`.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen to an incident.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// Begins the life.
    Opened(Box<Opened>),
    /// Somebody took it. The journal's actor may be a stream that passes the word on.
    Acknowledged {
        /// Who took it.
        acknowledged_by: Actor,
        /// When.
        acknowledged_at: Time,
    },
    /// A team or a person is charged with it.
    Assigned {
        /// The team.
        team: Option<ItemRef>,
        /// The person.
        assignee: Option<ItemRef>,
        /// Why these.
        because: String,
    },
    /// The diagnosis began, or began again.
    DiagnosisStarted {
        /// What is suspected.
        note: String,
    },
    /// The cause or the course of action became known.
    ActionChosen {
        /// What will be done.
        action: String,
    },
    /// Work on the action began.
    ResolvingStarted {
        /// Anything to add.
        note: String,
    },
    /// The service is back.
    Restored {
        /// Since when.
        restored_at: Time,
        /// Where that time comes from.
        source: Source,
        /// How it is known.
        because: String,
    },
    /// The service broke again before the incident was resolved.
    Relapsed {
        /// Since when.
        relapsed_at: Time,
        /// The stage that goes on.
        to: Stage,
        /// How it is known.
        because: String,
    },
    /// The work is done.
    Resolved {
        /// The kind of cause.
        cause_class: CauseClass,
        /// How it ended.
        resolution_code: ResolutionCode,
        /// Anything to add.
        note: String,
    },
    /// It is finished.
    Closed {
        /// Why now, when nobody asked for it.
        because: String,
    },
    /// It came back after it was resolved or closed.
    Reopened {
        /// Since when the service is away again.
        relapsed_at: Time,
        /// What was seen.
        reason: String,
    },
    /// It waits for somebody else.
    Held {
        /// For whom.
        reason: HoldReason,
        /// Details.
        note: String,
    },
    /// It goes on where it was put on hold.
    Resumed {},
    /// It was no incident.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// It continues in another incident.
    Merged {
        /// Where.
        into: IncidentId,
    },
    /// It took over what a merged incident held.
    Absorbed {
        /// The merged incident.
        child: IncidentId,
        /// Its number.
        number: u64,
        /// Those of its alerts that are new here.
        members: Vec<Member>,
        /// How it began.
        beginning: Beginning,
        /// What people named in it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        reported_items: Vec<ItemRef>,
        /// How grave people said that it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stated_severity: Option<Severity>,
    },
    /// An alert joined.
    Attached {
        /// The alert, as a member.
        member: Member,
    },
    /// A person took an alert out.
    Detached {
        /// Which.
        alert: AlertId,
        /// Why.
        reason: String,
    },
    /// An alert of the incident cleared.
    MemberCleared {
        /// Which.
        alert: AlertId,
        /// What it says.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
        /// When.
        cleared_at: Time,
    },
    /// A cleared alert of the incident fires again.
    MemberReturned {
        /// Which.
        alert: AlertId,
        /// What it says.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
        /// When.
        returned_at: Time,
        /// Whether it only says that something is about to fail.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        potential: bool,
        /// When its boundary will be crossed, as far as it says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        boundary_at: Option<Time>,
    },
    /// What was potential has happened: from here on it is an incident like any other, and
    /// somebody has to take it (again).
    Occurred {
        /// Since when, as far as is known.
        started: Option<Stamp>,
        /// How it is known.
        because: String,
    },
    /// Another item is the likely cause now.
    MainItemChosen {
        /// Which.
        item: ItemRef,
        /// Why.
        because: String,
        /// The title that follows from it, unless a person gave one.
        title: Option<String>,
    },
    /// The estate said what is hit.
    Assessed {
        /// The hits that matter most, the worst first.
        hits: Vec<Hit>,
        /// Use cases hit.
        usecases: Vec<ItemRef>,
        /// Products hit.
        products: Vec<ItemRef>,
        /// Services hit.
        services: Vec<ItemRef>,
    },
    /// It is known what contracts have at stake.
    Weighed {
        /// All of them.
        stakes: Vec<Stake>,
    },
    /// The calculation of the priority came out differently.
    Prioritised {
        /// How much is hit.
        impact: Impact,
        /// How soon it must be dealt with.
        urgency: Urgency,
        /// The order of work.
        priority: Priority,
        /// The calculation, line by line.
        lines: Vec<PriorityLine>,
    },
    /// A person said how much is hit; nothing: the calculation decides again.
    ImpactSet {
        /// How much.
        impact: Option<Impact>,
        /// Why.
        reason: String,
    },
    /// A person said how soon; nothing: the calculation decides again.
    UrgencySet {
        /// How soon.
        urgency: Option<Urgency>,
        /// Why.
        reason: String,
    },
    /// A person set the priority; nothing: the matrix decides again.
    PriorityOverridden {
        /// Which.
        priority: Option<Priority>,
        /// Why.
        reason: String,
    },
    /// Somebody wrote something down.
    Commented {
        /// What.
        text: String,
        /// Whether it is for the consumer, too, who reads it on what she reported.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        public: bool,
        /// Whether the consumer wrote it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_consumer: bool,
    },
    /// A task was noted.
    TaskAdded {
        /// Its id.
        task: TaskId,
        /// What has to be done.
        title: String,
        /// By whom.
        assignee: Option<ItemRef>,
    },
    /// A task was done.
    TaskFinished {
        /// Which.
        task: TaskId,
    },
    /// A link was added.
    Linked {
        /// Where to.
        url: String,
        /// What people read.
        title: String,
        /// What is there.
        kind: LinkKind,
    },
    /// A role was given or taken back.
    RoleSet {
        /// Which.
        role: Role,
        /// To whom.
        person: Option<ItemRef>,
    },
    /// Title or description changed.
    Edited {
        /// The new title.
        title: Option<String>,
        /// The new description.
        description: Option<String>,
    },
    /// A time was corrected.
    TimeSet {
        /// Which.
        which: TimePoint,
        /// The new value.
        stamp: Stamp,
        /// The value before.
        before: Option<Stamp>,
        /// How it is known.
        reason: String,
    },
    /// Who is affected was recorded.
    AffectedSet {
        /// How many users.
        users: Option<u64>,
        /// How.
        note: String,
    },
    /// A person said how bad it was from when on.
    ServiceSet {
        /// How bad.
        service: ServiceState,
        /// From when on.
        from: Time,
        /// How it is known.
        reason: String,
    },
    /// The first page reached somebody.
    Notified {
        /// When.
        notified_at: Time,
    },
    /// So much is hit that it may be a major incident.
    MajorProposed {
        /// Why, in words.
        because: String,
        /// What of that was not known before.
        grounds: Vec<ItemRef>,
    },
    /// It is a major incident.
    MajorDeclared {
        /// Why.
        reason: String,
    },
    /// It is none, or none any more before anybody declared it.
    MajorDismissed {
        /// Why.
        reason: String,
    },
    /// It needs the team for major incidents no longer.
    MajorStoodDown {
        /// Why.
        reason: String,
    },
    /// It gets no worse.
    MajorStabilised {
        /// What it is held by.
        reason: String,
    },
    /// People looked back at it.
    MajorReviewed {
        /// What was learned, or where it is written.
        outcome: String,
    },
    /// Somebody answered for the team for major incidents.
    MajorAnswered {
        /// Who.
        answered_by: Actor,
    },
    /// Nobody could be called for the major incident.
    MajorUncalled {
        /// Why, and how to mend it.
        because: String,
    },
    /// Nobody was charged with it for longer than the policy allows.
    UnassignedTooLong {
        /// For how long, in minutes.
        minutes: u32,
    },
    /// Most of the time that it may stay in its stage is over.
    StageDueSoon {
        /// How long it may, in minutes.
        target_minutes: u32,
        /// When that is over.
        due_at: Time,
    },
    /// It is in its stage for longer than it should be.
    StageOverdue {
        /// How long it may, in minutes.
        target_minutes: u32,
    },
    /// Whoever took it did nothing for too long: somebody has to take it again.
    AcknowledgementLapsed {
        /// Why.
        because: String,
    },
    /// It was checked whether it holds.
    Checked {
        /// The stage that was checked.
        stage: Stage,
        /// What was looked at, and what it came to.
        checks: Vec<Check>,
    },
    /// The consumer said that it works again.
    ConsumerConfirmed {
        /// Who said so.
        who: String,
        /// In which words.
        said: String,
    },
    /// It hangs on another incident, or on none any more.
    ParentSet {
        /// The other incident.
        parent: Option<IncidentId>,
        /// Its number.
        number: u64,
    },
    /// The incident on which it hangs is over, or the one in which it continues.
    ParentEnded {
        /// The number of the other incident.
        number: u64,
        /// Whether the other one is closed, too.
        closed: bool,
        /// Why this one stays open nevertheless; empty when it does not.
        stays_because: String,
        /// Whether it heard before that the other one is over.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        again: bool,
    },
}

impl What {
    /// The snake-case name, as journal entries and JSON carry it.
    pub fn name(&self) -> &'static str {
        match self {
            What::Opened(_) => "opened",
            What::Acknowledged { .. } => "acknowledged",
            What::Assigned { .. } => "assigned",
            What::DiagnosisStarted { .. } => "diagnosis_started",
            What::ActionChosen { .. } => "action_chosen",
            What::ResolvingStarted { .. } => "resolving_started",
            What::Restored { .. } => "restored",
            What::Relapsed { .. } => "relapsed",
            What::Resolved { .. } => "resolved",
            What::Closed { .. } => "closed",
            What::Reopened { .. } => "reopened",
            What::Held { .. } => "held",
            What::Resumed {} => "resumed",
            What::Cancelled { .. } => "cancelled",
            What::Merged { .. } => "merged",
            What::Absorbed { .. } => "absorbed",
            What::Attached { .. } => "attached",
            What::Detached { .. } => "detached",
            What::MemberCleared { .. } => "member_cleared",
            What::MemberReturned { .. } => "member_returned",
            What::Occurred { .. } => "occurred",
            What::MainItemChosen { .. } => "main_item_chosen",
            What::Assessed { .. } => "assessed",
            What::Weighed { .. } => "weighed",
            What::Prioritised { .. } => "prioritised",
            What::ImpactSet { .. } => "impact_set",
            What::UrgencySet { .. } => "urgency_set",
            What::PriorityOverridden { .. } => "priority_overridden",
            What::Commented { .. } => "commented",
            What::TaskAdded { .. } => "task_added",
            What::TaskFinished { .. } => "task_finished",
            What::Linked { .. } => "linked",
            What::RoleSet { .. } => "role_set",
            What::Edited { .. } => "edited",
            What::TimeSet { .. } => "time_set",
            What::AffectedSet { .. } => "affected_set",
            What::ServiceSet { .. } => "service_set",
            What::Notified { .. } => "notified",
            What::MajorProposed { .. } => "major_proposed",
            What::MajorDeclared { .. } => "major_declared",
            What::MajorDismissed { .. } => "major_dismissed",
            What::MajorStoodDown { .. } => "major_stood_down",
            What::MajorStabilised { .. } => "major_stabilised",
            What::MajorReviewed { .. } => "major_reviewed",
            What::MajorAnswered { .. } => "major_answered",
            What::MajorUncalled { .. } => "major_uncalled",
            What::UnassignedTooLong { .. } => "unassigned_too_long",
            What::StageDueSoon { .. } => "stage_due_soon",
            What::StageOverdue { .. } => "stage_overdue",
            What::AcknowledgementLapsed { .. } => "acknowledgement_lapsed",
            What::Checked { .. } => "checked",
            What::ConsumerConfirmed { .. } => "consumer_confirmed",
            What::ParentSet { .. } => "parent_set",
            What::ParentEnded { .. } => "parent_ended",
        }
    }
}
