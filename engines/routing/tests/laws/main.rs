//! What the engine promises: laws against plain references, then examples.

mod matchers;
mod silences;
mod some;
mod trees;
