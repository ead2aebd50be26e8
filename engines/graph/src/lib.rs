//! A compact graph of items and what they need, with redundancy: what breaks when something is
//! down, what something depends on, which of several suspects the others depend on.
//!
//! Fill a [`Builder`] with items and typed relations by name, [`Builder::build`] the [`Graph`],
//! ask it. A graph never changes; a new state of the world is a new graph. Items and relations
//! may carry [`Validity`] times, and [`Builder::build_at`] gives the graph as of a date.
//!
//! Cycles are allowed. Nothing recurses, so that no input can exhaust the stack. Names are any
//! text; the engine attaches no meaning to them.
//!
//! ```
//! use graph::{Builder, Relation};
//!
//! let mut builder = Builder::new();
//! builder.relate("shop", Relation::DependsOn, "db");
//! builder.group("db", "nodes", 1, &["db-1", "db-2"]);
//! let graph = builder.build();
//!
//! assert!(graph.impact(["db-1"]).hit("shop").is_none(), "one node of two is enough");
//! let both = graph.impact(["db-1", "db-2"]);
//! assert_eq!(both.path("shop"), ["db-2", "db", "shop"]);
//! ```

mod between;
mod builder;
mod compile;
mod composite;
mod diagram;
mod explain;
mod impact;
mod inherit;
mod network;
mod rank;
mod reach;
mod relation;
mod upstream;

pub use between::Common;
pub use builder::{Builder, Redundancy};
pub use composite::Composite;
pub use explain::Causes;
pub use inherit::Inherited;
pub use network::{Graph, GroupView, Need};
pub use rank::Candidate;
pub use reach::{Hit, Reach, Step};
pub use relation::{Relation, Validity};
