//! The courier: takes messages from the outbox under leases, hands them to their connector, and
//! reports to the page what became of them.

use std::sync::Arc;
use std::time::Duration;

use connectors::receivers::ATTEMPT_MAX;
use kernel::Time;
use spine::engine;
use spine::outbox::{self, Outcome, Taken};
use spine::{Db, Fault, NodeId, World};
use tokio_util::sync::CancellationToken;

use crate::practices::notifications::carry::{self, Carrier};
use crate::practices::notifications::dispatch;
use crate::practices::notifications::live::LiveRouting;
use crate::practices::notifications::store::Attempt;
use crate::practices::oncall::store::PAGES;
use crate::slots::Slots;

mod call;
mod push;
mod settling;
pub mod store;
#[cfg(test)]
mod tests;
mod together;
mod ways;

use settling::Settling;
use together::Parcel;
pub use ways::{Address, NOTE, Ways, judged, outcome};

/// Messages in flight at once. No target has more of them than are free, so that one that does not
/// answer slows nobody else.
const IN_FLIGHT: usize = 256;
/// Longest time between two looks at the outbox of a shared database.
const NAP: Duration = Duration::from_millis(500);
/// Time until the next look while messages wait for a slot that no other message gives up.
const SOON: Duration = Duration::from_millis(50);

// Else another attempt would begin beside this one. What is left is for writing down how it ended.
const _: () = assert!(ATTEMPT_MAX.as_secs() + 10 < outbox::LEASE.as_secs());

fn too_long() -> Outcome {
    Outcome::failed(format!(
        "an attempt may take {} s, and this one took longer",
        ATTEMPT_MAX.as_secs()
    ))
}

/// Carries messages to the outside.
pub struct Courier {
    db: Db,
    world: World,
    node: NodeId,
    ways: Arc<Ways>,
    carrier: Option<Carrier>,
}

impl Courier {
    /// A courier that carries calls to people.
    pub fn new((db, world): (Db, World), node: NodeId, ways: Arc<Ways>) -> Courier {
        Courier { db, world, node, ways, carrier: None }
    }

    /// Carries notifications of groups of alerts too. What a file of routing names may be in a
    /// private network, as receivers often are; what is kept in the product goes where webhooks
    /// may go.
    pub fn carrying(self, routing: LiveRouting) -> Courier {
        let (webhooks, guarded) = self.ways.webhooks();
        let external_url = self.ways.base_url().to_owned();
        let world = self.world.clone();
        let carrier = Carrier { routing, webhooks, guarded, world, external_url };
        Courier { carrier: Some(carrier), ..self }
    }

    /// Delivers until `stop`, then finishes what is in flight.
    pub async fn run(self, stop: CancellationToken) {
        let (settling, settled) = Settling::start(self.db.clone(), self.world.clone());
        let courier = Arc::new(self);
        let slots = Slots::new(IN_FLIGHT);
        let mut grown = courier.db.grown();
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            grown.mark_unchanged();
            let mut backlog = false;
            let wake_at = match courier.round(&slots, &settling).await {
                Ok(due) => {
                    failures = 0;
                    let now = courier.world.now();
                    backlog = due.is_some_and(|due| due <= now);
                    // What is due and not taken waits for a slot: look again soon, not at once.
                    due.map_or(now + NAP, |due| due.clamp(now + SOON, now + NAP))
                }
                Err(fault) => {
                    failures += 1;
                    tracing::error!(error = %fault.chain(), failures, "the outbox cannot be read");
                    courier.world.now() + Duration::from_millis(100 << failures.min(6))
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                _ = grown.changed(), if failures == 0 => {}
                () = slots.freed(), if backlog => {}
                () = courier.world.clock.wait_until(wake_at) => {}
            }
        }
        slots.all_free().await;
        drop(settling);
        // It ends with the last of what was handed to it.
        let _ = settled.await;
    }

    /// Takes what is due, as far as there are free slots; returns when the next is due.
    async fn round(
        self: &Arc<Self>,
        slots: &Slots,
        settling: &Settling,
    ) -> Result<Option<Time>, Fault> {
        let room = slots.room();
        let now = self.world.now();
        let due = outbox::next_due(&mut self.db.reader().await?).await?;
        if room == 0 || due.is_none_or(|due| due > now) {
            return Ok(due);
        }
        let taken = self.take(room, now, slots.busy()).await?;
        for parcel in self.parcels(taken).await {
            let Some(slot) = slots.get(parcel.first()) else { break };
            let (courier, settling) = (self.clone(), settling.clone());
            tokio::spawn(async move {
                for attempt in courier.deliver(parcel).await {
                    settling.settle(attempt).await;
                }
                drop(slot);
            });
        }
        outbox::next_due(&mut self.db.reader().await?).await
    }

