//! Every figure as a series: by day, week or month, for what the filter leaves.

use std::collections::BTreeSet;

use ::contracts::compliance::{MAJOR, Period, PeriodUnit, Seen, figures};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use incidents::Incident;
use kernel::{IncidentId, ItemRef, Priority, SpaceId, Time};
use objectives::{Unit, Window};
use reports::{Case, Ring, load_report, times_report};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::measures::{self, Better, MeasureUnit, Measured};
use super::{alerts, load, routes};
use crate::access::Caller;
use crate::app::App;
use crate::csv::{Table, number};
use crate::extract::{Json, Query};
use crate::listing::Words;
use crate::practices::alerts::history::store::Filter;
use crate::practices::contracts::gather;
use crate::problem::{Answer, Problem};

/// Steps of one answer at most: days of a year and a bit.
const STEPS_MAX: usize = 400;

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(super) struct SeriesQuery {
    /// First moment; 30 days before `to` if not said. The step that holds it is the first.
    from: Option<Time>,
    /// First moment after it; now if not said.
    to: Option<Time>,
    /// How long a step is: `day`, `week` or `month`.
    #[param(inline)]
    step: Step,
    /// The zone in whose midnights steps begin, by its IANA name; UTC when not said.
    time_zone: Option<String>,
    /// Only these priorities, separated by commas.
    #[param(value_type = Option<Vec<Priority>>, style = Form, explode = false)]
    priority: Words<Priority>,
    /// Only incidents that hit this item, itself or through what it needs, and alerts on it; then
    /// its availability is told, too.
    item: Option<ItemRef>,
    /// Only incidents and alerts of this team.
    team: Option<ItemRef>,
    /// `json` or `csv`.
    #[param(inline)]
    format: SeriesFormat,
}

/// How long a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Step {
    #[default]
    Day,
    Week,
    Month,
}

/// Which form is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum SeriesFormat {
    /// As JSON.
    #[default]
    Json,
    /// Lines with commas.
    Csv,
}

/// Figures by step.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureSeries {
    /// The steps, in order.
    steps: Vec<SeriesStep>,
    /// Every figure, with a value for each step.
    measures: Vec<MeasureLine>,
}

/// A step of a series.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
struct SeriesStep {
    /// Its first moment.
    from: Time,
    /// The first moment after it.
    to: Time,
}

/// A figure with a value for each step.
#[derive(Debug, Serialize, ToSchema)]
struct MeasureLine {
    /// Its name for programs.
    name: String,
    /// Its name for people.
    title: String,
    /// In what it is told.
    unit: MeasureUnit,
    /// Which way is better; nothing where neither is.
    better: Option<Better>,
    /// The values; nothing where there is no figure.
    values: Vec<Option<f64>>,
    /// How many incidents stand behind each value, where it is a duration.
    n: Option<Vec<usize>>,
}

/// Every figure by day, week or month, for any period and filter: for charts and export. Durations
/// belong to the step in which they ended; calls are those of the incidents that the filter leaves.
#[utoipa::path(get, path = "/reports/series", tag = "reports", params(SeriesQuery),
    responses((status = 200, description = "The figures; as CSV where that was asked for",
        content((MeasureSeries = "application/json"), (String = "text/csv")))))]
pub(super) async fn series(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SeriesQuery>,
) -> Answer<Response> {
    let steps = steps(&query, app.world.now())?;
    let drawn = drawn(&app, &caller.space, &query, &steps).await?;
    if query.format == SeriesFormat::Json {
        return Ok(Json(drawn).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"figures.csv\""),
    ];
    Ok((headers, csv(&drawn)).into_response())
}

fn steps(query: &SeriesQuery, now: Time) -> Answer<Vec<reports::Period>> {
    let whole = routes::period(query.from, query.to, now)?;
    let unit = match query.step {
        Step::Day => Unit::Day,
        Step::Week => Unit::Week,
        Step::Month => Unit::Month,
    };
    let zone = query.time_zone.as_deref().filter(|zone| !zone.is_empty()).unwrap_or("UTC");
    let window = Window::calendar(unit, zone);
    let (mut at, mut steps) = (whole.from, Vec::new());
    while at < whole.to {
        let span = window.at(at.micros());
        let span = span.map_err(|error| Problem::refused(error.to_string()).at("time_zone"))?;
        let (from, to) = (Time::from_micros(span.from), Time::from_micros(span.until));
        steps.push(reports::Period { from, to });
        if steps.len() > STEPS_MAX {
            let refused = Problem::refused(format!("more than {STEPS_MAX} steps"));
            return Err(refused.at("step").remedy("ask for longer steps or a shorter time"));
        }
        at = to;
    }
    Ok(steps)
}

/// What the steps are drawn from.
struct Kept {
    incidents: Vec<Incident>,
    cases: Vec<Case>,
    rings: Vec<Ring>,
    own: Option<(::contracts::compliance::Agreement, Seen)>,
}

