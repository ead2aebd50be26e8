//! Incidents as compliance asks about them, kept in memory by version: a list of contracts reads
//! only what has changed since the last look.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use ::contracts::compliance::{CaseRef, KeptHit, Outcome, ServiceState, Struck};
use incidents::{Away, Incident, Stage, Stake};
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
    /// When each of them did not work, and what depends on them.
    pub struck: Struck,
    /// When the service was away, whatever of it.
    pub outages: Vec<Away>,
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
            struck: struck(incident, outcome),
            outages: incident.away(),
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

/// What of it took something away, and when.
fn struck(incident: &Incident, outcome: Outcome) -> Struck {
    let kept = incident.hits.iter().map(|hit| KeptHit {
        item: hit.item.clone(),
        root: hit.root.clone(),
        softened: hit.softened,
        beside: hit.beside,
    });
    Struck {
        counts: outcome == Outcome::Counts,
        items: incident.items_away(),
        kept: kept.collect(),
        more: incident.hits.len() >= HITS_MAX,
    }
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
