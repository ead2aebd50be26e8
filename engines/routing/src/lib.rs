//! Which notifications follow from alerts: matchers, the route tree, time intervals, inhibition,
//! silences, and when a group of alerts is told to a receiver, as Alertmanager defines them.

mod inhibit;
mod labels;
mod matcher;
mod pattern;
mod quote;
mod silence;
mod syntax;
mod tree;
mod wheel;

pub use inhibit::{InhibitRule, Inhibition, Inhibitor, Legacy};
pub use labels::LabelSet;
pub use matcher::{Matcher, MatcherError, Matchers, Op};
pub use silence::{SilenceIndex, SilenceSpec};
pub use syntax::Syntax;
pub use tree::{GroupBy, GroupLabels, Node, RouteError, RouteSpec, Timings, Tree, Tried, Verdict};
pub use wheel::Wheel;
