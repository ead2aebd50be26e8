//! Who is on call when: rotations in layers, changes by hand, people who are away.
//!
//! A [`Schedule`] is written down once and asked for any stretch of time: [`Schedule::roster`]
//! gives the [`Roster`], every moment of it with one person or nobody, and why. From top to bottom:
//!
//! 1. The last [`Change`] that fits decides: a substitution, or a swap of two people.
//! 2. Else the last of the [`Layer`]s that has somebody at that moment.
//! 3. Who is away is stood in for as the layer's [`Backup`] says.
//!
//! Instants and lengths are microseconds, instants since 1970 in UTC. People hand over at wall
//! times of a zone, also over the change of clocks: a hand-over that is left out is at the change,
//! one that comes twice is at the first of the two.
//!
//! **Invariant:** a rotation holds from its start until the next one of its layer starts, so that
//! a new one never changes who was on call before; no search is without an end.
//!
//! ```
//! use calendar::Span;
//! use schedule::{Every, Layer, Rotation, Schedule};
//!
//! let start = "2026-11-30T09:00".parse().expect("a wall time");
//! let weekly = Rotation::new(start, Every::Weeks(1), &["ada", "ben"]);
//! let schedule = Schedule::new("Europe/Berlin").layer(Layer::new("first line").rotation(weekly));
//! let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond();
//!
//! let december = Span::new(at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
//! let roster = schedule.roster(december).expect("a roster");
//! assert_eq!(roster.at(at("2026-12-07T07:59:00Z")).map(|turn| &*turn.person), Some("ada"));
//! assert_eq!(roster.at(at("2026-12-07T08:00:00Z")).map(|turn| &*turn.person), Some("ben"));
//! ```

mod definition;
mod error;
mod fairness;
mod layer;
mod roster;
mod rules;
mod sweep;

pub use definition::{Absence, Backup, Change, Every, Layer, Planned, Rotation, Schedule};
pub use error::ScheduleError;
pub use fairness::{Occasions, Share, fairness};
pub use roster::{Difference, Roster, Turn, Why, stretches};
pub use rules::{Breach, Limits, breaches};

/// A person, by name; many turns name the same one.
pub type Person = std::sync::Arc<str>;
