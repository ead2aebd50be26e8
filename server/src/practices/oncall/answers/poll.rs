//! Asks the provider which text messages it received, where it cannot hand them in. It is asked
//! only while somebody who was called by text message has not answered.

use std::time::Duration;

use axum::http::StatusCode;
use connectors::paging::{Answers, Listed, Received, listed};
use connectors::receivers::Verdict;
use estate::ContactMethod;
use kernel::{SpaceId, Time};
use spine::Fault;

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
/// How many parts of the list are read at once.
const PARTS_MAX: usize = 40;
/// Longest pause that a provider who is too busy is granted.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// Reads the provider's list, until the process stops.
pub async fn run(app: App) {
    if app.config.channels.sms.answers() != Answers::Poll {
        return;
    }
    rounds::run(app, "sms_answers", Again::After(EVERY), async |app| round(&app).await).await;
}

async fn round(app: &App) -> Answer<()> {
    let (space, now) = (SpaceId::main(), app.world.now());
    let mut conn = app.db.reader().await?;
    let read_until = store::read_until(&mut conn, &space).await?;
    let waiting = page_store::waiting(&mut conn, &space, super::PAGES_MAX).await?;
    drop(conn);
    let sms = ContactMethod::Sms.channel();
    let mut calls = waiting.iter().flat_map(|page| &page.record.calls);
    if !calls.any(|call| call.channel == sms) {
        return Ok(());
    }
    // What was sent before anybody was called answers nothing.
    let since = read_until.unwrap_or(now).max(now - BACK) - OVERLAP;
    let mut messages = list(app, since).await?;
    messages.sort_by_key(|message| message.sent_at);
    let newest = messages.last().map(|message| message.sent_at);
    for message in messages {
        take(app, &message).await?;
    }
    let until = newest.unwrap_or(now).min(now);
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::put_read_until(tx, &SpaceId::main(), until).await })
    });
    Ok(work.await?)
}

/// The messages since then that were not taken yet.
async fn list(app: &App, since: Time) -> Answer<Vec<Received>> {
    let phone = &app.config.channels.sms;
    let space = SpaceId::main();
    let mut fresh = Vec::new();
    let mut next: Option<String> = None;
    for _ in 0..PARTS_MAX {
        let Listed { messages, next: after } =
            part(app, &phone.list(since, next.as_deref())).await?;
        let mut known = true;
        for message in messages {
            let old = message.sent_at < since;
            let mut conn = app.db.reader().await?;
            if !old && !store::is_taken(&mut conn, &space, &message.id).await? {
                known = false;
                fresh.push(message);
            }
        }
        // The newest come first: behind a part that is known there is nothing new.
        next = after;
        if known || next.is_none() {
            break;
        }
    }
    Ok(fresh)
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
