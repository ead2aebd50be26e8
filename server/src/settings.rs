//! What an administrator sets in the product: policy, priority matrix, match rules. Each is one
//! document with a version; changes are journaled with the value before.

use alerts::MatchRule;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use connectors::webhook::WebhookSecret;
use incidents::Matrix;
use kernel::{Fact, ItemRef, Refusal, SpaceId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use spine::journal::{self, Stamp};
use spine::{Conn, Denied, Fault, params};
use streams::{Policy, Route, Routes};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::Json;
use crate::listing::Items;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};

/// Name of the rules that find the item of an alert.
pub const MATCH_RULES: &str = "match_rules";
/// Name of the policy: what opens an incident, what calls people, how incidents are handled.
pub const POLICY: &str = "policy";
/// Name of the routes: rules that name team or priority.
pub const ROUTES: &str = "routes";

/// Name of the rules that classify alerts.
pub const CLASSIFICATION: &str = "classification";
/// Name of the decisions about alerts that recur together.
pub const COMPANIONS: &str = "companions";
/// Name of the decisions about hours that are expected to be unusual.
pub const EXPECTED: &str = "expected_patterns";

/// Every route of settings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(get_policy, put_policy))
        .routes(routes!(get_matrix, put_matrix))
        .routes(routes!(get_routes, put_routes))
        .routes(routes!(routes_of_estate))
        .routes(routes!(webhook_secret))
}

/// Reads a setting; version 0 means that it was never set.
///
/// # Errors
/// When the database refuses or the setting does not read back.
pub async fn get<T: DeserializeOwned + Default>(
    conn: &mut Conn,
    space: &SpaceId,
    name: &str,
) -> Result<(T, i64), Fault> {
    let sql = "SELECT version, data FROM setting WHERE space_id = $1 AND name = $2";
    match conn.first(sql, params![space, name]).await? {
        Some(row) => Ok((row.json("data")?, row.get("version")?)),
        None => Ok((T::default(), 0)),
    }
}

/// The rules that find the item of an alert.
///
/// # Errors
/// When the database refuses.
pub async fn match_rules(conn: &mut Conn, space: &SpaceId) -> Result<(Vec<MatchRule>, i64), Fault> {
    get(conn, space, MATCH_RULES).await
}

/// What opens an incident, what calls people, how incidents are handled.
///
/// # Errors
/// When the database refuses.
pub async fn policy(conn: &mut Conn, space: &SpaceId) -> Result<Policy, Fault> {
    Ok(get(conn, space, POLICY).await?.0)
}

/// Which policy is called in each space where no other is named or answers.
///
/// # Errors
/// When the database refuses.
pub async fn last_resorts(conn: &mut Conn) -> Result<Vec<(SpaceId, Option<ItemRef>)>, Fault> {
    let mut found = Vec::new();
    for space in crate::practices::estate::store::spaces(conn).await? {
        let policy = policy(conn, &space).await?.default_escalation_policy;
        found.push((space, policy));
    }
    Ok(found)
}

/// Changes a setting that people decide on piece by piece, so that two who decide at once both
/// count.
///
/// # Errors
/// What `change` refuses; 412 when others were faster again and again.
pub async fn change<T: Serialize + DeserializeOwned + Default>(
    app: &App,
    caller: &Caller,
    name: &'static str,
    change: impl Fn(T) -> Result<T, Refusal>,
) -> Answer<T> {
    Ok(change_from(app, caller, (name, None), change).await?.0)
}

