//! Who is on shift now and who is away: what whoever picks a person has to know, and the refusal
//! where somebody who is away is picked without a word about it.

use std::collections::BTreeMap;

use axum::extract::State;
use estate::{Estate, Kind, Spec};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::note::{shown, zone_of};
use crate::access::Caller;
use crate::app::App;
use crate::extract::Json;
use crate::listing::Items;
use crate::problem::{Answer, Problem};

/// Somebody who is on shift now, or away.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Presence {
    /// Who.
    person: ItemRef,
    /// The schedules by which they are on call now.
    on_call: Vec<ItemRef>,
    /// Whether they are away.
    away: bool,
    /// Until when they are away; nobody knows when `null`.
    away_until: Option<Time>,
}

/// Who is on shift now, and who is away until when; everybody else is neither.
#[utoipa::path(get, path = "/on-call/people", tag = "on-call",
    responses((status = 200, description = "Who is on shift or away", body = Items<Presence>)))]
pub(super) async fn people(
    State(app): State<App>,
    caller: Caller,
) -> Answer<Json<Items<Presence>>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let (estate, now) = (&snapshot.estate, app.world.now());
    let mut on_call: BTreeMap<ItemRef, Vec<ItemRef>> = BTreeMap::new();
    for schedule in estate.of_kind(Kind::Schedule) {
        if let Some(person) = estate.on_call(schedule.item(), now) {
            on_call.entry(person).or_default().push(schedule.item().clone());
        }
    }
    let items = estate.of_kind(Kind::Person).filter_map(|found| {
        let person = found.item().clone();
        let (on_call, away) = (on_call.remove(&person), until(estate, &person, now));
        (on_call.is_some() || away.is_some()).then(|| Presence {
            person,
            on_call: on_call.unwrap_or_default(),
            away: away.is_some(),
            away_until: away.flatten(),
        })
    });
    Ok(Json(Items { items: items.collect() }))
}

/// Refuses what is planned for somebody who is away now.
///
/// # Errors
/// Until when they are away, and how to do it all the same.
pub(crate) fn there(estate: &Estate, person: &ItemRef, now: Time) -> Answer<()> {
    let Some(until) = until(estate, person, now) else { return Ok(()) };
    let name = estate.get(person).map_or(person.name(), |found| found.title());
    let zone = match estate.get(person).map(|found| &found.spec) {
        Some(Spec::Person(spec)) => zone_of(spec, "UTC"),
        _ => jiff::tz::TimeZone::UTC,
    };
    let until = match until {
        Some(until) => format!("until {}", shown(until.micros(), &zone)),
        None => "and nobody knows until when".to_owned(),
    };
    Err(Problem::refused(format!("{name} is away {until}")).remedy(
        "name somebody who is there, or say that it shall be so even if they are away \
         (`even_if_away`, `--even-if-away`)",
    ))
}

/// Until when somebody is away who is away now, over absences that follow each other at once;
/// `None`: they are there, `Some(None)`: nobody knows until when.
fn until(estate: &Estate, person: &ItemRef, now: Time) -> Option<Option<Time>> {
    let mut until = estate.away(person, now)?.end;
    while let Some(end) = until {
        match estate.away(person, end) {
            Some(next) => until = next.end,
            None => break,
        }
    }
    Some(until)
}
