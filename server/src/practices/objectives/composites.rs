//! Objectives that are composed of others: their minutes, reckoned from those of their parts.
//! What came in late for a part restates what is composed of it, and so does another weight,
//! another target of a part, or anything else that a part leaves out.
//!
//! Each day is reckoned anew as a whole from days on disk. What is composed of something composed
//! comes after it in the same round.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use budgets::{COMPOSED_MINUTE, Combine, Composite, Part};
use kernel::{SpaceId, Time};
use objectives::{Buckets, Counts};
use spine::{Fault, Tx};

use super::live::{self, DAY};
use super::store::{self, Day};
use super::terms::{self, Known};
use super::{exclusions, lease};
use crate::app::App;
use crate::practices::estate::live::Snapshot;

const MINUTE: i64 = 60_000_000;
/// Its name in metrics.
pub const NAME: &str = "objective_composites";
/// Names composing among the kinds of work: no source has such a sign in its name.
const COMPOSING: &str = "@composites";
/// Days that are reckoned at once.
const DAYS_AT_ONCE: usize = 10;
/// What was written so long before the last look may have come to disk after it.
const SKEW: Duration = Duration::from_secs(300);

/// What was composed when this process last looked, and until when.
#[derive(Clone, Debug)]
pub struct Composed {
    at: Time,
    of: BTreeMap<String, Made>,
}

/// What an objective was composed of, in which estate.
#[derive(Clone, Debug)]
struct Made {
    snapshot: Arc<Snapshot>,
    year: i64,
    composite: Arc<Composite>,
}

/// Reckons every objective that is composed of others. One process at a time does.
///
/// # Errors
/// When the database refuses.
pub async fn round(app: &App, space: &SpaceId, now: Time) -> Result<(), Fault> {
    let snapshot = app.estate.snapshot(space);
    let wanted = terms::composites(&snapshot);
    let before = app.objectives.composed(space);
    if wanted.is_empty() && before.is_none() {
        return Ok(());
    }
    if !lease::taken(app, space, COMPOSING, now).await? {
        // Whoever does it meanwhile knows more.
        app.objectives.note_composed(space, None);
        return Ok(());
    }
    let mut changed = BTreeMap::new();
    if let Some(before) = &before {
        changed = store::days_since(&mut app.db.reader().await?, space, before.at - SKEW).await?;
    }
    let mut of = BTreeMap::new();
    for known in wanted {
        let was = before.as_ref().and_then(|before| before.of.get(known.name));
        let made = match made(app, space, (&snapshot, known), (was, now)).await? {
            Ok(made) => made,
            Err(why) => {
                tracing::warn!(objective = known.name, why, "cannot be composed");
                continue;
            }
        };
        let settled = terms::settled(&snapshot, known, now).micros() / MINUTE;
        let same = was.is_some_and(|was| was.composite == made.composite);
        let work = Work { app, space, name: known.name, composite: &made.composite };
        let days = match before.as_ref().filter(|_| same) {
            Some(before) => {
                let passed = now.micros_since(before.at) / MINUTE + 1;
                dirty(&made.composite, &changed, settled - passed..settled)
            }
            None => work.every(settled).await?,
        };
        let written = work.days(&days, settled).await?;
        changed.entry(known.name.to_owned()).or_default().extend(written);
        of.insert(known.name.to_owned(), made);
    }
    let gone = before.iter().flat_map(|before| before.of.keys());
    for name in gone.filter(|name| !of.contains_key(*name)) {
        if terms::one(&snapshot, name).is_none_or(|known| known.spec.indicator.parts.is_empty()) {
            take_back(app, space, name).await?;
        }
    }
    app.objectives.note_composed(space, Some(Composed { at: now, of }));
    Ok(())
}

/// What an objective is composed of; `Err` within says why it cannot be.
async fn made(
    app: &App,
    space: &SpaceId,
    (snapshot, known): (&Arc<Snapshot>, Known<'_>),
    (was, now): (Option<&Made>, Time),
) -> Result<Result<Made, String>, Fault> {
    let year = now.micros() / live::YEAR;
    if let Some(was) = was.filter(|was| Arc::ptr_eq(&was.snapshot, snapshot) && was.year == year) {
        return Ok(Ok(was.clone()));
    }
    let mut parts = Vec::new();
    for part in &known.spec.indicator.parts {
        let name = part.objective.item().name();
        let Some(of) = terms::one(snapshot, name) else {
            return Ok(Err(format!("there is no objective {name}")));
        };
        let past = exclusions::past(&mut app.db.reader().await?, space, of.spec).await?;
        let terms = match terms::terms((snapshot, &past), of.spec, now) {
            Ok(terms) => terms,
            Err(why) => return Ok(Err(format!("{name}: {why}"))),
        };
        let weight = (part.weight * 1_000.0).round() as u64;
        parts.push(Part { objective: name.to_owned(), weight, terms });
    }
    let combine = match known.spec.indicator.combine {
        estate::Combine::Weighted => Combine::Weighted,
        estate::Combine::All => Combine::All,
    };
    let composite = Arc::new(Composite { combine, parts });
    Ok(Ok(Made { snapshot: snapshot.clone(), year, composite }))
}

/// The days that have to be reckoned again: those that have passed since, and those of which
/// something else is known of a part.
fn dirty(
    composite: &Composite,
    changed: &BTreeMap<String, BTreeSet<i64>>,
    passed: Range<i64>,
) -> BTreeSet<i64> {
    let (first, today) = (passed.start.div_euclid(DAY), passed.end.div_euclid(DAY));
    let mut days: BTreeSet<i64> = (first..=today).collect();
    let parts = composite.parts.iter().filter_map(|part| changed.get(&part.objective));
    days.extend(parts.flatten());
    if composite.straddles() {
        days.extend(days.clone().iter().flat_map(|day| [day - 1, day + 1]));
    }
    days.retain(|day| *day <= today);
    days
}

/// One objective that is reckoned.
struct Work<'a> {
    app: &'a App,
    space: &'a SpaceId,
    name: &'a str,
    composite: &'a Composite,
}

