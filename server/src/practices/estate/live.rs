//! The estate in memory: graph, owners, rules. Rebuilt whenever resources or rules change; the
//! database stays the truth.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use alerts::{Alert, Classifier, Match, MatchRule, Matcher, Signal};
use estate::{Estate, Fed, Kind, RouteSpec, SetPolicies, Spec};
use kernel::{ItemRef, SpaceId};
use spine::{Db, Fault, Tx};
use streams::companions::Companions;

use super::store;
use crate::practices::alerts::classes;
use crate::practices::notifications::policy::{self, NotificationPolicy};
use crate::practices::oncall::{devices, fed, gaps};
use crate::settings;

/// The estates of all spaces; cheap to clone.
#[derive(Clone, Default)]
pub struct LiveEstate {
    inner: Arc<RwLock<HashMap<SpaceId, Arc<Snapshot>>>>,
    /// Held while it is read again, or what was read before a commit could replace what was read
    /// after it.
    reading: Arc<tokio::sync::Mutex<()>>,
}

/// The estate of one space at one time, with the rules that find items.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The estate.
    pub estate: Estate,
    /// Differs where what finds the items of alerts does: the items and the rules.
    pub finds: u64,
    /// How many changes of resources it has seen: the web reloads its map when this moves.
    pub resources: usize,
    /// What opens an incident, what calls people.
    pub policy: streams::Policy,
    /// What receivers are told, and how soon, beyond what the routes say.
    pub notifications: NotificationPolicy,
    /// What people decided about alerts that recur together.
    pub companions: Companions,
    /// The rules that name team or priority: those of the settings first, then those of files.
    pub flow: streams::Routes,
    /// Those of files, in their order.
    pub flow_of_files: Vec<streams::Route>,
    /// The rules that say what an alert means.
    pub classifier: Classifier,
    kept_in: HashMap<ItemRef, String>,
    routes: Vec<Route>,
    matcher: Matcher,
}

/// A rule that finds the item of an alert, kept in files.
#[derive(Clone, Debug)]
pub struct Route {
    /// Its name.
    pub name: String,
    /// Its condition in CEL.
    pub when: String,
    /// The item, or how to make its name from labels.
    pub item: String,
}

impl Snapshot {
    /// An estate alone, without rules and policies.
    pub fn of(resources: impl IntoIterator<Item = estate::Resource>) -> Snapshot {
        Snapshot { estate: Estate::new(resources), ..Snapshot::default() }
    }

    /// The same with the browsers that people added, by person.
    #[must_use]
    pub fn with_devices(self, devices: BTreeMap<ItemRef, Vec<String>>) -> Snapshot {
        Snapshot { estate: self.estate.with_devices(devices), ..self }
    }

    /// The same with what calendars of layers say.
    #[must_use]
    pub fn with_fed(self, fed: Fed) -> Snapshot {
        Snapshot { estate: self.estate.with_fed(fed), ..self }
    }

