//! The dispatcher: takes in every change of an alert, flushes the groups that are due, and writes
//! what receivers are to be told together with the log that says so.
//!
//! Every node dispatches. A line of the log is written against the version that was decided on, so
//! that of two nodes one tells and the other looks again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use alerts::Alert;
use jiff::{SignedDuration, Timestamp};
use kernel::{Actor, SpaceId, Time};
use spine::engine::Versioned;
use spine::{Db, Fault, World};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::board::{Board, Due, stamp, time};
use super::broken::Explainer;
use super::desk::Desk;
use super::held::{Around, Planner};
use super::live::{LiveRouting, Routing};
use super::policy::NotificationPolicy;
use super::store::Logged;
use super::{digests, store};
use crate::practices::alerts::hot::HotAlerts;
use crate::practices::estate::live::LiveEstate;
use crate::practices::silences::live::LiveSilences;

/// Name of the channel of the outbox, and of the actor.
pub const CHANNEL: &str = "notification";
pub(super) const NAME: &str = "notifications";
/// Groups of one flush: bounds how long changes wait behind a storm of due groups.
const SLICE: usize = 256;
/// Changes taken in before due groups are looked at again.
const CHANGES: usize = 8192;
/// Longest sleep: on a shared database another node's clock may be ahead.
const NAP: Duration = Duration::from_secs(30);
/// How soon a group is looked at again whose last message is still on its way.
const BUSY: Duration = Duration::from_millis(500);

/// The groups, for whoever shows them.
#[derive(Clone, Default)]
pub struct LiveBoard(Arc<Mutex<Option<Board>>>);

impl LiveBoard {
    /// Looks at the groups; `None` without a routing configuration.
    pub fn read<T>(&self, look: impl FnOnce(Option<&mut Board>) -> T) -> T {
        // A poisoned lock means that a reader panicked: the board itself is whole.
        look(self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut())
    }
}

/// The task that tells receivers.
pub struct Dispatcher {
    /// The database.
    pub db: Db,
    /// Time and ids.
    pub world: World,
    /// The space whose alerts are dispatched.
    pub space: SpaceId,
    /// The alerts in memory.
    pub hot: HotAlerts,
    /// The silences in memory.
    pub silences: LiveSilences,
    /// What depends on what, and what is told beyond what the routes say.
    pub estate: LiveEstate,
    /// The configuration.
    pub routing: LiveRouting,
    /// The groups.
    pub board: LiveBoard,
    /// Every change of an alert.
    pub changes: mpsc::UnboundedReceiver<Arc<Versioned<Alert>>>,
}

