//! Which notifications follow from alerts: matchers, the route tree, time intervals, inhibition,
//! silences, and when a group of alerts is told to a receiver, as Alertmanager defines them.
//!
//! Nothing here knows a clock, a database or a network. Labels come in through [`LabelSet`], times
//! as arguments, an alert is a number. The way of an alert through the engine:
//!
//! 1. [`Tree::matching`] gives the routes that take it, and [`Node::group_key`] its group at each.
//! 2. [`Group::put`] takes it in and says when the group is due; a [`Wheel`] holds the timers.
//! 3. When the group is due, [`Inhibitor::inhibited_by`], [`SilenceIndex::silenced_by`] and
//!    [`Node::muted_at`] say which members are not to be told, and by what.
//! 4. [`decide_flush`] compares the rest with what each receiver was told last.
//!
//! ```
//! use std::collections::BTreeMap;
//!
//! use jiff::Timestamp;
//! use routing::{
//!     Flush, FlushMember, FlushRule, Matchers, MemberState, Reason, RouteSpec, SilenceIndex,
//!     SilenceSpec, Tree, decide_flush,
//! };
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let spec = RouteSpec {
//!     receiver: Some("mail".to_owned()),
//!     group_by: vec!["alertname".to_owned()],
//!     routes: vec![RouteSpec {
//!         receiver: Some("pager".to_owned()),
//!         matchers: Matchers::parse(r#"{severity=~"critical|page"}"#)?,
//!         ..RouteSpec::default()
//!     }],
//!     ..RouteSpec::default()
//! };
//! let receivers = ["mail".to_owned(), "pager".to_owned()].into();
//! let tree = Tree::build(spec, &receivers, &[].into()).expect("the routes are good");
//!
//! let alert = BTreeMap::from(
//!     [("alertname", "Down"), ("host", "db-1"), ("severity", "critical")]
//!         .map(|(name, value)| (name.to_owned(), value.to_owned())),
//! );
//! let routes = tree.matching(&alert);
//! assert_eq!(routes[0].receiver(), "pager");
//! let (labels, key) = routes[0].group_key(&alert);
//! assert_eq!(key, r#"{}/{severity=~"critical|page"}:{alertname="Down"}"#);
//!
//! let now: Timestamp = "2026-11-21T12:00:00Z".parse()?;
//! let mut silences = SilenceIndex::new();
//! let matchers = Matchers::parse(r#"{host=~"db-.*"}"#)?;
//! let ends = "2026-11-21T13:00:00Z".parse()?;
//! silences.add("maintenance", SilenceSpec { matchers, starts: now, ends });
//! assert_eq!(silences.silenced_by(&alert, now), ["maintenance"]);
//! assert!(silences.silenced_by(&alert, ends).is_empty());
//!
//! let rule = FlushRule {
//!     repeat_interval: routes[0].timings().repeat_interval,
//!     send_resolved: true,
//!     repeats: true,
//!     acknowledgement_stops_repeats: false,
//! };
//! let members = [FlushMember::new(7, MemberState::Firing)];
//! let Flush::Send { reason: Reason::First, entry, .. } =
//!     decide_flush(&members, None, &rule, ends)
//! else {
//!     panic!("nobody was told yet")
//! };
//! // Told again, it changes nothing.
//! assert!(matches!(decide_flush(&members, Some(&entry), &rule, ends), Flush::Nothing { .. }));
//! # Ok(())
//! # }
//! ```
//!
//! Whoever asks why an alert goes where it goes gets every route that was tried:
//!
//! ```
//! use routing::{Matchers, RouteSpec, Tree, Verdict};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let team = |name: &str| -> Result<RouteSpec, routing::MatcherError> {
//!     let matchers = Matchers::parse(&format!("{{team={name:?}}}"))?;
//!     Ok(RouteSpec { matchers, ..RouteSpec::default() })
//! };
//! let spec = RouteSpec {
//!     receiver: Some("mail".to_owned()),
//!     routes: vec![team("web")?, team("db")?],
//!     ..RouteSpec::default()
//! };
//! let tree = Tree::build(spec, &["mail".to_owned()].into(), &[].into()).expect("it is good");
//! let tried = tree.explain(&[("team", "db")]);
//! assert_eq!(tried[0].verdict, Verdict::Passes);
//! let Verdict::Refused { by } = tried[1].verdict else { panic!("web does not match") };
//! assert_eq!(by.to_string(), r#"team="web""#);
//! assert_eq!(tried[2].verdict, Verdict::Takes);
//! # Ok(())
//! # }
//! ```
//!
//! # Where it differs from Alertmanager on purpose
//!
//! - An expression longer than 64 KiB, or larger than 1 MiB when compiled, is refused. `a)|(b`,
//!   which only the brackets that Alertmanager adds make an expression, is refused.
//! - Routes may be nested 256 deep.
//! - [`Node::id`] holds the positions of all routes above, so that it is unique.
//! - An empty list in a time interval does not restrict, as the documentation says; the names of
//!   zones are read in any case; `Local` is the zone that the caller passes.
//! - A repetition is due exactly `repeat_interval` after the flush that told it last, so that a
//!   multiple of `group_interval` is kept. Alertmanager compares with the time at which the
//!   message had been delivered, and is then often one `group_interval` late.
//! - An alert is firing or resolved as its owner says. Alertmanager looks at its end when it
//!   flushes and when it inhibits.
//! - Of several alerts that inhibit one, the one with the least key is named; of those in
//!   Alertmanager, any.
//!
//! What Alertmanager does not know is off until it is asked for: acknowledgement that stops
//! repeats ([`FlushRule`]), flapping ([`FlapRule`]), storm limits ([`StormRule`]) and digests
//! ([`Cadence`]).

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
mod replay;
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
pub use replay::{Replayed, Sent, Spell, Trial, replay};
pub use silence::{SilenceIndex, SilenceSpec};
pub use syntax::Syntax;
pub use tree::{GroupBy, GroupLabels, Node, RouteError, RouteSpec, Timings, Tree, Tried, Verdict};
pub use wheel::Wheel;
