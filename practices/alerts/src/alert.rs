use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, AlertId, Allowed, IncidentId, ItemRef, Lifecycle, Moment, Refusal, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::intake::expire;
use crate::{
    ALLOWED, Classification, Command, Event, Fingerprint, Firing, Labels, NotUseful, Origin,
    Relabelling, Return, Severity, Stage, Verb, Votes, Why, useful,
};

/// How long a cleared alert waits for its return before it is put away.
pub const CLOSE_AFTER: Duration = Duration::from_secs(60 * 60);

/// One label set of one space, over all its firings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, ToSchema)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Hash of the labels; unique in its space.
    pub fingerprint: Fingerprint,
    /// Where it is in its life.
    #[serde(rename = "state")]
    pub stage: Stage,
    /// Technical gravity, read from the labels.
    pub severity: Severity,
    /// The name of the integration through which it first came.
    #[schema(value_type = String)]
    pub source: Arc<str>,
    /// Its source's name for it and the rule that made it of an event; absent where neither is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Origin>)]
    pub origin: Option<Arc<Origin>>,
    /// What identifies it.
    pub labels: Labels,
    /// What explains it, as last said.
    pub annotations: Labels,
    /// Where the source shows it; may be empty.
    #[schema(value_type = String)]
    pub generator_url: Arc<str>,
    /// The item it speaks of.
    pub item: Option<ItemRef>,
    /// The rule that found the item, for people.
    #[schema(value_type = Option<String>)]
    pub matched_by: Option<Arc<str>>,
    /// What a rule said of the present (or last) firing; nothing where none fits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Classification>)]
    pub classification: Option<Arc<Classification>>,
    /// The incident that it belongs to, or last belonged to.
    pub incident: Option<IncidentId>,
    /// When the present (or last) firing began, says the source.
    pub starts_at: Time,
    /// When the last firing ended; `None` while firing.
    pub ends_at: Option<Time>,
    /// Until when the source stands by the firing, as last said.
    pub expires_at: Time,
    /// When the first firing was received.
    pub first_seen: Time,
    /// When the source last said that it fires.
    pub last_seen: Time,
    /// When the present (or last) firing was received.
    pub received_at: Time,
    /// How many firings.
    pub fired_count: u32,
    /// Who looks at it.
    pub acknowledged_by: Option<Box<Actor>>,
    /// Who said that the last firing was over; `None` while firing.
    pub cleared_why: Option<Why>,
    /// When a cleared alert will be put away.
    pub closes_at: Option<Time>,
    /// Who found the present (or last) firing useless.
    #[serde(default, skip_serializing_if = "<[NotUseful]>::is_empty")]
    #[schema(value_type = Vec<NotUseful>)]
    pub not_useful: Votes,
}

/// What a re-sent signal changes: the record, and not the history.
#[derive(Clone, PartialEq, Debug)]
pub struct Refresh {
    /// When the signal came.
    pub seen_at: Time,
    /// Until when the source stands by the firing.
    pub expires_at: Time,
    /// The annotations, if they differ from before.
    pub annotations: Option<Labels>,
    /// The address, if it differs from before.
    pub generator_url: Option<Arc<str>>,
}

impl Alert {
    /// The name of the rule that fires: the label `alertname`.
    pub fn name(&self) -> &str {
        self.labels.get("alertname").unwrap_or("unnamed")
    }

    /// One line for people: the first of the usual annotations, else the name.
    pub fn summary(&self) -> &str {
        ["summary", "title", "description", "message"]
            .iter()
            .find_map(|name| self.annotations.get(name))
            .unwrap_or_else(|| self.name())
    }

    /// Takes in a refresh.
    pub fn refresh(&mut self, refresh: &Refresh) {
        self.last_seen = refresh.seen_at;
        self.expires_at = refresh.expires_at;
        if let Some(annotations) = &refresh.annotations {
            self.annotations = annotations.clone();
        }
        if let Some(url) = &refresh.generator_url {
            self.generator_url = url.clone();
        }
    }

