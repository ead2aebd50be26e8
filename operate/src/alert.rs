//! `operate alert`: look at alerts and act on them.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::history::History;
use crate::many::{Ack, Narrow};
use crate::screen::{Cell, Colour, Screen, Table, age, items, moment, text, time};
use crate::trouble::Outcome;

/// Looks at alerts and acts on them. An alert is named by its id (`alr_…`).
#[derive(Args, Debug)]
pub struct AlertArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists alerts that are not closed, the worst first.
    List(List),
    /// Lists what alerts went through, also those that are closed, with who looked at them.
    History(History),
    /// Shows an alert with its labels and its history.
    Show {
        /// Its id.
        alert: String,
    },
    /// Tells why it was told to somebody, or was not.
    Explain {
        /// Its id.
        alert: String,
    },
    /// Acknowledges: somebody looks at it. Those that are named, or all that fit.
    #[command(visible_alias = "acknowledge")]
    Ack(Ack),
    /// Takes the acknowledgement back: nobody looks at it any more.
    Unack {
        /// Its id.
        alert: String,
    },
    /// Says that it is over. Holds until its source reports a new firing.
    Clear {
        /// Its id.
        alert: String,
        /// Why you know better than its source.
        #[arg(long)]
        reason: String,
    },
    /// Puts it away.
    Close {
        /// Its id.
        alert: String,
    },
    /// Says that telling you of it was of no use: its rule gets a tuning task.
    NotUseful {
        /// Its id.
        alert: String,
        /// What made it useless.
        #[arg(long, required_unless_present = "undo", conflicts_with = "undo")]
        reason: Option<String>,
        /// Takes your word back: it was of use after all.
        #[arg(long)]
        undo: bool,
    },
}

#[derive(Args, Debug)]
struct List {
    /// Only these states: open, acknowledged, cleared; or closed.
    #[arg(long, default_value = "open,acknowledged")]
    state: String,
    #[command(flatten)]
    narrow: Narrow,
    /// severity, starts_at, last_seen or name; with `-` before it the largest first.
    #[arg(long, default_value = "-severity", allow_hyphen_values = true)]
    sort: String,
    /// At most so many.
    #[arg(short = 'n', long, default_value_t = 50)]
    limit: u32,
}

