//! What every practice shares: ids, time, who asks, how a request is refused, the shape of a
//! state machine, and the journal.
//!
//! **Invariant:** nothing here performs I/O, reads a clock or draws randomness. Time, actor and ids
//! arrive in a [`Moment`]; the same inputs give the same outputs, so the simulator can run a year
//! in seconds and a failing seed reproduces.

mod actor;
mod alert_key;
mod form;
mod hex;
mod id;
mod item;
mod journal;
pub mod laws;
mod lifecycle;
mod moment;
mod refusal;
mod scale;
mod schema;
mod time;

pub use actor::Actor;
pub use alert_key::AlertKey;
pub use form::{Choice, Field, FieldKind};
pub use hex::{hex, unhex};
pub use id::{
    AlertId, ClocksId, ExampleId, ExpectedId, HeartbeatId, Id, IncidentId, Kind, LeaveCalendarId,
    NotificationId, OutboxId, PageId, ResourceId, SilenceId, SpaceId, SwapId, TaskId, TuningId,
};
pub use item::ItemRef;
pub use journal::{Data, Entry, Fact, GENESIS, Seal, seal_run};
pub use lifecycle::{Allowed, Effect, Lifecycle, Message};
pub use moment::{Ids, Moment};
pub use refusal::{Refusal, RefusalCode};
pub use scale::{Impact, Priority, Urgency};
pub use time::{ParseTimeError, Time};
