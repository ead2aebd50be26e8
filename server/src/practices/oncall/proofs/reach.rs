//! Who is on call soon and is hard to reach: no verified way, or only one way.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ::oncall::proof::{Proof, Weakness};
use axum::extract::State;
use calendar::Span;
use estate::{ContactMethod, Estate, Kind, PersonSpec, Spec};
use kernel::{ItemRef, Time};
use serde::Serialize;
use utoipa::ToSchema;

use super::known;
use super::store::WayKey;
use crate::access::Caller;
use crate::app::App;
use crate::extract::Json;
use crate::problem::Answer;

/// How far ahead it is looked.
const AHEAD: Duration = Duration::from_secs(7 * 86_400);

/// Who is on call within a week and is hard to reach.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HardToReach {
    /// Whoever is on call first comes first.
    items: Vec<HardToReachPerson>,
}

/// A person who is on call soon and is hard to reach.
#[derive(Debug, Serialize, ToSchema)]
struct HardToReachPerson {
    /// The person.
    person: ItemRef,
    /// What people call them.
    name: String,
    /// When they are on call next; in the past when they are now.
    from: Time,
    /// For which schedules.
    schedules: Vec<ItemRef>,
    /// How well they are reached.
    #[serde(flatten)]
    reach: Reach,
}

/// How well somebody is reached.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, ToSchema)]
pub struct Reach {
    /// Ways that call them and that are set up.
    ways: usize,
    /// How many of these are verified.
    verified: usize,
    /// What is weak about it, as a sentence; empty: nothing.
    weakness: &'static str,
}

/// Who is on call within a week and has no verified way, or only one way at all.
#[utoipa::path(get, path = "/on-call/hard-to-reach", tag = "on-call",
    responses((status = 200, description = "Who is on call soon and is hard to reach",
        body = HardToReach)))]
pub(super) async fn reach(State(app): State<App>, caller: Caller) -> Answer<Json<HardToReach>> {
    let snapshot = app.estate.snapshot(&caller.space);
    let estate = &snapshot.estate;
    let now = app.world.now();
    let soon = on_call(estate, Span::new(now.micros(), (now + AHEAD).micros()));
    let proofs = known(&app, &caller.space, None).await?;
    let mut items: Vec<HardToReachPerson> = soon
        .into_iter()
        .filter_map(|(person, (from, schedules))| {
            let found = estate.get(&person)?;
            let Spec::Person(spec) = &found.spec else { return None };
            let reach = reach_of(&app, estate, (&person, spec), &proofs);
            let (name, schedules) = (found.title().to_owned(), schedules.into_iter().collect());
            let weak = !reach.weakness.is_empty();
            weak.then_some(HardToReachPerson { person, name, from, schedules, reach })
        })
        .collect();
    items.sort_by(|a, b| (a.from, &a.person).cmp(&(b.from, &b.person)));
    Ok(Json(HardToReach { items }))
}

/// Whoever has a turn in a window: when first, and by which schedules.
fn on_call(estate: &Estate, window: Span) -> BTreeMap<ItemRef, (Time, BTreeSet<ItemRef>)> {
    let mut people: BTreeMap<ItemRef, (Time, BTreeSet<ItemRef>)> = BTreeMap::new();
    for schedule in estate.of_kind(Kind::Schedule) {
        // A schedule that cannot be worked out says so on its own page.
        for turn in estate.turns(schedule.item(), window).unwrap_or_default() {
            let Some(person) = ItemRef::new("person", &turn.person) else { continue };
            let from = Time::from_micros(turn.span.from);
            let (first, schedules) = people.entry(person).or_insert((from, BTreeSet::new()));
            *first = from.min(*first);
            schedules.insert(schedule.item().clone());
        }
    }
    people
}

/// How well somebody is reached, by the ways that they wish for and that are set up.
pub fn reach_of(
    app: &App,
    estate: &Estate,
    (person, spec): (&ItemRef, &PersonSpec),
    proofs: &BTreeMap<WayKey, Proof>,
) -> Reach {
    let used =
        |method: &ContactMethod| spec.wants(*method) && app.ways.ready(method.channel()).is_ok();
    let devices = estate.devices(person);
    let ways = ContactMethod::ALL.into_iter().filter(used);
    let proven: Vec<bool> = ways
        .flat_map(|method| spec.reached(method, devices))
        .map(|(method, target)| {
            let (channel, target) = (method.channel().to_owned(), target.to_owned());
            let key = WayKey { person: person.clone(), channel, target };
            proofs.get(&key).is_some_and(|proof| proof.proven.is_some())
        })
        .collect();
    Reach {
        ways: proven.len(),
        verified: proven.iter().filter(|proven| **proven).count(),
        weakness: Weakness::of(&proven).map_or("", Weakness::sentence),
    }
}
