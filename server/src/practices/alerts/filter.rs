//! What alerts are narrowed to: the same words in lists, groups and commands for many.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use ::contracts::{clocks, compliance};
use alerts::{Alert, Classed, ImpactClass, Severity, Stage};
use kernel::{IncidentId, ItemRef, SpaceId};
use routing::Matchers;
use serde::Deserialize;
use spine::Fault;
use utoipa::IntoParams;

use super::hot::Known;
use crate::app::App;
use crate::listing::Words;
use crate::practices::estate::live::Snapshot;
use crate::practices::notifications::live::Routing;
use crate::practices::oncall::gaps;
use crate::problem::{Answer, Problem};
use crate::selfwatch;

/// What alerts can be narrowed to: everything that is given has to hold.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only these states, separated by commas; without it everything but closed. Closed alerts are
    /// listed on their own.
    #[param(value_type = Option<Vec<Stage>>, style = Form, explode = false)]
    pub state: Words<Stage>,
    /// Only these severities, separated by commas.
    #[param(value_type = Option<Vec<Severity>>, style = Form, explode = false)]
    pub severity: Words<Severity>,
    /// Only these classes, separated by commas; `unclassified`: those that no rule fitted.
    #[param(value_type = Option<Vec<Classed>>, style = Form, explode = false)]
    pub class: Words<Classed>,
    /// Only those that put one of these at risk, separated by commas.
    #[param(value_type = Option<Vec<ImpactClass>>, style = Form, explode = false)]
    pub impact: Words<ImpactClass>,
    /// Only those of this name: the label `alertname`.
    pub name: Option<String>,
    /// Only those on this item.
    pub item: Option<ItemRef>,
    /// `true`: only those whose item was found; `false`: only those whose item was not.
    pub matched: Option<bool>,
    /// Only those of this incident.
    pub incident: Option<IncidentId>,
    /// Only those that came first through the integration of this name.
    pub source: Option<String>,
    /// Only those that the routes in force lead to this receiver.
    pub receiver: Option<String>,
    /// Only those on items that this team answers for, as `team/name`; `none`: those for which no
    /// team answers.
    pub team: Option<String>,
    /// Only those whose labels fit, as Alertmanager writes it: `env="prod", instance=~"db-.*"`.
    pub matching: Option<String>,
    /// `true`: only those that a silence holds back now; `false`: only the others.
    pub silenced: Option<bool>,
    /// Only those with this text in name, summary or a label value.
    pub q: Option<String>,
}

/// The name under which alerts are found for which no team answers.
pub const NO_TEAM: &str = "none";

/// What Operate says itself about contracts and people, which are no items that could be down.
const ABOUT_NO_ITEM: [&str; 4] =
    [gaps::SOURCE, clocks::SOURCE, compliance::SOURCE, selfwatch::NAME];

/// Whether an alert is about an item that no rule found.
pub fn wants_item(alert: &Alert) -> bool {
    alert.item.is_none() && !ABOUT_NO_ITEM.contains(&&*alert.source)
}

impl Filter {
    /// Whether nothing is asked for but states.
    pub fn only_states(&self) -> bool {
        let Filter { state: _, severity, class, impact, name, item, matched, incident, .. } = self;
        let Filter { source, receiver, team, matching, silenced, q, .. } = self;
        let texts = [name, source, receiver, team, matching, q];
        severity.0.is_empty()
            && class.0.is_empty()
            && impact.0.is_empty()
            && texts.into_iter().all(Option::is_none)
            && item.is_none()
            && incident.is_none()
            && matched.is_none()
            && silenced.is_none()
    }

    /// Makes it ready to be asked of many alerts.
    ///
    /// # Errors
    /// When `matching` or `team` cannot be read.
    pub fn sieve(&self, app: &App, space: &SpaceId) -> Answer<Sieve> {
        let matching = self.matching.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let matchers = matching.map(Matchers::parse).transpose().map_err(|error| {
            Problem::refused(error.to_string())
                .at("matching")
                .remedy("write conditions like env=\"prod\", instance=~\"db-.*\"")
        })?;
        let team = match self.team.as_deref() {
            None => None,
            Some(NO_TEAM) => Some(None),
            Some(text) => Some(Some(text.parse::<ItemRef>().map_err(|error| {
                Problem::refused(error.to_string()).at("team").remedy("write team/name, or none")
            })?)),
        };
        let text = self.q.as_deref().map(Needle::new);
        let owners = Owners { estate: app.estate.snapshot(space), known: RefCell::default() };
        let routing = app.routing.current();
        Ok(Sieve { filter: self.clone(), matchers, team, text, owners, routing })
    }
}

/// A filter that is ready to be asked of many alerts.
pub struct Sieve {
    filter: Filter,
    matchers: Option<Matchers>,
    team: Option<Option<ItemRef>>,
    text: Option<Needle>,
    routing: Option<Arc<Routing>>,
    /// The teams behind the items.
    pub owners: Owners,
}

