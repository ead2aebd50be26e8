//! Proving that a way reaches its person: codes that are sent and entered, and calls that are
//! answered. What is proven stands beside the estate, bound to person, way and address.

mod reach;
pub mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use ::oncall::proof::{Entered, How, Proof, Proven};
use axum::extract::State;
use connectors::link::LinkKey;
use estate::ContactMethod;
use kernel::{Actor, Fact, ItemRef, OutboxId, SpaceId, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::journal::{self, Stamp};
use spine::outbox::Outcome;
use spine::{Denied, Fault, Tx};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::devices;
use super::people::{PersonPath, find, may_try};
use crate::access::Caller;
use crate::app::App;
use crate::courier::Address;
use crate::extract::{Json, Path};
use crate::problem::{Answer, Problem};

pub use reach::{Reach, reach_of};
use store::WayKey;

/// The kind of a journal entry on a person whose way was proven.
pub const VERIFIED: &str = "way.verified";

/// Every route of proofs.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(send_code))
        .routes(routes!(verify))
        .routes(routes!(reach::reach))
}

/// A way of a person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyWay {
    /// The channel: `email`, `sms` and so on.
    channel: String,
    /// The address in it; the only one when not said.
    #[serde(default)]
    to: Option<String>,
}

/// A code that came by a way.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EnterCode {
    /// The channel: `email`, `sms` and so on.
    channel: String,
    /// The address in it; the only one when not said.
    #[serde(default)]
    to: Option<String>,
    /// The six digits; spaces do not matter.
    #[schema(max_length = 20)]
    code: String,
}

/// A code that was sent.
#[derive(Debug, Serialize, ToSchema)]
struct CodeSent {
    /// The channel.
    channel: String,
    /// The address.
    to: String,
    /// Until when it can be entered.
    until: Time,
    /// What the other side said.
    detail: String,
}

/// A way that was proven.
#[derive(Debug, Serialize, ToSchema)]
struct WayVerified {
    /// The channel.
    channel: String,
    /// The address.
    to: String,
    /// When, how and by whom.
    verified: Proven,
}

/// Sends a code by a way, which is entered to prove that the way reaches its person. You may prove
/// your own ways; administrators may do it for everybody who tells them the code.
#[utoipa::path(post, path = "/people/{name}/ways/code", tag = "pages",
    request_body = VerifyWay, params(PersonPath),
    responses((status = 200, description = "It was sent", body = CodeSent)))]
async fn send_code(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<VerifyWay>,
) -> Answer<Json<CodeSent>> {
    let key = way(&app, &caller, &name, (&asked.channel, asked.to.as_deref()))?;
    app.ways.ready(&key.channel).map_err(Problem::refused)?;
    let code = format!("{:06}", app.world.seed() % 1_000_000);
    let (mark, now) = (mark(&app, &key, &code), app.world.now());
    let (space, kept) = (caller.space.clone(), key.clone());
    let until = app
        .db
        .write::<_, Denied, _>(move |tx| {
            Box::pin(async move {
                let mut proof = store::seize(tx, &space, &kept).await?;
                let until = proof.send(mark, now).map_err(Denied::Refused)?;
                store::put(tx, &space, &kept, &proof).await?;
                Ok(until)
            })
        })
        .await?;
    let message: OutboxId = app.moment(caller.actor()).id();
    let WayKey { channel, target, .. } = &key;
    let address = Address { space: &caller.space, channel, target, message };
    match app.ways.code(&address, &code).await {
        Outcome::Delivered { detail } => {
            Ok(Json(CodeSent { channel: key.channel, to: key.target, until, detail }))
        }
        Outcome::Failed { detail, .. } | Outcome::Rejected { detail } => {
            Err(Problem::refused(format!("the code did not leave: {detail}")))
        }
    }
}

/// Enters the code that came by a way: from then on the way counts as verified.
#[utoipa::path(post, path = "/people/{name}/ways/verify", tag = "pages",
    request_body = EnterCode, params(PersonPath),
    responses((status = 200, description = "It is verified", body = WayVerified)))]
