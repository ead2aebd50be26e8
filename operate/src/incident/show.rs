//! One incident with everything about it, for people.

use std::process::ExitCode;

use serde_json::Value;

use crate::client::Client;
use crate::screen::{Cell, Colour, Screen, Table, age, counted, items, moment, text, time};
use crate::trouble::Outcome;

/// Calls and entries of the timeline that are shown of a long list.
const SHOWN: usize = 30;

/// Shows an incident; with `full` everything that was done, else the newest.
pub async fn show(client: &Client, screen: &Screen, incident: &str, full: bool) -> Outcome {
    let path = super::path(incident);
    let found = client.get(&path, &[]).await?;
    let timeline = client.get(&format!("{path}/timeline"), &[]).await?;
    let pages = client.get(&format!("{path}/pages"), &[]).await?;
    if screen.json {
        let mut document = found;
        document["timeline"] = timeline["items"].clone();
        document["pages"] = pages["items"].clone();
        screen.document(&document);
        return Ok(ExitCode::SUCCESS);
    }
    let most = if full { usize::MAX } else { SHOWN };
    let mut parts = vec![head(&found, screen, client.url())];
    parts.extend(times(&found, screen));
    parts.extend(super::clocks::table(&found, screen));
    parts.extend(priority(&found, screen));
    parts.extend(alerts(&found, screen));
    parts.extend(calls(&pages, screen, most));
    parts.extend(tasks(&found, screen));
    parts.extend(links(&found, screen));
    parts.push(story(&timeline, screen, most));
    parts.push(actions(&found, screen));
    screen.say(parts.join("\n\n"));
    Ok(ExitCode::SUCCESS)
}

/// How far it is as a major incident, and why; nothing when nobody has said anything.
fn major(incident: &Value) -> String {
    let (stage, why) = (text(incident, "major.stage"), text(incident, "major.because"));
    let leads = text(incident, "major.answered_by");
    let leads = if leads.is_empty() { leads } else { format!("{leads} answered for the team") };
    join(": ", [join(", ", [stage.replace('_', " "), leads]), why])
}

fn heading(screen: &Screen, name: &str) -> String {
    screen.paint.bold(name)
}

fn head(incident: &Value, screen: &Screen, url: &str) -> String {
    let priority = text(incident, "priority");
    let title = format!("{}  {}", text(incident, "number"), text(incident, "title"));
    let mut lines = vec![format!(
        "{} {}",
        screen.paint.in_colour(Colour::of_gravity(&priority), &priority),
        screen.paint.bold(title)
    )];
    let mut add = |label: &str, value: String| {
        if !value.is_empty() {
            lines.push(format!("  {label:<12}{value}"));
        }
    };
    let since = time(incident, "stage_since").map(|since| age(since, screen.now()));
    add("stage", format!("{}, for {}", super::stage(incident), since.unwrap_or_default()));
    add("major", major(incident));
    let hold = text(incident, "hold.reason").replace('_', " ");
    add("waits for", join(", ", [hold, text(incident, "hold.note")]));
    add("next", text(incident, "next_step"));
    add("item", because(incident, "main_item", "main_because"));
    add("severity", text(incident, "severity"));
    let with = join(" ", [text(incident, "team"), text(incident, "assignee")]);
    let why = text(incident, "assigned_because");
    add("with", if why.is_empty() { with } else { format!("{with} ({why})") });
    add("taken by", text(incident, "acknowledged_by"));
    for (role, person) in incident["roles"].as_object().into_iter().flatten() {
        add(role, crate::screen::plain(person));
    }
    add("hits", hits(incident));
    let resolved = [text(incident, "cause_class"), text(incident, "resolution_code")];
    let resolved = resolved.map(|word| word.replace('_', " "));
    add("resolved", join(": ", [join(", ", resolved), text(incident, "resolution_note")]));
    add("merged into", text(incident, "merged_into"));
    add("about", text(incident, "description"));
    add("address", format!("{url}/incidents/{}", text(incident, "id")));
    lines.join("\n")
}

