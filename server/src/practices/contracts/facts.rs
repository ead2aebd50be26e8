//! Incidents as compliance asks about them, kept in memory by version: a list of contracts reads
//! only what has changed since the last look.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::contracts::compliance::{CaseRef, Outcome, ServiceState};
use incidents::{Incident, Stage, Stake};
use kernel::{IncidentId, ItemRef, Priority, SpaceId, Time};
use spine::{Conn, Fault};

use super::store;

/// As many hits as an incident keeps: beyond them the estate is asked.
const HITS_MAX: usize = 20;

/// What compliance asks of one incident.
#[derive(Clone, PartialEq, Debug)]
pub struct Facts {
    /// Which.
    pub incident: CaseRef,
    /// The order of work.
    pub priority: Priority,
    /// Whether it is a declared major incident.
    pub declared: bool,
    /// Whether it counts.
    pub outcome: Outcome,
    /// Whether it is open.
    pub open: bool,
    /// The items that are hit themselves.
    pub items: Vec<ItemRef>,
    /// What depends on them, as far as it was kept: the item, what it depends on, whether
    /// redundancy carried it.
    pub hits: Vec<(ItemRef, ItemRef, bool)>,
    /// Whether more may be hit than was kept.
    pub more: bool,
    /// When the service was away.
    pub outages: Vec<(Time, Option<Time>)>,
    /// How bad it was from when on.
    pub marks: Vec<(Time, ServiceState)>,
    /// How many users were hit.
    pub users: Option<u64>,
    /// What it knows of what contracts have at stake.
    pub stakes: Vec<Stake>,
}

impl Facts {
    /// What compliance asks of an incident.
    pub fn of(incident: &Incident) -> Facts {
        let outcome = match incident.stage {
            Stage::Cancelled => Outcome::Cancelled,
            Stage::Merged => Outcome::Merged,
            _ if incident.potential => Outcome::Potential,
            _ if incident.away_since().is_none() => Outcome::Burn,
            _ => Outcome::Counts,
        };
        let state = |service| match service {
            incidents::ServiceState::Down => ServiceState::Down,
            incidents::ServiceState::Degraded => ServiceState::Degraded,
        };
        let reference =
            CaseRef { id: incident.id, number: incident.number, title: incident.title.clone() };
        Facts {
            incident: reference,
            priority: incident.priority,
            declared: incident.is_declared_major(),
            outcome,
            open: incident.is_open(),
            items: incident.items.clone(),
            hits: incident
                .hits
                .iter()
                .map(|hit| (hit.item.clone(), hit.root.clone(), hit.softened))
                .collect(),
            more: incident.hits.len() >= HITS_MAX,
            outages: outages(incident),
            marks: incident
                .service_marks
                .iter()
                .map(|mark| (mark.from, state(mark.service)))
                .collect(),
            users: incident.affected.users,
            stakes: incident.stakes.clone(),
        }
    }

    /// Since when the service is away; nothing when it is back, or nothing has failed.
    pub fn away_since(&self) -> Option<Time> {
        let last = self.outages.last().filter(|_| self.outcome == Outcome::Counts)?;
        last.1.is_none().then_some(last.0)
    }
}

/// When the service was away, one after another; what ended in another way than being restored
/// ends there.
fn outages(incident: &Incident) -> Vec<(Time, Option<Time>)> {
    let since = incident.away_since().unwrap_or(Time::EPOCH);
    let earlier = incident.earlier_outages.iter().filter(|outage| outage.to > since);
    let earlier = earlier.map(|outage| (outage.from.max(since), Some(outage.to)));
    let from = incident.outage_start().unwrap_or(incident.opened_at).max(since);
    let restored = incident.times.restored.map(|stamp| stamp.at);
    let ended = matches!(incident.stage, Stage::Cancelled | Stage::Merged);
    let until = restored.or(ended.then_some(incident.stage_since));
    earlier.chain([(from, until.map(|until| until.max(from)))]).collect()
}

/// Facts by incident, each with the version it was drawn from.
type Known = HashMap<(SpaceId, IncidentId), (i64, Arc<Facts>)>;

/// The facts of incidents in memory; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct LiveFacts {
    known: Arc<Mutex<Known>>,
}

impl LiveFacts {
    /// The facts of every incident in which an outage may reach beyond a time, by number.
    ///
    /// # Errors
    /// When the database refuses or an incident does not read back.
    pub async fn since(
        &self,
        conn: &mut Conn,
        space: &SpaceId,
        after: Time,
    ) -> Result<Vec<Arc<Facts>>, Fault> {
        let touched = store::touched(conn, space, after).await?;
        let stale: Vec<IncidentId> = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let fresh = |(id, version): &&(IncidentId, i64)| {
                known.get(&(space.clone(), *id)).is_none_or(|(seen, _)| seen != version)
            };
            touched.iter().filter(fresh).map(|(id, _)| *id).collect()
        };
        let read = store::incidents(conn, space, &stale).await?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for (incident, version) in read {
            let facts = Arc::new(Facts::of(&incident));
            known.insert((space.clone(), incident.id), (version, facts));
        }
        let of = |(id, _): &(IncidentId, i64)| known.get(&(space.clone(), *id));
        Ok(touched.iter().filter_map(of).map(|(_, facts)| facts.clone()).collect())
    }
}
