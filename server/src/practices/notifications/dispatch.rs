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
use kernel::{Actor, Data, Fact, Message, Moment, SpaceId, Time};
use routing::{Flush, FlushRule, LogEntry, Reason, decide_flush};
use serde_json::json;
use spine::engine::Versioned;
use spine::journal::Stamp;
use spine::{Db, Fault, Tx, World, outbox, pack};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::board::{Around, Board, Due, stamp, time};
use super::carry::Told;
use super::live::{LiveRouting, Routing};
use super::store::{self, Line, Logged, Notification, Standing};
use crate::practices::alerts::hot::HotAlerts;
use crate::practices::silences::live::LiveSilences;

/// Name of the channel of the outbox, and of the actor.
pub const CHANNEL: &str = "notification";
const NAME: &str = "notifications";
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
        self.rebuild();
        while !stop.is_cancelled() {
            let now = self.world.now();
            let due = self.board.read(|board| board.and_then(|board| board.next_due()));
            let wake_at = due.map_or(now + NAP, |due| time(due).min(now + NAP));
            let rest = Duration::from_millis(if failures > 0 { 100 << failures.min(6) } else { 0 });
            tokio::select! {
                () = stop.cancelled() => break,
                change = self.changes.recv() => match change {
                    Some(change) => self.take(change),
                    None => break,
                },
                _ = reloads.changed() => self.rebuild(),
                () = self.world.clock.wait_until(wake_at.max(now + rest)) => {}
            }
            match self.flush().await {
                Ok(()) => failures = 0,
                Err(fault) => {
                    failures += 1;
                    tracing::error!(error = %fault.chain(), failures, "groups were not flushed");
                }
            }
        }
    }

    /// Puts every alert into the groups of the configuration in force. All groups are then flushed
    /// soon; the log keeps what was told from being told again.
    fn rebuild(&self) {
        let now = stamp(self.world.now());
        let fresh = self.routing.current().map(|routing| {
            let mut board = Board::new(routing);
            for alert in self.hot.all(&self.space) {
                board.take(&alert, now);
            }
            board
        });
        *self.board.0.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    fn take(&mut self, first: Arc<Versioned<Alert>>) {
        let now = stamp(self.world.now());
        let changes = &mut self.changes;
        self.board.read(|board| {
            let Some(board) = board else { return };
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
        let silenced_by =
            |alert: &Alert| self.silences.silenced_by(&self.space, &alert.labels, now);
        let around = Around { latest: &latest, silenced_by: &silenced_by };
        self.board.read(|board| match board {
            Some(board) => (board.due(stamp(now), SLICE, &around), Some(board.routing().clone())),
            None => (Vec::new(), None),
        })
    }

    /// Flushes one slice of the groups that are due.
    async fn flush(&self) -> Result<(), Fault> {
        let now = self.world.now();
        let (due, routing) = self.due(now);
        let Some(routing) = routing.filter(|_| !due.is_empty()) else { return Ok(()) };
        let lag = due.first().map_or(0.0, |first| now.since(time(first.since)).as_secs_f64());
        metrics::gauge!("operate_dispatch_lag_seconds").set(lag);
        let due = Arc::new(due);
        let moment = Arc::new(self.world.moment(Actor::system(NAME)));
        let (space, shared) = (self.space.clone(), due.clone());
        let retention = self.routing.retention();
        let written = self
            .db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move {
                    let desk =
                        Desk { space: &space, routing: &routing, retention, moment: &moment };
                    desk.flush(tx, &shared).await
                })
            })
            .await;
        self.board.read(|board| {
            let Some(board) = board else { return };
            let soon = stamp(now + BUSY);
            match &written {
                Ok(busy) => due.iter().zip(busy).for_each(|(due, busy)| {
                    if *busy { board.again(&due.slot, soon) } else { board.settle(due) }
                }),
                Err(_) => due.iter().for_each(|due| board.again(&due.slot, soon)),
            }
        });
        match written {
            Ok(_) => Ok(()),
            // Another node told one of the groups: they are looked at again.
            Err(fault) if fault.worth_retrying() => Ok(()),
            Err(fault) => Err(fault),
        }
    }
}

/// What deciding about groups needs, inside the transaction.
struct Desk<'a> {
    space: &'a SpaceId,
    routing: &'a Routing,
    retention: SignedDuration,
    moment: &'a Moment,
}

/// What a flush tells one receiver in one way.
struct Telling<'a> {
    due: &'a Due,
    /// `ops/webhook[0]`
    way: String,
    section: &'static str,
    index: usize,
    reason: Reason,
    firing: Vec<u64>,
    resolved: Vec<u64>,
}

