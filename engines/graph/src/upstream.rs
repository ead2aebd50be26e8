use crate::network::{Graph, NONE};
use crate::reach::{Mark, Reach};

impl Graph {
    /// What the item depends on, directly and through others, with hops and a shortest path.
    ///
    /// A hit is `softened` when redundancy stands between: on every way there some group can do
    /// without one of its members. Nothing for an unknown item.
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
}
