//! The clocks that contracts set on one incident: how long until a human being takes it, until
//! somebody writes what is going on, until the service is back, until the work is done.
//!
//! ```text
//! started ──► warned ──► breached            met or missed once what it measures has happened
//!    │  ▲
//!    ▼  │                                    dropped: nothing is promised any more
//!   paused                                   goes on, or begins again, when it comes back
//! ```
//!
//! What the incident is ([`Facts`]) and what contracts promise ([`Promise`]) arrive by value in one
//! command. The record says what follows, once: looking again says nothing.
//!
//! **Invariant:** target, pauses and elapsed time count in one calendar. A clock never moves while
//! it stands, and everything that was ever missed is missed at an instant that can be worked out
//! again from the record. Nobody is asked: a verdict is never taken from a clock on a wall.

mod alarm;
mod clock;
mod command;
mod decide;
mod describe;
mod event;
mod record;
mod stage;
mod terms;
#[cfg(test)]
mod tests;
mod view;
mod working;

pub use alarm::{Alarm, SOURCE};
pub use clock::{Clock, Mark, Pause, Run, Timing};
pub use command::{
    Command, Ended, Facts, Look, Promise, PromisedClock, Return, Scope, Wait, Working,
};
pub use describe::{describe, wall};
pub use event::{Change, Event, What, Why};
pub use record::{Clocks, Touched};
pub use stage::{ALLOWED, Stage, Verb};
pub use terms::{Kind, OnReopen, Target, Terms, WaitsFor, Which, length};
pub use view::{State, View};
pub use working::Books;
