//! What Opsgenie's clients do to alerts.

use alerts::{Alert, Command, Fingerprint, Labels, Signal};
use axum::extract::{Path, Query, State};
use axum::http::{Method, StatusCode};
use connectors::opsgenie::{
    Action, DESCRIPTION_CHARS_MAX, Faults, MESSAGE_CHARS_MAX, NOTE_CHARS_MAX, Outcome, PRIORITIES,
    Patch, TAGS_MAX, severity_of, tags_of,
};
use kernel::{Actor, Fact, Time};
use serde_json::json;
use spine::Fault;
use spine::journal::{self, Stamp};
use tokio::sync::Mutex;

use super::read::Named;
use super::{Answered, Asking, Refused, snooze, take};
use crate::app::App;
use crate::extract::RawBody;
use crate::intake::orders;
use crate::problem::Problem;

/// One change of an alert's words at a time: each reads what the one before wrote.
static EDITS: Mutex<()> = Mutex::const_new(());

type Body = Result<RawBody, Problem>;

/// Reads what every action may say: a note, among others.
fn patch(body: Body) -> Result<Patch, Refused> {
    let RawBody(body) = body?;
    Ok(Patch::parse(&body)?)
}

/// Writes a note down, unless it is empty: in the journal, where the alert's timeline shows it.
pub(super) async fn write_note(
    app: &App,
    asking: &Asking,
    print: Fingerprint,
    note: &str,
) -> Result<(), Refused> {
    if note.trim().is_empty() {
        return Ok(());
    }
    if note.chars().count() > NOTE_CHARS_MAX {
        let problem = format!("note has at most {NOTE_CHARS_MAX} characters.");
        return Err(Faults::one("note", problem).into());
    }
    let Some(alert) = asking.by_print(app, print).await? else { return Ok(()) };
    let fact = Fact {
        subject: format!("alert:{}", alert.id),
        kind: "note.added".to_owned(),
        data: json!({ "text": note }).into(),
    };
    let (space, at) = (asking.source.space.clone(), app.world.now());
    let actor = Actor::Integration(asking.source.name.to_string());
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move {
            let stamp = Stamp { space: &space, at, actor: &actor, cause: None };
            journal::append(tx, &stamp, &[fact]).await
        })
    });
    Ok(work.await?)
}

/// What a request asks for, by its method and the last part of its address.
fn action(method: &Method, what: &str) -> Option<Action> {
    Some(match (method.as_str(), what) {
        ("POST", "close") => Action::Close,
        ("POST", "acknowledge") => Action::Acknowledge,
        ("POST", "unacknowledge") => Action::Unacknowledge,
        ("POST", "snooze") => Action::Snooze,
        ("POST", "notes") => Action::AddNote,
        ("POST", "tags") => Action::AddTags,
        ("DELETE", "tags") => Action::RemoveTags,
        ("PUT", "priority") => Action::UpdatePriority,
        ("PUT", "message") => Action::UpdateMessage,
        ("PUT", "description") => Action::UpdateDescription,
        _ => return None,
    })
}

/// Every change of an alert that has an address of its own.
pub(super) async fn change(
    State(app): State<App>,
    asking: Asking,
    Path((name, what)): Path<(String, String)>,
    Query(named): Query<Named>,
    (method, body): (Method, Body),
) -> Answered {
    let Some(action) = action(&method, &what) else {
        let what: String = what.chars().take(40).collect();
        let message = format!("{method} of `{what}` is not offered here");
        return Err(Problem::new(StatusCode::NOT_FOUND, "not_found", message).into());
    };
    perform(&app, &asking, (&name, &named), action, body).await
}

/// Nothing is forgotten here: the alert is put away, and its history stays.
pub(super) async fn delete(
    State(app): State<App>,
    asking: Asking,
    Path(name): Path<String>,
    Query(named): Query<Named>,
) -> Answered {
    let nothing = Ok(RawBody(Default::default()));
    perform(&app, &asking, (&name, &named), Action::Delete, nothing).await
}

/// Finds the alert, does the work, keeps the note, and answers.
async fn perform(
    app: &App,
    asking: &Asking,
    (name, named): (&str, &Named),
    action: Action,
    body: Body,
) -> Answered {
    let patch = patch(body)?;
    let _one_at_a_time = EDITS.lock().await;
    let Some(alert) = asking.find(app, name, &named.identifier_type).await? else {
        return asking.done(app, action, Outcome::Missing, None);
    };
    let outcome = match action {
        Action::Close if alert.stage.firing() => {
            let over = Signal { ends_at: Some(app.world.now()), ..again(&alert) };
            take(app, asking, vec![over]).await?;
            // What fires next is another matter.
            snooze::wake(app, asking, &alert).await?;
            Outcome::Done
        }
        Action::Snooze if alert.stage.firing() => {
            snooze::snooze(app, asking, &alert, &patch).await?;
            Outcome::Done
        }
        Action::Snooze => Outcome::NotNow,
        Action::Acknowledge => command(app, asking, &alert, Command::Acknowledge {}).await?,
        Action::Unacknowledge => command(app, asking, &alert, Command::Unacknowledge {}).await?,
        Action::Delete => command(app, asking, &alert, Command::Close {}).await?,
        Action::AddNote if patch.note.trim().is_empty() => {
            return Err(Faults::one("note", "Note can not be empty.").into());
        }
        Action::Close | Action::AddNote | Action::Create => Outcome::Done,
        Action::AddTags
        | Action::RemoveTags
        | Action::UpdatePriority
        | Action::UpdateMessage
        | Action::UpdateDescription => {
            let words = words(action, &alert, &patch, &named.tags)?;
            relabel(app, asking, &alert, &words).await?
        }
    };
    if outcome == Outcome::Done {
        write_note(app, asking, alert.fingerprint, &patch.note).await?;
    }
    asking.done(app, action, outcome, Some(alert.fingerprint))
}

