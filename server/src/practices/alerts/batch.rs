//! The flood path: what arrives while one batch is being committed makes the next batch, so that
//! many requests share one commit. A request is answered when its batch is on disk.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use alerts::{Alert, Change, Event, Fingerprint, Policy, Signal, take_batch};
use kernel::{Actor, Data, Fact, Lifecycle, SpaceId};
use spine::db::OnDisk;
use spine::engine::Versioned;
use spine::journal::Stamp;
use spine::{Db, Fault, Tx, World, pack};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::classes;
use super::hot::HotAlerts;
use super::store::{self, Refreshed};
use crate::practices::estate::live::LiveEstate;
use crate::practices::notifications::live::LiveRouting;

/// Signals of one batch at most; a single larger request is a batch of its own.
const BATCH: usize = 8192;
/// Requests that may wait; more are told to come again.
const QUEUE: usize = 4096;
/// Alerts that one sweep wakes.
const SWEEP: usize = 1000;
/// Longest time between two looks at the deadlines.
const NAP: Duration = Duration::from_secs(1);
/// How often the log of refreshes is replaced by its essence.
const COMPACT_EVERY: Duration = Duration::from_secs(300);

struct Request {
    space: SpaceId,
    signals: Vec<Signal>,
    answer: oneshot::Sender<Result<(), String>>,
}

/// Where intakes hand signals in.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Request>,
}

/// Why signals were not taken.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum NotTaken {
    /// Too much is waiting.
    #[error("too many requests are waiting")]
    Full,
    /// Our side failed.
    #[error("the signals could not be stored: {0}")]
    Failed(String),
}

impl Intake {
    /// Hands signals in and waits until they are on disk.
    ///
    /// # Errors
    /// When too much is waiting or the database failed: then nothing was taken.
    pub async fn take(&self, space: SpaceId, signals: Vec<Signal>) -> Result<(), NotTaken> {
        let (answer, answered) = oneshot::channel();
        self.queue.try_send(Request { space, signals, answer }).map_err(|_| NotTaken::Full)?;
        match answered.await {
            Ok(result) => result.map_err(NotTaken::Failed),
            Err(_) => Err(NotTaken::Failed("Operate is stopping".to_owned())),
        }
    }
}

/// The one task that decides on signals.
pub struct Batcher {
    /// The database.
    pub db: Db,
    /// Time and ids.
    pub world: World,
    /// The records in memory.
    pub hot: HotAlerts,
    /// Finds the item of a signal.
    pub estate: LiveEstate,
    /// How long a firing is believed.
    pub policy: Policy,
    /// The routing configuration, which may say otherwise.
    pub routing: LiveRouting,
}

impl Batcher {
    /// Starts the task; it ends after `stop`, when what was handed in is done.
    pub fn start(self, stop: CancellationToken) -> (Intake, tokio::task::JoinHandle<()>) {
        let (queue, requests) = mpsc::channel(QUEUE);
        (Intake { queue }, tokio::spawn(self.run(requests, stop)))
    }

    async fn run(self, mut requests: mpsc::Receiver<Request>, stop: CancellationToken) {
        let mut compact_at = self.world.now() + COMPACT_EVERY;
        let mut batch = Vec::new();
        loop {
            let nap = self.world.now() + NAP;
            let wake_at = self.hot.next_due().map_or(nap, |due| due.min(nap));
            tokio::select! {
                biased;
                request = requests.recv() => match request {
                    Some(request) => batch.push(request),
                    None => break,
                },
                () = stop.cancelled() => {
                    requests.close();
                    while let Ok(request) = requests.try_recv() { batch.push(request) }
                    self.take(std::mem::take(&mut batch)).await;
                    break;
                }
                () = self.world.clock.wait_until(wake_at) => {}
            }
            let mut size: usize = batch.iter().map(|request| request.signals.len()).sum();
            while size < BATCH
                && let Ok(request) = requests.try_recv()
            {
                size += request.signals.len();
                batch.push(request);
            }
            self.take(std::mem::take(&mut batch)).await;
            if let Err(fault) = self.sweep().await {
                tracing::error!(error = %fault.chain(), "alerts could not be expired");
                self.world.clock.wait(Duration::from_millis(200)).await;
            }
            if self.world.now() >= compact_at {
                compact_at = self.world.now() + COMPACT_EVERY;
                if let Err(fault) = self.compact().await {
                    tracing::error!(error = %fault.chain(), "the refresh log was not compacted");
                }
            }
        }
    }

