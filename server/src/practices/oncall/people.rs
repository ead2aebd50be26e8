//! How a person is called, and trying whether that works.

use ::oncall::proof::Proven;
use axum::extract::State;
use estate::{NotifyRule, PersonSpec, Spec};
use kernel::{ItemRef, OutboxId, Priority, Time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::outbox::Outcome;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::proofs::store::WayKey;
use super::proofs::{self, Reach, reach_of};
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::courier::Address;
use crate::extract::{Json, Path};
use crate::problem::{Answer, Problem};

/// Every route of how people are called.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ways)).routes(routes!(try_ways))
}

/// The person that an address names.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct PersonPath {
    /// The name in the estate.
    pub(super) name: String,
}

/// How a person is called.
#[derive(Debug, Serialize, ToSchema)]
struct Ways {
    /// The person.
    person: ItemRef,
    /// The ways that are known.
    ways: Vec<Way>,
    /// What they wish for; empty: all ways at once.
    notify: Vec<NotifyRule>,
    /// The same in words, with what does not call them.
    in_words: Vec<String>,
    /// What is weak about it: P1 calls by one way alone. `null`: nothing.
    one_way: Option<String>,
    /// The zone of their hours.
    time_zone: String,
    /// The file that says how they are called: it is changed there. `null` when it is changed here.
    kept_in: Option<String>,
    /// How well the ways that call them reach them.
    reach: Reach,
    /// Whether you may try the ways, have codes sent by them, and say how they are called.
    may_try: bool,
}

/// One way to a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ContactWay)]
struct Way {
    /// The channel: `email`, `sms` and so on.
    channel: String,
    /// The address in it; of a browser its name.
    to: String,
    /// Whether any of their wishes names it: otherwise they are never called by it.
    wanted: bool,
    /// What is missing in the settings before calls can leave by it; empty: nothing.
    problem: String,
    /// What calls by it cannot do as the settings are, although they leave; empty: nothing.
    lacks: &'static str,
    /// How it was shown that it reaches them; none: it was not.
    verified: Option<Proven>,
    /// Until when a code that was sent by it can be entered; none: there is no such code.
    code_until: Option<Time>,
}

/// Which ways to try.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct Try {
    /// One channel; every one that is known when not said.
    channel: Option<String>,
    /// One address in it; every one that is known when not said.
    to: Option<String>,
}

/// What came of trying.
#[derive(Debug, Serialize, ToSchema)]
struct Tried {
    /// One line for each way.
    results: Vec<TriedWay>,
}

/// What came of one way.
#[derive(Debug, Serialize, ToSchema)]
struct TriedWay {
    /// The channel.
    channel: String,
    /// The address.
    to: String,
    /// Whether the other side took the test.
    delivered: bool,
    /// What it said, or why it was not sent.
    detail: String,
}

/// How a person is called, and what is missing before that works.
#[utoipa::path(get, path = "/people/{name}/ways", tag = "pages",
    params(PersonPath),
    responses((status = 200, description = "The ways to the person", body = Ways)))]
async fn ways(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
) -> Answer<Json<Ways>> {
    let (person, spec) = find(&app, &caller, &name)?;
    let proofs = proofs::known(&app, &caller.space, Some(&person)).await?;
    let shown = |(method, to): (estate::ContactMethod, &str)| {
        let (channel, target) = (method.channel().to_owned(), to.to_owned());
        let proof = proofs.get(&WayKey { person: person.clone(), channel, target });
        Way {
            channel: method.channel().to_owned(),
            to: to.to_owned(),
            wanted: spec.wants(method),
            problem: app.ways.ready(method.channel()).err().unwrap_or_default(),
            lacks: app.ways.lacks(method.channel()).unwrap_or_default(),
            verified: proof.and_then(|proof| proof.proven.clone()),
            code_until: proof.and_then(|proof| proof.code_until(app.world.now())),
        }
    };
    let snapshot = app.estate.snapshot(&caller.space);
    let devices = snapshot.estate.devices(&person);
    let ways = estate::ContactMethod::ALL.into_iter();
    let known = ways.flat_map(|method| spec.reached(method, devices));
    Ok(Json(Ways {
        may_try: may_try(&caller, &person).is_ok(),
        reach: reach_of(&app, &snapshot.estate, (&person, &spec), &proofs),
        ways: known.map(shown).collect(),
        one_way: estate::one_way(&spec.notify, &spec.contact_methods),
        in_words: estate::in_words(&spec.notify, &spec.contact_methods),
        time_zone: spec.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        kept_in: snapshot.kept_in(&person).map(str::to_owned),
        notify: spec.notify.clone(),
        person,
    }))
}

