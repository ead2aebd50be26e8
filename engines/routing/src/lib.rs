//! Which notifications follow from alerts: matchers, the route tree, time intervals, inhibition,
//! silences, and when a group of alerts is told to a receiver, as Alertmanager defines them.

mod digest;
mod flap;
mod flush;
mod group;
mod inhibit;
mod interval;
mod labels;
mod matcher;
mod pattern;
mod quote;
mod silence;
mod syntax;
mod tree;
mod wheel;

pub use digest::{Admission, Cadence, Digest, DigestTimes, Storm, StormRule};
pub use flap::{FlapRule, Flaps};
pub use flush::{Flush, FlushMember, FlushRule, LogEntry, Quiet, Reason, decide_flush};
pub use group::{Group, Member, MemberState};
pub use inhibit::{InhibitRule, Inhibition, Inhibitor, Legacy};
pub use interval::{
    IntervalError, IntervalSet, IntervalSpec, Intervals, Muted, TimeInterval, TimesSpec,
};
pub use labels::LabelSet;
pub use matcher::{Matcher, MatcherError, Matchers, Op};
pub use silence::{SilenceIndex, SilenceSpec};
pub use syntax::Syntax;
pub use tree::{GroupBy, GroupLabels, Node, RouteError, RouteSpec, Timings, Tree, Tried, Verdict};
pub use wheel::Wheel;
