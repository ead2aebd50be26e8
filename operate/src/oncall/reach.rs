//! `operate oncall reach`: who is on call soon and might not hear it.

use std::process::ExitCode;

use crate::client::Client;
use crate::screen::{Cell, Colour, Screen, Table, items, moment, text, time};
use crate::trouble::Outcome;

/// Lists them.
pub async fn show(client: &Client, screen: &Screen) -> Outcome {
    let found = client.get("/api/v1/on-call/hard-to-reach", &[]).await?;
    let people = items(&found, "items");
    let code = if people.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) };
    if screen.json {
        screen.document(&found);
        return Ok(code);
    }
    if people.is_empty() {
        screen.say(
            "Everybody who is on call within a week has several ways, of which one is verified.",
        );
        return Ok(code);
    }
    let mut table = Table::new(screen.paint, &["person", "on call", "weakness"]);
    for one in people {
        let from = time(one, "from").map(|at| moment(at, screen.now())).unwrap_or_default();
        let weakness = Cell(text(one, "weakness"), Colour::Red);
        table.row([text(one, "person").into(), from.into(), weakness]);
    }
    screen.say(table);
    Ok(code)
}
