//! Scenarios over several practices: a text says who does what and when; what follows is written
//! below each line, and the whole text has to come out as it stands in the file.

use std::fmt::Write as _;

use alerts::{Class, ClassRule, Classifier, Response};
use estate::{AbsenceSpec, AbsenceType, PersonRef};
use incidents::{CauseClass, Command, HoldReason, ResolutionCode, ServiceState, What};
use kernel::{Actor, IncidentId, Lifecycle, PageId, Refusal, Time};
use oncall::CallResult;
use streams::{Route, Routes};

use crate::outside::{Outside, Sensor};
use crate::run::rest;
use crate::world::{Happening, World};

/// Plays a scenario and writes it again with what follows from each line.
///
/// ```text
/// # Comments and empty lines are kept.
/// without default policy                       nobody to fall back on
/// default policy ITEM                          whom to fall back on
/// contracts                                    what `contracts.yaml` promises
/// calls down to P3                             nobody is called for what is less urgent
/// watch escalationpolicy/duty                  whom to call when nobody is charged in time
/// major escalationpolicy/major products=2      whom to call for a major incident, and when
/// account NAME person/ada                      whose account has another name than they
/// route NAME when=CEL team=T priority=P        CEL without spaces
/// class NAME when=CEL response=R boundary=CEL  a rule that classifies; in the order of the lines
/// at 09:00 fires NAME severity label=value     begins to fire; all that fire repeat it each line
/// at 09:05 clears NAME                         … ends
/// at 09:05 channel fails | works
/// at 09:05 clock                               what is due happens
/// at 09:05 person:ada acknowledge #1           and other verbs
/// at 09:05 person:ada falls ill                and is away from then on
/// at 09:05 person:ada falls ill since 09:00    … or was before anybody said so, or will be
/// at 09:05 person:ada declares #1 again        declares a major incident, with a reason
/// at 09:05 link:ada answers #1                 follows the link of the newest page
/// at 09:05 link:cyd leads #1                   … of that of the team for major incidents
/// at 09:05 person:ada snoozes #1 1h            … or wants to have quiet for a while
/// at 09:05 person:ada rings #1                 … or to have it ring again at once
/// ```
///
/// # Panics
/// When a line cannot be read.
pub fn play(text: &str) -> String {
    let mut play =
        Play { world: World::new(1), outside: Outside::new(), told: 0, classes: Vec::new() };
    play.outside.sensors.clear();
    let mut out = String::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("->")) {
        let _ = writeln!(out, "{line}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let refused = match words.as_slice() {
            [] => None,
            [first, ..] if first.starts_with('#') => None,
            ["without", ..] => {
                play.world.policy.default_escalation_policy = None;
                None
            }
            ["contracts"] => {
                play.world.promise();
                None
            }
            ["calls", "down", "to", priority] => {
                let priority = serde_json::from_value((*priority).into());
                play.world.policy.page_down_to = priority.expect("a priority");
                None
            }
            ["default", "policy", policy] => {
                play.world.policy.default_escalation_policy = policy.parse().ok();
                None
            }
            ["watch", policy] => {
                play.world.policy.unassigned_escalation_policy = policy.parse().ok();
                None
            }
            ["major", policy, products @ ..] => {
                let major = &mut play.world.policy.major;
                major.escalation_policy = policy.parse().ok();
                let products = products.first().and_then(|said| said.strip_prefix("products="));
                major.products = products.and_then(|n| n.parse().ok()).unwrap_or(major.products);
                None
            }
            ["account", name, person] => {
                let person = person.parse().ok().map(|person| ((*name).to_owned(), person));
                play.world.accounts = person.into_iter().collect();
                None
            }
            ["route", name, fields @ ..] => {
                play.world.routes = routes(name, fields);
                None
            }
            ["class", name, fields @ ..] => {
                play.classes.push(class(name, fields));
                play.world.classifier = Classifier::compile(&play.classes).unwrap_or_default();
                None
            }
            ["at", time, what @ ..] => {
                play.world.now = at(time);
                play.world.look();
                play.report(None);
                play.act(what).err()
            }
            _ => unreachable!("cannot read `{line}`"),
        };
        if let Some(refusal) = refused {
            let _ = writeln!(out, "    -> no: {}", refusal.reason);
        }
        rest(&mut play.world, &mut play.outside);
        play.tell(&mut out);
    }
    out
}

