//! Telling together: of what is due for one person by one way, the first goes at once, and what
//! follows soon goes as one message.
//!
//! What is held stands in the outbox with the time at which it is due, and what a line told stands
//! beside it: a process that dies loses neither. **Invariant:** whatever fails here, what was taken
//! is delivered, each message alone.

use std::collections::BTreeMap;

use kernel::{Actor, Moment, OutboxId, PageId, Priority, SpaceId, Time};
use oncall::line::{DueCall, Fate, Held, LineRules};
use oncall::{CallResult, Command};
use serde_json::{Value, json};
use spine::engine::{self, Asked};
use spine::outbox::{self, Outcome, Taken};
use spine::{Denied, Fault, Tx};

use super::Courier;
use super::store::{self, LineKey};
use super::unreached::Carried;
use crate::config::Calling;
use crate::practices::notifications::store::Attempt;
use crate::practices::oncall::store::PAGES;

/// How often what is due is looked at again when somebody else changed a page meanwhile.
const TRIES: usize = 3;
/// Most numbers of other incidents that a call names as told with it.
const NAMED_MAX: usize = 8;

/// Messages that leave as one.
pub struct Parcel {
    /// The message under whose id their line counts them.
    pub counted: OutboxId,
    /// The message that says what the link for all of them means.
    telling: OutboxId,
    /// When the next telling can be, if the limit is reached with this one.
    next_at: Option<Time>,
    /// The messages, the most urgent first; at least one.
    messages: Vec<Taken>,
}

impl Parcel {
    fn alone(taken: Taken) -> Parcel {
        let id = taken.message.id;
        Parcel { counted: id, telling: id, next_at: None, messages: vec![taken] }
    }

    /// What it is about, for where it goes.
    pub fn first(&self) -> &Taken {
        &self.messages[0]
    }

    /// Its messages, and what they say as one when these are those that are still wanted.
    pub fn worded(&self, wanted: &[Taken]) -> Option<Taken> {
        let (lead, others) = wanted.split_first()?;
        let mut lead = lead.clone();
        word(&mut lead, others, (self.telling, self.next_at));
        Some(lead)
    }

    /// Its messages.
    pub fn messages(&self) -> &[Taken] {
        &self.messages
    }
}

/// The line of a call; `None` for what is no call, and for ways on which nothing is put together.
pub fn line_of(taken: &Taken) -> Option<LineKey> {
    let message = &taken.message;
    let call = message.body["kind"] == "page" && Calling::counts(&message.channel);
    let person = message.body["contact"].as_str().filter(|_| call)?;
    Some(LineKey {
        space: taken.space.clone(),
        person: person.parse().ok()?,
        channel: message.channel.clone(),
        target: message.target.clone(),
    })
}

/// The attempts of every message of a parcel, from the one that was made.
pub fn attempts(attempt: &Attempt, messages: Vec<Taken>) -> Vec<Attempt> {
    let numbers: Vec<u64> = unlike(&messages).map(number).collect();
    let of = |taken: Taken| {
        let others = numbers.iter().filter(|other| **other != number(&taken));
        let others: Vec<String> = others.map(|number| format!("#{number}")).collect();
        let outcome = with_others(&attempt.outcome, &others);
        Attempt { taken, outcome, ..attempt.clone() }
    };
    messages.into_iter().map(of).collect()
}

/// The first call of each page: while a line waits, the same page may call somebody again.
fn unlike(messages: &[Taken]) -> impl Iterator<Item = &Taken> {
    messages.iter().enumerate().filter_map(|(place, taken)| {
        let same = |before: &Taken| before.subject == taken.subject;
        (!messages[..place].iter().any(same)).then_some(taken)
    })
}

/// Nobody was told by what did not leave or arrive: its line does not count it, and what waits to
/// be told next need not wait.
///
/// # Errors
/// When the database refuses or a line does not read back.
pub async fn untell(tx: &mut Tx, tellings: &[(LineKey, OutboxId)], now: Time) -> Result<(), Fault> {
    if tellings.is_empty() {
        return Ok(());
    }
    let mut lines =
        store::seize(tx, &tellings.iter().map(|(key, _)| key).collect::<Vec<_>>()).await?;
    for (key, counted) in tellings {
        if let Some(line) = lines.get_mut(key) {
            line.untell(*counted);
        }
    }
    let targets = lines.keys().map(|key| (&key.space, &key.channel[..], &key.target[..]));
    outbox::release(tx, ("page", &targets.collect::<Vec<_>>()), now).await?;
    store::put(tx, &lines.iter().collect::<Vec<_>>()).await
}

