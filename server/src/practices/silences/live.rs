//! The silences that are not over, in memory: who asks whether an alert is held back now asks
//! here. Rebuilt at start, kept in line by the tail of the journal; the database stays the truth.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;
use kernel::{SilenceId, SpaceId, Time};
use routing::{LabelSet, SilenceIndex, SilenceSpec};
use silences::Silence;
use spine::engine::Versioned;
use spine::{Conn, Db, Fault};

use super::store;

/// How far the clocks of two nodes may be apart, with room to spare.
const APART: Duration = Duration::from_secs(60);

/// Shared by everyone who asks.
#[derive(Clone, Default)]
pub struct LiveSilences {
    inner: Arc<RwLock<HashMap<SpaceId, Space>>>,
}

/// The silences of one space.
#[derive(Default)]
pub struct Space {
    index: SilenceIndex<SilenceId>,
    known: BTreeMap<SilenceId, Known>,
    newest: Time,
}

/// What else is told of a silence that holds an alert back.
#[derive(Clone, Copy)]
struct Known {
    version: i64,
    until: Time,
}

/// What holds an alert back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Silenced {
    /// The silences, in the order of their ids.
    pub by: Vec<SilenceId>,
    /// When the last of them lets go; `None` when nothing holds the alert back.
    pub until: Option<Time>,
}

impl Space {
    /// Whether nothing is silenced, now or later.
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    /// The silences that hold an alert with these labels back now, in the order of their ids.
    pub fn silenced_by(&self, labels: &dyn LabelSet, now: Time) -> Vec<SilenceId> {
        if self.index.is_empty() {
            return Vec::new();
        }
        self.index.silenced_by(labels, instant(now))
    }

    /// The same, with how long they hold it back.
    pub fn silenced(&self, labels: &dyn LabelSet, now: Time) -> Silenced {
        let by = self.silenced_by(labels, now);
        let until = by.iter().filter_map(|id| Some(self.known.get(id)?.until)).max();
        Silenced { by, until }
    }

    fn put(&mut self, silence: &Versioned<Silence>) {
        let (record, version) = (&silence.record, silence.version);
        self.newest = self.newest.max(record.updated_at);
        if self.known.get(&record.id).is_some_and(|known| known.version > version) {
            return;
        }
        if !record.stage.open() {
            self.known.remove(&record.id);
            self.index.remove(&record.id);
            return;
        }
        let spec = SilenceSpec {
            matchers: record.matchers.matchers().clone(),
            starts: instant(record.window.from),
            ends: instant(record.window.until),
        };
        self.known.insert(record.id, Known { version, until: record.window.until });
        self.index.add(record.id, spec);
    }
}

fn instant(time: Time) -> Timestamp {
    let beyond = if time < Time::EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(time.micros()).unwrap_or(beyond)
}

impl LiveSilences {
    /// Loads every silence that is pending or active.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(db: &Db) -> Result<LiveSilences, Fault> {
        let live = LiveSilences::default();
        let found = store::open(&mut db.reader().await?).await?;
        let mut spaces = live.write();
        for (space, silence) in found {
            spaces.entry(space).or_default().put(&silence);
        }
        drop(spaces);
        Ok(live)
    }

    /// The silences that hold an alert with these labels back now, in the order of their ids.
    pub fn silenced_by(&self, space: &SpaceId, labels: &dyn LabelSet, now: Time) -> Vec<SilenceId> {
        self.read(space, |space| space.map_or_else(Vec::new, |s| s.silenced_by(labels, now)))
    }

    /// The same, with how long they hold it back.
    pub fn silenced(&self, space: &SpaceId, labels: &dyn LabelSet, now: Time) -> Silenced {
        self.read(space, |space| {
            space.map_or_else(Silenced::default, |space| space.silenced(labels, now))
        })
    }

    /// Reads the silences of a space, for many questions at once; `None` when it never had any.
    /// Whoever changes silences waits meanwhile: ask, and work with the answers afterwards.
    pub fn read<T>(&self, space: &SpaceId, look: impl FnOnce(Option<&Space>) -> T) -> T {
        look(self.spaces().get(space))
    }

    /// Takes in what was committed.
    pub fn put(&self, space: &SpaceId, silences: &[Versioned<Silence>]) {
        if silences.is_empty() {
            return;
        }
        let mut spaces = self.write();
        let space = spaces.entry(space.clone()).or_default();
        for silence in silences {
            space.put(silence);
        }
    }

    /// Reads what has changed and the tail has not told yet, so that an answer in a transaction is
    /// as true as the transaction.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn catch_up(&self, conn: &mut Conn, space: &SpaceId) -> Result<(), Fault> {
        let newest = self.read(space, |space| space.map(|space| space.newest));
        let since = newest.unwrap_or(Time::EPOCH) - APART;
        let changed = store::changed_since(conn, space, since).await?;
        self.put(space, &changed);
        Ok(())
    }

    // A poisoned lock means that a reader panicked: the map itself is whole.
    fn spaces(&self) -> RwLockReadGuard<'_, HashMap<SpaceId, Space>> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<SpaceId, Space>> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}
