//! `operate person`: how people are called, and whether that works.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, items, text};
use crate::trouble::Outcome;

/// How people are called, and whether that works.
#[derive(Args, Debug)]
pub struct PersonArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Shows in which ways a person is called, and what is missing before that works.
    Ways {
        /// Their name in the estate.
        person: String,
    },
    /// Shows that a way reaches them: sends a code by it; with `--code`, takes the code that came.
    Verify {
        /// Their name in the estate.
        person: String,
        /// The channel: email, sms, voice and so on.
        #[arg(long)]
        channel: String,
        /// The six digits that came.
        #[arg(long)]
        code: Option<String>,
    },
    /// Sends a test that says so, and tells what came of it. Ends with 2 when one did not arrive.
    Try {
        /// Their name in the estate.
        person: String,
        /// Only by this channel: email, sms, ntfy and so on.
        #[arg(long)]
        channel: Option<String>,
    },
}

impl PersonArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::Ways { person } => ways(&client, screen, &person).await,
            Verb::Verify { person, channel, code } => {
                verify(&client, screen, &person, (channel, code)).await
            }
            Verb::Try { person, channel } => try_ways(&client, screen, &person, channel).await,
        }
    }
}

/// The address of a person's ways.
fn path(person: &str) -> String {
    let name = person.strip_prefix("person/").unwrap_or(person);
    format!("/api/v1/people/{}/ways", part(name))
}

async fn ways(client: &Client, screen: &Screen, person: &str) -> Outcome {
    let found = client.get(&path(person), &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(screen.paint, &["channel", "to", "state", "reaches them"]);
    for way in items(&found, "ways") {
        let problem = text(way, "problem");
        let state = match problem.is_empty() {
            true => Cell("ready".to_owned(), Colour::Green),
            false => Cell(problem, Colour::Red),
        };
        let verified = match way["verified"].is_null() {
            true => Cell("not verified".to_owned(), Colour::Yellow),
            false => Cell(format!("verified by {}", text(&way["verified"], "how")), Colour::Green),
        };
        table.row([text(way, "channel").into(), text(way, "to").into(), state, verified]);
    }
    screen.say(table);
    let weakness = text(&found["reach"], "weakness");
    if !weakness.is_empty() {
        screen.say(format_args!("Hard to reach: {weakness}."));
    }
    Ok(ExitCode::SUCCESS)
}

async fn verify(
    client: &Client,
    screen: &Screen,
    person: &str,
    (channel, code): (String, Option<String>),
) -> Outcome {
    let (verb, asked) = match &code {
        Some(code) => ("verify", json!({ "channel": channel, "code": code })),
        None => ("code", json!({ "channel": channel })),
    };
    let found = client.post(&format!("{}/{verb}", path(person)), &asked).await?.body;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let to = text(&found, "to");
    match code {
        Some(_) => screen.say(format_args!("{channel} to {to} is verified.")),
        None => screen.say(format_args!(
            "A code was sent to {to}. Enter it within ten minutes:\n  \
             operate person verify {person} --channel {channel} --code …"
        )),
    }
    Ok(ExitCode::SUCCESS)
}

async fn try_ways(
    client: &Client,
    screen: &Screen,
    person: &str,
    channel: Option<String>,
) -> Outcome {
    let asked = json!({ "channel": channel });
    let found = client.post(&format!("{}/try", path(person)), &asked).await?.body;
    let failed = items(&found, "results").iter().any(|way| way["delivered"] != true);
    let code = if failed { ExitCode::from(2) } else { ExitCode::SUCCESS };
    if screen.json {
        screen.document(&found);
        return Ok(code);
    }
    let mut table = Table::new(screen.paint, &["channel", "to", "result", "answer"]);
    for way in items(&found, "results") {
        let result = match way["delivered"] == true {
            true => Cell("taken".to_owned(), Colour::Green),
            false => Cell("failed".to_owned(), Colour::Red),
        };
        table.row([
            text(way, "channel").into(),
            text(way, "to").into(),
            result,
            text(way, "detail").into(),
        ]);
    }
    screen.say(table);
    Ok(code)
}
