//! HTTP faces of the routing: what is in force, and trying it or a changed one.

use std::collections::BTreeMap;
use std::time::Duration;

use alerts::{Labels, Signal};
use axum::extract::State;
use axum::http::HeaderMap;
use connectors::alertmanager::config::Receiver;
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
use crate::practices::incidents::routes::etag;
use crate::practices::notifications::explain::tried;
use crate::practices::notifications::kept::{self, TemplateText};
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
    /// Where it is kept.
    kept: KeptIn,
    /// The file that it is read from.
    file: Option<String>,
    /// The newest version that is kept in the product; 0 without one.
    version: i64,
    /// Whether the asker may change it here.
    may_change: bool,
    /// Why what is kept is not in force, with how to mend it.
    trouble: Option<String>,
    /// The text, with `<secret>` where a secret stands; of a file without its comments.
    text: String,
    /// The templates that are kept beside the text.
    templates: Vec<TemplateText>,
    /// The routes, each after the one that it stands below.
    routes: Vec<ShownRoute>,
    /// Who can be told, and in which ways.
    receivers: Vec<ShownReceiver>,
}

/// Where a routing is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum KeptIn {
    /// Nowhere: there is none.
    None,
    /// In a file of the machine, named in the settings: changed there.
    File,
    /// Here, in versions: changed by whoever administers.
    Product,
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
    responses((status = 200, description = "The routing", body = RoutingInForce,
        headers(("ETag", description = "The version that is kept in the product")))))]
async fn routing(
    State(app): State<App>,
    caller: Caller,
) -> Answer<(HeaderMap, Json<RoutingInForce>)> {
    let admin = may(&caller, Action::Administer, &[]).is_ok();
    let routing = app.routing.current();
    let file = app.routing.file();
    let newest = match file {
        Some(_) => None,
        None => kept::store::newest(&mut app.db.reader().await?, &caller.space).await?,
    };
    let kept = match (file, &newest) {
        (Some(_), _) => KeptIn::File,
        (None, Some(_)) => KeptIn::Product,
        (None, None) => KeptIn::None,
    };
    let version = newest.as_ref().map_or(0, |newest| newest.version);
    let (text, templates) = match newest {
        Some(newest) => (newest.data.text, newest.data.templates),
        None => {
            let text = routing.as_ref().map(|routing| routing.config.redacted_yaml().to_owned());
            (text.unwrap_or_default(), Vec::new())
        }
    };
    let receivers = routing.iter().flat_map(|routing| &routing.config.receivers);
    let in_force = RoutingInForce {
        configured: routing.is_some(),
        kept,
        file: file.map(|file| file.display().to_string()).filter(|_| admin),
        version,
        may_change: admin && file.is_none(),
        trouble: app.routing.trouble(),
        text,
        templates,
        receivers: receivers.map(shown_receiver).collect(),
        routes: routing.iter().flat_map(|routing| routing.tree.nodes()).map(shown).collect(),
    };
    Ok((etag(version), Json(in_force)))
}

fn shown_receiver(receiver: &Receiver) -> ShownReceiver {
    ShownReceiver {
        name: receiver.name.clone(),
        ways: receiver.integrations.iter().map(|one| one.config.name().to_owned()).collect(),
    }
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
    /// The templates beside it; without them those that are kept.
    #[serde(default)]
    templates: Option<Vec<TemplateText>>,
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
            let then = parsed(&app, &caller, text, asked.templates.as_deref()).await?;
            Some(std::sync::Arc::new(then))
        }
        None => app.routing.current(),
    };
    let labels = Labels::new(&asked.labels);
    let signal = Signal {
        source: "test".into(),
        key: None,
        rule: None,
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
    /// The templates beside it; without them those that are kept.
    #[serde(default)]
    templates: Option<Vec<TemplateText>>,
    /// How many days back.
    #[schema(minimum = 1, maximum = 30)]
    days: u32,
}

/// Replays what fired during the last days against a changed configuration. Nothing is told, and
/// nothing is changed.
#[utoipa::path(post, path = "/routing/replay", tag = "routing", request_body = ReplayAsked,
    responses((status = 200, description = "What would be told otherwise", body = ReplayAnswer)))]
async fn replay_changed(
    State(app): State<App>,
    caller: Caller,
    Json(asked): Json<ReplayAsked>,
) -> Answer<Json<ReplayAnswer>> {
    may(&caller, Action::Administer, &[])?;
    if !(1..=30).contains(&asked.days) {
        return Err(Problem::refused("between 1 and 30 days").at("days"));
    }
    let then = parsed(&app, &caller, &asked.config, asked.templates.as_deref()).await?;
    let now = app.routing.current();
    let until = app.world.now();
    let span = (until - Duration::from_secs(u64::from(asked.days) * 86_400), until);
    let mut conn = app.db.reader().await?;
    let most = i64::try_from(FIRINGS_MOST + 1).unwrap_or(i64::MAX);
    let mut fired = store::fired(&mut conn, &caller.space, span, most).await?;
    drop(conn);
    let more = fired.len() > FIRINGS_MOST;
    fired.truncate(FIRINGS_MOST);
    // Some hundred thousand flushes: not on a thread that others wait for.
    let work = move || compare(now.as_deref(), &then, &fired, span, more);
    let answer = tokio::task::spawn_blocking(work).await;
    Ok(Json(answer.map_err(|_| Fault::Other("a replay broke off".to_owned()))?))
}

/// Reads a configuration as the file would be read, or as it would be kept.
async fn parsed(
    app: &App,
    caller: &Caller,
    text: &str,
    templates: Option<&[TemplateText]>,
) -> Answer<Routing> {
    // Nothing is sent: what is hidden may be any address.
    let text = text.replace("<secret>", "http://secret.invalid/");
    let syntax = app.routing.syntax();
    if let Some(file) = app.routing.file() {
        return Routing::parse(&text, &file.display().to_string(), syntax)
            .map_err(|errors| Problem::refused(errors).at("config"));
    }
    let kept = match templates {
        Some(templates) => templates.to_vec(),
        None => {
            let mut conn = app.db.reader().await?;
            let newest = kept::store::newest(&mut conn, &caller.space).await?;
            newest.map(|newest| newest.data.templates).unwrap_or_default()
        }
    };
    Routing::of_text(&text, kept::NAME, &kept, syntax).map_err(|errors| kept::refused(&errors))
}
