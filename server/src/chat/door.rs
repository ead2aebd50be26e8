//! Where chat services hand in what people did: buttons, forms and slash commands.
//!
//! **Invariant:** nothing of a request is looked at before it is known to be the service's.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use connectors::chat::{Deed, Doing, Incoming, Refused, Request, Words};
use kernel::SpaceId;

use super::commands::{Asked, written};
use super::setup::Spoken;
use super::{forms, people};
use crate::app::App;
use crate::problem::{Answer, Problem};

/// Largest request: those of services are far smaller.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The address that a service is given for buttons, forms and its slash command.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/chat/{service}", post(take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn take(
    State(app): State<App>,
    Path(service): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer<Response> {
    let missing = || Problem::not_found("chat service");
    let service = connectors::chat::service(&service).ok_or_else(missing)?;
    let spoken = app.ways.rooms().spoken(&SpaceId::main(), service).await?;
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let request = Request { header: &header, body: &body };
    let incoming =
        service.read(&spoken.at(app.world.now()), request).map_err(|refused| match refused {
            Refused::NotSetUp(why) => Problem::new(StatusCode::NOT_FOUND, "not_set_up", why)
                .remedy("enter it under Settings, Chat"),
            Refused::Unsigned(why) => Problem::unauthorized(why),
            Refused::Unreadable(why) => Problem::invalid(why),
        })?;
    let said = done(&app, &spoken, &incoming).await;
    let reply = service.reply(&spoken.at(app.world.now()), &incoming, &said);
    if let Some(call) = reply.call {
        // What cannot be said is only logged: the service is answered in any case.
        if let Err(why) = app.ways.rooms().told(&spoken, &call).await {
            tracing::warn!(error = why, "nobody was told why a button did nothing");
        }
    }
    Ok(match reply.body {
        Some(body) => axum::Json(body).into_response(),
        None => StatusCode::OK.into_response(),
    })
}

/// Does what somebody asked for; gives what to tell them, or why it was not done.
async fn done(app: &App, spoken: &Spoken, incoming: &Incoming) -> Result<String, String> {
    let (deed, incident) = match &incoming.doing {
        Doing::Nothing => return Ok(String::new()),
        Doing::Late => {
            return Err("This is too old to be trusted: use the newest message of the incident, \
                        or the slash command."
                .to_owned());
        }
        Doing::Wrote { text } => {
            return match Words::parse(text)? {
                Words::Help => Ok(connectors::chat::HELP.to_owned()),
                words => wrote(app, spoken, incoming, words).await,
            };
        }
        Doing::Pressed { deed, incident } | Doing::Submitted { deed, incident, .. } => {
            (*deed, incident.as_str())
        }
    };
    let member = people::of_chat(app, spoken, &incoming.user).await?;
    let asked = Asked { app, member: &member, key: key(spoken, incoming) };
    match (&incoming.doing, deed) {
        (Doing::Submitted { values, .. }, _) => {
            forms::submitted(&asked, deed, incident, values).await
        }
        (_, Deed::Acknowledge) => asked.acknowledge(incident).await,
        (_, Deed::Restore) => asked.restore(incident).await,
        (_, Deed::Escalate) => asked.escalate(incident).await,
        (_, Deed::Resolve | Deed::Comment) => {
            forms::open(&asked, spoken, (incoming, deed, incident)).await
        }
    }
}

async fn wrote(
    app: &App,
    spoken: &Spoken,
    incoming: &Incoming,
    words: Words,
) -> Result<String, String> {
    let member = people::of_chat(app, spoken, &incoming.user).await?;
    let asked = Asked { app, member: &member, key: key(spoken, incoming) };
    if let Words::Resolve(number) = words {
        forms::open(&asked, spoken, (incoming, Deed::Resolve, &number.to_string())).await?;
        return Ok(format!("Say how #{number} ended in the form that opens."));
    }
    written(&asked, words).await
}

/// Makes a repeat of a request harmless. A form that was refused is sent again with other words.
fn key(spoken: &Spoken, incoming: &Incoming) -> String {
    let plain: String = incoming.once.chars().filter(char::is_ascii_graphic).take(150).collect();
    let name = spoken.service.about().name;
    match &incoming.doing {
        Doing::Submitted { values, .. } => format!("{name}-{plain}-{}", forms::mark(values)),
        _ => format!("{name}-{plain}"),
    }
}