impl Dispatcher {
    /// Dispatches until `stop`; survives every fault.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut reloads = self.routing.changes();
        let mut failures = 0_u32;
        let mut digests_at = self.world.now();
        self.rebuild().await;
        while !stop.is_cancelled() {
            let now = self.world.now();
            let due = self.board.read(|board| board.and_then(|board| board.next_due()));
            let wake_at = due.map_or(now + NAP, |due| time(due).min(now + NAP)).min(digests_at);
            let rest = Duration::from_millis(if failures > 0 { 100 << failures.min(6) } else { 0 });
            tokio::select! {
                () = stop.cancelled() => break,
                change = self.changes.recv() => match change {
                    Some(change) => self.take(change),
                    None => break,
                },
                _ = reloads.changed() => self.rebuild().await,
                () = self.world.clock.wait_until(wake_at.max(now + rest)) => {}
            }
            match self.flush_all(&mut digests_at).await {
                Ok(()) => failures = 0,
                Err(fault) => {
                    failures += 1;
                    tracing::error!(error = %fault.chain(), failures, "groups were not flushed");
                }
            }
        }
    }

    /// Flushes the groups that are due, then the digests.
    async fn flush_all(&self, digests_at: &mut Time) -> Result<(), Fault> {
        if let Some(opened) = self.flush().await? {
            *digests_at = opened.min(*digests_at);
        }
        let now = self.world.now();
        if *digests_at <= now {
            let next = digests::send_due(&self.db, &self.world).await?;
            // Another node may open one that is due earlier.
            *digests_at = next.map_or(now + NAP, |next| next.min(now + NAP));
        }
        Ok(())
    }

    /// Puts every alert into the groups of the configuration in force. All groups are then flushed
    /// soon; the log keeps what was told from being told again.
    async fn rebuild(&self) {
        let now = stamp(self.world.now());
        let mut fresh = self.routing.current().map(|routing| {
            let mut board = Board::new(routing);
            board.set_flap_rule(self.policy().flap_rule());
            for alert in self.hot.all(&self.space) {
                board.take(&alert, now);
            }
            self.board.read(|before| before.map(|before| board.take_over(before, now)));
            board
        });
        if let Some(board) = &mut fresh
            && let Err(fault) = self.forget_ends(board).await
        {
            tracing::error!(error = %fault.chain(), "ends that were told may be told again");
        }
        *self.board.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// Leaves out what is over and was told: the log forgets an end with the next thing it tells.
    async fn forget_ends(&self, board: &mut Board) -> Result<(), Fault> {
        let groups = board.with_ends();
        if groups.is_empty() {
            return Ok(());
        }
        let now = self.world.now();
        let logged = store::logged(&mut self.db.reader().await?, &self.space, &groups, now).await?;
        let mut by_group: HashMap<&str, Vec<&Logged>> = HashMap::new();
        for ((group, _), line) in &logged {
            by_group.entry(group).or_default().push(line);
        }
        board.forget_ends(|group, key| {
            let lines = by_group.get(group).into_iter().flatten();
            lines.into_iter().any(|line| line.thinks_it_fires(key))
        });
        Ok(())
    }

    fn policy(&self) -> NotificationPolicy {
        self.estate.snapshot(&self.space).notifications.clone()
    }

    fn take(&mut self, first: Arc<Versioned<Alert>>) {
        let now = stamp(self.world.now());
        let flap_rule = self.policy().flap_rule();
        let changes = &mut self.changes;
        self.board.read(|board| {
            let Some(board) = board else { return };
            board.set_flap_rule(flap_rule);
            board.take(&first, now);
            for _ in 1..CHANGES {
                let Ok(change) = changes.try_recv() else { break };
                board.take(&change, now);
            }
        });
    }

    /// Takes one slice of the groups that are due, and the configuration that they are of.
    fn due(&self, now: Time) -> (Vec<Due>, Option<Arc<Routing>>) {
        let latest =
            |alert: &Alert| self.hot.read(&self.space, |hot| hot?.get(alert.fingerprint).cloned());
        let silenced = |alert: &Alert| self.silences.silenced(&self.space, &alert.labels, now);
        let snapshot = self.estate.snapshot(&self.space);
        self.board.read(|board| match board {
            Some(board) => {
                let hold = snapshot.notifications.hold_dependants;
                let broken = if hold { board.broken() } else { Vec::new() };
                let explainer = Explainer::new(&snapshot.estate, &broken);
                let explained_by = |alert: &Alert| explainer.explain(alert);
                let planner = Planner::new(&snapshot.estate, now);
                let planned = |alert: &Alert| planner.explain(alert);
                let around = Around {
                    latest: &latest,
                    silenced: &silenced,
                    planned: &planned,
                    explained_by: &explained_by,
                };
                (board.due(stamp(now), SLICE, &around), Some(board.routing().clone()))
            }
            None => (Vec::new(), None),
        })
    }

    /// Flushes one slice of the groups that are due; says when the first digest is due that it
    /// put something into.
    async fn flush(&self) -> Result<Option<Time>, Fault> {
        let now = self.world.now();
        let (due, routing) = self.due(now);
        let Some(routing) = routing.filter(|_| !due.is_empty()) else { return Ok(None) };
        let lag = due.first().map_or(0.0, |first| now.since(time(first.since)).as_secs_f64());
        metrics::gauge!("operate_dispatch_lag_seconds").set(lag);
        let due = Arc::new(due);
        let moment = Arc::new(self.world.moment(Actor::system(NAME)));
        let (space, shared) = (self.space.clone(), due.clone());
        let (retention, policy) = (self.routing.retention(), self.policy());
        let mut written = self
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let desk = Desk {
                        space: &space,
                        routing: &routing,
                        policy: &policy,
                        retention,
                        moment: &moment,
                    };
                    desk.flush(tx, &shared).await
                })
            })
            .await;
        self.board.read(|board| {
            let Some(board) = board else { return };
            let soon = stamp(now + BUSY);
            match &mut written {
                Ok(flushed) => {
                    let noted = flushed.notes.noted.drain(..);
                    for ((due, busy), noted) in due.iter().zip(&flushed.busy).zip(noted) {
                        match busy {
                            Some(until) => board.again(&due.slot, soon.max(stamp(*until)), noted),
                            None => board.settle(due, noted),
                        }
                    }
                }
                Err(_) => {
                    due.iter().for_each(|due| board.again(&due.slot, soon, due.noted.clone()));
                }
            }
        });
        match written {
            Ok(flushed) => Ok(flushed.digest_at),
            // Another node told one of the groups: they are looked at again.
            Err(fault) if fault.worth_retrying() => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

/// Forgets what need not be kept.
///
/// # Errors
/// When the database refuses.
pub async fn forget(db: &Db, retention: SignedDuration, now: Time) -> Result<(), Fault> {
    let rest_before = now - store::KEPT;
    // What is acknowledged is known beyond the retention.
    let log_before = time(stamp(now).saturating_sub(retention).unwrap_or(Timestamp::MIN));
    let log_before = log_before.min(rest_before);
    db.write(move |tx| Box::pin(async move { store::forget(tx, log_before, rest_before).await }))
        .await
}
