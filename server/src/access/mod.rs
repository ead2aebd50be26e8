//! Who is asking, and what they may do.
//
// INTERFACE used by the rest of the server (the lead wrote these signatures; fill them in):
// `Access`, `Caller` (axum extractor over State<App>), `Action`, `may`, `routes()`.

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use kernel::{Actor, ItemRef, Refusal, SpaceId};
use spine::{Db, Fault, World};
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::problem::Problem;

/// Accounts, sessions, tokens and keys.
#[derive(Clone, Default)]
pub struct Access {}

/// Whoever asks, once known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The space that the account or token belongs to.
    pub space: SpaceId,
    actor: Actor,
    person: Option<ItemRef>,
}

impl Caller {
    /// As the journal names them.
    pub fn actor(&self) -> Actor {
        self.actor.clone()
    }

    /// The person of the estate behind the account.
    pub fn person(&self) -> Option<ItemRef> {
        self.person.clone()
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Caller, Problem> {
        match app.access.caller(&app.db, &app.world, &parts.headers).await? {
            Some(caller) => Ok(caller),
            None => Err(Problem::unauthorized("sign in first")),
        }
    }
}

/// What someone wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Action {
    /// Look.
    Read,
    /// Act on incidents, alerts and pages.
    Respond,
    /// Change settings, estate and accounts.
    Administer,
}

/// Whether the caller may do it to a record of these teams.
pub fn may(caller: &Caller, action: Action, teams: &[ItemRef]) -> Result<(), Refusal> {
    let _ = (caller, action, teams);
    Ok(())
}

impl Access {
    /// With the settings of this installation.
    pub fn open(config: &crate::config::Config) -> Access {
        let _ = config;
        Access::default()
    }

    /// The one-time code that makes the first administrator, while there is no account.
    pub async fn setup_code(&self, db: &Db, world: &World) -> Result<Option<String>, Fault> {
        let _ = (db, world);
        Ok(None)
    }

    /// The space and name of an integration key.
    pub async fn integration(
        &self,
        db: &Db,
        world: &World,
        key: &str,
    ) -> Result<Option<(SpaceId, String)>, Fault> {
        let _ = (db, world, key);
        Ok(None)
    }

    /// Who sent these headers: a session's cookie (with the header against forgery where the
    /// method wants it) or an API token.
    pub async fn caller(
        &self,
        db: &Db,
        world: &World,
        headers: &HeaderMap,
    ) -> Result<Option<Caller>, Problem> {
        let _ = (db, world, headers);
        let actor = Actor::Person("dev".to_owned());
        Ok(Some(Caller { space: SpaceId::main(), actor, person: None }))
    }
}

/// Session, set-up, accounts, tokens, integration keys.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
}
