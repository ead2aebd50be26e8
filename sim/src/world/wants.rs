//! Which incidents a reaction has to see, and whose turn comes next.

use std::collections::BTreeMap;

use estate::Turns;
use incidents::Incident;
use kernel::{IncidentId, Time};
use streams::Want;

use super::World;

impl World {
    /// Whether an incident is one of those that are wanted.
    pub(super) fn meets(&self, incident: &Incident, want: &Want) -> bool {
        match want {
            Want::Holding(alert) => incident.attached().any(|member| member.alert == *alert),
            Want::Near(item) => {
                let window = self.policy.incidents.correlation_window();
                let counted = |item| streams::counted_on(&self.estate, item);
                let hit = |on: &_| incident.items.contains(on);
                let hits = item.as_ref().is_some_and(|on| hit(on) || counted(on).iter().any(hit));
                let near = |joined: Time| self.now.since(joined) <= window * 2;
                incident.is_open() && (hits || incident.attached().any(|m| near(m.joined_at)))
            }
            Want::Survivor(id) => self.survivor(*id) == Some(incident.id),
            Want::ChildrenOf(id) => {
                incident.parent == Some(*id) || incident.merged_into == Some(*id)
            }
            Want::Alert(_) | Want::PagesOf(_) | Want::FiringOn(_) => false,
            Want::OpenIncidents | Want::Called => incident.is_open(),
            Want::ExpectedOf(_) | Want::ExpectedBy(_) | Want::ClocksOf(_) => false,
        }
    }

    /// Whose turn comes next, as the pages tell that took one.
    pub(super) fn turns(&self) -> Turns {
        let taken =
            self.pages.rows().filter_map(|page| Some((page.policy.clone(), page.turn? + 1)));
        let mut next: BTreeMap<_, u64> = BTreeMap::new();
        for (policy, turn) in taken {
            let last = next.entry(policy).or_default();
            *last = turn.max(*last);
        }
        next.into_iter().collect()
    }

    /// The incident, or the one in which it continues.
    pub fn survivor(&self, id: IncidentId) -> Option<IncidentId> {
        let mut incident = self.incidents.get(id)?;
        for _ in 0..self.incidents.rows().count() {
            match incident.merged_into {
                Some(into) => incident = self.incidents.get(into)?,
                None => break,
            }
        }
        Some(incident.id)
    }
}