/// The same for who may have seen a version, with which nothing else is changed; returns the new
/// version too.
async fn change_from<T: Serialize + DeserializeOwned + Default>(
    app: &App,
    caller: &Caller,
    (name, expected): (&'static str, Option<i64>),
    change: impl Fn(T) -> Result<T, Refusal>,
) -> Answer<(T, i64)> {
    let mut tries = 0;
    loop {
        let mut conn = app.db.reader().await?;
        let (known, version) = get(&mut conn, &caller.space, name).await?;
        drop(conn);
        if let Some(expected) = expected.filter(|expected| *expected != version) {
            return Err(overtaken(app, &caller.space, name, (expected, version)).await?);
        }
        let changed = change(known)?;
        tries += 1;
        match put(app, caller, name, &changed, Some(version)).await {
            Err(problem) if problem.status == STALE && expected.is_none() && tries < TRIES => {}
            written => return written.map(|version| (changed, version)),
        }
    }
}

/// What somebody is told whose change comes after that of somebody else: who that was.
async fn overtaken(
    app: &App,
    space: &SpaceId,
    name: &str,
    (expected, actual): (i64, i64),
) -> Answer<Problem> {
    let filter = journal::Filter {
        subject: Some(format!("setting:{name}")),
        limit: 1,
        ..journal::Filter::default()
    };
    let newest = journal::list(&mut app.db.reader().await?, space, &filter).await?;
    let mut problem = Problem::from(Denied::Stale { expected, actual });
    if let Some(entry) = newest.first() {
        problem.detail = format!("{} changed this meanwhile", entry.actor.name());
        problem.remedy = Some("reload, and repeat the change if it still applies".to_owned());
    }
    Ok(problem)
}

/// How often a change is decided anew.
const TRIES: u32 = 5;
/// The status of what was changed meanwhile.
const STALE: u16 = StatusCode::PRECONDITION_FAILED.as_u16();

/// Writes a setting and its journal entry; returns its new version.
///
/// # Errors
/// 412 when it is not at the version that the asker saw.
pub async fn put<T: Serialize>(
    app: &App,
    caller: &Caller,
    name: &'static str,
    value: &T,
    expected: Option<i64>,
) -> Answer<i64> {
    let data = serde_json::to_value(value).map_err(|error| Fault::corrupt(name, error))?;
    let (space, actor, now) = (caller.space.clone(), caller.actor(), app.world.now());
    let version = app
        .db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                let (before, version): (Value, i64) = get(tx, &space, name).await?;
                if let Some(expected) = expected.filter(|expected| *expected != version) {
                    return Err(Denied::Stale { expected, actual: version });
                }
                let written = tx
                    .run(
                        "INSERT INTO setting (space_id, name, version, data) \
                         VALUES ($1, $2, 1, $3) ON CONFLICT (space_id, name) DO UPDATE \
                         SET data = excluded.data, version = setting.version + 1 \
                         WHERE setting.version = $4",
                        params![&space, name, data.to_string(), version],
                    )
                    .await?;
                if written == 0 {
                    // Another node wrote it meanwhile.
                    return Err(Denied::Stale { expected: version, actual: version + 1 });
                }
                let fact = Fact {
                    subject: format!("setting:{name}"),
                    kind: "setting.edited".to_owned(),
                    data: json!({ "before": before, "after": data }).into(),
                };
                let stamp = Stamp { space: &space, at: now, actor: &actor, cause: None };
                journal::append(tx, &stamp, &[fact]).await?;
                Ok(version + 1)
            })
        })
        .await;
    let version = match version {
        Err(Denied::Stale { expected, actual }) => {
            return Err(overtaken(app, &caller.space, name, (expected, actual)).await?);
        }
        written => written?,
    };
    app.estate.reload(&app.db).await?;
    Ok(version)
}

/// What opens an incident, what calls people, and how incidents are handled.
#[utoipa::path(get, path = "/settings/policy", tag = "settings",
    responses((status = 200, description = "The policy", body = Policy,
        headers(("ETag", description = "Its version")))))]
async fn get_policy(State(app): State<App>, caller: Caller) -> Answer<(HeaderMap, Json<Policy>)> {
    let mut conn = app.db.reader().await?;
    let (policy, version) = get(&mut conn, &caller.space, POLICY).await?;
    Ok((etag(version), Json(policy)))
}

/// Replaces the policy. What concerns the handling of incidents holds for those that open from
/// now on.
#[utoipa::path(put, path = "/settings/policy", tag = "settings", request_body = Policy,
    params(Call),
    responses((status = 200, description = "The policy", body = Policy,
        headers(("ETag", description = "Its version")))))]
async fn put_policy(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(policy): Json<Policy>,
) -> Answer<(HeaderMap, Json<Policy>)> {
    may(&caller, Action::Administer, &[])?;
    policy.incidents.matrix.validate()?;
    if policy.incidents.correlation_window_seconds > 86_400 {
        let message = "alerts more than a day apart are not joined: at most 86400";
        return Err(Problem::refused(message).at("incidents.correlation_window_seconds"));
    }
    if !(1..=100).contains(&policy.noise_votes) {
        let message = "a rule is noise from 1 to 100 votes on";
        return Err(Problem::refused(message).at("noise_votes"));
    }
    if policy.call_again_when_worse_after_minutes.is_some_and(|minutes| minutes > 10_080) {
        let message = "at most 10080 minutes (a week); leave it out to call nobody again";
        return Err(Problem::refused(message).at("call_again_when_worse_after_minutes"));
    }
    let minutes = policy.call_again_unanswered_after_minutes;
    if minutes.is_some_and(|minutes| !(5..=10_080).contains(&minutes)) {
        let message = "5 to 10080 minutes (a week); leave it out to stay quiet";
        return Err(Problem::refused(message).at("call_again_unanswered_after_minutes"));
    }
    let minutes = policy.incidents.unassigned_minutes;
    if minutes.is_some_and(|minutes| !(1..=10_080).contains(&minutes)) {
        let message = "a warning comes after 1 to 10080 minutes (a week); leave it out for none";
        return Err(Problem::refused(message).at("incidents.unassigned_minutes"));
    }
    if let Err((field, refusal)) = policy.incidents.stage_targets.validate() {
        return Err(Problem::from(refusal).at(format!("incidents.stage_targets.{field}")));
    }
    if policy.major.products > 1_000 {
        let message = "at most 1000 products; 0 proposes no major incident for their number";
        return Err(Problem::refused(message).at("major.products"));
    }
    let estate = app.estate.snapshot(&caller.space);
    let named = [
        ("default_escalation_policy", &policy.default_escalation_policy),
        ("unassigned_escalation_policy", &policy.unassigned_escalation_policy),
        ("major.escalation_policy", &policy.major.escalation_policy),
    ];
    for (field, item) in named {
        if let Some(item) = item
            && (item.kind() != "escalationpolicy" || !estate.knows(item))
        {
            let message = format!("there is no escalation policy {item}");
            return Err(Problem::refused(message).at(field));
        }
    }
    let version = put(&app, &caller, POLICY, &policy, call.expected).await?;
    Ok((etag(version), Json(policy)))
}

