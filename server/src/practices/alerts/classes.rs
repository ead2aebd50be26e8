//! HTTP faces of the rules that say what an alert means.

use std::cmp::Reverse;

use alerts::{Alert, ClassRule, Classification, Classifier, Labels, Severity, Signal, Subject};
use axum::extract::State;
use axum::http::HeaderMap;
use kernel::{AlertId, ItemRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::hot::Known;
use super::routes::{AlertPath, load};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::commands::Call;
use crate::extract::{Json, Path};
use crate::practices::estate::live::Snapshot;
use crate::practices::incidents::routes::etag;
use crate::problem::{Answer, Problem};
use crate::settings;

/// Alerts and samples of one trial at most.
const TRIED_MAX: usize = 100;

/// Every route of the rules.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rules, put_rules))
        .routes(routes!(try_rules))
        .routes(routes!(draft))
}

/// The rules that classify alerts, in the order in which they are asked.
#[utoipa::path(get, path = "/settings/classification", tag = "settings",
    responses((status = 200, description = "The rules in order", body = Vec<ClassRule>,
        headers(("ETag", description = "Their version")))))]
async fn rules(
    State(app): State<App>,
    caller: Caller,
) -> Answer<(HeaderMap, Json<Vec<ClassRule>>)> {
    let mut conn = app.db.reader().await?;
    let (rules, version) =
        settings::get(&mut conn, &caller.space, settings::CLASSIFICATION).await?;
    Ok((etag(version), Json(rules)))
}

/// Replaces the rules that classify alerts. They hold for every alert that begins to fire, fires
/// again or changes its labels from now on; what fires already keeps its class until then.
#[utoipa::path(put, path = "/settings/classification", tag = "settings",
    request_body = Vec<ClassRule>, params(Call),
    responses((status = 200, description = "The rules in order", body = Vec<ClassRule>,
        headers(("ETag", description = "Their version")))))]
async fn put_rules(
    State(app): State<App>,
    caller: Caller,
    call: Call,
    Json(rules): Json<Vec<ClassRule>>,
) -> Answer<(HeaderMap, Json<Vec<ClassRule>>)> {
    may(&caller, Action::Administer, &[])?;
    compile(&rules)?;
    let name = settings::CLASSIFICATION;
    let version = settings::put(&app, &caller, name, &rules, call.expected).await?;
    Ok((etag(version), Json(rules)))
}

fn compile(rules: &[ClassRule]) -> Answer<Classifier> {
    Classifier::compile(rules).map_err(|errors| {
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let field = errors.first().map(|error| format!("{}.{}", error.index, error.field));
        Problem::refused(text.join("; ")).at(field.unwrap_or_default())
    })
}

/// What rules are tried on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassTrial {
    /// The rules to try; without them, those in force.
    #[serde(default)]
    rules: Option<Vec<ClassRule>>,
    /// So many of the alerts that are not closed, those received last first.
    #[serde(default)]
    #[schema(maximum = 100)]
    recent: usize,
    /// Alerts that need not exist.
    #[serde(default)]
    #[schema(max_items = 100)]
    samples: Vec<ClassSample>,
}

/// An alert that need not exist.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ClassSample {
    /// The integration it would come through.
    #[serde(default)]
    source: String,
    /// Its labels.
    labels: Labels,
    /// Its annotations.
    #[serde(default)]
    annotations: Labels,
}

/// What the rules say.
#[derive(Debug, Serialize, ToSchema)]
struct ClassVerdicts {
    /// Of each sample, then of each alert.
    items: Vec<ClassVerdict>,
    /// Rules that failed on one of them and were passed over.
    failed: Vec<String>,
}

/// What the rules say of an alert.
#[derive(Debug, Serialize, ToSchema)]
struct ClassVerdict {
    /// The alert; absent for a sample.
    alert: Option<AlertId>,
    /// Its name.
    name: String,
    /// The integration.
    source: String,
    /// Its severity, which stays as it is.
    severity: Severity,
    /// The item that was found for it.
    item: Option<ItemRef>,
    /// Its labels.
    labels: Labels,
    /// What the rules say; absent: no rule fits.
    classification: Option<Classification>,
    /// What was said of it when it fired; absent for a sample and for what no rule fitted.
    present: Option<Classification>,
}

/// Says what rules would make of alerts, before they are saved. Nothing is changed.
#[utoipa::path(post, path = "/settings/classification/try", tag = "settings",
    request_body = ClassTrial,
    responses((status = 200, description = "What the rules say", body = ClassVerdicts)))]
