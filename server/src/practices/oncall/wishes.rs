//! How somebody wants to be called: they say it themselves, without the right to change the estate.

use axum::extract::State;
use estate::{NotifyRule, Spec};
use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::people::{PersonPath, find, may_try};
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::estate::{changes, store};
use crate::problem::{Answer, Problem};

/// Most rules of one person.
const RULES_MAX: usize = 50;

/// Every route of how people want to be called.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(wish)).routes(routes!(preview))
}

/// How somebody wants to be called.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NotifyRules {
    /// Every rule; none: they are called by every way at once.
    #[schema(max_items = 50)]
    notify: Vec<NotifyRule>,
}

/// The same in words.
#[derive(Debug, Serialize, ToSchema)]
struct NotifyInWords {
    /// A sentence for each kind of incident and hours, and for each time without a call.
    words: Vec<String>,
    /// What is weak about it: P1 calls by one way alone. `null`: nothing.
    warning: Option<String>,
}

/// Says how a person wants to be called, instead of what was said before. You may say it for
/// yourself; administrators may for everybody. What is kept in a file is changed there.
#[utoipa::path(put, path = "/people/{name}/notify", tag = "pages",
    params(PersonPath), request_body = NotifyRules,
    responses((status = 200, description = "What that comes to", body = NotifyInWords)))]
async fn wish(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(NotifyRules { notify }): Json<NotifyRules>,
) -> Answer<Json<NotifyInWords>> {
    let (person, told) = told(&app, &caller, &name, &notify)?;
    let kept = store::one(&mut app.db.reader().await?, &caller.space, &person).await?;
    let kept = kept.ok_or_else(|| Problem::not_found("person"))?;
    if let Some(file) = kept.stored.kept_in() {
        return Err(changes::kept_in(&person, file));
    }
    let mut resource = kept.stored.resource;
    if let Spec::Person(spec) = &mut resource.spec {
        spec.notify = notify;
    }
    changes::put(&app, &caller.asker(), resource, Some(kept.version)).await?;
    Ok(Json(told))
}

/// What rules would come to, in words; nothing is kept.
#[utoipa::path(post, path = "/people/{name}/notify/preview", tag = "pages",
    params(PersonPath), request_body = NotifyRules,
    responses((status = 200, description = "What that comes to", body = NotifyInWords)))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(NotifyRules { notify }): Json<NotifyRules>,
) -> Answer<Json<NotifyInWords>> {
    Ok(Json(told(&app, &caller, &name, &notify)?.1))
}

/// Of whom the caller may say it, and what rules come to.
fn told(
    app: &App,
    caller: &Caller,
    name: &str,
    notify: &[NotifyRule],
) -> Answer<(ItemRef, NotifyInWords)> {
    let (person, spec) = find(app, caller, name)?;
    may_try(caller, &person)?;
    if notify.len() > RULES_MAX {
        let message = format!("{RULES_MAX} rules are kept at most");
        return Err(Problem::refused(message).at("notify"));
    }
    let words = estate::in_words(notify, &spec.contact_methods);
    let warning = estate::one_way(notify, &spec.contact_methods);
    Ok((person, NotifyInWords { words, warning }))
}
