//! What Opsgenie's clients ask about alerts.

use alerts::Alert;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use connectors::opsgenie::{self, Outcome, RequestId, Seen, tags_of};
use kernel::Time;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use spine::journal;

use super::{Answered, Asking, Refused, tiny};
use crate::app::App;
use crate::problem::Problem;

/// Alerts of one page at most, and how far one may read.
const LIMIT_MAX: usize = 100;
const REACH_MAX: usize = 20_000;

/// What a list takes.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct ListQuery {
    query: String,
    offset: Option<usize>,
    limit: Option<usize>,
    sort: String,
    order: String,
}

/// How an alert is named.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Named {
    pub(super) identifier_type: String,
    pub(super) tags: String,
}

/// What a query is asked about.
fn seen(alert: &Alert) -> Seen<'_> {
    let label = |name| alert.labels.get(name).unwrap_or_default();
    Seen {
        status: if alert.stage.firing() { "open" } else { "closed" },
        priority: label("priority"),
        tags: tags_of(label("tags")),
        message: alert.name(),
        alias: label("alias"),
        entity: label("entity"),
        source: label("source"),
        description: alert.annotations.get("description").unwrap_or_default(),
        acknowledged: alert.acknowledged_by.is_some(),
        tiny: tiny(alert),
        id: alert.id.to_string(),
        owner: alert.acknowledged_by.as_ref().map_or("", |actor| actor.name()),
        created: alert.received_at,
        updated: alert.ends_at.unwrap_or(alert.last_seen),
        occurred: alert.last_seen,
        count: alert.fired_count.into(),
    }
}

/// Who was to be told, as it was sent; clients need an id, which may be said as a name.
fn responders(alert: &Alert) -> Value {
    let text = alert.annotations.get("responders").unwrap_or("[]");
    let mut list = serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    for responder in list.iter_mut().filter_map(Value::as_object_mut) {
        let names = ["id", "name", "username"].into_iter();
        if let Some(id) = names.filter_map(|name| responder.get(name)).next().cloned() {
            responder.insert("id".to_owned(), id);
        }
    }
    list.retain(|responder| responder["id"].is_string());
    Value::Array(list)
}

