use crate::network::{Graph, Link, NONE};
use crate::reach::{Mark, Reach};

impl Graph {
    /// What breaks when these items are down.
    ///
    /// An item is hit when something that it needs by itself is down, or when fewer members of a
    /// redundancy group are up than it needs. Its hops count the rounds in which the failure
    /// spreads; the path leads over what was down first, or over the last straw of a group.
    ///
    /// A hit is `softened` when the item has lost members of a group but not too many: it still
    /// works, with less in reserve. The search goes no further from there.
    ///
    /// Unknown items break nothing. Takes time linear in what is hit, plus clearing one mark per
    /// item of the graph.
    pub fn impact<'a>(&self, down: impl IntoIterator<Item = &'a str>) -> Reach<'_> {
        let roots = down.into_iter().filter_map(|item| self.number(item));
        let mut reach = Reach::begin(self, roots);
        let mut slack = self.slack.clone();
        let mut softened = Vec::new();
        let mut next = 0;
        while let Some(cause) = reach.found.get(next).copied() {
            next += 1;
            for link in self.used_by.of(cause) {
                if !reach.marks[link.item as usize].down() {
                    spread(&mut reach, &mut slack, &mut softened, (cause, *link));
                }
            }
        }
        softened.retain(|item| reach.marks[*item as usize].softened);
        reach.found.retain(|item| reach.marks[*item as usize].hops > 0);
        reach.found.extend(softened);
        reach.found.sort_by_key(|item| reach.marks[*item as usize].hops);
        reach
    }
}

/// Lets the failure of `cause` act on the item at the other end of `link`, which is up.
fn spread(
    reach: &mut Reach<'_>,
    slack: &mut [u32],
    softened: &mut Vec<u32>,
    (cause, link): (u32, Link),
) {
    let reserve = if link.group == NONE { 0 } else { slack[link.group as usize] };
    let mark = Mark {
        hops: reach.marks[cause as usize].hops + 1,
        previous: cause,
        group: link.group,
        relation: link.relation,
        softened: reserve > 0,
    };
    let known = &mut reach.marks[link.item as usize];
    if reserve == 0 {
        *known = mark;
        reach.found.push(link.item);
        return;
    }
    slack[link.group as usize] -= 1;
    if !known.reached() {
        *known = mark;
        softened.push(link.item);
    }
}

impl Mark {
    fn down(self) -> bool {
        self.reached() && !self.softened
    }
}