impl Sieve {
    /// Whether an alert is wanted, as far as the alert alone tells; silences are asked afterwards.
    pub fn holds(&self, alert: &Alert) -> bool {
        let filter = &self.filter;
        let (states, severities) = (&filter.state.0, &filter.severity.0);
        (states.is_empty() || states.contains(&alert.stage))
            && (severities.is_empty() || severities.contains(&alert.severity))
            && self.classed(alert)
            && filter.name.as_deref().is_none_or(|name| alert.name() == name)
            && (filter.item.is_none() || filter.item == alert.item)
            && filter.matched.is_none_or(|wanted| wants_item(alert) != wanted)
            && (filter.incident.is_none() || filter.incident == alert.incident)
            && filter.source.as_deref().is_none_or(|source| *alert.source == *source)
            && self.team.as_ref().is_none_or(|team| self.owners.of(alert.item.as_ref()) == *team)
            && self.matchers.as_ref().is_none_or(|matchers| matchers.matches(&alert.labels))
            && filter.receiver.as_deref().is_none_or(|receiver| self.leads_to(alert, receiver))
            && self.text.as_ref().is_none_or(|text| text.is_in(alert))
    }

    fn leads_to(&self, alert: &Alert, receiver: &str) -> bool {
        let routing = self.routing.as_ref();
        routing.is_some_and(|routing| routing.receivers_of(&alert.labels).contains(&receiver))
    }

    fn classed(&self, alert: &Alert) -> bool {
        let (classes, impacts) = (&self.filter.class.0, &self.filter.impact.0);
        let given = alert.classification.as_deref();
        let at_risk = |impact: &ImpactClass| given.is_some_and(|g| g.impacts.contains(impact));
        (classes.is_empty() || classes.contains(&Classed::of(given)))
            && (impacts.is_empty() || impacts.iter().any(at_risk))
    }

    /// Which side of the silences is wanted.
    pub fn silenced(&self) -> Option<bool> {
        self.filter.silenced
    }

    /// The alerts that are wanted, in no order.
    pub fn all(&self, app: &App, space: &SpaceId) -> Vec<Known> {
        // Taken out first: silences have a lock of their own, which may not be waited for while
        // this one is held.
        let mut found: Vec<Known> = app.alerts.read(space, |alerts| {
            let alerts = alerts.into_iter().flat_map(|alerts| alerts.iter());
            alerts.filter(|alert| self.holds(&alert.record)).cloned().collect()
        });
        if let Some(wanted) = self.silenced() {
            let silenced = held_back(app, space, &found);
            let mut silenced = silenced.into_iter();
            found.retain(|_| silenced.next() == Some(wanted));
        }
        found
    }
}

/// Of each alert, whether a silence holds it back now.
pub fn held_back(app: &App, space: &SpaceId, alerts: &[Known]) -> Vec<bool> {
    let now = app.world.now();
    app.silences.read(space, |live| {
        let live = live.filter(|live| !live.is_empty());
        let held = |alert: &Alert| {
            alert.stage.firing()
                && live.is_some_and(|live| !live.silenced_by(&alert.labels, now).is_empty())
        };
        alerts.iter().map(|alert| held(&alert.record)).collect()
    })
}

/// Looks through many alerts beside the tasks that answer requests.
///
/// # Errors
/// When the look broke off.
pub async fn apart<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Answer<T> {
    let looked = tokio::task::spawn_blocking(look).await;
    Ok(looked.map_err(|_| Fault::Other("a look through the alerts broke off".to_owned()))?)
}

/// The teams behind items, each looked up once.
pub struct Owners {
    estate: Arc<Snapshot>,
    known: RefCell<HashMap<ItemRef, Option<ItemRef>>>,
}

impl Owners {
    /// The team that answers for an item.
    pub fn of(&self, item: Option<&ItemRef>) -> Option<ItemRef> {
        let item = item?;
        if let Some(team) = self.known.borrow().get(item) {
            return team.clone();
        }
        let team = self.estate.estate.owner(item).map(|found| found.to);
        self.known.borrow_mut().insert(item.clone(), team.clone());
        team
    }
}

/// A text to look for, whatever the case of its letters.
struct Needle {
    folded: String,
}

impl Needle {
    fn new(text: &str) -> Needle {
        Needle { folded: text.to_lowercase() }
    }

    fn is_in(&self, alert: &Alert) -> bool {
        self.within(alert.name())
            || self.within(alert.summary())
            || alert.labels.iter().any(|(_, value)| self.within(value))
    }

    /// A hundred thousand alerts have a million labels: where letters are plain, no text is made
    /// for the look.
    fn within(&self, text: &str) -> bool {
        let wanted = self.folded.as_bytes();
        if wanted.is_empty() {
            return true;
        }
        if !text.is_ascii() {
            return text.to_lowercase().contains(&self.folded);
        }
        text.as_bytes().windows(wanted.len()).any(|part| part.eq_ignore_ascii_case(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_whatever_the_case_of_its_letters() {
        for (wanted, text) in
            [("disk", "DiskFull"), ("ÄRGER", "großer Ärger"), ("", "anything"), ("l", "full")]
        {
            assert!(Needle::new(wanted).within(text), "{wanted} in {text}");
        }
        assert!(!Needle::new("disks").within("DiskFull"));
        assert!(!Needle::new("longer than the text").within("text"));
    }

    #[test]
    fn what_is_asked_for_besides_states_is_noticed() {
        assert!(Filter::default().only_states());
        let state = Words(vec![Stage::Closed]);
        assert!(Filter { state, ..Filter::default() }.only_states());
        assert!(!Filter { q: Some("x".to_owned()), ..Filter::default() }.only_states());
        assert!(!Filter { silenced: Some(true), ..Filter::default() }.only_states());
    }
}