    /// Whether both went through the same history: equal but for what refreshes change.
    pub fn same_history(&self, other: &Alert) -> bool {
        let mut other = other.clone();
        other.refresh(&Refresh {
            seen_at: self.last_seen,
            expires_at: self.expires_at,
            annotations: Some(self.annotations.clone()),
            generator_url: Some(self.generator_url.clone()),
        });
        *self == other
    }

    /// Bytes in memory, the heap included.
    pub fn bytes(&self) -> usize {
        size_of::<Alert>()
            + self.labels.heap_bytes()
            + self.annotations.heap_bytes()
            + self.generator_url.len()
            + self.item.as_ref().map_or(0, |item| item.as_str().len())
    }

    fn fired(id: AlertId, firing: &Firing) -> Alert {
        Alert {
            id,
            fingerprint: firing.fingerprint,
            stage: Stage::Open,
            severity: Severity::of(&firing.labels),
            source: firing.source.clone(),
            origin: firing.origin.clone(),
            labels: firing.labels.clone(),
            annotations: firing.annotations.clone(),
            generator_url: firing.generator_url.clone(),
            item: firing.item.clone(),
            matched_by: firing.matched_by.clone(),
            classification: firing.classification.clone(),
            incident: None,
            starts_at: firing.starts_at,
            ends_at: None,
            expires_at: firing.expires_at,
            first_seen: firing.at,
            last_seen: firing.at,
            received_at: firing.at,
            fired_count: 1,
            acknowledged_by: None,
            cleared_why: None,
            closes_at: None,
            not_useful: Votes::default(),
        }
    }

    fn returned(&mut self, again: &Return) {
        self.stage = Stage::Open;
        if let Some(labels) = &again.labels {
            self.describe(labels);
        }
        self.origin = again.origin.clone();
        self.annotations = again.annotations.clone();
        self.generator_url = again.generator_url.clone();
        self.item = again.item.clone();
        self.matched_by = again.matched_by.clone();
        self.classification = again.classification.clone();
        self.starts_at = again.starts_at;
        self.ends_at = None;
        self.expires_at = again.expires_at;
        self.last_seen = again.at;
        self.received_at = again.at;
        self.fired_count = self.fired_count.saturating_add(1);
        self.acknowledged_by = None;
        self.cleared_why = None;
        self.closes_at = None;
        self.not_useful = Votes::default();
    }

    fn relabelled(&mut self, change: &Relabelling) {
        self.describe(&change.labels);
        self.annotations = change.annotations.clone();
        self.item = change.item.clone();
        self.matched_by = change.matched_by.clone();
        self.classification = change.classification.clone();
        self.last_seen = change.at;
        self.expires_at = change.expires_at;
    }

    fn describe(&mut self, labels: &Labels) {
        self.labels = labels.clone();
        self.severity = Severity::of(labels);
    }

    fn due(&self, now: Time) -> Vec<Event> {
        match self.stage {
            Stage::Open | Stage::Acknowledged => expire(self, now).into_iter().collect(),
            Stage::Cleared if self.closes_at.is_some_and(|due| due <= now) => {
                vec![Event::Closed { at: now }]
            }
            Stage::Cleared | Stage::Closed => Vec::new(),
        }
    }

    fn close(&self, now: Time) -> Vec<Event> {
        let mut events = Vec::new();
        if self.stage.firing() {
            events.push(cleared_by_hand("closed", now));
        }
        events.push(Event::Closed { at: now });
        events
    }
}

fn cleared_by_hand(reason: &str, now: Time) -> Event {
    Event::Cleared {
        at: now,
        ends_at: now,
        why: Why::Person,
        reason: reason.to_owned(),
        closes_at: now + CLOSE_AFTER,
    }
}

impl Lifecycle for Alert {
    const KIND: &'static str = "alert";
    type Id = AlertId;
    type Stage = Stage;
    type Verb = Verb;
    type Command = Command;
    type Event = Event;

