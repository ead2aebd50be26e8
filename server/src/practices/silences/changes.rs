//! Making, changing and ending silences, for every face: web, command line, Alertmanager's API.

use kernel::{Moment, Refusal, SilenceId};
use serde_json::{Value, json};
use silences::{Command, OPEN_MAX, Plan, Silence};
use spine::engine::{self, Asked, Versioned};
use spine::{Denied, Fault, Tx};

use super::store::{self, SILENCES};
use crate::app::App;
use crate::commands::{self, Asker, Call};
use crate::problem::Answer;

/// A silence as the API shows it.
pub fn view(silence: &Silence, version: i64, now: kernel::Time) -> Value {
    json!(silence.view(version, now))
}

/// Makes a silence; the answer is the silence.
///
/// # Errors
/// When the plan is refused, or there are too many.
pub async fn create(app: &App, asker: Asker, call: Call, plan: Plan) -> Answer<Value> {
    let request = json!(["silence", &plan]);
    let answer = commands::once(app, &asker.clone(), call.key, request, move |tx, app| {
        let (asker, plan) = (asker.clone(), plan.clone());
        Box::pin(async move {
            let moment = app.moment(asker.actor);
            let asked = Asked::new(&asker.space, &moment);
            let made = open(tx, &asked, plan, None).await?;
            Ok(seen(&asker.space, &made, &moment))
        })
    })
    .await?;
    told(app, answer).await
}

/// Changes a silence as Alertmanager does: in place where that is possible, else the silence ends
/// and a new one takes over. The answer is the one that goes on.
///
/// # Errors
/// When there is no such silence, or the plan is refused.
pub async fn edit(app: &App, asker: Asker, call: Call, id: SilenceId, plan: Plan) -> Answer<Value> {
    let request = json!(["silence", id.to_string(), &plan]);
    let answer = commands::once(app, &asker.clone(), call.key.clone(), request, move |tx, app| {
        let (asker, plan, call) = (asker.clone(), plan.clone(), call.clone());
        Box::pin(async move {
            let moment = app.moment(asker.actor);
            let asked = Asked {
                space: &asker.space,
                moment: &moment,
                cause: None,
                expected: call.expected,
            };
            let after = change(tx, &asked, id, plan).await?;
            Ok(seen(&asker.space, &after, &moment))
        })
    })
    .await?;
    forget(app, &answer, id).await?;
    told(app, answer).await
}

/// Ends a silence; the answer is the silence.
///
/// # Errors
/// When there is no such silence, or it is over already.
pub async fn expire(app: &App, asker: Asker, call: Call, id: SilenceId) -> Answer<Value> {
    command(app, asker, call, id, Command::Expire { replaced_by: None }).await
}

/// Asks something of a silence; the answer is the silence.
///
/// # Errors
/// When there is no such silence, or the command is refused.
pub async fn command(
    app: &App,
    asker: Asker,
    call: Call,
    id: SilenceId,
    command: Command,
) -> Answer<Value> {
    let space = asker.space.clone();
    let shown = commands::execute(app, asker, call, (&SILENCES, id, command), view).await?;
    refresh(app, &space, &[id]).await?;
    Ok(shown)
}

/// Brings memory in line with rows that were just changed, before anybody is told so.
async fn refresh(app: &App, space: &kernel::SpaceId, ids: &[SilenceId]) -> Result<(), Fault> {
    let found = store::by_id(&mut app.db.reader().await?, space, ids).await?;
    app.silences.put(space, &found);
    Ok(())
}

/// The answer of a work with the space beside it, so that a repeated request finds its way too.
fn seen(space: &kernel::SpaceId, silence: &Versioned<Silence>, moment: &Moment) -> Value {
    json!({
        "space": space,
        "silence": view(&silence.record, silence.version, moment.now),
    })
}

async fn told(app: &App, mut answer: Value) -> Answer<Value> {
    let space = place(&answer);
    let id = answer["silence"]["id"].as_str().and_then(|id| id.parse().ok());
    refresh(app, &space, id.as_slice()).await?;
    Ok(answer["silence"].take())
}

async fn forget(app: &App, answer: &Value, id: SilenceId) -> Result<(), Fault> {
    refresh(app, &place(answer), &[id]).await
}

fn place(answer: &Value) -> kernel::SpaceId {
    kernel::SpaceId::new(answer["space"].as_str().unwrap_or_default())
}

async fn open(
    tx: &mut Tx,
    asked: &Asked<'_>,
    plan: Plan,
    replaces: Option<SilenceId>,
) -> Result<Versioned<Silence>, Denied> {
    if store::count_open(tx, asked.space).await? >= OPEN_MAX {
        let message = format!("there are {OPEN_MAX} silences already; end some of them first");
        return Err(Refusal::invalid(message).into());
    }
    let command = Command::Create { plan: Box::new(plan), replaces };
    let done = engine::open_in(tx, &SILENCES, asked.moment.id(), &command, asked).await?;
    Ok(Versioned { record: done.record, version: done.version })
}

async fn change(
    tx: &mut Tx,
    asked: &Asked<'_>,
    id: SilenceId,
    plan: Plan,
) -> Result<Versioned<Silence>, Denied> {
    let found = engine::load(tx, &SILENCES, asked.space, id).await?;
    let Some(Versioned { record, version }) = found else { return Err(Denied::Missing("silence")) };
    if let Some(expected) = asked.expected.filter(|expected| *expected != version) {
        return Err(Denied::Stale { expected, actual: version });
    }
    if record.takes_in_place(&plan, asked.moment.now) {
        let command = Command::Edit { plan: Box::new(plan) };
        let done = engine::execute_in(tx, &SILENCES, id, &command, asked).await?;
        return Ok(Versioned { record: done.record, version: done.version });
    }
    let made = open(tx, asked, plan, Some(id)).await?;
    if record.stage.open() {
        let command = Command::Expire { replaced_by: Some(made.record.id) };
        engine::execute_in(tx, &SILENCES, id, &command, asked).await?;
    }
    Ok(made)
}
