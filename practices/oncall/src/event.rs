use kernel::{Actor, ItemRef, OutboxId, Priority, Time};
use serde::{Deserialize, Serialize};

use crate::{CallResult, Contact, HandOver, Start, Step, Why};

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
        /// Who asked for it before its time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_by: Option<Actor>,
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
        /// When it rings again unless something is done before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rings_again_at: Option<Time>,
    },
    /// Something was done on the incident that was taken.
    WorkSeen {
        /// When.
        at: Time,
        /// When it rings again unless something more is done.
        rings_again_at: Time,
    },
    /// Nobody is called until then.
    Snoozed {
        /// When.
        at: Time,
        /// Who asked for it.
        by: Actor,
        /// Until when.
        until: Time,
    },
    /// It rings again although somebody had taken it.
    RangAgain {
        /// When.
        at: Time,
        /// Why.
        because: String,
        /// The same for rules; not said in entries of before it counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Why>,
        /// Nobody is called before; at once when not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        begin_at: Option<Time>,
    },
    /// It goes on by other steps: for another priority, or for other hours.
    Replanned {
        /// When.
        at: Time,
        /// The priority before.
        was: Priority,
        /// The priority now.
        priority: Priority,
        /// Whom it calls from now on.
        steps: Vec<Step>,
        /// How often it begins again after the last step.
        repeat: u32,
        /// When the next step is due, where one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_step_at: Option<Time>,
    },
    /// Nobody of the present step can be reached: the next one is due.
    Hastened {
        /// When.
        at: Time,
    },
    /// It can wait after all: calling begins anew then.
    Held {
        /// When.
        at: Time,
        /// Until when.
        until: Time,
    },
    /// Another person is asked to take it over.
    HandOverAsked {
        /// When.
        at: Time,
        /// Who, by whom, why, and until when.
        #[serde(flatten)]
        over: Box<HandOver>,
        /// One message for each way that is used at once.
        calls: Vec<Calling>,
        /// The ways that are used later, unless they accept.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        later: Vec<Later>,
    },
    /// They took it over.
    HandOverAccepted {
        /// When.
        at: Time,
        /// Who, as they acted.
        by: Actor,
        /// The same as a person of the estate.
        to: ItemRef,
        /// Who had it.
        from: Actor,
        /// Why it was handed over.
        reason: String,
        /// When it rings again unless something is done before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rings_again_at: Option<Time>,
    },
    /// They did not accept in time: whoever hands it over is told.
    HandOverUnanswered {
        /// When.
        at: Time,
        /// Who did not.
        to: ItemRef,
        /// One message for each way.
        calls: Vec<Calling>,
    },
    /// It is not handed over after all.
    HandOverEnded {
        /// When.
        at: Time,
        /// Who would have taken it.
        to: ItemRef,
    },
    /// It was taken, and does not ring again.
    Settled {
        /// When.
        at: Time,
        /// Why.
        reason: String,
    },
    /// Everybody was called and nobody answered, or there was nobody to call.
    Exhausted {
        /// When.
        at: Time,
        /// Whether nobody was called at all.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nobody: bool,
    },
    /// Nobody is left to call, or there is nobody yet: it rings again, or looks again, by then.
    RingsLater {
        /// When.
        at: Time,
        /// When it does.
        again_at: Time,
        /// Whether there is nobody to call yet.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        nobody: bool,
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
            Event::WorkSeen { .. } => "work_seen",
            Event::Snoozed { .. } => "snoozed",
            Event::RangAgain { .. } => "rang_again",
            Event::Replanned { .. } => "replanned",
            Event::Hastened { .. } => "hastened",
            Event::Held { .. } => "held",
            Event::HandOverAsked { .. } => "hand_over_asked",
            Event::HandOverAccepted { .. } => "hand_over_accepted",
            Event::HandOverUnanswered { .. } => "hand_over_unanswered",
            Event::HandOverEnded { .. } => "hand_over_ended",
            Event::Settled { .. } => "settled",
            Event::Exhausted { .. } => "exhausted",
            Event::RingsLater { .. } => "rings_later",
            Event::Cancelled { .. } => "cancelled",
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Started { start, .. } => began(start),
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
        Event::Rerouted { calls, later, away, .. } => rerouted(calls, later, away),
        Event::Attempted { result, detail, .. } => attempted(*result, detail),
        Event::Acknowledged { .. } => "answered the page".to_owned(),
        Event::WorkSeen { rings_again_at, .. } => {
            format!(
                "work goes on: rings again at {} if nothing more is done",
                second(*rings_again_at)
            )
        }
        Event::Snoozed { by, until, .. } => {
            format!("snoozed until {} by {}", second(*until), by.name())
        }
        Event::RangAgain { because, begin_at: None, .. } => format!("ringing again: {because}"),
        Event::RangAgain { because, begin_at: Some(begin), .. } => {
            format!("ringing again from {} on: {because}", second(*begin))
        }
        Event::Replanned { was, priority, .. } if was == priority => {
            "from now on by the policy's steps for these hours".to_owned()
        }
        Event::Replanned { was, priority, .. } => {
            format!("from now on by the policy's steps for {priority}, not {was}")
        }
        Event::Hastened { .. } => "nobody of this step can be reached: the next is due".to_owned(),
        Event::Held { until, .. } => {
            format!("nobody is called before {}: it can wait", second(*until))
        }
        Event::HandOverAsked { over, .. } => format!(
            "{} hands it over to {} until {}: {}",
            over.by.name(),
            over.to.name(),
            second(over.until),
            over.reason
        ),
        Event::HandOverAccepted { to, from, .. } => {
            format!("{} took it over from {}", to.name(), from.name())
        }
        Event::HandOverUnanswered { to, .. } => {
            format!("{} did not accept it in time", to.name())
        }
        Event::HandOverEnded { to, .. } => format!("not handed over to {} after all", to.name()),
        Event::Settled { reason, .. } => format!("does not ring again: {reason}"),
        Event::Exhausted { nobody: false, .. } => {
            "everybody was called and nobody answered".to_owned()
        }
        Event::Exhausted { nobody: true, .. } => {
            "nobody can be called: none of its steps has anybody now".to_owned()
        }
        Event::RingsLater { at, again_at, nobody } => rings_later(*at, *again_at, *nobody),
        Event::Cancelled { reason, .. } => format!("stopped paging: {reason}"),
    }
}

