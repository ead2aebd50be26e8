//! The desk of a consumer who signs in: her services and how they stand, what was promised of
//! them, planned work, and what she reported. The only routes that such an account has.

use std::collections::BTreeSet;
use std::time::Duration;

use ::contracts::compliance::{ServiceNow, service_now};
use axum::extract::State;
use axum::http::StatusCode;
use estate::ContractStatus;
use incidents::{Command, Comment, Incident, Open};
use kernel::{IncidentId, ItemRef, Time};
use serde::{Deserialize, Serialize};
use spine::Conn;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::consumers::{ConsumerView, seen_by};
use super::gather::{Book, Deal};
use crate::access::{Caller, Consumer};
use crate::app::App;
use crate::commands::{self, Call};
use crate::extract::{Json, Path};
use crate::listing::{Page, Sort};
use crate::practices::incidents::routes as incident_routes;
use crate::practices::incidents::store::{self, INCIDENTS};
use crate::practices::incidents::views::view;
use crate::problem::{Answer, Problem};

/// Reports that are shown at most, the newest first.
const REPORTS_MAX: i64 = 50;
/// Reports that one account may make within an hour: whoever has more to say adds to one.
const REPORTS_AN_HOUR: i64 = 20;
const HOUR: Duration = Duration::from_secs(3_600);

/// The routes of consumers.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(desk)).routes(routes!(report)).routes(routes!(comment))
}

/// What a consumer sees.
#[derive(Debug, Serialize, ToSchema)]
struct ConsumerDesk {
    /// What was promised, by whom the account stands for.
    consumers: Vec<ConsumerView>,
    /// The services that contracts promise, and how they stand.
    services: Vec<DeskService>,
    /// Planned work on them that runs or is to come.
    works: Vec<DeskWork>,
    /// What she reported, the newest first.
    reports: Vec<DeskReport>,
}

/// A service and how it stands.
#[derive(Debug, Serialize, ToSchema)]
struct DeskService {
    /// Which.
    item: ItemRef,
    /// What people call it.
    title: String,
    /// How it stands.
    now: ServiceNow,
}

/// Planned work on a service.
#[derive(Debug, Serialize, ToSchema)]
struct DeskWork {
    /// What is done.
    reason: String,
    /// From when on.
    from: Time,
    /// Until when.
    until: Time,
    /// The services that it takes away.
    items: Vec<ItemRef>,
    /// Whether it runs.
    running: bool,
}

/// Something that she reported.
#[derive(Debug, Serialize, ToSchema)]
struct DeskReport {
    /// Which.
    id: IncidentId,
    /// The number that people call it by.
    number: u64,
    /// What is wrong.
    title: String,
    /// What she added.
    description: String,
    /// The service.
    item: Option<ItemRef>,
    /// How far it is, in a word or two.
    state: &'static str,
    /// Whether it is open.
    open: bool,
    /// When it was reported.
    reported_at: Time,
    /// When the service was back.
    restored_at: Option<Time>,
    /// What she wrote since, and what was written to her, the oldest first.
    comments: Vec<DeskComment>,
}

/// What was written to a report, by her or to her.
#[derive(Debug, Serialize, ToSchema)]
struct DeskComment {
    /// When.
    at: Time,
    /// Whether she wrote it.
    own: bool,
    /// What.
    text: String,
}

/// Everything that a consumer sees: services, promises, planned work, and what she reported. For
/// accounts with the role `consumer`.
#[utoipa::path(get, path = "/consumer", tag = "consumers",
    responses((status = 200, description = "What she sees", body = ConsumerDesk)))]
async fn desk(State(app): State<App>, Consumer(caller): Consumer) -> Answer<Json<ConsumerDesk>> {
    let book = hers(&app, &caller).await?;
    let estate = &book.snapshot.estate;
    let scope = scope(&book);
    let title = |item: &ItemRef| {
        estate.get(item).map_or_else(|| item.to_string(), |found| found.title().to_owned())
    };
    let services = scope.iter().map(|item| DeskService {
        item: (*item).clone(),
        title: title(item),
        now: service_now(item, &book.seen.cases, &book.seen.works, book.now),
    });
    let works = book.seen.works.iter().filter(|work| work.until > book.now).map(|work| DeskWork {
        reason: work.reason.clone(),
        from: work.from,
        until: work.until,
        items: work.items.iter().filter(|item| scope.contains(item)).cloned().collect(),
        running: work.runs(book.now),
    });
    let known = caller.consumers.iter().filter(|consumer| estate.get(consumer).is_some());
    let consumers = known.map(|consumer| seen_by(&book, consumer, title(consumer)));
    let mut conn = app.db.reader().await?;
    Ok(Json(ConsumerDesk {
        consumers: consumers.collect(),
        services: services.collect(),
        works: works.filter(|work| !work.items.is_empty()).collect(),
        reports: reports(&mut conn, &caller).await?,
    }))
}

/// The contracts with her, but for drafts.
async fn hers(app: &App, caller: &Caller) -> Answer<Book> {
    let book = Book::open(app, &caller.space, |resource| match &resource.spec {
        estate::Spec::ServiceContract(spec) => {
            spec.status != ContractStatus::Draft && caller.consumers.contains(&spec.consumer)
        }
        _ => false,
    });
    book.await
}

