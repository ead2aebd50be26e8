//! The settings of chat services, and trying whether they work. Which there are and what has to be
//! entered for each is said by the services themselves.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use connectors::chat::{About, SERVICES, Service, Setup, service};
use connectors::receivers::Secret;
use estate::Spec;
use kernel::{Fact, ItemRef, SpaceId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Fault;
use spine::journal::{self, Stamp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::setup::kept;
use super::store;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::Json;
use crate::problem::{Answer, Problem};

/// Longest entry, in bytes.
const ENTRY_BYTES_MAX: usize = 500;
/// Longest name of a room, in characters.
const ROOM_LENGTH_MAX: usize = 100;

/// Every route of these settings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(put)).routes(routes!(attempt))
}

/// How a chat service is set up.
#[derive(Debug, Serialize, ToSchema)]
struct ChatSettings {
    /// Its name in addresses and files.
    name: &'static str,
    /// Its name for people.
    title: &'static str,
    /// What to do to set it up, step by step.
    steps: &'static [&'static str],
    /// What has to be entered.
    entries: Vec<ChatEntry>,
    /// What to enter there as the address for buttons, forms and the slash command.
    request_url: String,
    /// How a room is written.
    room_example: &'static str,
    /// The rooms of teams that show incidents.
    rooms: Vec<TeamRoom>,
}

/// Something that has to be entered for a chat service.
#[derive(Debug, Serialize, ToSchema)]
struct ChatEntry {
    /// Its name.
    name: &'static str,
    /// Its name for people.
    label: &'static str,
    /// How it looks.
    example: &'static str,
    /// Whether it is never shown.
    secret: bool,
    /// Whether it is known, from here or from the settings file.
    known: bool,
    /// What it is, unless it is secret.
    value: Option<String>,
}

/// A room of a team.
#[derive(Debug, Serialize, ToSchema)]
struct TeamRoom {
    /// The team.
    team: ItemRef,
    /// The room.
    room: String,
}

/// What a chat service is spoken to with, by the names of its entries. What is left out stays as it
/// is; an empty text forgets it.
#[derive(Default, Deserialize, ToSchema)]
#[serde(transparent)]
struct ChatEntries(BTreeMap<String, String>);

/// What to try.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct ChatTrial {
    /// A room in which a word is said; without one only the token is tried.
    #[schema(max_length = 100)]
    room: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
struct ChatTried {
    /// Whether the service took it.
    works: bool,
    /// What it said, or what to mend.
    detail: String,
}

/// What another key file sealed is as good as not there: it has to be entered anew.
async fn entered(app: &App, space: &SpaceId, service: &dyn Service) -> Result<Setup, Fault> {
    match app.ways.rooms().entered(space, service).await {
        Err(fault) if !fault.outage() => Ok(Setup::default()),
        known => known,
    }
}

fn named(name: &str) -> Answer<&'static dyn Service> {
    service(name).ok_or_else(|| Problem::not_found("chat service"))
}

/// How every chat service is set up, without secrets.
#[utoipa::path(get, path = "/settings/chat", tag = "settings",
    responses((status = 200, description = "How each is set up", body = Vec<ChatSettings>)))]
async fn list(State(app): State<App>, caller: Caller) -> Answer<Json<Vec<ChatSettings>>> {
    let mut settings = Vec::new();
    for service in SERVICES {
        settings.push(shown(&app, &caller.space, service).await?);
    }
    Ok(Json(settings))
}

async fn shown(
    app: &App,
    space: &SpaceId,
    service: &'static dyn Service,
) -> Result<ChatSettings, Fault> {
    let About { name, title, entries, room_example, steps, .. } = service.about();
    let spoken = app.ways.rooms().speak(service, entered(app, space, service).await?);
    let entry = |entry: &connectors::chat::Entry| {
        let value = spoken.setup.get(entry.name);
        ChatEntry {
            name: entry.name,
            label: entry.label,
            example: entry.example,
            secret: entry.secret,
            known: !value.is_empty(),
            value: (!entry.secret).then(|| value.to_owned()),
        }
    };
    let snapshot = app.estate.snapshot(space);
    let rooms = snapshot.estate.resources().filter_map(|resource| match &resource.spec {
        Spec::Team(team) => {
            let (_, room) = team.chat.rooms().find(|(service, _)| service == name)?;
            Some(TeamRoom { team: resource.item().clone(), room: room.to_owned() })
        }
        _ => None,
    });
    Ok(ChatSettings {
        name,
        title,
        steps,
        entries: entries.iter().map(entry).collect(),
        request_url: spoken.at(app.world.now()).request_url.to_owned(),
        room_example,
        rooms: rooms.collect(),
    })
}

