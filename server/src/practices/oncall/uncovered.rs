//! Everything that asks for somebody to be on call and has nobody, over all schedules.

use ::oncall::gaps as rules;
use axum::extract::State;
use calendar::Span;
use estate::{CoverError, Demand, Estate, Spec};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::app::App;
use crate::extract::Json;
use crate::listing::Items;
use crate::problem::Answer;

/// How many gaps of one contract or calendar are listed.
const LISTED_MAX: usize = 20;

/// What asks for somebody to be on call in hours in which nobody is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Uncovered {
    /// What asks: a contract, or a calendar of a schedule.
    asked_by: ItemRef,
    /// The team of the schedules, or the provider that has none.
    team: Option<ItemRef>,
    /// The schedules that cover it together; none: the team has no schedule.
    schedules: Vec<ItemRef>,
    /// Why nobody is there, where it is no hole in a schedule; else empty.
    why: String,
    /// Why it cannot be worked out whether somebody is there: then nothing is known of its hours;
    /// empty: it can.
    problem: String,
    /// Minutes of the next eight weeks in which somebody has to be there.
    required_minutes: i64,
    /// Minutes of them with nobody.
    uncovered_minutes: i64,
    /// The first stretches with nobody, in order.
    gaps: Vec<Stretch>,
    /// How many there are altogether.
    gaps_count: usize,
}

/// A stretch of time with nobody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UncoveredStretch)]
struct Stretch {
    /// Its first moment.
    from: Time,
    /// The first moment after it.
    until: Time,
}

/// What has nobody on call in the next eight weeks, over all schedules, the nearest first; before
/// it what cannot be worked out.
#[utoipa::path(get, path = "/on-call/gaps", tag = "on-call",
    responses((status = 200, description = "What nobody covers", body = Items<Uncovered>)))]
pub(super) async fn uncovered(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Json<Items<Uncovered>>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let now = app.world.now();
    let window = Span::new(now.micros(), rules::window(now).until);
    let (mut demands, unknown) = snapshot.estate.demands(window);
    demands.retain(|demand| !demand.gaps.is_empty());
    demands.sort_by_key(|demand| demand.gaps.iter().next().map(|gap| gap.from));
    let estate = &snapshot.estate;
    let unknown = unknown.into_iter().map(|(item, error)| not_worked_out(estate, item, &error));
    Ok(Json(Items { items: unknown.chain(demands.into_iter().map(view)).collect() }))
}

/// A schedule or contract of which nobody knows whether somebody is there.
fn not_worked_out(estate: &Estate, item: ItemRef, error: &CoverError) -> Uncovered {
    let (team, schedules) = match estate.get(&item).map(|found| &found.spec) {
        Some(Spec::Schedule(spec)) => {
            (spec.team.as_ref().map(|team| team.item().clone()), vec![item.clone()])
        }
        Some(Spec::ServiceContract(contract)) => (Some(contract.provider.clone()), Vec::new()),
        _ => (None, Vec::new()),
    };
    Uncovered {
        asked_by: item,
        team,
        schedules,
        why: String::new(),
        problem: error.to_string(),
        required_minutes: 0,
        uncovered_minutes: 0,
        gaps: Vec::new(),
        gaps_count: 0,
    }
}

fn view(demand: Demand) -> Uncovered {
    let minutes = |micros: i64| micros / 60_000_000;
    let stretch = |gap: Span| Stretch {
        from: Time::from_micros(gap.from),
        until: Time::from_micros(gap.until),
    };
    Uncovered {
        why: demand.unscheduled().unwrap_or_default(),
        problem: String::new(),
        required_minutes: minutes(demand.required.total()),
        uncovered_minutes: minutes(demand.gaps.total()),
        gaps: demand.gaps.iter().take(LISTED_MAX).map(stretch).collect(),
        gaps_count: demand.gaps.len(),
        asked_by: demand.by,
        team: demand.team,
        schedules: demand.schedules,
    }
}
