//! The link in a mail that offers a shift: shows what is offered, and takes it or says no on one
//! click, so that nobody has to sign in to help a colleague.
//!
//! Following the link changes nothing: mail programs follow links to look for harm. The buttons on
//! its page do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use connectors::seal::{Seal, Unsealed};
use estate::Spec;
use kernel::{Actor, ItemRef, SpaceId, SwapId};
use serde::Deserialize;
use spine::engine;
use swaps::{Command, Given, Stage, Swap};

use super::store::SWAPS;
use super::{hands, telling};
use crate::app::App;
use crate::commands::Asker;
use crate::html::{escaped, page};
use crate::practices::estate::live::Snapshot;
use crate::practices::oncall::note::{shown, zone_of};

/// The routes of links.
pub fn routes() -> Router<App> {
    Router::new().route("/swap/{token}", get(show).post(answer))
}

/// Where somebody answers an offer without signing in, until it lapses.
pub fn address(app: &App, swap: &Swap, person: &ItemRef) -> String {
    let (id, until) = (swap.id.to_string(), swap.until());
    let token = seal(app).seal(&[id.as_str(), person.as_str()], until);
    format!("{}/swap/{token}", app.config.base_url())
}

fn seal(app: &App) -> Seal {
    Seal::new(&app.keys.links, "operate: answer an offered shift")
}

/// An offer, and whom the link was made for.
struct Found {
    swap: Swap,
    person: ItemRef,
    snapshot: Arc<Snapshot>,
}

/// Why nothing can be shown or done.
struct No(StatusCode, &'static str, String);

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let No(status, title, text) = self;
        page(status, title, &format!("<p>{}</p>", escaped(&text)))
    }
}

async fn find(app: &App, token: &str) -> Result<Found, No> {
    let opened = seal(app).open::<2>(token, app.world.now());
    let [id, person] = opened.map_err(|why| match why {
        Unsealed::Expired => {
            No(StatusCode::GONE, "Over", "The shift has begun: the offer has lapsed.".to_owned())
        }
        Unsealed::Forged => {
            let text = "This link is damaged or not ours; open it from the original mail.";
            No(StatusCode::FORBIDDEN, "Link not valid", text.to_owned())
        }
    })?;
    let gone = || No(StatusCode::NOT_FOUND, "Not found", "There is no such offer.".to_owned());
    let id: SwapId = id.parse().map_err(|_| gone())?;
    let person: ItemRef = person.parse().map_err(|_| gone())?;
    let mut conn = app.db.reader().await.map_err(|_| unavailable())?;
    let found = engine::load(&mut conn, &SWAPS, &SpaceId::main(), id).await;
    let swap = found.map_err(|_| unavailable())?.ok_or_else(gone)?.record;
    let snapshot = app.estate.snapshot(&SpaceId::main());
    // Who has left since takes nothing.
    if !snapshot.knows(&person) {
        return Err(gone());
    }
    Ok(Found { swap, person, snapshot })
}

fn unavailable() -> No {
    let text = "Operate cannot reach its database. Try again in a minute.";
    No(StatusCode::SERVICE_UNAVAILABLE, "Not available", text.to_owned())
}

async fn show(State(app): State<App>, Path(token): Path<String>) -> Response {
    match find(&app, &token).await {
        Ok(found) => found.view(),
        Err(no) => no.into_response(),
    }
}

/// What was pressed.
#[derive(Debug, Deserialize)]
struct Pressed {
    answer: String,
}

