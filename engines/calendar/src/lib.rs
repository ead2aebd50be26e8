//! What people plan by: working time, recurrence, and sets of intervals.
//!
//! Times at the edges are instants; between them hours and rules count in the wall time of a zone,
//! so that "from eight" stays at eight over the change of clocks. Instants of calendars and spans
//! are microseconds since 1970 in UTC, lengths are microseconds.
//!
//! Write a [`Definition`], [`Definition::compile`] it for some [`Years`], ask the [`Calendar`]. A
//! calendar never changes; a new version of it from a day on is [`Calendar::then`].
//!
//! ```
//! use calendar::{Definition, Due, Spans, Years};
//!
//! let calendar = Definition::weekdays("Europe/Berlin", "08:00", "18:00")
//!     .compile(Years { first: 2026, last: 2027 })
//!     .expect("hours of an office");
//! let at = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond();
//!
//! // Four hours from Friday at four in the afternoon end on Monday at ten.
//! let four_hours = 4 * 3_600_000_000;
//! let due = calendar.due(at("2026-11-27T15:00:00Z"), four_hours, &Spans::default());
//! assert_eq!(due, Due::At(at("2026-11-30T09:00:00Z")));
//! ```

mod calendar;
mod compile;
mod definition;
mod error;
mod holidays;
mod ical;
mod recurrence;
mod spans;
mod wall;

pub use calendar::{Calendar, Closure, Due, Never};
pub use compile::{YEARS_MAX, Years};
pub use definition::{Day, Definition, Exception, Holiday, Hours, Range, When};
pub use error::CalendarError;
pub use ical::{Busy, Entry, Event, ICAL_BYTES_MAX, IcalError, events, file as ical_file};
pub use recurrence::{OCCURRENCES_MAX, RULE_BYTES_MAX, Recurrence, RuleError};
pub use spans::{Span, Spans};
pub use wall::instant;
