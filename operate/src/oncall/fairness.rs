//! `operate oncall fairness`: how being on call was shared over a time that is past.

use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use crate::client::Client;
use crate::screen::{Screen, Table, items, moment, text, time};
use crate::trouble::Outcome;

/// Which time, and of which schedule.
#[derive(Args, Debug)]
pub struct Fairness {
    /// Only this schedule.
    schedule: Option<String>,
    /// Only this person: by each schedule, and by all together.
    #[arg(long)]
    person: Option<String>,
    /// From when, with an offset; twelve weeks before the end when not said.
    #[arg(long, value_name = "TIME", default_value = "")]
    from: String,
    /// Until when, with an offset; now when not said.
    #[arg(long, value_name = "TIME", default_value = "")]
    to: String,
}

impl Fairness {
    /// Shows it.
    pub async fn run(self, client: &Client, screen: &Screen) -> Outcome {
        let named = |name: Option<String>, kind: &str| match name.unwrap_or_default() {
            name if name.contains('/') || name.is_empty() => name,
            name => format!("{kind}/{name}"),
        };
        let schedule = named(self.schedule, "schedule");
        let person = named(self.person, "person");
        let asked =
            [("from", self.from), ("until", self.to), ("schedule", schedule), ("person", person)];
        let found = client.get("/api/v1/on-call/fairness", &asked).await?;
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
    let mut lines = vec![format!("{} to {}", when(found, "from"), when(found, "until"))];
    for schedule in items(found, "schedules") {
        lines.push(String::new());
        lines.push(screen.paint.bold(text(schedule, "title")));
        if !schedule["known_since"].is_null() {
            let since = when(schedule, "known_since");
            lines.push(screen.paint.yellow(format!("known since {since}")));
        }
        let problem = text(schedule, "problem");
        if !problem.is_empty() {
            lines.push(screen.paint.red(format!("in part not worked out: {problem}")));
        }
        lines.push(shares(items(schedule, "shares"), screen));
    }
    if !found["together"].is_null() {
        lines.push(String::new());
        lines.push(screen.paint.bold("All together"));
        lines.push(shares(std::slice::from_ref(&found["together"]), screen));
    }
    lines.join("\n")
}

fn shares(shares: &[Value], screen: &Screen) -> String {
    let headers = ["person", "hours", "nights", "weekends", "holidays"];
    let mut table = Table::new(screen.paint, &headers);
    for share in shares {
        let hours = format!("{:.1}", share["hours"].as_f64().unwrap_or_default());
        let [nights, weekends, holidays] =
            ["nights", "weekends", "holidays"].map(|field| text(share, field));
        table.row([
            text(share, "name").into(),
            hours.into(),
            nights.into(),
            weekends.into(),
            holidays.into(),
        ]);
    }
    table.to_string()
}