struct Play {
    world: World,
    outside: Outside,
    /// How much of the journal is told.
    told: usize,
    classes: Vec<ClassRule>,
}

impl Play {
    fn act(&mut self, what: &[&str]) -> Result<(), Refusal> {
        match what {
            ["clock"] => {}
            ["channel", state] => self.outside.channel_up = *state == "works",
            ["fires", name, severity, label @ ..] => {
                let label = label.first().and_then(|label| label.split_once('='));
                self.outside.sensors.retain(|sensor| sensor.labels.get("alertname") != Some(name));
                self.outside.sensors.push(Sensor::new(name, severity, label));
                self.toggle(name);
            }
            ["again" | "clears", name] => self.toggle(name),
            [who, "falls", "ill", since @ ..] => {
                if let Some(person) = PersonRef::new(actor(who).name()) {
                    let start = since.last().map_or(self.world.now, |time| at(time));
                    let end = None;
                    let absence_type = AbsenceType::Sickness;
                    self.world.away(AbsenceSpec { person, absence_type, start, end });
                }
            }
            [who, "answers", incident] => {
                return self.ask_page(who, incident, &oncall::Command::Acknowledge {});
            }
            [who, "leads", incident] => {
                let page = self.page_for(incident, oncall::For::Major)?;
                let moment = self.world.moment(actor(who));
                return self.world.ask_page(page, &oncall::Command::Acknowledge {}, &moment);
            }
            [who, "snoozes", incident, span] => {
                let span = serde_json::from_value((*span).into()).ok();
                let snooze = oncall::Command::Snooze { span, until: None, morning: None };
                return self.ask_page(who, incident, &snooze);
            }
            [who, "rings", incident] => {
                let page = self.page(incident)?;
                let world = &self.world;
                let again = world
                    .pages
                    .get(page)
                    .map(|page| Box::new(streams::called_again(page, &world.estate, world.now)));
                return self.ask_page(who, incident, &oncall::Command::RingAgain { again });
            }
            [who, verb, incident, rest @ ..] => {
                let command = self.command(verb, rest);
                let id = self.incident(incident);
                let moment = self.world.moment(actor(who));
                return self.world.ask_incident(id, &command, &moment);
            }
            _ => unreachable!("cannot read {what:?}"),
        }
        Ok(())
    }

    fn toggle(&mut self, name: &str) {
        let now = self.world.now;
        let named = |sensor: &&mut Sensor| sensor.labels.get("alertname") == Some(name);
        self.outside.sensors.iter_mut().filter(named).for_each(|sensor| sensor.toggle(now));
        self.report(Some(name));
    }

    fn report(&mut self, only: Option<&str>) {
        let chosen = |s: &&Sensor| only.is_none() || s.labels.get("alertname") == only;
        let sensors = self.outside.sensors.iter().filter(chosen);
        let batch: Vec<_> = sensors.filter_map(|sensor| sensor.report(self.world.now)).collect();
        self.world.take(&batch);
    }

    fn ask_page(
        &mut self,
        who: &str,
        incident: &str,
        command: &oncall::Command,
    ) -> Result<(), Refusal> {
        let page = self.page(incident)?;
        let moment = self.world.moment(actor(who));
        self.world.ask_page(page, command, &moment)
    }

    /// The newest page by which somebody is called to take an incident.
    fn page(&self, incident: &str) -> Result<PageId, Refusal> {
        self.page_for(incident, oncall::For::Incident)
    }

    fn page_for(&self, incident: &str, what: oncall::For) -> Result<PageId, Refusal> {
        let id = self.incident(incident);
        let mine = |page: &&oncall::Page| page.incident == id && page.meant_for == what;
        let pages = self.world.pages.rows().filter(mine);
        let page = pages.map(Lifecycle::id).max();
        page.ok_or_else(|| Refusal::unknown("nobody was called"))
    }

