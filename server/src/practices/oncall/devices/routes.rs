//! HTTP faces of the browsers in which people are called.

use axum::extract::State;
use axum::http::StatusCode;
use connectors::webpush::{SenderKey, Subscription};
use kernel::Refusal;
use serde::{Deserialize, Serialize};
use spine::{Denied, Fault};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Change, Device, Happened, MOST, free_name, store};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::{Json, Path};
use crate::practices::oncall::people::{PersonPath, find, may_try};
use crate::problem::{Answer, Problem};

/// Longest name of a browser, in characters.
const NAME_CHARS_MAX: usize = 60;

/// Every route of browsers.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, add)).routes(routes!(remove))
}

/// The browser that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct DevicePath {
    /// The person.
    name: String,
    /// What they call the browser.
    device: String,
}

/// The browsers in which a person is called.
#[derive(Debug, Serialize, ToSchema)]
struct PushDevices {
    /// The oldest first.
    items: Vec<Device>,
    /// The key that a browser is subscribed with: `applicationServerKey`, in base64url.
    public_key: String,
    /// How many one person may have.
    most: usize,
    /// Whether you may add the browser that you sit at: you are that person.
    may_add: bool,
    /// Whether you may remove them.
    may_remove: bool,
}

/// A browser to be added, as its `PushSubscription` says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPushDevice {
    /// What to call it. A number is put behind when another one is called so.
    #[schema(min_length = 1, max_length = 60)]
    name: String,
    /// Its push service.
    #[schema(max_length = 2048)]
    endpoint: String,
    /// Its public key, in base64url.
    p256dh: String,
    /// Its secret, in base64url.
    auth: String,
}

/// The browsers in which a person is called, and what a browser is subscribed with.
#[utoipa::path(get, path = "/people/{name}/devices", tag = "pages",
    params(PersonPath),
    responses((status = 200, description = "Their browsers", body = PushDevices)))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<Json<PushDevices>> {
    let (person, _) = find(&app, &caller, &name)?;
    let items = store::of_person(&mut app.db.reader().await?, &caller.space, &person).await?;
    Ok(Json(PushDevices {
        items,
        public_key: SenderKey::new(&app.keys.push).public(),
        most: MOST,
        may_add: caller.person().as_ref() == Some(&person)
            && may(&caller, Action::Respond, &[]).is_ok(),
        may_remove: may_try(&caller, &person).is_ok(),
    }))
}

/// Adds the browser that you sit at: calls to you are shown in it from now on. A browser belongs
/// to whoever added it last.
#[utoipa::path(post, path = "/people/{name}/devices", tag = "pages",
    request_body = NewPushDevice, params(PersonPath),
    responses((status = 201, description = "The browser", body = Device)))]
async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<NewPushDevice>,
) -> Answer<(StatusCode, Json<Device>)> {
    let (person, _) = find(&app, &caller, &name)?;
    may(&caller, Action::Respond, &[])?;
    if caller.person().as_ref() != Some(&person) {
        let message = format!("only {person} can add a browser in which they are called");
        return Err(Problem::forbidden(message)
            .remedy("sign in with the account of that person, in that browser"));
    }
    let wanted = asked.name.trim().to_owned();
    if !(1..=NAME_CHARS_MAX).contains(&wanted.chars().count()) || wanted.contains('/') {
        let message = format!("a name has 1 to {NAME_CHARS_MAX} characters, none of them `/`");
        return Err(Problem::refused(message).at("name"));
    }
    let subscription =
        Subscription { endpoint: asked.endpoint, p256dh: asked.p256dh, auth: asked.auth };
    subscription.check().map_err(|wrong| Problem::refused(wrong.why).at(wrong.field))?;
    let plain =
        serde_json::to_vec(&subscription).map_err(|error| Fault::corrupt("push device", error))?;
    let sealed = app.keys.seal(&plain, &app.world)?;
    let print = subscription.print();
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let work = app.db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let change = Change { space: &space, person: &person, actor: &actor, at };
            if let Some((before, name)) = store::by_print(tx, &space, &print).await? {
                store::delete(tx, &space, &before, &name).await?;
                if before != person {
                    let change = Change { person: &before, ..change };
                    change.tell(tx, Happened::Removed, &name, "").await?;
                }
            }
            let known = store::of_person(tx, &space, &person).await?;
            if known.len() >= MOST {
                let message = format!(
                    "{person} is called in {MOST} browsers already; remove one of them first"
                );
                return Err(Refusal::not_allowed(message).into());
            }
            let device = Device { name: free_name(&wanted, &known), print, created_at: at };
            if !store::insert(tx, &space, &person, &device, &sealed).await? {
                let message = "this browser is just being added; try again";
                return Err(Refusal::not_allowed(message).into());
            }
            change.tell(tx, Happened::Added, &device.name, "").await?;
            Ok(device)
        })
    });
    let device = work.await?;
    app.estate.reload(&app.db).await?;
    Ok((StatusCode::CREATED, Json(device)))
}

/// Removes a browser: the person is no longer called in it. You may remove your own; administrators
/// may remove everybody's.
#[utoipa::path(delete, path = "/people/{name}/devices/{device}", tag = "pages",
    params(DevicePath),
    responses((status = 204, description = "It is removed")))]
async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(DevicePath { name, device }): Path<DevicePath>,
) -> Answer<StatusCode> {
    let (person, _) = find(&app, &caller, &name)?;
    may_try(&caller, &person)?;
    let (space, actor, at) = (caller.space.clone(), caller.actor(), app.world.now());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let found = store::delete(tx, &space, &person, &device).await?;
            if found {
                let change = Change { space: &space, person: &person, actor: &actor, at };
                change.tell(tx, Happened::Removed, &device, "").await?;
            }
            Ok(found)
        })
    });
    if !work.await? {
        return Err(Problem::not_found("browser of that name"));
    }
    app.estate.reload(&app.db).await?;
    Ok(StatusCode::NO_CONTENT)
}
