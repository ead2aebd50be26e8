//! Every figure as a series: by day, week or month, for what the filter leaves.

use std::collections::BTreeSet;

use ::contracts::compliance::{Agreement, Period, PeriodUnit, Seen, figures};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use incidents::Incident;
use kernel::{IncidentId, ItemRef, Priority, SpaceId, Time};
use objectives::{Unit, Window};
use reports::{Case, LoadLimits, Ring, load_report, times_report, totals_by};
use serde::{Deserialize, Serialize};
use spine::{Conn, Fault};
use utoipa::{IntoParams, ToSchema};

use super::alerts::{self, Asked, Read};
use super::measures::{self, Better, MeasureUnit, Measured};
use super::wanted::{self, About, Looked, Wanted};
use super::{load, routes};
use crate::access::Caller;
use crate::app::App;
use crate::csv::{Table, number};
use crate::extract::{Json, Query};
use crate::listing::Words;
use crate::practices::alerts::history::store::Filter;
use crate::practices::contracts::gather;
use crate::practices::incidents::store;
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
    /// Only these priorities, separated by commas. Alerts have none, and no figure then.
    #[param(value_type = Option<Vec<Priority>>, style = Form, explode = false)]
    priority: Words<Priority>,
    /// Only incidents that take this item away, itself or through what it needs, and alerts on it,
    /// on what it needs, and of its incidents; then its availability is told, too.
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
    /// Why there is no figure of alerts; nothing where there are some.
    alerts_left_out: Option<String>,
    /// Why there is no figure of calls; nothing where there are some.
    calls_left_out: Option<String>,
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
    let drawn = drawn(&app, &caller.space, &query, steps).await?;
    if query.format == SeriesFormat::Json {
        return Ok(Json(drawn).into_response());
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"figures.csv\""),
    ];
    Ok((headers, csv(&drawn)).into_response())
}

fn zone(query: &SeriesQuery) -> &str {
    query.time_zone.as_deref().filter(|zone| !zone.is_empty()).unwrap_or("UTC")
}