    /// Takes requests, space by space, and answers each.
    async fn take(&self, requests: Vec<Request>) {
        let mut spaces: HashMap<SpaceId, Vec<Request>> = HashMap::new();
        for request in requests {
            spaces.entry(request.space.clone()).or_default().push(request);
        }
        for (space, mut requests) in spaces {
            let signals: Vec<Signal> = requests
                .iter_mut()
                .flat_map(|request| std::mem::take(&mut request.signals))
                .collect();
            let count = signals.len();
            let committed = self.take_signals(&space, Arc::new(signals)).await;
            metrics::counter!("operate_signals_total").increment(count as u64);
            // The next batch is decided while this one is brought to disk.
            tokio::spawn(answer(requests, count, committed));
        }
    }

    /// Decides and commits; a lost race reads the contested records again.
    async fn take_signals(
        &self,
        space: &SpaceId,
        signals: Arc<Vec<Signal>>,
    ) -> Result<OnDisk, Fault> {
        for _ in 0..5 {
            let unknown = self.unknown(space, &signals);
            let closed = self.fetch(space, &unknown).await?;
            match self.commit(space, &signals, &unknown, &closed).await {
                Err(fault) if fault.worth_retrying() => {
                    self.fetch_again(space, signals.iter().map(Signal::fingerprint)).await?;
                }
                result => return result,
            }
        }
        Err(Fault::Race)
    }

    /// The label sets that are not in memory.
    fn unknown(&self, space: &SpaceId, signals: &[Signal]) -> HashSet<Fingerprint> {
        self.hot.read(space, |hot| {
            signals
                .iter()
                .map(Signal::fingerprint)
                .filter(|print| hot.is_none_or(|hot| hot.get(*print).is_none()))
                .collect()
        })
    }

    async fn fetch(
        &self,
        space: &SpaceId,
        unknown: &HashSet<Fingerprint>,
    ) -> Result<HashMap<Fingerprint, Versioned<Alert>>, Fault> {
        if unknown.is_empty() {
            return Ok(HashMap::new());
        }
        let unknown: Vec<Fingerprint> = unknown.iter().copied().collect();
        let mut conn = self.db.reader().await?;
        let stored = store::by_fingerprint(&mut conn, space, &unknown).await?;
        Ok(stored.into_iter().map(|alert| (alert.record.fingerprint, alert)).collect())
    }

    /// A race was lost: takes into memory what the database says of these alerts now.
    async fn fetch_again(
        &self,
        space: &SpaceId,
        fingerprints: impl Iterator<Item = Fingerprint>,
    ) -> Result<(), Fault> {
        let (mut held, mut unknown) = (Vec::new(), Vec::new());
        self.hot.read(space, |hot| {
            for print in fingerprints {
                match hot.and_then(|hot| hot.get(print)) {
                    Some(alert) => held.push(alert.record.id),
                    None => unknown.push(print),
                }
            }
        });
        let mut conn = self.db.reader().await?;
        self.hot.catch_up(space, store::by_id(&mut conn, space, &held).await?);
        self.hot.catch_up(space, store::by_fingerprint(&mut conn, space, &unknown).await?);
        Ok(())
    }

    async fn commit(
        &self,
        space: &SpaceId,
        signals: &[Signal],
        unknown: &HashSet<Fingerprint>,
        closed: &HashMap<Fingerprint, Versioned<Alert>>,
    ) -> Result<OnDisk, Fault> {
        let moment = self.world.moment(Actor::system("intake"));
        let policy = self
            .routing
            .resolve_timeout_seconds()
            .map_or(self.policy, |seconds| Policy { resolve_timeout_seconds: seconds });
        let estate = self.estate.snapshot(space);
        let find = |signal: &Signal| classes::find(&estate, signal, moment.now);
        let (changes, versions) = self.hot.read(space, |hot| {
            let stored = |print: Fingerprint| {
                let warm = hot.and_then(|hot| hot.get(print)).map(|alert| alert.as_ref());
                warm.or_else(|| closed.get(&print))
            };
            let record = |print: Fingerprint| stored(print).map(|alert| &alert.record);
            let taken = take_batch(signals, &record, &find, &moment, &policy);
            let versions: Vec<i64> = taken
                .changes
                .iter()
                .map(|change| stored(change.alert.fingerprint).map_or(0, |alert| alert.version))
                .collect();
            let refreshed: Vec<Refreshed> = taken
                .changes
                .iter()
                .filter(|change| change.events.is_empty())
                .map(|change| Refreshed::of(change, record(change.alert.fingerprint)))
                .collect();
            let taken_in = counted(signals);
            let changes = taken.changes;
            (Batch { at: moment.now, changes, refreshed, taken_in, by: None }, versions)
        });
        // What left memory after it was looked up there has been closed, and is not new.
        let asked = |change: &Change| !change.new || unknown.contains(&change.alert.fingerprint);
        if !changes.changes.iter().all(asked) {
            return Err(Fault::Race);
        }
        self.write(space, changes, versions).await
    }

