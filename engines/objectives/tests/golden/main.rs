//! Clocks and availability as tables to read, each row checked by the engines and by a count minute
//! by minute that knows nothing of intervals. The tables are in `cases/`.

#![expect(clippy::panic, reason = "a row that cannot be read ends the test")]

mod availability;
mod by_the_minute;
mod clocks;
mod properties;
mod table;

const MINUTE: i64 = 60_000_000;