async fn try_rules(
    State(app): State<App>,
    caller: Caller,
    Json(trial): Json<ClassTrial>,
) -> Answer<Json<ClassVerdicts>> {
    if trial.recent > TRIED_MAX || trial.samples.len() > TRIED_MAX {
        let message = format!("at most {TRIED_MAX} alerts are looked at");
        return Err(Problem::refused(message).at("recent"));
    }
    let snapshot = app.estate.snapshot(&caller.space);
    let own = trial.rules.as_deref().map(compile).transpose()?;
    let classifier = own.as_ref().unwrap_or(&snapshot.classifier);
    let now = app.world.now();
    let samples = trial.samples.into_iter().map(|sample| {
        let signal = signal(sample);
        let item = snapshot.find(&signal).map(|found| found.item);
        let given = classifier.classify(&signal, item.as_ref(), now);
        of_sample(signal, item, given.as_deref().cloned())
    });
    let mut items: Vec<ClassVerdict> = samples.collect();
    items.extend(newest(&app, &caller, trial.recent).iter().map(|alert| {
        let record = &alert.record;
        of_alert(record, classifier.of(&Subject::from(record), now).as_deref().cloned())
    }));
    let failed = match &own {
        Some(own) => own.failures().map(|(name, _)| name.to_owned()).collect(),
        // Those in force fail for whoever sends alerts, too: that is no outcome of this trial.
        None => Vec::new(),
    };
    Ok(Json(ClassVerdicts { items, failed }))
}

fn signal(sample: ClassSample) -> Signal {
    Signal {
        source: sample.source.into(),
        key: None,
        rule: None,
        labels: sample.labels,
        annotations: sample.annotations,
        starts_at: None,
        ends_at: None,
        generator_url: "".into(),
    }
}

fn of_sample(
    signal: Signal,
    item: Option<ItemRef>,
    classification: Option<Classification>,
) -> ClassVerdict {
    ClassVerdict {
        alert: None,
        name: signal.labels.get("alertname").unwrap_or("unnamed").to_owned(),
        source: signal.source.to_string(),
        severity: Severity::of(&signal.labels),
        item,
        labels: signal.labels,
        classification,
        present: None,
    }
}

fn of_alert(alert: &Alert, classification: Option<Classification>) -> ClassVerdict {
    ClassVerdict {
        alert: Some(alert.id),
        name: alert.name().to_owned(),
        source: alert.source.to_string(),
        severity: alert.severity,
        item: alert.item.clone(),
        labels: alert.labels.clone(),
        classification,
        present: alert.classification.as_deref().cloned(),
    }
}

fn newest(app: &App, caller: &Caller, most: usize) -> Vec<Known> {
    if most == 0 {
        return Vec::new();
    }
    let mut all = app.alerts.all(&caller.space);
    let order = |alert: &Known| Reverse((alert.record.received_at, alert.record.id));
    if all.len() > most {
        all.select_nth_unstable_by_key(most, order);
        all.truncate(most);
    }
    all.sort_unstable_by_key(order);
    all
}

/// A rule for alerts like this one, to be finished by a person.
#[utoipa::path(get, path = "/alerts/{id}/classification-draft", tag = "alerts",
    params(AlertPath),
    responses((status = 200, description = "A rule that fits the alert", body = ClassRule)))]
async fn draft(
    State(app): State<App>,
    caller: Caller,
    Path(AlertPath { id }): Path<AlertPath>,
) -> Answer<Json<ClassRule>> {
    Ok(Json(ClassRule::draft(&load(&app, &caller, id).await?.record)))
}

/// Compiles the rules that can be used. Wrong ones are refused when they are saved; one that an
/// older Operate let in must not switch the others off.
pub fn usable(rules: &[ClassRule]) -> Classifier {
    Classifier::compile(rules).unwrap_or_else(|errors| {
        for error in &errors {
            tracing::warn!(%error, "a rule that classifies is passed over");
        }
        let wrong = |index: &usize| errors.iter().any(|error| error.index == *index);
        let numbered = rules.iter().enumerate().filter(|(index, _)| !wrong(index));
        let rest: Vec<ClassRule> = numbered.map(|(_, rule)| rule.clone()).collect();
        Classifier::compile(&rest).unwrap_or_default()
    })
}

/// What the rules of a space make of a signal: its item, and what it means.
pub fn find(snapshot: &Snapshot, signal: &Signal, now: kernel::Time) -> alerts::Found {
    let matched = snapshot.find(signal);
    let item = matched.as_ref().map(|found| &found.item);
    let classification = snapshot.classifier.classify(signal, item, now);
    alerts::Found { matched, classification }
}