/// Sends a test that says so by one way or by all, and tells what came of it. You may try your own
/// ways; administrators may try everybody's.
#[utoipa::path(post, path = "/people/{name}/ways/try", tag = "pages",
    request_body = Try, params(PersonPath),
    responses((status = 200, description = "What came of it", body = Tried)))]
async fn try_ways(
    State(app): State<App>,
    caller: Caller,
    Path(PersonPath { name }): Path<PersonPath>,
    Json(asked): Json<Try>,
) -> Answer<Json<Tried>> {
    let (person, spec) = find(&app, &caller, &name)?;
    may_try(&caller, &person)?;
    let wanted = |method: &estate::ContactMethod| {
        asked.channel.as_ref().is_none_or(|channel| channel == method.channel())
    };
    let estate = app.estate.snapshot(&caller.space);
    let devices = estate.estate.devices(&person);
    let to =
        |(_, to): &(estate::ContactMethod, &str)| asked.to.as_ref().is_none_or(|asked| asked == to);
    let ways: Vec<(&str, &str)> = estate::ContactMethod::ALL
        .iter()
        .filter(|method| wanted(method))
        .flat_map(|method| spec.reached(*method, devices).filter(to))
        .map(|(method, to)| (method.channel(), to))
        .collect();
    if ways.is_empty() {
        let channel = asked.channel.unwrap_or_default();
        return Err(Problem::refused(format!("{person} has no address for `{channel}`")));
    }
    let moment = app.moment(caller.actor());
    let tries = ways.into_iter().map(|(channel, to)| {
        let message: OutboxId = moment.id();
        let body = json!({
            "kind": "test",
            "page": null,
            "incident": null,
            "number": 0,
            "title": "This is a test of how you are called. Nothing is wrong.",
            "priority": Priority::P3,
            "service": null,
            "url_path": format!("/estate/person/{}", person.name()),
            "policy": caller.actor().name(),
            "contact": person,
            "step": 0,
            "started_at": moment.now,
        });
        let (app, space) = (&app, &caller.space);
        async move {
            let address = Address { space, channel, target: to, message };
            let (delivered, detail) = match app.ways.carry(&address, &body).await {
                Outcome::Delivered { detail } => (true, detail),
                Outcome::Failed { detail, .. } | Outcome::Rejected { detail } => (false, detail),
            };
            TriedWay { channel: channel.to_owned(), to: to.to_owned(), delivered, detail }
        }
    });
    Ok(Json(Tried { results: futures::future::join_all(tries).await }))
}

pub(super) fn find(app: &App, caller: &Caller, name: &str) -> Answer<(ItemRef, PersonSpec)> {
    let missing = || Problem::not_found("person");
    let item = ItemRef::new("person", name).ok_or_else(missing)?;
    let estate = app.estate.snapshot(&caller.space);
    match estate.estate.get(&item).map(|found| &found.spec) {
        Some(Spec::Person(spec)) => Ok((item, spec.clone())),
        _ => Err(missing()),
    }
}

pub(super) fn may_try(caller: &Caller, person: &ItemRef) -> Result<(), kernel::Refusal> {
    match caller.person().as_ref() == Some(person) {
        true => may(caller, Action::Respond, &[]),
        false => may(caller, Action::Administer, &[]),
    }
}