    async fn take(
        &self,
        room: usize,
        now: Time,
        busy: Vec<(String, String)>,
    ) -> Result<Vec<Taken>, Fault> {
        let lease = self.node.lease(&self.world);
        let limit = i64::try_from(room).unwrap_or(1);
        self.db
            .write(move |tx| {
                let (lease, busy) = (lease.clone(), busy.clone());
                Box::pin(async move { outbox::take(tx, &lease, now, limit, &busy).await })
            })
            .await
    }

    /// Makes an attempt with what is still wanted of a parcel; says for each of its messages how
    /// it went.
    async fn deliver(&self, parcel: Parcel) -> Vec<Attempt> {
        let mut wanted = Vec::new();
        for taken in parcel.messages() {
            let kept = self.wanted(taken).await.unwrap_or_else(|fault| {
                // In doubt people are called once too often rather than once too seldom.
                tracing::warn!(error = %fault.chain(), "a page could not be asked");
                true
            });
            if kept {
                wanted.push(taken.clone());
            }
        }
        let Some(taken) = parcel.worded(&wanted) else {
            self.nobody_told(&parcel).await;
            return Vec::new();
        };
        let began = self.world.now();
        let outcome = tokio::select! {
            outcome = self.send(&taken) => outcome,
            () = self.world.clock.wait(ATTEMPT_MAX) => too_long(),
        };
        let at = self.world.now();
        let took = at.since(began);
        let channel = taken.message.channel.clone();
        metrics::histogram!("operate_delivery_seconds", "channel" => channel.clone())
            .record(took.as_secs_f64());
        let result = match &outcome {
            Outcome::Delivered { .. } => "delivered",
            Outcome::Failed { .. } => "failed",
            Outcome::Rejected { .. } => "rejected",
        };
        metrics::counter!("operate_deliveries_total", "channel" => channel, "result" => result)
            .increment(1);
        if taken.message.channel == dispatch::CHANNEL {
            carry::count(&taken.message.target, &outcome, took);
        }
        let took_micros = i64::try_from(took.as_micros()).unwrap_or(i64::MAX);
        let counted = parcel.counted;
        together::attempts(&Attempt { taken, counted, outcome, at, took_micros }, wanted)
    }

    /// Lets the line of a parcel of which nothing left count nothing.
    async fn nobody_told(&self, parcel: &Parcel) {
        let Some(line) = together::line_of(parcel.first()) else { return };
        let (untold, now) = ([(line, parcel.counted)], self.world.now());
        let work = self.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { together::untell(tx, &untold, now).await })
        });
        if let Err(fault) = work.await {
            // The next call waits some seconds for nothing.
            tracing::warn!(error = %fault.chain(), "a line counts a call that did not leave");
        }
    }

    /// Asks the page right before sending whether the call is still wanted; drops it if not.
    async fn wanted(&self, taken: &Taken) -> Result<bool, Fault> {
        let Some(page) = engine::subject_id::<oncall::Page>(&taken.subject) else {
            return Ok(true);
        };
        let mut conn = self.db.reader().await?;
        let found = engine::load(&mut conn, &PAGES, &taken.space, page).await?;
        drop(conn);
        if found.is_none_or(|page| page.record.wants(taken.message.id)) {
            return Ok(true);
        }
        let (taken, now) = (taken.clone(), self.world.now());
        self.db
            .write::<_, Fault, _>(move |tx| {
                Box::pin(async move { outbox::withdraw(tx, &taken, now).await })
            })
            .await?;
        Ok(false)
    }

    async fn send(&self, taken: &Taken) -> Outcome {
        if let (dispatch::CHANNEL, Some(carrier)) =
            (taken.message.channel.as_str(), self.carrier.as_ref())
        {
            return carrier.carry(taken.message.id, taken.message.body.clone()).await;
        }
        let to = Address {
            space: &taken.space,
            channel: &taken.message.channel,
            target: &taken.message.target,
            message: taken.message.id,
        };
        self.ways.carry(&to, &taken.message.body).await
    }
}
