//! Alerts: what monitoring says is wrong. Takes floods of signals, keeps one record for every
//! label set, finds the item of the estate it speaks of, and remembers each firing.
//!
//! ```text
//! signal ─► open ◄──► acknowledged          open, acknowledged ─► cleared ─► closed
//!            ▲                                                      │         │
//!            └────────────────────── returns ──────────────────────┴─────────┘
//! ```
//!
//! Signals come through [`take`] and [`take_batch`], people through the commands of the
//! [`kernel::Lifecycle`]. **Invariant:** a re-sent signal refreshes a record and is no history.

mod alert;
mod boundary;
mod classify;
mod command;
mod condition;
mod event;
mod fence;
mod intake;
mod labels;
mod mapping;
pub mod matching;
mod schema;
mod severity;
mod signal;
mod spell;
mod stage;
mod template;
mod useful;
mod view;

pub use alert::{Alert, CLOSE_AFTER, Refresh};
pub use classify::{
    Class, ClassRule, Classed, Classification, Classifier, ImpactClass, RULES_MAX, Response,
};
pub use command::Command;
pub use condition::{Around, Condition, ConditionError, Subject};
pub use event::{Event, Firing, Relabelling, Return, Why, describe};
pub use intake::{Change, Found, Ignored, Outcome, Policy, Taken, expire, take, take_batch};
pub use labels::{Fingerprint, Labels};
pub use mapping::{Mapped, Mapping, MappingError, Received, Rule as MappingRule};
pub use matching::{Match, MatchRule, Matcher, RuleError};
pub use severity::Severity;
pub use signal::{Invalid, Origin, Signal};
pub use spell::{Change as HistoryChange, Spell, To};
pub use stage::{ALLOWED, Stage, Verb};
pub use useful::{NotUseful, Votes};
pub use view::{Field, Offer, View};

#[cfg(test)]
mod tests;
