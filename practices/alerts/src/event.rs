use std::sync::Arc;

use kernel::{Actor, IncidentId, ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Classification, Fingerprint, Labels, Origin, Stage};

/// What can have happened to an alert.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The first firing of this label set: the alert is born.
    Fired(Box<Firing>),
    /// It fires again after it was cleared or closed.
    Returned(Box<Return>),
    /// Its source describes it by other labels; only an alert with a key of its own can be.
    Relabelled(Box<Relabelling>),
    /// Someone looks at it.
    Acknowledged {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
    },
    /// Nobody looks at it any more.
    Unacknowledged {
        /// When.
        at: Time,
        /// Who said so.
        by: Actor,
    },
    /// It no longer fires.
    Cleared {
        /// When we learned it.
        at: Time,
        /// When it ended, as far as is known.
        ends_at: Time,
        /// Who says so.
        why: Why,
        /// What a person gave as reason; empty otherwise.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// When it will be put away unless it returns.
        closes_at: Time,
    },
    /// Put away.
    Closed {
        /// When.
        at: Time,
    },
    /// Somebody found it useless.
    MarkedNotUseful {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
        /// What made it useless.
        reason: String,
    },
    /// Somebody changed their mind about that.
    NotUsefulTakenBack {
        /// When.
        at: Time,
        /// Who.
        by: Actor,
    },
    /// It belongs to an incident.
    Attached {
        /// When.
        at: Time,
        /// The incident.
        incident: IncidentId,
    },
    /// It no longer belongs to the incident.
    Detached {
        /// When.
        at: Time,
        /// The incident it left.
        incident: IncidentId,
    },
    /// Another item was found for it, or none.
    Matched {
        /// When.
        at: Time,
        /// The item.
        item: Option<ItemRef>,
        /// The rule that found it.
        matched_by: Option<Arc<str>>,
    },
}

/// A first firing, with everything the record is made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Firing {
    /// When we received it.
    pub at: Time,
    /// When it began, says the source.
    pub starts_at: Time,
    /// Until when the source stands by it.
    pub expires_at: Time,
    /// Hash of the labels.
    pub fingerprint: Fingerprint,
    /// The name of the integration it came through.
    pub source: Arc<str>,
    /// Its source's name for it, and the rule that made it of an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Arc<Origin>>,
    /// What identifies it.
    pub labels: Labels,
    /// What explains it.
    pub annotations: Labels,
    /// Where the source shows it; may be empty.
    pub generator_url: Arc<str>,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// The rule that found the item.
    pub matched_by: Option<Arc<str>>,
    /// What a rule said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Arc<Classification>>,
}

/// A later firing of a known alert.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Return {
    /// When we received it.
    pub at: Time,
    /// When this firing began, says the source.
    pub starts_at: Time,
    /// Until when the source stands by it.
    pub expires_at: Time,
    /// What it is about now, if that differs from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// Its source's name for it, and the rule that made it of an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Arc<Origin>>,
    /// What explains it now.
    pub annotations: Labels,
    /// Where the source shows it; may be empty.
    pub generator_url: Arc<str>,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// The rule that found the item.
    pub matched_by: Option<Arc<str>>,
    /// What a rule says of it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Arc<Classification>>,
    /// Cleared (it flaps) or closed (it is a new episode).
    pub before: Stage,
}

/// Other labels of an alert that fires.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Relabelling {
    /// When we received them.
    pub at: Time,
    /// Until when the source stands by the firing.
    pub expires_at: Time,
    /// What it is about now.
    pub labels: Labels,
    /// What explains it now.
    pub annotations: Labels,
    /// The item it speaks of now.
    pub item: Option<ItemRef>,
    /// The rule that found the item.
    pub matched_by: Option<Arc<str>>,
    /// What a rule says of it now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Arc<Classification>>,
}

/// Who says that an alert is over.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ClearedWhy)]
pub enum Why {
    /// The source said so.
    Source,
    /// The source fell silent for longer than it had promised.
    Expired,
    /// A person said so.
    Person,
}

impl Event {
    /// The snake-case name, as in the JSON tag.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Fired(_) => "fired",
            Event::Returned(_) => "returned",
            Event::Relabelled(_) => "relabelled",
            Event::Acknowledged { .. } => "acknowledged",
            Event::Unacknowledged { .. } => "unacknowledged",
            Event::Cleared { .. } => "cleared",
            Event::Closed { .. } => "closed",
            Event::MarkedNotUseful { .. } => "marked_not_useful",
            Event::NotUsefulTakenBack { .. } => "not_useful_taken_back",
            Event::Attached { .. } => "attached",
            Event::Detached { .. } => "detached",
            Event::Matched { .. } => "matched",
        }
    }
}

/// One line of a timeline: what happened, without who and when.
pub fn describe(event: &Event) -> String {
    match event {
        Event::Fired(firing) => {
            let fired = match &firing.item {
                Some(item) => format!("fired for {item}"),
                None => "fired; no item of the estate matches".to_owned(),
            };
            with_class(fired, firing.classification.as_deref())
        }
        Event::Returned(again) => {
            with_class("fired again".to_owned(), again.classification.as_deref())
        }
        Event::Relabelled(change) => {
            let relabelled = "described by other labels".to_owned();
            with_class(relabelled, change.classification.as_deref())
        }
        Event::Acknowledged { .. } => "acknowledged".to_owned(),
        Event::Unacknowledged { .. } => "took back the acknowledgement".to_owned(),
        Event::Cleared { why: Why::Source, .. } => "cleared by its source".to_owned(),
        Event::Cleared { why: Why::Expired, .. } => {
            "cleared: the source has stopped reporting it".to_owned()
        }
        Event::Cleared { why: Why::Person, reason, .. } => format!("cleared by hand: {reason}"),
        Event::Closed { .. } => "closed".to_owned(),
        Event::MarkedNotUseful { reason, .. } => format!("found not useful: {reason}"),
        Event::NotUsefulTakenBack { .. } => "found useful after all".to_owned(),
        Event::Attached { incident, .. } => format!("joined incident {incident}"),
        Event::Detached { incident, .. } => format!("left incident {incident}"),
        Event::Matched { item: Some(item), .. } => format!("matched to {item}"),
        Event::Matched { item: None, .. } => "no longer matches any item".to_owned(),
    }
}

fn with_class(text: String, classification: Option<&Classification>) -> String {
    match classification {
        Some(given) => format!("{text}; {}", given.sentence()),
        None => text,
    }
}
