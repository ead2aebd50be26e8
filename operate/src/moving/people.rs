//! People with the ways in which they are called, and whoever refers to them.

use std::collections::BTreeMap;

use estate::{ContactMethod, NotifyRule, PersonRef, PersonSpec, TeamRef, TurnRef, Wait};
use kernel::Priority;

use super::moved::{Moved, Said, Told};
use super::names::Names;
use super::zones;

/// Whom the rules for what is urgent are for, and those for the rest.
const URGENT: [Priority; 2] = [Priority::P1, Priority::P2];
const CALM: [Priority; 3] = [Priority::P3, Priority::P4, Priority::P5];

/// Longest address, in characters.
const ADDRESS_MAX: usize = 200;

/// People and teams that have been taken, by their ids elsewhere.
#[derive(Debug, Default)]
pub struct Known {
    people: BTreeMap<String, PersonRef>,
    teams: BTreeMap<String, TeamRef>,
}

impl Known {
    /// Teams by their names.
    pub fn with_teams<'a>(names: &Names, ids: impl Iterator<Item = &'a str>) -> Known {
        let team = |id: &str| Some((id.to_owned(), TeamRef::new(names.get(id)?)?));
        Known { people: BTreeMap::new(), teams: ids.filter_map(team).collect() }
    }

    /// Who has an id.
    pub fn person(&self, id: &str) -> Option<&PersonRef> {
        self.people.get(id)
    }

    /// The team with an id.
    pub fn team(&self, id: &str) -> Option<&TeamRef> {
        self.teams.get(id)
    }

    /// Whose turn it is; nobody's when the user is not there, which is told.
    pub fn turn(&self, said: &mut Said, id: &str, title: &str) -> TurnRef {
        match self.person(id) {
            Some(person) => person.clone().into(),
            None => {
                said.impossible(format!("{}: their turns are nobody's", missing(id, title)));
                TurnRef::FREE
            }
        }
    }

    /// Teams that are there; the others are told.
    pub fn teams_of<'a>(
        &self,
        said: &mut Said,
        ids: impl Iterator<Item = &'a str>,
    ) -> Vec<TeamRef> {
        let mut found = Vec::new();
        for id in ids.filter(|id| !id.is_empty()) {
            match self.team(id) {
                Some(team) => found.push(team.clone()),
                None => said.impossible(format!(
                    "the team {id} is not among those that are taken; export all pages of teams"
                )),
            }
        }
        found
    }

    /// The first of some teams, where one is named here.
    pub fn first_team<'a>(
        &self,
        said: &mut Said,
        ids: impl Iterator<Item = &'a str>,
    ) -> Option<TeamRef> {
        let mut found = self.teams_of(said, ids).into_iter();
        let first = found.next()?;
        if found.next().is_some() {
            said.changed(format!("of its teams only {} is named", first.item().name()));
        }
        Some(first)
    }

    /// Adds somebody, unless they have no mail address.
    pub fn add(&mut self, moved: &mut Moved, said: &mut Said, name: &str, who: Who<'_>) {
        let Who { told, ways, teams } = who;
        if !is_mail(&ways.email) {
            said.impossible("there is no mail address, which everybody has here; give them one");
            return;
        }
        let time_zone = Some(ways.zone.clone()).filter(|zone| !zone.is_empty());
        let known = time_zone.and_then(|zone| zones::known(&zone).map(str::to_owned));
        if known.is_none() && !ways.zone.is_empty() {
            said.changed(format!("the zone `{}` is not known, so theirs is UTC", ways.zone));
        }
        let metadata = moved.metadata(said, name, told);
        let spec = PersonSpec {
            email: ways.email.clone(),
            webhook: ways.webhook.clone(),
            time_zone: known,
            teams,
            addresses: ways.addresses.clone(),
            contact_methods: Vec::new(),
            notify: ways.rules(said),
            shift_notice: estate::ShiftNotice::default(),
        };
        moved.add(said, metadata, estate::Spec::Person(spec));
        if let Some(person) = PersonRef::new(name) {
            self.people.insert(told.id.to_owned(), person);
        }
    }
}

/// Whether mail may be sent there, as the estate asks of an address.
fn is_mail(address: &str) -> bool {
    let parts = address.split_once('@');
    parts.is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.is_empty() && !domain.contains('@')
    }) && !address.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Somebody who is to be added.
#[derive(Debug)]
pub struct Who<'a> {
    /// How they are called.
    pub told: Told<'a>,
    /// How they are reached.
    pub ways: Ways,
    /// Their teams.
    pub teams: Vec<TeamRef>,
}

/// Says that a user is not in the export.
pub fn missing(id: &str, title: &str) -> String {
    let title = if title.is_empty() { String::new() } else { format!(" ({title})") };
    format!("the user {id}{title} is not among those that are taken; export all pages of users")
}