fn steps(query: &SeriesQuery, now: Time) -> Answer<Vec<reports::Period>> {
    let whole = routes::period(query.from, query.to, now)?;
    let unit = match query.step {
        Step::Day => Unit::Day,
        Step::Week => Unit::Week,
        Step::Month => Unit::Month,
    };
    let window = Window::calendar(unit, zone(query));
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

/// What the steps are drawn from, read once for all of them.
struct Kept {
    now: Time,
    incidents: Vec<Incident>,
    /// Nothing where they are left out.
    rings: Option<Vec<Ring>>,
    /// When anything is known.
    looked: Looked,
    /// The agreement that nobody made, and what happened to its item.
    own: Option<(Agreement, Seen)>,
    /// Nothing where they are left out.
    alerts: Option<Read>,
    alerts_left_out: Option<String>,
}

async fn drawn(
    app: &App,
    space: &SpaceId,
    query: &SeriesQuery,
    steps: Vec<reports::Period>,
) -> Answer<MeasureSeries> {
    let (first, last) = (steps.first(), steps.last());
    let whole = first.zip(last).map(|(a, b)| reports::Period { from: a.from, to: b.to });
    let whole = whole.ok_or_else(|| Problem::refused("the period is empty").at("from"))?;
    let kept = kept(app, space, query, whole).await?;
    // Hundreds of reports are reckoned: not on a thread that others wait for.
    let reckoned = tokio::task::spawn_blocking(move || kept.reckoned(&steps)).await;
    Ok(reckoned.map_err(|error| Fault::Other(error.to_string()))?)
}

impl Kept {
    fn reckoned(self, steps: &[reports::Period]) -> MeasureSeries {
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
        let cases: Vec<Case> = self.incidents.iter().map(routes::case).collect();
        let totals = self.alerts.as_ref();
        let totals = totals.map(|read| totals_by(&read.firings, &read.around, steps));
        for (place, step) in steps.iter().enumerate() {
            let times = times_report(&cases, *step, self.now);
            let load = self.rings.as_ref().map(|rings| {
                let rings = rings.iter().filter(|ring| step.holds(ring.at));
                load_report(&rings.cloned().collect::<Vec<Ring>>(), &LoadLimits::default())
            });
            let period = Period { name: String::new(), from: step.from, until: step.to };
            let own = self.own.as_ref().filter(|_| step.from < self.now);
            let availability = own.map(|(own, seen)| figures(own, &period, seen, self.now));
            let measured = Measured {
                times: &times,
                major: wanted::major_counts(&self.incidents, *step),
                availability: availability.as_ref(),
                alerts: totals.as_ref().and_then(|totals| totals.get(place)?.as_ref()),
                load: load.as_ref(),
            };
            let known = Some(&measured).filter(|_| self.looked.at(*step));
            for (line, measure) in lines.iter_mut().zip(&all) {
                line.values.push(known.and_then(|measured| measure.of(measured)));
                if let Some(n) = &mut line.n {
                    n.push(known.and_then(|measured| measure.n(measured)).unwrap_or_default());
                }
            }
        }
        let steps = steps.iter().map(|step| SeriesStep { from: step.from, to: step.to }).collect();
        MeasureSeries {
            steps,
            measures: lines,
            alerts_left_out: self.alerts_left_out,
            calls_left_out: self.rings.is_none().then(load::too_many),
        }
    }
}

async fn kept(
    app: &App,
    space: &SpaceId,
    query: &SeriesQuery,
    whole: reports::Period,
) -> Answer<Kept> {
    let (now, snapshot) = (app.world.now(), app.estate.snapshot(space));
    let estate = &snapshot.estate;
    if let Some(item) = &query.item {
        wanted::operated(estate, item)?;
    }
    let (item, team) = (query.item.as_ref(), query.team.as_ref());
    let wanted = Wanted { estate, priorities: &query.priority.0, item, team };
    let mut conn = app.db.reader().await?;
    // An alert of the last step may have opened its incident after it.
    let until = if item.is_some() { Time::MAX } else { whole.to };
    let from = whole.from - whole.held_against();
    let mut incidents = store::in_period(&mut conn, space, from, until).await?;
    let about = item.map(|item| {
        incidents.retain(|incident| wanted::hits(estate, item, incident));
        About::new(estate, item, &incidents)
    });
    let others = Wanted { item: None, ..wanted };
    incidents.retain(|incident| others.holds(incident));
    let ids: BTreeSet<IncidentId> = incidents.iter().map(|incident| incident.id).collect();
    let mut rings = load::rings_in(app, &mut conn, space, whole).await?;
    if let Some(rings) = rings.as_mut().filter(|_| wanted.narrows()) {
        rings.retain(|ring| ids.contains(&ring.incident));
    }
    incidents.retain(|incident| incident.opened_at < whole.to && routes::counts(incident));
    let own = match item {
        None => None,
        Some(item) => {
            let from = (whole.from, PeriodUnit::Month, zone(query));
            let own = gather::unpromised((estate, now), (item, Vec::new()), None, from);
            let facts = app.facts.since(&mut conn, space, whole.from).await?;
            let of = (estate, &[&own][..]);
            let seen = gather::seen(&mut conn, space, of, &facts, (whole.from, now)).await?;
            Some((own, seen))
        }
    };
    let (alerts, alerts_left_out) = if query.priority.0.is_empty() {
        match alerts(app, &mut conn, space, (query, about.as_ref(), whole)).await? {
            None => (None, Some(alerts::too_many())),
            read => (read, None),
        }
    } else {
        (None, Some("alerts have no priority".to_owned()))
    };
    let looked = Looked::since(&mut conn, whole.from, now).await?;
    Ok(Kept { now, incidents, rings, looked, own, alerts, alerts_left_out })
}

async fn alerts(
    app: &App,
    conn: &mut Conn,
    space: &SpaceId,
    (query, about, period): (&SeriesQuery, Option<&About>, reports::Period),
) -> Result<Option<Read>, Fault> {
    let filter = Filter {
        from: Some(period.from),
        to: Some(period.to),
        team: query.team.as_ref().map(ToString::to_string),
        ..Filter::default()
    };
    alerts::read(app, conn, space, Asked { filter: &filter, about, period }).await
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