impl Desk<'_> {
    /// Decides about every group; says for each whether it has to wait for a message on its way.
    async fn flush(&self, tx: &mut Tx, due: &[Due]) -> Result<Vec<bool>, Fault> {
        let keys: Vec<&str> = due.iter().map(|due| due.slot.1.as_ref()).collect();
        let logged = store::logged(tx, self.space, &keys, self.moment.now).await?;
        let (mut busy, mut facts) = (Vec::with_capacity(due.len()), Vec::new());
        for due in due {
            busy.push(self.flush_one(tx, due, &logged, &mut facts).await?);
        }
        let stamp = Stamp {
            space: self.space,
            at: self.moment.now,
            actor: &self.moment.actor,
            cause: None,
        };
        pack::append_flood(tx, &stamp, &facts).await?;
        Ok(busy)
    }

    async fn flush_one(
        &self,
        tx: &mut Tx,
        due: &Due,
        logged: &HashMap<(String, String), Logged>,
        facts: &mut Vec<Fact>,
    ) -> Result<bool, Fault> {
        let Some(receiver) = self.routing.receiver(&due.receiver) else { return Ok(false) };
        let mut waits = false;
        for integration in &receiver.integrations {
            let section = integration.config.name();
            let way = format!("{}/{section}[{}]", due.receiver, integration.index);
            let known = logged.get(&(due.slot.1.to_string(), way.clone()));
            let standing = known.map_or(Standing::Knows(None, None), Logged::standing);
            let Standing::Knows(last, waiting) = standing else {
                waits = true;
                continue;
            };
            let rule = FlushRule {
                repeat_interval: due.repeat_interval,
                send_resolved: integration.config.send_resolved(),
                acknowledgement_stops_repeats: true,
            };
            let now = stamp(self.moment.now);
            let last = last.filter(|last| last.stands(&due.members, &rule, self.retention, now));
            let line = Line { space: self.space, group_key: &due.slot.1, receiver: &way };
            let version = known.map_or(0, |known| known.version);
            let (telling, entry) = match decide_flush(&due.members, last.as_ref(), &rule, now) {
                Flush::Nothing { .. } => continue,
                Flush::Record { entry } => {
                    self.log(tx, line, version, (last.as_ref(), &entry, None)).await?;
                    continue;
                }
                Flush::Send { reason, firing, resolved, entry } => {
                    let index = integration.index;
                    let way = way.clone();
                    (Telling { due, way, section, index, reason, firing, resolved }, entry)
                }
            };
            if let Some(waiting) = waiting
                && !store::overtake(tx, self.space, waiting, self.moment.now).await?
            {
                waits = true;
                continue;
            }
            let message = self.tell(tx, &telling, facts).await?;
            self.log(tx, line, version, (last.as_ref(), &entry, Some(message))).await?;
        }
        Ok(waits)
    }

    async fn log(
        &self,
        tx: &mut Tx,
        line: Line<'_>,
        version: i64,
        (told, entry, message): (Option<&LogEntry>, &LogEntry, Option<kernel::OutboxId>),
    ) -> Result<(), Fault> {
        store::log(tx, line, version, told, (entry, message)).await
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        telling: &Telling<'_>,
        facts: &mut Vec<Fact>,
    ) -> Result<kernel::OutboxId, Fault> {
        let due = telling.due;
        let told =
            Told::new(due, telling.section, telling.index, &telling.firing, &telling.resolved);
        let message = Message {
            id: self.moment.id(),
            channel: CHANNEL.to_owned(),
            target: telling.way.clone(),
            body: serde_json::to_value(&told)
                .map_err(|error| Fault::corrupt("notification", error))?,
        };
        let id = |key: &u64| Some(due.alerts.get(key)?.record.id);
        let notification = Notification {
            id: self.moment.id(),
            at: self.moment.now,
            group_key: due.slot.1.to_string(),
            group_labels: due.labels.clone(),
            route: due.route.clone(),
            receiver: telling.way.clone(),
            reason: telling.reason,
            firing: telling.firing.iter().filter_map(id).collect(),
            resolved: telling.resolved.iter().filter_map(id).collect(),
            held: due
                .held
                .iter()
                .filter_map(|(key, held)| Some((id(key)?, held.clone())))
                .collect(),
            message: message.id,
        };
        let subject = format!("notification:{}", notification.id);
        outbox::add(tx, self.space, &subject, &message, self.moment.now).await?;
        store::insert(tx, self.space, &notification).await?;
        metrics::counter!("operate_notifications_total", "integration" => telling.section)
            .increment(1);
        facts.push(Fact {
            subject,
            kind: "notification.decided".to_owned(),
            data: Data::from(json!({
                "group": notification.group_key,
                "receiver": notification.receiver,
                "reason": notification.reason,
                "firing": notification.firing.len(),
                "resolved": notification.resolved.len(),
                "message": notification.message,
            })),
        });
        Ok(message.id)
    }
}

/// How long notifications and attempts are kept for whoever asks why.
const HISTORY: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Forgets what need not be kept.
///
/// # Errors
/// When the database refuses.
pub async fn forget(db: &Db, retention: SignedDuration, now: Time) -> Result<(), Fault> {
    let rest_before = now - HISTORY;
    // What is acknowledged is known beyond the retention.
    let log_before = time(stamp(now).saturating_sub(retention).unwrap_or(Timestamp::MIN));
    let log_before = log_before.min(rest_before);
    db.write(move |tx| Box::pin(async move { store::forget(tx, log_before, rest_before).await }))
        .await
}
