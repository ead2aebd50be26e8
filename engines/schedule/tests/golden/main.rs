//! Who is on call, as stories to read in `cases/`, each moment asked of the engine and of a walk
//! minute by minute; the same over random schedules.

#![expect(clippy::panic, reason = "a line that cannot be read ends the test")]

mod burden;
mod by_the_minute;
mod properties;
mod stories;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
