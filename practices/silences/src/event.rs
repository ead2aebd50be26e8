use kernel::{Actor, AlertId, SilenceId, Time};
use serde::{Deserialize, Serialize};

use crate::{Conditions, Recurrence, Window};

/// What can have happened to a silence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Somebody wants alerts held back.
    Created(Box<Creation>),
    /// Somebody changed it.
    Edited(Box<Edition>),
    /// It holds alerts back from now on.
    Began {
        /// When.
        at: Time,
        /// Until when.
        until: Time,
    },
    /// Its window is over, and it waits for the next one.
    Paused {
        /// When.
        at: Time,
        /// The next one.
        next: Window,
    },
    /// It is over for good.
    Expired {
        /// When.
        at: Time,
        /// Why.
        #[serde(flatten)]
        why: Why,
    },
    /// The alerts that it let go were looked at up to here; there are more.
    Released {
        /// When.
        at: Time,
        /// The last alert that was looked at.
        after: AlertId,
    },
}

/// A new silence.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Creation {
    /// When.
    pub at: Time,
    /// Which alerts.
    pub matchers: Conditions,
    /// From when.
    pub starts_at: Time,
    /// Until when.
    pub ends_at: Time,
    /// When it comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// Its first window.
    pub window: Window,
    /// Why.
    pub comment: String,
    /// Who wants it.
    pub created_by: String,
    /// The silence that it takes over from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<SilenceId>,
}

/// A change in place.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Edition {
    /// When.
    pub at: Time,
    /// Who.
    pub by: Actor,
    /// From when, now.
    pub starts_at: Time,
    /// Until when, now.
    pub ends_at: Time,
    /// When it comes again, now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recurrence: Option<Recurrence>,
    /// The present or next window, now.
    pub window: Window,
    /// Why, now.
    pub comment: String,
    /// Who wants it, now.
    pub created_by: String,
}

/// Why a silence is over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// Its end has come.
    Over,
    /// Somebody ended it.
    Ended {
        /// Who.
        by: Actor,
    },
    /// Another one took over.
    Replaced {
        /// Who changed it.
        by: Actor,
        /// The one that goes on.
        with: SilenceId,
    },
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Created(_) => "created",
            Event::Edited(_) => "edited",
            Event::Began { .. } => "began",
            Event::Paused { .. } => "paused",
            Event::Expired { .. } => "expired",
            Event::Released { .. } => "released",
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Created(new) => {
            let again = new.recurrence.as_ref().map(|again| format!(", {again}"));
            let again = again.unwrap_or_default();
            match new.replaces {
                Some(other) => format!("took over from {other}: {}{again}", new.matchers),
                None => format!("silenced {}{again}: {}", new.matchers, new.comment),
            }
        }
        Event::Edited(change) => format!("changed; lasts until {}", shown(change.ends_at)),
        Event::Began { until, .. } => format!("holds alerts back until {}", shown(*until)),
        Event::Paused { next, .. } => format!("waits until {}", shown(next.from)),
        Event::Expired { why: Why::Over, .. } => "is over".to_owned(),
        Event::Expired { why: Why::Ended { .. }, .. } => "ended before its time".to_owned(),
        Event::Expired { why: Why::Replaced { with, .. }, .. } => format!("replaced by {with}"),
        Event::Released { .. } => "looks at more of the alerts that it let go".to_owned(),
    }
}

fn shown(time: Time) -> String {
    if time == Time::MAX { "further notice".to_owned() } else { time.to_string() }
}
