//! How available something is that needs other things.

use crate::diagram::{Diagram, Function, YES};
use crate::network::{Graph, NONE};

/// How likely an item is up, with all that it needs. A design estimate: it assumes that parts fail
/// independently of each other.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Composite {
    /// It is at least this.
    pub low: f64,
    /// It is at most this; the same as `low` when it could be worked out exactly.
    pub high: f64,
    /// How many items it rests on, itself included.
    pub items: usize,
}

impl Composite {
    /// The availability, when it could be worked out exactly.
    pub fn exact(&self) -> Option<f64> {
        (self.low == self.high).then_some(self.low)
    }
}

impl Graph {
    /// How available an item is when each item by itself, with all that it needs up, is available
    /// as `own` says (from 0 to 1). `None` for an unknown item.
    ///
    /// What is needed by itself is in series, `ΠA`; of a group at least so many must be up,
    /// `Σ C(n,j) A^j (1−A)^(n−j)` for equal parts. Something that several paths lead to counts
    /// once: the whole is a decision diagram over the items, exact up to 100,000 nodes, also in
    /// cycles.
    ///
    /// Above that size the answer is two bounds, by what holds for parts that only ever help
    /// (Esary, Proschan and Walkup, 1967): all of several are up at least with the product of their
    /// probabilities, at most with the least of them; of k of n the k best are up together at
    /// least, and the n−k+1 worst are not all down at most.
    pub fn composite(&self, item: &str, own: impl Fn(&str) -> f64) -> Option<Composite> {
        self.composite_of_all(&[item], own)
    }

    /// How available several items are together, each of which must be up: what they share counts
    /// once. Unknown items are passed over; `None` when no other is left.
    pub fn composite_of_all(&self, items: &[&str], own: impl Fn(&str) -> f64) -> Option<Composite> {
        let roots: Vec<u32> = items.iter().filter_map(|item| self.number(item)).collect();
        let order = self.order(&roots);
        if order.is_empty() {
            return None;
        }
        let mut place = vec![NONE; self.len()];
        for (at, item) in (0u32..).zip(&order) {
            place[*item as usize] = at;
        }
        let own: Vec<f64> =
            order.iter().map(|item| own(self.name(*item)).clamp(0.0, 1.0)).collect();
        let parts: Vec<Parts> = order.iter().map(|item| self.parts(*item, &place)).collect();
        let items = order.len();
        let roots: Vec<u32> = roots.iter().map(|root| place[*root as usize]).collect();
        let exact = exact(&parts, &roots, |at| own[at as usize]);
        let (low, high) = match exact {
            Some(exact) => (exact, exact),
            None => bounds(&parts, &roots, &own),
        };
        Some(Composite { low, high, items })
    }

    /// Some items and all that they rest on, what is nearer first.
    fn order(&self, roots: &[u32]) -> Vec<u32> {
        let mut seen = vec![false; self.len()];
        let mut open: Vec<u32> = roots.iter().rev().copied().collect();
        let mut order = Vec::new();
        while let Some(item) = open.pop() {
            if std::mem::replace(&mut seen[item as usize], true) {
                continue;
            }
            order.push(item);
            open.extend(self.needs.of(item).iter().rev().map(|link| link.item));
        }
        order
    }

    /// What an item needs, by place in the order.
    fn parts(&self, item: u32, place: &[u32]) -> Parts {
        let mut parts = Parts::default();
        for link in self.needs.of(item) {
            let at = place[link.item as usize];
            if link.group == NONE {
                parts.alone.push(at);
                continue;
            }
            match parts.groups.iter_mut().find(|(group, ..)| *group == link.group) {
                Some((_, _, members)) => members.push(at),
                None => {
                    let group = &self.groups[link.group as usize];
                    // A group that needs more than it has cannot lose any.
                    let need = group.need.min(group.total) as usize;
                    parts.groups.push((link.group, need, vec![at]));
                }
            }
        }
        parts
    }
}

/// What one item needs: some by themselves, of groups so many.
#[derive(Default)]
struct Parts {
    alone: Vec<u32>,
    groups: Vec<(u32, usize, Vec<u32>)>,
}

