//! Deciding what receivers are told of the groups of one flush: at once, later in a digest, or not,
//! in the transaction that writes the log.

use std::collections::HashMap;

use connectors::alertmanager::config::Integration;
use jiff::SignedDuration;
use kernel::{Data, Fact, Message, Moment, OutboxId, SpaceId, Time};
use routing::{Admission, Flush, FlushRule, LogEntry, Reason, Storm, StormRule, decide_flush};
use serde_json::json;
use spine::journal::Stamp;
use spine::{Fault, Tx, outbox, pack};

use super::board::{Due, stamp, time};
use super::carry::Told;
use super::digests::store as digests;
use super::dispatch::CHANNEL;
use super::live::Routing;
use super::policy::{HowSoon, NotificationPolicy};
use super::store::{self, Line, Logged, Notification, Standing};
use super::untold::{self, Notes};

/// What deciding about groups needs, inside the transaction.
pub(super) struct Desk<'a> {
    pub space: &'a SpaceId,
    pub routing: &'a Routing,
    pub policy: &'a NotificationPolicy,
    pub retention: SignedDuration,
    pub moment: &'a Moment,
}

/// What came of a flush.
#[derive(Default)]
pub(super) struct Flushed {
    /// For each group until when it has to wait for a message that is on its way.
    pub busy: Vec<Option<Time>>,
    /// When the first digest is due that something was put into.
    pub digest_at: Option<Time>,
    /// Why who was not told.
    pub notes: Notes,
    facts: Vec<Fact>,
    /// What goes into the database, all at once in the end.
    messages: Vec<(String, Message)>,
    notifications: Vec<Notification>,
    lines: Vec<Line>,
    /// By receiver's way, the groups that it is told of at once.
    at_once: HashMap<String, Vec<String>>,
    /// By receiver's way, what it was sent of late.
    storms: HashMap<String, Storm>,
}

impl Flushed {
    async fn write(&self, tx: &mut Tx, space: &SpaceId, now: Time) -> Result<(), Fault> {
        for (way, group_keys) in &self.at_once {
            let group_keys: Vec<&str> = group_keys.iter().map(String::as_str).collect();
            digests::take_out(tx, (space, way), &group_keys).await?;
        }
        let messages: Vec<(&str, &Message)> =
            self.messages.iter().map(|(subject, message)| (subject.as_str(), message)).collect();
        outbox::add(tx, space, &messages, now).await?;
        store::insert(tx, space, &self.notifications).await?;
        self.notes.write(tx, space).await?;
        store::log(tx, space, &self.lines).await
    }
}

/// When something is told.
enum When {
    Now,
    Digest { kind: &'static str, at: Time },
}

/// What a flush tells one receiver in one way.
struct Telling<'a> {
    due: &'a Due,
    /// `ops/webhook[0]`
    way: String,
    section: &'static str,
    index: usize,
    reason: Reason,
    firing: Vec<u64>,
    resolved: Vec<u64>,
}

