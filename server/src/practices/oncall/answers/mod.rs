//! Answers by text message: whoever was called takes the incident, or has the next called.
//!
//! Providers hand messages in (`door`), or are asked for them while somebody is called (`poll`).
//! What a message means is decided by value in `meaning`.
//!
//! **Invariants:** a message counts once: what it does, what is said to it and that it was taken
//! are one transaction. It takes an incident, as the link in a call would, or has the next called
//! for one that nobody has or whoever sent it has; that only for a person who has its number and
//! was called before it was sent. An unknown number gets no answer. An answer to a text message
//! proves that text messages reach whoever sent it.

mod door;
mod meaning;
pub mod poll;
mod store;
#[cfg(test)]
mod tests;

use std::time::Duration;

use ::oncall::proof::How;
use ::streams::called_now;
use connectors::paging::{Asked, Received};
use estate::{ContactMethod, Estate, Spec};
use incidents::Incident;
use kernel::{Actor, ItemRef, Message, SpaceId, Time};
use oncall::{Command, Page};
use serde_json::json;
use spine::engine::{self, Versioned};
use spine::{Denied, Fault, Tx, outbox};

pub use door::routes;

use super::proofs::{self, store::WayKey};
use super::store::{self as page_store, PAGES};
use crate::access;
use crate::app::App;
use crate::commands;
use crate::courier::NOTE;
use crate::practices::incidents::store::INCIDENTS;
use crate::problem::Answer;
use meaning::{Called, SLACK};

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
    if message.id.len() > NAME_BYTES_MAX || message.from.len() > NAME_BYTES_MAX {
        return Ok(());
    }
    if store::is_taken(&mut app.db.reader().await?, &SpaceId::main(), &message.id).await? {
        return Ok(());
    }
    let message = message.clone();
    let work = commands::transact(app, move |tx, app| {
        let message = message.clone();
        Box::pin(async move { taken(tx, &app, &message).await })
    });
    if let Some((came, way)) = work.await? {
        metrics::counter!("operate_sms_answers_total", "result" => came.name()).increment(1);
        if let Some(way) = way {
            proofs::answered(app, &SpaceId::main(), way, How::Text).await;
        }
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

    /// Whether it is an answer that was accepted.
    fn counts(self) -> bool {
        matches!(self, Came::Acknowledged | Came::Escalated)
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

/// What came of a message, and the way that it answered a call by.
type Taken = (Came, Option<WayKey>);

/// Remembers a message together with what is done for it and what is said to it; `None` when
/// somebody else did so already.
async fn taken(tx: &mut Tx, app: &App, message: &Received) -> Result<Option<Taken>, Denied> {
    let (space, now) = (SpaceId::main(), app.world.now());
    let snapshot = app.estate.snapshot(&space);
    let people = owners(&snapshot.estate, &message.from);
    if people.is_empty() {
        let fresh = store::take(tx, &space, (&message.id, None), now).await?;
        return Ok(fresh.then_some((Came::Unknown, None)));
    }
    let meant = meant(tx, &space, &people, message).await?;
    let answers = store::answered(tx, &space, &message.from, now - ANSWERS_SPAN).await?;
    let spared = answers >= ANSWERS_MAX && meant.as_ref().is_err_and(|(came, _)| came.spares());
    let number = Some(message.from.as_str()).filter(|_| !spared);
    if !store::take(tx, &space, (&message.id, number), now).await? {
        return Ok(None);
    }
    let way = meant.as_ref().ok().and_then(|all| all.iter().find_map(|meant| meant.way(message)));
    let (came, said) = match meant {
        Ok(all) => all_done(tx, app, (&space, &snapshot.estate), all).await?,
        Err(told) => told,
    };
    if let Some(number) = number {
        let answer = Message {
            id: app.moment(Actor::system("sms")).id(),
            channel: ContactMethod::Sms.channel().to_owned(),
            target: number.to_owned(),
            body: json!({ "kind": NOTE, "text": said }),
        };
        outbox::add(tx, &space, &[("sms", &answer)], now).await?;
    }
    Ok(Some((came, way.filter(|_| came.counts()))))
}

/// What somebody asks for.
struct Meant {
    asked: Asked,
    page: Versioned<Page>,
    person: ItemRef,
}

/// Does everything that is meant; tells what came of it, and what to say of each.
async fn all_done(
    tx: &mut Tx,
    app: &App,
    place: (&SpaceId, &Estate),
    all: Vec<Meant>,
) -> Result<(Came, String), Denied> {
    let mut all_came: Vec<Came> = Vec::new();
    let mut all_said: Vec<String> = Vec::new();
    for meant in all {
        let (came, said) = meant.done(tx, app, place).await?;
        all_came.push(came);
        if !all_said.contains(&said) {
            all_said.push(said);
        }
    }
    let counts = all_came.iter().copied().find(|came| came.counts());
    let came = counts.or(all_came.first().copied()).unwrap_or(Came::NotMeant);
    Ok((came, all_said.join(" ")))
}

/// What a message asks for; else what comes of it, and what to say to whoever sent it.
async fn meant(
    tx: &mut Tx,
    space: &SpaceId,
    people: &[ItemRef],
    message: &Received,
) -> Result<Result<Vec<Meant>, (Came, String)>, Fault> {
    let asked = Asked::parse(&message.text);
    let pages = match asked {
        Some(Asked::Acknowledge(Some(number)) | Asked::Escalate(Some(number))) => {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            store::of_number(tx, space, number).await?
        }
        _ => store::of_open(tx, space, PAGES_MAX).await?,
    };
    let accounts = access::store::accounts(tx, space).await?;
    let own = accounts
        .into_iter()
        .filter(|account| account.person.as_ref().is_some_and(|person| people.contains(person)));
    let links = people.iter().map(|person| Actor::Link(person.name().to_owned()));
    let actors: Vec<Actor> = own.map(|account| Actor::Person(account.name)).chain(links).collect();
    let called = Called { pages: &pages, people, actors: &actors, sent_at: message.sent_at };
    let Some(asked) = asked else {
        return Ok(Err((Came::NotUnderstood, called.how_to_answer())));
    };
    let all: Vec<Meant> = match called.meant(asked) {
        Ok(all) => all
            .into_iter()
            .map(|(page, person)| Meant { asked, page: page.clone(), person: person.clone() })
            .collect(),
        Err(why) => return Ok(Err((Came::NotMeant, why))),
    };
    // A page that somebody took stays taken when its incident is over: it rings for nobody then.
    // Those that are meant are of one incident, and nobody has any of them or somebody has all.
    let page = all.first().map(|meant| &meant.page);
    if let Some(page) = page.filter(|page| !page.record.stage.unanswered())
        && matches!(asked, Asked::Escalate(_))
    {
        let incident = engine::load(tx, &INCIDENTS, space, page.record.incident).await?;
        let works =
            |found: Versioned<Incident>| found.record.is_open() && !found.record.service_is_back();
        if !incident.is_some_and(works) {
            let number = page.record.summary.number;
            return Ok(Err((Came::NotMeant, meaning::over(number))));
        }
    }
    Ok(Ok(all))
}

impl Meant {
    /// The way to whoever sent the message, when they were called by it before.
    fn way(&self, message: &Received) -> Option<WayKey> {
        let channel = ContactMethod::Sms.channel();
        let mut calls = self.page.record.calls.iter();
        let call = calls.find(|call| {
            (&call.contact, call.channel.as_str(), &call.target)
                == (&self.person, channel, &message.from)
                && call.at <= message.sent_at + SLACK
        })?;
        let (person, target) = (call.contact.clone(), call.target.clone());
        Some(WayKey { person, channel: channel.to_owned(), target })
    }

    /// Does it; tells what came of it, and what to say.
    async fn done(
        self,
        tx: &mut Tx,
        app: &App,
        (space, estate): (&SpaceId, &Estate),
    ) -> Result<(Came, String), Denied> {
        let Meant { asked, page, person } = self;
        let (number, moment) =
            (page.record.summary.number, app.moment(Actor::Link(person.name().to_owned())));
        engine::hold(tx, &PAGES, space, page.record.id).await?;
        let (command, expected) = match asked {
            // What was noted on it meanwhile changes nothing; who took it meanwhile has it.
            Asked::Acknowledge(_) => (Command::Acknowledge {}, None),
            Asked::Escalate(_) => {
                let fresh = called_now(&page.record, estate, moment.now);
                (Command::Escalate { fresh }, Some(page.version))
            }
        };
        let how = engine::Asked { expected, ..engine::Asked::new(space, &moment) };
        let done = engine::execute_in(tx, &PAGES, page.record.id, &command, &how).await;
        Ok(match (asked, done) {
            // It is not what was looked at any more.
            (_, Err(Denied::Stale { .. })) => return Err(Fault::Race.into()),
            (_, Err(Denied::Fault(fault))) => return Err(fault.into()),
            (_, Err(no)) => (Came::Refused, format!("#{number}: not done, {no}.")),
            (Asked::Escalate(_), Ok(_)) => {
                (Came::Escalated, format!("#{number}: the next in line is called."))
            }
            (Asked::Acknowledge(_), Ok(done)) => {
                let by = done.record.acknowledged_by.as_ref().map(Actor::name);
                let said = match by == Some(person.name()) {
                    true if done.record.is_major() => {
                        format!("You answer for the team of major incident #{number}.")
                    }
                    true => format!("#{number} is yours. Nobody else is called."),
                    false => meaning::taken(&done.record),
                };
                (Came::Acknowledged, said)
            }
        })
    }
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
