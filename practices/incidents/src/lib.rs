//! Incidents: restore service quickly, and keep the record of how (ITIL incident management).
//!
//! ```text
//! new → assigned → diagnosing → action ready → resolving → restored → resolved → closed
//!
//! any stage before restored → restored       the alerts cleared, or a workaround holds
//! action ready, resolving → diagnosing       the cause was another
//! restored → where it came from              an alert returned
//! restored, resolved, closed → diagnosing    reopened
//! any open stage → on hold → back            waiting for somebody else
//! any open stage → merged                    continued in another incident
//! new, assigned → cancelled                  was no incident
//! ```
//!
//! Who wants to change a move opens `stage.rs`, finds the row in [`ALLOWED`], the rule in `decide`
//! or in the file of that rule, and the scenario that shows it in `scenarios/`.
//!
//! **Invariant:** this crate asks nobody. What the estate knows (what depends on what, how critical
//! it is) arrives inside the command, gathered by stream or shell before the decision.

mod apply;
mod away;
mod beginning;
pub mod checks;
mod clearing;
mod codes;
mod command;
pub mod correlate;
mod decide;
mod describe;
mod event;
pub mod expected;
mod fields;
mod incident;
mod major;
mod member;
mod pace;
mod past;
mod policy;
mod potential;
pub mod priority;
mod reporter;
mod service;
mod stage;
#[cfg(test)]
mod tests;
mod times;
mod verb;
mod written;

pub use away::Away;
pub use beginning::{Absorb, Attach, Open, Opened};
pub use checks::{Check, CheckName, Confirmation, Evidence, StillFiring};
pub use codes::{CauseClass, HoldReason, ResolutionCode};
pub use command::Command;
pub use decide::STAKES_MAX;
pub use describe::describe;
pub use event::{Event, What};
pub use fields::AllowedCommand;
pub use incident::{Affected, Hold, Incident, Outage, PriorityOverride, Role, SetByHand, Severity};
pub use major::{MAJOR_ALLOWED, Major, MajorStage};
pub use member::Member;
pub use pace::{Pace, PaceTold, StageClock, StageTargets, pressing};
pub use past::{Comeback, Past, PastHold, PrioritySince};
pub use policy::{Cells, Matrix, Policy, Row};
pub use priority::{Assessment, Criticality, Hit, Main, PriorityLine, Stake, Step};
pub use reporter::{News, news};
pub use service::{ServiceMark, ServiceState};
pub use stage::{ALLOWED, Phase, Stage};
pub use times::{Beginning, Source, Stamp, TimePoint, Times};
pub use verb::Verb;
pub use written::{Comment, LinkEntry, LinkKind, Task};
