//! What another target or window would have come to, with what was counted.

use axum::extract::State;
use budgets::Explained;
use estate::{ContractPeriod, ObjectiveWindow, Within};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::exclusions;
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
    OpenApiRouter::new().routes(routes!(what_if)).routes(routes!(budget))
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
        spec.target = checked(target)?;
    }
    if let Some(text) = &asked.window {
        spec.window = window(text, spec.window.time_zone.take())?;
    }
    let now = terms::settled(&snapshot, known, app.world.now());
    let past = exclusions::past(&mut app.db.reader().await?, &caller.space, &spec).await?;
    let terms = terms::terms((&snapshot, &past), &spec, now).map_err(Problem::refused)?;
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
    let described = terms::described(&snapshot, &spec);
    let state = if figures.budget.counted { figures.stance.into() } else { BudgetState::Unknown };
    Ok(Json(WhatIf {
        target: spec.target,
        window_seconds: window / 1_000_000,
        budget_minutes: terms.target.budget() * (window / MINUTE) as f64,
        minutes_left,
        remaining: figures.remaining.filter(|_| figures.budget.counted),
        state,
        sentence: sentence(spec.target, minutes_left, window),
        explained: budgets::explain(&terms, &figures, described.as_deref()),
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

/// What an objective that is being written would allow.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct BudgetQuery {
    /// The target, in percent.
    target: f64,
    /// The window: `28d`, `12h`, or `week`, `month`, `quarter`, `year`.
    window: String,
    /// How many events there are on a day, where that is known.
    per_day: Option<f64>,
}

/// What a target over a window allows.
#[derive(Debug, Serialize, ToSchema)]
struct BudgetAllowed {
    /// How long the window is.
    window_seconds: i64,
    /// The budget, in minutes of complete failure.
    budget_minutes: f64,
    /// How many events may be bad, where it is known how many there are.
    events: Option<f64>,
    /// The same in sentences.
    sentences: Vec<String>,
}

/// What a target over a window allows, before there is an objective: for whoever writes one.
#[utoipa::path(get, path = "/budget", tag = "objectives", params(BudgetQuery),
    responses((status = 200, description = "What it allows", body = BudgetAllowed)))]
async fn budget(
    State(app): State<App>,
    _: Caller,
    Query(asked): Query<BudgetQuery>,
) -> Answer<Json<BudgetAllowed>> {
    let target = checked(asked.target)?;
    if asked.per_day.is_some_and(|events| !(events.is_finite() && events >= 0.0)) {
        let refused = Problem::refused("this is no number of events").at("per_day");
        return Err(refused.remedy("write how many there are on a day, such as 10000"));
    }
    let span = window(&asked.window, None)?.engine().at(app.world.now().micros());
    let length = span.map_err(|error| Problem::refused(error.to_string()).at("window"))?.length();
    Ok(Json(allowed(target, length, asked.per_day)))
}

fn allowed(target: f64, length: i64, per_day: Option<f64>) -> BudgetAllowed {
    const DAY: f64 = 1_440.0 * MINUTE as f64;
    let share = 1.0 - target / 100.0;
    let budget = share * length as f64;
    let window = budgets::length(length);
    let of_all = per_day.map(|events| events * length as f64 / DAY);
    let mut sentences = vec![match budget.round() as i64 {
        0 => format!("{target} % over {window}: nothing may ever go wrong."),
        micros => format!(
            "{target} % over {window} allows {} of complete failure.",
            budgets::length(micros)
        ),
    }];
    if let Some(all) = of_all {
        let bad = (all * share + 1e-6).floor();
        sentences.push(format!("Of about {all:.0} events in that time {bad:.0} may be bad."));
        if bad < 10.0 {
            sentences.push(
                "That is too few to tell luck from trouble: take a longer window, a lower target, \
                 or count slices of time."
                    .to_owned(),
            );
        }
    }
    BudgetAllowed {
        window_seconds: length / 1_000_000,
        budget_minutes: budget / MINUTE as f64,
        events: of_all.map(|all| all * share),
        sentences,
    }
}

fn checked(target: f64) -> Answer<f64> {
    if target > 0.0 && target <= 100.0 {
        return Ok(target);
    }
    let message = format!("{target} is no target");
    Err(Problem::refused(message).at("target").remedy("write one such as 99.9"))
}

fn window(text: &str, time_zone: Option<String>) -> Answer<ObjectiveWindow> {
    parsed(text, time_zone).ok_or_else(|| {
        let shown = text.chars().take(32).collect::<String>();
        Problem::refused(format!("`{shown}` is no window"))
            .at("window")
            .remedy("write 28d, 12h, week, month, quarter or year")
    })
}

fn parsed(text: &str, time_zone: Option<String>) -> Option<ObjectiveWindow> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const THIRTY_DAYS: i64 = 30 * 1_440 * MINUTE;

    #[test]
    fn a_budget_is_told_in_time_and_in_events_of_whoever_asks() {
        let told = allowed(99.9, THIRTY_DAYS, Some(10_000.0));
        assert!((told.budget_minutes - 43.2).abs() < 1e-6);
        assert_eq!(told.sentences[1], "Of about 300000 events in that time 300 may be bad.");
        let few = allowed(99.9, THIRTY_DAYS, Some(100.0));
        assert!(few.sentences[2].starts_with("That is too few"), "{:?}", few.sentences);
        let none = allowed(100.0, THIRTY_DAYS, None);
        assert!(none.sentences[0].ends_with("nothing may ever go wrong."));
    }

    #[test]
    fn what_is_no_target_or_window_is_refused_with_a_remedy() {
        assert!(checked(0.0).is_err() && checked(100.5).is_err() && checked(99.9).is_ok());
        assert!(window("400d", None).is_err() && window("soon", None).is_err());
        assert!(window("28d", None).is_ok() && window("month", None).is_ok());
    }
}
