//! `operate silence`: hold alerts back for a while, and see what is held back.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use kernel::Time;
use serde_json::{Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, age, items, moment, text, time};
use crate::trouble::{Outcome, Trouble};

/// Holds alerts back for a while: they are recorded, open no incident and call nobody.
#[derive(Args, Debug)]
pub struct SilenceArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Silences alerts.
    Add(Add),
    /// Lists silences.
    List(List),
    /// Ends silences: alerts are told again from now on.
    Expire {
        /// Their ids (`sil_…`).
        #[arg(required = true, value_name = "SILENCE")]
        silences: Vec<String>,
    },
    /// Shows which alerts that fire conditions match, and changes nothing.
    Preview {
        /// Conditions, all of which have to hold: alertname=DiskFull, 'instance=~"db-.*"'.
        #[arg(required = true, value_name = "CONDITION")]
        matchers: Vec<String>,
    },
}

#[derive(Args, Debug)]
struct Add {
    /// Conditions, all of which have to hold: alertname=DiskFull, 'instance=~"db-.*"'.
    #[arg(required = true, value_name = "CONDITION")]
    matchers: Vec<String>,
    /// Why, for whoever misses an alert.
    #[arg(short = 'c', long)]
    comment: String,
    /// For how long: 30m, 2h, 1d.
    #[arg(short = 'd', long, default_value = "1h", value_parser = span)]
    duration: Duration,
    /// From when; now, if not said.
    #[arg(long, value_name = "TIME")]
    start: Option<Time>,
    /// Until when, instead of a duration; with --every until when it goes on.
    #[arg(long, value_name = "TIME")]
    end: Option<Time>,
    /// When it comes again, as a rule of RFC 5545: 'FREQ=WEEKLY;BYDAY=SU'.
    #[arg(long, value_name = "RULE")]
    every: Option<String>,
    /// The zone in whose wall time it comes again.
    #[arg(long, default_value = "UTC", requires = "every")]
    zone: String,
    /// Who wants it; who is signed in, if not said.
    #[arg(short = 'a', long, default_value = "")]
    author: String,
}

#[derive(Args, Debug)]
struct List {
    /// Only these stages: pending, active, expired.
    #[arg(long, default_value = "pending,active")]
    stage: String,
    /// Only those with this text in conditions, comment or author.
    #[arg(short = 'q', long, value_name = "TEXT", default_value = "")]
    search: String,
    /// At most so many.
    #[arg(short = 'n', long, default_value_t = 50)]
    limit: u32,
}

/// Reads `90s`, `30m`, `2h`, `1d` or `1w`.
fn span(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration; write it like 30m, 2h or 1d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return Err(wrong()),
    };
    let number: u64 = text[..text.len() - unit.len_utf8()].parse().map_err(|_| wrong())?;
    let total = number.checked_mul(seconds).filter(|total| *total > 0).ok_or_else(wrong)?;
    Ok(Duration::from_secs(total))
}

impl SilenceArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::Add(wanted) => add(&client, screen, wanted).await,
            Verb::List(wanted) => list(&client, screen, wanted).await,
            Verb::Expire { silences } => expire(&client, screen, &silences).await,
            Verb::Preview { matchers } => preview(&client, screen, &matchers).await,
        }
    }
}

/// The plan that is sent.
fn plan(wanted: &Add, now: Time) -> Value {
    let start = wanted.start.unwrap_or(now);
    let mut plan = json!({
        "matchers": wanted.matchers,
        "comment": wanted.comment,
        "created_by": wanted.author,
        "starts_at": start,
    });
    match &wanted.every {
        Some(rule) => {
            plan["recurrence"] = json!({
                "rule": rule,
                "zone": wanted.zone,
                "duration_seconds": wanted.duration.as_secs(),
            });
            if let Some(end) = wanted.end {
                plan["ends_at"] = json!(end);
            }
        }
        None => plan["ends_at"] = json!(wanted.end.unwrap_or(start + wanted.duration)),
    }
    plan
}

async fn add(client: &Client, screen: &Screen, wanted: Add) -> Outcome {
    let answer = client.post("/api/v1/silences", &plan(&wanted, screen.now())).await?;
    if screen.json {
        screen.document(&answer.body);
    } else {
        screen.say(text(&answer.body, "id"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Conditions on one line.
fn conditions(silence: &Value) -> String {
    let matchers: Vec<String> =
        items(silence, "matchers").iter().map(crate::screen::plain).collect();
    matchers.join(", ")
}

async fn list(client: &Client, screen: &Screen, wanted: List) -> Outcome {
    let query = [
        ("stage", wanted.stage),
        ("q", wanted.search),
        ("sort", "ends_at".to_owned()),
        ("limit", wanted.limit.to_string()),
    ];
    let found = client.get("/api/v1/silences", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table =
        Table::new(screen.paint, &["stage", "silences", "comment", "by", "from", "until", "id"]);
    for row in items(&found, "items") {
        let at = |field| {
            let found = time(&row["window"], field).filter(|time| *time != Time::MAX);
            found.map(|at| moment(at, screen.now())).unwrap_or_default()
        };
        table.row([
            text(row, "stage").into(),
            Cell(conditions(row), Colour::Bold),
            text(row, "comment").into(),
            text(row, "created_by").into(),
            at("from").into(),
            at("until").into(),
            Cell(text(row, "id"), Colour::Dim),
        ]);
    }
    if table.is_empty() {
        screen.say("No silences.");
    } else {
        screen.say(table);
    }
    Ok(ExitCode::SUCCESS)
}

async fn expire(client: &Client, screen: &Screen, silences: &[String]) -> Outcome {
    for silence in silences {
        let path = format!("/api/v1/silences/{}/commands", part(silence));
        let answer = client.post(&path, &json!({ "command": "expire" })).await?;
        if screen.json {
            screen.document(&answer.body);
        } else {
            screen.say(format_args!("Silence {silence} is {}.", text(&answer.body, "stage")));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn preview(client: &Client, screen: &Screen, matchers: &[String]) -> Outcome {
    let asked = json!({ "matchers": matchers });
    let found: Result<_, Trouble> = client.post("/api/v1/silences/preview", &asked).await;
    let found = found?.body;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(screen.paint, &["severity", "name", "summary", "item", "since"]);
    for row in items(&found, "alerts") {
        let severity = text(row, "severity");
        let since = time(row, "starts_at").map(|time| age(time, screen.now()));
        table.row([
            Cell(severity.clone(), Colour::of_gravity(&severity)),
            Cell(text(row, "name"), Colour::Bold),
            text(row, "summary").into(),
            text(row, "item").into(),
            since.unwrap_or_default().into(),
        ]);
    }
    if !table.is_empty() {
        screen.say(table);
    }
    screen.say(format_args!(
        "{} that fire match, {} of them silenced already.",
        crate::screen::counted(found["total"].as_u64().unwrap_or_default() as usize, "alert"),
        text(&found, "silenced")
    ));
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_wrong_ones_named() {
        assert_eq!(span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(span("2h"), Ok(Duration::from_secs(7200)));
        assert_eq!(span("1d"), Ok(Duration::from_secs(86_400)));
        for wrong in ["", "h", "2", "0h", "-1h", "2y", "99999999999999999999w", "ä"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
