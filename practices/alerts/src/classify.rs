//! What an alert means (ITIL monitoring and event management): the first rule that fits says its
//! class, what is done about it, and what it puts at risk.
//!
//! **Invariant:** the severity of an alert is its own and stays; a class stands beside it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{ItemRef, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::boundary::Boundary;
use crate::{Alert, Condition, RuleError, Severity, Signal, Subject};

/// Most rules of one space: each is asked of every new firing, until one fits.
pub const RULES_MAX: usize = 200;

/// What kind of event an alert is.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertClass)]
pub enum Class {
    /// Nothing has to be done.
    Informational,
    /// It comes near a boundary; nothing has failed yet.
    Warning,
    /// Something has failed, or left its agreed state.
    Exception,
}

/// What is done about an alert.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertResponse)]
pub enum Response {
    /// It is recorded and listed; nobody is told, nothing opens.
    Record,
    /// Receivers are told as the routes say; no incident opens.
    Notify,
    /// An incident opens, or it joins a related one; receivers are told as the routes say.
    OpenIncident,
    /// Potential work opens on its item: listed, and nobody is called. Receivers are told as the
    /// routes say.
    OpenPotential,
}

/// What an alert puts at risk.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ImpactClass {
    /// Service levels and performance.
    Performance,
    /// Security.
    Security,
    /// Compliance with law, contract or policy.
    Compliance,
}

/// A rule that people write; rules are asked in their order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// Its name, shown on every alert that it classified.
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The integration whose alerts it is asked about; without one, those of all.
    #[serde(default)]
    pub source: Option<String>,
    /// The condition in CEL over `labels`, `annotations`, `source`, `severity`, `name`, `item`;
    /// empty holds always.
    #[serde(default)]
    pub when: String,
    /// The class it gives.
    pub class: Class,
    /// What is done.
    pub response: Response,
    /// What is at risk; may be empty.
    #[serde(default)]
    #[schema(value_type = Vec<ImpactClass>)]
    pub impacts: BTreeSet<ImpactClass>,
    /// How long until the boundary is crossed, in CEL, for potential work:
    /// `annotations.time_to_boundary`. A number is seconds, a text is seconds, a duration such as
    /// `2h 30m`, or a moment in RFC 3339. Empty: not known.
    #[serde(default)]
    pub boundary: String,
}

/// What a rule said of an alert.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertClassification)]
pub struct Classification {
    /// What kind of event it is.
    pub class: Class,
    /// What is done about it.
    pub response: Response,
    /// What it puts at risk.
    #[serde(default)]
    pub impacts: BTreeSet<ImpactClass>,
    /// The name of the rule.
    pub rule: String,
    /// When the boundary will be crossed, as foreseen when it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_at: Option<Time>,
}

/// By which class alerts are found: those without one, too.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlertClassed)]
pub enum Classed {
    /// No rule fits.
    Unclassified,
    /// See [`Class::Informational`].
    Informational,
    /// See [`Class::Warning`].
    Warning,
    /// See [`Class::Exception`].
    Exception,
}

/// All rules, compiled.
#[derive(Debug, Default)]
pub struct Classifier(Vec<Compiled>);

#[derive(Debug)]
struct Compiled {
    source: Option<String>,
    condition: Condition,
    boundary: Option<Boundary>,
    given: Arc<Classification>,
    failures: AtomicU64,
}

impl Classifier {
    /// Compiles the rules.
    ///
    /// # Errors
    /// Every rule that is wrong.
    pub fn compile(rules: &[ClassRule]) -> Result<Classifier, Vec<RuleError>> {
        let (mut errors, mut compiled, mut names) = (Vec::new(), Vec::new(), BTreeSet::new());
        for (index, rule) in rules.iter().enumerate() {
            let outcome = match index < RULES_MAX {
                true if !names.insert(rule.name.trim()) => {
                    Err(("name", "another rule has this name".to_owned()))
                }
                true => Compiled::new(rule),
                false => Err(("name", format!("at most {RULES_MAX} rules are asked"))),
            };
            match outcome {
                Ok(rule) => compiled.push(rule),
                Err((field, problem)) => {
                    errors.push(RuleError { index, name: rule.name.clone(), field, problem });
                }
            }
        }
        if errors.is_empty() { Ok(Classifier(compiled)) } else { Err(errors) }
    }

    /// What the first rule that fits says of a signal; `item` is the one that was found for it. A
    /// rule that fails is passed over and counted.
    pub fn classify(
        &self,
        signal: &Signal,
        item: Option<&ItemRef>,
        now: Time,
    ) -> Option<Arc<Classification>> {
        if self.0.is_empty() {
            return None;
        }
        let item = item.map_or("", ItemRef::as_str);
        self.of(&Subject { item, ..Subject::from(signal) }, now)
    }

    /// The same for whatever can be asked about.
    pub fn of(&self, subject: &Subject<'_>, now: Time) -> Option<Arc<Classification>> {
        let rule = self.0.iter().find(|rule| rule.fits(subject))?;
        let Some(boundary) = &rule.boundary else { return Some(rule.given.clone()) };
        let boundary_at = boundary.at(subject, now);
        Some(Arc::new(Classification { boundary_at, ..Classification::clone(&rule.given) }))
    }

