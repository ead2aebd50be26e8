//! Data sources: how they answer, and what they are asked with. Credentials are sealed in the
//! database; they stand in no file of the estate, in no answer and in no log.

use axum::extract::State;
use axum::http::StatusCode;
use connectors::prometheus::{Credentials, Range, Source};
use connectors::receivers::Secret;
use estate::{DataSourceSpec, Spec};
use kernel::{Fact, ItemRef, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Fault;
use spine::journal::{self, Stamp};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::listing::Items;
use crate::problem::{Answer, Problem};

/// Longest token, name or password, in bytes.
const TEXT_MAX: usize = 4_096;

/// The routes of data sources.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(put, delete)).routes(routes!(test))
}

/// The source that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SourcePath {
    /// Its name.
    name: String,
}

/// What a source is asked with.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceCredentials)]
struct Wanted {
    /// A token, sent as `Authorization: Bearer`.
    bearer_token: Option<String>,
    /// A name, with a password.
    username: Option<String>,
    /// The password.
    password: Option<String>,
}

/// How it is kept, sealed.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kept {
    Bearer(String),
    Basic(String, String),
}

/// A data source, and how it answers.
#[derive(Debug, Serialize, ToSchema)]
struct DataSourceView {
    /// Its name.
    name: String,
    /// Its address.
    url: String,
    /// Whether it is asked with credentials.
    credentials: bool,
    /// How many objectives are asked from it.
    objectives: usize,
    /// When it answered last.
    answered_at: Option<Time>,
    /// How often in a row it did not answer.
    failures: u32,
    /// Why it did not.
    error: Option<String>,
    /// By how much the counts of its objectives are behind now, the one that is furthest behind;
    /// nothing: none is asked yet.
    lag_seconds: Option<i64>,
}

/// What a source answers to a trial.
#[derive(Debug, Serialize, ToSchema)]
struct SourceTried {
    /// Whether it answers.
    answers: bool,
    /// Why it does not.
    error: Option<String>,
}

/// What a source is asked with; nothing, when nothing was set.
///
/// # Errors
/// When the database refuses, or the secret does not open with this key file.
pub async fn credentials(app: &App, space: &SpaceId, source: &str) -> Result<Credentials, Fault> {
    let sealed = store::credentials(&mut app.db.reader().await?, space, source).await?;
    let Some(sealed) = sealed else { return Ok(Credentials::None) };
    let plain = app.keys.unseal(&sealed)?;
    let kept = serde_json::from_slice(&plain)
        .map_err(|error| Fault::corrupt("credentials of a source", error))?;
    Ok(match kept {
        Kept::Bearer(token) => Credentials::Bearer(Secret::new(token)),
        Kept::Basic(name, password) => Credentials::Basic(name, Secret::new(password)),
    })
}

fn known(app: &App, caller: &Caller, name: &str) -> Answer<DataSourceSpec> {
    let snapshot = app.estate.snapshot(&caller.space);
    let item = ItemRef::new("datasource", name).ok_or_else(|| Problem::not_found("source"))?;
    match snapshot.estate.get(&item).map(|resource| &resource.spec) {
        Some(Spec::DataSource(spec)) => Ok(spec.clone()),
        _ => Err(Problem::not_found("source")),
    }
}

/// All data sources, and how they answer.
#[utoipa::path(get, path = "/data-sources", tag = "sources",
    responses((status = 200, description = "All of them", body = Items<DataSourceView>)))]
