use std::fmt::{Debug, Display};
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Moment, OutboxId, Refusal, Time};

/// A record with a life: a pure state machine whose every change is journaled.
///
/// `decide` says what would happen, `apply` makes it so. One transaction writes the new row, the
/// events as journal entries, and the messages to the outside. Folding the journal gives the row.
pub trait Lifecycle:
    Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync
{
    /// The kind of subject in journal entries: `incident`, `page` …
    const KIND: &'static str;
    /// Its typed id.
    type Id: Copy + Eq + Ord + Debug + Display + FromStr + Send + Sync;
    /// Where the record is in its life, without data: what the table of allowed moves speaks of.
    type Stage: Copy + Eq + Debug + Serialize + DeserializeOwned + Send + Sync + 'static;
    /// What can be asked, without data: what the table of allowed moves speaks of.
    type Verb: Copy + Eq + Debug + Serialize + Send + Sync + 'static;
    /// What can be asked.
    type Command: Clone + Debug + Serialize + DeserializeOwned + Send + Sync;
    /// What can have happened.
    type Event: Clone + PartialEq + Debug + Serialize + DeserializeOwned + Send + Sync;

    /// The one table of allowed moves: which verbs each stage accepts.
    fn allowed_table() -> &'static [Allowed<Self::Stage, Self::Verb>];

    /// The verb of a command.
    fn verb(command: &Self::Command) -> Self::Verb;

    /// The record's stage.
    fn stage(&self) -> Self::Stage;

    /// What opening a new record leads to; a command that opens nothing is refused.
    fn open(
        id: Self::Id,
        command: &Self::Command,
        moment: &Moment,
    ) -> Result<Vec<Self::Event>, Refusal>;

    /// The record that the first event of a life makes; `None` when that event begins no life.
    fn born(id: Self::Id, event: &Self::Event) -> Option<Self>;

    /// What the command leads to, or why not. No event means: already so.
    fn decide(&self, command: &Self::Command, moment: &Moment)
    -> Result<Vec<Self::Event>, Refusal>;

    /// Takes the event in. Total: an event that was decided once can always be replayed.
    fn apply(&mut self, event: &Self::Event);

    /// When the record next wants to be woken with its tick command.
    fn next_due(&self) -> Option<Time>;

    /// The command that wakes the record when [`Lifecycle::next_due`] has come.
    fn tick() -> Self::Command;

    /// The record's own id.
    fn id(&self) -> Self::Id;

    /// The snake-case name of an event, as journal entries carry it in `kind`.
    fn event_name(event: &Self::Event) -> &'static str;

    /// What the event asks of the outside world; `self` is the record after the event.
    fn effects(&self, _event: &Self::Event, _moment: &Moment) -> Vec<Effect> {
        Vec::new()
    }

    /// Whether the table lets this verb happen in the present stage.
    fn allows(&self, verb: Self::Verb) -> bool {
        let stage = self.stage();
        Self::allowed_table().iter().any(|row| row.stage == stage && row.verbs.contains(&verb))
    }
}

/// One row of a table of allowed moves.
#[derive(Debug)]
pub struct Allowed<S: 'static, V: 'static> {
    /// In this stage …
    pub stage: S,
    /// … these verbs are accepted.
    pub verbs: &'static [V],
}

/// Something to be done outside, committed together with the event that asks for it.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Put a message into the outbox.
    Send(Message),
    /// Drop every message of this record that has not left yet.
    CancelUnsent,
}

/// A message to the outside world, delivered at least once, with its id as idempotency key.
#[derive(Clone, PartialEq, Debug)]
pub struct Message {
    /// Its id, and the idempotency key that receivers see.
    pub id: OutboxId,
    /// Which connector carries it: `email`, `webhook` …
    pub channel: String,
    /// Where to: an address or a URL.
    pub target: String,
    /// What the connector needs to write it.
    pub body: serde_json::Value,
}
