//! A batch on its way into the database. Meanwhile the next one is decided as if it were there.

use std::collections::HashMap;

use alerts::{Fingerprint, Signal};
use kernel::SpaceId;
use spine::db::OnDisk;
use spine::{Db, Fault};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::batch::Batch;
use super::hot::{HotAlerts, Known};

/// What requests handed in, in one space.
pub(super) struct Order {
    /// The space.
    pub space: SpaceId,
    /// All their signals.
    pub signals: Vec<Signal>,
    /// Who waits for them to be on disk.
    pub askers: Vec<oneshot::Sender<Result<(), String>>>,
}

impl Order {
    /// Nothing so far.
    pub fn of(space: SpaceId) -> Order {
        Order { space, signals: Vec::new(), askers: Vec::new() }
    }

    /// Tells who waits once the signals are on disk, or why they are not.
    pub async fn answer(self, committed: Result<OnDisk, Fault>) {
        let stored = match committed {
            Ok(disk) => disk.wait().await,
            Err(fault) => Err(fault),
        };
        if let Err(fault) = &stored {
            let signals = self.signals.len();
            tracing::error!(error = %fault.chain(), signals, "signals were not stored");
        }
        for asker in self.askers {
            // Whoever has hung up needs no answer.
            let _ = asker.send(stored.as_ref().copied().map_err(ToString::to_string));
        }
    }
}

/// A batch that is being written.
pub(super) struct Flight {
    space: SpaceId,
    alerts: HashMap<Fingerprint, Known>,
    landing: JoinHandle<Result<(), Option<Order>>>,
}

impl Flight {
    /// Begins to write what was decided of an order.
    pub fn start(
        db: &Db,
        hot: &HotAlerts,
        order: Order,
        batch: Batch,
        after: Vec<Known>,
    ) -> Flight {
        let alerts = after.iter().map(|alert| (alert.record.fingerprint, alert.clone())).collect();
        let (db, hot, space) = (db.clone(), hot.clone(), order.space.clone());
        let landing = tokio::spawn(async move {
            match write(&db, &hot, &order.space, batch, after).await {
                Ok(disk) => {
                    tokio::spawn(order.answer(Ok(disk)));
                    Ok(())
                }
                Err(fault) => {
                    tracing::debug!(error = %fault.chain(), "a batch is decided again");
                    Err(Some(order))
                }
            }
        });
        Flight { space, alerts, landing }
    }

    /// The alert of a label set as it will be, when the batch changes or refreshes it.
    pub fn get(&self, space: &SpaceId, fingerprint: Fingerprint) -> Option<&Known> {
        self.alerts.get(&fingerprint).filter(|_| self.space == *space)
    }

    /// Waits until it is written. `Err` hands the order back: then nothing of it was written.
    pub async fn landed(&mut self) -> Result<(), Option<Order>> {
        // A task that panicked took its order along: those who waited for it know by that.
        (&mut self.landing).await.unwrap_or(Err(None))
    }
}

/// Commits a batch and takes what it made into memory.
///
/// # Errors
/// When the database refuses, or one of the alerts was changed meanwhile.
pub(super) async fn write(
    db: &Db,
    hot: &HotAlerts,
    space: &SpaceId,
    batch: Batch,
    after: Vec<Known>,
) -> Result<OnDisk, Fault> {
    let (unclassified, disk) =
        db.commit::<_, Fault, _>(move |tx| Box::pin(batch.store(tx))).await?;
    for (source, count) in unclassified {
        let source = source.to_string();
        metrics::counter!("operate_alerts_unclassified_total", "source" => source).increment(count);
    }
    hot.put(space, after);
    Ok(disk)
}