    async fn write(
        &self,
        space: &SpaceId,
        batch: Batch,
        versions: Vec<i64>,
    ) -> Result<OnDisk, Fault> {
        let batch = Arc::new(batch);
        let (shared, name, versions) = (batch.clone(), space.clone(), Arc::new(versions));
        let known = versions.clone();
        let ((), disk) = self
            .db
            .commit::<_, Fault, _>(move |tx| {
                Box::pin(async move { shared.store(tx, &name, &known).await })
            })
            .await?;
        // The work that shared it is done.
        let changes =
            Arc::try_unwrap(batch).map_or_else(|shared| shared.changes.clone(), |own| own.changes);
        count_unclassified(&changes);
        let committed = changes.into_iter().zip(versions.iter()).map(|(change, version)| {
            let bump = i64::from(!change.events.is_empty());
            Versioned { record: change.alert, version: version + bump }
        });
        self.hot.put(space, committed);
        Ok(disk)
    }

    /// Wakes the alerts whose source has fallen silent, and puts long-cleared ones away.
    async fn sweep(&self) -> Result<(), Fault> {
        for space in self.hot.names() {
            loop {
                let now = self.world.now();
                let due = self
                    .hot
                    .read(&space, |hot| hot.map_or_else(Vec::new, |hot| hot.due(now, SWEEP)));
                let Some(unheard) = due.iter().map(|alert| alert.record.last_seen).min() else {
                    break;
                };
                if self.db.shared() {
                    // Another node may have heard of them meanwhile.
                    let mut conn = self.db.reader().await?;
                    self.hot.refresh(store::refreshes_since(&mut conn, unheard).await?);
                }
                let due = self
                    .hot
                    .read(&space, |hot| hot.map_or_else(Vec::new, |hot| hot.due(now, SWEEP)));
                let moment = self.world.moment(Actor::system("intake"));
                let mut changes = Vec::with_capacity(due.len());
                let mut versions = Vec::with_capacity(due.len());
                for alert in &due {
                    let events = alert.record.decide(&Alert::tick(), &moment).unwrap_or_default();
                    let mut record = alert.record.clone();
                    events.iter().for_each(|event| record.apply(event));
                    changes.push(Change { alert: record, events, new: false });
                    versions.push(alert.version);
                }
                if changes.iter().all(|change| change.events.is_empty()) {
                    break;
                }
                let (refreshed, taken_in) = (Vec::new(), Vec::new());
                let batch = Batch { at: now, changes, refreshed, taken_in, by: None };
                match self.write(&space, batch, versions).await {
                    Err(fault) if fault.worth_retrying() => {
                        let prints = due.iter().map(|alert| alert.record.fingerprint);
                        self.fetch_again(&space, prints).await?;
                    }
                    result => drop(result?),
                }
            }
        }
        Ok(())
    }

    async fn compact(&self) -> Result<(), Fault> {
        let firing: HashSet<kernel::AlertId> = self
            .hot
            .names()
            .iter()
            .flat_map(|space| self.hot.all(space))
            .filter(|alert| alert.record.stage.firing())
            .map(|alert| alert.record.id)
            .collect();
        let now = self.world.now();
        let kept = self
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let keep = |refresh: &Refreshed| firing.contains(&refresh.id);
                    store::compact_refreshes(tx, now, &keep).await
                })
            })
            .await?;
        tracing::debug!(kept, "compacted the refresh log");
        Ok(())
    }
}

