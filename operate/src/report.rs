//! `operate report`: a month of a product, to read and to hand on.

use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, items, moment, span, text, time};
use crate::trouble::Outcome;

/// Draws reports.
#[derive(Args, Debug)]
pub struct ReportArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Draws the operations report of a month, each figure beside that of the month before.
    Monthly(Monthly),
}

#[derive(Args, Debug)]
struct Monthly {
    /// What: `product/shop`, `service/checkout`.
    item: String,
    /// The month: `2026-10` [default: the last one that is over and was watched].
    #[arg(long, default_value = "")]
    month: String,
    /// The zone in whose midnights months begin, such as Europe/Berlin [default: UTC].
    #[arg(long, default_value = "")]
    time_zone: String,
    /// Print a table for spreadsheets.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
}

impl ReportArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let Verb::Monthly(wanted) = self.verb;
        monthly(&shell.server.client()?, &shell.screen, wanted).await
    }
}

async fn monthly(client: &Client, screen: &Screen, wanted: Monthly) -> Outcome {
    let Monthly { item, month, time_zone, csv } = wanted;
    if csv {
        let (item, month, zone) = (part(&item), part(&month), part(&time_zone));
        let path =
            format!("/api/v1/reports/monthly.csv?item={item}&month={month}&time_zone={zone}");
        screen.say(client.get_text(&path).await?.trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let query = [("item", item), ("month", month), ("time_zone", time_zone)];
    let found = client.get("/api/v1/reports/monthly", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    screen.say(head(&found, screen));
    screen.say(key(&found, screen));
    for table in [contracts(&found, screen), major(&found, screen), noisiest(&found, screen)] {
        if !table.is_empty() {
            screen.say(table);
        }
    }
    for line in left_out(&found["month"]) {
        screen.say(line);
    }
    Ok(ExitCode::SUCCESS)
}

/// What there was too much of to be told.
fn left_out(month: &Value) -> Vec<String> {
    let parts =
        [("Alerts", text(month, "alerts.left_out")), ("Calls", text(month, "load_left_out"))];
    let why = parts.into_iter().filter(|(_, why)| !why.is_empty());
    let mut lines: Vec<String> =
        why.map(|(what, why)| format!("{what} are left out: {why}")).collect();
    if month["changes_cut"] == true {
        lines.push("Changes are not counted: there were more than are listed".to_owned());
    }
    lines
}

fn head(found: &Value, screen: &Screen) -> String {
    let title = format!("{}: {}", text(found, "title"), text(found, "month.name"));
    let provisional = found["month"]["provisional"] == true;
    let note = if provisional { " (it is not over)" } else { "" };
    format!("{}{note}", screen.paint.bold(title))
}

fn key(found: &Value, screen: &Screen) -> Table {
    let (month, before) = (text(found, "month.name"), text(found, "before.name"));
    let mut table = Table::new(screen.paint, &["figure", &month, "n", &before, ""]);
    for row in items(found, "key") {
        let unit = text(row, "unit");
        let notable = if row["notable"] == true { "more than chance" } else { "" };
        table.row([
            text(row, "title").into(),
            Cell(figure(&unit, &row["is"]), Colour::Bold),
            text(row, "n").into(),
            figure(&unit, &row["was"]).into(),
            notable.to_owned().into(),
        ]);
    }
    table
}

fn figure(unit: &str, value: &Value) -> String {
    let Some(value) = value.as_f64() else { return "–".to_owned() };
    match unit {
        "percent" => format!("{value:.3} %"),
        "seconds" => span(Duration::from_secs_f64(value.max(0.0))),
        _ => format!("{value}"),
    }
}

fn contracts(found: &Value, screen: &Screen) -> Table {
    let mut table = Table::new(screen.paint, &["contract", "period", "verdict", "reached", "of"]);
    for row in items(&found["month"], "contracts") {
        let share = |name: &str| row[name].as_f64().map(|p| format!("{p:.3} %"));
        table.row([
            text(row, "title").into(),
            text(row, "period.name").into(),
            text(row, "verdict").replace('_', " ").into(),
            share("measured_percent").unwrap_or_default().into(),
            share("target_percent").unwrap_or_default().into(),
        ]);
    }
    table
}

fn major(found: &Value, screen: &Screen) -> Table {
    let mut table = Table::new(screen.paint, &["major incident", "opened", "to restore"]);
    for row in items(&found["month"], "major") {
        table.row([
            format!("#{} {}", row["number"], text(row, "title")).into(),
            time(row, "opened_at").map(|at| moment(at, screen.now())).unwrap_or_default().into(),
            figure("seconds", &row["restore_seconds"]).into(),
        ]);
    }
    table
}

fn noisiest(found: &Value, screen: &Screen) -> Table {
    let mut table = Table::new(screen.paint, &["noisiest alert", "fired", "nobody looked"]);
    for row in items(&found["month"]["alerts"], "noisiest") {
        table.row([
            text(row, "name").into(),
            text(row, "fired").into(),
            text(row, "never_acknowledged").into(),
        ]);
    }
    table
}
