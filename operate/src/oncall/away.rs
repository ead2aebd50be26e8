//! `operate oncall shifts`, `away` and `back`: who is away, and who has their shifts then.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::client::{Client, part};
use crate::screen::{Screen, Table, clean, items, moment, text, time};
use crate::trouble::{Outcome, Trouble};

/// Whose shifts.
#[derive(Args, Debug)]
pub struct Shifts {
    /// The person; you when not said.
    person: Option<String>,
}

/// Who is away, why and when.
#[derive(Args, Debug)]
pub struct Away {
    /// The person; you when not said.
    person: Option<String>,
    /// Why.
    #[arg(long, value_enum, default_value_t = Why::Leave)]
    because: Why,
    /// The first moment, with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// The first moment after it, with an offset; open until `operate oncall back` when not said.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
}

/// Why somebody is away.
#[derive(ValueEnum, Clone, Copy, Debug)]
enum Why {
    /// Planned.
    Leave,
    /// Ill.
    Sickness,
    /// Anything else.
    Other,
}

/// Who is back, or what does not come to be.
#[derive(Args, Debug)]
pub struct Back {
    /// The person; you when not said.
    person: Option<String>,
    /// Since when, with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Takes back this absence alone, also one that is to come; `operate oncall shifts` names them.
    #[arg(long, value_name = "ABSENCE", conflicts_with = "at")]
    absence: Option<String>,
}

impl Shifts {
    /// Shows them.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let name = name(client, self.person).await?;
        let found = client.get(&format!("/api/v1/people/{}/shifts", part(&name)), &[]).await?;
        if screen.json {
            screen.document(&found);
            return Ok(ExitCode::SUCCESS);
        }
        match shifts(screen, items(&found, "shifts")) {
            Some(table) => screen.say(table),
            None => screen.say(format!("{name} has no shift in the next eight weeks.")),
        }
        for away in items(&found, "away") {
            let until = match when(screen, away, "until") {
                until if until.is_empty() => "until they are back".to_owned(),
                until => format!("until {until}"),
            };
            let from = when(screen, away, "from");
            let (why, name) = (text(away, "kind"), text(away, "absence"));
            let name = name.trim_start_matches("absence/");
            screen.say(format!("Away from {from} {until} ({why}): {name}"));
        }
        to_replace(screen, items(&found, "to_replace"), "To be replaced:");
        Ok(ExitCode::SUCCESS)
    }
}

impl Away {
    /// Enters it, and says what becomes of the shifts that it hits.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let name = name(client, self.person).await?;
        let why = match self.because {
            Why::Leave => "leave",
            Why::Sickness => "sickness",
            Why::Other => "other",
        };
        let body = json!({ "type": why, "from": self.from, "until": self.until });
        let path = format!("/api/v1/people/{}/away", part(&name));
        let done = client.post(&path, &body).await?.body;
        if screen.json {
            screen.document(&done);
            return Ok(ExitCode::SUCCESS);
        }
        let hit = items(&done, "shifts");
        if hit.is_empty() {
            screen.say(format!("{name} is away; no shift is hit."));
        }
        to_replace(screen, hit, &format!("{name} is away. This is hit:"));
        Ok(ExitCode::SUCCESS)
    }
}

impl Back {
    /// Ends it.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let name = name(client, self.person).await?;
        let person = format!("/api/v1/people/{}", part(&name));
        match self.absence {
            Some(absence) => {
                let absence = absence.trim_start_matches("absence/");
                client.delete(&format!("{person}/away/{}", part(absence))).await?;
            }
            None => {
                client.post(&format!("{person}/back"), &json!({ "at": self.at })).await?;
            }
        }
        screen.note(format!("{name} is on call again as the schedules say."));
        Ok(ExitCode::SUCCESS)
    }
}

/// The name of a person: who was said, or who asks.
async fn name(client: &Client, person: Option<String>) -> Result<String, Trouble> {
    if let Some(person) = person {
        return Ok(person.trim_start_matches("person/").to_owned());
    }
    let mine = client.get("/api/v1/my/on-call", &[]).await?;
    match text(&mine, "person") {
        none if none.is_empty() => Err(Trouble::wrong("you are no person of the estate")
            .remedy("name a person, or link your account to one")),
        person => Ok(person.trim_start_matches("person/").to_owned()),
    }
}

/// A table of shifts; none when there are none.
pub fn shifts<'v>(screen: &Screen, shifts: impl IntoIterator<Item = &'v Value>) -> Option<Table> {
    let mut table = Table::new(screen.paint, &["schedule", "from", "until", "because"]);
    for shift in shifts {
        let (from, until) = (when(screen, shift, "from"), when(screen, shift, "until"));
        let cells = [text(shift, "title"), from, until, text(shift, "why")];
        table.row(cells.map(|cell| clean(&cell).into()));
    }
    (!table.is_empty()).then_some(table)
}

/// Says of shifts of somebody who is away who stands in, below a title.
pub fn to_replace(screen: &Screen, shifts: &[Value], title: &str) {
    if !shifts.is_empty() {
        screen.say(title);
    }
    for shift in shifts {
        let who = match text(shift, "person") {
            who if who.is_empty() => screen.paint.red("nobody, it has to be filled"),
            who => format!("{} stands in", who.trim_start_matches("person/")),
        };
        let offered = if shift["offer"].is_null() { "" } else { ", offered" };
        let (from, until) = (when(screen, shift, "from"), when(screen, shift, "until"));
        let title = text(shift, "title");
        screen.say(format!("  {} {from} to {until}: {who}{offered}", clean(&title)));
    }
}

fn when(screen: &Screen, value: &Value, field: &str) -> String {
    time(value, field).map(|at| moment(at, screen.now())).unwrap_or_default()
}
