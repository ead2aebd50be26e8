use kernel::{Actor, IncidentId, ItemRef, OutboxId, Priority, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{CallResult, Verb, Wish};

/// What can be asked of a page. People take, snooze and hand over; the rest is for Operate itself.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = PageCommand)]
pub enum Command {
    /// Call the people of an escalation policy.
    Start(Box<Start>),
    /// I take it: nobody else is called. Asking again changes nothing.
    Acknowledge {},
    /// Call nobody until then; it rings again afterwards unless the incident is over. Whoever asks
    /// for it takes the page when nobody has it.
    Snooze {
        /// For how long.
        #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
        span: Option<Span>,
        /// Until when, instead: within the next 24 hours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Time>,
        /// When it is 08:00 next for whoever asks. Filled in by Operate, which knows their zone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        morning: Option<Time>,
    },
    /// Call the people of the policy again, from the first step.
    RingAgain {
        /// What the policy says now. Filled in by Operate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Box<Plan>>,
    },
    /// Call the next step at once.
    Escalate {
        /// Whom each step means now. Filled in by Operate.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fresh: Vec<Vec<Contact>>,
    },
    /// Hand it over to another person, who is called; you keep it until they accept.
    HandOver(Wish),
    /// Take what is handed over to you.
    Accept {
        /// Who accepts. Filled in by Operate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<ItemRef>,
    },
    /// Keep what is being handed over.
    Keep {},
    /// Somebody took the incident elsewhere: nobody else is called.
    Answered {
        /// Who.
        by: Actor,
        /// When.
        at: Time,
    },
    /// Somebody did something on the incident.
    Worked {
        /// Who.
        by: Actor,
        /// The same as a person of the estate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<ItemRef>,
        /// When.
        at: Time,
    },
    /// What became of a call, as the outbox saw it.
    DeliveryRecorded {
        /// The message that carried the call.
        message: OutboxId,
        /// Waiting means that this attempt failed and another will follow; held, that there was
        /// none yet.
        result: CallResult,
        /// What the other side said.
        detail: String,
    },
    /// Nobody is needed any more.
    Cancel {
        /// Why, for the timeline.
        reason: String,
    },
    /// Who is on call has changed: call whoever the present step means now; where nobody could be
    /// called, somebody may be by now.
    Reroute {
        /// Whom each step means now, in the order of the steps.
        fresh: Vec<Vec<Contact>>,
    },
    /// Whoever took it has fallen ill: it rings again.
    HolderAway {
        /// Who.
        person: ItemRef,
        /// What the policy says now.
        again: Box<Plan>,
    },
    /// Nobody answered and nobody is left to call: let it ring again by then.
    RingLater {
        /// When.
        again_at: Time,
    },
    /// Its time has come: call the next.
    Tick {
        /// Whom each step means now, in the order of the steps; as known last when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        fresh: Vec<Vec<Contact>>,
        /// Should it ring again, what the policy says by then; as known when not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Box<Plan>>,
    },
    /// The incident has another priority: go on by what the policy says for it.
    Replan {
        /// Which.
        priority: Priority,
        /// What the policy says.
        plan: Box<Plan>,
    },
}

/// What a policy says for a priority at some time, with everybody's addresses.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PagePlan)]
pub struct Plan {
    /// Whom to call, in order. A step without contacts is passed over.
    pub steps: Vec<Step>,
    /// How often to begin again after the last step.
    pub repeat: u32,
    /// Nobody is called before; at once when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin_at: Option<Time>,
}

/// For how long a page is snoozed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = SnoozeSpan)]
pub enum Span {
    /// A quarter of an hour.
    #[serde(rename = "15m")]
    Quarter,
    /// An hour.
    #[serde(rename = "1h")]
    Hour,
    /// Until it is 08:00 next for whoever asks.
    #[serde(rename = "morning")]
    Morning,
}

/// A page to be made. The policy is copied in: an edit of the policy does not change a page that
/// rings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = StartPage)]
pub struct Start {
    /// The incident that needs somebody.
    pub incident: IncidentId,
    /// What it needs somebody for.
    #[serde(default, skip_serializing_if = "For::is_incident")]
    pub meant_for: For,
    /// The escalation policy.
    pub policy: ItemRef,
    /// Which of its turns this page takes, where the policy calls one of several in turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<u64>,
    /// Whom to call, in order. A step without contacts is passed over.
    pub steps: Vec<Step>,
    /// How often to begin again after the last step.
    pub repeat: u32,
    /// Nobody is called before; at once when not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begin_at: Option<Time>,
    /// How long whoever takes it may do nothing before it rings again; nothing: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledge_timeout_seconds: Option<u32>,
    /// What the calls say.
    pub summary: Summary,
}

/// What an incident needs somebody for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PageFor)]
pub enum For {
    /// To take it.
    #[default]
    Incident,
    /// To lead it as a major incident, beside whoever takes it.
    Major,
}

impl For {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
    pub(crate) fn is_incident(&self) -> bool {
        *self == For::Incident
    }
}

/// People who are called at the same time.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PageStep)]
pub struct Step {
    /// Whom the policy names: people, teams and so on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<ItemRef>,
    /// Whether only one of those whom the targets mean is called.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub rotate: bool,
    /// The people and ways that this means, as it was known last.
    pub contacts: Vec<Contact>,
    /// How long to wait for an answer before the next step.
    pub wait_seconds: u32,
}

/// One way to reach one person.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PageContact)]
pub struct Contact {
    /// The person, or whoever stands behind a shared address.
    pub contact: ItemRef,
    /// Which connector carries the call: `email`, `webhook`, `sms` and so on.
    pub channel: String,
    /// The address or URL.
    pub target: String,
    /// How long after the step began they are called this way, if nobody has answered.
    #[serde(default, skip_serializing_if = "at_once")]
    pub after_seconds: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives it so")]
fn at_once(seconds: &u32) -> bool {
    *seconds == 0
}

/// What a call says about the incident, as it was when the page began.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = PageSummary)]
pub struct Summary {
    /// The incident's number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// Its priority.
    pub priority: Priority,
    /// The item that is hit, if one is known.
    pub service: Option<ItemRef>,
    /// Where to read more, below the address of this installation: `/incidents/inc_…`.
    pub url_path: String,
}

impl Command {
    /// The command without its data.
    pub fn verb(&self) -> Verb {
        match self {
            Command::Start(_) => Verb::Start,
            Command::Acknowledge {} => Verb::Acknowledge,
            Command::Snooze { .. } => Verb::Snooze,
            Command::RingAgain { .. } => Verb::RingAgain,
            Command::Escalate { .. } => Verb::Escalate,
            Command::HandOver(_) => Verb::HandOver,
            Command::Accept { .. } => Verb::Accept,
            Command::Keep {} => Verb::Keep,
            Command::Answered { .. } => Verb::Answered,
            Command::Worked { .. } => Verb::Worked,
            Command::DeliveryRecorded { .. } => Verb::DeliveryRecorded,
            Command::Cancel { .. } => Verb::Cancel,
            Command::Reroute { .. } => Verb::Reroute,
            Command::HolderAway { .. } => Verb::HolderAway,
            Command::RingLater { .. } => Verb::RingLater,
            Command::Tick { .. } => Verb::Tick,
            Command::Replan { .. } => Verb::Replan,
        }
    }

    /// Whether only Operate itself may send it.
    pub fn system_only(&self) -> bool {
        match self {
            Command::Acknowledge {}
            | Command::Snooze { .. }
            | Command::RingAgain { .. }
            | Command::Escalate { .. }
            | Command::HandOver(_)
            | Command::Accept { .. }
            | Command::Keep {} => false,
            Command::Start(_)
            | Command::Answered { .. }
            | Command::Worked { .. }
            | Command::DeliveryRecorded { .. }
            | Command::Cancel { .. }
            | Command::Reroute { .. }
            | Command::HolderAway { .. }
            | Command::RingLater { .. }
            | Command::Tick { .. }
            | Command::Replan { .. } => true,
        }
    }
}