impl AlertArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::List(wanted) => return list(&client, screen, wanted).await,
            Verb::History(wanted) => return wanted.show(&client, screen).await,
            Verb::Show { alert } => return show(&client, screen, &alert).await,
            Verb::Explain { alert } => {
                let found = client.get(&format!("{}/explanation", path(&alert)), &[]).await?;
                if screen.json {
                    screen.document(&found);
                } else {
                    screen.say(crate::explain::explained(&found, screen));
                }
            }
            Verb::Ack(wanted) if wanted.many() => {
                return crate::many::acknowledge(&client, screen, wanted).await;
            }
            Verb::Ack(wanted) => {
                for alert in &wanted.alerts {
                    ask(&client, screen, alert, json!({ "command": "acknowledge" })).await?;
                }
            }
            Verb::Unack { alert } => {
                ask(&client, screen, &alert, json!({ "command": "unacknowledge" })).await?;
            }
            Verb::Clear { alert, reason } => {
                let command = json!({ "command": "clear", "reason": reason });
                ask(&client, screen, &alert, command).await?;
            }
            Verb::NotUseful { alert, reason, .. } => {
                let command = match reason {
                    Some(reason) => json!({ "command": "mark_not_useful", "reason": reason }),
                    None => json!({ "command": "take_back_not_useful" }),
                };
                ask(&client, screen, &alert, command).await?;
            }
            Verb::Close { alert } => {
                ask(&client, screen, &alert, json!({ "command": "close" })).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn path(alert: &str) -> String {
    format!("/api/v1/alerts/{}", part(alert))
}

async fn list(client: &Client, screen: &Screen, wanted: List) -> Outcome {
    let mut query = wanted.narrow.query();
    query.extend([
        ("state", wanted.state),
        ("sort", wanted.sort),
        ("limit", wanted.limit.to_string()),
    ]);
    let found = client.get("/api/v1/alerts", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let columns = ["severity", "state", "name", "summary", "item", "since", "id"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(&found, "items") {
        let severity = text(row, "severity");
        let since = time(row, "starts_at").map(|time| age(time, screen.now()));
        table.row([
            Cell(severity.clone(), Colour::of_gravity(&severity)),
            text(row, "state").into(),
            Cell(text(row, "name"), Colour::Bold),
            text(row, "summary").into(),
            text(row, "item").into(),
            since.unwrap_or_default().into(),
            Cell(text(row, "id"), Colour::Dim),
        ]);
    }
    if table.is_empty() {
        screen.say("No alerts.");
        return Ok(ExitCode::SUCCESS);
    }
    screen.say(table);
    let (shown, total) = (items(&found, "items").len(), &found["total"]);
    if total.as_u64().is_some_and(|total| total > shown as u64) {
        screen.note(format_args!("{shown} of {total}; --limit shows more."));
    }
    Ok(ExitCode::SUCCESS)
}

async fn show(client: &Client, screen: &Screen, alert: &str) -> Outcome {
    let found = client.get(&path(alert), &[]).await?;
    let timeline = client.get(&format!("{}/timeline", path(alert)), &[]).await?;
    if screen.json {
        let mut document = found;
        document["timeline"] = timeline["items"].clone();
        screen.document(&document);
        return Ok(ExitCode::SUCCESS);
    }
    screen.say(described(&found, &timeline, screen));
    Ok(ExitCode::SUCCESS)
}

fn described(alert: &Value, timeline: &Value, screen: &Screen) -> String {
    let severity = text(alert, "severity");
    let mut lines = vec![format!(
        "{} {}",
        screen.paint.in_colour(Colour::of_gravity(&severity), &severity),
        screen.paint.bold(text(alert, "name"))
    )];
    let mut add = |label: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("  {label:<11}{value}"));
        }
    };
    let at = |field| time(alert, field).map(|at| moment(at, screen.now())).unwrap_or_default();
    add("summary", text(alert, "summary"));
    add("state", text(alert, "state"));
    add("taken by", text(alert, "acknowledged_by"));
    let by = text(alert, "matched_by");
    add("item", if by.is_empty() { "not found".into() } else { text(alert, "item") });
    add("found by", by);
    add("incident", text(alert, "incident"));
    add("source", text(alert, "source"));
    add("fires since", at("starts_at"));
    add("last seen", at("last_seen"));
    add("ended", at("ends_at"));
    add("fired", format!("{} times", text(alert, "fired_count")));
    add("origin", text(alert, "generator_url"));
    for (heading, field) in [("Labels", "labels"), ("Annotations", "annotations")] {
        let pairs = alert[field].as_object().into_iter().flatten();
        let pairs: Vec<String> = pairs
            .map(|(name, value)| {
                let name = crate::screen::clean(name);
                format!("  {name}: {}", crate::screen::plain(value))
            })
            .collect();
        if !pairs.is_empty() {
            lines.push(String::new());
            lines.push(screen.paint.bold(heading));
            lines.extend(pairs);
        }
    }
    lines.push(String::new());
    lines.push(screen.paint.bold("History"));
    for entry in items(timeline, "items").iter().rev() {
        let at = time(entry, "at").map(|at| moment(at, screen.now())).unwrap_or_default();
        lines.push(format!("  {at}  {}", text(entry, "title")));
    }
    lines.join("\n")
}

async fn ask(client: &Client, screen: &Screen, alert: &str, command: Value) -> Outcome {
    let answer = client.post(&format!("{}/commands", path(alert)), &command).await?;
    if screen.json {
        screen.document(&answer.body);
    } else {
        let (name, state) = (text(&answer.body, "name"), text(&answer.body, "state"));
        screen.say(format_args!("Alert {name} ({alert}) is {state}."));
    }
    Ok(ExitCode::SUCCESS)
}
