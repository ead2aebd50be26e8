//! The tail of the journal: keeps what is in memory in line with what any node committed, and
//! feeds open browsers. It starts anew with the process and needs no durable cursor.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, AlertId, SilenceId, SpaceId};
use spine::journal::{self, Position, Stored};
use spine::{Db, Fault, World};
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::keys::Keys;
use crate::practices::alerts::hot::HotAlerts;
use crate::practices::alerts::store;
use crate::practices::estate::live::LiveEstate;
use crate::practices::notifications::live::LiveRouting;
use crate::practices::silences::live::LiveSilences;
use crate::practices::silences::store as silence_store;

/// Entries that a slow browser may be behind before it is told to load anew.
const BACKLOG: usize = 4096;
/// Entries of one look.
const BATCH: i64 = 1000;
/// So often in a row a batch is tried.
const TRIES: u32 = 6;
/// How often a shared database is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// Where entries are heard as they come.
#[derive(Clone)]
pub struct Feed(broadcast::Sender<Arc<Stored>>);

impl Default for Feed {
    fn default() -> Feed {
        Feed(broadcast::Sender::new(BACKLOG))
    }
}

impl Feed {
    /// Hears every entry from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Stored>> {
        self.0.subscribe()
    }
}

/// What went wrong since anything was followed.
#[derive(Default)]
struct Trouble {
    failures: u32,
    /// Those that may lie in what is to be followed.
    blamed: u32,
}

impl Trouble {
    /// Counts a failure; returns how long to pause. While the database is away no entry is to
    /// blame.
    fn met(&mut self, outage: bool) -> Duration {
        self.failures += 1;
        self.blamed += u32::from(!outage);
        Duration::from_millis(100 << self.failures.min(6))
    }

    /// Whether what is to be followed is still tried.
    fn heeding(&self) -> bool {
        self.blamed < TRIES
    }
}

/// The task that follows the end of the journal.
pub struct Tail {
    /// The database.
    pub db: Db,
    /// Time.
    pub world: World,
    /// The alerts in memory.
    pub hot: HotAlerts,
    /// The silences in memory.
    pub silences: LiveSilences,
    /// The estate in memory.
    pub estate: LiveEstate,
    /// The routing in memory.
    pub routing: LiveRouting,
    /// Open what is sealed in it.
    pub keys: Arc<Keys>,
    /// The browsers.
    pub feed: Feed,
    /// How far memory has followed: at first, what was there when it was filled.
    pub heard: watch::Sender<Position>,
}

impl Tail {
    /// Follows until `stop`; survives every fault.
    pub async fn run(self, stop: CancellationToken) {
        let mut grown = self.db.grown();
        let mut trouble = Trouble::default();
        while !stop.is_cancelled() {
            grown.mark_unchanged();
            let wait = match self.step(trouble.heeding()).await {
                Ok(count) => {
                    trouble = Trouble::default();
                    match count {
                        0 => self.db.shared().then_some(GLANCE),
                        _ => Some(Duration::ZERO),
                    }
                }
                Err(fault) => {
                    tracing::error!(error = %fault.chain(), "the tail of the journal failed");
                    Some(trouble.met(fault.outage()))
                }
            };
            let timer = async {
                match wait {
                    Some(wait) => self.world.clock.wait(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = grown.changed(), if trouble.failures == 0 => {}
                () = timer => {}
            }
        }
    }

    /// Follows a batch; without `heeding` what it says, when that has failed too often: memory is
    /// then behind in what cannot be read, and the streams that wait for it go on.
    async fn step(&self, heeding: bool) -> Result<usize, Fault> {
        let mut conn = self.db.reader().await?;
        let heard = *self.heard.borrow();
        let entries = journal::after(&mut conn, heard, BATCH).await?;
        drop(conn);
        let Some(last) = entries.last().map(|last| last.position) else { return Ok(0) };
        if heeding {
            self.heed(&entries).await?;
        }
        let count = entries.len();
        for stored in entries {
            // Nobody listening is no error.
            let _ = self.feed.0.send(stored);
        }
        self.heard.send_replace(last);
        Ok(count)
    }

    /// Brings memory in line with entries.
    async fn heed(&self, entries: &[Arc<Stored>]) -> Result<(), Fault> {
        let mut conn = self.db.reader().await?;
        for (space, ids) in self.changed_alerts(entries) {
            let ids: Vec<AlertId> = ids.into_iter().collect();
            self.hot.catch_up(&space, store::by_id(&mut conn, &space, &ids).await?);
        }
        for (space, ids) in changed_silences(entries) {
            let ids: Vec<SilenceId> = ids.into_iter().collect();
            self.silences.put(&space, &silence_store::by_id(&mut conn, &space, &ids).await?);
        }
        drop(conn);
        let edited = |stored: &Arc<Stored>| {
            let kind = &stored.entry.kind;
            ["item.", "setting.", "device.", "layer_calendar."]
                .iter()
                .any(|begin| kind.starts_with(begin))
        };
        if entries.iter().any(edited) {
            self.estate.reload(&self.db).await?;
        }
        if entries.iter().any(|stored| stored.entry.kind.starts_with("routing.")) {
            self.routing.follow(&self.db, &self.keys).await?;
        }
        Ok(())
    }

    /// Alerts that others than this process's own intake changed.
    fn changed_alerts(&self, entries: &[Arc<Stored>]) -> HashMap<SpaceId, HashSet<AlertId>> {
        let mut changed: HashMap<SpaceId, HashSet<AlertId>> = HashMap::new();
        for stored in entries {
            let entry = &stored.entry;
            let own = !self.db.shared() && matches!(entry.actor, Actor::Integration(_));
            if own {
                continue;
            }
            if let Some(id) = spine::engine::subject_id::<alerts::Alert>(&entry.subject) {
                changed.entry(entry.space.clone()).or_default().insert(id);
            }
        }
        changed
    }
}

/// Silences that anybody changed: made here, they are in memory already, and once more does no
/// harm.
fn changed_silences(entries: &[Arc<Stored>]) -> HashMap<SpaceId, HashSet<SilenceId>> {
    let mut changed: HashMap<SpaceId, HashSet<SilenceId>> = HashMap::new();
    for entry in entries.iter().map(|stored| &stored.entry) {
        if let Some(id) = spine::engine::subject_id::<::silences::Silence>(&entry.subject) {
            changed.entry(entry.space.clone()).or_default().insert(id);
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_followed_is_given_up_and_an_outage_never_is() {
        let mut away = Trouble::default();
        let pauses: Vec<u128> = (0..8).map(|_| away.met(true).as_millis()).collect();
        assert_eq!(pauses, [200, 400, 800, 1_600, 3_200, 6_400, 6_400, 6_400]);
        assert!(away.heeding(), "no entry is to blame");
        let mut bad = Trouble::default();
        for _ in 0..TRIES {
            assert!(bad.heeding());
            bad.met(false);
        }
        assert!(!bad.heeding());
    }
}
