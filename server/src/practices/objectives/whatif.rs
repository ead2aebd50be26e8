//! What another target or window would have come to, with what was counted.

use axum::extract::State;
use budgets::Explained;
use estate::{ContractPeriod, ObjectiveWindow, Within};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::routes::{ObjectivePath, found};
use super::terms;
use super::views::BudgetState;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::problem::{Answer, Problem};

const MINUTE: i64 = 60_000_000;

/// The route of what would be.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(what_if))
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct WhatIfQuery {
    /// Another target, in percent.
    target: Option<f64>,
    /// Another window: `28d`, `12h`, or `week`, `month`, `quarter`, `year`.
    window: Option<String>,
}

/// What it would have come to.
#[derive(Debug, Serialize, ToSchema)]
struct WhatIf {
    /// The target, in percent.
    target: f64,
    /// How long the window is.
    window_seconds: i64,
    /// The budget, in minutes of complete failure.
    budget_minutes: f64,
    /// What would be left of it; negative when overspent.
    minutes_left: Option<f64>,
    /// The share that would be left.
    remaining: Option<f64>,
    /// What its policy would say.
    state: BudgetState,
    /// The whole in one sentence.
    sentence: String,
    /// In sentences.
    explained: Explained,
}

/// What another target or window would come to, reckoned with what was counted.
#[utoipa::path(get, path = "/objectives/{name}/what-if", tag = "objectives",
    params(ObjectivePath, WhatIfQuery),
    responses((status = 200, description = "What it would be", body = WhatIf)))]
async fn what_if(
    State(app): State<App>,
    caller: Caller,
    Path(ObjectivePath { name }): Path<ObjectivePath>,
    Query(asked): Query<WhatIfQuery>,
) -> Answer<Json<WhatIf>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let known = found(&snapshot, &name)?;
    let mut spec = known.spec.clone();
    if let Some(target) = asked.target {
        if !(target > 0.0 && target <= 100.0) {
            let message = format!("{target} is no target");
            return Err(Problem::refused(message).at("target").remedy("write one such as 99.9"));
        }
        spec.target = target;
    }
    if let Some(text) = &asked.window {
        spec.window = window(text, spec.window.time_zone.take()).ok_or_else(|| {
            Problem::refused(format!(
                "`{}` is no window",
                text.chars().take(32).collect::<String>()
            ))
            .at("window")
            .remedy("write 28d, 12h, week, month, quarter or year")
        })?;
    }
    let now = terms::settled(&snapshot, &spec, app.world.now());
    let terms = terms::terms(&snapshot, &spec, now).map_err(Problem::refused)?;
    let refused = |error: objectives::WindowError| Problem::refused(error.to_string());
    let from = terms.window.at(now.micros()).map_err(refused)?.from / MINUTE;
    app.objectives.fill(&app.db, &caller.space, &name, from).await?;
    let figures = app
        .objectives
        .with(&caller.space, &name, |buckets| budgets::figures(&terms, buckets, now))
        .ok_or_else(|| Problem::not_found("objective"))?
        .map_err(refused)?;
    let minutes_left = budgets::minutes_left(&terms, &figures).filter(|_| figures.budget.counted);
    let window = figures.window.length();
    let state = if figures.budget.counted { figures.stance.into() } else { BudgetState::Unknown };
    Ok(Json(WhatIf {
        target: spec.target,
        window_seconds: window / 1_000_000,
        budget_minutes: terms.target.budget() * (window / MINUTE) as f64,
        minutes_left,
        remaining: figures.remaining.filter(|_| figures.budget.counted),
        state,
        sentence: sentence(spec.target, minutes_left, window),
        explained: budgets::explain(&terms, &figures, spec.indicator.description.as_deref()),
    }))
}

fn sentence(target: f64, minutes_left: Option<f64>, window: i64) -> String {
    let window = budgets::length(window);
    let time = |minutes: f64| budgets::length((minutes.abs() * MINUTE as f64) as i64);
    match minutes_left {
        Some(left) if left >= 0.0 => {
            format!("With {target} % over {window} you would have {} left.", time(left))
        }
        Some(over) => {
            format!("With {target} % over {window} you would be {} over the budget.", time(over))
        }
        None if target >= 100.0 => "With 100 % nothing may ever go wrong.".to_owned(),
        None => format!("Nothing was counted yet over {window}."),
    }
}

fn window(text: &str, time_zone: Option<String>) -> Option<ObjectiveWindow> {
    let calendar = match text {
        "week" => Some(ContractPeriod::Week),
        "month" => Some(ContractPeriod::Month),
        "quarter" => Some(ContractPeriod::Quarter),
        "year" => Some(ContractPeriod::Year),
        _ => None,
    };
    if calendar.is_some() {
        return Some(ObjectiveWindow { rolling: None, calendar, time_zone });
    }
    let rolling: Within = text.parse().ok()?;
    let seconds = match rolling {
        Within::Days(days) => u64::from(days) * 86_400,
        Within::Time(wait) => u64::from(wait.seconds()),
    };
    (3_600..=366 * 86_400).contains(&seconds).then_some(ObjectiveWindow {
        rolling: Some(rolling),
        calendar: None,
        time_zone,
    })
}