fn join<const N: usize>(between: &str, parts: [String; N]) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

fn because(value: &Value, field: &str, reason: &str) -> String {
    let (what, why) = (text(value, field), text(value, reason));
    if what.is_empty() || why.is_empty() { what } else { format!("{what} ({why})") }
}

/// Use cases and products that it reaches, and how many people.
fn hits(incident: &Value) -> String {
    let users = match text(incident, "affected.users") {
        users if users.is_empty() => users,
        users => format!("{users} users"),
    };
    let services = items(incident, "affected.services").len();
    let services = if services == 0 { String::new() } else { counted(services, "service") };
    let affected = |field| text(incident, field);
    join(
        ", ",
        [
            affected("affected.usecases"),
            affected("affected.products"),
            services,
            users,
            affected("affected.note"),
        ],
    )
}

fn times(incident: &Value, screen: &Screen) -> Option<String> {
    let mut table = Table::new(screen.paint, &["times", "", ""]);
    let mut known: Vec<_> = incident["times"]
        .as_object()?
        .iter()
        .filter_map(|(name, stamp)| Some((time(stamp, "at")?, name, text(stamp, "source"))))
        .collect();
    known.sort();
    for (at, name, source) in known {
        table.row([name.as_str().into(), moment(at, screen.now()).into(), source.into()]);
    }
    (!table.is_empty()).then(|| table.to_string())
}

fn priority(incident: &Value, screen: &Screen) -> Option<String> {
    let lines = items(incident, "priority_lines");
    let mut table = Table::new(screen.paint, &["priority", "", "because"]);
    for line in lines {
        let value = text(line, "value");
        table.row([text(line, "step").into(), value.into(), text(line, "because").into()]);
    }
    (!table.is_empty()).then(|| table.to_string())
}

fn alerts(incident: &Value, screen: &Screen) -> Option<String> {
    let mut table = Table::new(screen.paint, &["alert", "item", "severity", "state", "because"]);
    for member in items(incident, "members") {
        let severity = text(member, "severity");
        let state = match time(member, "cleared_at") {
            _ if member["detached"] == true => Cell("taken out".to_owned(), Colour::Dim),
            Some(at) => Cell(format!("clear for {}", age(at, screen.now())), Colour::Green),
            None => Cell("fires".to_owned(), Colour::Red),
        };
        let star = if member["primary"] == true { "* " } else { "" };
        table.row([
            format!("{star}{}", text(member, "title")).into(),
            text(member, "item").into(),
            Cell(severity.clone(), Colour::of_gravity(&severity)),
            state,
            text(member, "reason").into(),
        ]);
    }
    (!table.is_empty()).then(|| table.to_string())
}

fn calls(pages: &Value, screen: &Screen, most: usize) -> Option<String> {
    let pages = items(pages, "items").iter();
    let calls: Vec<&Value> = pages.rev().flat_map(|page| items(page, "calls")).collect();
    let left_out = calls.len().saturating_sub(most);
    let table = called(&calls[left_out..], screen);
    (!table.is_empty()).then(|| format!("{table}{}", earlier(left_out, screen)))
}

/// Calls with what became of each.
pub fn called(calls: &[&Value], screen: &Screen) -> Table {
    let mut table = Table::new(screen.paint, &["called", "by", "result", "when", "detail"]);
    for call in calls {
        let result = text(call, "result");
        let colour = if ["failed", "unreached"].contains(&result.as_str()) {
            Colour::Red
        } else {
            Colour::Plain
        };
        let at = time(call, "at").map(|at| moment(at, screen.now()));
        table.row([
            text(call, "contact").into(),
            text(call, "channel").into(),
            Cell(result, colour),
            at.unwrap_or_default().into(),
            text(call, "detail").into(),
        ]);
    }
    table
}

/// How much was left out.
fn earlier(left_out: usize, screen: &Screen) -> String {
    if left_out == 0 {
        return String::new();
    }
    format!("\n  {}", screen.paint.dim(format_args!("{left_out} earlier; --full shows all")))
}

