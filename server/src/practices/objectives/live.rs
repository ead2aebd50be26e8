//! What windows need of each objective, in memory: filled from the database when it is first
//! wanted, and kept in line with what any process writes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use budgets::{Asked, COMPOSED_MINUTE, Figures, Recorded, Terms};
use kernel::{SpaceId, Time};
use objectives::{Buckets, Counts};
use spine::{Db, Fault};

use super::composites::Composed;
use super::store::{self, Day};
use crate::practices::estate::live::Snapshot;

/// Minutes of a day.
pub const DAY: i64 = 1_440;
const MINUTE: i64 = 60_000_000;
/// Microseconds of a year, about.
pub const YEAR: i64 = 365 * DAY * MINUTE;
/// Clocks of two processes may differ by so much.
const SKEW: Duration = Duration::from_secs(120);

/// The objectives of all spaces; cheap to clone.
#[derive(Clone, Default)]
pub struct LiveObjectives {
    inner: Arc<Mutex<HashMap<(SpaceId, String), Series>>>,
    read_until: Arc<Mutex<Option<Time>>>,
    /// Whether anything was filled since the last look at what is written.
    filled: Arc<AtomicBool>,
    /// What records said of an objective when they were last asked.
    recorded: Arc<Mutex<Told>>,
    /// What was composed when this process last did it.
    composed: Arc<Mutex<HashMap<SpaceId, Arc<Composed>>>>,
}

/// What records said, by objective.
type Told = HashMap<(SpaceId, String), Arc<Recorded>>;

/// What is in memory of an objective.
#[derive(Clone)]
struct Series {
    buckets: Buckets,
    terms: Option<(Arc<Snapshot>, i64, Arc<Terms>)>,
    figures: Option<Arc<Figures>>,
    asked: Option<Asked>,
}