    fn command(&self, verb: &str, rest: &[&str]) -> Command {
        let reason = "as agreed".to_owned();
        let first = rest.first().copied().unwrap_or_default();
        match verb {
            "acknowledge" => Command::Acknowledge { by: None, at: None, person: None },
            "restore" => Command::Restore { at: None, note: None },
            "resolve" => Command::Resolve {
                cause_class: CauseClass::Technology,
                resolution_code: ResolutionCode::Fixed,
                note: None,
                outage_end: None,
            },
            "comment" => Command::Comment { text: reason },
            "priority" => Command::OverridePriority {
                priority: serde_json::from_value(first.into()).ok(),
                reason,
            },
            "hold" => Command::Hold { reason: HoldReason::Supplier, note: None },
            "resume" => Command::Resume {},
            "cancel" => Command::Cancel { reason },
            "reopen" => Command::Reopen { reason },
            "assign" => Command::Assign {
                team: first.parse().ok(),
                assignee: None,
                because: None,
                even_if_away: false,
            },
            "parent" => Command::SetParent {
                parent: Some(self.incident(first)),
                number: first[1..].parse().unwrap_or(0),
            },
            "close" => Command::Close {},
            "declares" => Command::DeclareMajor { reason: (!first.is_empty()).then_some(reason) },
            "dismisses" => Command::DismissMajor { reason },
            "stabilises" => Command::StabiliseMajor { reason },
            "stands-down" => Command::StandDownMajor { reason },
            "reviews" => Command::ReviewMajor { outcome: reason },
            "degraded" => {
                Command::SetService { service: ServiceState::Degraded, from: None, reason }
            }
            "merge" => Command::Merge { into: self.incident(first) },
            "detach" => {
                let named = |alert: &&alerts::Alert| alert.name() == first;
                match self.world.alerts.rows().find(named) {
                    Some(alert) => Command::Detach { alert: alert.id, reason },
                    None => unreachable!("no alert `{first}`"),
                }
            }
            _ => unreachable!("no verb `{verb}`"),
        }
    }

    fn incident(&self, name: &str) -> IncidentId {
        let number = name.trim_start_matches('#').parse();
        match self.world.incidents.rows().find(|incident| Ok(incident.number) == number) {
            Some(incident) => incident.id,
            None => unreachable!("no incident {name}"),
        }
    }

    fn number(&self, id: IncidentId) -> u64 {
        self.world.incidents.get(id).map_or(0, |incident| incident.number)
    }

    fn tell(&mut self, out: &mut String) {
        for happening in &self.world.journal[self.told..] {
            if let Some(line) = self.line(happening) {
                let _ = writeln!(out, "    -> {line}");
            }
        }
        self.told = self.world.journal.len();
    }

    fn line(&self, happening: &Happening) -> Option<String> {
        match happening {
            Happening::Alert(..) | Happening::OnCall(_) => None,
            Happening::Incident(id, event) => {
                Some(format!("#{} {}", self.number(*id), self.incident_line(event)?))
            }
            Happening::Expected(id, event) => {
                let title = &self.world.expected.get(*id)?.expect.title;
                Some(format!("{title}: {}", incidents::expected::describe(event)))
            }
            Happening::Clocks(id, event) => {
                let number = self.world.clocks.get(*id)?.number;
                Some(format!("#{number} clock: {}", contracts::clocks::describe(event)?))
            }
            Happening::Page(id, event) => {
                let page = self.world.pages.get(*id)?;
                let team = if page.is_major() { "team " } else { "" };
                Some(format!("#{} {team}{}", self.number(page.incident), page_line(event)?))
            }
        }
    }