impl Desk<'_> {
    /// Decides about every group.
    pub async fn flush(&self, tx: &mut Tx, due: &[Due]) -> Result<Flushed, Fault> {
        let keys: Vec<&str> = due.iter().map(|due| due.slot.1.as_ref()).collect();
        let logged = store::logged(tx, self.space, &keys, self.moment.now).await?;
        let mut flushed = Flushed::default();
        for due in due {
            flushed.notes.begin();
            let busy = self.flush_one(tx, due, &logged, &mut flushed).await?;
            flushed.busy.push(busy);
        }
        flushed.write(tx, self.space, self.moment.now).await?;
        let stamp = Stamp {
            space: self.space,
            at: self.moment.now,
            actor: &self.moment.actor,
            cause: None,
        };
        pack::append_flood(tx, &stamp, &flushed.facts).await?;
        Ok(flushed)
    }

    async fn flush_one(
        &self,
        tx: &mut Tx,
        due: &Due,
        logged: &HashMap<(String, String), Logged>,
        flushed: &mut Flushed,
    ) -> Result<Option<Time>, Fault> {
        let Some(receiver) = self.routing.receiver(&due.receiver) else { return Ok(None) };
        let mut waits: Option<Time> = None;
        for integration in &receiver.integrations {
            let until = self.flush_way(tx, (due, integration), logged, flushed).await?;
            waits = waits.into_iter().chain(until).min();
        }
        Ok(waits)
    }

    /// Decides about one way of telling; says until when it has to wait for a message.
    async fn flush_way(
        &self,
        tx: &mut Tx,
        (due, integration): (&Due, &Integration),
        logged: &HashMap<(String, String), Logged>,
        flushed: &mut Flushed,
    ) -> Result<Option<Time>, Fault> {
        let section = integration.config.name();
        let way = format!("{}/{section}[{}]", due.receiver, integration.index);
        let known = logged.get(&(due.slot.1.to_string(), way.clone()));
        let standing = known.map_or(Standing::Knows(None, None), Logged::standing);
        let (last, waiting) = match standing {
            Standing::Knows(last, waiting) => (last, waiting),
            Standing::Busy(until) => {
                flushed.notes.keep(due, &way);
                return Ok(Some(until.unwrap_or(self.moment.now)));
            }
        };
        // Whatever is decided now is newer than what has not left: that may be over, or held back.
        if let Some(waiting) = waiting
            && !store::overtake(tx, self.space, waiting, self.moment.now).await?
        {
            flushed.notes.keep(due, &way);
            return Ok(Some(self.moment.now));
        }
        let rule = FlushRule {
            repeat_interval: due.repeat_interval,
            send_resolved: integration.config.send_resolved(),
            repeats: self.digest(due.priority).is_none(),
            acknowledgement_stops_repeats: true,
        };
        let now = stamp(self.moment.now);
        let last = last.filter(|last| last.stands(&due.members, &rule, self.retention, now));
        let line = |pending: LogEntry, message: Option<OutboxId>| Line {
            group_key: due.slot.1.to_string(),
            receiver: way.clone(),
            version: known.map_or(0, |known| known.version),
            told: last.clone(),
            pending,
            message,
        };
        match decide_flush(&due.members, last.as_ref(), &rule, now) {
            Flush::Nothing { why } => {
                let unsaid = untold::unsaid(due, last.as_ref(), why);
                flushed.notes.not_told(due, &way, unsaid, self.moment.now);
            }
            Flush::Record { entry } => {
                flushed.notes.not_told(due, &way, due.held.clone(), self.moment.now);
                flushed.lines.push(line(entry, None));
            }
            Flush::Send { reason, firing, resolved, entry } => {
                let (way, index) = (way.clone(), integration.index);
                let telling = Telling { due, way, section, index, reason, firing, resolved };
                flushed.notes.told(due, &telling.way);
                let message = self.tell(tx, &telling, flushed).await?;
                flushed.lines.push(line(entry, Some(message)));
            }
        }
        Ok(None)
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        telling: &Telling<'_>,
        flushed: &mut Flushed,
    ) -> Result<OutboxId, Fault> {
        let due = telling.due;
        let when = self.when(tx, telling, flushed).await?;
        let told =
            Told::new(due, telling.section, telling.index, &telling.firing, &telling.resolved);
        let id = self.moment.id();
        let notification = self.notification(telling, id);
        let subject = format!("notification:{}", notification.id);
        let (message, digest) = match when {
            When::Digest { kind, at } => {
                let place = digests::Place {
                    space: self.space,
                    receiver: &telling.way,
                    group_key: &due.slot.1,
                };
                flushed.digest_at = Some(flushed.digest_at.map_or(at, |first| first.min(at)));
                (digests::put(tx, place, (kind, at), id, &told).await?, Some(kind))
            }
            When::Now => {
                let body = serde_json::to_value(&told)
                    .map_err(|error| Fault::corrupt("notification", error))?;
                let (channel, target) = (CHANNEL.to_owned(), telling.way.clone());
                let message = Message { id, channel, target, body };
                flushed.messages.push((subject.clone(), message));
                let at_once = flushed.at_once.entry(telling.way.clone()).or_default();
                at_once.push(due.slot.1.to_string());
                (id, None)
            }
        };
        let notification = Notification { message, ..notification };
        metrics::counter!("operate_notifications_total", "integration" => telling.section)
            .increment(1);
        flushed.facts.push(Fact {
            subject,
            kind: "notification.decided".to_owned(),
            data: Data::from(json!({
                "group": notification.group_key,
                "receiver": notification.receiver,
                "reason": notification.reason,
                "firing": notification.firing.len(),
                "resolved": notification.resolved.len(),
                "message": notification.message,
                "digest": digest,
            })),
        });
        flushed.notifications.push(notification);
        Ok(message)
    }

    /// The next digest of what is as urgent as this; `None` for what is told at once. What waits
    /// for digests is not repeated.
    fn digest(&self, priority: u8) -> Option<When> {
        let soon = Some(self.policy.how_soon(priority)).filter(|soon| *soon != HowSoon::Now)?;
        let at = self.policy.digest_at(soon, stamp(self.moment.now))?;
        Some(When::Digest { kind: soon.word(), at: time(at) })
    }

    /// When it is told: at once, or with the next digest of its priority or of a storm.
    async fn when(
        &self,
        tx: &mut Tx,
        telling: &Telling<'_>,
        flushed: &mut Flushed,
    ) -> Result<When, Fault> {
        if let Some(digest) = self.digest(telling.due.priority) {
            return Ok(digest);
        }
        let now = stamp(self.moment.now);
        let Some(rule) = self.policy.storm_rule() else { return Ok(When::Now) };
        if !flushed.storms.contains_key(&telling.way) {
            let storm = self.storm(tx, &telling.way, &rule).await?;
            flushed.storms.insert(telling.way.clone(), storm);
        }
        let storm = flushed.storms.entry(telling.way.clone()).or_default();
        Ok(match storm.admit(&rule, now) {
            Admission::Now => When::Now,
            Admission::Digest { at } => When::Digest { kind: "storm", at: time(at) },
        })
    }

    /// What a receiver was sent within the window of a rule.
    async fn storm(&self, tx: &mut Tx, way: &str, rule: &StormRule) -> Result<Storm, Fault> {
        let since = stamp(self.moment.now).saturating_sub(rule.window);
        let since = since.map_or(self.moment.now, time);
        let most = i64::from(rule.most.max(1));
        let mut storm = Storm::default();
        for at in digests::sent_since(tx, (self.space, way), since, most).await? {
            storm.admit(rule, stamp(at));
        }
        Ok(storm)
    }

    fn notification(&self, telling: &Telling<'_>, message: OutboxId) -> Notification {
        let due = telling.due;
        let id = |key: &u64| Some(due.alerts.get(key)?.record.id);
        Notification {
            id: self.moment.id(),
            at: self.moment.now,
            group_key: due.slot.1.to_string(),
            group_labels: due.labels.clone(),
            route: due.route.clone(),
            receiver: telling.way.clone(),
            reason: telling.reason,
            firing: telling.firing.iter().filter_map(id).collect(),
            resolved: telling.resolved.iter().filter_map(id).collect(),
            held: due
                .held
                .iter()
                .filter_map(|(key, held)| Some((id(key)?, held.clone())))
                .collect(),
            message,
        }
    }
}
