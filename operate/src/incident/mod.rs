//! `operate incident`: look at incidents and act on them.

mod clocks;
pub mod form;
pub mod show;

pub use form::named;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use crate::Shell;
use crate::client::{Client, part};
use crate::screen::{Cell, Colour, Screen, Table, age, items, text, time};
use crate::trouble::{Outcome, Trouble};

/// Looks at incidents and acts on them. An incident is named by its number or its id.
#[derive(Args, Debug)]
#[command(after_help = "\
Whatever an incident takes at the moment can be asked of it, with a flag for each field:
  operate incident assign 42 --team payments
  operate incident hold 42 --reason supplier --note 'ticket 4711 at Paynova'
`operate incident show 42` lists what that is; `operate incident hold 42 --help` tells the
fields.")]
pub struct IncidentArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Lists incidents that are not over.
    List(List),
    /// Shows an incident with its alerts, calls, timeline, and what can be done.
    Show {
        /// Number or id.
        incident: String,
        /// Every call and the whole timeline, however long.
        #[arg(long)]
        full: bool,
    },
    /// Acknowledges: you look into it, and nobody else is called.
    #[command(visible_alias = "acknowledge")]
    Ack {
        /// Numbers or ids.
        #[arg(required = true, value_name = "INCIDENT")]
        incidents: Vec<String>,
    },
    /// Resolves: the work is done.
    Resolve {
        /// Number or id.
        incident: String,
        /// Kind of cause: technology, human, external, unauthorised_change, unknown.
        #[arg(long, visible_alias = "cause-class")]
        cause: String,
        /// How it ended: fixed, workaround, self_cleared, not_reproducible, duplicate,
        /// no_fault_found.
        #[arg(long, visible_alias = "resolution-code")]
        code: String,
        /// Anything to add.
        #[arg(long)]
        note: Option<String>,
        /// When the service was back, if the recorded time is wrong (RFC 3339).
        #[arg(long, value_name = "TIME")]
        outage_end: Option<String>,
    },
    /// Writes a comment.
    Comment {
        /// It is for the consumer, too, who reads it on what she reported.
        #[arg(long)]
        public: bool,
        /// Number or id.
        incident: String,
        /// What to write.
        #[arg(required = true, num_args = 1..)]
        text: Vec<String>,
    },
    /// Opens an incident by hand.
    Open(Open),
    /// Asks anything of an incident: `do 42 hold --reason supplier`.
    Do {
        /// Number or id.
        incident: String,
        /// The command, and a flag for each of its fields.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Any other command of an incident.
    #[command(external_subcommand)]
    Other(Vec<String>),
}

#[derive(Args, Debug)]
struct List {
    /// Also those that are over.
    #[arg(short, long)]
    all: bool,
    /// Only these priorities: P1,P2.
    #[arg(short, long, default_value = "")]
    priority: String,
    /// Only these stages: new,assigned,diagnosing …
    #[arg(long, default_value = "")]
    stage: String,
    /// Only those of this team.
    #[arg(long, default_value = "")]
    team: String,
    /// Only the queue of this team: what it is charged with, and what hits what it runs or owns.
    #[arg(long, value_name = "TEAM", default_value = "")]
    queue: String,
    /// Only those of this person.
    #[arg(long, default_value = "")]
    assignee: String,
    /// Only those that touch this item: service/orders.
    #[arg(long, default_value = "")]
    item: String,
    /// Only those that were resolved with this kind of cause: technology, human, external,
    /// unauthorised_change, unknown; over or not.
    #[arg(long, visible_alias = "cause-class", default_value = "")]
    cause: String,
    /// Only those with this text in the title, or in name or title of an item that they hit.
    #[arg(short = 'q', long, value_name = "TEXT", default_value = "")]
    search: String,
    /// priority, due, opened_at, updated_at, number, stage or title; with `-` before it the other
    /// way.
    #[arg(long, default_value = "priority", allow_hyphen_values = true)]
    sort: String,
    /// At most so many.
    #[arg(short = 'n', long, default_value_t = 50)]
    limit: u32,
}

#[derive(Args, Debug)]
struct Open {
    /// One line that says what is wrong.
    title: String,
    /// Anything to add.
    #[arg(long)]
    description: Option<String>,
    /// The item that is hit: service/orders.
    #[arg(long)]
    item: Option<String>,
    /// critical, error, warning or info.
    #[arg(long)]
    severity: Option<String>,
    /// high, medium or low, where you know better than the estate.
    #[arg(long)]
    impact: Option<String>,
    /// high, medium or low, where you know better than the estate.
    #[arg(long)]
    urgency: Option<String>,
}