/// The probability that all roots are up; `None` when the diagram grows too large.
fn exact(parts: &[Parts], roots: &[u32], own: impl Fn(u32) -> f64) -> Option<f64> {
    let mut diagram = Diagram::new();
    // Everything is up until shown otherwise: cycles fail only by what fails in or below them.
    let mut up: Vec<Function> = vec![YES; parts.len()];
    loop {
        let before = up.clone();
        // What is needed comes later in the order, so most is settled in one pass.
        for at in (0..parts.len()).rev() {
            let alone = parts[at].alone.iter().map(|needed| up[*needed as usize]);
            let mut wanted: Vec<Function> = alone.collect();
            for (_, need, members) in &parts[at].groups {
                let members: Vec<Function> = members.iter().map(|m| up[*m as usize]).collect();
                wanted.push(diagram.at_least(*need, &members)?);
            }
            let function = diagram.all(wanted)?;
            let variable = diagram.variable(at as u32)?;
            let function = diagram.and(variable, function)?;
            up[at] = function;
        }
        if up == before {
            let roots = roots.iter().map(|root| up[*root as usize]).collect();
            let together = diagram.all(roots)?;
            return Some(diagram.probability(together, own));
        }
    }
}

/// Two numbers between which the probability lies that all roots are up.
fn bounds(parts: &[Parts], roots: &[u32], own: &[f64]) -> (f64, f64) {
    // With everything up, they are up.
    let all: f64 = own.iter().product();
    let (mut low, mut high) = (vec![0.0_f64; parts.len()], own.to_vec());
    // Each pass starts from bounds and gives bounds: any number of passes is right.
    for _ in 0..16 {
        for at in (0..parts.len()).rev() {
            let (mut least, mut most) = (1.0_f64, 1.0_f64);
            for needed in &parts[at].alone {
                least *= low[*needed as usize];
                most = most.min(high[*needed as usize]);
            }
            for (_, need, members) in &parts[at].groups {
                least *= together(*need, members, &low);
                let may_fail = members.len() - need;
                let down: Vec<f64> = high.iter().map(|high| 1.0 - high).collect();
                if *need > 0 {
                    most = most.min(1.0 - together(may_fail + 1, members, &down));
                }
            }
            low[at] = low[at].max(own[at] * least);
            high[at] = high[at].min(own[at] * most);
        }
    }
    let mut apart: Vec<u32> = roots.to_vec();
    apart.sort_unstable();
    apart.dedup();
    let least: f64 = apart.iter().map(|root| low[*root as usize]).product();
    let most = apart.iter().map(|root| high[*root as usize]).fold(1.0, f64::min);
    (least.max(all).min(most), most)
}

/// The product of the greatest of some numbers.
fn together(count: usize, members: &[u32], of: &[f64]) -> f64 {
    let mut values: Vec<f64> = members.iter().map(|member| of[*member as usize]).collect();
    values.sort_unstable_by(|a, b| b.total_cmp(a));
    values.iter().take(count).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Builder, Relation};

    #[test]
    fn bounds_hold_the_exact_figure() {
        let mut builder = Builder::new();
        builder.group("shop", "nodes", 2, &["a", "b", "c"]);
        for node in ["a", "b", "c"] {
            builder.relate(node, Relation::RunsOn, "rack");
        }
        builder.relate("shop", Relation::DependsOn, "rack");
        let graph = builder.build();
        let order = graph.order(&[graph.number("shop").expect("an item")]);
        let mut place = vec![NONE; graph.len()];
        for (at, item) in (0u32..).zip(&order) {
            place[*item as usize] = at;
        }
        let parts: Vec<Parts> = order.iter().map(|item| graph.parts(*item, &place)).collect();
        let own = vec![0.9; order.len()];
        let (low, high) = bounds(&parts, &[0], &own);
        let exact = exact(&parts, &[0], |_| 0.9).expect("it is small");
        assert!(low <= exact && exact <= high && low < high, "{low} {exact} {high}");
        assert!(low > 0.0 && high < 0.9);
        let (low, high) = bounds(&parts, &[0, 1, 1], &own);
        assert!(low < high && high < 0.9, "{low} {high}");
    }

    #[test]
    fn what_several_items_share_counts_once() {
        let mut builder = Builder::new();
        for item in ["shop", "desk"] {
            builder.relate(item, Relation::DependsOn, "site");
        }
        let graph = builder.build();
        let of =
            |items: &[&str]| graph.composite_of_all(items, |_| 0.9).and_then(|found| found.exact());
        let near = |found: Option<f64>, wanted: f64| {
            assert!(
                found.is_some_and(|found| (found - wanted).abs() < 1e-12),
                "{found:?} {wanted}"
            );
        };
        near(of(&["shop"]), 0.81);
        near(of(&["shop", "desk"]), 0.729);
        near(of(&["shop", "shop", "nowhere"]), 0.81);
        assert_eq!(of(&["nowhere"]), None);
        assert_eq!(of(&[]), None);
    }
}
