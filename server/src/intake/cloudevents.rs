//! CloudEvents, and JSON of any shape: what they mean is said by a mapping in CEL, which is written
//! against the last events that came.

use std::net::SocketAddr;

use alerts::{Mapping, MappingRule, Received};
use axum::Router;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::routing::options;
use connectors::cloudevents;
use kernel::ItemRef;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use spine::journal::Stamp;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::mapped::{Came, Taken, compiled, outcome, take, telling};
use super::source::source;
use super::store::{self, Example};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::{Json, Path, RawBody};
use crate::listing::Items;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};

/// The routes of the intake, and of mappings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(post_cloudevents))
        .routes(routes!(post_webhook))
        .routes(routes!(examples))
        .routes(routes!(mapping, put_mapping))
        .routes(routes!(preview))
}

/// The routes by which senders of events ask whether they may send: they are not of the API.
pub fn doors() -> Router<App> {
    Router::new()
        .route("/api/v1/events/cloudevents", options(may_send))
        .route("/api/v1/webhooks/{integration}", options(may_send))
}

/// Lets a sender of events in that has a key: the handshake of CloudEvents' HTTP webhooks, which
/// some services ask for before they deliver anything.
async fn may_send(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Answer<(StatusCode, HeaderMap)> {
    source(&app, &headers, query.as_deref(), peer, "cloudevents").await?;
    let mut answer = HeaderMap::new();
    answer.insert(header::ALLOW, HeaderValue::from_static("OPTIONS, POST"));
    if let Some(origin) = headers.get("webhook-request-origin") {
        answer.insert("webhook-allowed-origin", origin.clone());
        answer.insert("webhook-allowed-rate", HeaderValue::from_static("*"));
    }
    Ok((StatusCode::OK, answer))
}

/// The integration that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct IntegrationPath {
    /// The name of its key.
    #[param(value_type = String, pattern = "^[a-z0-9][a-z0-9._@-]{0,63}$")]
    integration: IntegrationName,
}

/// The name of an integration key.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct IntegrationName(String);

impl TryFrom<String> for IntegrationName {
    type Error = &'static str;

    fn try_from(name: String) -> Result<IntegrationName, &'static str> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-@".contains(c);
        let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let fits = begins && name.len() <= 64 && name.chars().all(plain);
        if fits { Ok(IntegrationName(name)) } else { Err("there is no such integration") }
    }
}

impl std::ops::Deref for IntegrationName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// What CloudEvents mean while nobody has said it: alerts are those that tell a severity, or
/// whether they hold.
fn usual() -> MappingRule {
    const OVER: &str = "['resolved', 'ok', 'closed', 'cleared', 'recovered']";
    const HOLDS: &str = "['firing', 'open', 'alerting', 'triggered', 'problem']";
    let text = str::to_owned;
    MappingRule {
        name: text("usual members of alerts"),
        when: format!(
            "has(body.severity) || (has(body.status) && body.status in {OVER} + {HOLDS})"
        ),
        title: text(
            "has(body.title) ? body.title : has(body.summary) ? body.summary : \
             has(body.message) ? body.message : event.type",
        ),
        key: text(
            "has(body.key) ? body.key : \
             event.source + ' ' + (has(event.subject) ? event.subject : event.type)",
        ),
        state: format!(
            "has(body.status) && body.status in {OVER} || event.type.endsWith('.resolved') \
             ? 'resolved' : 'firing'"
        ),
        severity: text("has(body.severity) ? body.severity : ''"),
        item: text(
            "has(body.item) && body.item.matches('^[a-z]+/[A-Za-z0-9._-]+$') ? body.item : ''",
        ),
        labels: text(
            "{'type': event.type, 'service': has(body.service) ? body.service : '', \
             'instance': has(body.instance) ? body.instance : ''}",
        ),
        annotations: text(
            "{'description': has(body.description) ? body.description : '', \
             'event_source': event.source, 'subject': has(event.subject) ? event.subject : ''}",
        ),
        url: text("has(body.url) ? body.url : ''"),
        starts_at: text("has(event.time) ? event.time : ''"),
        ..MappingRule::default()
    }
}

/// Takes CloudEvents 1.0 in the binary, structured or batch content mode. What they mean is said by
/// the mapping of the integration; without one, events are alerts that tell a `severity`, or a
/// `status` such as `firing` and `resolved`. All are taken, or none.
#[utoipa::path(post, path = "/events/cloudevents", tag = "intake",
    request_body(content((Value = "application/cloudevents+json"),
        (Vec<Value> = "application/cloudevents-batch+json"))),
    security((), ("integration_key" = [])),
    responses((status = 202, description = "They are on disk", body = Taken),
        (status = 422, description = "An event cannot be mapped; nothing was taken",
            body = Problem)))]
