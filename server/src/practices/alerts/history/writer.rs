//! Writes the history of alerts from the journal: many entries in one transaction, so that a flood
//! costs few commits, and at work for a fifth of the time at most, so that the flood itself is
//! not held up.
//!
//! Entries of one alert that arrive out of their order, which PostgreSQL allows where two nodes
//! change it at once, are put in order within a batch and taken as they come between two.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use alerts::{Alert, Event, Spell};
use incidents::Incident;
use kernel::{AlertId, IncidentId, ItemRef, SpaceId};
use spine::engine::{self, subject_id};
use spine::follow::Cursor;
use spine::journal::{self, Stored};
use spine::{Db, Fault, Tx, World};
use tokio_util::sync::CancellationToken;

use super::store::{self, Remembered};
use crate::practices::alerts::store as alert_store;
use crate::practices::estate::live::{LiveEstate, Snapshot};
use crate::practices::incidents::store::INCIDENTS;

/// The name of its cursor, which shows in `/metrics` as a follower.
pub const NAME: &str = "alert_history";
const CURSOR: Cursor = Cursor(NAME);
/// Entries of one transaction.
const LOOK: i64 = 1024;
/// It rests so many times as long as it worked.
const REST: u32 = 4;
/// Longest rest: a clock that was set forward is no work.
const REST_MAX: Duration = Duration::from_secs(1);
/// How often a shared database is looked at for entries of other nodes.
const GLANCE: Duration = Duration::from_millis(250);

/// The task that writes the history.
pub struct Historian {
    /// The database.
    pub db: Db,
    /// Time.
    pub world: World,
    /// Says which team answers for an item.
    pub estate: LiveEstate,
}

impl Historian {
    /// Writes until `stop`; survives every fault.
    pub async fn run(self, stop: CancellationToken) {
        let mut grown = self.db.grown();
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            grown.mark_unchanged();
            let begun = self.world.now();
            let pause = match self.step().await {
                Ok(0) => {
                    failures = 0;
                    self.db.shared().then_some(GLANCE)
                }
                // Also while it keeps up: in a flood its batches then grow.
                Ok(_) => Some((self.world.now().since(begun) * REST).min(REST_MAX)),
                Err(fault) if fault.worth_retrying() && failures < 20 => {
                    failures += 1;
                    continue;
                }
                Err(fault) => {
                    failures += 1;
                    tracing::error!(error = %fault.chain(), "the history of alerts is not written");
                    metrics::counter!("operate_follower_failures_total", "follower" => NAME)
                        .increment(1);
                    Some(Duration::from_millis(100 << failures.min(6)))
                }
            };
            let rest = async {
                match pause {
                    Some(pause) => self.world.clock.wait(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = grown.changed(), if pause.is_none_or(|pause| pause == GLANCE) => {}
                () = rest => {}
            }
        }
    }

    /// Takes what has come since; returns how many entries that were.
    async fn step(&self) -> Result<usize, Fault> {
        let now = self.world.now();
        let mut conn = self.db.reader().await?;
        let at = CURSOR.position(&mut conn).await?;
        let entries = journal::after(&mut conn, at, LOOK).await?;
        drop(conn);
        let lag = entries.first().map_or(0.0, |first| now.since(first.entry.at).as_secs_f64());
        metrics::gauge!("operate_follower_lag_seconds", "follower" => NAME).set(lag);
        let Some(last) = entries.last().map(|last| last.position) else { return Ok(0) };
        let (count, estate) = (entries.len(), self.estate.clone());
        let mut spaces: BTreeMap<SpaceId, Vec<Arc<Stored>>> = BTreeMap::new();
        for stored in entries.into_iter().filter(|stored| heeds(stored)) {
            spaces.entry(stored.entry.space.clone()).or_default().push(stored);
        }
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    if CURSOR.lock(tx, now).await? != at {
                        // Another node was here: look again.
                        return Ok(1);
                    }
                    for (space, told) in &spaces {
                        take(tx, space, told, &estate.snapshot(space)).await?;
                    }
                    CURSOR.advance(tx, last).await?;
                    Ok(count)
                })
            })
            .await
    }
}

fn heeds(stored: &Stored) -> bool {
    let kind = stored.entry.kind.as_str();
    kind.starts_with("alert.") || looks_at_members(kind)
}

/// Whether an entry about an incident says something about its alerts that they do not say.
fn looks_at_members(kind: &str) -> bool {
    ["incident.acknowledged", "incident.member_returned"].contains(&kind)
}

/// What a batch knows of one alert.
struct Known {
    spell: Option<Spell>,
    team: Option<ItemRef>,
    /// The spells that came before it in this batch.
    over: Vec<Spell>,
}