/// Sets what a chat service is spoken to with. It is sealed, and secrets are shown nowhere.
#[utoipa::path(put, path = "/settings/chat/{service}", tag = "settings",
    params(("service" = String, Path, description = "The name of the service")),
    request_body = ChatEntries,
    responses((status = 200, description = "How it is set up", body = ChatSettings)))]
async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(ChatEntries(asked)): Json<ChatEntries>,
) -> Answer<Json<ChatSettings>> {
    may(&caller, Action::Administer, &[])?;
    let service = named(&name)?;
    let known = entered(&app, &caller.space, service).await?;
    let setup = changed(service.about(), known, &asked)?;
    let sealed = app.keys.seal(kept(&setup).as_bytes(), &app.world)?;
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let names: Vec<String> = asked.into_keys().collect();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let name = service.about().name;
            store::put_secrets(tx, &space, name, &sealed).await?;
            let fact = Fact {
                subject: format!("setting:chat_{name}"),
                kind: "setting.edited".to_owned(),
                // Which ones, never what they are.
                data: json!({ "changed": names }).into(),
            };
            let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
            journal::append(tx, &stamp, &[fact]).await
        })
    });
    work.await?;
    Ok(Json(shown(&app, &caller.space, service).await?))
}

/// What is known, with what was asked for. Secrets that were entered for one address are not taken
/// along to another.
fn changed(about: &About, known: Setup, asked: &BTreeMap<String, String>) -> Answer<Setup> {
    let mut setup = known;
    let moved = about.entries.iter().any(|entry| {
        let wanted = asked.get(entry.name).map(|wanted| wanted.trim());
        !entry.secret && wanted.is_some_and(|wanted| wanted != setup.get(entry.name))
    });
    if moved {
        setup = Setup::default();
    }
    for (name, wanted) in asked {
        let Some(entry) = about.entries.iter().find(|entry| entry.name == name) else {
            let why = format!("{} has nothing of this name", about.title);
            return Err(Problem::refused(why).at(name));
        };
        let plain = wanted.trim();
        let fits = plain.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if plain.len() > ENTRY_BYTES_MAX || !fits || (entry.secret && plain.contains("://")) {
            let what = entry.label.to_lowercase();
            return Err(Problem::refused(format!("this is no {what} of {}", about.title)).at(name));
        }
        if !entry.secret && !plain.is_empty() && !is_address(plain) {
            let why = "write the address with https:// or http://, without a query";
            return Err(Problem::refused(why).at(name));
        }
        setup.0.insert(name.clone(), Secret::new(plain));
    }
    Ok(setup)
}

/// Whether a text begins an address of a service.
fn is_address(text: &str) -> bool {
    let url = text.parse::<axum::http::Uri>();
    url.is_ok_and(|url| {
        let scheme = url.scheme_str().is_some_and(|scheme| ["http", "https"].contains(&scheme));
        let host = url.authority().is_some_and(|authority| !authority.as_str().contains('@'));
        scheme && host && url.query().is_none()
    })
}

/// Tries whether a chat service takes the token, and says a word in a room when one is named.
#[utoipa::path(post, path = "/settings/chat/{service}/try", tag = "settings",
    params(("service" = String, Path, description = "The name of the service")),
    request_body = ChatTrial,
    responses((status = 200, description = "What came of it", body = ChatTried)))]
async fn attempt(
    State(app): State<App>,
    caller: Caller,
    Path(name): Path<String>,
    Json(asked): Json<ChatTrial>,
) -> Answer<Json<ChatTried>> {
    may(&caller, Action::Administer, &[])?;
    let service = named(&name)?;
    if asked.room.as_ref().is_some_and(|room| room.chars().count() > ROOM_LENGTH_MAX) {
        let why = format!("a room has a name of at most {ROOM_LENGTH_MAX} characters");
        return Err(Problem::refused(why).at("room"));
    }
    let rooms = app.ways.rooms();
    let spoken = rooms.speak(service, entered(&app, &caller.space, service).await?);
    let tried = async {
        let at = spoken.at(app.world.now());
        let said = service.greeting(&rooms.told(&spoken, &service.test(&at)).await?);
        let Some(room) = asked.room.filter(|room| !room.trim().is_empty()) else {
            return Ok(said);
        };
        let text = "This is a test of Operate. Nothing is wrong.";
        rooms.told(&spoken, &service.say(&at, room.trim(), text)).await?;
        Ok(format!("{said} A word was said in {}.", room.trim()))
    };
    Ok(Json(match tried.await {
        Ok(detail) => ChatTried { works: true, detail },
        Err(detail) => ChatTried { works: false, detail },
    }))
}
