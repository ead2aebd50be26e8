//! On call: a page calls the people of an escalation policy, step by step, until somebody takes
//! the incident.
//!
//! ```text
//! start ─► ringing ◄─► acknowledged       and rings again when nothing is done
//!             │  └──► cancelled          the incident needs nobody any more
//!             └─► exhausted ─► acknowledged, cancelled
//! ```
//!
//! **Invariant:** after cancellation a page asks for no further call, after acknowledgement for
//! none until the time at which it rings again, except for the person to whom it is handed over;
//! and the calls that have not left yet are dropped.

mod again;
mod calling;
mod command;
mod event;
pub mod fed;
mod folding;
pub mod gaps;
mod handover;
pub mod hits;
pub mod leave;
pub mod line;
mod message;
pub mod notices;
mod page;
mod plan;
pub mod proof;
mod replan;
mod stage;
mod view;

pub use again::{RingsAgain, SNOOZE_SECONDS_MAX, Why};
pub use calling::LOOKS_AGAIN;
pub use command::{Command, Contact, For, Plan, Span, Start, Step, Summary};
pub use event::{Calling, Event, Later, describe};
pub use handover::{HandOver, Wish};
pub use page::{Call, CallResult, Page, Purpose, WaitingCall};
pub use plan::{
    ACKNOWLEDGE_TIMEOUT_SECONDS_MAX, ACKNOWLEDGE_TIMEOUT_SECONDS_MIN, LAST_WAIT_SECONDS,
    REPEAT_MAX, STEPS_MAX, WAIT_SECONDS_MAX, WAIT_SECONDS_MIN,
};
pub use stage::{ALLOWED, Stage, Verb};
pub use view::{Offer, View};

#[cfg(test)]
mod tests;
