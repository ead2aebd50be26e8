//! What a report is about: which incidents, and which alerts. Times, months and series ask here,
//! so that an item means the same in all of them.

use std::collections::BTreeSet;

use ::contracts::compliance::MAJOR;
use estate::{Estate, Resource};
use incidents::{Incident, Stage};
use kernel::{AlertId, IncidentId, ItemRef, Priority, SpaceId, Time};
use reports::{Firing, Period};
use spine::{Conn, Fault};

use super::measures::MajorCounts;
use crate::practices::contracts::facts::Facts;
use crate::practices::contracts::hits::takes_away;
use crate::practices::contracts::store as compliance;
use crate::problem::{Answer, Problem};

/// Which incidents a report is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    /// Says what needs what.
    pub estate: &'a Estate,
    /// Only these; any when there are none.
    pub priorities: &'a [Priority],
    /// Only those that take this item away, itself or through what it needs.
    pub item: Option<&'a ItemRef>,
    /// Only those of this team.
    pub team: Option<&'a ItemRef>,
}

impl Wanted<'_> {
    /// Whether an incident is one of them.
    pub fn holds(&self, incident: &Incident) -> bool {
        (self.priorities.is_empty() || self.priorities.contains(&incident.priority))
            && (self.team.is_none() || self.team == incident.team.as_ref())
            && self.item.is_none_or(|item| hits(self.estate, item, incident))
    }

    /// Whether it leaves any out.
    pub fn narrows(&self) -> bool {
        !self.priorities.is_empty() || self.item.is_some() || self.team.is_some()
    }
}

/// Whether an incident takes an item away, itself or through what the item needs.
pub(super) fn hits(estate: &Estate, item: &ItemRef, incident: &Incident) -> bool {
    takes_away(estate, item, &Facts::of(incident))
}

/// Whether an incident is a major one that was opened in a time: by its priority, or since a person
/// declared it.
pub(super) fn major(incident: &Incident, period: Period) -> bool {
    let own = !matches!(incident.stage, Stage::Cancelled | Stage::Merged);
    let major = incident.priority_that_counts() <= MAJOR || incident.was_declared_major();
    own && major && period.holds(incident.opened_at)
}

/// How many major incidents were opened in a time, and how far they are.
pub(super) fn major_counts<'i>(
    incidents: impl IntoIterator<Item = &'i Incident>,
    period: Period,
) -> MajorCounts {
    let mut counts = MajorCounts::default();
    for incident in incidents.into_iter().filter(|incident| major(incident, period)) {
        let said = incident.major.as_ref().filter(|major| major.declared_at.is_some());
        counts.all += 1;
        counts.declared += usize::from(said.is_some());
        counts.stabilised += usize::from(said.is_some_and(|major| major.stabilised_at.is_some()));
        counts.reviewed += usize::from(said.is_some_and(|major| major.reviewed_at.is_some()));
    }
    counts
}

/// When Operate was there, for reports: of a time in which it was not nothing is known, and a
/// figure of it would be a guess.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    now: Time,
    stretches: Vec<(Time, Time)>,
}

impl Looked {
    /// Reads when Operate was there after a moment.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn since(conn: &mut Conn, after: Time, now: Time) -> Result<Looked, Fault> {
        let stretches = compliance::presence(conn, &SpaceId::main(), after).await?;
        Ok(Looked { now, stretches })
    }

    /// Whether it was there in some of a time; it is now.
    pub fn at(&self, period: Period) -> bool {
        let some = |(from, until): &(Time, Time)| *from < period.to && period.from < *until;
        period.holds(self.now) || self.stretches.iter().any(some)
    }
}

/// An item that can be reported on: one that can break.
///
/// # Errors
/// When there is no such item.
pub(super) fn operated<'a>(estate: &'a Estate, item: &ItemRef) -> Answer<&'a Resource> {
    estate.get(item).filter(|of| of.kind().operated()).ok_or_else(|| {
        let refused = Problem::refused(format!("there is no {item} to report on"));
        refused.at("item").remedy("name a product or service of the estate")
    })
}

/// What an item needs, the nearest first; what redundancy carries included.
pub(super) fn needs(estate: &Estate, item: &ItemRef) -> Vec<ItemRef> {
    estate.upstream(item).into_iter().map(|reached| reached.item).collect()
}

/// Which alerts are about an item: those on it and on what it needs, and those of the incidents
/// that took it away.
#[derive(Clone, Debug)]
pub(super) struct About {
    /// The item, and everything that it needs.
    pub items: BTreeSet<ItemRef>,
    /// The alerts of its incidents, those included that were taken out again.
    pub alerts: BTreeSet<AlertId>,
    /// Its incidents.
    pub incidents: BTreeSet<IncidentId>,
}

impl About {
    /// The alerts about an item and these incidents, which took it away.
    pub fn new(estate: &Estate, item: &ItemRef, incidents: &[Incident]) -> About {
        let members = incidents.iter().flat_map(|incident| &incident.members);
        About {
            items: needs(estate, item).into_iter().chain([item.clone()]).collect(),
            alerts: members.map(|member| member.alert).collect(),
            incidents: incidents.iter().map(|incident| incident.id).collect(),
        }
    }

    /// Whether a firing is one of them. An alert may have fired without its incident, too.
    pub fn holds(&self, firing: &Firing) -> bool {
        firing.item.as_ref().is_some_and(|item| self.items.contains(item))
            || firing.incident.is_some_and(|incident| self.incidents.contains(&incident))
    }
}