    fn incident_line(&self, event: &incidents::Event) -> Option<String> {
        Some(match &event.what {
            What::Opened(opened) if !opened.potential => format!("opened: {}", opened.title),
            What::Attached { member } => format!("has {}: {}", member.title, member.reason),
            What::Assigned { team, assignee, because } => {
                let whom = assignee.as_ref().or(team.as_ref()).map_or("nobody", |w| w.as_str());
                format!("given to {whom}: {because}")
            }
            What::MainItemChosen { item, because, .. } => format!("cause {item}: {because}"),
            What::Prioritised { priority, lines, .. } => {
                format!("{priority}: {}", lines.first().map_or("", |line| line.because.as_str()))
            }
            What::Acknowledged { acknowledged_by, .. } => {
                format!("acknowledged by {acknowledged_by}")
            }
            What::Merged { into } => format!("merged into #{}", self.number(*into)),
            What::Absorbed { number, members, .. } => {
                format!("takes over {} alerts of #{number}", members.len())
            }
            What::PriorityOverridden { reason, .. } => format!("priority set by {reason}"),
            What::Assessed { .. } | What::Weighed { .. } => return None,
            What::Opened(opened) if opened.potential => {
                format!("opened as potential: {}", opened.title)
            }
            What::MajorProposed { .. }
            | What::MajorDeclared { .. }
            | What::MajorDismissed { .. }
            | What::MajorStabilised { .. }
            | What::MajorStoodDown { .. }
            | What::MajorReviewed { .. }
            | What::MajorAnswered { .. }
            | What::MajorUncalled { .. }
            | What::UnassignedTooLong { .. }
            | What::AcknowledgementLapsed { .. }
            | What::Occurred { .. }
            | What::Checked { .. }
            | What::ParentSet { .. }
            | What::ParentEnded { .. } => incidents::describe(event),
            other => other.name().replace('_', " "),
        })
    }
}

fn page_line(event: &oncall::Event) -> Option<String> {
    use oncall::Event;
    match event {
        Event::Started { .. } => None,
        Event::Attempted { result: CallResult::Delivered, .. } => None,
        event => Some(format!("page: {}", oncall::describe(event))),
    }
}

/// The class follows from the response, as people choose it most of the time.
fn class(name: &str, fields: &[&str]) -> ClassRule {
    let field = |key: &str| fields.iter().find_map(|f| f.strip_prefix(key)?.strip_prefix('='));
    let response = match field("response") {
        Some("record") => Response::Record,
        Some("notify") => Response::Notify,
        Some("open_potential") => Response::OpenPotential,
        _ => Response::OpenIncident,
    };
    ClassRule {
        name: name.to_owned(),
        source: None,
        when: field("when").unwrap_or_default().to_owned(),
        class: match response {
            Response::Record => Class::Informational,
            Response::OpenPotential => Class::Warning,
            Response::Notify | Response::OpenIncident => Class::Exception,
        },
        response,
        impacts: Default::default(),
        boundary: field("boundary").unwrap_or_default().to_owned(),
    }
}

fn routes(name: &str, fields: &[&str]) -> Routes {
    let field = |key: &str| fields.iter().find_map(|f| f.strip_prefix(key)?.strip_prefix('='));
    let priority = field("priority").and_then(|text| serde_json::from_value(text.into()).ok());
    let route = Route {
        name: name.to_owned(),
        when: field("when").unwrap_or_default().to_owned(),
        team: field("team").and_then(|team| team.parse().ok()),
        priority,
    };
    match Routes::compile(&[route]) {
        Ok(routes) => routes,
        Err(errors) => unreachable!("{errors:?}"),
    }
}

fn actor(text: &str) -> Actor {
    match text.parse() {
        Ok(actor) => actor,
        Err(error) => unreachable!("{error}: {text}"),
    }
}

/// `09:30` or `09:30:15` of the day of the scenario.
fn at(text: &str) -> Time {
    let parts: Vec<i64> = text.split(':').filter_map(|part| part.parse().ok()).collect();
    let seconds = match parts.as_slice() {
        [hour, minute] => hour * 3_600 + minute * 60,
        [hour, minute, second] => hour * 3_600 + minute * 60 + second,
        _ => unreachable!("`{text}` is no time"),
    };
    Time::from_seconds(20_514 * 86_400 + seconds)
}
