//! `operate alert history`: what alerts went through, also those that are closed.

use std::process::ExitCode;

use clap::Args;
use kernel::Time;
use serde_json::Value;

use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, items, moment, span, text, time};
use crate::trouble::Outcome;

/// What to look for.
#[derive(Args, Debug)]
pub struct History {
    /// Only alerts that fired at this time or later (RFC 3339).
    #[arg(long, value_name = "TIME")]
    from: Option<Time>,
    /// Only alerts that fired before this time.
    #[arg(long, value_name = "TIME")]
    to: Option<Time>,
    /// Only these states: open, acknowledged, cleared, closed.
    #[arg(long, default_value = "")]
    state: String,
    /// Only these severities: critical,error,warning,info,none.
    #[arg(long, default_value = "")]
    severity: String,
    /// Only alerts with exactly this name.
    #[arg(long, default_value = "")]
    name: String,
    /// Only those on this item: service/orders.
    #[arg(long, default_value = "")]
    item: String,
    /// Only those whose item this team answered for: team/payments.
    #[arg(long, default_value = "")]
    team: String,
    /// Only those of this integration.
    #[arg(long, default_value = "")]
    source: String,
    /// Only those that somebody looked at.
    #[arg(long, conflicts_with = "never_acknowledged")]
    acknowledged: bool,
    /// Only those that nobody looked at.
    #[arg(long)]
    never_acknowledged: bool,
    /// Only those with this label; may be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    label: Vec<String>,
    /// Only those with this text in name, summary or a label.
    #[arg(short = 'q', long, value_name = "TEXT", default_value = "")]
    search: String,
    /// began_at, first_seen, fired_count, severity or name; with `-` before it the largest first.
    #[arg(long, default_value = "-began_at", allow_hyphen_values = true)]
    sort: String,
    /// At most so many alerts.
    #[arg(short = 'n', long, default_value_t = 50)]
    limit: u32,
    /// Every firing as comma-separated values.
    #[arg(long)]
    csv: bool,
}

impl History {
    fn query(&self) -> Vec<(&'static str, String)> {
        let time = |time: Option<Time>| time.map(|time| time.to_string()).unwrap_or_default();
        let looked_at = match (self.acknowledged, self.never_acknowledged) {
            (true, _) => "true",
            (_, true) => "false",
            _ => "",
        };
        vec![
            ("from", time(self.from)),
            ("to", time(self.to)),
            ("state", self.state.clone()),
            ("severity", self.severity.clone()),
            ("name", self.name.clone()),
            ("item", self.item.clone()),
            ("team", self.team.clone()),
            ("source", self.source.clone()),
            ("acknowledged", looked_at.to_owned()),
            ("label", self.label.join(",")),
            ("q", self.search.clone()),
            ("sort", self.sort.clone()),
        ]
    }

    /// Shows it.
    pub async fn show(self, client: &Client, screen: &Screen) -> Outcome {
        let mut query = self.query();
        if self.csv {
            let given = query.iter().filter(|(_, value)| !value.is_empty());
            let given: Vec<String> =
                given.map(|(name, value)| format!("{name}={}", part(value))).collect();
            let path = format!("/api/v1/alerts/history.csv?{}", given.join("&"));
            screen.say(client.get_text(&path).await?.trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        query.push(("limit", self.limit.to_string()));
        let found = client.get("/api/v1/alerts/history", &query).await?;
        if screen.json {
            screen.document(&found);
            return Ok(ExitCode::SUCCESS);
        }
        let table = table(&found, screen);
        if table.is_empty() {
            screen.say("No alert fired so.");
            return Ok(ExitCode::SUCCESS);
        }
        screen.say(table);
        let (shown, total) = (items(&found, "items").len(), &found["total"]);
        if total.as_u64().is_some_and(|total| total > shown as u64) {
            screen.note(format_args!("{shown} of {total}; --limit shows more."));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(found: &Value, screen: &Screen) -> Table {
    let columns = ["severity", "state", "name", "item", "fired", "began", "for", "looked at", "id"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(found, "items") {
        let severity = text(row, "severity");
        let began = time(row, "began_at");
        let lasted = began.map(|began| {
            let ended = time(row, "ended_at").unwrap_or_else(|| screen.now());
            span(ended.since(began))
        });
        table.row([
            Cell(severity.clone(), Colour::of_gravity(&severity)),
            text(row, "state").into(),
            Cell(text(row, "name"), Colour::Bold),
            text(row, "item").into(),
            text(row, "fired_count").into(),
            began.map(|began| moment(began, screen.now())).unwrap_or_default().into(),
            lasted.unwrap_or_default().into(),
            if row["acknowledged"] == true { "yes" } else { "never" }.to_owned().into(),
            Cell(text(row, "id"), Colour::Dim),
        ]);
    }
    table
}