async fn answer(State(app): State<App>, Path(token): Path<String>, body: String) -> Response {
    let found = match find(&app, &token).await {
        Ok(found) => found,
        Err(no) => return no.into_response(),
    };
    let pressed = serde_urlencoded::from_str::<Pressed>(&body).ok();
    let person = found.person.clone();
    let command = match pressed.as_ref().map(|pressed| pressed.answer.as_str()) {
        Some("accept") => {
            let schedule = &found.swap.offer.schedule;
            let rotation = telling::rotation(&found.snapshot.estate, schedule);
            Command::Accept { of_rotation: rotation.contains(&person), person }
        }
        Some("decline") => Command::Decline { person, reason: String::new() },
        _ => return found.view(),
    };
    let actor = Actor::Link(found.person.name().to_owned());
    let asker = Asker { space: SpaceId::main(), actor };
    let done = hands::ask(&app, &asker, found.swap.id, command).await;
    match (done, find(&app, &token).await) {
        (_, Err(no)) => no.into_response(),
        (Err(problem), Ok(found)) if found.swap.stage == Stage::Offered => match problem.status {
            500.. => unavailable().into_response(),
            _ => {
                let text = format!("{}.", problem.detail);
                No(StatusCode::CONFLICT, "Not done", text).into_response()
            }
        },
        // Done, or over in another way, also when somebody was faster: its page tells which.
        (_, Ok(found)) => found.view(),
    }
}

impl Found {
    /// What is offered, with the buttons while they are of use; then what became of it.
    fn view(&self) -> Response {
        let offer = &self.swap.offer;
        let estate = &self.snapshot.estate;
        let name = |item: &ItemRef| {
            let found = estate.get(item).map(|found| found.title());
            escaped(found.unwrap_or(item.name()))
        };
        let zone = match estate.get(&self.person).map(|found| &found.spec) {
            Some(Spec::Person(person)) => zone_of(person, "UTC"),
            _ => jiff::tz::TimeZone::UTC,
        };
        let times = |given: &Given| {
            let (from, until) = (given.start.micros(), given.end.micros());
            escaped(&format!("{} to {}", shown(from, &zone), shown(until, &zone)))
        };
        let giver = name(&offer.gives.person);
        let mut about = format!(
            "<p class=\"what\"><span>{}</span><br>{}</p><p>{giver}'s shift.</p>",
            name(&offer.schedule),
            times(&offer.gives)
        );
        if let Some(wants) = &offer.wants {
            let whose = name(&wants.person);
            about += &format!("<p>In return for {whose}'s shift: {}.</p>", times(wants));
        }
        if !offer.note.is_empty() {
            about += &format!("<p>“{}”</p>", escaped(&offer.note));
        }
        let by = self.swap.answered_by.as_ref();
        let mine = by == Some(&self.person);
        let other = by.map(name).unwrap_or_default();
        let (title, rest) = match self.swap.stage {
            Stage::Offered => ("A shift is offered to you", self.buttons()),
            Stage::Accepted if mine => ("The shift is yours", format!("<p>{giver} is told.</p>")),
            Stage::Accepted => ("Taken already", format!("<p>{other} has taken it.</p>")),
            Stage::Declined if mine => ("You said no", format!("<p>{giver} is told.</p>")),
            Stage::Declined => ("Over", format!("<p>{other} has said no.</p>")),
            Stage::Withdrawn => ("Over", format!("<p>{giver} keeps the shift.</p>")),
            Stage::Lapsed => ("Over", "<p>The offer has lapsed.</p>".to_owned()),
        };
        page(StatusCode::OK, title, &(about + &rest))
    }

    fn buttons(&self) -> String {
        let button = |answer: &str, label: &str, class: &str| {
            let name = format!("name=\"answer\" value=\"{answer}\"");
            format!("<button type=\"submit\" {name}{class}>{label}</button>")
        };
        let mut buttons = button("accept", "Take the shift", "");
        let mut hint = "You are on call then; it changes hands at once.";
        // What is offered to everybody is left to the others.
        if self.swap.offer.to.is_some() {
            buttons += &button("decline", "Say no", " class=\"other\"");
        } else {
            hint = "It goes to whoever takes it first.";
        }
        format!("<form method=\"post\">{buttons}</form><p class=\"hint\">{hint}</p>")
    }
}
