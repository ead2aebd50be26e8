//! Digests: what is not told at once is told later, of all groups in one message.
//!
//! A digest's message has its id before it is sent, so that the log and every decision point to it
//! from the beginning. Where it cannot be delivered, its groups count as never told.

pub mod store;

use kernel::{Actor, Data, Fact, Message, Time};
use serde_json::json;
use spine::journal::{self, Stamp};
use spine::{Db, Fault, Tx, World, outbox};

use super::dispatch::{CHANNEL, NAME};

/// What the subject of a digest's message begins with.
pub const SUBJECT: &str = "digest:";
/// Digests of one transaction.
const SLICE: i64 = 32;

/// Puts the digests that are due into the outbox; says when the next one is due.
///
/// # Errors
/// When the database refuses.
pub async fn send_due(db: &Db, world: &World) -> Result<Option<Time>, Fault> {
    let now = world.now();
    let next = store::next_due(&mut db.reader().await?).await?;
    if next.is_none_or(|next| next > now) {
        return Ok(next);
    }
    db.write(move |tx| {
        Box::pin(async move {
            for (digest, items) in store::take_due(tx, now, SLICE).await? {
                send(tx, &digest, items, now).await?;
            }
            store::next_due(tx).await
        })
    })
    .await
}

async fn send(
    tx: &mut Tx,
    digest: &store::Digest,
    items: Vec<super::carry::Told>,
    now: Time,
) -> Result<(), Fault> {
    let groups = items.len();
    // Everything in it was told at once meanwhile.
    let Some(told) = super::carry::Told::joined(items, &digest.kind) else { return Ok(()) };
    let message = Message {
        id: digest.message,
        channel: CHANNEL.to_owned(),
        target: digest.receiver.clone(),
        body: serde_json::to_value(&told).map_err(|error| Fault::corrupt("digest", error))?,
    };
    let subject = format!("{SUBJECT}{}", digest.message);
    outbox::add(tx, &digest.space, &[(&subject, &message)], now).await?;
    let fact = Fact {
        subject,
        kind: "notification.digested".to_owned(),
        data: Data::from(json!({
            "receiver": digest.receiver, "kind": digest.kind, "groups": groups,
        })),
    };
    let actor = Actor::system(NAME);
    let stamp = Stamp { space: &digest.space, at: now, actor: &actor, cause: None };
    journal::append(tx, &stamp, &[fact]).await?;
    metrics::counter!("operate_digests_total", "kind" => digest.kind.clone()).increment(1);
    Ok(())
}