fn rings_later(at: Time, again_at: Time, nobody: bool) -> String {
    let again = second(again_at);
    match nobody {
        true => format!("looks again at {again} for somebody to call"),
        false if again_at <= at => "calling begins anew".to_owned(),
        false => format!("calls again at {again}, unless somebody answers before"),
    }
}

fn began(start: &Start) -> String {
    let whom = if start.meant_for.is_incident() { "" } else { " the major-incident team" };
    match start.begin_at {
        Some(at) => format!("paging{whom} by {}, from {} on", start.policy, second(at)),
        None => format!("paging{whom} by {}", start.policy),
    }
}

/// A time as people read it: what is less than a second tells them nothing.
fn second(at: Time) -> Time {
    Time::from_seconds(at.micros().div_euclid(1_000_000))
}

fn rerouted(calls: &[Calling], later: &[Later], away: &[ItemRef]) -> String {
    let away: Vec<&str> = away.iter().map(ItemRef::name).collect();
    let now = calls.iter().map(|call| format!("{} by {}", call.to.contact.name(), call.to.channel));
    let soon =
        later.iter().map(|call| format!("{} by {} later", call.to.contact.name(), call.to.channel));
    let people: Vec<String> = now.chain(soon).collect();
    if people.is_empty() {
        return format!("not calling {} any more", away.join(", "));
    }
    let away =
        if away.is_empty() { String::new() } else { format!(" instead of {}", away.join(", ")) };
    format!("calling {}{away}", people.join(", "))
}

fn attempted(result: CallResult, detail: &str) -> String {
    let outcome = match result {
        CallResult::Delivered => "call delivered",
        CallResult::Failed => "call failed",
        CallResult::Unreached => "call reached nobody",
        CallResult::Held => "call held back",
        CallResult::Waiting => "call not delivered yet, will be tried again",
        CallResult::Dropped => "call dropped before it left",
    };
    if detail.is_empty() { outcome.to_owned() } else { format!("{outcome}: {detail}") }
}