impl IncidentArgs {
    /// Does it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let screen = &shell.screen;
        let client = shell.server.client()?;
        match self.verb {
            Verb::List(wanted) => list(&client, screen, wanted).await,
            Verb::Show { incident, full } => show::show(&client, screen, &incident, full).await,
            Verb::Ack { incidents } => {
                for incident in &incidents {
                    ask(&client, screen, incident, json!({ "command": "acknowledge" })).await?;
                }
                Ok(ExitCode::SUCCESS)
            }
            Verb::Resolve { incident, cause, code, note, outage_end } => {
                let command = json!({
                    "command": "resolve",
                    "cause_class": cause.replace('-', "_"),
                    "resolution_code": code.replace('-', "_"),
                    "note": note,
                    "outage_end": outage_end,
                });
                ask(&client, screen, &incident, command).await
            }
            Verb::Comment { public, incident, text } => {
                let command =
                    json!({ "command": "comment", "text": text.join(" "), "public": public });
                ask(&client, screen, &incident, command).await
            }
            Verb::Open(wanted) => open(&client, screen, wanted).await,
            Verb::Do { incident, command } => any(&client, screen, &incident, &command).await,
            Verb::Other(words) => match words.split_first() {
                Some((command, [incident, flags @ ..])) if !incident.starts_with('-') => {
                    let words = [std::slice::from_ref(command), flags].concat();
                    any(&client, screen, incident, &words).await
                }
                _ => {
                    let word = words.first().map(String::as_str).unwrap_or_default();
                    let what = format!("`{word}` names no incident: write its number after it");
                    Err(Trouble::wrong(what).remedy("see `operate incident --help`"))
                }
            },
        }
    }
}

fn path(incident: &str) -> String {
    format!("/api/v1/incidents/{}", part(incident))
}

