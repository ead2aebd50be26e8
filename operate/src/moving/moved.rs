//! What an import has come to so far: resources, keys of senders, and a line for every element.

use std::collections::BTreeSet;

use connectors::export::{Export, Found, Wrong};
use estate::{
    Desired, EscalationPolicyRef, Kind, Metadata, Resource, SourceFile, Spec, Stored, TeamRef,
    TeamSpec,
};
use kernel::Time;
use serde::de::DeserializeOwned;
use server::openslo::{Fate, Line};

use super::names::cut;

/// The label that says where a resource came from.
pub const ORIGIN: &str = "imported-from";
/// Longest title, longest description and longest explanation, in characters.
const TITLE_MAX: usize = 200;
const DESCRIPTION_MAX: usize = 4_000;
const SAID_MAX: usize = 600;

/// What an export comes to.
#[derive(Debug)]
pub struct Moved {
    /// The tool that it came from, as the command line calls it.
    tool: &'static str,
    /// The team that answers for services which have none.
    pub team: Option<TeamRef>,
    /// When it is done: what is over by then is left out.
    pub now: Time,
    /// What is applied.
    pub resources: Vec<Resource>,
    /// What became of every element.
    pub lines: Vec<Line>,
    /// Integration keys that senders have already.
    pub keys: Vec<Key>,
}

/// An integration key that is made when the rest is applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    /// Its name here.
    pub name: String,
    /// The protocol that senders speak.
    pub kind: &'static str,
    /// The key that they have.
    pub alias: String,
}

/// What is said of one element while it is looked at.
#[derive(Debug)]
pub struct Said {
    element: String,
    fate: Fate,
    because: Vec<String>,
}

impl Said {
    /// Of the element at a place, which people call so.
    pub fn of(at: &str, title: &str) -> Said {
        let title = cut(title.trim(), 80);
        let element = if title.is_empty() { at.to_owned() } else { format!("{at} {title}") };
        Said { element, fate: Fate::AsIs, because: Vec::new() }
    }

    /// It is taken, in another way.
    pub fn changed(&mut self, how: impl Into<String>) {
        self.becomes(Fate::Changed, how.into());
    }

    /// It is not needed.
    pub fn left_out(&mut self, why: impl Into<String>) {
        self.becomes(Fate::LeftOut, why.into());
    }

    /// It cannot be taken, or a part of it cannot.
    pub fn impossible(&mut self, why: impl Into<String>) {
        self.becomes(Fate::NotPossible, why.into());
    }

    /// What it has become, without being changed.
    pub fn plain(&mut self, what: impl Into<String>) {
        self.because.push(what.into());
    }

    /// Whether something of it cannot be taken.
    pub fn is_impossible(&self) -> bool {
        self.fate == Fate::NotPossible
    }

    fn becomes(&mut self, fate: Fate, because: String) {
        let weight = |fate: Fate| match fate {
            Fate::AsIs => 0,
            Fate::Changed => 1,
            Fate::LeftOut => 2,
            Fate::NotPossible => 3,
        };
        if weight(fate) > weight(self.fate) {
            self.fate = fate;
        }
        if !self.because.contains(&because) {
            self.because.push(because);
        }
    }
}

impl Moved {
    /// Nothing yet.
    pub fn new(tool: &'static str, team: Option<TeamRef>, now: Time) -> Moved {
        Moved { tool, team, now, resources: Vec::new(), lines: Vec::new(), keys: Vec::new() }
    }

    /// The elements of a list that can be read; the others are told.
    pub fn list<T: DeserializeOwned>(&mut self, export: &Export, name: &str) -> Vec<Found<T>> {
        let mut good = Vec::new();
        for found in export.list(name) {
            match found {
                Ok(found) => good.push(found),
                Err(Wrong { at, what }) => {
                    let mut said = Said::of(&at, "");
                    said.impossible(what);
                    self.say(said);
                }
            }
        }
        good
    }

    /// Lists of which pages are missing, and those that are not read, are told.
    pub fn unfinished(&mut self, export: &Export) {
        for list in export.unread() {
            let mut said = Said::of(list, "");
            said.left_out(
                "a list of this name is not read; name it as the guide does if it should",
            );
            self.say(said);
        }
        for list in export.unfinished() {
            let mut said = Said::of(list, "");
            said.impossible("its last page is missing; fetch all pages of it");
            self.say(said);
        }
    }

