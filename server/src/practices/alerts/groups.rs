//! Alerts by what they have in common: how a storm of a hundred thousand is read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::Arc;

use alerts::Alert;
use axum::extract::State;
use kernel::SpaceId;
use routing::{Matcher, Op};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::filter::{Filter, NO_TEAM, Sieve, apart, held_back};
use super::list::{only_open, window};
use super::tally::Tally;
use crate::access::Caller;
use crate::app::App;
use crate::extract::{Json, Query};
use crate::listing::PageQuery;
use crate::problem::{Answer, Problem};

/// The route of groups.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(group))
}

/// What alerts are put together by.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ByQuery {
    /// `name`, `item`, `severity`, `source`, `team` (who answers for the item), or `label:NAME`.
    #[param(pattern = "^(name|item|severity|source|team|label:[^\\x00-\\x1f\\x7f]{1,200})$")]
    by: String,
}

enum By {
    Name,
    Item,
    Severity,
    Source,
    Team,
    Label(String),
}

impl FromStr for By {
    type Err = Problem;

    fn from_str(text: &str) -> Answer<By> {
        Ok(match text {
            "name" => By::Name,
            "item" => By::Item,
            "severity" => By::Severity,
            "source" => By::Source,
            "team" => By::Team,
            text => match text.strip_prefix("label:") {
                Some(name) if proper(name) => By::Label(name.to_owned()),
                _ => {
                    return Err(Problem::invalid(format!("alerts are not grouped by `{text}`"))
                        .at("by")
                        .remedy("group by name, item, severity, source, team or label:NAME"));
                }
            },
        })
    }
}

/// Labels may have any name that can be shown.
fn proper(name: &str) -> bool {
    (1..=200).contains(&name.chars().count()) && !name.chars().any(|c| c.is_ascii_control())
}

/// Alerts that have something in common.
#[derive(Debug, Serialize, ToSchema)]
struct AlertGroup {
    /// What they have in common; empty for those that have it not: no item, no team, no such label.
    value: String,
    /// Their figures.
    #[serde(flatten)]
    tally: Tally,
    /// What to add to the filters of this request for a list of exactly these alerts.
    filter: BTreeMap<&'static str, String>,
}

/// One page of groups.
#[derive(Debug, Serialize, ToSchema)]
struct AlertGroups {
    /// The groups: the worst first, then the largest.
    items: Vec<AlertGroup>,
    /// Ask with `after=` this for the next page; absent on the last one.
    next: Option<String>,
    /// Groups on all pages together.
    total: usize,
    /// The figures of all alerts together.
    all: Tally,
}

/// Groups alerts that are not closed by what they have in common.
#[utoipa::path(get, path = "/alerts/groups", tag = "alerts",
    params(PageQuery, ByQuery, Filter),
    responses((status = 200, description = "One page of groups", body = AlertGroups)))]
async fn group(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
    Query(ByQuery { by }): Query<ByQuery>,
    Query(filter): Query<Filter>,
) -> Answer<Json<AlertGroups>> {
    let by: By = by.parse()?;
    if !only_open(&filter.state.0)? {
        return Err(Problem::refused("closed alerts are not grouped")
            .at("state")
            .remedy("ask for other states, or list the closed alerts without `by`"));
    }
    let (offset, limit) = window(&page)?;
    let sieve = filter.sieve(&app, &caller.space)?;
    let space = caller.space.clone();
    let grouping = move || {
        let (mut groups, all) = grouped(&app, &space, &sieve, &by);
        groups.sort_unstable_by(|(a, first), (b, second)| {
            let rank = |tally: &Tally| (Reverse(tally.worst), Reverse(tally.count));
            rank(first).cmp(&rank(second)).then_with(|| a.cmp(b))
        });
        let total = groups.len();
        let shown = groups.into_iter().skip(offset).take(limit);
        let items: Vec<AlertGroup> = shown
            .map(|(value, tally)| AlertGroup {
                filter: narrowed(&by, &value, &filter),
                value,
                tally,
            })
            .collect();
        let next = (offset + items.len() < total).then(|| (offset + items.len()).to_string());
        AlertGroups { items, next, total, all }
    };
    Ok(Json(apart(grouping).await?))
}

/// Every group, in no order, and all alerts together.
fn grouped(app: &App, space: &SpaceId, sieve: &Sieve, by: &By) -> (Vec<(String, Tally)>, Tally) {
    let alerts = sieve.all(app, space);
    let silenced = held_back(app, space, &alerts);
    let mut all = Tally::default();
    let mut groups: HashMap<Arc<str>, Tally> = HashMap::new();
    let mut teams: HashMap<Option<&str>, Arc<str>> = HashMap::new();
    for (alert, silenced) in alerts.iter().zip(silenced) {
        let alert = &alert.record;
        all.add(alert, silenced);
        // A name is copied once for each group, not for each alert.
        match by {
            By::Team => {
                let item = alert.item.as_ref();
                let team = teams.entry(item.map(|item| item.as_str())).or_insert_with(|| {
                    let team = sieve.owners.of(item);
                    team.map_or_else(|| "".into(), |team| team.as_str().into())
                });
                groups.entry(team.clone()).or_default().add(alert, silenced);
            }
            by => {
                let value = value(by, alert);
                match groups.get_mut(value) {
                    Some(tally) => tally.add(alert, silenced),
                    None => groups.entry(value.into()).or_default().add(alert, silenced),
                }
            }
        }
    }
    let groups = groups.into_iter().map(|(value, tally)| (value.to_string(), tally));
    (groups.collect(), all)
}

fn value<'a>(by: &By, alert: &'a Alert) -> &'a str {
    match by {
        By::Name => alert.name(),
        By::Item => alert.item.as_ref().map_or("", |item| item.as_str()),
        By::Severity => alert.severity.as_str(),
        By::Source => &alert.source,
        By::Label(name) => alert.labels.get(name).unwrap_or_default(),
        // Asked of the estate, not of the alert.
        By::Team => "",
    }
}

/// The filters that a group stands for.
fn narrowed(by: &By, value: &str, filter: &Filter) -> BTreeMap<&'static str, String> {
    let one = |name, value: &str| BTreeMap::from([(name, value.to_owned())]);
    match by {
        By::Name => one("name", value),
        By::Item if value.is_empty() => one("matched", "false"),
        By::Item => one("item", value),
        By::Severity => one("severity", value),
        By::Source => one("source", value),
        By::Team if value.is_empty() => one("team", NO_TEAM),
        By::Team => one("team", value),
        By::Label(name) => {
            let before = filter.matching.as_deref().unwrap_or_default().trim();
            let before = before.trim_start_matches('{').trim_end_matches('}').trim();
            let own = Matcher::new(name.as_str(), Op::Equal, value)
                .map_or_else(|_| String::new(), |own| own.to_string());
            let parts = [before, own.as_str()].into_iter().filter(|part| !part.is_empty());
            one("matching", &parts.collect::<Vec<_>>().join(", "))
        }
    }
}
