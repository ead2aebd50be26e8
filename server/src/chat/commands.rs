//! What people ask for in a room: the same commands as everywhere, under their name.

use ::streams::called_now;
use connectors::chat::{HELP, Words};
use estate::{Estate, Says, Spec};
use incidents::{CauseClass, Command, ResolutionCode};
use kernel::{ItemRef, Lifecycle, Priority, Time};
use serde::de::DeserializeOwned;
use serde_json::Value;
use spine::engine::Versioned;

use super::people::Member;
use crate::app::App;
use crate::commands::{self, Call};
use crate::practices::incidents::routes as incident_routes;
use crate::practices::oncall::routes as page_routes;
use crate::practices::oncall::store::{self as page_store, PAGES};
use crate::problem::Problem;

/// Steps of a policy that are told of.
const STEPS_SHOWN: usize = 3;

/// Somebody who asks, and what makes a repeat of it harmless.
pub struct Asked<'a> {
    /// The application.
    pub app: &'a App,
    /// Who.
    pub member: &'a Member,
    /// The key of this one request.
    pub key: String,
}

impl Asked<'_> {
    /// Takes an incident, by id or number.
    ///
    /// # Errors
    /// Why not, for whoever asked.
    pub async fn acknowledge(&self, incident: &str) -> Result<String, String> {
        let person = self.member.caller.person();
        if !self.member.account {
            self.was_called(incident, person.as_ref()).await?;
        }
        let command = Command::Acknowledge { by: None, at: None, person };
        let number = self.command(incident, command).await?;
        Ok(format!("#{number} is yours. Nobody else is called."))
    }

    /// Without an account only whoever was called may take it, as with the link in a call.
    async fn was_called(&self, incident: &str, person: Option<&ItemRef>) -> Result<(), String> {
        let Asked { app, member, .. } = self;
        let found = incident_routes::load(app, &member.caller, incident).await.map_err(said)?;
        let mut conn = app.db.reader().await.map_err(|fault| fault.chain())?;
        let pages = page_store::of_incident(&mut conn, &member.caller.space, found.record.id).await;
        let pages = pages.map_err(|fault| fault.chain())?;
        let mut called = pages.iter().flat_map(|page| &page.record.calls);
        match called.any(|call| Some(&call.contact) == person) {
            true => Ok(()),
            false => self.account(),
        }
    }

    /// Writes something down on an incident.
    ///
    /// # Errors
    /// Why not, for whoever asked.
    pub async fn comment(&self, incident: &str, text: String) -> Result<String, String> {
        self.account()?;
        let command = Command::Comment { text, public: false, by_consumer: false };
        let number = self.command(incident, command).await?;
        Ok(format!("Written down on #{number}."))
    }

    /// Says that the service is back.
    ///
    /// # Errors
    /// Why not, for whoever asked.
    pub async fn restore(&self, incident: &str) -> Result<String, String> {
        self.account()?;
        let command = Command::Restore { at: None, note: None };
        let number = self.command(incident, command).await?;
        Ok(format!("#{number} is restored."))
    }

    /// Says how an incident ended.
    ///
    /// # Errors
    /// Why not, for whoever asked.
    pub async fn resolve(
        &self,
        incident: &str,
        (cause, code): (&str, &str),
        note: Option<String>,
    ) -> Result<String, String> {
        self.account()?;
        let command = Command::Resolve {
            cause_class: word::<CauseClass>(cause).ok_or("Choose what kind of cause it had.")?,
            resolution_code: word::<ResolutionCode>(code).ok_or("Choose how it ended.")?,
            note,
            outage_end: None,
        };
        let number = self.command(incident, command).await?;
        Ok(format!("#{number} is resolved."))
    }

    /// Calls the next in line for an incident.
    ///
    /// # Errors
    /// Why not, for whoever asked.
    pub async fn escalate(&self, incident: &str) -> Result<String, String> {
        self.account()?;
        let Asked { app, member, .. } = self;
        let found = incident_routes::load(app, &member.caller, incident).await.map_err(said)?;
        incident_routes::may_respond(app, &member.caller, &found.record)
            .map_err(|no| no.to_string())?;
        let mut conn = app.db.reader().await.map_err(|fault| fault.chain())?;
        let pages = page_store::of_incident(&mut conn, &member.caller.space, found.record.id).await;
        drop(conn);
        let pages = pages.map_err(|fault| fault.chain())?;
        let next = |page: &&Versioned<oncall::Page>| {
            !page.record.is_major() && page.record.allows(oncall::Verb::Escalate)
        };
        let number = found.record.number;
        let page = pages.iter().find(next);
        let page = page.ok_or_else(|| format!("Nobody is called for #{number}."))?;
        let estate = &app.estate.snapshot(&member.caller.space).estate;
        let fresh = called_now(&page.record, estate, app.world.now());
        let order = (&PAGES, page.record.id, oncall::Command::Escalate { fresh });
        let call = self.call().covering(&oncall::Verb::Escalate);
        let done = commands::execute(app, member.asker(), call, order, page_routes::view).await;
        done.map_err(said)?;
        Ok(format!("The next in line is called for #{number}."))
    }

    fn call(&self) -> Call {
        Call { key: Some(self.key.clone()), ..Call::default() }
    }

    async fn command(&self, incident: &str, command: Command) -> Result<u64, String> {
        let Asked { app, member, .. } = self;
        let call = self.call();
        let asker = (&member.caller, member.asker());
        let done = incident_routes::ask(app, asker, incident, call, command).await.map_err(said)?;
        Ok(done.get("number").and_then(Value::as_u64).unwrap_or_default())
    }

    /// What the link in a call does not allow needs an account.
    pub(super) fn account(&self) -> Result<(), String> {
        if self.member.account {
            return Ok(());
        }
        let name = self.member.caller.actor().name().to_owned();
        Err(format!(
            "This needs an account. Ask an administrator to name person/{name} at yours; \
             acknowledging works without."
        ))
    }
}

