//! A small record for the tests: it counts, sends messages, and wants to be woken.

use std::sync::Arc;
use std::time::Duration;

use kernel::{
    Actor, Allowed, Effect, Fact, Id, Kind, Lifecycle, Message, Moment, OutboxId, Refusal, SpaceId,
    Time,
};
use serde::{Deserialize, Serialize};

use crate::clockwork::Clocked;
use crate::db::{Migration, SPINE, packs};
use crate::engine::{self, Asked, Denied, Done, Order, Table};
use crate::testing::whole_journal;
use crate::{Db, Fault, World, journal, params};

pub enum CounterKind {}
impl Kind for CounterKind {
    const ID: &'static str = "CounterId";
    const PREFIX: &'static str = "cnt";
}
pub type CounterId = Id<CounterKind>;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Stage {
    Counting,
    Stopped,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub enum Verb {
    Open,
    Add,
    Send,
    Sleep,
    Stop,
    Tick,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Command {
    Open { label: String },
    Add { by: i64 },
    Send { target: String },
    Sleep { until: Time },
    Stop,
    Tick,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Event {
    Opened { label: String },
    Added { by: i64 },
    Sent { message: OutboxId, target: String },
    Slept { until: Time },
    Stopped,
    Woken { at: Time },
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Counter {
    pub id: CounterId,
    pub label: String,
    pub stage: Stage,
    pub total: i64,
    pub wakes: i64,
    pub due: Option<Time>,
}

impl Lifecycle for Counter {
    const KIND: &'static str = "counter";
    type Id = CounterId;
    type Stage = Stage;
    type Verb = Verb;
    type Command = Command;
    type Event = Event;

    fn allowed_table() -> &'static [Allowed<Stage, Verb>] {
        &[
            Allowed {
                stage: Stage::Counting,
                verbs: &[Verb::Add, Verb::Send, Verb::Sleep, Verb::Stop, Verb::Tick],
            },
            Allowed { stage: Stage::Stopped, verbs: &[] },
        ]
    }

    fn verb(command: &Command) -> Verb {
        match command {
            Command::Open { .. } => Verb::Open,
            Command::Add { .. } => Verb::Add,
            Command::Send { .. } => Verb::Send,
            Command::Sleep { .. } => Verb::Sleep,
            Command::Stop => Verb::Stop,
            Command::Tick => Verb::Tick,
        }
    }

    fn stage(&self) -> Stage {
        self.stage
    }

    fn open(_: CounterId, command: &Command, _: &Moment) -> Result<Vec<Event>, Refusal> {
        match command {
            Command::Open { label } => Ok(vec![Event::Opened { label: label.clone() }]),
            _ => Err(Refusal::invalid("this opens no counter")),
        }
    }

    fn born(id: CounterId, event: &Event) -> Option<Counter> {
        let Event::Opened { label } = event else { return None };
        let (label, stage) = (label.clone(), Stage::Counting);
        Some(Counter { id, label, stage, total: 0, wakes: 0, due: None })
    }

    fn decide(&self, command: &Command, moment: &Moment) -> Result<Vec<Event>, Refusal> {
        if !self.allows(Counter::verb(command)) {
            return Err(Refusal::not_allowed("the counter has stopped"));
        }
        Ok(match command {
            Command::Open { .. } | Command::Add { by: 0 } => vec![],
            Command::Add { by } => vec![Event::Added { by: *by }],
            Command::Send { target } => {
                vec![Event::Sent { message: moment.id(), target: target.clone() }]
            }
            Command::Sleep { until } => vec![Event::Slept { until: *until }],
            Command::Stop => vec![Event::Stopped],
            Command::Tick if self.due.is_some_and(|due| due <= moment.now) => {
                vec![Event::Woken { at: moment.now }]
            }
            Command::Tick => vec![],
        })
    }

    fn apply(&mut self, event: &Event) {
        match event {
            Event::Opened { label } => self.label.clone_from(label),
            Event::Added { by } => self.total += by,
            Event::Sent { .. } => {}
            Event::Slept { until } => self.due = Some(*until),
            Event::Stopped => (self.stage, self.due) = (Stage::Stopped, None),
            Event::Woken { .. } => {
                self.wakes += 1;
                self.due = None;
            }
        }
    }

    fn next_due(&self) -> Option<Time> {
        self.due
    }

    fn tick() -> Command {
        Command::Tick
    }

    fn id(&self) -> CounterId {
        self.id
    }

    fn event_name(event: &Event) -> &'static str {
        match event {
            Event::Opened { .. } => "opened",
            Event::Added { .. } => "added",
            Event::Sent { .. } => "sent",
            Event::Slept { .. } => "slept",
            Event::Stopped => "stopped",
            Event::Woken { .. } => "woken",
        }
    }

    fn effects(&self, event: &Event, _: &Moment) -> Vec<Effect> {
        match event {
            Event::Sent { message, target } => vec![Effect::Send(Message {
                id: *message,
                channel: "test".to_owned(),
                target: target.clone(),
                body: serde_json::json!({"total": self.total}),
            })],
            Event::Stopped => vec![Effect::CancelUnsent],
            _ => vec![],
        }
    }
}

pub static COUNTERS: Table<Counter> = Table {
    name: "counter",
    columns: &["label"],
    values: |counter| params![&counter.label],
    tags: |counter| vec![format!("label:{}", counter.label)],
};

/// The table of counters, for the clockwork.
pub struct Counters;
impl Clocked for Counters {
    type Record = Counter;
    const TABLE: &'static Table<Counter> = &COUNTERS;
}

pub const MIGRATIONS: &[Migration] = &[
    SPINE,
    Migration {
        version: 2,
        name: "counter",
        sql: "CREATE TABLE counter (space_id TEXT NOT NULL, id TEXT NOT NULL, \
              version BIGINT NOT NULL, due_at BIGINT, data TEXT NOT NULL, label TEXT NOT NULL, \
              PRIMARY KEY (space_id, id)); \
              CREATE INDEX counter_due ON counter (due_at) WHERE due_at IS NOT NULL;",
    },
    packs(3),
];

/// Noon of the tests' day.
pub const NOON: Time = Time::from_seconds(1_772_366_400);

pub fn world() -> World {
    World::manual(NOON, 7)
}

pub fn space() -> SpaceId {
    SpaceId::main()
}

pub fn order(world: &World, space: &SpaceId) -> Order {
    let moment = Arc::new(world.moment(Actor::Person("ada".to_owned())));
    Order { space: space.clone(), moment, expected: None }
}

/// Opens a counter in a space.
pub async fn open(db: &Db, world: &World, space: &SpaceId) -> CounterId {
    let order = order(world, space);
    let id: CounterId = order.moment.id();
    db.write::<_, Denied, _>(move |tx| {
        Box::pin(async move {
            let asked = Asked::new(&order.space, &order.moment);
            let command = Command::Open { label: "a".to_owned() };
            engine::open_in(tx, &COUNTERS, id, &command, &asked).await
        })
    })
    .await
    .unwrap();
    id
}

/// Sends a counter of the first space one command.
pub async fn command(
    db: &Db,
    world: &World,
    id: CounterId,
    command: Command,
) -> Result<Done<Counter>, Denied> {
    engine::execute(db, &COUNTERS, id, command, order(world, &space())).await
}

/// The counter as the database has it.
pub async fn stored(db: &Db, id: CounterId) -> Counter {
    let mut conn = db.reader().await.unwrap();
    engine::load(&mut conn, &COUNTERS, &space(), id).await.unwrap().unwrap().record
}

/// Appends one entry that says `kind` to a space's journal.
pub async fn append(db: &Db, space: &SpaceId, kind: &str) {
    let (space, kind) = (space.clone(), kind.to_owned());
    db.write::<_, Fault, _>(move |tx| Box::pin(async move { append_in(tx, &space, &kind).await }))
        .await
        .unwrap();
}

pub async fn append_in(tx: &mut crate::Tx, space: &SpaceId, kind: &str) -> Result<(), Fault> {
    let actor = Actor::system("test");
    let stamp = journal::Stamp { space, at: NOON, actor: &actor, cause: None };
    let fact = Fact {
        subject: "test:1".to_owned(),
        kind: kind.to_owned(),
        data: serde_json::json!({"said": kind}).into(),
    };
    journal::append(tx, &stamp, &[fact]).await
}

/// What the journal says, in the order in which followers read it.
pub async fn kinds(db: &Db) -> Vec<String> {
    whole_journal(db).await.into_iter().map(|stored| stored.entry.kind.clone()).collect()
}

/// Runs one statement in a transaction of its own.
pub async fn sql(db: &Db, text: &'static str, values: Vec<crate::Value>) -> Result<u64, Fault> {
    db.write(move |tx| Box::pin(async move { tx.run(text, values).await })).await
}

/// Counts rows.
pub async fn count(db: &Db, text: &'static str) -> i64 {
    db.reader().await.unwrap().number(text, vec![]).await.unwrap()
}

/// A short pause of real time, for what happens on other threads.
pub async fn breathe() {
    crate::Clock::System.wait(Duration::from_millis(2)).await;
}
