//! `operate page`: who is called for an incident, and what can be asked of that.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::Shell;
use crate::client::{Client, part};
use crate::incident::form::{Form, Wants};
use crate::incident::show::called;
use crate::screen::{Screen, items, moment, text, time};
use crate::trouble::{Outcome, Trouble};

/// Shows who is called for an incident, and acts on that.
#[derive(Args, Debug)]
#[command(after_help = "\
Whatever a page takes at the moment can be asked of it, with a flag for each field:
  operate page snooze 42 --for 1h
  operate page snooze 42 --until 2026-03-02T18:00:00Z
  operate page acknowledge 42 --major        the call of the team for major incidents
`operate page show 42` lists what that is; `operate page snooze 42 --help` tells the fields.")]
pub struct PageArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Shows who was called for an incident, and what can be asked.
    Show {
        /// Number or id of the incident.
        incident: String,
    },
    /// Any command of a page.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

impl PageArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::Show { incident } => show(&client, screen, &incident).await,
            Verb::Other(words) => match words.as_slice() {
                [command, incident, flags @ ..] if !incident.starts_with('-') => {
                    ask(&client, screen, command, incident, flags).await
                }
                _ => {
                    let word = words.first().map(String::as_str).unwrap_or_default();
                    let what = format!("`{word}` names no incident: write its number after it");
                    Err(Trouble::wrong(what).remedy("see `operate page --help`"))
                }
            },
        }
    }
}

/// The pages of an incident, the newest first.
async fn pages(client: &Client, incident: &str) -> Result<Value, Trouble> {
    client.get(&format!("/api/v1/incidents/{}/pages", part(incident)), &[]).await
}

async fn show(client: &Client, screen: &Screen, incident: &str) -> Outcome {
    let found = pages(client, incident).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    if items(&found, "items").is_empty() {
        screen.say("Nobody was called.");
    }
    for page in items(&found, "items") {
        tell(screen, page);
    }
    Ok(ExitCode::SUCCESS)
}

/// Asks a command of the newest page of an incident; with `--major`, of that by which the team for
/// major incidents is called.
async fn ask(
    client: &Client,
    screen: &Screen,
    command: &str,
    incident: &str,
    flags: &[String],
) -> Outcome {
    let found = pages(client, incident).await?;
    let (team, flags): (Vec<String>, Vec<String>) =
        flags.iter().cloned().partition(|flag| flag == "--major");
    let meant = |page: &&Value| is_major(page) != team.is_empty();
    let Some(page) = items(&found, "items").iter().find(meant) else {
        let whom = if team.is_empty() { "nobody" } else { "no team for major incidents" };
        let what = format!("{whom} was called for incident {incident}");
        return Err(Trouble::wrong(what).remedy("see `operate incident show`"));
    };
    let number = text(&page["summary"], "number");
    let form = Form::of("page", &number, page, command)?;
    let (flags, wants) = Wants::take(&flags);
    if wants.help {
        screen.say(form.help());
        return Ok(ExitCode::SUCCESS);
    }
    let path = format!("/api/v1/pages/{}/commands", part(&text(page, "id")));
    let after = client.post(&path, &form.fill(&flags)?).await?.body;
    if screen.json || wants.json {
        screen.document(&after);
    } else {
        tell(screen, &after);
    }
    Ok(ExitCode::SUCCESS)
}

/// A page: how it stands, its calls, and what can be asked.
fn tell(screen: &Screen, page: &Value) {
    let number = text(&page["summary"], "number");
    let team = if is_major(page) { ", team for major incidents," } else { "" };
    screen.say(format_args!(
        "Incident {number}{team} by {}: {}.",
        text(page, "policy"),
        standing(screen, page)
    ));
    let calls: Vec<&Value> = items(page, "calls").iter().collect();
    let table = called(&calls, screen);
    if !table.is_empty() {
        screen.say(table);
    }
    let allowed: Vec<String> =
        items(page, "allowed").iter().map(|offer| text(offer, "command")).collect();
    if !allowed.is_empty() {
        screen.note(format_args!("It takes: {}.", allowed.join(", ").replace('_', "-")));
    }
}

/// Whether it calls the team for major incidents.
fn is_major(page: &Value) -> bool {
    text(page, "meant_for") == "major"
}

/// How it stands, in words.
fn standing(screen: &Screen, page: &Value) -> String {
    let mut said = text(page, "stage");
    let by = text(page, "acknowledged_by");
    if !by.is_empty() {
        said.push_str(&format!(" by {by}"));
    }
    let again = &page["rings_again"];
    if let Some(at) = time(again, "at").map(|at| moment(at, screen.now())) {
        match text(again, "snoozed_by") {
            nobody if nobody.is_empty() => {
                said.push_str(&format!(", rings again {at} unless something is done"));
            }
            who => said.push_str(&format!(", snoozed until {at} by {who}")),
        }
    }
    said
}