async fn list(State(app): State<App>, caller: Caller) -> Answer<Json<Items<DataSourceView>>> {
    let mut conn = app.db.reader().await?;
    let statuses = store::sources(&mut conn, &caller.space).await?;
    let asked = store::asked(&mut conn, &caller.space).await?;
    let snapshot = app.estate.snapshot(&caller.space);
    let now = app.world.now();
    let mut items = Vec::new();
    for resource in snapshot.estate.resources() {
        let Spec::DataSource(spec) = &resource.spec else { continue };
        let name = resource.metadata.name.clone();
        let status = statuses.iter().find(|(source, _)| *source == name);
        let status = status.map(|(_, status)| status.clone()).unwrap_or_default();
        let asks = |known: &super::terms::Known<'_>| {
            known.spec.indicator.source.as_ref().is_some_and(|of| of.item() == resource.item())
        };
        let names: Vec<&str> =
            super::terms::all(&snapshot).filter(asks).map(|known| known.name).collect();
        let own = asked.iter().filter(|(name, _)| names.contains(&name.as_str()));
        let until = own.map(|(_, asked)| asked.until).min();
        items.push(DataSourceView {
            lag_seconds: until.map(|minute| (now.micros() / 1_000_000 - minute * 60).max(0)),
            url: without_password(&spec.url),
            credentials: store::credentials(&mut conn, &caller.space, &name).await?.is_some(),
            objectives: names.len(),
            answered_at: status.answered_at,
            failures: status.failures,
            error: status.error,
            name,
        });
    }
    Ok(Json(Items { items }))
}

/// An address without what stands before its `@`.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let host = rest.split('/').next().unwrap_or_default();
    match host.rsplit_once('@') {
        Some((hidden, _)) => format!("{scheme}://{}", &rest[hidden.len() + 1..]),
        None => url.to_owned(),
    }
}

/// Sets what a source is asked with. It is kept sealed and never shown.
#[utoipa::path(put, path = "/data-sources/{name}/credentials", tag = "sources",
    params(SourcePath), request_body = Wanted,
    responses((status = 204, description = "They are kept")))]
async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(SourcePath { name }): Path<SourcePath>,
    Json(wanted): Json<Wanted>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    known(&app, &caller, &name)?;
    let kept = match (wanted.bearer_token, wanted.username, wanted.password) {
        (Some(token), None, None) => Kept::Bearer(token),
        (None, Some(username), Some(password)) => Kept::Basic(username, password),
        _ => {
            let message = "write `bearer_token`, or `username` and `password`";
            return Err(Problem::refused(message));
        }
    };
    let plain = serde_json::to_vec(&kept).map_err(|error| Fault::corrupt("credentials", error))?;
    if plain.len() > TEXT_MAX {
        return Err(Problem::refused("these credentials are too long"));
    }
    let sealed = app.keys.seal(&plain, &app.world)?;
    write(&app, &caller, name, Some(sealed)).await
}

/// Forgets what a source is asked with.
#[utoipa::path(delete, path = "/data-sources/{name}/credentials", tag = "sources",
    params(SourcePath), responses((status = 204, description = "They are forgotten")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(SourcePath { name }): Path<SourcePath>,
) -> Answer<StatusCode> {
    may(&caller, Action::Administer, &[])?;
    known(&app, &caller, &name)?;
    write(&app, &caller, name, None).await
}

async fn write(
    app: &App,
    caller: &Caller,
    name: String,
    sealed: Option<String>,
) -> Answer<StatusCode> {
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            store::put_credentials(tx, &space, &name, sealed.as_deref()).await?;
            let fact = Fact {
                subject: format!("item:datasource/{name}"),
                kind: "datasource.credentials_set".to_owned(),
                data: json!({ "set": sealed.is_some() }).into(),
            };
            let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
            journal::append(tx, &stamp, &[fact]).await
        })
    });
    work.await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks a source something simple, to see whether it answers.
#[utoipa::path(post, path = "/data-sources/{name}/test", tag = "sources",
    params(SourcePath),
    responses((status = 200, description = "What it answered", body = SourceTried)))]
async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(SourcePath { name }): Path<SourcePath>,
) -> Answer<Json<SourceTried>> {
    may(&caller, Action::Administer, &[])?;
    let spec = known(&app, &caller, &name)?;
    let source = Source {
        url: spec.url,
        tenant: spec.tenant,
        timeout: spec.timeout.map(|wait| std::time::Duration::from_secs(wait.seconds().into())),
        credentials: credentials(&app, &caller.space, &name).await?,
    };
    let minute = app.world.now().micros().div_euclid(60_000_000) * 60;
    let range = Range { query: "vector(1)", from: minute - 60, until: minute, step: 60 };
    let error = app.sources.ask(&source, range).await.err().map(|error| error.detail);
    Ok(Json(SourceTried { answers: error.is_none(), error }))
}
