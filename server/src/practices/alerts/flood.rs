//! The flood path: what arrives while one batch is being written makes the next batch, so that
//! many requests share one commit. The next batch is decided while the last one is written, and a
//! request is answered when its batch is on disk.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use alerts::{Alert, Change, Fingerprint, Policy, Signal, take_batch};
use kernel::{Actor, Lifecycle, SpaceId};
use spine::db::OnDisk;
use spine::engine::Versioned;
use spine::{Db, Fault, World};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::batch::{Batch, Decided, after};
use super::classes;
use super::flight::{Flight, Order, write};
use super::hot::{HotAlerts, Known};
use super::store::{self, Refreshed};
use crate::practices::estate::live::LiveEstate;
use crate::practices::notifications::live::LiveRouting;

/// Signals of one batch at most; a single larger request is a batch of its own.
const BATCH: usize = 8192;
/// So many signals are decided while the last batch is written. Fewer wait for it and for others:
/// it takes no time to decide on them, but each batch takes a commit.
const AHEAD: usize = 512;
/// Requests that may wait; more are told to come again.
const QUEUE: usize = 4096;
/// Alerts that one sweep wakes.
const SWEEP: usize = 1000;
/// Longest time between two looks at the deadlines.
const NAP: Duration = Duration::from_secs(1);
/// How often the log of refreshes is replaced by its essence.
const COMPACT_EVERY: Duration = Duration::from_secs(300);
/// How often an order is decided again after it lost a race.
const TRIES: usize = 5;

struct Request {
    space: SpaceId,
    signals: Vec<Signal>,
    answer: oneshot::Sender<Result<(), String>>,
}

/// Where intakes hand signals in.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Request>,
    waiting: Arc<Waiting>,
}

/// What was handed in and not taken yet.
#[derive(Default)]
struct Waiting {
    signals: AtomicUsize,
    /// It is worth deciding on, also while a batch is written.
    much: Notify,
}

impl Waiting {
    /// Says whether it is much now and was not before.
    fn more(&self, signals: usize) -> bool {
        let before = self.signals.fetch_add(signals, Ordering::Relaxed);
        before < AHEAD && before + signals >= AHEAD
    }

    fn less(&self, signals: usize) {
        let before = self.signals.fetch_sub(signals, Ordering::Relaxed);
        // More than a batch takes waited: nobody else says that there is still much.
        if before - signals >= AHEAD {
            self.much.notify_one();
        }
    }
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
        let count = signals.len();
        let much = self.waiting.more(count);
        if self.queue.try_send(Request { space, signals, answer }).is_err() {
            self.waiting.less(count);
            return Err(NotTaken::Full);
        }
        if much {
            self.waiting.much.notify_one();
        }
        match answered.await {
            Ok(result) => result.map_err(NotTaken::Failed),
            Err(_) => Err(NotTaken::Failed("Operate is stopping".to_owned())),
        }
    }
}