    /// Adds the line of an element.
    pub fn say(&mut self, said: Said) {
        let because = cut(&said.because.join(" · "), SAID_MAX);
        self.lines.push(Line { element: said.element, fate: said.fate, because });
    }

    /// How a resource is called, and which element it was.
    pub fn metadata(&self, said: &mut Said, name: &str, told: Told<'_>) -> Metadata {
        let mut kept = |what: &str, text: &str, most: usize| {
            let text = text.trim();
            if text.chars().count() > most {
                said.changed(format!("the {what} is cut to {most} characters"));
            }
            let text = cut(text, most);
            (!text.is_empty()).then_some(text)
        };
        let title = kept("title", told.title, TITLE_MAX);
        let description = kept("description", told.description, DESCRIPTION_MAX);
        let origin = format!("{}/{}", self.tool, told.id);
        Metadata {
            name: name.to_owned(),
            title: title.filter(|title| title != name),
            description,
            labels: [(ORIGIN.to_owned(), cut(&origin, TITLE_MAX))].into(),
        }
    }

    /// Adds a resource; its name was made by [`super::names::Names`], so that it fits.
    pub fn add(&mut self, said: &mut Said, metadata: Metadata, spec: impl Into<Spec>) {
        match Resource::new(metadata, spec.into()) {
            Some(resource) => {
                said.because.insert(0, resource.item().to_string());
                self.resources.push(resource);
            }
            None => said.impossible("its name cannot be made into one of ours; rename it"),
        }
    }

    /// A team calls by a policy.
    pub fn team_calls(&mut self, team: &TeamRef, policy: EscalationPolicyRef) {
        let found = self.resources.iter_mut().find(|resource| resource.item() == team.item());
        if let Some(Spec::Team(spec)) = found.map(|resource| &mut resource.spec) {
            spec.escalation_policy = Some(policy);
        }
    }

    /// Policies that nobody is called by are told.
    pub fn unled(&mut self) {
        let named = |spec: &Spec| spec.escalation_policy().map(|policy| policy.item().clone());
        let led: BTreeSet<_> = self.resources.iter().filter_map(|it| named(&it.spec)).collect();
        let policies = self.resources.iter().filter(|it| it.kind() == Kind::EscalationPolicy);
        let unled: Vec<_> =
            policies.map(|it| it.item().clone()).filter(|it| !led.contains(it)).collect();
        for policy in unled {
            let mut said = Said::of(policy.as_str(), "");
            said.changed(format!(
                "nothing leads to it, so nobody is called by it: write \
                 `escalationPolicy: {policy}` at a team or service, or make it the policy of last \
                 resort"
            ));
            self.say(said);
        }
    }

    /// Holds the resources against the rules for files: what is wrong is told and taken out.
    pub fn check(&mut self) {
        // The team that was named is there already, whatever it says.
        let team = self.team.as_ref().and_then(|team| {
            let metadata = Metadata { name: team.item().name().to_owned(), ..Metadata::default() };
            let resource = Resource::new(metadata, Spec::Team(TeamSpec::default()))?;
            Some(Stored { resource, applied: None })
        });
        let there: Vec<Stored> = team.into_iter().collect();
        loop {
            let file = |resource: &Resource| SourceFile {
                name: resource.item().to_string(),
                text: estate::export([resource]),
            };
            let files: Vec<SourceFile> = self.resources.iter().map(file).collect();
            let checked = estate::read(&files)
                .and_then(|desired: Desired| estate::plan(&there, &desired, false).map(drop));
            let Err(mistakes) = checked else { return };
            let before = self.resources.len();
            for mistake in mistakes {
                let of = mistake.file.clone();
                self.resources.retain(|resource| resource.item().as_str() != of);
                let mut said = Said::of(&of, "");
                let (message, remedy) = (mistake.message, mistake.remedy);
                said.impossible(format!("{}: {message}; {remedy}", mistake.field));
                self.say(said);
            }
            if self.resources.len() == before {
                return;
            }
        }
    }
}

/// Whether an element stands in the file of something with this id, which it does not name.
pub fn of_file<T>(found: &Found<T>, id: &str) -> bool {
    found.at.split_once(':').is_some_and(|(file, _)| !id.is_empty() && file.contains(id))
}

/// What an element says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Its id there.
    pub id: &'a str,
    /// What people call it.
    pub title: &'a str,
    /// What it is.
    pub description: &'a str,
}