/// The outcome as it is told of one call of several.
fn with_others(outcome: &Outcome, others: &[String]) -> Outcome {
    if others.is_empty() {
        return outcome.clone();
    }
    let rest = match others.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let named = others[..others.len().min(NAMED_MAX)].join(", ");
    let said = |detail: &str| format!("told together with {named}{rest}: {detail}");
    match outcome {
        Outcome::Delivered { detail } => Outcome::Delivered { detail: said(detail) },
        Outcome::Failed { detail, retry_after } => {
            Outcome::Failed { detail: said(detail), retry_after: *retry_after }
        }
        Outcome::Rejected { detail } => Outcome::Rejected { detail: said(detail) },
    }
}

impl Courier {
    /// What leaves now of what was taken; the rest is held.
    pub(super) async fn parcels(&self, taken: Vec<Taken>) -> Vec<Parcel> {
        let (calls, others): (Vec<Taken>, Vec<Taken>) =
            taken.into_iter().partition(|taken| line_of(taken).is_some());
        let mut parcels: Vec<Parcel> = others.into_iter().map(Parcel::alone).collect();
        if calls.is_empty() {
            return parcels;
        }
        parcels.extend(match self.arranged(&calls).await {
            Ok(together) => together,
            Err(fault) => {
                tracing::error!(error = %fault.chain(), "calls are told one by one");
                calls.into_iter().map(Parcel::alone).collect()
            }
        });
        parcels
    }

    async fn arranged(&self, calls: &[Taken]) -> Result<Vec<Parcel>, Fault> {
        let mut tried = 0;
        loop {
            tried += 1;
            let (calls, calling) = (calls.to_vec(), *self.ways.calling());
            let moment = self.world.moment(Actor::system("courier"));
            let done = self.db.write::<_, Fault, _>(move |tx| {
                Box::pin(async move { arrange(tx, &calls, &calling, &moment).await })
            });
            match done.await {
                Err(Fault::Race) if tried < TRIES => {}
                done => return done,
            }
        }
    }
}

/// Decides on every line on which something is due.
async fn arrange(
    tx: &mut Tx,
    calls: &[Taken],
    calling: &Calling,
    moment: &Moment,
) -> Result<Vec<Parcel>, Fault> {
    let mut due: BTreeMap<LineKey, Vec<Taken>> = BTreeMap::new();
    for taken in calls {
        if let Some(key) = line_of(taken) {
            due.entry(key).or_default().push(taken.clone());
        }
    }
    let mut lines = store::seize(tx, &due.keys().collect::<Vec<_>>()).await?;
    let (mut held, mut tellings) = (Vec::new(), Vec::new());
    for (key, mut calls) in due {
        let rules = calling.rules(&key.channel);
        let line = lines.entry(key.clone()).or_default();
        calls.sort_by_key(urgency);
        while !calls.is_empty() {
            let asked: Vec<DueCall> = calls.iter().map(due_call).collect();
            match line.fate(&asked, &rules, moment.now) {
                Fate::Told { together, next_at } => {
                    let goes = if together { calls.len() } else { 1 };
                    let messages: Vec<Taken> = calls.drain(..goes).collect();
                    let (key, counted) = (key.clone(), messages[0].message.id);
                    line.tell(counted, &rules, moment.now);
                    tellings.push(Telling { key, counted, next_at, together, messages });
                }
                Fate::Held { until, why } => {
                    let why = because(why, until, &rules);
                    held.extend(calls.drain(..).map(|call| (call, until, why.clone())));
                }
            }
        }
    }
    // Pages before messages, in the order in which an answer changes both.
    record_held(tx, &held, moment).await?;
    let back: Vec<(&Taken, Time)> = held.iter().map(|(call, until, _)| (call, *until)).collect();
    outbox::hold(tx, &back).await?;
    let lease = calls.first().map_or("", |taken| taken.lease.as_str());
    let targets: Vec<_> = tellings
        .iter()
        .filter(|telling| telling.together)
        .map(|Telling { key, .. }| (&key.space, key.channel.as_str(), key.target.as_str()))
        .collect();
    let along = outbox::take_along(tx, lease, ("page", &targets), moment.now).await?;
    let tells = |key: &LineKey| tellings.iter().any(|t: &Telling| t.together && t.key == *key);
    let mut along = by_line(tx, along, moment.now, tells).await?;
    let mut parcels = Vec::with_capacity(tellings.len());
    for mut telling in tellings {
        if telling.together {
            telling.messages.extend(along.remove(&telling.key).unwrap_or_default());
        }
        parcels.push(telling.parcel(tx).await?);
    }
    store::put(tx, &lines.iter().collect::<Vec<_>>()).await?;
    Ok(parcels)
}

/// What is told on a line as one message.
struct Telling {
    key: LineKey,
    /// The message under whose id the line counts it.
    counted: OutboxId,
    next_at: Option<Time>,
    /// Whether all that waits on the line goes along.
    together: bool,
    messages: Vec<Taken>,
}

