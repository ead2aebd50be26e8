//! What one of them shows and tells, without what may differ.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::world::Hook;

/// What a receiver was told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Told {
    receiver: String,
    status: String,
    firing: BTreeSet<String>,
    resolved: BTreeSet<String>,
    labels: String,
    common_labels: String,
    common_annotations: String,
}

impl Told {
    /// Leaves out what is over, and what follows from it.
    pub fn forget_the_resolved(&mut self) {
        self.resolved.clear();
        self.common_labels.clear();
        self.common_annotations.clear();
    }
}

/// What was told from that notification on, in its order, for each receiver and group. Where groups
/// are told again and again, what says nothing new is left out.
pub fn told(hooks: &[Hook], from: usize, repeats: bool) -> BTreeMap<String, Vec<Told>> {
    let mut all: BTreeMap<String, Vec<(usize, Told)>> = BTreeMap::new();
    for (index, hook) in hooks.iter().enumerate() {
        if hook.path.ends_with("/marker") {
            continue;
        }
        let body = &hook.body;
        let alerts = |status: &str| -> BTreeSet<String> {
            let list = body["alerts"].as_array().into_iter().flatten();
            list.filter(|alert| alert["status"] == status)
                .map(|alert| format!("{} {}", alert["labels"], alert["annotations"]))
                .collect()
        };
        let told = Told {
            receiver: body["receiver"].to_string(),
            status: body["status"].to_string(),
            firing: alerts("firing"),
            resolved: alerts("resolved"),
            labels: body["groupLabels"].to_string(),
            common_labels: body["commonLabels"].to_string(),
            common_annotations: body["commonAnnotations"].to_string(),
        };
        let group = all.entry(format!("{} {}", hook.path, body["groupKey"])).or_default();
        let again = told.resolved.is_empty()
            && group.last().is_some_and(|(_, last)| last.firing == told.firing);
        if !(repeats && again) {
            group.push((index, told));
        }
    }
    let since = |list: Vec<(usize, Told)>| -> Vec<Told> {
        list.into_iter().filter(|(index, _)| *index >= from).map(|(_, told)| told).collect()
    };
    let groups = all.into_iter().map(|(group, list)| (group, since(list)));
    groups.filter(|(_, list)| !list.is_empty()).collect()
}

/// What the API shows.
#[derive(PartialEq, Eq, Debug)]
pub struct Shown {
    /// Alerts by their labels, each with its state.
    pub alerts: BTreeMap<String, String>,
    /// Groups by receiver and labels, each with its alerts.
    pub groups: BTreeMap<String, BTreeMap<String, String>>,
}

impl Shown {
    /// Whether an alert is held back by another.
    pub fn inhibits(&self) -> bool {
        self.alerts.values().any(|state| state.contains("inhibited: true"))
    }
}

/// Reads `/api/v2/alerts` and `/api/v2/alerts/groups`.
pub fn shown(alerts: &Value, groups: &Value) -> Shown {
    let mut shown = Shown { alerts: states(alerts), groups: BTreeMap::new() };
    for group in groups.as_array().into_iter().flatten() {
        let alerts = states(&group["alerts"]);
        if !alerts.is_empty() {
            let name = format!("{} {}", group["receiver"]["name"], group["labels"]);
            // Two routes may give groups of the same receiver and labels.
            shown.groups.entry(name).or_default().extend(alerts);
        }
    }
    shown
}

fn states(alerts: &Value) -> BTreeMap<String, String> {
    let list = alerts.as_array().into_iter().flatten();
    let real = list.filter(|alert| alert["labels"]["alertname"] != "Marker");
    real.map(|alert| {
        let status = &alert["status"];
        let many = |name: &str| status[name].as_array().map_or(0, Vec::len);
        // Alertmanager names a receiver once for each route that leads to it, in their order.
        let receivers = alert["receivers"].as_array().into_iter().flatten();
        let receivers: BTreeSet<&str> =
            receivers.filter_map(|receiver| receiver["name"].as_str()).collect();
        // What an interval mutes is suppressed from Alertmanager 0.28 on, and named by `mutedBy`:
        // the one beside is older.
        let muted = many("mutedBy") > 0 && many("silencedBy") + many("inhibitedBy") == 0;
        let word = if muted { json!("active") } else { status["state"].clone() };
        let state = format!(
            "{} silenced by {}, inhibited: {}, for {receivers:?}",
            word,
            many("silencedBy"),
            many("inhibitedBy") > 0,
        );
        (alert["labels"].to_string(), state)
    })
    .collect()
}
