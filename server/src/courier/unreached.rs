//! A provider tells later that a telephone rang in vain: that holds for every call that was told by
//! it, and nobody was told.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{Actor, Message, Moment, OutboxId, PageId, SpaceId};
use oncall::{CallResult, Command, Page};
use serde::{Deserialize, Serialize};
use spine::engine::{self, Asked};
use spine::{Fault, Tx};

use super::store::LineKey;
use super::together::untell;
use crate::app::App;
use crate::practices::oncall::store::PAGES;

/// How often it is written down again when somebody else changed a page meanwhile.
const TRIES: usize = 3;

/// A call that a message tells besides its own.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Carried {
    /// The page.
    pub(super) page: PageId,
    /// The message that would have told it alone.
    pub(super) message: OutboxId,
}

/// Writes down on the pages of all that a message told that it reached nobody, and why.
///
/// # Errors
/// When the database refuses.
pub async fn unreached(
    app: &App,
    space: &SpaceId,
    message: &Message,
    why: &str,
) -> Result<(), Fault> {
    let calls: Arc<[Carried]> = calls(message).into();
    let line = line(space, message);
    let mut tried = 0;
    loop {
        tried += 1;
        let moment = app.moment(Actor::system("telephone"));
        let (space, calls, line, why) =
            (space.clone(), calls.clone(), line.clone(), why.to_owned());
        let done = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let counted = |call: &Carried| Some((line.clone()?, call.message));
                let told: Vec<_> = calls.iter().filter_map(counted).collect();
                untell(tx, &told, moment.now).await?;
                write(tx, &space, (&calls, &why), &moment).await
            })
        });
        match done.await {
            Err(Fault::Race) if tried < TRIES => {}
            done => return done,
        }
    }
}

/// The calls that a message told; its own is the first.
fn calls(message: &Message) -> Vec<Carried> {
    let own = serde_json::from_value(message.body["page"].clone());
    let own = own.ok().map(|page| Carried { page, message: message.id });
    let others = serde_json::from_value(message.body["carries"].clone());
    own.into_iter().chain(others.unwrap_or_else(|_| Vec::<Carried>::new())).collect()
}

fn line(space: &SpaceId, message: &Message) -> Option<LineKey> {
    Some(LineKey {
        space: space.clone(),
        person: message.body["contact"].as_str()?.parse().ok()?,
        channel: message.channel.clone(),
        target: message.target.clone(),
    })
}

async fn write(
    tx: &mut Tx,
    space: &SpaceId,
    (calls, why): (&[Carried], &str),
    moment: &Moment,
) -> Result<(), Fault> {
    let ids: Vec<PageId> = calls.iter().map(|call| call.page).collect();
    let pages = engine::load_each::<Page>(tx, &PAGES, space, &ids).await?;
    let pages: BTreeMap<PageId, Page> =
        pages.into_iter().map(|(id, found)| (id, found.record)).collect();
    // What was dropped before the others left was not among them.
    let left = |carried: &&Carried| {
        let of = pages.get(&carried.page).into_iter().flat_map(|page| &page.calls);
        let mut of = of.filter(|call| call.message == carried.message);
        of.any(|call| call.result != CallResult::Dropped)
    };
    let unreached = |call: &Carried| {
        let (message, result, detail) = (call.message, CallResult::Unreached, why.to_owned());
        (call.page, Command::DeliveryRecorded { message, result, detail })
    };
    let commands: Vec<(PageId, Command)> = calls.iter().filter(left).map(unreached).collect();
    for result in engine::execute_each_in(tx, &PAGES, &commands, &Asked::new(space, moment)).await?
    {
        // A refusal: nobody is called any more.
        if let Err(spine::Denied::Fault(fault)) = result {
            return Err(fault);
        }
    }
    Ok(())
}
