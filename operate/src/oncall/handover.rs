//! `operate oncall mine` and `operate oncall handover`: what the server knows beyond files.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::away;
use crate::client::{Client, part};
use crate::screen::{Screen, counted, items, moment, text, time};
use crate::trouble::Outcome;

/// What whoever comes on call has to know.
#[derive(Args, Debug)]
pub struct Handover {
    /// The schedule.
    schedule: String,
    /// A time in the turn, with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// Adds this note for whoever comes, before showing it.
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Handover {
    /// Shows it.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let path = format!("/api/v1/schedules/{}/hand-over", part(&self.schedule));
        if let Some(note) = &self.note {
            let body = serde_json::json!({ "text": note, "at": self.at });
            client.post(&format!("{path}/notes"), &body).await?;
        }
        let found = client.get(&path, &[("at", self.at.unwrap_or_default())]).await?;
        if screen.json {
            screen.document(&found);
        } else {
            screen.say(told(&found, screen));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn told(found: &Value, screen: &Screen) -> String {
    let when = |value: &Value, field: &str| {
        time(value, field).map(|at| moment(at, screen.now())).unwrap_or_default()
    };
    let turn = &found["turn"];
    let mut lines = vec![
        screen.paint.bold(format!("{}: {}", text(found, "title"), text(turn, "name"))),
        format!("  from     {}", when(turn, "from")),
        format!("  until    {}", when(turn, "until")),
    ];
    lines.push(match found["next"].is_null() {
        true => screen.paint.red("  nobody follows at once"),
        false => format!("  then     {}", text(&found["next"], "name")),
    });
    let mut section = |title: &str, field: &str, line: &dyn Fn(&Value) -> String| {
        let found = items(found, field);
        if !found.is_empty() {
            lines.push(String::new());
            lines.push(screen.paint.bold(title));
            lines.extend(found.iter().map(|each| format!("  {}", line(each))));
        }
    };
    let incident = |each: &Value| {
        format!("[{}] #{} {}", text(each, "priority"), each["number"], text(each, "title"))
    };
    section("Open incidents", "open", &incident);
    section("Clocks at risk", "clocks", &|each| {
        let due = when(each, "due_at");
        format!("#{} {} for {} {due}", each["number"], text(each, "clock"), text(each, "contract"))
    });
    section("Pages of the turn", "pages", &|each| {
        let by = match text(each, "answered_by") {
            by if by.is_empty() => "nobody answered".to_owned(),
            by => format!("answered by {by} {}", when(each, "answered_at")),
        };
        format!("{}  {}, {by}", when(each, "started_at"), incident(each))
    });
    section("Over", "over", &incident);
    section("Maintenance", "maintenance", &|each| {
        format!("{} to {}  {}", when(each, "from"), when(each, "until"), text(each, "title"))
    });
    section("Silences", "silences", &|each| {
        format!("{}, until {}", text(each, "matchers"), when(each, "until"))
    });
    section("Notes", "notes", &|each| {
        format!("{}, {}: {}", text(each, "by"), when(each, "at"), text(each, "text"))
    });
    lines.join("\n")
}

/// Prints for what the one who asks is on call, and their next shifts.
pub async fn mine(client: &Client, screen: &Screen) -> Outcome {
    let found = client.get("/api/v1/my/on-call", &[]).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    if found["person"].is_null() {
        screen.say("You are no person of the estate: link the account to one.");
        return Ok(ExitCode::SUCCESS);
    }
    let pages = items(&found, "pages");
    if !pages.is_empty() {
        screen.say(screen.paint.red(format!("{} for you:", counted(pages.len(), "page"))));
        for page in pages {
            screen.say(format!("  #{} {}", page["number"], text(page, "title")));
        }
    }
    match away::shifts(screen, items(&found, "now").iter().chain(items(&found, "next"))) {
        Some(table) => screen.say(table),
        None => screen.say("You have no shift in the next eight weeks."),
    }
    away::to_replace(screen, items(&found, "to_replace"), "To be replaced, since you are away:");
    Ok(ExitCode::SUCCESS)
}
