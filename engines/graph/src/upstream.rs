use crate::network::{Graph, NONE};
use crate::reach::{Mark, Reach};

/// How many links [`Graph::upstream`] follows to find out what redundancy is worth.
const LINKS_MAX: usize = 10_000_000;

impl Graph {
    /// What the item depends on, directly and through others, with hops and a shortest path.
    ///
    /// A hit is `softened` when the item would still work if that alone were down. Two copies of a
    /// database soften each other but not the site on which both stand. Finding out follows at
    /// most ten million links; what is open then counts as not softened.
    ///
    /// Nothing for an unknown item.
    pub fn upstream(&self, item: &str) -> Reach<'_> {
        let mut reach = Reach::begin(self, self.number(item).into_iter());
        let mut next = 0;
        while let Some(owner) = reach.found.get(next).copied() {
            next += 1;
            let hops = reach.marks[owner as usize].hops + 1;
            for link in self.needs.of(owner) {
                let mark = &mut reach.marks[link.item as usize];
                if !mark.reached() {
                    *mark = Mark {
                        hops,
                        previous: owner,
                        group: link.group,
                        relation: link.relation,
                        softened: true,
                    };
                    reach.found.push(link.item);
                }
            }
        }
        self.harden(&mut reach);
        self.harden_shared(&mut reach);
        reach.found.retain(|item| reach.marks[*item as usize].hops > 0);
        reach
    }

    /// Takes the softening from everything that is reached without any redundancy between.
    fn harden(&self, reach: &mut Reach<'_>) {
        let mut open: Vec<u32> = reach.found.first().copied().into_iter().collect();
        while let Some(owner) = open.pop() {
            for link in self.needs.of(owner) {
                let spare = link.group != NONE && self.slack[link.group as usize] > 0;
                let mark = &mut reach.marks[link.item as usize];
                if !spare && mark.softened {
                    mark.softened = false;
                    open.push(link.item);
                }
            }
        }
    }

    /// Takes the softening from what several members of one group have in common.
    fn harden_shared(&self, reach: &mut Reach<'_>) {
        let Some(root) = reach.found.first().copied() else { return };
        let softened = |item: &u32| reach.marks[*item as usize].softened;
        let candidates: Vec<u32> = reach.found.iter().copied().filter(softened).collect();
        if candidates.is_empty() {
            return;
        }
        let mut failure = Failure {
            fallen: vec![0; self.len()],
            losses: vec![(0, 0); self.groups.len()],
            order: Vec::new(),
            links_left: LINKS_MAX,
        };
        for (candidate, run) in candidates.into_iter().zip(1..) {
            let survives = failure.spread(self, &reach.marks, (candidate, root), run);
            reach.marks[candidate as usize].softened = survives;
        }
    }
}

/// Lets one item after another fail without clearing what the one before has left: everything
/// carries the number of the run that it is from.
struct Failure {
    fallen: Vec<u32>,
    /// By group: members lost in a run.
    losses: Vec<(u32, u32)>,
    order: Vec<u32>,
    links_left: usize,
}

impl Failure {
    /// Whether `root` survives the failure of `start`. Looks only at what `root` depends on.
    fn spread(
        &mut self,
        graph: &Graph,
        upstream: &[Mark],
        (start, root): (u32, u32),
        run: u32,
    ) -> bool {
        self.order.clear();
        self.order.push(start);
        self.fallen[start as usize] = run;
        let mut next = 0;
        while let Some(cause) = self.order.get(next).copied() {
            next += 1;
            for link in graph.used_by.of(cause) {
                let item = link.item as usize;
                if self.links_left == 0 {
                    return false;
                }
                self.links_left -= 1;
                if self.fallen[item] == run || !upstream[item].reached() {
                    continue;
                }
                if link.group != NONE
                    && self.lose(link.group, run) <= graph.slack[link.group as usize]
                {
                    continue;
                }
                if link.item == root {
                    return false;
                }
                self.fallen[item] = run;
                self.order.push(link.item);
            }
        }
        true
    }

    /// Counts one more member of a group as lost, and gives how many are.
    fn lose(&mut self, group: u32, run: u32) -> u32 {
        let losses = &mut self.losses[group as usize];
        if losses.0 != run {
            *losses = (run, 0);
        }
        losses.1 += 1;
        losses.1
    }
}