async fn drawn(
    app: &App,
    space: &SpaceId,
    query: &SeriesQuery,
    steps: &[reports::Period],
) -> Answer<MeasureSeries> {
    let (first, last) = (steps.first(), steps.last());
    let whole = first.zip(last).map(|(a, b)| reports::Period { from: a.from, to: b.to });
    let whole = whole.ok_or_else(|| Problem::refused("the period is empty").at("from"))?;
    let kept = kept(app, space, query, whole).await?;
    let all = measures::all();
    let mut lines: Vec<MeasureLine> = all
        .iter()
        .map(|measure| MeasureLine {
            name: measure.name.clone(),
            title: measure.title.clone(),
            unit: measure.unit,
            better: measure.better,
            values: Vec::with_capacity(steps.len()),
            n: measure.behind.map(|_| Vec::with_capacity(steps.len())),
        })
        .collect();
    let now = app.world.now();
    for step in steps {
        let times = times_report(&kept.cases, *step, app.world.now());
        let totals = totals(app, space, query, *step).await?;
        let rings: Vec<Ring> =
            kept.rings.iter().filter(|ring| step.holds(ring.at)).cloned().collect();
        let load = load_report(&rings);
        let period = Period { name: String::new(), from: step.from, until: step.to };
        let own = kept.own.as_ref().filter(|_| step.from < now);
        let availability = own.map(|(own, seen)| figures(own, &period, seen, now));
        let major = |incident: &&Incident| {
            let ended =
                matches!(incident.stage, incidents::Stage::Cancelled | incidents::Stage::Merged);
            !ended && incident.priority <= MAJOR && step.holds(incident.opened_at)
        };
        let measured = Measured {
            times: &times,
            major: kept.incidents.iter().filter(major).count(),
            availability: availability.as_ref(),
            alerts: &totals,
            load: &load,
        };
        for (line, measure) in lines.iter_mut().zip(&all) {
            line.values.push(measure.of(&measured));
            if let Some(n) = &mut line.n {
                n.push(measure.n(&measured).unwrap_or_default());
            }
        }
    }
    let steps = steps.iter().map(|step| SeriesStep { from: step.from, to: step.to }).collect();
    Ok(MeasureSeries { steps, measures: lines })
}

async fn kept(
    app: &App,
    space: &SpaceId,
    query: &SeriesQuery,
    whole: reports::Period,
) -> Answer<Kept> {
    let mut conn = app.db.reader().await?;
    let mut incidents = routes::around(&mut conn, space, whole).await?;
    let wanted = routes::Wanted {
        priorities: &query.priority.0,
        item: query.item.as_ref(),
        team: query.team.as_ref(),
    };
    incidents.retain(|incident| wanted.holds(incident));
    let ids: BTreeSet<IncidentId> = incidents.iter().map(|incident| incident.id).collect();
    let mut rings = load::rings_in(app, space, whole).await?;
    if wanted.narrows() {
        rings.retain(|ring| ids.contains(&ring.incident));
    }
    let own = match &query.item {
        None => None,
        Some(item) => {
            let (now, snapshot) = (app.world.now(), app.estate.snapshot(space));
            let zone = query.time_zone.as_deref().unwrap_or("UTC");
            let from = (whole.from, PeriodUnit::Month, zone);
            let estate = &snapshot.estate;
            let own = gather::unpromised((estate, now), (item, Vec::new()), None, from);
            let facts = app.facts.since(&mut conn, space, whole.from).await?;
            let of = (estate, &[&own][..]);
            let seen = gather::seen(&mut conn, space, of, &facts, (whole.from, now)).await?;
            Some((own, seen))
        }
    };
    let cases = incidents.iter().map(routes::case).collect();
    Ok(Kept { incidents, cases, rings, own })
}

async fn totals(
    app: &App,
    space: &SpaceId,
    query: &SeriesQuery,
    step: reports::Period,
) -> Answer<reports::Totals> {
    let text = |item: &Option<ItemRef>| item.as_ref().map(ToString::to_string);
    let filter = Filter {
        from: Some(step.from),
        to: Some(step.to),
        team: text(&query.team),
        item: text(&query.item),
        ..Filter::default()
    };
    let report = alerts::drawn(app, space, (&filter, step), 0, |_| true).await?;
    Ok(report.totals)
}

/// A row for each step, a column for each figure.
fn csv(series: &MeasureSeries) -> String {
    let mut table = Table::default();
    let names = series.measures.iter().map(|line| line.name.as_str());
    table.row(&["from", "to"].into_iter().chain(names).collect::<Vec<_>>());
    for (place, step) in series.steps.iter().enumerate() {
        let mut cells = vec![step.from.to_string(), step.to.to_string()];
        let values = series.measures.iter().map(|line| line.values.get(place).copied().flatten());
        cells.extend(values.map(number));
        table.row(&cells.iter().map(String::as_str).collect::<Vec<_>>());
    }
    table.text
}