/// Waits for the end of what is on its way, if something is.
async fn landing(flight: &mut Option<Flight>) -> Result<(), Option<Order>> {
    match flight {
        Some(flight) => flight.landed().await,
        None => std::future::pending().await,
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
        let waiting = Arc::new(Waiting::default());
        let task = tokio::spawn(self.run(requests, waiting.clone(), stop));
        (Intake { queue, waiting }, task)
    }

    async fn run(
        self,
        mut requests: mpsc::Receiver<Request>,
        waiting: Arc<Waiting>,
        stop: CancellationToken,
    ) {
        let mut compact_at = self.world.now() + COMPACT_EVERY;
        let mut batch = Vec::new();
        let mut flight: Option<Flight> = None;
        loop {
            let nap = self.world.now() + NAP;
            let wake_at = self.hot.next_due().map_or(nap, |due| due.min(nap));
            // While a batch is written, nobody is woken for a few signals more.
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    requests.close();
                    while let Ok(request) = requests.try_recv() { batch.push(request) }
                    self.take(batch, &mut flight).await;
                    break;
                }
                landed = landing(&mut flight) => {
                    flight = None;
                    self.again(landed).await;
                }
                () = waiting.much.notified() => {}
                request = requests.recv(), if flight.is_none() => match request {
                    Some(request) => batch.push(request),
                    None => break,
                },
                () = self.world.clock.wait_until(wake_at) => {}
            }
            let mut size: usize = batch.iter().map(|request| request.signals.len()).sum();
            while size < BATCH
                && let Ok(request) = requests.try_recv()
            {
                size += request.signals.len();
                batch.push(request);
            }
            waiting.less(size);
            self.take(std::mem::take(&mut batch), &mut flight).await;
            let now = self.world.now();
            if self.hot.next_due().is_some_and(|due| due <= now) {
                self.land(&mut flight).await;
                if let Err(fault) = self.sweep().await {
                    tracing::error!(error = %fault.chain(), "alerts could not be expired");
                    self.world.clock.wait(Duration::from_millis(200)).await;
                }
            }
            if now >= compact_at {
                compact_at = now + COMPACT_EVERY;
                self.land(&mut flight).await;
                if let Err(fault) = self.compact().await {
                    tracing::error!(error = %fault.chain(), "the refresh log was not compacted");
                }
            }
        }
        self.land(&mut flight).await;
    }

    /// Takes requests, space by space: decides each while the last one is written.
    async fn take(&self, requests: Vec<Request>, flight: &mut Option<Flight>) {
        let mut orders: HashMap<SpaceId, Order> = HashMap::new();
        for Request { space, mut signals, answer } in requests {
            let order = orders.entry(space.clone()).or_insert_with(|| Order::of(space));
            order.signals.append(&mut signals);
            order.askers.push(answer);
        }
        for order in orders.into_values() {
            metrics::counter!("operate_signals_total").increment(order.signals.len() as u64);
            let decided = self.decide(&order.space, &order.signals, flight.as_ref()).await;
            let holds = self.land(flight).await;
            match decided {
                Ok((batch, after)) if holds => {
                    *flight = Some(Flight::start(&self.db, &self.hot, order, batch, after));
                }
                _ => self.slowly(order).await,
            }
        }
    }

    /// Waits until the batch that is being written is there; says whether what was decided as if
    /// it were there holds.
    async fn land(&self, flight: &mut Option<Flight>) -> bool {
        let Some(mut landing) = flight.take() else { return true };
        let landed = landing.landed().await;
        let holds = landed.is_ok();
        self.again(landed).await;
        holds
    }

    async fn again(&self, landed: Result<(), Option<Order>>) {
        if let Err(Some(order)) = landed {
            self.slowly(order).await;
        }
    }

    /// Decides and writes with nothing else under way, and answers.
    async fn slowly(&self, order: Order) {
        let committed = self.take_signals(&order.space, &order.signals).await;
        tokio::spawn(order.answer(committed));
    }

    /// Decides and commits; a lost race reads the contested records again.
    async fn take_signals(&self, space: &SpaceId, signals: &[Signal]) -> Result<OnDisk, Fault> {
        for _ in 0..TRIES {
            let committed = match self.decide(space, signals, None).await {
                Ok((batch, after)) => write(&self.db, &self.hot, space, batch, after).await,
                Err(fault) => Err(fault),
            };
            match committed {
                Err(fault) if fault.worth_retrying() => {
                    self.fetch_again(space, signals.iter().map(Signal::fingerprint)).await?;
                }
                result => return result,
            }
        }
        Err(Fault::Race)
    }

    /// The label sets that are neither in memory nor on their way.
    fn unknown(
        &self,
        space: &SpaceId,
        signals: &[Signal],
        flight: Option<&Flight>,
    ) -> HashSet<Fingerprint> {
        let flying = |print| flight.is_some_and(|flight| flight.get(space, print).is_some());
        self.hot.read(space, |hot| {
            signals
                .iter()
                .map(Signal::fingerprint)
                .filter(|print| hot.is_none_or(|hot| hot.get(*print).is_none()))
                .filter(|print| !flying(*print))
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

    /// What signals lead to, as if what is on its way were there; nothing is changed by it.
    async fn decide(
        &self,
        space: &SpaceId,
        signals: &[Signal],
        flight: Option<&Flight>,
    ) -> Result<(Batch, Vec<Known>), Fault> {
        let unknown = self.unknown(space, signals, flight);
        let closed = self.fetch(space, &unknown).await?;
        let moment = self.world.moment(Actor::system("intake"));
        let policy = self
            .routing
            .resolve_timeout_seconds()
            .map_or(self.policy, |seconds| Policy { resolve_timeout_seconds: seconds });
        let estate = self.estate.snapshot(space);
        let find = |signal: &Signal| classes::find(&estate, signal, moment.now);
        let (decided, refreshed) = self.hot.read(space, |hot| {
            let stored = |print: Fingerprint| {
                let warm = hot.and_then(|hot| hot.get(print)).map(AsRef::as_ref);
                let flying = flight.and_then(|flight| flight.get(space, print)).map(AsRef::as_ref);
                // Whoever changed it since is written already: the flight will lose the race.
                let newer =
                    flying.filter(|flying| warm.is_none_or(|w| w.version <= flying.version));
                newer.or(warm).or_else(|| closed.get(&print))
            };
            let record = |print: Fingerprint| stored(print).map(|alert| &alert.record);
            let taken = take_batch(signals, &record, &find, &moment, &policy);
            let heard = |change: &&Change| change.events.is_empty();
            let refreshed: Vec<Refreshed> = taken
                .changes
                .iter()
                .filter(heard)
                .map(|change| Refreshed::of(change, record(change.alert.fingerprint)))
                .collect();
            let decided = |change: Change| {
                let version = stored(change.alert.fingerprint).map_or(0, |alert| alert.version);
                Decided { change, version }
            };
            (taken.changes.into_iter().map(decided).collect::<Vec<_>>(), refreshed)
        });
        // What left memory after it was looked up there has been closed, and is not new.
        let asked = |Decided { change, .. }: &Decided| {
            !change.new || unknown.contains(&change.alert.fingerprint)
        };
        if !decided.iter().all(asked) {
            return Err(Fault::Race);
        }
        let batch = Batch::of(space, moment.now, None, &decided)?.heard(refreshed, signals);
        Ok((batch, after(decided)))
    }

    /// Wakes the alerts whose source has fallen silent, and puts long-cleared ones away.
    async fn sweep(&self) -> Result<(), Fault> {
        for space in self.hot.names() {
            loop {
                let now = self.world.now();
                let due = || {
                    self.hot
                        .read(&space, |hot| hot.map_or_else(Vec::new, |hot| hot.due(now, SWEEP)))
                };
                let Some(unheard) = due().iter().map(|alert| alert.record.last_seen).min() else {
                    break;
                };
                if self.db.shared() {
                    // Another node may have heard of them meanwhile.
                    let mut conn = self.db.reader().await?;
                    self.hot.refresh(store::refreshes_since(&mut conn, unheard).await?);
                }
                let moment = self.world.moment(Actor::system("intake"));
                let due = due();
                let decided: Vec<Decided> = due
                    .iter()
                    .map(|alert| {
                        let events =
                            alert.record.decide(&Alert::tick(), &moment).unwrap_or_default();
                        let mut record = alert.record.clone();
                        events.iter().for_each(|event| record.apply(event));
                        let change = Change { alert: record, events, new: false };
                        Decided { change, version: alert.version }
                    })
                    .collect();
                if decided.iter().all(|decided| decided.change.events.is_empty()) {
                    break;
                }
                let batch = Batch::of(&space, now, None, &decided)?;
                match write(&self.db, &self.hot, &space, batch, after(decided)).await {
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
