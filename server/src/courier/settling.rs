//! Settling: writes down how attempts ended, as many as there are in one transaction, and tells the
//! pages what became of their calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, Moment, PageId, SpaceId};
use oncall::{CallResult, Command};
use spine::engine::{self, Asked};
use spine::outbox::{self, Outcome};
use spine::{Db, Denied, Fault, Tx, World};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::together::{line_of, untell};
use crate::practices::notifications::store::{self, Attempt};
use crate::practices::oncall::store::PAGES;

/// Attempts that one transaction settles at most.
const BATCH: usize = 256;
/// Attempts that may wait before messages are held back.
const QUEUE: usize = 1024;
/// How often an attempt is written down again when the database refuses. Its lease ends later, and
/// then the message is carried again.
const TRIES: u32 = 5;

/// Hands ended attempts to the one task that settles them.
#[derive(Clone)]
pub struct Settling {
    ended: mpsc::Sender<Attempt>,
}

impl Settling {
    /// Starts the task, which ends after the last of these that hands attempts to it.
    pub fn start(db: Db, world: World) -> (Settling, JoinHandle<()>) {
        let (ended, attempts) = mpsc::channel(QUEUE);
        (Settling { ended }, tokio::spawn(Settler { db, world }.run(attempts)))
    }

    /// Settles an attempt soon.
    pub async fn settle(&self, attempt: Attempt) {
        // The task ends after the last sender.
        let _ = self.ended.send(attempt).await;
    }
}

struct Settler {
    db: Db,
    world: World,
}

impl Settler {
    async fn run(self, mut attempts: mpsc::Receiver<Attempt>) {
        let mut batch = Vec::with_capacity(BATCH);
        while attempts.recv_many(&mut batch, BATCH).await > 0 {
            let all: Arc<[Attempt]> = batch.drain(..).collect();
            if let Err(fault) = self.settle(all.clone()).await {
                tracing::warn!(error = %fault.chain(), "attempts are settled one by one");
                for attempt in all.iter() {
                    self.settle_one(attempt).await;
                }
            }
        }
    }

    async fn settle_one(&self, attempt: &Attempt) {
        for tried in 0..TRIES {
            match self.settle([attempt.clone()].into()).await {
                Ok(()) => return,
                Err(fault) => {
                    tracing::error!(message = %attempt.taken.message.id, error = %fault.chain(),
                        "the result of a delivery was not stored");
                    self.world.clock.wait(Duration::from_millis(50 << tried)).await;
                }
            }
        }
    }

    /// Settles the messages and tells their pages, in one transaction.
    async fn settle(&self, attempts: Arc<[Attempt]>) -> Result<(), Fault> {
        let moment = Arc::new(self.world.moment(Actor::system("courier")));
        let result = self.db.write::<_, Denied, _>(move |tx| {
            Box::pin(async move { write(tx, &attempts, &moment).await })
        });
        match result.await {
            Ok(()) => Ok(()),
            Err(Denied::Fault(fault)) => Err(fault),
            Err(denied) => Err(Fault::Other(denied.to_string())),
        }
    }
}

async fn write(tx: &mut Tx, attempts: &[Attempt], moment: &Moment) -> Result<(), Denied> {
    let failed = |attempt: &&Attempt| !matches!(attempt.outcome, Outcome::Delivered { .. });
    let counted = |attempt: &Attempt| Some((line_of(&attempt.taken)?, attempt.counted));
    let untold: Vec<_> = attempts.iter().filter(failed).filter_map(counted).collect();
    untell(tx, &untold, moment.now).await?;
    store::attempted(tx, attempts).await?;
    let ends: Vec<_> = attempts.iter().map(|attempt| (&attempt.taken, &attempt.outcome)).collect();
    let states = outbox::settle(tx, &ends, moment.now).await?;
    let mut told: BTreeMap<SpaceId, Vec<(PageId, Command)>> = BTreeMap::new();
    for ((taken, outcome), state) in ends.into_iter().zip(states) {
        let Some(page) = engine::subject_id::<oncall::Page>(&taken.subject) else { continue };
        let (result, detail) = match (outcome, state) {
            (Outcome::Delivered { detail }, _) => (CallResult::Delivered, detail),
            (Outcome::Failed { detail, .. } | Outcome::Rejected { detail }, Some("dead")) => {
                (CallResult::Failed, detail)
            }
            (Outcome::Failed { detail, .. } | Outcome::Rejected { detail }, _) => {
                (CallResult::Waiting, detail)
            }
        };
        let (message, detail) = (taken.message.id, detail.clone());
        let command = Command::DeliveryRecorded { message, result, detail };
        told.entry(taken.space.clone()).or_default().push((page, command));
    }
    for (space, commands) in told {
        let asked = Asked::new(&space, moment);
        for result in engine::execute_each_in(tx, &PAGES, &commands, &asked).await? {
            match result {
                Err(denied) if !engine::moved_on(&denied) => return Err(denied),
                _ => {}
            }
        }
    }
    Ok(())
}