async fn post_cloudevents(
    State(app): State<App>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Answer<(StatusCode, Json<Taken>)> {
    let source = source(&app, &headers, query.as_deref(), peer, "cloudevents").await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let pairs = headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let events = cloudevents::parse(kind.unwrap_or_default(), pairs, &body).map_err(|wrong| {
        let text = wrong.to_string();
        let problem = if wrong.readable { Problem::refused(text) } else { Problem::invalid(text) };
        if wrong.attribute.is_empty() { problem } else { problem.at(wrong.attribute) }
    })?;
    let told = telling(&headers);
    let came = events.into_iter().map(|event| Came {
        headers: told.clone(),
        event: Value::Object(event.attributes),
        // Rules ask for members: data of another kind have none.
        body: match event.data {
            Value::Object(map) => Value::Object(map),
            Value::Null => serde_json::json!({}),
            other => serde_json::json!({ "data": other }),
        },
    });
    let taken = take(&app, &source, came.collect(), &[usual()]).await?;
    Ok((StatusCode::ACCEPTED, Json(taken)))
}

/// Takes JSON of any shape. What it means is said by the mapping of the integration; what no rule
/// is for is kept as an example and makes no alert, which the answer says.
#[utoipa::path(post, path = "/webhooks/{integration}", tag = "intake", request_body = Object,
    params(IntegrationPath), security((), ("integration_key" = [])),
    responses((status = 202, description = "It is on disk", body = Taken),
        (status = 403, description = "The key is that of another integration", body = Problem),
        (status = 422, description = "The mapping fails on it; nothing was taken",
            body = Problem)))]
async fn post_webhook(
    State(app): State<App>,
    sender: (ConnectInfo<SocketAddr>, RawQuery),
    Path(IntegrationPath { integration }): Path<IntegrationPath>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Answer<(StatusCode, Json<Taken>)> {
    let (ConnectInfo(peer), RawQuery(query)) = sender;
    let source = source(&app, &headers, query.as_deref(), peer, &integration).await?;
    if *source.name != *integration {
        let message = format!("this key is that of `{}`", source.name);
        return Err(Problem::forbidden(message).remedy("send to the address with its name"));
    }
    let body: Value = serde_json::from_slice(&body)
        .map_err(|error| Problem::invalid(format!("the body is no JSON: {error}")))?;
    let came = Came { headers: telling(&headers), event: serde_json::json!({}), body };
    let taken = take(&app, &source, vec![came], &[]).await?;
    Ok((StatusCode::ACCEPTED, Json(taken)))
}

/// The last events of an integration, the newest first. For administrators, since events may tell
/// anything.
#[utoipa::path(get, path = "/webhooks/{integration}/examples", tag = "intake",
    params(IntegrationPath),
    responses((status = 200, description = "Twenty at most", body = Items<Example>)))]
async fn examples(
    State(app): State<App>,
    caller: Caller,
    Path(IntegrationPath { integration }): Path<IntegrationPath>,
) -> Answer<Json<Items<Example>>> {
    may(&caller, Action::Administer, &[])?;
    let mut conn = app.db.reader().await?;
    let items = store::examples(&mut conn, &caller.space, &integration).await?;
    Ok(Json(Items { items }))
}

/// What the events of an integration mean.
#[utoipa::path(get, path = "/webhooks/{integration}/mapping", tag = "intake",
    params(IntegrationPath),
    responses((status = 200, description = "The rules, in the order in which they are asked",
        body = Vec<MappingRule>, headers(("ETag", description = "Their version")))))]
async fn mapping(
    State(app): State<App>,
    caller: Caller,
    Path(IntegrationPath { integration }): Path<IntegrationPath>,
) -> Answer<(HeaderMap, Json<Vec<MappingRule>>)> {
    let mut conn = app.db.reader().await?;
    let stored = store::mapping(&mut conn, &caller.space, &integration).await?;
    let (rules, version) = stored.unwrap_or_default();
    Ok((etag(version), Json(rules)))
}

/// Says what the events of an integration mean.
#[utoipa::path(put, path = "/webhooks/{integration}/mapping", tag = "intake",
    request_body = Vec<MappingRule>, params(IntegrationPath, Call),
    responses((status = 200, description = "The rules", body = Vec<MappingRule>,
        headers(("ETag", description = "Their version")))))]
