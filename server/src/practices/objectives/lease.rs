//! One process at a time does each kind of work on objectives.

use std::time::Duration;

use kernel::{SpaceId, Time};
use spine::Fault;

use super::store;
use crate::app::App;

/// How long a process has a kind of work to itself: longer than the time until it does it again, so
/// that it keeps it, and another one has it soon when it stops.
const LEASE: Duration = Duration::from_secs(150);

/// Whether this process may do a kind of work now: what a source is asked, by its name, or
/// something that no source is named like.
///
/// # Errors
/// When the database refuses.
pub async fn taken(app: &App, space: &SpaceId, work: &str, now: Time) -> Result<bool, Fault> {
    let (space, work, holder) = (space.clone(), work.to_owned(), app.node.to_string());
    let taking = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::lease(tx, &space, &work, &holder, (now, now + LEASE)).await })
    });
    taking.await
}