/// Does what somebody wrote, except what needs a form.
///
/// # Errors
/// Why not, for whoever wrote it.
pub async fn written(asked: &Asked<'_>, words: Words) -> Result<String, String> {
    match words {
        Words::Help | Words::Resolve(_) => Ok(HELP.to_owned()),
        Words::Acknowledge(number) => asked.acknowledge(&number.to_string()).await,
        Words::Comment(number, text) => asked.comment(&number.to_string(), text).await,
        Words::Restore(number) => asked.restore(&number.to_string()).await,
        Words::Escalate(number) => asked.escalate(&number.to_string()).await,
        Words::Who(name) => {
            let snapshot = asked.app.estate.snapshot(&asked.member.caller.space);
            who(&snapshot.estate, &name, asked.app.world.now())
        }
    }
}

/// Who is called now for a team, an item or a schedule, step by step.
fn who(estate: &Estate, name: &str, now: Time) -> Result<String, String> {
    let wanted = name.to_lowercase();
    let kinds = ["team", "service", "component", "product", "schedule", "escalationpolicy"];
    let known = |kind: &&str| ItemRef::new(kind, &wanted).filter(|item| estate.contains(item));
    let item = kinds.iter().find_map(known);
    let item = item.ok_or("There is no team, service or schedule of that name.")?;
    let spec = estate.get(&item).map(|found| &found.spec);
    if let Some(Spec::Schedule(_)) = spec {
        return Ok(format!("{item}: {}", names(estate, &[&item], now)));
    }
    let policy = estate.leads_to(&item).map(|found| found.to);
    let says = |priority| Some((priority, estate.says(policy.as_ref()?, priority, now)?));
    let mut all: Vec<(Vec<Priority>, Says<'_>)> = Vec::new();
    for (priority, says) in Priority::ALL.into_iter().filter_map(says) {
        match all.iter_mut().find(|(_, other)| *other == says) {
            Some((priorities, _)) => priorities.push(priority),
            None => all.push((vec![priority], says)),
        }
    }
    if all.is_empty() {
        return Err(format!("Nobody is called for {item}: it has no escalation policy."));
    }
    let several = all.len() > 1;
    let told = all.iter().map(|(priorities, says)| {
        let listed: Vec<String> = priorities.iter().map(ToString::to_string).collect();
        let which = if several { format!(" for {}", listed.join(", ")) } else { String::new() };
        let from = says.begin_at.map_or(String::new(), |at| format!(" from {at} on"));
        let steps = says.steps.iter().take(STEPS_SHOWN).zip(1..).map(|(step, number)| {
            let targets: Vec<&ItemRef> = step.contacts.iter().map(|target| target.item()).collect();
            format!("{number}. {}", names(estate, &targets, now))
        });
        format!("{item} calls{which}{from}\n{}", steps.collect::<Vec<_>>().join("\n"))
    });
    Ok(told.collect::<Vec<_>>().join("\n"))
}

fn names(estate: &Estate, targets: &[&ItemRef], now: Time) -> String {
    let people = estate.meant(targets.iter().copied(), None, now).into_iter();
    let titled = people.filter_map(|person| estate.get(person)).map(|found| found.title());
    let mut names: Vec<&str> = titled.collect();
    names.dedup();
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

/// What a problem says to people.
fn said(problem: Problem) -> String {
    format!("Not done: {}.", problem.detail)
}

fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::from(text)).ok()
}
