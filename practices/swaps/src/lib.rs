//! Swaps: somebody offers a shift of theirs, to one person or to everybody of the rotation, for
//! nothing or for one of the other's; it changes hands when the other agrees.
//!
//! ```text
//! offer ─► offered ─► accepted
//!             ├─────► declined       the one it was offered to says no
//!             ├─────► withdrawn      the one who offered it says no
//!             └─────► lapsed         it begins, or is no longer theirs to give
//! ```
//!
//! **Invariant:** nothing changes hands without the word of both; what has begun does not change
//! hands. Whether a shift is still somebody's arrives inside the command, asked by the shell in the
//! transaction in which it changes hands.

mod command;
mod event;
mod stage;
mod swap;
mod view;

pub use command::{Command, Given, Offer};
pub use event::{Event, describe};
pub use stage::{ALLOWED, Stage, Verb};
pub use swap::{NOTE_MAX, Swap};
pub use view::{Move, View};

#[cfg(test)]
mod tests;