/// The rules that give incidents to a team, or give them a priority.
#[utoipa::path(get, path = "/settings/routes", tag = "settings",
    responses((status = 200, description = "The rules in order", body = Vec<Route>,
        headers(("ETag", description = "Its version")))))]
async fn get_routes(
    State(app): State<App>,
    caller: Caller,
) -> Answer<(HeaderMap, Json<Vec<Route>>)> {
    let mut conn = app.db.reader().await?;
    let (routes, version) = get(&mut conn, &caller.space, ROUTES).await?;
    Ok((etag(version), Json(routes)))
}

/// Replaces the rules that give incidents to a team, or give them a priority.
#[utoipa::path(put, path = "/settings/routes", tag = "settings", request_body = Vec<Route>,
    params(Call),
    responses((status = 200, description = "The rules in order", body = Vec<Route>,
        headers(("ETag", description = "Its version")))))]
async fn put_routes(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(routes): Json<Vec<Route>>,
) -> Answer<(HeaderMap, Json<Vec<Route>>)> {
    may(&caller, Action::Administer, &[])?;
    if let Err(errors) = Routes::compile(&routes)
        && let Some(error) = errors.first()
    {
        let message = format!("route {} ({}): {}", error.index, error.name, error.problem);
        return Err(Problem::refused(message).at(format!("{}.when", error.index)));
    }
    let version = put(&app, &caller, ROUTES, &routes, call.expected).await?;
    Ok((etag(version), Json(routes)))
}

/// The priority matrix.
#[utoipa::path(get, path = "/settings/priority-matrix", tag = "settings",
    responses((status = 200, description = "The matrix", body = Matrix,
        headers(("ETag", description = "Its version")))))]
async fn get_matrix(State(app): State<App>, caller: Caller) -> Answer<(HeaderMap, Json<Matrix>)> {
    let mut conn = app.db.reader().await?;
    let (policy, version): (Policy, i64) = get(&mut conn, &caller.space, POLICY).await?;
    Ok((etag(version), Json(policy.incidents.matrix)))
}

/// Replaces the priority matrix; it holds for incidents that open from now on.
#[utoipa::path(put, path = "/settings/priority-matrix", tag = "settings", request_body = Matrix,
    params(Call),
    responses((status = 200, description = "The matrix", body = Matrix,
        headers(("ETag", description = "Its version")))))]
async fn put_matrix(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(matrix): Json<Matrix>,
) -> Answer<(HeaderMap, Json<Matrix>)> {
    may(&caller, Action::Administer, &[])?;
    matrix.validate()?;
    let with_matrix = |mut policy: Policy| {
        policy.incidents.matrix = matrix;
        Ok(policy)
    };
    let (_, version) = change_from(&app, &caller, (POLICY, call.expected), with_matrix).await?;
    Ok((etag(version), Json(matrix)))
}

/// What receivers of webhooks verify the signature with.
#[derive(Debug, Serialize, ToSchema)]
struct SigningSecret {
    /// As the Standard Webhooks libraries take it.
    #[schema(example = "whsec_bm8gc2VjcmV0IGF0IGFsbCwganVzdCBhbiBleGFtcGxl")]
    secret: String,
}

/// A route that files brought: read here, changed there.
#[derive(Debug, Serialize, ToSchema)]
struct RouteOfEstate {
    /// The resource that says it.
    route: ItemRef,
    /// What it says.
    #[serde(flatten)]
    rule: Route,
}

/// The routes of the estate, in their order. They are asked after those of the settings.
#[utoipa::path(get, path = "/settings/routes/estate", tag = "settings",
    responses((status = 200, description = "The routes", body = Items<RouteOfEstate>)))]
async fn routes_of_estate(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Json<Items<RouteOfEstate>>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let shown = |rule: &Route| {
        let route = ItemRef::new("route", &rule.name)?;
        Some(RouteOfEstate { route, rule: rule.clone() })
    };
    Ok(Json(Items { items: snapshot.flow_of_files.iter().filter_map(shown).collect() }))
}

/// The secret that signs outgoing webhooks, for whoever sets up a receiver.
#[utoipa::path(get, path = "/settings/webhook-secret", tag = "settings",
    responses((status = 200, description = "The secret", body = SigningSecret)))]
async fn webhook_secret(State(app): State<App>, caller: Caller) -> Answer<Json<SigningSecret>> {
    may(&caller, Action::Administer, &[])?;
    let secret = WebhookSecret::new(&app.keys.webhooks).reveal();
    Ok(Json(SigningSecret { secret }))
}
