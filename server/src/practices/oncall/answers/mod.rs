//! Answers by text message: whoever was called takes the incident, or has the next called.
//!
//! Providers hand messages in (`door`), or are asked for them while somebody is called (`poll`).
//! What a message means is decided by value in `meaning`.
//!
//! **Invariants:** a message counts once. It does no more than the link in a call would, and only
//! for a person who has its number and was called before it was sent. An unknown number gets no
//! answer.

mod door;
mod meaning;
pub mod poll;
mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ::streams::called_now;
use connectors::paging::{Asked, Received};
use estate::{ContactMethod, Estate, Spec};
use kernel::{Actor, ItemRef, Message, SpaceId, Time};
use oncall::{Command, Page};
use serde_json::json;
use spine::{Fault, outbox};

pub use door::routes;

use super::routes as page_routes;
use super::store::{self as page_store, PAGES};
use crate::app::App;
use crate::commands::{self, Asker, Call};
use crate::courier::NOTE;
use crate::problem::Answer;
use meaning::Called;

/// How many pages that wait are looked at.
const PAGES_MAX: i64 = 2_000;
/// How many times a number is told in [`ANSWERS_SPAN`] how to answer: two machines could go on and
/// on.
const ANSWERS_MAX: i64 = 6;
const ANSWERS_SPAN: Duration = Duration::from_secs(10 * 60);
/// How long it is known which messages were taken.
const LIFE: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Longest name of a message and longest number, in bytes.
const NAME_BYTES_MAX: usize = 100;

/// Does what a message asks for, and answers it; once, however often it comes.
///
/// # Errors
/// When the database refuses: the message has to come again.
pub async fn take(app: &App, message: &Received) -> Answer<()> {
    let space = SpaceId::main();
    if message.id.len() > NAME_BYTES_MAX || message.from.len() > NAME_BYTES_MAX {
        return Ok(());
    }
    if store::is_taken(&mut app.db.reader().await?, &space, &message.id).await? {
        return Ok(());
    }
    let people = owners(&app.estate.snapshot(&space).estate, &message.from);
    let (came, said) = match people.is_empty() {
        true => (Came::Unknown, None),
        false => {
            let (came, said) = done(app, &space, &people, message).await?;
            (came, Some(said))
        }
    };
    if keep(app, message, (came, said)).await? {
        metrics::counter!("operate_sms_answers_total", "result" => came.name()).increment(1);
    }
    Ok(())
}

/// What came of a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Came {
    /// Nobody has its number.
    Unknown,
    /// It is no answer.
    NotUnderstood,
    /// It is one, and nothing or too much waits for it.
    NotMeant,
    /// A rule said no.
    Refused,
    /// Somebody has it.
    Acknowledged,
    /// The next is called.
    Escalated,
}

impl Came {
    fn name(self) -> &'static str {
        match self {
            Came::Unknown => "unknown_number",
            Came::NotUnderstood => "not_understood",
            Came::NotMeant => "not_meant",
            Came::Refused => "refused",
            Came::Acknowledged => "acknowledged",
            Came::Escalated => "escalated",
        }
    }

    /// Whether what is said may be left out: a machine could have sent the message.
    fn spares(self) -> bool {
        matches!(self, Came::NotUnderstood | Came::NotMeant)
    }
}

/// The people who have a number.
fn owners(estate: &Estate, number: &str) -> Vec<ItemRef> {
    let has = |spec: &Spec| match spec {
        Spec::Person(person) => [ContactMethod::Sms, ContactMethod::Voice]
            .into_iter()
            .any(|way| person.address(way) == Some(number)),
        _ => false,
    };
    let found = estate.resources().filter(|resource| has(&resource.spec));
    found.map(|resource| resource.item().clone()).collect()
}

