use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;

use crate::labels::LabelSet;
use crate::matcher::{Matcher, Matchers};

mod build;
mod index;
mod walk;

pub use build::RouteError;
pub(crate) use build::legacy;
pub use walk::{Tried, Verdict};

/// The labels by which a group came together, with their values.
pub type GroupLabels = BTreeMap<String, String>;

/// A route as it is written; what is not said is taken from the route above.
///
/// [`Tree::build`] takes apart what is nested, however deep it is. Dropped elsewhere it is dropped
/// by recursion, so whoever reads routes from outside limits their depth.
#[derive(Clone, Default, Debug)]
pub struct RouteSpec {
    /// Who is told. Only the first route needs one.
    pub receiver: Option<String>,
    /// Label and value, the older form of an equality.
    pub legacy_match: BTreeMap<String, String>,
    /// Label and expression, the older form of `=~`.
    pub legacy_match_re: BTreeMap<String, String>,
    /// What an alert has to fit.
    pub matchers: Matchers,
    /// Labels to group by; `...` alone stands for all. Empty: as above.
    pub group_by: Vec<String>,
    /// How long the first notification of a group waits for more alerts.
    pub group_wait: Option<SignedDuration>,
    /// Least time between two notifications of a group.
    pub group_interval: Option<SignedDuration>,
    /// After how long the same is told again.
    pub repeat_interval: Option<SignedDuration>,
    /// Names of intervals in which nothing is told. Never taken from above.
    pub mute_time_intervals: Vec<String>,
    /// Names of intervals outside of which nothing is told. Never taken from above.
    pub active_time_intervals: Vec<String>,
    /// Whether the routes beside it are tried although this one matched.
    pub continues: bool,
    /// The routes below.
    pub routes: Vec<RouteSpec>,
}

/// By what the alerts of a route are put together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GroupBy {
    /// By every label: each alert is a group of its own.
    All,
    /// By these labels; by none, all alerts of the route are one group.
    Labels(BTreeSet<String>),
}

/// One route of a [`Tree`], with everything that it takes from above filled in.
#[derive(Clone, Debug)]
pub struct Node {
    pub(crate) place: usize,
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    pub(crate) index: Option<index::Index>,
    pub(crate) depth: usize,
    pub(crate) id: Arc<str>,
    pub(crate) key: Arc<str>,
    pub(crate) matchers: Matchers,
    pub(crate) options: Arc<Options>,
    pub(crate) mute_time_intervals: Vec<String>,
    pub(crate) active_time_intervals: Vec<String>,
    pub(crate) continues: bool,
}

/// What a route takes from above.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Options {
    pub(crate) receiver: String,
    pub(crate) group_by: GroupBy,
    pub(crate) timings: Timings,
}

/// The three waits of a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Timings {
    /// How long the first notification of a group waits for more alerts.
    pub group_wait: SignedDuration,
    /// Least time between two notifications of a group.
    pub group_interval: SignedDuration,
    /// After how long the same is told again.
    pub repeat_interval: SignedDuration,
}

/// Alertmanager's: 30 seconds, 5 minutes, 4 hours.
impl Default for Timings {
    fn default() -> Timings {
        Timings {
            group_wait: SignedDuration::from_secs(30),
            group_interval: SignedDuration::from_mins(5),
            repeat_interval: SignedDuration::from_hours(4),
        }
    }
}

impl Node {
    /// Unique in its tree and the same after a reload that leaves the routes in their places:
    /// `{}/{team="a"}/0`.
    pub fn id(&self) -> &Arc<str> {
        &self.id
    }

    /// Alertmanager's name of the route, which is the first part of a group key: `{}/{team="a"}`.
    /// Two routes may share it.
    pub fn key(&self) -> &Arc<str> {
        &self.key
    }

    /// Its number in the tree: the first route is 0, each is numbered before those below it.
    pub fn place(&self) -> usize {
        self.place
    }

    /// The number of the route above.
    pub fn parent(&self) -> Option<usize> {
        self.parent
    }

    /// The numbers of the routes below, in their order.
    pub fn children(&self) -> &[usize] {
        &self.children
    }

    /// How many routes are above it.
    pub fn depth(&self) -> usize {
        self.depth
    }

    /// Who is told.
    pub fn receiver(&self) -> &str {
        &self.options.receiver
    }

    /// What an alert has to fit, in Alertmanager's order.
    pub fn matchers(&self) -> &Matchers {
        &self.matchers
    }

    /// By what alerts are put together.
    pub fn group_by(&self) -> &GroupBy {
        &self.options.group_by
    }

    /// The waits that hold here.
    pub fn timings(&self) -> Timings {
        self.options.timings
    }

    /// Names of intervals in which nothing is told.
    pub fn mute_time_intervals(&self) -> &[String] {
        &self.mute_time_intervals
    }

    /// Names of intervals outside of which nothing is told; none: always active.
    pub fn active_time_intervals(&self) -> &[String] {
        &self.active_time_intervals
    }

    /// Whether the routes beside it are tried although this one matched.
    pub fn continues(&self) -> bool {
        self.continues
    }

    /// The group of an alert at this route: its labels, and the key by which Alertmanager calls it
    /// in payloads: `{}/{a="b"}:{alertname="x"}`.
    pub fn group_key(&self, labels: &dyn LabelSet) -> (GroupLabels, String) {
        let mut group = GroupLabels::new();
        match self.group_by() {
            GroupBy::All => labels.each(&mut |name, value| {
                if !value.is_empty() {
                    group.insert(name.to_owned(), value.to_owned());
                }
            }),
            GroupBy::Labels(names) => {
                for name in names {
                    if let Some(value) = labels.get(name).filter(|value| !value.is_empty()) {
                        group.insert(name.clone(), value.to_owned());
                    }
                }
            }
        }
        let key = walk::group_key(&self.key, &group);
        (group, key)
    }
}

/// The routes, checked and ready to be asked. A tree never changes; a new configuration is a new
/// tree.
#[derive(Clone, Debug)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    by_id: BTreeMap<Arc<str>, usize>,
}

impl Tree {
    /// Checks a specification and fills in what each route takes from above.
    ///
    /// # Errors
    /// Every mistake, each with the path of its route.
    pub fn build(
        spec: RouteSpec,
        receivers: &BTreeSet<String>,
        intervals: &BTreeSet<String>,
    ) -> Result<Tree, Vec<RouteError>> {
        build::build(spec, receivers, intervals)
    }

    /// The routes that take an alert, in the order of the tree. The first route takes what no
    /// other does, so there is always one.
    pub fn matching(&self, labels: &dyn LabelSet) -> Vec<&Node> {
        walk::matching(self, labels)
    }

    /// Every route that was tried for an alert, in order, and what came of it.
    pub fn explain(&self, labels: &dyn LabelSet) -> Vec<Tried<'_>> {
        walk::explain(self, labels)
    }

    /// All routes, each before those below it.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The route with this [`Node::id`].
    pub fn by_id(&self, id: &str) -> Option<&Node> {
        self.nodes.get(*self.by_id.get(id)?)
    }

    /// The first matcher of a route that refuses an alert.
    pub(crate) fn refusal(&self, place: usize, labels: &dyn LabelSet) -> Option<&Matcher> {
        self.nodes[place].matchers.refused_by(labels)
    }
}
