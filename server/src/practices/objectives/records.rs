//! Indicators from Operate's own records: when an item was away by its incidents, and which clocks
//! of contracts were met on them. Counted by the minute like what sources answer, so that budgets,
//! charts and reports of contracts know no difference. What is corrected later restates.

use std::collections::BTreeMap;
use std::sync::Arc;

use ::contracts::clocks::Clocks;
use ::contracts::compliance::{ClockKept, ClockRun};
use budgets::{Asked, Recorded};
use estate::{ClockKind, Estate, Records, Spec};
use kernel::{IncidentId, ItemRef, SpaceId, Time};
use objectives::Counts;
use spine::Fault;

use super::keep::{self, Heard};
use super::live::DAY;
use super::terms::Known;
use super::{lease, store, terms};
use crate::app::App;
use crate::practices::clocks::store as clock_store;
use crate::practices::contracts::facts::Facts;
use crate::practices::contracts::hits::{away, takes_away};
use crate::practices::contracts::{presence, store as contract_store};

const MINUTE: i64 = 60_000_000;
/// Its name in metrics.
pub const NAME: &str = "objective_records";
/// Names counting among the kinds of work: no source has such a sign in its name.
const COUNTING: &str = "@records";
/// Clocks that are read at once.
const CLOCKS_AT_ONCE: usize = 500;

/// Counts what records say of every objective that asks them.
///
/// # Errors
/// When the database refuses.
pub async fn round(app: &App, space: &SpaceId, now: Time) -> Result<(), Fault> {
    let snapshot = app.estate.snapshot(space);
    let asking = |known: &Known<'_>| known.spec.indicator.records.is_some();
    let wanted: Vec<Known<'_>> = terms::all(&snapshot).filter(asking).collect();
    if wanted.is_empty() || !lease::taken(app, space, COUNTING, now).await? {
        return Ok(());
    }
    let begin = now.micros() - i64::from(app.config.objectives.retention_days) * DAY * MINUTE;
    let begin = Time::from_micros(begin.div_euclid(MINUTE) * MINUTE);
    let mut conn = app.db.reader().await?;
    let asked: BTreeMap<String, Asked> =
        store::asked(&mut conn, space).await?.into_iter().collect();
    let facts = app.facts.since(&mut conn, space, begin).await?;
    let looked = contract_store::presence(&mut conn, &SpaceId::main(), begin).await?;
    let unknown = presence::unknown(&looked, begin, now);
    drop(conn);
    for known in wanted {
        let hits: Vec<&Arc<Facts>> = facts
            .iter()
            .filter(|facts| takes_away(&snapshot.estate, &known.spec.item, facts))
            .collect();
        let recorded = Recorded { unknown: unknown.clone(), ..Recorded::default() };
        let recorded = match known.spec.indicator.records.and_then(Records::clock) {
            None => {
                let away = away(&snapshot.estate, &known.spec.item, &facts, now);
                Recorded { away: Some(away), ..recorded }
            }
            Some(clock) => {
                let clocks = clocks(app, space, &hits).await?;
                let of = (&snapshot.estate, known);
                Recorded { ended: ended(of, clock, (&hits, &clocks), now), ..recorded }
            }
        };
        let settled = terms::settled(&snapshot, known, now).micros() / MINUTE;
        let range = begin.micros() / MINUTE..settled;
        let told = asked.get(known.name).map_or(range.start, |asked| asked.until);
        let before = app.objectives.recorded(space, known.name);
        let minutes = recorded.changes(before.as_deref(), range.clone(), told);
        if !minutes.is_empty() || told < settled {
            let asked = Some(Asked { from: range.start, until: settled });
            let heard = Heard { objective: known.name.to_owned(), minutes, asked };
            keep::keep(app, space, vec![heard]).await?;
        }
        // Only what is on disk was told.
        app.objectives.note_recorded(space, known.name, Arc::new(recorded));
    }
    Ok(())
}

async fn clocks(app: &App, space: &SpaceId, hits: &[&Arc<Facts>]) -> Result<Vec<Clocks>, Fault> {
    let ids: Vec<IncidentId> = hits.iter().map(|facts| facts.incident.id).collect();
    let mut conn = app.db.reader().await?;
    let mut found = Vec::new();
    for part in ids.chunks(CLOCKS_AT_ONCE) {
        found.extend(clock_store::of_incidents(&mut conn, space, part).await?);
    }
    Ok(found)
}

/// The clocks of contracts that were met or missed, by the minute in which that was settled.
fn ended(
    (estate, known): (&Estate, Known<'_>),
    clock: ClockKind,
    (hits, clocks): (&[&Arc<Facts>], &[Clocks]),
    now: Time,
) -> BTreeMap<i64, Counts> {
    let contracts = contracts(estate, known);
    let mut ended: BTreeMap<i64, Counts> = BTreeMap::new();
    for clocks in clocks {
        let facts = hits.iter().find(|facts| facts.incident.id == clocks.incident);
        let Some(facts) = facts else { continue };
        let runs = contracts.iter().flat_map(|name| ClockRun::of(clocks, name, &facts.incident));
        for run in runs.filter(|run| run.clock == streams::clock(clock)) {
            let good = match run.kept(now) {
                ClockKept::Met => 1,
                ClockKept::Missed => 0,
                ClockKept::Open | ClockKept::Excluded => continue,
            };
            let minute = run.counted_at(now).micros().div_euclid(MINUTE);
            let counts = ended.entry(minute).or_default();
            *counts = *counts + Counts::whole(good, 1);
        }
    }
    ended
}

/// The contract whose clocks count, or all that are about the item.
fn contracts(estate: &Estate, known: Known<'_>) -> Vec<ItemRef> {
    if let Some(contract) = &known.spec.indicator.contract {
        return vec![contract.item().clone()];
    }
    let item = &known.spec.item;
    let about = estate.of_kind(estate::Kind::ServiceContract).filter(
        |resource| matches!(&resource.spec, Spec::ServiceContract(spec) if spec.ever_covers(item)),
    );
    about.map(|resource| resource.item().clone()).collect()
}
