//! The clocks that contracts set on an incident, for people.

use std::time::Duration;

use serde_json::Value;

use crate::screen::{Cell, Colour, Screen, Table, ago, items, moment, span, text, time};

/// A table of the clocks; nothing where no contract promises anything.
pub fn table(incident: &Value, screen: &Screen) -> Option<String> {
    let columns = ["promise", "contract", "state", "due", "used", "left", "note"];
    let mut table = Table::new(screen.paint, &columns);
    for clock in items(incident, "clocks") {
        let due = time(clock, "due_at").map(|due| moment(due, screen.now()));
        let share = text(clock, "share");
        table.row([
            text(clock, "promise").into(),
            text(clock, "contract_title").into(),
            state(clock),
            due.unwrap_or_default().into(),
            if share.is_empty() { share.into() } else { format!("{share} %").into() },
            left(clock).into(),
            text(clock, "note").into(),
        ]);
    }
    (!table.is_empty()).then(|| table.to_string())
}

/// The clock that is due next, in one word and a time, for a row of a list.
pub fn next(row: &Value, screen: &Screen) -> Cell {
    let clock = &row["next_clock"];
    let what = text(clock, "clock");
    match (text(clock, "state").as_str(), time(clock, "due_at")) {
        ("paused", _) => Cell(format!("{what} paused"), Colour::Dim),
        ("overdue", Some(at)) => {
            Cell(format!("{what} missed {}", ago(at, screen.now())), Colour::Red)
        }
        (_, Some(at)) => Cell(format!("{what} {}", ago(at, screen.now())), Colour::Plain),
        _ => Cell(String::new(), Colour::Plain),
    }
}

fn state(clock: &Value) -> Cell {
    let state = text(clock, "state");
    let colour = match state.as_str() {
        "met" => Colour::Green,
        "missed" | "overdue" => Colour::Red,
        "running" => Colour::Plain,
        _ => Colour::Dim,
    };
    Cell(state.replace('_', " "), colour)
}

/// How much working time is left, or by how much it is overdue.
fn left(clock: &Value) -> String {
    let counts = ["running", "paused", "overdue", "not_started"];
    let seconds = clock["remaining_seconds"].as_i64();
    let seconds = seconds.filter(|_| counts.contains(&text(clock, "state").as_str()));
    seconds.map_or_else(String::new, |seconds| {
        let length = span(Duration::from_secs(seconds.unsigned_abs()));
        if seconds < 0 { format!("-{length}") } else { length }
    })
}
