//! Every route of the server, in one place.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::bodies::{Room, bounded};
use crate::parameters::Parameters;
use crate::practices::{alerts, estate, incidents, notifications, oncall, reports, silences};
use crate::problem::Problem;
use crate::{access, ack, chat, feed, intake, ops, overview, parameters, settings, web};

/// Answers that take longer are given up. Live streams begin within it and go on.
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Operate",
        description = "Everything that the web and the command line do goes through this API.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(Problem, incidents::store::Warning))
)]
struct ApiDoc;

/// The API under `/api/v1`, with its description.
fn api() -> (Router<App>, Document) {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .nest(
            "/api/v1",
            OpenApiRouter::new()
                .merge(access::routes::routes())
                .merge(overview::routes())
                .merge(incidents::routes::routes())
                .merge(crate::practices::clocks::routes::routes())
                .merge(alerts::routes::routes())
                .merge(notifications::routes::routes())
                .merge(notifications::policy::routes())
                .merge(notifications::trial::routes())
                .merge(notifications::kept::routes())
                .merge(estate::routes::routes())
                .merge(crate::practices::heartbeats::routes::routes())
                .merge(crate::practices::objectives::routes::routes())
                .merge(oncall::routes::routes())
                .merge(crate::practices::contracts::routes::routes())
                .merge(oncall::people::routes())
                .merge(oncall::wishes::routes())
                .merge(oncall::devices::routes())
                .merge(oncall::leave::routes())
                .merge(oncall::fed::routes())
                .merge(oncall::proofs::routes())
                .merge(oncall::schedules::routes())
                .merge(crate::practices::swaps::routes::routes())
                .merge(reports::routes::routes())
                .merge(silences::routes::routes())
                .merge(crate::practices::tuning::routes::routes())
                .merge(settings::routes())
                .merge(crate::backup::kept::routes())
                .merge(chat::routes())
                .merge(feed::routes())
                .merge(intake::events_routes())
                .merge(intake::cloudevents_routes()),
        )
        .split_for_parts()
}

/// The description of the API (OpenAPI 3.1), as it is served and kept in the repository.
pub fn description() -> Document {
    crate::openapi::finished(api().1)
}

/// The description as it is in the repository, where a test holds it to the routes: made anew it
/// would stay in memory, megabytes of it, for the few who ask.
async fn described() -> impl IntoResponse {
    let kind = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, kind)], include_str!("../../web/openapi.json"))
}

/// The whole server.
pub fn router(app: App) -> Router {
    let (api, document) = api();
    let known = Arc::new(Parameters::of(&document));
    let worth_it = DefaultPredicate::new().and(NotForContentType::SSE);
    // Under the prefix, when there is one, as at the root.
    let compatible = || intake::alertmanager_routes().merge(intake::silences_routes());
    let prefixed = match app.config.routing.prefix.trim_end_matches('/') {
        "" => Router::new(),
        prefix => Router::new().nest(prefix, compatible().merge(ops::numbers(&app))),
    };
    let router = Router::new()
        .merge(
            api.layer(from_fn_with_state(known, parameters::check))
                .layer(from_fn_with_state(app.clone(), access::watch)),
        )
        .route("/api/v1/openapi.json", get(described))
        .route("/api/docs", get(web::docs))
        .merge(compatible())
        .merge(prefixed)
        .merge(intake::pagerduty_routes())
        .merge(intake::cloudevents_doors())
        .merge(intake::opsgenie_routes())
        .merge(crate::practices::heartbeats::routes::short_routes())
        .merge(ack::routes())
        .merge(crate::practices::swaps::link::routes())
        .merge(oncall::feeds::public_routes())
        .merge(chat::door_routes())
        .merge(oncall::answers::routes())
        .merge(ops::routes(&app))
        .fallback(web::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(app.config.intake.body_bytes_max))
        .layer(from_fn_with_state(Room::of(app.config.intake.body_bytes_max), bounded))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, TIMEOUT))
        .layer(map_response(timed_out))
        .layer(from_fn_with_state(app.clone(), ops::timed))
        .layer(CompressionLayer::new().compress_when(worth_it))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(header("x-content-type-options", "nosniff"))
        .layer(header("x-frame-options", "DENY"))
        .layer(header("referrer-policy", "same-origin"))
        .layer(header("content-security-policy", CSP))
        .layer(from_fn_with_state(app.clone(), access::welcome));
    app.config.headers.iter().fold(router, set).with_state(app)
}

/// What the settings say wins over what Operate says itself.
fn set(router: Router<App>, (name, value): (&String, &String)) -> Router<App> {
    let Ok(name) = HeaderName::try_from(name.as_str()) else { return router };
    match HeaderValue::try_from(value.as_str()) {
        Ok(value) => router.layer(SetResponseHeaderLayer::overriding(name, value)),
        Err(_) => router,
    }
}

/// Scripts and connections of our own only; styles inline because the component library sets them.
const CSP: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                   font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'; \
                   base-uri 'none'; form-action 'self'";

fn header(name: &'static str, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(
        HeaderName::from_static(name),
        HeaderValue::from_static(value),
    )
}

/// The layer that gives up says so with an empty answer; clients are told why.
async fn timed_out(response: Response) -> Response {
    if response.status() != StatusCode::REQUEST_TIMEOUT {
        return response;
    }
    let message = format!("the answer took longer than {} seconds", TIMEOUT.as_secs());
    Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", message)
        .remedy("look whether it was done, then try again")
        .into_response()
}

async fn wrong_method() -> Problem {
    let message = "this address does not take this method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    let message = "Operate failed to do this";
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "fault", message).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::header;

    use super::*;

    #[tokio::test]
    async fn an_answer_that_took_too_long_is_a_problem_like_any_other() {
        let mut given_up = Response::new(Body::empty());
        *given_up.status_mut() = StatusCode::REQUEST_TIMEOUT;
        let told = timed_out(given_up).await;
        assert_eq!(told.status(), StatusCode::REQUEST_TIMEOUT);
        assert_eq!(told.headers()[header::CONTENT_TYPE], "application/problem+json");
        let other = timed_out(Response::new(Body::empty())).await;
        assert_eq!(other.status(), StatusCode::OK);
    }
}