/// How somebody is reached.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Their mail address.
    pub email: String,
    /// Their time zone; may be empty.
    pub zone: String,
    /// A URL that is called.
    pub webhook: Option<String>,
    /// Where they are reached in other ways.
    pub addresses: BTreeMap<ContactMethod, String>,
    /// When they are called about what is urgent, and how.
    pub urgent: Vec<(Wait, ContactMethod)>,
    /// When they are called about the rest, and how.
    pub calm: Vec<(Wait, ContactMethod)>,
    /// Whether the two are told apart.
    pub apart: bool,
    /// Rules as they are, where an export has rules by priority; then the others do not count.
    pub own: Vec<NotifyRule>,
}

impl Ways {
    /// Takes an address of a kind that people have one of.
    pub fn reach(&mut self, said: &mut Said, by: ContactMethod, to: &str) {
        let there = match by {
            ContactMethod::Email => self.email.clone(),
            ContactMethod::Webhook => self.webhook.clone().unwrap_or_default(),
            other => self.addresses.get(&other).cloned().unwrap_or_default(),
        };
        if !there.is_empty() && !there.eq_ignore_ascii_case(to) {
            let what = format!("a person has one address for {} here", by.channel());
            said.impossible(format!(
                "{what}; this one is left out, write it instead if it is better"
            ));
            return;
        }
        let fits = match by {
            ContactMethod::Email => is_mail(to),
            ContactMethod::Webhook => {
                let web = to.strip_prefix("https://").or(to.strip_prefix("http://"));
                web.is_some_and(|rest| !rest.is_empty())
            }
            _ => !to.trim().is_empty(),
        };
        let plain = !to.contains(char::is_control) && to.chars().count() <= ADDRESS_MAX;
        if !fits || !plain || (by == ContactMethod::Webhook && to.contains(char::is_whitespace)) {
            let way = by.channel();
            said.impossible(format!("this is no address for {way}; write it by hand"));
            return;
        }
        match by {
            ContactMethod::Email => self.email = to.to_owned(),
            ContactMethod::Webhook => self.webhook = Some(to.to_owned()),
            other => drop(self.addresses.insert(other, to.to_owned())),
        }
    }

    /// Takes a telephone number.
    pub fn telephone(&mut self, said: &mut Said, by: ContactMethod, number: &str) {
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        if !(6..=15).contains(&digits.len()) {
            said.impossible("this is no telephone number with its country; write it by hand");
            return;
        }
        self.reach(said, by, &format!("+{digits}"));
    }

    /// Every way that there is an address for.
    pub fn known(&self) -> Vec<ContactMethod> {
        let fixed = [ContactMethod::Email, ContactMethod::Webhook];
        let fixed = fixed.into_iter().filter(|by| self.has(*by));
        fixed.chain(self.addresses.keys().copied()).collect()
    }

    /// Whether there is an address for a way.
    pub fn has(&self, by: ContactMethod) -> bool {
        match by {
            ContactMethod::Email => !self.email.is_empty(),
            ContactMethod::Webhook => self.webhook.is_some(),
            other => self.addresses.contains_key(&other),
        }
    }

    /// Takes a wish: to be called in a way, so many seconds after the turn came.
    pub fn wish(&mut self, said: &mut Said, urgent: bool, seconds: u64, by: ContactMethod) {
        if !self.has(by) {
            let way = by.channel();
            said.impossible(format!("there is no address for {way}; write it, and the wish again"));
            return;
        }
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        let wish = (Wait::from_seconds(seconds), by);
        let wishes = if urgent { &mut self.urgent } else { &mut self.calm };
        if !wishes.contains(&wish) {
            wishes.push(wish);
        }
    }

    /// The rules; what has none is called by those of the rest, so that nobody is left uncalled.
    fn rules(&self, said: &mut Said) -> Vec<NotifyRule> {
        let group = |priorities: &[Priority], wishes: &[(Wait, ContactMethod)]| {
            let mut rules: Vec<NotifyRule> = Vec::new();
            let mut wishes = wishes.to_vec();
            wishes.sort_by_key(|(after, _)| *after);
            for (after, by) in wishes {
                match rules.last_mut() {
                    Some(rule) if rule.after == after => rule.by.push(by),
                    _ => rules.push(NotifyRule {
                        priorities: priorities.to_vec(),
                        between: None,
                        after,
                        by: vec![by],
                    }),
                }
            }
            rules
        };
        if !self.own.is_empty() {
            return self.own.clone();
        }
        match (self.urgent.is_empty(), self.calm.is_empty()) {
            (true, true) => Vec::new(),
            (false, false) => {
                said.changed("rules for what is urgent are for P1 and P2, the others for P3 to P5");
                let mut rules = group(&URGENT, &self.urgent);
                rules.extend(group(&CALM, &self.calm));
                rules
            }
            (urgent_less, _) => {
                if self.apart {
                    said.changed("its rules are for every priority, since there are no others");
                }
                group(&[], if urgent_less { &self.calm } else { &self.urgent })
            }
        }
    }
}