async fn verify(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<EnterCode>,
) -> Answer<Json<WayVerified>> {
    let key = way(&app, &caller, &name, (&asked.channel, asked.to.as_deref()))?;
    let digits: String = asked.code.chars().filter(|c| !c.is_whitespace()).take(20).collect();
    let entered = mark(&app, &key, &digits);
    let (space, kept, actor, now) =
        (caller.space.clone(), key.clone(), caller.actor(), app.world.now());
    // A wrong try is kept, too.
    let (came, proven) = app
        .db
        .write::<_, Fault, _>(move |tx| {
            Box::pin(async move {
                let mut proof = store::seize(tx, &space, &kept).await?;
                let came = proof.enter(|mark| mark == entered, &actor, now);
                store::put(tx, &space, &kept, &proof).await?;
                if came == Entered::Right {
                    tell(tx, &space, &kept, &actor, (How::Code, now)).await?;
                }
                Ok((came, proof.proven))
            })
        })
        .await?;
    match (came, proven) {
        (Entered::Right, Some(verified)) => {
            Ok(Json(WayVerified { channel: key.channel, to: key.target, verified }))
        }
        (Entered::Wrong { left }, _) => {
            let tries = if left == 1 { "1 try is" } else { &format!("{left} tries are") };
            Err(Problem::refused(format!("this is not the code that was sent: {tries} left")))
        }
        _ => Err(Problem::refused("there is no code to enter, or no longer: have one sent")),
    }
}

/// The way that somebody means, when they may prove it.
fn way(
    app: &App,
    caller: &Caller,
    name: &str,
    (channel, to): (&str, Option<&str>),
) -> Answer<WayKey> {
    let (person, spec) = find(app, caller, name)?;
    may_try(caller, &person)?;
    if channel == ContactMethod::Push.channel() {
        let why = "a browser was added in itself by its person: there is nothing to prove";
        return Err(Problem::refused(why));
    }
    let known = ContactMethod::ALL.into_iter().find(|method| method.channel() == channel);
    let address = known.and_then(|method| spec.address(method));
    match address.filter(|address| to.is_none_or(|to| to == *address)) {
        Some(target) => {
            let (channel, target) = (channel.to_owned(), target.to_owned());
            Ok(WayKey { person, channel, target })
        }
        None => Err(Problem::refused(format!("{person} has no such address for `{channel}`"))),
    }
}

/// What is kept of a code: nobody who reads the database can find the code by trying all.
fn mark(app: &App, key: &WayKey, code: &str) -> String {
    let WayKey { person, channel, target } = key;
    LinkKey::new(&app.keys.links).mark(&[person.as_str(), channel, target, code])
}

/// A call was answered by a way: it reaches its person. What fails here is logged alone; the
/// answer counts.
pub async fn answered(app: &App, space: &SpaceId, key: WayKey, how: How) {
    let (space, now) = (space.clone(), app.world.now());
    let actor = Actor::Link(key.person.name().to_owned());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let mut proof = store::seize(tx, &space, &key).await?;
            if proof.answered(how, &actor, now) {
                store::put(tx, &space, &key, &proof).await?;
                tell(tx, &space, &key, &actor, (how, now)).await?;
            }
            Ok(())
        })
    });
    if let Err(fault) = work.await {
        tracing::error!(error = %fault.chain(), "that a way was answered by was not written down");
    }
}

/// Writes down on the person that a way was proven.
async fn tell(
    tx: &mut Tx,
    space: &SpaceId,
    key: &WayKey,
    actor: &Actor,
    (how, at): (How, Time),
) -> Result<(), Fault> {
    let fact = Fact {
        subject: format!("item:{}", key.person),
        kind: VERIFIED.to_owned(),
        data: json!({ "channel": key.channel, "to": key.target, "how": how }).into(),
    };
    journal::append(tx, &Stamp { space, at, actor, cause: None }, &[fact]).await
}

/// The data of such an entry.
#[derive(Clone, Debug, Deserialize)]
pub struct Told {
    channel: String,
    to: String,
    how: How,
}

/// What such an entry tells, in words.
pub fn describe(told: &Told) -> String {
    let how = match told.how {
        How::Code => "by a code",
        How::Link => "by answering a call",
        How::Digit => "by a digit on the telephone",
        How::Text => "by answering with a text message",
        How::Added => "by adding it",
    };
    format!("{} to {} verified {how}", told.channel, told.to)
}

/// What is known of the ways of a person, or of everybody; browsers count as proven by whoever
/// added them.
///
/// # Errors
/// When the database refuses.
pub async fn known(
    app: &App,
    space: &SpaceId,
    person: Option<&ItemRef>,
) -> Result<BTreeMap<WayKey, Proof>, Fault> {
    let mut conn = app.db.reader().await?;
    let mut known: BTreeMap<WayKey, Proof> =
        store::list(&mut conn, space, person).await?.into_iter().collect();
    let people = match person {
        Some(person) => vec![person.clone()],
        None => devices::store::all(&mut conn, space).await?.into_keys().collect(),
    };
    for person in people {
        for device in devices::store::of_person(&mut conn, space, &person).await? {
            let by = Actor::Person(person.name().to_owned());
            let proven = Proven { at: device.created_at, how: How::Added, by };
            let channel = ContactMethod::Push.channel().to_owned();
            let key = WayKey { person: person.clone(), channel, target: device.name };
            known.insert(key, Proof { proven: Some(proven), ..Proof::default() });
        }
    }
    Ok(known)
}