    /// Resources and what calendars of layers say, as they are in a transaction: memory may be a
    /// moment behind.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn afresh(tx: &mut Tx, space: &SpaceId) -> Result<Snapshot, Fault> {
        let kept = store::all(tx, space).await?;
        let fed = fed::store::fed(tx, space).await?;
        Ok(Snapshot::of(kept.into_iter().map(|kept| kept.stored.resource)).with_fed(fed))
    }

    fn new(resources: Vec<estate::Resource>, rules: &[MatchRule]) -> Snapshot {
        let mut of_files: Vec<(&str, &RouteSpec)> = resources
            .iter()
            .filter_map(|resource| match &resource.spec {
                Spec::Route(route) => Some((resource.metadata.name.as_str(), route)),
                _ => None,
            })
            .collect();
        of_files.sort_by_key(|(name, route)| (route.order, *name));
        let routes: Vec<Route> =
            of_files.iter().filter_map(|(name, route)| route_of(name, route)).collect();
        let flow_of_files =
            of_files.iter().filter_map(|(name, route)| flow_of(name, route)).collect();
        // Rules made in the product are asked before those of files: the quick mend at night.
        let all: Vec<MatchRule> =
            rules.iter().cloned().chain(routes.iter().map(Route::rule)).collect();
        let matcher = usable(&all);
        let finds = finds(&resources, &all);
        Snapshot {
            resources: resources.len(),
            estate: Estate::new(resources),
            finds,
            routes,
            matcher,
            flow_of_files,
            ..Snapshot::default()
        }
    }

    /// The file that says what an item is, while nobody took it over; empty when the name of the
    /// file is not known.
    pub fn kept_in(&self, item: &ItemRef) -> Option<&str> {
        self.kept_in.get(item).map(String::as_str)
    }

    /// Whether the estate has this item.
    pub fn knows(&self, item: &ItemRef) -> bool {
        self.estate.contains(item)
    }

    /// The item of a signal.
    pub fn find(&self, signal: &Signal) -> Option<Match> {
        self.matcher.find(signal, &|item| self.knows(item))
    }

    /// The item of an alert as its rules would find it now.
    pub fn find_for(&self, alert: &Alert) -> Option<Match> {
        self.find(&as_signal(alert))
    }

    /// The rules that files brought.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// Rules that failed since they were compiled, and how often.
    pub fn rule_failures(&self) -> Vec<(String, u64)> {
        self.matcher.failures().map(|(name, count)| (name.to_owned(), count)).collect()
    }
}

/// With hours that nobody covers the team of the schedule is charged: a route for each team, after
/// those that people write.
fn gap_routes(estate: &Estate) -> Vec<streams::Route> {
    let route = |team: &estate::Resource| streams::Route {
        name: "team of the schedule".to_owned(),
        when: format!(
            "source == \"{}\" && labels.team == \"{}\"",
            gaps::SOURCE,
            team.item().name()
        ),
        team: Some(team.item().clone()),
        priority: None,
    };
    estate.of_kind(Kind::Team).map(route).collect()
}

/// A mark of all that finds the items of alerts.
fn finds(resources: &[estate::Resource], rules: &[MatchRule]) -> u64 {
    let mut items: Vec<&ItemRef> = resources.iter().map(estate::Resource::item).collect();
    items.sort_unstable();
    let mut mark = DefaultHasher::new();
    items.hash(&mut mark);
    for MatchRule { name, when, item } in rules {
        (name, when, item).hash(&mut mark);
    }
    mark.finish()
}

/// The escalation policies that settings name.
fn set_policies(policy: &streams::Policy) -> SetPolicies {
    SetPolicies {
        default: policy.default_escalation_policy.clone(),
        unassigned: policy.unassigned_escalation_policy.clone(),
        major: policy.major.escalation_policy.clone(),
    }
}

/// The part of a route that finds the item.
fn route_of(name: &str, spec: &RouteSpec) -> Option<Route> {
    let item = spec.item.clone()?;
    Some(Route { name: name.to_owned(), when: spec.when.clone(), item })
}

/// The part of a route that names team or priority.
fn flow_of(name: &str, spec: &RouteSpec) -> Option<streams::Route> {
    (spec.team.is_some() || spec.priority.is_some()).then(|| streams::Route {
        name: name.to_owned(),
        when: spec.when.clone(),
        team: spec.team.as_ref().map(|team| team.item().clone()),
        priority: spec.priority,
    })
}

impl Route {
    fn rule(&self) -> MatchRule {
        MatchRule { name: self.name.clone(), when: self.when.clone(), item: self.item.clone() }
    }
}

/// Compiles the rules that can be used. Wrong ones are refused when they are saved; one that an
/// older Operate let in must not switch the others off.
fn usable(rules: &[MatchRule]) -> Matcher {
    Matcher::compile(rules).unwrap_or_else(|errors| {
        let wrong: Vec<usize> = errors.iter().map(|error| error.index).collect();
        for error in &errors {
            tracing::warn!(%error, "a match rule is passed over");
        }
        let rest: Vec<MatchRule> = rules
            .iter()
            .enumerate()
            .filter(|(index, _)| !wrong.contains(index))
            .map(|(_, rule)| rule.clone())
            .collect();
        Matcher::compile(&rest).unwrap_or_default()
    })
}

