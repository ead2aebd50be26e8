use kernel::{Actor, AlertId, Impact, IncidentId, ItemRef, Priority, TaskId, Time, Urgency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::beginning::{Absorb, Attach, Open};
use crate::checks::Evidence;
use crate::codes::{CauseClass, HoldReason, ResolutionCode};
use crate::incident::Role;
use crate::priority::{Assessment, Stake};
use crate::service::ServiceState;
use crate::times::TimePoint;
use crate::verb::Verb;
use crate::written::LinkKind;

/// What can be asked of an incident. The same enum stands behind HTTP, command line and web;
/// [`Verb`] has the words for people, [`Verb::fields`] the form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = IncidentCommand)]
pub enum Command {
    /// Take it: you look into it, and nobody else is called.
    Acknowledge {
        /// Who took it, where Operate passes on what a person did elsewhere (a link in a page).
        /// Refused from anybody else.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<Actor>,
        /// When, for the same case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Time>,
        /// Who takes it, as an item of the estate; becomes the assignee when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<ItemRef>,
    },
    /// Charge a team or a person with it. Another team without a person clears the assignee.
    Assign {
        /// Which team.
        #[serde(default)]
        team: Option<ItemRef>,
        /// Which person.
        #[serde(default)]
        assignee: Option<ItemRef>,
        /// Why, in a few words: `owner of service/orders`.
        #[serde(default)]
        because: Option<String>,
        /// Charge the person although they are away.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        even_if_away: bool,
    },
    /// Start looking for the cause; also when the cause turned out to be another.
    Diagnose {
        /// What is suspected.
        #[serde(default)]
        note: Option<String>,
    },
    /// The cause or the course of action is known.
    Ready {
        /// What will be done.
        action: String,
    },
    /// Start carrying the action out.
    Begin {
        /// Anything to add.
        #[serde(default)]
        note: Option<String>,
    },
    /// The service is back in its agreed state; a workaround counts. The downtime ends.
    Restore {
        /// When it came back; now, if not given.
        #[serde(default)]
        at: Option<Time>,
        /// How.
        #[serde(default)]
        note: Option<String>,
    },
    /// The work is done: say what kind of cause it had and how it was resolved.
    Resolve {
        /// The kind of cause.
        cause_class: CauseClass,
        /// How it ended.
        resolution_code: ResolutionCode,
        /// Anything to add.
        #[serde(default)]
        note: Option<String>,
        /// When the service was back, if the recorded time is wrong.
        #[serde(default)]
        outage_end: Option<Time>,
    },
    /// Finish it.
    Close {},
    /// Wait for somebody else; it goes back to where it was on resume.
    Hold {
        /// Whom or what it waits for.
        reason: HoldReason,
        /// Details.
        #[serde(default)]
        note: Option<String>,
    },
    /// Go on where it was put on hold.
    Resume {},
    /// The service is not back, or broke again for the same cause.
    Reopen {
        /// What was seen.
        reason: String,
        /// Since when it is away again; now where nothing is said. Where it never was back, the
        /// time at which it was restored.
        #[serde(default)]
        at: Option<Time>,
    },
    /// It was no incident.
    Cancel {
        /// Why.
        reason: String,
    },
    /// It is the same as another incident: continue there. The shell asks
    /// [`Incident::can_absorb`](crate::Incident::can_absorb) of the other one first.
    Merge {
        /// The other incident.
        into: IncidentId,
    },
    /// Write something down for everybody who works on it.
    Comment {
        /// What.
        text: String,
        /// Whether it is for the consumer, too, who reads it on what she reported.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        public: bool,
        /// Whether the consumer writes it; only her own desk says so, and no JSON can.
        #[serde(skip)]
        by_consumer: bool,
    },
    /// Note something that has to be done.
    AddTask {
        /// What.
        title: String,
        /// By whom.
        #[serde(default)]
        assignee: Option<ItemRef>,
    },
    /// Tick a task off.
    FinishTask {
        /// Which.
        task: TaskId,
    },
    /// Add a link to a runbook, a ticket, a dashboard.
    Link {
        /// Where to: http or https.
        url: String,
        /// What people read.
        title: String,
        /// What is there.
        kind: LinkKind,
    },
    /// Give somebody a role in this incident, or take it back.
    SetRole {
        /// Which role.
        role: Role,
        /// Who; nobody takes the role back.
        #[serde(default)]
        person: Option<ItemRef>,
    },
    /// Say how much is hit, where the calculation is wrong; without a value it is computed again.
    SetImpact {
        /// How much.
        #[serde(default)]
        impact: Option<Impact>,
        /// Why.
        reason: String,
    },
    /// Say how soon it must be dealt with; without a value it is computed again.
    SetUrgency {
        /// How soon.
        #[serde(default)]
        urgency: Option<Urgency>,
        /// Why.
        reason: String,
    },
    /// Set the priority against the matrix; without a value the matrix decides again.
    OverridePriority {
        /// Which.
        #[serde(default)]
        priority: Option<Priority>,
        /// Why.
        reason: String,
    },
    /// Declare a major incident: the team for that is called, beside whoever is called already.
    DeclareMajor {
        /// Why; as proposed, when it was proposed and nothing else is said.
        #[serde(default)]
        reason: Option<String>,
    },
    /// It is no major incident: it is not proposed again unless more is hit.
    DismissMajor {
        /// Why.
        reason: String,
    },
    /// The major incident gets no worse: what is hit is contained, the work goes on.
    StabiliseMajor {
        /// What it is held by.
        reason: String,
    },
    /// It needs the team for major incidents no longer.
    StandDownMajor {
        /// Why.
        reason: String,
    },
    /// Say what looking back at the major incident together came to.
    ReviewMajor {
        /// What was learned, or where it is written.
        outcome: String,
    },
    /// Change title or description.
    Edit {
        /// The new title.
        #[serde(default)]
        title: Option<String>,
        /// The new description.
        #[serde(default)]
        description: Option<String>,
    },
    /// Correct one of its times; the earlier value is kept.
    SetTime {
        /// Which time.
        which: TimePoint,
        /// The right value.
        at: Time,
        /// How it is known.
        reason: String,
    },
    /// Record who is affected.
    SetAffected {
        /// How many users; nothing: unknown.
        #[serde(default)]
        users: Option<u64>,
        /// How they are affected.
        #[serde(default)]
        note: Option<String>,
    },
    /// Say whether it does not work at all or only not as agreed: contracts count that apart.
    SetService {
        /// How bad it is.
        service: ServiceState,
        /// From when on; from its beginning when not said.
        #[serde(default)]
        from: Option<Time>,
        /// How it is known.
        reason: String,
    },
    /// The consumer says that it works again.
    ConfirmByConsumer {
        /// Who said so.
        who: String,
        /// In which words.
        said: String,
    },
    /// It hangs on another incident, and ends with it; without one it stands on its own again.
    /// The shell asks [`Incident::can_lead`](crate::Incident::can_lead) of the other one first.
    SetParent {
        /// The other incident.
        #[serde(default)]
        parent: Option<IncidentId>,
        /// Its number, for the timeline; the shell fills it in.
        #[serde(default)]
        number: u64,
    },
    /// This alert belongs elsewhere: take it out and do not bring it back.
    Detach {
        /// Which alert.
        alert: AlertId,
        /// Why.
        reason: String,
    },
    /// Open an incident.
    Open(Box<Open>),
    /// Add an alert that has the same cause.
    Attach(Box<Attach>),
    /// An alert of this incident cleared.
    MemberCleared {
        /// Which alert.
        alert: AlertId,
        /// When.
        at: Time,
    },
    /// A cleared alert of this incident fires again. Ask
    /// [`Incident::takes_back`](crate::Incident::takes_back) first: outside the window it is
    /// refused, and a new incident is due.
    MemberReturned {
        /// Which alert.
        alert: AlertId,
        /// When.
        at: Time,
        /// Whether it only says that something is about to fail.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        potential: bool,
        /// When its boundary will be crossed, as far as it says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        boundary_at: Option<Time>,
    },
    /// Take over what a merged incident held.
    Absorb(Box<Absorb>),
    /// Take in what the estate says about the items that are hit.
    Assess(Assessment),
    /// Take in what contracts have at stake.
    Weigh {
        /// All of them; what was known before is replaced.
        stakes: Vec<Stake>,
    },
    /// The first page reached somebody.
    Notified {
        /// When.
        at: Time,
    },
    /// So much is hit that a person should declare a major incident, or say that it is none.
    ProposeMajor {
        /// Why, in words.
        because: String,
        /// What is hit and speaks for it; nothing new is proposed for what was named before.
        grounds: Vec<ItemRef>,
    },
    /// Somebody answered for the team for major incidents.
    MajorAnswered {
        /// Who.
        by: Actor,
        /// The same as a person of the estate; leads when nobody does.
        #[serde(default)]
        person: Option<ItemRef>,
    },
    /// Nobody could be called for the major incident.
    MajorUncalled {
        /// Why, and how to mend it.
        because: String,
    },
    /// Check that it holds, by what is known about alerts and calls.
    Check(Evidence),
    /// The incident on which it hangs is over.
    EndWithParent {
        /// The other incident's number.
        number: u64,
        /// The kind of cause of the other one.
        cause_class: CauseClass,
        /// How the other one ended.
        resolution_code: ResolutionCode,
        /// Whether the other one is closed, too.
        closed: bool,
    },
    /// Whoever took it did nothing for too long, and is called again: it waits for somebody to take
    /// it.
    Lapse {
        /// Why, in a few words.
        because: String,
    },
    /// A deadline of this incident has come.
    Tick {},
}

impl Command {
    /// Its verb.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Acknowledge { .. } => Verb::Acknowledge,
            Command::Assign { .. } => Verb::Assign,
            Command::Diagnose { .. } => Verb::Diagnose,
            Command::Ready { .. } => Verb::Ready,
            Command::Begin { .. } => Verb::Begin,
            Command::Restore { .. } => Verb::Restore,
            Command::Resolve { .. } => Verb::Resolve,
            Command::Close {} => Verb::Close,
            Command::Hold { .. } => Verb::Hold,
            Command::Resume {} => Verb::Resume,
            Command::Reopen { .. } => Verb::Reopen,
            Command::Cancel { .. } => Verb::Cancel,
            Command::Merge { .. } => Verb::Merge,
            Command::Comment { .. } => Verb::Comment,
            Command::AddTask { .. } => Verb::AddTask,
            Command::FinishTask { .. } => Verb::FinishTask,
            Command::Link { .. } => Verb::Link,
            Command::SetRole { .. } => Verb::SetRole,
            Command::SetImpact { .. } => Verb::SetImpact,
            Command::SetUrgency { .. } => Verb::SetUrgency,
            Command::OverridePriority { .. } => Verb::OverridePriority,
            Command::DeclareMajor { .. } => Verb::DeclareMajor,
            Command::DismissMajor { .. } => Verb::DismissMajor,
            Command::StabiliseMajor { .. } => Verb::StabiliseMajor,
            Command::StandDownMajor { .. } => Verb::StandDownMajor,
            Command::ReviewMajor { .. } => Verb::ReviewMajor,
            Command::Edit { .. } => Verb::Edit,
            Command::SetTime { .. } => Verb::SetTime,
            Command::SetAffected { .. } => Verb::SetAffected,
            Command::SetService { .. } => Verb::SetService,
            Command::ConfirmByConsumer { .. } => Verb::ConfirmByConsumer,
            Command::SetParent { .. } => Verb::SetParent,
            Command::Detach { .. } => Verb::Detach,
            Command::Open(_) => Verb::Open,
            Command::Attach(_) => Verb::Attach,
            Command::MemberCleared { .. } => Verb::MemberCleared,
            Command::MemberReturned { .. } => Verb::MemberReturned,
            Command::Absorb(_) => Verb::Absorb,
            Command::Assess(_) => Verb::Assess,
            Command::Weigh { .. } => Verb::Weigh,
            Command::Notified { .. } => Verb::Notified,
            Command::ProposeMajor { .. } => Verb::ProposeMajor,
            Command::MajorAnswered { .. } => Verb::MajorAnswered,
            Command::MajorUncalled { .. } => Verb::MajorUncalled,
            Command::Check(_) => Verb::Check,
            Command::EndWithParent { .. } => Verb::EndWithParent,
            Command::Lapse { .. } => Verb::Lapse,
            Command::Tick {} => Verb::Tick,
        }
    }
}