async fn list(client: &Client, screen: &Screen, wanted: List) -> Outcome {
    // Who asks for causes asks for what is over.
    let all = wanted.all || !wanted.cause.is_empty();
    let open = if all { String::new() } else { "true".to_owned() };
    let query = [
        ("open", open),
        ("priority", wanted.priority.to_uppercase()),
        ("stage", wanted.stage),
        ("team", form::named("team", &wanted.team)),
        ("queue", form::named("team", &wanted.queue)),
        ("assignee", form::named("person", &wanted.assignee)),
        ("item", wanted.item),
        ("cause_class", wanted.cause.replace('-', "_")),
        ("q", wanted.search),
        ("sort", wanted.sort),
        ("limit", wanted.limit.to_string()),
    ];
    let found = client.get("/api/v1/incidents", &query).await?;
    if screen.json {
        screen.document(&found);
        return Ok(ExitCode::SUCCESS);
    }
    let table = table(&found, screen);
    if table.is_empty() {
        screen.say(if all { "No incidents." } else { "Nothing is open." });
        return Ok(ExitCode::SUCCESS);
    }
    screen.say(table);
    let (shown, total) = (items(&found, "items").len(), &found["total"]);
    if total.as_u64().is_some_and(|total| total > shown as u64) {
        screen.note(format_args!("{shown} of {total}; --limit shows more."));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(found: &Value, screen: &Screen) -> Table {
    let columns = ["no", "prio", "stage", "title", "item", "with", "alerts", "due", "since"];
    let mut table = Table::new(screen.paint, &columns);
    for row in items(found, "items") {
        let priority = text(row, "priority");
        let members = items(row, "members");
        let attached = members.iter().filter(|member| member["detached"] != true);
        let firing = attached.filter(|member| member["cleared_at"].is_null()).count();
        let since = time(row, "opened_at").map(|time| age(time, screen.now()));
        table.row([
            text(row, "number").into(),
            Cell(priority.clone(), Colour::of_gravity(&priority)),
            stage(row).into(),
            Cell(text(row, "title"), Colour::Bold),
            text(row, "main_item").into(),
            with(row).into(),
            format!("{firing}/{}", members.len()).into(),
            clocks::next(row, screen),
            since.unwrap_or_default().into(),
        ]);
    }
    table
}

/// The stage in words.
fn stage(incident: &Value) -> String {
    text(incident, "stage").replace('_', " ")
}

/// Who is charged with it: the person, else the team.
fn with(incident: &Value) -> String {
    let short = |field| text(incident, field).split_once('/').map(|(_, name)| name.to_owned());
    short("assignee").or_else(|| short("team")).unwrap_or_default()
}

async fn open(client: &Client, screen: &Screen, wanted: Open) -> Outcome {
    let mut body = Map::new();
    body.insert("title".to_owned(), wanted.title.into());
    for (field, value) in [
        ("description", wanted.description),
        ("item", wanted.item),
        ("severity", wanted.severity),
        ("impact", wanted.impact),
        ("urgency", wanted.urgency),
    ] {
        if let Some(value) = value {
            body.insert(field.to_owned(), value.into());
        }
    }
    let answer = client.post("/api/v1/incidents", &Value::Object(body)).await?;
    told(client, screen, &answer.body)
}

/// Asks a command of an incident and tells how it is afterwards.
async fn ask(client: &Client, screen: &Screen, incident: &str, command: Value) -> Outcome {
    let answer = client.post(&format!("{}/commands", path(incident)), &command).await?;
    told(client, screen, &answer.body)
}

fn told(client: &Client, screen: &Screen, incident: &Value) -> Outcome {
    if screen.json {
        screen.document(incident);
    } else {
        screen.say(summary(incident));
        let url = format!("{}/incidents/{}", client.url(), text(incident, "id"));
        screen.say(format_args!("  {}", screen.paint.dim(url)));
    }
    Ok(ExitCode::SUCCESS)
}

/// An incident in one line.
fn summary(incident: &Value) -> String {
    let mut line = format!(
        "Incident {} {}: {}, {}",
        text(incident, "number"),
        text(incident, "priority"),
        text(incident, "title"),
        stage(incident)
    );
    let with = with(incident);
    if !with.is_empty() {
        line.push_str(&format!(", with {with}"));
    }
    line.push('.');
    line
}

/// Asks anything that the incident takes now: the server says what that is.
async fn any(client: &Client, screen: &Screen, incident: &str, words: &[String]) -> Outcome {
    let found = client.get(&path(incident), &[]).await?;
    let (name, flags) = words.split_first().ok_or_else(|| Trouble::wrong("no command is named"))?;
    let form = form::Form::find(&found, name)?;
    let (flags, wants) = form::Wants::take(flags);
    if wants.help {
        screen.say(form.help());
        return Ok(ExitCode::SUCCESS);
    }
    let screen = Screen { json: screen.json || wants.json, ..screen.clone() };
    let mut command = form.fill(&flags)?;
    for field in form.incidents() {
        // People know numbers; commands want ids.
        if let Some(number) = command.get(field).and_then(Value::as_str).map(str::to_owned) {
            let other = client.get(&path(&number), &[]).await?;
            command[field] = other["id"].clone();
        }
    }
    ask(client, &screen, incident, command).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incident_in_one_line_says_what_matters() {
        let incident = json!({ "number": 42, "priority": "P1", "title": "Orders database is down",
            "stage": "action_ready", "team": "team/platform", "assignee": null });
        let told = "Incident 42 P1: Orders database is down, action ready, with platform.";
        assert_eq!(summary(&incident), told);
    }

    #[test]
    fn the_list_counts_the_alerts_that_still_fire() {
        let mut screen = Screen::of_process(false);
        let start = kernel::Time::parse("2026-03-01T09:30:00Z").unwrap();
        screen.world = spine::World::manual(start, 1);
        screen.paint = crate::screen::Paint(false);
        let found = json!({ "total": 1, "items": [{
            "number": 42, "priority": "P1", "title": "Orders are down",
            "stage": "assigned", "main_item": "component/orders-db", "team": "team/platform",
            "opened_at": "2026-03-01T09:18:00Z",
            "members": [
                { "cleared_at": null, "detached": false },
                { "cleared_at": "2026-03-01T09:20:00Z", "detached": false },
                { "cleared_at": null, "detached": true } ] }] });
        insta::assert_snapshot!(table(&found, &screen), @"
        NO  PRIO  STAGE     TITLE            ITEM                 WITH      ALERTS  DUE  SINCE
        42  P1    assigned  Orders are down  component/orders-db  platform  1/3          12 min
        ");
    }
}