/// An alert as Opsgenie shows it in lists.
fn shown(app: &App, asking: &Asking, alert: &Alert) -> Map<String, Value> {
    let (seen, integration) = (seen(alert), &*asking.source.name);
    let snoozed = match alert.stage.firing() {
        true => app.silences.silenced(&asking.source.space, &alert.labels, app.world.now()).until,
        false => None,
    };
    let changed = alert.ends_at.unwrap_or(alert.last_seen);
    let value = json!({
        "id": seen.id,
        "tinyId": seen.tiny,
        "alias": seen.alias,
        "message": seen.message,
        "status": seen.status,
        "acknowledged": seen.acknowledged,
        "isSeen": seen.acknowledged,
        "tags": seen.tags,
        "snoozed": snoozed.is_some(),
        "snoozedUntil": snoozed,
        "count": alert.fired_count,
        "lastOccurredAt": alert.last_seen,
        "createdAt": alert.received_at,
        "updatedAt": changed,
        "source": seen.source,
        "owner": alert.acknowledged_by.as_ref().map_or("", |actor| actor.name()),
        "priority": seen.priority,
        "responders": responders(alert),
        "integration": { "id": integration, "name": integration, "type": "API" },
        "report": {},
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// An alert as Opsgenie shows it alone.
fn whole(app: &App, asking: &Asking, alert: &Alert) -> Value {
    const OWN: [&str; 5] = ["summary", "description", "responders", "visibleTo", "actions"];
    let mut map = shown(app, asking, alert);
    let details: Map<String, Value> = alert
        .annotations
        .iter()
        .filter(|(name, _)| !OWN.contains(name))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let seen = seen(alert);
    let actions = alert.annotations.get("actions").unwrap_or("[]");
    map.insert("entity".to_owned(), json!(seen.entity));
    map.insert("description".to_owned(), json!(seen.description));
    map.insert("details".to_owned(), Value::Object(details));
    map.insert("actions".to_owned(), serde_json::from_str(actions).unwrap_or_else(|_| json!([])));
    Value::Object(map)
}

fn answer(app: &App, asking: &Asking, data: Value) -> Answered {
    let request = format!("{:032x}", app.world.seed());
    let body = json!({ "data": data, "took": asking.took(app), "requestId": request });
    Ok((StatusCode::OK, Json(body)))
}

fn missing() -> Refused {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "Alert does not exist").into()
}

fn fitting(app: &App, asking: &Asking, query: &str) -> Result<Vec<Alert>, Refused> {
    let query = opsgenie::Query::parse(query)
        .map_err(|error| Refused::from(Problem::refused(format!("query: {error}"))))?;
    let mut found = asking.own(app);
    found.retain(|alert| query.holds(&seen(alert)));
    Ok(found)
}

/// Where the other pages are, each with the same question.
fn paging(app: &App, asked: &ListQuery, (offset, limit): (usize, usize), all: usize) -> Value {
    let page = |offset: usize| {
        let mut pairs = form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("query", &asked.query), ("sort", &asked.sort), ("order", &asked.order)]
        {
            if !value.is_empty() {
                pairs.append_pair(name, value);
            }
        }
        pairs.append_pair("offset", &offset.to_string());
        pairs.append_pair("limit", &limit.to_string());
        format!("{}/v2/alerts?{}", app.config.base_url(), pairs.finish())
    };
    let next = offset + limit;
    let mut paging =
        json!({ "first": page(0), "last": page(all.saturating_sub(1) / limit * limit) });
    if next < all && next + limit <= REACH_MAX {
        paging["next"] = json!(page(next));
    }
    paging
}

pub(super) async fn list(
    State(app): State<App>,
    asking: Asking,
    Query(asked): Query<ListQuery>,
) -> Answered {
    let mut found = fitting(&app, &asking, &asked.query)?;
    let by = |alert: &Alert| -> (String, Time) {
        let text = match asked.sort.as_str() {
            "tinyId" => format!("{:>20}", tiny(alert)),
            "alias" => alert.labels.get("alias").unwrap_or_default().to_owned(),
            "message" => alert.name().to_owned(),
            "status" => seen(alert).status.to_owned(),
            "acknowledged" => alert.acknowledged_by.is_some().to_string(),
            "count" => format!("{:>20}", alert.fired_count),
            "priority" => seen(alert).priority.to_owned(),
            _ => String::new(),
        };
        let updated = matches!(asked.sort.as_str(), "updatedAt" | "lastOccurredAt");
        (text, if updated { alert.last_seen } else { alert.received_at })
    };
    found.sort_by_cached_key(by);
    if asked.order != "asc" {
        found.reverse();
    }
    let (offset, limit) = (asked.offset.unwrap_or(0), asked.limit.unwrap_or(20));
    if !(1..=LIMIT_MAX).contains(&limit) || offset + limit > REACH_MAX {
        let message = format!("limit is 1 to {LIMIT_MAX}, and offset with it at most {REACH_MAX}");
        return Err(Problem::refused(message).into());
    }
    let page = found.iter().skip(offset).take(limit);
    let items: Vec<Map<String, Value>> = page.map(|alert| shown(&app, &asking, alert)).collect();
    let mut told = answer(&app, &asking, json!(items))?;
    told.1.0["paging"] = paging(&app, &asked, (offset, limit), found.len());
    Ok(told)
}

pub(super) async fn count(
    State(app): State<App>,
    asking: Asking,
    Query(asked): Query<ListQuery>,
) -> Answered {
    let found = fitting(&app, &asking, &asked.query)?;
    answer(&app, &asking, json!({ "count": found.len() }))
}

pub(super) async fn one(
    State(app): State<App>,
    asking: Asking,
    Path(name): Path<String>,
    Query(named): Query<Named>,
) -> Answered {
    let found = asking.find(&app, &name, &named.identifier_type).await?;
    let alert = found.ok_or_else(missing)?;
    let data = whole(&app, &asking, &alert);
    answer(&app, &asking, data)
}

/// What became of a request.
pub(super) async fn request(
    State(app): State<App>,
    asking: Asking,
    Path(request): Path<String>,
) -> Answered {
    let no_request = || {
        let message = "Request not found. It might not be processed, yet.";
        Refused::from(Problem::new(StatusCode::NOT_FOUND, "not_found", message))
    };
    let known: RequestId = request.parse().map_err(|()| no_request())?;
    let print = format!("{:016x}", known.alert).parse().map_err(|_| no_request())?;
    let alert = asking.by_print(&app, print).await?;
    let (success, status) = match known.outcome {
        Outcome::Done => (true, format!("{} done", known.action.name())),
        Outcome::Missing => (false, "Alert does not exist".to_owned()),
        Outcome::NotNow => (false, "The alert's status does not allow it".to_owned()),
    };
    let name = &*asking.source.name;
    let data = json!({
        "success": success,
        "isSuccess": success,
        "action": known.action.name(),
        "processedAt": known.at,
        "integrationId": name,
        "status": status,
        "alertId": alert.as_ref().map(|alert| alert.id.to_string()).unwrap_or_default(),
        "alias": alert.as_ref().and_then(|alert| alert.labels.get("alias")).unwrap_or_default(),
    });
    answer(&app, &asking, data)
}

/// What is told about an alert: its notes, the newest first.
pub(super) async fn about(
    State(app): State<App>,
    asking: Asking,
    Path((name, what)): Path<(String, String)>,
    Query(named): Query<Named>,
) -> Answered {
    if what != "notes" {
        let message = "only the notes of an alert are told here";
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", message).into());
    }
    let found = asking.find(&app, &name, &named.identifier_type).await?;
    let alert = found.ok_or_else(missing)?;
    let filter = journal::Filter {
        subject: Some(format!("alert:{}", alert.id)),
        kind_prefix: Some("note.".to_owned()),
        limit: 100,
        ..journal::Filter::default()
    };
    let mut conn = app.db.reader().await?;
    let entries = journal::list(&mut conn, &asking.source.space, &filter).await?;
    let notes: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let data = json!(entry.data);
            json!({
                "note": data["text"],
                "owner": entry.actor.name(),
                "createdAt": entry.at,
                "offset": entry.seq.to_string(),
            })
        })
        .collect();
    answer(&app, &asking, json!(notes))
}
