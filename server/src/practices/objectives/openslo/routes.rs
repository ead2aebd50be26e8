use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Beside, Line, read, written};
use crate::access::Caller;
use crate::app::App;
use crate::extract::Json;
use crate::problem::{Answer, Problem};

/// The routes of OpenSLO.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export_openslo)).routes(routes!(read_openslo))
}

/// All objectives and data sources as documents of OpenSLO v1.
#[utoipa::path(get, path = "/openslo", tag = "objectives",
    responses((status = 200, description = "YAML", body = serde_json::Value,
        content_type = "application/yaml")))]
async fn export_openslo(State(app): State<App>, caller: Caller) -> Answer<impl IntoResponse> {
    let snapshot = app.estate.snapshot(&caller.space);
    let mut text = written(&snapshot).map_err(|wrong| Problem::refused(wrong.to_string()))?;
    if text.is_empty() {
        text.push_str("# There is no objective yet.\n");
    }
    Ok(([(header::CONTENT_TYPE, "application/yaml")], text))
}

/// Documents of OpenSLO.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OpenSloText {
    /// The YAML.
    text: String,
    /// The team that answers for services that they bring.
    team: Option<String>,
    /// The data source of metrics that name none; the only one of their kind among the documents
    /// when not said.
    source: Option<String>,
}

/// What documents come to.
#[derive(Debug, Serialize, ToSchema)]
struct OpenSloRead {
    /// What became of every element.
    lines: Vec<Line>,
    /// The resources as YAML, to be applied as files of the estate.
    estate: String,
}

/// Turns documents of OpenSLO into resources of the estate, and says what became of each. Nothing
/// is changed: apply what it gives.
#[utoipa::path(post, path = "/openslo", tag = "objectives", request_body = OpenSloText,
    responses((status = 200, description = "What they come to", body = OpenSloRead),
        (status = 422, description = "The text is no OpenSLO", body = Problem)))]
async fn read_openslo(
    _: State<App>,
    _: Caller,
    Json(asked): Json<OpenSloText>,
) -> Answer<Json<OpenSloRead>> {
    let beside = Beside { team: asked.team.as_deref(), source: asked.source.as_deref() };
    let found = read(&asked.text, beside)
        .map_err(|wrong| Problem::refused(wrong.to_string()).at("text"))?;
    let estate = estate::export(&found.resources);
    Ok(Json(OpenSloRead { lines: found.lines, estate }))
}