fn tasks(incident: &Value, screen: &Screen) -> Option<String> {
    let mut lines = vec![heading(screen, "Tasks")];
    for task in items(incident, "tasks") {
        let done = if task["done_at"].is_null() { "[ ]" } else { "[x]" };
        let (title, by) = (text(task, "title"), text(task, "assignee"));
        lines.push(format!("  {done} {}  {}", join(", ", [title, by]), text(task, "id")));
    }
    (lines.len() > 1).then(|| lines.join("\n"))
}

fn links(incident: &Value, screen: &Screen) -> Option<String> {
    let mut lines = vec![heading(screen, "Links")];
    for link in items(incident, "links") {
        lines.push(format!("  {}: {}", text(link, "title"), text(link, "url")));
    }
    (lines.len() > 1).then(|| lines.join("\n"))
}

/// The timeline, the oldest first, as one reads a story.
fn story(timeline: &Value, screen: &Screen, most: usize) -> String {
    let mut lines = vec![heading(screen, "Timeline")];
    let entries = items(timeline, "items");
    for entry in entries.iter().take(most).rev() {
        let at = time(entry, "at").map(|at| moment(at, screen.now())).unwrap_or_default();
        let actor = screen.paint.dim(text(entry, "actor"));
        lines.push(format!("  {at:<38} {}  {actor}", text(entry, "title")));
    }
    lines.join("\n") + &earlier(entries.len().saturating_sub(most), screen)
}

fn actions(incident: &Value, screen: &Screen) -> String {
    let offers = items(incident, "allowed").iter();
    let names: Vec<String> = offers.map(|offer| text(offer, "command")).collect();
    let number = text(incident, "number");
    format!(
        "{}\n  {}\n  {}",
        heading(screen, "What can be done"),
        names.join(", "),
        screen.paint.dim(format_args!("operate incident COMMAND {number} --help tells the fields")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::Paint;
    use serde_json::json;

    fn screen() -> Screen {
        let start = kernel::Time::parse("2026-03-01T09:40:00Z").unwrap();
        let world = spine::World::manual(start, 1);
        Screen { world, paint: Paint(false), ..Screen::of_process(false) }
    }

    #[test]
    fn the_head_says_what_it_is_who_has_it_and_what_comes_next() {
        let incident = json!({
            "id": "inc_1", "number": 42, "priority": "P1", "title": "Orders database is down",
            "stage": "on_hold", "stage_since": "2026-03-01T09:30:00Z", "severity": "critical",
            "hold": { "reason": "supplier", "note": "ticket 4711" },
            "main_item": "component/orders-db", "main_because": "two services depend on it",
            "team": "team/platform", "assignee": "person/greta",
            "assigned_because": "owner of component/orders-db",
            "affected": { "usecases": ["usecase/sell-tickets"], "products": [],
                          "services": ["service/orders"], "users": 300, "note": "" },
            "roles": { "commander": "person/ada" } });
        insta::assert_snapshot!(head(&incident, &screen(), "http://127.0.0.1:7070"), @"
        P1 42  Orders database is down
          stage       on hold, for 10 min
          waits for   supplier, ticket 4711
          item        component/orders-db (two services depend on it)
          severity    critical
          with        team/platform person/greta (owner of component/orders-db)
          commander   person/ada
          hits        usecase/sell-tickets, 1 service, 300 users
          address     http://127.0.0.1:7070/incidents/inc_1
        ");
    }

    #[test]
    fn the_timeline_reads_from_the_beginning() {
        let timeline = json!({ "items": [
            { "at": "2026-03-01T09:31:00Z", "title": "ada took it", "actor": "person:ada" },
            { "at": "2026-03-01T09:30:00Z", "title": "opened", "actor": "stream:x" } ] });
        insta::assert_snapshot!(story(&timeline, &screen(), 9), @"
        Timeline
          2026-03-01 09:30:00 UTC (10 min ago)   opened  stream:x
          2026-03-01 09:31:00 UTC (9 min ago)    ada took it  person:ada
        ");
    }
}
