//! The journal over HTTP: as a list, and live as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream;
use kernel::Time;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spine::journal::{self, Stored};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::problem::{Answer, Problem};
use crate::sentences::TimelineEntry;

/// The routes of the journal.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(live))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct JournalQuery {
    /// Only entries about this: `incident:inc_…`, `item:service/orders`.
    subject: Option<String>,
    /// Only kinds that begin so: `incident.`
    kind: Option<String>,
    /// The `next` of the page before.
    after: Option<i64>,
    /// Rows of a page: 50 if not said, at most 1000.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// One page of the journal, the newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
struct JournalPage<'a> {
    /// The entries.
    items: Vec<TimelineEntry<'a>>,
    /// Ask with `after=` this for the next page; absent on the last one.
    next: Option<i64>,
}

/// What was done, the newest first: who did what to what, and when.
#[utoipa::path(get, path = "/journal", tag = "journal", params(JournalQuery),
    responses((status = 200, description = "One page of entries", body = JournalPage)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<JournalQuery>,
) -> Answer<Json<Value>> {
    let limit = query.limit.unwrap_or(LIMIT_DEFAULT);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::invalid(format!("limit is between 1 and {LIMIT_MAX}")).at("limit"));
    }
    let filter = journal::Filter {
        subject: query.subject,
        kind_prefix: query.kind,
        before_seq: query.after,
        limit,
        ..journal::Filter::default()
    };
    let mut conn = app.db.reader().await?;
    let entries = journal::list(&mut conn, &caller.space, &filter).await?;
    let full = entries.len() as i64 == limit;
    let next = entries.last().filter(|_| full).map(|last| last.seq);
    let items = crate::sentences::shown(&mut conn, &caller.space, &entries).await?;
    Ok(Json(json!(JournalPage { items, next })))
}

/// Entries as they come: `event: entry` with what changed, by whom. `event: reload` means that
/// some were missed. Ends with the session.
#[utoipa::path(get, path = "/journal/stream", tag = "journal",
    responses((status = 200, description = "Server-sent events",
        body = String, content_type = "text/event-stream")))]
async fn live(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    // A browser that comes back may have missed something in between.
    let missed = headers.contains_key("last-event-id");
    let first = missed.then(|| Ok(Event::default().event("reload").data("{}")));
    let looked_at = app.world.now();
    let listener = Listener { heard: app.feed.listen(), app, caller, headers, looked_at };
    let rest = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    let stream = stream::StreamExt::chain(stream::iter(first), rest);
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

/// How long somebody hears at most after their session has ended by itself.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// A browser that hears what happens, for as long as whoever opened it may.
struct Listener {
    app: App,
    caller: Caller,
    headers: HeaderMap,
    heard: Receiver<Arc<Stored>>,
    /// When it was last asked whether they may.
    looked_at: Time,
}

impl Listener {
    /// What is to be said next; `None`: nothing more.
    async fn next(&mut self) -> Option<Event> {
        loop {
            let look = self.looked_at + LOOK_EVERY;
            let got = tokio::select! {
                // Who may no longer read is told nothing of what waits.
                biased;
                () = self.app.stop.cancelled() => return None,
                () = self.app.world.clock.wait_until(look) => None,
                got = self.heard.recv() => Some(got),
            };
            match got {
                None => self.may_go_on().await?,
                Some(Ok(stored)) if stored.entry.space != self.caller.space => {}
                Some(Ok(stored)) => {
                    if self.concerns_access(&stored) {
                        self.may_go_on().await?;
                    }
                    return Some(shown(&stored));
                }
                Some(Err(RecvError::Lagged(_))) => {
                    self.may_go_on().await?;
                    return Some(Event::default().event("reload").data("{}"));
                }
                Some(Err(RecvError::Closed)) => return None,
            }
        }
    }

    /// Whether an entry is about how the caller is let in: sessions, account, token.
    fn concerns_access(&self, stored: &Stored) -> bool {
        let actor = self.caller.actor();
        let name = stored.entry.subject.split_once(':').map_or("", |(_, name)| name);
        let kind = stored.entry.kind.split_once('.').map_or("", |(kind, _)| kind);
        name == actor.name() && ["session", "account", "token"].contains(&kind)
    }

    /// `None` when the caller may hear no more, or nobody can say: a browser asks again.
    async fn may_go_on(&mut self) -> Option<()> {
        self.looked_at = self.app.world.now();
        let (access, app) = (&self.app.access, &self.app);
        match access.still_reads(&app.db, &app.world, &self.headers).await {
            Ok(reads) => reads.then_some(()),
            Err(fault) => {
                tracing::error!(error = %fault.chain(), "nobody could say who hears the feed");
                None
            }
        }
    }
}

fn shown(stored: &Arc<Stored>) -> Event {
    let entry = &stored.entry;
    let data = json!({
        "seq": entry.seq,
        "at": entry.at,
        "actor": entry.actor,
        "subject": entry.subject,
        "kind": entry.kind,
        "title": crate::sentences::sentence(entry),
    });
    Event::default().event("entry").id(entry.seq.to_string()).data(data.to_string())
}
