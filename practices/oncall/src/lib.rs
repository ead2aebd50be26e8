//! On call: a page calls the people of an escalation policy, step by step, until somebody takes
//! the incident.
//!
//! ```text
//! start ─► ringing ─► acknowledged
//!             │  └──► cancelled          the incident needs nobody any more
//!             └─► exhausted ─► acknowledged, cancelled
//! ```
//!
//! **Invariant:** after acknowledgement or cancellation a page asks for no further call, and the
//! calls that have not left yet are dropped.

mod command;
mod event;
pub mod gaps;
pub mod notices;
mod page;
mod plan;
mod stage;
mod view;

pub use command::{Command, Contact, Start, Step, Summary};
pub use event::{Calling, Event, Later, describe};
pub use page::{Call, CallResult, Page, WaitingCall};
pub use plan::{REPEAT_MAX, STEPS_MAX, WAIT_SECONDS_MAX, WAIT_SECONDS_MIN};
pub use stage::{ALLOWED, Stage, Verb};
pub use view::{Offer, View};

#[cfg(test)]
mod tests;