/// Does what is asked; tells what came of it, and what to say to whoever sent it.
async fn done(
    app: &App,
    space: &SpaceId,
    people: &[ItemRef],
    message: &Received,
) -> Answer<(Came, String)> {
    let asked = Asked::parse(&message.text);
    let mut conn = app.db.reader().await?;
    let pages: Vec<Page> = match asked {
        Some(Asked::Acknowledge(Some(number)) | Asked::Escalate(Some(number))) => {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            store::of_number(&mut conn, space, number).await?
        }
        _ => {
            let waiting = page_store::waiting(&mut conn, space, PAGES_MAX).await?;
            waiting.into_iter().map(|found| found.record).collect()
        }
    };
    drop(conn);
    let called = Called { pages: &pages, people, sent_at: message.sent_at };
    let Some(asked) = asked else {
        return Ok((Came::NotUnderstood, called.how_to_answer()));
    };
    let (page, person) = match called.meant(asked) {
        Ok(meant) => meant,
        Err(why) => return Ok((Came::NotMeant, why)),
    };
    let number = page.summary.number;
    let command = match asked {
        Asked::Acknowledge(_) => Command::Acknowledge {},
        Asked::Escalate(_) => {
            let estate = &app.estate.snapshot(space).estate;
            Command::Escalate { fresh: called_now(page, estate, app.world.now()) }
        }
    };
    let asker = Asker { space: space.clone(), actor: Actor::Link(person.name().to_owned()) };
    let call = Call { expected: None, key: Some(key(message)) };
    let order = (&PAGES, page.id, command);
    let done = commands::execute(app, asker, call, order, page_routes::view).await;
    Ok(match (asked, done) {
        (_, Err(problem)) if problem.status >= 500 => return Err(problem),
        (_, Err(problem)) => (Came::Refused, format!("#{number}: not done, {}.", problem.detail)),
        (Asked::Escalate(_), Ok(_)) => {
            (Came::Escalated, format!("#{number}: the next in line is called."))
        }
        (Asked::Acknowledge(_), Ok(taken)) => {
            let by = taken["acknowledged_by"].as_str().unwrap_or_default();
            match by.rsplit(':').next() {
                Some(by) if by == person.name() => {
                    (Came::Acknowledged, format!("#{number} is yours. Nobody else is called."))
                }
                Some(by) if !by.is_empty() => {
                    (Came::Acknowledged, format!("{by} has #{number} already."))
                }
                _ => (Came::Acknowledged, format!("#{number} needs nobody any more.")),
            }
        }
    })
}

/// Makes a repeat harmless.
fn key(message: &Received) -> String {
    let plain = message.id.chars().filter(char::is_ascii_graphic);
    format!("sms-{}", plain.collect::<String>())
}

/// Remembers that a message was taken, together with what is said to it; false when somebody else
/// did so already.
async fn keep(
    app: &App,
    message: &Received,
    (came, said): (Came, Option<String>),
) -> Result<bool, Fault> {
    let (app, message) = (app.clone(), message.clone());
    let inside = app.clone();
    let work = app.db.write::<_, Fault, _>(move |tx| {
        let (app, message, said) = (inside.clone(), message.clone(), said.clone());
        Box::pin(async move {
            let (space, now) = (SpaceId::main(), app.world.now());
            let answers = store::answered(tx, &space, &message.from, now - ANSWERS_SPAN).await?;
            let said = said.filter(|_| answers < ANSWERS_MAX || !came.spares());
            let number = said.as_ref().map(|_| message.from.as_str());
            let fresh = store::take(tx, &space, (&message.id, number), now).await?;
            if let Some(text) = said.filter(|_| fresh) {
                let answer = Message {
                    id: app.moment(Actor::system("sms")).id(),
                    channel: ContactMethod::Sms.channel().to_owned(),
                    target: message.from.clone(),
                    body: json!({ "kind": NOTE, "text": text }),
                };
                outbox::add(tx, &space, &[("sms", &answer)], now).await?;
            }
            Ok(fresh)
        })
    });
    work.await
}

/// Forgets messages that came long ago.
///
/// # Errors
/// When the database refuses.
pub async fn forget(app: &App, now: Time) -> Result<(), Fault> {
    let work = app.db.write::<_, Fault, _>(move |tx| {
        Box::pin(async move { store::forget(tx, &SpaceId::main(), now - LIFE).await })
    });
    work.await
}