/// Compiles the routes that can be used, as [`usable`] does with match rules.
fn flow(routes: Vec<streams::Route>) -> streams::Routes {
    streams::Routes::compile(&routes).unwrap_or_else(|errors| {
        for error in &errors {
            tracing::warn!(route = error.name, problem = error.problem, "a route is passed over");
        }
        let wrong = |index: &usize| errors.iter().any(|error| error.index == *index);
        let numbered = routes.iter().enumerate().filter(|(index, _)| !wrong(index));
        let rest: Vec<streams::Route> = numbered.map(|(_, route)| route.clone()).collect();
        streams::Routes::compile(&rest).unwrap_or_default()
    })
}

/// An alert as the signal that it was, to ask the rules again.
pub fn as_signal(alert: &Alert) -> Signal {
    Signal {
        source: alert.source.clone(),
        key: None,
        rule: None,
        labels: alert.labels.clone(),
        annotations: alert.annotations.clone(),
        starts_at: Some(alert.starts_at),
        ends_at: None,
        generator_url: alert.generator_url.clone(),
    }
}

impl LiveEstate {
    /// Loads the estates of all spaces.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(db: &Db) -> Result<LiveEstate, Fault> {
        let live = LiveEstate::default();
        live.reload(db).await?;
        Ok(live)
    }

    /// Reads everything again.
    ///
    /// # Errors
    /// When the database refuses: then the old one stays.
    pub async fn reload(&self, db: &Db) -> Result<(), Fault> {
        let _alone = self.reading.lock().await;
        let mut conn = db.reader().await?;
        let mut fresh = HashMap::new();
        for space in store::spaces(&mut conn).await? {
            let kept = store::all(&mut conn, &space).await?;
            let (rules, _) = settings::match_rules(&mut conn, &space).await?;
            let of_file = |kept: &store::Kept| {
                let file = kept.stored.kept_in()?.to_owned();
                Some((kept.stored.resource.item().clone(), file))
            };
            let kept_in = kept.iter().filter_map(of_file).collect();
            let resources = kept.into_iter().map(|kept| kept.stored.resource).collect();
            let devices = devices::store::all(&mut conn, &space).await?;
            let fed = fed::store::fed(&mut conn, &space).await?;
            let mut snapshot = Snapshot::new(resources, &rules).with_devices(devices).with_fed(fed);
            snapshot.kept_in = kept_in;
            snapshot.policy = settings::policy(&mut conn, &space).await?;
            let set = set_policies(&snapshot.policy);
            snapshot.estate = snapshot.estate.with_set_policies(set);
            (snapshot.notifications, _) = settings::get(&mut conn, &space, policy::NAME).await?;
            (snapshot.companions, _) =
                settings::get(&mut conn, &space, settings::COMPANIONS).await?;
            let (mut routes, _): (Vec<streams::Route>, _) =
                settings::get(&mut conn, &space, settings::ROUTES).await?;
            // As with the rules that find items: what is set in the product comes first.
            routes.extend(snapshot.flow_of_files.iter().cloned());
            routes.extend(gap_routes(&snapshot.estate));
            snapshot.flow = flow(routes);
            let (classes, _): (Vec<alerts::ClassRule>, _) =
                settings::get(&mut conn, &space, settings::CLASSIFICATION).await?;
            snapshot.classifier = classes::usable(&classes);
            fresh.insert(space, Arc::new(snapshot));
        }
        *self.inner.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(())
    }

    /// The estates of all spaces as they are now.
    pub fn all(&self) -> Vec<(SpaceId, Arc<Snapshot>)> {
        let spaces = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        spaces.iter().map(|(space, snapshot)| (space.clone(), Arc::clone(snapshot))).collect()
    }

    /// The estate of a space as it is now.
    pub fn snapshot(&self, space: &SpaceId) -> Arc<Snapshot> {
        let spaces = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        spaces.get(space).cloned().unwrap_or_default()
    }
}
