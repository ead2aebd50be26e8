//! What the engine promises: laws against plain references, then examples.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod digests;
mod groups;
mod inhibition;
mod intervals;
mod matchers;
mod silences;
mod some;
mod trees;
mod wheels;
