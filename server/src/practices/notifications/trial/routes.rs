//! HTTP faces of the routing: what is in force, and trying it or a changed one.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use alerts::{Labels, Signal};
use axum::extract::State;
use kernel::{ItemRef, SilenceId};
use serde::{Deserialize, Serialize};
use spine::Fault;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::compare::{ReplayAnswer, compare};
use super::store;
use crate::access::{Action, Caller, may};
use crate::app::App;
use crate::extract::Json;
use crate::practices::notifications::explain::tried;
use crate::practices::notifications::live::Routing;
use crate::practices::notifications::way::TriedRoute;
use crate::problem::{Answer, Problem};

/// Firings that are replayed at most.
const FIRINGS_MOST: usize = 20_000;
/// Labels of one test.
const LABELS_MOST: usize = 128;

/// Every route of the routing.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(routing))
        .routes(routes!(test))
        .routes(routes!(replay_changed))
}

/// The routing in force.
#[derive(Debug, Serialize, ToSchema)]
struct RoutingInForce {
    /// Whether there is one; without it receivers are told of nothing.
    configured: bool,
    /// The file that it is read from.
    file: Option<String>,
    /// The file as others may see it: secrets are `<secret>`, comments are left out.
    text: String,
    /// The routes, each after the one that it stands below.
    routes: Vec<ShownRoute>,
    /// Who can be told, and in which ways.
    receivers: Vec<ShownReceiver>,
}

/// A route.
#[derive(Debug, Serialize, ToSchema)]
struct ShownRoute {
    /// The route, as matchers from the root.
    route: String,
    /// How many routes it stands below.
    depth: usize,
    /// Its own conditions; empty for the root.
    matchers: String,
    /// Who is told.
    receiver: String,
    /// What groups come together by; `...` for every label.
    group_by: Vec<String>,
    /// How long the first notification of a group waits, in seconds.
    group_wait_seconds: i64,
    /// Least time between two notifications of a group, in seconds.
    group_interval_seconds: i64,
    /// After how long the same is told again, in seconds.
    repeat_interval_seconds: i64,
    /// Whether the routes beside it are tried too.
    continues: bool,
    /// The time intervals in which it tells nobody.
    mute_time_intervals: Vec<String>,
    /// The time intervals outside of which it tells nobody.
    active_time_intervals: Vec<String>,
}

/// A receiver.
#[derive(Debug, Serialize, ToSchema)]
struct ShownReceiver {
    /// Its name.
    name: String,
    /// In which ways it is told: `webhook`, `email` …
    ways: Vec<String>,
}

/// Shows the routing in force.
#[utoipa::path(get, path = "/routing", tag = "routing",
    responses((status = 200, description = "The routing", body = RoutingInForce)))]
async fn routing(State(app): State<App>, caller: Caller) -> Answer<Json<RoutingInForce>> {
    let Some(routing) = app.routing.current() else {
        return Ok(Json(RoutingInForce {
            configured: false,
            file: None,
            text: String::new(),
            routes: Vec::new(),
            receivers: Vec::new(),
        }));
    };
    let admin = may(&caller, Action::Administer, &[]).is_ok();
    let receivers = routing.config.receivers.iter().map(|receiver| ShownReceiver {
        name: receiver.name.clone(),
        ways: receiver.integrations.iter().map(|one| one.config.name().to_owned()).collect(),
    });
    Ok(Json(RoutingInForce {
        configured: true,
        file: app.routing.file().map(|file| file.display().to_string()).filter(|_| admin),
        text: routing.config.redacted_yaml().to_owned(),
        routes: routing.tree.nodes().iter().map(shown).collect(),
        receivers: receivers.collect(),
    }))
}

fn shown(node: &routing::Node) -> ShownRoute {
    let timings = node.timings();
    let matchers: Vec<String> = node.matchers().iter().map(ToString::to_string).collect();
    let group_by = match node.group_by() {
        routing::GroupBy::All => vec!["...".to_owned()],
        routing::GroupBy::Labels(labels) => labels.iter().cloned().collect(),
    };
    ShownRoute {
        route: node.key().to_string(),
        depth: node.depth(),
        matchers: matchers.join(", "),
        receiver: node.receiver().to_owned(),
        group_by,
        group_wait_seconds: timings.group_wait.as_secs(),
        group_interval_seconds: timings.group_interval.as_secs(),
        repeat_interval_seconds: timings.repeat_interval.as_secs(),
        continues: node.continues(),
        mute_time_intervals: node.mute_time_intervals().to_vec(),
        active_time_intervals: node.active_time_intervals().to_vec(),
    }
}

/// Labels of an alert that may never have been.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RoutingTest {
    /// The labels.
    labels: BTreeMap<String, String>,
    /// Which configuration to try; without one that in force.
    #[serde(default)]
    config: Option<String>,
}