/// The items of the contracts that hold now.
fn scope(book: &Book) -> BTreeSet<&ItemRef> {
    let holds = |deal: &&Deal| {
        deal.spec.start <= book.now && deal.spec.end.is_none_or(|end| book.now < end)
    };
    book.deals.iter().filter(holds).flat_map(|deal| deal.spec.scope_at(book.now)).collect()
}

async fn reports(conn: &mut Conn, caller: &Caller) -> Answer<Vec<DeskReport>> {
    let filter = store::Filter { reporter: Some(caller.actor()), ..store::Filter::default() };
    let page = Page::first(REPORTS_MAX, Sort::descending("opened_at", true));
    let (found, _) = store::list(conn, &caller.space, &filter, &page).await?;
    Ok(found.iter().map(|found| shown(&found.record, caller)).collect())
}

fn shown(incident: &Incident, caller: &Caller) -> DeskReport {
    // What others write to each other is not for her.
    let own = |comment: &Comment| comment.by == caller.actor();
    let hers = incident.comments.iter().filter(|comment| comment.public || own(comment));
    let comments = hers.map(|comment| DeskComment {
        at: comment.at,
        own: own(comment),
        text: comment.text.clone(),
    });
    DeskReport {
        id: incident.id,
        number: incident.number,
        title: incident.title.clone(),
        description: incident.description.clone(),
        item: incident.reported_item.clone(),
        state: incident.stage.label(),
        open: incident.is_open(),
        reported_at: incident.opened_at,
        restored_at: incident.times.restored.map(|stamp| stamp.at),
        comments: comments.collect(),
    }
}

/// Something that does not work.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewReport {
    /// One line that says what is wrong.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// Anything to add.
    #[serde(default)]
    #[schema(max_length = 10_000)]
    description: String,
    /// The service: one of hers.
    item: ItemRef,
}

/// Reports that one of her services does not work: opens an incident.
#[utoipa::path(post, path = "/consumer/reports", tag = "consumers", request_body = NewReport,
    params(Call),
    responses((status = 201, description = "The report", body = DeskReport),
        (status = 422, description = "It is no service of hers", body = Problem),
        (status = 429, description = "She reported too much within an hour", body = Problem)))]
async fn report(
    State(app): State<App>,
    Consumer(caller): Consumer,
    call: Call,
    Json(new): Json<NewReport>,
) -> Answer<(StatusCode, Json<DeskReport>)> {
    let book = hers(&app, &caller).await?;
    if !scope(&book).contains(&new.item) {
        let message = format!("{} is promised to you by no contract that holds", new.item);
        return Err(Problem::refused(message).at("item").remedy("name one of your services"));
    }
    leaves_room(&app, &caller).await?;
    let open =
        Open { description: new.description, item: Some(new.item), ..Open::titled(new.title) };
    let answer = incident_routes::open(&app, &caller, call, open).await?;
    let id = answer["id"].as_str().unwrap_or_default().to_owned();
    let found = incident_routes::load(&app, &caller, &id).await?;
    Ok((StatusCode::CREATED, Json(shown(&found.record, &caller))))
}

/// Refuses what comes too often: each report is an incident, and may call somebody.
async fn leaves_room(app: &App, caller: &Caller) -> Answer<()> {
    let now = app.world.now();
    let filter = store::Filter {
        reporter: Some(caller.actor()),
        from: Some(now - HOUR),
        ..store::Filter::default()
    };
    let page = Page::first(REPORTS_AN_HOUR, Sort::descending("opened_at", true));
    let (found, _) =
        store::list(&mut app.db.reader().await?, &caller.space, &filter, &page).await?;
    let full = i64::try_from(found.len()).is_ok_and(|count| count >= REPORTS_AN_HOUR);
    let Some(oldest) = found.last().filter(|_| full) else {
        return Ok(());
    };
    let left = (oldest.record.opened_at + HOUR).micros_since(now) / 1_000_000 + 1;
    let message = format!("you reported {REPORTS_AN_HOUR} times within an hour");
    Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "throttled", message)
        .retry_after(u32::try_from(left).unwrap_or_default())
        .remedy("add what you know to a report that is open, or call whoever serves you"))
}

/// The report that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct ReportPath {
    /// Its id.
    #[param(value_type = String)]
    id: IncidentId,
}

/// Something to add to a report.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewComment {
    /// What.
    #[schema(min_length = 1, max_length = 10_000)]
    text: String,
}

/// Adds something to what she reported: everybody who works on it reads it.
#[utoipa::path(post, path = "/consumer/reports/{id}/comments", tag = "consumers",
    request_body = NewComment, params(ReportPath, Call),
    responses((status = 200, description = "The report", body = DeskReport),
        (status = 404, description = "She reported nothing of this id", body = Problem)))]
async fn comment(
    State(app): State<App>,
    Consumer(caller): Consumer,
    Path(ReportPath { id }): Path<ReportPath>,
    call: Call,
    Json(new): Json<NewComment>,
) -> Answer<Json<DeskReport>> {
    let found = incident_routes::load(&app, &caller, &id.to_string()).await?;
    if found.record.reporter != Some(caller.actor()) {
        return Err(Problem::not_found("report"));
    }
    let comment = Command::Comment { text: new.text, public: false, by_consumer: true };
    let order = (&INCIDENTS, id, comment);
    commands::execute(&app, caller.asker(), call, order, view).await?;
    let found = incident_routes::load(&app, &caller, &id.to_string()).await?;
    Ok(Json(shown(&found.record, &caller)))
}
