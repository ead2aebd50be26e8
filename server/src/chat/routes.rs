//! The settings of chat services, and trying whether they work.

use axum::extract::State;
use connectors::chat::slack;
use connectors::receivers::Secret;
use estate::Spec;
use kernel::{Fact, ItemRef};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Fault;
use spine::journal::{self, Stamp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::rooms::Secrets;
use super::{SLACK, store};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::Json;
use crate::problem::{Answer, Problem};

/// Longest secret, in bytes.
const SECRET_BYTES_MAX: usize = 500;

/// Every route of these settings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get_slack, put_slack)).routes(routes!(try_slack))
}

/// How Slack is set up.
#[derive(Debug, Serialize, ToSchema)]
struct SlackSettings {
    /// Whether a token of a bot is known, from here or from the settings file.
    token: bool,
    /// Whether the secret is known that Slack signs its requests with.
    signing_secret: bool,
    /// What to enter in the app as the request URL, for interactivity and for the slash command.
    request_url: String,
    /// The rooms of teams that show incidents.
    rooms: Vec<TeamRoom>,
}

/// A room of a team.
#[derive(Debug, Serialize, ToSchema)]
struct TeamRoom {
    /// The team.
    team: ItemRef,
    /// The room.
    room: String,
}

/// What Slack is spoken to with. What is left out stays as it is; an empty text forgets it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct SlackSecrets {
    /// The bot's token (`xoxb-…`).
    #[schema(max_length = 500)]
    token: Option<String>,
    /// The signing secret of the app.
    #[schema(max_length = 500)]
    signing_secret: Option<String>,
}

/// Longest name of a room, in characters.
const ROOM_LENGTH_MAX: usize = 100;

/// What to try.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct SlackTrial {
    /// A room in which a word is said; without one only the token is tried.
    #[schema(max_length = 100)]
    room: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
struct SlackTried {
    /// Whether Slack took it.
    works: bool,
    /// What it said, or what to mend.
    detail: String,
}

/// What another key file sealed is as good as not there: it has to be entered anew.
fn readable(secrets: Result<Secrets, Fault>) -> Result<Secrets, Fault> {
    match secrets {
        Err(fault) if !fault.outage() => Ok(Secrets::default()),
        known => known,
    }
}

/// How Slack is set up, without its secrets.
#[utoipa::path(get, path = "/settings/chat/slack", tag = "settings",
    responses((status = 200, description = "How it is set up", body = SlackSettings)))]
async fn get_slack(State(app): State<App>, caller: Caller) -> Answer<Json<SlackSettings>> {
    let secrets = readable(app.ways.rooms().secrets(&caller.space).await)?;
    let snapshot = app.estate.snapshot(&caller.space);
    let rooms = snapshot.estate.resources().filter_map(|resource| match &resource.spec {
        Spec::Team(team) => {
            let room = team.chat.slack.clone()?;
            Some(TeamRoom { team: resource.item().clone(), room })
        }
        _ => None,
    });
    Ok(Json(SlackSettings {
        token: !secrets.token.is_empty(),
        signing_secret: !secrets.signing_secret.is_empty(),
        request_url: format!("{}/api/v1/chat/slack", app.ways.base_url()),
        rooms: rooms.collect(),
    }))
}

/// Sets what Slack is spoken to with. It is sealed, and shown nowhere.
#[utoipa::path(put, path = "/settings/chat/slack", tag = "settings", request_body = SlackSecrets,
    responses((status = 200, description = "How it is set up", body = SlackSettings)))]
async fn put_slack(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<SlackSecrets>,
) -> Answer<Json<SlackSettings>> {
    may(&caller, Action::Administer, &[])?;
    let mut changed = Vec::new();
    let known = readable(app.ways.rooms().entered(&caller.space).await)?;
    let mut choose = |name: &'static str, wanted: Option<String>, known: Secret| {
        let Some(wanted) = wanted else { return Ok(known) };
        let plain = wanted.trim();
        if plain.len() > SECRET_BYTES_MAX || !plain.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Problem::refused("this is no secret of Slack").at(name));
        }
        changed.push(name);
        Ok(Secret::new(plain))
    };
    let secrets = Secrets {
        token: choose("token", asked.token, known.token)?,
        signing_secret: choose("signing_secret", asked.signing_secret, known.signing_secret)?,
    };
    let kept = json!({
        "token": secrets.token.reveal(), "signing_secret": secrets.signing_secret.reveal(),
    });
    let sealed = app.keys.seal(kept.to_string().as_bytes(), &app.world)?;
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            store::put_secrets(tx, &space, SLACK, &sealed).await?;
            let fact = Fact {
                subject: "setting:chat_slack".to_owned(),
                kind: "setting.edited".to_owned(),
                // Which ones, never what they are.
                data: json!({ "changed": changed }).into(),
            };
            let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
            journal::append(tx, &stamp, &[fact]).await
        })
    });
    work.await?;
    get_slack(State(app), caller).await
}

/// Tries whether Slack takes the token, and says a word in a room when one is named.
#[utoipa::path(post, path = "/settings/chat/slack/try", tag = "settings",
    request_body = SlackTrial,
    responses((status = 200, description = "What came of it", body = SlackTried)))]
async fn try_slack(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<SlackTrial>,
) -> Answer<Json<SlackTried>> {
    may(&caller, Action::Administer, &[])?;
    if asked.room.as_ref().is_some_and(|room| room.chars().count() > ROOM_LENGTH_MAX) {
        let why = format!("a room has a name of at most {ROOM_LENGTH_MAX} characters");
        return Err(Problem::refused(why).at("room"));
    }
    let rooms = app.ways.rooms();
    let tried = async {
        let api = rooms.api(&caller.space).await?;
        let said = slack::greeting(&rooms.told(&api.test()).await?);
        let Some(room) = asked.room.filter(|room| !room.trim().is_empty()) else {
            return Ok(said);
        };
        let text = "This is a test of Operate. Nothing is wrong.";
        rooms.told(&api.say(room.trim(), text)).await?;
        Ok(format!("{said} A word was said in {}.", room.trim()))
    };
    Ok(Json(match tried.await {
        Ok(detail) => SlackTried { works: true, detail },
        Err(detail) => SlackTried { works: false, detail },
    }))
}