impl LiveObjectives {
    fn all(&self) -> MutexGuard<'_, HashMap<(SpaceId, String), Series>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes sure that everything from a minute on is in memory.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn fill(
        &self,
        db: &Db,
        space: &SpaceId,
        objective: &str,
        from: i64,
    ) -> Result<(), Fault> {
        let key = (space.clone(), objective.to_owned());
        let first = from.div_euclid(DAY) * DAY;
        if self.all().get(&key).is_some_and(|series| series.buckets.first() <= first) {
            return Ok(());
        }
        let buckets = stored(db, space, objective, (first, i64::MAX)).await?;
        let mut all = self.all();
        let asked = all.get(&key).and_then(|series| series.asked);
        all.insert(key, Series { buckets, terms: None, figures: None, asked });
        // What was written while it was read is found at the next look.
        self.filled.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Takes in minutes that are on disk.
    pub fn put(&self, space: &SpaceId, objective: &str, minutes: &[(i64, Counts)]) {
        let mut all = self.all();
        let Some(series) = all.get_mut(&(space.clone(), objective.to_owned())) else { return };
        let held: Vec<(i64, Counts)> = minutes
            .iter()
            .copied()
            .filter(|(minute, _)| *minute >= series.buckets.first())
            .collect();
        // They were checked when they were written.
        let _ = series.buckets.put_all(&held);
    }

    /// Takes in a whole day that is on disk, also what is no longer composed in it.
    pub fn put_day(&self, space: &SpaceId, objective: &str, day: &Day) {
        if let Some(series) = self.all().get_mut(&(space.clone(), objective.to_owned()))
            && lacks(day, &series.buckets)
        {
            let gone = day.minutes.first()..day.minutes.first() + DAY;
            let mut left = Buckets::new(series.buckets.first());
            let known: Vec<(i64, Counts)> =
                known_of(&series.buckets).filter(|(minute, _)| !gone.contains(minute)).collect();
            // They were held before.
            let _ = left.put_all(&known);
            series.buckets = left;
        }
        self.put(space, objective, &known(day));
    }

    /// Works with the minutes of an objective; `None` when it is not in memory.
    pub fn with<T>(
        &self,
        space: &SpaceId,
        objective: &str,
        work: impl FnOnce(&Buckets) -> T,
    ) -> Option<T> {
        let all = self.all();
        all.get(&(space.clone(), objective.to_owned())).map(|series| work(&series.buckets))
    }

    /// The terms that were worked out for this estate in this year.
    pub fn terms(
        &self,
        (space, objective): (&SpaceId, &str),
        snapshot: &Arc<Snapshot>,
        now: Time,
    ) -> Option<Arc<Terms>> {
        let all = self.all();
        let (of, when, terms) = all.get(&(space.clone(), objective.to_owned()))?.terms.as_ref()?;
        let fresh = Arc::ptr_eq(of, snapshot) && *when == now.micros() / YEAR;
        fresh.then(|| terms.clone())
    }

    /// Remembers the terms that were worked out for an estate.
    pub fn note_terms(
        &self,
        (space, objective): (&SpaceId, &str),
        snapshot: &Arc<Snapshot>,
        now: Time,
        terms: Arc<Terms>,
    ) {
        if let Some(series) = self.all().get_mut(&(space.clone(), objective.to_owned())) {
            series.terms = Some((snapshot.clone(), now.micros() / YEAR, terms));
        }
    }

    /// Remembers how an objective stands, and forgets what its window needs no more.
    pub fn note(&self, space: &SpaceId, objective: &str, figures: Arc<Figures>) {
        if let Some(series) = self.all().get_mut(&(space.clone(), objective.to_owned())) {
            series.buckets.forget_before(figures.window.from / MINUTE - 2 * DAY);
            series.figures = Some(figures);
        }
    }

    /// How an objective stood when it was last looked at.
    pub fn figures(&self, space: &SpaceId, objective: &str) -> Option<Arc<Figures>> {
        self.all().get(&(space.clone(), objective.to_owned()))?.figures.clone()
    }

    /// Remembers what a source was asked for.
    pub fn note_asked(&self, space: &SpaceId, objective: &str, asked: Option<Asked>) {
        if let Some(series) = self.all().get_mut(&(space.clone(), objective.to_owned())) {
            series.asked = asked;
        }
    }

    /// What a source was asked for, as far as this process knows.
    pub fn asked(&self, space: &SpaceId, objective: &str) -> Option<Asked> {
        self.all().get(&(space.clone(), objective.to_owned()))?.asked
    }

    /// Forgets objectives that are gone.
    pub fn keep(&self, space: &SpaceId, known: impl Fn(&str) -> bool) {
        self.all().retain(|(of, name), _| of != space || known(name));
        self.told().retain(|(of, name), _| of != space || known(name));
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What records said of an objective when they were last asked by this process.
    pub fn recorded(&self, space: &SpaceId, objective: &str) -> Option<Arc<Recorded>> {
        self.told().get(&(space.clone(), objective.to_owned())).cloned()
    }

    /// Remembers what records said of an objective.
    pub fn note_recorded(&self, space: &SpaceId, objective: &str, recorded: Arc<Recorded>) {
        self.told().insert((space.clone(), objective.to_owned()), recorded);
    }

    /// What was composed when this process last did it.
    pub(super) fn composed(&self, space: &SpaceId) -> Option<Arc<Composed>> {
        let all = self.composed.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(space).cloned()
    }

    /// Remembers what was composed; nothing when another process does it.
    pub(super) fn note_composed(&self, space: &SpaceId, composed: Option<Composed>) {
        let mut all = self.composed.lock().unwrap_or_else(PoisonError::into_inner);
        match composed {
            Some(composed) => drop(all.insert(space.clone(), Arc::new(composed))),
            None => drop(all.remove(space)),
        }
    }

    /// Bytes that the minutes of all objectives take, about.
    pub fn bytes(&self) -> usize {
        self.all().values().map(|series| series.buckets.bytes()).sum()
    }

    /// Takes in what other processes wrote since the last look, or this one while it was filling.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn catch_up(&self, db: &Db, space: &SpaceId, now: Time) -> Result<(), Fault> {
        let last = *self.read_until.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = self.filled.swap(false, Ordering::Relaxed);
        if let Some(last) = last.filter(|_| db.shared() || filled) {
            let mut conn = db.reader().await?;
            for (objective, day) in store::written_since(&mut conn, space, last - SKEW).await? {
                self.put_day(space, &objective, &day);
            }
            for (objective, asked) in store::asked(&mut conn, space).await? {
                self.note_asked(space, &objective, Some(asked));
            }
        }
        *self.read_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        Ok(())
    }
}

/// The minutes of a day of which something is known.
pub fn known(day: &Day) -> Vec<(i64, Counts)> {
    known_of(&day.minutes).collect()
}

/// The minutes of a series of which something is known.
pub fn known_of(buckets: &Buckets) -> impl Iterator<Item = (i64, Counts)> {
    let minutes = buckets.first()..buckets.first() + buckets.len() as i64;
    minutes.filter_map(|minute| Some((minute, buckets.minute(minute)?)))
}

/// Whether a day lacks minutes that were composed once and are known in a series.
pub fn lacks(day: &Day, buckets: &Buckets) -> bool {
    let first = day.minutes.first();
    (first..first + DAY).any(|minute| {
        day.minutes.minute(minute).is_none()
            && buckets.minute(minute).is_some_and(|counts| counts.total() == COMPOSED_MINUTE as f64)
    })
}

/// What is stored of an objective from a minute, the first of a day, up to another.
///
/// # Errors
/// When the database refuses or a day does not read back.
pub async fn stored(
    db: &Db,
    space: &SpaceId,
    objective: &str,
    (first, until): (i64, i64),
) -> Result<Buckets, Fault> {
    let mut conn = db.reader().await?;
    let days = (first.div_euclid(DAY), until.saturating_add(DAY - 1).div_euclid(DAY));
    let days = store::days(&mut conn, space, objective, days).await?;
    let mut buckets = Buckets::new(first);
    for day in &days {
        let known = known(day);
        buckets.put_all(&known).map_err(|error| Fault::corrupt("objective day", error))?;
    }
    Ok(buckets)
}
