use super::{GroupLabels, Node, Tree};
use crate::labels::LabelSet;
use crate::matcher::Matcher;
use crate::quote::quoted;

/// What came of trying a route for an alert.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict<'t> {
    /// It takes the alert: it matched and none below it did.
    Takes,
    /// It matched, and so did routes below, which take the alert instead.
    Passes,
    /// It did not match.
    Refused {
        /// The first of its matchers that the alert does not fit.
        by: &'t Matcher,
    },
}

/// A route that was tried for an alert.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'t> {
    /// The route.
    pub node: &'t Node,
    /// What came of it.
    pub verdict: Verdict<'t>,
    /// The alert was taken here or below, and the routes beside that follow were therefore not
    /// tried: `continue` is not set.
    pub ends: bool,
}

/// A matched route whose routes below are being tried.
struct Frame {
    place: usize,
    /// The next position among the routes below; past the end when one took the alert for good.
    next: usize,
    /// Whether any route below matched.
    below: bool,
}

pub(super) fn matching<'t>(tree: &'t Tree, labels: &dyn LabelSet) -> Vec<&'t Node> {
    let mut found = Vec::new();
    let mut frames = vec![Frame { place: 0, next: 0, below: false }];
    while let Some(frame) = frames.last_mut() {
        let node = &tree.nodes[frame.place];
        let position = match &node.index {
            Some(index) => index.next(labels, frame.next),
            None => Some(frame.next),
        };
        let Some(&child) = position.and_then(|position| node.children.get(position)) else {
            if !frame.below {
                found.push(node);
            }
            frames.pop();
            continue;
        };
        frame.next = position.unwrap_or_default() + 1;
        if tree.nodes[child].matchers.matches(labels) {
            frame.below = true;
            if !tree.nodes[child].continues {
                frame.next = node.children.len();
            }
            frames.push(Frame { place: child, next: 0, below: false });
        }
    }
    found
}

pub(super) fn explain<'t>(tree: &'t Tree, labels: &dyn LabelSet) -> Vec<Tried<'t>> {
    let root = &tree.nodes[0];
    let mut tried = vec![Tried { node: root, verdict: Verdict::Takes, ends: false }];
    // Beside each frame the line of its route in `tried`.
    let mut frames = vec![(Frame { place: 0, next: 0, below: false }, 0)];
    while let Some((frame, line)) = frames.last_mut() {
        let node = &tree.nodes[frame.place];
        let Some(&place) = node.children.get(frame.next) else {
            if frame.below {
                tried[*line].verdict = Verdict::Passes;
            }
            frames.pop();
            continue;
        };
        let child = &tree.nodes[place];
        frame.next += 1;
        let Some(by) = tree.refusal(place, labels) else {
            frame.below = true;
            let ends = !child.continues && frame.next < node.children.len();
            if !child.continues {
                frame.next = node.children.len();
            }
            tried.push(Tried { node: child, verdict: Verdict::Takes, ends });
            frames.push((Frame { place, next: 0, below: false }, tried.len() - 1));
            continue;
        };
        tried.push(Tried { node: child, verdict: Verdict::Refused { by }, ends: false });
    }
    tried
}

/// A group key as Alertmanager prints it.
pub(super) fn group_key(route: &str, labels: &GroupLabels) -> String {
    let mut key = format!("{route}:{{");
    for (place, (name, value)) in labels.iter().enumerate() {
        if place > 0 {
            key.push_str(", ");
        }
        key.push_str(name);
        key.push('=');
        key.push_str(&quoted(value));
    }
    key.push('}');
    key
}
