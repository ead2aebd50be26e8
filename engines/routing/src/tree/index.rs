use std::collections::BTreeMap;

use super::Node;
use crate::labels::{LabelSet, value};
use crate::matcher::Op;

/// From how many routes side by side an index pays for its look-up.
const ROUTES_MIN: usize = 8;

/// Finds, among routes side by side, those that one label does not rule out.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    /// The label that most of them compare with a value.
    label: String,
    /// Positions of the routes that want this value, ascending.
    by_value: BTreeMap<String, Vec<usize>>,
    /// Positions of the routes that do not compare the label, ascending.
    others: Vec<usize>,
}

impl Index {
    /// An index of these routes, when it can rule out at least half of them.
    pub(super) fn of(nodes: &[Node], routes: &[usize]) -> Option<Index> {
        if routes.len() < ROUTES_MIN {
            return None;
        }
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for &route in routes {
            for matcher in nodes[route].matchers.iter().filter(|m| m.op() == Op::Equal) {
                *uses.entry(matcher.name()).or_default() += 1;
            }
        }
        let (label, count) = uses.into_iter().max_by_key(|(_, count)| *count)?;
        if count * 2 < routes.len() {
            return None;
        }
        let mut index =
            Index { label: label.to_owned(), by_value: BTreeMap::new(), others: Vec::new() };
        for (position, &route) in routes.iter().enumerate() {
            let mut matchers = nodes[route].matchers.iter();
            match matchers.find(|m| m.op() == Op::Equal && m.name() == label) {
                Some(matcher) => {
                    index.by_value.entry(matcher.value().to_owned()).or_default().push(position);
                }
                None => index.others.push(position),
            }
        }
        Some(index)
    }

    /// The first position from `start` on that this alert may fit.
    pub(super) fn next(&self, labels: &dyn LabelSet, start: usize) -> Option<usize> {
        let next = |positions: &[usize]| {
            positions.get(positions.partition_point(|&position| position < start)).copied()
        };
        let same = self.by_value.get(value(labels, &self.label)).and_then(|list| next(list));
        match (same, next(&self.others)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}
