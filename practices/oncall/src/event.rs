use kernel::{Actor, ItemRef, OutboxId, Time};
use serde::{Deserialize, Serialize};

use crate::{CallResult, Contact, Start};

/// What can have happened to a page.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The page began.
    Started {
        /// When.
        at: Time,
        /// Whom it will call, and about what.
        #[serde(flatten)]
        start: Box<Start>,
    },
    /// The people of one step are called.
    Called {
        /// When.
        at: Time,
        /// The step, from 0.
        step: u32,
        /// The round, from 0.
        round: u32,
        /// One message for each contact.
        calls: Vec<Calling>,
        /// Who of this step is called later, unless somebody answers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        later: Vec<Later>,
        /// When the next step is due unless somebody answers.
        next_step_at: Time,
    },
    /// People of a step that has begun are called in their next way.
    Continued {
        /// When.
        at: Time,
        /// The step, from 0.
        step: u32,
        /// The round, from 0.
        round: u32,
        /// One message for each contact.
        calls: Vec<Calling>,
    },
    /// Somebody else has to be called in the present step.
    Rerouted {
        /// When.
        at: Time,
        /// The step, from 0.
        step: u32,
        /// The round, from 0.
        round: u32,
        /// Who of those it meant is not called any more.
        away: Vec<ItemRef>,
        /// One message for each contact who is called at once.
        calls: Vec<Calling>,
        /// Who is called later, unless somebody answers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        later: Vec<Later>,
    },
    /// The outbox reported on a call.
    Attempted {
        /// When.
        at: Time,
        /// The message that carries the call.
        message: OutboxId,
        /// What became of it.
        result: CallResult,
        /// What the other side said.
        detail: String,
    },
    /// Somebody answered.
    Acknowledged {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
    },
    /// Everybody was called and nobody answered.
    Exhausted {
        /// When.
        at: Time,
    },
    /// Nobody is needed any more.
    Cancelled {
        /// When.
        at: Time,
        /// Why.
        reason: String,
    },
}

/// A call that was asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Calling {
    /// The message that carries it.
    pub message: OutboxId,
    /// Whom, and how.
    #[serde(flatten)]
    pub to: Contact,
}

/// A call that is to be made later.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Later {
    /// When.
    pub due_at: Time,
    /// Whom, and how.
    #[serde(flatten)]
    pub to: Contact,
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Started { .. } => "started",
            Event::Called { .. } => "called",
            Event::Continued { .. } => "continued",
            Event::Rerouted { .. } => "rerouted",
            Event::Attempted { .. } => "attempted",
            Event::Acknowledged { .. } => "acknowledged",
            Event::Exhausted { .. } => "exhausted",
            Event::Cancelled { .. } => "cancelled",
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Started { start, .. } => match start.begin_at {
            Some(at) => format!("paging by {}, from {at} on", start.policy),
            None => format!("paging by {}", start.policy),
        },
        Event::Called { calls, step, round, .. } | Event::Continued { calls, step, round, .. } => {
            let people: Vec<String> = calls
                .iter()
                .map(|call| format!("{} by {}", call.to.contact.name(), call.to.channel))
                .collect();
            let people =
                if people.is_empty() { "nobody yet".to_owned() } else { people.join(", ") };
            let again = if *round > 0 { format!(", round {}", round + 1) } else { String::new() };
            format!("calling {people} (step {}{again})", step + 1)
        }
        Event::Rerouted { calls, later, away, .. } => {
            let away: Vec<&str> = away.iter().map(ItemRef::name).collect();
            let now = calls
                .iter()
                .map(|call| format!("{} by {}", call.to.contact.name(), call.to.channel));
            let soon = later
                .iter()
                .map(|call| format!("{} by {} later", call.to.contact.name(), call.to.channel));
            let people: Vec<String> = now.chain(soon).collect();
            let away = if away.is_empty() {
                String::new()
            } else {
                format!(" instead of {}", away.join(", "))
            };
            format!("calling {}{away}", people.join(", "))
        }
        Event::Attempted { result, detail, .. } => {
            let outcome = match result {
                CallResult::Delivered => "call delivered",
                CallResult::Failed => "call failed",
                CallResult::Waiting => "call not delivered yet, will be tried again",
                CallResult::Dropped => "call dropped before it left",
            };
            if detail.is_empty() { outcome.to_owned() } else { format!("{outcome}: {detail}") }
        }
        Event::Acknowledged { .. } => "answered the page".to_owned(),
        Event::Exhausted { .. } => "everybody was called and nobody answered".to_owned(),
        Event::Cancelled { reason, .. } => format!("stopped paging: {reason}"),
    }
}
