use std::collections::{BTreeSet, VecDeque};
use std::mem::take;
use std::sync::Arc;

use super::index::Index;
use super::{GroupBy, Node, Options, RouteSpec, Timings, Tree};
use crate::matcher::{Matcher, MatcherError, Matchers, Op};

/// Deepest nesting. Every level repeats the keys of those above, so depth costs memory.
const DEPTH_MAX: usize = 256;

/// One mistake in the routes.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct RouteError {
    /// Where: `route.routes[2].routes[0]`.
    pub path: String,
    /// What is wrong, in Alertmanager's words.
    pub problem: String,
}

/// A route that waits to be built. They are taken from one queue, not by recursion, so that no
/// nesting exhausts the stack.
struct Waiting {
    spec: RouteSpec,
    parent: Option<usize>,
    position: usize,
    path: String,
}

struct Builder<'n> {
    receivers: &'n BTreeSet<String>,
    intervals: &'n BTreeSet<String>,
    nodes: Vec<Node>,
    errors: Vec<RouteError>,
}

pub(super) fn build(
    spec: RouteSpec,
    receivers: &BTreeSet<String>,
    intervals: &BTreeSet<String>,
) -> Result<Tree, Vec<RouteError>> {
    let mut builder = Builder { receivers, intervals, nodes: Vec::new(), errors: Vec::new() };
    let root = Waiting { spec, parent: None, position: 0, path: "route".to_owned() };
    // Those below come to the front, in their order: numbers are then in the order of the tree.
    let mut waiting = VecDeque::from([root]);
    while let Some(mut next) = waiting.pop_front() {
        let below = take(&mut next.spec.routes);
        let path = next.path.clone();
        let place = builder.add(next);
        if builder.nodes[place].depth == DEPTH_MAX && !below.is_empty() {
            builder.complain(&path, format!("routes are nested deeper than {DEPTH_MAX}"));
            discard(below);
            continue;
        }
        for (position, spec) in below.into_iter().enumerate().rev() {
            let path = format!("{path}.routes[{position}]");
            waiting.push_front(Waiting { spec, parent: Some(place), position, path });
        }
    }
    if !builder.errors.is_empty() {
        return Err(builder.errors);
    }
    let mut nodes = builder.nodes;
    for place in 0..nodes.len() {
        nodes[place].index = Index::of(&nodes, &nodes[place].children);
    }
    let by_id = nodes.iter().map(|node| (Arc::clone(&node.id), node.place)).collect();
    Ok(Tree { nodes, by_id })
}

/// Drops nested routes level by level: the compiler's own way is recursion.
fn discard(mut specs: Vec<RouteSpec>) {
    while let Some(mut spec) = specs.pop() {
        specs.append(&mut spec.routes);
    }
}