/// Labels and annotations that a change sets; an empty one goes.
#[derive(Default)]
struct Words {
    labels: Vec<(&'static str, String)>,
    annotations: Vec<(&'static str, String)>,
}

/// What a change of an alert's words sets.
fn words(action: Action, alert: &Alert, patch: &Patch, gone: &str) -> Result<Words, Faults> {
    let present = || tags_of(alert.labels.get("tags").unwrap_or_default());
    let long = |text: &str, most: usize| text.chars().count() > most;
    let mut words = Words::default();
    match action {
        Action::AddTags => {
            let given = patch.tags.iter().map(String::as_str);
            let mut tags: Vec<&str> = present().into_iter().chain(given).collect();
            tags.sort_unstable();
            tags.dedup();
            if patch.tags.is_empty() || tags.len() > TAGS_MAX {
                let problem = format!("There are 1 to {TAGS_MAX} tags.");
                return Err(Faults::one("tags", problem));
            }
            words.labels.push(("tags", tags.join(",")));
        }
        Action::RemoveTags => {
            let gone: Vec<&str> = gone.split(',').map(str::trim).collect();
            let mut tags = present();
            tags.retain(|tag| !gone.contains(tag));
            words.labels.push(("tags", tags.join(",")));
        }
        Action::UpdatePriority => {
            if !PRIORITIES.contains(&patch.priority.as_str()) {
                let problem = "Priority is one of P1, P2, P3, P4, P5.";
                return Err(Faults::one("priority", problem));
            }
            words.labels.push(("priority", patch.priority.clone()));
            words.labels.push(("severity", severity_of(&patch.priority).to_owned()));
        }
        Action::UpdateMessage => {
            if patch.message.trim().is_empty() || long(&patch.message, MESSAGE_CHARS_MAX) {
                let problem = format!("Message has 1 to {MESSAGE_CHARS_MAX} characters.");
                return Err(Faults::one("message", problem));
            }
            words.labels.push(("alertname", patch.message.clone()));
            words.annotations.push(("summary", patch.message.clone()));
        }
        _ => {
            if long(&patch.description, DESCRIPTION_CHARS_MAX) {
                let problem =
                    format!("Description has at most {DESCRIPTION_CHARS_MAX} characters.");
                return Err(Faults::one("description", problem));
            }
            words.annotations.push(("description", patch.description.clone()));
        }
    }
    Ok(words)
}

async fn command(
    app: &App,
    asking: &Asking,
    alert: &Alert,
    command: Command,
) -> Result<Outcome, Refused> {
    let done = orders::ask(app, &asking.source, alert, command).await?;
    Ok(if done.is_some() { Outcome::Done } else { Outcome::NotNow })
}

/// The alert said once more, as it is.
fn again(alert: &Alert) -> Signal {
    Signal {
        source: alert.source.clone(),
        key: Some(alert.labels.get("alias").unwrap_or_default().into()),
        rule: None,
        labels: alert.labels.clone(),
        annotations: alert.annotations.clone(),
        starts_at: None,
        ends_at: Some(Time::MAX),
        generator_url: alert.generator_url.clone(),
    }
}

/// Describes an alert that fires anew; one that is over stays as it was.
async fn relabel(
    app: &App,
    asking: &Asking,
    alert: &Alert,
    words: &Words,
) -> Result<Outcome, Refused> {
    if !alert.stage.firing() {
        return Ok(Outcome::NotNow);
    }
    let changed = |before: &Labels, change: &[(&str, String)]| {
        let kept = before.iter().filter(|(name, _)| change.iter().all(|(other, _)| other != name));
        let set = change.iter().map(|(name, value)| (*name, value.as_str()));
        Labels::new(kept.chain(set))
    };
    let signal = Signal {
        rule: None,
        labels: changed(&alert.labels, &words.labels),
        annotations: changed(&alert.annotations, &words.annotations),
        ..again(alert)
    };
    if let Err(invalid) = signal.validate(0) {
        return Err(Faults::one(&invalid.field, invalid.problem).into());
    }
    let renamed = snooze::follow(app, asking, alert, &signal.labels).await?;
    take(app, asking, vec![signal]).await?;
    if renamed {
        snooze::wake(app, asking, alert).await?;
    }
    Ok(Outcome::Done)
}
