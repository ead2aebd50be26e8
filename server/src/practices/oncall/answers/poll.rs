//! Asks the provider which text messages it received, where it cannot hand them in. It is asked
//! only while somebody who was called by text message may answer: nobody has the page, or somebody
//! has it and the incident is worked on.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use connectors::paging::{Answers, Listed, Received, listed};
use connectors::receivers::Verdict;
use estate::ContactMethod;
use kernel::{SpaceId, Time};
use spine::Fault;
use tokio::sync::Mutex;

use super::meaning::SLACK;
use super::{page_store, store, take};
use crate::app::App;
use crate::problem::{Answer, Problem};
use crate::rounds::{self, Again};

/// How often the provider is asked.
const EVERY: Duration = Duration::from_secs(10);
/// Messages are listed late, and by another clock: so much is read again.
const OVERLAP: Duration = Duration::from_secs(5 * 60);
/// How far back is read at most, after a long rest.
const BACK: Duration = Duration::from_secs(24 * 60 * 60);
/// How many parts of the list are read in one round.
const PARTS_MAX: usize = 40;
/// Longest pause that a provider who is too busy is granted.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// How far the list was read by the round before.
#[derive(Default)]
struct Reached {
    /// Whether it was read as a whole: then there is nothing new behind a part that is known.
    whole: bool,
    /// Where it was cut off; at the end of what is new otherwise.
    rest: Option<String>,
}

/// Reads the provider's list, until the process stops.
pub async fn run(app: App) {
    if app.config.channels.sms.answers() != Answers::Poll {
        return;
    }
    let reached = Arc::new(Mutex::new(Reached::default()));
    let round = |app: App| {
        let reached = reached.clone();
        async move { round(&app, &mut *reached.lock().await).await }
    };
    rounds::run(app, "sms_answers", Again::After(EVERY), round).await;
}

async fn round(app: &App, reached: &mut Reached) -> Answer<()> {
    let (space, now) = (SpaceId::main(), app.world.now());
    let mut conn = app.db.reader().await?;
    let read_until = store::read_until(&mut conn, &space).await?;
    // Whoever has one may still have the next called, while the incident is worked on.
    let mut waiting = page_store::waiting(&mut conn, &space, super::PAGES_MAX).await?;
    waiting.extend(store::of_open(&mut conn, &space, super::PAGES_MAX).await?);
    drop(conn);
    let sms = ContactMethod::Sms.channel();
    let calls = waiting.iter().flat_map(|page| &page.record.calls);
    let calls = calls.filter(|call| call.channel == sms);
    let Some(called_at) = calls.map(|call| call.at).min() else { return Ok(()) };
    // What was sent before any of them was called answers nothing.
    let since = (called_at - SLACK).max(now - BACK);
    let since = read_until.map_or(since, |read_until| since.max(read_until - OVERLAP));
    // After a failure everything since then is read again.
    let (mut messages, after) = list(app, since, std::mem::take(reached)).await?;
    messages.reverse();
    messages.sort_by_key(|message| message.sent_at);
    let newest = messages.last().map(|message| message.sent_at);
    for message in messages {
        take(app, &message).await?;
    }
    let until = newest.unwrap_or(now).min(now);
    if after.whole {
        let work = app.db.write::<_, Fault, _>(move |tx| {
            Box::pin(async move { store::put_read_until(tx, &SpaceId::main(), until).await })
        });
        work.await?;
    }
    *reached = after;
    Ok(())
}

/// The messages since then that were not taken yet, the newest first, and how far that reaches.
async fn list(app: &App, since: Time, before: Reached) -> Answer<(Vec<Received>, Reached)> {
    let phone = &app.config.channels.sms;
    let space = SpaceId::main();
    let Reached { whole, mut rest } = before;
    let mut fresh = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PARTS_MAX {
        let part = part(app, &phone.list(since, next.as_deref())).await?;
        let old = |message: &Received| message.sent_at < since;
        let ended = part.next.is_none() || part.messages.iter().all(old);
        let mut known = true;
        for message in part.messages.into_iter().filter(|message| !old(message)) {
            if !store::is_taken(&mut app.db.reader().await?, &space, &message.id).await? {
                known = false;
                fresh.push(message);
            }
        }
        next = part.next;
        // The newest come first: what is between a part that is known and where the round before
        // was cut off is known too.
        if known && rest.is_some() {
            next = rest.take();
        } else if ended || (known && whole) {
            return Ok((fresh, Reached { whole: true, rest: None }));
        }
    }
    tracing::warn!("more text messages came in than are read at once; the rest is read next");
    Ok((fresh, Reached { whole: false, rest: next }))
}

async fn part(app: &App, call: &connectors::receivers::HttpCall) -> Answer<Listed> {
    let failed = |why: String| {
        let message = format!("the provider of text messages: {why}");
        Problem::new(StatusCode::BAD_GATEWAY, "provider", message)
    };
    let answer = app.ways.asked(call).await.map_err(|error| failed(error.detail))?;
    match (call.judge)(answer.status, &answer.body) {
        Verdict::Taken => listed(&answer.body).map_err(failed),
        Verdict::Later(why) | Verdict::Never(why) => {
            if let Some(seconds) = answer.retry_after {
                let pause = Duration::from_secs(seconds.into()).min(PAUSE_MAX);
                tokio::select! {
                    () = app.stop.cancelled() => {}
                    () = app.world.clock.wait(pause) => {}
                }
            }
            Err(failed(why))
        }
    }
}
