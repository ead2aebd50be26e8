//! HTTP faces of offers of shifts.

use axum::extract::State;
use axum::http::StatusCode;
use estate::Estate;
use kernel::{ItemRef, SwapId, Time};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use spine::engine::{self, Versioned};
use swaps::{Command, Given, Offer, Swap, View};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::store::{self, SWAPS};
use super::{hands, telling};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path, Query};
use crate::listing::Items;
use crate::practices::oncall::mandate;
use crate::problem::{Answer, Problem};

/// Every route of offers.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(offer))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(withdraw))
}

/// The offer that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct SwapPath {
    /// Its id (`swp_…`).
    id: SwapId,
}

#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct SwapQuery {
    /// Only those of this schedule: `schedule/shop`.
    schedule: Option<ItemRef>,
}

/// A shift that you offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSwap {
    /// The schedule: `schedule/shop`.
    schedule: ItemRef,
    /// Whose shift it is; yours when not said. Of others while they are away and you may say so.
    #[serde(default)]
    of: Option<ItemRef>,
    /// The first moment of what is given.
    start: Time,
    /// The first moment after it.
    end: Time,
    /// To whom: `person/ben`; everybody of the rotation when not said.
    #[serde(default)]
    to: Option<ItemRef>,
    /// What you want of theirs in return; nothing when not said.
    #[serde(default)]
    wants: Option<Wanted>,
    /// What there is to say.
    #[serde(default)]
    #[schema(max_length = 500)]
    note: String,
}

/// A shift that is wanted in return.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WantedShift)]
struct Wanted {
    /// Its first moment.
    start: Time,
    /// The first moment after it.
    end: Time,
}

/// Which offer was made.
#[derive(Debug, Serialize, ToSchema)]
struct MadeSwap {
    /// Its id.
    id: SwapId,
}

/// Why somebody says no.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct SwapRefusal {
    /// Why; may be left out.
    #[schema(max_length = 500)]
    reason: String,
}

/// Shifts that people offer each other, the newest first, with what you may do with each.
#[utoipa::path(get, path = "/swaps", tag = "swaps", params(SwapQuery),
    responses((status = 200, description = "The newest 200", body = Items<View>)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(SwapQuery { schedule }): Query<SwapQuery>,
) -> Answer<Json<Value>> {
    let mut conn = app.db.reader().await?;
    let found = store::recent(&mut conn, &caller.space, schedule.as_ref()).await?;
    let person = caller.person();
    let acts = may(&caller, Action::Respond, &[]).is_ok();
    let shown = |found: &Versioned<Swap>| {
        let of_rotation = of_rotation(&app, &caller, &found.record);
        let person = person.as_ref().filter(|_| acts);
        json!(found.record.view(found.version, person, of_rotation))
    };
    Ok(Json(json!({ "items": found.iter().map(shown).collect::<Vec<_>>() })))
}

fn of_rotation(app: &App, caller: &Caller, swap: &Swap) -> bool {
    let snapshot = app.estate.snapshot(&caller.space);
    let people = telling::rotation(&snapshot.estate, &swap.offer.schedule);
    caller.person().is_some_and(|person| people.contains(&person))
}

/// The person who asks.
fn oneself(caller: &Caller) -> Answer<ItemRef> {
    may(caller, Action::Respond, &[])?;
    caller.person().ok_or_else(|| {
        Problem::refused("this account is not linked to a person of the estate")
            .remedy("an administrator links it under Settings, Accounts")
    })
}

/// Offers a shift of yours, or of somebody who is away, to somebody or to everybody of the
/// rotation. Who it is for is told.
#[utoipa::path(post, path = "/swaps", tag = "swaps", request_body = NewSwap,
    responses((status = 201, description = "The offer", body = MadeSwap)))]
