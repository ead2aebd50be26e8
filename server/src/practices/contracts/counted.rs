//! What was counted for the objectives that contracts name, kept in memory by day: a report reads
//! only the days that have changed since the last look.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use ::contracts::compliance::{Agreement, Counted, Counts, Measure, Target};
use calendar::Span;
use estate::{BudgetingMethod, Estate, MissingData, ObjectiveSpec, Resource, Spec};
use kernel::{ItemRef, SpaceId, Time};
use objectives::{Buckets, Exclusion};
use spine::{Conn, Fault};

use crate::practices::estate::store as estates;
use crate::practices::objectives::exclusions;
use crate::practices::objectives::live::{self, DAY};
use crate::practices::objectives::store;

const MINUTE: i64 = 60_000_000;

/// The counts of an objective as far as they were read.
#[derive(Clone, Debug)]
struct Read {
    /// The version of each day.
    versions: BTreeMap<i64, i64>,
    counts: Arc<Buckets>,
}

/// Counts in memory; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct LiveCounts {
    known: Arc<Mutex<HashMap<(SpaceId, String), Read>>>,
}

impl LiveCounts {
    /// The objectives that some contracts name, with their counts between two times.
    ///
    /// # Errors
    /// When the database refuses or a day does not read back.
    pub async fn of(
        &self,
        conn: &mut Conn,
        space: &SpaceId,
        (estate, agreements): (&Estate, &[&Agreement]),
        (after, now): (Time, Time),
    ) -> Result<Vec<Counted>, Fault> {
        let mut named: BTreeSet<&ItemRef> = BTreeSet::new();
        for version in agreements.iter().flat_map(|agreement| &agreement.versions) {
            named.extend(&version.objectives);
            named.extend(version.promise.iter().flat_map(|promise| &promise.evidence));
        }
        let day = |at: Time| at.micros().div_euclid(DAY * MINUTE);
        let mut found = Vec::new();
        for objective in named {
            let Some(resource) = estate.get(objective) else { continue };
            let Spec::Objective(spec) = &resource.spec else { continue };
            let days = (day(after), day(now) + 1);
            found.push(Counted {
                objective: objective.clone(),
                title: resource.title().to_owned(),
                cycle: spec.indicator.cycle.clone(),
                measure: measure(spec),
                targets: targets(&estates::versions(conn, space, objective).await?, spec),
                excluded: excluded(conn, space, (estate, spec), (after, now)).await?,
                counts: self.counts(conn, space, &resource.metadata.name, days).await?,
            });
        }
        Ok(found)
    }

    async fn counts(
        &self,
        conn: &mut Conn,
        space: &SpaceId,
        objective: &str,
        days: (i64, i64),
    ) -> Result<Arc<Buckets>, Fault> {
        let there = store::versions(conn, space, objective, days).await?;
        let there: BTreeMap<i64, i64> = there.into_iter().collect();
        let key = (space.clone(), objective.to_owned());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        let within = |read: &Read| {
            // What lies before, and days that were forgotten, cannot be taken in or out.
            read.counts.first() <= days.0 * DAY
                && read.versions.range(days.0..days.1).all(|(day, _)| there.contains_key(day))
        };
        let empty =
            || Read { versions: BTreeMap::new(), counts: Arc::new(Buckets::new(days.0 * DAY)) };
        let mut read = known.filter(within).unwrap_or_else(empty);
        let stale = |(day, version): &(&i64, &i64)| read.versions.get(day) != Some(version);
        let stale: Vec<i64> = there.iter().filter(stale).map(|(day, _)| *day).collect();
        let (Some(first), Some(last)) = (stale.first(), stale.last()) else {
            return Ok(read.counts);
        };
        let mut found = store::days(conn, space, objective, (*first, last + 1)).await?;
        if found.iter().any(|day| live::lacks(day, &read.counts)) {
            // Minutes cannot be taken back from a series.
            read = empty();
            found = store::days(conn, space, objective, days).await?;
        }
        let counts = Arc::make_mut(&mut read.counts);
        for day in found {
            let put = counts.put_all(&live::known(&day));
            put.map_err(|error| Fault::corrupt("objective day", error))?;
            read.versions.insert(day.day, day.version);
        }
        let counts = read.counts.clone();
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(key, read);
        Ok(counts)
    }
}

/// What does not count of an objective between two times. One whose calendar cannot be worked out
/// is refused when files are checked: it leaves nothing out here.
async fn excluded(
    conn: &mut Conn,
    space: &SpaceId,
    (estate, spec): (&Estate, &ObjectiveSpec),
    (after, now): (Time, Time),
) -> Result<Vec<Exclusion>, Fault> {
    let past = exclusions::past(conn, space, spec).await?;
    // Periods begin before what was asked for, at most a year.
    let time = Span::new(after.micros() - 366 * DAY * MINUTE, now.micros());
    Ok(exclusions::exclusions((estate, &past), spec, (time, now)).unwrap_or_default())
}

/// What had to be good from when on, by what an objective said in the past.
fn targets(versions: &[(Time, Resource)], now: &ObjectiveSpec) -> Vec<Target> {
    let target = |from: Time, spec: &ObjectiveSpec| Target {
        from,
        share: spec.target / 100.0,
        slice_share: spec.slice.and_then(|slice| slice.target).unwrap_or(spec.target) / 100.0,
    };
    let said = versions.iter().filter_map(|(from, resource)| match &resource.spec {
        Spec::Objective(spec) => Some(target(*from, spec)),
        _ => None,
    });
    let mut targets: Vec<Target> = said.collect();
    targets.dedup_by(|later, before| {
        (later.share, later.slice_share) == (before.share, before.slice_share)
    });
    if targets.is_empty() {
        targets.push(target(Time::from_micros(0), now));
    }
    targets
}

fn measure(spec: &ObjectiveSpec) -> Measure {
    let composed = !spec.indicator.parts.is_empty();
    let slice = spec.slice.map(|slice| i64::from(slice.length.seconds() / 60));
    Measure {
        slice_minutes: slice.or(composed.then_some(1)),
        counts: match spec.method {
            // A minute of what is composed counts as much as any other.
            BudgetingMethod::Occurrences if composed => Counts::Shares,
            BudgetingMethod::Occurrences => Counts::Events,
            BudgetingMethod::Timeslices => Counts::Slices,
            BudgetingMethod::RatioTimeslices => Counts::Shares,
        },
        missing_bad: spec.missing == MissingData::Bad,
    }
}
