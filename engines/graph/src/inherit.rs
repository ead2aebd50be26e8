use crate::network::{Graph, NONE};

impl Graph {
    /// Hands levels down from items to everything they need: each item ends up with the highest
    /// level of itself and of all that depends on it. Redundancy does not lower a level.
    ///
    /// Unknown items are left out; of several levels for one item the highest counts.
    pub fn inherit<'a, L: Ord + Copy>(
        &self,
        levels: impl IntoIterator<Item = (&'a str, L)>,
    ) -> Inherited<'_, L> {
        let mut sources: Vec<(L, u32)> = levels
            .into_iter()
            .filter_map(|(item, level)| Some((level, self.number(item)?)))
            .collect();
        sources.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut inherited =
            Inherited { graph: self, levels: vec![None; self.len()], from: vec![NONE; self.len()] };
        // Highest level first: whoever has a level by then cannot be given a higher one.
        for sources in sources.chunk_by(|a, b| a.0 == b.0) {
            inherited.hand_down(sources);
        }
        inherited
    }
}

/// The level of every item, own or inherited, and where it comes from.
#[derive(Clone, Debug)]
pub struct Inherited<'g, L> {
    graph: &'g Graph,
    levels: Vec<Option<L>>,
    /// By item: the dependent it inherits from, [`NONE`] when the level is its own.
    from: Vec<u32>,
}

impl<'g, L: Copy> Inherited<'g, L> {
    /// The level of an item; `None` when neither it nor anything that depends on it has one.
    pub fn level(&self, item: &str) -> Option<L> {
        self.levels[self.graph.number(item)? as usize]
    }

    /// Where the level comes from: a shortest path from the item that has it of its own, down to
    /// this one. Empty for an item without a level.
    pub fn path(&self, item: &str) -> Vec<&'g str> {
        let mut path = Vec::new();
        let mut next = self.graph.number(item).unwrap_or(NONE);
        while let Some(Some(_)) = self.levels.get(next as usize) {
            path.push(self.graph.name(next));
            next = self.from[next as usize];
        }
        path.reverse();
        path
    }

    /// Every item that has a level.
    pub fn iter(&self) -> impl Iterator<Item = (&'g str, L)> + '_ {
        self.graph
            .names
            .iter()
            .zip(&self.levels)
            .filter_map(|(name, level)| Some((&**name, (*level)?)))
    }

    fn hand_down(&mut self, sources: &[(L, u32)]) {
        let mut order = Vec::new();
        for (level, item) in sources {
            let own = &mut self.levels[*item as usize];
            if own.is_none() {
                *own = Some(*level);
                order.push(*item);
            }
        }
        let mut next = 0;
        while let Some(owner) = order.get(next).copied() {
            next += 1;
            for link in self.graph.needs.of(owner) {
                let place = link.item as usize;
                if self.levels[place].is_none() {
                    self.levels[place] = self.levels[owner as usize];
                    self.from[place] = owner;
                    order.push(link.item);
                }
            }
        }
    }
}