async fn offer(
    State(app): State<App>,
    caller: Caller,
    Json(new): Json<NewSwap>,
) -> Answer<(StatusCode, Json<MadeSwap>)> {
    let snapshot = app.estate.snapshot(&caller.space);
    let person = match new.of.filter(|of| caller.person().as_ref() != Some(of)) {
        Some(of) => stand_in(&caller, &snapshot.estate, (of, new.start))?,
        None => oneself(&caller)?,
    };
    if let Some(to) = new.to.as_ref().filter(|to| !snapshot.knows(to) || to.kind() != "person") {
        return Err(Problem::refused(format!("there is no {to}")).at("to"));
    }
    let wants = match (new.wants, &new.to) {
        (Some(_), None) => {
            return Err(Problem::refused("say whose shift you want in return").at("to"));
        }
        (Some(Wanted { start, end }), Some(to)) => Some(Given { person: to.clone(), start, end }),
        (None, _) => None,
    };
    let offer = Offer {
        schedule: new.schedule,
        gives: Given { person, start: new.start, end: new.end },
        to: new.to,
        wants,
        note: new.note,
    };
    let id = hands::offer(&app, &caller.asker(), offer).await?;
    Ok((StatusCode::CREATED, Json(MadeSwap { id })))
}

/// Somebody who is away, for whom the caller finds others.
fn stand_in(caller: &Caller, estate: &Estate, (person, start): (ItemRef, Time)) -> Answer<ItemRef> {
    mandate::of_person(caller, estate, &person)?;
    match estate.away(&person, start) {
        Some(_) => Ok(person),
        None => {
            let why = format!("{} is not away then and offers it themselves", person.name());
            Err(Problem::refused(why).at("of"))
        }
    }
}

async fn load(app: &App, caller: &Caller, id: SwapId) -> Answer<Swap> {
    let mut conn = app.db.reader().await?;
    let found = engine::load(&mut conn, &SWAPS, &caller.space, id).await?;
    Ok(found.ok_or_else(|| Problem::not_found("offer"))?.record)
}

/// Takes a shift that was offered: it changes hands at once, and so does the one in return.
#[utoipa::path(post, path = "/swaps/{id}/accept", tag = "swaps", params(SwapPath),
    responses((status = 204, description = "The shift is yours")))]
async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(SwapPath { id }): Path<SwapPath>,
) -> Answer<StatusCode> {
    let person = oneself(&caller)?;
    let of_rotation = of_rotation(&app, &caller, &load(&app, &caller, id).await?);
    let command = Command::Accept { person, of_rotation };
    hands::ask(&app, &caller.asker(), id, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Says no to a shift that was offered to you.
#[utoipa::path(post, path = "/swaps/{id}/decline", tag = "swaps", params(SwapPath),
    request_body = SwapRefusal,
    responses((status = 204, description = "The one who offered it is told")))]
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(SwapPath { id }): Path<SwapPath>,
    Json(SwapRefusal { reason }): Json<SwapRefusal>,
) -> Answer<StatusCode> {
    let command = Command::Decline { person: oneself(&caller)?, reason };
    hands::ask(&app, &caller.asker(), id, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes back an offer of yours, or of somebody who is away and of whom you may say so;
/// administrators may take back any.
#[utoipa::path(post, path = "/swaps/{id}/withdraw", tag = "swaps", params(SwapPath),
    responses((status = 204, description = "It is taken back")))]
async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path(SwapPath { id }): Path<SwapPath>,
) -> Answer<StatusCode> {
    let swap = load(&app, &caller, id).await?;
    match caller.person().as_ref() == Some(&swap.offer.gives.person) {
        true => may(&caller, Action::Respond, &[])?,
        false => {
            let (estate, gives) = (app.estate.snapshot(&caller.space), &swap.offer.gives);
            let away = estate.estate.away(&gives.person, gives.start).is_some();
            match away {
                true => mandate::of_person(&caller, &estate.estate, &gives.person)?,
                false => may(&caller, Action::Administer, &[])?,
            }
        }
    }
    hands::ask(&app, &caller.asker(), id, Command::Withdraw {}).await?;
    Ok(StatusCode::NO_CONTENT)
}