async fn put_mapping(
    State(app): State<App>,
    caller: Caller,
    Path(IntegrationPath { integration }): Path<IntegrationPath>,
    call: Call,
    Json(rules): Json<Vec<MappingRule>>,
) -> Answer<(HeaderMap, Json<Vec<MappingRule>>)> {
    may(&caller, Action::Administer, &[])?;
    compiled(&rules)?;
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let wanted = rules.clone();
    let write = app.db.write(move |tx| {
        Box::pin(async move {
            let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
            store::put_mapping(tx, &stamp, &integration, &wanted, call.expected).await
        })
    });
    Ok((etag(write.await?), Json(rules)))
}

/// Rules to try, and what on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Trial {
    /// The rules.
    rules: Vec<MappingRule>,
    /// The body of an event; without one, the last examples are tried.
    #[serde(default)]
    body: Option<Value>,
    /// The attributes of a CloudEvent.
    #[serde(default)]
    event: Option<serde_json::Map<String, Value>>,
}

/// What the rules make of an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MappingPreview)]
struct Tried {
    /// The example, when it is one.
    example: Option<kernel::ExampleId>,
    /// What it came to, in words.
    outcome: String,
    /// The expression that fails on it, when one does.
    failure: Option<Failure>,
    /// The alerts that it would speak of.
    signals: Vec<TriedSignal>,
}

/// An expression that fails.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MappingFailure)]
struct Failure {
    /// The place of its rule, from 0.
    rule: usize,
    /// Which expression of the rule.
    field: &'static str,
    /// What is wrong.
    problem: String,
}

/// An alert that an event would speak of.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MappingPreviewSignal)]
struct TriedSignal {
    /// What it is told from others by.
    key: String,
    /// Whether it holds; else it is over.
    firing: bool,
    /// What it is about.
    labels: alerts::Labels,
    /// What explains it.
    annotations: alerts::Labels,
    /// The item that would be found.
    item: Option<ItemRef>,
}

/// Tries rules on an event, or on the last examples. Nothing is taken.
#[utoipa::path(post, path = "/webhooks/{integration}/preview", tag = "intake",
    request_body = Trial, params(IntegrationPath),
    responses((status = 200, description = "What they make of each", body = Items<Tried>)))]
async fn preview(
    State(app): State<App>,
    caller: Caller,
    Path(IntegrationPath { integration }): Path<IntegrationPath>,
    Json(trial): Json<Trial>,
) -> Answer<Json<Items<Tried>>> {
    may(&caller, Action::Administer, &[])?;
    let mapping = compiled(&trial.rules)?;
    let given = (trial.body.is_some() || trial.event.is_some()).then(|| Came {
        headers: serde_json::json!({}),
        event: Value::Object(trial.event.unwrap_or_default()),
        body: trial.body.unwrap_or_else(|| serde_json::json!({})),
    });
    let events: Vec<(Option<kernel::ExampleId>, Came)> = match given {
        Some(event) => vec![(None, event)],
        None => {
            let mut conn = app.db.reader().await?;
            let kept = store::examples(&mut conn, &caller.space, &integration).await?;
            let came = |kept: Example| {
                let id = Some(kept.id);
                (id, Came { headers: kept.headers, event: kept.event, body: kept.body })
            };
            kept.into_iter().map(came).collect()
        }
    };
    let estate = app.estate.snapshot(&caller.space);
    let (source, now): (std::sync::Arc<str>, _) = (integration.0.into(), app.world.now());
    let work = move || -> Vec<Tried> {
        let tried = |(example, came): &(Option<kernel::ExampleId>, Came)| {
            let found = |signal: &alerts::Signal| estate.find(signal).map(|found| found.item);
            tried(&mapping, came, (&source, now), *example, &found)
        };
        events.iter().map(tried).collect()
    };
    let items = tokio::task::spawn_blocking(work).await;
    let items = items.map_err(|_| spine::Fault::Other("a mapping broke off".to_owned()))?;
    Ok(Json(Items { items }))
}

fn tried(
    mapping: &Mapping,
    came: &Came,
    (source, now): (&std::sync::Arc<str>, kernel::Time),
    example: Option<kernel::ExampleId>,
    find: &dyn Fn(&alerts::Signal) -> Option<ItemRef>,
) -> Tried {
    let Came { headers, event, body } = came;
    let result = mapping.map(&Received { body, event, headers }, source, now);
    let shown = |signal: &alerts::Signal| TriedSignal {
        key: signal.key.as_deref().unwrap_or_default().to_owned(),
        firing: !signal.over(now),
        labels: signal.labels.clone(),
        annotations: signal.annotations.clone(),
        item: find(signal),
    };
    let signals = result.iter().flat_map(|mapped| &mapped.signals).map(shown).collect();
    let failure = result.as_ref().err().map(|error| Failure {
        rule: error.index,
        field: error.field,
        problem: error.problem.clone(),
    });
    Tried { example, outcome: outcome(&result), failure, signals }
}