    /// The rules that have failed since they were compiled, and how often.
    pub fn failures(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0
            .iter()
            .map(|rule| (rule.given.rule.as_str(), rule.failures.load(Ordering::Relaxed)))
            .filter(|(_, failures)| *failures > 0)
    }
}

impl Compiled {
    fn new(rule: &ClassRule) -> Result<Compiled, (&'static str, String)> {
        let name = rule.name.trim();
        if name.is_empty() || name.chars().count() > 200 {
            let problem = "give the rule a name of at most 200 letters; alerts will show it";
            return Err(("name", problem.to_owned()));
        }
        let opens = matches!(rule.response, Response::OpenIncident | Response::OpenPotential);
        if opens && rule.class == Class::Informational {
            let problem = "information opens nothing: choose record or notify, or another class";
            return Err(("response", problem.to_owned()));
        }
        let boundary = rule.boundary.trim();
        if !boundary.is_empty() && rule.response != Response::OpenPotential {
            let problem = "only potential work counts down to a boundary; leave it empty";
            return Err(("boundary", problem.to_owned()));
        }
        let boundary = (!boundary.is_empty()).then(|| Boundary::compile(boundary)).transpose();
        let source = rule.source.as_deref().map(str::trim).filter(|source| !source.is_empty());
        Ok(Compiled {
            source: source.map(str::to_owned),
            condition: Condition::compile(&rule.when)
                .map_err(|error| ("when", error.to_string()))?,
            boundary: boundary.map_err(|error| ("boundary", error.to_string()))?,
            given: Arc::new(Classification {
                class: rule.class,
                response: rule.response,
                impacts: rule.impacts.clone(),
                rule: name.to_owned(),
                boundary_at: None,
            }),
            failures: AtomicU64::new(0),
        })
    }

    fn fits(&self, subject: &Subject<'_>) -> bool {
        if self.source.as_deref().is_some_and(|source| source != subject.source) {
            return false;
        }
        self.condition.holds(subject).unwrap_or_else(|_| {
            self.failures.fetch_add(1, Ordering::Relaxed);
            false
        })
    }
}

impl Classed {
    /// The class of what may have none.
    pub fn of(classification: Option<&Classification>) -> Classed {
        match classification.map(|given| given.class) {
            None => Classed::Unclassified,
            Some(Class::Informational) => Classed::Informational,
            Some(Class::Warning) => Classed::Warning,
            Some(Class::Exception) => Classed::Exception,
        }
    }

    /// The word that JSON uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Classed::Unclassified => "unclassified",
            Classed::Informational => "informational",
            Classed::Warning => "warning",
            Classed::Exception => "exception",
        }
    }
}

impl ImpactClass {
    /// The word that JSON uses.
    pub fn as_str(self) -> &'static str {
        match self {
            ImpactClass::Performance => "performance",
            ImpactClass::Security => "security",
            ImpactClass::Compliance => "compliance",
        }
    }
}

impl Classification {
    /// ``classified as warning by rule `disk` ``.
    pub fn sentence(&self) -> String {
        format!("classified as {} by rule `{}`", Classed::of(Some(self)).as_str(), self.rule)
    }
}

impl Alert {
    /// What a rule says is done about it; nothing where no rule fits.
    pub fn response(&self) -> Option<Response> {
        self.classification.as_ref().map(|given| given.response)
    }

    /// Whether it says that something is about to fail, and not that it has.
    pub fn is_potential(&self) -> bool {
        self.response() == Some(Response::OpenPotential)
    }

    /// Whether receivers hear of it: all but what a rule only records.
    pub fn is_told(&self) -> bool {
        self.response() != Some(Response::Record)
    }
}

impl ClassRule {
    /// A rule for alerts like this one, for a person to finish. A severity is no class; here it
    /// only says where to begin.
    pub fn draft(alert: &Alert) -> ClassRule {
        let (class, response) = match alert.severity {
            Severity::None | Severity::Info => (Class::Informational, Response::Record),
            Severity::Warning => (Class::Warning, Response::OpenPotential),
            Severity::Error | Severity::Critical => (Class::Exception, Response::OpenIncident),
        };
        let counts = response == Response::OpenPotential
            && alert.annotations.get("time_to_boundary").is_some();
        ClassRule {
            name: alert.name().chars().take(200).collect(),
            source: Some(alert.source.to_string()),
            when: alert.labels.get("alertname").map(is_named).unwrap_or_default(),
            class,
            response,
            impacts: BTreeSet::new(),
            boundary: if counts { "annotations.time_to_boundary" } else { "" }.to_owned(),
        }
    }
}

fn is_named(name: &str) -> String {
    let escaped = name.replace('\\', r"\\").replace('"', "\\\"").replace('\n', r"\n");
    format!("name == \"{escaped}\"")
}

#[cfg(test)]
mod tests;