impl Telling {
    async fn parcel(self, tx: &mut Tx) -> Result<Parcel, Fault> {
        let Telling { counted, next_at, mut messages, .. } = self;
        messages.sort_by_key(urgency);
        let telling = messages[0].message.id;
        let mut worded_before = false;
        for taken in &mut messages {
            worded_before |= plain(taken);
        }
        if messages.len() > 1 || worded_before {
            // What the link for all of them means, for as long as the message is kept.
            let mut lead = messages[0].clone();
            word(&mut lead, &messages[1..], (telling, next_at));
            outbox::reword(tx, &lead).await?;
        }
        Ok(Parcel { counted, telling, next_at, messages })
    }
}

/// The most urgent first, then in the order in which they were asked for.
fn urgency(taken: &Taken) -> (Priority, Time, u64) {
    (due_call(taken).priority, taken.asked_at, number(taken))
}

/// What was taken along by the line it belongs to. An address that two people share has two lines:
/// what belongs to a line that tells nothing is given back.
async fn by_line(
    tx: &mut Tx,
    along: Vec<Taken>,
    now: Time,
    tells: impl Fn(&LineKey) -> bool,
) -> Result<BTreeMap<LineKey, Vec<Taken>>, Fault> {
    let mut lines: BTreeMap<LineKey, Vec<Taken>> = BTreeMap::new();
    let mut back = Vec::new();
    for taken in along {
        match line_of(&taken).filter(&tells) {
            Some(key) => lines.entry(key).or_default().push(taken),
            None => back.push(taken),
        }
    }
    outbox::hold(tx, &back.iter().map(|taken| (taken, now)).collect::<Vec<_>>()).await?;
    Ok(lines)
}

/// Notes on the pages that their calls wait.
async fn record_held(
    tx: &mut Tx,
    held: &[(Taken, Time, String)],
    moment: &Moment,
) -> Result<(), Fault> {
    let mut pages: BTreeMap<SpaceId, Vec<(PageId, Command)>> = BTreeMap::new();
    for (call, _, why) in held {
        let Some(page) = engine::subject_id::<oncall::Page>(&call.subject) else { continue };
        let (message, detail) = (call.message.id, why.clone());
        let command = Command::DeliveryRecorded { message, result: CallResult::Held, detail };
        pages.entry(call.space.clone()).or_default().push((page, command));
    }
    for (space, commands) in pages {
        let asked = Asked::new(&space, moment);
        for result in engine::execute_each_in(tx, &PAGES, &commands, &asked).await? {
            // A page that refuses is over, and its messages are cancelled.
            if let Err(Denied::Fault(fault)) = result {
                return Err(fault);
            }
        }
    }
    Ok(())
}

fn because(why: Held, until: Time, rules: &LineRules) -> String {
    match why {
        Held::Together => format!("told together with what else comes, at {until}"),
        Held::Limit => format!(
            "told {} times in {} minutes, which is the limit; told at {until}",
            rules.told_max,
            rules.told_seconds / 60
        ),
    }
}

fn due_call(taken: &Taken) -> DueCall {
    let body = &taken.message.body;
    let priority = serde_json::from_value(body["priority"].clone());
    // A major incident waits for nothing, whatever its priority.
    let priority = if body["major"] == true { Ok(Priority::P1) } else { priority };
    DueCall {
        message: taken.message.id,
        at: taken.asked_at,
        priority: priority.unwrap_or(Priority::P1),
    }
}

fn number(taken: &Taken) -> u64 {
    taken.message.body["number"].as_u64().unwrap_or_default()
}

/// Without what was put into it for an attempt before; whether there was something.
fn plain(taken: &mut Taken) -> bool {
    let Value::Object(body) = &mut taken.message.body else { return false };
    let before = body.len();
    body.retain(|part, _| !["together", "telling", "next_at", "carries"].contains(&part.as_str()));
    body.len() < before
}

/// Puts the others into the first one.
fn word(lead: &mut Taken, others: &[Taken], (telling, next_at): (OutboxId, Option<Time>)) {
    let body = &mut lead.message.body;
    if let Some(next_at) = next_at {
        body["next_at"] = next_at.to_string().into();
    }
    let carried = |other: &Taken| {
        let page = engine::subject_id::<oncall::Page>(&other.subject)?;
        Some(Carried { page, message: other.message.id })
    };
    let carried: Vec<Carried> = others.iter().filter_map(carried).collect();
    if !carried.is_empty() {
        body["carries"] = json!(carried);
    }
    let subject = &lead.subject;
    let others = unlike(others).filter(|other| other.subject != *subject);
    let others: Vec<Value> = others.map(|other| other.message.body.clone()).collect();
    if !others.is_empty() {
        body["telling"] = telling.to_string().into();
        body["together"] = others.into();
    }
}
