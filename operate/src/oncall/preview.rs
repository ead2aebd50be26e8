//! `operate oncall preview`.

use std::path::PathBuf;
use std::process::ExitCode;

use ::estate::Turns;
use clap::Args;
use jiff::tz::TimeZone;
use kernel::{ItemRef, Priority, Time};
use serde_json::{Value, json};

use super::files::Files;
use super::gaps::minute;
use crate::Shell;
use crate::calendar::reading::{moment, shown, zone, zoned};
use crate::client::Client;
use crate::estate::files;
use crate::screen::{Screen, clean, items, text};
use crate::trouble::{Code, Outcome, Trouble};

/// Whom an incident would call, when, and how, if nobody answered.
#[derive(Args, Debug)]
pub struct Preview {
    /// What breaks: a service, component, product or team such as service/orders, or the escalation
    /// policy itself as escalationpolicy/NAME.
    item: String,
    /// The priority of the incident.
    #[arg(long, value_name = "P1..P5", default_value = "P1")]
    priority: String,
    /// When it is opened: 2026-11-28T03:00 in the zone, or with an offset; now when not said.
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
    /// The zone in which times are read and shown.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    zone: String,
    /// A YAML file or a folder of them; without one the server is asked. May be given several
    /// times.
    #[arg(short = 'f', long = "file", value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl Preview {
    #[cfg(test)]
    pub(super) fn about(item: &str, priority: &str) -> Preview {
        let (item, priority) = (item.to_owned(), priority.to_owned());
        Preview { item, priority, at: None, zone: "UTC".to_owned(), paths: Vec::new() }
    }

    /// Prints it.
    pub async fn run(self, shell: &Shell) -> Outcome {
        let (screen, zone) = (&shell.screen, zone(&self.zone)?);
        let at = match &self.at {
            Some(text) => Time::from_micros(moment("--at", text, &zone)?),
            None => Time::from_micros(minute(screen.now().micros())),
        };
        let found = match self.paths.is_empty() {
            true => self.asked(&shell.server.client()?, at).await?,
            false => self.of(&Files::read(&files::read(&self.paths)?)?, at)?,
        };
        if screen.json {
            screen.document(&found);
        } else {
            screen.say(told(&found, self.paths.is_empty(), screen, &zone));
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn asked(&self, client: &Client, at: Time) -> Result<Value, Trouble> {
        let query = [
            ("item", self.item.clone()),
            ("priority", self.priority.clone()),
            ("at", at.to_string()),
        ];
        client.get("/api/v1/on-call/preview", &query).await
    }

    pub(super) fn of(&self, files: &Files, at: Time) -> Result<Value, Trouble> {
        let wrong = |what: String, remedy: &str| Trouble::wrong(what).remedy(remedy);
        let item: ItemRef = self.item.parse().map_err(|_| {
            let what = format!("`{}` is no item", clean(&self.item));
            wrong(what, "write it like service/orders or escalationpolicy/shop")
        })?;
        let priority: Priority = serde_json::from_value(self.priority.to_uppercase().into())
            .map_err(|_| {
                let what = format!("`{}` is no priority", clean(&self.priority));
                wrong(what, "write one of P1 to P5")
            })?;
        let found = files.estate.preview(&item, priority, at, &Turns::default());
        let found = found.ok_or_else(|| {
            Trouble::new(Code::NotFound, format!("no escalation policy is found for {item}"))
                .remedy("give it, its team or its product an `escalationPolicy`")
        })?;
        Ok(json!(found))
    }
}

/// It in words. Files alone do not say which policy is the default one; a server does.
pub(super) fn told(found: &Value, by_server: bool, screen: &Screen, zone: &TimeZone) -> String {
    let when = |value: &Value| {
        let at = value.as_str().and_then(|at| Time::parse(at).ok());
        at.map(|at| shown(&zoned(at.micros(), zone))).unwrap_or_default()
    };
    let mut lines = vec![
        screen.paint.bold(format!(
            "{} for {}, {}",
            text(found, "priority"),
            text(found, "item"),
            when(&found["at"])
        )),
        format!("  by       {} ({})", text(found, "policy"), text(found, "because")),
        format!("  steps    for {}", text(found, "steps_for")),
    ];
    if !found["begin_at"].is_null() {
        let until = when(&found["begin_at"]);
        lines.push(screen.paint.yellow(format!("  waits    nobody is called before {until}")));
    }
    for (step, number) in items(found, "steps").iter().zip(1..) {
        let one = in_turn(step, by_server);
        lines.push(format!("\n{}", screen.paint.bold(format!("Step {number}{one}"))));
        for call in items(step, "calls") {
            let (title, channel) = (text(call, "title"), text(call, "channel"));
            lines.push(format!("  {}  {title} by {channel}", when(&call["at"])));
        }
        if items(step, "calls").is_empty() {
            lines.push(format!("  {}  nobody: it is passed over", when(&step["at"])));
        }
        for person in items(step, "not_called") {
            let person = clean(person.as_str().unwrap_or_default());
            lines.push(format!("  {person} is not called: their own rules do not want it"));
        }
        lines.extend(items(step, "away").iter().map(|away| absent(away, &when(&away["until"]))));
    }
    lines.push(format!("\n{}", end(found, by_server, &when(&found["over_at"]))));
    lines.join("\n")
}

/// That one of several is called, and who is next: files alone know of no turns.
fn in_turn(step: &Value, by_server: bool) -> String {
    match (step["rotate"] == json!(true), step["next"].as_str()) {
        (true, Some(next)) if by_server => format!(", one of them in turn, next {}", clean(next)),
        (true, _) => ", one of them in turn".to_owned(),
        (false, _) => String::new(),
    }
}

/// What follows when nobody has answered in the first round.
fn end(found: &Value, by_server: bool, over: &str) -> String {
    let nobody = items(found, "steps").iter().all(|step| items(step, "calls").is_empty());
    let again = match found["repeat"].as_u64().unwrap_or_default() {
        0 => String::new(),
        1 => ", and it begins again, once".to_owned(),
        times => format!(", and it begins again, {times} times"),
    };
    let (begins, after, anew) = match nobody {
        true => (
            format!("At {over} nobody can be called by it. It looks again every 15 minutes."),
            "Meanwhile",
            "",
        ),
        false => (
            format!("At {over} everybody was called{again}."),
            "After that",
            "\nThen calling begins anew, after the minutes that the settings say.",
        ),
    };
    let rest = match text(found, "goes_on") {
        policy if !policy.is_empty() => format!("{after} {policy} goes on, the default policy."),
        _ if by_server => {
            format!("{after} nobody else is called, as no other policy is the default one.")
        }
        _ => format!("{after} the default policy goes on, where the server has one."),
    };
    format!("{begins}\n{rest}{anew}")
}

/// Whom a step names and who is away, and what that means.
fn absent(away: &Value, until: &str) -> String {
    let (title, why) = (text(away, "title"), text(away, "why"));
    let until = if until.is_empty() { String::new() } else { format!(" until {until}") };
    match away["called"] == json!(true) {
        true => format!("  {title} is away{until} ({why}); nobody else is meant"),
        false => format!("  {title} is left out: away{until} ({why})"),
    }
}
