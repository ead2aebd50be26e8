//! HTTP faces of changing one resource by hand.

use axum::extract::State;
use axum::http::StatusCode;
use estate::Resource;
use kernel::{ItemRef, Refusal};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::changes;
use super::routes::ItemPath;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::{Json, Path, Query};
use crate::practices::objectives::decision::Decision;
use crate::practices::oncall::mandate;
use crate::problem::{Answer, Problem};

/// The longest reason.
const REASON_CHARS_MAX: usize = 1000;

/// Why a resource is changed: kept with the target of an objective that changes by it.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct WhyQuery {
    /// What was decided, by whom or where.
    decided: String,
    /// Why.
    reason: String,
    /// What is improved by it: addresses, and incidents as `#12`, with spaces between them.
    improvements: String,
}

impl WhyQuery {
    fn decision(self) -> Decision {
        let improvements = self.improvements.split_whitespace().map(str::to_owned).collect();
        Decision { decided: self.decided, reason: self.reason, improvements }
    }
}

/// Creates or replaces a resource by hand. `If-Match` guards against lost updates. What is kept in
/// a file is refused with 409. Schedules, escalation policies, overrides and absences are changed
/// by members of their teams, everything else by administrators.
#[utoipa::path(put, path = "/estate/items/{kind}/{name}", tag = "estate",
    request_body = Resource, params(ItemPath, WhyQuery, Call),
    responses((status = 204, description = "It is so")))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ItemPath>,
    asked: (Query<WhyQuery>, Call),
    Json(document): Json<Value>,
) -> Answer<StatusCode> {
    let (Query(why), call) = asked;
    may_anything(&caller)?;
    let item = path.item()?;
    let resource = estate::from_json(&document)
        .map_err(|mistake| changes::wrong(std::slice::from_ref(&mistake)))?;
    if *resource.item() != item {
        let message = format!("the document is {}, the address says {item}", resource.item());
        return Err(Problem::refused(message).at("metadata.name"));
    }
    let snapshot = app.estate.snapshot(&caller.space);
    for resource in snapshot.estate.get(&item).into_iter().chain([&resource]) {
        mandate::of_resource(&caller, &snapshot.estate, resource)?;
    }
    let why = why.decision().checked()?;
    changes::put_because(&app, &caller.asker(), (resource, call.expected), why).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a resource that no other names. What is kept in a file is refused with 409.
#[utoipa::path(delete, path = "/estate/items/{kind}/{name}", tag = "estate",
    params(ItemPath, Call),
    responses((status = 204, description = "It is gone")))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ItemPath>,
    call: Call,
) -> Answer<StatusCode> {
    let item = path.item()?;
    may_change(&app, &caller, &item)?;
    changes::delete(&app, &caller.asker(), item, call.expected).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether the caller may change any resource at all: they need not know what is wrong with it.
fn may_anything(caller: &Caller) -> Result<(), Refusal> {
    let administers = may(caller, Action::Administer, &[]);
    administers.or_else(|_| may(caller, Action::Respond, &[]))
}

/// Whether the caller may change a resource that is there.
fn may_change(app: &App, caller: &Caller, item: &ItemRef) -> Answer<()> {
    may_anything(caller)?;
    let snapshot = app.estate.snapshot(&caller.space);
    let found = snapshot.estate.get(item).ok_or_else(|| Problem::not_found("item"))?;
    Ok(mandate::of_resource(caller, &snapshot.estate, found)?)
}

/// Why a resource is taken over from its file.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct TakeOver {
    /// Why, for the journal.
    #[schema(max_length = 1000)]
    reason: String,
}

/// Takes a resource over from the file that says what it is: it may be changed here, until the file
/// is applied again. For those who may change it; the journal says who did.
#[utoipa::path(post, path = "/estate/items/{kind}/{name}/take-over", tag = "estate",
    request_body = TakeOver, params(ItemPath, Call),
    responses((status = 204, description = "It is changed here now")))]
pub(super) async fn take_over(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<ItemPath>,
    call: Call,
    Json(TakeOver { reason }): Json<TakeOver>,
) -> Answer<StatusCode> {
    let item = path.item()?;
    may_change(&app, &caller, &item)?;
    if reason.chars().count() > REASON_CHARS_MAX {
        let message = format!("a reason has {REASON_CHARS_MAX} characters at most");
        return Err(Problem::refused(message).at("reason"));
    }
    changes::take_over(&app, &caller.asker(), item, (call.expected, reason)).await?;
    Ok(StatusCode::NO_CONTENT)
}