    fn allowed_table() -> &'static [Allowed<Stage, Verb>] {
        ALLOWED
    }

    fn verb(command: &Command) -> Verb {
        command.verb()
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn open(_: AlertId, _: &Command, _: &Moment) -> Result<Vec<Event>, Refusal> {
        Err(Refusal::invalid("an alert is opened by a signal; send one to the intake"))
    }

    fn born(id: AlertId, event: &Event) -> Option<Alert> {
        match event {
            Event::Fired(firing) => Some(Alert::fired(id, firing)),
            _ => None,
        }
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(command.verb()) {
            return Err(Refusal::not_allowed(self.refusal(command.verb())));
        }
        let (at, by) = (moment.now, &moment.actor);
        Ok(match command {
            Command::Acknowledge {} if self.stage == Stage::Acknowledged => Vec::new(),
            Command::Acknowledge {} => vec![Event::Acknowledged { at, by: by.clone() }],
            Command::Unacknowledge {} => vec![Event::Unacknowledged { at, by: by.clone() }],
            Command::Clear { reason } if reason.trim().is_empty() => {
                return Err(Refusal::invalid("say why it is over while its source says it is not"));
            }
            Command::Clear { reason } => vec![cleared_by_hand(reason.trim(), at)],
            Command::Close {} => self.close(at),
            Command::MarkNotUseful { reason } => useful::marked(self, reason, moment)?,
            Command::TakeBackNotUseful {} => useful::taken_back(self, moment),
            Command::Attach { incident } if self.incident == Some(*incident) => Vec::new(),
            Command::Attach { incident } => vec![Event::Attached { at, incident: *incident }],
            Command::Detach { incident } if self.incident == Some(*incident) => {
                vec![Event::Detached { at, incident: *incident }]
            }
            Command::Detach { .. } => Vec::new(),
            Command::Match { item, matched_by }
                if *item == self.item && matched_by.as_deref() == self.matched_by.as_deref() =>
            {
                Vec::new()
            }
            Command::Match { item, matched_by } => vec![Event::Matched {
                at,
                item: item.clone(),
                matched_by: matched_by.as_deref().map(Arc::from),
            }],
            Command::Tick {} => self.due(at),
        })
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Fired(_) => {}
            Event::Returned(again) => self.returned(again),
            Event::Relabelled(change) => self.relabelled(change),
            Event::Acknowledged { by, .. } => {
                self.stage = Stage::Acknowledged;
                self.acknowledged_by = Some(Box::new(by.clone()));
            }
            Event::Unacknowledged { .. } => {
                self.stage = Stage::Open;
                self.acknowledged_by = None;
            }
            Event::Cleared { ends_at, why, closes_at, .. } => {
                self.stage = Stage::Cleared;
                self.ends_at = Some(*ends_at);
                self.cleared_why = Some(*why);
                self.closes_at = Some(*closes_at);
            }
            Event::Closed { .. } => {
                self.stage = Stage::Closed;
                self.closes_at = None;
            }
            Event::MarkedNotUseful { at, by, reason } => {
                let (by, reason) = (by.clone(), reason.clone());
                let vote = NotUseful { at: *at, by, reason };
                self.not_useful = self.not_useful.iter().cloned().chain([vote]).collect();
            }
            Event::NotUsefulTakenBack { by, .. } => {
                let others = self.not_useful.iter().filter(|vote| vote.by != *by);
                self.not_useful = others.cloned().collect();
            }
            Event::Attached { incident, .. } => self.incident = Some(*incident),
            Event::Detached { .. } => self.incident = None,
            Event::Matched { item, matched_by, .. } => {
                self.item = item.clone();
                self.matched_by = matched_by.clone();
            }
        }
    }

    fn next_due(&self) -> Option<Time> {
        match self.stage {
            Stage::Open | Stage::Acknowledged => Some(self.expires_at),
            Stage::Cleared => self.closes_at,
            Stage::Closed => None,
        }
    }

    fn tick() -> Command {
        Command::Tick {}
    }

    fn id(&self) -> AlertId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        event.name()
    }
}

impl Alert {
    /// Why the stage forbids the verb, for people.
    fn refusal(&self, verb: Verb) -> &'static str {
        match (self.stage, verb) {
            (Stage::Open, Verb::Unacknowledge) => "nobody has acknowledged this alert",
            (Stage::Cleared, Verb::Clear) => "this alert is already cleared",
            (Stage::Closed, _) => "this alert is closed; a new firing opens it again",
            _ => "this alert no longer fires",
        }
    }
}