/// What would become of an alert with these labels now.
#[derive(Debug, Serialize, ToSchema)]
struct RoutingTested {
    /// The item that would be found for it.
    #[schema(value_type = Option<String>)]
    item: Option<ItemRef>,
    /// The rule that would find it.
    matched_by: Option<String>,
    /// The routes as they are tried, in their order.
    routes: Vec<TriedRoute>,
    /// Who would be told.
    receivers: Vec<String>,
    /// The silences that would hold it back now.
    #[schema(value_type = Vec<String>)]
    silenced_by: Vec<SilenceId>,
    /// The fingerprints of the alerts that would inhibit it now.
    inhibited_by: Vec<String>,
}

/// Shows what would become of an alert with these labels. Nothing is told.
#[utoipa::path(post, path = "/routing/test", tag = "routing", request_body = RoutingTest,
    responses((status = 200, description = "Its way", body = RoutingTested)))]
async fn test(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<RoutingTest>,
) -> Answer<Json<RoutingTested>> {
    if asked.labels.len() > LABELS_MOST {
        let message = format!("an alert has at most {LABELS_MOST} labels");
        return Err(Problem::refused(message).at("labels"));
    }
    let routing = match &asked.config {
        Some(text) => {
            may(&caller, Action::Administer, &[])?;
            Some(std::sync::Arc::new(parsed(&app, text)?))
        }
        None => app.routing.current(),
    };
    let labels = Labels::new(&asked.labels);
    let signal = Signal {
        source: "test".into(),
        key: None,
        labels: labels.clone(),
        annotations: Labels::default(),
        starts_at: None,
        ends_at: None,
        generator_url: "".into(),
    };
    let found = app.estate.snapshot(&caller.space).find(&signal);
    let inhibited = app.board.read(|board| board.map(|board| board.inhibiting(&labels)));
    let inhibited = inhibited.filter(|_| asked.config.is_none()).unwrap_or_default();
    Ok(Json(RoutingTested {
        item: found.as_ref().map(|found| found.item.clone()),
        matched_by: found.map(|found| found.rule.to_string()),
        receivers: routing.as_ref().map_or_else(Vec::new, |routing| {
            routing.receivers_of(&labels).into_iter().map(str::to_owned).collect()
        }),
        routes: routing.map_or_else(Vec::new, |routing| tried(&app, &routing, &labels, None)),
        silenced_by: app.silences.silenced_by(&caller.space, &labels, app.world.now()),
        inhibited_by: inhibited.into_iter().map(|source| format!("{source:016x}")).collect(),
    }))
}

/// A configuration to try on what fired.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReplayAsked {
    /// The changed file. Secrets may stay `<secret>`.
    config: String,
    /// How many days back.
    #[schema(minimum = 1, maximum = 30)]
    days: u32,
}

/// Replays what fired during the last days against a changed configuration. Nothing is told, and
/// nothing is changed.
#[utoipa::path(post, path = "/routing/replay", tag = "routing", request_body = ReplayAsked,
    responses((status = 200, description = "What would be told otherwise", body = ReplayAnswer),
        (status = 409, description = "There is no routing to compare with", body = Problem)))]
async fn replay_changed(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<ReplayAsked>,
) -> Answer<Json<ReplayAnswer>> {
    may(&caller, Action::Administer, &[])?;
    if !(1..=30).contains(&asked.days) {
        return Err(Problem::refused("between 1 and 30 days").at("days"));
    }
    let then = parsed(&app, &asked.config)?;
    let Some(now) = app.routing.current() else {
        let message = "there is no routing configuration to compare with";
        return Err(Problem::new(axum::http::StatusCode::CONFLICT, "not_allowed_now", message)
            .remedy("name a file in `routing.file` of the settings, and start again"));
    };
    let until = app.world.now();
    let span = (until - Duration::from_secs(u64::from(asked.days) * 86_400), until);
    let mut conn = app.db.reader().await?;
    let most = i64::try_from(FIRINGS_MOST + 1).unwrap_or(i64::MAX);
    let mut fired = store::fired(&mut conn, &caller.space, span, most).await?;
    drop(conn);
    let more = fired.len() > FIRINGS_MOST;
    fired.truncate(FIRINGS_MOST);
    // Some hundred thousand flushes: not on a thread that others wait for.
    let work = move || compare(&now, &then, &fired, span, more);
    let answer = tokio::task::spawn_blocking(work).await;
    Ok(Json(answer.map_err(|_| Fault::Other("a replay broke off".to_owned()))?))
}

/// Reads a configuration as the file would be read.
fn parsed(app: &App, text: &str) -> Answer<Routing> {
    let name = app.routing.file().unwrap_or(Path::new("alertmanager.yml"));
    // Nothing is sent: what is hidden may be any address.
    let text = text.replace("<secret>", "http://secret.invalid/");
    Routing::parse(&text, &name.display().to_string(), app.routing.syntax())
        .map_err(|errors| Problem::refused(errors).at("config"))
}