/// Takes entries of one space.
async fn take(
    tx: &mut Tx,
    space: &SpaceId,
    told: &[Arc<Stored>],
    estate: &Snapshot,
) -> Result<(), Fault> {
    let (events, mut asked) = read(told);
    for ((_, _), (event, _)) in &events {
        if let Event::Attached { incident, .. } = event {
            asked.insert(*incident, false);
        }
    }
    let mut incidents: Vec<(Incident, bool)> = Vec::new();
    for (id, members) in asked {
        let found = engine::load(tx, &INCIDENTS, space, id).await?;
        incidents.extend(found.map(|found| (found.record, members)));
    }
    let mut ids: BTreeSet<AlertId> = events.keys().map(|(alert, _)| *alert).collect();
    for (incident, _) in incidents.iter().filter(|(_, members)| *members) {
        ids.extend(incident.attached().map(|member| member.alert));
    }
    let ids: Vec<AlertId> = ids.into_iter().collect();
    let alerts = alert_store::by_id(tx, space, &ids).await?;
    let alerts: HashMap<AlertId, Alert> =
        alerts.into_iter().map(|found| (found.record.id, found.record)).collect();
    let mut known: BTreeMap<AlertId, Known> = store::by_id(tx, space, &ids)
        .await?
        .into_values()
        .map(|row| (row.id, Known { spell: Some(row.spell), team: row.team, over: Vec::new() }))
        .collect();
    for ((alert, seq), (event, actor)) in &events {
        let team = || estate.estate.owner(alerts.get(alert)?.item.as_ref()?).map(|owner| owner.to);
        let known = known.entry(*alert).or_insert_with(|| Known {
            spell: None,
            team: None,
            over: Vec::new(),
        });
        if let Some(begun) = Spell::begun(*seq, actor, event) {
            known.over.extend(known.spell.replace(begun));
            known.team = team();
        } else if let Some(spell) = &mut known.spell {
            spell.take(actor, event);
        }
    }
    for (incident, _) in &incidents {
        join(incident, &mut known);
    }
    write(tx, space, &alerts, known).await
}

type Events = BTreeMap<(AlertId, i64), (Event, kernel::Actor)>;

/// The events of alerts in their own order, and the incidents whose members are to be looked at.
fn read(told: &[Arc<Stored>]) -> (Events, BTreeMap<IncidentId, bool>) {
    let (mut events, mut incidents) = (Events::new(), BTreeMap::new());
    for entry in told.iter().map(|stored| &stored.entry) {
        if let Some(alert) = subject_id::<Alert>(&entry.subject) {
            match entry.data.read::<Event>() {
                Ok(event) => {
                    events.insert((alert, entry.seq), (event, entry.actor.clone()));
                }
                // The stream parks it and tells; history goes on without it.
                Err(error) => tracing::warn!(seq = entry.seq, %error, "an entry is passed by"),
            }
        } else if let Some(incident) = subject_id::<Incident>(&entry.subject) {
            incidents.insert(incident, true);
        }
    }
    (events, incidents)
}

/// Tells the alerts of an incident that they belong to it, and that somebody looks at it.
fn join(incident: &Incident, known: &mut BTreeMap<AlertId, Known>) {
    let looked_at = incident
        .acknowledged_by
        .as_ref()
        .and_then(|by| Some((incident.times.acknowledged.as_ref()?.at, by)));
    for member in incident.attached() {
        let Some(spell) = known.get_mut(&member.alert).and_then(|known| known.spell.as_mut())
        else {
            continue;
        };
        // A later spell that did not come back to this incident is not its business.
        if spell.incident.is_none() && spell.ended_at.is_none() && member.cleared_at.is_none() {
            spell.incident = Some(incident.id);
        }
        if spell.incident == Some(incident.id)
            && spell.acknowledged_at.is_none()
            && let Some((at, by)) = looked_at
        {
            spell.looked_at_in_incident(at, by);
        }
    }
}

async fn write(
    tx: &mut Tx,
    space: &SpaceId,
    alerts: &HashMap<AlertId, Alert>,
    known: BTreeMap<AlertId, Known>,
) -> Result<(), Fault> {
    let mut rows: Vec<(Remembered, Vec<Spell>)> = Vec::with_capacity(known.len());
    for (id, known) in known {
        if let (Some(alert), Some(spell)) = (alerts.get(&id), known.spell) {
            rows.push((Remembered::of(alert, spell, known.team), known.over));
        }
    }
    let spells: Vec<(&Remembered, &Spell)> = rows
        .iter()
        .flat_map(|(row, over)| over.iter().chain([&row.spell]).map(move |spell| (row, spell)))
        .collect();
    store::put_spells(tx, space, &spells).await?;
    let alerts: Vec<Remembered> = rows.into_iter().map(|(row, _)| row).collect();
    store::put(tx, space, &alerts).await
}
