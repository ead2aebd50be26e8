//! Where Slack hands in what people did: buttons, forms and slash commands.
//!
//! **Invariant:** nothing of a request is looked at before its signature is known to be Slack's.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use connectors::chat::slack::{Incoming, Submitted, escaped, verify};
use connectors::chat::{Deed, Form, Words};
use incidents::Verb;
use kernel::SpaceId;
use serde_json::json;

use super::commands::{Asked, written};
use super::people;
use crate::app::App;
use crate::practices::incidents::routes as incident_routes;
use crate::problem::{Answer, Problem};

/// Largest request: Slack's own are far smaller.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The address that the app in Slack names for interactivity and for its slash command.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/chat/slack", post(take))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
}

async fn take(State(app): State<App>, headers: HeaderMap, body: Bytes) -> Answer<Response> {
    let space = SpaceId::main();
    let secrets = app.ways.rooms().secrets(&space).await?;
    if secrets.signing_secret.is_empty() {
        let message = "Slack is not set up here: no signing secret is known";
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_set_up", message)
            .remedy("enter the signing secret of the app under Settings, Chat"));
    }
    let header =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = (header("x-slack-request-timestamp"), header("x-slack-signature"));
    verify(&secrets.signing_secret, signed, &body, app.world.now())
        .map_err(|unsigned| Problem::unauthorized(unsigned.to_string()))?;
    let incoming = Incoming::read(&body).map_err(Problem::invalid)?;
    Ok(match incoming {
        Incoming::Nothing => StatusCode::OK.into_response(),
        Incoming::Wrote { user, text, trigger } => {
            let said = wrote(&app, &space, (&user, &text, &trigger)).await;
            let text = said.unwrap_or_else(|why| why);
            axum::Json(json!({"response_type": "ephemeral", "text": escaped(&text)}))
                .into_response()
        }
        Incoming::Pressed { user, room, deed, incident, trigger } => {
            let press = Press { user: &user, deed, incident: &incident, trigger: &trigger };
            if let Err(why) = pressed(&app, &space, &press).await {
                whisper(&app, &space, (&room, &user), &why).await;
            }
            StatusCode::OK.into_response()
        }
        Incoming::Submitted(form) => match submitted(&app, &space, &form).await {
            Ok(_) => StatusCode::OK.into_response(),
            Err(why) => {
                let errors = json!({"response_action": "errors", "errors": {"code": why}});
                axum::Json(errors).into_response()
            }
        },
    })
}

async fn wrote(
    app: &App,
    space: &SpaceId,
    (user, text, trigger): (&str, &str, &str),
) -> Result<String, String> {
    let words = Words::parse(text)?;
    if words == Words::Help {
        return Ok(connectors::chat::HELP.to_owned());
    }
    let member = &people::of_slack(app, space, user).await?;
    let asked = Asked { app, member, key: key(trigger) };
    if let Words::Resolve(number) = words {
        ask_how(&asked, &number.to_string(), trigger).await?;
        return Ok(format!("Say how #{number} ended in the form that opens."));
    }
    written(&asked, words).await
}

/// A button that was pressed.
struct Press<'a> {
    user: &'a str,
    deed: Deed,
    incident: &'a str,
    trigger: &'a str,
}

async fn pressed(app: &App, space: &SpaceId, press: &Press<'_>) -> Result<(), String> {
    let member = &people::of_slack(app, space, press.user).await?;
    let asked = Asked { app, member, key: key(press.trigger) };
    match press.deed {
        Deed::Acknowledge => asked.acknowledge(press.incident).await.map(|_| ()),
        Deed::Restore => asked.restore(press.incident).await.map(|_| ()),
        Deed::Escalate => asked.escalate(press.incident).await.map(|_| ()),
        Deed::Resolve => ask_how(&asked, press.incident, press.trigger).await,
    }
}

async fn submitted(app: &App, space: &SpaceId, form: &Submitted) -> Result<String, String> {
    let member = &people::of_slack(app, space, &form.user).await?;
    // A form that was refused is sent again with the same name and other words.
    let key = key(&format!("{}-{}-{}", form.view, form.cause, form.code));
    let asked = Asked { app, member, key };
    asked.resolve(&form.incident, (&form.cause, &form.code), form.note.clone()).await
}

/// Opens the form that resolves an incident.
async fn ask_how(asked: &Asked<'_>, incident: &str, trigger: &str) -> Result<(), String> {
    asked.account()?;
    let Asked { app, member, .. } = asked;
    let found = incident_routes::load(app, &member.caller, incident).await;
    let found = found.map_err(|problem| format!("Not done: {}.", problem.detail))?.record;
    incident_routes::may_respond(&member.caller, &found).map_err(|no| no.to_string())?;
    let link = || format!("{}/incidents/{}", app.ways.base_url(), found.id);
    let offered = found.allowed(app.world.now());
    if !offered.iter().any(|command| command.command == Verb::Resolve.name()) {
        return Err(format!("#{} cannot be resolved now: it is {}.", found.number, found.stage));
    }
    let id = found.id.to_string();
    let (causes, codes) = (options("cause_class"), options("resolution_code"));
    let form = Form { incident: &id, number: found.number, causes: &causes, codes: &codes };
    let rooms = app.ways.rooms();
    let opened = match rooms.api(&member.caller.space).await {
        Ok(api) => rooms.told(&api.open(trigger, &form)).await,
        Err(why) => Err(why),
    };
    opened.map(|_| ()).map_err(|why| format!("The form did not open ({why}): {}", link()))
}

/// What can be chosen for a field of the command that resolves.
fn options(name: &str) -> Vec<(&'static str, &'static str)> {
    let fields = Verb::Resolve.fields().iter();
    let choices = fields.filter(|field| field.name == name).flat_map(|field| field.options);
    choices.map(|choice| (choice.value, choice.label)).collect()
}

/// Says something to one person in a room. What cannot be said is only logged: the request of
/// Slack is answered in any case.
async fn whisper(app: &App, space: &SpaceId, (room, user): (&str, &str), text: &str) {
    let rooms = app.ways.rooms();
    let said = match rooms.api(space).await {
        Ok(api) => rooms.told(&api.whisper(room, user, &escaped(text))).await,
        Err(why) => Err(why),
    };
    if let Err(why) = said {
        tracing::warn!(error = why, "nobody was told why a button did nothing");
    }
}

/// Makes a repeat of a request harmless. Slack repeats one with the same trigger.
fn key(trigger: &str) -> String {
    let plain = trigger.chars().filter(char::is_ascii_graphic).take(150);
    format!("slack-{}", plain.collect::<String>())
}