impl Work<'_> {
    /// Every day from the first on of which anything was kept of a part, and those that it has.
    async fn every(&self, settled: i64) -> Result<BTreeSet<i64>, Fault> {
        let today = settled.div_euclid(DAY);
        let kept = today - i64::from(self.app.config.objectives.retention_days)..today + 1;
        let mut conn = self.app.db.reader().await?;
        let mut kept_of = async |name: &str| {
            let days = store::versions(&mut conn, self.space, name, (kept.start, kept.end)).await?;
            Ok::<_, Fault>(days.into_iter().map(|(day, _)| day).collect::<BTreeSet<i64>>())
        };
        let mut first = None;
        for part in &self.composite.parts {
            let days = kept_of(&part.objective).await?;
            first = first.into_iter().chain(days.first().copied()).min();
        }
        let mut days = kept_of(self.name).await?;
        days.extend(first.into_iter().flat_map(|first| first..=today));
        Ok(days)
    }

    /// Reckons days up to the first minute that is not settled; returns those that say something
    /// else than before.
    async fn days(&self, days: &BTreeSet<i64>, settled: i64) -> Result<Vec<i64>, Fault> {
        let days: Vec<i64> = days.iter().copied().collect();
        let mut written = Vec::new();
        for some in days.chunks(DAYS_AT_ONCE) {
            let (Some(first), Some(last)) = (some.first(), some.last()) else { continue };
            let mut series = Vec::new();
            for part in &self.composite.parts {
                // With the days beside them, for slices that do not end with a day.
                let minutes = ((first - 1) * DAY, (last + 2) * DAY);
                let name = &part.objective;
                series.push(live::stored(&self.app.db, self.space, name, minutes).await?);
            }
            let one = |day: &i64| (*day, self.reckoned(&series, *day, settled));
            let reckoned: Vec<(i64, Buckets)> = some.iter().map(one).collect();
            written.extend(write(self.app, self.space, self.name, reckoned).await?);
        }
        Ok(written)
    }

    fn reckoned(&self, series: &[Buckets], day: i64, settled: i64) -> Buckets {
        let range: Range<i64> = day * DAY..((day + 1) * DAY).min(settled);
        let mut buckets = Buckets::new(day * DAY);
        let counts = self.composite.minutes(series, range);
        // Its minutes are good for no more than they are long.
        let _ = buckets.put_all(&counts);
        buckets
    }
}

/// Writes days that say something else than those on disk, and takes them in; returns which.
async fn write(
    app: &App,
    space: &SpaceId,
    name: &str,
    days: Vec<(i64, Buckets)>,
) -> Result<Vec<i64>, Fault> {
    let (owned, objective, now) = (space.clone(), name.to_owned(), app.world.now());
    let days = Arc::new(days);
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (space, objective, days) = (owned.clone(), objective.clone(), days.clone());
        Box::pin(async move { replace(tx, (&space, &objective), &days, now).await })
    });
    let written = work.await?;
    for day in &written {
        app.objectives.put_day(space, name, day);
    }
    Ok(written.iter().map(|day| day.day).collect())
}

async fn replace(
    tx: &mut Tx,
    (space, objective): (&SpaceId, &str),
    days: &[(i64, Buckets)],
    now: Time,
) -> Result<Vec<Day>, Fault> {
    let mut written = Vec::new();
    for (number, minutes) in days {
        let found = store::day(tx, space, objective, *number).await?;
        let known = |buckets: &Buckets| live::known_of(buckets).collect::<Vec<_>>();
        let same = match &found {
            Some(day) => known(&day.minutes) == known(minutes),
            None => minutes.is_empty(),
        };
        if same {
            continue;
        }
        let version = found.map_or(0, |day| day.version);
        let day = Day { day: *number, version, minutes: minutes.clone() };
        store::put_day(tx, space, objective, &day, now).await?;
        written.push(day);
    }
    Ok(written)
}

/// Takes back what was composed of an objective that is composed no more: its own counts would be
/// lost among so much time.
async fn take_back(app: &App, space: &SpaceId, name: &str) -> Result<(), Fault> {
    let days = store::days(&mut app.db.reader().await?, space, name, (0, i64::MAX)).await?;
    let composed = |counts: &Counts| counts.total() == COMPOSED_MINUTE as f64;
    let mut left = Vec::new();
    for day in &days {
        let mut minutes = Buckets::new(day.day * DAY);
        let own: Vec<(i64, Counts)> =
            live::known_of(&day.minutes).filter(|(_, counts)| !composed(counts)).collect();
        minutes.put_all(&own).map_err(|error| Fault::corrupt("objective day", error))?;
        left.push((day.day, minutes));
    }
    for some in left.chunks(DAYS_AT_ONCE) {
        write(app, space, name, some.to_vec()).await?;
    }
    Ok(())
}