/// Tells those who handed signals in once these are on disk, or why they are not.
async fn answer(requests: Vec<Request>, signals: usize, committed: Result<OnDisk, Fault>) {
    let stored = match committed {
        Ok(disk) => disk.wait().await,
        Err(fault) => Err(fault),
    };
    if let Err(fault) = &stored {
        tracing::error!(error = %fault.chain(), signals, "signals were not stored");
    }
    for request in requests {
        let answer = stored.as_ref().copied().map_err(ToString::to_string);
        // Whoever has hung up needs no answer.
        let _ = request.answer.send(answer);
    }
}

/// What one transaction writes.
pub(super) struct Batch {
    /// When it was decided.
    pub at: kernel::Time,
    /// What happened to which alert.
    pub changes: Vec<Change>,
    /// What was only heard again.
    pub refreshed: Vec<Refreshed>,
    /// How many signals of each source it is made of.
    pub taken_in: Vec<(Arc<str>, i64)>,
    /// Who asked for all of it; without, the source of each alert did.
    pub by: Option<Actor>,
}

/// Counts the firings that no rule classified, source by source.
fn count_unclassified(changes: &[Change]) {
    let fired = |event: &Event| match event {
        Event::Fired(firing) => firing.classification.is_none(),
        Event::Returned(again) => again.classification.is_none(),
        _ => false,
    };
    let mut counts: Vec<(&Arc<str>, u64)> = Vec::new();
    for change in changes {
        let new = change.events.iter().filter(|event| fired(event)).count() as u64;
        match counts.iter_mut().find(|(source, _)| **source == change.alert.source) {
            _ if new == 0 => {}
            Some((_, count)) => *count += new,
            None => counts.push((&change.alert.source, new)),
        }
    }
    for (source, count) in counts {
        let source = source.to_string();
        metrics::counter!("operate_alerts_unclassified_total", "source" => source).increment(count);
    }
}

/// How many signals came from each source; a batch has few.
fn counted(signals: &[Signal]) -> Vec<(Arc<str>, i64)> {
    let mut counts: Vec<(Arc<str>, i64)> = Vec::new();
    for signal in signals {
        match counts.iter_mut().rev().find(|(source, _)| *source == signal.source) {
            Some((_, count)) => *count += 1,
            None => counts.push((signal.source.clone(), 1)),
        }
    }
    // Two nodes must not wait for each other's rows.
    counts.sort_unstable();
    counts
}

impl Batch {
    /// Writes alerts and their history.
    ///
    /// # Errors
    /// When the database refuses, or one of the alerts was changed meanwhile.
    pub async fn store(&self, tx: &mut Tx, space: &SpaceId, versions: &[i64]) -> Result<(), Fault> {
        let new: Vec<&Alert> =
            self.changes.iter().filter(|change| change.new).map(|change| &change.alert).collect();
        store::insert(tx, space, &new).await?;
        let changed: Vec<(&Alert, i64)> = self
            .changes
            .iter()
            .zip(versions)
            .filter(|(change, _)| !change.new && !change.events.is_empty())
            .map(|(change, version)| (&change.alert, *version))
            .collect();
        store::update(tx, space, &changed).await?;
        store::log_refreshes(tx, space, self.at, &self.refreshed).await?;
        store::count_signals(tx, space, self.at, &self.taken_in).await?;
        self.remember(tx, space).await
    }

    /// Journal entries, each in the name of who made it so.
    async fn remember(&self, tx: &mut Tx, space: &SpaceId) -> Result<(), Fault> {
        let mut by_source: Vec<(&str, Vec<Fact>)> = Vec::new();
        for change in &self.changes {
            let own = change.alert.source.as_ref();
            let source = if self.by.is_some() { "" } else { own };
            for event in &change.events {
                let fact = Fact {
                    subject: format!("alert:{}", change.alert.id),
                    kind: format!("alert.{}", Alert::event_name(event)),
                    data: Data::of(event).map_err(|error| Fault::corrupt("alert event", error))?,
                };
                match by_source.last_mut() {
                    Some((last, facts)) if *last == source => facts.push(fact),
                    _ => by_source.push((source, vec![fact])),
                }
            }
        }
        for (source, facts) in by_source {
            let actor = self.by.clone().unwrap_or_else(|| Actor::Integration(source.to_owned()));
            let stamp = Stamp { space, at: self.at, actor: &actor, cause: None };
            pack::append_flood(tx, &stamp, &facts).await?;
        }
        Ok(())
    }
}