impl Builder<'_> {
    fn add(&mut self, waiting: Waiting) -> usize {
        let Waiting { mut spec, parent, position, path } = waiting;
        self.check(&spec, parent.is_none(), &path);
        let matchers = self.matchers(&mut spec, &path);
        let above = parent.map(|place| &self.nodes[place]);
        let key: Arc<str> = match above {
            Some(above) => format!("{}/{matchers}", above.key).into(),
            None => matchers.to_string().into(),
        };
        let id = match above {
            Some(above) => format!("{}/{matchers}/{position}", above.id).into(),
            None => Arc::clone(&key),
        };
        let options = options(&mut spec, above.map(|above| &above.options));
        let place = self.nodes.len();
        let node = Node {
            place,
            parent,
            children: Vec::new(),
            index: None,
            depth: above.map_or(0, |above| above.depth + 1),
            id,
            key,
            matchers,
            options,
            mute_time_intervals: spec.mute_time_intervals,
            active_time_intervals: spec.active_time_intervals,
            continues: spec.continues,
        };
        self.nodes.push(node);
        if let Some(parent) = parent {
            self.nodes[parent].children.push(place);
        }
        place
    }

    fn check(&mut self, spec: &RouteSpec, is_root: bool, path: &str) {
        if is_root {
            self.check_root(spec, path);
        }
        if let Some(name) = spec.receiver.as_ref().filter(|name| !name.is_empty())
            && !self.receivers.contains(name)
        {
            self.complain(path, format!("undefined receiver {name:?} used in route"));
        }
        for name in spec.mute_time_intervals.iter().chain(&spec.active_time_intervals) {
            if !self.intervals.contains(name) {
                self.complain(path, format!("undefined time interval {name:?} used in route"));
            }
        }
        if spec.group_interval.is_some_and(|interval| interval.is_zero()) {
            self.complain(path, "group_interval cannot be zero".to_owned());
        }
        if spec.repeat_interval.is_some_and(|interval| interval.is_zero()) {
            self.complain(path, "repeat_interval cannot be zero".to_owned());
        }
        let waits = [spec.group_wait, spec.group_interval, spec.repeat_interval];
        if waits.into_iter().flatten().any(|wait| wait.is_negative()) {
            self.complain(path, "a wait cannot be negative".to_owned());
        }
        self.check_group_by(&spec.group_by, path);
    }

    fn check_root(&mut self, spec: &RouteSpec, path: &str) {
        let matchers = !spec.matchers.is_empty()
            || !spec.legacy_match.is_empty()
            || !spec.legacy_match_re.is_empty();
        for (wrong, problem) in [
            (
                spec.receiver.as_ref().is_none_or(String::is_empty),
                "root route must specify a default receiver",
            ),
            (matchers, "root route must not have any matchers"),
            (
                !spec.mute_time_intervals.is_empty(),
                "root route must not have any mute time intervals",
            ),
            (
                !spec.active_time_intervals.is_empty(),
                "root route must not have any active time intervals",
            ),
            (spec.continues, "cannot have continue in root route"),
        ] {
            if wrong {
                self.complain(path, problem.to_owned());
            }
        }
    }

    fn check_group_by(&mut self, names: &[String], path: &str) {
        let mut seen = BTreeSet::new();
        let mut labels = names.iter().filter(|name| *name != ALL).peekable();
        if labels.peek().is_some() && names.iter().any(|name| name == ALL) {
            let problem =
                "cannot have wildcard group_by (`...`) and other other labels at the same time";
            self.complain(path, problem.to_owned());
        }
        for name in labels {
            if name.is_empty() {
                self.complain(path, format!("invalid label name {name:?} in group_by list"));
            } else if !seen.insert(name) {
                self.complain(path, format!("duplicated label {name:?} in group_by"));
            }
        }
    }

    fn matchers(&mut self, spec: &mut RouteSpec, path: &str) -> Matchers {
        let mut all: Vec<Matcher> = take(&mut spec.matchers).to_vec();
        let legacy = legacy(&spec.legacy_match, &spec.legacy_match_re);
        for matcher in legacy {
            match matcher {
                Ok(matcher) => all.push(matcher),
                Err(error) => self.complain(path, error.problem),
            }
        }
        Matchers::from(all).sorted()
    }

    fn complain(&mut self, path: &str, problem: String) {
        self.errors.push(RouteError { path: path.to_owned(), problem });
    }
}

const ALL: &str = "...";

/// The matchers behind the two older forms.
pub(crate) fn legacy(
    equal: &std::collections::BTreeMap<String, String>,
    expressions: &std::collections::BTreeMap<String, String>,
) -> Vec<Result<Matcher, MatcherError>> {
    let equal = equal.iter().map(|pair| (Op::Equal, pair));
    let expressions = expressions.iter().map(|pair| (Op::Regex, pair));
    equal
        .chain(expressions)
        .map(|(op, (name, value))| {
            let first = name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
            let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            if !(first && plain) {
                return Err(MatcherError::new(1, format!("invalid label name {name:?}")));
            }
            // Alertmanager keeps these with their anchors, and so they are in group keys.
            match op {
                Op::Regex => {
                    // Its anchors must not hide what is wrong with it.
                    Matcher::new(name, op, value)?;
                    Matcher::new(name, op, format!("^(?:{value})$"))
                }
                _ => Matcher::new(name, op, value),
            }
        })
        .collect()
}

fn options(spec: &mut RouteSpec, above: Option<&Arc<Options>>) -> Arc<Options> {
    let mut options = above.map_or_else(
        || Options {
            receiver: String::new(),
            group_by: GroupBy::Labels(BTreeSet::new()),
            timings: Timings::default(),
        },
        |above| Options::clone(above),
    );
    if let Some(receiver) = spec.receiver.take().filter(|name| !name.is_empty()) {
        options.receiver = receiver;
    }
    let group_by = take(&mut spec.group_by);
    if group_by.iter().any(|name| name == ALL) {
        options.group_by = GroupBy::All;
    } else if !group_by.is_empty() {
        options.group_by = GroupBy::Labels(group_by.into_iter().collect());
    }
    let timings = &mut options.timings;
    timings.group_wait = spec.group_wait.unwrap_or(timings.group_wait);
    timings.group_interval = spec.group_interval.unwrap_or(timings.group_interval);
    timings.repeat_interval = spec.repeat_interval.unwrap_or(timings.repeat_interval);
    match above {
        Some(above) if **above == options => Arc::clone(above),
        _ => Arc::new(options),
    }
}
